/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ties: a walk as in row.c that looks, where policies have one order and their API leaves open who
 * is first, for peers whose first matching rules say different things.
 */
#include "compile/tie.h"

#include "compile/internal.h"

#include <stdlib.h>

enum { N_ACTIONS = POLICY_PASS + 1 };

/* Which classes some rules match first with each action, and which rule it is. */
struct claims {
	struct bitset classes[N_ACTIONS];
	const struct policy_rule **rules[N_ACTIONS]; /* by class, where the bit is set */
};

struct tie_walk {
	struct row_place at;
	const struct subject_direction *side;
	struct claims own;    /* of one policy */
	struct claims others; /* of those of its order before it */
	struct bitset open;   /* undecided when the order begins */
	struct compile_tie tie;
	compile_tie_fn *fn;
	void *arg;
};

static void claims_init(struct claims *claims, size_t n_classes)
{
	for (int action = 0; action < N_ACTIONS; action++) {
		bitset_init(&claims->classes[action], n_classes);
		claims->rules[action] = calloc(n_classes, sizeof(*claims->rules[action]));
		if (!claims->rules[action])
			abort();
	}
}

static void claims_clear(struct claims *claims)
{
	for (int action = 0; action < N_ACTIONS; action++)
		bitset_zero(&claims->classes[action]);
}

static void claims_release(struct claims *claims)
{
	for (int action = 0; action < N_ACTIONS; action++) {
		bitset_release(&claims->classes[action]);
		free(claims->rules[action]);
	}
}

/* The first claim on a class stays. */
static void claim(struct claims *claims, size_t class, const struct policy_rule *rule)
{
	if (bitset_test(&claims->classes[rule->action], class))
		return;
	bitset_set(&claims->classes[rule->action], class);
	claims->rules[rule->action][class] = rule;
}

static void claim_all(struct claims *to, const struct claims *from)
{
	for (int action = 0; action < N_ACTIONS; action++)
		bitset_for_each(class, &from->classes[action])
			claim(to, class, from->rules[action][class]);
}

static bool is_tied(const struct policy_rule *a, const struct policy_rule *b)
{
	return a->policy->tier == b->policy->tier && a->policy->order == b->policy->order;
}

/* The first rule from `from` on that is not of the same order, or with `policy` of its policy. */
static uint32_t run_end(const struct subject_direction *side, uint32_t from, bool of_policy)
{
	const struct policy_rule *first = side->rules[from]->rule;
	uint32_t i = from;

	while (i < side->n_rules && is_tied(side->rules[i]->rule, first) &&
	       (!of_policy || side->rules[i]->rule->policy == first->policy))
		i++;
	return i;
}

/* What one policy's rules match first, of all that is open. */
static void claim_own(struct tie_walk *walk, uint32_t from, uint32_t to)
{
	struct compile_world *world = walk->at.world;

	claims_clear(&walk->own);
	bitset_copy(&world->undecided, &walk->open);
	for (uint32_t i = from; i < to; i++) {
		const struct policy_rule *rule = walk->side->rules[i]->rule;

		if (!row_match(&walk->at, walk->side->rules[i]))
			continue;
		bitset_for_each(class, &world->matched) claim(&walk->own, class, rule);
		if (!policy_rule_is_conditional(rule))
			bitset_andnot(&world->undecided, &world->matched);
	}
}

/* Tells of the policy's rules that do not agree with those before it. */
static void tell(struct tie_walk *walk, int own, int other)
{
	bitset_for_each(class, &walk->own.classes[own])
	{
		if (!bitset_test(&walk->others.classes[other], class))
			continue;
		walk->tie.first = walk->others.rules[other][class];
		walk->tie.second = walk->own.rules[own][class];
		walk->fn(walk->arg, &walk->tie);
	}
}

static void compare_policy(struct tie_walk *walk, uint32_t from, uint32_t to)
{
	claim_own(walk, from, to);
	for (int own = 0; own < N_ACTIONS; own++)
		for (int other = 0; other < N_ACTIONS; other++)
			if (own != other)
				tell(walk, own, other);
	claim_all(&walk->others, &walk->own);
}

/* Compares the policies of one order, [from, to) of the rules. */
static void compare_order(struct tie_walk *walk, uint32_t from, uint32_t to)
{
	struct compile_world *world = walk->at.world;

	claims_clear(&walk->others);
	bitset_copy(&walk->open, &world->undecided);
	for (uint32_t next; from < to; from = next) {
		next = run_end(walk->side, from, true);
		compare_policy(walk, from, next);
	}
	bitset_copy(&world->undecided, &walk->open);
}

/* What the rules decide is no matter of later ones. */
static void apply(struct tie_walk *walk, uint32_t from, uint32_t to)
{
	struct compile_world *world = walk->at.world;

	for (uint32_t i = from; i < to; i++) {
		const struct policy_rule *rule = walk->side->rules[i]->rule;

		if (policy_rule_is_conditional(rule) || !row_match(&walk->at, walk->side->rules[i]))
			continue;
		bitset_andnot(&world->undecided, &world->matched);
		if (rule->action == POLICY_PASS)
			bitset_or(&world->held, &world->matched);
	}
}

/* What passed in a tier is open in the next, and nothing else if the tier isolates. */
static void end_tier(struct tie_walk *walk, uint32_t tier)
{
	struct compile_world *world = walk->at.world;

	if (side_isolates(walk->side, tier))
		bitset_zero(&world->undecided);
	bitset_or(&world->undecided, &world->held);
	bitset_zero(&world->held);
}

static bool is_open_tie(const struct subject_direction *side, uint32_t from, uint32_t to)
{
	return side->rules[from]->rule->policy->has_open_ties && run_end(side, from, true) < to;
}

static void walk_part(struct tie_walk *walk)
{
	const struct subject_direction *side = walk->side;
	uint32_t tier = 0;

	bitset_fill(&walk->at.world->undecided);
	bitset_zero(&walk->at.world->held);
	for (uint32_t from = 0, to; from < side->n_rules; from = to) {
		to = run_end(side, from, false);
		for (; tier < side->rules[from]->rule->policy->tier; tier++)
			end_tier(walk, tier);
		if (is_open_tie(side, from, to))
			compare_order(walk, from, to);
		apply(walk, from, to);
	}
}

/* Two policies of one order with rules that could disagree at all. */
static bool has_ties(const struct subject_direction *side)
{
	for (uint32_t from = 0, to; from < side->n_rules; from = to) {
		to = run_end(side, from, false);
		if (!is_open_tie(side, from, to))
			continue;
		for (uint32_t i = from + 1; i < to; i++)
			if (side->rules[i]->rule->action != side->rules[from]->rule->action)
				return true;
	}
	return false;
}

bool compile_has_ties(const struct compile_world *world, uint32_t subject_class)
{
	const struct subject_class *class = &world->classes.items[subject_class];

	return has_ties(&class->direction[POLICY_EGRESS]) ||
	       has_ties(&class->direction[POLICY_INGRESS]);
}

void compile_ties(struct compile_world *world, uint32_t subject_class,
		  enum policy_direction direction, compile_tie_fn *fn, void *arg)
{
	const struct subject_class *class = &world->classes.items[subject_class];
	struct tie_walk walk = {.at = {.world = world, .class = class, .direction = direction},
				.side = &class->direction[direction],
				.fn = fn,
				.arg = arg};
	const struct compile_part *parts;
	uint32_t n_parts;

	if (!has_ties(walk.side))
		return;
	claims_init(&walk.own, world->peer_classes.n);
	claims_init(&walk.others, world->peer_classes.n);
	bitset_init(&walk.open, world->peer_classes.n);
	parts = compile_parts(world, subject_class, direction, &n_parts);
	for (uint32_t i = 0; i < n_parts; i++) {
		walk.at.space = parts[i].ports.ranges[0].space;
		walk.at.port = parts[i].ports.ranges[0].first;
		walk.tie.ports = &parts[i].ports;
		walk_part(&walk);
	}
	claims_release(&walk.own);
	claims_release(&walk.others);
	bitset_release(&walk.open);
}
