/* SPDX-License-Identifier: Apache-2.0 */
/* metav1.ObjectMeta of a policy object: only checked (ValidateObjectMeta); its names are the model's. */
#pragma once

#include "policy/schema.h"

extern const struct policy_schema policy_schema_metadata;

/* `node` may be NULL: no metadata at all. */
void policy_metadata_check(struct policy_reader *reader, const struct tree_node *node);
