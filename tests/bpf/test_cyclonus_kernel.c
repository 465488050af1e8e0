/* SPDX-License-Identifier: Apache-2.0 */
/* The TCP and UDP rows of ../shared/data/cyclonus, side by side: the oracle, userspace and the kernel program. */
#include "lib/agreement.h"
#include "lib/cyclonus.h"
#include "lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct totals {
	struct kernel *kernel;
	size_t n_steps;
	size_t n_rows; /* TCP and UDP */
};

static bool as_expected(const struct cyclonus_row *row, const struct verdict *verdict)
{
	return (verdict->side[VERDICT_EGRESS].action == TABLE_ALLOW) == row->egress_allowed &&
	       (verdict->side[VERDICT_INGRESS].action == TABLE_ALLOW) == row->ingress_allowed &&
	       (verdict->action == TABLE_ALLOW) == (row->egress_allowed && row->ingress_allowed);
}

/* The rows as questions; SCTP ones are for the engine's own test. */
static size_t make_questions(const struct agreement *agreement, const struct cyclonus_step *step,
			     struct agreement_question *questions, const struct cyclonus_row **rows)
{
	size_t n = 0;

	for (size_t i = 0; i < step->n_rows; i++) {
		const struct cyclonus_row *row = &step->rows[i];

		if (row->space != PORT_TCP && row->space != PORT_UDP)
			continue;
		rows[n] = row;
		questions[n++] = (struct agreement_question){
			.asked = {.src = cluster_pod_addr(agreement->cluster.snapshot, row->from),
				  .dst = cluster_pod_addr(agreement->cluster.snapshot, row->to),
				  .space = row->space,
				  .port = row->port},
			.judge = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS,
		};
	}
	return n;
}

static size_t count_wrong(struct kernel *kernel, const struct agreement_question *questions,
			  const struct cyclonus_row *const *rows, size_t n)
{
	struct question *records = calloc(n, sizeof(*records));
	size_t n_wrong = 0;

	if (!records)
		abort();
	for (size_t i = 0; i < n; i++)
		records[i].flow = agreement_flow(&questions[i]);
	if (kernel_ask(kernel, records, n))
		bail("the kernel answers");
	for (size_t i = 0; i < n; i++) {
		if (as_expected(rows[i], &records[i].verdict))
			continue;
		diag("%s -> %s %u/%s", rows[i]->from, rows[i]->to, rows[i]->port,
		     port_space_name(rows[i]->space));
		n_wrong++;
	}
	free(records);
	return n_wrong;
}

static void check_step(void *arg, const struct cyclonus_step *step)
{
	struct totals *totals = arg;
	const struct agreement_options options = {
		.kernel = totals->kernel, .subject_percent = 100, .no_assumed_dns = true};
	struct agreement_question *questions = calloc(step->n_rows, sizeof(*questions));
	const struct cyclonus_row **rows = calloc(step->n_rows, sizeof(*rows));
	struct strbuf complaint = {0};
	struct agreement agreement;
	size_t n;

	if (!questions || !rows)
		abort();
	if (!agreement_open(&agreement, &options, step->yaml))
		bail("%s: %s", step->name, agreement.cluster.diags.first->message);
	n = make_questions(&agreement, step, questions, rows);
	ok_int(count_wrong(totals->kernel, questions, rows, n), 0, "%s: %s", step->name,
	       step->description);
	if (agreement_ask(&agreement, questions, n, &complaint) < n)
		ok(false, "%s: oracle and engine: %s", step->name, strbuf_str(&complaint));
	totals->n_steps++;
	totals->n_rows += n;
	agreement_close(&agreement);
	strbuf_release(&complaint);
	free(questions);
	free(rows);
}

int main(void)
{
	const char *reason = NULL;
	struct totals totals = {.kernel = kernel_open(&reason)};

	if (!totals.kernel)
		skip_all("%s", reason);
	if (!cyclonus_each(check_step, &totals))
		skip_all("../shared/data/cyclonus is not there");
	ok_int(totals.n_steps, 256, "all steps were asked");
	diag("%zu rows of TCP and UDP", totals.n_rows);
	kernel_close(totals.kernel);
	return tap_done();
}
