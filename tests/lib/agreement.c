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

static const char *action_name(bool is_allowed)
{
	return is_allowed ? "allow" : "deny";
}

bool agreement_is_of_rules(uint8_t reason)
{
	return reason == VERDICT_RULE || reason == VERDICT_DEFAULT_DENY ||
	       reason == VERDICT_NOT_ISOLATED;
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

/* Cluster-wide policies have no namespace, which is "" in the table. */
static bool is_rule(const struct agreement_ask *ask, const struct table_rule *rule,
		    const struct oracle_rule *want, enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct table_policy *policy = table_policy(view, rule->policy);

	return policy && rule->index == want->index && rule->ingress == direction &&
	       strcmp(table_string(view, policy->kind), want->policy->kind) == 0 &&
	       strcmp(table_string(view, policy->ns), want->policy->ns ? want->policy->ns : "") ==
		       0 &&
	       strcmp(table_string(view, policy->name), want->policy->name) == 0;
}

/* A rule of the table is the oracle's. */
static bool compare_one_rule(struct agreement_ask *ask, uint32_t number,
			     const struct oracle_rule *want, enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct table_rule *rule = table_rule(view, number);
	const struct table_policy *policy = table_policy(view, rule ? rule->policy : 0);

	if (rule && is_rule(ask, rule, want, direction))
		return true;
	return agreement_complain(
		ask, "%s: the oracle's rule is %s %s/%s [%u], the table's is %s %s/%s [%u]",
		agreement_directions[direction], want->policy->kind,
		want->policy->ns ? want->policy->ns : "", want->policy->name, want->index,
		policy ? table_string(view, policy->kind) : "none",
		policy ? table_string(view, policy->ns) : "",
		policy ? table_string(view, policy->name) : "", rule ? rule->index : 0);
}

static bool compare_rule(struct agreement_ask *ask, const struct table_outcome *outcome,
			 enum verdict_direction direction)
{
	const struct table_view *view = &ask->agreement->cluster.view;
	const struct oracle_side *want = &ask->want[direction];
	const struct table_rule *rule = table_rule(view, outcome->rule);

	if (want->reason != VERDICT_RULE)
		return outcome->rule == 0 || agreement_complain(ask, "%s: a rule without need",
								agreement_directions[direction]);
	return compare_one_rule(ask, outcome->rule, &want->rule, direction) &&
	       (rule->action == (want->is_allowed ? TABLE_ALLOW : TABLE_DENY) ||
		agreement_complain(ask, "%s: the rule's own action is %s",
				   agreement_directions[direction],
				   action_name(rule->action == TABLE_ALLOW)));
}

/* The rules that said pass on the way, tier by tier. */
static bool compare_passed(struct agreement_ask *ask, const struct table_outcome *outcome,
			   enum verdict_direction direction)
{
	const struct oracle_side *want = &ask->want[direction];
	uint32_t n;
	const uint32_t *list = table_list(&ask->agreement->cluster.view, outcome->passed, &n);

	if (n != want->n_passed)
		return agreement_complain(ask, "%s: %u rules said pass, expected %u",
					  agreement_directions[direction], n, want->n_passed);
	for (uint32_t i = 0; i < n; i++)
		if (!compare_one_rule(ask, list[i], &want->passed[i], direction))
			return false;
	return true;
}

/* The tier that isolates decides: only NetworkPolicy isolates. */
static bool is_decided_by_isolation(const struct oracle_side *want)
{
	return want->reason == VERDICT_DEFAULT_DENY ||
	       (want->reason == VERDICT_RULE &&
		strcmp(want->rule.policy->kind, "NetworkPolicy") == 0);
}

/* The isolating policies of an outcome, as the oracle finds them and in the documented order. */
static bool compare_isolating(struct agreement_ask *ask, const struct table_outcome *outcome,
			      enum verdict_direction direction)
{
	const struct agreement *agreement = ask->agreement;
	const struct table_view *view = &agreement->cluster.view;
	uint32_t n, at = 0;
	const uint32_t *list = table_list(view, outcome->isolating, &n);

	for (uint32_t i = 0; i < agreement->cluster.snapshot->n_policies; i++) {
		const struct model_policy_object *policy = agreement->cluster.snapshot->policies[i];

		if (!is_decided_by_isolation(&ask->want[direction]) ||
		    !oracle_isolates(&agreement->oracle, policy, ask->pod[direction],
				     direction == VERDICT_EGRESS))
			continue;
		if (at == n || strcmp(table_string(view, table_policy(view, list[at])->name),
				      policy->name) != 0)
			return agreement_complain(ask,
						  "%s: %s/%s is not among the isolating policies",
						  agreement_directions[direction], policy->ns,
						  policy->name);
		at++;
	}
	return at == n || agreement_complain(ask, "%s: %u isolating policies, expected %u",
					     agreement_directions[direction], n, at);
}

static bool compare_side(struct agreement_ask *ask, enum verdict_direction direction)
{
	const struct verdict_side *got = &ask->verdict->side[direction];
	const struct oracle_side *want = &ask->want[direction];
	const struct table_outcome *outcome =
		table_outcome(&ask->agreement->cluster.view, got->outcome);

	ask->agreement->n_reasons[want->reason]++;
	ask->agreement->n_denied_by_rule += want->reason == VERDICT_RULE && !want->is_allowed;
	ask->agreement->n_passed += want->n_passed > 0;
	if (got->action != (want->is_allowed ? TABLE_ALLOW : TABLE_DENY) ||
	    got->reason != want->reason)
		return agreement_complain(
			ask, "%s: the oracle says %s (%s), the table says %s (%s)",
			agreement_directions[direction], action_name(want->is_allowed),
			agreement_reasons[want->reason], action_name(got->action == TABLE_ALLOW),
			agreement_reasons[got->reason]);
	if (!agreement_is_of_rules(want->reason))
		return got->outcome == 0 || agreement_complain(ask, "%s: an outcome without need",
							       agreement_directions[direction]);
	if (!outcome || outcome->stable_id != got->stable_id)
		return agreement_complain(ask, "%s: no outcome %u", agreement_directions[direction],
					  got->outcome);
	return compare_rule(ask, outcome, direction) && compare_passed(ask, outcome, direction) &&
	       compare_isolating(ask, outcome, direction);
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

/* struct verdict: deny if a side denies, egress before ingress; else as the last that was judged. */
static bool compare_whole(struct agreement_ask *ask)
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
	       agreement_complain(ask, "whole: expected %s (%s, by %s), got %s (%s, by %s)",
				  action_name(want->is_allowed), agreement_reasons[want->reason],
				  agreement_directions[by], action_name(got->action == TABLE_ALLOW),
				  agreement_reasons[got->reason],
				  agreement_directions[got->direction]);
}

static bool compare_kernel(struct agreement_ask *ask, const struct verdict *kernel)
{
	return memcmp(kernel, ask->verdict, sizeof(*kernel)) == 0 ||
	       agreement_complain(ask, "the kernel says %s (%s), userspace %s (%s)",
				  action_name(kernel->action == TABLE_ALLOW),
				  agreement_reasons[kernel->reason],
				  action_name(ask->verdict->action == TABLE_ALLOW),
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
