/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/world.h"

#include "compile/internal.h"

#include <stdlib.h>

static void init_scratch(struct compile_world *world)
{
	const size_t n = world->peer_classes.n;

	bitset_init(&world->undecided, n);
	bitset_init(&world->held, n);
	bitset_init(&world->matched, n);
	bitset_init(&world->mesh_allowed, n);
	world->trail_of = calloc(n, sizeof(*world->trail_of));
	if (!world->trail_of)
		abort();
	keyset_intern(&world->trails, NULL, 0, NULL);
}

struct compile_world *compile_world_new(const struct model_snapshot *snapshot,
					const struct policy_set *policies,
					struct model_pod *const *pods, size_t n_pods)
{
	struct compile_world *world = calloc(1, sizeof(*world));

	if (!world)
		abort();
	world->snapshot = snapshot;
	world->set = policies;
	arena_init(&world->arena);
	world_find_subjects(world, pods, n_pods);
	world_find_terms(world);
	world_find_peers(world);
	init_scratch(world);
	return world;
}

static void release_scratch(struct compile_world *world)
{
	bitset_release(&world->undecided);
	bitset_release(&world->held);
	bitset_release(&world->matched);
	bitset_release(&world->mesh_allowed);
	compile_row_release(&world->network_row);
	compile_row_release(&world->mesh_row);
	free(world->trail_of);
	keyset_release(&world->trails);
}

void compile_world_free(struct compile_world *world)
{
	if (!world)
		return;
	release_scratch(world);
	world_release_ports(world);
	world_release_peers(world);
	groups_release(&world->subjects);
	free(world->class_of_group);
	vec_release(&world->classes);
	vec_release(&world->rules);
	arena_release(&world->arena);
	free(world);
}
