/* SPDX-License-Identifier: Apache-2.0 */
/* What a parsed selector means, and how Calico spells it. */
#include "policy/calico_selector.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/text.h"

#include <string.h>

static bool has_value(const struct calico_selector *selector, const char *value)
{
	for (uint32_t i = 0; i < selector->n_values; i++)
		if (strcmp(selector->values[i], value) == 0)
			return true;
	return false;
}

/* A node that looks at a label; NULL is the value of an absent one. */
static bool value_matches(const struct calico_selector *selector, const char *value)
{
	switch ((enum calico_selector_kind)selector->kind) {
	case CALICO_SELECTOR_EQUAL:
	case CALICO_SELECTOR_IN:
		return value && has_value(selector, value);
	case CALICO_SELECTOR_NOT_EQUAL:
	case CALICO_SELECTOR_NOT_IN:
		return !value || !has_value(selector, value);
	case CALICO_SELECTOR_CONTAINS:
		return value && strstr(value, selector->values[0]);
	case CALICO_SELECTOR_STARTS_WITH:
		return value && text_behind(value, selector->values[0]);
	case CALICO_SELECTOR_ENDS_WITH:
		return value && text_ends_with(value, selector->values[0]);
	default:
		return value;
	}
}

bool calico_selector_matches(const struct calico_selector *selector, calico_label_fn label,
			     const void *labels)
{
	bool is_or = selector->kind == CALICO_SELECTOR_OR;

	switch ((enum calico_selector_kind)selector->kind) {
	case CALICO_SELECTOR_ALL:
	case CALICO_SELECTOR_GLOBAL:
		return true;
	case CALICO_SELECTOR_NOT:
		return !calico_selector_matches(selector->parts[0], label, labels);
	case CALICO_SELECTOR_AND:
	case CALICO_SELECTOR_OR:
		for (uint32_t i = 0; i < selector->n_parts; i++)
			if (calico_selector_matches(selector->parts[i], label, labels) == is_or)
				return is_or;
		return !is_or;
	default:
		return value_matches(selector, label(labels, selector->key));
	}
}

bool calico_selector_has_kind(const struct calico_selector *selector,
			      enum calico_selector_kind kind)
{
	if (selector->kind == kind)
		return true;
	for (uint32_t i = 0; i < selector->n_parts; i++)
		if (calico_selector_has_kind(selector->parts[i], kind))
			return true;
	return false;
}

/* No text has both quotes. */
static void format_value(struct strbuf *buf, const char *value)
{
	char quote = strchr(value, '"') ? '\'' : '"';

	strbuf_printf(buf, "%c%s%c", quote, value, quote);
}

static void format_comparison(struct strbuf *buf, const struct calico_selector *selector)
{
	static const char *const operators[] = {
		[CALICO_SELECTOR_EQUAL] = "==",
		[CALICO_SELECTOR_NOT_EQUAL] = "!=",
		[CALICO_SELECTOR_IN] = "in",
		[CALICO_SELECTOR_NOT_IN] = "not in",
		[CALICO_SELECTOR_CONTAINS] = "contains",
		[CALICO_SELECTOR_STARTS_WITH] = "starts with",
		[CALICO_SELECTOR_ENDS_WITH] = "ends with",
	};
	bool is_set = selector->kind == CALICO_SELECTOR_IN ||
		      selector->kind == CALICO_SELECTOR_NOT_IN;

	strbuf_printf(buf, "%s %s %s", selector->key, operators[selector->kind], is_set ? "{" : "");
	for (uint32_t i = 0; i < selector->n_values; i++) {
		strbuf_addstr(buf, i ? ", " : "");
		format_value(buf, selector->values[i]);
	}
	strbuf_addstr(buf, is_set ? "}" : "");
}

static void format_node(struct strbuf *buf, const struct calico_selector *selector)
{
	switch ((enum calico_selector_kind)selector->kind) {
	case CALICO_SELECTOR_ALL:
		strbuf_addstr(buf, "all()");
		break;
	case CALICO_SELECTOR_GLOBAL:
		strbuf_addstr(buf, "global()");
		break;
	case CALICO_SELECTOR_HAS:
		strbuf_printf(buf, "has(%s)", selector->key);
		break;
	case CALICO_SELECTOR_NOT:
		strbuf_addch(buf, '!');
		format_node(buf, selector->parts[0]);
		break;
	case CALICO_SELECTOR_AND:
	case CALICO_SELECTOR_OR:
		for (uint32_t i = 0; i < selector->n_parts; i++) {
			bool is_and = selector->kind == CALICO_SELECTOR_AND;

			strbuf_addstr(buf, i == 0 ? "(" : is_and ? " && " : " || ");
			format_node(buf, selector->parts[i]);
		}
		strbuf_addch(buf, ')');
		break;
	default:
		format_comparison(buf, selector);
	}
}

const char *calico_selector_format(const struct calico_selector *selector, struct arena *arena)
{
	struct strbuf buf = {0};
	const char *text;

	format_node(&buf, selector);
	text = arena_strdup(arena, strbuf_str(&buf));
	strbuf_release(&buf);
	return text;
}
