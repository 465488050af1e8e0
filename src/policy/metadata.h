/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metav1.ObjectMeta of a policy object, which is only checked (ValidateObjectMeta). `model`
 * has checked its name and namespace.
 */
#pragma once

#include "policy/schema.h"

extern const struct policy_schema policy_schema_metadata;

void policy_metadata_check(struct policy_reader *reader, const struct tree_node *node);
