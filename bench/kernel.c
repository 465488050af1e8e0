/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a packet costs in the kernel: the hooks' code over random flows of one pod of a full node in
 * a large cluster, against the same loop without it.
 */
#include "packets.h"

#include "bpf/packets.skel.h"
#include "datapath/internal.h"
#include "lib/frame.h"
#include "lib/node.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"
#include "lib/sandbox.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS 15
#define ALONE 100000 /* runs of the empty program */
#define LOOPBACK 1

struct bench {
	struct datapath *datapath;
	struct packets_bpf *skeleton;
	struct node node;
	uint32_t pod; /* the one whose packets they are: position in the node */
	struct random random;
	uint64_t generation;
	double written; /* ns: a round without any hook */
};

static uint64_t n_told;

static void on_event(void *data, const struct event *event, const struct table_view *table)
{
	(void)data;
	(void)event;
	(void)table;
	n_told++;
}

static void swap(struct bench *bench)
{
	int r;

	node_compile(&bench->node, ++bench->generation);
	r = datapath_swap(bench->datapath, bench->node.cluster.table.bytes,
			  bench->node.cluster.table.size);
	if (r)
		report_fail("no swap: %s", strerror(-r));
}

/* No flow is known afterwards. */
static void forget(struct bench *bench)
{
	datapath_endpoint_remove(bench->datapath, LOOPBACK);
	if (datapath_endpoint_add(bench->datapath, LOOPBACK, bench->pod + 1))
		report_fail("the endpoint cannot be added");
}

/* The same, in a conntrack that has been in use. */
static void delete_flows(struct bench *bench)
{
	const uint32_t slot = FLOW_SLOT(LOOPBACK, VERDICT_TCP);
	struct flow_key key;
	uint32_t id;
	int map = -1;

	if (!bpf_map_lookup_elem(bench->datapath->maps[DATAPATH_FLOWS], &slot, &id))
		map = bpf_map_get_fd_by_id(id);
	if (map < 0)
		report_fail("the pod has no flows");
	while (!bpf_map_get_next_key(map, NULL, &key))
		bpf_map_delete_elem(map, &key);
	close(map);
}

/* A flow of the pod to a random pod, on a port that policies talk of. */
static void random_flow(struct bench *bench, uint32_t pod, struct verdict_flow *flow)
{
	static const uint16_t ports[] = {8080, 8085, 9090, 443, 53};
	const struct model_snapshot *snapshot = bench->node.cluster.snapshot;
	const uint64_t peer = random_below(&bench->random, snapshot->n_pods);

	*flow = (struct verdict_flow){.family = 4,
				      .space = VERDICT_TCP,
				      .port = random_pick(&bench->random, ports),
				      .flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS};
	flow->src[0] = (__u32)bench->node.pods[pod]->ips[0].lo;
	flow->dst[0] = (__u32)snapshot->pods[peer]->ips[0].lo;
}

static bool is_allowed(const struct bench *bench, const struct verdict_flow *flow)
{
	struct verdict verdict;

	verdict_flow(&bench->node.cluster.view, flow, &verdict);
	return verdict.action == TABLE_ALLOW;
}

/* The pod that may do most among those that are isolated. */
static void choose_pod(struct bench *bench)
{
	uint32_t most = 0;

	for (uint32_t pod = 0; pod < bench->node.n_pods; pod++) {
		uint32_t n = 0;

		for (int i = 0; i < 1000; i++) {
			struct verdict_flow flow;

			random_flow(bench, pod, &flow);
			n += is_allowed(bench, &flow);
		}
		if (n > most && n < 1000) {
			most = n;
			bench->pod = pod;
		}
	}
	if (!most)
		report_fail("no pod may do anything");
}

/*
 * Fills the packets with flows, each from a port of its own; `only` (or -1) those of one verdict.
 */
static void choose_flows(struct bench *bench, int only, uint8_t tcp_flags)
{
	for (uint32_t i = 0; i < PACKETS_N; i++) {
		struct packets_flow *packet = &bench->skeleton->bss->packets_flows[i];
		struct verdict_flow flow;

		do
			random_flow(bench, bench->pod, &flow);
		while (only >= 0 && is_allowed(bench, &flow) != only);
		*packet = (struct packets_flow){.src = htonl(flow.src[0]),
						.dst = htonl(flow.dst[0]),
						.sport = htons((uint16_t)(i + 1024)),
						.dport = htons(flow.port),
						.tcp_flags = tcp_flags};
	}
}

static void run(const struct bpf_program *program, int repeat)
{
	static const struct frame_spec spec = {
		.src = "10.0.0.1", .dst = "10.0.0.2", .protocol = IPPROTO_TCP};
	const struct frame frame = frame_make(&spec);
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes,
		    .data_size_in = (__u32)frame.size, .repeat = repeat);

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &options))
		report_fail("the kernel does not run a packet: %s", strerror(errno));
}

/* What is done before each round, outside of the measurement. */
typedef void prepare_fn(struct bench *bench);

static void prepare_nothing(struct bench *bench)
{
	(void)bench;
}

/* ns for each packet; the events are read between the rounds. */
static double measure(struct bench *bench, const struct bpf_program *program, prepare_fn *prepare)
{
	struct sample ns = {0};
	double median;

	for (int round = 0; round <= ROUNDS; round++) {
		uint64_t start;

		prepare(bench);
		datapath_events_read(bench->datapath, 0, on_event, NULL);
		start = sample_cpu_clock();
		run(program, 1);
		if (round)
			sample_add(&ns, (double)(sample_cpu_clock() - start) / PACKETS_N);
	}
	median = sample_median(&ns);
	sample_release(&ns);
	return median;
}

static void print(const struct bench *bench, const char *name, double ns, const char *target,
		  const char *note)
{
	report_print(&(struct report){.name = name,
				      .value = ns,
				      .unit = "ns",
				      .target = target,
				      .ratio = report_text("%.1f of written", ns / bench->written),
				      .note = note});
}

static void expect(const struct bench *bench, const char *what, uint64_t n_passed)
{
	if (bench->skeleton->bss->n_passed != n_passed)
		report_fail("%s: %llu of %u passed", what,
			    (unsigned long long)bench->skeleton->bss->n_passed, PACKETS_N);
}

static void measure_baselines(struct bench *bench)
{
	uint64_t start = sample_cpu_clock();

	run(bench->skeleton->progs.nothing, ALONE);
	report_print(&(struct report){
		.name = "kernel: an empty program",
		.value = (double)(sample_cpu_clock() - start) / ALONE,
		.unit = "ns",
		.note = "alone in BPF_PROG_TEST_RUN; the other rows are loops inside a program"});
	choose_flows(bench, -1, FRAME_ACK);
	bench->written = measure(bench, bench->skeleton->progs.write_all, prepare_nothing);
	print(bench, "kernel: packet written", bench->written, NULL,
	      report_text("%u random flows of one pod; part of each row below", PACKETS_N));
	print(bench, "kernel: packet written and parsed",
	      measure(bench, bench->skeleton->progs.parse_all, prepare_nothing), NULL, NULL);
	expect(bench, "parsed", PACKETS_N);
}

static void measure_hooks(struct bench *bench)
{
	const struct bpf_program *hook = bench->skeleton->progs.hook_all;

	choose_flows(bench, -1, FRAME_SYN);
	print(bench, "kernel: new flow, evaluation",
	      measure(bench, bench->skeleton->progs.judge_all, prepare_nothing), "<= 150",
	      "parsed, endpoint found, both sides judged");
	choose_flows(bench, 1, FRAME_SYN);
	print(bench, "kernel: new flow, entry and event", measure(bench, hook, delete_flows),
	      "<= 500", "through the whole hook, into an empty conntrack");
	expect(bench, "new flows", PACKETS_N);
	choose_flows(bench, 1, FRAME_ACK);
	forget(bench);
	print(bench, "kernel: established", measure(bench, hook, prepare_nothing), "<= 100",
	      "through the whole hook");
	expect(bench, "established", PACKETS_N);
	print(bench, "kernel: established, first packet after a swap", measure(bench, hook, swap),
	      NULL, "judged again, entry written again");
	expect(bench, "established", PACKETS_N);
	choose_flows(bench, 0, FRAME_SYN);
	print(bench, "kernel: denied, with event", measure(bench, hook, prepare_nothing), NULL,
	      NULL);
	expect(bench, "denied", 0);
}

/* The benchmark's program uses the maps of the real one. */
static void load(struct bench *bench)
{
	static const char *const names[] = {
#define X(id, name) #name,
		DATAPATH_MAPS(X)
#undef X
	};

	bench->skeleton = packets_bpf__open();
	if (!bench->skeleton)
		report_fail("no program: %s", strerror(errno));
	for (int i = 0; i < DATAPATH_N_MAPS; i++)
		bpf_map__reuse_fd(bpf_object__find_map_by_name(bench->skeleton->obj, names[i]),
				  bench->datapath->maps[i]);
	if (packets_bpf__load(bench->skeleton))
		report_fail("the kernel refuses bench/packets.bpf.c: %s", strerror(errno));
}

int main(void)
{
	const struct manifests_shape shape = {.n_pods = 100000, .n_policies = 10000};
	const struct datapath_sizes sizes = {.n_flows_tcp = 2 * PACKETS_N, .events_size = 16 << 20};
	struct bench bench = {.random = {.state = 7}};
	const char *missing = sandbox_enter();
	int r;

	if (missing) {
		report_skip("kernel: a packet", report_text("needs %s", missing));
		return 0;
	}
	process_pin(1);
	r = datapath_open(SANDBOX_BPF "/node", &sizes, &bench.datapath);
	if (r)
		report_fail("no datapath: %s", strerror(-r));
	node_load(&bench.node, &shape, NODE_PODS);
	swap(&bench);
	choose_pod(&bench);
	load(&bench);
	forget(&bench);
	measure_baselines(&bench);
	measure_hooks(&bench);
	packets_bpf__destroy(bench.skeleton);
	datapath_free(bench.datapath);
	node_release(&bench.node);
	return 0;
}
