/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats of `test` share. */
#pragma once

#include "base/strbuf.h"
#include "suite/live.h"
#include "suite/suite.h"

struct render_suite {
	struct suite *suite;
	const struct suite_results *results;
	const struct suite_uncovered *uncovered; /* NULL: not asked for */
	const struct suite_adequacy *adequacy;   /* NULL: not asked for */
	const struct suite_live *live;           /* NULL: not asked for */
	bool color;
};

void render_suite_text(const struct render_suite *output);
void render_suite_json(const struct render_suite *output);
void render_suite_tap(const struct render_suite *output);
void render_suite_junit(const struct render_suite *output);
void render_suite_github(const struct render_suite *output);

/* What became of a test in the engine, and of one that holds there on the wire, if it was tried. */
enum suite_outcome render_suite_outcome(const struct render_suite *output, size_t test);
bool render_suite_passes(const struct render_suite *output, size_t test);

/* It holds in the engine, and nothing of it could be tried on the wire: neither passed nor failed. */
bool render_suite_skips(const struct render_suite *output, size_t test);

/* What of a test was not tried on the wire and why, a line each, of many the first. */
void render_suite_not_tried(const struct render_suite *output, size_t test, struct strbuf *ret);

/* What is wrong with a result, a line for each finding and its reasons; nothing of one that passes. */
void render_suite_why(const struct render_suite *output, size_t test, struct strbuf *ret);

/* What was asked for of what the tests do not see, in lines; nothing if nothing was. */
void render_suite_gaps(const struct render_suite *output, struct strbuf *ret);
