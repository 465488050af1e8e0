/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/can_cell.h"

#include "analyze/why.h"

#include <assert.h>

static void tally_add(struct tally *tally, uint8_t action, uint8_t reason)
{
	if (action == TABLE_ALLOW) {
		if (!tally->n_allowed++)
			tally->allowed_reason = reason;
		return;
	}
	if (!(tally->n_denied + tally->n_conditional))
		tally->other_reason = reason;
	if (action == TABLE_DENY) {
		tally->n_denied++;
	} else if (reason == VERDICT_SOURCE_PORT) {
		/* from some source ports, and not from others */
		tally->n_denied++;
		if (!tally->n_allowed++)
			tally->allowed_reason = reason;
	} else {
		tally->n_conditional++;
	}
}

static void tally_add_all(struct tally *tally, const struct tally *from)
{
	if (!tally->n_allowed)
		tally->allowed_reason = from->allowed_reason;
	if (!(tally->n_denied + tally->n_conditional))
		tally->other_reason = from->other_reason;
	tally->n_allowed += from->n_allowed;
	tally->n_denied += from->n_denied;
	tally->n_conditional += from->n_conditional;
}

enum analyze_verdict tally_verdict(const struct tally *tally)
{
	if (tally->n_denied)
		return tally->n_allowed + tally->n_conditional ? ANALYZE_PARTIAL : ANALYZE_DENY;
	return tally->n_conditional ? ANALYZE_CONDITIONAL : ANALYZE_ALLOW;
}

uint8_t tally_reason(const struct tally *tally)
{
	return tally->n_denied + tally->n_conditional ? tally->other_reason : tally->allowed_reason;
}

/* Whether the flow comes from the target's own node. */
static bool is_own_node(const struct end *from, const struct end *to)
{
	return from->host && *from->host && to->pod && !to->host && to->pod->node == from->host;
}

bool cell_is_perhaps_own_node(const struct end *from, const struct end *to)
{
	return from->host && to->pod && !to->host && (!*from->host || !to->pod->node);
}

/* The sides that a row of the table decided have rules to show. */
static bool has_rules(uint8_t reason)
{
	return reason == VERDICT_NOT_ISOLATED || reason == VERDICT_RULE ||
	       reason == VERDICT_DEFAULT_DENY || reason == VERDICT_CONDITION ||
	       reason == VERDICT_SOURCE_PORT;
}

static void explain_side(struct cell_side *side, const struct cell_question *question,
			 const struct probe *probe, enum policy_direction direction,
			 const struct verdict_side *verdict)
{
	const struct end *subject = direction == POLICY_EGRESS ? question->from : question->to;
	const struct end *peer = direction == POLICY_EGRESS ? question->to : question->from;
	const struct compile_world *world = question->judge->world;
	struct analyze_why_question ask = {
		.snapshot = question->judge->snapshot,
		.subject = subject->pod,
		.peer = peer->pod,
		.addr = peer->addrs[question->family],
		.direction = (uint8_t)direction,
		.space = probe->space,
		.port = probe->port,
		.is_staged = question->is_staged,
	};
	struct analyze_why why = {.rules = side->rules,
				  .near = side->near,
				  .passed = side->passed,
				  .behind = side->behind};

	ask.policies = compile_policies(world, compile_subject_class(world, subject->pod),
					&ask.n_policies);
	analyze_why(&ask, &why);
	assert(why.action == verdict->action && why.reason == verdict->reason);
	side->rules = why.rules;
	side->near = why.near;
	side->passed = why.passed;
	side->behind = why.behind;
}

/* ICMP is IPv4's, ICMPv6 is IPv6's. */
static bool has_space(uint32_t family, enum port_space space)
{
	return space != (family ? PORT_ICMP : PORT_ICMPV6);
}

/* An address that is not known may be outside, but its owner is not. */
static void name_host(struct verdict *verdict, enum policy_direction direction,
		      const struct end *end)
{
	if (!end->host || verdict->side[direction].reason != VERDICT_OUTSIDE)
		return;
	verdict->side[direction].reason = VERDICT_HOST_NETWORK;
	if (verdict->direction == direction)
		verdict->reason = VERDICT_HOST_NETWORK;
}

static void judge_probe(struct cell *cell, const struct cell_question *question,
			const struct probe *probe, bool is_explained, struct verdict *ret)
{
	const struct analyze_flow flow = {
		.src = question->from->addrs[question->family],
		.dst = question->to->addrs[question->family],
		.space = probe->space,
		.port = probe->port,
		.flags = (is_own_node(question->from, question->to) ? VERDICT_FROM_OWN_NODE : 0) |
			 (question->is_staged ? VERDICT_STAGED : 0),
	};

	analyze_judge_flow(question->judge, &flow, ret);
	name_host(ret, POLICY_EGRESS, question->from);
	name_host(ret, POLICY_INGRESS, question->to);
	for (int i = 0; i < POLICY_N_DIRECTIONS && !is_explained; i++)
		if (has_rules(ret->side[i].reason))
			explain_side(&cell->sides[i], question, probe, i, &ret->side[i]);
}

static void count_probe(struct cell *cell, const struct probe *probe, const struct verdict *verdict)
{
	tally_add(&cell->tally, verdict->action, verdict->reason);
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++)
		tally_add(&cell->sides[i].tally, verdict->side[i].action, verdict->side[i].reason);
	port_set_add(&cell->asked, probe->shown);
	if (verdict->action != TABLE_ALLOW)
		port_set_add(&cell->refused, probe->shown);
}

void cell_judge(struct cell *cell, const struct cell_question *question)
{
	struct bitset seen;
	struct verdict verdict;

	bitset_init(&seen, question->judge->n_port_classes);
	for (size_t i = 0; i < question->probes->n; i++) {
		const struct probe *probe = &question->probes->items[i];
		bool is_seen = probe->port_class != ENDS_NO_CLASS &&
			       bitset_test(&seen, probe->port_class);

		if (!has_space(question->family, probe->space))
			continue;
		/* One port of a class explains them all. */
		judge_probe(cell, question, probe, is_seen, &verdict);
		count_probe(cell, probe, &verdict);
		if (probe->port_class != ENDS_NO_CLASS)
			bitset_set(&seen, probe->port_class);
	}
	bitset_release(&seen);
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++) {
		analyze_refs_order(&cell->sides[i].rules);
		analyze_refs_order(&cell->sides[i].near);
		analyze_refs_order(&cell->sides[i].passed);
		analyze_refs_order(&cell->sides[i].behind);
	}
}

void cell_add(struct cell *cell, const struct cell *from)
{
	tally_add_all(&cell->tally, &from->tally);
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++) {
		tally_add_all(&cell->sides[i].tally, &from->sides[i].tally);
		analyze_refs_add_all(&cell->sides[i].rules, &from->sides[i].rules);
		analyze_refs_add_all(&cell->sides[i].near, &from->sides[i].near);
		analyze_refs_add_all(&cell->sides[i].passed, &from->sides[i].passed);
		analyze_refs_add_all(&cell->sides[i].behind, &from->sides[i].behind);
	}
	port_set_union(&cell->asked, &from->asked);
	port_set_union(&cell->refused, &from->refused);
}

void cell_release(struct cell *cell)
{
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++) {
		analyze_refs_release(&cell->sides[i].rules);
		analyze_refs_release(&cell->sides[i].near);
		analyze_refs_release(&cell->sides[i].passed);
		analyze_refs_release(&cell->sides[i].behind);
	}
	port_set_release(&cell->asked);
	port_set_release(&cell->refused);
	*cell = (struct cell){0};
}

bool cell_is_void(const struct cell *cell)
{
	return cell->asked.n == 0;
}

void cell_allowed(const struct cell *cell, struct port_set *ret)
{
	port_set_subtract(&cell->asked, &cell->refused, ret);
}

static bool refs_equal(const struct analyze_refs *a, const struct analyze_refs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->items[i].policy != b->items[i].policy ||
		    a->items[i].rule != b->items[i].rule || a->items[i].near != b->items[i].near)
			return false;
	return true;
}

static bool ports_equal(const struct port_set *a, const struct port_set *b)
{
	size_t i = 0, j = 0;

	for (;; i++, j++) {
		while (i < a->n &&
		       (a->ranges[i].space == PORT_ICMP || a->ranges[i].space == PORT_ICMPV6))
			i++;
		while (j < b->n &&
		       (b->ranges[j].space == PORT_ICMP || b->ranges[j].space == PORT_ICMPV6))
			j++;
		if (i == a->n || j == b->n)
			return i == a->n && j == b->n;
		if (a->ranges[i].space != b->ranges[j].space ||
		    a->ranges[i].first != b->ranges[j].first ||
		    a->ranges[i].last != b->ranges[j].last)
			return false;
	}
}

static bool tallies_equal(const struct tally *a, const struct tally *b)
{
	return tally_verdict(a) == tally_verdict(b) && tally_reason(a) == tally_reason(b);
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
	if (cell_is_void(a) || cell_is_void(b))
		return cell_is_void(a) && cell_is_void(b);
	if (!tallies_equal(&a->tally, &b->tally) || !ports_equal(&a->asked, &b->asked) ||
	    !ports_equal(&a->refused, &b->refused))
		return false;
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++)
		if (!tallies_equal(&a->sides[i].tally, &b->sides[i].tally) ||
		    !refs_equal(&a->sides[i].rules, &b->sides[i].rules) ||
		    !refs_equal(&a->sides[i].near, &b->sides[i].near) ||
		    !refs_equal(&a->sides[i].passed, &b->sides[i].passed) ||
		    !refs_equal(&a->sides[i].behind, &b->sides[i].behind))
			return false;
	return true;
}
