/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_cluster.h"

/* ICMP types that are in use (echo, unreachable, neighbour solicitation), as type << 8 | code. */
static const uint16_t icmp_numbers[] = {0x0000, 0x0303, 0x0800, 0x8000, 0x8100, 0x8700, 0xffff};

static const struct ip_addr *random_pod_addr(struct random *random,
					     const struct model_snapshot *snapshot,
					     enum ip_family family)
{
	for (int i = 0; i < 10 && snapshot->n_pods > 0; i++) {
		const struct model_pod *pod =
			snapshot->pods[random_below(random, snapshot->n_pods)];

		for (uint32_t ip = 0; ip < pod->n_ips; ip++)
			if (pod->ips[ip].family == family)
				return &pod->ips[ip];
	}
	return NULL;
}

static struct ip_addr random_addr(struct random_cluster *cluster,
				  const struct model_snapshot *snapshot, enum ip_family family)
{
	struct random *random = &cluster->random;
	const struct ip_addr *pod = random_pod_addr(random, snapshot, family);
	struct ip_addr addr = {.family = family};

	if (pod && random_chance(random, 75))
		return *pod;
	for (int i = 0; i < 10 && cluster->edges.n > 0 && random_chance(random, 95); i++) {
		const struct ip_addr *edge =
			&cluster->edges.items[random_below(random, cluster->edges.n)];

		if (edge->family == family)
			return *edge;
	}
	if (random_chance(random, 30))
		return random_node_addr(random_below(random, 5), family);
	if (random_chance(random, 60))
		return random_pool_addr(cluster, family);
	addr.lo = family == IP_V4 ? random_u64(random) >> 32 : random_u64(random);
	addr.hi = family == IP_V4 ? 0 : random_u64(random);
	return addr;
}

/* A port of a rule, one beside it, or any. */
static uint16_t random_port(struct random *random, enum port_space space)
{
	uint16_t number = random_pick(random, random_port_numbers);

	if (space == PORT_OTHER)
		return random_below(random, 256);
	if (random_chance(random, 10))
		return random_u64(random);
	if (space == PORT_ICMP || space == PORT_ICMPV6)
		return random_pick(random, icmp_numbers);
	return random_chance(random, 75) ? number : number + random_between(random, 0, 2) - 1;
}

static enum port_space random_space(struct random *random, enum ip_family family)
{
	uint32_t kind = random_below(random, 100);

	if (kind < 50)
		return PORT_TCP;
	if (kind < 75)
		return PORT_UDP;
	if (kind < 87)
		return PORT_SCTP;
	if (kind < 94)
		return family == IP_V4 ? PORT_ICMP : PORT_ICMPV6;
	return PORT_OTHER;
}

void random_question(struct random_cluster *cluster, const struct model_snapshot *snapshot,
		     struct oracle_question *ret)
{
	struct random *random = &cluster->random;
	enum ip_family family = random_chance(random, cluster->has_v6 ? 45 : 5) ? IP_V6 : IP_V4;

	ret->src = random_addr(cluster, snapshot, family);
	ret->dst = random_chance(random, 2) ? ret->src : random_addr(cluster, snapshot, family);
	ret->space = random_space(random, family);
	ret->port = random_port(random, ret->space);
	ret->from_own_node = random_chance(random, 4) && !ip_equal(&ret->src, &ret->dst) &&
			     model_find_address(snapshot, &ret->dst);
}
