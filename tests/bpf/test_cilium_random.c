/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random policies of Cilium and NetworkPolicies over the same pods: a naive Cilium, the table in
 * userspace and the kernel give the same answers. BULKHEAD_SEED repeats a run.
 */
#include "lib/cluster.h"
#include "lib/kernel.h"
#include "lib/oracle_cilium.h"
#include "lib/random_cilium.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <string.h>

#define N_CLUSTERS 600
#define N_QUESTIONS 150

struct run {
	struct kernel *kernel; /* NULL: it is not asked */
	struct random random;
	uint64_t seed; /* of the cluster */
	size_t n_asked, n_kernel;
	size_t n_answers[3]; /* enum cilium_answer */
	bool failed;
};

static enum cilium_answer answer_of(const struct verdict_side *side)
{
	return side->action == TABLE_ALLOW  ? CILIUM_ALLOWS
	       : side->action == TABLE_DENY ? CILIUM_DENIES
					    : CILIUM_DEPENDS;
}

static bool is_own_node(const struct cluster *cluster, const struct ip_addr *src,
			const struct model_pod *target)
{
	const struct model_node *node = model_find_node_address(cluster->snapshot, src);

	return node && target && target->node && strcmp(target->node, node->name) == 0;
}

static bool agrees(struct run *run, const struct cluster *cluster, const struct verdict_flow *flow,
		   const struct ip_addr ends[2], const struct verdict *verdict)
{
	for (int i = 0; i < 2; i++) {
		struct cilium_side side = {
			.snapshot = cluster->snapshot,
			.subject = model_find_address(cluster->snapshot, &ends[i]),
			.is_ingress = i == 1,
			.peer = ends[!i],
			.space = flow->space,
			.port = flow->port,
		};
		enum cilium_answer want, got;

		if (!side.subject)
			continue;
		want = oracle_cilium(&side);
		got = answer_of(&verdict->side[i ? VERDICT_INGRESS : VERDICT_EGRESS]);
		run->n_answers[want]++;
		if (want != got) {
			diag("%s: the oracle says %d, the table %d", i ? "ingress" : "egress", want,
			     got);
			return false;
		}
	}
	return true;
}

static bool kernel_agrees(struct run *run, const struct verdict_flow *flow,
			  const struct verdict *verdict)
{
	struct question question = {.flow = *flow};

	if (!run->kernel)
		return true;
	if (kernel_ask(run->kernel, &question, 1))
		bail("the kernel answers");
	run->n_kernel++;
	if (memcmp(&question.verdict, verdict, sizeof(*verdict)) == 0)
		return true;
	diag("the kernel says otherwise than userspace");
	return false;
}

static void ask(struct run *run, const struct cluster *cluster)
{
	struct ip_addr ends[2];
	struct verdict_flow flow;
	struct verdict verdict = {0};
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];
	uint8_t space;
	uint16_t port = random_cilium_port(&run->random, &space);

	do {
		ends[0] = random_cilium_addr(&run->random, cluster->snapshot);
		ends[1] = random_cilium_addr(&run->random, cluster->snapshot);
	} while (ends[0].family != ends[1].family || ip_equal(&ends[0], &ends[1]));
	flow = compile_flow(&ends[0], &ends[1], space, port);
	flow.flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS;
	if (is_own_node(cluster, &ends[0], model_find_address(cluster->snapshot, &ends[1])))
		flow.flags |= VERDICT_FROM_OWN_NODE;
	verdict_flow(&cluster->view, &flow, &verdict);
	run->n_asked++;
	if (agrees(run, cluster, &flow, ends, &verdict) && kernel_agrees(run, &flow, &verdict))
		return;
	run->failed = true;
	diag("%s -> %s %u/%s", ip_format(&ends[0], src), ip_format(&ends[1], dst), port,
	     port_space_name(space));
}

static void check_cluster(struct run *run)
{
	const struct model_options options = {.no_assumed_dns = true};
	const struct policy_options policy = {.cni = {.id = POLICY_CNI_CILIUM}};
	struct strbuf yaml = {0};
	struct cluster cluster;

	run->seed = run->random.state;
	random_cilium(&run->random, &yaml);
	cluster_load_under(&cluster, "random", strbuf_str(&yaml), &options, &policy);
	if (cluster.diags.n_errors) {
		run->failed = true;
		diag_list_print(stderr, &cluster.diags, false);
	} else {
		cluster_compile(&cluster, NULL, 0, NULL);
		if (run->kernel &&
		    kernel_load(run->kernel, cluster.table.bytes, cluster.table.size))
			bail("the kernel takes the table");
		for (int i = 0; i < N_QUESTIONS && !run->failed; i++)
			ask(run, &cluster);
	}
	if (run->failed)
		diag("%s", strbuf_str(&yaml));
	cluster_release(&cluster);
	strbuf_release(&yaml);
}

int main(void)
{
	const char *reason = NULL;
	struct run run = {.kernel = kernel_open(&reason), .random.state = random_seed()};

	diag("BULKHEAD_SEED=%" PRIu64, run.random.state);
	for (int i = 0; i < N_CLUSTERS && !run.failed; i++)
		check_cluster(&run);
	if (!ok(!run.failed, "they agree on %zu questions", run.n_asked))
		diag("BULKHEAD_SEED=%" PRIu64 " is this cluster", run.seed);
	for (int i = 0; i < 3; i++)
		ok(run.n_answers[i] > 1000, "%zu sides were answered %d", run.n_answers[i], i);
	if (run.kernel)
		ok(run.n_kernel == run.n_asked, "the kernel was asked all of them");
	else
		skip("the kernel's answers: %s", reason);
	kernel_close(run.kernel);
	return tap_done();
}
