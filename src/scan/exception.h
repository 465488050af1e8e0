/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exceptions: findings that somebody has answered for, until a day.
 *
 * A comment, an annotation, the configuration and a baseline all make the same thing, and one
 * function says whether it holds for a finding. One that has expired holds for none.
 */
#pragma once

#include "base/diag.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct tree_node;
struct scan;
struct scan_finding;

/* id, name in the JSON, what SARIF calls it */
#define SCAN_EXCEPTION_SOURCES(X) \
	X(COMMENT, "comment", "inSource") \
	X(ANNOTATION, "annotation", "inSource") \
	X(CONFIG, "configuration", "external") \
	X(BASELINE, "baseline", "external")

enum scan_exception_source {
#define X(id, name, sarif) SCAN_EXCEPTION_##id,
	SCAN_EXCEPTION_SOURCES(X)
#undef X
};

#define SCAN_NEVER INT64_MAX

/* What has become of one. */
enum scan_exception_state {
	SCAN_EXCEPTION_UNREADABLE, /* it holds for nothing */
	SCAN_EXCEPTION_EXPIRED,
	SCAN_EXCEPTION_STALE, /* nothing is found that it is for, and every rule was asked */
	SCAN_EXCEPTION_IN_FORCE,
};

struct scan_exception {
	uint8_t source;     /* enum scan_exception_source */
	const char **rules; /* ids, or what they begin with: "BH3"; none: every rule */
	uint32_t n_rules;
	const char *kind;             /* NULL: any */
	const char *ns;               /* NULL: any */
	const char *name;             /* NULL: any; these three of an object */
	const char *place;            /* NULL, or the namespace that it was made in */
	const struct diag_file *file; /* of a comment: findings on these lines */
	uint32_t first_line;
	uint32_t last_line;
	const char *fingerprint; /* of a baseline, else NULL */
	const char *reason;      /* NULL: none was given */
	const char *owner;
	const char *until_text; /* NULL: for ever */
	int64_t until;          /* seconds since 1970 at which it is over, or SCAN_NEVER */
	const char *problem;    /* NULL, or why it cannot be understood, and so does not hold */
	struct diag_span span;  /* where it is written */
	const struct tree_node *list; /* what it is an entry of; NULL: of nothing, a comment */
	uint32_t number;              /* there */
	uint32_t n_used;
	uint32_t n_found; /* what it is about, whether it is in force or not */
};

const char *scan_exception_source_name(enum scan_exception_source source);
const char *scan_exception_source_sarif(enum scan_exception_source source);

/* A day, "2027-01-31", or a moment, "2027-01-31T12:00:00Z". A day ends when it is over. */
bool scan_time_parse(const char *text, int64_t *ret);

/*
 * "BH305,BH306 until=2027-01-31 owner=… reason=…", or with "-- REASON" at the end. What cannot be
 * understood is `problem`.
 */
void scan_exception_parse(const char *text, struct arena *arena, struct scan_exception *ret);

/* Whether some rule's id, or a reserved one, begins with the word; not if every one does. */
bool scan_exception_names_rules(const char *word);

/* Reads comments and annotations of the input into scan->exceptions, with those of the configuration. */
void scan_exceptions_read(struct scan *scan);

/*
 * The comments of a file, "# bulkhead:ignore …". One at the end of a line is about that line; one of
 * its own about the next line with what is nested in that, and about the whole document where it
 * stands before all of it.
 */
void scan_exceptions_read_comments(struct scan *scan, const struct diag_file *file);

/*
 * BH703 and BH704: exceptions that ran out, that nothing needs, or that say too much. Those of the
 * baseline come last, since it may list what is found of the others.
 */
void scan_exceptions_judge(struct scan *scan, bool of_baseline);

/* Once they were applied. */
enum scan_exception_state scan_exception_state(const struct scan *scan,
					       const struct scan_exception *exception);

/* Whether a baseline lists what every rule looked for and did not find; once they were applied. */
bool scan_exception_is_absent(const struct scan *scan, const struct scan_exception *exception);

/* Marks the findings that an exception holds for, and counts its uses. */
void scan_exceptions_apply(struct scan *scan);

/* The same for the findings about exceptions: a baseline alone may list such. */
void scan_exceptions_apply_baseline(struct scan *scan);
