/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4), as Secrets have their data. */
#include "scan/check.h"

#include <string.h>

/* 0 to 63, or -1. */
static int value_of(char ch)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = ch ? strchr(digits, ch) : NULL;

	return at ? (int)(at - digits) : -1;
}

const char *scan_base64(const char *text, struct arena *arena)
{
	char *ret = arena_alloc(arena, strlen(text) / 4 * 3 + 4);
	uint32_t bits = 0, n_bits = 0;
	size_t n = 0;

	for (; *text && *text != '='; text++) {
		if (*text == '\n' || *text == '\r')
			continue;
		if (value_of(*text) < 0)
			return NULL;
		bits = bits << 6 | (uint32_t)value_of(*text);
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		ret[n++] = (char)(bits >> n_bits);
		if (ret[n - 1] == '\0')
			return NULL;
	}
	ret[n] = '\0';
	return ret;
}
