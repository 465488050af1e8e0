/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Cilium makes of a NetworkPolicy, where that is not what Kubernetes says: docs/semantics.md.
 */
#pragma once

#include "policy/frontend.h"

/* Whether Cilium enforces the policies. */
bool cilium_enforces(const struct policy_reader *reader);

/*
 * Takes a policy as Cilium does: blocks match neither pods nor nodes, and labels count only if they
 * are of identities. (Rules that `policyTypes` does not name count too: policy/networkpolicy.c.)
 */
void cilium_networkpolicy_adapt(const struct policy_reader *reader, struct policy *policy);
