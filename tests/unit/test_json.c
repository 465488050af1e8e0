/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include "base/utf8.h"
#include "lib/tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static char *text;
static size_t text_size;

static struct json start(unsigned int indent)
{
	struct json json;
	FILE *out;

	free(text);
	out = open_memstream(&text, &text_size);
	if (!out)
		bail("no memory");
	json_init(&json, out, indent);
	return json;
}

static const char *finish(struct json *json)
{
	fclose(json->out);
	return text;
}

static void write_sample(struct json *json)
{
	json_object(json);
	json_field(json, "to", "db");
	json_key(json, "ports");
	json_array(json);
	json_int(json, 80);
	json_int(json, INT64_MIN);
	json_uint(json, UINT64_MAX);
	json_bool(json, true);
	json_null(json);
	json_string(json, NULL);
	json_object(json);
	json_end(json);
	json_array(json);
	json_end(json);
	json_end(json);
	json_end(json);
}

static void check_layout(void)
{
	struct json json = start(0);

	write_sample(&json);
	ok_str(finish(&json),
	       "{\"to\":\"db\",\"ports\":[80,-9223372036854775808,18446744073709551615,true,null,"
	       "null,{},[]]}",
	       "one line");
	json = start(2);
	write_sample(&json);
	ok_str(finish(&json),
	       "{\n"
	       "  \"to\": \"db\",\n"
	       "  \"ports\": [\n"
	       "    80,\n"
	       "    -9223372036854775808,\n"
	       "    18446744073709551615,\n"
	       "    true,\n"
	       "    null,\n"
	       "    null,\n"
	       "    {},\n"
	       "    []\n"
	       "  ]\n"
	       "}\n",
	       "over lines");
}

static const struct {
	const char *name;
	const char *value;
	const char *want;
} strings[] = {
	{"plain", "db", "\"db\""},
	{"empty", "", "\"\""},
	{"quotes and backslash", "a\"b\\c", "\"a\\\"b\\\\c\""},
	{"a slash stays", "a/b", "\"a/b\""},
	{"short escapes", "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	{"controls", "\x01\x1b\x7f", "\"\\u0001\\u001b\\u007f\""},
	{"UTF-8", "äß€😀", "\"äß€😀\""},
	{"a lone continuation byte", "a\x80z", "\"a\xef\xbf\xbdz\""},
	{"Latin-1", "caf\xe9", "\"caf\xef\xbf\xbd\""},
	{"overlong", "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
	{"a surrogate", "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
	{"cut short", "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
};

static const struct {
	double value;
	const char *want;
} doubles[] = {
	{0, "0"},
	{1.5, "1.5"},
	{0.1, "0.1"},
	{1e300, "1e+300"},
	{1.0 / 3, "0.3333333333333333"},
	{NAN, "null"},
	{INFINITY, "null"},
	{-INFINITY, "null"},
	{5e-324, "4.94065645841247e-324"},
};

static void check_values(void)
{
	for (size_t i = 0; i < N(strings); i++) {
		struct json json = start(0);

		json_string(&json, strings[i].value);
		ok_str(finish(&json), strings[i].want, "string: %s", strings[i].name);
	}
	for (size_t i = 0; i < N(doubles); i++) {
		struct json json = start(0);

		json_double(&json, doubles[i].value);
		ok_str(finish(&json), doubles[i].want, "double %s", doubles[i].want);
	}
}

static void check_depth(void)
{
	struct json json = start(0);

	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		json_array(&json);
	for (int i = 0; i < JSON_MAX_DEPTH; i++)
		json_end(&json);
	ok_int(strlen(finish(&json)), 2 * JSON_MAX_DEPTH, "as deep as it may be");
}

static void check_utf8_round_trip(void)
{
	int n_wrong = 0;

	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		uint32_t back = code + 1;
		char bytes[4];
		size_t size;

		if (code == 0xd800)
			code = 0xe000;
		size = utf8_encode(code, bytes);
		n_wrong += utf8_decode(bytes, size, &back) != size || back != code;
		n_wrong += size > 1 && utf8_decode(bytes, size - 1, NULL) != 0;
	}
	ok_int(n_wrong, 0, "every code point survives UTF-8, and none when cut short");
}

static void check_utf8_refused(void)
{
	static const char *const rows[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xed\xbf\xbf",
		"\xc3(",
		"\xe2(\xa1",
	};

	for (size_t i = 0; i < N(rows); i++)
		ok_int(utf8_decode(rows[i], strlen(rows[i]), NULL), 0, "broken sequence %zu", i);
}

int main(void)
{
	check_layout();
	check_values();
	check_depth();
	check_utf8_round_trip();
	check_utf8_refused();
	free(text);
	return tap_done();
}
