/* SPDX-License-Identifier: Apache-2.0 */
#include "model/loader.h"

static const struct tree_node *keep(const struct tree_node *node, struct arena *arena,
				    struct hash_map *kept);

static void keep_items(struct tree_node *copy, struct arena *arena, struct hash_map *kept)
{
	struct tree_node **items = arena_alloc_n(arena, copy->len, sizeof(*items));

	for (uint32_t i = 0; i < copy->len; i++)
		items[i] = (struct tree_node *)keep(copy->items[i], arena, kept);
	copy->items = items;
}

static void keep_members(struct tree_node *copy, struct arena *arena, struct hash_map *kept)
{
	struct tree_member *members = arena_alloc_n(arena, copy->len, sizeof(*members));

	for (uint32_t i = 0; i < copy->len; i++) {
		members[i] = copy->members[i];
		members[i].value = (struct tree_node *)keep(members[i].value, arena, kept);
	}
	copy->members = members;
}

/* The map is exact and finite: the readers refuse recursive aliases. */
static const struct tree_node *keep(const struct tree_node *node, struct arena *arena,
				    struct hash_map *kept)
{
	uint64_t *place = hash_map_get(kept, hash_ptr(node));
	struct tree_node *copy;

	if (place)
		return (const struct tree_node *)(uintptr_t)*place;
	copy = arena_alloc(arena, sizeof(*copy));
	*copy = *node;
	if (node->kind == TREE_SEQ)
		keep_items(copy, arena, kept);
	else if (node->kind == TREE_MAP)
		keep_members(copy, arena, kept);
	else
		copy->text = arena_strndup(arena, node->text, node->len);
	*hash_map_put(kept, hash_ptr(node), NULL) = hash_ptr(copy);
	return copy;
}

const struct tree_node *model_tree_keep(const struct tree_node *root, struct arena *arena)
{
	struct hash_map kept = {0};
	const struct tree_node *copy = keep(root, arena, &kept);

	hash_map_release(&kept);
	return copy;
}
