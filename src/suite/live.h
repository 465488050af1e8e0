/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tests on the wire: which connections to try in a lab of the same input, and what became of
 * them.
 *
 * A lab has the pods of the input, and only those: a set is tried by its known members, a pod that
 * is not there not at all. Silence and errors are a third state and never a denial.
 */
#pragma once

#include "base/keyset.h"
#include "suite/suite.h"

/* id, name */
#define SUITE_SEEN(X) \
	X(NOTHING, "not probed") \
	X(ALLOWED, "allowed") \
	X(DENIED, "denied") \
	X(UNCLEAR, "unclear") /* no answer, and no event that says why */

enum suite_seen {
#define X(id, name) SUITE_SEEN_##id,
	SUITE_SEEN(X)
#undef X
		SUITE_N_SEEN
};

const char *suite_seen_name(enum suite_seen seen);

struct suite_probe {
	size_t test;
	const char *from; /* "shop/web-0" */
	const char *to;
	bool is_any; /* every port that the lab tries between the two */
	struct port_range port;
	uint8_t seen;  /* enum suite_seen; of several the one that tells against the test */
	uint32_t next; /* + 1, of the same two pods; 0: none */
};

/* What the probes of one test come to. */
struct suite_live_result {
	uint32_t n[SUITE_N_SEEN];
	bool is_probed;
	uint8_t outcome; /* enum suite_outcome, if it was probed */
};

struct suite_live {
	const struct suite *suite;
	struct arena arena;
	VEC(struct suite_probe) probes;
	VEC(struct suite_live_result) results; /* by test */
	struct keyset pairs;                   /* "FROM TO" */
	VEC(uint32_t) first;                   /* probe + 1, by pair */
};

void suite_live_init(struct suite_live *live, const struct suite *suite);
void suite_live_release(struct suite_live *live);

/* "FROM TO [PORT/PROTOCOL]" a line, for `bulkhead-lab run --cases`. */
void suite_live_write(const struct suite_live *live, FILE *out);

/* Reads what `bulkhead-lab run -o json` printed. false: it is not that. */
bool suite_live_read(struct suite_live *live, const char *text, size_t len);
