/* SPDX-License-Identifier: Apache-2.0 */
/* The groups that a tree of pod selectors makes. */
#include "compile/group.h"

#include "base/bitset.h"

#include <assert.h>

/* All pods of a group are in the block, or none is: it is one that the groups were made by. */
static void match_block(const struct groups *groups, const struct policy_peer *leaf,
			struct bitset *ret)
{
	for (size_t group = 0; group < groups->n; group++)
		if (policy_subject_matches(leaf, groups->examples[group]))
			bitset_set(ret, group);
}

static void match_leaf(const struct groups *groups, const struct policy_peer *leaf,
		       struct bitset *ret)
{
	struct group_list list = {0};

	if (leaf->kind == POLICY_PEER_CIDR) {
		match_block(groups, leaf, ret);
		return;
	}
	assert(leaf->kind == POLICY_PEER_PODS);
	groups_match(groups, &leaf->pods, &list);
	for (size_t i = 0; i < list.n; i++)
		bitset_set(ret, list.items[i]);
	free(list.items);
}

/* `ret` comes empty. */
static void match_tree(const struct groups *groups, const struct policy_peer *tree,
		       struct bitset *ret)
{
	struct bitset part;

	if (!policy_peer_is_tree(tree)) {
		match_leaf(groups, tree, ret);
		return;
	}
	if (tree->kind != POLICY_PEER_ANY_OF)
		bitset_fill(ret);
	bitset_init(&part, groups->n);
	for (uint32_t i = 0; i < tree->n_parts; i++) {
		bitset_zero(&part);
		match_tree(groups, &tree->parts[i], &part);
		if (tree->kind == POLICY_PEER_ALL_OF)
			bitset_and(ret, &part);
		else if (tree->kind == POLICY_PEER_ANY_OF)
			bitset_or(ret, &part);
		else
			bitset_andnot(ret, &part);
	}
	bitset_release(&part);
}

void groups_match_subject(const struct groups *groups, const struct policy_peer *subject,
			  struct group_list *ret)
{
	struct bitset matches;

	if (subject->kind == POLICY_PEER_PODS) {
		groups_match(groups, &subject->pods, ret);
		return;
	}
	ret->n = 0;
	bitset_init(&matches, groups->n);
	match_tree(groups, subject, &matches);
	bitset_for_each(group, &matches) vec_push(ret, group);
	bitset_release(&matches);
}
