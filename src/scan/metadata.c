/* SPDX-License-Identifier: Apache-2.0 */
/* BH307: the servers that give out a machine's credentials. */
#include "scan/check.h"

/* Where clouds answer with a machine's credentials, and the block to leave out for it. */
static const struct {
	const char *address;
	const char *block;
} metadata_servers[] = {
	{"169.254.169.254", "169.254.0.0/16"}, /* AWS, Azure, Google, OpenStack */
	{"169.254.170.2", "169.254.0.0/16"},   /* ECS tasks */
	{"169.254.170.23", "169.254.0.0/16"},  /* EKS pod identity */
	{"fd00:ec2::254", "fd00:ec2::/32"},        {"fd00:ec2::23", "fd00:ec2::/32"},
	{"100.100.100.200", "100.100.100.200/32"}, /* Alibaba */
};

#define N_SERVERS (sizeof(metadata_servers) / sizeof(metadata_servers[0]))

/* The peer by which a rule takes the address: NULL and *ret_takes for a rule for everybody. */
static const struct policy_peer *peer_of(const struct scan *scan, const struct policy_rule *rule,
					 const struct ip_addr *addr, bool *ret_takes)
{
	*ret_takes = rule->any_peer;
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_address address = {.snapshot = scan->snapshot, .addr = *addr};

		if (policy_peer_matches(&rule->peers[i], &address)) {
			*ret_takes = true;
			return &rule->peers[i];
		}
	}
	return NULL;
}

static void help_metadata(struct scan *scan, struct scan_finding *finding,
			  const struct policy_peer *peer, const char *block)
{
	const struct policy_peer *own = peer ? scan_block_of(peer) : NULL;
	struct ip_cidr out;

	ip_cidr_parse(block, &out, NULL);
	if (!own)
		scan_help(scan, finding, "name the servers: to, with podSelectors and blocks");
	else if (ip_cidr_within(&own->cidr, &out, false))
		scan_help(scan, finding, "take the block out");
	else
		scan_help(scan, finding, "add except: [%s] to the block", block);
}

/* On the port that every one of them answers at. */
static bool opens_server(struct scan *scan, const struct policy_rule *rule,
			 const struct ip_addr *addr, struct scan_access *ret)
{
	struct policy_port http = {
		.kind = POLICY_PORT_RANGE,
		.space = PORT_TCP,
		.first = 80,
		.last = 80,
	};
	struct policy_rule at = *rule;

	at.any_port = false;
	at.ports = &http;
	at.n_ports = 1;
	at.n_not_ports = 0;
	return scan_opens_address(scan, &at, addr, ret);
}

static void check_metadata(struct scan *scan, const struct policy_rule *rule)
{
	for (size_t i = 0; i < N_SERVERS; i++) {
		const struct policy_peer *peer;
		struct scan_finding *finding;
		struct scan_access access;
		struct ip_addr addr;
		bool takes;

		ip_parse(metadata_servers[i].address, &addr, NULL);
		peer = peer_of(scan, rule, &addr, &takes);
		if (!takes || !opens_server(scan, rule, &addr, &access))
			continue;
		finding = scan_report(
			scan, scan_at_policy(rule->policy, peer ? peer->span : rule->span),
			"%s can reach the cloud's metadata service %s:80, which gives out the "
			"machine's credentials",
			scan_subject_text(scan, rule, &access), metadata_servers[i].address);
		help_metadata(scan, finding, peer, metadata_servers[i].block);
		return;
	}
}

static void check_open_workload(struct scan *scan, const struct model_workload *workload)
{
	struct scan_finding *finding;
	struct ip_addr addr;

	ip_parse(metadata_servers[0].address, &addr, NULL);
	if (!scan_is_subject(workload) || scan_is_system(scan, workload->ns) ||
	    scan_is_isolated(scan, workload, POLICY_EGRESS) ||
	    !scan_outside_may(scan, workload->pods[0], &addr, POLICY_EGRESS, PORT_TCP, 80))
		return;
	finding = scan_report(scan, scan_at_workload(workload),
			      "%s/%s can reach the cloud's metadata service %s:80, which gives out "
			      "the machine's credentials: no policy isolates its egress",
			      workload->ns->name, workload->name, metadata_servers[0].address);
	finding->severity = SCAN_HIGH; /* BH204 and its parents say the rest */
	finding->parent = scan_has_for(scan, SCAN_BH201, workload->ns->name) ? "BH201" : "BH203";
}

void scan_metadata(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		for (uint32_t k = 0; !policy->is_staged && k < policy->n_rules[POLICY_EGRESS];
		     k++) {
			const struct policy_rule *rule = &policy->rules[POLICY_EGRESS][k];

			if (scan_allows(rule) && scan_has_port(rule, PORT_TCP, 80))
				check_metadata(scan, rule);
		}
	}
	for (uint32_t i = 0; i < scan->n_workloads; i++)
		check_open_workload(scan, scan->snapshot->workloads[i]);
}
