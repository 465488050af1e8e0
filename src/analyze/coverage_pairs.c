/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of a map, by its groups: pairs are never made one by one. */
#include "analyze/coverage_build.h"

#include <string.h>

struct pairs {
	struct coverage_builder *builder;
	struct analyze_map map;
	uint32_t *n_of;                      /* pods that count, by group */
	uint64_t *in;                        /* pods that may reach one of the group, by group */
	bool *is_dns;                        /* the group has a pod of the cluster's DNS */
	bool *asks_dns;                      /* by group */
	bool *is_bounded;                    /* by group */
	bool *internet[POLICY_N_DIRECTIONS]; /* some of it may be reached, or reaches; by group */
	const struct analyze_endpoint *dns;  /* NULL: there is none */
};

static void *zeroed(size_t n, size_t size)
{
	void *ret = vec_grow(NULL, &(size_t){0}, n + 1, size);

	memset(ret, 0, n * size);
	return ret;
}

static bool is_of_dns(const struct pairs *pairs, const struct model_pod *pod)
{
	for (uint32_t i = 0; pairs->dns && i < pairs->dns->n_pods; i++)
		if (pairs->dns->pods[i] == pod)
			return true;
	return false;
}

static void count_groups(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->map.endpoints.n; i++) {
		const struct analyze_map_endpoint *endpoint = &pairs->map.endpoints.items[i];

		for (uint32_t k = 0; k < endpoint->n_known; k++) {
			pairs->n_of[endpoint->group] += coverage_counts(endpoint->pods[k]);
			pairs->is_dns[endpoint->group] |= is_of_dns(pairs, endpoint->pods[k]);
		}
	}
}

static bool has_dns_port(struct pairs *pairs, uint32_t ports)
{
	return port_set_contains(analyze_portsets_get(&pairs->map.sets, ports), PORT_UDP, 53);
}

static bool is_of_internet(const struct ip_range *range)
{
	size_t n;
	const struct ip_range *global = ip_global_unicast(&n);

	for (size_t i = 0; i < n; i++)
		if (range->first.family == global[i].first.family &&
		    ip_cmp(&range->first, &global[i].last) <= 0 &&
		    ip_cmp(&global[i].first, &range->last) <= 0)
			return true;
	return false;
}

/* Whether something unconditional leads from or to addresses outside, or of the internet alone. */
static bool has_outside(struct pairs *pairs, uint32_t group, enum policy_direction direction,
			bool only_internet)
{
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		const struct analyze_map_ranges *ranges =
			pairs->map.groups.items[group].outside[direction][family];

		for (size_t i = 0; ranges && i < ranges->n; i++)
			if (analyze_portsets_get(&pairs->map.sets, ranges->items[i].ports)->n &&
			    (!only_internet || is_of_internet(&ranges->items[i].range)))
				return true;
	}
	return false;
}

static void look_outside(struct pairs *pairs, uint32_t group)
{
	pairs->is_bounded[group] = !has_outside(pairs, group, POLICY_EGRESS, false);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		pairs->internet[direction][group] = has_outside(pairs, group, direction, true);
}

static void follow_links(struct pairs *pairs, uint32_t from)
{
	const struct analyze_map_group *group = &pairs->map.groups.items[from];

	look_outside(pairs, from);
	pairs->asks_dns[from] = pairs->is_dns[from];
	for (size_t i = 0; i < group->links.n; i++) {
		const struct analyze_map_link *link = &group->links.items[i];

		pairs->in[link->to] += pairs->n_of[from];
		/* A pod is no peer of its own. */
		if (link->to == from && pairs->n_of[from])
			pairs->in[from]--;
		pairs->asks_dns[from] |= pairs->is_dns[link->to] &&
					 has_dns_port(pairs, link->ports);
	}
}

static void count_endpoint(struct pairs *pairs, const struct analyze_map_endpoint *endpoint)
{
	struct coverage_builder *builder = pairs->builder;

	for (uint32_t i = 0; i < endpoint->n_known; i++) {
		const struct model_pod *pod = endpoint->pods[i];
		struct coverage_place *place = &builder->places[pod->ns->index];

		if (!coverage_counts(pod))
			continue;
		place->row.counts[ANALYZE_COUNT_ALLOWED] += pairs->in[endpoint->group];
		place->row.counts[ANALYZE_COUNT_POSSIBLE] += builder->n_pods - 1;
		place->n_with_dns += pairs->asks_dns[endpoint->group];
		place->n_bounded += pairs->is_bounded[endpoint->group];
		place->row.counts[ANALYZE_COUNT_FROM_INTERNET] +=
			pairs->internet[POLICY_INGRESS][endpoint->group];
		place->row.counts[ANALYZE_COUNT_TO_INTERNET] +=
			pairs->internet[POLICY_EGRESS][endpoint->group];
	}
}

static void find_dns(struct pairs *pairs, struct analyze_endpoints *endpoints)
{
	struct diag_list absent;

	diag_list_init(&absent, &endpoints->arena);
	pairs->dns = analyze_endpoint_get(endpoints, "dns", &absent);
}

void coverage_count_pairs(struct coverage_builder *builder)
{
	const struct analyze_map_options options = {0};
	struct pairs pairs = {.builder = builder};
	struct analyze_endpoints endpoints;
	struct diag_list notes;

	analyze_endpoints_init(&endpoints, builder->cluster);
	diag_list_init(&notes, &endpoints.arena);
	find_dns(&pairs, &endpoints);
	analyze_map_build(&pairs.map, builder->cluster, &options, &notes);
	pairs.n_of = zeroed(pairs.map.groups.n, sizeof(*pairs.n_of));
	pairs.in = zeroed(pairs.map.groups.n, sizeof(*pairs.in));
	pairs.is_dns = zeroed(pairs.map.groups.n, sizeof(bool));
	pairs.asks_dns = zeroed(pairs.map.groups.n, sizeof(bool));
	pairs.is_bounded = zeroed(pairs.map.groups.n, sizeof(bool));
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		pairs.internet[direction] = zeroed(pairs.map.groups.n, sizeof(bool));
	count_groups(&pairs);
	for (uint32_t i = 0; i < pairs.map.groups.n; i++)
		follow_links(&pairs, i);
	for (size_t i = 0; i < pairs.map.endpoints.n; i++)
		count_endpoint(&pairs, &pairs.map.endpoints.items[i]);
	free(pairs.n_of);
	free(pairs.in);
	free(pairs.is_dns);
	free(pairs.asks_dns);
	free(pairs.is_bounded);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		free(pairs.internet[direction]);
	analyze_map_release(&pairs.map);
	analyze_endpoints_release(&endpoints);
}
