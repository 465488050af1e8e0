/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The type of a scalar, as sigs.k8s.io/yaml gives it (goyaml.v2/resolve.go): YAML 1.1's words for
 * booleans (y, yes, on …), Go's integer literals with underscores, no base 60, timestamps stay
 * strings.
 *
 * Inside the module only.
 */
#pragma once

#include "tree/tree.h"

/* Sets kind, value and is_big of a plain scalar from its text (`node->text`, `node->len`). */
void tree_resolve_plain(struct tree_node *node);

/* The same for a JSON number, whose grammar was checked: an integer, or a float. */
void tree_resolve_json_number(struct tree_node *node);

#define TREE_KEY_TEXT_SIZE 32

/*
 * A scalar as the key that Kubernetes' reader makes of it: 0x50 becomes "80", yes "true", 1.10
 * "1.1". Sets *ret_len; uses `buf` where the text changes. NULL: null is no key.
 */
const char *tree_key_text(const struct tree_node *scalar, char buf[TREE_KEY_TEXT_SIZE],
			  size_t *ret_len);
