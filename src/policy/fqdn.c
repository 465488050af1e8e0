/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/fqdn.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LEN_MAX 255

static bool is_made_of(const char *text, size_t len, const char *others)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(others, text[i]))
			return false;
	return true;
}

const char *policy_fqdn_name(const char *text, size_t len)
{
	if (len > LEN_MAX)
		return "must have at most 255 characters";
	return is_made_of(text, len, ".-_") ? NULL
					    : "must have only letters, digits, '.', '-' and '_'";
}

const char *policy_fqdn_pattern(const char *text, size_t len)
{
	if (len > LEN_MAX)
		return "must have at most 255 characters";
	return is_made_of(text, len, ".-_*")
		       ? NULL
		       : "must have only letters, digits, '.', '-', '_' and '*'";
}
