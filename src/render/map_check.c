/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include <stdio.h>

static void write_stale(const struct analyze_stale *stale)
{
	printf("%s %s → %s   ", !stale->before ? "+" : (stale->after ? "~" : "-"), stale->from,
	       stale->to);
	fputs(stale->after ? stale->after : stale->before, stdout);
	if (stale->before && stale->after)
		printf(", was %s", stale->before);
	if (*stale->conditions)
		printf("   if %s", stale->conditions);
	putchar('\n');
}

void render_map_check(const struct analyze_map_check *check)
{
	for (size_t i = 0; i < check->added.n; i++)
		printf("+ %s\n", check->added.items[i]);
	for (size_t i = 0; i < check->removed.n; i++)
		printf("- %s\n", check->removed.items[i]);
	for (size_t i = 0; i < check->stale.n; i++)
		write_stale(&check->stale.items[i]);
}
