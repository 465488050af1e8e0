/* SPDX-License-Identifier: Apache-2.0 */
#include "model/labels.h"

#include <stdlib.h>
#include <string.h>

const char *model_label_get(const struct model_labels *labels, const char *key)
{
	for (uint32_t i = 0; i < labels->n; i++)
		if (labels->items[i].key == key)
			return labels->items[i].value;
	return NULL;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(((const struct model_label *)a)->key, ((const struct model_label *)b)->key);
}

void model_labels_sort(struct model_label *items, uint32_t n)
{
	if (n > 1)
		qsort(items, n, sizeof(*items), compare_keys);
}

struct model_labels model_labels_with(const struct model_labels *labels, struct arena *arena,
				      const char *key, const char *value)
{
	struct model_label *items = arena_alloc_n(arena, labels->n + 1, sizeof(*items));
	uint32_t n = 0;

	for (uint32_t i = 0; i < labels->n; i++)
		if (labels->items[i].key != key)
			items[n++] = labels->items[i];
	items[n++] = (struct model_label){.key = key, .value = value};
	model_labels_sort(items, n);
	return (struct model_labels){.items = items, .n = n};
}
