/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/why.h"

#include "policy/fold.h"
#include "verdict/reason.h"

enum match { MATCH_NO, MATCH_YES, MATCH_EXCEPT };

/* The policies of one tier that select the subject: [first, end) of the question's. */
struct tier {
	uint32_t first;
	uint32_t end;
};

/* Whether what the block excepts is all that keeps it from the address. */
static bool is_excepted(const struct policy_peer *peer, const struct policy_address *address)
{
	struct policy_peer block = *peer;

	block.n_except = 0;
	return peer->kind == POLICY_PEER_CIDR && policy_peer_matches(&block, address);
}

static enum match match_peer(const struct policy_rule *rule,
			     const struct analyze_why_question *question)
{
	const struct policy_address address = {
		.snapshot = question->snapshot,
		.subject = question->subject,
		.pod = question->peer,
		.addr = question->addr,
	};
	enum match best = rule->any_peer ? MATCH_YES : MATCH_NO;

	for (uint32_t i = 0; i < rule->n_peers && best != MATCH_YES; i++) {
		if (policy_peer_matches(&rule->peers[i], &address))
			best = MATCH_YES;
		else if (is_excepted(&rule->peers[i], &address))
			best = MATCH_EXCEPT;
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

/* ANALYZE_NEAR_NONE when one of the ports is the asked one, else how near they come. */
static enum analyze_near match_ports(const struct policy_port *ports, uint32_t n,
				     const struct analyze_why_question *question)
{
	enum analyze_near near = ANALYZE_NEAR_PROTOCOL;

	for (uint32_t i = 0; i < n; i++) {
		const struct policy_port *port = &ports[i];

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

/* ANALYZE_NEAR_NONE when the rule has the port, else why not. */
static enum analyze_near match_port(const struct policy_rule *rule,
				    const struct analyze_why_question *question)
{
	if (rule->n_not_ports &&
	    match_ports(rule->not_ports, rule->n_not_ports, question) == ANALYZE_NEAR_NONE)
		return ANALYZE_NEAR_PORT;
	return rule->any_port ? ANALYZE_NEAR_NONE
			      : match_ports(rule->ports, rule->n_ports, question);
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

/* Rules in the order of evaluation. */
struct rules {
	const struct policy_rule **items;
	size_t n;
	size_t cap;
};

/* What a layer says. */
struct layer {
	enum policy_layer number;
	struct rules trail;        /* that passed, or decide on a condition */
	struct analyze_refs rules; /* that decide for certain; the policies that isolate */
	struct analyze_refs near;
	bool is_allowed;
	uint8_t reason;
};

static int compare_rules(const void *left, const void *right)
{
	return policy_rule_compare(*(const struct policy_rule *const *)left,
				   *(const struct policy_rule *const *)right);
}

static void list_rules(const struct analyze_why_question *question, struct tier tier,
		       struct rules *ret)
{
	for (uint32_t i = tier.first; i < tier.end; i++) {
		const struct policy *policy = question->policies[i];

		for (uint32_t j = 0; j < policy->n_rules[question->direction] &&
				     policy_has_say(policy, question->is_staged);
		     j++)
			if (&policy->rules[question->direction][j] != question->without)
				vec_push(ret, &policy->rules[question->direction][j]);
	}
	if (ret->n > 1)
		qsort(ret->items, ret->n, sizeof(*ret->items), compare_rules);
}

static void add_ref(struct analyze_refs *refs, const struct policy_rule *rule,
		    enum analyze_near near)
{
	analyze_refs_add(refs, (struct analyze_ref){rule->policy, rule, near});
}

/* What the rules of a tier come to. */
enum tier_end { TIER_OPEN, TIER_PASSED, TIER_DECIDED };

/*
 * For an allow all matching allows up to the first rule that says otherwise are collected: whoever
 * revokes access has to know each.
 */
static enum tier_end match_rules(struct layer *layer, const struct rules *rules,
				 const struct analyze_why_question *question)
{
	enum tier_end end = TIER_OPEN;
	enum analyze_near near;

	for (size_t i = 0; i < rules->n; i++) {
		const struct policy_rule *rule = rules->items[i];
		const bool is_conditional = policy_rule_is_conditional(rule);

		if (!match_rule(rule, question, &near))
			continue;
		if (end == TIER_OPEN && (is_conditional || rule->action == POLICY_PASS))
			vec_push(&layer->trail, rule);
		if (is_conditional)
			continue;
		if (rule->action == POLICY_PASS)
			return end == TIER_OPEN ? TIER_PASSED : end;
		if (end == TIER_DECIDED && rule->action != POLICY_ALLOW)
			break;
		add_ref(&layer->rules, rule, ANALYZE_NEAR_NONE);
		layer->is_allowed = rule->action == POLICY_ALLOW;
		layer->reason = VERDICT_RULE;
		end = TIER_DECIDED;
		if (!layer->is_allowed)
			break;
	}
	return end;
}

static void add_near(struct layer *layer, const struct rules *rules,
		     const struct analyze_why_question *question)
{
	enum analyze_near near;

	for (size_t i = 0; i < rules->n; i++) {
		if (rules->items[i]->action != POLICY_ALLOW)
			continue;
		match_rule(rules->items[i], question, &near);
		if (near != ANALYZE_NEAR_NONE)
			add_ref(&layer->near, rules->items[i], near);
	}
}

static bool add_isolating(struct layer *layer, const struct analyze_why_question *question,
			  struct tier tier)
{
	bool is_isolated = false;

	for (uint32_t i = tier.first; i < tier.end; i++) {
		const struct policy *policy = question->policies[i];

		if (!policy->isolates[question->direction] ||
		    !policy_has_say(policy, question->is_staged))
			continue;
		analyze_refs_add(&layer->rules, (struct analyze_ref){policy, NULL, 0});
		is_isolated = true;
	}
	return is_isolated;
}

/* Whether this tier decides what is left. */
static bool ask_tier(struct layer *layer, const struct analyze_why_question *question,
		     struct tier tier)
{
	struct rules rules = {0};
	enum tier_end end;

	list_rules(question, tier, &rules);
	end = match_rules(layer, &rules, question);
	if (end == TIER_OPEN && add_isolating(layer, question, tier)) {
		layer->is_allowed = false;
		layer->reason = VERDICT_DEFAULT_DENY;
		add_near(layer, &rules, question);
		end = TIER_DECIDED;
	}
	vec_release(&rules);
	return end == TIER_DECIDED;
}

static struct layer ask_layer(const struct analyze_why_question *question, enum policy_layer number)
{
	struct layer layer = {.number = number, .is_allowed = true, .reason = VERDICT_NOT_ISOLATED};
	struct tier tier = {0};

	for (; tier.first < question->n_policies; tier.first = tier.end) {
		const struct policy *first = question->policies[tier.first];

		tier.end = tier.first + 1;
		while (tier.end < question->n_policies &&
		       question->policies[tier.end]->tier == first->tier)
			tier.end++;
		if (first->tier_key.layer == number && ask_tier(&layer, question, tier))
			break;
	}
	return layer;
}

static void release_layer(struct layer *layer)
{
	vec_release(&layer->trail);
	analyze_refs_release(&layer->rules);
	analyze_refs_release(&layer->near);
}

static void add_passed(const struct layer *layer, struct analyze_refs *ret)
{
	for (size_t i = 0; i < layer->trail.n; i++)
		if (!policy_rule_is_conditional(layer->trail.items[i]))
			add_ref(ret, layer->trail.items[i], ANALYZE_NEAR_NONE);
}

/* What would allow it if the one rule that denies it were not there. */
static void add_behind(const struct layer *layer, const struct analyze_why_question *question,
		       struct analyze_refs *ret)
{
	struct analyze_why_question other = *question;
	struct layer rest;

	other.without = layer->rules.items[0].rule;
	rest = ask_layer(&other, layer->number);
	if (rest.is_allowed && rest.reason == VERDICT_RULE)
		analyze_refs_add_all(ret, &rest.rules);
	release_layer(&rest);
}

/* What depends on conditions, and what is left when none of them holds. */
static void add_conditional(struct layer *layer, struct analyze_refs *ret)
{
	for (size_t i = 0; i < layer->trail.n; i++)
		if (policy_rule_is_conditional(layer->trail.items[i]))
			add_ref(ret, layer->trail.items[i], ANALYZE_NEAR_NONE);
	if (layer->reason == VERDICT_RULE)
		analyze_refs_add_all(ret, &layer->rules);
}

/* One layer's answer, its references moved to `ret`. */
static void answer_layer(struct layer *layer, const struct analyze_why_question *question,
			 struct analyze_why *ret)
{
	const struct policy_fold fold =
		policy_fold(layer->trail.items, layer->trail.n, layer->is_allowed, question->space);

	ret->action = fold.is_allowed ? TABLE_ALLOW : TABLE_DENY;
	ret->reason = layer->reason;
	add_passed(layer, &ret->passed);
	if (fold.certainty != POLICY_CERTAIN) {
		ret->action = TABLE_DECIDE;
		ret->reason = fold.certainty == POLICY_BY_CONDITION ? VERDICT_CONDITION
								    : VERDICT_SOURCE_PORT;
		add_conditional(layer, &ret->rules);
	} else if (fold.is_allowed == layer->is_allowed) {
		analyze_refs_add_all(&ret->rules, &layer->rules);
		analyze_refs_add_all(&ret->near, &layer->near);
		if (!layer->is_allowed && layer->reason == VERDICT_RULE)
			add_behind(layer, question, &ret->behind);
	} else {
		ret->reason = VERDICT_RULE;
		add_conditional(layer, &ret->rules);
	}
	release_layer(layer);
}

static void add_all(struct analyze_why *to, const struct analyze_why *from)
{
	analyze_refs_add_all(&to->rules, &from->rules);
	analyze_refs_add_all(&to->near, &from->near);
	analyze_refs_add_all(&to->passed, &from->passed);
	analyze_refs_add_all(&to->behind, &from->behind);
}

/* Adds what the mesh says; it may also refuse what the network allows. */
static void add_mesh(struct analyze_why *why, struct analyze_why *mesh)
{
	if (mesh->action == TABLE_DENY)
		analyze_why_release(why);
	if (mesh->action == TABLE_DENY ||
	    (why->action == TABLE_ALLOW &&
	     (mesh->action == TABLE_DECIDE || why->reason == VERDICT_NOT_ISOLATED))) {
		why->action = mesh->action;
		why->reason = mesh->reason;
	}
	add_all(why, mesh);
	analyze_why_release(mesh);
}

void analyze_why(const struct analyze_why_question *question, struct analyze_why *ret)
{
	struct analyze_why why = {0}, mesh = {0};
	struct layer layer = ask_layer(question, POLICY_LAYER_NETWORK);

	answer_layer(&layer, question, &why);
	if (why.action != TABLE_DENY && question->space == PORT_TCP) {
		layer = ask_layer(question, POLICY_LAYER_MESH);
		answer_layer(&layer, question, &mesh);
		add_mesh(&why, &mesh);
	}
	ret->action = why.action;
	ret->reason = why.reason;
	add_all(ret, &why);
	analyze_why_release(&why);
}

void analyze_why_release(struct analyze_why *why)
{
	analyze_refs_release(&why->rules);
	analyze_refs_release(&why->near);
	analyze_refs_release(&why->passed);
	analyze_refs_release(&why->behind);
}
