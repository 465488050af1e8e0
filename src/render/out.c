/* SPDX-License-Identifier: Apache-2.0 */
#include "render/out.h"

#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>

void out_init(struct out *out)
{
	*out = (struct out){.buffer = vec_grow(NULL, &(size_t){0}, OUT_SIZE, 1)};
}

void out_flush(struct out *out)
{
	fwrite(out->buffer, 1, out->n, stdout);
	out->n = 0;
}

void out_add_long(struct out *out, const char *text, size_t len)
{
	out_flush(out);
	if (len > OUT_SIZE)
		fwrite(text, 1, len, stdout);
	else
		out_add(out, text, len);
}

void out_finish(struct out *out)
{
	out_flush(out);
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
