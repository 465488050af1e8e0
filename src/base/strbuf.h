/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing text on the heap; all-zero is empty. `text` is NUL-terminated once something was added.
 */
#pragma once

#include <stddef.h>

struct strbuf {
	char *text;
	size_t len;
	size_t cap;
};

void strbuf_release(struct strbuf *buf);
void strbuf_clear(struct strbuf *buf);
void strbuf_add(struct strbuf *buf, const void *data, size_t len);
void strbuf_addstr(struct strbuf *buf, const char *text);
void strbuf_addch(struct strbuf *buf, char ch);
void strbuf_printf(struct strbuf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The text, "" when nothing was added; valid until the next change. */
const char *strbuf_str(const struct strbuf *buf);
