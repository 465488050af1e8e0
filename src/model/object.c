/* SPDX-License-Identifier: Apache-2.0 */
#include "model/object.h"

#include "model/labels.h"
#include "model/loader.h"

#include <stdarg.h>
#include <string.h>

#define MAX_PROBLEMS 100 /* of one object: whoever has more has made one mistake often */

/* A field that several readers look at has one problem, not several. */
static struct diag *said_before(const struct model_object *object, struct diag_span span,
				const char *message)
{
	struct diag *diag = object->before ? object->before->next : object->diags->first;

	for (; diag; diag = diag->next)
		if (diag->span.line == span.line && diag->span.column == span.column &&
		    strcmp(diag->message, message) == 0)
			return diag;
	return NULL;
}

static struct diag *add_problem(struct model_object *object, enum diag_code code,
				struct diag_span span, const char *message)
{
	struct diag *diag;

	if (object->known->role != MODEL_ROLE_POLICY)
		code = DIAG_BH0104;
	if (++object->n_problems == MAX_PROBLEMS)
		message = "100 problems of one object: the rest is not listed";
	diag = diag_add(object->diags, code, span, "%s", message);
	if (object->loader->options.skip_invalid)
		diag_set_severity(object->diags, diag, DIAG_WARNING);
	return diag;
}

struct diag *model_object_error(struct model_object *object, enum diag_code code,
				struct diag_span span, const char *format, ...)
{
	struct arena *arena = object->diags->arena;
	struct diag *diag;
	va_list args;
	char *message;

	object->failed = true;
	if (object->n_problems >= MAX_PROBLEMS)
		return object->diags->last;
	va_start(args, format);
	message = arena_vprintf(arena, format, args);
	va_end(args);
	diag = said_before(object, span, message);
	return diag ? diag : add_problem(object, code, span, message);
}

/*
 * `key` NULL: an item of a list. What an unquoted word became in YAML 1.1 surprises most people, so
 * the hint shows the way out.
 */
static void wrong_type(struct model_object *object, const char *key, const struct tree_node *value,
		       enum tree_kind want)
{
	bool is_scalar = value->kind != TREE_MAP && value->kind != TREE_SEQ;
	const char *quote = key ? "'" : "";
	struct diag *diag;

	diag = model_object_error(object, DIAG_BH0202, tree_span(object->file, value),
				  "%s%s%s must be %s, but is %s", quote, key ? key : "an item",
				  quote, tree_kind_name(want), tree_kind_name(value->kind));
	if (want == TREE_STRING && is_scalar)
		diag_hint(object->diags, diag, DIAG_HINT_QUOTE "\"%s\"", value->text);
	else if (want == TREE_INT && value->kind == TREE_STRING)
		diag_hint(object->diags, diag, DIAG_HINT_UNQUOTE);
}

static const struct tree_node *get(struct model_object *object, const struct tree_node *parent,
				   const char *key, enum tree_kind kind)
{
	const struct tree_node *value = tree_get(parent, key);

	if (!value || value->kind == TREE_NULL)
		return NULL;
	if (value->kind == kind)
		return value;
	wrong_type(object, key, value, kind);
	return NULL;
}

const struct tree_node *model_object_map(struct model_object *object,
					 const struct tree_node *parent, const char *key)
{
	return get(object, parent, key, TREE_MAP);
}

const struct tree_node *model_object_seq(struct model_object *object,
					 const struct tree_node *parent, const char *key)
{
	return get(object, parent, key, TREE_SEQ);
}

const struct tree_node *model_object_item(struct model_object *object, const struct tree_node *seq,
					  uint32_t i)
{
	const struct tree_node *item = seq->items[i];

	if (item->kind == TREE_MAP)
		return item;
	wrong_type(object, NULL, item, TREE_MAP);
	return NULL;
}

static const char *intern_node(struct model_object *object, const struct tree_node *node)
{
	return intern_strn(&object->loader->snapshot->intern, node->text, node->len);
}

const char *model_object_string(struct model_object *object, const struct tree_node *parent,
				const char *key)
{
	const struct tree_node *value = get(object, parent, key, TREE_STRING);

	return value ? intern_node(object, value) : NULL;
}

bool model_object_bool(struct model_object *object, const struct tree_node *parent, const char *key)
{
	const struct tree_node *value = get(object, parent, key, TREE_BOOL);

	return value && value->boolean;
}

void model_object_int(struct model_object *object, const struct tree_node *parent, const char *key,
		      struct model_limits limits, int64_t *ret)
{
	const struct tree_node *value = get(object, parent, key, TREE_INT);

	if (!value)
		return;
	if (value->is_big || value->integer < limits.min || value->integer > limits.max) {
		model_object_error(object, DIAG_BH0203, tree_span(object->file, value),
				   "'%s' must be %lld to %lld, but is %s", key,
				   (long long)limits.min, (long long)limits.max, value->text);
		return;
	}
	*ret = value->integer;
}

uint16_t model_object_port(struct model_object *object, const struct tree_node *parent,
			   const char *key)
{
	const struct tree_node *value = tree_get(parent, key);
	int64_t number = 0;

	if (!value || value->kind == TREE_NULL)
		model_object_error(object, DIAG_BH0204, tree_span(object->file, parent),
				   "a port without '%s'", key);
	model_object_int(object, parent, key, MODEL_PORT_LIMITS, &number);
	return (uint16_t)number;
}

void model_object_check(struct model_object *object, struct diag_span span, const char *what,
			const char *text, model_syntax_fn syntax)
{
	const char *wrong = syntax(text, strlen(text));

	if (wrong)
		model_object_error(object, DIAG_BH0203, span, "%s '%s' %s", what, text, wrong);
}

/* A value of a mapping of strings; null is the empty one. */
static const char *label_value(struct model_object *object, const struct tree_member *member)
{
	const struct tree_node *value = member->value;
	const char *text;

	if (value->kind == TREE_STRING) {
		text = intern_node(object, value);
		model_object_check(object, tree_span(object->file, value), "label value", text,
				   model_syntax_label_value);
		return text;
	}
	if (value->kind == TREE_NULL)
		return intern_str(&object->loader->snapshot->intern, "");
	wrong_type(object, member->key, value, TREE_STRING);
	return NULL;
}

struct labels {
	VEC(struct model_label) list;
};

static void read_label(struct model_object *object, const struct tree_member *member,
		       struct labels *ret)
{
	const char *value = label_value(object, member);

	model_object_check(object, tree_key_span(object->file, member), "label key", member->key,
			   model_syntax_label_key);
	if (value)
		vec_push(&ret->list, ((struct model_label){.key = member->key, .value = value}));
}

struct model_labels model_object_labels(struct model_object *object, const struct tree_node *parent,
					const char *key)
{
	const struct tree_node *map = model_object_map(object, parent, key);
	struct model_labels ret;
	struct labels labels = {0};

	for (uint32_t i = 0; map && i < map->len; i++)
		read_label(object, &map->members[i], &labels);
	model_labels_sort(labels.list.items, labels.list.n);
	ret.n = (uint32_t)labels.list.n;
	ret.items =
		model_share(object->loader, labels.list.items, ret.n * sizeof(*labels.list.items));
	vec_release(&labels.list);
	return ret;
}

uint8_t model_object_protocol(struct model_object *object, const struct tree_node *parent)
{
	const char *name = model_object_string(object, parent, "protocol");

	if (!name || *name == '\0')
		return PORT_TCP;
	for (uint8_t space = PORT_TCP; space <= PORT_SCTP; space++)
		if (strcmp(name, port_space_name(space)) == 0)
			return space;
	model_object_error(object, DIAG_BH0203,
			   tree_span(object->file, tree_get(parent, "protocol")),
			   "'protocol' must be TCP, UDP or SCTP, but is '%s'", name);
	return PORT_TCP;
}

struct ip_addr model_object_ip(struct model_object *object, const struct tree_node *node)
{
	struct ip_addr addr = {0};

	if (!node || node->kind == TREE_NULL)
		return addr;
	if (node->kind != TREE_STRING) {
		wrong_type(object, "ip", node, TREE_STRING);
		return addr;
	}
	if (node->len > 0 && ip_parse(node->text, &addr, NULL) != 0) {
		model_object_error(object, DIAG_BH0203, tree_span(object->file, node),
				   "expected an IP address, but it is '%s'", node->text);
		return (struct ip_addr){0};
	}
	return addr;
}
