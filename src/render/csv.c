/* SPDX-License-Identifier: Apache-2.0 */
#include "render/csv.h"

#include <string.h>

void render_csv_quoted(const char *text, FILE *out)
{
	for (; *text; text++)
		fputs(*text == '"' ? "\"\"" : (char[]){*text, '\0'}, out);
}

void render_csv_field(const char *text, FILE *out)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	render_csv_quoted(text, out);
	putc('"', out);
}
