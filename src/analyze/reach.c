/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/reach.h"

#include "base/closure.h"

#include <string.h>

struct building {
	struct analyze_reach *reach;
	const struct analyze_reach_options *options;
	uint32_t *listens; /* by endpoint: of the map's sets */
	struct bitset *certain;
	struct analyze_exposed exposed;
};

static bool is_unseen(const struct analyze_reach *reach, uint32_t endpoint)
{
	return reach->map.endpoints.items[endpoint].origin == MODEL_HYPOTHETICAL;
}

bool analyze_reach_is_workload(const struct analyze_reach *reach, uint32_t endpoint)
{
	return !is_unseen(reach, endpoint) && endpoint != reach->map.ingress;
}

uint32_t analyze_reach_find(const struct analyze_reach *reach,
			    const struct analyze_endpoint *endpoint, uint32_t at)
{
	for (; at < reach->map.endpoints.n; at++)
		for (uint32_t i = 0; i < reach->map.endpoints.items[at].n_known; i++)
			for (uint32_t k = 0; k < endpoint->n_pods; k++)
				if (endpoint->pods[k] == reach->map.endpoints.items[at].pods[i])
					return at;
	return at;
}

/* All that a connection can be made to: replies to ICMP are no way in. */
static void add_everything(struct port_set *ports)
{
	port_set_add(ports, (struct port_range){PORT_TCP, 0, port_space_last(PORT_TCP)});
	port_set_add(ports, (struct port_range){PORT_UDP, 0, port_space_last(PORT_UDP)});
	port_set_add(ports, (struct port_range){PORT_SCTP, 0, port_space_last(PORT_SCTP)});
}

static void find_listening(struct building *building, const struct analyze_listening *listening,
			   uint32_t endpoint)
{
	struct analyze_map *map = &building->reach->map;
	const struct analyze_map_endpoint *of = &map->endpoints.items[endpoint];
	struct analyze_reach_node *node = &building->reach->nodes.items[endpoint];
	struct port_set ports = {0};

	for (uint32_t i = 0; i < of->n_known; i++) {
		const uint32_t pod = of->pods[i]->index;

		port_set_union(&ports, &listening->ports[pod]);
		node->is_undeclared |= listening->ports[pod].n == 0;
		node->exposures |= building->exposed.kinds[pod];
	}
	if (node->is_undeclared)
		add_everything(&ports);
	building->listens[endpoint] = analyze_portsets_add(&map->sets, &ports);
	port_set_release(&ports);
}

static bool overlaps(const struct analyze_endpoint *outside, const struct ip_range *range)
{
	for (uint32_t i = 0; outside && i < outside->n_ranges; i++)
		if (outside->ranges[i].first.family == range->first.family &&
		    ip_cmp(&outside->ranges[i].first, &range->last) <= 0 &&
		    ip_cmp(&range->first, &outside->ranges[i].last) <= 0)
			return true;
	return false;
}

/* The ports by which the outside is led to an endpoint; all, for somebody who stands closer by. */
static uint32_t ports_led(struct building *building, uint32_t endpoint)
{
	struct analyze_map *map = &building->reach->map;
	const struct analyze_map_endpoint *of = &map->endpoints.items[endpoint];
	const struct analyze_endpoint *from = building->options->from;
	struct port_set ports = {0};
	uint32_t ret;

	if (from && from->kind == ANALYZE_OUTSIDE && from != building->options->internet)
		return ANALYZE_PORTS_ALL;
	for (uint32_t i = 0; i < of->n_known; i++)
		port_set_union(&ports, &building->exposed.ports[of->pods[i]->index]);
	ret = analyze_portsets_add(&map->sets, &ports);
	port_set_release(&ports);
	return ret;
}

static void add_entry(struct building *building, uint32_t to, uint32_t ports)
{
	struct analyze_reach *reach = building->reach;
	struct analyze_portsets *sets = &reach->map.sets;
	struct analyze_reach_node *node = &reach->nodes.items[to];

	ports = analyze_portsets_intersect(sets, ports, building->listens[to]);
	node->entry = analyze_portsets_union(sets, node->entry, ports);
}

static bool begins_at_proxy(const struct analyze_reach_options *options)
{
	return options->from && options->from->kind == ANALYZE_INGRESS;
}

static void take_outside(struct building *building, const struct analyze_map_connection *connection)
{
	const struct analyze_reach_options *options = building->options;
	const struct analyze_endpoint *outside =
		options->from && options->from->kind == ANALYZE_OUTSIDE ? options->from
									: options->internet;

	if (connection->to == ANALYZE_MAP_OUTSIDE) {
		building->reach->nodes.items[connection->from].reaches_internet |=
			overlaps(options->internet, connection->range);
	} else if (!begins_at_proxy(options) && overlaps(outside, connection->range) &&
		   analyze_reach_is_workload(building->reach, connection->to)) {
		add_entry(building, connection->to,
			  analyze_portsets_intersect(&building->reach->map.sets, connection->ports,
						     ports_led(building, connection->to)));
	}
}

static void take_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct building *building = arg;
	struct analyze_reach *reach = building->reach;
	uint32_t ports;

	if (connection->from == ANALYZE_MAP_OUTSIDE || connection->to == ANALYZE_MAP_OUTSIDE) {
		take_outside(building, connection);
		return;
	}
	ports = analyze_portsets_intersect(&reach->map.sets, connection->ports,
					   building->listens[connection->to]);
	if (ports == ANALYZE_PORTS_NONE || connection->to == reach->map.ingress ||
	    connection->from == connection->to)
		return;
	if (connection->from == reach->map.ingress) {
		if (!building->options->from || begins_at_proxy(building->options) ||
		    building->options->from == building->options->internet)
			add_entry(building, connection->to, ports);
		return;
	}
	bitset_set(&reach->next[connection->from], connection->to);
	if (connection->conditions == ANALYZE_MAP_CERTAIN)
		bitset_set(&building->certain[connection->from], connection->to);
}

static struct bitset *new_rows(size_t n)
{
	struct bitset *rows = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		bitset_init(&rows[i], n);
	return rows;
}

static void free_rows(struct bitset *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bitset_release(&rows[i]);
	free(rows);
}

static void make_graph(struct building *building)
{
	struct analyze_reach *reach = building->reach;
	const uint32_t n = (uint32_t)reach->map.endpoints.n;
	struct analyze_listening listening;

	analyze_listening_init(&listening, reach->map.snapshot);
	analyze_exposed_init(&building->exposed, reach->map.snapshot);
	building->listens = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < n; i++) {
		struct analyze_reach_node *node = vec_add(&reach->nodes);

		node->hop = node->via = ANALYZE_REACH_NOT;
		find_listening(building, &listening, i);
	}
	reach->next = new_rows(n);
	building->certain = new_rows(n);
	analyze_map_each(&reach->map, take_connection, building);
	analyze_listening_release(&listening);
}

struct queue {
	uint32_t *items;
	size_t n;
	size_t cap;
};

static void begin(struct building *building, struct queue *queue)
{
	struct analyze_reach *reach = building->reach;
	const struct analyze_endpoint *from = building->options->from;
	const uint32_t n = (uint32_t)reach->map.endpoints.n;

	if (from->kind != ANALYZE_OUTSIDE && from->kind != ANALYZE_INGRESS) {
		for (uint32_t i = analyze_reach_find(reach, from, 0); i < n;
		     i = analyze_reach_find(reach, from, i + 1)) {
			reach->nodes.items[i].hop = 0;
			vec_push(queue, i);
		}
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct analyze_reach_node *node = &reach->nodes.items[i];

		if (node->entry == ANALYZE_PORTS_NONE)
			continue;
		node->hop = 1;
		node->ports = node->entry;
		vec_push(queue, i);
	}
}

/* Nothing is known of what a pod does that the input does not show, unless it was asked about. */
static void spread(struct building *building)
{
	struct analyze_reach *reach = building->reach;
	struct queue queue = {0};

	begin(building, &queue);
	for (size_t at = 0; at < queue.n; at++) {
		const uint32_t from = queue.items[at];

		if (is_unseen(reach, from) && reach->nodes.items[from].hop > 0)
			continue;
		bitset_for_each(to, &reach->next[from])
		{
			struct analyze_reach_node *node = &reach->nodes.items[to];

			if (node->hop != ANALYZE_REACH_NOT)
				continue;
			node->hop = reach->nodes.items[from].hop + 1;
			node->via = from;
			node->is_conditional = !bitset_test(&building->certain[from], to);
			vec_push(&queue, (uint32_t)to);
		}
	}
	vec_release(&queue);
}

/* The ports of the hops that were taken. */
static void take_ports(void *arg, const struct analyze_map_connection *connection)
{
	struct building *building = arg;
	struct analyze_reach *reach = building->reach;
	struct analyze_portsets *sets = &reach->map.sets;
	struct analyze_reach_node *node;

	if (connection->to == ANALYZE_MAP_OUTSIDE || connection->from == ANALYZE_MAP_OUTSIDE)
		return;
	node = &reach->nodes.items[connection->to];
	if (node->via == connection->from)
		node->ports = analyze_portsets_union(
			sets, node->ports,
			analyze_portsets_intersect(sets, connection->ports,
						   building->listens[connection->to]));
}

static void sum_up(struct analyze_reach *reach)
{
	for (uint32_t i = 0; i < reach->nodes.n; i++) {
		const struct analyze_reach_node *node = &reach->nodes.items[i];

		if (node->hop == ANALYZE_REACH_NOT || node->hop == 0)
			continue;
		if (is_unseen(reach, i)) {
			reach->n_unseen++;
			continue;
		}
		reach->n_workloads++;
		reach->n_pods += reach->map.endpoints.items[i].n_pods;
		if (node->hop > reach->n_hops)
			reach->n_hops = node->hop;
	}
}

static void rank(struct analyze_reach *reach)
{
	const uint32_t n = (uint32_t)reach->nodes.n;
	uint32_t *reached = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*reached));
	uint32_t *reached_by = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*reached_by));
	struct bitset workloads;

	bitset_init(&workloads, n);
	for (uint32_t i = 0; i < n; i++)
		if (analyze_reach_is_workload(reach, i))
			bitset_set(&workloads, i);
	closure_count(reach->next, &workloads, reached, reached_by);
	for (uint32_t i = 0; i < n; i++) {
		reach->nodes.items[i].n_reached = reached[i];
		reach->nodes.items[i].n_reached_by = reached_by[i];
	}
	bitset_release(&workloads);
	free(reached);
	free(reached_by);
}

/* An endpoint whose pod is not there has to be on the map, which else shows all. */
static void build_map(struct analyze_reach *reach, struct analyze_cluster *cluster,
		      const struct analyze_reach_options *options)
{
	struct analyze_map_options map_options = {
		.exposure = !options->only_known,
		.ingress_controller = options->ingress_controller,
	};

	if (options->from && options->from->n_pods == 1 &&
	    options->from->pods[0]->origin == MODEL_HYPOTHETICAL)
		map_options.from = options->from;
	analyze_map_build(&reach->map, cluster, &map_options, &reach->notes);
	reach->map.options.from = NULL;
}

void analyze_reach_build(struct analyze_reach *ret, struct analyze_cluster *cluster,
			 const struct analyze_reach_options *options)
{
	struct building building = {.reach = ret, .options = options};

	*ret = (struct analyze_reach){.from = options->from};
	arena_init(&ret->arena);
	diag_list_init(&ret->notes, &ret->arena);
	build_map(ret, cluster, options);
	make_graph(&building);
	if (options->from) {
		spread(&building);
		analyze_map_each(&ret->map, take_ports, &building);
		sum_up(ret);
	}
	if (options->ranks)
		rank(ret);
	free_rows(building.certain, ret->nodes.n);
	free(building.listens);
	analyze_exposed_release(&building.exposed);
}

void analyze_reach_release(struct analyze_reach *reach)
{
	free_rows(reach->next, reach->nodes.n);
	vec_release(&reach->nodes);
	analyze_map_release(&reach->map);
	arena_release(&reach->arena);
}
