/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors of fields: read with their places, and brought to one over the labels of endpoints. */
#include "policy/calico.h"

#include "base/arena.h"

#include <string.h>

#define SELECTOR_MAX 1024 /* characters, since the CRDs of 3.32 */

static void refuse(struct policy_reader *reader, const char *field, const struct tree_node *node,
		   const struct calico_selector_error *error)
{
	struct diag_span span =
		tree_text_span(reader->object->file, node, error->offset, error->len);
	struct diag *diag =
		policy_error(reader, DIAG_BH0203, span, "'%s': %s", field, error->message);

	if (error->hint)
		diag_hint(reader->diags, diag, "%s", error->hint);
}

const struct calico_selector *calico_selector_read(struct policy_reader *reader, const char *field,
						   const struct tree_node *node)
{
	const struct calico_selector *selector;
	struct calico_selector_error error;

	if (!node || node->len == 0)
		return NULL;
	selector = calico_selector_parse(&reader->snapshot->arena, node->text, node->len, &error);
	if (!selector)
		refuse(reader, field, node, &error);
	else if (node->len > SELECTOR_MAX)
		policy_warning(reader, policy_span(reader, node),
			       "'%s' has %u characters: Calico 3.32 and later refuse more than %d",
			       field, node->len, SELECTOR_MAX);
	return selector;
}

const struct calico_selector *calico_plain_selector_read(struct policy_reader *reader,
							 const char *field,
							 const struct tree_node *node)
{
	const struct calico_selector *selector = calico_selector_read(reader, field, node);

	if (selector && calico_selector_has_kind(selector, CALICO_SELECTOR_GLOBAL))
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "'%s' must not have global(), which only the namespaceSelector of a "
			     "source or destination may have",
			     field);
	return selector;
}

static struct calico_selector *new_node(struct arena *arena, enum calico_selector_kind kind,
					uint32_t n_parts)
{
	struct calico_selector *node = arena_alloc(arena, sizeof(*node));

	node->kind = (uint8_t)kind;
	node->n_parts = n_parts;
	node->parts = arena_alloc_n(arena, n_parts, sizeof(*node->parts));
	return node;
}

const struct calico_selector *calico_both(struct arena *arena, const struct calico_selector *a,
					  const struct calico_selector *b)
{
	struct calico_selector *node;

	if (!a || !b)
		return a ? a : b;
	node = new_node(arena, CALICO_SELECTOR_AND, 2);
	node->parts[0] = (struct calico_selector *)a;
	node->parts[1] = (struct calico_selector *)b;
	return node;
}

const struct calico_selector *calico_not(struct arena *arena,
					 const struct calico_selector *selector)
{
	struct calico_selector *node = new_node(arena, CALICO_SELECTOR_NOT, 1);

	node->parts[0] = (struct calico_selector *)selector;
	return node;
}

const struct calico_selector *calico_label_in(struct arena *arena, const char *key,
					      const char **values, uint32_t n)
{
	struct calico_selector *node =
		new_node(arena, n == 1 ? CALICO_SELECTOR_EQUAL : CALICO_SELECTOR_IN, 0);

	node->key = key;
	node->values = values;
	node->n_values = n;
	return node;
}

/* A copy with a prefix before every label. */
static struct calico_selector *with_prefix(struct arena *arena,
					   const struct calico_selector *selector,
					   const char *prefix)
{
	struct calico_selector *copy = new_node(arena, selector->kind, selector->n_parts);

	copy->values = selector->values;
	copy->n_values = selector->n_values;
	if (selector->key)
		copy->key = arena_printf(arena, "%s%s", prefix, selector->key);
	for (uint32_t i = 0; i < selector->n_parts; i++)
		copy->parts[i] = with_prefix(arena, selector->parts[i], prefix);
	return copy;
}

/* all() is whatever is in a namespace, global() whatever is in none. */
static void mean_namespaces(struct arena *arena, struct calico_selector *selector)
{
	const bool is_all = selector->kind == CALICO_SELECTOR_ALL;

	if (is_all || selector->kind == CALICO_SELECTOR_GLOBAL) {
		selector->kind = CALICO_SELECTOR_HAS;
		selector->key = CALICO_NAMESPACE;
		if (!is_all) {
			struct calico_selector *has = new_node(arena, CALICO_SELECTOR_HAS, 0);

			has->key = selector->key;
			*selector = *calico_not(arena, has);
		}
		return;
	}
	for (uint32_t i = 0; i < selector->n_parts; i++)
		mean_namespaces(arena, selector->parts[i]);
}

const struct calico_selector *calico_of_namespace(struct arena *arena,
						  const struct calico_selector *selector)
{
	struct calico_selector *copy;

	if (!selector)
		return NULL;
	copy = with_prefix(arena, selector, CALICO_OF_NAMESPACE);
	mean_namespaces(arena, copy);
	return copy;
}

const struct calico_selector *calico_of_account(struct arena *arena,
						const struct calico_selector *selector)
{
	return selector ? with_prefix(arena, selector, CALICO_OF_ACCOUNT) : NULL;
}
