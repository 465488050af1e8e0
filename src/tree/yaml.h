/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML reader for one part of a text. Inside the module only. */
#pragma once

#include "tree/parse.h"

/* Whole documents without a byte order mark. */
struct tree_yaml_part {
	const char *text;
	size_t len;
	uint32_t line;   /* lines before it */
	uint32_t column; /* bytes before it on its first line */
};

/* Reads the part to its end, its first syntax error or a limit. */
void tree_yaml_read(const struct tree_input *input, const struct tree_yaml_part *part,
		    struct tree_parse *parse);
