/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of policies as they are written. */
#include "analyze/coverage_build.h"

#include "analyze/owner.h"

#define MANY_PORTS 1000
#define WIDE_V4 16
#define WIDE_V6 32

#define N_KINDS (ANALYZE_COUNT_CIDR - ANALYZE_COUNT_ANY_PEER + 1)
#define KIND(id) (1u << (ANALYZE_COUNT_##id - ANALYZE_COUNT_ANY_PEER))

struct breadth {
	const struct policy_rule *rule;
	unsigned int found; /* bits from ANALYZE_COUNT_ANY_PEER on */
};

static void check_pods(void *arg, const struct policy_peer *leaf)
{
	struct breadth *breadth = arg;

	if (!leaf->pods.ns && !leaf->pods.namespaces.n && !leaf->pods.pods.n &&
	    !leaf->pods.accounts.n)
		breadth->found |= KIND(ALL_NAMESPACES);
}

static void check_block(void *arg, const struct policy_peer *leaf)
{
	struct breadth *breadth = arg;
	const uint8_t least = leaf->cidr.addr.family == IP_V4 ? WIDE_V4 : WIDE_V6;

	/* Two halves of the world are as much of it as one whole. */
	if (leaf->cidr.prefix_len <= 1)
		breadth->found |= breadth->rule->direction == POLICY_EGRESS ? KIND(WORLD_EGRESS)
									    : KIND(WORLD_INGRESS);
	else if (leaf->cidr.prefix_len < least)
		breadth->found |= KIND(CIDR);
}

static unsigned int breadth_of(const struct policy_rule *rule)
{
	struct breadth breadth = {.rule = rule};

	if (rule->any_peer)
		breadth.found |= KIND(ANY_PEER);
	if (rule->any_port)
		breadth.found |= KIND(ANY_PORT);
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		policy_peer_each(&rule->peers[i], POLICY_PEER_PODS, check_pods, &breadth);
		policy_peer_each(&rule->peers[i], POLICY_PEER_CIDR, check_block, &breadth);
	}
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE &&
		    rule->ports[i].last - rule->ports[i].first > MANY_PORTS)
			breadth.found |= KIND(PORT_RANGE);
	return breadth.found;
}

/* Whoever it lets in or out, before how. */
static unsigned int weight_of(unsigned int kinds)
{
	if (kinds & KIND(ANY_PEER))
		return 3;
	if (kinds & (KIND(ALL_NAMESPACES) | KIND(WORLD_EGRESS) | KIND(WORLD_INGRESS)))
		return 2;
	return kinds ? 1 : 0;
}

static bool is_broader(unsigned int kinds, unsigned int than)
{
	const unsigned int a = weight_of(kinds), b = weight_of(than);

	return a > b || (a == b && (kinds & KIND(ANY_PORT)) > (than & KIND(ANY_PORT)));
}

static unsigned int add_rule(struct coverage_place *place, const struct policy_rule *rule)
{
	const unsigned int kinds = rule->action == POLICY_ALLOW ? breadth_of(rule) : 0;

	place->n_broad += kinds != 0;
	if (is_broader(kinds, place->breadth)) {
		place->breadth = kinds;
		place->broadest = rule;
	}
	return kinds;
}

void coverage_add_breadth(struct coverage_place *place, const struct policy *policy)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			add_rule(place, &policy->rules[direction][i]);
}

static void count_rules(struct coverage_place *place, const struct policy *policy)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t k = 0; k < policy->n_rules[direction]; k++) {
			const unsigned int kinds = add_rule(place, &policy->rules[direction][k]);

			place->row.counts[ANALYZE_COUNT_BROAD] += kinds != 0;
			for (int i = 0; i < N_KINDS; i++)
				place->row.counts[ANALYZE_COUNT_ANY_PEER + i] += kinds >> i & 1;
		}
}

void coverage_count_policies(struct coverage_builder *builder)
{
	const struct policy_set *policies = builder->cluster->policies;

	for (uint32_t i = 0; i < policies->n_policies; i++) {
		const struct policy *policy = policies->policies[i];
		struct coverage_place *place = coverage_place(builder, policy->ns);
		const bool has_owner = analyze_owner(policy->object->root) != NULL;

		if (policy->part == 0)
			place->row.counts[has_owner ? ANALYZE_COUNT_OWNED : ANALYZE_COUNT_UNOWNED]++;
		/* What is only staged lets nobody in yet. */
		if (policy_has_say(policy, false))
			count_rules(place, policy);
	}
}
