/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On small random clusters: a cut of reach cuts, no smaller set of rules does, and where none is
 * possible taking out all rules is not enough.
 *
 *	unit-test_cut    with a fresh seed; BULKHEAD_SEED in the environment repeats a run
 */
#include "analyze/change.h"
#include "analyze/reach.h"
#include "lib/cluster.h"
#include "lib/random.h"
#include "lib/tap.h"

#include <inttypes.h>

#define N_PODS 4
#define MAX_CLUSTERS 1000
#define MIN_CUTS 30 /* that are checked; of more than one rule, and impossible ones: a third */
#define MAX_TRIED 1000
#define MAX_RULES 8 /* so that all sets of them can be tried */

struct totals {
	uint32_t n_clusters;
	uint32_t n_apart; /* nothing to cut */
	uint32_t n_cuts;
	uint32_t n_larger; /* of more than one rule */
	uint32_t n_impossible;
	uint32_t n_inexact;
	uint32_t n_wrong;
};

struct rules {
	const struct policy_rule **items;
	size_t n;
	size_t cap;
};

struct world {
	struct cluster cluster;
	struct analyze_cluster input;
	struct analyze_endpoints endpoints;
	struct analyze_reach_options options;
	const struct analyze_endpoint *to;
	struct rules rules;
};

static void write_pod(struct random *random, struct strbuf *yaml, int number)
{
	strbuf_printf(yaml,
		      "---\napiVersion: v1\nkind: Pod\n"
		      "metadata: {name: p%d, namespace: app, labels: {app: p%d}}\n"
		      "spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}\n",
		      number, number);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		if (random_chance(random, direction == POLICY_INGRESS ? 85 : 30))
			strbuf_printf(yaml,
				      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
				      "metadata: {name: deny-%d-%d, namespace: app}\n"
				      "spec: {podSelector: {matchLabels: {app: p%d}}, "
				      "policyTypes: [%s]}\n",
				      number, direction, number,
				      direction == POLICY_INGRESS ? "Ingress" : "Egress");
}

/* One rule of one pod, mostly for one peer. */
static void write_rule(struct random *random, struct strbuf *yaml, uint32_t number)
{
	const bool is_egress = random_chance(random, 25);

	strbuf_printf(
		yaml,
		"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
		"metadata: {name: allow-%u, namespace: app}\n"
		"spec: {podSelector: {matchLabels: {app: p%u}}, policyTypes: [%s], %s: [{%s: [",
		number, random_below(random, N_PODS), is_egress ? "Egress" : "Ingress",
		is_egress ? "egress" : "ingress", is_egress ? "to" : "from");
	if (random_chance(random, 20))
		strbuf_addstr(yaml, "{podSelector: {}}");
	else
		strbuf_printf(yaml, "{podSelector: {matchLabels: {app: p%u}}}",
			      random_below(random, N_PODS));
	strbuf_addstr(yaml, random_chance(random, 30) ? "], ports: [{port: 80}]}]}\n" : "]}]}\n");
}

static void list_rules(struct world *world)
{
	const struct policy_set *policies = world->cluster.policies;

	for (uint32_t i = 0; i < policies->n_policies; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (uint32_t k = 0; k < policies->policies[i]->n_rules[direction]; k++)
				vec_push(&world->rules,
					 &policies->policies[i]->rules[direction][k]);
}

static void world_init(struct world *world, uint64_t seed)
{
	struct random random = {seed};
	struct strbuf yaml = {0};
	uint32_t n_rules = random_between(&random, 1, MAX_RULES);

	*world = (struct world){0};
	for (int i = 0; i < N_PODS; i++)
		write_pod(&random, &yaml, i);
	while (n_rules-- > 0)
		write_rule(&random, &yaml, n_rules);
	cluster_load_text(&world->cluster, "random", yaml.text, NULL);
	strbuf_release(&yaml);
	world->input.snapshot = world->cluster.snapshot;
	world->input.policies = world->cluster.policies;
	analyze_endpoints_init(&world->endpoints, &world->input);
	world->options.only_known = true;
	world->options.internet =
		analyze_endpoint_get(&world->endpoints, "internet", &world->cluster.diags);
	world->options.from =
		analyze_endpoint_get(&world->endpoints, "app/p0", &world->cluster.diags);
	world->to = analyze_endpoint_get(&world->endpoints, "app/p1", &world->cluster.diags);
	if (world->cluster.diags.n_errors || !world->options.from || !world->to)
		bail("the cluster cannot be read");
	list_rules(world);
}

static void world_release(struct world *world)
{
	vec_release(&world->rules);
	analyze_endpoints_release(&world->endpoints);
	cluster_release(&world->cluster);
}

/* Whether the endpoint falls without the rules whose bits are set. */
static bool falls_without(struct world *world, uint32_t bits)
{
	struct analyze_cluster changed = world->input;
	struct analyze_change changes[MAX_RULES];
	struct analyze_reach reach;
	struct arena arena;
	bool falls = false;
	size_t n = 0;

	for (size_t i = 0; i < world->rules.n; i++)
		if (bits >> i & 1)
			changes[n++] =
				(struct analyze_change){world->rules.items[i], ANALYZE_CHANGE_DROP};
	arena_init(&arena);
	changed.policies = analyze_policies_changed(world->input.policies, changes, n, &arena);
	analyze_reach_build(&reach, &changed, &world->options);
	for (uint32_t at = analyze_reach_find(&reach, world->to, 0); at < reach.nodes.n;
	     at = analyze_reach_find(&reach, world->to, at + 1))
		falls |= reach.nodes.items[at].hop != ANALYZE_REACH_NOT;
	analyze_reach_release(&reach);
	arena_release(&arena);
	return falls;
}

static uint32_t bits_of(const struct rules *rules, const struct analyze_cut *cut)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < rules->n; i++)
		for (size_t k = 0; k < cut->rules.n; k++)
			bits |= (uint32_t)(rules->items[i] == cut->rules.items[k]) << i;
	return bits;
}

static bool has_smaller(struct world *world, size_t n)
{
	for (uint32_t bits = 0; bits < 1u << world->rules.n; bits++)
		if ((size_t)__builtin_popcount(bits) < n && !falls_without(world, bits))
			return true;
	return false;
}

static bool is_right(struct world *world, const struct analyze_cut *cut)
{
	const uint32_t bits = bits_of(&world->rules, cut);

	if (!cut->is_reached)
		return !falls_without(world, 0);
	if (!cut->is_possible)
		return falls_without(world, (1u << world->rules.n) - 1);
	return (size_t)__builtin_popcount(bits) == cut->rules.n && !falls_without(world, bits) &&
	       !has_smaller(world, cut->rules.n);
}

static void check_cluster(uint64_t seed, struct totals *totals)
{
	struct world world;
	struct analyze_cut cut;

	world_init(&world, seed);
	analyze_cut_find(&cut, &world.input, &world.options, world.to, MAX_TRIED);
	totals->n_clusters++;
	totals->n_apart += !cut.is_reached;
	totals->n_impossible += cut.is_reached && !cut.is_possible;
	totals->n_cuts += cut.is_reached && cut.is_possible;
	totals->n_larger += cut.is_reached && cut.is_possible && cut.rules.n > 1;
	totals->n_inexact += cut.is_possible && !cut.is_exact;
	if (!is_right(&world, &cut) && totals->n_wrong++ < 3)
		diag("BULKHEAD_SEED=%" PRIu64 ": a cut of %zu rules%s", seed, cut.rules.n,
		     cut.is_possible ? "" : ", impossible");
	analyze_cut_release(&cut);
	world_release(&world);
}

static bool has_enough(const struct totals *totals)
{
	return totals->n_cuts >= MIN_CUTS && totals->n_larger >= MIN_CUTS / 3 &&
	       totals->n_impossible >= MIN_CUTS / 3;
}

int main(void)
{
	const uint64_t seed = random_seed();
	struct totals totals = {0};

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	while (totals.n_clusters < MAX_CLUSTERS && !has_enough(&totals))
		check_cluster(seed + totals.n_clusters, &totals);
	diag("%u clusters: %u cuts, %u of more than one rule; %u impossible, %u apart",
	     totals.n_clusters, totals.n_cuts, totals.n_larger, totals.n_impossible,
	     totals.n_apart);
	ok(has_enough(&totals), "there were cuts to check, and impossible ones");
	ok_int(totals.n_inexact, 0, "the search of a small cluster ends");
	ok_int(totals.n_wrong, 0, "cuts cut, none is smaller, and impossible is so");
	return tap_done();
}
