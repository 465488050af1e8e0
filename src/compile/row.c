/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one walk over a subject's rules (policy/ir.h says in which order), for all peer classes at
 * once.
 *
 * `undecided` holds the classes that no rule has decided yet, `held` those that passed in the
 * current tier and wait for the next. A walk ends in cells and outcomes, or in a bitset of allowed
 * classes: struct walk says which.
 */
#include "compile/internal.h"

#include <stdlib.h>

struct walk {
	struct compile_world *world;
	const struct subject_class *class;
	const struct subject_direction *side;
	enum policy_direction direction;
	enum port_space space;
	uint16_t port;
	bool has_passed;

	struct compile_row *row; /* NULL: only `allowed` */
	struct bitset *allowed;  /* NULL: only `row` */
};

static bool is_allowed(const struct compile_outcome *outcome)
{
	return outcome->action == TABLE_ALLOW;
}

static struct compile_outcome rule_outcome(const struct policy_rule *rule)
{
	struct compile_outcome outcome = {
		.rule = rule, .tier = rule->policy->tier, .reason = VERDICT_RULE};

	outcome.action = rule->action == POLICY_ALLOW ? TABLE_ALLOW : TABLE_DENY;
	if (rule->condition) {
		outcome.action = TABLE_DECIDE;
		outcome.reason = VERDICT_CONDITION;
	}
	return outcome;
}

static uint16_t add_outcome(struct compile_row *row, const struct compile_outcome *outcome)
{
	if (row->n_outcomes == UINT16_MAX) {
		row->is_full = true;
		return 0;
	}
	if (row->n_outcomes == row->cap_outcomes)
		row->outcomes = vec_grow(row->outcomes, &row->cap_outcomes, row->n_outcomes + 1,
					 sizeof(*row->outcomes));
	row->outcomes[row->n_outcomes] = *outcome;
	return row->n_outcomes++;
}

/* The newest outcome of this walk's current rule with this list of passed rules, or a new one. */
static uint16_t outcome_with_passed(struct compile_row *row, struct compile_outcome outcome,
				    uint32_t passed)
{
	outcome.passed = passed;
	for (size_t i = row->n_outcomes; i-- > 1;) {
		const struct compile_outcome *other = &row->outcomes[i];

		if (other->rule != outcome.rule || other->tier != outcome.tier ||
		    other->reason != outcome.reason)
			break;
		if (other->passed == passed)
			return i;
	}
	return add_outcome(row, &outcome);
}

/* Gives every class of `matched` the outcome, and takes it out of `undecided`. */
static void decide(struct walk *walk, const struct compile_outcome *outcome)
{
	struct compile_world *world = walk->world;
	struct compile_row *row = walk->row;
	uint16_t number = 0;

	bitset_andnot(&world->undecided, &world->matched);
	if (walk->allowed && is_allowed(outcome))
		bitset_or(walk->allowed, &world->matched);
	if (!row || !bitset_any(&world->matched))
		return;
	if (!walk->has_passed)
		number = add_outcome(row, outcome);
	bitset_for_each(class, &world->matched)
	{
		if (walk->has_passed)
			number = outcome_with_passed(row, *outcome, world->passed_of[class]);
		row->cells[class] = number;
	}
}

/* The list `passed` with one more rule. */
static uint32_t passed_append(struct compile_world *world, uint32_t passed,
			      const struct policy_rule *rule)
{
	size_t size;
	const void *old = keyset_get(&world->passed, passed, &size);
	const struct policy_rule **list = malloc(size + sizeof(*list));
	uint32_t id;

	if (!list)
		abort();
	if (size)
		memcpy(list, old, size);
	list[size / sizeof(*list)] = rule;
	id = keyset_intern(&world->passed, list, size + sizeof(*list), NULL);
	free(list);
	return id;
}

/* Moves every class of `matched` from `undecided` to `held`. */
static void pass(struct walk *walk, const struct policy_rule *rule)
{
	struct compile_world *world = walk->world;

	if (!walk->has_passed)
		memset(world->passed_of, 0, world->peer_classes.n * sizeof(*world->passed_of));
	walk->has_passed = true;
	bitset_andnot(&world->undecided, &world->matched);
	bitset_or(&world->held, &world->matched);
	bitset_for_each(class, &world->matched)
		world->passed_of[class] = passed_append(world, world->passed_of[class], rule);
}

static void add_class_list(const struct class_list *list, struct bitset *to)
{
	if (list->bits.words) {
		bitset_or(to, &list->bits);
		return;
	}
	for (uint32_t i = 0; i < list->n; i++)
		bitset_set(to, list->ids[i]);
}

/* How far a rule's ports cover the asked one. */
enum port_match { PORT_NO, PORT_FOR_NAMED_PEERS, PORT_YES };

static enum port_match match_port(const struct walk *walk, const struct policy_port *port)
{
	if (port->space != walk->space)
		return PORT_NO;
	if (port->kind == POLICY_PORT_RANGE)
		return walk->port >= port->first && walk->port <= port->last ? PORT_YES : PORT_NO;
	if (walk->direction == POLICY_EGRESS)
		return world_named_classes(walk->world, port, walk->port) ? PORT_FOR_NAMED_PEERS
									  : PORT_NO;
	return pod_port_named(walk->class->example, port, walk->port) ? PORT_YES : PORT_NO;
}

static enum port_match match_ports(const struct walk *walk, const struct policy_rule *rule)
{
	enum port_match best = rule->any_port ? PORT_YES : PORT_NO;

	for (uint32_t i = 0; i < rule->n_ports && best != PORT_YES; i++) {
		const enum port_match match = match_port(walk, &rule->ports[i]);

		if (match > best)
			best = match;
	}
	return best;
}

/* Takes out of `matched` the peers that do not have the port under any of the rule's names. */
static void keep_named_peers(struct walk *walk, const struct policy_rule *rule)
{
	struct bitset named;

	bitset_init(&named, walk->world->peer_classes.n);
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (match_port(walk, &rule->ports[i]) == PORT_FOR_NAMED_PEERS)
			add_class_list(world_named_classes(walk->world, &rule->ports[i],
							   walk->port),
				       &named);
	bitset_and(&walk->world->matched, &named);
	bitset_release(&named);
}

/*
 * The undecided classes that a rule matches, into `matched`; false when the port alone rules it
 * out.
 */
static bool match_rule(struct walk *walk, const struct world_rule *world_rule)
{
	const struct policy_rule *rule = world_rule->rule;
	struct compile_world *world = walk->world;
	const enum port_match ports = match_ports(walk, rule);

	if (ports == PORT_NO)
		return false;
	if (rule->any_peer) {
		bitset_copy(&world->matched, &world->undecided);
	} else {
		bitset_zero(&world->matched);
		for (uint32_t i = 0; i < rule->n_peers; i++)
			add_class_list(&world->term_classes[world_rule->terms[i]], &world->matched);
		bitset_and(&world->matched, &world->undecided);
	}
	if (ports == PORT_FOR_NAMED_PEERS)
		keep_named_peers(walk, rule);
	return true;
}

static bool tier_isolates(const struct subject_direction *side, uint32_t tier)
{
	for (uint32_t i = 0; i < side->n_isolating; i++)
		if (side->isolating[i]->tier == tier)
			return true;
	return false;
}

/* Gives the outcome to all that is undecided. As the row's default it needs no cells. */
static void decide_rest(struct walk *walk, const struct compile_outcome *outcome)
{
	struct compile_world *world = walk->world;

	if (walk->has_passed) {
		bitset_copy(&world->matched, &world->undecided);
		decide(walk, outcome);
		return;
	}
	if (walk->row)
		walk->row->outcomes[0] = *outcome;
	if (walk->allowed && is_allowed(outcome))
		bitset_or(walk->allowed, &world->undecided);
}

/* After the last rule of a tier. False when nothing is left to decide. */
static bool end_tier(struct walk *walk, uint32_t tier)
{
	const struct compile_outcome denied = {
		.action = TABLE_DENY, .reason = VERDICT_DEFAULT_DENY, .tier = tier};
	struct compile_world *world = walk->world;

	if (tier_isolates(walk->side, tier)) {
		decide_rest(walk, &denied);
		if (!bitset_any(&world->held))
			return false;
	}
	bitset_or(&world->undecided, &world->held);
	bitset_zero(&world->held);
	return true;
}

static void apply_rule(struct walk *walk, const struct world_rule *rule)
{
	struct compile_outcome outcome;

	if (!match_rule(walk, rule))
		return;
	if (rule->rule->action == POLICY_PASS) {
		pass(walk, rule->rule);
		return;
	}
	outcome = rule_outcome(rule->rule);
	decide(walk, &outcome);
}

static void walk_rules(struct walk *walk)
{
	const struct compile_outcome open = {
		.action = TABLE_ALLOW, .reason = VERDICT_NOT_ISOLATED, .tier = COMPILE_NONE};
	const struct subject_direction *side = walk->side;
	uint32_t next = 0;

	bitset_fill(&walk->world->undecided);
	bitset_zero(&walk->world->held);
	for (uint32_t tier = 0; tier < walk->world->set->n_tiers; tier++) {
		for (; next < side->n_rules && side->rules[next]->rule->policy->tier == tier;
		     next++)
			apply_rule(walk, side->rules[next]);
		if (!end_tier(walk, tier))
			return;
	}
	decide_rest(walk, &open);
}

static struct walk walk_of(struct compile_world *world, uint32_t subject_class,
			   enum policy_direction direction, enum port_space space, uint16_t port)
{
	const struct subject_class *class = &world->classes.items[subject_class];

	return (struct walk){.world = world,
			     .class = class,
			     .side = &class->direction[direction],
			     .direction = direction,
			     .space = space,
			     .port = port};
}

void compile_row(struct compile_world *world, uint32_t subject_class,
		 enum policy_direction direction, enum port_space space, uint16_t port,
		 struct compile_row *ret)
{
	struct walk walk = walk_of(world, subject_class, direction, space, port);
	const size_t n_classes = world->peer_classes.n;

	if (n_classes > ret->cap_cells)
		ret->cells = vec_grow(ret->cells, &ret->cap_cells, n_classes, sizeof(*ret->cells));
	memset(ret->cells, 0, n_classes * sizeof(*ret->cells));
	ret->n_cells = n_classes;
	ret->n_outcomes = 0;
	ret->is_full = false;
	add_outcome(ret, &(struct compile_outcome){0});
	walk.row = ret;
	walk_rules(&walk);
}

void compile_row_release(struct compile_row *row)
{
	free(row->outcomes);
	free(row->cells);
	*row = (struct compile_row){0};
}

void compile_row_allowed(struct compile_world *world, uint32_t subject_class,
			 enum policy_direction direction, enum port_space space, uint16_t port,
			 struct bitset *ret)
{
	struct walk walk = walk_of(world, subject_class, direction, space, port);

	bitset_zero(ret);
	walk.allowed = ret;
	walk_rules(&walk);
}

const struct policy_rule *const *compile_passed(const struct compile_world *world, uint32_t number,
						uint32_t *ret_n)
{
	size_t size;
	const void *list = keyset_get(&world->passed, number, &size);

	*ret_n = size / sizeof(struct policy_rule *);
	return list;
}
