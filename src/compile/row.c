/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one walk over a subject's rules (policy/ir.h says in which order), for all peer classes at
 * once, a layer at a time.
 *
 * `undecided` holds the classes that no rule has decided yet, `held` those that passed in the
 * current tier and wait for the next. A walk ends in cells and outcomes, or in a bitset of allowed
 * classes: struct walk says which.
 */
#include "compile/internal.h"

#include "base/hash.h"

#include <stdlib.h>

struct walk {
	struct row_place at;
	const struct subject_direction *side;
	const struct compile_change *change; /* NULL: none */
	enum policy_layer layer;
	bool has_trail; /* some class has one */

	struct compile_row *row; /* NULL: only `allowed` */
	struct bitset *allowed;  /* NULL: only `row` */
};

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

/* The outcome of a decision with this trail: one of this walk's newest, or a new one. */
static uint16_t outcome_with_trail(struct walk *walk, struct compile_decision decision,
				   uint32_t trail)
{
	const struct compile_outcome outcome =
		trail_fold(walk->at.world,
			   &(struct compile_decision){decision.action, decision.reason,
						      decision.rule, decision.tier, trail},
			   walk->at.space);

	for (size_t i = walk->row->n_outcomes; i-- > 1;) {
		const struct compile_outcome *other = &walk->row->outcomes[i];

		if (other->layers[0].rule != decision.rule ||
		    other->layers[0].tier != decision.tier ||
		    other->layers[0].reason != decision.reason)
			break;
		if (other->layers[0].trail == outcome.layers[0].trail &&
		    other->action == outcome.action && other->rule == outcome.rule)
			return i;
	}
	return add_outcome(walk->row, &outcome);
}

static void allow_with_trails(struct walk *walk, struct compile_decision decision)
{
	struct compile_world *world = walk->at.world;

	bitset_for_each(class, &world->matched)
	{
		decision.trail = world->trail_of[class];
		if (trail_fold(world, &decision, walk->at.space).action == TABLE_ALLOW)
			bitset_set(walk->allowed, class);
	}
}

/* Gives every class of `matched` the decision, and takes it out of `undecided`. */
static void decide(struct walk *walk, const struct compile_decision *decision)
{
	struct compile_world *world = walk->at.world;
	struct compile_row *row = walk->row;
	uint16_t number = 0;

	bitset_andnot(&world->undecided, &world->matched);
	if (walk->allowed && walk->has_trail)
		allow_with_trails(walk, *decision);
	else if (walk->allowed && decision->action == TABLE_ALLOW)
		bitset_or(walk->allowed, &world->matched);
	if (!row || !bitset_any(&world->matched))
		return;
	if (!walk->has_trail)
		number = outcome_with_trail(walk, *decision, 0);
	bitset_for_each(class, &world->matched)
	{
		if (walk->has_trail)
			number = outcome_with_trail(walk, *decision, world->trail_of[class]);
		row->cells[class] = number;
	}
}

/* Appends a rule to the trail of every class of `matched`. */
static void leave_trail(struct walk *walk, const struct policy_rule *rule)
{
	struct compile_world *world = walk->at.world;
	uint32_t old = 0, new = 0;

	if (!walk->has_trail)
		memset(world->trail_of, 0, world->peer_classes.n * sizeof(*world->trail_of));
	walk->has_trail = true;
	bitset_for_each(class, &world->matched)
	{
		if (!new || world->trail_of[class] != old) {
			old = world->trail_of[class];
			new = trail_append(world, old, rule);
		}
		world->trail_of[class] = new;
	}
}

/* Moves every class of `matched` from `undecided` to `held`. */
static void pass(struct walk *walk)
{
	bitset_andnot(&walk->at.world->undecided, &walk->at.world->matched);
	bitset_or(&walk->at.world->held, &walk->at.world->matched);
}

/* Gives the decision to all that is undecided. As the row's default it needs no cells. */
static void decide_rest(struct walk *walk, const struct compile_decision *decision)
{
	struct compile_world *world = walk->at.world;

	if (walk->has_trail) {
		bitset_copy(&world->matched, &world->undecided);
		decide(walk, decision);
		return;
	}
	if (walk->row)
		walk->row->outcomes[0] = trail_fold(world, decision, walk->at.space);
	if (walk->allowed && decision->action == TABLE_ALLOW)
		bitset_or(walk->allowed, &world->undecided);
}

/* After the last rule of a tier. False when nothing is left to decide. */
static bool end_tier(struct walk *walk, uint32_t tier)
{
	const struct compile_decision denied = {
		.action = TABLE_DENY, .reason = VERDICT_DEFAULT_DENY, .tier = tier};
	struct compile_world *world = walk->at.world;

	if (side_isolates(walk->side, tier)) {
		decide_rest(walk, &denied);
		if (!bitset_any(&world->held))
			return false;
	}
	bitset_or(&world->undecided, &world->held);
	bitset_zero(&world->held);
	return true;
}

/* A changed rule matches otherwise; what it says, and who says it, stays. */
static bool match_rule(const struct walk *walk, const struct world_rule *world_rule)
{
	const struct compile_change *change = walk->change;
	struct world_rule instead = *world_rule;

	if (!change || change->rule != world_rule->rule)
		return row_match(&walk->at, world_rule);
	instead.rule = change->instead;
	return change->instead && row_match(&walk->at, &instead);
}

static void apply_rule(struct walk *walk, const struct world_rule *world_rule)
{
	const struct policy_rule *rule = world_rule->rule;
	const struct compile_decision decision = {
		.action = rule->action == POLICY_ALLOW ? TABLE_ALLOW : TABLE_DENY,
		.reason = VERDICT_RULE,
		.rule = rule,
		.tier = rule->policy->tier};

	if (!match_rule(walk, world_rule))
		return;
	if (policy_rule_is_conditional(rule)) {
		leave_trail(walk, rule);
	} else if (rule->action == POLICY_PASS) {
		leave_trail(walk, rule);
		pass(walk);
	} else {
		decide(walk, &decision);
	}
}

/* What a subject's rules of the walk's layer say. */
static void walk_rules(struct walk *walk)
{
	const struct compile_decision open = {
		.action = TABLE_ALLOW, .reason = VERDICT_NOT_ISOLATED, .tier = COMPILE_NONE};
	const struct policy_set *set = walk->at.world->set;
	const struct subject_direction *side = walk->side;
	uint32_t next = 0;

	bitset_fill(&walk->at.world->undecided);
	bitset_zero(&walk->at.world->held);
	for (uint32_t tier = 0; tier < set->n_tiers; tier++) {
		const bool is_of_layer = set->tiers[tier].layer == walk->layer;

		for (; next < side->n_rules && side->rules[next]->rule->policy->tier == tier;
		     next++)
			if (is_of_layer)
				apply_rule(walk, side->rules[next]);
		if (is_of_layer && !end_tier(walk, tier))
			return;
	}
	decide_rest(walk, &open);
}

/* The mesh sees TCP only. */
static bool has_mesh(const struct walk *walk)
{
	return walk->side->has_mesh && walk->at.space == PORT_TCP;
}

static void row_reset(struct compile_row *row, size_t n_classes)
{
	if (n_classes > row->cap_cells)
		row->cells = vec_grow(row->cells, &row->cap_cells, n_classes, sizeof(*row->cells));
	memset(row->cells, 0, n_classes * sizeof(*row->cells));
	row->n_cells = n_classes;
	row->n_outcomes = 0;
	row->is_full = false;
	add_outcome(row, &(struct compile_outcome){0});
}

static void walk_layer(struct walk *walk, enum policy_layer layer, struct compile_row *ret)
{
	row_reset(ret, walk->at.world->peer_classes.n);
	walk->layer = layer;
	walk->has_trail = false;
	walk->row = ret;
	walk_rules(walk);
}

/* Both layers must allow; of two that do, the one that has something to say is named. */
static struct compile_outcome both(const struct compile_outcome *network,
				   const struct compile_outcome *mesh)
{
	struct compile_outcome ret = *network;

	if (network->action == TABLE_DENY)
		return ret;
	if (mesh->action == TABLE_DENY ||
	    (network->action == TABLE_ALLOW &&
	     (mesh->action == TABLE_DECIDE || network->reason == VERDICT_NOT_ISOLATED)))
		ret = *mesh;
	ret.layers[POLICY_LAYER_NETWORK] = network->layers[0];
	ret.layers[POLICY_LAYER_MESH] = mesh->layers[0];
	return ret;
}

/* The rows of the two layers as one. */
static void merge_layers(const struct compile_row *network, const struct compile_row *mesh,
			 struct compile_row *ret)
{
	struct hash_map numbers = {0};

	row_reset(ret, network->n_cells);
	ret->is_full = network->is_full || mesh->is_full;
	ret->outcomes[0] = both(&network->outcomes[0], &mesh->outcomes[0]);
	for (size_t class = 0; class < network->n_cells; class ++) {
		const uint32_t key = (uint32_t)network->cells[class] << 16 | mesh->cells[class];
		struct compile_outcome outcome;
		uint64_t *number;
		bool is_new;

		if (!key)
			continue;
		number = hash_map_put(&numbers, key, &is_new);
		if (is_new) {
			outcome = both(&network->outcomes[network->cells[class]],
				       &mesh->outcomes[mesh->cells[class]]);
			*number = add_outcome(ret, &outcome);
		}
		ret->cells[class] = (uint16_t)*number;
	}
	hash_map_release(&numbers);
}

static void make_row(struct walk *walk, struct compile_row *ret)
{
	struct compile_world *world = walk->at.world;

	if (!has_mesh(walk)) {
		walk_layer(walk, POLICY_LAYER_NETWORK, ret);
		return;
	}
	walk_layer(walk, POLICY_LAYER_NETWORK, &world->network_row);
	walk_layer(walk, POLICY_LAYER_MESH, &world->mesh_row);
	merge_layers(&world->network_row, &world->mesh_row, ret);
}

static struct walk walk_of(struct compile_world *world, uint32_t subject_class,
			   enum policy_direction direction, enum port_space space, uint16_t port)
{
	const struct subject_class *class = &world->classes.items[subject_class];

	return (struct walk){.at = {world, class, direction, space, port},
			     .side = &class->direction[direction]};
}

void compile_row(struct compile_world *world, uint32_t subject_class,
		 enum policy_direction direction, enum port_space space, uint16_t port,
		 struct compile_row *ret)
{
	struct walk walk = walk_of(world, subject_class, direction, space, port);

	make_row(&walk, ret);
}

void compile_row_staged(struct compile_world *world, uint32_t subject_class,
			enum policy_direction direction, enum port_space space, uint16_t port,
			struct compile_row *ret)
{
	struct walk walk = walk_of(world, subject_class, direction, space, port);

	if (walk.at.class->staged)
		walk.side = &walk.at.class->staged[direction];
	make_row(&walk, ret);
}

void compile_row_changed(struct compile_world *world, const struct compile_place *at,
			 const struct compile_change *change, struct compile_row *ret)
{
	struct walk walk = walk_of(world, at->subject_class, at->direction, at->space, at->port);

	walk.change = change;
	make_row(&walk, ret);
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
	if (!has_mesh(&walk))
		return;
	bitset_zero(&world->mesh_allowed);
	walk.allowed = &world->mesh_allowed;
	walk.layer = POLICY_LAYER_MESH;
	walk.has_trail = false;
	walk_rules(&walk);
	bitset_and(ret, &world->mesh_allowed);
}
