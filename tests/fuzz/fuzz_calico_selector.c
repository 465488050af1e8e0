/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a selector of Calico: refused at a place within it, or of a spelling that means the
 * same.
 */
#include "base/arena.h"
#include "fuzz/fuzz.h"
#include "policy/calico_selector.h"

#include <assert.h>
#include <string.h>

static const char *no_label(const void *labels, const char *key)
{
	(void)labels;
	return key[0] == 'a' ? "value" : NULL;
}

static void check_spelling(struct arena *arena, const struct calico_selector *selector)
{
	struct calico_selector_error error;
	const char *text = calico_selector_format(selector, arena);
	const struct calico_selector *again =
		calico_selector_parse(arena, text, strlen(text), &error);

	assert(again);
	assert(calico_selector_matches(again, no_label, NULL) ==
	       calico_selector_matches(selector, no_label, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct calico_selector_error error = {0};
	const struct calico_selector *selector;
	struct arena arena;

	if (memchr(data, '\0', size)) /* no scalar of a manifest has one */
		return 0;
	arena_init(&arena);
	selector = calico_selector_parse(&arena, (const char *)data, size, &error);
	if (selector)
		check_spelling(&arena, selector);
	else
		assert(error.message && (size_t)error.offset + error.len <= size);
	arena_release(&arena);
	return 0;
}
