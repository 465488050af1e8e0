/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/labelselector.h"

#include "base/arena.h"
#include "base/intern.h"

#include <string.h>

enum { MATCH_LABELS, MATCH_EXPRESSIONS };

static const struct policy_field selector_fields[] = {
	[MATCH_LABELS] = {"matchLabels", POLICY_TYPE_MAPPING},
	[MATCH_EXPRESSIONS] = {"matchExpressions", POLICY_TYPE_LIST},
};

static const struct policy_alias selector_aliases[] = {
	{"labels", "did you mean 'matchLabels'?"},
	{"expressions", "did you mean 'matchExpressions'?"},
	{"key", "a requirement is an item of matchExpressions: - {key: …, operator: …}"},
	{"operator", "a requirement is an item of matchExpressions: - {key: …, operator: …}"},
	{NULL, NULL},
};

const struct policy_schema policy_schema_labelselector = {
	.what = "a label selector",
	.fields = selector_fields,
	.n_fields = 2,
	.aliases = selector_aliases,
	.hint = "labels go one level deeper, under matchLabels",
};

enum { KEY, OPERATOR, VALUES };

static const struct policy_field requirement_fields[] = {
	[KEY] = {"key", POLICY_TYPE_STRING},
	[OPERATOR] = {"operator", POLICY_TYPE_STRING},
	[VALUES] = {"values", POLICY_TYPE_LIST},
};

const struct policy_schema policy_schema_requirement = {
	.what = "an item of matchExpressions",
	.fields = requirement_fields,
	.n_fields = 3,
};

static const char *const operator_names[] = {
	[SELECTOR_IN] = "In",
	[SELECTOR_NOT_IN] = "NotIn",
	[SELECTOR_EXISTS] = "Exists",
	[SELECTOR_NOT_EXISTS] = "DoesNotExist",
};

static const struct policy_choices operators = {
	.what = "'operator'",
	.names = operator_names,
	.n = sizeof(operator_names) / sizeof(operator_names[0]),
};

/* One selector while it is read. */
struct selector_reading {
	struct policy_reader *reader;
	model_syntax_fn key_syntax;
	struct selector *selector;
};

static void add(const struct selector_reading *r, size_t op, const char *key)
{
	struct selector *selector = r->selector;

	selector->requirements[selector->n++] = (struct selector_requirement){
		.op = (uint8_t)op,
		.key = intern_str(&r->reader->snapshot->intern, key),
	};
}

static void read_labels(const struct selector_reading *r, const struct tree_node *labels)
{
	struct policy_reader *reader = r->reader;

	for (uint32_t i = 0; labels && i < labels->len; i++) {
		const struct tree_member *member = &labels->members[i];
		struct selector_requirement *requirement =
			&r->selector->requirements[r->selector->n];
		const char *value;

		policy_key_check(reader, "label key", member, r->key_syntax);
		value = policy_string(reader, "label value", member->value,
				      model_syntax_label_value);
		add(r, SELECTOR_IN, member->key);
		requirement->values = arena_alloc(&reader->snapshot->arena, sizeof(char *));
		if (value)
			requirement->values[requirement->n_values++] = value;
	}
}

static void read_values(struct policy_reader *reader, const struct tree_node *values,
			struct selector_requirement *ret)
{
	ret->values = arena_alloc_n(&reader->snapshot->arena, values->len, sizeof(*ret->values));
	for (uint32_t i = 0; i < values->len; i++) {
		const char *value = policy_string(reader, "label value", values->items[i],
						  model_syntax_label_value);

		if (value)
			ret->values[ret->n_values++] = value;
	}
}

/* In and NotIn need values, Exists and DoesNotExist have none. */
static void check_values(struct policy_reader *reader, size_t op,
			 const struct policy_fields *fields, const struct tree_node *item)
{
	const struct tree_node *values = fields->values[VALUES];
	bool is_empty = policy_field_is_absent(fields, VALUES) || (values && values->len == 0);
	bool needs_values = op == SELECTOR_IN || op == SELECTOR_NOT_IN;

	if (needs_values && is_empty)
		policy_error(reader, DIAG_BH0204, policy_span(reader, values ? values : item),
			     "operator %s needs values", operator_names[op]);
	else if (!needs_values && values && values->len > 0)
		policy_error(reader, DIAG_BH0203, policy_span(reader, values),
			     "operator %s has no values", operator_names[op]);
}

static void missing(struct policy_reader *reader, const struct tree_node *item,
		    const struct policy_fields *fields, size_t field)
{
	if (policy_field_is_absent(fields, field))
		policy_error(reader, DIAG_BH0204, policy_span(reader, item),
			     "an item of matchExpressions needs '%s'",
			     requirement_fields[field].name);
}

static void read_requirement(const struct selector_reading *r, const struct tree_node *item)
{
	struct selector_requirement *requirement = &r->selector->requirements[r->selector->n];
	struct policy_reader *reader = r->reader;
	const struct tree_node *key;
	struct policy_fields fields;
	size_t op = SELECTOR_IN;

	if (!policy_schema_read(reader, &policy_schema_requirement, item, &fields))
		return;
	key = fields.values[KEY];
	if (key)
		policy_string(reader, "label key", key, r->key_syntax);
	else
		missing(reader, item, &fields, KEY);
	if (!fields.values[OPERATOR])
		missing(reader, item, &fields, OPERATOR);
	else if (policy_choose(reader, &operators, fields.values[OPERATOR], &op))
		check_values(reader, op, &fields, item);
	add(r, op, key ? key->text : "");
	if (fields.values[VALUES])
		read_values(reader, fields.values[VALUES], requirement);
}

void policy_labelselector_read_as(struct policy_reader *reader, const struct tree_node *node,
				  model_syntax_fn key_syntax, struct selector *ret)
{
	const struct selector_reading reading = {reader, key_syntax, ret};
	const struct tree_node *labels;
	const struct tree_node *expressions;
	struct policy_fields fields;
	uint32_t n;

	*ret = (struct selector){0};
	if (!node || !policy_schema_read(reader, &policy_schema_labelselector, node, &fields))
		return;
	labels = fields.values[MATCH_LABELS];
	expressions = fields.values[MATCH_EXPRESSIONS];
	n = (labels ? labels->len : 0) + (expressions ? expressions->len : 0);
	if (n == 0)
		return;
	ret->requirements = arena_alloc_n(&reader->snapshot->arena, n, sizeof(*ret->requirements));
	read_labels(&reading, labels);
	for (uint32_t i = 0; expressions && i < expressions->len; i++)
		read_requirement(&reading, expressions->items[i]);
	selector_normalise(ret);
}

void policy_labelselector_read(struct policy_reader *reader, const struct tree_node *node,
			       struct selector *ret)
{
	policy_labelselector_read_as(reader, node, model_syntax_label_key, ret);
}
