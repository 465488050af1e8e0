/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of policies as they are written. */
#include "analyze/coverage_build.h"

#include "analyze/owner.h"

#define MANY_PORTS 1000
#define WIDE_V4 16
#define WIDE_V6 32

struct breadth {
	const struct policy_rule *rule;
	unsigned int found; /* bits of enum analyze_breadth */
};

static void check_pods(void *arg, const struct policy_peer *leaf)
{
	struct breadth *breadth = arg;

	if (!leaf->pods.ns && !leaf->pods.namespaces.n && !leaf->pods.pods.n &&
	    !leaf->pods.accounts.n)
		breadth->found |= 1u << ANALYZE_BREADTH_ALL_NAMESPACES;
}

static void check_block(void *arg, const struct policy_peer *leaf)
{
	struct breadth *breadth = arg;
	const uint8_t least = leaf->cidr.addr.family == IP_V4 ? WIDE_V4 : WIDE_V6;

	/* Two halves of the world are as much of it as one whole. */
	if (leaf->cidr.prefix_len <= 1)
		breadth->found |= 1u << (breadth->rule->direction == POLICY_EGRESS
						 ? ANALYZE_BREADTH_WORLD_EGRESS
						 : ANALYZE_BREADTH_WORLD_INGRESS);
	else if (leaf->cidr.prefix_len < least)
		breadth->found |= 1u << ANALYZE_BREADTH_CIDR;
}

static unsigned int breadth_of(const struct policy_rule *rule)
{
	struct breadth breadth = {.rule = rule};

	if (rule->any_peer)
		breadth.found |= 1u << ANALYZE_BREADTH_ANY_PEER;
	if (rule->any_port)
		breadth.found |= 1u << ANALYZE_BREADTH_ANY_PORT;
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		policy_peer_each(&rule->peers[i], POLICY_PEER_PODS, check_pods, &breadth);
		policy_peer_each(&rule->peers[i], POLICY_PEER_CIDR, check_block, &breadth);
	}
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE &&
		    rule->ports[i].last - rule->ports[i].first > MANY_PORTS)
			breadth.found |= 1u << ANALYZE_BREADTH_PORT_RANGE;
	return breadth.found;
}

static void count_rule(struct analyze_coverage_row *row, const struct policy_rule *rule)
{
	unsigned int found;

	if (rule->action != POLICY_ALLOW)
		return;
	found = breadth_of(rule);
	row->n_broad += found != 0;
	for (int i = 0; i < ANALYZE_N_BREADTHS; i++)
		row->broad[i] += found >> i & 1;
}

void coverage_count_policies(struct coverage_builder *builder)
{
	const struct policy_set *policies = builder->cluster->policies;

	for (uint32_t i = 0; i < policies->n_policies; i++) {
		const struct policy *policy = policies->policies[i];
		const struct model_namespace *ns =
			policy->ns ? model_find_namespace(builder->cluster->snapshot, policy->ns)
				   : NULL;
		/* Those of the whole cluster are in no namespace's row. */
		struct analyze_coverage_row *row = ns ? &builder->rows[ns->index]
						      : &builder->coverage->total;

		if (policy->part == 0) {
			row->n_policies++;
			row->n_owned += analyze_owner(policy->object->root) != NULL;
		}
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (uint32_t k = 0; k < policy->n_rules[direction]; k++)
				count_rule(row, &policy->rules[direction][k]);
	}
}
