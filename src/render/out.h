/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A big buffer before stdout, for results of a hundred thousand lines: text that is known is
 * copied, not formatted. Nothing else may write to stdout between out_init() and out_finish().
 */
#pragma once

#include "base/ip.h"

#include <stddef.h>
#include <string.h>

#define OUT_SIZE (256u << 10)

struct out {
	char *buffer;
	size_t n;
};

void out_init(struct out *out);

/* Writes what is left and releases the buffer. */
void out_finish(struct out *out);

/* What does not fit into the buffer any more: for out_add(). */
void out_add_long(struct out *out, const char *text, size_t len);

static inline void out_add(struct out *out, const char *text, size_t len)
{
	if (len > OUT_SIZE - out->n) {
		out_add_long(out, text, len);
		return;
	}
	memcpy(out->buffer + out->n, text, len);
	out->n += len;
}

#define out_literal(out, text) out_add((out), "" text, sizeof(text) - 1)

/* "ip:10.0.0.0-10.0.0.255", which is how results name addresses outside. */
void out_add_range(struct out *out, const struct ip_range *range);

/* What `fn` writes to stdout, in place of writing it; on the heap. */
char *out_capture(void (*fn)(void *arg), void *arg, size_t *ret_len);
