/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Test Anything Protocol for test programs: a line per fact, the plan at the end.
 *
 *	int main(void)
 *	{
 *		ok(is_even(2), "2 is even");
 *		ok_int(half(4), 2, "half of %d", 4);
 *		return tap_done();
 *	}
 *
 * Each ok…() prints `ok` or `not ok` with a formatted name and returns whether it held. A failed one
 * says what was expected. One thread; counts are per process.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TAP_FORMAT(at) __attribute__((format(printf, at, at + 1)))

bool tap_ok(const char *place, bool is_ok, const char *name, ...) TAP_FORMAT(3);
bool tap_ok_int(const char *place, int64_t got, int64_t want, const char *name, ...) TAP_FORMAT(4);
bool tap_ok_str(const char *place, const char *got, const char *want, const char *name, ...)
	TAP_FORMAT(4);

#define TAP_STRING_(x) #x
#define TAP_STRING(x) TAP_STRING_(x)
#define TAP_PLACE __FILE__ ":" TAP_STRING(__LINE__)

#define ok(cond, ...) tap_ok(TAP_PLACE, (cond), __VA_ARGS__)
#define ok_int(got, want, ...) tap_ok_int(TAP_PLACE, (got), (want), __VA_ARGS__)
#define ok_str(got, want, ...) \
	tap_ok_str(TAP_PLACE, (got), (want), __VA_ARGS__) /* NULL equals NULL */

/* One fact that cannot be tested here, with the reason. */
void skip(const char *reason, ...) TAP_FORMAT(1);

/* A line for the reader, such as a seed; newlines in it start new comment lines. */
void diag(const char *format, ...) TAP_FORMAT(1);

/* The whole program cannot be tested here: prints the reason and exits 0. Before the first ok(). */
_Noreturn void skip_all(const char *reason, ...) TAP_FORMAT(1);

/* Nothing further makes sense: prints the reason and exits 1. */
_Noreturn void bail(const char *reason, ...) TAP_FORMAT(1);

/* Prints the plan. The exit code of main: 0 if every fact held. */
int tap_done(void);
