/* SPDX-License-Identifier: Apache-2.0 */
#include "render/suite.h"

#include "render/aside.h"
#include "render/render.h"

#include <stdio.h>

static void write_finding(struct json *json, const struct suite_finding *finding)
{
	const struct analyze_answer *answer = &finding->answer;

	json_object(json);
	json_field(json, "from", answer->question.from->id);
	json_field(json, "to", answer->question.to->id);
	render_port_json(json, &answer->question.port);
	json_field(json, "verdict", analyze_verdict_name(answer->verdict));
	json_bool_field(json, "wrongReason", finding->is_wrong_reason);
	json_key(json, "allowed");
	render_ports_json(json, &answer->allowed);
	render_sides_json(json, answer->sides);
	render_strings_json(json, "conditions", answer->conditions.items, answer->conditions.n);
	json_end(json);
}

static const char *live_outcome(const struct suite_live_result *result)
{
	return result->is_tried ? suite_outcome_name(result->outcome) : "skipped";
}

static void write_not_tried(struct json *json, const struct suite_live *live,
			    const struct suite_live_result *result)
{
	json_key(json, "notTried");
	json_array(json);
	for (size_t i = 0; i < result->cases.n; i++) {
		const struct suite_case *item = &live->cases.items[result->cases.items[i]];

		if (!item->why)
			continue;
		json_object(json);
		json_field(json, "from", item->from);
		json_field(json, "to", item->to);
		json_field(json, "port", item->port);
		json_field(json, "why", item->why);
		json_end(json);
	}
	json_end(json);
}

static void write_live(struct json *json, const struct suite_live *live, size_t number)
{
	const struct suite_live_result *result = &live->results.items[number];

	json_key(json, "live");
	json_object(json);
	json_field(json, "outcome", live_outcome(result));
	json_uint_field(json, "allowed", result->n[SUITE_SEEN_ALLOWED]);
	json_uint_field(json, "denied", result->n[SUITE_SEEN_DENIED]);
	json_uint_field(json, "unclear", result->n[SUITE_SEEN_UNCLEAR]);
	json_uint_field(json, "skipped", result->n[SUITE_SEEN_NOTHING]);
	write_not_tried(json, live, result);
	json_end(json);
}

static void write_live_summary(struct json *json, const struct suite_live *live)
{
	uint32_t n[SUITE_N_OUTCOMES + 1] = {0};

	for (size_t i = 0; i < live->results.n; i++)
		n[live->results.items[i].is_tried ? live->results.items[i].outcome
						  : SUITE_N_OUTCOMES]++;
	json_key(json, "liveSummary");
	json_object(json);
	for (int outcome = 0; outcome < SUITE_N_OUTCOMES; outcome++)
		json_uint_field(json, suite_outcome_name(outcome), n[outcome]);
	json_uint_field(json, "skipped", n[SUITE_N_OUTCOMES]);
	json_end(json);
}

static void write_test(struct json *json, const struct render_suite *output, size_t number)
{
	const struct suite_result *result = &output->results->items.items[number];
	const struct suite_test *test = result->test;

	json_object(json);
	json_field(json, "object", test->object->name);
	json_field(json, "name", test->name);
	json_field(json, "description", test->description);
	json_field(json, "file", test->span.file->name);
	json_uint_field(json, "line", test->span.line);
	json_field(json, "expect", test->expects_allow ? "allow" : "deny");
	json_field(json, "quantifier", test->is_exists ? "exists" : "forAll");
	json_field(json, "reason", test->reason);
	json_field(json, "outcome", suite_outcome_name(result->outcome));
	json_uint_field(json, "asked", result->n_asked);
	json_uint_field(json, "wrong", result->n_wrong);
	json_key(json, "findings");
	json_array(json);
	for (size_t i = 0; i < result->findings.n; i++)
		write_finding(json, &result->findings.items[i]);
	json_end(json);
	if (output->live)
		write_live(json, output->live, number);
	json_end(json);
}

static void write_uncovered(struct json *json, const struct suite_uncovered *uncovered)
{
	json_key(json, "uncovered");
	json_object(json);
	json_uint_field(json, "allowed", uncovered->n_edges);
	json_uint_field(json, "uncovered", uncovered->edges.n);
	json_key(json, "connections");
	json_array(json);
	for (size_t i = 0; i < uncovered->edges.n; i++) {
		const struct suite_edge *edge = &uncovered->edges.items[i];

		json_object(json);
		json_field(json, "from", edge->from);
		json_field(json, "to", edge->to);
		json_key(json, "ports");
		render_ports_json(json, &edge->ports);
		json_end(json);
	}
	json_end(json);
	json_end(json);
}

static void write_mutant(struct json *json, const struct suite_mutant *mutant)
{
	const struct policy_rule *rule = mutant->change.rule;
	const struct analyze_ref ref = {.policy = rule->policy, .rule = rule};

	json_object(json);
	json_key(json, "rule");
	render_ref_json(json, &ref);
	json_field(json, "change", analyze_change_name(mutant->change.kind));
	json_field(json, "fate", suite_fate_name(mutant->fate));
	json_field(json, "killedBy", mutant->killer ? mutant->killer->name : NULL);
	json_end(json);
}

static void write_adequacy(struct json *json, const struct suite_adequacy *adequacy)
{
	json_key(json, "adequacy");
	json_object(json);
	for (int fate = 0; fate < SUITE_N_FATES; fate++)
		json_uint_field(json, suite_fate_name(fate), adequacy->n[fate]);
	json_key(json, "mutants");
	json_array(json);
	for (size_t i = 0; i < adequacy->mutants.n; i++)
		write_mutant(json, &adequacy->mutants.items[i]);
	json_end(json);
	json_end(json);
}

void render_suite_json(const struct render_suite *output)
{
	const struct suite_results *results = output->results;
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.test/v1");
	json_key(&json, "tests");
	json_array(&json);
	for (size_t i = 0; i < results->items.n; i++)
		write_test(&json, output, i);
	json_end(&json);
	json_key(&json, "summary");
	json_object(&json);
	for (int outcome = 0; outcome < SUITE_N_OUTCOMES; outcome++)
		json_uint_field(&json, suite_outcome_name(outcome), results->n[outcome]);
	json_end(&json);
	if (output->live)
		write_live_summary(&json, output->live);
	if (output->uncovered)
		write_uncovered(&json, output->uncovered);
	if (output->adequacy)
		write_adequacy(&json, output->adequacy);
	render_aside_json(&json, output->suite->cluster);
	json_end(&json);
}
