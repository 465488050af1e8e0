/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/schema.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/strbuf.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define HINT_TEXT_MAX 40 /* of the user's text in a hint */

static const char *const type_names[] = {
	[POLICY_TYPE_ANY] = "anything",
	[POLICY_TYPE_STRING] = "a string",
	[POLICY_TYPE_BOOLEAN] = "a boolean",
	[POLICY_TYPE_INTEGER] = "an integer",
	[POLICY_TYPE_NUMBER] = "a number",
	[POLICY_TYPE_INTEGER_OR_STRING] = "an integer or a string",
	[POLICY_TYPE_LIST] = "a list",
	[POLICY_TYPE_MAPPING] = "a mapping",
};

static bool is_of_type(enum policy_type type, const struct tree_node *node)
{
	bool is_number = node->kind == TREE_INT || node->kind == TREE_FLOAT;

	switch (type) {
	case POLICY_TYPE_ANY:
		return true;
	case POLICY_TYPE_STRING:
		return node->kind == TREE_STRING;
	case POLICY_TYPE_BOOLEAN:
		return node->kind == TREE_BOOL;
	case POLICY_TYPE_INTEGER:
	case POLICY_TYPE_NUMBER:
		return is_number;
	case POLICY_TYPE_INTEGER_OR_STRING:
		return is_number || node->kind == TREE_STRING;
	case POLICY_TYPE_LIST:
		return node->kind == TREE_SEQ;
	case POLICY_TYPE_MAPPING:
		return node->kind == TREE_MAP;
	}
	return false;
}

static bool is_scalar(const struct tree_node *node)
{
	return node->kind != TREE_SEQ && node->kind != TREE_MAP;
}

static void hint_type(struct policy_reader *reader, struct diag *diag, enum policy_type type,
		      const struct tree_node *node)
{
	if (type == POLICY_TYPE_STRING && is_scalar(node))
		diag_hint(reader->diags, diag, DIAG_HINT_QUOTE "\"%.*s\"", HINT_TEXT_MAX,
			  node->text);
	else if ((type == POLICY_TYPE_INTEGER || type == POLICY_TYPE_NUMBER) &&
		 node->kind == TREE_STRING)
		diag_hint(reader->diags, diag, DIAG_HINT_UNQUOTE);
	else if (type == POLICY_TYPE_BOOLEAN && node->kind == TREE_STRING)
		diag_hint(reader->diags, diag, "write true or false, without quotes");
	else if (type == POLICY_TYPE_LIST && node->kind == TREE_MAP)
		diag_hint(reader->diags, diag,
			  "put '- ' before its first key, and indent the others as far");
	else if (type == POLICY_TYPE_LIST && is_scalar(node))
		diag_hint(reader->diags, diag, "a list of one item is [%.*s]", HINT_TEXT_MAX,
			  node->text);
	else if (type == POLICY_TYPE_MAPPING && node->kind == TREE_SEQ && node->len == 0)
		diag_hint(reader->diags, diag, "an empty mapping is {}");
	else if (type == POLICY_TYPE_MAPPING && node->kind == TREE_SEQ)
		diag_hint(reader->diags, diag, "there is only one: leave out the '- '");
}

static void wrong_type(struct policy_reader *reader, const char *what, enum policy_type type,
		       const struct tree_node *node)
{
	struct diag *diag = policy_error(reader, DIAG_BH0202, policy_span(reader, node),
					 "%s must be %s, but is %s", what, type_names[type],
					 tree_kind_name(node->kind));

	hint_type(reader, diag, type, node);
}

/* Another mapping of the API that has this field: the indentation is wrong. */
static const struct policy_schema *find_home(const struct policy_reader *reader,
					     const struct policy_schema *not_this, const char *key)
{
	for (const struct policy_schema *const *s = reader->schemas; s && *s; s++) {
		for (size_t i = 0; *s != not_this && i < (*s)->n_fields; i++) {
			if (strcmp((*s)->fields[i].name, key) == 0)
				return *s;
		}
	}
	return NULL;
}

static const char *find_alias(const struct policy_schema *schema, const char *key)
{
	for (const struct policy_alias *alias = schema->aliases; alias && alias->key; alias++) {
		if (strcmp(alias->key, key) == 0)
			return alias->hint;
	}
	return NULL;
}

static const char *find_similar(const struct policy_schema *schema, const char *key)
{
	const char *names[POLICY_MAX_FIELDS];

	for (size_t i = 0; i < schema->n_fields; i++)
		names[i] = schema->fields[i].name;
	return diag_did_you_mean(key, names, schema->n_fields);
}

static void hint_fields(struct policy_reader *reader, struct diag *diag,
			const struct policy_schema *schema)
{
	struct strbuf names = {0};

	for (size_t i = 0; i < schema->n_fields; i++)
		strbuf_printf(&names, "%s%s", i ? ", " : "", schema->fields[i].name);
	diag_hint(reader->diags, diag, "%s has: %s", schema->what, strbuf_str(&names));
	strbuf_release(&names);
}

static void unknown_field(struct policy_reader *reader, const struct policy_schema *schema,
			  const struct tree_member *member)
{
	struct diag *diag = policy_error(reader, DIAG_BH0201,
					 tree_key_span(reader->object->file, member),
					 "unknown field '%s' in %s", member->key, schema->what);
	const char *alias = find_alias(schema, member->key);
	const char *similar = find_similar(schema, member->key);
	const struct policy_schema *home = find_home(reader, schema, member->key);

	if (alias)
		diag_hint(reader->diags, diag, "%s", alias);
	else if (similar)
		diag_hint(reader->diags, diag, DIAG_HINT_MEANT "%s'?", similar);
	else if (home)
		diag_hint(reader->diags, diag, "'%s' is a field of %s: check the indentation",
			  member->key, home->what);
	else if (schema->hint)
		diag_hint(reader->diags, diag, "%s", schema->hint);
	else
		hint_fields(reader, diag, schema);
}

static void read_member(struct policy_reader *reader, const struct policy_schema *schema,
			const struct tree_member *member, struct policy_fields *ret)
{
	size_t i = 0;

	while (i < schema->n_fields && strcmp(member->key, schema->fields[i].name) != 0)
		i++;
	if (i == schema->n_fields) {
		unknown_field(reader, schema, member);
		return;
	}
	ret->members[i] = member;
	if (member->value->kind == TREE_NULL)
		return;
	if (is_of_type(schema->fields[i].type, member->value))
		ret->values[i] = member->value;
	else
		wrong_type(reader, arena_printf(reader->diags->arena, "'%s'", member->key),
			   schema->fields[i].type, member->value);
}

bool policy_schema_read(struct policy_reader *reader, const struct policy_schema *schema,
			const struct tree_node *node, struct policy_fields *ret)
{
	assert(schema->n_fields <= POLICY_MAX_FIELDS);
	memset(ret, 0, sizeof(*ret));
	if (node->kind == TREE_NULL)
		return true;
	if (node->kind != TREE_MAP) {
		wrong_type(reader, schema->what, POLICY_TYPE_MAPPING, node);
		return false;
	}
	for (uint32_t i = 0; i < node->len; i++)
		read_member(reader, schema, &node->members[i], ret);
	return true;
}

bool policy_string_check(struct policy_reader *reader, const char *what,
			 const struct tree_node *node)
{
	struct diag *diag;

	if (node->kind == TREE_STRING)
		return true;
	if (node->kind != TREE_NULL) {
		wrong_type(reader, what, POLICY_TYPE_STRING, node);
		return false;
	}
	diag = policy_warning(reader, policy_span(reader, node),
			      "%s is null, which is read as an empty string", what);
	diag_hint(reader->diags, diag, "write \"\", or the value that was meant");
	return true;
}

static void check_syntax(struct policy_reader *reader, const char *what, struct diag_span span,
			 const char *text, const char *wrong)
{
	if (wrong)
		policy_error(reader, DIAG_BH0203, span, "%s '%s' %s", what, text, wrong);
}

const char *policy_string(struct policy_reader *reader, const char *what,
			  const struct tree_node *node, model_syntax_fn syntax)
{
	bool is_null = node->kind == TREE_NULL;
	const char *text = is_null ? "" : node->text;
	size_t len = is_null ? 0 : node->len;

	if (!policy_string_check(reader, what, node))
		return NULL;
	check_syntax(reader, what, policy_span(reader, node), text, syntax(text, len));
	return intern_strn(&reader->snapshot->intern, text, len);
}

static void refuse_choice(struct policy_reader *reader, const struct policy_choices *choices,
			  const struct tree_node *node)
{
	const char *similar = diag_did_you_mean(node->text, choices->names, choices->n);
	struct strbuf names = {0};
	struct diag *diag;

	for (size_t i = 0; i < choices->n; i++) {
		bool is_last = i == choices->n - 1;

		strbuf_printf(&names, "%s%s",
			      i == 0    ? ""
			      : is_last ? " or "
					: ", ",
			      choices->names[i]);
	}
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			    "%s must be %s, but is '%s'", choices->what, strbuf_str(&names),
			    node->text);
	strbuf_release(&names);
	if (similar)
		diag_hint(reader->diags, diag, DIAG_HINT_MEANT "%s'?", similar);
	else if (choices->hint)
		diag_hint(reader->diags, diag, "%s", choices->hint);
}

bool policy_choose(struct policy_reader *reader, const struct policy_choices *choices,
		   const struct tree_node *node, size_t *ret)
{
	if (!policy_string_check(reader, choices->what, node))
		return false;
	for (size_t i = 0; i < choices->n; i++) {
		if (strcmp(node->text, choices->names[i]) == 0) {
			*ret = i;
			return true;
		}
	}
	refuse_choice(reader, choices, node);
	return false;
}

static const char *const transport_names[] = {
	[PORT_TCP] = "TCP",
	[PORT_UDP] = "UDP",
	[PORT_SCTP] = "SCTP",
};

static const struct policy_choices transports = {
	.what = "'protocol'",
	.names = transport_names,
	.n = sizeof(transport_names) / sizeof(transport_names[0]),
	.hint = "other protocols are allowed only by a rule without 'ports'",
};

void policy_transport(struct policy_reader *reader, const struct tree_node *node, uint8_t *ret)
{
	size_t space;

	if (node && policy_choose(reader, &transports, node, &space))
		*ret = (uint8_t)space;
}

void policy_key_check(struct policy_reader *reader, const char *what,
		      const struct tree_member *member, model_syntax_fn syntax)
{
	check_syntax(reader, what, tree_key_span(reader->object->file, member), member->key,
		     syntax(member->key, member->key_len));
}

/* False for what is no whole number; a huge one becomes one that is out of every range. */
static bool whole_number(const struct tree_node *node, int64_t *ret)
{
	*ret = INT64_MAX;
	if (node->kind == TREE_INT) {
		*ret = node->is_big ? INT64_MAX : node->integer;
		return true;
	}
	if (node->kind != TREE_FLOAT)
		return false;
	if (node->real >= -1e9 && node->real <= 1e9)
		*ret = (int64_t)node->real;
	return *ret == INT64_MAX || (double)*ret == node->real;
}

static void warn_spelling(struct policy_reader *reader, const char *what,
			  const struct tree_node *node, int64_t number)
{
	char plain[24];
	struct diag *diag;

	snprintf(plain, sizeof(plain), "%" PRId64, number);
	if (strcmp(plain, node->text) == 0)
		return;
	diag = policy_warning(reader, policy_span(reader, node), "%s %s is read as %s", what,
			      node->text, plain);
	diag_hint(reader->diags, diag, "write %s", plain);
}

bool policy_integer(struct policy_reader *reader, const char *what, const struct tree_node *node,
		    struct policy_bounds bounds, uint32_t *ret)
{
	int64_t number;

	if (!whole_number(node, &number)) {
		policy_error(reader, DIAG_BH0202, policy_span(reader, node),
			     "%s must be a whole number, but is %s", what, node->text);
		return false;
	}
	if (number < bounds.least || number > bounds.most) {
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "%s must be %u to %u, but is %s", what, bounds.least, bounds.most,
			     node->text);
		return false;
	}
	warn_spelling(reader, what, node, number);
	*ret = (uint32_t)number;
	return true;
}

bool policy_port_number(struct policy_reader *reader, const char *what,
			const struct tree_node *node, uint16_t *ret)
{
	const struct policy_bounds bounds = {1, UINT16_MAX};
	uint32_t number;

	if (!policy_integer(reader, what, node, bounds, &number))
		return false;
	*ret = (uint16_t)number;
	return true;
}

bool policy_need(struct policy_reader *reader, const struct policy_schema *schema,
		 const struct tree_node *node, const struct policy_fields *fields, size_t field)
{
	if (!policy_field_is_absent(fields, field))
		return true;
	policy_error(reader, DIAG_BH0204, policy_span(reader, node), "%s needs '%s'", schema->what,
		     schema->fields[field].name);
	return false;
}

bool policy_check_len(struct policy_reader *reader, const char *what, const struct tree_node *list,
		      struct policy_bounds bounds)
{
	if (!list || (list->len >= bounds.least && list->len <= bounds.most))
		return true;
	policy_error(reader, DIAG_BH0203, policy_span(reader, list),
		     "'%s' must have %u to %u items, but has %u", what, bounds.least, bounds.most,
		     list->len);
	return false;
}
