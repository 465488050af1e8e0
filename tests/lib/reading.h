/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text read by tree/tree.h with everything that belongs to it, for tests of the readers.
 *
 *	struct reading reading;
 *
 *	reading_of_text(&reading, "a: 1", 4);
 *	ok_str(reading_dump(&reading), "{\"a\":1}", "a mapping");
 *	reading_release(&reading);
 */
#pragma once

#include "base/arena.h"
#include "base/intern.h"
#include "base/vec.h"
#include "tree/tree.h"

struct reading {
	struct arena arena;
	struct intern intern;
	struct diag_list diags;
	struct diag_file *file;
	VEC(struct tree_node *) roots;
	char *text; /* of the last dump or of the diagnostics */
};

void reading_of_text(struct reading *reading, const char *text, size_t len);
void reading_of_limited_text(struct reading *reading, const char *text, size_t len,
			     const struct tree_limits *limits);

/* tree_load() and tree_read(); 0 or what tree_load() returned. To be released in any case. */
int reading_of_file(struct reading *reading, const char *path);
void reading_release(struct reading *reading);

/* The documents as JSON, separated by blanks, numbers by value, NaN and infinity as strings. */
const char *reading_dump(struct reading *reading);

/* The first diagnostic as "BH0002 3:7 message", or "". */
const char *reading_problem(struct reading *reading);

/* Everything that diag_list_print() says. */
const char *reading_report(struct reading *reading);

/* The same content; the order of members does not count. */
bool reading_is_same(const struct tree_node *a, const struct tree_node *b);
