/* SPDX-License-Identifier: Apache-2.0 */
#include "base/vec.h"

#include <stdint.h>

void *vec_grow(void *items, size_t *cap, size_t n, size_t item_size)
{
	size_t new_cap = *cap < SIZE_MAX / 2 ? *cap * 2 : n;
	size_t size;

	if (new_cap < n)
		new_cap = n;
	if (new_cap < 8)
		new_cap = 8;
	if (__builtin_mul_overflow(new_cap, item_size, &size))
		abort();
	items = realloc(items, size);
	if (!items)
		abort();
	*cap = new_cap;
	return items;
}
