/* SPDX-License-Identifier: Apache-2.0 */
#include "render/suite.h"

#include "analyze/text.h"
#include "render/place.h"

#define MAX_NOT_TRIED 10 /* of a test */

enum suite_outcome render_suite_outcome(const struct render_suite *output, size_t test)
{
	const enum suite_outcome outcome = output->results->items.items[test].outcome;

	if (outcome != SUITE_PASS || !output->live || !output->live->results.items[test].is_tried)
		return outcome;
	return output->live->results.items[test].outcome;
}

bool render_suite_passes(const struct render_suite *output, size_t test)
{
	return render_suite_outcome(output, test) == SUITE_PASS;
}

bool render_suite_skips(const struct render_suite *output, size_t test)
{
	return output->live && !output->live->results.items[test].is_tried &&
	       render_suite_passes(output, test);
}

void render_suite_not_tried(const struct render_suite *output, size_t test, struct strbuf *ret)
{
	const struct suite_live *live = output->live;
	uint32_t n = 0;

	for (size_t i = 0; live && i < live->results.items[test].cases.n; i++) {
		const struct suite_case *item =
			&live->cases.items[live->results.items[test].cases.items[i]];

		if (item->why && n++ < MAX_NOT_TRIED)
			strbuf_printf(ret, "not tried on the wire: %s → %s%s%s: %s\n", item->from,
				      item->to, item->port ? " " : "", item->port ? item->port : "",
				      item->why);
	}
	if (n > MAX_NOT_TRIED)
		strbuf_printf(ret, "and %u more not tried\n", n - MAX_NOT_TRIED);
}

/* Of a side that says this and that, what tells against the test. */
static bool is_shown(const struct analyze_side *side, const struct analyze_ref *ref,
		     bool expects_allow)
{
	const bool allows = ref->rule && ref->rule->action == POLICY_ALLOW;

	return side->verdict != ANALYZE_PARTIAL || allows != expects_allow;
}

static void add_refs(const struct analyze_side *side, bool expects_allow, struct strbuf *ret)
{
	const bool is_rule = side->verdict != ANALYZE_PARTIAL && side->reason == VERDICT_RULE;
	const char *before = is_rule ? " by " : ": ";

	for (size_t i = 0; i < side->rules.n; i++) {
		const struct analyze_ref *ref = &side->rules.items[i];
		const struct diag_span *span = ref->rule ? &ref->rule->span : &ref->policy->span;

		if (!is_shown(side, ref, expects_allow))
			continue;
		strbuf_addstr(ret, before);
		before = ", ";
		analyze_decider_text(ref->policy, ref->rule, ret);
		if (span->file) {
			strbuf_addstr(ret, " (");
			place_add(ret, span);
			strbuf_addch(ret, ')');
		}
	}
}

static void add_sides(const struct analyze_side sides[], bool expects_allow, struct strbuf *ret)
{
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++) {
		strbuf_printf(ret, "  %s %s", policy_direction_name(i),
			      analyze_verdict_text(sides[i].verdict));
		if (sides[i].verdict != ANALYZE_PARTIAL && sides[i].reason != VERDICT_RULE)
			strbuf_printf(ret, ", %s", analyze_reason_text(sides[i].reason));
		add_refs(&sides[i], expects_allow, ret);
		strbuf_addch(ret, '\n');
	}
}

static void add_finding(const struct suite_test *test, const struct suite_finding *finding,
			struct strbuf *ret)
{
	const struct analyze_answer *answer = &finding->answer;
	struct arena arena;

	arena_init(&arena);
	strbuf_printf(ret, "%s → %s %s: %s", answer->question.from->id, answer->question.to->id,
		      analyze_port_format(&answer->question.port, &arena),
		      analyze_verdict_text(answer->verdict));
	if (finding->is_wrong_reason)
		strbuf_printf(ret, ", but not by %s", test->reason);
	else
		strbuf_printf(ret, ", expected %s", test->expects_allow ? "allowed" : "denied");
	if (answer->asks_ports && answer->verdict == ANALYZE_PARTIAL) {
		strbuf_addstr(ret, "; allowed: ");
		analyze_ports_text(&answer->allowed, ret);
	}
	strbuf_addch(ret, '\n');
	add_sides(answer->sides, test->expects_allow, ret);
	for (size_t i = 0; i < answer->conditions.n; i++)
		strbuf_printf(ret, "  if: %s\n", answer->conditions.items[i]);
	arena_release(&arena);
}

/* By name what was not seen as the test expects. */
static void add_seen(const struct render_suite *output, size_t test, struct strbuf *ret)
{
	const struct suite_live *live = output->live;
	const struct suite_live_result *result = &live->results.items[test];
	const enum suite_seen want = live->suite->tests.items[test].expects_allow
					     ? SUITE_SEEN_ALLOWED
					     : SUITE_SEEN_DENIED;
	uint32_t n = 0;

	for (size_t i = 0; i < result->cases.n; i++) {
		const struct suite_case *item = &live->cases.items[result->cases.items[i]];

		for (int seen = SUITE_SEEN_ALLOWED; seen < SUITE_N_SEEN; seen++)
			if (item->n[seen] && seen != (int)want && n++ < SUITE_MAX_FINDINGS)
				strbuf_printf(ret, "  %s → %s%s%s: %s\n", item->from, item->to,
					      item->port ? " " : "", item->port ? item->port : "",
					      suite_seen_name(seen));
	}
}

static void add_live(const struct render_suite *output, size_t test, struct strbuf *ret)
{
	const struct suite_live_result *result = &output->live->results.items[test];

	if (!result->is_tried || result->outcome == SUITE_PASS)
		return;
	strbuf_addstr(ret, "on the wire:");
	for (int seen = 0; seen < SUITE_N_SEEN; seen++)
		strbuf_printf(ret, "%s %u %s", seen ? "," : "", result->n[seen],
			      suite_seen_name(seen));
	strbuf_addch(ret, '\n');
	add_seen(output, test, ret);
}

void render_suite_why(const struct render_suite *output, size_t test, struct strbuf *ret)
{
	const struct suite_result *result = &output->results->items.items[test];

	for (size_t i = 0; i < result->findings.n; i++)
		add_finding(result->test, &result->findings.items[i], ret);
	if (result->n_wrong > result->findings.n)
		strbuf_printf(ret, "and %zu more\n", result->n_wrong - result->findings.n);
	if (output->live)
		add_live(output, test, ret);
}
