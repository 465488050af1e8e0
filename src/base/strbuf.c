/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strbuf.h"

#include "base/vec.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void strbuf_release(struct strbuf *buf)
{
	free(buf->text);
	*buf = (struct strbuf){0};
}

void strbuf_clear(struct strbuf *buf)
{
	buf->len = 0;
	if (buf->text)
		buf->text[0] = '\0';
}

static void reserve(struct strbuf *buf, size_t len)
{
	size_t size;

	if (__builtin_add_overflow(buf->len, len, &size) || __builtin_add_overflow(size, 1, &size))
		abort();
	if (size > buf->cap)
		buf->text = vec_grow(buf->text, &buf->cap, size, 1);
}

void strbuf_add(struct strbuf *buf, const void *data, size_t len)
{
	reserve(buf, len);
	if (len)
		memcpy(buf->text + buf->len, data, len);
	buf->len += len;
	buf->text[buf->len] = '\0';
}

void strbuf_addstr(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_addch(struct strbuf *buf, char ch)
{
	strbuf_add(buf, &ch, 1);
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	assert(len >= 0);

	reserve(buf, (size_t)len);
	va_start(args, format);
	vsnprintf(buf->text + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

const char *strbuf_str(const struct strbuf *buf)
{
	return buf->text ? buf->text : "";
}
