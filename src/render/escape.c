/* SPDX-License-Identifier: Apache-2.0 */
#include "render/escape.h"

#include <ctype.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* The controls are not among XML 1.0's characters, nor are U+FFFE and U+FFFF. */
static const char *xml_entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\n':
		return "&#10;";
	case '\t':
		return "&#9;";
	default:
		return c < 0x20 ? REPLACEMENT : NULL;
	}
}

void render_xml(FILE *out, const char *text)
{
	for (; *text; text++) {
		const char *entity = xml_entity((unsigned char)*text);

		if (strncmp(text, "\xef\xbf\xbe", 3) == 0 ||
		    strncmp(text, "\xef\xbf\xbf", 3) == 0) {
			fputs(REPLACEMENT, out);
			text += 2;
		} else if (entity) {
			fputs(entity, out);
		} else {
			fputc(*text, out);
		}
	}
}

/*
 * toolkit/packages/core/src/command.ts: escapeData, escapeProperty. Other controls look the same,
 * though nobody turns them back: the log is read on terminals too.
 */
static void write_github(FILE *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text) || (iscntrl((unsigned char)*text) && *text != '\t'))
			fprintf(out, "%%%02X", (unsigned char)*text);
		else
			fputc(*text, out);
	}
}

void render_github_message(FILE *out, const char *text)
{
	write_github(out, text, "%\r\n");
}

void render_github_property(FILE *out, const char *text)
{
	write_github(out, text, "%\r\n:,");
}

void render_uri_path(struct strbuf *uri, const char *path)
{
	for (; *path; path++) {
		if (isalnum((unsigned char)*path) || strchr("-._~/", *path))
			strbuf_addch(uri, *path);
		else
			strbuf_printf(uri, "%%%02X", (unsigned char)*path);
	}
}

void render_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputs(*text == '\n' ? "\\n" : (char[]){*text, '\0'}, out);
	}
	fputc('"', out);
}
