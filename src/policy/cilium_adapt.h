/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Cilium makes of Kubernetes' own policies, where that is not what Kubernetes says:
 * docs/semantics.md.
 */
#pragma once

#include "policy/schema.h"

/* Whether Cilium enforces the policies. */
bool cilium_enforces(const struct policy_reader *reader);

/* The syntax of keys in selectors of pods, which under Cilium may have a source: "reserved:host". */
model_syntax_fn cilium_pod_key_syntax(const struct policy_reader *reader);

/*
 * Takes a policy as Cilium does, if that enforces: blocks match neither pods nor nodes, labels count
 * only if they are of identities, and a rule may keep out what a pod's own node sends. (Rules that
 * `policyTypes` does not name count too: policy/networkpolicy.c.)
 */
void cilium_adapt(struct policy_reader *reader, struct policy *policy);
