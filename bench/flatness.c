/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a verdict costs the same however many policies there are: the same pods and the same
 * random flows, on the tables of one node under 10 to 10,000 policies, asked in the kernel by
 * turns.
 *
 * What a question costs besides its verdict (its way in and out of the packet, the loop) is
 * measured with a table that knows nothing, and taken off.
 */
#include "lib/kernel.h"
#include "lib/node.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"

#include <stdlib.h>
#include <string.h>

#define N_PODS 100000
#define N_FLOWS (1u << 15)
#define ROUNDS 15

static const uint32_t sizes[] = {10, 100, 1000, 10000};

#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* One table in the kernel, and what its questions took. */
struct asked {
	struct kernel *kernel;
	struct sample ns; /* of a question, by round */
};

static void load(struct asked *asked, const void *table, size_t size)
{
	const char *reason;
	int error;

	asked->kernel = kernel_open(&reason);
	if (!asked->kernel) {
		report_skip("flatness from 10 to 10,000 policies", reason);
		exit(0);
	}
	error = kernel_load(asked->kernel, table, size);
	if (error)
		report_fail("the kernel has no room for a table: %s", strerror(-error));
}

static void load_size(struct asked *asked, uint32_t n_policies, struct question *questions)
{
	const struct manifests_shape shape = {.n_pods = N_PODS, .n_policies = n_policies};
	struct verdict_flow *flows = calloc(N_FLOWS, sizeof(*flows));
	struct random random = {.state = 7};
	struct node node;

	if (!flows)
		abort();
	node_load(&node, &shape, NODE_PODS);
	node_compile(&node, 1);
	node_flows(&node, &random, flows, N_FLOWS);
	for (uint32_t i = 0; i < N_FLOWS; i++)
		questions[i].flow = flows[i];
	load(asked, node.cluster.table.bytes, node.cluster.table.size);
	node_release(&node);
	free(flows);
}

static void ask(struct asked *asked, struct question *questions, bool counts)
{
	const uint64_t before = kernel_ns(asked->kernel);

	if (kernel_ask(asked->kernel, questions, N_FLOWS))
		report_fail("the kernel refuses questions");
	if (counts)
		sample_add(&asked->ns, (kernel_ns(asked->kernel) - before) / (double)N_FLOWS);
}

static void print(struct asked asked[N_SIZES + 1])
{
	const double besides = sample_median(&asked[N_SIZES].ns);
	const double first = sample_median(&asked[0].ns) - besides;
	double ratio = 1;

	for (uint32_t i = 0; i < N_SIZES; i++) {
		const double ns = sample_median(&asked[i].ns) - besides;

		ratio = ns / first;
		report_print(&(struct report){
			.name = report_text("kernel: one verdict, %u policies", sizes[i]),
			.value = ns,
			.unit = "ns",
			.ratio = report_text("%.2f of 10 policies", ratio),
			.note = report_text(
				"%u random flows, 100,000 pods; %.0f ns besides are taken off",
				N_FLOWS, besides)});
	}
	report_print(&(struct report){.name = "kernel: 10,000 policies against 10",
				      .value = ratio,
				      .unit = "times",
				      .target = "<= 1.1"});
}

int main(void)
{
	static const struct table_header nothing;
	struct question *questions = calloc(N_FLOWS, sizeof(*questions));
	struct asked asked[N_SIZES + 1] = {{0}};

	if (!questions)
		abort();
	process_pin(1);
	for (uint32_t i = 0; i < N_SIZES; i++)
		load_size(&asked[i], sizes[i], questions);
	load(&asked[N_SIZES], &nothing, sizeof(nothing));
	for (int round = 0; round <= ROUNDS; round++)
		for (uint32_t i = 0; i <= N_SIZES; i++)
			ask(&asked[i], questions, round > 0);
	print(asked);
	for (uint32_t i = 0; i <= N_SIZES; i++) {
		kernel_close(asked[i].kernel);
		sample_release(&asked[i].ns);
	}
	free(questions);
	return 0;
}
