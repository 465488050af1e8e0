/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two readings of one object mean the same. */
#pragma once

#include "policy/ir.h"

/* Whom they select, what they isolate, and their rules; not where they stand in a set. */
bool policy_equal(const struct policy *a, const struct policy *b);
