/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One attempt to read a text in one language. A text may get two: what starts as JSON and is not is
 * YAML.
 *
 * Inside the module only.
 */
#pragma once

#include "tree/text.h"
#include "tree/tree.h"

#include "base/vec.h"

/* What is read; the same for every attempt. */
struct tree_input {
	const struct diag_file *file;
	const struct tree_limits *limits;
	struct arena *arena;
	struct intern *intern;
	struct tree_text_facts facts;
};

struct tree_parse {
	struct diag_list diags;
	VEC(struct tree_node *) roots; /* complete documents, in order */
	bool is_stopped;               /* a limit was hit */
	bool is_malformed;             /* a syntax error, at error_place */
	struct tree_place error_place;
};

/* Both append to the parse's roots and diagnostics. */
void tree_parse_json(const struct tree_input *input, struct tree_parse *parse);
void tree_parse_yaml(const struct tree_input *input, struct tree_parse *parse);
