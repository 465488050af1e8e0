/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ir.h"

#include <assert.h>

bool policy_pods_match(const struct policy_pods *pods, const struct model_pod *pod)
{
	if (pod->host_network)
		return false;
	if (pods->ns ? pods->ns != pod->ns->name
		     : !selector_matches(&pods->namespaces, &pod->ns->labels))
		return false;
	return selector_matches(&pods->pods, &pod->labels);
}

bool policy_nodes_have(const struct selector *nodes, const struct model_snapshot *snapshot,
		       const struct ip_addr *addr)
{
	for (uint32_t i = 0; i < snapshot->n_nodes; i++) {
		const struct model_node *node = snapshot->nodes[i];

		for (uint32_t k = 0; k < node->n_addrs; k++)
			if (ip_equal(&node->addrs[k], addr) &&
			    selector_matches(nodes, &node->labels))
				return true;
	}
	return false;
}

const char *policy_direction_name(enum policy_direction direction)
{
	static const char *const names[POLICY_N_DIRECTIONS] = {
		[POLICY_EGRESS] = "egress",
		[POLICY_INGRESS] = "ingress",
	};

	assert(direction < POLICY_N_DIRECTIONS);
	return names[direction];
}

const char *policy_action_name(enum policy_action action)
{
	static const char *const names[] = {
		[POLICY_DENY] = "deny",
		[POLICY_ALLOW] = "allow",
		[POLICY_PASS] = "pass",
	};

	assert(action <= POLICY_PASS);
	return names[action];
}
