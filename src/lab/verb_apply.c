/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/plan_json.h"
#include "lab/session.h"
#include "lab/topology.h"
#include "lab/verbs.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * How a pod of the input differs from the running one, NULL when it does not. Labels may: rules see
 * them.
 */
static const char *difference(const struct lab_end *running, const struct lab_end *wanted)
{
	if (!running)
		return "is not in the lab";
	if (running->n_ips != wanted->n_ips)
		return "has other addresses";
	for (uint32_t i = 0; i < running->n_ips; i++)
		if (!ip_equal(&running->ips[i], &wanted->ips[i]))
			return "has other addresses";
	if (running->n_ports != wanted->n_ports)
		return "has other ports";
	for (uint32_t i = 0; i < running->n_ports; i++)
		if (!lab_listens(running, wanted->ports[i].space, wanted->ports[i].number))
			return "has other ports";
	return running->node == wanted->node ? NULL : "is on another node";
}

/* Says every difference; how many. */
static unsigned int compare_pods(const struct lab_plan *running, const struct lab_plan *wanted)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < wanted->n_pods; i++) {
		const struct lab_end *pod = lab_pod(wanted, i);
		const char *what = difference(lab_find_pod(running, pod->name), pod);

		if (what && ++n)
			fprintf(stderr, "bulkhead-lab: pod %s %s\n", pod->name, what);
	}
	for (uint32_t i = 0; i < running->n_pods; i++) {
		const struct lab_end *pod = lab_pod(running, i);

		if (!lab_find_pod(wanted, pod->name) && ++n)
			fprintf(stderr, "bulkhead-lab: pod %s of the lab is not in the input\n",
				pod->name);
	}
	return n;
}

/* The rules may tell other addresses apart than before. */
static int add_outside(const struct lab_session *session, const struct lab_plan *plan,
		       struct lab_fault *fault)
{
	static const struct lab_end outside = {.kind = LAB_OUTSIDE};
	const int machine = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	char path[LAB_PATH_SIZE];
	int error = lab_netns_enter(lab_home_netns(&session->home, plan, &outside, path));

	if (error)
		lab_fail(fault, error, "cannot enter %s", path);
	else
		error = lab_topology_add_outside(plan, fault);
	if (setns(machine, CLONE_NEWNET) && !error)
		error = lab_fail(fault, 0, "cannot come back from the lab");
	close(machine);
	return error;
}

static double seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static int apply(struct lab_session *session, struct lab_cluster *cluster,
		 const struct lab_options *options)
{
	struct lab_fault fault = {0};
	struct lab_input input = session->input;
	struct timespec start;
	int error;

	if (compare_pods(&session->plan, &cluster->plan)) {
		fprintf(stderr,
			"bulkhead-lab: `apply` changes policies and labels; for other pods, "
			"`down` and `up` again\n");
		return LAB_EXIT_INPUT;
	}
	input.base.paths = options->input.base.paths;
	input.base.n_paths = options->input.base.n_paths;
	input.base.mesh_all |= options->input.base.mesh_all;
	if (options->input.base.cni)
		input.base.cni = options->input.base.cni;
	clock_gettime(CLOCK_MONOTONIC, &start);
	error = lab_nodes_enforce(&session->nodes, &session->home, cluster, &fault);
	if (!error) {
		printf("%u policies in force, generation %llu, in %.0f ms\n",
		       cluster->base.policies->n_policies,
		       (unsigned long long)table_header(&session->nodes.views[0])->keys.generation,
		       seconds_since(&start) * 1e3);
		error = add_outside(session, &cluster->plan, &fault);
	}
	if (!error)
		error = lab_plan_save(&session->home, &cluster->plan, &input, &fault);
	if (!error)
		return LAB_EXIT_OK;
	lab_print_diags(cluster, options);
	return lab_say(&fault);
}

int lab_verb_apply(const struct lab_options *options)
{
	struct lab_cluster cluster = {0};
	struct lab_session session;
	struct lab_input input;
	int code = lab_session_open(options, &session);

	if (code)
		return code;
	input = session.input; /* as `up` read it, but these paths */
	input.base.paths = options->input.base.paths;
	input.base.n_paths = options->input.base.n_paths;
	input.base.mesh_all |= options->input.base.mesh_all;
	input.base.skip_invalid |= options->input.base.skip_invalid;
	if (options->input.base.cni)
		input.base.cni = options->input.base.cni;
	code = lab_read_input(&input, options, &cluster);
	if (!code)
		code = apply(&session, &cluster, options);
	lab_cluster_release(&cluster);
	lab_session_close(&session);
	return code;
}
