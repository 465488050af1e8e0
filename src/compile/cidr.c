/* SPDX-License-Identifier: Apache-2.0 */
/* CIDR and node terms as disjoint ranges of each family's addresses. */
#include "compile/internal.h"

#include <stdlib.h>

static int cmp_range(const void *a, const void *b)
{
	const struct ip_range *x = a, *y = b;

	return ip_cmp(&x->first, &y->first);
}

/* The exceptions that are about addresses of the block, in order. */
static uint32_t find_holes(const struct policy_peer *peer, struct ip_range *holes)
{
	const struct ip_range block = ip_cidr_range(&peer->cidr);
	uint32_t n = 0;

	for (uint32_t i = 0; i < peer->n_except; i++) {
		const struct ip_range hole = ip_cidr_range(&peer->except[i]);

		if (hole.first.family == block.first.family &&
		    ip_cmp(&hole.first, &block.last) <= 0 && ip_cmp(&block.first, &hole.last) <= 0)
			holes[n++] = hole;
	}
	qsort(holes, n, sizeof(*holes), cmp_range);
	return n;
}

/* What is left of a block without its exceptions (which may nest, overlap, and be elsewhere). */
static void add_block(const struct policy_peer *peer, uint32_t term, struct interval_list *list)
{
	const struct ip_range block = ip_cidr_range(&peer->cidr);
	const interval_point last = ip_point(&block.last);
	struct ip_range *holes = calloc(peer->n_except + 1, sizeof(*holes));
	interval_point next = ip_point(&block.first);
	uint32_t n_holes;

	if (!holes)
		abort();
	n_holes = find_holes(peer, holes);
	for (uint32_t i = 0; i < n_holes && next <= last; i++) {
		const interval_point hole = ip_point(&holes[i].first),
				     end = ip_point(&holes[i].last);

		if (end < next)
			continue;
		if (hole > next)
			interval_add(list, next, hole - 1, term);
		if (end >= last) {
			free(holes);
			return;
		}
		next = end + 1;
	}
	interval_add(list, next, last, term);
	free(holes);
}

static void add_node(const struct model_node *node, uint32_t term, enum ip_family family,
		     struct interval_list *list)
{
	for (uint32_t i = 0; node && i < node->n_addrs; i++) {
		const interval_point point = ip_point(&node->addrs[i]);

		if (node->addrs[i].family == family)
			interval_add(list, point, point, term);
	}
}

static void add_nodes(const struct compile_world *world, uint32_t term, enum ip_family family,
		      struct interval_list *list)
{
	const struct selector *selector = &world->terms.items[term].peer->nodes;

	for (uint32_t i = 0; i < world->snapshot->n_nodes; i++)
		if (selector_matches(selector, &world->snapshot->nodes[i]->labels))
			add_node(world->snapshot->nodes[i], term, family, list);
}

static void sweep_family(struct compile_world *world, enum ip_family family)
{
	const struct ip_addr highest = ip_highest(family);
	struct interval_list list = {0};

	for (uint32_t term = 0; term < world->terms.n; term++) {
		const struct policy_peer *peer = world->terms.items[term].peer;

		if (peer->kind == POLICY_PEER_CIDR && peer->cidr.addr.family == family)
			add_block(peer, term, &list);
		else if (peer->kind == POLICY_PEER_NODES)
			add_nodes(world, term, family, &list);
		else if (peer->kind == POLICY_PEER_OWN_NODE)
			add_node(world->terms.items[term].node, term, family, &list);
	}
	interval_sweep(&list, ip_point(&highest), &world->cidr_sets,
		       &world_family(world, family)->segments);
	free(list.items);
}

void world_find_cidrs(struct compile_world *world)
{
	keyset_intern(&world->cidr_sets, NULL, 0, NULL);
	sweep_family(world, IP_V4);
	sweep_family(world, IP_V6);
}

uint32_t world_cidr_set(const struct compile_world *world, const struct ip_addr *addr)
{
	const struct interval_segments *segments = &world_family(world, addr->family)->segments;

	return segments->items[interval_find(segments, ip_point(addr))].set;
}
