/* SPDX-License-Identifier: Apache-2.0 */
/* BH306 to BH308: address blocks. */
#include "scan/check.h"

#include <stdlib.h>
#include <string.h>

struct ranges {
	struct ip_range *items;
	size_t n;
	size_t cap;
};

/* Takes `out` from what is left of a block. */
static void subtract(struct ranges *ranges, const struct ip_range *out)
{
	struct ranges left = {0};

	for (size_t i = 0; i < ranges->n; i++) {
		const struct ip_range *at = &ranges->items[i];
		struct ip_range piece = *at;

		if (ip_cmp(&out->last, &at->first) < 0 || ip_cmp(&out->first, &at->last) > 0) {
			vec_push(&left, *at);
			continue;
		}
		if (ip_cmp(&at->first, &out->first) < 0 && ip_prev(&out->first, &piece.last))
			vec_push(&left, piece);
		piece.last = at->last;
		if (ip_cmp(&out->last, &at->last) < 0 && ip_next(&out->last, &piece.first))
			vec_push(&left, piece);
	}
	vec_release(ranges);
	*ranges = left;
}

static void add_block(struct ranges *ranges, const struct policy_peer *peer)
{
	struct ranges own = {0};

	vec_push(&own, ip_cidr_range(&peer->cidr));
	for (uint32_t i = 0; i < peer->n_except; i++) {
		const struct ip_range out = ip_cidr_range(&peer->except[i]);

		subtract(&own, &out);
	}
	for (size_t i = 0; i < own.n; i++)
		vec_push(ranges, own.items[i]);
	vec_release(&own);
}

static int compare_ranges(const void *left, const void *right)
{
	const struct ip_range *a = left, *b = right;

	return ip_cmp(&a->first, &b->first);
}

/* Whether the ranges leave nothing of their family out. */
static bool covers_family(struct ranges *ranges, enum ip_family family)
{
	const struct ip_addr highest = ip_highest(family);
	struct ip_addr next = ip_lowest(family);

	if (ranges->n)
		qsort(ranges->items, ranges->n, sizeof(*ranges->items), compare_ranges);
	for (size_t i = 0; i < ranges->n; i++) {
		const struct ip_range *at = &ranges->items[i];

		if (ip_cmp(&at->first, &next) > 0)
			return false;
		if (ip_cmp(&at->last, &next) < 0)
			continue;
		if (ip_equal(&at->last, &highest))
			return true;
		ip_next(&at->last, &next);
	}
	return false;
}

/* The first block of a rule's peers that together are every address of a family; NULL: they are not. */
static const struct policy_peer *whole_family(const struct policy_rule *rule, enum ip_family family)
{
	const struct policy_peer *first = NULL;
	struct ranges ranges = {0};
	bool is_whole;

	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];

		if (peer->kind != POLICY_PEER_CIDR || peer->cidr.addr.family != family)
			continue;
		first = first ? first : peer;
		add_block(&ranges, peer);
	}
	is_whole = first && covers_family(&ranges, family);
	vec_release(&ranges);
	return is_whole ? first : NULL;
}

/* An address of the internet, for questions. */
static struct ip_addr far_address(enum ip_family family)
{
	struct ip_addr addr;

	ip_parse(family == IP_V4 ? "8.8.8.8" : "2001:4860:4860::8888", &addr, NULL);
	return addr;
}

/* A port that the rule names, or any. */
static struct port_range first_port(const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE)
			return (struct port_range){rule->ports[i].space, rule->ports[i].first,
						   rule->ports[i].first};
	return (struct port_range){PORT_TCP, 8080, 8080};
}

/* Whether the rules as a whole let a workload that the rule is about talk to, or hear, the address. */
static bool opens_address(struct scan *scan, const struct policy_rule *rule,
			  const struct ip_addr *addr, struct port_range port,
			  struct scan_access *ret)
{
	*ret = (struct scan_access){.port = port};
	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (!scan_is_subject(workload) ||
		    !policy_subject_matches(&rule->policy->subject, workload->pods[0]) ||
		    !scan_outside_may(scan, workload->pods[0], addr, rule->direction, port.space,
				      port.first))
			continue;
		ret->subject = ret->n_subjects++ == 0 ? workload : ret->subject;
	}
	return ret->n_subjects > 0 || (scan_selected(scan, rule->policy, &ret->subject) == 0 &&
				       !scan_is_host_only(scan, rule->policy, NULL));
}

static bool is_web_ingress(const struct policy_rule *rule)
{
	bool is_web = rule->n_ports > 0;

	for (uint32_t i = 0; i < rule->n_ports; i++)
		is_web &= rule->ports[i].kind == POLICY_PORT_RANGE &&
			  rule->ports[i].first == rule->ports[i].last &&
			  (rule->ports[i].first == 80 || rule->ports[i].first == 443);
	return is_web && rule->direction == POLICY_INGRESS;
}

static void check_family(struct scan *scan, const struct policy_rule *rule, enum ip_family family)
{
	const struct policy_peer *peer = whole_family(rule, family);
	const struct ip_addr far = far_address(family);
	struct scan_access access;
	struct scan_finding *finding;
	const char *subject;

	if (!peer || (rule->direction == POLICY_EGRESS && scan_only_port(rule, 53)) ||
	    !opens_address(scan, rule, &far, first_port(rule), &access))
		return;
	subject = scan_subject_text(scan, rule, &access);
	if (rule->direction == POLICY_INGRESS)
		finding = scan_report(
			scan, scan_at_policy(rule->policy, peer->span),
			"every IPv%d address, those of the cluster included, can reach %s%s",
			family, subject, scan_ports_text(scan, rule));
	else
		finding = scan_report(
			scan, scan_at_policy(rule->policy, peer->span),
			"%s can reach every IPv%d address%s, those of the cluster included",
			subject, family, scan_ports_text(scan, rule));
	if (is_web_ingress(rule))
		finding->severity = SCAN_LOW;
	scan_help(scan, finding, "except: %s",
		  family == IP_V4 ? "[10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16]"
				  : "[fc00::/7, fe80::/10]");
}

void scan_whole_internet(struct scan *scan, const struct policy_rule *rule)
{
	if (!scan_allows(rule))
		return;
	check_family(scan, rule, IP_V4);
	check_family(scan, rule, IP_V6);
}

/* Where clouds answer with a machine's credentials. */
static const char *const metadata_servers[] = {
	"169.254.169.254",                                    /* AWS, Azure, Google, OpenStack */
	"169.254.170.2",                                      /* ECS tasks */
	"169.254.170.23",                                     /* EKS pod identity */
	"fd00:ec2::254",   "fd00:ec2::23", "100.100.100.200", /* Alibaba */
};

#define N_SERVERS (sizeof(metadata_servers) / sizeof(metadata_servers[0]))

/* The peer by which a rule takes the address: NULL and *ret_takes for a rule for everybody. */
static const struct policy_peer *peer_of(const struct policy_rule *rule, const struct ip_addr *addr,
					 bool *ret_takes)
{
	*ret_takes = rule->any_peer;
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_address address = {.addr = *addr};

		if (rule->peers[i].kind == POLICY_PEER_CIDR &&
		    policy_peer_matches(&rule->peers[i], &address)) {
			*ret_takes = true;
			return &rule->peers[i];
		}
	}
	return NULL;
}

static void check_metadata(struct scan *scan, const struct policy_rule *rule)
{
	for (size_t i = 0; i < N_SERVERS; i++) {
		const struct policy_peer *peer;
		struct scan_finding *finding;
		struct scan_access access;
		struct ip_addr addr;
		bool takes;

		ip_parse(metadata_servers[i], &addr, NULL);
		peer = peer_of(rule, &addr, &takes);
		if (!takes || !opens_address(scan, rule, &addr,
					     (struct port_range){PORT_TCP, 80, 80}, &access))
			continue;
		finding = scan_report(
			scan, scan_at_policy(rule->policy, peer ? peer->span : rule->span),
			"%s can reach the cloud's metadata service %s:80, which gives out the "
			"machine's credentials",
			scan_subject_text(scan, rule, &access), metadata_servers[i]);
		if (peer)
			scan_help(scan, finding, "add except: [%s/%u] to the block",
				  addr.family == IP_V4 ? "169.254.0.0" : metadata_servers[i],
				  addr.family == IP_V4 ? 16 : 128);
		else
			scan_help(scan, finding,
				  "name the servers: to, with podSelectors and blocks");
		return;
	}
}

static void check_open_workload(struct scan *scan, const struct model_workload *workload)
{
	struct scan_finding *finding;
	struct ip_addr addr;

	ip_parse(metadata_servers[0], &addr, NULL);
	if (!scan_is_subject(workload) || scan_is_system(scan, workload->ns) ||
	    scan_is_isolated(scan, workload, POLICY_EGRESS) ||
	    !scan_outside_may(scan, workload->pods[0], &addr, POLICY_EGRESS, PORT_TCP, 80))
		return;
	finding = scan_report(scan, scan_at_workload(workload),
			      "%s/%s can reach the cloud's metadata service %s:80, which gives out "
			      "the machine's credentials: no policy isolates its egress",
			      workload->ns->name, workload->name, metadata_servers[0]);
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

/* The item of `except` in the text, as far as it is a NetworkPolicy's. */
static struct diag_span except_span(const struct policy_rule *rule, const struct policy_peer *peer,
				    uint32_t number)
{
	const struct tree_node *except =
		scan_node(scan_peer_node(rule, peer), "ipBlock", "except", NULL);

	return except ? tree_span(rule->policy->object->file, except->items[number]) : peer->span;
}

static bool overlaps(const struct ip_cidr *a, const struct ip_cidr *b)
{
	return ip_cidr_within(a, b, false) || ip_cidr_within(b, a, false);
}

/* Whether another peer of the policy has what `cut` takes out. */
static const struct policy_peer *readmits(const struct policy_rule *rule,
					  const struct policy_peer *of, const struct ip_cidr *cut)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		bool is_cut = false;

		if (peer == of || peer->kind != POLICY_PEER_CIDR || !overlaps(&peer->cidr, cut))
			continue;
		for (uint32_t k = 0; k < peer->n_except; k++)
			is_cut |= ip_cidr_within(cut, &peer->except[k], false);
		if (!is_cut)
			return peer;
	}
	return NULL;
}

static void check_except(struct scan *scan, const struct policy_rule *rule,
			 const struct policy_peer *peer, uint32_t number)
{
	const struct policy *policy = rule->policy;
	const struct ip_cidr *cut = &peer->except[number];

	for (uint32_t i = 0; i < policy->n_rules[rule->direction]; i++) {
		const struct policy_rule *other = &policy->rules[rule->direction][i];
		const struct policy_peer *back = readmits(other, peer, cut);
		const struct ip_addr *addr = back && ip_cidr_within(&back->cidr, cut, true)
						     ? &back->cidr.addr
						     : &cut->addr;
		struct scan_finding *finding;
		struct scan_access access;
		char buf[IP_CIDR_TEXT_SIZE];

		if (!scan_allows(other) || !(back || other->any_peer) ||
		    !opens_address(scan, other, addr, first_port(other), &access))
			continue;
		finding = scan_report(scan, scan_at_policy(policy, except_span(rule, peer, number)),
				      "this does not keep %s out: another peer of the policy has "
				      "it%s, so %s%s",
				      ip_cidr_format(cut, buf), scan_ports_text(scan, other),
				      rule->direction == POLICY_INGRESS ? "it can reach "
									: "it can be reached from ",
				      scan_subject_text(scan, rule, &access));
		finding->related = back ? back->span : other->span;
		finding->related_message = "the peer that lets it in again";
		scan_help(scan, finding, "except it there too");
		return;
	}
}

/* A policy that cuts IPv4 and lets all of IPv6 pass was written for one family. */
static void check_twin(struct scan *scan, const struct policy_rule *rule,
		       const struct policy_peer *peer)
{
	const struct policy_peer *twin = whole_family(rule, IP_V6);
	const struct ip_addr far = far_address(IP_V6);
	struct scan_access access;

	if (peer->cidr.addr.family != IP_V4 || peer->cidr.prefix_len != 0 || !twin ||
	    !opens_address(scan, rule, &far, first_port(rule), &access))
		return;
	scan_help(
		scan,
		scan_report(scan, scan_at_policy(rule->policy, twin->span),
			    "::/0 excepts nothing, though 0.0.0.0/0 beside it does: the cluster's "
			    "own IPv6 addresses are allowed"),
		"except: [fc00::/7, fe80::/10]");
}

void scan_vain_except(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; scan_allows(rule) && i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];

		if (peer->kind != POLICY_PEER_CIDR || peer->n_except == 0)
			continue;
		for (uint32_t k = 0; k < peer->n_except; k++)
			check_except(scan, rule, peer, k);
		check_twin(scan, rule, peer);
	}
}

/* What lives in a block that is not outside the cluster; NULL: nothing that is known. */
static const char *inhabitant_of(const struct scan *scan, const struct ip_cidr *block)
{
	const struct model_snapshot *snapshot = scan->snapshot;
	const struct ip_range range = ip_cidr_range(block);

	for (uint32_t i = 0; i < snapshot->n_services; i++)
		for (uint32_t k = 0; k < snapshot->services[i]->n_cluster_ips; k++)
			if (ip_range_contains(&range, &snapshot->services[i]->cluster_ips[k]))
				return "cluster addresses of Services, which are translated to "
				       "those of "
				       "pods before a policy sees them: it matches nothing";
	for (uint32_t i = 0; i < snapshot->n_pod_cidrs; i++)
		if (ip_cidr_within(block, &snapshot->pod_cidrs[i], false))
			return "addresses of pods, which change with every restart";
	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		for (uint32_t k = 0; k < snapshot->nodes[i]->n_pod_cidrs; k++)
			if (ip_cidr_within(block, &snapshot->nodes[i]->pod_cidrs[k], false))
				return "addresses of pods, which change with every restart";
	return NULL;
}

/* A cache of the node answers under the address of the cluster's DNS: then the block is right. */
void scan_inner_block(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers && !scan_only_port(rule, 53); i++) {
		const struct policy_peer *peer = &rule->peers[i];
		const char *what;
		char buf[IP_CIDR_TEXT_SIZE];

		/* what is wider than a cluster's own block is not about the cluster alone */
		if (peer->kind != POLICY_PEER_CIDR ||
		    peer->cidr.prefix_len < (peer->cidr.addr.family == IP_V4 ? 12 : 48))
			continue;
		what = inhabitant_of(scan, &peer->cidr);
		if (what)
			scan_help(scan,
				  scan_report(scan, scan_at_policy(rule->policy, peer->span),
					      "%s are %s", ip_cidr_format(&peer->cidr, buf), what),
				  "write a podSelector for the pods that are meant");
	}
}
