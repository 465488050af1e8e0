/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/build.h"

#include "base/arena.h"
#include "base/intern.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>

#define MAX_PROBLEMS 100 /* of one text: who has more needs no more */
#define FEW_KEYS 16      /* compared one by one */

const char tree_build_merge_key[] = "<<";

void tree_build_init(struct tree_builder *builder, const struct tree_input *input,
		     struct diag_list *diags)
{
	*builder = (struct tree_builder){
		.file = input->file,
		.limits = input->limits,
		.arena = input->arena,
		.intern = input->intern,
		.diags = diags,
	};
}

void tree_build_release(struct tree_builder *builder)
{
	vec_release(&builder->frames);
	vec_release(&builder->items);
	vec_release(&builder->members);
	hash_map_release(&builder->seen);
}

struct diag *tree_build_problem(struct tree_builder *builder, enum diag_code code,
				struct tree_place place, const char *format, ...)
{
	struct diag_span span = tree_place_span(builder->file, place);
	struct diag *diag;
	va_list args;
	char *message;

	va_start(args, format);
	message = arena_vprintf(builder->arena, format, args);
	va_end(args);
	diag = diag_add(builder->diags, code, span, "%s", message);
	builder->is_broken = true;
	if (++builder->n_problems == MAX_PROBLEMS) {
		diag_add(builder->diags, DIAG_BH0004, span, "%d problems: the rest is not read",
			 MAX_PROBLEMS);
		builder->is_stopped = true;
	}
	return diag;
}

static void stop(struct tree_builder *builder, struct tree_place place, const char *problem)
{
	if (!builder->is_stopped)
		tree_build_problem(builder, DIAG_BH0004, place, "%s", problem);
	builder->is_stopped = true;
}

static void stop_too_deep(struct tree_builder *builder, struct tree_place place)
{
	stop(builder, place,
	     arena_printf(builder->arena, "nested more than %u levels deep",
			  builder->limits->depth));
}

/* Allocated with its text behind it: they are read together. */
struct tree_node *tree_build_scalar(struct tree_builder *builder, struct tree_place place,
				    const char *text, size_t len)
{
	struct tree_node *node = arena_alloc(builder->arena, sizeof(*node) + len + 1);
	char *copy = (char *)(node + 1);

	memcpy(copy, text, len);
	node->kind = TREE_STRING;
	node->len = (uint32_t)len;
	node->line = place.line;
	node->column = place.column;
	node->text = copy;
	if (memchr(text, '\0', len))
		tree_build_problem(builder, DIAG_BH0003, place,
				   "a NUL character (\\0) in a string");
	return node;
}

static struct tree_place node_place(const struct tree_node *node)
{
	return (struct tree_place){node->line, node->column};
}

static struct tree_frame *top(const struct tree_builder *builder)
{
	return builder->frames.n ? &builder->frames.items[builder->frames.n - 1] : NULL;
}

bool tree_build_wants_key(const struct tree_builder *builder)
{
	const struct tree_frame *frame = top(builder);

	return frame && frame->node->kind == TREE_MAP && !frame->has_key;
}

static void set_key(struct tree_builder *builder, struct tree_place place, const char *key,
		    size_t len)
{
	struct tree_frame *frame = top(builder);

	assert(tree_build_wants_key(builder));
	frame->has_key = true;
	frame->member = (struct tree_member){
		.key = key,
		.key_len = (uint32_t)len,
		.line = place.line,
		.column = place.column,
	};
}

void tree_build_key(struct tree_builder *builder, struct tree_place place, const char *text,
		    size_t len)
{
	set_key(builder, place, intern_strn(builder->intern, text, len), len);
	if (memchr(text, '\0', len))
		tree_build_problem(builder, DIAG_BH0003, place, "a NUL character (\\0) in a key");
}

void tree_build_merge(struct tree_builder *builder, struct tree_place place)
{
	set_key(builder, place, tree_build_merge_key, 2);
	top(builder)->has_merge = true;
}

static void set_bad_key(struct tree_frame *frame)
{
	frame->has_key = true;
	frame->has_bad_key = true;
}

void tree_build_bad_key(struct tree_builder *builder)
{
	assert(tree_build_wants_key(builder));
	set_bad_key(top(builder));
}

static void count_nodes(struct tree_builder *builder, struct tree_place place, uint64_t n)
{
	builder->n_nodes += n;
	if (builder->n_nodes > builder->limits->expanded)
		stop(builder, place,
		     arena_printf(builder->arena,
				  "more than %" PRIu64 " nodes in one document, aliases expanded",
				  builder->limits->expanded));
}

void tree_build_value(struct tree_builder *builder, struct tree_node *node, struct tree_place place,
		      uint32_t height, uint64_t n_nodes)
{
	struct tree_frame *frame = top(builder);

	count_nodes(builder, place, n_nodes);
	if (builder->frames.n + height > builder->limits->depth)
		stop_too_deep(builder, place);
	if (!frame) {
		builder->root = node;
		return;
	}
	if (frame->height < height)
		frame->height = height;
	if (frame->node->kind == TREE_SEQ) {
		vec_push(&builder->items, node);
		return;
	}
	assert(frame->has_key);
	frame->member.value = node;
	if (!frame->has_bad_key)
		vec_push(&builder->members, frame->member);
	frame->has_key = false;
	frame->has_bad_key = false;
}

struct tree_frame *tree_build_open(struct tree_builder *builder, enum tree_kind kind,
				   struct tree_place place)
{
	struct tree_frame frame = {
		.n_before = builder->n_nodes,
		.is_key = tree_build_wants_key(builder),
	};

	if (builder->frames.n >= builder->limits->depth) {
		stop_too_deep(builder, place);
		return NULL;
	}
	frame.node = arena_alloc(builder->arena, sizeof(*frame.node));
	frame.node->kind = (uint8_t)kind;
	frame.node->line = place.line;
	frame.node->column = place.column;
	frame.base = kind == TREE_SEQ ? builder->items.n : builder->members.n;
	vec_push(&builder->frames, frame);
	return top(builder);
}

/*
 * Whether the key of members[base + i] is among those before it, and where. To be asked for i = 0,
 * 1, 2 … in turn: few keys are compared one by one, more are remembered in a table.
 */
static bool is_repeated(struct tree_builder *builder, size_t base, size_t i, size_t *ret_first)
{
	const struct tree_member *members = &builder->members.items[base];
	uint64_t *place;
	bool is_new;

	if (i < FEW_KEYS) {
		for (size_t j = 0; j < i; j++) {
			if (members[j].key == members[i].key) {
				*ret_first = j;
				return true;
			}
		}
		return false;
	}
	if (i == FEW_KEYS) {
		hash_map_release(&builder->seen);
		for (size_t j = 0; j < i; j++)
			*hash_map_put(&builder->seen, hash_ptr(members[j].key), NULL) = j;
	}
	place = hash_map_put(&builder->seen, hash_ptr(members[i].key), &is_new);
	if (is_new)
		*place = i;
	*ret_first = *place;
	return !is_new;
}

static void report_repeated(struct tree_builder *builder, const struct tree_member *first,
			    const struct tree_member *second)
{
	struct diag *diag = tree_build_problem(builder, DIAG_BH0005,
					       (struct tree_place){second->line, second->column},
					       "duplicate key '%.100s'", second->key);

	diag->span.len = second->key_len;
	diag_relate(diag, tree_key_span(builder->file, first), "the key is here first");
	diag->related.len = first->key_len;
}

static void check_keys(struct tree_builder *builder, size_t base)
{
	for (size_t i = 0; base + i < builder->members.n && !builder->is_stopped; i++) {
		size_t first = 0;

		if (is_repeated(builder, base, i, &first))
			report_repeated(builder, &builder->members.items[base + first],
					&builder->members.items[base + i]);
	}
}

/* Takes the merges out of the members from `base` on; their values go to the end of the items. */
static void take_merges(struct tree_builder *builder, size_t base)
{
	size_t n = base;

	for (size_t i = base; i < builder->members.n; i++) {
		struct tree_member member = builder->members.items[i];

		if (member.key == tree_build_merge_key)
			vec_push(&builder->items, member.value);
		else
			builder->members.items[n++] = member;
	}
	builder->members.n = n;
}

/* Adds what the mapping does not have yet; own keys and earlier merges win. */
static void merge_map(struct tree_builder *builder, const struct tree_frame *frame,
		      const struct tree_node *map)
{
	for (uint32_t i = 0; i < map->len && !builder->is_stopped; i++) {
		size_t first;

		vec_push(&builder->members, map->members[i]);
		if (is_repeated(builder, frame->base, builder->members.n - 1 - frame->base, &first))
			builder->members.n--;
		count_nodes(builder, node_place(frame->node), 1);
	}
}

static void merge_value(struct tree_builder *builder, const struct tree_frame *frame,
			const struct tree_node *value)
{
	bool is_mergeable = value->kind == TREE_MAP || value->kind == TREE_SEQ;

	for (uint32_t i = 0; value->kind == TREE_SEQ && i < value->len; i++)
		is_mergeable &= value->items[i]->kind == TREE_MAP;
	if (!is_mergeable) {
		tree_build_problem(
			builder, DIAG_BH0002, node_place(value),
			"a merge (<<) of what is no mapping, expected a mapping or a list of them");
		return;
	}
	if (value->kind == TREE_MAP)
		merge_map(builder, frame, value);
	for (uint32_t i = 0; value->kind == TREE_SEQ && i < value->len; i++)
		merge_map(builder, frame, value->items[i]);
}

static void apply_merges(struct tree_builder *builder, const struct tree_frame *frame)
{
	size_t first_merge = builder->items.n;

	take_merges(builder, frame->base);
	check_keys(builder, frame->base);
	for (size_t i = first_merge; i < builder->items.n; i++)
		merge_value(builder, frame, builder->items.items[i]);
	builder->items.n = first_merge;
}

static void finish_map(struct tree_builder *builder, const struct tree_frame *frame)
{
	struct tree_node *node = frame->node;

	if (frame->has_merge)
		apply_merges(builder, frame);
	else
		check_keys(builder, frame->base);
	node->len = (uint32_t)(builder->members.n - frame->base);
	node->members = arena_alloc(builder->arena, node->len * sizeof(*node->members));
	if (node->len)
		memcpy(node->members, &builder->members.items[frame->base],
		       node->len * sizeof(*node->members));
	builder->members.n = frame->base;
}

static void finish_seq(struct tree_builder *builder, const struct tree_frame *frame)
{
	struct tree_node *node = frame->node;

	node->len = (uint32_t)(builder->items.n - frame->base);
	node->items = arena_alloc(builder->arena, node->len * sizeof(struct tree_node *));
	if (node->len)
		memcpy(node->items, &builder->items.items[frame->base],
		       node->len * sizeof(struct tree_node *));
	builder->items.n = frame->base;
}

struct tree_frame tree_build_close(struct tree_builder *builder)
{
	struct tree_frame frame = *top(builder);

	builder->frames.n--;
	if (frame.node->kind == TREE_MAP)
		finish_map(builder, &frame);
	else
		finish_seq(builder, &frame);
	frame.height++;
	if (frame.is_key)
		set_bad_key(top(builder));
	else
		tree_build_value(builder, frame.node, node_place(frame.node), frame.height, 1);
	return frame;
}

struct tree_node *tree_build_take(struct tree_builder *builder)
{
	struct tree_node *root = builder->root;
	bool is_delivered = root && root->kind != TREE_NULL && !builder->is_broken;

	assert(builder->frames.n == 0 || builder->is_stopped);
	builder->root = NULL;
	builder->n_nodes = 0;
	builder->is_broken = false;
	return is_delivered ? root : NULL;
}
