/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/utf8.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void json_init(struct json *json, FILE *out, unsigned int indent)
{
	*json = (struct json){.out = out, .indent = indent};
}

static void write_line_break(struct json *json)
{
	if (json->indent)
		fprintf(json->out, "\n%*s", (int)(json->indent * json->depth), "");
}

/* The comma and the line break that stand before a member, an item or a closer's sibling. */
static void begin_item(struct json *json)
{
	if (json->depth == 0)
		return;
	if (!json->first[json->depth - 1])
		putc_unlocked(',', json->out);
	json->first[json->depth - 1] = false;
	write_line_break(json);
}

static void begin_value(struct json *json)
{
	if (json->after_key) {
		json->after_key = false;
		return;
	}
	assert(json->depth == 0 || json->closer[json->depth - 1] == ']');
	begin_item(json);
}

static void open_level(struct json *json, char opener, char closer)
{
	assert(json->depth < JSON_MAX_DEPTH);
	begin_value(json);
	putc_unlocked(opener, json->out);
	json->closer[json->depth] = (uint8_t)closer;
	json->first[json->depth] = true;
	json->depth++;
}

void json_object(struct json *json)
{
	open_level(json, '{', '}');
}

void json_array(struct json *json)
{
	open_level(json, '[', ']');
}

void json_end(struct json *json)
{
	assert(json->depth > 0 && !json->after_key);
	json->depth--;
	if (!json->first[json->depth])
		write_line_break(json);
	putc_unlocked(json->closer[json->depth], json->out);
	if (json->depth == 0 && json->indent)
		putc_unlocked('\n', json->out);
}

static void write_escape(FILE *out, unsigned char ch)
{
	static const char short_form[] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n',  ['\r'] = 'r',
		['\t'] = 't', ['"'] = '"',  ['\\'] = '\\',
	};

	if (ch < sizeof(short_form) && short_form[ch])
		fprintf(out, "\\%c", short_form[ch]);
	else
		fprintf(out, "\\u%04x", ch);
}

/* Bytes that stand for themselves. */
static size_t plain_run(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len) {
		unsigned char ch = (unsigned char)text[n];
		size_t size;

		if (ch < 0x20 || ch == '"' || ch == '\\' || ch == 0x7f)
			break;
		size = utf8_decode(text + n, len - n, NULL);
		if (!size)
			break;
		n += size;
	}
	return n;
}

static void write_quoted(FILE *out, const char *text)
{
	size_t len = strlen(text);

	putc_unlocked('"', out);
	for (;;) {
		size_t run = plain_run(text, len);

		fwrite_unlocked(text, 1, run, out);
		text += run;
		len -= run;
		if (!len)
			break;
		if ((unsigned char)*text < 0x80)
			write_escape(out, (unsigned char)*text);
		else
			fputs_unlocked("\xef\xbf\xbd", out);
		text++;
		len--;
	}
	putc_unlocked('"', out);
}

void json_key(struct json *json, const char *key)
{
	assert(json->depth > 0 && json->closer[json->depth - 1] == '}' && !json->after_key);
	begin_item(json);
	write_quoted(json->out, key);
	putc_unlocked(':', json->out);
	if (json->indent)
		putc_unlocked(' ', json->out);
	json->after_key = true;
}

void json_string(struct json *json, const char *text)
{
	begin_value(json);
	if (text)
		write_quoted(json->out, text);
	else
		fputs_unlocked("null", json->out);
}

void json_int(struct json *json, int64_t value)
{
	begin_value(json);
	fprintf(json->out, "%" PRId64, value);
}

void json_uint(struct json *json, uint64_t value)
{
	begin_value(json);
	fprintf(json->out, "%" PRIu64, value);
}

/* The shortest digits that read back as the same number; JSON has no word for NaN and infinity. */
void json_double(struct json *json, double value)
{
	char text[32];

	if (!isfinite(value)) {
		json_null(json);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	begin_value(json);
	fputs_unlocked(text, json->out);
}

void json_bool(struct json *json, bool value)
{
	begin_value(json);
	fputs_unlocked(value ? "true" : "false", json->out);
}

void json_null(struct json *json)
{
	begin_value(json);
	fputs_unlocked("null", json->out);
}

void json_field(struct json *json, const char *key, const char *text)
{
	json_key(json, key);
	json_string(json, text);
}

void json_uint_field(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_uint(json, value);
}

void json_bool_field(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	json_bool(json, value);
}
