/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer or a subject matches, one pod or address at a time. */
#include "policy/ir.h"

#include <assert.h>

bool policy_pods_match(const struct policy_pods *pods, const struct model_pod *pod)
{
	if (pod->host_network)
		return false;
	if (pods->ns && pods->ns != pod->ns->name)
		return false;
	if (pods->in_mesh && !pod->in_mesh)
		return false;
	return selector_matches(&pods->namespaces, &pod->ns->labels) &&
	       selector_matches(&pods->pods, &pod->labels) &&
	       selector_matches(&pods->accounts, &pod->account->labels);
}

static bool node_has(const struct model_node *node, const struct ip_addr *addr)
{
	for (uint32_t i = 0; i < node->n_addrs; i++)
		if (ip_equal(&node->addrs[i], addr))
			return true;
	return false;
}

static bool nodes_match(const struct selector *nodes, const struct policy_address *address)
{
	const struct model_snapshot *snapshot = address->snapshot;

	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		if (node_has(snapshot->nodes[i], &address->addr) &&
		    selector_matches(nodes, &snapshot->nodes[i]->labels))
			return true;
	return false;
}

static bool own_node_matches(const struct policy_address *address)
{
	const struct model_node *node =
		address->subject && address->subject->node
			? model_find_node(address->snapshot, address->subject->node)
			: NULL;

	return node && node_has(node, &address->addr);
}

static bool cidr_has(const struct ip_cidr *cidr, const struct ip_addr *addr)
{
	const struct ip_range range = ip_cidr_range(cidr);

	return ip_range_contains(&range, addr);
}

static bool block_matches(const struct policy_peer *peer, const struct ip_addr *addr)
{
	if (!cidr_has(&peer->cidr, addr))
		return false;
	for (uint32_t i = 0; i < peer->n_except; i++)
		if (cidr_has(&peer->except[i], addr))
			return false;
	return true;
}

/* A subject is in a block by any of its own addresses. */
static bool cidr_matches(const struct policy_peer *leaf, const struct policy_address *address)
{
	if (address->addr.family != IP_NONE)
		return block_matches(leaf, &address->addr);
	for (uint32_t i = 0; i < address->pod->n_ips; i++)
		if (block_matches(leaf, &address->pod->ips[i]))
			return true;
	return false;
}

static bool leaf_matches(const struct policy_peer *leaf, const struct policy_address *address)
{
	switch ((enum policy_peer_kind)leaf->kind) {
	case POLICY_PEER_PODS:
		return address->pod && policy_pods_match(&leaf->pods, address->pod);
	case POLICY_PEER_CIDR:
		return cidr_matches(leaf, address);
	case POLICY_PEER_NODES:
		return nodes_match(&leaf->nodes, address);
	case POLICY_PEER_OWN_NODE:
		return own_node_matches(address);
	case POLICY_PEER_ALL_OF:
	case POLICY_PEER_ANY_OF:
	case POLICY_PEER_NONE_OF:
		break;
	}
	assert(!"a leaf");
	return false;
}

bool policy_peer_is_tree(const struct policy_peer *peer)
{
	return peer->kind == POLICY_PEER_ALL_OF || peer->kind == POLICY_PEER_ANY_OF ||
	       peer->kind == POLICY_PEER_NONE_OF;
}

bool policy_peer_matches(const struct policy_peer *peer, const struct policy_address *address)
{
	const bool needs_all = peer->kind == POLICY_PEER_ALL_OF;

	if (!policy_peer_is_tree(peer))
		return leaf_matches(peer, address);
	for (uint32_t i = 0; i < peer->n_parts; i++)
		if (policy_peer_matches(&peer->parts[i], address) != needs_all)
			return peer->kind == POLICY_PEER_ANY_OF;
	return peer->kind != POLICY_PEER_ANY_OF;
}

bool policy_subject_matches(const struct policy_peer *subject, const struct model_pod *pod)
{
	return !pod->host_network &&
	       policy_peer_matches(subject, &(struct policy_address){.pod = pod});
}

void policy_peer_each(const struct policy_peer *peer, enum policy_peer_kind kind,
		      void (*fn)(void *arg, const struct policy_peer *leaf), void *arg)
{
	if (peer->kind == kind)
		fn(arg, peer);
	for (uint32_t i = 0; policy_peer_is_tree(peer) && i < peer->n_parts; i++)
		policy_peer_each(&peer->parts[i], kind, fn, arg);
}

static void note_leaf(void *arg, const struct policy_peer *leaf)
{
	(void)leaf;
	*(bool *)arg = true;
}

bool policy_peer_has(const struct policy_peer *peer, enum policy_peer_kind kind)
{
	bool is_found = false;

	policy_peer_each(peer, kind, note_leaf, &is_found);
	return is_found;
}

bool policy_rule_has(const struct policy_rule *rule, enum policy_peer_kind kind)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (policy_peer_has(&rule->peers[i], kind))
			return true;
	return false;
}
