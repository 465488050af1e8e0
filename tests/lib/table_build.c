/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/table_build.h"

#include "base/ip.h"
#include "verdict/seal.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define N_ACTIONS 3
#define N_BUCKETS 256u
#define MAX_ADDRESSES 256
#define MAX_RANGES 64
#define ALL_PORTS 65536

struct address {
	struct ip_addr addr;
	struct table_address value;
};

struct range {
	struct ip_addr start;
	__u32 peer_class;
};

struct table_build {
	struct address addresses[MAX_ADDRESSES];
	size_t n_addresses;
	struct range ranges[MAX_RANGES];
	size_t n_ranges;
	__u8 port_class[VERDICT_N_SPACES][ALL_PORTS];
	__u8 action[TABLE_BUILD_MAX][2][TABLE_BUILD_MAX][TABLE_BUILD_MAX];
};

struct table_build *table_build_new(void)
{
	struct table_build *build = calloc(1, sizeof(*build));

	assert(build);
	return build;
}

void table_build_free(struct table_build *build)
{
	free(build);
}

static struct ip_addr parse(const char *text)
{
	struct ip_addr addr;

	assert(ip_parse(text, &addr, NULL) == 0);
	return addr;
}

void table_build_forget(struct table_build *build, const char *text)
{
	const struct ip_addr addr = parse(text);

	for (size_t i = 0; i < build->n_addresses; i++) {
		if (ip_equal(&build->addresses[i].addr, &addr))
			build->addresses[i--] = build->addresses[--build->n_addresses];
	}
}

void table_build_address(struct table_build *build, const char *addr, __u32 flags, __u32 endpoint,
			 __u32 peer_class)
{
	table_build_forget(build, addr);
	assert(endpoint < TABLE_BUILD_MAX && peer_class < TABLE_BUILD_MAX);
	assert(build->n_addresses < MAX_ADDRESSES);
	build->addresses[build->n_addresses++] = (struct address){
		.addr = parse(addr),
		.value = {.flags_class = TABLE_ADDR_USED | flags | peer_class,
			  .endpoint = endpoint},
	};
}

void table_build_pod(struct table_build *build, const char *addr, __u32 endpoint, __u32 peer_class)
{
	table_build_address(build, addr, TABLE_ADDR_POD, endpoint, peer_class);
}

void table_build_cidr(struct table_build *build, const char *text, __u32 peer_class)
{
	struct ip_cidr cidr;
	struct ip_range range;
	struct ip_addr after;

	assert(ip_cidr_parse(text, &cidr, NULL) == 0 && build->n_ranges + 2 <= MAX_RANGES);
	range = ip_cidr_range(&cidr);
	build->ranges[build->n_ranges++] = (struct range){range.first, peer_class};
	if (ip_next(&range.last, &after))
		build->ranges[build->n_ranges++] = (struct range){after, 0};
}

void table_build_port(struct table_build *build, enum verdict_space space, __u16 first, __u16 last,
		      __u32 port_class)
{
	assert(port_class < TABLE_BUILD_MAX);
	for (__u32 port = first; port <= last; port++)
		build->port_class[space][port] = (__u8)port_class;
}

void table_build_cell(struct table_build *build, __u32 endpoint, enum verdict_direction direction,
		      __u32 port_class, __u32 peer_class, enum table_action action)
{
	build->action[endpoint][direction][port_class][peer_class] = (__u8)action;
}

void table_build_side(struct table_build *build, __u32 endpoint, enum verdict_direction direction,
		      enum table_action action)
{
	memset(build->action[endpoint][direction], (int)action, TABLE_BUILD_MAX * TABLE_BUILD_MAX);
}

__u32 table_build_stable_id(__u32 endpoint, enum verdict_direction direction,
			    enum table_action action)
{
	return 0x5ab1e000u | endpoint << 8 | (__u32)direction << 4 | (__u32)action;
}

/* The blob grows section by section. */
struct writer {
	char *bytes;
	size_t size;
};

/* Room for `n` items of `size` bytes that cross no line; the section's place in *ret_section. */
static void *add_section(struct writer *writer, size_t n, size_t size,
			 struct table_section *ret_section)
{
	const size_t per_line = TABLE_LINE_SIZE / size;
	const size_t bytes = (n + per_line - 1) / per_line * TABLE_LINE_SIZE;
	char *grown = realloc(writer->bytes, writer->size + bytes);

	assert(grown && TABLE_LINE_SIZE % size == 0);
	writer->bytes = grown;
	*ret_section = (struct table_section){.line = (__u32)(writer->size / TABLE_LINE_SIZE),
					      .n = (__u32)n};
	memset(writer->bytes + writer->size, 0, bytes);
	writer->size += bytes;
	return writer->bytes + writer->size - bytes;
}

/* The items of a section that was added before; they move when another one is. */
static void *items(const struct writer *writer, struct table_section section)
{
	return writer->bytes + (size_t)section.line * TABLE_LINE_SIZE;
}

static void words_of(const struct ip_addr *addr, __u32 words[4])
{
	if (addr->family == IP_V4) {
		words[0] = (__u32)addr->lo;
		words[1] = words[2] = words[3] = 0;
		return;
	}
	words[0] = (__u32)(addr->hi >> 32);
	words[1] = (__u32)addr->hi;
	words[2] = (__u32)(addr->lo >> 32);
	words[3] = (__u32)addr->lo;
}

/* False: the bucket is full. */
static bool put4(struct table_bucket4 *bucket, const __u32 words[4],
		 const struct table_address *value)
{
	for (int i = 0; i < TABLE_BUCKET4_SLOTS; i++) {
		if (bucket->value[i].flags_class & TABLE_ADDR_USED)
			continue;
		bucket->key[i] = words[0];
		bucket->value[i] = *value;
		return true;
	}
	bucket->more = 1;
	return false;
}

static bool put6(struct table_bucket6 *bucket, const __u32 words[4],
		 const struct table_address *value)
{
	for (int i = 0; i < TABLE_BUCKET6_SLOTS; i++) {
		if (bucket->slot[i].value.flags_class & TABLE_ADDR_USED)
			continue;
		memcpy(bucket->slot[i].key, words, sizeof(bucket->slot[i].key));
		bucket->slot[i].value = *value;
		return true;
	}
	bucket->more = 1;
	return false;
}

static void write_addresses(const struct table_build *build, struct writer *writer,
			    struct table_keys *keys)
{
	struct table_bucket4 *buckets4;
	struct table_bucket6 *buckets6;

	add_section(writer, N_BUCKETS, TABLE_LINE_SIZE, &keys->addr4);
	buckets6 = add_section(writer, N_BUCKETS, TABLE_LINE_SIZE, &keys->addr6);
	buckets4 = items(writer, keys->addr4);
	for (size_t i = 0; i < build->n_addresses; i++) {
		const struct address *address = &build->addresses[i];
		const bool is_v4 = address->addr.family == IP_V4;
		bool is_placed = false;
		__u32 words[4], home;

		words_of(&address->addr, words);
		home = is_v4 ? table_hash4(words[0], N_BUCKETS - 1)
			     : table_hash6(words, N_BUCKETS - 1);
		for (__u32 probe = 0; probe < TABLE_PROBES && !is_placed; probe++) {
			const __u32 at = (home + probe) % N_BUCKETS;

			is_placed = is_v4 ? put4(&buckets4[at], words, &address->value)
					  : put6(&buckets6[at], words, &address->value);
		}
		assert(is_placed);
	}
}

/* A page for each 256 ports that are not all of class 0; those share page 0. */
static void write_ports(const struct table_build *build, struct writer *writer,
			struct table_keys *keys)
{
	static const __u8 zeros[256];
	const __u8(*classes)[256] = (const void *)build->port_class;
	const __u32 n_places = VERDICT_N_SPACES * 256;
	__u16 *index = add_section(writer, n_places, sizeof(__u16), &keys->port_index);
	__u16 n_pages = 1, *pages;

	for (__u32 i = 0; i < n_places; i++) {
		if (memcmp(classes[i], zeros, sizeof(zeros)) != 0)
			index[i] = n_pages++;
	}
	pages = add_section(writer, n_pages * 256, sizeof(__u16), &keys->port_pages);
	index = items(writer, keys->port_index);
	for (__u32 i = 0; i < n_places * 256; i++)
		pages[index[i / 256] * 256 + i % 256] = classes[i / 256][i % 256];
}

/* Endpoint e's row of direction d and port class k has this number. */
static __u32 row_number(__u32 endpoint, __u32 direction, __u32 port_class)
{
	return 1 + (endpoint * 2 + direction) * TABLE_BUILD_MAX + port_class;
}

#define N_SIDES (TABLE_BUILD_MAX * 2)
#define N_ROWS (1 + N_SIDES * TABLE_BUILD_MAX)

static void write_endpoints(struct writer *writer, struct table_keys *keys)
{
	struct table_endpoint *endpoints =
		add_section(writer, TABLE_BUILD_MAX, sizeof(*endpoints), &keys->endpoints);
	__u32 *remaps;

	for (__u32 e = 1; e < TABLE_BUILD_MAX; e++) {
		endpoints[e].egress = row_number(e, VERDICT_EGRESS, 0);
		endpoints[e].ingress = row_number(e, VERDICT_INGRESS, 0);
	}
	remaps = add_section(writer, N_ROWS, sizeof(*remaps), &keys->remaps);
	for (__u32 i = 0; i < N_ROWS; i++)
		remaps[i] = i;
}

/* The endpoints that own an address are the ones in use. */
static void mark_endpoints(const struct table_build *build, struct writer *writer,
			   const struct table_keys *keys)
{
	struct table_endpoint *endpoints = items(writer, keys->endpoints);

	for (size_t i = 0; i < build->n_addresses; i++) {
		if (build->addresses[i].value.endpoint)
			endpoints[build->addresses[i].value.endpoint].flags = TABLE_ENDPOINT_USED;
	}
}

/* A cell is an action: each side has its three outcomes, in the order of enum table_action. */
static void write_rows(const struct table_build *build, struct writer *writer,
		       struct table_answers *answers)
{
	const __u32 cells_per_row = 32;
	struct table_row *rows = add_section(writer, N_ROWS, sizeof(*rows), &answers->rows);
	__u16 *cells;

	for (__u32 i = 1; i < N_ROWS; i++) {
		rows[i] = (struct table_row){
			.first_cell = i * cells_per_row,
			.n_cells = TABLE_BUILD_MAX,
			.first_outcome = 1 + (i - 1) / TABLE_BUILD_MAX * N_ACTIONS,
		};
	}
	cells = add_section(writer, N_ROWS * cells_per_row, sizeof(*cells), &answers->cells);
	for (__u32 i = 0; i < N_SIDES * TABLE_BUILD_MAX * TABLE_BUILD_MAX; i++) {
		const __u32 peer_class = i % TABLE_BUILD_MAX, row = 1 + i / TABLE_BUILD_MAX;

		cells[row * cells_per_row + peer_class] = (&build->action[0][0][0][0])[i];
	}
}

static void write_outcomes(struct writer *writer, struct table_answers *answers)
{
	static const __u8 reasons[] = {
		[TABLE_DENY] = VERDICT_DEFAULT_DENY,
		[TABLE_ALLOW] = VERDICT_RULE,
		[TABLE_DECIDE] = VERDICT_CONDITION,
	};
	struct table_outcome *outcomes =
		add_section(writer, 1 + N_SIDES * N_ACTIONS, sizeof(*outcomes), &answers->outcomes);

	for (__u32 i = 0; i < N_SIDES * N_ACTIONS; i++) {
		const __u32 action = i % N_ACTIONS, side = i / N_ACTIONS;

		outcomes[1 + i].action = (__u8)action;
		outcomes[1 + i].reason = reasons[action];
		outcomes[1 + i].stable_id = table_build_stable_id(side / 2, side % 2, action);
	}
}

static void write_ranges(const struct table_build *build, struct writer *writer,
			 struct table_answers *answers)
{
	struct table_range4 *ranges4 =
		add_section(writer, 1 + build->n_ranges, sizeof(*ranges4), &answers->range4);
	struct table_range6 *ranges6;
	__u32 n4 = 1, n6 = 1, *index;

	for (size_t i = 0; i < build->n_ranges; i++) {
		if (build->ranges[i].start.family == IP_V4)
			ranges4[n4++] = (struct table_range4){(__u32)build->ranges[i].start.lo,
							      build->ranges[i].peer_class};
	}
	ranges6 = add_section(writer, 1 + build->n_ranges, sizeof(*ranges6), &answers->range6);
	for (size_t i = 0; i < build->n_ranges; i++) {
		if (build->ranges[i].start.family != IP_V6)
			continue;
		words_of(&build->ranges[i].start, ranges6[n6].start);
		ranges6[n6++].flags_class = build->ranges[i].peer_class;
	}
	answers->range4.n = n4;
	answers->range6.n = n6;
	index = add_section(writer, 2, sizeof(*index), &answers->range4_index);
	index[1] = n4 - 1;
	index = add_section(writer, 2, sizeof(*index), &answers->range6_index);
	index[1] = n6 - 1;
}

void *table_build_seal(const struct table_build *build, __u64 generation, size_t *ret_size)
{
	struct table_header header = {
		.keys = {.magic = TABLE_MAGIC, .abi = TABLE_ABI, .generation = generation},
	};
	struct table_section place;
	struct writer writer = {0};

	add_section(&writer, TABLE_HEADER_LINES, TABLE_LINE_SIZE, &place);
	write_addresses(build, &writer, &header.keys);
	write_endpoints(&writer, &header.keys);
	mark_endpoints(build, &writer, &header.keys);
	write_ports(build, &writer, &header.keys);
	write_rows(build, &writer, &header.answers);
	write_outcomes(&writer, &header.answers);
	write_ranges(build, &writer, &header.answers);
	memcpy(writer.bytes, &header, sizeof(header));
	table_seal(writer.bytes, writer.size);
	*ret_size = writer.size;
	return writer.bytes;
}
