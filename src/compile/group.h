/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label groups: pods that no selector and no port name can tell apart (same namespace, service
 * account, labels and declared ports, all or none in the mesh), with an inverted index from labels to groups.
 *
 * Selectors are evaluated once per group of the shortest posting list that can hold a match, never
 * once per pod. Host-network pods are in no group. Borrows the pods; heap memory.
 */
#pragma once

#include "base/keyset.h"
#include "base/vec.h"
#include "model/model.h"
#include "policy/ir.h"

#include <stdint.h>

#define GROUP_NONE UINT32_MAX

struct group_list {
	uint32_t *ids;
	size_t n;
	size_t cap;
};

struct groups {
	const struct model_snapshot *snapshot;
	const struct model_pod **examples; /* by group: one of its pods */
	size_t n, cap;
	uint32_t *of_pod; /* by pod index; GROUP_NONE: not one of the pods given, or host-network */
	struct keyset tokens;  /* (key, value), (key, NULL) and (NULL, namespace) pairs */
	uint32_t *posting_end; /* by token: where its run in postings ends and the next starts */
	uint32_t *postings;    /* group ids, ascending in each run */
};

void groups_init(struct groups *groups, const struct model_snapshot *snapshot,
		 struct model_pod *const *pods, size_t n_pods);
void groups_release(struct groups *groups);

/* The groups whose pods are matched, ascending; replaces what is in `ret`. */
void groups_match(const struct groups *groups, const struct policy_pods *pods,
		  struct group_list *ret);
