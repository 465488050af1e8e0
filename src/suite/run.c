/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/run.h"

#include "suite/ends.h"
#include "suite/reason.h"

#include <assert.h>
#include <string.h>

const char *suite_outcome_name(enum suite_outcome outcome)
{
	static const char *const names[SUITE_N_OUTCOMES] = {
#define X(id, name) [SUITE_##id] = name,
		SUITE_OUTCOMES(X)
#undef X
	};

	assert(outcome < SUITE_N_OUTCOMES);
	return names[outcome];
}

struct run {
	struct suite *suite;
	const struct analyze_judge *judge;
	const struct analyze_cluster *cluster;
	const struct suite_test *test;
	struct diag_list problems; /* questions that could not be asked */
	struct suite_result *result;
	bool has_sets;
	bool is_contradicted; /* something certainly is not as expected */
	bool has_example;     /* something certainly is */
};

static enum analyze_verdict expected(const struct suite_test *test)
{
	return test->expects_allow ? ANALYZE_ALLOW : ANALYZE_DENY;
}

static bool has_part(const struct analyze_answer *answer, enum analyze_verdict verdict)
{
	for (size_t i = 0; i < answer->parts.n; i++)
		if (answer->parts.items[i].verdict == verdict)
			return true;
	return false;
}

static void keep_finding(struct run *run, struct analyze_answer *answer, bool is_wrong_reason)
{
	run->result->n_wrong++;
	if (run->result->findings.n < SUITE_MAX_FINDINGS)
		vec_push(&run->result->findings,
			 ((struct suite_finding){*answer, is_wrong_reason}));
	else
		analyze_answer_release(answer);
}

/* Takes the answer over. */
static void take_answer(struct run *run, struct analyze_answer *answer)
{
	const enum analyze_verdict want = expected(run->test);

	run->result->n_asked++;
	if (answer->verdict == want && suite_reason_holds(run->test, answer)) {
		run->has_example = true;
		analyze_answer_release(answer);
		return;
	}
	run->has_example |= answer->verdict == ANALYZE_PARTIAL && has_part(answer, want);
	/* Of a named workload some pods may differ; a quantifier speaks of each. */
	run->is_contradicted |= answer->verdict == want || answer->verdict == ANALYZE_ALLOW ||
				answer->verdict == ANALYZE_DENY ||
				(answer->verdict == ANALYZE_PARTIAL && run->has_sets);
	keep_finding(run, answer, answer->verdict == want);
}

static bool is_one_pod(const struct analyze_endpoint *from, const struct analyze_endpoint *to)
{
	return from->kind == ANALYZE_PODS && to->kind == ANALYZE_PODS && from->n_pods == 1 &&
	       to->n_pods == 1 && from->pods[0] == to->pods[0];
}

static void ask(struct run *run, const struct analyze_endpoint *from,
		const struct analyze_endpoint *to)
{
	/* What a pod sends to itself is no matter of policies. */
	if (run->has_sets && is_one_pod(from, to))
		return;
	for (uint32_t i = 0; i < run->test->n_ports; i++) {
		const struct analyze_question question = {
			.from = from, .to = to, .port = run->test->ports[i]};
		struct analyze_answer answer;

		if (analyze_can(run->judge, run->cluster, &question, &run->problems, &answer))
			take_answer(run, &answer);
	}
}

static enum suite_outcome conclude(const struct run *run)
{
	if (run->test->is_exists && run->has_example)
		return SUITE_PASS;
	if (!run->test->is_exists && run->result->n_wrong == 0)
		return SUITE_PASS;
	if (!run->test->is_exists)
		return run->is_contradicted ? SUITE_FAIL : SUITE_DEPENDS;
	for (size_t i = 0; i < run->result->findings.n; i++)
		if (run->result->findings.items[i].answer.verdict == ANALYZE_CONDITIONAL ||
		    run->result->findings.items[i].answer.verdict == ANALYZE_PARTIAL)
			return SUITE_DEPENDS;
	return SUITE_FAIL;
}

static void clear_findings(struct suite_result *result)
{
	for (size_t i = 0; i < result->findings.n; i++)
		analyze_answer_release(&result->findings.items[i].answer);
	vec_release(&result->findings);
	result->n_wrong = 0;
}

static bool refuse_void(const struct run *run, struct diag_list *diags)
{
	const struct diag *problem = run->problems.first;
	struct diag *diag = diag_add(diags, DIAG_BH0501, run->test->span,
				     "the test '%s' asks nothing: %s", run->test->name,
				     problem ? problem->message : "there is only one pod");

	if (problem && problem->hint)
		diag_hint(diags, diag, "%s", problem->hint);
	return false;
}

static bool run_test(struct suite *suite, const struct analyze_judge *judge,
		     const struct analyze_cluster *cluster, size_t test, struct diag_list *diags,
		     struct suite_result *ret)
{
	const struct suite_ends *from = &suite->ends[SUITE_FROM].items[test];
	const struct suite_ends *to = &suite->ends[SUITE_TO].items[test];
	struct run run = {
		.suite = suite,
		.judge = judge,
		.cluster = cluster,
		.test = &suite->tests.items[test],
		.result = ret,
		.has_sets = from->is_set || to->is_set,
	};

	*ret = (struct suite_result){.test = run.test};
	diag_list_init(&run.problems, diags->arena);
	for (size_t i = 0; i < from->parts.n; i++)
		for (size_t k = 0; k < to->parts.n; k++)
			ask(&run, from->parts.items[i], to->parts.items[k]);
	if (ret->n_asked == 0)
		return refuse_void(&run, diags);
	ret->outcome = conclude(&run);
	if (ret->outcome == SUITE_PASS)
		clear_findings(ret);
	return true;
}

bool suite_end_is_selected(const struct analyze_endpoint *end, const struct policy *policy)
{
	for (uint32_t i = 0; i < end->n_pods; i++)
		if (policy_subject_matches(&policy->subject, end->pods[i]))
			return true;
	return false;
}

/* Asks until it is known what comes of the test. */
static void ask_again(struct run *run, const struct suite_ends *from, const struct suite_ends *to,
		      const struct policy_rule *changed)
{
	const bool is_egress = changed->direction == POLICY_EGRESS;

	for (size_t i = 0; i < from->parts.n; i++)
		for (size_t k = 0; k < to->parts.n; k++) {
			const struct analyze_endpoint *subject = is_egress ? from->parts.items[i]
									   : to->parts.items[k];

			if (run->test->is_exists ? run->has_example : run->result->n_wrong > 0)
				return;
			if (run->test->is_exists || suite_end_is_selected(subject, changed->policy))
				ask(run, from->parts.items[i], to->parts.items[k]);
		}
}

bool suite_test_notices(struct suite *suite, const struct analyze_judge *judge,
			const struct analyze_cluster *cluster, size_t test,
			const struct policy_rule *changed)
{
	const struct suite_ends *from = &suite->ends[SUITE_FROM].items[test];
	const struct suite_ends *to = &suite->ends[SUITE_TO].items[test];
	struct suite_result result = {.test = &suite->tests.items[test]};
	struct run run = {
		.suite = suite,
		.judge = judge,
		.cluster = cluster,
		.test = result.test,
		.result = &result,
		.has_sets = from->is_set || to->is_set,
	};
	struct arena arena;
	bool ret;

	arena_init(&arena);
	diag_list_init(&run.problems, &arena);
	ask_again(&run, from, to, changed);
	ret = conclude(&run) != SUITE_PASS;
	clear_findings(&result);
	arena_release(&arena);
	return ret;
}

bool suite_run(struct suite *suite, struct diag_list *diags, struct suite_results *ret)
{
	const size_t n_errors = diags->n_errors;
	struct analyze_judge judge;

	*ret = (struct suite_results){0};
	if (analyze_judge_init(&judge, suite->cluster, suite->pods.items, suite->pods.n, diags))
		return false;
	suite_divide_sources(suite, &judge);
	for (size_t i = 0; i < suite->tests.n; i++) {
		struct suite_result *result = vec_add(&ret->items);

		if (run_test(suite, &judge, suite->cluster, i, diags, result))
			ret->n[result->outcome]++;
	}
	analyze_judge_release(&judge);
	if (diags->n_errors == n_errors)
		return true;
	suite_results_release(ret);
	return false;
}

void suite_results_release(struct suite_results *results)
{
	for (size_t i = 0; i < results->items.n; i++)
		clear_findings(&results->items.items[i]);
	vec_release(&results->items);
}
