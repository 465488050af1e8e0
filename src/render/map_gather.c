/* SPDX-License-Identifier: Apache-2.0 */
#include "render/map_gather.h"

#include "base/hash.h"
#include "base/keyset.h"

/* More boxes than these are gathered: what is alike, then namespaces, then whatever there is. */
#define MOST_BOXES 30
#define MOST_ALIKE 80
#define MOST_SETS 150

/* What the members of a set have in common. No padding. */
struct set_key {
	uint64_t access;
	uint32_t ns;
	uint32_t group;
	uint32_t origin;
	uint32_t set; /* what is to stay as it is */
};

struct gathering {
	struct map_gather *gather;
	struct analyze_map *map;
	struct keyset names;   /* of namespaces */
	uint32_t *ns_of;       /* by endpoint */
	uint64_t *access;      /* by set: a sum over what it may do, each thing once */
	struct hash_map known; /* what was added to `access` */
	bool by_group;         /* peers of one group are the same */
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return hash_u64(hash ^ value) * 0x9e3779b97f4a7c15ull;
}

/* ---- What a set may do, as a number ---- */

static void add_access(struct gathering *gathering, uint32_t set, uint32_t peer,
		       const struct analyze_map_connection *connection, int direction)
{
	const struct ip_range *range = connection->range;
	uint64_t hash = mix((uint64_t)direction + 1, peer);
	bool is_new = true;

	hash = mix(mix(hash, connection->ports), connection->conditions);
	for (int family = 0; connection->by_family && family < ANALYZE_MAP_FAMILIES; family++)
		hash = mix(hash, connection->by_family[family]);
	if (range) {
		hash = mix(mix(hash, range->first.hi), range->first.lo + range->first.family);
		hash = mix(mix(hash, range->last.hi), range->last.lo);
	}
	/* Endpoints with the same access have it to as many of each group. */
	if (!gathering->by_group)
		hash_map_put(&gathering->known, mix(hash, set), &is_new);
	if (is_new)
		gathering->access[set] += hash;
}

/* Peers count as what nothing can tell apart: their group, or the set that they are in. */
static uint32_t peer_of(const struct gathering *gathering, uint32_t endpoint)
{
	if (endpoint == ANALYZE_MAP_OUTSIDE)
		return ANALYZE_MAP_OUTSIDE;
	if (gathering->by_group || gathering->gather->set_of[endpoint] == MAP_GATHER_NONE)
		return gathering->map->endpoints.items[endpoint].group;
	return gathering->gather->set_of[endpoint];
}

static uint32_t set_of(const struct gathering *gathering, uint32_t endpoint)
{
	return endpoint == ANALYZE_MAP_OUTSIDE ? MAP_GATHER_NONE
					       : gathering->gather->set_of[endpoint];
}

static void add_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct gathering *gathering = arg;
	const uint32_t from = set_of(gathering, connection->from);
	const uint32_t to = set_of(gathering, connection->to);

	if (from == to)
		return;
	if (from != MAP_GATHER_NONE)
		add_access(gathering, from, peer_of(gathering, connection->to), connection,
			   POLICY_EGRESS);
	if (to != MAP_GATHER_NONE)
		add_access(gathering, to, peer_of(gathering, connection->from), connection,
			   POLICY_INGRESS);
}

static void sum_access(struct gathering *gathering)
{
	memset(gathering->access, 0, gathering->map->endpoints.n * sizeof(*gathering->access));
	hash_map_clear(&gathering->known);
	analyze_map_each(gathering->map, add_connection, gathering);
}

/* ---- Sets ---- */

/* Sets from their numbers by endpoint, in the order of their first ones. */
static void list_sets(struct gathering *gathering, enum map_gather_kind kind)
{
	struct map_gather *gather = gathering->gather;
	struct keyset homes = {0};

	for (size_t i = 0; i < gather->sets.n; i++)
		gather->sets.items[i].n = gather->sets.items[i].n_namespaces = 0;
	for (uint32_t i = 0; i < gathering->map->endpoints.n; i++) {
		const uint32_t home[] = {gather->set_of[i], gathering->ns_of[i]};
		struct map_gathered *set;
		bool is_new;

		if (home[0] == MAP_GATHER_NONE)
			continue;
		set = &gather->sets.items[home[0]];
		keyset_intern(&homes, home, sizeof(home), &is_new);
		set->first = set->n ? set->first : i;
		set->n++;
		set->n_namespaces += is_new;
		if (set->n > 1 && set->kind == MAP_GATHER_ONE)
			set->kind = kind;
		if (set->n_namespaces > 1)
			set->kind = MAP_GATHER_NAMESPACES;
	}
	keyset_release(&homes);
}

/* Joins sets whose keys are equal. */
static void join_sets(struct gathering *gathering, const struct set_key *keys,
		      enum map_gather_kind kind)
{
	struct map_gather *gather = gathering->gather;
	struct keyset numbers = {0};
	size_t n = 0;

	for (uint32_t i = 0; i < gathering->map->endpoints.n; i++) {
		const uint32_t set = gather->set_of[i];
		uint32_t number;

		if (set == MAP_GATHER_NONE)
			continue;
		number = keyset_intern(&numbers, &keys[set], sizeof(*keys), NULL);
		if (number == n)
			gather->sets.items[n++].kind = gather->sets.items[set].kind;
		gather->set_of[i] = number;
	}
	gather->sets.n = n;
	list_sets(gathering, kind);
	keyset_release(&numbers);
}

static struct set_key *make_keys(const struct gathering *gathering)
{
	const size_t n = gathering->gather->sets.n;
	struct set_key *keys = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*keys));

	memset(keys, 0, n * sizeof(*keys));
	for (uint32_t i = 0; i < n; i++)
		keys[i].set = i + 1;
	return keys;
}

static void gather_alike(struct gathering *gathering)
{
	const struct map_gather *gather = gathering->gather;
	struct set_key *keys = make_keys(gathering);

	gathering->by_group = true;
	sum_access(gathering);
	gathering->by_group = false;
	for (size_t i = 0; i < gather->sets.n; i++) {
		const uint32_t endpoint = gather->sets.items[i].first;

		keys[i] = (struct set_key){
			.access = gathering->access[i],
			.ns = gathering->ns_of[endpoint],
			.group = gathering->map->endpoints.items[endpoint].group,
			.origin = gathering->map->endpoints.items[endpoint].origin,
		};
	}
	join_sets(gathering, keys, MAP_GATHER_ALIKE);
	free(keys);
}

/* The namespace with most sets, of those with several; or that of nobody. */
static uint32_t fullest(const struct gathering *gathering, uint32_t *counts)
{
	const struct map_gather *gather = gathering->gather;
	const uint32_t n = (uint32_t)gathering->names.n;
	uint32_t best = n;

	memset(counts, 0, n * sizeof(*counts));
	for (size_t i = 0; i < gather->sets.n; i++)
		counts[gathering->ns_of[gather->sets.items[i].first]]++;
	for (uint32_t i = 0; i < n; i++)
		if (counts[i] > 1 && (best == n || counts[i] > counts[best]))
			best = i;
	return best;
}

static void gather_namespaces(struct gathering *gathering)
{
	const struct map_gather *gather = gathering->gather;
	const uint32_t n = (uint32_t)gathering->names.n;
	uint32_t *counts = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*counts));
	uint32_t ns;

	while (gather->sets.n > MOST_ALIKE && (ns = fullest(gathering, counts)) < n) {
		struct set_key *keys = make_keys(gathering);

		for (size_t i = 0; i < gather->sets.n; i++)
			if (gathering->ns_of[gather->sets.items[i].first] == ns) {
				keys[i].set = 0;
				gather->sets.items[i].kind = MAP_GATHER_NAMESPACE;
			}
		join_sets(gathering, keys, MAP_GATHER_NAMESPACE);
		free(keys);
	}
	free(counts);
}

/* Namespaces with the same access are one; at last, whatever is too much is. */
static void gather_rest(struct gathering *gathering)
{
	const struct map_gather *gather = gathering->gather;
	struct set_key *keys;

	if (gather->sets.n <= MOST_ALIKE)
		return;
	keys = make_keys(gathering);
	sum_access(gathering);
	for (size_t i = 0; i < gather->sets.n; i++)
		keys[i] = (struct set_key){.access = gathering->access[i]};
	join_sets(gathering, keys, MAP_GATHER_NAMESPACES);
	free(keys);
	keys = make_keys(gathering);
	for (size_t i = MOST_SETS; i < gather->sets.n; i++)
		keys[i].set = MOST_SETS;
	join_sets(gathering, keys, MAP_GATHER_NAMESPACES);
	free(keys);
}

/* At first everybody is alone. */
static void start(struct gathering *gathering, const bool *is_out)
{
	struct map_gather *gather = gathering->gather;

	for (uint32_t i = 0; i < gathering->map->endpoints.n; i++) {
		const char *ns = gathering->map->endpoints.items[i].ns;

		gathering->ns_of[i] = keyset_intern(&gathering->names, ns, strlen(ns), NULL);
		gather->set_of[i] = is_out[i] ? MAP_GATHER_NONE : (uint32_t)gather->sets.n;
		if (!is_out[i])
			vec_push(&gather->sets, ((struct map_gathered){MAP_GATHER_ONE, i, 1, 1}));
	}
}

void map_gather_init(struct map_gather *gather, struct analyze_map *map, const bool *is_out)
{
	const size_t n = map->endpoints.n + 1;
	struct gathering gathering = {.gather = gather, .map = map};

	*gather = (struct map_gather){
		.map = map, .set_of = vec_grow(NULL, &(size_t){0}, n, sizeof(*gather->set_of))};
	gathering.ns_of = vec_grow(NULL, &(size_t){0}, n, sizeof(*gathering.ns_of));
	gathering.access = vec_grow(NULL, &(size_t){0}, n, sizeof(*gathering.access));
	start(&gathering, is_out);
	if (gather->sets.n > MOST_BOXES)
		gather_alike(&gathering);
	gather_namespaces(&gathering);
	gather_rest(&gathering);
	keyset_release(&gathering.names);
	hash_map_release(&gathering.known);
	free(gathering.ns_of);
	free(gathering.access);
}

void map_gather_release(struct map_gather *gather)
{
	free(gather->set_of);
	vec_release(&gather->sets);
}
