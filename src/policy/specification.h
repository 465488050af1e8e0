/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the specifications say where a CNI reads a policy in its own way.
 *
 * Only kinds with a specification of their own (NetworkPolicy, policy.networking.k8s.io) can be read
 * in two ways, and only those are compared that the CNI evaluates. They keep their place among the
 * others: how policies combine is the CNI's business in both.
 */
#pragma once

#include "policy/ir.h"

/*
 * The set with such policies read by their specification; NULL when that changes none of them.
 * Then `ret_is_other` has, for each policy of the set, whether it is another one there.
 */
struct policy_set *policy_set_by_specification(struct model_snapshot *snapshot,
					       const struct policy_set *set,
					       const struct policy_options *options,
					       bool **ret_is_other);
