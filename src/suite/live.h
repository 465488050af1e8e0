/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests on the wire: which connections to try in a lab of the same input, and what became of
 * them.
 *
 * The lab has the pods of the input. It makes those besides that tests are about and the input does
 * not show, with their labels, and addresses outside: of ranges one of each kind that the rules can
 * tell apart. What is not tried has a reason, and no test passes on it. Silence, errors and what a
 * condition decides are a third state and never a denial.
 */
#pragma once

#include "base/keyset.h"
#include "suite/suite.h"

/* id, name */
#define SUITE_SEEN(X) \
	X(NOTHING, "not tried") \
	X(ALLOWED, "allowed") \
	X(DENIED, "denied") \
	X(UNCLEAR, "unclear") /* no answer, and no event that says why; or a condition */

enum suite_seen {
#define X(id, name) SUITE_SEEN_##id,
	SUITE_SEEN(X)
#undef X
		SUITE_N_SEEN
};

const char *suite_seen_name(enum suite_seen seen);

/* A connection, once for all tests that are about it. */
struct suite_case {
	const char *from; /* "shop/web-0", "shop/[app=x]", "203.0.113.1" */
	const char *to;
	const char *port; /* "80/TCP"; NULL: every port that the lab tries between the two */
	const char *why;  /* it is not tried; or NULL */
	uint32_t line;    /* of what the lab is told; 0: it is not told */
	uint32_t n[SUITE_N_SEEN];
};

/* What the cases of one test come to. */
struct suite_live_result {
	VEC(uint32_t) cases; /* by number */
	uint32_t n[SUITE_N_SEEN];
	bool is_tried;
	uint8_t outcome; /* enum suite_outcome, if it was tried */
};

struct suite_live {
	const struct suite *suite;
	struct arena arena;
	VEC(struct suite_case) cases;
	VEC(struct suite_live_result) results; /* by test */
	struct keyset known;                   /* "FROM TO PORT" of each case */
	struct keyset guests;                  /* pods that the input does not show */
	VEC(uint32_t) lines;                   /* the case of each line */
};

/* 0, or -E2BIG with a diagnostic. Release it in any case. */
int suite_live_init(struct suite_live *live, struct suite *suite, struct diag_list *diags);
void suite_live_release(struct suite_live *live);

/* "FROM TO [PORT/PROTOCOL]" a line, for `bulkhead-lab run --cases`. */
void suite_live_write(struct suite_live *live, FILE *out);

/* Reads what `bulkhead-lab run -o json` printed. false: it is not that. */
bool suite_live_read(struct suite_live *live, const char *text, size_t len);

/* How many cases were tried. */
size_t suite_live_n_tried(const struct suite_live *live);
