/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Isolation by NetworkPolicy is per direction here. "v1.NetworkPolicy always makes a final decision for
 * selected pods" may be read per pod instead: whatever it selects a pod for, the Baseline tier is not
 * asked in either direction. This finds where the two readings answer differently.
 */
#pragma once

#include "compile/world.h"

struct analyze_reading {
	const struct policy
		*policy; /* a NetworkPolicy that selects the pod for the other direction */
	const struct policy_rule *rule; /* that denies something here; NULL: no difference */
};

void analyze_per_pod_reading(struct compile_world *world, uint32_t subject_class,
			     enum policy_direction direction, struct analyze_reading *ret);
