/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one group of a question's sources gets at one group of its targets, and the sum of such
 * answers; only for can*.c.
 */
#pragma once

#include "analyze/can_ends.h"

/* How many of the flows that something stands for got which action. */
struct tally {
	uint32_t n_allowed;
	uint32_t n_denied;
	uint32_t n_conditional;
	uint8_t allowed_reason; /* of the first of each */
	uint8_t other_reason;
};

struct cell_side {
	struct tally tally;
	struct analyze_refs rules;
	struct analyze_refs near;
	struct analyze_refs passed;
	struct analyze_refs behind;
};

struct cell {
	struct tally tally;
	struct cell_side sides[POLICY_N_DIRECTIONS];
	struct port_set asked;
	struct port_set refused; /* in any of the flows */
};

/* The two ends of a cell, and the node that they may share. */
struct cell_question {
	const struct analyze_judge *judge;
	const struct end *from;
	const struct end *to;
	const struct probe_list *probes;
	uint32_t family; /* 0: v4, 1: v6 */
	bool is_staged;
};

void cell_judge(struct cell *cell, const struct cell_question *question);
void cell_add(struct cell *cell, const struct cell *from);
void cell_release(struct cell *cell);

/* Nothing was asked: no family in common, no such port. */
bool cell_is_void(const struct cell *cell);

/* The same answer, rule for rule; of the ports, those that both families have are compared. */
bool cell_equal(const struct cell *a, const struct cell *b);

enum analyze_verdict tally_verdict(const struct tally *tally);
uint8_t tally_reason(const struct tally *tally);

/* The ports that were asked for and nobody refused. */
void cell_allowed(const struct cell *cell, struct port_set *ret);

/* Whether the flow comes from a node that may be the target's own. */
bool cell_is_perhaps_own_node(const struct end *from, const struct end *to);
