/* SPDX-License-Identifier: Apache-2.0 */
/* A node tree as YAML text again. */
#pragma once

#include "tree/tree.h"

struct strbuf;

/* After what introduces it: "---" or "key:". The text ends with a newline. */
void tree_write(struct strbuf *out, const struct tree_node *node);

bool tree_is_container(const struct tree_node *node);

/* Item or member number `i` of a container. */
struct tree_node *tree_child(const struct tree_node *node, uint32_t i);
