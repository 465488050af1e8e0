/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections between two pods of one node, through what stands between them: nothing, a program
 * that only says OK, Bulkhead, and what a node could use instead. Each has a node of its own in a
 * private lab; rounds go from one to the next, client and server have a CPU each, and every number
 * is set against "no policy" of its own round. The machine's network is not touched, and all of it
 * is gone with the process.
 */
#include "lib/crr.h"
#include "lib/node.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"
#include "lib/sandbox.h"

#include "datapath/internal.h"
#include "lab/home.h"
#include "lab/topology.h"

#include <bpf/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 60
#define CONNECT_SECONDS 0.12
#define REQUEST_SECONDS 0.04

#define FIRST_PORT 8080
#define N_PORTS 11 /* 8080 … 8090: the policies of the generated clusters allow them */

#define CLIENT_CPU 0
#define SERVER_CPU 1

/* What Bulkhead enforces, and about as much for its peers: rules for other pods, then ours. */
#define N_POLICIES 10000
#define N_ELEMENTS 10000
#define N_RULES 1000

struct config {
	const char *name;
	void (*set_up)(struct config *); /* in the node's namespace; NULL: nothing to do */
	const char *goal;                /* of Bulkhead's rate against this one's, or NULL */
	const char *note;
	uint32_t number;
	struct ip_addr pods[2]; /* the client's and the server's */
	struct crr_target target;
	struct crr_result connections, requests;        /* of this round */
	struct sample rates, connection_us, request_us; /* by round: medians */
	struct sample ratios, latency_ratios;           /* by round: against no policy */
	struct sample bulkhead;                         /* by round: Bulkhead's rate against it */
};

/* The node that Bulkhead guards: a table for all its pods, of which two are really there. */
static struct {
	struct node node;
	uint32_t pods[2]; /* their places in the node */
	struct datapath *datapath;
	_Atomic uint64_t *n_told; /* by the reader: flows allowed by a rule */
	uint64_t n_connections;
} guarded;

static void feed(const char *command, const struct strbuf *input)
{
	FILE *pipe = popen(command, "w");

	if (!pipe || fwrite(input->text, 1, input->len, pipe) != input->len || pclose(pipe))
		report_fail("%s failed", command);
}

/* The address of a pod that is not there, for rules besides ours. */
static const char *other_address(uint32_t i)
{
	return report_text("10.%u.%u.%u", 210 + (i >> 16), i >> 8 & 255, i & 255);
}

static const char *text_of(const struct ip_addr *addr)
{
	char text[IP_TEXT_SIZE];

	return report_text("%s", ip_format(addr, text));
}

static void set_up_conntrack(struct config *config)
{
	struct strbuf rules = {0};

	(void)config;
	strbuf_addstr(&rules, "table ip bench {\n\tchain forward {\n"
			      "\t\ttype filter hook forward priority 0; policy accept;\n"
			      "\t\tct state established,related accept\n\t}\n}\n");
	feed("nft -f -", &rules);
	strbuf_release(&rules);
}

static void set_up_nft_map(struct config *config)
{
	struct strbuf rules = {0};

	strbuf_addstr(&rules, "table ip bench {\n\tmap pairs {\n"
			      "\t\ttype ipv4_addr . ipv4_addr . inet_service : verdict\n"
			      "\t\telements = {\n");
	for (uint32_t i = 0; i < N_ELEMENTS; i++)
		strbuf_printf(&rules, "%s . %s . 8080 : accept,\n", other_address(i),
			      other_address(i + 1));
	for (uint32_t port = 0; port < N_PORTS; port++)
		strbuf_printf(&rules, "%s . %s . %u : accept,\n", text_of(&config->pods[0]),
			      text_of(&config->pods[1]), FIRST_PORT + port);
	strbuf_addstr(&rules, "\t\t}\n\t}\n\tchain forward {\n"
			      "\t\ttype filter hook forward priority 0; policy drop;\n"
			      "\t\tct state established,related accept\n"
			      "\t\tip saddr . ip daddr . tcp dport vmap @pairs\n\t}\n}\n");
	feed("nft -f -", &rules);
	strbuf_release(&rules);
}

static void set_up_iptables(struct config *config)
{
	struct strbuf rules = {0};

	strbuf_addstr(&rules, "*filter\n:FORWARD DROP [0:0]\n"
			      "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n");
	for (uint32_t i = 0; i < N_RULES; i++)
		strbuf_printf(&rules, "-A FORWARD -s %s -d %s -p tcp --dport 8080 -j ACCEPT\n",
			      other_address(i), other_address(i + 1));
	strbuf_printf(&rules, "-A FORWARD -s %s -d %s -p tcp --dport %u:%u -j ACCEPT\nCOMMIT\n",
		      text_of(&config->pods[0]), text_of(&config->pods[1]), FIRST_PORT,
		      FIRST_PORT + N_PORTS - 1);
	feed("iptables-restore", &rules);
	strbuf_release(&rules);
}

static void attach(struct config *config, int program)
{
	for (uint32_t pod = 0; pod < 2; pod++)
		for (int hook = 0; hook < DATAPATH_N_HOOKS; hook++)
			if (datapath_tcx_attach(program, LAB_POD_IFINDEX(2 * config->number + pod),
						hook) < 0)
				report_fail("cannot attach a program");
}

/* The links are not closed: they go with the process. */
static void set_up_program(struct config *config)
{
	const struct bpf_insn ok[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	const int program = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "ok", "Dual BSD/GPL", ok,
					  sizeof(ok) / sizeof(*ok), NULL);

	if (program < 0)
		report_fail("cannot load a program");
	attach(config, program);
}

static void set_up_bulkhead(struct config *config)
{
	const struct compiled_table *table = &guarded.node.cluster.table;
	int error = datapath_open(SANDBOX_BPF "/node", NULL, &guarded.datapath);

	if (!error)
		error = datapath_swap(guarded.datapath, table->bytes, table->size);
	for (uint32_t pod = 0; pod < 2 && !error; pod++)
		error = datapath_endpoint_add(guarded.datapath,
					      LAB_POD_IFINDEX(2 * config->number + pod),
					      guarded.pods[pod] + 1);
	if (error)
		report_fail("the datapath cannot be set up: %s", strerror(-error));
}

enum { NO_POLICY, PROGRAM, BULKHEAD, CONNTRACK, NFT_MAP, IPTABLES, N_CONFIGS };

static struct config configs[N_CONFIGS] = {
	[NO_POLICY] = {.name = "no policy", .goal = ">= 0.9"},
	[PROGRAM] = {.name = "a program that says OK", .set_up = set_up_program},
	[BULKHEAD] = {.name = "Bulkhead",
		      .set_up = set_up_bulkhead,
		      .note = "10,000 policies, hooks of both pods, events are read"},
	[CONNTRACK] = {.name = "nf_conntrack alone", .set_up = set_up_conntrack, .goal = ">= 1"},
	[NFT_MAP] = {.name = "nftables map",
		     .set_up = set_up_nft_map,
		     .goal = ">= 1",
		     .note = "10,000 elements"},
	[IPTABLES] = {.name = "iptables",
		      .set_up = set_up_iptables,
		      .goal = ">= 1",
		      .note = "1,000 rules, the last matches"},
};

static struct config *const configs_end = configs + N_CONFIGS;

/* Whether one pod of the node may connect to another on all ports, by a rule of its policies. */
static bool is_allowed_pair(uint32_t from, uint32_t to)
{
	const struct node *node = &guarded.node;

	for (uint32_t port = FIRST_PORT; port < FIRST_PORT + N_PORTS; port++) {
		const struct verdict_flow flow = compile_flow(
			&node->pods[from]->ips[0], &node->pods[to]->ips[0], PORT_TCP, port);
		struct verdict verdict;

		verdict_flow(&node->cluster.view, &flow, &verdict);
		if (verdict.action != TABLE_ALLOW ||
		    verdict.side[VERDICT_INGRESS].reason != VERDICT_RULE)
			return false;
	}
	return true;
}

static void find_pair(struct ip_addr ret_pods[2])
{
	struct node *node = &guarded.node;

	for (uint32_t i = 0; i < node->n_pods * node->n_pods; i++) {
		const uint32_t pair[2] = {i / node->n_pods, i % node->n_pods};

		if (pair[0] == pair[1] || !is_allowed_pair(pair[0], pair[1]))
			continue;
		for (int pod = 0; pod < 2; pod++) {
			guarded.pods[pod] = pair[pod];
			ret_pods[pod] = node->pods[pair[pod]]->ips[0];
		}
		return;
	}
	report_fail("the generated policies allow no pair of pods");
}

static void choose_addresses(void)
{
	const struct manifests_shape shape = {.n_pods = 5000, .n_policies = N_POLICIES};

	node_load(&guarded.node, &shape, NODE_PODS);
	node_compile(&guarded.node, 1);
	for (struct config *config = configs; config < configs_end; config++) {
		config->number = config - configs;
		for (uint32_t pod = 0; pod < 2; pod++)
			config->pods[pod] = ip_v4(0x0ac80001 + (config->number << 8) + pod);
		if (config == &configs[BULKHEAD])
			find_pair(config->pods);
		config->target = (struct crr_target){config->pods[1], FIRST_PORT, N_PORTS};
	}
}

/* A node for each config, with two pods. */
static void make_plan(struct lab_plan *plan)
{
	lab_plan_init(plan);
	plan->n_nodes = N_CONFIGS;
	plan->n_pods = 2 * N_CONFIGS;
	plan->ends = arena_alloc_n(&plan->arena, lab_n_ends(plan), sizeof(*plan->ends));
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		plan->ends[i] = (struct lab_end){.kind = LAB_NODE,
						 .name = configs[i].name,
						 .node = i,
						 .ips = {ip_v4(0xc0a80101 + i)},
						 .n_ips = 1};
	for (uint32_t i = 0; i < plan->n_pods; i++)
		*lab_pod(plan, i) = (struct lab_end){.kind = LAB_POD,
						     .name = configs[i / 2].name,
						     .node = i / 2,
						     .ips = {configs[i / 2].pods[i % 2]},
						     .n_ips = 1};
}

/* Where namespaces are kept; nobody else sees it, and it goes with this process. */
static const char *private_folder(void)
{
	const char *folder = process_folder();

	if (mount("bench", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700") ||
	    mkdir(report_text("%s/netns", folder), 0700))
		report_fail("%s: no folder of our own", folder);
	return folder;
}

static void enter(const char *folder, const struct lab_plan *plan, const struct lab_end *end)
{
	char name[LAB_PATH_SIZE];
	const int error =
		lab_netns_enter(report_text("%s/%s", folder, lab_netns_name(plan, end, name)));

	if (error)
		report_fail("cannot enter %s: %s", name, strerror(-error));
}

static void set_up(const char *folder, const struct lab_plan *plan)
{
	for (struct config *config = configs; config < configs_end; config++) {
		enter(folder, plan, &plan->ends[config->number]);
		if (config->set_up)
			config->set_up(config);
	}
}

static pid_t start_server(const char *folder, struct lab_plan *plan)
{
	struct crr_target targets[N_CONFIGS];
	const char *netns[N_CONFIGS];
	pid_t server;

	for (uint32_t i = 0; i < N_CONFIGS; i++) {
		char name[LAB_PATH_SIZE];

		lab_netns_name(plan, lab_pod(plan, 2 * i + 1), name);
		netns[i] = arena_printf(&plan->arena, "%s/%s", folder, name);
		targets[i] = configs[i].target;
	}
	server = crr_serve(targets, netns, N_CONFIGS, SERVER_CPU);
	if (server < 0)
		report_fail("no server: %s", strerror(-server));
	return server;
}

static void count_event(void *data, const struct event *event, const struct table_view *table)
{
	(void)data;
	(void)table;
	if (event->action == TABLE_ALLOW && event->reason == VERDICT_RULE)
		++*guarded.n_told;
}

/* Reads events as an agent does. It has no CPU of its own. */
static pid_t start_reader(void)
{
	const pid_t parent = getpid();
	pid_t reader;

	guarded.n_told = mmap(NULL, sizeof(*guarded.n_told), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	reader = guarded.n_told == MAP_FAILED ? -1 : fork();
	if (reader < 0)
		report_fail("no reader of events");
	if (reader)
		return reader;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent)
		if (datapath_events_read(guarded.datapath, DATAPATH_EVENTS_MS, count_event, NULL) <
		    0)
			break;
	_exit(1);
}

/* The numbers are of flows that Bulkhead let pass, or they are of nothing. */
static void check_events(void)
{
	struct datapath_counters counters;

	usleep(4 * DATAPATH_EVENTS_MS * 1000);
	if (datapath_counters(guarded.datapath, &counters) ||
	    *guarded.n_told + counters.events_lost < guarded.n_connections)
		report_fail("%.0f connections, but only %.0f events", (double)guarded.n_connections,
			    (double)*guarded.n_told);
}

static void visit(struct config *config)
{
	crr_connect(&config->target, CONNECT_SECONDS, &config->connections);
	crr_request(&config->target, REQUEST_SECONDS, &config->requests);
	if (config->connections.n_failed + config->requests.n_failed || !config->requests.n)
		report_fail("%s: connections failed", config->name);
	if (config == &configs[BULKHEAD])
		guarded.n_connections += config->connections.n;
}

static double last(const struct sample *sample)
{
	return sample->items[sample->n - 1];
}

/* Notes what a round gave. */
static void note(struct config *config)
{
	sample_add(&config->rates, config->connections.n / config->connections.seconds);
	sample_add(&config->connection_us, sample_median(&config->connections.us));
	sample_add(&config->request_us, sample_median(&config->requests.us));
}

/* Once all have noted theirs: against no policy, and Bulkhead against this one. */
static void compare(struct config *config)
{
	const struct config *nothing = &configs[NO_POLICY];

	sample_add(&config->ratios, last(&config->rates) / last(&nothing->rates));
	sample_add(&config->latency_ratios,
		   last(&config->connection_us) / last(&nothing->connection_us));
	sample_add(&config->bulkhead, last(&configs[BULKHEAD].rates) / last(&config->rates));
}

static void measure(const char *folder, const struct lab_plan *plan)
{
	process_pin(CLIENT_CPU);
	for (int round = 0; round <= ROUNDS; round++) {
		for (struct config *config = configs; config < configs_end; config++) {
			enter(folder, plan, lab_pod(plan, 2 * config->number));
			visit(config);
		}
		if (round > 0) {
			for (struct config *config = configs; config < configs_end; config++)
				note(config);
			for (struct config *config = configs; config < configs_end; config++)
				compare(config);
		}
		for (struct config *config = configs; config < configs_end; config++) {
			crr_result_release(&config->connections);
			crr_result_release(&config->requests);
		}
	}
}

static void print(struct config *config)
{
	const double us = sample_median(&config->connection_us);

	report_print(&(struct report){
		.name = report_text("connections: %s", config->name),
		.value = sample_median(&config->rates),
		.unit = "/s",
		.ratio = report_text("%.3f of no policy", sample_median(&config->ratios)),
		.note = report_text("p50 %.1f us, %.3f of no policy; request p50 %.1f us%s%s", us,
				    sample_median(&config->latency_ratios),
				    sample_median(&config->request_us), config->note ? "; " : "",
				    config->note ? config->note : "")});
}

static void print_against(struct config *config)
{
	if (config->goal)
		report_print(&(struct report){
			.name = report_text("connections: Bulkhead, of %s", config->name),
			.value = sample_median(&config->bulkhead),
			.unit = "times",
			.target = config->goal,
			.note = report_text("p10 %.3f, p90 %.3f of %zu rounds",
					    sample_percentile(&config->bulkhead, 0.1),
					    sample_percentile(&config->bulkhead, 0.9),
					    config->bulkhead.n)});
}

int main(void)
{
	const char *missing = sandbox_enter(), *folder;
	struct lab_fault fault = {{0}};
	struct lab_plan plan;
	pid_t server, reader;

	if (missing) {
		report_skip("connections", report_text("needs %s", missing));
		return 0;
	}
	choose_addresses();
	make_plan(&plan);
	folder = private_folder();
	if (lab_topology_build(&plan, folder, &fault))
		report_fail("%s", fault.text);
	set_up(folder, &plan);
	server = start_server(folder, &plan);
	reader = start_reader();
	measure(folder, &plan);
	check_events();
	kill(reader, SIGKILL);
	kill(server, SIGKILL);
	for (struct config *config = configs; config < configs_end; config++)
		print(config);
	for (struct config *config = configs; config < configs_end; config++)
		print_against(config);
	datapath_free(guarded.datapath);
	node_release(&guarded.node);
	lab_plan_release(&plan);
	return 0;
}
