/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Peer classes: an address's class is the pair of what its pod's labels and ports match (the group
 * class) and which CIDR terms cover it. The two addresses of a dual-stack pod share the first half
 * only.
 */
#include "compile/internal.h"

#include "base/strbuf.h"

#include <stdlib.h>

#define GROUP_OUTSIDE UINT32_MAX /* the group class of addresses that are no pod's */

struct peer_class {
	uint32_t group_class;
	uint32_t cidr_set;
};

/* A pair of numbers on the way into a list per `key`. */
struct pair {
	uint32_t key;
	uint32_t value;
};

struct pair_list {
	struct pair *items;
	size_t n;
	size_t cap;
};

/* Lists per key in one block: list k is items[ends[k - 1]] … items[ends[k] - 1]. */
struct lists {
	uint32_t *items;
	uint32_t *ends;
};

/* Groups pairs by key; values keep the order of the pairs. */
static struct lists lists_of_pairs(const struct pair *pairs, size_t n, uint32_t n_keys)
{
	struct lists lists = {malloc((n + 1) * sizeof(uint32_t)),
			      calloc(n_keys + 1, sizeof(uint32_t))};
	uint32_t at = 0;

	if (!lists.items || !lists.ends)
		abort();
	for (size_t i = 0; i < n; i++)
		lists.ends[pairs[i].key]++;
	for (uint32_t key = 0; key < n_keys; key++) {
		const uint32_t count = lists.ends[key];

		lists.ends[key] = at;
		at += count;
	}
	for (size_t i = 0; i < n; i++)
		lists.items[lists.ends[pairs[i].key]++] = pairs[i].value;
	return lists;
}

static const uint32_t *lists_get(const struct lists *lists, uint32_t key, uint32_t *ret_n)
{
	const uint32_t start = key ? lists->ends[key - 1] : 0;

	*ret_n = lists->ends[key] - start;
	return lists->items + start;
}

static void lists_release(struct lists *lists)
{
	free(lists->items);
	free(lists->ends);
}

/* For each group of peers, the label terms that match it, ascending. */
static struct lists match_terms(struct compile_world *world)
{
	struct group_list matches = {0};
	struct pair_list pairs = {0};
	struct lists lists;

	for (uint32_t term = 0; term < world->terms.n; term++) {
		const struct policy_peer *peer = world->terms.items[term].peer;

		if (peer->kind != POLICY_PEER_PODS)
			continue;
		groups_match(&world->peers, &peer->pods, &matches);
		for (size_t i = 0; i < matches.n; i++)
			vec_push(&pairs, ((struct pair){matches.items[i], term}));
	}
	lists = lists_of_pairs(pairs.items, pairs.n, world->peers.n);
	free(matches.items);
	vec_release(&pairs);
	return lists;
}

/*
 * A group class's content: the number of terms, the terms, then (named port << 16 | number) as two
 * words for each declared port whose name an egress rule uses.
 */
static void put_group(const struct compile_world *world, const struct model_pod *pod,
		      const uint32_t *terms, uint32_t n_terms, struct strbuf *ret)
{
	strbuf_clear(ret);
	strbuf_add(ret, &n_terms, sizeof(n_terms));
	strbuf_add(ret, terms, n_terms * sizeof(*terms));
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		const uint32_t named = world_named(world, pod->ports[i].name, pod->ports[i].space);
		const uint32_t words[2] = {named, pod->ports[i].number};

		if (named != KEYSET_NONE)
			strbuf_add(ret, words, sizeof(words));
	}
}

/* The group class of every group of peers. */
static uint32_t *find_group_classes(struct compile_world *world, struct keyset *contents)
{
	uint32_t *class_of_group = calloc(world->peers.n + 1, sizeof(*class_of_group));
	struct lists terms = match_terms(world);
	struct strbuf scratch = {0};

	if (!class_of_group)
		abort();
	for (uint32_t group = 0; group < world->peers.n; group++) {
		uint32_t n;
		const uint32_t *list = lists_get(&terms, group, &n);

		put_group(world, world->peers.examples[group], list, n, &scratch);
		class_of_group[group] = keyset_intern(contents, scratch.text, scratch.len, NULL);
	}
	strbuf_release(&scratch);
	lists_release(&terms);
	return class_of_group;
}

static uint32_t intern_class(struct compile_world *world, uint32_t group_class, uint32_t cidr_set)
{
	const struct peer_class class = {group_class, cidr_set};

	return keyset_intern(&world->peer_classes, &class, sizeof(class), NULL);
}

static void classify_pods(struct compile_world *world, const uint32_t *class_of_group)
{
	const struct model_snapshot *snapshot = world->snapshot;

	world->pod_class = calloc(snapshot->n_pods + 1, sizeof(*world->pod_class));
	if (!world->pod_class)
		abort();
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];
		const uint32_t group = world->peers.of_pod[i];

		for (uint32_t ip = 0; ip < pod->n_ips; ip++)
			world->pod_class[i][ip] = intern_class(
				world, group == GROUP_NONE ? GROUP_OUTSIDE : class_of_group[group],
				world_cidr_set(world, &pod->ips[ip]));
	}
}

static void classify_ranges(struct compile_world *world, enum ip_family family)
{
	const struct ip_addr highest = ip_highest(family);
	struct world_family *side = world_family(world, family);

	side->n_ranges = side->segments.n;
	side->ranges = arena_alloc_n(&world->arena, side->n_ranges, sizeof(*side->ranges));
	for (size_t i = 0; i < side->n_ranges; i++) {
		const interval_point last = interval_end(&side->segments, i, ip_point(&highest));

		side->ranges[i].range.first = point_ip(side->segments.items[i].first, family);
		side->ranges[i].range.last = point_ip(last, family);
		side->ranges[i].peer_class =
			intern_class(world, GROUP_OUTSIDE, side->segments.items[i].set);
	}
}

/* Lists longer than this share of all classes are kept as bits too. */
#define DENSE_SHARE 32

static void fill_class_list(struct compile_world *world, const uint32_t *ids, uint32_t n,
			    struct class_list *ret)
{
	uint32_t *copy = arena_alloc_n(&world->arena, n, sizeof(*copy));

	if (n)
		memcpy(copy, ids, n * sizeof(*copy));
	ret->ids = copy;
	ret->n = n;
	if (n <= world->peer_classes.n / DENSE_SHARE)
		return;
	bitset_init(&ret->bits, world->peer_classes.n);
	for (uint32_t i = 0; i < n; i++)
		bitset_set(&ret->bits, copy[i]);
}

static void fill_class_lists(struct compile_world *world, const struct lists *lists, uint32_t n,
			     struct class_list *ret)
{
	for (uint32_t key = 0; key < n; key++) {
		uint32_t n_ids;
		const uint32_t *ids = lists_get(lists, key, &n_ids);

		fill_class_list(world, ids, n_ids, &ret[key]);
	}
}

/* What a tree's parts make of the classes. */
static void combine(const struct compile_world *world, const struct term *term, struct bitset *ret)
{
	const bool is_all = term->peer->kind == POLICY_PEER_ALL_OF;
	struct bitset part;

	bitset_init(&part, world->peer_classes.n);
	if (is_all)
		bitset_fill(ret);
	for (uint32_t i = 0; i < term->peer->n_parts; i++) {
		const struct class_list *list = &world->term_classes[term->parts[i]];

		if (!is_all) {
			class_list_add(list, ret);
			continue;
		}
		bitset_zero(&part);
		class_list_add(list, &part);
		bitset_and(ret, &part);
	}
	if (term->peer->kind == POLICY_PEER_NONE_OF) {
		bitset_fill(&part);
		bitset_andnot(&part, ret);
		bitset_copy(ret, &part);
	}
	bitset_release(&part);
}

/* The classes of the trees, which only the leaves' tell apart. */
static void fill_trees(struct compile_world *world)
{
	VEC(uint32_t) ids = {0};
	struct bitset classes;

	bitset_init(&classes, world->peer_classes.n);
	for (uint32_t term = 0; term < world->terms.n; term++) {
		if (!policy_peer_is_tree(world->terms.items[term].peer))
			continue;
		bitset_zero(&classes);
		combine(world, &world->terms.items[term], &classes);
		vec_clear(&ids);
		bitset_for_each(class, &classes) vec_push(&ids, class);
		fill_class_list(world, ids.items, ids.n, &world->term_classes[term]);
	}
	bitset_release(&classes);
	vec_release(&ids);
}

/* Adds (named number, class) for the named ports in a group class's content. */
static void pair_named(struct compile_world *world, const uint32_t *words, size_t n_words,
		       uint32_t class, struct pair_list *pairs)
{
	for (size_t i = 0; i + 1 < n_words; i += 2) {
		const uint64_t key = (uint64_t)words[i] << 16 | words[i + 1];
		const uint32_t id = keyset_intern(&world->named_numbers, &key, sizeof(key), NULL);
		const struct pair *last = pairs->n ? &pairs->items[pairs->n - 1] : NULL;

		/* a pod may declare one port twice */
		if (!last || last->key != id || last->value != class)
			vec_push(pairs, ((struct pair){id, class}));
	}
}

static void pair_class(struct compile_world *world, const struct keyset *contents, uint32_t class,
		       struct pair_list *terms, struct pair_list *named)
{
	size_t size;
	const struct peer_class *pair = keyset_get(&world->peer_classes, class, &size);
	const uint32_t *words = keyset_get(&world->cidr_sets, pair->cidr_set, &size);

	for (size_t i = 0; i < size / sizeof(*words); i++)
		vec_push(terms, ((struct pair){words[i], class}));
	if (pair->group_class == GROUP_OUTSIDE)
		return;
	words = keyset_get(contents, pair->group_class, &size);
	for (uint32_t i = 0; i < words[0]; i++)
		vec_push(terms, ((struct pair){words[1 + i], class}));
	pair_named(world, words + 1 + words[0], size / sizeof(*words) - 1 - words[0], class, named);
}

/* For each term and each number of a named port, the classes that it matches. */
static void find_matches(struct compile_world *world, const struct keyset *contents)
{
	struct pair_list terms = {0}, named = {0};
	struct lists lists;

	for (uint32_t class = 0; class < world->peer_classes.n; class ++)
		pair_class(world, contents, class, &terms, &named);
	world->term_classes =
		arena_alloc_n(&world->arena, world->terms.n, sizeof(*world->term_classes));
	lists = lists_of_pairs(terms.items, terms.n, world->terms.n);
	fill_class_lists(world, &lists, world->terms.n, world->term_classes);
	lists_release(&lists);
	fill_trees(world);
	world->named_classes =
		arena_alloc_n(&world->arena, world->named_numbers.n, sizeof(*world->named_classes));
	lists = lists_of_pairs(named.items, named.n, world->named_numbers.n);
	fill_class_lists(world, &lists, world->named_numbers.n, world->named_classes);
	lists_release(&lists);
	vec_release(&terms);
	vec_release(&named);
}

void world_find_peers(struct compile_world *world)
{
	struct keyset contents = {0};
	uint32_t *class_of_group;

	world->peers = (struct groups){.snapshot = world->snapshot};
	groups_init(&world->peers, world->snapshot->pods, world->snapshot->n_pods);
	world_find_cidrs(world);
	class_of_group = find_group_classes(world, &contents);
	intern_class(world, GROUP_OUTSIDE, 0);
	classify_pods(world, class_of_group);
	classify_ranges(world, IP_V4);
	classify_ranges(world, IP_V6);
	find_matches(world, &contents);
	free(class_of_group);
	keyset_release(&contents);
}

void world_release_peers(struct compile_world *world)
{
	for (size_t i = 0; world->term_classes && i < world->terms.n; i++)
		bitset_release(&world->term_classes[i].bits);
	for (size_t i = 0; world->named_classes && i < world->named_numbers.n; i++)
		bitset_release(&world->named_classes[i].bits);
	for (int i = 0; i < 2; i++)
		free(world->family[i].segments.items);
	free(world->pod_class);
	groups_release(&world->peers);
	vec_release(&world->terms);
	keyset_release(&world->term_keys);
	keyset_release(&world->named);
	keyset_release(&world->named_numbers);
	keyset_release(&world->cidr_sets);
	keyset_release(&world->peer_classes);
}

const struct class_list *world_named_classes(const struct compile_world *world,
					     const struct policy_port *port, uint16_t number)
{
	const uint64_t key = (uint64_t)world_named(world, port->name, port->space) << 16 | number;
	const uint32_t id = keyset_find(&world->named_numbers, &key, sizeof(key));

	return id == KEYSET_NONE ? NULL : &world->named_classes[id];
}

uint32_t compile_n_peer_classes(const struct compile_world *world)
{
	return world->peer_classes.n;
}

uint32_t compile_pod_class(const struct compile_world *world, const struct model_pod *pod,
			   uint32_t ip)
{
	return world->pod_class[pod->index][ip];
}

uint32_t compile_outside_class(const struct compile_world *world, const struct ip_addr *addr)
{
	const struct world_family *side = world_family(world, addr->family);

	return side->ranges[interval_find(&side->segments, ip_point(addr))].peer_class;
}

const struct compile_range *compile_ranges(const struct compile_world *world, enum ip_family family,
					   size_t *ret_n)
{
	*ret_n = world_family(world, family)->n_ranges;
	return world_family(world, family)->ranges;
}
