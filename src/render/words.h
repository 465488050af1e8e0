/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts made once and written many times: the names of a map's endpoints and its port sets, in the
 * form that one output format wants. Made when first asked for.
 */
#pragma once

#include "base/strbuf.h"
#include "base/vec.h"

#include <stdint.h>
#include <stdio.h>

/* Writes the text of item `number`. */
typedef void (*words_fn)(const void *arg, uint32_t number, FILE *out);

struct words {
	words_fn write;
	const void *arg;
	struct strbuf text;
	VEC(struct {
		size_t at; /* + 1; 0: not made yet */
		size_t len;
	})
	items;
};

void words_init(struct words *words, words_fn write, const void *arg);
void words_release(struct words *words);

/* The text of an item, valid until the next one is asked for; not NUL-terminated. */
const char *words_get(struct words *words, uint32_t number, size_t *ret_len);
