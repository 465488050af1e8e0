/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cilium_adapt.h"

#include "policy/cilium.h"
#include "policy/cilium_label.h"

bool cilium_enforces(const struct policy_reader *reader)
{
	return policy_cni_is_cilium(&reader->options->cni);
}

model_syntax_fn cilium_pod_key_syntax(const struct policy_reader *reader)
{
	return cilium_enforces(reader) ? cilium_key_syntax : model_syntax_label_key;
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

static void adapt_rule(struct policy_reader *reader, struct policy_rule *rule)
{
	if (rule->direction == POLICY_EGRESS && !cilium_since(reader, 1, 20))
		rule->n_ports = (uint32_t)cilium_ports_number(reader, rule->ports, rule->n_ports);
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		struct policy_peer *peer = &rule->peers[i];

		if (peer->kind == POLICY_PEER_PODS) {
			const bool is_wide = selects_unlabelled(&peer->pods);

			cilium_pods_adapt(reader, peer);
			if (is_wide && !cilium_since(reader, 1, 19))
				add_unlabelled(reader, peer);
		} else if (peer->kind == POLICY_PEER_CIDR) {
			*peer = cilium_block(reader, peer);
		}
	}
}

/* A subject is made of pods only. */
static void adapt_subject(struct policy_reader *reader, struct policy_peer *subject)
{
	cilium_pods_adapt(reader, subject);
	if (policy_peer_has(subject, POLICY_PEER_OWN_NODE) ||
	    policy_peer_has(subject, POLICY_PEER_NODES) ||
	    policy_peer_has(subject, POLICY_PEER_CIDR))
		*subject = cilium_tree(reader, POLICY_PEER_ANY_OF, 0);
}

void cilium_adapt(struct policy_reader *reader, struct policy *policy)
{
	if (reader->failed || !cilium_enforces(reader))
		return;
	policy->rules_own_node = true;
	if (policy->subject.span.line == 0)
		policy->subject.span = policy->span;
	adapt_subject(reader, &policy->subject);
	for (enum policy_direction d = 0; d < POLICY_N_DIRECTIONS; d++)
		for (uint32_t i = 0; i < policy->n_rules[d]; i++)
			adapt_rule(reader, &policy->rules[d][i]);
}
