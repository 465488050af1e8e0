/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/agreement_ask.h"

#include "base/hash.h"
#include "base/vec.h"

#include <stdio.h>

const char *const agreement_directions[2] = {"egress", "ingress"};

const char *const agreement_reasons[VERDICT_N_REASONS] = {
#define X(id, name, text) name,
	VERDICT_REASONS(X)
#undef X
};

bool agreement_complain(struct agreement_ask *ask, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	strbuf_printf(ask->complaint, "%s\n", text);
	return false;
}

/* ---- Subjects ---- */

static bool is_subject(const struct agreement *agreement, const struct model_pod *pod)
{
	uint64_t hash =
		hash_bytes(pod->ns->name, strlen(pod->ns->name), agreement->options.subject_seed);

	hash = hash_bytes(pod->name, strlen(pod->name), hash);
	return hash % 100 < agreement->options.subject_percent;
}

/* A node's numbers of its endpoints have gaps and are in no order. */
static uint32_t endpoint_id(const struct model_pod *pod)
{
	return 1 + (pod->index ^ 5) * 3;
}

static void compile(struct agreement *agreement)
{
	const struct model_snapshot *snapshot = agreement->cluster.snapshot;
	VEC(struct model_pod *) subjects = {0};
	VEC(uint32_t) ids = {0};

	vec_reserve(&subjects, 1); /* none is not the same as all */
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		if (!is_subject(agreement, snapshot->pods[i]))
			continue;
		vec_push(&subjects, snapshot->pods[i]);
		vec_push(&ids, endpoint_id(snapshot->pods[i]));
	}
	cluster_compile(&agreement->cluster, subjects.items, subjects.n, ids.items);
	vec_release(&subjects);
	vec_release(&ids);
}

bool agreement_open(struct agreement *agreement, const struct agreement_options *options,
		    const char *yaml)
{
	const struct model_options model = {.no_assumed_dns = options->no_assumed_dns};
	struct compiled_table *table = &agreement->cluster.table;

	*agreement = (struct agreement){.options = *options};
	cluster_load_text(&agreement->cluster, "random", yaml, &model);
	agreement->oracle =
		(struct oracle){.snapshot = agreement->cluster.snapshot, .fault = options->fault};
	if (agreement->cluster.diags.n_errors)
		return false;
	compile(agreement);
	if (options->kernel && kernel_load(options->kernel, table->bytes, table->size))
		abort();
	return true;
}

void agreement_close(struct agreement *agreement)
{
	cluster_release(&agreement->cluster);
}

/* ---- What the table should say ---- */

const char *agreement_action_name(uint8_t action)
{
	static const char *const names[] = {
		[TABLE_DENY] = "deny", [TABLE_ALLOW] = "allow", [TABLE_DECIDE] = "decide"};

	return action <= TABLE_DECIDE ? names[action] : "?";
}

static uint8_t action_of(const struct oracle_side *side)
{
	if (side->n_conditions)
		return TABLE_DECIDE;
	return side->is_allowed ? TABLE_ALLOW : TABLE_DENY;
}

bool agreement_is_of_rules(uint8_t reason)
{
	return reason == VERDICT_RULE || reason == VERDICT_DEFAULT_DENY ||
	       reason == VERDICT_NOT_ISOLATED || reason == VERDICT_CONDITION;
}

/* The oracle knows no tables: a pod that is none of its endpoints, or is not asked about, is judged elsewhere. */
static void expect(struct agreement_ask *ask, enum verdict_direction direction)
{
	const uint32_t judge[] = {VERDICT_JUDGE_EGRESS, VERDICT_JUDGE_INGRESS};
	struct oracle_side *want = &ask->want[direction];
	const struct model_pod *pod = ask->pod[direction];
	bool is_here = pod && is_subject(ask->agreement, pod);

	if (agreement_is_of_rules(want->reason)
		    ? !is_here || !(ask->question->judge & judge[direction])
		    : want->reason == VERDICT_SELF && !is_here)
		*want = (struct oracle_side){.is_allowed = true, .reason = VERDICT_REMOTE};
}

/* ---- Comparing a side ---- */

static bool compare_side(struct agreement_ask *ask, enum verdict_direction direction)
{
	const struct verdict_side *got = &ask->verdict->side[direction];
	const struct oracle_side *want = &ask->want[direction];
	const struct table_outcome *outcome =
		table_outcome(&ask->agreement->cluster.view, got->outcome);

	ask->agreement->n_reasons[want->reason]++;
	ask->agreement->n_denied_by_rule += want->reason == VERDICT_RULE && !want->is_allowed;
	ask->agreement->n_passed += want->n_passed > 0;
	if (got->action != action_of(want) || got->reason != want->reason)
		return agreement_complain(
			ask, "%s: the oracle says %s (%s), the table says %s (%s)",
			agreement_directions[direction], agreement_action_name(action_of(want)),
			agreement_reasons[want->reason], agreement_action_name(got->action),
			agreement_reasons[got->reason]);
	if (!agreement_is_of_rules(want->reason))
		return got->outcome == 0 || agreement_complain(ask, "%s: an outcome without need",
							       agreement_directions[direction]);
	if (!outcome || outcome->stable_id != got->stable_id)
		return agreement_complain(ask, "%s: no outcome %u", agreement_directions[direction],
					  got->outcome);
	return agreement_outcome(ask, outcome, direction);
}

/* ---- The whole ---- */

/* Pods that are endpoints here are known as such; a closed address is nobody's. */
static bool compare_ends(struct agreement_ask *ask)
{
	const struct table_address *got[] = {&ask->verdict->src, &ask->verdict->dst};

	for (int end = 0; end < 2; end++) {
		const struct model_pod *pod = ask->pod[end];
		uint32_t want = pod && is_subject(ask->agreement, pod) ? endpoint_id(pod) : 0;

		if (got[end]->endpoint != want && !(got[end]->flags_class & TABLE_ADDR_CLOSED))
			return agreement_complain(ask, "%s: endpoint %u, expected %u",
						  end ? "target" : "source", got[end]->endpoint,
						  want);
	}
	return true;
}

/* struct verdict: the side that denies, else the one that is to be decided, else the last that was judged. */
static enum verdict_direction deciding_side(const struct agreement_ask *ask)
{
	const uint8_t egress = action_of(&ask->want[VERDICT_EGRESS]);
	const uint8_t ingress = action_of(&ask->want[VERDICT_INGRESS]);

	if (egress == TABLE_DENY || (egress == TABLE_DECIDE && ingress == TABLE_ALLOW))
		return VERDICT_EGRESS;
	if (ingress != TABLE_ALLOW || ask->question->judge & VERDICT_JUDGE_INGRESS)
		return VERDICT_INGRESS;
	return VERDICT_EGRESS;
}

static bool compare_whole(struct agreement_ask *ask)
{
	const struct verdict *got = ask->verdict;
	const enum verdict_direction by = deciding_side(ask);
	const struct oracle_side *want = &ask->want[by];

	return (got->action == action_of(want) && got->reason == want->reason &&
		got->direction == by) ||
	       agreement_complain(ask, "whole: expected %s (%s, by %s), got %s (%s, by %s)",
				  agreement_action_name(action_of(want)),
				  agreement_reasons[want->reason], agreement_directions[by],
				  agreement_action_name(got->action),
				  agreement_reasons[got->reason],
				  agreement_directions[got->direction]);
}

static bool compare_kernel(struct agreement_ask *ask, const struct verdict *kernel)
{
	return memcmp(kernel, ask->verdict, sizeof(*kernel)) == 0 ||
	       agreement_complain(ask, "the kernel says %s (%s), userspace %s (%s)",
				  agreement_action_name(kernel->action),
				  agreement_reasons[kernel->reason],
				  agreement_action_name(ask->verdict->action),
				  agreement_reasons[ask->verdict->reason]);
}

static void describe(struct agreement_ask *ask)
{
	const struct oracle_question *asked = &ask->question->asked;
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];

	agreement_complain(ask, "%s -> %s %u/%s%s%s%s", ip_format(&asked->src, src),
			   ip_format(&asked->dst, dst), asked->port, port_space_name(asked->space),
			   asked->from_own_node ? ", from the own node" : "",
			   ask->question->judge & VERDICT_JUDGE_EGRESS ? "" : ", ingress only",
			   ask->question->judge & VERDICT_JUDGE_INGRESS ? "" : ", egress only");
}

static bool compare(struct agreement_ask *ask, const struct verdict *kernel)
{
	bool agrees = true;

	for (enum verdict_direction direction = 0; direction < 2; direction++) {
		expect(ask, direction);
		agrees = agrees && compare_side(ask, direction);
		if (ask->question->with_rows)
			agrees = agrees && agreement_rows(ask, direction);
	}
	agrees = agrees && compare_whole(ask) && compare_ends(ask) &&
		 (!kernel || compare_kernel(ask, kernel));
	if (!agrees)
		describe(ask);
	return agrees;
}

/* Asks the oracle and userspace, and compares. */
static bool judge(struct agreement *agreement, const struct agreement_question *question,
		  const struct question *record, struct strbuf *complaint)
{
	const struct oracle_question *asked = &question->asked;
	const struct model_snapshot *snapshot = agreement->cluster.snapshot;
	struct verdict verdict = {0};
	struct oracle_verdict oracle;
	struct agreement_ask ask = {
		.agreement = agreement,
		.question = question,

		.other = {&asked->dst, &asked->src},
		.pod = {model_find_address(snapshot, &asked->src),
			model_find_address(snapshot, &asked->dst)},
		.verdict = &verdict,
		.complaint = complaint,
	};

	oracle_judge(&agreement->oracle, asked, &oracle);
	memcpy(ask.want, oracle.side, sizeof(ask.want));
	verdict_flow(&agreement->cluster.view, &record->flow, &verdict);
	return compare(&ask, agreement->options.kernel ? &record->verdict : NULL);
}

struct verdict_flow agreement_flow(const struct agreement_question *question)
{
	const struct oracle_question *asked = &question->asked;
	struct verdict_flow flow =
		compile_flow(&asked->src, &asked->dst, asked->space, asked->port);

	flow.flags = question->judge | (asked->from_own_node ? VERDICT_FROM_OWN_NODE : 0);
	return flow;
}

size_t agreement_ask(struct agreement *agreement, const struct agreement_question *questions,
		     size_t n, struct strbuf *complaint)
{
	struct question *records = calloc(n, sizeof(*records));
	size_t i;

	if (!records)
		abort();
	for (i = 0; i < n; i++)
		records[i].flow = agreement_flow(&questions[i]);
	if (agreement->options.kernel && kernel_ask(agreement->options.kernel, records, n))
		abort();
	for (i = 0; i < n && judge(agreement, &questions[i], &records[i], complaint); i++)
		;
	free(records);
	return i;
}
