/* SPDX-License-Identifier: Apache-2.0 */
#include "model/selector.h"

#include "base/strbuf.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static bool has_value(const struct selector_requirement *requirement, const char *value)
{
	for (uint32_t i = 0; i < requirement->n_values; i++)
		if (requirement->values[i] == value)
			return true;
	return false;
}

static bool requirement_holds(const struct selector_requirement *requirement, const char *value)
{
	switch ((enum selector_op)requirement->op) {
	case SELECTOR_IN:
		return value && has_value(requirement, value);
	case SELECTOR_NOT_IN:
		return !value || !has_value(requirement, value);
	case SELECTOR_EXISTS:
		return value;
	case SELECTOR_NOT_EXISTS:
		return !value;
	case SELECTOR_CONTAINS:
		return value && strstr(value, requirement->values[0]);
	case SELECTOR_STARTS_WITH:
		return value && text_behind(value, requirement->values[0]);
	case SELECTOR_ENDS_WITH:
		return value && text_ends_with(value, requirement->values[0]);
	}
	return false;
}

bool selector_matches(const struct selector *selector, const struct model_labels *labels)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct selector_requirement *requirement = &selector->requirements[i];

		if (!requirement_holds(requirement, model_label_get(labels, requirement->key)))
			return false;
	}
	return true;
}

static int compare_values(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int compare_requirements(const void *a, const void *b)
{
	const struct selector_requirement *x = a;
	const struct selector_requirement *y = b;
	int order = strcmp(x->key, y->key);

	if (order == 0)
		order = (int)x->op - (int)y->op;
	for (uint32_t i = 0; order == 0 && i < x->n_values && i < y->n_values; i++)
		order = strcmp(x->values[i], y->values[i]);
	if (order == 0)
		order = (x->n_values > y->n_values) - (x->n_values < y->n_values);
	return order;
}

static void normalise_values(struct selector_requirement *requirement)
{
	uint32_t n = 0;

	if (requirement->n_values < 2)
		return;
	qsort(requirement->values, requirement->n_values, sizeof(*requirement->values),
	      compare_values);
	for (uint32_t i = 0; i < requirement->n_values; i++)
		if (n == 0 || requirement->values[n - 1] != requirement->values[i])
			requirement->values[n++] = requirement->values[i];
	requirement->n_values = n;
}

void selector_normalise(struct selector *selector)
{
	struct selector_requirement *items = selector->requirements;
	uint32_t n = 0;

	for (uint32_t i = 0; i < selector->n; i++)
		normalise_values(&items[i]);
	if (selector->n < 2)
		return;
	qsort(items, selector->n, sizeof(*items), compare_requirements);
	for (uint32_t i = 0; i < selector->n; i++)
		if (n == 0 || compare_requirements(&items[n - 1], &items[i]) != 0)
			items[n++] = items[i];
	selector->n = n;
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	if (a->n != b->n)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (compare_requirements(&a->requirements[i], &b->requirements[i]) != 0)
			return false;
	return true;
}

static void format_set(struct strbuf *buf, const struct selector_requirement *requirement)
{
	bool is_in = requirement->op == SELECTOR_IN;

	if (requirement->n_values == 1) {
		strbuf_printf(buf, "%s%s%s", requirement->key,
			      is_in ? "=" : "!=", requirement->values[0]);
		return;
	}
	strbuf_printf(buf, "%s %s (", requirement->key, is_in ? "in" : "notin");
	for (uint32_t i = 0; i < requirement->n_values; i++)
		strbuf_printf(buf, "%s%s", i ? "," : "", requirement->values[i]);
	strbuf_addch(buf, ')');
}

static void format_requirement(struct strbuf *buf, const struct selector_requirement *requirement)
{
	switch ((enum selector_op)requirement->op) {
	case SELECTOR_IN:
	case SELECTOR_NOT_IN:
		format_set(buf, requirement);
		break;
	case SELECTOR_EXISTS:
		strbuf_addstr(buf, requirement->key);
		break;
	case SELECTOR_NOT_EXISTS:
		strbuf_printf(buf, "!%s", requirement->key);
		break;
	case SELECTOR_CONTAINS:
		strbuf_printf(buf, "%s contains %s", requirement->key, requirement->values[0]);
		break;
	case SELECTOR_STARTS_WITH:
		strbuf_printf(buf, "%s starts with %s", requirement->key, requirement->values[0]);
		break;
	case SELECTOR_ENDS_WITH:
		strbuf_printf(buf, "%s ends with %s", requirement->key, requirement->values[0]);
		break;
	}
}

const char *selector_format(const struct selector *selector, struct arena *arena)
{
	struct strbuf buf = {0};
	const char *text;

	for (uint32_t i = 0; i < selector->n; i++) {
		strbuf_addstr(&buf, i ? "," : "");
		format_requirement(&buf, &selector->requirements[i]);
	}
	text = arena_strdup(arena, strbuf_str(&buf));
	strbuf_release(&buf);
	return text;
}

/*
 * Whether every requirement of one key, `of[0]` to `of[n - 1]`, holds for a value (NULL: no label).
 */
static bool all_hold(const struct selector_requirement *of, uint32_t n, const char *value)
{
	for (uint32_t i = 0; i < n; i++)
		if (!requirement_holds(&of[i], value))
			return false;
	return true;
}

/* The longest value of an operator, which holds the others if they can hold together; or "". */
static const char *longest_value(const struct selector_requirement *of, uint32_t n,
				 enum selector_op op)
{
	const char *longest = "";

	for (uint32_t i = 0; i < n; i++)
		if (of[i].op == op && strlen(of[i].values[0]) > strlen(longest))
			longest = of[i].values[0];
	return longest;
}

/* Starts, contains and ends as the requirements want it, and is the `number`th of these. */
static const char *fresh_value(const struct selector_requirement *of, uint32_t n, uint32_t number,
			       struct model_snapshot *snapshot)
{
	const char *end = longest_value(of, n, SELECTOR_ENDS_WITH);
	struct strbuf buf = {0};
	const char *value;

	strbuf_addstr(&buf, longest_value(of, n, SELECTOR_STARTS_WITH));
	for (uint32_t i = 0; i < n; i++)
		if (of[i].op == SELECTOR_CONTAINS)
			strbuf_addstr(&buf, of[i].values[0]);
	if (number)
		strbuf_printf(&buf, "any-%u", number);
	else if (!buf.len && !*end)
		strbuf_addstr(&buf, "any");
	strbuf_addstr(&buf, end);
	value = intern_str(&snapshot->intern, strbuf_str(&buf));
	strbuf_release(&buf);
	return value;
}

/*
 * A value with which all requirements of one key hold. Any value is as good as another unless an In
 * lists them; a fresh one is excluded at most by as many NotIn values as there are.
 */
static const char *example_value(const struct selector_requirement *of, uint32_t n,
				 struct model_snapshot *snapshot)
{
	uint32_t n_excluded = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (of[i].op == SELECTOR_NOT_EXISTS)
			return NULL;
		if (of[i].op == SELECTOR_NOT_IN)
			n_excluded += of[i].n_values;
		if (of[i].op != SELECTOR_IN)
			continue;
		for (uint32_t v = 0; v < of[i].n_values; v++)
			if (all_hold(of, n, of[i].values[v]))
				return of[i].values[v];
		return NULL;
	}
	for (uint32_t i = 0; i <= n_excluded; i++) {
		const char *value = fresh_value(of, n, i, snapshot);

		if (all_hold(of, n, value))
			return value;
	}
	return NULL;
}

bool selector_example(const struct selector *selector, struct model_snapshot *snapshot,
		      struct model_labels *ret)
{
	struct model_label *items = arena_alloc_n(&snapshot->arena, selector->n, sizeof(*items));
	uint32_t n = 0;
	uint32_t end;

	for (uint32_t i = 0; i < selector->n; i = end) {
		const struct selector_requirement *of = &selector->requirements[i];
		const char *value;

		for (end = i + 1; end < selector->n; end++)
			if (selector->requirements[end].key != of->key)
				break;
		if (all_hold(of, end - i, NULL))
			continue;
		value = example_value(of, end - i, snapshot);
		if (!value)
			return false;
		items[n++] = (struct model_label){.key = of->key, .value = value};
	}
	*ret = (struct model_labels){.items = items, .n = n};
	return true;
}
