/* SPDX-License-Identifier: Apache-2.0 */
/* Reading PolicyTest objects; only for the module. */
#pragma once

#include "policy/schema.h"
#include "suite/suite.h"

/*
 * From or to of a test: an endpoint, or a mapping that says which pods. With problems reported `ret`
 * holds what could be read.
 */
void suite_read_peer(struct policy_reader *reader, const struct tree_node *node,
		     struct suite_peer *ret);

extern const struct policy_schema suite_schema_peer;

/* The syntax of texts that only must not be empty. */
const char *suite_any_text(const char *text, size_t len);
