/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of texts, for people: columns that are as wide as they need to be, or Markdown. What an
 * input says is written as plain text. Borrows the texts until it is printed; all-zero is empty.
 *
 *	struct table table = {0};
 *	table_head(&table, "namespace");
 *	table_cell(&table, "shop");	as many as heads, row by row
 *	table_note(&table, "next: …");	of the row that was ended last
 *	table_print(&table, md);
 *	table_release(&table);
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

#include <stdbool.h>

struct table {
	struct arena arena;
	VEC(const char *) heads;
	VEC(const char *) cells; /* by row */
	VEC(const char *) notes; /* by row, NULL: none */
};

void table_head(struct table *table, const char *text);
void table_cell(struct table *table, const char *text);
void table_note(struct table *table, const char *text);

/* In Markdown notes are a last column, with this head; NULL: there are none. */
void table_print_md(const struct table *table, const char *note_head);

/* Two spaces before each row, and a line for each note with `note_head` before it. */
void table_print_text(const struct table *table, const char *note_head);
void table_release(struct table *table);
