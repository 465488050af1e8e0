/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random policies of Calico mixed with NetworkPolicies: a naive evaluator, the userspace walk of the
 * table and the kernel answer the same questions and agree, on what is in force and on what staged
 * policies would make of it.
 *
 * BULKHEAD_SEED in the environment repeats a run; a disagreement prints the seed of its own cluster
 * and its policies, made small.
 */
#include "lib/calico_random.h"
#include "lib/cluster.h"
#include "lib/kernel.h"
#include "lib/shrink.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define N_CLUSTERS 600
#define N_PACKETS 60
#define ANY_SOURCE_PORT 20000 /* one that no rule has */

struct totals {
	struct kernel *kernel; /* NULL: it is not asked */
	uint64_t n_sides;
	uint64_t n_reasons[VERDICT_N_REASONS];
	uint64_t n_asked_kernel;
	uint64_t n_cautious; /* sides that depend on a Pass which changes nothing */
};

/* A cluster that is asked; `source_port` 0: the questions name none. */
struct asking {
	struct totals *totals;
	struct cluster cluster;
	uint16_t source_port;
	struct strbuf complaint;
};

struct side {
	bool is_ingress;
	bool is_staged;
};

static bool open_cluster(struct asking *asking, const char *yaml)
{
	const struct model_options options = {.no_assumed_dns = true};
	const struct policy_options policy = {
		.cni = {.id = POLICY_CNI_CALICO},
		.source_port = asking->source_port,
	};

	cluster_load_under(&asking->cluster, "random", yaml, &options, &policy);
	if (asking->cluster.diags.n_errors)
		return false;
	cluster_compile(&asking->cluster, NULL, 0, NULL);
	return true;
}

static struct verdict ask_table(const struct asking *asking, const struct calico_packet *packet,
				bool is_staged, struct verdict_flow *ret_flow)
{
	struct verdict verdict;

	*ret_flow = compile_flow(&packet->src, &packet->dst, packet->space, packet->port);
	ret_flow->flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS |
			  (is_staged ? VERDICT_STAGED : 0);
	verdict_flow(&asking->cluster.view, ret_flow, &verdict);
	return verdict;
}

/* Allow, deny, or that it depends on the source port; and what decides, if that is certain. */
static uint8_t ask_oracle(const struct asking *asking, const struct calico_packet *packet,
			  struct side side, struct calico_side *ret)
{
	const struct model_snapshot *snapshot = asking->cluster.snapshot;
	struct calico_packet probe = *packet;
	bool is_allowed = false, is_denied = false;

	probe.source_port = asking->source_port ? asking->source_port : ANY_SOURCE_PORT;
	calico_oracle_judge(snapshot, &probe, side.is_ingress, side.is_staged, ret);
	is_allowed |= ret->is_allowed;
	is_denied |= !ret->is_allowed;
	for (size_t i = 0; i < 5 && !asking->source_port; i++) {
		struct calico_side other;

		probe.source_port = calico_random_numbers[i];
		calico_oracle_judge(snapshot, &probe, side.is_ingress, side.is_staged, &other);
		is_allowed |= other.is_allowed;
		is_denied |= !other.is_allowed;
	}
	return is_allowed && is_denied ? TABLE_DECIDE : is_allowed ? TABLE_ALLOW : TABLE_DENY;
}

static bool is_rule(const struct table_view *view, const struct verdict_side *got,
		    const struct calico_side *want)
{
	const struct table_outcome *outcome = table_outcome(view, got->outcome);
	const struct table_rule *rule = outcome ? table_rule(view, outcome->rule) : NULL;
	const struct table_policy *policy = rule ? table_policy(view, rule->policy) : NULL;

	return policy && rule->index == want->rule &&
	       strcmp(table_string(view, policy->kind), want->object->kind) == 0 &&
	       strcmp(table_string(view, policy->group), want->object->group) == 0 &&
	       strcmp(table_string(view, policy->name), want->object->name) == 0 &&
	       strcmp(table_string(view, policy->ns), want->object->ns ? want->object->ns : "") ==
		       0;
}

/*
 * What comes after a Pass that depends on the source port is not followed further: the table says that
 * it depends, also where both ways end alike.
 */
static bool may_be_cautious(const struct asking *asking, const struct verdict_side *got)
{
	const struct policy_set *set = asking->cluster.policies;

	for (uint32_t i = 0; i < set->n_policies && got->action == TABLE_DECIDE; i++)
		for (int side = 0; side < POLICY_N_DIRECTIONS; side++)
			for (uint32_t k = 0; k < set->policies[i]->n_rules[side]; k++)
				if (set->policies[i]->rules[side][k].source_ports &&
				    set->policies[i]->rules[side][k].action == POLICY_PASS)
					return true;
	return false;
}

static bool side_agrees(struct asking *asking, const struct calico_packet *packet, struct side side,
			const struct verdict_side *got)
{
	struct calico_side want;
	uint8_t action = ask_oracle(asking, packet, side, &want);
	bool agrees = got->action == action;

	if (!agrees && may_be_cautious(asking, got)) {
		asking->totals->n_cautious++;
		return true;
	}
	if (agrees && asking->source_port)
		agrees = got->reason == want.reason && (want.reason != VERDICT_RULE ||
							is_rule(&asking->cluster.view, got, &want));
	asking->totals->n_sides++;
	asking->totals->n_reasons[got->reason]++;
	if (!agrees)
		strbuf_printf(&asking->complaint,
			      "%s%s: the table says %u (reason %u), calico %u (reason %u, %s %s/%s "
			      "rule %u)\n",
			      side.is_ingress ? "ingress" : "egress",
			      side.is_staged ? ", staged" : "", got->action, got->reason, action,
			      want.reason, want.object ? want.object->kind : "",
			      want.object && want.object->ns ? want.object->ns : "",
			      want.object ? want.object->name : "", want.rule);
	return agrees;
}

static bool sides_agree(struct asking *asking, const struct calico_packet *packet, bool is_staged)
{
	const struct ip_addr *addrs[] = {&packet->src, &packet->dst};
	struct verdict_flow flow;
	const struct verdict verdict = ask_table(asking, packet, is_staged, &flow);

	for (int i = 0; i < 2; i++) {
		const struct side side = {i == 1, is_staged};

		if (model_find_address(asking->cluster.snapshot, addrs[i]) &&
		    !side_agrees(asking, packet, side,
				 &verdict.side[i ? VERDICT_INGRESS : VERDICT_EGRESS]))
			return false;
	}
	return true;
}

static bool kernel_agrees(struct asking *asking, const struct calico_packet *packet)
{
	struct question question;
	struct verdict verdict = ask_table(asking, packet, false, &question.flow);

	if (!asking->totals->kernel)
		return true;
	if (kernel_ask(asking->totals->kernel, &question, 1))
		bail("the kernel answers");
	asking->totals->n_asked_kernel++;
	if (memcmp(&question.verdict, &verdict, sizeof(verdict)) == 0)
		return true;
	strbuf_addstr(&asking->complaint, "the kernel says something else\n");
	return false;
}

static bool packet_agrees(struct asking *asking, const struct calico_packet *packet)
{
	if (ip_equal(&packet->src, &packet->dst))
		return true;
	return sides_agree(asking, packet, false) && sides_agree(asking, packet, true) &&
	       kernel_agrees(asking, packet);
}

/* Whether a smaller text still disagrees on the packet. */
struct finding {
	struct asking *asking;
	struct calico_packet packet;
};

static bool still_differs(void *arg, const char *yaml)
{
	struct finding *finding = arg;
	struct asking again = {.totals = finding->asking->totals,
			       .source_port = finding->asking->source_port};
	bool differs = false;

	if (open_cluster(&again, yaml))
		differs = !sides_agree(&again, &finding->packet, false) ||
			  !sides_agree(&again, &finding->packet, true);
	cluster_release(&again.cluster);
	strbuf_release(&again.complaint);
	return differs;
}

static void report(struct asking *asking, const struct calico_random *random, uint64_t seed,
		   const struct calico_packet *packet)
{
	struct finding finding = {asking, *packet};
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];
	struct strbuf small = {0};

	if (still_differs(&finding, strbuf_str(&random->yaml)))
		shrink_yaml(strbuf_str(&random->yaml), still_differs, &finding, &small);
	ok(false, "BULKHEAD_SEED=%" PRIu64 " BULKHEAD_SOURCE_PORT %u", seed, asking->source_port);
	diag("%s -> %s %u/%s\n%s%s", ip_format(&packet->src, src), ip_format(&packet->dst, dst),
	     packet->port, port_space_name(packet->space), strbuf_str(&asking->complaint),
	     strbuf_str(&small));
	strbuf_release(&small);
}

/* false: a disagreement, reported. */
static bool check_cluster(struct totals *totals, uint64_t seed)
{
	struct asking asking = {.totals = totals};
	struct calico_random random;
	bool agrees = true;

	calico_random_init(&random, seed);
	if (random_chance(&random.random, 70))
		asking.source_port = calico_random_port(&random.random);
	if (!open_cluster(&asking, strbuf_str(&random.yaml)))
		bail("%s\n%s", asking.cluster.diags.first->message, strbuf_str(&random.yaml));
	if (totals->kernel &&
	    kernel_load(totals->kernel, asking.cluster.table.bytes, asking.cluster.table.size))
		bail("the kernel takes the table");
	for (int i = 0; i < N_PACKETS && agrees; i++) {
		struct calico_packet packet;

		calico_random_packet(&random, asking.cluster.snapshot, &packet);
		agrees = packet_agrees(&asking, &packet);
		if (!agrees)
			report(&asking, &random, seed, &packet);
	}
	cluster_release(&asking.cluster);
	strbuf_release(&asking.complaint);
	calico_random_release(&random);
	return agrees;
}

static void check_coverage(const struct totals *totals)
{
	static const enum verdict_reason needed[] = {VERDICT_NOT_ISOLATED, VERDICT_RULE,
						     VERDICT_DEFAULT_DENY, VERDICT_SOURCE_PORT};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		ok(totals->n_reasons[needed[i]] >= 20, "reason %u decided %" PRIu64 " sides",
		   needed[i], totals->n_reasons[needed[i]]);
}

int main(void)
{
	const uint64_t seed = random_seed();
	const char *reason = NULL;
	struct totals totals = {.kernel = kernel_open(&reason)};
	uint64_t i = 0;

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	if (!totals.kernel)
		diag("the kernel is not asked: %s", reason);
	while (i < N_CLUSTERS && check_cluster(&totals, seed + i))
		i++;
	if (i == N_CLUSTERS)
		ok(totals.n_cautious < totals.n_sides / 1000,
		   "%" PRIu64 " sides of %u clusters, %" PRIu64 " of them cautious, %" PRIu64
		   " questions in the kernel",
		   totals.n_sides, N_CLUSTERS, totals.n_cautious, totals.n_asked_kernel);
	check_coverage(&totals);
	kernel_close(totals.kernel);
	return tap_done();
}
