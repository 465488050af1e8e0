/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy: the text of their types,
 * network-policy-api apis/v1alpha1 and apis/v1alpha2.
 */
#include "lib/oracle_ask.h"

#include <assert.h>
#include <string.h>

/* ---- Subjects and peers ---- */

/* "namespaces: all pods in them; pods: by namespaceSelector and podSelector" */
static bool selects_pod(const struct oracle *oracle, const struct tree_node *peer,
			const struct model_pod *pod)
{
	const struct tree_node *namespaces = oracle_field(peer, "namespaces");
	const struct tree_node *pods = oracle_field(peer, "pods");

	if (namespaces)
		return oracle_selects(oracle, namespaces, &pod->ns->labels);
	return pods &&
	       oracle_selects(oracle, oracle_field(pods, "namespaceSelector"), &pod->ns->labels) &&
	       oracle_selects(oracle, oracle_field(pods, "podSelector"), &pod->labels);
}

/* "the IPs present in the node.Status.Addresses field"; "if present but empty, it selects all Nodes" */
static bool nodes_match(const struct oracle_ask *ask, const struct tree_node *selector)
{
	const struct model_snapshot *snapshot = ask->oracle->snapshot;

	for (uint32_t i = 0; i < snapshot->n_nodes; i++) {
		const struct model_node *node = snapshot->nodes[i];

		if (!oracle_selects(ask->oracle, selector, &node->labels) &&
		    ask->oracle->fault != ORACLE_EVERY_NODE)
			continue;
		for (uint32_t addr = 0; addr < node->n_addrs; addr++)
			if (ip_equal(&node->addrs[addr], &oracle_peer(ask)->addr))
				return true;
	}
	return false;
}

/* "note that cluster-internal traffic will be checked against the rule as well" */
static bool networks_match(const struct oracle_ask *ask, const struct tree_node *networks)
{
	const struct oracle_end *peer = oracle_peer(ask);

	if (peer->pod && ask->oracle->fault == ORACLE_NETWORKS_ARE_OUTSIDE)
		return false;
	for (uint32_t i = 0; i < oracle_count(networks); i++)
		if (oracle_block_contains(networks->items[i]->text, &peer->addr))
			return true;
	return false;
}

static bool peer_matches(const struct oracle_ask *ask, const struct tree_node *peer)
{
	const struct model_pod *pod = oracle_peer(ask)->pod;
	const struct tree_node *nodes = oracle_field(peer, "nodes");

	return (nodes && nodes_match(ask, nodes)) ||
	       networks_match(ask, oracle_field(peer, "networks")) ||
	       (pod && selects_pod(ask->oracle, peer, pod));
}

/* "This field must be defined and contain at least one item." */
static bool peers_match(const struct oracle_ask *ask, const struct tree_node *peers)
{
	for (uint32_t i = 0; i < oracle_count(peers); i++)
		if (peer_matches(ask, peers->items[i]))
			return true;
	return false;
}

/* Any address may have the names of `domainNames`. */
static bool has_names(const struct tree_node *peers)
{
	for (uint32_t i = 0; i < oracle_count(peers); i++)
		if (oracle_field(peers->items[i], "domainNames"))
			return true;
	return false;
}

/* ---- Ports ---- */

static bool number_matches(const struct oracle_ask *ask, const struct tree_node *number)
{
	return number && ask->question->port == number->integer;
}

/* "an inclusive range of ports" */
static bool range_matches(const struct oracle_ask *ask, const struct tree_node *range)
{
	int64_t exclusive = ask->oracle->fault == ORACLE_RANGE_END_EXCLUSIVE;

	return range && ask->question->port >= oracle_field(range, "start")->integer &&
	       ask->question->port <= oracle_field(range, "end")->integer - exclusive;
}

/* v1alpha1: portNumber, portRange, namedPort */
static bool port_matches(const struct oracle_ask *ask, const struct tree_node *entry)
{
	const struct tree_node *number = oracle_field(entry, "portNumber");
	const struct tree_node *range = oracle_field(entry, "portRange");
	const struct tree_node *name = oracle_field(entry, "namedPort");
	const struct tree_node *protocol = oracle_field(number ? number : range, "protocol");

	if (name)
		return oracle_name_matches(ask, name->text);
	return strcmp(protocol ? protocol->text : "TCP", port_space_name(ask->question->space)) ==
		       0 &&
	       (number_matches(ask, oracle_field(number, "port")) || range_matches(ask, range));
}

/* v1alpha2: tcp, udp, sctp, destinationNamedPort */
static bool protocol_matches(const struct oracle_ask *ask, const struct tree_node *entry)
{
	static const char *const keys[PORT_N_SPACES] = {
		[PORT_TCP] = "tcp", [PORT_UDP] = "udp", [PORT_SCTP] = "sctp"};
	const char *key = keys[ask->question->space];
	const struct tree_node *name = oracle_field(entry, "destinationNamedPort");
	const struct tree_node *port =
		oracle_field(key ? oracle_field(entry, key) : NULL, "destinationPort");

	return (name && oracle_name_matches(ask, name->text)) ||
	       number_matches(ask, oracle_field(port, "number")) ||
	       range_matches(ask, oracle_field(port, "range"));
}

static bool ports_match(const struct oracle_ask *ask, const struct tree_node *rule)
{
	const struct tree_node *ports = oracle_field(rule, "ports");
	const struct tree_node *protocols = oracle_field(rule, "protocols");

	for (uint32_t i = 0; i < oracle_count(ports); i++)
		if (port_matches(ask, ports->items[i]))
			return true;
	for (uint32_t i = 0; i < oracle_count(protocols); i++)
		if (protocol_matches(ask, protocols->items[i]))
			return true;
	/* "If unspecified, protocol-specific attributes will not be used to match traffic." */
	return oracle_count(ports) == 0 && oracle_count(protocols) == 0;
}

/* ---- A tier ---- */

static bool is_in_tier(const struct model_policy_object *policy, const char *tier)
{
	const struct tree_node *spec = oracle_field(policy->root, "spec");

	if (strcmp(policy->kind, "ClusterNetworkPolicy") == 0)
		return oracle_is_text(oracle_field(spec, "tier"), tier);
	return strcmp(policy->kind, strcmp(tier, "Admin") == 0 ? "AdminNetworkPolicy"
							       : "BaselineAdminNetworkPolicy") == 0;
}

/* The baseline policy of v1alpha1 has no priority, and comes last. */
static int64_t priority(const struct model_policy_object *policy)
{
	const struct tree_node *node = oracle_field(oracle_field(policy->root, "spec"), "priority");

	return node ? node->integer : 1001;
}

/* "lower priority values … are checked before"; of equal ones by name, our choice. */
static bool is_before(const struct oracle *oracle, const struct model_policy_object *a,
		      const struct model_policy_object *b)
{
	int name = strcmp(a->name, b->name), kind = strcmp(a->kind, b->kind);

	if (priority(a) != priority(b))
		return (priority(a) < priority(b)) != (oracle->fault == ORACLE_HIGH_PRIORITY_FIRST);
	if (name)
		return (name < 0) != (oracle->fault == ORACLE_LAST_NAME_FIRST);
	return kind < 0;
}

/* The policy of the tier that selects the pod and is next after `last`; NULL: the first, none. */
static const struct model_policy_object *next_policy(const struct oracle_ask *ask, const char *tier,
						     const struct model_pod *pod,
						     const struct model_policy_object *last)
{
	const struct model_snapshot *snapshot = ask->oracle->snapshot;
	const struct model_policy_object *next = NULL;

	for (uint32_t i = 0; i < snapshot->n_policies; i++) {
		const struct model_policy_object *policy = snapshot->policies[i];
		const struct tree_node *subject =
			oracle_field(oracle_field(policy->root, "spec"), "subject");

		if (is_in_tier(policy, tier) && selects_pod(ask->oracle, subject, pod) &&
		    (!last || is_before(ask->oracle, last, policy)) &&
		    (!next || is_before(ask->oracle, policy, next)))
			next = policy;
	}
	return next;
}

static bool decide(const struct oracle_ask *ask, const struct tree_node *rule,
		   const struct oracle_rule *named, struct oracle_side *ret)
{
	const struct tree_node *action = oracle_field(rule, "action");

	if (oracle_is_text(action, "Pass")) {
		ret->passed[ret->n_passed++] = *named;
		return ask->oracle->fault == ORACLE_PASS_SKIPS_ALL;
	}
	oracle_decide(ret, !oracle_is_text(action, "Deny"), VERDICT_RULE);
	ret->rule = *named;
	return true;
}

/*
 * "a rule that appears at the top … would take the highest precedence". Whether one of them matches;
 * what it decides is in `ret_is_final`.
 */
static bool ask_rules(const struct oracle_ask *ask, const struct model_policy_object *policy,
		      struct oracle_side *ret, bool *ret_is_final)
{
	const struct tree_node *rules = oracle_field(oracle_field(policy->root, "spec"),
						     ask->is_egress ? "egress" : "ingress");

	for (uint32_t i = 0; i < oracle_count(rules); i++) {
		const struct tree_node *rule = rules->items[i];
		const struct tree_node *peers = oracle_field(rule, ask->is_egress ? "to" : "from");
		const struct oracle_rule named = {policy, i};

		if (!ports_match(ask, rule))
			continue;
		if (peers_match(ask, peers)) {
			*ret_is_final = decide(ask, rule, &named, ret);
			return true;
		}
		if (has_names(peers) && ask->oracle->fault != ORACLE_NOBODY_HAS_NAMES) {
			assert(ret->n_conditions < ORACLE_MAX_CONDITIONS);
			ret->conditions[ret->n_conditions++] = named;
		}
	}
	return false;
}

bool oracle_adminpolicy(const struct oracle_ask *ask, const char *tier, const struct model_pod *pod,
			struct oracle_side *ret)
{
	const struct model_policy_object *policy = NULL;
	bool is_final = false;

	while ((policy = next_policy(ask, tier, pod, policy)))
		if (ask_rules(ask, policy, ret, &is_final))
			return is_final;
	return false;
}
