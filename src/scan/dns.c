/* SPDX-License-Identifier: Apache-2.0 */
/* BH501 and BH502: names, and whether pods that egress rules bind can resolve them. */
#include "scan/check.h"

#include <stdlib.h>
#include <string.h>

#define NODE_LOCAL_DNS "169.254.20.10" /* where the node's cache answers by default */

struct pods {
	const struct model_pod **items;
	size_t n;
	size_t cap;
};

/* Where a DNS server of the cluster listens: 53, and 5353 on OpenShift; 0: it is none. */
static uint16_t dns_port(const struct scan *scan, const struct model_pod *pod)
{
	uint16_t found = 0;

	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (pod->ports[i].space == PORT_UDP &&
		    (pod->ports[i].number == 53 || pod->ports[i].number == 5353))
			found = pod->ports[i].number;
	return scan_is_system(scan, pod->ns) ? found : 0;
}

/* Those that declare the port, and what is behind the Service, if nobody does. */
static void find_servers(const struct scan *scan, struct pods *ret)
{
	const struct model_service *service =
		model_find_service(scan->snapshot, "kube-system", "kube-dns");

	for (uint32_t i = 0; i < scan->snapshot->n_pods; i++)
		if (dns_port(scan, scan->snapshot->pods[i]))
			vec_push(ret, scan->snapshot->pods[i]);
	for (uint32_t i = 0; service && ret->n == 0 && i < service->n_backends; i++)
		vec_push(ret, service->backends[i]);
}

/* By the address of the node's cache, or of the Service that the cache stands in for. */
static bool may_ask_cache(struct scan *scan, const struct model_pod *pod, enum port_space space)
{
	const struct model_service *service =
		model_find_service(scan->snapshot, "kube-system", "kube-dns");
	struct ip_addr addr;

	ip_parse(NODE_LOCAL_DNS, &addr, NULL);
	if (scan_outside_may(scan, pod, &addr, POLICY_EGRESS, space, 53))
		return true;
	for (uint32_t i = 0; service && i < service->n_cluster_ips; i++)
		if (scan_outside_may(scan, pod, &service->cluster_ips[i], POLICY_EGRESS, space, 53))
			return true;
	return false;
}

static bool may_resolve(struct scan *scan, const struct model_pod *pod, const struct pods *servers,
			enum port_space space)
{
	for (size_t i = 0; i < servers->n; i++) {
		const uint16_t port = dns_port(scan, servers->items[i]);

		if (scan_side_may(scan, pod, servers->items[i], POLICY_EGRESS, space,
				  port ? port : 53))
			return true;
	}
	return may_ask_cache(scan, pod, space);
}

/* The template names resolvers of its own, and one of them can be asked, or is the node's. */
static bool resolves_elsewhere(struct scan *scan, const struct model_workload *workload)
{
	const struct tree_node *spec = tree_get(scan_template(scan, workload), "spec");
	const struct tree_node *servers = scan_node(spec, "dnsConfig", "nameservers", NULL);
	const char *policy = tree_get_string(spec, "dnsPolicy");
	struct ip_addr addr;

	if (policy && strcmp(policy, "Default") == 0)
		return true;
	for (uint32_t i = 0; servers && servers->kind == TREE_SEQ && i < servers->len; i++)
		if (servers->items[i]->kind == TREE_STRING &&
		    !ip_parse(servers->items[i]->text, &addr, NULL) &&
		    scan_outside_may(scan, workload->pods[0], &addr, POLICY_EGRESS, PORT_UDP, 53))
			return true;
	return false;
}

/* Whom a workload talks to: by address alone, as far as rules and its own table of names say. */
struct outgoing {
	const struct policy *isolating; /* the first that isolates it; NULL: none does */
	bool has_blocks;
	bool has_names;
};

static void look_at_rule(const struct policy_rule *rule, struct outgoing *ret)
{
	ret->has_names |= rule->any_peer && rule->action == POLICY_ALLOW;
	for (uint32_t i = 0; rule->action == POLICY_ALLOW && i < rule->n_peers; i++) {
		ret->has_names |= rule->peers[i].kind != POLICY_PEER_CIDR;
		ret->has_blocks |= rule->peers[i].kind == POLICY_PEER_CIDR;
	}
}

static struct outgoing look_at(struct scan *scan, const struct model_workload *workload)
{
	const struct tree_node *spec = tree_get(scan_template(scan, workload), "spec");
	struct outgoing ret = {.has_blocks = tree_get(spec, "hostAliases")};
	uint32_t n;
	const struct policy *const *policies = scan_policies_of(scan, workload, &n);

	for (uint32_t i = 0; i < n; i++) {
		const struct policy *policy = policies[i];

		if (!ret.isolating && policy->isolates[POLICY_EGRESS] && !policy->is_staged)
			ret.isolating = policy;
		for (uint32_t k = 0; k < policy->n_rules[POLICY_EGRESS]; k++)
			look_at_rule(&policy->rules[POLICY_EGRESS][k], &ret);
	}
	return ret;
}

/* A workload without names, and the policy that is to blame. */
struct mute {
	const struct model_workload *workload;
	const struct policy *policy;
	bool needs_names;
};

struct mutes {
	struct mute *items;
	size_t n;
	size_t cap;
};

static bool is_server(const struct pods *servers, const struct model_workload *workload)
{
	for (size_t i = 0; i < servers->n; i++)
		if (servers->items[i]->workload == workload)
			return true;
	return false;
}

static void find_mutes(struct scan *scan, const struct pods *servers, struct mutes *ret)
{
	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];
		struct outgoing outgoing;

		if (!scan_is_subject(workload) || is_server(servers, workload))
			continue;
		outgoing = look_at(scan, workload);
		if (!outgoing.isolating ||
		    may_resolve(scan, workload->pods[0], servers, PORT_UDP) ||
		    resolves_elsewhere(scan, workload))
			continue;
		vec_push(ret, ((struct mute){workload, outgoing.isolating,
					     outgoing.has_names || !outgoing.has_blocks}));
	}
}

static int compare_mutes(const void *left, const void *right)
{
	const struct mute *a = left, *b = right;

	if (a->policy != b->policy)
		return a->policy->index < b->policy->index ? -1 : 1;
	return (a->workload->index > b->workload->index) -
	       (a->workload->index < b->workload->index);
}

/* Where a policy says that it limits egress. */
static struct diag_span egress_span(const struct policy *policy)
{
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const struct tree_member *member = tree_member(spec, "egress");

	if (!member)
		member = tree_member(spec, "policyTypes");
	return member ? tree_key_span(policy->object->file, member) : policy->span;
}

#define DNS_RULE \
	"{\"to\": [{\"namespaceSelector\": {\"matchLabels\": " \
	"{\"kubernetes.io/metadata.name\": \"kube-system\"}}, " \
	"\"podSelector\": {\"matchLabels\": {\"k8s-app\": \"kube-dns\"}}}], " \
	"\"ports\": [{\"port\": 53, \"protocol\": \"UDP\"}, " \
	"{\"port\": 53, \"protocol\": \"TCP\"}]}"

static const char *const dns_rule[] = {
	"to:",
	"- namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}",
	"  podSelector: {matchLabels: {k8s-app: kube-dns}}",
	"ports:",
	"- {port: 53, protocol: UDP}",
	"- {port: 53, protocol: TCP}",
	NULL,
};

/* An empty list of rules that is written in one of the ways that are often seen. */
static void fill_list(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_member *egress)
{
	const size_t at = scan_offset(scan, file, egress->value->line, egress->value->column);

	if (egress->value->kind == TREE_NULL)
		scan_edit_null(scan, finding, file, egress, "[" DNS_RULE "]");
	else if (egress->value->kind == TREE_SEQ && strncmp(file->text + at, "[]", 2) == 0)
		scan_edit(finding, file, at, 2, "[" DNS_RULE "]");
}

/* The rule in the words of a NetworkPolicy, before those that are there, or as the only one. */
static void add_rule(struct scan *scan, struct scan_finding *finding, const struct policy *policy)
{
	const struct diag_file *file = policy->object->file;
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const struct tree_member *egress = tree_member(spec, "egress");

	if (!scan_is_networkpolicy(policy) ||
	    (!egress && !(spec && scan_is_block(scan, file, spec))))
		return;
	if (!egress)
		scan_edit_member(scan, finding, file, tree_member(spec, "policyTypes"), "egress",
				 dns_rule);
	else if (egress->value->kind == TREE_SEQ && egress->value->len)
		scan_edit_item(scan, finding, file, egress->value->items[0], dns_rule, DNS_RULE);
	else
		fill_list(scan, finding, file, egress);
}

void scan_no_dns(struct scan *scan)
{
	struct pods servers = {0};
	struct mutes mutes = {0};

	find_servers(scan, &servers);
	find_mutes(scan, &servers, &mutes);
	if (mutes.n)
		qsort(mutes.items, mutes.n, sizeof(*mutes.items), compare_mutes);
	for (size_t i = 0, end; i < mutes.n; i = end) {
		const struct policy *policy = mutes.items[i].policy;
		bool needs_names = false;
		struct scan_finding *finding;

		for (end = i; end < mutes.n && mutes.items[end].policy == policy; end++)
			needs_names |= mutes.items[end].needs_names;
		finding = scan_report(
			scan, scan_at_policy(policy, egress_span(policy)),
			"%s cannot reach the cluster's DNS on 53/UDP: egress is isolated "
			"here, and no rule of any policy allows it, so no name resolves",
			scan_and_others(scan, mutes.items[i].workload, (uint32_t)(end - i)));
		if (!needs_names)
			finding->severity = SCAN_MEDIUM;
		scan_help(scan, finding,
			  "allow egress to k8s-app=kube-dns in kube-system on 53/UDP and 53/TCP");
		add_rule(scan, finding, policy);
	}
	vec_release(&servers);
	vec_release(&mutes);
}

/* A pod or address that a rule's peers have and that a question on DNS may be put to. */
static bool asks_only_udp(struct scan *scan, const struct policy_rule *rule,
			  const struct model_pod *subject, const struct pods *servers)
{
	for (size_t i = 0; i < servers->n; i++)
		if (scan_has_peer(scan, rule, servers->items[i]))
			return scan_may(scan, subject, servers->items[i], PORT_UDP, 53) &&
			       !scan_side_may(scan, subject, servers->items[i], POLICY_EGRESS,
					      PORT_TCP, 53);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].kind == POLICY_PEER_CIDR)
			return scan_outside_may(scan, subject, &rule->peers[i].cidr.addr,
						POLICY_EGRESS, PORT_UDP, 53) &&
			       !scan_outside_may(scan, subject, &rule->peers[i].cidr.addr,
						 POLICY_EGRESS, PORT_TCP, 53);
	return false;
}

/* The port of the rule that is 53/UDP and nothing else; NULL: it has none, or has TCP too. */
static const struct policy_port *udp_alone(const struct policy_rule *rule)
{
	const struct policy_port *found = NULL;

	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE && rule->ports[i].space == PORT_UDP &&
		    rule->ports[i].first == 53 && rule->ports[i].last == 53)
			found = &rule->ports[i];
	return rule->any_port || scan_has_port(rule, PORT_TCP, 53) ? NULL : found;
}

/* The same with TCP, in the text of a NetworkPolicy. */
static void add_tcp(struct scan *scan, struct scan_finding *finding, const struct policy_rule *rule,
		    const struct policy_port *port)
{
	static const char *const lines[] = {"{port: 53, protocol: TCP}", NULL};
	const struct tree_node *rules =
		scan_node(rule->policy->object->root, "spec", "egress", NULL);
	const struct tree_node *ports;

	if (!scan_is_networkpolicy(rule->policy) || !rules || rule->index >= rules->len)
		return;
	ports = tree_get(rules->items[rule->index], "ports");
	for (uint32_t i = 0; ports && i < ports->len; i++)
		if (i == (uint32_t)(port - rule->ports))
			scan_edit_item(scan, finding, rule->policy->object->file, ports->items[i],
				       lines, "{\"port\": 53, \"protocol\": \"TCP\"}");
}

void scan_udp_only(struct scan *scan, const struct policy_rule *rule)
{
	const struct scan_members *members = scan_members(scan, &rule->policy->subject);
	const struct policy_port *port = udp_alone(rule);
	const struct model_workload *first = NULL;
	struct pods servers = {0};
	struct scan_finding *finding;
	uint32_t n = 0;

	if (!port || rule->direction != POLICY_EGRESS || rule->action != POLICY_ALLOW)
		return;
	find_servers(scan, &servers);
	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];

		if (!scan_is_subject(workload) ||
		    !asks_only_udp(scan, rule, workload->pods[0], &servers))
			continue;
		first = n++ == 0 ? workload : first;
	}
	vec_release(&servers);
	if (n == 0)
		return;
	finding = scan_report(scan, scan_at_policy(rule->policy, port->span),
			      "%s can ask for names on 53/UDP and not on 53/TCP: answers that do "
			      "not fit into a datagram get lost",
			      scan_and_others(scan, first, n));
	scan_help(scan, finding, "add {port: 53, protocol: TCP}");
	add_tcp(scan, finding, rule, port);
}
