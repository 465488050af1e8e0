/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All rows of ../shared/data/cyclonus, but for those of a pod to itself: through the table, and
 * through `can`, whose explanation must name rules for what a rule allows and policies for what a
 * default denies.
 */
#include "analyze/can.h"
#include "lib/cluster.h"
#include "lib/cyclonus.h"
#include "lib/tap.h"

#include <string.h>

#define N_STEPS 256
#define N_ROWS 109956

struct step {
	struct cluster cluster;
	struct analyze_cluster input;
	struct analyze_endpoints endpoints;
	struct analyze_judge judge;
};

struct totals {
	size_t n_steps;
	size_t n_rows;
};

static void step_init(struct step *step, const struct cyclonus_step *from)
{
	const struct model_options options = {.no_assumed_dns = true};

	*step = (struct step){0};
	cluster_load_text(&step->cluster, from->name, from->yaml, &options);
	if (step->cluster.diags.n_errors)
		bail("%s: %s", from->name, step->cluster.diags.first->message);
	cluster_compile(&step->cluster, NULL, 0, NULL);
	step->input.snapshot = step->cluster.snapshot;
	step->input.policies = step->cluster.policies;
	analyze_endpoints_init(&step->endpoints, &step->input);
	if (analyze_judge_init(&step->judge, &step->input, step->cluster.snapshot->pods,
			       step->cluster.snapshot->n_pods, &step->cluster.diags))
		bail("%s: the table is too big", from->name);
}

static void step_release(struct step *step)
{
	analyze_judge_release(&step->judge);
	analyze_endpoints_release(&step->endpoints);
	cluster_release(&step->cluster);
}

static bool table_agrees(const struct step *step, const struct analyze_question *question,
			 const struct cyclonus_row *row)
{
	struct verdict_flow flow = compile_flow(&question->from->pods[0]->ips[0],
						&question->to->pods[0]->ips[0], row->space,
						row->port);
	struct verdict verdict;

	flow.flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS;
	verdict_flow(&step->cluster.view, &flow, &verdict);
	return (verdict.side[VERDICT_EGRESS].action == TABLE_ALLOW) == row->egress_allowed &&
	       (verdict.side[VERDICT_INGRESS].action == TABLE_ALLOW) == row->ingress_allowed &&
	       (verdict.action == TABLE_ALLOW) == (row->egress_allowed && row->ingress_allowed);
}

/* A decided side names what decided it: rules that allow, or policies as a whole that isolate. */
static bool is_explained(const struct analyze_side *side)
{
	if (side->reason == VERDICT_NOT_ISOLATED)
		return side->rules.n == 0 && side->near.n == 0;
	for (size_t i = 0; i < side->rules.n; i++)
		if ((side->rules.items[i].rule != NULL) != (side->reason == VERDICT_RULE))
			return false;
	return side->rules.n > 0;
}

static bool side_agrees(const struct analyze_side *side, bool is_allowed)
{
	return side->verdict == (is_allowed ? ANALYZE_ALLOW : ANALYZE_DENY) && is_explained(side);
}

static bool can_agrees(struct step *step, const struct analyze_question *question,
		       const struct cyclonus_row *row)
{
	struct analyze_answer answer;
	bool is_same;

	if (!analyze_can(&step->judge, &step->input, question, &step->cluster.diags, &answer))
		return false;
	is_same = side_agrees(&answer.sides[POLICY_EGRESS], row->egress_allowed) &&
		  side_agrees(&answer.sides[POLICY_INGRESS], row->ingress_allowed) &&
		  answer.verdict == (row->egress_allowed && row->ingress_allowed ? ANALYZE_ALLOW
										 : ANALYZE_DENY);
	analyze_answer_release(&answer);
	return is_same;
}

static size_t count_wrong(struct step *step, const struct cyclonus_step *from)
{
	size_t n_wrong = 0;

	for (size_t i = 0; i < from->n_rows; i++) {
		const struct cyclonus_row *row = &from->rows[i];
		const struct analyze_question question = {
			.from = analyze_endpoint_get(&step->endpoints, row->from,
						     &step->cluster.diags),
			.to = analyze_endpoint_get(&step->endpoints, row->to, &step->cluster.diags),
			.port.range = {row->space, row->port, row->port},
		};

		if (question.from && question.to && table_agrees(step, &question, row) &&
		    can_agrees(step, &question, row))
			continue;
		diag("%s -> %s %u/%s", row->from, row->to, row->port, port_space_name(row->space));
		n_wrong++;
	}
	return n_wrong;
}

static void check_step(void *arg, const struct cyclonus_step *from)
{
	struct totals *totals = arg;
	struct step step;

	step_init(&step, from);
	ok_int(count_wrong(&step, from), 0, "%s: %s", from->name, from->description);
	totals->n_steps++;
	totals->n_rows += from->n_rows;
	step_release(&step);
}

int main(void)
{
	struct totals totals = {0};

	if (!cyclonus_each(check_step, &totals))
		skip_all("../shared/data/cyclonus is not there");
	ok_int(totals.n_steps, N_STEPS, "all steps were asked");
	ok_int(totals.n_rows, N_ROWS, "all rows were asked");
	return tap_done();
}
