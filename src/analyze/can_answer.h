/* SPDX-License-Identifier: Apache-2.0 */
/* From judged groups to an answer; only for can*.c. */
#pragma once

#include "analyze/can_cell.h"

struct pair {
	const struct end *from;
	const struct end *to;
};

/* What a group of sources gets at a group of targets. */
struct place {
	struct cell families[2];
	bool is_self; /* a pod to itself, and nothing else */
};

struct matrix {
	const struct analyze_judge *judge;
	struct ends from;
	struct ends to;
	struct place *places; /* from.groups × to.groups */
	bool has_others;      /* a place that is not a pod to itself */
	bool is_staged;
};

static inline struct place *matrix_place(const struct matrix *matrix, uint32_t from, uint32_t to)
{
	return &matrix->places[from * matrix->to.groups.n + to];
}

/* Moves the cell's answer; the cell is empty afterwards. */
void answer_take_cell(struct cell *cell, struct analyze_side sides[POLICY_N_DIRECTIONS],
		      struct port_set *ret_allowed);

/* Who gets what, members with one answer under one name where they have one. */
void answer_list_parts(struct analyze_answer *answer, const struct matrix *matrix);

void answer_list_conditions(struct analyze_answer *answer);
void answer_list_assumptions(struct analyze_answer *answer, const struct matrix *matrix);
