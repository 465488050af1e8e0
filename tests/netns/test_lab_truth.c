/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comparison tells the truth: it agrees when the kernel has what is predicted, and it does not
 * when the kernel has another table. And what a new table forbids is cut, also in the middle of a
 * connection.
 */
#include "lab/init.h"
#include "lab/nodes.h"
#include "lab/predict.h"
#include "lab/probe.h"
#include "lab/sock.h"
#include "lab/topology.h"
#include "lib/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORT 7777
#define WAIT_MS 2000
#define SILENCE_MS 300

static const char *const open_paths[] = {"tests/netns/town"};
static const char *const shut_paths[] = {"tests/netns/town/cluster.yaml", "tests/netns/town_shut"};

struct lab {
	struct lab_home home;
	struct lab_cluster cluster; /* that the kernel was given last */
	struct lab_nodes nodes;
	struct lab_fault fault;
	int machine;
};

static void load(const char *const *paths, size_t n, struct lab_cluster *ret)
{
	const struct lab_input input = {.base = {.paths = paths, .n_paths = n}};

	*ret = (struct lab_cluster){0};
	lab_cluster_load(&input, ret);
	if (ret->base.diags.n_errors || !ret->plan.n_pods)
		bail("cannot read %s", paths[0]);
}

static void lab_up(struct lab *lab)
{
	struct lab_plan *plan = &lab->cluster.plan;

	char name[LAB_NAME_MAX + 1];

	load(open_paths, 1, &lab->cluster);
	snprintf(name, sizeof(name), "test-%d", (int)getpid());
	lab->machine = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (lab_home_create(name, &lab->home, &lab->fault) ||
	    lab_init_start(plan, &lab->home, true, &lab->fault) ||
	    lab_nodes_open(&lab->home, plan, &lab->nodes, &lab->fault) ||
	    lab_nodes_attach(&lab->nodes, &lab->home, plan, &lab->fault) ||
	    lab_nodes_enforce(&lab->nodes, &lab->home, &lab->cluster, &lab->fault))
		bail("%s", lab->fault.text);
}

/* Sends all probes; how many do not agree with what `predicting` says. */
static size_t disagreements(struct lab *lab, const struct lab_nodes *predicting)
{
	const struct lab_prober prober = {
		.plan = &lab->cluster.plan,
		.home = &lab->home,
		.nodes = lab->nodes.datapaths,
		.n_nodes = lab->nodes.n,
	};
	struct lab_probes probes = {0};
	size_t n;

	lab_probes_list(&lab->cluster.plan, &probes);
	lab_predict(&lab->cluster.plan, predicting, &probes);
	if (lab_probes_run(&prober, &probes, &lab->fault))
		bail("%s", lab->fault.text);
	n = lab_probes_disagreements(&probes);
	diag("%zu probes, %zu disagreements", probes.n, n);
	free(probes.items);
	return n;
}

/* The tables of other policies, for the same pods, that no kernel has seen. */
static void predict_from(struct lab_cluster *cluster, struct lab_nodes *ret)
{
	const uint32_t n = cluster->plan.n_nodes;

	*ret = (struct lab_nodes){
		.n = n,
		.tables = calloc(n, sizeof(*ret->tables)),
		.views = calloc(n, sizeof(*ret->views)),
	};
	for (uint32_t i = 0; i < n; i++)
		if (lab_node_compile(cluster, i, 1, &ret->tables[i]) ||
		    table_open(ret->tables[i].bytes, ret->tables[i].size, &ret->views[i]))
			bail("cannot compile");
}

static void predictions_release(struct lab_nodes *nodes)
{
	for (uint32_t i = 0; i < nodes->n; i++)
		compiled_table_release(&nodes->tables[i]);
	free(nodes->tables);
	free(nodes->views);
}

static void test_stale_table(struct lab *lab)
{
	struct lab_cluster shut;
	struct lab_nodes stale;
	size_t n;

	ok_int(disagreements(lab, &lab->nodes), 0, "the kernel does what its table says");
	load(shut_paths, 2, &shut);
	predict_from(&shut, &stale);
	n = disagreements(lab, &stale);
	ok(n > 50, "a kernel with other policies than predicted is found out");
	if (lab_nodes_enforce(&lab->nodes, &lab->home, &shut, &lab->fault))
		bail("%s", lab->fault.text);
	ok_int(disagreements(lab, &stale), 0, "and not any more, once it has them");
	if (lab_nodes_enforce(&lab->nodes, &lab->home, &lab->cluster, &lab->fault))
		bail("%s", lab->fault.text);
	ok_int(disagreements(lab, &lab->nodes), 0, "and back");
	predictions_release(&stale);
	lab_cluster_release(&shut);
}

static bool is_readable(int fd, int timeout_ms)
{
	return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, timeout_ms) == 1;
}

/* A socket of an end, bound to its v4 address. */
static int socket_of(struct lab *lab, const struct lab_end *end, uint16_t port)
{
	struct sockaddr_storage addr;
	const socklen_t size = lab_sockaddr(lab_end_ip(end, IP_V4), port, &addr);
	char path[LAB_PATH_SIZE];
	int fd;

	if (lab_netns_enter(lab_home_netns(&lab->home, &lab->cluster.plan, end, path)))
		bail("cannot enter %s", path);
	fd = lab_socket(IP_V4, SOCK_STREAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, size))
		bail("cannot bind: %s", strerror(errno));
	return fd;
}

/* From outside to the api, by a port that only the policies of `town` open. */
static void connect_ends(struct lab *lab, int *ret_client, int *ret_server)
{
	const struct lab_end *api = lab_find_pod(&lab->cluster.plan, "town/api");
	struct sockaddr_storage addr;
	const socklen_t size = lab_sockaddr(lab_end_ip(api, IP_V4), PORT, &addr);
	const int listener = socket_of(lab, api, PORT);
	struct ip_addr outside;

	ip_parse("198.51.100.10", &outside, NULL);
	*ret_client = socket_of(lab, lab_find_address(&lab->cluster.plan, &outside), 0);
	if (listen(listener, 1) ||
	    (connect(*ret_client, (struct sockaddr *)&addr, size) && errno != EINPROGRESS))
		bail("cannot connect: %s", strerror(errno));
	ok(is_readable(listener, WAIT_MS), "a connection from outside is allowed");
	*ret_server = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	close(listener);
}

static void count_cuts(void *data, const struct event *event, const struct table_view *table)
{
	(void)table;
	*(int *)data += event->action == TABLE_DENY && event->flags & EVENT_CUT;
}

static void test_cut(struct lab *lab)
{
	const struct lab_end *api = lab_find_pod(&lab->cluster.plan, "town/api");
	struct lab_cluster shut;
	int client, server, n_cuts = 0;
	char byte;

	load(shut_paths, 2, &shut);
	connect_ends(lab, &client, &server);
	ok(send(client, "a", 1, 0) == 1 && is_readable(server, WAIT_MS) &&
		   recv(server, &byte, 1, 0) == 1,
	   "and what is said arrives");
	if (lab_nodes_enforce(&lab->nodes, &lab->home, &shut, &lab->fault))
		bail("%s", lab->fault.text);
	send(client, "b", 1, 0);
	ok(!is_readable(server, SILENCE_MS), "until the policies change: the next packet is cut");
	datapath_events_read(lab->nodes.datapaths[api->node], 0, count_cuts, &n_cuts);
	ok(n_cuts > 0, "and an event says so");
	close(client);
	close(server);
	if (setns(lab->machine, CLONE_NEWNET))
		bail("cannot come back");
	lab_cluster_release(&shut);
}

int main(void)
{
	struct lab lab = {0};
	const char *missing = geteuid() ? "root" : datapath_missing();

	if (missing)
		skip_all("needs %s", missing);
	lab_up(&lab);
	test_stale_table(&lab);
	test_cut(&lab);
	lab_nodes_release(&lab.nodes);
	lab_home_end(&lab.home);
	lab_cluster_release(&lab.cluster);
	return tap_done();
}
