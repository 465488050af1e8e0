/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On random clusters: a test with quantifiers holds when the specification says so of every pair
 * (lib/oracle.h); a change that is called equivalent changes no random answer.
 *
 *	unit-test_suite    with a fresh seed; BULKHEAD_SEED in the environment repeats a run
 */
#include "lib/cluster.h"
#include "lib/oracle.h"
#include "lib/random_cluster.h"
#include "lib/tap.h"
#include "suite/suite.h"

#include <inttypes.h>
#include <string.h>

#define N_CLUSTERS 8
#define N_TESTS 12
#define N_QUESTIONS 300
#define N_MUTANTS 20 /* about as many of a cluster: each needs a table */

struct world {
	struct random_cluster random;
	struct cluster cluster;
	struct analyze_cluster input;
	struct suite suite;
	struct suite_results results;
};

struct totals {
	uint32_t n_tests;
	uint32_t n_passed;
	uint32_t n_wrong;
	uint32_t n_equivalent;
	uint32_t n_not_equivalent; /* that were called so */
};

/* Namespaces that have pods of the input. */
static const char *pick_namespace(struct world *world, const struct model_snapshot *snapshot)
{
	const struct model_pod *pod;

	do
		pod = snapshot->pods[random_below(&world->random.random, snapshot->n_pods)];
	while (pod->host_network || pod->origin != MODEL_DECLARED);
	return pod->ns->name;
}

static void write_tests(struct world *world, const struct model_snapshot *snapshot,
			struct strbuf *yaml)
{
	struct random *random = &world->random.random;

	strbuf_addstr(yaml, "---\napiVersion: bulkhead.dev/v1\nkind: PolicyTest\n"
			    "metadata: {name: random}\nspec:\n  tests:\n");
	for (int i = 0; i < N_TESTS; i++)
		strbuf_printf(yaml,
			      "    - {from: {%s: %s, onlyKnown: true}, to: {namespace: %s, "
			      "onlyKnown: true}, ports: [%u/TCP], expect: %s}\n",
			      random_chance(random, 50) ? "namespace" : "notNamespace",
			      pick_namespace(world, snapshot), pick_namespace(world, snapshot),
			      random_pick(random, random_port_numbers),
			      random_chance(random, 50) ? "allow" : "deny");
}

static bool has_declared(const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		if (snapshot->pods[i]->origin == MODEL_DECLARED && !snapshot->pods[i]->host_network)
			return true;
	return false;
}

static bool world_init(struct world *world, uint64_t seed)
{
	struct strbuf yaml = {0};
	bool is_usable;

	*world = (struct world){0};
	random_cluster_init(&world->random, seed);
	cluster_load_text(&world->cluster, "random", world->random.yaml.text, NULL);
	is_usable = has_declared(world->cluster.snapshot);
	strbuf_addstr(&yaml, world->random.yaml.text);
	if (is_usable)
		write_tests(world, world->cluster.snapshot, &yaml);
	cluster_release(&world->cluster);
	cluster_load_text(&world->cluster, "random", yaml.text, NULL);
	strbuf_release(&yaml);
	world->input.snapshot = world->cluster.snapshot;
	world->input.policies = world->cluster.policies;
	return is_usable;
}

static void world_release(struct world *world)
{
	cluster_release(&world->cluster);
	random_cluster_release(&world->random);
}

static bool oracle_says(const struct world *world, const struct model_pod *from,
			const struct model_pod *to, uint16_t port, bool allow)
{
	const struct oracle oracle = {.snapshot = world->cluster.snapshot};

	for (uint32_t i = 0; i < from->n_ips; i++)
		for (uint32_t k = 0; k < to->n_ips; k++) {
			const struct oracle_question asked = {.src = from->ips[i],
							      .dst = to->ips[k],
							      .space = PORT_TCP,
							      .port = port};
			struct oracle_verdict verdict;

			if (asked.src.family != asked.dst.family)
				continue;
			oracle_judge(&oracle, &asked, &verdict);
			if ((verdict.side[0].is_allowed && verdict.side[1].is_allowed) != allow)
				return false;
		}
	return true;
}

/* Whether the specification says what the test does of every two pods that it is about. */
static bool holds(const struct world *world, const struct suite_test *test)
{
	const struct model_snapshot *snapshot = world->cluster.snapshot;
	const struct suite_peer *from = &test->peers[SUITE_FROM], *to = &test->peers[SUITE_TO];

	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		for (uint32_t k = 0; k < snapshot->n_pods; k++) {
			const struct model_pod *a = snapshot->pods[i], *b = snapshot->pods[k];

			if (a == b || a->host_network || b->host_network ||
			    a->origin == MODEL_HYPOTHETICAL || b->origin == MODEL_HYPOTHETICAL ||
			    (from->ns ? a->ns->name != from->ns : a->ns->name == from->not_ns) ||
			    b->ns->name != to->ns)
				continue;
			if (!oracle_says(world, a, b, test->ports[0].range.first,
					 test->expects_allow))
				return false;
		}
	return true;
}

static void check_results(struct world *world, struct totals *totals)
{
	for (size_t i = 0; i < world->results.items.n; i++) {
		const struct suite_result *result = &world->results.items.items[i];
		const bool passes = result->outcome == SUITE_PASS;

		totals->n_tests++;
		totals->n_passed += passes;
		if (passes == holds(world, result->test))
			continue;
		if (totals->n_wrong++ < 3)
			diag("%s: %s", suite_outcome_name(result->outcome), result->test->name);
	}
}

static uint8_t judge(const struct analyze_judge *judge, const struct oracle_question *question)
{
	const struct analyze_flow flow = {question->src, question->dst, question->space,
					  question->port, 0};
	struct verdict verdict;

	analyze_judge_flow(judge, &flow, &verdict);
	return verdict.action;
}

static bool is_same(struct world *world, const struct analyze_judge *original,
		    const struct analyze_judge *changed)
{
	for (int i = 0; i < N_QUESTIONS; i++) {
		struct oracle_question question;

		random_question(&world->random, world->cluster.snapshot, &question);
		if (judge(original, &question) != judge(changed, &question))
			return false;
	}
	return true;
}

static void check_mutants(struct world *world, struct totals *totals)
{
	const struct model_snapshot *snapshot = world->cluster.snapshot;
	struct diag_list *diags = &world->cluster.diags;
	struct analyze_judge original, judge_changed;
	struct suite_adequacy adequacy;

	if (!suite_find_adequacy(&world->suite, &world->results, diags, &adequacy))
		bail("the tests cannot be run again");
	analyze_judge_init(&original, &world->input, snapshot->pods, snapshot->n_pods, diags);
	for (size_t i = 0; i < adequacy.mutants.n; i++) {
		struct analyze_cluster changed = world->input;
		struct arena arena;

		if (adequacy.mutants.items[i].fate != SUITE_EQUIVALENT ||
		    random_below(&world->random.random, adequacy.n[SUITE_EQUIVALENT]) >= N_MUTANTS)
			continue;
		arena_init(&arena);
		changed.policies = analyze_policies_changed(
			world->input.policies, &adequacy.mutants.items[i].change, 1, &arena);
		analyze_judge_init(&judge_changed, &changed, snapshot->pods, snapshot->n_pods,
				   diags);
		totals->n_equivalent++;
		totals->n_not_equivalent += !is_same(world, &original, &judge_changed);
		analyze_judge_release(&judge_changed);
		arena_release(&arena);
	}
	analyze_judge_release(&original);
	suite_adequacy_release(&adequacy);
}

static void check_cluster(uint64_t seed, struct totals *totals)
{
	const struct suite_options all = {0};
	struct world world;
	struct diag_list *diags = &world.cluster.diags;

	if (!world_init(&world, seed)) {
		world_release(&world);
		return;
	}
	suite_read(&world.suite, &world.input, &all, diags);
	suite_resolve(&world.suite, diags);
	/* Sets without members, and only one pod, are no tests. */
	if (diags->n_errors == 0 && suite_run(&world.suite, diags, &world.results)) {
		check_results(&world, totals);
		check_mutants(&world, totals);
		suite_results_release(&world.results);
	}
	suite_release(&world.suite);
	world_release(&world);
}

int main(void)
{
	const uint64_t seed = random_seed();
	struct totals totals = {0};

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	for (uint64_t i = 0; i < N_CLUSTERS; i++)
		check_cluster(seed + i, &totals);
	diag("%u tests, %u pass; %u equivalent changes", totals.n_tests, totals.n_passed,
	     totals.n_equivalent);
	ok(totals.n_tests > N_CLUSTERS && totals.n_passed > 5, "there was something to check");
	ok_int(totals.n_wrong, 0, "tests hold when the specification says so of every pair");
	ok_int(totals.n_not_equivalent, 0, "an equivalent change changes nothing");
	return tap_done();
}
