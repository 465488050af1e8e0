/* SPDX-License-Identifier: Apache-2.0 */
/* Policies without effect (policy_set.idle). */
#pragma once

#include "policy/ir.h"

/* A warning (BH0207) for each kind and reason, with how many they are. */
void policy_idle_report(const struct policy_set *set, struct diag_list *diags);
