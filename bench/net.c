/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections between two pods of one node, through what stands between them: nothing, a program that only
 * says OK, Bulkhead, and what a node could use instead. Each has a node of its own in a private lab; rounds go from
 * one to the next, client and server have a CPU each, and every number is set against "no policy" of its own
 * round. The machine's network is not touched, and all of it is gone with the process.
 */
#include "lib/crr.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"

#include "base/strbuf.h"
#include "lab/home.h"
#include "lab/plan.h"
#include "lab/topology.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 12
#define CONNECT_SECONDS 0.6
#define REQUEST_SECONDS 0.2

#define FIRST_PORT 8080
#define N_PORTS 11 /* 8080 … 8090: the policies of the generated clusters allow them */

#define CLIENT_CPU 0
#define SERVER_CPU 1

/* What a peer needs for 1,000 or 10,000 rules: those of other pods, then ours. */
#define N_RULES 1000
#define N_ELEMENTS 10000

struct config {
	const char *name;
	void (*set_up)(const struct config *); /* in the node's namespace; NULL: nothing to do */
	const char *note;
	uint32_t number;
	struct crr_target target;
	struct crr_result connections, requests;        /* of this round */
	struct sample rates, connection_us, request_us; /* medians by round */
	struct sample rate_ratios, latency_ratios;      /* against the first config, by round */
};

static void feed(const char *command, const struct strbuf *input)
{
	FILE *pipe = popen(command, "w");

	if (!pipe || fwrite(input->text, 1, input->len, pipe) != input->len || pclose(pipe))
		report_fail("%s failed", command);
}

static struct ip_addr address(uint32_t config, uint32_t side)
{
	return ip_v4(0x0ac80000 + (config << 8) + side + 1);
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

static void set_up_conntrack(const struct config *config)
{
	struct strbuf rules = {0};

	(void)config;
	strbuf_addstr(&rules, "table ip bench {\n\tchain forward {\n"
			      "\t\ttype filter hook forward priority 0; policy accept;\n"
			      "\t\tct state established,related accept\n\t}\n}\n");
	feed("nft -f -", &rules);
	strbuf_release(&rules);
}

static void set_up_nft_map(const struct config *config)
{
	const struct ip_addr client = address(config->number, 0);
	struct strbuf rules = {0};

	strbuf_addstr(&rules, "table ip bench {\n\tmap pairs {\n"
			      "\t\ttype ipv4_addr . ipv4_addr . inet_service : verdict\n"
			      "\t\telements = {\n");
	for (uint32_t i = 0; i < N_ELEMENTS; i++)
		strbuf_printf(&rules, "%s . %s . 8080 : accept,\n", other_address(i),
			      other_address(i + 1));
	for (uint32_t port = 0; port < N_PORTS; port++)
		strbuf_printf(&rules, "%s . %s . %u : accept,\n", text_of(&client),
			      text_of(&config->target.addr), FIRST_PORT + port);
	strbuf_addstr(&rules, "\t\t}\n\t}\n\tchain forward {\n"
			      "\t\ttype filter hook forward priority 0; policy drop;\n"
			      "\t\tct state established,related accept\n"
			      "\t\tip saddr . ip daddr . tcp dport vmap @pairs\n\t}\n}\n");
	feed("nft -f -", &rules);
	strbuf_release(&rules);
}

static void set_up_iptables(const struct config *config)
{
	const struct ip_addr client = address(config->number, 0);
	struct strbuf rules = {0};

	strbuf_addstr(&rules, "*filter\n:FORWARD DROP [0:0]\n"
			      "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n");
	for (uint32_t i = 0; i < N_RULES; i++)
		strbuf_printf(&rules, "-A FORWARD -s %s -d %s -p tcp --dport 8080 -j ACCEPT\n",
			      other_address(i), other_address(i + 1));
	strbuf_printf(&rules, "-A FORWARD -s %s -d %s -p tcp --dport %u:%u -j ACCEPT\nCOMMIT\n",
		      text_of(&client), text_of(&config->target.addr), FIRST_PORT,
		      FIRST_PORT + N_PORTS - 1);
	feed("iptables-restore", &rules);
	strbuf_release(&rules);
}

static struct config configs[] = {
	{.name = "no policy"},
	{.name = "nf_conntrack alone", .set_up = set_up_conntrack},
	{.name = "nftables map", .set_up = set_up_nft_map, .note = "10,000 elements"},
	{.name = "iptables", .set_up = set_up_iptables, .note = "1,000 rules, the last matches"},
};

#define N_CONFIGS (sizeof(configs) / sizeof(configs[0]))

/* A node for each config, with two pods. */
static void make_plan(struct lab_plan *plan)
{
	const uint32_t n = N_CONFIGS;

	lab_plan_init(plan);
	plan->n_nodes = n;
	plan->n_pods = 2 * n;
	plan->ends = arena_alloc_n(&plan->arena, lab_n_ends(plan), sizeof(*plan->ends));
	for (uint32_t i = 0; i < n; i++)
		plan->ends[i] = (struct lab_end){.kind = LAB_NODE,
						 .name = configs[i].name,
						 .node = i,
						 .ips = {ip_v4(0xc0a80101 + i)},
						 .n_ips = 1};
	for (uint32_t i = 0; i < 2 * n; i++)
		*lab_pod(plan, i) = (struct lab_end){.kind = LAB_POD,
						     .name = configs[i / 2].name,
						     .node = i / 2,
						     .ips = {address(i / 2, i % 2)},
						     .n_ips = 1};
}

/* A folder that nobody else sees and that goes with this process. */
static const char *private_folder(void)
{
	const char *folder = process_folder();

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bench", folder, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700") ||
	    mkdir(report_text("%s/netns", folder), 0700) ||
	    mkdir(report_text("%s/bpf", folder), 0700) ||
	    mount("bpffs", report_text("%s/bpf", folder), "bpf", MS_NOSUID | MS_NODEV, "mode=0700"))
		report_fail("no private folder: %s", strerror(errno));
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
	for (uint32_t i = 0; i < N_CONFIGS; i++) {
		configs[i].number = i;
		configs[i].target = (struct crr_target){address(i, 1), FIRST_PORT, N_PORTS};
		enter(folder, plan, &plan->ends[i]);
		if (configs[i].set_up)
			configs[i].set_up(&configs[i]);
	}
}

static pid_t start_server(const char *folder, const struct lab_plan *plan)
{
	struct crr_target targets[N_CONFIGS];
	const char *netns[N_CONFIGS];
	pid_t server;

	for (uint32_t i = 0; i < N_CONFIGS; i++) {
		char name[LAB_PATH_SIZE];

		lab_netns_name(plan, lab_pod(plan, 2 * i + 1), name);
		netns[i] = arena_printf((struct arena *)&plan->arena, "%s/%s", folder, name);
		targets[i] = configs[i].target;
	}
	server = crr_serve(targets, netns, N_CONFIGS, SERVER_CPU);
	if (server < 0)
		report_fail("no server: %s", strerror(-server));
	return server;
}

static void visit(struct config *config)
{
	crr_connect(&config->target, CONNECT_SECONDS, &config->connections);
	crr_request(&config->target, REQUEST_SECONDS, &config->requests);
	if (config->connections.n_failed + config->requests.n_failed || !config->requests.n)
		report_fail("%s: connections failed", config->name);
}

/* Notes what a round gave, relative to the first config's. */
static void conclude(struct config *config, bool counts)
{
	const struct config *first = &configs[0];
	const double rate = config->connections.n / config->connections.seconds;
	const double us = sample_median(&config->connections.us);

	if (counts) {
		sample_add(&config->rates, rate);
		sample_add(&config->connection_us, us);
		sample_add(&config->request_us, sample_median(&config->requests.us));
		sample_add(&config->rate_ratios, rate / first->rates.items[first->rates.n - 1]);
		sample_add(&config->latency_ratios,
			   us / first->connection_us.items[first->connection_us.n - 1]);
	}
	crr_result_release(&config->connections);
	crr_result_release(&config->requests);
}

int main(void)
{
	struct lab_fault fault = {{0}};
	struct lab_plan plan;
	const char *folder;
	pid_t server;

	if (geteuid()) {
		report_skip("connections through the datapath", "needs root");
		return 0;
	}
	make_plan(&plan);
	folder = private_folder();
	if (lab_topology_build(&plan, folder, &fault))
		report_fail("%s", fault.text);
	set_up(folder, &plan);
	server = start_server(folder, &plan);
	process_pin(CLIENT_CPU);
	for (int round = 0; round <= ROUNDS; round++) {
		for (uint32_t i = 0; i < N_CONFIGS; i++) {
			enter(folder, &plan, lab_pod(&plan, 2 * i));
			visit(&configs[i]);
		}
		for (uint32_t i = 0; i < N_CONFIGS; i++)
			conclude(&configs[i], round > 0);
	}
	kill(server, SIGKILL);
	for (uint32_t i = 0; i < N_CONFIGS; i++) {
		struct config *config = &configs[i];

		report_print(&(struct report){
			.name = report_text("connections through: %s", config->name),
			.value = sample_median(&config->rates),
			.unit = "/s",
			.ratio = report_text("%.3f of no policy",
					     sample_median(&config->rate_ratios)),
			.note = report_text("p50 %.1f us (x %.3f), request p50 %.1f us %s",
					    sample_median(&config->connection_us),
					    sample_median(&config->latency_ratios),
					    sample_median(&config->request_us),
					    config->note ?: "")});
	}
	lab_plan_release(&plan);
	return 0;
}
