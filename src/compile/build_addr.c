/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The address sections: bucket hashes of single addresses, and sorted CIDR ranges with a
 * first-level index.
 */
#include "compile/build.h"

#include <stdlib.h>

/* An address on its way into a bucket. */
struct entry {
	struct ip_addr addr;
	struct table_address value;
};

struct entry_list {
	struct entry *items;
	size_t n;
	size_t cap;
};

static void addr_words(const struct ip_addr *addr, __u32 words[4])
{
	memset(words, 0, 4 * sizeof(*words));
	if (addr->family == IP_V4) {
		words[0] = addr->lo;
		return;
	}
	words[0] = addr->hi >> 32;
	words[1] = addr->hi;
	words[2] = addr->lo >> 32;
	words[3] = addr->lo;
}

static bool is_used(const struct table_address *value)
{
	return value->flags_class & TABLE_ADDR_USED;
}

/*
 * One address, twice: two live pods close it; a node's own address gives way to the pod that has
 * it.
 */
static void fold(struct table_address *known, const struct table_address *value)
{
	if (known->flags_class & value->flags_class & TABLE_ADDR_POD)
		known->flags_class |= TABLE_ADDR_CLOSED;
	else if (value->flags_class & TABLE_ADDR_POD)
		*known = *value;
}

static bool put_slot4(struct table_bucket4 *bucket, __u32 addr, const struct table_address *value)
{
	for (int i = 0; i < TABLE_BUCKET4_SLOTS; i++) {
		if (!is_used(&bucket->value[i])) {
			bucket->key[i] = addr;
			bucket->value[i] = *value;
			return true;
		}
		if (bucket->key[i] == addr) {
			fold(&bucket->value[i], value);
			return true;
		}
	}
	return false;
}

static bool put4(struct table_bucket4 *buckets, __u32 mask, const struct entry *entry)
{
	const __u32 home = table_hash4(entry->addr.lo, mask);

	for (__u32 probe = 0; probe < TABLE_PROBES; probe++) {
		struct table_bucket4 *bucket = &buckets[(home + probe) & mask];

		if (put_slot4(bucket, entry->addr.lo, &entry->value))
			return true;
		bucket->more = 1;
	}
	return false;
}

static bool put_slot6(struct table_bucket6 *bucket, const __u32 words[4],
		      const struct table_address *value)
{
	for (int i = 0; i < TABLE_BUCKET6_SLOTS; i++) {
		if (!is_used(&bucket->slot[i].value)) {
			memcpy(bucket->slot[i].key, words, sizeof(bucket->slot[i].key));
			bucket->slot[i].value = *value;
			return true;
		}
		if (!memcmp(bucket->slot[i].key, words, sizeof(bucket->slot[i].key))) {
			fold(&bucket->slot[i].value, value);
			return true;
		}
	}
	return false;
}

static bool put6(struct table_bucket6 *buckets, __u32 mask, const struct entry *entry)
{
	__u32 words[4];
	__u32 home;

	addr_words(&entry->addr, words);
	home = table_hash6(words, mask);
	for (__u32 probe = 0; probe < TABLE_PROBES; probe++) {
		struct table_bucket6 *bucket = &buckets[(home + probe) & mask];

		if (put_slot6(bucket, words, &entry->value))
			return true;
		bucket->more = 1;
	}
	return false;
}

/* Fills `n_buckets` lines with the family's entries; false when one finds no room near its home. */
static bool fill_buckets(const struct entry_list *entries, enum ip_family family, void *lines,
			 __u32 n_buckets)
{
	for (size_t i = 0; i < entries->n; i++) {
		const struct entry *entry = &entries->items[i];

		if (entry->addr.family != family)
			continue;
		if (family == IP_V4 ? !put4(lines, n_buckets - 1, entry)
				    : !put6(lines, n_buckets - 1, entry))
			return false;
	}
	return true;
}

static void build_buckets(struct build *build, const struct entry_list *entries,
			  enum ip_family family)
{
	const size_t n_slots = family == IP_V4 ? TABLE_BUCKET4_SLOTS : TABLE_BUCKET6_SLOTS;
	struct strbuf *section = &build->section[family == IP_V4 ? BUILD_addr4 : BUILD_addr6];
	__u32 n_buckets = 1;
	size_t n = 0;
	void *lines;

	for (size_t i = 0; i < entries->n; i++)
		n += entries->items[i].addr.family == family;
	if (!n)
		return;
	/* at most two thirds full, so that nearly every address is in its home bucket */
	while (2 * n_buckets * n_slots < 3 * n)
		n_buckets *= 2;
	for (;; n_buckets *= 2) {
		lines = calloc(n_buckets, TABLE_LINE_SIZE);
		if (!lines)
			abort();
		if (fill_buckets(entries, family, lines, n_buckets))
			break;
		free(lines);
	}
	strbuf_add(section, lines, (size_t)n_buckets * TABLE_LINE_SIZE);
	free(lines);
}

static void add_pods(const struct compile_world *world, const uint32_t *endpoints,
		     struct entry_list *entries)
{
	for (uint32_t i = 0; i < world->snapshot->n_pods; i++) {
		const struct model_pod *pod = world->snapshot->pods[i];

		for (uint32_t ip = 0; ip < pod->n_ips && !pod->host_network; ip++)
			vec_push(entries, ((struct entry){pod->ips[ip],
							  {TABLE_ADDR_USED | TABLE_ADDR_POD |
								   world->pod_class[i][ip],
							   endpoints[i]}}));
	}
}

static void add_nodes(const struct compile_world *world, struct entry_list *entries)
{
	for (uint32_t i = 0; i < world->snapshot->n_nodes; i++) {
		const struct model_node *node = world->snapshot->nodes[i];

		for (uint32_t k = 0; k < node->n_addrs; k++)
			vec_push(entries, ((struct entry){node->addrs[k],
							  {TABLE_ADDR_USED | TABLE_ADDR_NODE |
								   compile_outside_class(
									   world, &node->addrs[k]),
							   0}}));
	}
}

void build_addresses(struct build *build, struct model_pod *const *pods, size_t n_pods,
		     const uint32_t *ids)
{
	const struct model_snapshot *snapshot = build->world->snapshot;
	uint32_t *endpoints = calloc(snapshot->n_pods + 1, sizeof(*endpoints));
	struct entry_list entries = {0};

	if (!endpoints)
		abort();
	for (size_t i = 0; i < n_pods; i++)
		if (!pods[i]->host_network)
			endpoints[pods[i]->index] = endpoint_number(ids, i);
	add_pods(build->world, endpoints, &entries);
	add_nodes(build->world, &entries);
	build_buckets(build, &entries, IP_V4);
	build_buckets(build, &entries, IP_V6);
	vec_release(&entries);
	free(endpoints);
}

/* The index has about one entry per range, but never more than 2^16. */
static __u32 index_bits(size_t n_ranges)
{
	__u32 bits = 0;

	while (bits < 16 && ((size_t)1 << bits) < n_ranges)
		bits++;
	return bits;
}

/*
 * index[i]: the last range that starts at or before the i-th part of the space; one entry more for
 * its end.
 */
static __u32 build_index(struct build *build, const struct world_family *side,
			 enum ip_family family)
{
	struct strbuf *section =
		&build->section[family == IP_V4 ? BUILD_range4_index : BUILD_range6_index];
	const __u32 bits = index_bits(side->n_ranges);
	const unsigned int width = family == IP_V4 ? 32 : 128;
	__u32 at = 0;

	for (__u32 i = 0; i < (__u32)1 << bits; i++) {
		const interval_point point = bits ? (interval_point)i << (width - bits) : 0;

		while (at + 1 < side->n_ranges && side->segments.items[at + 1].first <= point)
			at++;
		strbuf_add(section, &at, sizeof(at));
	}
	at = side->n_ranges - 1;
	strbuf_add(section, &at, sizeof(at));
	return bits;
}

void build_ranges(struct build *build)
{
	const struct world_family *v4 = world_family(build->world, IP_V4);
	const struct world_family *v6 = world_family(build->world, IP_V6);

	for (size_t i = 0; i < v4->n_ranges; i++) {
		const struct table_range4 range = {v4->ranges[i].range.first.lo,
						   v4->ranges[i].peer_class};

		build_push(build, range4, range);
	}
	for (size_t i = 0; i < v6->n_ranges; i++) {
		struct table_range6 range = {.flags_class = v6->ranges[i].peer_class};

		addr_words(&v6->ranges[i].range.first, range.start);
		build_push(build, range6, range);
	}
	build->range4_bits = build_index(build, v4, IP_V4);
	build->range6_bits = build_index(build, v6, IP_V6);
}

struct verdict_flow compile_flow(const struct ip_addr *src, const struct ip_addr *dst,
				 enum port_space space, uint16_t port)
{
	struct verdict_flow flow = {.port = port,
				    .space = space,
				    .family = src->family,
				    .flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS};

	addr_words(src, flow.src);
	addr_words(dst, flow.dst);
	return flow;
}
