/* SPDX-License-Identifier: Apache-2.0 */
/* How texts begin and end. */
#pragma once

#include <stdbool.h>
#include <string.h>

/* What comes behind `start`; NULL when the text begins otherwise. */
static inline const char *text_behind(const char *text, const char *start)
{
	const size_t len = strlen(start);

	return strncmp(text, start, len) == 0 ? text + len : NULL;
}

static inline bool text_ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}
