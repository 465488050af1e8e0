/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/interest.h"

#include <string.h>

static bool asks_labels(const struct selector *namespaces)
{
	for (uint32_t i = 0; i < namespaces->n; i++)
		if (strcmp(namespaces->requirements[i].key, "kubernetes.io/metadata.name") != 0)
			return true;
	return false;
}

static void add_peer(struct analyze_interest *interest, const struct policy_peer *peer)
{
	if (peer->kind == POLICY_PEER_PODS)
		interest->in_namespace_labels |= !peer->pods.ns &&
						 asks_labels(&peer->pods.namespaces);
	else if (!policy_peer_is_tree(peer))
		interest->in_addresses = true;
	interest->in_own_node |= peer->kind == POLICY_PEER_OWN_NODE;
	for (uint32_t i = 0; policy_peer_is_tree(peer) && i < peer->n_parts; i++)
		add_peer(interest, &peer->parts[i]);
}

void analyze_interest_add(struct analyze_interest *interest, const struct policy *policy,
			  enum policy_direction direction)
{
	for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
		for (uint32_t j = 0; j < policy->rules[direction][i].n_peers; j++)
			add_peer(interest, &policy->rules[direction][i].peers[j]);
}
