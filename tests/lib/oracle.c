/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/oracle.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* A field, where null is the same as absent. */
static const struct tree_node *field(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = tree_get(map, key);

	return node && node->kind != TREE_NULL ? node : NULL;
}

static uint32_t count(const struct tree_node *list)
{
	return list ? list->len : 0;
}

static bool is_text(const struct tree_node *node, const char *text)
{
	return node && strcmp(node->text, text) == 0;
}

static bool contains(const struct tree_node *list, const char *text)
{
	for (uint32_t i = 0; i < count(list); i++)
		if (is_text(list->items[i], text))
			return true;
	return false;
}

/* A packet's source or target. */
struct end {
	struct ip_addr addr;
	const struct model_pod *pod; /* live and not of the host's network; NULL: outside */
	uint32_t n_pods;             /* that claim the address */
	bool is_node;
};

struct ask {
	const struct oracle *oracle;
	const struct oracle_question *question;
	struct end src;
	struct end dst;
	bool is_egress; /* the side that is judged */
};

/* ---- metav1.LabelSelector: "the result of matchLabels and matchExpressions are ANDed" ---- */

static const char *label(const struct model_labels *labels, const char *key)
{
	for (uint32_t i = 0; i < labels->n; i++)
		if (strcmp(labels->items[i].key, key) == 0)
			return labels->items[i].value;
	return NULL;
}

static bool expression_matches(const struct oracle *oracle, const struct tree_node *expression,
			       const struct model_labels *labels)
{
	const struct tree_node *op = field(expression, "operator");
	const char *value = label(labels, field(expression, "key")->text);
	bool is_listed = value && contains(field(expression, "values"), value);

	if (is_text(op, "In"))
		return is_listed;
	if (is_text(op, "NotIn"))
		return !is_listed && (value || oracle->fault != ORACLE_NOT_IN_NEEDS_KEY);
	return is_text(op, "Exists") ? value != NULL : value == NULL;
}

static bool selects(const struct oracle *oracle, const struct tree_node *selector,
		    const struct model_labels *labels)
{
	const struct tree_node *match = field(selector, "matchLabels");
	const struct tree_node *expressions = field(selector, "matchExpressions");

	for (uint32_t i = 0; i < count(match); i++) {
		const char *value = label(labels, match->members[i].key);

		if (!value || !is_text(match->members[i].value, value))
			return false;
	}
	for (uint32_t i = 0; i < count(expressions); i++)
		if (!expression_matches(oracle, expressions->items[i], labels))
			return false;
	return true;
}

/* ---- IPBlock: "a particular CIDR … except is a slice of CIDRs that should not be included" ---- */

static bool block_contains(const char *text, const struct ip_addr *addr)
{
	uint8_t block[16] = {0}, bytes[16];
	unsigned int prefix_len;
	char base[64];

	if (addr->family != (strchr(text, ':') ? IP_V6 : IP_V4) ||
	    sscanf(text, "%63[^/]/%u", base, &prefix_len) != 2)
		return false;
	if (addr->family == IP_V6)
		inet_pton(AF_INET6, base, block);
	else
		sscanf(base, "%hhu.%hhu.%hhu.%hhu", &block[0], &block[1], &block[2], &block[3]);
	ip_to_bytes(addr, bytes);
	for (unsigned int bit = 0; bit < prefix_len; bit++)
		if ((block[bit / 8] ^ bytes[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static bool ip_block_matches(const struct ask *ask, const struct tree_node *block)
{
	const struct ip_addr *addr = ask->is_egress ? &ask->dst.addr : &ask->src.addr;
	const struct tree_node *except = field(block, "except");

	if (!block_contains(field(block, "cidr")->text, addr))
		return false;
	for (uint32_t i = 0; i < count(except); i++)
		if (block_contains(except->items[i]->text, addr))
			return ask->oracle->fault == ORACLE_IGNORES_EXCEPT;
	return true;
}

/* ---- NetworkPolicyPeer ---- */

static bool peer_matches(const struct ask *ask, const struct tree_node *peer, const char *own_ns)
{
	const struct tree_node *block = field(peer, "ipBlock");
	const struct tree_node *namespaces = field(peer, "namespaceSelector");
	const struct model_pod *pod = (ask->is_egress ? &ask->dst : &ask->src)->pod;

	if (block || !pod)
		return block && ip_block_matches(ask, block);
	return (namespaces ? selects(ask->oracle, namespaces, &pod->ns->labels)
			   : strcmp(pod->ns->name, own_ns) == 0) &&
	       selects(ask->oracle, field(peer, "podSelector"), &pod->labels);
}

static bool peers_match(const struct ask *ask, const struct tree_node *peers, const char *own_ns)
{
	for (uint32_t i = 0; i < count(peers); i++)
		if (peer_matches(ask, peers->items[i], own_ns))
			return true;
	return count(peers) == 0; /* "If this field is empty or missing, this rule matches all" */
}

/* ---- NetworkPolicyPort ---- */

/* A named port is a container port of the pod that is the target, by name and protocol. */
static bool name_matches(const struct ask *ask, const char *name)
{
	const struct model_pod *pod = ask->dst.pod;

	for (uint32_t i = 0; pod && i < pod->n_ports; i++) {
		const struct model_port *at = &pod->ports[i];

		if (at->name && strcmp(at->name, name) == 0 && at->number == ask->question->port &&
		    (at->space == ask->question->space ||
		     ask->oracle->fault == ORACLE_NAME_OF_ANY_PROTOCOL))
			return true;
	}
	return false;
}

static bool port_matches(const struct ask *ask, const struct tree_node *entry)
{
	const struct tree_node *protocol = field(entry, "protocol");
	const struct tree_node *port = field(entry, "port");
	const struct tree_node *end = field(entry, "endPort");
	int64_t exclusive = ask->oracle->fault == ORACLE_END_PORT_EXCLUSIVE;

	/* "If not specified, this field defaults to TCP" */
	if (strcmp(protocol ? protocol->text : "TCP", port_space_name(ask->question->space)) != 0)
		return false;
	if (!port) /* "this matches all port names and numbers" */
		return true;
	if (port->kind == TREE_STRING)
		return name_matches(ask, port->text);
	return ask->question->port >= port->integer &&
	       ask->question->port <= (end ? end->integer - exclusive : port->integer);
}

static bool ports_match(const struct ask *ask, const struct tree_node *ports)
{
	for (uint32_t i = 0; i < count(ports); i++)
		if (port_matches(ask, ports->items[i]))
			return true;
	/* "If this field is empty or missing, this rule matches all ports (traffic not restricted by port)" */
	return count(ports) == 0 && (ask->question->space == PORT_TCP ||
				     ask->oracle->fault != ORACLE_PORTLESS_RULE_IS_TCP);
}

/* ---- NetworkPolicySpec ---- */

static const struct tree_node *rules_of(const struct model_policy_object *policy, bool is_egress)
{
	return field(field(policy->root, "spec"), is_egress ? "egress" : "ingress");
}

bool oracle_isolates(const struct oracle *oracle, const struct model_policy_object *policy,
		     const struct model_pod *pod, bool is_egress)
{
	const struct tree_node *spec = field(policy->root, "spec");
	const struct tree_node *types = field(spec, "policyTypes");

	if (strcmp(policy->kind, "NetworkPolicy") != 0 || strcmp(policy->ns, pod->ns->name) != 0 ||
	    !selects(oracle, field(spec, "podSelector"), &pod->labels))
		return false;
	if (count(types) > 0)
		return contains(types, is_egress ? "Egress" : "Ingress");
	/* "it will default based on the existence of ingress or egress rules": always Ingress */
	return !is_egress || count(field(spec, "egress")) > 0 ||
	       (oracle->fault == ORACLE_EMPTY_EGRESS_ISOLATES && field(spec, "egress"));
}

/* The first rule of the policy that allows the packet, UINT32_MAX if none does. */
static uint32_t allowing_rule(const struct ask *ask, const struct model_policy_object *policy)
{
	const struct tree_node *rules = rules_of(policy, ask->is_egress);

	for (uint32_t i = 0; i < count(rules); i++)
		if (peers_match(ask, field(rules->items[i], ask->is_egress ? "to" : "from"),
				policy->ns) &&
		    ports_match(ask, field(rules->items[i], "ports")))
			return i;
	return UINT32_MAX;
}

static struct oracle_side side(bool is_allowed, enum verdict_reason reason)
{
	return (struct oracle_side){.is_allowed = is_allowed, .reason = reason};
}

/* A pod is isolated "if there is any NetworkPolicy that selects it"; what they allow is a union. */
static struct oracle_side judge_pod(const struct ask *ask, const struct model_pod *pod)
{
	bool is_isolated = false;

	for (uint32_t i = 0; i < ask->oracle->snapshot->n_policies; i++) {
		const struct model_policy_object *policy = ask->oracle->snapshot->policies[i];
		bool isolates = oracle_isolates(ask->oracle, policy, pod, ask->is_egress);
		uint32_t rule = isolates ? allowing_rule(ask, policy) : UINT32_MAX;

		is_isolated |= isolates;
		if (rule != UINT32_MAX)
			return (struct oracle_side){true, VERDICT_RULE, policy, rule};
	}
	return is_isolated ? side(false, VERDICT_DEFAULT_DENY) : side(true, VERDICT_NOT_ISOLATED);
}

/* ---- The packet ---- */

static struct end find_end(const struct model_snapshot *snapshot, const struct ip_addr *addr)
{
	struct end end = {.addr = *addr, .is_node = model_find_node_address(snapshot, addr)};

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		for (uint32_t ip = 0; ip < pod->n_ips; ip++) {
			if (!ip_equal(&pod->ips[ip], addr))
				continue;
			end.pod = pod->host_network ? end.pod : pod;
			end.n_pods += !pod->host_network;
			end.is_node |= pod->host_network;
		}
	}
	return end;
}

static struct oracle_side judge_side(const struct ask *ask)
{
	const struct end *own = ask->is_egress ? &ask->src : &ask->dst;

	if (ask->src.n_pods > 1 || ask->dst.n_pods > 1)
		return side(false, VERDICT_ADDRESS_CONFLICT);
	if (own->pod && ip_equal(&ask->src.addr, &ask->dst.addr))
		return side(true, VERDICT_SELF); /* "a pod cannot block access to itself" */
	if (ask->question->from_own_node && !ask->is_egress)
		return side(true, VERDICT_LOCAL_NODE); /* "… the source is the pod's local node" */
	if (!own->pod)
		return side(true, own->is_node ? VERDICT_HOST_NETWORK : VERDICT_OUTSIDE);
	return judge_pod(ask, own->pod);
}

void oracle_judge(const struct oracle *oracle, const struct oracle_question *question,
		  struct oracle_verdict *ret)
{
	struct ask ask = {.oracle = oracle, .question = question};

	ask.src = find_end(oracle->snapshot, &question->src);
	ask.dst = find_end(oracle->snapshot, &question->dst);
	ask.is_egress = true;
	ret->side[0] = judge_side(&ask);
	ask.is_egress = false;
	ret->side[1] = judge_side(&ask);
}
