/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Untrusted text where people read it: controls (line breaks too), the marks that reorder text on a
 * terminal so that it reads as what it is not, and bytes that are not UTF-8 are written as \xNN.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"

#include <stddef.h>
#include <stdio.h>

/* Appends one character. Returns how many bytes of the text it took; *ret_columns gets its width. */
size_t plain_add_char(struct strbuf *buf, const char *text, size_t len, size_t *ret_columns);

void plain_add(struct strbuf *buf, const char *text, size_t len);
void plain_fputs(const char *text, FILE *out);

/* The text itself where there is nothing to escape. */
const char *plain_text(struct arena *arena, const char *text);
