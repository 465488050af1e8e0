/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/map_rows.h"

#include "analyze/text.h"

#include <string.h>

/* What is needed to make one row after the other. */
struct streaming {
	struct map_rows *rows;
	struct compile_world *world;
	uint32_t subject_class;
	enum policy_direction direction;
	const struct compile_part *parts;
	uint32_t n_parts;
	struct bitset allowed;
	struct compile_row row;       /* where there are conditions */
	uint64_t *signature;          /* by class: which of up to 64 parts allow it */
	uint32_t *ports;              /* by class */
	struct hash_map by_signature; /* signature → port set */
	struct hash_map counts;       /* port set → how many classes */
	VEC(uint32_t) words;          /* the row as the keyset has it */
};

#define PARTS_AT_ONCE 64u

/* The union of the parts in a signature. */
static uint32_t signature_ports(struct streaming *streaming, uint32_t first_part,
				uint64_t signature)
{
	struct port_set set = {0};
	uint32_t ports;

	for (uint32_t part = 0; part < PARTS_AT_ONCE; part++)
		if (signature >> part & 1)
			port_set_union(&set, &streaming->parts[first_part + part].ports);
	ports = analyze_portsets_add(streaming->rows->sets, &set);
	port_set_release(&set);
	return ports;
}

static void sign_classes(struct streaming *streaming, uint32_t first_part)
{
	const uint32_t end = first_part + PARTS_AT_ONCE;

	memset(streaming->signature, 0, streaming->rows->n_classes * sizeof(*streaming->signature));
	for (uint32_t part = first_part; part < end && part < streaming->n_parts; part++) {
		const struct port_range *range = streaming->parts[part].ports.ranges;

		compile_row_allowed(streaming->world, streaming->subject_class,
				    streaming->direction, range->space, range->first,
				    &streaming->allowed);
		bitset_for_each(class, &streaming->allowed)
			streaming->signature[class] |= UINT64_C(1) << (part - first_part);
	}
}

static uint32_t ports_of(struct streaming *streaming, uint32_t first_part, uint64_t signature)
{
	bool is_new;
	uint64_t *known = hash_map_put(&streaming->by_signature, signature, &is_new);

	if (is_new)
		*known = signature_ports(streaming, first_part, signature);
	return (uint32_t)*known;
}

/* Fills `ports` for the parts from `first_part` on, in addition to what earlier ones allow. */
static void add_parts(struct streaming *streaming, uint32_t first_part)
{
	const uint32_t n_classes = streaming->rows->n_classes;
	uint64_t last = 0;
	uint32_t ports;

	sign_classes(streaming, first_part);
	hash_map_clear(&streaming->by_signature);
	ports = ports_of(streaming, first_part, last);
	for (uint32_t class = 0; class < n_classes; class ++) {
		if (streaming->signature[class] != last) {
			last = streaming->signature[class];
			ports = ports_of(streaming, first_part, last);
		}
		streaming->ports[class] = analyze_portsets_union(streaming->rows->sets,
								 streaming->ports[class], ports);
	}
}

/* What an outcome depends on, as a port set with conditions. */
static uint32_t conditional_ports(struct streaming *streaming, uint32_t part,
				  const struct compile_outcome *outcome)
{
	VEC(const char *) texts = {0};
	struct arena arena;
	uint32_t ret;

	arena_init(&arena);
	for (int layer = 0; layer < POLICY_N_LAYERS; layer++) {
		uint32_t n;
		const struct policy_rule *const *rules =
			compile_trail(streaming->world, outcome->layers[layer].trail, &n);

		for (uint32_t i = 0; i < n; i++)
			if (policy_rule_is_conditional(rules[i]))
				vec_push(&texts, analyze_condition_text(rules[i], &arena));
	}
	ret = analyze_portsets_add_conditional(streaming->rows->sets, &streaming->parts[part].ports,
					       texts.items, texts.n);
	vec_release(&texts);
	arena_release(&arena);
	return ret;
}

/* Adds to `ports` what depends on conditions. */
static void add_conditional(struct streaming *streaming, uint32_t part)
{
	const struct port_range *range = streaming->parts[part].ports.ranges;
	struct compile_row *row = &streaming->row;
	uint32_t *numbers;

	compile_row(streaming->world, streaming->subject_class, streaming->direction, range->space,
		    range->first, row);
	numbers = vec_grow(NULL, &(size_t){0}, row->n_outcomes, sizeof(*numbers));
	for (size_t i = 0; i < row->n_outcomes; i++)
		numbers[i] = row->outcomes[i].action == TABLE_DECIDE
				     ? conditional_ports(streaming, part, &row->outcomes[i])
				     : ANALYZE_PORTS_NONE;
	for (uint32_t class = 0; class < streaming->rows->n_classes; class ++)
		streaming->ports[class] = analyze_portsets_union(
			streaming->rows->sets, streaming->ports[class], numbers[row->cells[class]]);
	free(numbers);
}

/* The port set that most classes have. */
static uint32_t find_common(struct streaming *streaming)
{
	const uint32_t *ports = streaming->ports;
	uint64_t best = 0;
	uint32_t common = ports[0];

	hash_map_clear(&streaming->counts);
	for (uint32_t class = 0, end; class < streaming->rows->n_classes; class = end) {
		uint64_t *count = hash_map_put(&streaming->counts, ports[class], NULL);

		for (end = class + 1; end < streaming->rows->n_classes; end++)
			if (ports[end] != ports[class])
				break;
		*count += end - class;
		if (*count > best) {
			best = *count;
			common = ports[class];
		}
	}
	return common;
}

/* Keeps a row, or finds the equal one that is there. */
static uint32_t enter_row(struct map_rows *rows, const uint32_t *words, size_t n_words)
{
	bool is_new;
	uint32_t number = keyset_intern(&rows->rows, words, n_words * sizeof(*words), &is_new);

	for (size_t i = 1; is_new && i < n_words; i += 2) {
		uint64_t *column = rows->columns[words[i]];
		uint64_t word = hash_u64((uint64_t)(number + 1) << 32 | words[i + 1]);

		column[0] += word;
		column[1] += hash_u64(word ^ 0x9e3779b97f4a7c15u);
	}
	return number;
}

static uint32_t make_row(struct streaming *streaming)
{
	struct map_rows *rows = streaming->rows;
	const uint32_t *ports = streaming->ports;
	uint32_t common;

	streaming->parts = compile_parts(streaming->world, streaming->subject_class,
					 streaming->direction, &streaming->n_parts);
	memset(streaming->ports, 0, rows->n_classes * sizeof(*streaming->ports));
	for (uint32_t part = 0; part < streaming->n_parts; part += PARTS_AT_ONCE)
		add_parts(streaming, part);
	for (uint32_t part = 0; part < streaming->n_parts &&
				compile_has_conditions(streaming->world, streaming->subject_class,
						       streaming->direction);
	     part++)
		add_conditional(streaming, part);
	common = find_common(streaming);
	vec_clear(&streaming->words);
	vec_push(&streaming->words, common);
	for (uint32_t class = 0; class < rows->n_classes; class ++) {
		if (ports[class] == common)
			continue;
		vec_push(&streaming->words, class);
		vec_push(&streaming->words, ports[class]);
	}
	return enter_row(rows, streaming->words.items, streaming->words.n);
}

static void stream(struct map_rows *rows, struct compile_world *world)
{
	const uint32_t n_subjects = compile_n_subject_classes(world);
	struct streaming streaming = {
		.rows = rows,
		.world = world,
		.signature = vec_grow(NULL, &(size_t){0}, rows->n_classes + 1,
				      sizeof(*streaming.signature)),
		.ports =
			vec_grow(NULL, &(size_t){0}, rows->n_classes + 1, sizeof(*streaming.ports)),
	};

	bitset_init(&streaming.allowed, rows->n_classes);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		streaming.direction = direction;
		rows->rows_of[direction] = vec_grow(NULL, &(size_t){0}, n_subjects + 1,
						    sizeof(*rows->rows_of[direction]));
		for (uint32_t class = 0; class < n_subjects; class ++) {
			streaming.subject_class = class;
			rows->rows_of[direction][class] = make_row(&streaming);
		}
	}
	bitset_release(&streaming.allowed);
	compile_row_release(&streaming.row);
	hash_map_release(&streaming.by_signature);
	hash_map_release(&streaming.counts);
	vec_release(&streaming.words);
	free(streaming.signature);
	free(streaming.ports);
}

void map_rows_init(struct map_rows *rows, struct compile_world *world,
		   struct analyze_portsets *sets)
{
	const uint32_t open = ANALYZE_PORTS_ALL;
	size_t size;

	*rows = (struct map_rows){.sets = sets, .n_classes = compile_n_peer_classes(world)};
	size = (rows->n_classes + 1) * sizeof(*rows->columns);
	rows->columns = vec_grow(NULL, &(size_t){0}, size, 1);
	memset(rows->columns, 0, size);
	enter_row(rows, &open, 1);
	stream(rows, world);
}

void map_rows_release(struct map_rows *rows)
{
	keyset_release(&rows->rows);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		free(rows->rows_of[direction]);
	free(rows->columns);
}

struct map_row map_row_get(const struct map_rows *rows, uint32_t row)
{
	size_t size;
	const uint32_t *words = keyset_get(&rows->rows, row, &size);

	return (struct map_row){
		.common = words[0],
		.n = (uint32_t)((size / sizeof(*words) - 1) / 2),
		.exceptions = (const struct map_exception *)(words + 1),
	};
}

void map_row_expand(const struct map_rows *rows, uint32_t row, uint32_t *ret)
{
	const struct map_row from = map_row_get(rows, row);

	for (uint32_t class = 0; class < rows->n_classes; class ++)
		ret[class] = from.common;
	for (uint32_t i = 0; i < from.n; i++)
		ret[from.exceptions[i].peer_class] = from.exceptions[i].ports;
}
