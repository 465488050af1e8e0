/* SPDX-License-Identifier: Apache-2.0 */
#include "base/plain.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

static bool is_plain(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	return !(code == 0x061c || code == 0x200e || code == 0x200f ||
		 (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
		 code == 0xfeff || (code & 0xfffe) == 0xfffe);
}

size_t plain_add_char(struct strbuf *buf, const char *text, size_t len, size_t *ret_columns)
{
	uint32_t code;
	size_t size = utf8_decode(text, len, &code);

	if (size && is_plain(code)) {
		strbuf_add(buf, text, size);
		*ret_columns = 1;
		return size;
	}
	if (!size)
		size = 1;
	for (size_t i = 0; i < size; i++)
		strbuf_printf(buf, "\\x%02x", (unsigned char)text[i]);
	*ret_columns = 4 * size;
	return size;
}

void plain_add(struct strbuf *buf, const char *text, size_t len)
{
	size_t columns;

	for (size_t i = 0; i < len;)
		i += plain_add_char(buf, text + i, len - i, &columns);
}

void plain_fputs(const char *text, FILE *out)
{
	struct strbuf buf = {0};

	plain_add(&buf, text, strlen(text));
	fputs(strbuf_str(&buf), out);
	strbuf_release(&buf);
}

const char *plain_text(struct arena *arena, const char *text)
{
	struct strbuf buf = {0};
	const char *ret = text;

	plain_add(&buf, text, strlen(text));
	if (buf.len != strlen(text))
		ret = arena_strdup(arena, strbuf_str(&buf));
	strbuf_release(&buf);
	return ret;
}
