/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random clusters with Istio's policies beside the network's on the same pods: an oracle for each layer, both
 * of which must allow, against the userspace walk of the table and the kernel's.
 *
 * BULKHEAD_SEED in the environment repeats a run; a disagreement prints the seed of its cluster.
 */
#include "lib/agreement.h"
#include "lib/oracle_istio.h"
#include "lib/random_cluster.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define N_QUESTIONS 200000u
#define N_PER_CLUSTER 400u

struct run {
	struct kernel *kernel; /* NULL: userspace only */
	uint64_t n_asked;
	uint64_t n_answers[TABLE_DECIDE + 1]; /* of pods in the mesh, on TCP */
	uint64_t n_mesh_alone;                /* that the network would have allowed */
	uint64_t n_kernel_differs;
};

/* The one pod that has an address, if it is not of the host's network. */
static const struct model_pod *pod_at(const struct model_snapshot *snapshot,
				      const struct ip_addr *addr)
{
	return model_find_address(snapshot, addr);
}

static uint8_t expected_action(struct run *run, const struct cluster *cluster,
			       const struct oracle_question *question)
{
	const struct oracle oracle = {.snapshot = cluster->snapshot};
	const struct oracle_connection connection = {
		.source = pod_at(cluster->snapshot, &question->src),
		.addr = question->src,
		.target = pod_at(cluster->snapshot, &question->dst),
		.target_addr = question->dst,
		.port = question->port,
	};
	static const uint8_t actions[] = {
		[RBAC_NO] = TABLE_DENY, [RBAC_MAYBE] = TABLE_DECIDE, [RBAC_YES] = TABLE_ALLOW};
	struct oracle_verdict network;
	const struct oracle_side *side = &network.side[VERDICT_INGRESS];
	uint8_t action;

	oracle_judge(&oracle, question, &network);
	if (!side->is_allowed)
		return TABLE_DENY;
	if ((side->reason != VERDICT_NOT_ISOLATED && side->reason != VERDICT_RULE) ||
	    question->space != PORT_TCP || !connection.target || !connection.target->in_mesh)
		return TABLE_ALLOW;
	action = actions[oracle_istio(cluster->snapshot, &connection)];
	run->n_answers[action]++;
	run->n_mesh_alone += action != TABLE_ALLOW;
	return action;
}

/* Every pod is a subject, and both sides are judged. */
static bool ask(struct run *run, const struct cluster *cluster, struct random_cluster *random,
		struct question *record)
{
	struct agreement_question question = {.judge = VERDICT_JUDGE_EGRESS |
						       VERDICT_JUDGE_INGRESS};
	struct verdict verdict;
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];
	uint8_t want;

	random_question(random, cluster->snapshot, &question.asked);
	record->flow = agreement_flow(&question);
	verdict_flow(&cluster->view, &record->flow, &verdict);
	want = expected_action(run, cluster, &question.asked);
	run->n_asked++;
	if (verdict.side[VERDICT_INGRESS].action == want)
		return true;
	diag("%s -> %s %u/%s: expected %u, got %u", ip_format(&question.asked.src, src),
	     ip_format(&question.asked.dst, dst), question.asked.port,
	     port_space_name(question.asked.space), want, verdict.side[VERDICT_INGRESS].action);
	return false;
}

/* The kernel's verdicts on the same questions, byte by byte. */
static void ask_kernel(struct run *run, const struct cluster *cluster, struct question *records,
		       size_t n)
{
	if (kernel_load(run->kernel, cluster->table.bytes, cluster->table.size) ||
	    kernel_ask(run->kernel, records, n))
		bail("the kernel does not answer");
	for (size_t i = 0; i < n; i++) {
		struct verdict verdict = {0};

		verdict_flow(&cluster->view, &records[i].flow, &verdict);
		run->n_kernel_differs += memcmp(&verdict, &records[i].verdict, sizeof(verdict)) !=
					 0;
	}
}

static bool run_cluster(struct run *run, uint64_t seed)
{
	struct random_cluster random;
	struct cluster cluster;
	struct question *records = calloc(N_PER_CLUSTER, sizeof(*records));
	bool agrees = true;

	if (!records)
		abort();
	random_cluster_init_mesh(&random, seed);
	cluster_load_text(&cluster, "random", strbuf_str(&random.yaml), NULL);
	if (cluster.diags.n_errors)
		bail("seed %" PRIu64 " makes valid policies: %s", seed,
		     cluster.diags.first->message);
	cluster_compile(&cluster, NULL, 0, NULL);
	for (uint32_t i = 0; i < N_PER_CLUSTER && agrees; i++)
		agrees = ask(run, &cluster, &random, &records[i]);
	if (!agrees)
		diag("BULKHEAD_SEED=%" PRIu64 "\n%s", seed, strbuf_str(&random.yaml));
	else if (run->kernel)
		ask_kernel(run, &cluster, records, N_PER_CLUSTER);
	cluster_release(&cluster);
	random_cluster_release(&random);
	free(records);
	return agrees;
}

int main(void)
{
	uint64_t seed = random_seed();
	const char *reason = NULL;
	struct run run = {.kernel = kernel_open(&reason)};
	bool agrees = true;

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	while (agrees && run.n_asked < N_QUESTIONS)
		agrees = run_cluster(&run, seed++);
	ok(agrees, "the oracles and userspace agree on %" PRIu64 " questions", run.n_asked);
	if (run.kernel)
		ok(run.n_kernel_differs == 0, "and the kernel with userspace");
	else
		skip("the kernel's answers: %s", reason);
	for (uint8_t action = TABLE_DENY; action <= TABLE_DECIDE && agrees; action++)
		ok(run.n_answers[action] >= 200, "%" PRIu64 " answers of the mesh were %u",
		   run.n_answers[action], action);
	kernel_close(run.kernel);
	return tap_done();
}
