/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/diff.h"

#include "analyze/diff_build.h"

static void build_map(struct diff_builder *builder, enum analyze_diff_side side)
{
	struct analyze_diff *diff = builder->diff;
	const struct analyze_diff_options *options = &diff->options;
	struct analyze_cluster *cluster = options->clusters[side];
	const struct analyze_map_options map_options = {
		.has_ingress = options->clusters[ANALYZE_OLD]->snapshot->n_routes ||
			       options->clusters[ANALYZE_NEW]->snapshot->n_routes,
		.ingress_controller = options->ingress_controllers[side],
		.peers = &diff->peers,
	};

	analyze_hypotheticals_add(&diff->peers, cluster->snapshot);
	analyze_map_build(&diff->maps[side], cluster, &map_options, builder->diags);
}

static void count_pair(void *arg, const struct analyze_diff_pair *pair)
{
	struct analyze_diff *diff = arg;
	const struct analyze_diff_ports *ports = &pair->change->ports;

	if (ports->ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE)
		diff->counts.added++;
	else if (ports->ports[ANALYZE_NEW] == ANALYZE_PORTS_NONE)
		diff->counts.removed++;
	else
		diff->counts.changed++;
	if (ports->gained == ANALYZE_PORTS_NONE)
		return;
	diff->counts.gained++;
	diff->counts.widened += !pair->is_new;
	diff->counts.internet += analyze_diff_is_exposure(diff, pair) &&
				 !analyze_diff_is_meant(diff, pair);
}

void analyze_diff_build(struct analyze_diff *ret, const struct analyze_diff_options *options,
			struct diag_list *diags)
{
	struct diff_builder builder = {.diff = ret, .diags = diags};

	*ret = (struct analyze_diff){.options = *options};
	arena_init(&ret->arena);
	diff_make_peers(&builder);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		build_map(&builder, side);
	ret->sets = &ret->maps[ANALYZE_NEW].sets;
	diff_make_endpoints(&builder);
	diff_make_changes(&builder);
	diff_make_outside(&builder);
	for (size_t i = 0; i < ret->changes.n; i++)
		analyze_diff_unfold(ret, &ret->changes.items[i], count_pair, ret);
	keyset_release(&builder.groups);
	keyset_release(&builder.ports);
	vec_release(&builder.translated);
	vec_release(&builder.known);
}

void analyze_diff_release(struct analyze_diff *diff)
{
	for (size_t i = 0; i < diff->groups.n; i++)
		vec_release(&diff->groups.items[i].endpoints);
	vec_release(&diff->groups);
	vec_release(&diff->endpoints);
	vec_release(&diff->changes);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_map_release(&diff->maps[side]);
	analyze_hypotheticals_release(&diff->peers);
	arena_release(&diff->arena);
}

bool analyze_diff_is_exposure(const struct analyze_diff *diff, const struct analyze_diff_pair *pair)
{
	if (pair->change->ports.gained == ANALYZE_PORTS_NONE || pair->to == ANALYZE_MAP_OUTSIDE)
		return false;
	return pair->from == ANALYZE_MAP_OUTSIDE ? pair->change->is_internet
						 : diff->endpoints.items[pair->from].is_ingress;
}

bool analyze_diff_is_meant(const struct analyze_diff *diff, const struct analyze_diff_pair *pair)
{
	return analyze_diff_is_exposure(diff, pair) && diff->endpoints.items[pair->to].is_exposed;
}

bool analyze_diff_is_sensitive(const struct analyze_diff *diff,
			       const struct analyze_diff_pair *pair)
{
	return pair->change->ports.ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE &&
	       pair->to != ANALYZE_MAP_OUTSIDE && diff->endpoints.items[pair->to].sensitivity;
}
