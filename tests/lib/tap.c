/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/tap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int n_run;
static unsigned int n_failed;

/* A test's output stays readable, and its lines whole, when it crashes or forks. */
__attribute__((constructor)) static void flush_each_line(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

/* `text` with what would end the line, or be read as a directive, made harmless. */
static void print_name(const char *text)
{
	for (; *text; text++)
		putchar(*text == '\n' || *text == '#' ? ' ' : *text);
}

static void vprint_name(const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	print_name(text);
}

static bool report(const char *place, bool is_ok, const char *name, va_list args)
{
	printf("%sok %u - ", is_ok ? "" : "not ", ++n_run);
	vprint_name(name, args);
	putchar('\n');
	if (!is_ok) {
		n_failed++;
		diag("failed at %s", place);
	}
	return is_ok;
}

bool tap_ok(const char *place, bool is_ok, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	report(place, is_ok, name, args);
	va_end(args);
	return is_ok;
}

bool tap_ok_int(const char *place, int64_t got, int64_t want, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	if (!report(place, got == want, name, args))
		diag("got %" PRId64 ", expected %" PRId64, got, want);
	va_end(args);
	return got == want;
}

bool tap_ok_str(const char *place, const char *got, const char *want, const char *name, ...)
{
	bool is_equal = got == want || (got && want && strcmp(got, want) == 0);
	va_list args;

	va_start(args, name);
	if (!report(place, is_equal, name, args))
		diag("got:\n%s\nexpected:\n%s", got ? got : "(null)", want ? want : "(null)");
	va_end(args);
	return is_equal;
}

void skip(const char *reason, ...)
{
	va_list args;

	va_start(args, reason);
	printf("ok %u # SKIP ", ++n_run);
	vprint_name(reason, args);
	putchar('\n');
	va_end(args);
}

void diag(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	fputs("# ", stdout);
	for (const char *at = text; *at; at++)
		fputs(*at == '\n' ? "\n# " : (char[]){*at, '\0'}, stdout);
	putchar('\n');
	free(text);
}

void skip_all(const char *reason, ...)
{
	va_list args;

	va_start(args, reason);
	fputs("1..0 # SKIP ", stdout);
	vprint_name(reason, args);
	putchar('\n');
	va_end(args);
	exit(EXIT_SUCCESS);
}

void bail(const char *reason, ...)
{
	va_list args;

	va_start(args, reason);
	fputs("Bail out! ", stdout);
	vprint_name(reason, args);
	putchar('\n');
	va_end(args);
	exit(EXIT_FAILURE);
}

int tap_done(void)
{
	printf("1..%u\n", n_run);
	return n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
