/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <string.h>

#define WORD_MAX 63 /* longer words are no typos of field names */

static char lower(char ch)
{
	return ch >= 'A' && ch <= 'Z' ? (char)(ch | 0x20) : ch;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/*
 * Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b` (optimal
 * string alignment): swapped letters are one slip of the finger, so "form" is one step from "from".
 */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0];
	size_t *above = rows[1];
	size_t *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *spare = before;

		before = above;
		above = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t replaced = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));

			row[j] = min3(above[j] + 1, row[j - 1] + 1, replaced);
			if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]) && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return row[b_len];
}

const char *diag_did_you_mean(const char *word, const char *const *candidates, size_t n)
{
	size_t len = strlen(word);
	size_t best_distance = len / 3 + 1;
	const char *best = NULL;

	if (len > WORD_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t candidate_len = strlen(candidates[i]);
		size_t distance;

		if (candidate_len > WORD_MAX)
			continue;
		distance = edit_distance(word, len, candidates[i], candidate_len);
		if (distance < best_distance) {
			best_distance = distance;
			best = candidates[i];
		}
	}
	return best;
}
