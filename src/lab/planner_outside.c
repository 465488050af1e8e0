/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/planner.h"

#include "analyze/example.h"
#include "compile/world.h"

#define MAX_PORTS 6 /* of each outside address */

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

static bool is_in_plan(const void *plan, const struct ip_addr *addr)
{
	return lab_find_address(plan, addr);
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

		if (!analyze_example_address(ranges[i].range, is_in_plan, plan, &addr) ||
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

static const char *why_not(const struct ip_addr *addr)
{
	if (analyze_is_unusable(addr))
		return "no host outside can have that address";
	return addr->family == IP_V6 && !lab_has_v6() ? "this machine has no IPv6" : NULL;
}

void lab_plan_outside_of(struct lab_cluster *cluster, struct lab_cases *cases)
{
	struct lab_plan *plan = &cluster->plan;
	struct outside outside = {.cluster = cluster};
	struct ip_addr addr;

	outside.ports = arena_alloc_n(&plan->arena, MAX_PORTS, sizeof(*outside.ports));
	choose_ports(&outside);
	for (size_t i = 0; i < cases->items.n; i++)
		for (int side = 0; side < 2; side++) {
			struct lab_case *item = &cases->items.items[i];

			if (item->why || ip_parse(item->ends[side], &addr, NULL) ||
			    lab_find_address(plan, &addr))
				continue;
			item->why = why_not(&addr);
			if (!item->why)
				add_end(&outside, &addr);
		}
}
