/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of RFC 4180. Their texts are whatever an input says: one that a spreadsheet would evaluate
 * gets an apostrophe before it, with which it is text to all of them.
 */
#pragma once

#include <stdio.h>

/* The text, in quotes where it needs them. */
void render_csv_field(const char *text, FILE *out);

/* A field of several lines: the first, then each of the others, then its end. */
void render_csv_open(const char *text, FILE *out);
void render_csv_add(const char *text, FILE *out);
void render_csv_close(FILE *out);
