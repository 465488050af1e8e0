/* SPDX-License-Identifier: Apache-2.0 */
/* One verdict in userspace: random flows on the table of a full node in a large cluster. */
#include "lib/node.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"

#include <stdlib.h>

/*
 * Each flow once a round: their keys and the lines they need are in no near cache when they come.
 */
#define N_FLOWS (1u << 20)
#define ROUNDS 15

static uint64_t ask(const struct table_view *table, const struct verdict_flow *flows)
{
	uint64_t n_allowed = 0;

	for (size_t i = 0; i < N_FLOWS; i++) {
		struct verdict verdict;

		verdict_flow(table, &flows[i], &verdict);
		n_allowed += verdict.action == TABLE_ALLOW;
	}
	return n_allowed;
}

int main(void)
{
	const struct manifests_shape shape = {.n_pods = 100000, .n_policies = 10000};
	struct random random = {.state = 7};
	struct sample ns = {0};
	struct node node;
	struct verdict_flow *flows = malloc(N_FLOWS * sizeof(*flows));
	uint64_t n_allowed = 0;

	if (!flows)
		abort();
	process_pin(1);
	node_load(&node, &shape, NODE_PODS);
	node_compile(&node, 1);
	node_flows(&node, &random, flows, N_FLOWS);
	for (int round = 0; round <= ROUNDS; round++) {
		const uint64_t start = sample_cpu_clock();

		n_allowed = ask(&node.cluster.view, flows);
		if (round)
			sample_add(&ns, (sample_cpu_clock() - start) / (double)N_FLOWS);
	}
	report_print(&(struct report){
		.name = "one verdict in userspace, random keys",
		.value = sample_median(&ns),
		.unit = "ns",
		.target = "< 50",
		.note = report_text("100,000 pods, a table of %zu KiB, %.0f %% allowed",
				    node.cluster.table.size >> 10, 100.0 * n_allowed / N_FLOWS)});
	sample_release(&ns);
	free(flows);
	node_release(&node);
	return 0;
}
