/* SPDX-License-Identifier: Apache-2.0 */
/* Port classes, endpoints, remaps, rows, cells and outcomes. */
#include "compile/build.h"

#include "base/hash.h"

#include <stdlib.h>

#define PAGE_ITEMS 256

/* The page of 256 port classes that starts at a point, as a number; equal pages are stored once. */
static __u16 build_page(struct build *build, struct keyset *pages, interval_point first)
{
	const struct interval_segments *segments = &build->world->port_segments;
	size_t at = interval_find(segments, first);
	__u16 page[PAGE_ITEMS];
	uint32_t number;
	bool is_new;

	for (int i = 0; i < PAGE_ITEMS; i++) {
		while (at + 1 < segments->n && segments->items[at + 1].first <= first + i)
			at++;
		page[i] = segments->items[at].set;
	}
	number = keyset_intern(pages, page, sizeof(page), &is_new);
	if (is_new)
		build_push(build, port_pages, page);
	return number;
}

void build_ports(struct build *build)
{
	struct keyset pages = {0};

	for (enum port_space space = 0; space < PORT_N_SPACES; space++) {
		for (uint32_t page = 0; page < 256; page++) {
			const bool exists = page * PAGE_ITEMS <= port_space_last(space);
			const __u16 number = build_page(
				build, &pages, port_point(space, exists ? page * PAGE_ITEMS : 0));

			build_push(build, port_index, number);
		}
	}
	keyset_release(&pages);
}

/* What rows of one build share. */
struct rows {
	struct build *build;
	struct compile_row scratch;
	struct keyset outcome_lists; /* runs of table_outcome */
	VEC(__u32) first_outcomes;   /* by outcome_lists id */
	struct keyset cells;         /* of rows, up to the last that differs from the default */
	VEC(__u32) first_cells;      /* by cells id */
	struct keyset rows;          /* struct table_row */
	struct keyset remaps;        /* row numbers by port class */
	VEC(__u32) first_remaps;     /* by remaps id */
	VEC(__u32) numbers;          /* scratch */
	__u32 *direction_remaps;     /* by subject class × 2 + direction; 0 = not built */
};

static __u32 stable_id(const struct compile_outcome *outcome, enum policy_direction direction)
{
	const struct policy_rule *rule = outcome->rule;
	uint64_t hash = hash_u64(direction << 16 | outcome->action << 8 | outcome->reason);

	if (rule) {
		const struct policy *policy = rule->policy;
		const char *const texts[] = {policy->group, policy->kind,
					     policy->ns ? policy->ns : "", policy->name};

		for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
			hash = hash_bytes(texts[i], strlen(texts[i]) + 1, hash);
		if (rule->list)
			hash = hash_bytes(rule->list, strlen(rule->list), hash);
		hash = hash_u64(hash ^ rule->index);
	}
	return hash;
}

/* The rules of a trail that said pass for certain. */
static __u32 list_passed(struct rows *rows, uint32_t trail)
{
	uint32_t n;
	const struct policy_rule *const *list = compile_trail(rows->build->world, trail, &n);

	vec_clear(&rows->numbers);
	for (uint32_t i = 0; i < n; i++)
		if (!policy_rule_is_conditional(list[i]))
			vec_push(&rows->numbers, build_rule(rows->build, list[i]));
	return rows->numbers.n ? build_list(rows->build, rows->numbers.items, rows->numbers.n) : 0;
}

/* The policies of the deciding tier that isolate the subject. */
static __u32 list_isolating(struct rows *rows, const struct subject_direction *side, uint32_t tier)
{
	vec_clear(&rows->numbers);
	for (uint32_t i = 0; i < side->n_isolating; i++)
		if (side->isolating[i]->tier == tier)
			vec_push(&rows->numbers, build_policy(rows->build, side->isolating[i]));
	return rows->numbers.n ? build_list(rows->build, rows->numbers.items, rows->numbers.n) : 0;
}

static struct table_outcome outcome_record(struct rows *rows, const struct compile_outcome *outcome,
					   const struct subject_direction *side,
					   enum policy_direction direction)
{
	return (struct table_outcome){.action = outcome->action,
				      .reason = outcome->reason,
				      .rule = build_rule(rows->build, outcome->rule),
				      .isolating = list_isolating(rows, side, outcome->tier),
				      .passed = list_passed(rows, outcome->layers[0].trail),
				      .decisions = build_decisions(rows->build, outcome),
				      .stable_id = stable_id(outcome, direction)};
}

/* Stores the outcomes of the scratch row in one run; the number of the first. */
static __u32 store_outcomes(struct rows *rows, const struct subject_direction *side,
			    enum policy_direction direction)
{
	struct build *build = rows->build;
	struct strbuf run = {0};
	uint32_t id;
	bool is_new;

	for (size_t i = 0; i < rows->scratch.n_outcomes; i++) {
		const struct table_outcome record =
			outcome_record(rows, &rows->scratch.outcomes[i], side, direction);

		strbuf_add(&run, &record, sizeof(record));
	}
	id = keyset_intern(&rows->outcome_lists, run.text, run.len, &is_new);
	if (is_new) {
		vec_push(&rows->first_outcomes, build_count(build, outcomes, struct table_outcome));
		strbuf_add(&build->section[BUILD_outcomes], run.text, run.len);
	}
	strbuf_release(&run);
	return rows->first_outcomes.items[id];
}

/* Cells up to the last that differs from the default. */
static size_t used_cells(const struct compile_row *row)
{
	size_t n = row->n_cells;

	while (n && !row->cells[n - 1])
		n--;
	return n;
}

/*
 * Stores the cells of the scratch row, or finds equal ones of another row; the number of the first.
 */
static __u32 store_cells(struct rows *rows, size_t n)
{
	static const char zeros[TABLE_LINE_SIZE];
	struct strbuf *section = &rows->build->section[BUILD_cells];
	const __u16 *cells = rows->scratch.cells;
	bool is_new;
	const uint32_t id = keyset_intern(&rows->cells, cells, n * sizeof(*cells), &is_new);

	if (!is_new)
		return rows->first_cells.items[id];
	vec_push(&rows->first_cells, build_count(rows->build, cells, __u16));
	strbuf_add(section, cells, n * sizeof(*cells));
	if (section->len % TABLE_LINE_SIZE)
		strbuf_add(section, zeros, TABLE_LINE_SIZE - section->len % TABLE_LINE_SIZE);
	return rows->first_cells.items[id];
}

/* Stores the scratch row, or finds an equal one; its number. */
static __u32 store_row(struct rows *rows, __u32 first_outcome, __u32 staged)
{
	const size_t n_cells = used_cells(&rows->scratch);
	const struct table_row row = {.first_cell = store_cells(rows, n_cells),
				      .n_cells = n_cells,
				      .first_outcome = first_outcome,
				      .staged = staged};
	bool is_new;
	const uint32_t id = keyset_intern(&rows->rows, &row, sizeof(row), &is_new);

	if (is_new)
		build_push(rows->build, rows, row);
	return id + 1; /* row 0 is "none" */
}

/* Any port of a part, to ask a row for all of them. */
static struct port_range part_example(const struct compile_part *part)
{
	return part->ports.ranges[0];
}

static __u32 build_row(struct rows *rows, uint32_t class, enum policy_direction direction,
		       struct port_range example)
{
	struct compile_world *world = rows->build->world;
	const struct subject_class *subject = &world->classes.items[class];
	__u32 staged = 0;

	if (subject->staged) {
		compile_row_staged(world, class, direction, example.space, example.first,
				   &rows->scratch);
		rows->build->has_full_row |= rows->scratch.is_full;
		staged = store_row(rows,
				   store_outcomes(rows, &subject->staged[direction], direction), 0);
	}
	compile_row(world, class, direction, example.space, example.first, &rows->scratch);
	rows->build->has_full_row |= rows->scratch.is_full;
	return store_row(rows, store_outcomes(rows, &subject->direction[direction], direction),
			 staged);
}

static __u32 build_remap(struct rows *rows, uint32_t class, enum policy_direction direction)
{
	struct build *build = rows->build;
	struct compile_world *world = build->world;
	const struct subject_direction *side = &world->classes.items[class].direction[direction];
	const struct interval_segments *segments = &world->port_segments;
	struct strbuf remap = {0};
	__u32 *row_of_part;
	uint32_t id, n_parts;
	bool is_new;
	const struct compile_part *parts = compile_parts(world, class, direction, &n_parts);

	row_of_part = calloc(n_parts, sizeof(*row_of_part));
	if (!row_of_part)
		abort();
	for (uint32_t part = 0; part < n_parts; part++)
		row_of_part[part] = build_row(rows, class, direction, part_example(&parts[part]));
	for (uint32_t i = 0; i < world->port_sets.n; i++)
		strbuf_add(&remap, &(__u32){0}, sizeof(__u32));
	for (size_t i = 0; i < segments->n; i++) {
		const size_t at = interval_find(&side->part_segments, segments->items[i].first);

		memcpy(remap.text + segments->items[i].set * sizeof(__u32),
		       &row_of_part[side->part_segments.items[at].set], sizeof(__u32));
	}
	free(row_of_part);
	id = keyset_intern(&rows->remaps, remap.text, remap.len, &is_new);
	if (is_new) {
		vec_push(&rows->first_remaps, build_count(build, remaps, __u32));
		strbuf_add(&build->section[BUILD_remaps], remap.text, remap.len);
	}
	strbuf_release(&remap);
	return rows->first_remaps.items[id];
}

static __u32 remap_of(struct rows *rows, uint32_t class, enum policy_direction direction)
{
	__u32 *known = &rows->direction_remaps[class * POLICY_N_DIRECTIONS + direction];

	if (*known == COMPILE_NONE)
		*known = build_remap(rows, class, direction);
	return *known;
}

static void set_endpoint(struct rows *rows, const struct model_pod *pod,
			 struct table_endpoint *endpoint)
{
	const uint32_t class = compile_subject_class(rows->build->world, pod);
	struct strbuf name = {0};

	strbuf_printf(&name, "%s/%s", pod->ns->name, pod->name);
	endpoint->egress = remap_of(rows, class, POLICY_EGRESS);
	endpoint->ingress = remap_of(rows, class, POLICY_INGRESS);
	endpoint->flags = TABLE_ENDPOINT_USED;
	if (rows->build->world->set->rules_own_node)
		endpoint->flags |= TABLE_ENDPOINT_RULES_OWN_NODE;
	endpoint->name = build_string(rows->build, strbuf_str(&name));
	strbuf_release(&name);
}

static void rows_release(struct rows *rows)
{
	compile_row_release(&rows->scratch);
	keyset_release(&rows->outcome_lists);
	vec_release(&rows->first_outcomes);
	keyset_release(&rows->cells);
	vec_release(&rows->first_cells);
	keyset_release(&rows->rows);
	keyset_release(&rows->remaps);
	vec_release(&rows->first_remaps);
	vec_release(&rows->numbers);
	free(rows->direction_remaps);
}

/* The number 0 of endpoints, rows, outcomes and decisions stands for "none". */
static void build_nothing(struct build *build)
{
	const struct table_outcome no_outcome = {.reason = VERDICT_BAD_TABLE};
	const struct table_decision no_decision = {0};
	const struct table_row no_row = {0};

	build_push(build, outcomes, no_outcome);
	build_push(build, rows, no_row);
	build_push(build, decisions, no_decision);
}

void build_endpoints(struct build *build, struct model_pod *const *pods, size_t n_pods,
		     const uint32_t *ids)
{
	const size_t n_remaps = build->world->classes.n * POLICY_N_DIRECTIONS;
	struct rows rows = {.build = build};
	struct table_endpoint *endpoints;
	size_t last = 0;

	for (size_t i = 0; i < n_pods; i++)
		if (!pods[i]->host_network && endpoint_number(ids, i) > last)
			last = endpoint_number(ids, i);
	endpoints = calloc(last + 1, sizeof(*endpoints));
	rows.direction_remaps = malloc((n_remaps + 1) * sizeof(*rows.direction_remaps));
	if (!endpoints || !rows.direction_remaps)
		abort();
	memset(rows.direction_remaps, 0xff, n_remaps * sizeof(*rows.direction_remaps));
	build_nothing(build);
	for (size_t i = 0; i < n_pods; i++)
		if (!pods[i]->host_network)
			set_endpoint(&rows, pods[i], &endpoints[endpoint_number(ids, i)]);
	strbuf_add(&build->section[BUILD_endpoints], endpoints, (last + 1) * sizeof(*endpoints));
	free(endpoints);
	rows_release(&rows);
}
