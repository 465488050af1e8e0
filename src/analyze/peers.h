/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peers of rules that are pods, each once, and what several of them select together.
 *
 * A class of pods is what one subset of the peers selects. There may be 2^n of them, so the subsets
 * are tried from the small to the large, up to PEERS_MAX_COMBINED that some labels can satisfy.
 */
#pragma once

#include "base/vec.h"
#include "policy/ir.h"

#define PEERS_MAX_COMBINED 100
#define PEERS_MAX_TRIES 20000

struct peer_list {
	struct policy_pods *items; /* the peers of rules, then their conjunctions */
	size_t n;
	size_t cap;
};

/* Whether a pod can be both; in one namespace by name, if one of them says so. In the snapshot's arena. */
bool peers_meet(struct model_snapshot *snapshot, const struct policy_pods *a,
		const struct policy_pods *b, struct policy_pods *ret);

/* Requirements are in the snapshot's arena. False: there may be more conjunctions than were tried. */
bool peers_collect(struct model_snapshot *snapshot, const struct policy_set *policies,
		   struct peer_list *ret);
