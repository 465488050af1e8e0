/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/live.h"

#include "analyze/text.h"
#include "suite/live_cases.h"
#include "tree/tree.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *suite_seen_name(enum suite_seen seen)
{
	static const char *const names[SUITE_N_SEEN] = {
#define X(id, name) [SUITE_SEEN_##id] = name,
		SUITE_SEEN(X)
#undef X
	};

	assert(seen < SUITE_N_SEEN);
	return names[seen];
}

int suite_live_init(struct suite_live *live, struct suite *suite, struct diag_list *diags)
{
	struct analyze_judge judge;
	int error;

	*live = (struct suite_live){.suite = suite};
	arena_init(&live->arena);
	error = analyze_judge_init(&judge, suite->cluster, suite->pods.items, suite->pods.n, diags);
	if (error)
		return error;
	for (size_t i = 0; i < suite->tests.n; i++) {
		vec_add(&live->results);
		suite_list_cases(live, &judge, i);
	}
	analyze_judge_release(&judge);
	return 0;
}

void suite_live_release(struct suite_live *live)
{
	for (size_t i = 0; i < live->results.n; i++)
		vec_release(&live->results.items[i].cases);
	vec_release(&live->results);
	vec_release(&live->cases);
	vec_release(&live->lines);
	keyset_release(&live->known);
	keyset_release(&live->guests);
	arena_release(&live->arena);
}

void suite_live_write(struct suite_live *live, FILE *out)
{
	for (size_t i = 0; i < live->cases.n; i++) {
		const struct suite_case *item = &live->cases.items[i];

		if (item->why)
			continue;
		vec_push(&live->lines, (uint32_t)i);
		fprintf(out, "%s %s%s%s\n", item->from, item->to, item->port ? " " : "",
			item->port ? item->port : "");
	}
}

/* The case of an object of the lab's, NULL: it is about none. */
static struct suite_case *case_of(const struct suite_live *live, const struct tree_node *node)
{
	const struct tree_node *line = tree_get(node, "case");

	if (!line || line->kind != TREE_INT || line->integer < 1 ||
	    (uint64_t)line->integer > live->lines.n)
		return NULL;
	return &live->cases.items[live->lines.items[line->integer - 1]];
}

/* Nobody decides conditions in a lab, so that a drop says nothing of them. */
static bool is_condition(const struct tree_node *result)
{
	const struct tree_node *drop = tree_get(result, "drop");
	const char *reason = drop ? tree_get_string(drop, "reason") : NULL;

	return reason && strcmp(reason, analyze_reason_name(VERDICT_CONDITION)) == 0;
}

/* What arrived was allowed, whoever listens there. */
static enum suite_seen seen_of(const struct tree_node *result)
{
	const char *outcome = tree_get_string(result, "seen");

	if (!outcome)
		return SUITE_SEEN_UNCLEAR;
	if (strcmp(outcome, "answered") == 0 || strcmp(outcome, "refused") == 0)
		return SUITE_SEEN_ALLOWED;
	return strcmp(outcome, "dropped") == 0 && !is_condition(result) ? SUITE_SEEN_DENIED
									: SUITE_SEEN_UNCLEAR;
}

static bool take_results(struct suite_live *live, const struct tree_node *results)
{
	if (!results || results->kind != TREE_SEQ)
		return false;
	for (uint32_t i = 0; i < results->len; i++) {
		struct suite_case *item = case_of(live, results->items[i]);

		if (item)
			item->n[seen_of(results->items[i])]++;
	}
	return true;
}

static bool take_refusals(struct suite_live *live, const struct tree_node *refusals)
{
	if (!refusals || refusals->kind != TREE_SEQ)
		return false;
	for (uint32_t i = 0; i < refusals->len; i++) {
		struct suite_case *item = case_of(live, refusals->items[i]);
		const char *why = tree_get_string(refusals->items[i], "why");

		if (item)
			item->why = arena_strdup(&live->arena, why ? why : "the lab did not try");
	}
	return true;
}

static int take_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct suite_live *live = arg;

	(void)file;
	return take_results(live, tree_get(root, "results")) &&
			       take_refusals(live, tree_get(root, "notTried"))
		       ? 0
		       : -1;
}

/* Of several results, by family and port, the one that tells against the test. */
static enum suite_seen case_seen(const struct suite_case *item, bool expects_allow)
{
	const enum suite_seen want = expects_allow ? SUITE_SEEN_ALLOWED : SUITE_SEEN_DENIED;
	const enum suite_seen other = expects_allow ? SUITE_SEEN_DENIED : SUITE_SEEN_ALLOWED;

	if (item->n[other])
		return other;
	if (item->n[SUITE_SEEN_UNCLEAR])
		return SUITE_SEEN_UNCLEAR;
	return item->n[want] ? want : SUITE_SEEN_NOTHING;
}

static enum suite_outcome conclude(const struct suite_live_result *result,
				   const struct suite_test *test)
{
	const enum suite_seen want = test->expects_allow ? SUITE_SEEN_ALLOWED : SUITE_SEEN_DENIED;
	const enum suite_seen other = test->expects_allow ? SUITE_SEEN_DENIED : SUITE_SEEN_ALLOWED;

	if (test->is_exists && result->n[want])
		return SUITE_PASS;
	/* The one that there is may be among those that were not tried. */
	if (test->is_exists && result->n[SUITE_SEEN_NOTHING])
		return SUITE_DEPENDS;
	if (result->n[other] && !(test->is_exists && result->n[SUITE_SEEN_UNCLEAR]))
		return SUITE_FAIL;
	return result->n[SUITE_SEEN_UNCLEAR] ? SUITE_DEPENDS : SUITE_PASS;
}

static void sum_up(struct suite_live *live, size_t number)
{
	const struct suite_test *test = &live->suite->tests.items[number];
	struct suite_live_result *result = &live->results.items[number];

	for (size_t i = 0; i < result->cases.n; i++) {
		const struct suite_case *item = &live->cases.items[result->cases.items[i]];
		const enum suite_seen seen = case_seen(item, test->expects_allow);

		result->n[seen]++;
		result->is_tried |= seen != SUITE_SEEN_NOTHING;
	}
	result->outcome = (uint8_t)conclude(result, test);
}

bool suite_live_read(struct suite_live *live, const char *text, size_t len)
{
	const struct diag_file file = {.name = "bulkhead-lab", .text = text, .len = len};
	struct diag_list problems;
	struct intern keys;
	int err;

	diag_list_init(&problems, &live->arena);
	intern_init(&keys, &live->arena);
	err = tree_read(&file, NULL, &live->arena, &keys, &problems, take_document, live);
	intern_release(&keys);
	if (err || problems.n_errors)
		return false;
	for (size_t i = 0; i < live->results.n; i++)
		sum_up(live, i);
	return true;
}

size_t suite_live_n_tried(const struct suite_live *live)
{
	size_t n = 0;

	for (size_t i = 0; i < live->cases.n; i++)
		n += case_seen(&live->cases.items[i], true) != SUITE_SEEN_NOTHING;
	return n;
}
