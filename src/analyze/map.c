/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/map.h"

#include "analyze/interest.h"
#include "analyze/map_build.h"
#include "base/strbuf.h"

static void make_masks(struct map_builder *builder)
{
	static const uint8_t others[ANALYZE_MAP_FAMILIES] = {PORT_ICMPV6, PORT_ICMP};

	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		struct port_set set = {0};

		for (int space = 0; space < PORT_N_SPACES; space++)
			if (space != others[family])
				port_set_add(&set, (struct port_range){(uint8_t)space, 0,
								       port_space_last(space)});
		builder->map->masks[family] = analyze_portsets_add(&builder->map->sets, &set);
		port_set_release(&set);
	}
}

static void builder_release(struct map_builder *builder)
{
	map_rows_release(&builder->rows);
	keyset_release(&builder->columns);
	vec_release(&builder->column_peer);
	keyset_release(&builder->groups);
	hash_map_release(&builder->outside);
}

static bool has_host_network(const struct analyze_map *map)
{
	for (size_t i = 0; i < map->endpoints.n; i++)
		if (map->endpoints.items[i].host_network)
			return true;
	return false;
}

static bool has_host_anywhere(const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		if (snapshot->pods[i]->host_network && snapshot->pods[i]->n_ips == 0)
			return true;
	return false;
}

static bool has_unplaced_pod(const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		if (!snapshot->pods[i]->node)
			return true;
	return false;
}

static bool asks_namespace_labels(const struct policy_set *policies)
{
	struct analyze_interest interest = {0};

	for (uint32_t i = 0; i < policies->n_policies; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			analyze_interest_add(&interest, policies->policies[i], direction);
	return interest.in_namespace_labels;
}

/* The namespaces of endpoints that the input does not declare. */
static void assume_namespaces(struct analyze_map *map)
{
	const char *last = NULL;
	struct strbuf names = {0};
	uint32_t n = 0;

	for (size_t i = 0; i < map->endpoints.n; i++) {
		const struct analyze_map_endpoint *endpoint = &map->endpoints.items[i];

		if (endpoint->origin == MODEL_HYPOTHETICAL || i == map->ingress ||
		    endpoint->ns == last || endpoint->pods[0]->ns->origin == MODEL_DECLARED)
			continue;
		last = endpoint->ns;
		strbuf_printf(&names, "%s%s", n++ ? ", " : "", last);
	}
	if (n)
		vec_push(&map->assumptions,
			 arena_printf(&map->arena,
				      "Namespaces that are not in the input are taken to have no "
				      "label but their name: %s",
				      strbuf_str(&names)));
	strbuf_release(&names);
}

static const char cut_text[] =
	"more than 100 combinations of peer selectors may have pods that the input does not show: "
	"those of the fewest selectors are here";

static void list_assumptions(struct analyze_map *map, const struct policy_set *policies)
{
	const struct model_snapshot *snapshot = map->snapshot;

	for (uint32_t i = 0; i < snapshot->n_assumptions; i++)
		vec_push(&map->assumptions, snapshot->assumptions[i].text);
	if (asks_namespace_labels(policies))
		assume_namespaces(map);
	if (has_host_anywhere(snapshot))
		vec_push(&map->assumptions,
			 "the addresses of some nodes are not known: their host-network pods are "
			 "shown with what any address may do");
	if (has_host_network(map) && has_unplaced_pod(snapshot))
		vec_push(&map->assumptions,
			 "pods without a node are taken to share none with host-network pods, "
			 "from which they could always be reached");
}

/* Adds the pods that are not there to the snapshot, before the world is made. */
static void add_peers(struct map_builder *builder, const struct analyze_map_options *options,
		      struct analyze_hypotheticals *ret)
{
	if (options->exposure && !options->peers)
		analyze_hypotheticals_init(ret, builder->cluster);
	if (!map_has_ingress(builder) || options->ingress_controller)
		return;
	if (options->peers)
		builder->stranger = options->peers->items.items[0].pod;
	else if (options->exposure)
		builder->stranger = ret->items.items[0].pod;
	else
		builder->stranger = analyze_hypothetical_stranger(builder->cluster);
}

void analyze_map_build(struct analyze_map *ret, struct analyze_cluster *cluster,
		       const struct analyze_map_options *options, struct diag_list *diags)
{
	struct map_builder builder = {.map = ret, .cluster = cluster, .diags = diags};
	struct analyze_hypotheticals hypotheticals = {0};

	*ret = (struct analyze_map){.options = *options,
				    .ingress = ANALYZE_MAP_OUTSIDE,
				    .cluster = cluster,
				    .snapshot = cluster->snapshot};
	arena_init(&ret->arena);
	analyze_portsets_init(&ret->sets);
	make_masks(&builder);
	add_peers(&builder, options, &hypotheticals);
	builder.world = compile_world_new(cluster->snapshot, cluster->policies,
					  cluster->snapshot->pods, cluster->snapshot->n_pods);
	ret->world = builder.world;
	analyze_hypotheticals_reduce(&hypotheticals, cluster->snapshot, builder.world);
	map_rows_init(&builder.rows, builder.world, &ret->sets);
	ret->has_conditions = ret->sets.conditions.n > 0;
	map_make_groups(&builder);
	ret->group_of = builder.group_of;
	map_make_endpoints(&builder, options->peers ? options->peers : &hypotheticals);
	map_make_outside(&builder);
	map_make_links(&builder);
	map_make_entries(&builder);
	list_assumptions(ret, cluster->policies);
	if (hypotheticals.is_cut)
		vec_push(&ret->assumptions, cut_text);
	builder_release(&builder);
	analyze_hypotheticals_release(&hypotheticals);
	if (options->by_namespace)
		map_fold_namespaces(ret);
}

void analyze_map_release(struct analyze_map *map)
{
	for (size_t i = 0; i < map->groups.n; i++)
		vec_release(&map->groups.items[i].links);
	vec_release(&map->groups);
	for (size_t i = 0; i < map->ranges.n; i++)
		vec_release(map->ranges.items[i]);
	vec_release(&map->ranges);
	vec_release(&map->endpoints);
	vec_release(&map->entries);
	vec_release(&map->assumptions);
	compile_world_free(map->world);
	analyze_portsets_release(&map->sets);
	arena_release(&map->arena);
}
