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
	uint32_t *items;
	size_t n;
	size_t cap;
};

struct groups {
	const struct model_snapshot *snapshot;
	bool by_node; /* pods of different nodes are told apart */
	const struct policy_peer *const
		*blocks; /* and pods in and out of these, by their addresses */
	size_t n_blocks;
	const struct model_pod **examples; /* by group: one of its pods */
	size_t n, cap;
	uint32_t *of_pod; /* by pod index; GROUP_NONE: not one of the pods given, or host-network */
	struct keyset tokens;  /* (key, value), (key, NULL) and (NULL, namespace) pairs */
	uint32_t *posting_end; /* by token: where its run in postings ends and the next starts */
	uint32_t *postings;    /* group ids, ascending in each run */
};

/* With the members up to `n_blocks` set, and all others 0. */
void groups_init(struct groups *groups, struct model_pod *const *pods, size_t n_pods);
void groups_release(struct groups *groups);

/* The groups whose pods are matched, ascending; replaces what is in `ret`. */
void groups_match(const struct groups *groups, const struct policy_pods *pods,
		  struct group_list *ret);

/* The same for the subject of a policy, which may be a tree. */
void groups_match_subject(const struct groups *groups, const struct policy_peer *subject,
			  struct group_list *ret);
