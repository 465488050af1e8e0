/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/text.h"

#include "base/strbuf.h"
#include "base/utf8.h"

#include <string.h>

#define BLOCK \
	32 /* bytes looked at together; a constant, so that the compiler makes vectors of it */
#define SNIFF 512
#define BOM 0xfeff

void tree_cursor_init(struct tree_cursor *cursor, const char *text, size_t len)
{
	*cursor = (struct tree_cursor){.text = text, .len = len, .line = 1};
}

/* One character further; CR LF is one line break, as are CR and LF. */
static void step(struct tree_cursor *cursor)
{
	const char *text = cursor->text;
	size_t at = cursor->offset++;

	while (cursor->offset < cursor->len && ((unsigned char)text[cursor->offset] & 0xc0) == 0x80)
		cursor->offset++;
	cursor->n_chars++;
	if (text[at] == '\n' ||
	    (text[at] == '\r' && !(cursor->offset < cursor->len && text[cursor->offset] == '\n'))) {
		cursor->line++;
		cursor->line_start = cursor->offset;
	}
}

static struct tree_place here(const struct tree_cursor *cursor)
{
	return (struct tree_place){
		.line = cursor->line,
		.column = (uint32_t)(cursor->offset - cursor->line_start) + 1,
	};
}

struct tree_place tree_cursor_to_offset(struct tree_cursor *cursor, size_t offset)
{
	if (offset < cursor->offset)
		tree_cursor_init(cursor, cursor->text, cursor->len);
	while (cursor->offset < offset && cursor->offset < cursor->len)
		step(cursor);
	return here(cursor);
}

struct tree_place tree_cursor_to_char(struct tree_cursor *cursor, size_t n_chars)
{
	if (n_chars < cursor->n_chars)
		tree_cursor_init(cursor, cursor->text, cursor->len);
	while (cursor->n_chars < n_chars && cursor->offset < cursor->len)
		step(cursor);
	return here(cursor);
}

struct diag_span tree_place_span(const struct diag_file *file, struct tree_place place)
{
	return (struct diag_span){.file = file, .line = place.line, .column = place.column};
}

struct diag_span tree_offset_span(const struct diag_file *file, size_t offset)
{
	struct tree_cursor cursor;

	tree_cursor_init(&cursor, file->text, file->len);
	return tree_place_span(file, tree_cursor_to_offset(&cursor, offset));
}

size_t tree_bom_size(const char *text, size_t len)
{
	return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* What a text is told apart by: its first bytes. */
struct magic {
	const char *name;
	const char *bytes;
	size_t size;
};

/* Formats that people hand over by mistake. */
static const struct magic formats[] = {
	{"gzip", "\x1f\x8b", 2},  {"zip", "PK\x03\x04", 4},    {"zstd", "\x28\xb5\x2f\xfd", 4},
	{"xz", "\xfd\x37zXZ", 5}, {"bzip2", "BZh91AY&SY", 10}, {"ELF", "\x7f\x45LF", 4},
	{"PNG", "\x89PNG", 4},    {"PDF", "%PDF-", 5},
};

/* The longer marks first: UTF-32's starts with UTF-16's. */
static const struct magic encodings[] = {
	{"UTF-32 (little-endian)", "\xff\xfe\0\0", 4},
	{"UTF-32 (big-endian)", "\0\0\xfe\xff", 4},
	{"UTF-16 (little-endian)", "\xff\xfe", 2},
	{"UTF-16 (big-endian)", "\xfe\xff", 2},
};

static const char *find_magic(const struct diag_file *file, const struct magic *magic, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (file->len >= magic[i].size &&
		    memcmp(file->text, magic[i].bytes, magic[i].size) == 0)
			return magic[i].name;
	}
	return NULL;
}

#define FIND_MAGIC(file, table) find_magic((file), (table), sizeof(table) / sizeof((table)[0]))

static struct diag_span whole_file(const struct diag_file *file)
{
	return (struct diag_span){.file = file};
}

static bool check_magic(const struct diag_file *file, struct diag_list *diags)
{
	const char *format = FIND_MAGIC(file, formats);
	const char *encoding = FIND_MAGIC(file, encodings);
	struct diag *diag;

	if (format) {
		diag = diag_add(diags, DIAG_BH0009, whole_file(file),
				"this looks like %s, expected YAML or JSON text", format);
		if (strcmp(format, "gzip") == 0)
			diag_hint(diags, diag,
				  "unpack it first; a packed Helm chart: helm template CHART.tgz");
	} else if (encoding) {
		diag = diag_add(diags, DIAG_BH0003, whole_file(file),
				"the text is %s, expected UTF-8", encoding);
		diag_hint(diags, diag, "convert it: iconv -f %.6s -t UTF-8", encoding);
	}
	return !format && !encoding;
}

static bool is_control(unsigned char ch)
{
	return ch < 0x20 && ch != '\n' && ch != '\r' && ch != '\t';
}

/*
 * More than one in ten of the first bytes is no text, and it is not just a word in another
 * encoding.
 */
static bool looks_binary(const struct diag_file *file)
{
	size_t size = file->len < SNIFF ? file->len : SNIFF;
	size_t n_bad = 0;

	for (size_t i = 0; i < size;) {
		size_t n = utf8_decode(file->text + i, file->len - i, NULL);

		if (!n || is_control((unsigned char)file->text[i]))
			n_bad++;
		i += n ? n : 1;
	}
	return n_bad >= 8 && n_bad * 10 > size;
}

static void report_bad_byte(const struct diag_file *file, struct diag_list *diags, size_t at)
{
	unsigned char byte = (unsigned char)file->text[at];
	struct diag_span span = tree_offset_span(file, at);
	struct diag *diag;

	if (looks_binary(file)) {
		diag_add(diags, DIAG_BH0009, whole_file(file),
			 "this looks like binary data, expected YAML or JSON text");
		return;
	}
	span.len = 1;
	if (is_control(byte)) {
		diag_add(diags, DIAG_BH0003, span, "control character 0x%02x at byte offset %zu",
			 byte, at);
		return;
	}
	diag = diag_add(diags, DIAG_BH0003, span, "invalid UTF-8: byte 0x%02x at byte offset %zu",
			byte, at);
	diag_hint(diags, diag, "save the file as UTF-8, or convert it: iconv -f LATIN1 -t UTF-8");
}

/* Characters that YAML's grammar excludes and JSON's does not. */
static bool is_yaml_forbidden(uint32_t code)
{
	return (code >= 0x7f && code < 0xa0 && code != 0x85) || code == 0xfffe || code == 0xffff;
}

static void note_character(struct tree_text_facts *facts, uint32_t code, size_t at)
{
	facts->has_wide |= code >= 0x80 && code != BOM; /* YAML is read without its BOMs */
	facts->has_bom |= code == BOM && at > 0;
	if (is_yaml_forbidden(code) && !facts->has_forbidden) {
		facts->has_forbidden = true;
		facts->forbidden = at;
	}
}

static bool is_plain_block(const char *text)
{
	unsigned char odd = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		unsigned char ch = (unsigned char)text[i];

		odd |= (ch >= 0x7f) | ((ch < 0x20) & (ch != '\n') & (ch != '\r') & (ch != '\t'));
	}
	return !odd;
}

bool tree_text_check(const struct diag_file *file, struct diag_list *diags,
		     struct tree_text_facts *ret_facts)
{
	struct tree_text_facts facts = {0};
	size_t at = 0;

	if (!check_magic(file, diags))
		return false;
	while (at < file->len) {
		uint32_t code;
		size_t size;

		if (file->len - at >= BLOCK && is_plain_block(file->text + at)) {
			at += BLOCK;
			continue;
		}
		size = utf8_decode(file->text + at, file->len - at, &code);
		if (!size || is_control((unsigned char)file->text[at])) {
			report_bad_byte(file, diags, at);
			return false;
		}
		note_character(&facts, code, at);
		at += size;
	}
	*ret_facts = facts;
	return true;
}

static uint32_t utf16_unit(const char *text, bool is_big_endian)
{
	const unsigned char *bytes = (const unsigned char *)text;

	return is_big_endian ? (uint32_t)bytes[0] << 8 | bytes[1]
			     : (uint32_t)bytes[1] << 8 | bytes[0];
}

static bool append_utf16(struct strbuf *buf, const char *text, size_t len, bool is_big_endian)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t code = utf16_unit(text + i, is_big_endian);
		char bytes[4];

		if (code >= 0xd800 && code < 0xdc00 && i + 3 < len) {
			uint32_t low = utf16_unit(text + i + 2, is_big_endian);

			if (low < 0xdc00 || low >= 0xe000)
				return false;
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		}
		if (!code || (code >= 0xd800 && code < 0xe000))
			return false;
		strbuf_add(buf, bytes, utf8_encode(code, bytes));
	}
	return len % 2 == 0;
}

char *tree_utf8_from_utf16(const char *text, size_t len, size_t *ret_len)
{
	bool is_big_endian = len >= 2 && memcmp(text, "\xfe\xff", 2) == 0;
	bool is_little_endian = len >= 2 && memcmp(text, "\xff\xfe", 2) == 0;
	struct strbuf buf = {0};

	if (!is_big_endian && !is_little_endian)
		return NULL;
	strbuf_add(&buf, "", 0);
	if (!append_utf16(&buf, text + 2, len - 2, is_big_endian)) {
		strbuf_release(&buf);
		return NULL;
	}
	*ret_len = buf.len;
	return buf.text;
}
