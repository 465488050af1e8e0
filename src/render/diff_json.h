/* SPDX-License-Identifier: Apache-2.0 */
/* `diff -o json` while it is written, for its two files. */
#pragma once

#include "base/keyset.h"
#include "render/diff.h"
#include "render/out.h"
#include "render/words.h"

struct diff_writing {
	struct analyze_diff *diff;
	bool is_folded;
	struct out out;
	struct words endpoints; /* by position */
	struct words ports;     /* by port set: the certain ones */
	struct words conditions;
	struct words reasons; /* by number in … */
	struct keyset reason_keys;
	VEC(struct analyze_diff_pair) explained; /* one for each key */
	const struct diff_bundle *bundle; /* that is written now; NULL: its pairs are, one by one */
	enum diff_section section;
	int rank; /* of the pairs that are written now: exposure, sensitive, the rest */
	size_t n; /* of the section, so far */
};

/* What is kept of endpoints and reasons: diff_json_ends.c. */
void diff_json_ends_init(struct diff_writing *writing);
void diff_json_ends_release(struct diff_writing *writing);

/* The ends of a pair or of the bundle, and, after what is said of its ports, marks and rules. */
void diff_json_begin(struct diff_writing *writing, const struct analyze_diff_pair *pair);
void diff_json_end(struct diff_writing *writing, const struct analyze_diff_pair *pair);
