/* SPDX-License-Identifier: Apache-2.0 */
#include "base/keyset.h"
#include "lib/tap.h"

#include <string.h>

static void test_ids(void)
{
	struct keyset set = {0};
	bool is_new;

	ok_int(keyset_find(&set, "a", 1), KEYSET_NONE, "nothing is in the empty set");
	ok_int(keyset_intern(&set, "a", 1, &is_new), 0, "ids count from 0");
	ok(is_new, "the first is new");
	ok_int(keyset_intern(&set, "", 0, NULL), 1, "the empty content is a content");
	ok_int(keyset_intern(&set, "a\0b", 3, NULL), 2, "contents may hold NUL");
	ok_int(keyset_intern(&set, "a", 1, &is_new), 0, "an equal content has the same id");
	ok(!is_new, "and is not new");
	ok_int(keyset_find(&set, "", 0), 1, "the empty content is found");
	ok_int(keyset_find(&set, "b", 1), KEYSET_NONE, "what is not there is not found");
	keyset_release(&set);
}

static void test_growth(void)
{
	enum { N = 20000 };
	struct keyset set = {0};
	uint32_t n_wrong = 0;
	size_t size;

	for (uint64_t i = 0; i < N; i++)
		n_wrong += keyset_intern(&set, &i, 1 + i % sizeof(i), NULL) > i;
	for (uint64_t i = 0; i < N; i++) {
		const size_t want = 1 + i % sizeof(i);
		const uint32_t id = keyset_find(&set, &i, want);

		n_wrong += id == KEYSET_NONE || memcmp(keyset_get(&set, id, &size), &i, want) ||
			   size != want;
	}
	ok_int(n_wrong, 0, "every one of %d contents is found after growth", N);
	keyset_release(&set);
}

int main(void)
{
	test_ids();
	test_growth();
	return tap_done();
}
