/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/why.h"

#include "verdict/reason.h"

enum match { MATCH_NO, MATCH_YES, MATCH_EXCEPT };

/* The policies of one tier that select the subject: [first, end) of the question's. */
struct tier {
	uint32_t first;
	uint32_t end;
};

static bool cidr_contains(const struct ip_cidr *cidr, const struct ip_addr *addr)
{
	struct ip_range range = ip_cidr_range(cidr);

	return ip_range_contains(&range, addr);
}

static enum match match_cidr(const struct policy_peer *peer, const struct ip_addr *addr)
{
	if (!cidr_contains(&peer->cidr, addr))
		return MATCH_NO;
	for (uint32_t i = 0; i < peer->n_except; i++)
		if (cidr_contains(&peer->except[i], addr))
			return MATCH_EXCEPT;
	return MATCH_YES;
}

static enum match match_address(const struct policy_peer *peer,
				const struct model_snapshot *snapshot, const struct ip_addr *addr)
{
	if (peer->kind == POLICY_PEER_CIDR)
		return match_cidr(peer, addr);
	return policy_peer_matches(peer,
				   &(struct policy_address){.snapshot = snapshot, .addr = *addr})
		       ? MATCH_YES
		       : MATCH_NO;
}

bool analyze_address_matches(const struct policy_peer *peer, const struct model_snapshot *snapshot,
			     const struct ip_addr *addr)
{
	return match_address(peer, snapshot, addr) == MATCH_YES;
}

static enum match match_peer(const struct policy_rule *rule,
			     const struct analyze_why_question *question)
{
	enum match best = rule->any_peer ? MATCH_YES : MATCH_NO;

	for (uint32_t i = 0; i < rule->n_peers && best != MATCH_YES; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		enum match match = MATCH_NO;

		if (peer->kind != POLICY_PEER_PODS)
			match = match_address(peer, question->snapshot, &question->addr);
		else if (question->peer && policy_pods_match(&peer->pods, question->peer))
			match = MATCH_YES;
		if (match != MATCH_NO)
			best = match;
	}
	return best;
}

/*
 * A port name means a port of the pod that is the target: the peer of egress, the subject of
 * ingress.
 */
static bool named_port_matches(const struct policy_port *port,
			       const struct analyze_why_question *question)
{
	const struct model_pod *target = question->direction == POLICY_EGRESS ? question->peer
									      : question->subject;
	struct port_set numbers = {0};
	bool is_match;

	if (!target || target->host_network)
		return false;
	model_pod_named_ports(target, port->name, port->space, &numbers);
	is_match = port_set_contains(&numbers, question->space, question->port);
	port_set_release(&numbers);
	return is_match;
}

/* ANALYZE_NEAR_NONE when the rule has the port, else why not. */
static enum analyze_near match_port(const struct policy_rule *rule,
				    const struct analyze_why_question *question)
{
	enum analyze_near near = ANALYZE_NEAR_PROTOCOL;

	if (rule->any_port)
		return ANALYZE_NEAR_NONE;
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct policy_port *port = &rule->ports[i];

		if (port->space != question->space)
			continue;
		if (port->kind == POLICY_PORT_NAMED) {
			if (named_port_matches(port, question))
				return ANALYZE_NEAR_NONE;
			near = ANALYZE_NEAR_NAMED_PORT;
		} else if (question->port >= port->first && question->port <= port->last) {
			return ANALYZE_NEAR_NONE;
		} else if (near != ANALYZE_NEAR_NAMED_PORT) {
			near = ANALYZE_NEAR_PORT;
		}
	}
	return near;
}

/* Whether the rule matches; *ret_near says what kept a rule from it that came near. */
static bool match_rule(const struct policy_rule *rule, const struct analyze_why_question *question,
		       enum analyze_near *ret_near)
{
	enum match peer = match_peer(rule, question);
	enum analyze_near port = match_port(rule, question);

	*ret_near = ANALYZE_NEAR_NONE;
	if (peer == MATCH_YES)
		*ret_near = port;
	else if (port == ANALYZE_NEAR_NONE)
		*ret_near = peer == MATCH_EXCEPT ? ANALYZE_NEAR_EXCEPT : ANALYZE_NEAR_PEER;
	return peer == MATCH_YES && port == ANALYZE_NEAR_NONE;
}

/* The rules of one tier for the question's direction, in the order of evaluation. */
struct rules {
	const struct policy_rule **items;
	size_t n;
	size_t cap;
};

static int compare_rules(const void *left, const void *right)
{
	const struct policy_rule *a = *(const struct policy_rule *const *)left;
	const struct policy_rule *b = *(const struct policy_rule *const *)right;

	if (a->policy->order != b->policy->order)
		return a->policy->order < b->policy->order ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->policy != b->policy)
		return a->policy->index < b->policy->index ? -1 : 1;
	return (a > b) - (a < b); /* one policy's rules stand in their order */
}

static void list_rules(const struct analyze_why_question *question, struct tier tier,
		       struct rules *ret)
{
	for (uint32_t i = tier.first; i < tier.end; i++) {
		const struct policy *policy = question->policies[i];

		for (uint32_t j = 0; !policy->is_staged && j < policy->n_rules[question->direction];
		     j++)
			vec_push(ret, &policy->rules[question->direction][j]);
	}
	if (ret->n > 1)
		qsort(ret->items, ret->n, sizeof(*ret->items), compare_rules);
}

static void decide(struct analyze_why *why, uint8_t action, uint8_t reason)
{
	why->action = action;
	why->reason = reason;
}

static void decide_by_rule(struct analyze_why *why, const struct policy_rule *rule)
{
	if (rule->condition)
		decide(why, TABLE_DECIDE, VERDICT_CONDITION);
	else
		decide(why, rule->action == POLICY_ALLOW ? TABLE_ALLOW : TABLE_DENY, VERDICT_RULE);
}

/*
 * The first rule that matches, NULL: none does. It decides unless it says pass. For an allow all
 * matching allows up to the first rule that says otherwise are collected: whoever revokes access
 * has to know each.
 */
static const struct policy_rule *match_rules(struct analyze_why *why, const struct rules *rules,
					     const struct analyze_why_question *question)
{
	const struct policy_rule *first = NULL;
	enum analyze_near near;

	for (size_t i = 0; i < rules->n; i++) {
		const struct policy_rule *rule = rules->items[i];

		if (!match_rule(rule, question, &near))
			continue;
		if (!first)
			first = rule;
		if (rule->action == first->action && !rule->condition != !first->condition)
			continue; /* a condition says nothing of what is certain, nor back */
		if (first->action == POLICY_PASS || rule->action != first->action)
			break;
		analyze_refs_add(&why->rules, (struct analyze_ref){rule->policy, rule, 0});
		if (first->action == POLICY_DENY)
			break;
	}
	if (first && first->action != POLICY_PASS)
		decide_by_rule(why, first);
	return first;
}

static void add_near(struct analyze_why *why, const struct rules *rules,
		     const struct analyze_why_question *question)
{
	enum analyze_near near;

	for (size_t i = 0; i < rules->n; i++) {
		const struct policy_rule *rule = rules->items[i];

		if (rule->action != POLICY_ALLOW)
			continue;
		match_rule(rule, question, &near);
		if (near != ANALYZE_NEAR_NONE)
			analyze_refs_add(&why->near,
					 (struct analyze_ref){rule->policy, rule, near});
	}
}

static bool add_isolating(struct analyze_why *why, const struct analyze_why_question *question,
			  struct tier tier)
{
	bool is_isolated = false;

	for (uint32_t i = tier.first; i < tier.end; i++) {
		const struct policy *policy = question->policies[i];

		if (!policy->isolates[question->direction] || policy->is_staged)
			continue;
		analyze_refs_add(&why->rules, (struct analyze_ref){policy, NULL, 0});
		is_isolated = true;
	}
	return is_isolated;
}

/* Whether this tier decides. */
static bool ask_tier(struct analyze_why *why, const struct analyze_why_question *question,
		     struct tier tier)
{
	struct rules rules = {0};
	const struct policy_rule *first;
	bool is_decided;

	list_rules(question, tier, &rules);
	first = match_rules(why, &rules, question);
	is_decided = first && first->action != POLICY_PASS;
	if (!first && add_isolating(why, question, tier)) {
		decide(why, TABLE_DENY, VERDICT_DEFAULT_DENY);
		add_near(why, &rules, question);
		is_decided = true;
	}
	vec_release(&rules);
	return is_decided;
}

void analyze_why(const struct analyze_why_question *question, struct analyze_why *ret)
{
	struct tier tier = {0};

	decide(ret, TABLE_ALLOW, VERDICT_NOT_ISOLATED);
	for (; tier.first < question->n_policies; tier.first = tier.end) {
		tier.end = tier.first + 1;
		while (tier.end < question->n_policies &&
		       question->policies[tier.end]->tier == question->policies[tier.first]->tier)
			tier.end++;
		if (ask_tier(ret, question, tier))
			return;
	}
}

void analyze_why_release(struct analyze_why *why)
{
	analyze_refs_release(&why->rules);
	analyze_refs_release(&why->near);
}
