/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cilium_networkpolicy.h"

#include "policy/cilium.h"
#include "policy/cilium_label.h"

bool cilium_enforces(const struct policy_reader *reader)
{
	return policy_cni_is_cilium(&reader->options->cni);
}

static void adapt_pods(const struct policy_reader *reader, struct policy_pods *pods)
{
	cilium_selector_limit(reader, false, &pods->pods);
	cilium_selector_limit(reader, true, &pods->namespaces);
}

static void adapt_rule(const struct policy_reader *reader, struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		struct policy_peer *peer = &rule->peers[i];

		if (peer->kind == POLICY_PEER_PODS)
			adapt_pods(reader, &peer->pods);
		else
			*peer = cilium_block(reader, peer);
	}
}

void cilium_networkpolicy_adapt(const struct policy_reader *reader, struct policy *policy)
{
	adapt_pods(reader, &policy->subject.pods);
	for (enum policy_direction d = 0; d < POLICY_N_DIRECTIONS; d++)
		for (uint32_t i = 0; i < policy->n_rules[d]; i++)
			adapt_rule(reader, &policy->rules[d][i]);
}
