/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

void report_print(const struct report *row)
{
	printf("%s\t%.3g\t%s\t%s\t%s\t%s\n", row->name, row->value, or_empty(row->unit),
	       or_empty(row->target), or_empty(row->ratio), or_empty(row->note));
	fflush(stdout);
}

void report_skip(const char *name, const char *reason)
{
	printf("%s\t-\t\t\t\t%s\n", name, reason);
	fflush(stdout);
}

void report_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

const char *report_text(const char *format, ...)
{
	static char texts[16][256];
	static unsigned int next;
	char *text = texts[next++ % 16];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(texts[0]), format, args);
	va_end(args);
	return text;
}
