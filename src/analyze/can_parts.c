/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/can_answer.h"

#include <string.h>

/* Groups with one answer, and the names of their members. */
struct party {
	uint32_t group; /* the first of them */
	VEC(const char *) names;
	VEC(const struct model_pod *) pods; /* parallel; NULL for addresses */
};

struct parties {
	struct party *items;
	size_t n;
	size_t cap;
};

static bool places_equal(const struct place *a, const struct place *b)
{
	return a->is_self == b->is_self && cell_equal(&a->families[0], &b->families[0]) &&
	       cell_equal(&a->families[1], &b->families[1]);
}

/* Whether two groups of sources, or of targets, get the same from everybody on the other side. */
static bool groups_equal(const struct matrix *matrix, bool is_target, uint32_t a, uint32_t b)
{
	size_t n = is_target ? matrix->from.groups.n : matrix->to.groups.n;

	for (uint32_t i = 0; i < n; i++) {
		const struct place *left = is_target ? matrix_place(matrix, i, a)
						     : matrix_place(matrix, a, i);
		const struct place *right = is_target ? matrix_place(matrix, i, b)
						      : matrix_place(matrix, b, i);

		if (!places_equal(left, right))
			return false;
	}
	return true;
}

static struct party *enter_party(struct parties *parties, const struct matrix *matrix,
				 bool is_target, uint32_t group)
{
	struct party *party;

	for (size_t i = 0; i < parties->n; i++)
		if (groups_equal(matrix, is_target, parties->items[i].group, group))
			return &parties->items[i];
	party = vec_add(parties);
	party->group = group;
	return party;
}

static void add_name(struct party *party, const char *name, const struct model_pod *pod)
{
	vec_push(&party->names, name);
	vec_push(&party->pods, pod);
}

/*
 * The range that begins with member `*at`, as far as the party goes; *at is left on its last
 * member.
 */
static struct ip_range join_ranges(const struct ends *ends, const uint32_t *party_of, size_t *at)
{
	const struct end *end = &ends->items.items[*at];
	struct ip_range range = end->range;
	const uint32_t party = party_of[end->group];

	while (*at + 1 < ends->items.n) {
		const struct end *next = &ends->items.items[*at + 1];

		if (next->pod || party_of[next->group] != party ||
		    !ip_range_precedes(&range, &next->range))
			break;
		range.last = next->range.last;
		(*at)++;
	}
	return range;
}

static void name_members(const struct ends *ends, const uint32_t *party_of, struct parties *parties,
			 struct arena *arena)
{
	for (size_t i = 0; i < ends->items.n; i++) {
		const struct end *end = &ends->items.items[i];
		struct party *party = &parties->items[party_of[end->group]];

		if (end->pod) {
			add_name(party, analyze_pod_id(end->pod, arena), end->pod);
		} else {
			const struct ip_range range = join_ranges(ends, party_of, &i);

			add_name(party, analyze_range_id(&range, arena), NULL);
		}
	}
}

static void list_parties(const struct matrix *matrix, bool is_target, struct arena *arena,
			 struct parties *ret)
{
	const struct ends *ends = is_target ? &matrix->to : &matrix->from;
	VEC(uint32_t) party_of = {0};

	for (uint32_t i = 0; i < ends->groups.n; i++) {
		struct party *party = enter_party(ret, matrix, is_target, i);

		vec_push(&party_of, (uint32_t)(party - ret->items));
	}
	if (ret->n == 1)
		add_name(&ret->items[0], ends->endpoint->id, NULL);
	else
		name_members(ends, party_of.items, ret, arena);
	vec_release(&party_of);
}

static void release_parties(struct parties *parties)
{
	for (size_t i = 0; i < parties->n; i++) {
		vec_release(&parties->items[i].names);
		vec_release(&parties->items[i].pods);
	}
	vec_release(parties);
}

static void copy_cell(struct cell *to, const struct cell *from)
{
	if (!cell_is_void(from))
		cell_add(to, from);
}

static void add_part(struct analyze_answer *answer, const struct analyze_part *names,
		     const struct cell *a, const struct cell *b)
{
	struct analyze_part *part = vec_add(&answer->parts);
	struct cell cell = {0};

	copy_cell(&cell, a);
	if (b)
		copy_cell(&cell, b);
	*part = *names;
	part->verdict = tally_verdict(&cell.tally);
	answer_take_cell(&cell, part->sides, &part->allowed);
}

/* One part, or one for each family where they differ. */
static void add_parts(struct analyze_answer *answer, struct analyze_part names,
		      const struct place *place)
{
	static const char *const families[2] = {"IPv4", "IPv6"};
	const struct cell *cells = place->families;

	if (cell_is_void(&cells[0]) && cell_is_void(&cells[1]))
		return;
	if (cell_is_void(&cells[0]) || cell_is_void(&cells[1]) ||
	    cell_equal(&cells[0], &cells[1])) {
		add_part(answer, &names, &cells[0], &cells[1]);
		return;
	}
	for (int family = 0; family < 2; family++) {
		names.family = families[family];
		add_part(answer, &names, &cells[family], NULL);
	}
}

static void list_between(struct analyze_answer *answer, const struct matrix *matrix,
			 const struct party *from, const struct party *to)
{
	const struct place *place = matrix_place(matrix, from->group, to->group);

	for (size_t i = 0; i < from->names.n; i++)
		for (size_t j = 0; j < to->names.n; j++) {
			const struct analyze_part names = {.from = from->names.items[i],
							   .to = to->names.items[j]};
			bool is_self = place->is_self || (from->pods.items[i] &&
							  from->pods.items[i] == to->pods.items[j]);

			if (!is_self || !matrix->has_others)
				add_parts(answer, names, place);
		}
}

static bool differs_by_family(const struct place *place)
{
	const struct cell *cells = place->families;

	return !cell_is_void(&cells[0]) && !cell_is_void(&cells[1]) &&
	       !cell_equal(&cells[0], &cells[1]);
}

void answer_list_parts(struct analyze_answer *answer, const struct matrix *matrix)
{
	struct parties from = {0}, to = {0};

	list_parties(matrix, false, &answer->arena, &from);
	list_parties(matrix, true, &answer->arena, &to);
	/* What differs by port alone is told by the allowed ports. */
	if (from.n > 1 || to.n > 1 || differs_by_family(matrix_place(matrix, 0, 0)))
		for (size_t i = 0; i < from.n; i++)
			for (size_t j = 0; j < to.n; j++)
				list_between(answer, matrix, &from.items[i], &to.items[j]);
	release_parties(&from);
	release_parties(&to);
}
