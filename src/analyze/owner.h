/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers for an object, by its annotations, then its labels. */
#pragma once

#include "model/model.h"
#include "tree/tree.h"

/* bulkhead.dev/owner, owner, team; NULL: nobody is named. */
const char *analyze_owner(const struct tree_node *root);

/* The owner of each namespace that the input declares; of a snapshot with manifests. */
typedef void (*analyze_owner_fn)(void *arg, const struct model_namespace *ns, const char *owner);
void analyze_owners_each(const struct model_snapshot *snapshot, analyze_owner_fn fn, void *arg);
