/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/planner.h"

#include "compile/world.h"

#include <string.h>

#define MAX_PORTS 6 /* of each outside address */

/* No host can have these: a packet to or from them does not get out of its own stack. */
static const char *const unusable[] = {
	"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
	"::/8",      "fe80::/10",   "ff00::/8",
};

/* Examples that look like some, where any address would do. */
static const char *const preferred[] = {
	"198.51.100.10", "203.0.113.10", "192.0.2.10", "2001:db8::10", "2001:db8:ffff::10",
};

/* A kind of range that has an address already. */
struct chosen {
	uint32_t peer_class;
	bool is_named;
};

struct outside {
	struct lab_cluster *cluster;
	struct lab_port *ports;
	uint32_t n_ports;
	VEC(struct chosen) chosen; /* of the family at hand */
};

static bool add_port(struct outside *outside, uint8_t space, uint16_t number)
{
	for (uint32_t i = 0; i < outside->n_ports; i++)
		if (outside->ports[i].space == space && outside->ports[i].number == number)
			return true;
	if (outside->n_ports == MAX_PORTS)
		return false;
	outside->ports[outside->n_ports++] = (struct lab_port){space, number};
	return true;
}

static bool names_addresses(const struct policy_rule *rule)
{
	return rule->any_peer || policy_rule_has(rule, POLICY_PEER_CIDR);
}

/* The ports of egress rules that reach out of the cluster: the first of each range. */
static void choose_ports(struct outside *outside)
{
	const struct policy_set *policies = outside->cluster->base.policies;

	for (uint32_t i = 0; i < policies->n_policies; i++) {
		const struct policy *policy = policies->policies[i];

		for (uint32_t j = 0; j < policy->n_rules[POLICY_EGRESS]; j++) {
			const struct policy_rule *rule = &policy->rules[POLICY_EGRESS][j];

			for (uint32_t k = 0; k < rule->n_ports && names_addresses(rule); k++)
				if (rule->ports[k].kind == POLICY_PORT_RANGE &&
				    rule->ports[k].first && rule->ports[k].space <= PORT_UDP)
					add_port(outside, rule->ports[k].space,
						 rule->ports[k].first);
		}
	}
	if (!outside->n_ports)
		add_port(outside, PORT_TCP, 443);
}

/* The block of unusable addresses that holds this one. */
static bool find_unusable(const struct ip_addr *addr, struct ip_range *ret)
{
	for (size_t i = 0; i < sizeof(unusable) / sizeof(*unusable); i++) {
		struct ip_cidr cidr;

		ip_cidr_parse(unusable[i], &cidr, NULL);
		*ret = ip_cidr_range(&cidr);
		if (ip_range_contains(ret, addr))
			return true;
	}
	return false;
}

/* x.y.z.1 looks better than x.y.z.0. */
static struct ip_addr second_of(const struct ip_range *range)
{
	struct ip_addr addr;

	return ip_next(&range->first, &addr) && ip_range_contains(range, &addr) ? addr
										: range->first;
}

/* Where to begin to look. */
static struct ip_addr first_candidate(const struct ip_range *range)
{
	struct ip_addr addr;

	for (size_t i = 0; i < sizeof(preferred) / sizeof(*preferred); i++) {
		ip_parse(preferred[i], &addr, NULL);
		if (ip_range_contains(range, &addr))
			return addr;
	}
	return second_of(range);
}

/* An address of the range that can be outside the cluster; false when it has none. */
static bool example_address(const struct lab_plan *plan, struct ip_range range, struct ip_addr *ret)
{
	struct ip_addr addr = first_candidate(&range);
	struct ip_range block;

	while (ip_range_contains(&range, &addr)) {
		*ret = addr;
		if (find_unusable(&addr, &block)) {
			if (!ip_next(&block.last, &range.first))
				return false;
			addr = second_of(&range);
		} else if (!lab_find_address(plan, &addr)) {
			return true;
		} else if (!ip_next(&addr, &addr)) {
			return false;
		}
	}
	return false;
}

/* An address, and whether some block has it. */
struct sought {
	const struct ip_addr *addr;
	bool is_found;
};

static void look_in_block(void *arg, const struct policy_peer *leaf)
{
	const struct ip_range range = ip_cidr_range(&leaf->cidr);
	struct sought *sought = arg;

	sought->is_found |= ip_range_contains(&range, sought->addr);
}

static bool rule_names(const struct policy_rule *rule, const struct ip_addr *addr)
{
	struct sought sought = {.addr = addr};

	for (uint32_t i = 0; i < rule->n_peers; i++)
		policy_peer_each(&rule->peers[i], POLICY_PEER_CIDR, look_in_block, &sought);
	return sought.is_found;
}

/*
 * Some rule's block holds the address, be it in an `except`: the same as far outside, but worth a
 * look.
 */
static bool is_named(const struct policy_set *policies, const struct ip_addr *addr)
{
	for (uint32_t i = 0; i < policies->n_policies; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (uint32_t j = 0; j < policies->policies[i]->n_rules[direction]; j++)
				if (rule_names(&policies->policies[i]->rules[direction][j], addr))
					return true;
	return false;
}

/* Remembers it; whether it was there. */
static bool was_chosen(struct outside *outside, uint32_t peer_class, const struct ip_addr *addr)
{
	const struct chosen kind = {peer_class, is_named(outside->cluster->base.policies, addr)};

	for (size_t i = 0; i < outside->chosen.n; i++)
		if (outside->chosen.items[i].peer_class == kind.peer_class &&
		    outside->chosen.items[i].is_named == kind.is_named)
			return true;
	vec_push(&outside->chosen, kind);
	return false;
}

static bool any_pod_has(const struct lab_plan *plan, enum ip_family family)
{
	for (uint32_t i = 0; i < plan->n_pods; i++)
		if (lab_end_ip(lab_pod(plan, i), family))
			return true;
	return false;
}

static void add_end(struct outside *outside, const struct ip_addr *addr)
{
	struct lab_plan *plan = &outside->cluster->plan;
	struct lab_end *end = &plan->ends[lab_n_ends(plan)];
	char text[IP_TEXT_SIZE];

	*end = (struct lab_end){
		.kind = LAB_OUTSIDE,
		.name = arena_strdup(&plan->arena, ip_format(addr, text)),
		.ips = {*addr},
		.n_ips = 1,
		.ports = outside->ports,
		.n_ports = outside->n_ports,
	};
	plan->n_outside++;
}

/* Ranges without an address to use say nothing; the ones left out for number are counted. */
static uint32_t choose_addresses(struct outside *outside, const struct compile_world *world,
				 enum ip_family family)
{
	struct lab_plan *plan = &outside->cluster->plan;
	const struct compile_range *ranges;
	uint32_t n_left_out = 0;
	size_t n;

	ranges = compile_ranges(world, family, &n);
	vec_clear(&outside->chosen);
	for (size_t i = 0; i < n && any_pod_has(plan, family); i++) {
		struct ip_addr addr;

		if (!example_address(plan, ranges[i].range, &addr) ||
		    was_chosen(outside, ranges[i].peer_class, &addr))
			continue;
		if (plan->n_outside < LAB_MAX_OUTSIDE)
			add_end(outside, &addr);
		else
			n_left_out++;
	}
	return n_left_out;
}

void lab_plan_outside(struct lab_cluster *cluster)
{
	struct lab_plan *plan = &cluster->plan;
	struct outside outside = {.cluster = cluster};
	struct compile_world *world = compile_world_new(
		cluster->base.snapshot, cluster->base.policies, cluster->pods, plan->n_pods);
	uint32_t n_left_out;

	outside.ports = arena_alloc_n(&plan->arena, MAX_PORTS, sizeof(*outside.ports));
	choose_ports(&outside);
	n_left_out = choose_addresses(&outside, world, IP_V4);
	n_left_out += choose_addresses(&outside, world, IP_V6);
	if (n_left_out)
		lab_note(cluster,
			 "%u address ranges of the rules have no example outside the cluster: "
			 "the lab has %d",
			 n_left_out, LAB_MAX_OUTSIDE);
	vec_release(&outside.chosen);
	compile_world_free(world);
}
