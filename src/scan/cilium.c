/* SPDX-License-Identifier: Apache-2.0 */
/* BH802: words of Cilium for everybody. */
#include "scan/check.h"

#include <string.h>

static bool is_ciliums(const char *group)
{
	return strcmp(group, "cilium.io") == 0;
}

/* `spec` is the first part of an object that has it, and each of `specs` is one. */
static const struct tree_node *spec_of(const struct policy *policy)
{
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const struct tree_node *specs = tree_get(policy->object->root, "specs");
	const uint32_t number = policy->part - (spec != NULL);

	if (spec && policy->part == 0)
		return spec;
	return specs && specs->kind == TREE_SEQ && number < specs->len ? specs->items[number]
								       : NULL;
}

/* The item of a list that became the rule, and others perhaps. */
static const struct tree_node *item_of(const struct policy_rule *rule)
{
	const struct tree_node *list =
		tree_get(spec_of(rule->policy), policy_direction_name(rule->direction));

	return list && list->kind == TREE_SEQ && rule->index < list->len ? list->items[rule->index]
									 : NULL;
}

/* Entities that are more than one knows, and who stands for them in questions. */
enum crowd { OWN_NODE, OTHER_NODES, OUTSIDE_V4, OUTSIDE_V6, PODS };

static const struct breadth {
	const char *entity;
	const char *who;
	uint8_t crowd; /* enum crowd */
} breadths[] = {
	{"all", "every pod, node and address", PODS},
	{"cluster", "every pod and node of the cluster", PODS},
	{"world", "every address outside the cluster", OUTSIDE_V4},
	{"world-ipv4", "every IPv4 address outside the cluster", OUTSIDE_V4},
	{"world-ipv6", "every IPv6 address outside the cluster", OUTSIDE_V6},
	{"host", "whatever runs on the network of its node", OWN_NODE},
	{"remote-node", "whatever runs on the network of other nodes", OTHER_NODES},
};

static bool is_nodes(const struct breadth *breadth)
{
	return breadth->crowd == OWN_NODE || breadth->crowd == OTHER_NODES;
}

static const struct breadth *find_breadth(const struct tree_node *entity)
{
	for (size_t i = 0; i < sizeof(breadths) / sizeof(breadths[0]); i++)
		if (entity->kind == TREE_STRING && strcmp(breadths[i].entity, entity->text) == 0)
			return &breadths[i];
	return NULL;
}

/* An address of the pod's own node, or of another; NULL: the input shows none. */
static const struct ip_addr *node_address(const struct scan *scan, const struct model_pod *pod,
					  bool is_own)
{
	for (uint32_t i = 0; pod->node && i < scan->snapshot->n_nodes; i++) {
		const struct model_node *node = scan->snapshot->nodes[i];

		if (node->n_addrs && (strcmp(node->name, pod->node) == 0) == is_own)
			return &node->addrs[0];
	}
	return NULL;
}

/* Whether all policies together leave the workload open to the crowd on a port of the rule. */
static bool is_open(struct scan *scan, const struct policy_rule *rule,
		    const struct breadth *breadth, const struct model_pod *pod)
{
	const struct model_pod *stranger = scan_stranger(scan);
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct port_range port = scan_port_of(rule, is_ingress ? pod : stranger);
	const struct ip_addr *addr;
	struct ip_addr far;

	if (is_nodes(breadth)) {
		addr = node_address(scan, pod, breadth->crowd == OWN_NODE);
		return !addr ||
		       scan_outside_may(scan, pod, addr, rule->direction, port.space, port.first);
	}
	if (breadth->crowd == PODS)
		return scan_side_may(scan, pod, stranger, rule->direction, port.space, port.first);
	ip_parse(breadth->crowd == OUTSIDE_V4 ? "8.8.8.8" : "2001:4860:4860::8888", &far, NULL);
	return scan_outside_may(scan, pod, &far, rule->direction, port.space, port.first);
}

static struct scan_access find_open(struct scan *scan, const struct policy_rule *rule,
				    const struct breadth *breadth)
{
	struct scan_access access = {0};

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (scan_is_subject(workload) &&
		    policy_subject_matches(&rule->policy->subject, workload->pods[0]) &&
		    is_open(scan, rule, breadth, workload->pods[0]))
			access.subject = access.n_subjects++ == 0 ? workload : access.subject;
	}
	return access;
}

/* Web servers are there for everybody, and a pod's own node may reach it anyway. */
static bool is_usual(const struct policy_rule *rule, const struct breadth *breadth)
{
	if (rule->direction != POLICY_INGRESS)
		return false;
	return is_nodes(breadth) ||
	       (breadth->crowd != PODS && (scan_only_port(rule, 443) || scan_only_port(rule, 80)));
}

static void check_entity(struct scan *scan, const struct policy_rule *rule,
			 const struct tree_node *entity)
{
	const struct breadth *breadth = find_breadth(entity);
	const struct model_workload *first;
	struct scan_finding *finding;
	struct scan_access access;
	const char *subject;

	if (!breadth || is_usual(rule, breadth))
		return;
	access = find_open(scan, rule, breadth);
	if (access.n_subjects == 0 && scan_selected(scan, rule->policy, &first))
		return;
	subject = scan_subject_text(scan, rule, &access);
	finding = scan_report(
		scan, scan_at_policy(rule->policy, tree_span(rule->policy->object->file, entity)),
		"%s can reach %s%s", rule->direction == POLICY_INGRESS ? breadth->who : subject,
		rule->direction == POLICY_INGRESS ? subject : breadth->who,
		scan_ports_text(scan, rule));
	scan_help(scan, finding, "name those that are meant: %s",
		  rule->direction == POLICY_INGRESS
			  ? "fromEndpoints or fromCIDR"
			  : "toEndpoints, toCIDR or toFQDNs, and toPorts");
}

void scan_broad_entity(struct scan *scan, const struct policy_rule *rule)
{
	const struct tree_node *entities;

	if (!is_ciliums(rule->policy->group) || !scan_allows(rule))
		return;
	entities = tree_get(item_of(rule),
			    rule->direction == POLICY_INGRESS ? "fromEntities" : "toEntities");
	for (uint32_t i = 0; entities && entities->kind == TREE_SEQ && i < entities->len; i++)
		check_entity(scan, rule, entities->items[i]);
}
