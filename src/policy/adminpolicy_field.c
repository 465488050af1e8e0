/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/adminpolicy.h"

#include "base/strbuf.h"

#include <string.h>

void adminpolicy_need(struct policy_reader *reader, const struct policy_schema *schema,
		      const struct tree_node *node, const struct policy_fields *fields,
		      struct policy_bounds needed)
{
	for (size_t i = needed.least; i <= needed.most; i++)
		policy_need(reader, schema, node, fields, i);
}

static bool is_field(const struct policy_schema *schema, const char *key)
{
	for (size_t i = 0; i < schema->n_fields; i++)
		if (strcmp(schema->fields[i].name, key) == 0)
			return true;
	return false;
}

bool adminpolicy_is_unknown(const struct policy_schema *schema, const struct tree_node *node)
{
	if (node->kind != TREE_MAP)
		return node->kind == TREE_NULL;
	for (uint32_t i = 0; i < node->len; i++)
		if (node->members[i].value->kind != TREE_NULL &&
		    is_field(schema, node->members[i].key))
			return false;
	return true;
}

static bool has_others(const struct policy_schema *schema, const struct tree_node *node)
{
	for (uint32_t i = 0; node->kind == TREE_MAP && i < node->len; i++)
		if (!is_field(schema, node->members[i].key))
			return true;
	return false;
}

/* A field that it does not know is said already, with what was meant. */
static void report_none(struct policy_reader *reader, const struct policy_schema *schema,
			const struct tree_node *node)
{
	struct strbuf names = {0};
	struct diag *diag;

	if (has_others(schema, node))
		return;
	diag = policy_error(reader, DIAG_BH0204, policy_span(reader, node),
			    "%s needs one of its fields", schema->what);
	for (size_t i = 0; i < schema->n_fields; i++)
		strbuf_printf(&names, "%s%s", i ? ", " : "", schema->fields[i].name);
	diag_hint(reader->diags, diag, "one of %s", strbuf_str(&names));
	strbuf_release(&names);
}

bool adminpolicy_one_field(struct policy_reader *reader, const struct policy_schema *schema,
			   const struct tree_node *node, struct policy_fields *fields,
			   size_t *ret_field)
{
	size_t n = 0;

	if (!policy_schema_read(reader, schema, node, fields))
		return false;
	for (size_t i = 0; i < schema->n_fields; i++) {
		if (policy_field_is_absent(fields, i))
			continue;
		*ret_field = i;
		n++;
	}
	if (n == 0)
		report_none(reader, schema, node);
	else if (n > 1)
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "%s must have only one field, but has %zu", schema->what, n);
	return n == 1 && fields->values[*ret_field];
}

void adminpolicy_check_unique(struct policy_reader *reader, const char *what,
			      const struct tree_node *list, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++) {
		struct diag *diag;

		if (list->items[i]->kind != TREE_STRING ||
		    strcmp(list->items[i]->text, list->items[at]->text) != 0)
			continue;
		diag = policy_error(reader, DIAG_BH0203, policy_span(reader, list->items[at]),
				    "'%s' is in '%s' twice", list->items[at]->text, what);
		diag_relate(diag, policy_span(reader, list->items[i]), "the first one");
		return;
	}
}
