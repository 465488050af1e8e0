/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_write.h"

static struct ip_addr random_in(struct random *random, const struct ip_cidr *cidr)
{
	struct ip_range range = ip_cidr_range(cidr);
	uint64_t hi = random_u64(random) & (range.first.hi ^ range.last.hi);
	uint64_t lo = random_u64(random) & (range.first.lo ^ range.last.lo);

	range.first.hi |= hi;
	range.first.lo |= lo;
	return range.first;
}

/* ::ffff:0:0/96 and what lies in it is no block of a policy. */
static bool is_v4_mapped(const struct ip_cidr *cidr)
{
	return cidr->addr.family == IP_V6 && cidr->prefix_len >= 96 && cidr->addr.hi == 0 &&
	       cidr->addr.lo >> 32 == 0xffff;
}

static struct ip_cidr new_block(struct random_cluster *cluster)
{
	static const char *const around4[] = {
		"10.244.0.0/16", "10.244.0.0/23",  "10.244.0.0/24", "10.244.0.0/28",
		"172.18.0.0/29", "203.0.113.0/24", "0.0.0.0/0",     "255.255.255.0/24",
	};
	static const char *const around6[] = {
		"fd00:10:244::/120", "fd00:10:244::/124", "fd00:10:244::/64",
		"fd00:18::/125",     "2001:db8::/32",     "::/0",
	};
	static const uint8_t lens4[] = {0, 1, 8, 15, 16, 17, 23, 24, 25, 28, 30, 31, 32};
	static const uint8_t lens6[] = {0, 1, 16, 48, 63, 64, 65, 112, 120, 124, 127, 128};
	bool is_v6 = random_chance(&cluster->random, cluster->has_v6 ? 50 : 10);
	struct ip_cidr around;

	if (ip_cidr_parse(is_v6 ? random_pick(&cluster->random, around6)
				: random_pick(&cluster->random, around4),
			  &around, NULL))
		abort();
	return (struct ip_cidr){
		.addr = random_in(&cluster->random, &around),
		.prefix_len = is_v6 ? random_pick(&cluster->random, lens6)
				    : random_pick(&cluster->random, lens4),
	};
}

/* The first, the last, their neighbours and one from within. */
static void add_edges(struct random_cluster *cluster, const struct ip_cidr *cidr)
{
	struct ip_range range = ip_cidr_range(cidr);
	struct ip_addr next;

	vec_push(&cluster->edges, range.first);
	vec_push(&cluster->edges, range.last);
	vec_push(&cluster->edges, random_in(&cluster->random, cidr));
	if (ip_prev(&range.first, &next))
		vec_push(&cluster->edges, next);
	if (ip_next(&range.last, &next))
		vec_push(&cluster->edges, next);
}

struct ip_cidr random_block(struct random_cluster *cluster)
{
	struct ip_cidr block;

	if (cluster->blocks.n > 0 && random_chance(&cluster->random, 50))
		return cluster->blocks.items[random_below(&cluster->random, cluster->blocks.n)];
	do {
		block = new_block(cluster);
	} while (is_v4_mapped(&block));
	vec_push(&cluster->blocks, block);
	add_edges(cluster, &block);
	return block;
}

/* At the start of the block, at its end or within. */
struct ip_cidr random_except(struct random_cluster *cluster, const struct ip_cidr *block)
{
	struct ip_range range = ip_cidr_range(block);
	struct ip_addr addrs[] = {range.first, range.last, random_in(&cluster->random, block)};
	uint8_t bits = block->addr.family == IP_V4 ? 32 : 128;
	struct ip_cidr except = {.addr = random_pick(&cluster->random, addrs)};

	except.prefix_len = block->prefix_len + 1;
	if (random_chance(&cluster->random, 60))
		except.prefix_len = random_between(&cluster->random, except.prefix_len, bits);
	if (is_v4_mapped(&except))
		except.addr = range.first;
	vec_push(&cluster->blocks, except);
	add_edges(cluster, &except);
	return except;
}
