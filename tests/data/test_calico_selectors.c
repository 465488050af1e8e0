/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calico's selector language against the tables of its own tests: what parses, what does not, what
 * matches, and how it is spelt.
 */
#include "lib/reading.h"
#include "lib/tap.h"
#include "policy/calico_selector.h"

#include <string.h>
#include <unistd.h>

#define TABLE "../shared/data/l7/calico-selectors.json"

static struct arena arena;

static const struct calico_selector *parse(const char *text)
{
	struct calico_selector_error error;

	return calico_selector_parse(&arena, text, strlen(text), &error);
}

static const char *label_of(const void *labels, const char *key)
{
	return tree_get_string(labels, key);
}

static void check_eval(const struct tree_node *row)
{
	const char *text = tree_get_string(row, "selector");
	const struct calico_selector *selector = parse(text);
	bool want = tree_get(row, "match")->boolean;

	ok(selector && calico_selector_matches(selector, label_of, tree_get(row, "labels")) == want,
	   "%s: %s", text, want ? "matches" : "does not match");
}

static void check_valid(const struct tree_node *row)
{
	ok(parse(row->text), "%.60s: is one", row->text);
}

static void check_invalid(const struct tree_node *row)
{
	struct calico_selector_error error = {0};
	const char *text = row->text;
	size_t len = strlen(text);

	ok(!calico_selector_parse(&arena, text, len, &error) && error.message &&
		   error.offset + error.len <= len,
	   "%.60s: is none", text);
}

/* Some of these have the right words in an order that is no selector: 'in' without a set. */
static void check_words(const struct tree_node *row)
{
	struct calico_selector_error error = {0};
	const char *text = row->text;
	const char *no_set = strstr(text, "\"bar\"");

	if (no_set)
		ok(!calico_selector_parse(&arena, text, strlen(text), &error) &&
			   error.offset == (uint32_t)(no_set - text),
		   "%.60s: has no set", text);
	else
		check_valid(row);
}

static void check_canonical(const struct tree_node *row)
{
	const char *text = tree_get_string(row, "input");
	const struct calico_selector *selector = parse(text);

	ok_str(selector ? calico_selector_format(selector, &arena) : NULL,
	       tree_get_string(row, "canonical"), "%s: its one spelling", text);
}

static void check_all(const struct tree_node *root, const char *name,
		      void (*check)(const struct tree_node *row))
{
	const struct tree_node *rows = tree_get(root, name);

	if (!ok(rows && rows->kind == TREE_SEQ && rows->len > 0, "%s has rows", name))
		return;
	for (uint32_t i = 0; i < rows->len; i++)
		check(rows->items[i]);
}

int main(void)
{
	struct reading reading;
	const struct tree_node *root;

	if (access(TABLE, R_OK) < 0)
		skip_all("no " TABLE);
	if (reading_of_file(&reading, TABLE) || reading.roots.n != 1)
		bail(TABLE " is read");
	root = reading.roots.items[0];
	check_all(root, "eval", check_eval);
	check_all(root, "invalid_selectors", check_invalid);
	check_all(root, "invalid_tokenization", check_invalid);
	check_all(root, "valid_tokenization_inputs", check_words);
	check_all(root, "parseable_selectors", check_valid);
	check_all(root, "canonical", check_canonical);
	reading_release(&reading);
	arena_release(&arena);
	return tap_done();
}
