/* SPDX-License-Identifier: Apache-2.0 */
#include "render/csv.h"

#include <stdbool.h>
#include <string.h>

/* What makes a spreadsheet take a field for a formula, or skip to what may be one. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

static void write_doubled(const char *text, FILE *out)
{
	for (; *text; text++)
		fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, out);
}

void render_csv_open(const char *text, FILE *out)
{
	fputs(is_formula(text) ? "\"'" : "\"", out);
	write_doubled(text, out);
}

void render_csv_add(const char *text, FILE *out)
{
	putc('\n', out);
	write_doubled(text, out);
}

void render_csv_close(FILE *out)
{
	putc('"', out);
}

void render_csv_field(const char *text, FILE *out)
{
	if (!strpbrk(text, ",\"\r\n") && !is_formula(text)) {
		fputs(text, out);
		return;
	}
	render_csv_open(text, out);
	render_csv_close(out);
}
