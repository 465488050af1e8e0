/* SPDX-License-Identifier: Apache-2.0 */
/* What libyaml says about a syntax error, in words for the user. Inside the module only. */
#pragma once

#include "tree/text.h"

#include <yaml.h>

struct tree_yaml_error {
	enum diag_code code;
	const char *message;
	const char *hint;    /* or NULL */
	bool is_at_context;  /* where the broken thing starts says more than where it was noticed */
	const char *related; /* what starts at the context, or NULL */
};

/* `text` is what the parser was given. */
struct tree_yaml_error tree_yaml_error(const yaml_parser_t *parser, const char *text, size_t len);

/* An unrendered template: a line up to the place starts with "{{", or the place's line has one. */
bool tree_looks_like_template(const char *text, size_t len, uint32_t line);
