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

void analyze_interest_add(struct analyze_interest *interest, const struct policy *policy,
			  enum policy_direction direction)
{
	for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
		const struct policy_rule *rule = &policy->rules[direction][i];

		for (uint32_t j = 0; j < rule->n_peers; j++) {
			const struct policy_peer *peer = &rule->peers[j];

			if (peer->kind != POLICY_PEER_PODS)
				interest->in_addresses = true;
			else if (!peer->pods.ns && asks_labels(&peer->pods.namespaces))
				interest->in_namespace_labels = true;
		}
	}
}
