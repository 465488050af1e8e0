/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/naive.h"

enum answer { OPEN, ALLOWED, DENIED, PASSED };

static bool has_port(const struct naive_flow *flow, const struct policy_port *port)
{
	const struct model_pod *target = flow->direction == POLICY_EGRESS ? flow->peer
									  : flow->subject;

	if (port->space != flow->space)
		return false;
	if (port->kind == POLICY_PORT_RANGE)
		return flow->port >= port->first && flow->port <= port->last;
	for (uint32_t i = 0; target && i < target->n_ports; i++)
		if (target->ports[i].name == port->name && target->ports[i].space == port->space &&
		    target->ports[i].number == flow->port)
			return true;
	return false;
}

static bool has_any(const struct naive_flow *flow, const struct policy_port *ports, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (has_port(flow, &ports[i]))
			return true;
	return false;
}

bool naive_matches(const struct naive_flow *flow, const struct policy_rule *rule)
{
	const struct policy_address address = {flow->snapshot, flow->subject, flow->peer,
					       flow->addr};
	bool is_peer = rule->any_peer;

	for (uint32_t i = 0; i < rule->n_peers; i++)
		is_peer |= policy_peer_matches(&rule->peers[i], &address);
	return is_peer && (rule->any_port || has_any(flow, rule->ports, rule->n_ports)) &&
	       !has_any(flow, rule->not_ports, rule->n_not_ports);
}

static bool holds(const struct naive_flow *flow, const struct policy_rule *rule)
{
	if (rule->condition && (!flow->holds || !flow->holds(flow->arg, rule)))
		return false;
	return !rule->source_ports ||
	       port_set_contains(rule->source_ports, flow->space, flow->source_port);
}

/* The next rule of a tier after `last` (NULL: the first), by policy order, rank, policy, rule. */
static const struct policy_rule *next_rule(const struct naive_flow *flow, uint32_t tier,
					   const struct policy_rule *last)
{
	const struct policy_rule *best = NULL;

#define BEFORE(a, b) \
	((a)->policy->order != (b)->policy->order ? (a)->policy->order < (b)->policy->order \
	 : (a)->rank != (b)->rank                 ? (a)->rank < (b)->rank \
	 : (a)->policy != (b)->policy             ? (a)->policy->index < (b)->policy->index \
						  : (a) < (b))
	for (uint32_t i = 0; i < flow->set->n_policies; i++) {
		const struct policy *policy = flow->set->policies[i];

		if (policy->tier != tier || !policy_has_say(policy, flow->is_staged) ||
		    !policy_subject_matches(&policy->subject, flow->subject))
			continue;
		for (uint32_t k = 0; k < policy->n_rules[flow->direction]; k++) {
			const struct policy_rule *rule = &policy->rules[flow->direction][k];

			if ((!last || BEFORE(last, rule)) && (!best || BEFORE(rule, best)))
				best = rule;
		}
	}
#undef BEFORE
	return best;
}

static bool is_isolated(const struct naive_flow *flow, uint32_t tier)
{
	for (uint32_t i = 0; i < flow->set->n_policies; i++) {
		const struct policy *policy = flow->set->policies[i];

		if (policy->tier == tier && policy->isolates[flow->direction] &&
		    policy_has_say(policy, flow->is_staged) &&
		    policy_subject_matches(&policy->subject, flow->subject))
			return true;
	}
	return false;
}

static enum answer ask_tier(const struct naive_flow *flow, uint32_t tier)
{
	static const enum answer answers[] = {
		[POLICY_DENY] = DENIED, [POLICY_ALLOW] = ALLOWED, [POLICY_PASS] = PASSED};
	const struct policy_rule *rule = NULL;

	while ((rule = next_rule(flow, tier, rule)))
		if (naive_matches(flow, rule) && holds(flow, rule))
			return answers[rule->action];
	return is_isolated(flow, tier) ? DENIED : OPEN;
}

bool naive_allows(const struct naive_flow *flow)
{
	bool is_decided[POLICY_N_LAYERS] = {false};

	for (uint32_t tier = 0; tier < flow->set->n_tiers; tier++) {
		const uint32_t layer = flow->set->tiers[tier].layer;
		enum answer answer;

		if (is_decided[layer] || (layer == POLICY_LAYER_MESH && flow->space != PORT_TCP))
			continue;
		answer = ask_tier(flow, tier);
		if (answer == DENIED)
			return false;
		is_decided[layer] = answer == ALLOWED;
	}
	return true;
}
