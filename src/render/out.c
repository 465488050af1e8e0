/* SPDX-License-Identifier: Apache-2.0 */
#include "render/out.h"

#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>

void out_init(struct out *out)
{
	*out = (struct out){.buffer = vec_grow(NULL, &(size_t){0}, OUT_SIZE, 1)};
}

static void flush(struct out *out)
{
	fwrite(out->buffer, 1, out->n, stdout);
	out->n = 0;
}

void out_add_long(struct out *out, const char *text, size_t len)
{
	flush(out);
	if (len > OUT_SIZE)
		fwrite(text, 1, len, stdout);
	else
		out_add(out, text, len);
}

void out_add_range(struct out *out, const struct ip_range *range)
{
	char first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];

	ip_format(&range->first, first);
	ip_format(&range->last, last);
	out_literal(out, "ip:");
	out_add(out, first, strlen(first));
	out_literal(out, "-");
	out_add(out, last, strlen(last));
}

void out_finish(struct out *out)
{
	flush(out);
	free(out->buffer);
}

/* The GNU C library lets a program assign its streams. */
char *out_capture(void (*fn)(void *arg), void *arg, size_t *ret_len)
{
	FILE *const real = stdout;
	char *text = NULL;

	stdout = open_memstream(&text, ret_len);
	if (!stdout)
		abort();
	fn(arg);
	fclose(stdout);
	stdout = real;
	return text;
}
