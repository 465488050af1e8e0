/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/shrink.h"

#include "base/strbuf.h"
#include "lib/reading.h"
#include "lib/tree_write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct shrinker {
	struct tree_node documents; /* TREE_SEQ */
	shrink_fails_fn *fails;
	void *arg;
	struct strbuf text; /* scratch */
	unsigned int n_tries;
};

static void write_documents(struct strbuf *out, const struct tree_node *documents)
{
	for (uint32_t i = 0; i < documents->len; i++) {
		strbuf_addstr(out, "---");
		tree_write(out, documents->items[i]);
	}
}

/* ---- Taking away ---- */

static bool still_fails(struct shrinker *shrinker)
{
	strbuf_clear(&shrinker->text);
	write_documents(&shrinker->text, &shrinker->documents);
	shrinker->n_tries++;
	return shrinker->fails(shrinker->arg, strbuf_str(&shrinker->text));
}

/* Tries without children first … first + n - 1. */
static bool take_away(struct shrinker *shrinker, struct tree_node *node, uint32_t first, uint32_t n)
{
	const size_t size = node->kind == TREE_MAP ? sizeof(struct tree_member)
						   : sizeof(struct tree_node *);
	char *children = node->kind == TREE_MAP ? (void *)node->members : (void *)node->items;
	void *saved = malloc(node->len * size);
	uint32_t len = node->len;

	assert(saved);
	memcpy(saved, children, len * size);
	memmove(children + first * size, children + (first + n) * size, (len - first - n) * size);
	node->len -= n;
	if (!still_fails(shrinker)) {
		memcpy(children, saved, len * size);
		node->len = len;
	}
	free(saved);
	return node->len < len;
}

/* One pass over a node and what is below; whether anything went. */
static bool shrink_node(struct shrinker *shrinker, struct tree_node *node)
{
	bool is_smaller = false;

	for (uint32_t n = node->len; n > 0; n /= 2)
		for (uint32_t first = 0; first + n <= node->len;) {
			bool is_gone = take_away(shrinker, node, first, n);

			is_smaller |= is_gone;
			first += is_gone ? 0 : n;
		}
	for (uint32_t i = 0; i < node->len; i++)
		if (tree_is_container(tree_child(node, i)))
			is_smaller |= shrink_node(shrinker, tree_child(node, i));
	return is_smaller;
}

unsigned int shrink_yaml(const char *yaml, shrink_fails_fn *fails, void *arg, struct strbuf *ret)
{
	struct shrinker shrinker = {.fails = fails, .arg = arg};
	struct reading reading;

	reading_of_text(&reading, yaml, strlen(yaml));
	assert(reading.diags.n_errors == 0);
	shrinker.documents.kind = TREE_SEQ;
	shrinker.documents.items = reading.roots.items;
	shrinker.documents.len = reading.roots.n;
	while (shrink_node(&shrinker, &shrinker.documents))
		;
	write_documents(ret, &shrinker.documents);
	strbuf_release(&shrinker.text);
	reading_release(&reading);
	return shrinker.n_tries;
}
