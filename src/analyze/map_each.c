/* SPDX-License-Identifier: Apache-2.0 */
/* Unfolding a map into its connections, as far as the options want them. */
#include "analyze/map.h"

#include "analyze/map_build.h"

#include <string.h>

#define NOT_KNOWN UINT32_MAX /* all bits are set: memset() makes it */

/* What the options ask of one end. */
struct filter {
	const struct analyze_endpoint *wanted; /* NULL: anybody */
	bool *is_wanted;                       /* by endpoint; NULL with `wanted` */
};

struct walk {
	struct analyze_map *map;
	analyze_map_fn fn;
	void *arg;
	struct filter from;
	struct filter to;
	bool *is_inside;               /* endpoints of the namespace `only`, NULL: all */
	uint32_t ports;                /* of the option, ANALYZE_PORTS_ALL without */
	uint32_t *group_of;            /* by endpoint */
	struct analyze_map_link *link; /* by group: what the present source has */
	uint32_t *wanted_ports;        /* by port set: what is left of it; NOT_KNOWN until asked */
	size_t n_wanted_ports;
};

static bool has_pod(const struct analyze_endpoint *wanted, const struct model_pod *pod)
{
	for (uint32_t i = 0; i < wanted->n_pods; i++)
		if (wanted->pods[i] == pod)
			return true;
	return false;
}

static void filter_init(struct filter *filter, const struct analyze_map *map,
			const struct analyze_endpoint *wanted)
{
	*filter = (struct filter){.wanted = wanted};
	if (!wanted)
		return;
	filter->is_wanted = vec_grow(NULL, &(size_t){0}, map->endpoints.n + 1, sizeof(bool));
	for (size_t i = 0; i < map->endpoints.n; i++) {
		const struct analyze_map_endpoint *endpoint = &map->endpoints.items[i];

		filter->is_wanted[i] = wanted->kind == ANALYZE_INGRESS && i == map->ingress;
		for (uint32_t j = 0; j < endpoint->n_known && !filter->is_wanted[i]; j++)
			filter->is_wanted[i] = has_pod(wanted, endpoint->pods[j]);
	}
}

static bool wants(const struct filter *filter, size_t endpoint)
{
	return !filter->wanted || filter->is_wanted[endpoint];
}

static bool is_inside(const struct walk *walk, size_t endpoint)
{
	return !walk->is_inside || walk->is_inside[endpoint];
}

static uint32_t filter_ports(struct walk *walk, uint32_t ports)
{
	uint32_t *known;

	if (walk->ports == ANALYZE_PORTS_ALL)
		return ports;
	known = ports < walk->n_wanted_ports ? &walk->wanted_ports[ports] : NULL;
	if (known && *known != NOT_KNOWN)
		return *known;
	ports = analyze_portsets_intersect(&walk->map->sets, ports, walk->ports);
	if (known)
		*known = ports;
	return ports;
}

/* The part of a connection that depends on these conditions. */
static void report_part(struct walk *walk, const struct analyze_map_connection *whole,
			uint32_t conditions)
{
	const struct analyze_portsets *sets = &walk->map->sets;
	struct analyze_map_connection part = *whole;
	uint32_t by_family[ANALYZE_MAP_FAMILIES];

	part.ports = analyze_portsets_under(sets, whole->ports, conditions);
	part.conditions = conditions;
	if (part.ports == ANALYZE_PORTS_NONE)
		return;
	if (whole->by_family) {
		for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
			by_family[family] =
				analyze_portsets_under(sets, whole->by_family[family], conditions);
		part.by_family = by_family[0] == by_family[1] ? NULL : by_family;
	}
	walk->fn(walk->arg, &part);
}

static void report(struct walk *walk, struct analyze_map_connection *connection)
{
	const struct analyze_portsets *sets = &walk->map->sets;
	uint32_t by_family[ANALYZE_MAP_FAMILIES];

	connection->ports = filter_ports(walk, connection->ports);
	if (connection->ports == ANALYZE_PORTS_NONE)
		return;
	if (connection->by_family && walk->ports != ANALYZE_PORTS_ALL) {
		for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
			by_family[family] = filter_ports(walk, connection->by_family[family]);
		connection->by_family = by_family[0] == by_family[1] ? NULL : by_family;
	}
	report_part(walk, connection, ANALYZE_MAP_CERTAIN);
	for (uint32_t i = 0; i < analyze_portsets_whole(sets, connection->ports)->n_parts; i++)
		report_part(walk, connection,
			    analyze_portsets_whole(sets, connection->ports)->parts[i].conditions);
}

/* A pod that is not there, and that the options do not name either. */
static bool is_guess(const struct walk *walk, const struct analyze_map_endpoint *endpoint)
{
	return endpoint->origin == MODEL_HYPOTHETICAL &&
	       !(walk->from.wanted && has_pod(walk->from.wanted, endpoint->pods[0])) &&
	       !(walk->to.wanted && has_pod(walk->to.wanted, endpoint->pods[0]));
}

static bool has_families(const struct analyze_map_link *link)
{
	return link->by_family[0] != link->by_family[1];
}

/* What runs on one node comes through whatever policies say. */
static void add_own_node(struct analyze_map *map, uint32_t from, uint32_t to,
			 struct analyze_map_link *link)
{
	const struct analyze_map_endpoint *source = &map->endpoints.items[from];
	const struct analyze_map_endpoint *target = &map->endpoints.items[to];
	uint32_t own_ports;

	if (!source->host_network || target->host_network)
		return;
	own_ports = map_own_node_ports(map, source, target);
	if (own_ports == ANALYZE_PORTS_NONE)
		return;
	link->ports = analyze_portsets_union(&map->sets, link->ports, own_ports);
	link->by_family[0] = link->by_family[1] = ANALYZE_PORTS_NONE;
}

static void report_link(struct walk *walk, size_t from, size_t to,
			const struct analyze_map_link *link)
{
	struct analyze_map_connection connection = {
		.from = (uint32_t)from,
		.to = (uint32_t)to,
		.ports = link->ports,
		.by_family = has_families(link) ? link->by_family : NULL,
	};

	report(walk, &connection);
}

static void report_pair(struct walk *walk, size_t from, size_t to)
{
	const struct analyze_map *map = walk->map;
	const struct analyze_map_endpoint *source = &map->endpoints.items[from];
	const struct analyze_map_endpoint *target = &map->endpoints.items[to];
	struct analyze_map_link link = walk->link[target->group];

	if (from == to && source->n_pods < 2 && !map->options.by_namespace)
		return;
	if (to == map->ingress || (is_guess(walk, source) && is_guess(walk, target)))
		return;
	add_own_node(walk->map, (uint32_t)from, (uint32_t)to, &link);
	report_link(walk, from, to, &link);
}

static const struct analyze_map_link *find_link(const struct analyze_map_link *links, size_t n,
						uint32_t to)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (links[middle].to < to)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && links[low].to == to ? &links[low] : NULL;
}

struct analyze_map_link analyze_map_between(struct analyze_map *map, uint32_t from, uint32_t to)
{
	const struct analyze_map_group *group =
		&map->groups.items[map->endpoints.items[from].group];
	const struct analyze_map_link *known = NULL;
	struct analyze_map_link link = {0};

	if (from == map->ingress)
		known = find_link(map->entries.items, map->entries.n, to);
	else if (to != map->ingress)
		known = find_link(group->links.items, group->links.n,
				  map->endpoints.items[to].group);
	if (known)
		link = *known;
	if (from != map->ingress && to != map->ingress)
		add_own_node(map, from, to, &link);
	return link;
}

/* What routes lead the proxy to, and nothing else. */
static void report_entries(struct walk *walk)
{
	const struct analyze_map *map = walk->map;

	for (size_t i = 0; i < map->entries.n; i++) {
		const struct analyze_map_link link = map->entries.items[i];

		if (wants(&walk->to, link.to) &&
		    (is_inside(walk, map->ingress) || is_inside(walk, link.to)))
			report_link(walk, map->ingress, link.to, &link);
	}
}

static struct ip_range clip(const struct ip_range *a, const struct ip_range *b)
{
	return (struct ip_range){
		ip_cmp(&a->first, &b->first) < 0 ? b->first : a->first,
		ip_cmp(&a->last, &b->last) < 0 ? a->last : b->last,
	};
}

/* The part of the addresses that the option for the outside end leaves. */
static void report_range(struct walk *walk, const struct analyze_endpoint *wanted,
			 struct analyze_map_connection connection)
{
	const struct ip_range *range = connection.range;

	if (!wanted) {
		report(walk, &connection);
		return;
	}
	for (uint32_t i = 0; wanted->kind == ANALYZE_OUTSIDE && i < wanted->n_ranges; i++) {
		const struct ip_range part = clip(range, &wanted->ranges[i]);
		struct analyze_map_connection clipped = connection;

		if (part.first.family != part.last.family || ip_cmp(&part.first, &part.last) > 0)
			continue;
		clipped.range = &part;
		report(walk, &clipped);
	}
}

static void report_outside(struct walk *walk, size_t endpoint, enum policy_direction direction)
{
	const struct analyze_map *map = walk->map;
	const struct analyze_map_endpoint *inside = &map->endpoints.items[endpoint];
	const struct analyze_map_group *group = &map->groups.items[inside->group];
	const bool is_egress = direction == POLICY_EGRESS;

	if (!is_inside(walk, endpoint) || is_guess(walk, inside) || endpoint == map->ingress)
		return;
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		const struct analyze_map_ranges *ranges = group->outside[direction][family];

		for (size_t i = 0; ranges && i < ranges->n; i++)
			report_range(walk, is_egress ? walk->to.wanted : walk->from.wanted,
				     (struct analyze_map_connection){
					     .from = is_egress ? (uint32_t)endpoint
							       : ANALYZE_MAP_OUTSIDE,
					     .to = is_egress ? ANALYZE_MAP_OUTSIDE
							     : (uint32_t)endpoint,
					     .range = &ranges->items[i].range,
					     .ports = ranges->items[i].ports,
				     });
	}
}

static void report_source(struct walk *walk, size_t from)
{
	const struct analyze_map *map = walk->map;
	const struct analyze_map_endpoint *source = &map->endpoints.items[from];
	const struct analyze_map_group *group = &map->groups.items[source->group];

	memset(walk->link, 0, map->groups.n * sizeof(*walk->link));
	for (size_t i = 0; i < group->links.n; i++)
		walk->link[group->links.items[i].to] = group->links.items[i];
	for (size_t to = 0; to < map->endpoints.n; to++) {
		/* Nearly all pairs of a closed cluster end here. */
		if (walk->link[walk->group_of[to]].ports == ANALYZE_PORTS_NONE &&
		    !source->host_network)
			continue;
		if (wants(&walk->to, to) && (is_inside(walk, from) || is_inside(walk, to)))
			report_pair(walk, from, to);
	}
	report_outside(walk, from, POLICY_EGRESS);
}

static void walk_init(struct walk *walk)
{
	struct analyze_map *map = walk->map;
	const struct analyze_map_options *options = &map->options;

	filter_init(&walk->from, map, options->from);
	filter_init(&walk->to, map, options->to);
	if (options->only) {
		walk->is_inside = vec_grow(NULL, &(size_t){0}, map->endpoints.n + 1, sizeof(bool));
		for (size_t i = 0; i < map->endpoints.n; i++)
			walk->is_inside[i] = strcmp(map->endpoints.items[i].ns, options->only) == 0;
	}
	walk->ports = ANALYZE_PORTS_ALL;
	if (options->port && !options->port->is_any) {
		struct port_set set = {0};

		port_set_add(&set, options->port->range);
		walk->ports = analyze_portsets_add(&map->sets, &set);
		port_set_release(&set);
	}
	walk->group_of = vec_grow(NULL, &(size_t){0}, map->endpoints.n + 1, sizeof(uint32_t));
	for (size_t i = 0; i < map->endpoints.n; i++)
		walk->group_of[i] = map->endpoints.items[i].group;
	walk->link = vec_grow(NULL, &(size_t){0}, map->groups.n + 1, sizeof(*walk->link));
	walk->n_wanted_ports = map->sets.sets.n;
	walk->wanted_ports =
		vec_grow(NULL, &(size_t){0}, walk->n_wanted_ports, sizeof(*walk->wanted_ports));
	memset(walk->wanted_ports, 0xff, walk->n_wanted_ports * sizeof(*walk->wanted_ports));
}

static void walk_release(struct walk *walk)
{
	free(walk->from.is_wanted);
	free(walk->to.is_wanted);
	free(walk->is_inside);
	free(walk->group_of);
	free(walk->link);
	free(walk->wanted_ports);
}

void analyze_map_each(struct analyze_map *map, analyze_map_fn fn, void *arg)
{
	struct walk walk = {.map = map, .fn = fn, .arg = arg};

	walk_init(&walk);
	for (size_t from = 0; from < map->endpoints.n; from++) {
		if (!wants(&walk.from, from))
			continue;
		if (from == map->ingress)
			report_entries(&walk);
		else
			report_source(&walk, from);
	}
	for (size_t to = 0; to < map->endpoints.n; to++)
		if (wants(&walk.to, to))
			report_outside(&walk, to, POLICY_INGRESS);
	walk_release(&walk);
}
