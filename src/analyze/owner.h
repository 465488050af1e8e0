/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers for an object, by its annotations, then its labels. */
#pragma once

#include "tree/tree.h"

/* bulkhead.dev/owner, owner, team; NULL: nobody is named. */
const char *analyze_owner(const struct tree_node *root);
