/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/agreement.h"

#include "base/hash.h"
#include "base/vec.h"

#include <stdio.h>

static const char *const reason_names[] = {
#define X(id, name, text) name,
	VERDICT_REASONS(X)
#undef X
};

static const char *const direction_names[] = {"egress", "ingress"};

/* One question and all that is known about it; arrays are by direction. */
struct ask {
	struct agreement *agreement;
	const struct agreement_question *question;
	const struct ip_addr *other[2];
	const struct model_pod *pod[2]; /* of `own` */
	struct oracle_side want[2];     /* of the table */
	const struct verdict *verdict;  /* userspace's */
	struct strbuf *complaint;
};

__attribute__((format(printf, 2, 3))) static bool complain(struct ask *ask, const char *format, ...)
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
	return !pod->host_network && hash % 100 < agreement->options.subject_percent;
}

bool agreement_open(struct agreement *agreement, const struct agreement_options *options,
		    const char *yaml)
{
	const struct model_options model = {.no_assumed_dns = options->no_assumed_dns};
	VEC(struct model_pod *) subjects = {0};

	*agreement = (struct agreement){.options = *options};
	cluster_load_text(&agreement->cluster, "random", yaml, &model);
	agreement->oracle =
		(struct oracle){.snapshot = agreement->cluster.snapshot, .fault = options->fault};
	if (agreement->cluster.diags.n_errors)
		return false;
	vec_reserve(&subjects, 1);
	for (uint32_t i = 0; i < agreement->cluster.snapshot->n_pods; i++)
		if (is_subject(agreement, agreement->cluster.snapshot->pods[i]))
			vec_push(&subjects, agreement->cluster.snapshot->pods[i]);
	cluster_compile(&agreement->cluster, subjects.items, subjects.n);
	vec_release(&subjects);
	if (options->kernel && kernel_load(options->kernel, agreement->cluster.table.bytes,
					   agreement->cluster.table.size))
		abort();
	return true;
}

void agreement_close(struct agreement *agreement)
{
	cluster_release(&agreement->cluster);
}

/* ---- What the table should say ---- */

static const char *action_name(bool is_allowed)
{
	return is_allowed ? "allow" : "deny";
}

static bool is_of_rules(uint8_t reason)
{
	return reason == VERDICT_RULE || reason == VERDICT_DEFAULT_DENY ||
	       reason == VERDICT_NOT_ISOLATED;
}

/* The oracle knows no tables: a pod that is none of its endpoints, or is not asked about, is judged elsewhere. */
static void expect(struct ask *ask, enum verdict_direction direction)
{
	const uint32_t judge[] = {VERDICT_JUDGE_EGRESS, VERDICT_JUDGE_INGRESS};
	struct oracle_side *want = &ask->want[direction];
	const struct model_pod *pod = ask->pod[direction];
	bool is_here = pod && is_subject(ask->agreement, pod);

	if (is_of_rules(want->reason) ? !is_here || !(ask->question->judge & judge[direction])
				      : want->reason == VERDICT_SELF && !is_here)
		*want = (struct oracle_side){.is_allowed = true, .reason = VERDICT_REMOTE};
}

/* ---- Comparing a side ---- */

static bool compare_rule(struct ask *ask, const struct table_outcome *outcome,
			 enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct oracle_side *want = &ask->want[direction];
	const struct table_rule *rule = table_rule(view, outcome->rule);
	const struct table_policy *policy = table_policy(view, rule ? rule->policy : 0);

	if (want->reason != VERDICT_RULE)
		return outcome->rule == 0 ||
		       complain(ask, "%s: a rule without need", direction_names[direction]);
	if (!rule || !policy)
		return complain(ask, "%s: no rule %u", direction_names[direction], outcome->rule);
	if (rule->index == want->rule && rule->ingress == direction &&
	    rule->action == TABLE_ALLOW &&
	    strcmp(table_string(view, policy->ns), want->policy->ns) == 0 &&
	    strcmp(table_string(view, policy->name), want->policy->name) == 0)
		return true;
	return complain(ask, "%s: the oracle's rule is %s/%s [%u], the table's is %s/%s [%u]",
			direction_names[direction], want->policy->ns, want->policy->name,
			want->rule, table_string(view, policy->ns),
			table_string(view, policy->name), rule->index);
}

/* The isolating policies of an outcome, as the oracle finds them and in the documented order. */
static bool compare_isolating(struct ask *ask, const struct table_outcome *outcome,
			      enum verdict_direction direction)
{
	const struct agreement *agreement = ask->agreement;
	const struct table_view *view = &agreement->cluster.view;
	uint32_t n, at = 0;
	const uint32_t *list = table_list(view, outcome->isolating, &n);

	for (uint32_t i = 0; i < agreement->cluster.snapshot->n_policies; i++) {
		const struct model_policy_object *policy = agreement->cluster.snapshot->policies[i];

		if (!oracle_isolates(&agreement->oracle, policy, ask->pod[direction],
				     direction == VERDICT_EGRESS))
			continue;
		if (at == n || strcmp(table_string(view, table_policy(view, list[at])->name),
				      policy->name) != 0)
			return complain(ask, "%s: %s/%s is not among the isolating policies",
					direction_names[direction], policy->ns, policy->name);
		at++;
	}
	return at == n || complain(ask, "%s: %u isolating policies, expected %u",
				   direction_names[direction], n, at);
}

static bool compare_side(struct ask *ask, enum verdict_direction direction)
{
	const struct verdict_side *got = &ask->verdict->side[direction];
	const struct oracle_side *want = &ask->want[direction];
	const struct table_outcome *outcome =
		table_outcome(&ask->agreement->cluster.view, got->outcome);

	ask->agreement->n_reasons[want->reason]++;
	if (got->action != (want->is_allowed ? TABLE_ALLOW : TABLE_DENY) ||
	    got->reason != want->reason)
		return complain(ask, "%s: the oracle says %s (%s), the table says %s (%s)",
				direction_names[direction], action_name(want->is_allowed),
				reason_names[want->reason], action_name(got->action == TABLE_ALLOW),
				reason_names[got->reason]);
	if (!is_of_rules(want->reason))
		return got->outcome == 0 ||
		       complain(ask, "%s: an outcome without need", direction_names[direction]);
	if (!outcome)
		return complain(ask, "%s: no outcome %u", direction_names[direction], got->outcome);
	return compare_rule(ask, outcome, direction) && compare_isolating(ask, outcome, direction);
}

/* ---- Comparing the rows that `map` reads ---- */

static uint32_t peer_class(const struct cluster *cluster, const struct ip_addr *addr)
{
	const struct model_pod *pod = model_find_address(cluster->snapshot, addr);

	if (!pod)
		return compile_outside_class(cluster->world, addr);
	return compile_pod_class(cluster->world, pod, ip_equal(&pod->ips[0], addr) ? 0 : 1);
}

static bool compare_row(struct ask *ask, const struct compile_row *row,
			const struct bitset *allowed, enum verdict_direction direction)
{
	const struct cluster *cluster = &ask->agreement->cluster;
	const struct verdict_side *side = &ask->verdict->side[direction];
	const struct compile_outcome *outcome;

	for (uint32_t i = 0; i < compile_n_peer_classes(cluster->world); i++) {
		outcome = &row->outcomes[row->cells[i]];
		if (bitset_test(allowed, i) != (outcome->action == TABLE_ALLOW))
			return complain(ask, "%s: the bitset and the row differ in class %u",
					direction_names[direction], i);
	}
	outcome = &row->outcomes[row->cells[peer_class(cluster, ask->other[direction])]];
	return (outcome->action == side->action && outcome->reason == side->reason) ||
	       complain(ask, "%s: the row says %s (%s), the table's cell %s (%s)",
			direction_names[direction], action_name(outcome->action == TABLE_ALLOW),
			reason_names[outcome->reason], action_name(side->action == TABLE_ALLOW),
			reason_names[side->reason]);
}

static bool compare_rows(struct ask *ask, enum verdict_direction direction)
{
	struct compile_world *world = ask->agreement->cluster.world;
	const struct oracle_question *asked = &ask->question->asked;
	struct compile_row row = {0};
	struct bitset allowed;
	uint32_t class;
	bool agrees;

	if (!is_of_rules(ask->want[direction].reason))
		return true;
	class = compile_subject_class(world, ask->pod[direction]);
	bitset_init(&allowed, compile_n_peer_classes(world));
	compile_row(world, class, (enum policy_direction)direction, asked->space, asked->port,
		    &row);
	compile_row_allowed(world, class, (enum policy_direction)direction, asked->space,
			    asked->port, &allowed);
	agrees = compare_row(ask, &row, &allowed, direction);
	bitset_release(&allowed);
	compile_row_release(&row);
	return agrees;
}

/* ---- The whole ---- */

/* struct verdict: deny if a side denies, egress before ingress; else as the last that was judged. */
static bool compare_whole(struct ask *ask)
{
	const struct verdict *got = ask->verdict;
	enum verdict_direction last = ask->question->judge & VERDICT_JUDGE_INGRESS ? VERDICT_INGRESS
										   : VERDICT_EGRESS;
	enum verdict_direction by = !ask->want[VERDICT_EGRESS].is_allowed    ? VERDICT_EGRESS
				    : !ask->want[VERDICT_INGRESS].is_allowed ? VERDICT_INGRESS
									     : last;
	const struct oracle_side *want = &ask->want[by];

	return (got->action == (want->is_allowed ? TABLE_ALLOW : TABLE_DENY) &&
		got->reason == want->reason && got->direction == by) ||
	       complain(ask, "whole: expected %s (%s, by %s), got %s (%s, by %s)",
			action_name(want->is_allowed), reason_names[want->reason],
			direction_names[by], action_name(got->action == TABLE_ALLOW),
			reason_names[got->reason], direction_names[got->direction]);
}

static bool compare_kernel(struct ask *ask, const struct verdict *kernel)
{
	return memcmp(kernel, ask->verdict, sizeof(*kernel)) == 0 ||
	       complain(ask, "the kernel says %s (%s), userspace %s (%s)",
			action_name(kernel->action == TABLE_ALLOW), reason_names[kernel->reason],
			action_name(ask->verdict->action == TABLE_ALLOW),
			reason_names[ask->verdict->reason]);
}

static void describe(struct ask *ask)
{
	const struct oracle_question *asked = &ask->question->asked;
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];

	complain(ask, "%s -> %s %u/%s%s%s%s", ip_format(&asked->src, src),
		 ip_format(&asked->dst, dst), asked->port, port_space_name(asked->space),
		 asked->from_own_node ? ", from the own node" : "",
		 ask->question->judge & VERDICT_JUDGE_EGRESS ? "" : ", ingress only",
		 ask->question->judge & VERDICT_JUDGE_INGRESS ? "" : ", egress only");
}

static bool compare(struct ask *ask, const struct verdict *kernel)
{
	bool agrees = true;

	for (enum verdict_direction direction = 0; direction < 2; direction++) {
		expect(ask, direction);
		agrees = agrees && compare_side(ask, direction);
		if (ask->question->with_rows)
			agrees = agrees && compare_rows(ask, direction);
	}
	agrees = agrees && compare_whole(ask) && (!kernel || compare_kernel(ask, kernel));
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
	struct ask ask = {
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

static struct verdict_flow flow_of(const struct agreement_question *question)
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
		records[i].flow = flow_of(&questions[i]);
	if (agreement->options.kernel && kernel_ask(agreement->options.kernel, records, n))
		abort();
	for (i = 0; i < n && judge(agreement, &questions[i], &records[i], complaint); i++)
		;
	free(records);
	return i;
}
