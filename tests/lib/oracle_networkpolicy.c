/* SPDX-License-Identifier: Apache-2.0 */
/* NetworkPolicy: the text of its types, k8s.io/api networking/v1. */
#include "lib/oracle_ask.h"

#include <string.h>

static bool ip_block_matches(const struct oracle_ask *ask, const struct tree_node *block)
{
	const struct ip_addr *addr = &oracle_peer(ask)->addr;
	const struct tree_node *except = oracle_field(block, "except");

	if (!oracle_block_contains(oracle_field(block, "cidr")->text, addr))
		return false;
	for (uint32_t i = 0; i < oracle_count(except); i++)
		if (oracle_block_contains(except->items[i]->text, addr))
			return ask->oracle->fault == ORACLE_IGNORES_EXCEPT;
	return true;
}

/* ---- NetworkPolicyPeer ---- */

static bool peer_matches(const struct oracle_ask *ask, const struct tree_node *peer,
			 const char *own_ns)
{
	const struct tree_node *block = oracle_field(peer, "ipBlock");
	const struct tree_node *namespaces = oracle_field(peer, "namespaceSelector");
	const struct model_pod *pod = oracle_peer(ask)->pod;

	if (block || !pod)
		return block && ip_block_matches(ask, block);
	return (namespaces ? oracle_selects(ask->oracle, namespaces, &pod->ns->labels)
			   : strcmp(pod->ns->name, own_ns) == 0) &&
	       oracle_selects(ask->oracle, oracle_field(peer, "podSelector"), &pod->labels);
}

static bool peers_match(const struct oracle_ask *ask, const struct tree_node *peers,
			const char *own_ns)
{
	for (uint32_t i = 0; i < oracle_count(peers); i++)
		if (peer_matches(ask, peers->items[i], own_ns))
			return true;
	return oracle_count(peers) ==
	       0; /* "If this field is empty or missing, this rule matches all" */
}

/* ---- NetworkPolicyPort ---- */

static bool port_matches(const struct oracle_ask *ask, const struct tree_node *entry)
{
	const struct tree_node *protocol = oracle_field(entry, "protocol");
	const struct tree_node *port = oracle_field(entry, "port");
	const struct tree_node *end = oracle_field(entry, "endPort");
	int64_t exclusive = ask->oracle->fault == ORACLE_END_PORT_EXCLUSIVE;

	/* "If not specified, this field defaults to TCP" */
	if (strcmp(protocol ? protocol->text : "TCP", port_space_name(ask->question->space)) != 0)
		return false;
	if (!port) /* "this matches all port names and numbers" */
		return true;
	if (port->kind == TREE_STRING)
		return oracle_name_matches(ask, port->text);
	return ask->question->port >= port->integer &&
	       ask->question->port <= (end ? end->integer - exclusive : port->integer);
}

static bool ports_match(const struct oracle_ask *ask, const struct tree_node *ports)
{
	for (uint32_t i = 0; i < oracle_count(ports); i++)
		if (port_matches(ask, ports->items[i]))
			return true;
	/* "If this field is empty or missing, this rule matches all ports (traffic not restricted by port)" */
	return oracle_count(ports) == 0 && (ask->question->space == PORT_TCP ||
					    ask->oracle->fault != ORACLE_PORTLESS_RULE_IS_TCP);
}

/* ---- NetworkPolicySpec ---- */

static const struct tree_node *rules_of(const struct model_policy_object *policy, bool is_egress)
{
	return oracle_field(oracle_field(policy->root, "spec"), is_egress ? "egress" : "ingress");
}

static bool selects_pod(const struct oracle *oracle, const struct model_policy_object *policy,
			const struct model_pod *pod)
{
	const struct tree_node *spec = oracle_field(policy->root, "spec");

	return strcmp(policy->kind, "NetworkPolicy") == 0 &&
	       strcmp(policy->ns, pod->ns->name) == 0 &&
	       oracle_selects(oracle, oracle_field(spec, "podSelector"), &pod->labels);
}

bool oracle_isolates(const struct oracle *oracle, const struct model_policy_object *policy,
		     const struct model_pod *pod, bool is_egress)
{
	const struct tree_node *spec = oracle_field(policy->root, "spec");
	const struct tree_node *types = oracle_field(spec, "policyTypes");

	if (!selects_pod(oracle, policy, pod))
		return false;
	if (oracle_count(types) > 0)
		return oracle_contains(types, is_egress ? "Egress" : "Ingress");
	/* "it will default based on the existence of ingress or egress rules": always Ingress */
	return !is_egress || oracle_count(oracle_field(spec, "egress")) > 0 ||
	       (oracle->fault == ORACLE_EMPTY_EGRESS_ISOLATES && oracle_field(spec, "egress"));
}

/* The first rule of the policy that allows the packet, UINT32_MAX if none does. */
static uint32_t allowing_rule(const struct oracle_ask *ask,
			      const struct model_policy_object *policy)
{
	const struct tree_node *rules = rules_of(policy, ask->is_egress);

	for (uint32_t i = 0; i < oracle_count(rules); i++)
		if (peers_match(ask, oracle_field(rules->items[i], ask->is_egress ? "to" : "from"),
				policy->ns) &&
		    ports_match(ask, oracle_field(rules->items[i], "ports")))
			return i;
	return UINT32_MAX;
}

/*
 * A pod is isolated "if there is any NetworkPolicy that selects it"; what they allow is a union. A
 * direction in which none isolates it is left to the next tier.
 */
bool oracle_networkpolicy(const struct oracle_ask *ask, const struct model_pod *pod,
			  struct oracle_side *ret)
{
	const struct model_snapshot *snapshot = ask->oracle->snapshot;
	bool is_isolated = false, is_selected = false;

	for (uint32_t i = 0; i < snapshot->n_policies; i++) {
		const struct model_policy_object *policy = snapshot->policies[i];
		bool isolates = oracle_isolates(ask->oracle, policy, pod, ask->is_egress);
		uint32_t rule = isolates ? allowing_rule(ask, policy) : UINT32_MAX;

		is_isolated |= isolates;
		is_selected |= selects_pod(ask->oracle, policy, pod);
		if (rule != UINT32_MAX) {
			oracle_decide(ret, true, VERDICT_RULE);
			ret->rule = (struct oracle_rule){policy, rule};
			return true;
		}
	}
	if (is_isolated)
		oracle_decide(ret, false, VERDICT_DEFAULT_DENY);
	return is_isolated || (is_selected && ask->oracle->fault == ORACLE_ISOLATED_BOTH_WAYS);
}
