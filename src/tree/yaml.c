/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/yaml.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/text.h"
#include "tree/build.h"
#include "tree/scalar.h"
#include "tree/yaml_error.h"

#include <assert.h>
#include <yaml.h>

struct anchor {
	struct tree_node *node;
	uint64_t n_nodes;
	uint32_t height;
	bool is_open; /* a collection that is not finished: an alias to it has no end */
};

struct reader {
	struct tree_builder builder;
	struct tree_parse *parse;
	yaml_parser_t yaml;
	struct tree_yaml_part part;
	struct tree_cursor cursor;
	bool has_wide;
	VEC(struct anchor) anchors;
	struct hash_map anchor_of; /* interned name → index of the last one */
};

static struct tree_place place_of(struct reader *reader, const yaml_mark_t *mark)
{
	struct tree_place place = {(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};

	/* libyaml counts characters, more line breaks than editors, and a line behind the last. */
	if (reader->has_wide || mark->index >= reader->part.len)
		place = tree_cursor_to_char(&reader->cursor, mark->index);
	if (place.line == 1)
		place.column += reader->part.column;
	place.line += reader->part.line;
	return place;
}

#define TAG_PREFIX "tag:yaml.org,2002:"

enum tag {
	TAG_NONE,
	TAG_NON_SPECIFIC,
	TAG_STRING,
	TAG_SCALAR,
	TAG_MERGE,
	TAG_SEQ,
	TAG_MAP,
	TAG_UNKNOWN
};

static const struct {
	const char *name; /* without the prefix */
	enum tag tag;
	enum tree_kind kind; /* what a TAG_SCALAR must be */
} tags[] = {
	{"str", TAG_STRING, TREE_STRING},  {"timestamp", TAG_STRING, TREE_STRING},
	{"int", TAG_SCALAR, TREE_INT},     {"bool", TAG_SCALAR, TREE_BOOL},
	{"float", TAG_SCALAR, TREE_FLOAT}, {"null", TAG_SCALAR, TREE_NULL},
	{"merge", TAG_MERGE, TREE_STRING}, {"seq", TAG_SEQ, TREE_SEQ},
	{"omap", TAG_SEQ, TREE_SEQ},       {"pairs", TAG_SEQ, TREE_SEQ},
	{"map", TAG_MAP, TREE_MAP},        {"set", TAG_MAP, TREE_MAP},
};

static enum tag parse_tag(const yaml_char_t *uri, enum tree_kind *ret_kind)
{
	const char *name = (const char *)uri;

	*ret_kind = TREE_STRING;
	if (!name)
		return TAG_NONE;
	if (strcmp(name, "!") == 0)
		return TAG_NON_SPECIFIC;
	name = text_behind(name, TAG_PREFIX);
	if (!name)
		return TAG_UNKNOWN;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (strcmp(tags[i].name, name) == 0) {
			*ret_kind = tags[i].kind;
			return tags[i].tag;
		}
	}
	return TAG_UNKNOWN;
}

static void report_tag(struct reader *reader, struct tree_place place, const yaml_char_t *uri)
{
	const char *own = text_behind((const char *)uri, TAG_PREFIX);
	struct diag *diag = tree_build_problem(&reader->builder, DIAG_BH0006, place,
					       "unknown tag '%s%.60s'", own ? "!!" : "",
					       own ? own : (const char *)uri);

	diag_hint(reader->builder.diags, diag, "quote a value that starts with '!'");
}

/*
 * An explicit tag may ask for what the text would not be by itself, but must fit it: !!bool "yes".
 */
static void apply_scalar_tag(struct reader *reader, struct tree_node *node, enum tree_kind kind)
{
	struct tree_place place = {node->line, node->column};

	tree_resolve_plain(node);
	if (kind == TREE_FLOAT && node->kind == TREE_INT && !node->is_big) {
		node->real = (double)node->integer;
		node->kind = TREE_FLOAT;
	}
	if (node->kind != kind)
		tree_build_problem(&reader->builder, DIAG_BH0006, place,
				   "the tag says %s, but the text is none", tree_kind_name(kind));
}

static void set_type(struct reader *reader, struct tree_node *node, const yaml_event_t *event)
{
	enum tree_kind kind;
	enum tag tag = parse_tag(event->data.scalar.tag, &kind);

	node->is_quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (tag == TAG_NONE && !node->is_quoted)
		tree_resolve_plain(node);
	else if (tag == TAG_SCALAR)
		apply_scalar_tag(reader, node, kind);
	else if (tag > TAG_STRING)
		report_tag(reader, (struct tree_place){node->line, node->column},
			   event->data.scalar.tag);
}

/* The last anchor of a name counts; index + 1, or 0 without a name. */
static uint32_t add_anchor(struct reader *reader, const yaml_char_t *name, struct anchor anchor)
{
	if (!name)
		return 0;
	name = (const yaml_char_t *)intern_str(reader->builder.intern, (const char *)name);
	*hash_map_put(&reader->anchor_of, hash_ptr(name), NULL) = reader->anchors.n;
	vec_push(&reader->anchors, anchor);
	return (uint32_t)reader->anchors.n;
}

static const struct anchor *find_anchor(const struct reader *reader, const char *name)
{
	const uint64_t *index;

	name = intern_find(reader->builder.intern, name, strlen(name));
	index = name ? hash_map_get(&reader->anchor_of, hash_ptr(name)) : NULL;
	return index ? &reader->anchors.items[*index] : NULL;
}

static void use_as_key(struct reader *reader, const struct tree_node *node, struct tree_place place)
{
	char buf[TREE_KEY_TEXT_SIZE];
	const char *text = NULL;
	size_t len;

	if (node->kind != TREE_SEQ && node->kind != TREE_MAP)
		text = tree_key_text(node, buf, &len);
	if (text) {
		tree_build_key(&reader->builder, place, text, len);
		return;
	}
	tree_build_problem(&reader->builder, DIAG_BH0002, place,
			   "a key that is %s, expected a string", tree_kind_name(node->kind));
	tree_build_bad_key(&reader->builder);
}

/* Most keys are words: they go from libyaml's buffer to the intern table without becoming nodes. */
static void read_key(struct reader *reader, const yaml_event_t *event, struct tree_place place)
{
	struct tree_builder *builder = &reader->builder;
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct tree_node word = {.text = text, .len = (uint32_t)len, .kind = TREE_STRING};
	bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	enum tree_kind kind;
	bool is_tagged_merge = parse_tag(event->data.scalar.tag, &kind) == TAG_MERGE;

	if (strcmp(text, "<<") == 0 && (is_tagged_merge || (is_plain && !event->data.scalar.tag))) {
		tree_build_merge(builder, place);
		return;
	}
	if (event->data.scalar.tag || event->data.scalar.anchor) {
		struct tree_node *node = tree_build_scalar(builder, place, text, len);

		set_type(reader, node, event);
		add_anchor(reader, event->data.scalar.anchor,
			   (struct anchor){.node = node, .n_nodes = 1});
		use_as_key(reader, node, place);
		return;
	}
	if (is_plain)
		tree_resolve_plain(&word);
	use_as_key(reader, &word, place);
}

static void read_scalar(struct reader *reader, const yaml_event_t *event)
{
	struct tree_place place = place_of(reader, &event->start_mark);
	struct tree_node *node;

	if (tree_build_wants_key(&reader->builder)) {
		read_key(reader, event, place);
		return;
	}
	node = tree_build_scalar(&reader->builder, place, (const char *)event->data.scalar.value,
				 event->data.scalar.length);
	set_type(reader, node, event);
	if (event->data.scalar.anchor)
		add_anchor(reader, event->data.scalar.anchor,
			   (struct anchor){.node = node, .n_nodes = 1});
	tree_build_value(&reader->builder, node, place, 0, 1);
}

static void read_alias(struct reader *reader, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct tree_place place = place_of(reader, &event->start_mark);
	const struct anchor *anchor = find_anchor(reader, name);
	struct tree_builder *builder = &reader->builder;

	if (anchor && !anchor->is_open) {
		if (tree_build_wants_key(builder))
			use_as_key(reader, anchor->node, place);
		else
			tree_build_value(builder, anchor->node, place, anchor->height,
					 anchor->n_nodes);
		return;
	}
	tree_build_problem(builder, DIAG_BH0006, place,
			   anchor ? "recursive alias '*%.60s': it stands inside its own anchor"
				  : "undefined alias '*%.60s': no anchor of that name before it",
			   name);
	if (tree_build_wants_key(builder))
		tree_build_bad_key(builder);
	else
		tree_build_value(builder, tree_build_scalar(builder, place, "", 0), place, 0, 1);
}

static void add_template_hint(struct reader *reader, struct diag *diag)
{
	diag_hint(reader->builder.diags, diag,
		  "render it first and pipe the result: helm template CHART | bulkhead … -f -");
}

/* "{{ x }}" is, to YAML, a mapping whose key is a mapping. */
static void report_collection_key(struct reader *reader, struct tree_place place,
				  const yaml_mark_t *mark, enum tree_kind kind)
{
	struct tree_cursor cursor = {0};
	struct diag *diag;

	tree_cursor_init(&cursor, reader->part.text, reader->part.len);
	tree_cursor_to_char(&cursor, mark->index);
	if (cursor.offset > 0 && memcmp(cursor.text + cursor.offset - 1, "{{", 2) == 0) {
		place.column--;
		diag = tree_build_problem(&reader->builder, DIAG_BH0008, place,
					  "an unrendered template: '{{' is no YAML");
		diag_set_severity(reader->builder.diags, diag, DIAG_ERROR);
		add_template_hint(reader, diag);
		return;
	}
	tree_build_problem(&reader->builder, DIAG_BH0002, place,
			   "a key that is %s, expected a string", tree_kind_name(kind));
}

static void open_collection(struct reader *reader, const yaml_event_t *event, enum tree_kind kind)
{
	bool is_seq = kind == TREE_SEQ;
	const yaml_char_t *uri = is_seq ? event->data.sequence_start.tag
					: event->data.mapping_start.tag;
	const yaml_char_t *name = is_seq ? event->data.sequence_start.anchor
					 : event->data.mapping_start.anchor;
	struct tree_place place = place_of(reader, &event->start_mark);
	struct tree_frame *frame;
	enum tree_kind tag_kind;
	enum tag tag = parse_tag(uri, &tag_kind);

	if (tree_build_wants_key(&reader->builder))
		report_collection_key(reader, place, &event->start_mark, kind);
	if (tag > TAG_NON_SPECIFIC && tag_kind != kind)
		report_tag(reader, place, uri);
	frame = tree_build_open(&reader->builder, kind, place);
	if (frame)
		frame->anchor = add_anchor(reader, name,
					   (struct anchor){.node = frame->node, .is_open = true});
}

static void close_collection(struct reader *reader)
{
	struct tree_frame frame = tree_build_close(&reader->builder);

	if (frame.anchor) {
		struct anchor *anchor = &reader->anchors.items[frame.anchor - 1];

		anchor->height = frame.height;
		anchor->n_nodes = reader->builder.n_nodes - frame.n_before;
		anchor->is_open = false;
	}
}

static void end_document(struct reader *reader)
{
	struct tree_node *root = tree_build_take(&reader->builder);

	if (root)
		vec_push(&reader->parse->roots, root);
	if (reader->anchors.n) {
		vec_clear(&reader->anchors);
		hash_map_release(&reader->anchor_of);
	}
}

static void read_event(struct reader *reader, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		read_scalar(reader, event);
		break;
	case YAML_ALIAS_EVENT:
		read_alias(reader, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		open_collection(reader, event, TREE_SEQ);
		break;
	case YAML_MAPPING_START_EVENT:
		open_collection(reader, event, TREE_MAP);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_collection(reader);
		break;
	case YAML_DOCUMENT_END_EVENT:
		end_document(reader);
		break;
	default:
		break;
	}
}

/* Like place_of(), but the end of the text is behind its last word, not on a line of its own. */
static struct tree_place place_of_error(struct reader *reader, const yaml_mark_t *mark)
{
	const struct tree_yaml_part *part = &reader->part;
	yaml_mark_t end = *mark;
	struct tree_cursor cursor;
	size_t offset;

	tree_cursor_init(&cursor, part->text, part->len);
	tree_cursor_to_char(&cursor, mark->index);
	if (cursor.offset < part->len)
		return place_of(reader, mark);
	for (offset = part->len; offset > 0 && strchr(" \t\r\n", part->text[offset - 1]);)
		offset--;
	tree_cursor_to_offset(&cursor, offset);
	end.index = cursor.n_chars;
	end.line = cursor.line - 1;
	end.column = cursor.offset - cursor.line_start;
	return place_of(reader, &end);
}

static void report_syntax(struct reader *reader)
{
	const yaml_parser_t *yaml = &reader->yaml;
	struct tree_yaml_error error = tree_yaml_error(yaml, reader->part.text, reader->part.len);
	struct tree_place problem = place_of_error(reader, &yaml->problem_mark);
	struct tree_place context = yaml->context ? place_of_error(reader, &yaml->context_mark)
						  : problem;
	struct tree_place place = error.is_at_context ? context : problem;
	struct diag *diag;

	reader->parse->is_malformed = true;
	reader->parse->error_place = problem;
	if (tree_looks_like_template(reader->part.text, reader->part.len,
				     problem.line - reader->part.line)) {
		diag = tree_build_problem(&reader->builder, DIAG_BH0008, place,
					  "an unrendered template, which is no YAML: %s",
					  error.message);
		diag_set_severity(reader->builder.diags, diag, DIAG_ERROR);
		add_template_hint(reader, diag);
		return;
	}
	diag = tree_build_problem(&reader->builder, error.code, place, "%s", error.message);
	diag->hint = error.hint;
	if (error.related && context.line != place.line)
		diag_relate(diag, tree_place_span(reader->builder.file, context), error.related);
}

/* Reads a part to its end, its first syntax error or a limit. */
static void read_events(struct reader *reader)
{
	bool is_done = false;

	while (!is_done && !reader->builder.is_stopped) {
		yaml_event_t event;

		if (!yaml_parser_parse(&reader->yaml, &event)) {
			assert(reader->yaml.error != YAML_MEMORY_ERROR);
			report_syntax(reader);
			return;
		}
		read_event(reader, &event);
		is_done = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
}

static void read_part(struct reader *reader)
{
	const struct tree_yaml_part *part = &reader->part;
	int is_ready = yaml_parser_initialize(&reader->yaml);

	assert(is_ready);
	yaml_parser_set_encoding(&reader->yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader->yaml, (const unsigned char *)part->text, part->len);
	tree_cursor_init(&reader->cursor, part->text, part->len);
	read_events(reader);
	yaml_parser_delete(&reader->yaml);
}

void tree_yaml_read(const struct tree_input *input, const struct tree_yaml_part *part,
		    struct tree_parse *parse)
{
	struct reader reader = {
		.parse = parse,
		.part = *part,
		.has_wide = input->facts.has_wide,
	};

	tree_build_init(&reader.builder, input, &parse->diags);
	read_part(&reader);
	parse->is_stopped = reader.builder.is_stopped;
	tree_build_release(&reader.builder);
	vec_release(&reader.anchors);
	hash_map_release(&reader.anchor_of);
}
