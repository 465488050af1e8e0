/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/map_build.h"

#include <string.h>

/* The exceptions of all rows again, by peer class: what each row says of one class. */
struct columns {
	uint32_t *starts; /* by class; one more than there are */
	struct column_item {
		uint32_t row;
		uint32_t ports;
	} * items;
};

/* What rows say of most classes, and of an address that may be any; by row. */
struct defaults {
	uint32_t *common;
	uint32_t *any[ANALYZE_MAP_FAMILIES];
};

/* What the links of one source need, by what its targets are. */
struct linking {
	struct columns columns;
	struct defaults defaults;
	const struct map_group_key *key;         /* of the source */
	uint32_t *egress;                        /* ports by peer class of the target */
	uint32_t *ingress[ANALYZE_MAP_FAMILIES]; /* ports by row of the target */
};

static void columns_init(struct columns *columns, const struct map_rows *rows)
{
	uint32_t *starts = vec_grow(NULL, &(size_t){0}, rows->n_classes + 2, sizeof(*starts));

	memset(starts, 0, (rows->n_classes + 2) * sizeof(*starts));
	for (uint32_t row = 0; row < rows->rows.n; row++) {
		const struct map_row content = map_row_get(rows, row);

		for (uint32_t i = 0; i < content.n; i++)
			starts[content.exceptions[i].peer_class + 2]++;
	}
	for (uint32_t class = 2; class < rows->n_classes + 2; class ++)
		starts[class] += starts[class - 1];
	columns->items = vec_grow(NULL, &(size_t){0}, starts[rows->n_classes + 1] + 1,
				  sizeof(*columns->items));
	for (uint32_t row = 0; row < rows->rows.n; row++) {
		const struct map_row content = map_row_get(rows, row);

		for (uint32_t i = 0; i < content.n; i++)
			columns->items[starts[content.exceptions[i].peer_class + 1]++] =
				(struct column_item){row, content.exceptions[i].ports};
	}
	columns->starts = starts;
}

static void columns_release(struct columns *columns)
{
	free(columns->starts);
	free(columns->items);
}

/* The union of what a row says of all addresses of a family. */
static uint32_t ports_of_any(struct map_builder *builder, uint32_t row, uint32_t family)
{
	const struct analyze_map_ranges *ranges = map_outside(builder, row, family);
	uint32_t ports = ANALYZE_PORTS_NONE;

	for (size_t i = 0; i < ranges->n; i++)
		ports = analyze_portsets_union(&builder->map->sets, ports, ranges->items[i].ports);
	return ports;
}

static bool has_any_peer(const struct map_builder *builder)
{
	for (uint32_t i = 0; i < builder->groups.n; i++)
		if (builder->keys[i].peers[0] == MAP_ANY_PEER)
			return true;
	return false;
}

static uint32_t *numbers(size_t n)
{
	return vec_grow(NULL, &(size_t){0}, n + 1, sizeof(uint32_t));
}

static void defaults_init(struct defaults *defaults, struct map_builder *builder)
{
	const uint32_t n_rows = (uint32_t)builder->rows.rows.n;

	*defaults = (struct defaults){.common = numbers(n_rows)};
	for (uint32_t row = 0; row < n_rows; row++)
		defaults->common[row] = map_row_get(&builder->rows, row).common;
	for (uint32_t family = 0; family < ANALYZE_MAP_FAMILIES && has_any_peer(builder);
	     family++) {
		defaults->any[family] = numbers(n_rows);
		for (uint32_t row = 0; row < n_rows; row++)
			defaults->any[family][row] = ports_of_any(builder, row, family);
	}
}

static void defaults_release(struct defaults *defaults)
{
	free(defaults->common);
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
		free(defaults->any[family]);
}

static void fill_ingress(const struct map_builder *builder, const struct linking *linking,
			 uint32_t family)
{
	const struct map_rows *rows = &builder->rows;
	const struct columns *columns = &linking->columns;
	const uint32_t class = linking->key->peers[family];
	uint32_t *ingress = linking->ingress[family];

	if (class == MAP_NO_PEER)
		return;
	if (class == MAP_ANY_PEER) {
		memcpy(ingress, linking->defaults.any[family], rows->rows.n * sizeof(*ingress));
		return;
	}
	memcpy(ingress, linking->defaults.common, rows->rows.n * sizeof(*ingress));
	for (uint32_t i = columns->starts[class]; i < columns->starts[class + 1]; i++)
		ingress[columns->items[i].row] = columns->items[i].ports;
}

static uint32_t link_ports(struct map_builder *builder, const struct linking *linking,
			   const struct map_group_key *target, uint32_t family)
{
	const uint32_t class = target->peers[family];
	uint32_t egress, ingress;

	if (linking->key->peers[family] == MAP_NO_PEER || class == MAP_NO_PEER)
		return ANALYZE_PORTS_NONE;
	ingress = linking->ingress[family][target->rows[POLICY_INGRESS]];
	if (ingress == ANALYZE_PORTS_NONE)
		return ANALYZE_PORTS_NONE;
	egress = class == MAP_ANY_PEER
			 ? linking->defaults.any[family][linking->key->rows[POLICY_EGRESS]]
			 : linking->egress[class];
	if (egress == ANALYZE_PORTS_NONE)
		return ANALYZE_PORTS_NONE;
	egress = analyze_portsets_intersect(&builder->map->sets, egress, ingress);
	return analyze_portsets_intersect(&builder->map->sets, egress, builder->map->masks[family]);
}

/* Whether both have addresses of both families, and the ports that families share differ. */
static bool families_differ(struct map_builder *builder, const struct linking *linking,
			    const struct map_group_key *target, const uint32_t ports[])
{
	struct analyze_portsets *sets = &builder->map->sets;

	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
		if (linking->key->peers[family] == MAP_NO_PEER ||
		    target->peers[family] == MAP_NO_PEER)
			return false;
	return analyze_portsets_intersect(sets, ports[0], builder->map->masks[1]) !=
	       analyze_portsets_intersect(sets, ports[1], builder->map->masks[0]);
}

static void link_source(struct map_builder *builder, const struct linking *linking,
			struct analyze_map_group *group)
{
	for (uint32_t to = 0; to < builder->groups.n; to++) {
		const struct map_group_key *target = &builder->keys[to];
		struct analyze_map_link link = {.to = to};
		uint32_t ports[ANALYZE_MAP_FAMILIES];

		for (uint32_t family = 0; family < ANALYZE_MAP_FAMILIES; family++)
			ports[family] = link_ports(builder, linking, target, family);
		link.ports = analyze_portsets_union(&builder->map->sets, ports[0], ports[1]);
		if (link.ports == ANALYZE_PORTS_NONE)
			continue;
		if (families_differ(builder, linking, target, ports))
			memcpy(link.by_family, ports, sizeof(link.by_family));
		vec_push(&group->links, link);
	}
}

void map_make_links(struct map_builder *builder)
{
	const struct map_rows *rows = &builder->rows;
	struct linking linking = {.egress = numbers(rows->n_classes)};

	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
		linking.ingress[family] = numbers(rows->rows.n);
	columns_init(&linking.columns, rows);
	defaults_init(&linking.defaults, builder);
	for (uint32_t from = 0; from < builder->groups.n; from++) {
		linking.key = &builder->keys[from];
		map_row_expand(rows, linking.key->rows[POLICY_EGRESS], linking.egress);
		for (uint32_t family = 0; family < ANALYZE_MAP_FAMILIES; family++)
			fill_ingress(builder, &linking, family);
		link_source(builder, &linking, &builder->map->groups.items[from]);
	}
	defaults_release(&linking.defaults);
	columns_release(&linking.columns);
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++)
		free(linking.ingress[family]);
	free(linking.egress);
}
