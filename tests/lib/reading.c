/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/reading.h"

#include "base/json.h"

#include <inttypes.h>
#include <math.h>

static void init(struct reading *reading)
{
	*reading = (struct reading){0};
	arena_init(&reading->arena);
	intern_init(&reading->intern, &reading->arena);
	diag_list_init(&reading->diags, &reading->arena);
}

static int keep_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct reading *reading = arg;

	(void)file;
	vec_push(&reading->roots, root);
	return 0;
}

static void read_file(struct reading *reading, const struct tree_limits *limits)
{
	tree_read(reading->file, limits, &reading->arena, &reading->intern, &reading->diags,
		  keep_document, reading);
}

void reading_of_text(struct reading *reading, const char *text, size_t len)
{
	reading_of_limited_text(reading, text, len, NULL);
}

void reading_of_limited_text(struct reading *reading, const char *text, size_t len,
			     const struct tree_limits *limits)
{
	init(reading);
	reading->file = arena_alloc(&reading->arena, sizeof(*reading->file));
	*reading->file = (struct diag_file){.name = "text", .text = text, .len = len};
	read_file(reading, limits);
}

int reading_of_file(struct reading *reading, const char *path)
{
	int ret;

	init(reading);
	ret = tree_load(path, NULL, &reading->arena, &reading->file);
	if (ret == 0)
		read_file(reading, NULL);
	return ret;
}

void reading_release(struct reading *reading)
{
	free(reading->text);
	vec_release(&reading->roots);
	intern_release(&reading->intern);
	arena_release(&reading->arena);
}

static void dump_node(struct json *json, const struct tree_node *node);

static void dump_float(struct json *json, double value)
{
	if (isfinite(value))
		json_double(json, value);
	else
		json_string(json, isnan(value) ? ".nan" : value < 0 ? "-.inf" : ".inf");
}

static void dump_items(struct json *json, const struct tree_node *node)
{
	json_array(json);
	for (uint32_t i = 0; i < node->len; i++)
		dump_node(json, node->items[i]);
	json_end(json);
}

static void dump_members(struct json *json, const struct tree_node *node)
{
	json_object(json);
	for (uint32_t i = 0; i < node->len; i++) {
		json_key(json, node->members[i].key);
		dump_node(json, node->members[i].value);
	}
	json_end(json);
}

static void dump_node(struct json *json, const struct tree_node *node)
{
	switch ((enum tree_kind)node->kind) {
	case TREE_NULL:
		json_null(json);
		break;
	case TREE_BOOL:
		json_bool(json, node->boolean);
		break;
	case TREE_INT:
		if (node->is_big)
			json_string(json, "big");
		else
			json_int(json, node->integer);
		break;
	case TREE_FLOAT:
		dump_float(json, node->real);
		break;
	case TREE_STRING:
		json_string(json, node->text);
		break;
	case TREE_SEQ:
		dump_items(json, node);
		break;
	case TREE_MAP:
		dump_members(json, node);
		break;
	}
}

static FILE *open_text(struct reading *reading)
{
	static size_t size;
	FILE *out;

	free(reading->text);
	reading->text = NULL;
	out = open_memstream(&reading->text, &size);
	if (!out)
		abort();
	return out;
}

const char *reading_dump(struct reading *reading)
{
	FILE *out = open_text(reading);

	for (size_t i = 0; i < reading->roots.n; i++) {
		struct json json;

		json_init(&json, out, 0);
		if (i > 0)
			putc(' ', out);
		dump_node(&json, reading->roots.items[i]);
	}
	fclose(out);
	return reading->text;
}

const char *reading_problem(struct reading *reading)
{
	const struct diag *first = reading->diags.first;
	FILE *out = open_text(reading);

	if (first)
		fprintf(out, "%s %u:%u %s", diag_code_name(first->code), first->span.line,
			first->span.column, first->message);
	fclose(out);
	return reading->text;
}

const char *reading_report(struct reading *reading)
{
	FILE *out = open_text(reading);

	diag_list_print(out, &reading->diags, false);
	fclose(out);
	return reading->text;
}

static bool is_same_map(const struct tree_node *a, const struct tree_node *b)
{
	for (uint32_t i = 0; i < a->len; i++) {
		const struct tree_node *other = tree_get(b, a->members[i].key);

		if (!other || !reading_is_same(a->members[i].value, other))
			return false;
	}
	return true;
}

static bool is_same_seq(const struct tree_node *a, const struct tree_node *b)
{
	for (uint32_t i = 0; i < a->len; i++) {
		if (!reading_is_same(a->items[i], b->items[i]))
			return false;
	}
	return true;
}

bool reading_is_same(const struct tree_node *a, const struct tree_node *b)
{
	if (a->kind != b->kind)
		return false;
	switch ((enum tree_kind)a->kind) {
	case TREE_NULL:
		return true;
	case TREE_BOOL:
		return a->boolean == b->boolean;
	case TREE_INT:
		return a->is_big == b->is_big && (a->is_big || a->integer == b->integer);
	case TREE_FLOAT:
		return a->real == b->real || (isnan(a->real) && isnan(b->real));
	case TREE_STRING:
		return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
	case TREE_SEQ:
		return a->len == b->len && is_same_seq(a, b);
	case TREE_MAP:
		return a->len == b->len && is_same_map(a, b);
	}
	return false;
}
