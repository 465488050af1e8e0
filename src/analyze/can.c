/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/can.h"

#include "analyze/can_answer.h"

#include <assert.h>
#include <string.h>

static const struct {
	const char *name;
	const char *text;
} verdicts[ANALYZE_N_VERDICTS] = {
#define X(id, name, text) [ANALYZE_##id] = {name, text},
	ANALYZE_VERDICTS(X)
#undef X
};

const char *analyze_verdict_name(enum analyze_verdict verdict)
{
	assert(verdict < ANALYZE_N_VERDICTS);
	return verdicts[verdict].name;
}

const char *analyze_verdict_text(enum analyze_verdict verdict)
{
	assert(verdict < ANALYZE_N_VERDICTS);
	return verdicts[verdict].text;
}

/* Two members of the groups, different ones where there are two. */
static struct pair pick_pair(const struct matrix *matrix, const struct end_group *from,
			     const struct end_group *to)
{
	const struct end *ends[2] = {&matrix->from.items.items[from->first],
				     &matrix->to.items.items[to->first]};

	if (ends[0]->pod && ends[0]->pod == ends[1]->pod) {
		if (to->second != COMPILE_NONE)
			ends[1] = &matrix->to.items.items[to->second];
		else if (from->second != COMPILE_NONE)
			ends[0] = &matrix->from.items.items[from->second];
	}
	return (struct pair){ends[0], ends[1]};
}

static void judge_place(struct matrix *matrix, uint32_t from, uint32_t to)
{
	const struct end_group *target = &matrix->to.groups.items[to];
	const struct pair pair = pick_pair(matrix, &matrix->from.groups.items[from], target);
	struct place *place = matrix_place(matrix, from, to);
	struct cell_question question = {
		.judge = matrix->judge,
		.from = pair.from,
		.to = pair.to,
		.probes = &target->probes,
		.is_staged = matrix->is_staged,
	};

	place->is_self = pair.from->pod && pair.from->pod == pair.to->pod;
	for (; question.family < 2; question.family++) {
		if (pair.from->addrs[question.family].family == IP_NONE ||
		    pair.to->addrs[question.family].family == IP_NONE)
			continue;
		cell_judge(&place->families[question.family], &question);
		matrix->has_others |= !place->is_self &&
				      !cell_is_void(&place->families[question.family]);
	}
}

static void matrix_init(struct matrix *matrix, const struct analyze_judge *judge,
			const struct model_snapshot *snapshot,
			const struct analyze_question *question)
{
	struct ends_question ends = {.judge = judge, .snapshot = snapshot, .question = question};

	*matrix = (struct matrix){.judge = judge, .is_staged = question->is_staged};
	ends_init(&matrix->from, &ends);
	ends.is_target = true;
	for (size_t i = 0; i < matrix->from.items.n; i++)
		ends.is_node_of_note |= matrix->from.items.items[i].host != NULL;
	ends_init(&matrix->to, &ends);
	matrix->places = vec_grow(NULL, &(size_t){0},
				  matrix->from.groups.n * matrix->to.groups.n + 1,
				  sizeof(*matrix->places));
	memset(matrix->places, 0,
	       matrix->from.groups.n * matrix->to.groups.n * sizeof(*matrix->places));
	for (uint32_t from = 0; from < matrix->from.groups.n; from++)
		for (uint32_t to = 0; to < matrix->to.groups.n; to++)
			judge_place(matrix, from, to);
}

static void matrix_release(struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->from.groups.n * matrix->to.groups.n; i++)
		for (int family = 0; family < 2; family++)
			cell_release(&matrix->places[i].families[family]);
	free(matrix->places);
	ends_release(&matrix->from);
	ends_release(&matrix->to);
}

static void sum_up(const struct matrix *matrix, struct cell *ret)
{
	for (size_t i = 0; i < matrix->from.groups.n * matrix->to.groups.n; i++) {
		const struct place *place = &matrix->places[i];

		if (place->is_self && matrix->has_others)
			continue;
		for (int family = 0; family < 2; family++)
			if (!cell_is_void(&place->families[family]))
				cell_add(ret, &place->families[family]);
	}
}

static bool has_probes(const struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->to.groups.n; i++)
		if (matrix->to.groups.items[i].probes.n)
			return true;
	return false;
}

/* The proxy goes where routes lead, and nowhere else. */
static bool lacks_route(const struct matrix *matrix, const struct analyze_question *question)
{
	return question->from->is_proxy && matrix->from.items.n && matrix->to.items.n &&
	       !has_probes(matrix);
}

static void answer_no_route(struct analyze_answer *answer)
{
	answer->verdict = ANALYZE_DENY;
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++) {
		answer->sides[i].verdict = ANALYZE_DENY;
		answer->sides[i].reason = VERDICT_NO_ROUTE;
	}
}

/* Why nothing could be asked. */
static void refuse_void(const struct matrix *matrix, const struct analyze_question *question,
			struct diag_list *diags)
{
	const char *from = question->from->id, *to = question->to->id;
	const char *port = analyze_port_format(&question->port, diags->arena);

	if (!matrix->from.items.n || !matrix->to.items.n)
		analyze_refuse(diags, "%s has no address outside the cluster",
			       matrix->from.items.n ? to : from);
	else if (!has_probes(matrix))
		analyze_refuse(diags, "no pod of %s has a port %s", to, port);
	else
		analyze_refuse(diags, "%s and %s have no address family in common for %s", from, to,
			       port);
}

static void take_side(struct analyze_side *side, struct cell_side *from)
{
	side->verdict = tally_verdict(&from->tally);
	side->reason = tally_reason(&from->tally);
	side->rules = from->rules;
	side->near = from->near;
	side->passed = from->passed;
	side->behind = from->behind;
	from->rules = from->near = from->passed = from->behind = (struct analyze_refs){0};
	analyze_refs_order(&side->rules);
	analyze_refs_order(&side->near);
	analyze_refs_order(&side->passed);
	analyze_refs_order(&side->behind);
	analyze_refs_remove(&side->near, &side->rules);
	analyze_refs_remove(&side->behind, &side->rules);
}

void answer_take_cell(struct cell *cell, struct analyze_side sides[POLICY_N_DIRECTIONS],
		      struct port_set *ret_allowed)
{
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++)
		take_side(&sides[i], &cell->sides[i]);
	cell_allowed(cell, ret_allowed);
	cell_release(cell);
}

static bool asks_ports(const struct analyze_port *port)
{
	return port->is_any || port->is_whole ||
	       analyze_port_shown(port->range.space, port->range.first) !=
		       analyze_port_shown(port->range.space, port->range.last);
}

bool analyze_answers_equal(const struct analyze_answer *a, const struct analyze_answer *b)
{
	for (int side = 0; side < POLICY_N_DIRECTIONS; side++)
		if (a->sides[side].verdict != b->sides[side].verdict)
			return false;
	return a->verdict == b->verdict && port_set_equal(&a->allowed, &b->allowed);
}

/* What staged policies would change, if they would. */
static void answer_staged(const struct analyze_judge *judge, const struct analyze_cluster *cluster,
			  struct diag_list *diags, struct analyze_answer *answer)
{
	struct analyze_question question = answer->question;
	struct analyze_answer staged;

	if (!cluster->policies->has_staged || question.is_staged)
		return;
	question.is_staged = true;
	if (!analyze_can(judge, cluster, &question, diags, &staged))
		return;
	if (analyze_answers_equal(answer, &staged)) {
		analyze_answer_release(&staged);
		return;
	}
	answer->staged = arena_alloc(&answer->arena, sizeof(staged));
	*answer->staged = staged;
}

static void answer_sum(struct analyze_answer *answer, const struct matrix *matrix, struct cell *sum)
{
	answer->verdict = tally_verdict(&sum->tally);
	answer_take_cell(sum, answer->sides, &answer->allowed);
	if (answer->verdict == ANALYZE_PARTIAL)
		answer_list_parts(answer, matrix);
	answer_list_conditions(answer);
	answer_list_assumptions(answer, matrix);
}

bool analyze_can(const struct analyze_judge *judge, const struct analyze_cluster *cluster,
		 const struct analyze_question *question, struct diag_list *diags,
		 struct analyze_answer *ret)
{
	struct cell sum = {0};
	struct matrix matrix;
	bool is_void, is_answered;

	if (!probes_check(question, diags))
		return false;
	matrix_init(&matrix, judge, cluster->snapshot, question);
	sum_up(&matrix, &sum);
	is_void = cell_is_void(&sum);
	is_answered = !is_void || lacks_route(&matrix, question);
	if (is_answered) {
		*ret = (struct analyze_answer){.question = *question,
					       .cluster = cluster,
					       .asks_ports = asks_ports(&question->port)};
		arena_init(&ret->arena);
	}
	if (!is_answered)
		refuse_void(&matrix, question, diags);
	else if (is_void)
		answer_no_route(ret);
	else
		answer_sum(ret, &matrix, &sum);
	matrix_release(&matrix);
	if (is_answered)
		answer_staged(judge, cluster, diags, ret);
	return is_answered;
}

static void release_sides(struct analyze_side sides[POLICY_N_DIRECTIONS])
{
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++) {
		analyze_refs_release(&sides[i].rules);
		analyze_refs_release(&sides[i].near);
		analyze_refs_release(&sides[i].passed);
		analyze_refs_release(&sides[i].behind);
	}
}

void analyze_answer_release(struct analyze_answer *answer)
{
	for (size_t i = 0; i < answer->parts.n; i++) {
		release_sides(answer->parts.items[i].sides);
		port_set_release(&answer->parts.items[i].allowed);
	}
	release_sides(answer->sides);
	port_set_release(&answer->allowed);
	vec_release(&answer->parts);
	vec_release(&answer->conditions);
	vec_release(&answer->assumptions);
	if (answer->staged)
		analyze_answer_release(answer->staged);
	if (answer->specification)
		analyze_answer_release(answer->specification);
	arena_release(&answer->arena);
}
