/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts made once and written many times: the names of a map's endpoints and its port sets, in the
 * form that one output format wants. Made when first asked for.
 */
#pragma once

#include "base/strbuf.h"
#include "base/vec.h"
#include "render/out.h"

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

/* Writes the text of an item. */
void words_add(struct words *words, uint32_t number, struct out *out);
