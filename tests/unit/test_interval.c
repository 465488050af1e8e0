/* SPDX-License-Identifier: Apache-2.0 */
/* The sweep against its definition: at every point, the set of intervals that cover it. */
#include "compile/interval.h"
#include "lib/tap.h"

#include <stdlib.h>

#define LINE_LAST 63

/* The terms at a point by definition, as bits. */
static uint64_t terms_at(const struct interval_list *list, unsigned int point)
{
	uint64_t terms = 0;

	for (size_t i = 0; i < list->n; i++)
		if (list->items[i].first <= point && point <= list->items[i].last)
			terms |= UINT64_C(1) << list->items[i].term;
	return terms;
}

/* The terms at a point by the sweep. */
static uint64_t swept_terms(const struct keyset *sets, uint32_t set)
{
	size_t size;
	const uint32_t *terms = keyset_get(sets, set, &size);
	uint64_t bits = 0;

	for (size_t i = 0; i < size / sizeof(*terms); i++)
		bits |= UINT64_C(1) << terms[i];
	return bits;
}

static void check_line(struct interval_list *list, const char *name)
{
	struct interval_segments segments = {0};
	struct keyset sets = {0};
	unsigned int n_wrong = 0;

	interval_sweep(list, LINE_LAST, &sets, &segments);
	for (unsigned int point = 0; point <= LINE_LAST; point++) {
		const size_t at = interval_find(&segments, point);

		n_wrong += segments.items[at].first > point ||
			   interval_end(&segments, at, LINE_LAST) < point ||
			   swept_terms(&sets, segments.items[at].set) != terms_at(list, point);
	}
	for (size_t i = 1; i < segments.n; i++)
		n_wrong += segments.items[i].set == segments.items[i - 1].set;
	ok_int(n_wrong, 0, "%s", name);
	keyset_release(&sets);
	free(segments.items);
	free(list->items);
	*list = (struct interval_list){0};
}

static void test_named_lines(void)
{
	struct interval_list list = {0};

	check_line(&list, "an empty line is one segment");
	interval_add(&list, 0, LINE_LAST, 0);
	check_line(&list, "the whole line");
	interval_add(&list, 0, 0, 0);
	interval_add(&list, LINE_LAST, LINE_LAST, 1);
	check_line(&list, "both ends");
	interval_add(&list, 3, 9, 0);
	interval_add(&list, 10, 12, 0);
	check_line(&list, "one term in two touching pieces is one segment");
	interval_add(&list, 3, 9, 0);
	interval_add(&list, 5, 20, 0);
	interval_add(&list, 7, 7, 1);
	check_line(&list, "one term overlapping itself");
}

static void test_random_lines(void)
{
	struct interval_list list = {0};
	unsigned int seed = 1;

	for (int round = 0; round < 200; round++) {
		for (int i = rand_r(&seed) % 12; i >= 0; i--) {
			const unsigned int first = rand_r(&seed) % (LINE_LAST + 1);

			interval_add(&list, first, first + rand_r(&seed) % (LINE_LAST + 1 - first),
				     rand_r(&seed) % 8);
		}
		check_line(&list, "a random line");
	}
}

int main(void)
{
	test_named_lines();
	test_random_lines();
	return tap_done();
}
