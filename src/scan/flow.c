/* SPDX-License-Identifier: Apache-2.0 */
/* BH501, BH502 and BH504: connections that need two things, and have one. */
#include "scan/check.h"

#include <string.h>

#define NODE_LOCAL_DNS "169.254.20.10"

static const struct model_service *dns_service(const struct scan *scan)
{
	const struct model_service *service =
		model_find_service(scan->snapshot, "kube-system", "kube-dns");

	return service ? service : model_find_service(scan->snapshot, "kube-system", "coredns");
}

/* Some pod of the cluster's DNS gets the query, or the cache of the node does. */
static bool resolves(struct scan *scan, const struct model_pod *pod, uint8_t space)
{
	const struct model_service *service = dns_service(scan);
	struct ip_addr local;
	bool may;

	ip_parse(NODE_LOCAL_DNS, &local, NULL);
	may = scan_outside_may(scan, pod, &local, POLICY_EGRESS, space, 53);
	for (uint32_t i = 0; service && !may && i < service->n_backends; i++) {
		struct port_set ports = {0};

		for (uint32_t k = 0; k < service->n_ports; k++)
			if (service->ports[k].space == space && service->ports[k].port == 53)
				model_service_targets(&service->ports[k], service->backends[i],
						      &ports);
		may = scan_may(scan, pod, service->backends[i], space,
			       ports.n ? ports.ranges[0].first : 53);
		port_set_release(&ports);
	}
	return may || !service;
}

/* A policy that closes the workload's egress, or NULL. */
static const struct policy *closing_policy(struct scan *scan, const struct model_workload *workload)
{
	uint32_t n;
	const struct policy *const *policies = scan_policies_of(scan, workload, &n);

	for (uint32_t i = 0; i < n; i++)
		if (policies[i]->isolates[POLICY_EGRESS] && !policies[i]->is_staged)
			return policies[i];
	return NULL;
}

static bool asks_cluster_dns(struct scan *scan, const struct model_workload *workload)
{
	const char *policy = tree_get_string(scan_node(scan_template(scan, workload), "spec", NULL),
					     "dnsPolicy");

	return !policy || (strcmp(policy, "None") != 0 && strcmp(policy, "Default") != 0);
}

/* One finding for a namespace: what is missing is one policy. */
void scan_no_dns(struct scan *scan, const struct model_namespace *ns)
{
	const struct model_workload *first = NULL, *workload;
	const struct policy *policy;
	struct scan_finding *finding;
	uint32_t n_closed = 0;

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		workload = scan->snapshot->workloads[i];
		if (workload->ns != ns || !scan_is_subject(workload) ||
		    resolves(scan, workload->pods[0], PORT_UDP) ||
		    resolves(scan, workload->pods[0], PORT_TCP) ||
		    !asks_cluster_dns(scan, workload))
			continue;
		first = n_closed++ == 0 ? workload : first;
	}
	policy = first ? closing_policy(scan, first) : NULL;
	if (!policy)
		return;
	finding = scan_report(scan, scan_at_policy(policy, policy->span),
			      "%s/%s%s cannot reach the cluster's DNS: with egress closed no name "
			      "resolves",
			      ns->name, first->name,
			      n_closed > 1 ? arena_printf(&scan->arena, " and %u other%s",
							  n_closed - 1, n_closed > 2 ? "s" : "")
					   : "");
	scan_help(scan, finding,
		  "allow port 53, UDP and TCP, to namespaceSelector {matchLabels: "
		  "{kubernetes.io/metadata.name: kube-system}} with podSelector {matchLabels: "
		  "{k8s-app: kube-dns}}");
}

void scan_udp_only(struct scan *scan, const struct policy_rule *rule)
{
	const struct policy_port *udp = NULL;
	bool fails = false, is_used = false;

	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE && rule->ports[i].space == PORT_UDP &&
		    rule->ports[i].first <= 53 && 53 <= rule->ports[i].last)
			udp = &rule->ports[i];
	if (!udp || rule->direction != POLICY_EGRESS || !scan_allows(rule) ||
	    scan_has_port(rule, PORT_TCP, 53))
		return;
	for (uint32_t i = 0; i < scan->n_workloads && !fails; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (!scan_is_subject(workload) ||
		    !policy_subject_matches(&rule->policy->subject, workload->pods[0]))
			continue;
		is_used = true;
		fails = !resolves(scan, workload->pods[0], PORT_TCP);
	}
	if (fails || !is_used)
		scan_help(
			scan,
			scan_report(scan, scan_at_policy(rule->policy, udp->span),
				    "DNS over UDP only: an answer that is too long for it is asked "
				    "for again over TCP, which is refused"),
			"add {port: 53, protocol: TCP}");
}

/* What a rule allows on its side, and whether somebody on the other side does too. */
struct sides {
	const struct model_workload *subject;
	const struct model_workload *peer;
	struct port_range port;
	bool is_whole;
};

static void ask_pair(struct scan *scan, const struct policy_rule *rule,
		     const struct model_workload *subject, const struct model_workload *peer,
		     struct sides *ret)
{
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct model_pod *target = is_ingress ? subject->pods[0] : peer->pods[0];
	const struct port_range port = scan_port_of(rule, target);

	if (!scan_side_may(scan, subject->pods[0], peer->pods[0], rule->direction, port.space,
			   port.first))
		return;
	if (scan_side_may(scan, peer->pods[0], subject->pods[0],
			  is_ingress ? POLICY_EGRESS : POLICY_INGRESS, port.space, port.first))
		ret->is_whole = true;
	else if (!ret->subject)
		*ret = (struct sides){subject, peer, port, ret->is_whole};
}

static void ask_peer(struct scan *scan, const struct policy_rule *rule,
		     const struct policy_peer *peer, struct sides *ret)
{
	for (uint32_t i = 0; i < scan->n_workloads && !ret->is_whole; i++) {
		const struct model_workload *subject = scan->snapshot->workloads[i];

		if (!scan_is_subject(subject) ||
		    !policy_subject_matches(&rule->policy->subject, subject->pods[0]))
			continue;
		for (uint32_t k = 0; k < scan->n_workloads && !ret->is_whole; k++) {
			const struct model_workload *other = scan->snapshot->workloads[k];

			if (other != subject && scan_is_subject(other) &&
			    scan_peer_takes(scan, peer, other->pods[0]))
				ask_pair(scan, rule, subject, other, ret);
		}
	}
}

static void report_side(struct scan *scan, const struct policy_rule *rule,
			const struct policy_peer *peer, const struct sides *sides)
{
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct model_workload *from = is_ingress ? sides->peer : sides->subject;
	const struct model_workload *to = is_ingress ? sides->subject : sides->peer;

	scan_help(scan,
		  scan_report(scan, scan_at_policy(rule->policy, peer->span),
			      "this allows one side only: %s/%s cannot reach %s/%s:%u, since the "
			      "%s of %s refuses it",
			      from->ns->name, from->name, to->ns->name, to->name, sides->port.first,
			      is_ingress ? "egress" : "ingress", sides->peer->name),
		  "allow it in the %s of %s/%s too, or remove the peer",
		  is_ingress ? "egress" : "ingress", sides->peer->ns->name, sides->peer->name);
}

/* Peers that name somebody; of those for everybody it is not known who was meant. */
void scan_one_side(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; scan_allows(rule) && i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		struct sides sides = {0};

		if (peer->kind != POLICY_PEER_PODS || peer->pods.pods.n == 0)
			continue;
		ask_peer(scan, rule, peer, &sides);
		if (sides.subject && !sides.is_whole)
			report_side(scan, rule, peer, &sides);
	}
}
