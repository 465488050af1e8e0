/* SPDX-License-Identifier: Apache-2.0 */
/* The outermost mapping of a policy object, which is alike in most APIs. */
#pragma once

#include "policy/schema.h"

extern const struct policy_schema policy_schema_root;

/*
 * Checks it and the metadata in it. Its spec, or NULL: absent, null (which are an error when it is
 * needed), or of a wrong type.
 */
const struct tree_node *policy_root_read(struct policy_reader *reader, bool needs_spec);
