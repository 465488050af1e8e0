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

static bool is_negative(const struct selector *selector)
{
	for (uint32_t i = 0; i < selector->n; i++)
		if (selector->requirements[i].op == SELECTOR_IN ||
		    selector->requirements[i].op == SELECTOR_EXISTS)
			return false;
	return true;
}

/* Whether an endpoint without labels is selected: nodes and the world. */
static bool selects_unlabelled(const struct policy_pods *pods)
{
	return !pods->ns && pods->namespaces.n && is_negative(&pods->namespaces) &&
	       is_negative(&pods->pods);
}

static void add_unlabelled(const struct policy_reader *reader, struct policy_peer *peer)
{
	struct policy_peer tree = cilium_tree(reader, POLICY_PEER_ANY_OF, 2);

	tree.parts[0] = *peer;
	tree.parts[1] = cilium_tree(reader, POLICY_PEER_NONE_OF, 1);
	tree.parts[1].parts[0] = (struct policy_peer){.kind = POLICY_PEER_PODS};
	tree.span = peer->span;
	*peer = tree;
}

static void adapt_rule(const struct policy_reader *reader, struct policy_rule *rule)
{
	if (rule->direction == POLICY_EGRESS && !cilium_since(reader, 1, 20))
		rule->n_ports = (uint32_t)cilium_ports_number(reader, rule->ports, rule->n_ports);
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		struct policy_peer *peer = &rule->peers[i];

		if (peer->kind == POLICY_PEER_PODS) {
			const bool is_wide = selects_unlabelled(&peer->pods);

			adapt_pods(reader, &peer->pods);
			if (is_wide && !cilium_since(reader, 1, 19))
				add_unlabelled(reader, peer);
		} else
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
