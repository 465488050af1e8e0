/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a changed policy to its enforcement on one node of a large cluster: the node's table is
 * compiled anew, as a whole, sealed into a map and made the one that packets see.
 */
#include "datapath/internal.h"
#include "lib/node.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"
#include "lib/sandbox.h"

#include <string.h>
#include <unistd.h>

#define N_SWAPS 100
#define N_CHANGES 60

static double ms_since(uint64_t start)
{
	return sample_since(start) * 1e3;
}

static void print(const char *name, struct sample *ms, const char *target, const char *note)
{
	report_print(
		&(struct report){.name = report_text("%s, p99", name),
				 .value = sample_percentile(ms, 0.99),
				 .unit = "ms",
				 .target = target,
				 .note = report_text("p50 %.1f ms; %s", sample_median(ms), note)});
	sample_release(ms);
}

static void measure_swaps(struct datapath *datapath, const struct compiled_table *table)
{
	struct sample seal = {0}, swap = {0};
	const char *note = report_text("%zu KiB", table->size >> 10);

	for (int i = 0; i < N_SWAPS; i++) {
		uint64_t start = sample_clock();
		const int map = datapath_seal(table->bytes, table->size);

		sample_add(&seal, ms_since(start));
		start = sample_clock();
		if (map < 0 || datapath_enforce(datapath, map, 1))
			report_fail("the kernel refuses the table");
		sample_add(&swap, ms_since(start));
		close(map);
	}
	print("seal a table", &seal, NULL, note);
	print("swap it", &swap, NULL, "waits for a grace period of RCU");
}

static void measure_changes(struct datapath *datapath, struct node *node)
{
	struct sample ms = {0};

	for (int i = 0; i < N_CHANGES; i++) {
		const uint64_t start = sample_clock();
		int error;

		node_compile(node, 2 + i);
		error = datapath_swap(datapath, node->cluster.table.bytes,
				      node->cluster.table.size);
		if (error)
			report_fail("the table was not enforced: %s", strerror(-error));
		sample_add(&ms, ms_since(start));
	}
	print("a policy change enforced", &ms, "<= 150",
	      "100,000 pods, 10,000 policies: compile all of the node's table, seal, swap");
}

int main(void)
{
	const struct manifests_shape shape = {.n_pods = 100000, .n_policies = 10000};
	const char *missing = sandbox_enter();
	struct datapath *datapath;
	struct node node;
	int error;

	if (missing) {
		report_skip("seal and swap", report_text("needs %s", missing));
		return 0;
	}
	error = datapath_open(SANDBOX_BPF "/node", NULL, &datapath);
	if (error)
		report_fail("no datapath: %s", strerror(-error));
	node_load(&node, &shape, NODE_PODS);
	node_compile(&node, 1);
	measure_swaps(datapath, &node.cluster.table);
	measure_changes(datapath, &node);
	datapath_free(datapath);
	node_release(&node);
	return 0;
}
