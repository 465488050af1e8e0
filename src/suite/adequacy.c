/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/run.h"

#include "suite/equivalent.h"

#include <assert.h>

const char *suite_fate_name(enum suite_fate fate)
{
	static const char *const names[SUITE_N_FATES] = {
#define X(id, name) [SUITE_##id] = name,
		SUITE_FATES(X)
#undef X
	};

	assert(fate < SUITE_N_FATES);
	return names[fate];
}

struct hunt {
	struct suite *suite;
	const struct suite_results *results;
	struct suite_faces *faces;
	struct diag_list *diags;
	struct suite_adequacy *ret;
};

static bool concerns_end(const struct policy *policy, const struct analyze_endpoint *whole)
{
	for (uint32_t i = 0; i < whole->n_pods; i++)
		if (policy_subject_matches(&policy->subject, whole->pods[i]))
			return true;
	return false;
}

/* A test of pods that the policy does not select cannot notice. */
static bool can_notice(const struct hunt *hunt, const struct policy *policy, size_t test)
{
	return hunt->results->items.items[test].outcome == SUITE_PASS &&
	       (concerns_end(policy, hunt->suite->ends[SUITE_FROM].items[test].whole) ||
		concerns_end(policy, hunt->suite->ends[SUITE_TO].items[test].whole));
}

static bool can_any_notice(const struct hunt *hunt, const struct policy *policy)
{
	for (size_t i = 0; i < hunt->suite->tests.n; i++)
		if (can_notice(hunt, policy, i))
			return true;
	return false;
}

static bool notices(const struct hunt *hunt, const struct analyze_judge *judge,
		    const struct analyze_cluster *changed, size_t test)
{
	struct suite_result result;
	bool ret = suite_run_test(hunt->suite, judge, changed, test, hunt->diags, &result) &&
		   result.outcome != SUITE_PASS;

	suite_result_release(&result);
	return ret;
}

/* false: the changed table does not fit. */
static bool find_killer(struct hunt *hunt, const struct analyze_cluster *changed,
			struct suite_mutant *mutant)
{
	const struct policy *policy = mutant->change.rule->policy;
	struct analyze_judge judge;

	if (!can_any_notice(hunt, policy))
		return true;
	if (analyze_judge_init(&judge, changed, hunt->suite->pods.items, hunt->suite->pods.n,
			       hunt->diags))
		return false;
	for (size_t i = 0; i < hunt->suite->tests.n && !mutant->killer; i++)
		if (can_notice(hunt, policy, i) && notices(hunt, &judge, changed, i))
			mutant->killer = &hunt->suite->tests.items[i];
	analyze_judge_release(&judge);
	return true;
}

static bool try_mutant(struct hunt *hunt, struct analyze_change change)
{
	struct analyze_cluster changed = *hunt->suite->cluster;
	struct suite_mutant mutant = {.change = change, .fate = SUITE_KILLED};
	struct arena arena;
	bool is_tried;

	arena_init(&arena);
	changed.policies =
		analyze_policies_changed(hunt->suite->cluster->policies, &change, 1, &arena);
	is_tried = find_killer(hunt, &changed, &mutant);
	if (!mutant.killer)
		mutant.fate = hunt->faces && suite_is_equivalent(hunt->faces, &changed, change.rule)
				      ? SUITE_EQUIVALENT
				      : SUITE_SURVIVED;
	arena_release(&arena);
	if (!is_tried)
		return false;
	hunt->ret->n[mutant.fate]++;
	vec_push(&hunt->ret->mutants, mutant);
	return true;
}

static bool try_rule(struct hunt *hunt, const struct policy_rule *rule)
{
	for (int kind = 0; kind < ANALYZE_N_CHANGES; kind++) {
		const struct analyze_change change = {rule, (uint8_t)kind};

		if (analyze_change_is_one(&change) && !try_mutant(hunt, change))
			return false;
	}
	return true;
}

static bool try_policy(struct hunt *hunt, const struct policy *policy)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			if (!try_rule(hunt, &policy->rules[direction][i]))
				return false;
	return true;
}

bool suite_find_adequacy(struct suite *suite, const struct suite_results *results,
			 struct diag_list *diags, struct suite_adequacy *ret)
{
	const struct policy_set *policies = suite->cluster->policies;
	struct hunt hunt = {
		.suite = suite,
		.results = results,
		.faces = suite_faces_new(suite->cluster),
		.diags = diags,
		.ret = ret,
	};
	bool is_done = true;

	*ret = (struct suite_adequacy){0};
	for (uint32_t i = 0; i < policies->n_policies && is_done; i++)
		if (policy_has_say(policies->policies[i], false))
			is_done = try_policy(&hunt, policies->policies[i]);
	suite_faces_free(hunt.faces);
	if (!is_done)
		suite_adequacy_release(ret);
	return is_done;
}

void suite_adequacy_release(struct suite_adequacy *adequacy)
{
	vec_release(&adequacy->mutants);
}
