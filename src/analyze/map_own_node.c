/* SPDX-License-Identifier: Apache-2.0 */
/* What host-network pods may send to the pods on their own node. */
#include "analyze/map_build.h"

/* Bits of the families that a pod can be reached in; of a node that is not known, any. */
static unsigned pod_families(const struct model_snapshot *snapshot, const struct model_pod *pod)
{
	unsigned families = pod->n_ips == 0 ? (snapshot->has_v6 ? 3 : 1) : 0;

	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (!model_is_closed_address(snapshot, &pod->ips[i]))
			families |= pod->ips[i].family == IP_V4 ? 1 : 2;
	return families;
}

/* What a rule may decide is left to the rules, but for the default deny: see verdict_sides(). */
static bool lets_in(const struct compile_outcome *outcome)
{
	return outcome->action == TABLE_ALLOW || outcome->reason == VERDICT_DEFAULT_DENY;
}

static uint32_t ruled_ports(struct analyze_map *map, const struct ip_addr *from,
			    const struct model_pod *to)
{
	const uint32_t class = compile_subject_class(map->world, to);
	const uint32_t peer = compile_outside_class(map->world, from);
	struct compile_row row = {0};
	struct port_set set = {0};
	uint32_t n_parts, ports;
	const struct compile_part *parts =
		compile_parts(map->world, class, POLICY_INGRESS, &n_parts);

	for (uint32_t i = 0; i < n_parts; i++) {
		const struct port_range *range = parts[i].ports.ranges;

		compile_row(map->world, class, POLICY_INGRESS, range->space, range->first, &row);
		if (!row.is_full && lets_in(&row.outcomes[row.cells[peer]]))
			port_set_union(&set, &parts[i].ports);
	}
	ports = analyze_portsets_add(&map->sets, &set);
	port_set_release(&set);
	compile_row_release(&row);
	return ports;
}

static const struct ip_addr *address_of(const struct model_pod *pod, int family)
{
	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (pod->ips[i].family == (family ? IP_V6 : IP_V4))
			return &pod->ips[i];
	return NULL;
}

static uint32_t pair_ports(struct analyze_map *map, const struct model_pod *from,
			   const struct model_pod *to)
{
	const unsigned families = pod_families(map->snapshot, from) &
				  pod_families(map->snapshot, to);
	uint32_t ports = ANALYZE_PORTS_NONE;

	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		const struct ip_addr *addr = address_of(from, family);
		uint32_t more = map->masks[family];

		if (!(families & 1U << family))
			continue;
		if (addr && map->cluster->policies->rules_own_node)
			more = analyze_portsets_intersect(&map->sets, more,
							  ruled_ports(map, addr, to));
		ports = analyze_portsets_union(&map->sets, ports, more);
	}
	return ports;
}

uint32_t map_own_node_ports(struct analyze_map *map, const struct analyze_map_endpoint *source,
			    const struct analyze_map_endpoint *target)
{
	const uint32_t all =
		map->snapshot->has_v6
			? analyze_portsets_union(&map->sets, map->masks[0], map->masks[1])
			: map->masks[0];
	uint32_t ports = ANALYZE_PORTS_NONE;

	for (uint32_t i = 0; i < source->n_known && ports != all; i++)
		for (uint32_t j = 0; j < target->n_known && ports != all; j++)
			if (source->pods[i]->node && source->pods[i]->node == target->pods[j]->node)
				ports = analyze_portsets_union(&map->sets, ports,
							       pair_ports(map, source->pods[i],
									  target->pods[j]));
	return ports;
}
