/* SPDX-License-Identifier: Apache-2.0 */
/* BH801 and BH802: Cilium's own policies. */
#include "scan/check.h"

#include "scan/loading.h"

#include <string.h>

static bool is_ciliums(const char *group)
{
	return strcmp(group, "cilium.io") == 0;
}

/* The item of a list that became the rule, and others perhaps. */
static const struct tree_node *item_of(const struct policy_rule *rule)
{
	const struct tree_node *list =
		tree_get(scan_spec(rule->policy), policy_direction_name(rule->direction));

	return list && list->kind == TREE_SEQ && rule->index < list->len ? list->items[rule->index]
									 : NULL;
}

/* The member of the first item of the egress list that has it; NULL: none does. */
static const struct tree_member *egress_member(const struct policy *policy, const char *key)
{
	const struct tree_node *list = tree_get(scan_spec(policy), "egress");
	const struct tree_member *member = NULL;

	for (uint32_t i = 0; list && list->kind == TREE_SEQ && !member && i < list->len; i++)
		member = tree_member(list->items[i], key);
	return member;
}

/* Whether a rule sends DNS through the proxy, which learns the addresses of names from it. */
static bool sees_names(const struct policy *policy)
{
	const struct tree_node *list = tree_get(scan_spec(policy), "egress");

	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++) {
		const struct tree_node *ports = tree_get(list->items[i], "toPorts");

		for (uint32_t k = 0; ports && ports->kind == TREE_SEQ && k < ports->len; k++)
			if (scan_node(ports->items[k], "rules", "dns", NULL))
				return true;
	}
	return false;
}

static bool learns_names(struct scan *scan, const struct model_workload *workload)
{
	uint32_t n;
	const struct policy *const *policies = scan_policies_of(scan, workload, &n);

	for (uint32_t i = 0; i < n; i++)
		if (is_ciliums(policies[i]->group) && sees_names(policies[i]))
			return true;
	return false;
}

/* Of pods that the input does not show: some policy that may be about them too. */
static bool may_learn_names(const struct scan *scan, const struct policy *policy)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++) {
		const struct policy *other = scan->policies->policies[i];

		if (is_ciliums(other->group) && (!other->ns || other->ns == policy->ns) &&
		    sees_names(other))
			return true;
	}
	return false;
}

static void check_names(struct scan *scan, const struct policy *policy)
{
	const struct scan_members *members = scan_members(scan, &policy->subject);
	const struct tree_member *names = egress_member(policy, "toFQDNs");
	const struct model_workload *first = NULL;
	bool is_empty = true;

	if (!names)
		return;
	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];

		if (!scan_is_subject(workload))
			continue;
		is_empty = false;
		if (!first && !learns_names(scan, workload))
			first = workload;
	}
	if (!first && (!is_empty || may_learn_names(scan, policy)))
		return;
	scan_help(scan,
		  scan_report(scan,
			      scan_at_policy(policy, tree_key_span(policy->object->file, names)),
			      "no policy of %s%s%s sends its DNS through Cilium's proxy, which "
			      "learns there what addresses names have: none of these is reached",
			      first ? first->ns->name : "the pods that it selects",
			      first ? "/" : "", first ? first->name : ""),
		  "add a rule for port 53 to kube-dns with rules: {dns: [{matchPattern: \"*\"}]}");
}

/* An object that has nothing but an empty list of policies. */
static void check_empty(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_member *specs = tree_member(manifest->root, "specs");

	if (specs && specs->value->kind == TREE_SEQ && specs->value->len == 0 &&
	    !tree_get(manifest->root, "spec"))
		scan_report(scan, scan_at_manifest(manifest, tree_key_span(manifest->file, specs)),
			    "'specs' is empty: the policy selects nobody and closes nothing");
}

void scan_cilium(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++)
		if (is_ciliums(scan->policies->policies[i]->group))
			check_names(scan, scan->policies->policies[i]);
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++)
		if (is_ciliums(scan->snapshot->manifests[i].group) &&
		    scan_is_policy(&scan->snapshot->manifests[i]))
			check_empty(scan, &scan->snapshot->manifests[i]);
	scan_take_oddities(scan, "cilium.io");
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

	if (is_nodes(breadth)) {
		addr = node_address(scan, pod, breadth->crowd == OWN_NODE);
		return !addr ||
		       scan_outside_may(scan, pod, addr, rule->direction, port.space, port.first);
	}
	if (breadth->crowd == PODS)
		return scan_side_may(scan, pod, stranger, rule->direction, port.space, port.first);
	return scan_outside_may(scan, pod, &scan->far[breadth->crowd == OUTSIDE_V4 ? IP_V4 : IP_V6],
				rule->direction, port.space, port.first);
}

static struct scan_access find_open(struct scan *scan, const struct policy_rule *rule,
				    const struct breadth *breadth)
{
	const struct scan_members *members = scan_members(scan, &rule->policy->subject);
	struct scan_access access = {0};

	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];

		if (scan_is_subject(workload) && is_open(scan, rule, breadth, workload->pods[0]))
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
		scan_ports_text(scan, rule, &access));
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
