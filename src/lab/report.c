/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/report.h"

#include "base/json.h"
#include "base/strbuf.h"
#include "lab/explain.h"
#include "lab/predict.h"
#include "render/aside.h"

#include <inttypes.h>
#include <string.h>

#define MATRIX_MAX_ENDS 48 /* beyond, nobody reads it */
#define MAX_LISTED 20

const char *lab_thousands(uint64_t number, char buf[32])
{
	char digits[24];
	const int n = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	char *at = buf;

	for (int i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = '\0';
	return buf;
}

/* The side that was expected to decide. */
static struct lab_side expected_side(const struct lab_report *report, const struct lab_probe *probe)
{
	const struct verdict *verdict = &probe->verdict;
	const uint8_t direction = verdict->direction;

	return (struct lab_side){
		.table = lab_judge(report->plan, report->nodes,
				   direction == VERDICT_EGRESS ? probe->from : probe->to),
		.outcome = verdict->side[direction].outcome,
		.direction = direction,
		.action = verdict->side[direction].action,
		.reason = verdict->side[direction].reason,
	};
}

/* What the kernel said that decided, if it speaks of the table that we have. */
static struct lab_side seen_side(const struct lab_report *report, const struct lab_probe *probe)
{
	const struct event *event = &probe->event;
	const struct table_view *table =
		lab_judge(report->plan, report->nodes,
			  event->direction == VERDICT_EGRESS ? probe->from : probe->to);

	if (table && table_header(table)->keys.generation != event->generation)
		table = NULL;
	return (struct lab_side){
		.table = table,
		.outcome = event->outcome[event->direction],
		.direction = event->direction,
		.action = event->action,
		.reason = event->reason,
	};
}

static void print_disagreement(FILE *out, const struct lab_report *report,
			       const struct lab_probe *probe)
{
	const struct lab_plan *plan = report->plan;
	const struct lab_side expected = expected_side(report, probe);
	struct strbuf buf = {0};
	struct arena arena;

	arena_init(&arena);
	fprintf(out, "%s → %s  %u/%s IPv%d\n", lab_end_title(&plan->ends[probe->from], &arena),
		lab_end_title(&plan->ends[probe->to], &arena), probe->port,
		port_space_name(probe->space), plan->ends[probe->to].ips[probe->ip].family);
	lab_explain(&buf, &expected);
	fprintf(out, "  predicted  %-9s %s\n", lab_outcome_name(probe->expected), strbuf_str(&buf));
	strbuf_clear(&buf);
	if (probe->seen == LAB_DROPPED) {
		const struct lab_side seen = seen_side(report, probe);

		lab_explain(&buf, &seen);
	} else if (probe->seen == LAB_ODD) {
		strbuf_addstr(&buf,
			      probe->error ? strerror(probe->error) : "somebody else answered");
	} else if (probe->seen == LAB_LOST) {
		strbuf_addstr(&buf, "no answer, and no event that tells of a drop");
	}
	fprintf(out, "  seen       %-9s %s\n", lab_outcome_name(probe->seen), strbuf_str(&buf));
	strbuf_release(&buf);
	arena_release(&arena);
}

static void print_disagreements(FILE *out, const struct lab_report *report)
{
	const struct lab_probes *probes = report->probes;
	size_t n = 0;
	char text[32];

	for (size_t i = 0; i < probes->n; i++)
		if (!lab_probe_agrees(&probes->items[i]) && n++ < MAX_LISTED)
			print_disagreement(out, report, &probes->items[i]);
	if (n > MAX_LISTED)
		fprintf(out, "… and %s more (-o json has them all)\n",
			lab_thousands(n - MAX_LISTED, text));
}

void lab_report_text(FILE *out, const struct lab_report *report, unsigned int width, bool color)
{
	const struct lab_probes *probes = report->probes;
	const size_t n_disagreements = lab_probes_disagreements(probes);
	char n_probes[32], n_wrong[32];

	if (lab_n_ends(report->plan) <= MATRIX_MAX_ENDS)
		lab_matrix_print(out, report, width, color);
	print_disagreements(out, report);
	if (report->n_events_lost)
		fprintf(out, "%s events of the kernel were lost\n",
			lab_thousands(report->n_events_lost, n_wrong));
	lab_thousands(probes->n, n_probes);
	lab_thousands(n_disagreements, n_wrong);
	if (color)
		fprintf(out, "\033[1;%sm%s probes, %s disagreements\033[0m\n",
			n_disagreements ? "31" : "32", n_probes, n_wrong);
	else
		fprintf(out, "%s probes, %s disagreements\n", n_probes, n_wrong);
}

static void json_side(struct json *json, const char *key, const struct lab_side *side)
{
	json_key(json, key);
	json_object(json);
	lab_explain_json(json, side);
	json_end(json);
}

static void json_probe(struct json *json, const struct lab_report *report,
		       const struct lab_probe *probe)
{
	const struct lab_end *from = &report->plan->ends[probe->from];
	const struct lab_end *to = &report->plan->ends[probe->to];
	const struct lab_side expected = expected_side(report, probe);
	const struct lab_side seen = seen_side(report, probe);
	char text[IP_TEXT_SIZE];
	struct arena arena;

	arena_init(&arena);
	json_object(json);
	if (probe->line)
		json_uint_field(json, "case", probe->line);
	json_field(json, "from", lab_end_title(from, &arena));
	json_field(json, "to", lab_end_title(to, &arena));
	json_field(json, "fromAddress",
		   ip_format(lab_end_ip(from, to->ips[probe->ip].family), text));
	json_field(json, "toAddress", ip_format(&to->ips[probe->ip], text));
	json_field(json, "protocol", port_space_name(probe->space));
	json_key(json, "port");
	json_uint(json, probe->port);
	json_field(json, "predicted", lab_outcome_name(probe->expected));
	json_field(json, "seen", lab_outcome_name(probe->seen));
	json_key(json, "agrees");
	json_bool(json, lab_probe_agrees(probe));
	json_side(json, "prediction", &expected);
	if (probe->seen == LAB_DROPPED)
		json_side(json, "drop", &seen);
	json_end(json);
	arena_release(&arena);
}

/* By the numbers of their lines. */
static void json_not_tried(struct json *json, const struct lab_cases *cases)
{
	json_key(json, "notTried");
	json_array(json);
	for (size_t i = 0; i < cases->items.n; i++) {
		if (!cases->items.items[i].why)
			continue;
		json_object(json);
		json_uint_field(json, "case", i + 1);
		json_field(json, "why", cases->items.items[i].why);
		json_end(json);
	}
	json_end(json);
}

void lab_report_json(FILE *out, const struct lab_report *report)
{
	const struct lab_probes *probes = report->probes;
	struct json json;

	json_init(&json, out, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.lab.probe/v1");
	json_key(&json, "probes");
	json_uint(&json, probes->n);
	json_key(&json, "disagreements");
	json_uint(&json, lab_probes_disagreements(probes));
	json_key(&json, "eventsLost");
	json_uint(&json, report->n_events_lost);
	json_key(&json, "results");
	json_array(&json);
	for (size_t i = 0; i < probes->n; i++)
		json_probe(&json, report, &probes->items[i]);
	json_end(&json);
	if (report->cases)
		json_not_tried(&json, report->cases);
	if (report->cluster)
		render_aside_json(&json, report->cluster);
	json_end(&json);
	fputc('\n', out);
}
