/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the table that `make bench` prints: one per line, fields between tabs, in this order.
 * bench/run aligns them and says which targets were missed.
 */
#pragma once

struct report {
	const char *name;
	double value;
	const char *unit;
	const char *target; /* "< 0.05", ">= 0.9"; NULL: the number is for orientation */
	const char *ratio;  /* against a peer, or NULL */
	const char *note;   /* NULL */
};

void report_print(const struct report *row);

/* What cannot be measured here, and why: a row without a value. */
void report_skip(const char *name, const char *reason);

/* A number without a measurement is worth nothing: says what failed and exits 1. */
_Noreturn void report_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A text that lives until the next 16 calls: for ratios and notes. */
const char *report_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
