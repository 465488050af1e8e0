/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/init.h"
#include "lab/plan_json.h"
#include "lab/session.h"
#include "lab/supervise.h"
#include "lab/verbs.h"

#include "render/render.h"

#include <stdio.h>
#include <unistd.h>

#define DEFAULT_NAME "lab"

struct work {
	const struct lab_options *options;
	struct lab_cluster cluster;
	struct lab_home home;
	bool is_run; /* probe, then end */
};

/* Namespaces, listeners, closed doors, and then the policies that open some. */
static int bring_up(struct work *work, struct lab_nodes *ret_nodes, struct lab_fault *fault)
{
	const struct lab_plan *plan = &work->cluster.plan;
	int error = lab_init_start(plan, &work->home, work->is_run, fault);

	*ret_nodes = (struct lab_nodes){0};
	if (!error)
		error = lab_plan_save(&work->home, plan, &work->options->input, fault);
	if (!error)
		error = lab_nodes_open(&work->home, plan, ret_nodes, fault);
	if (!error)
		error = lab_nodes_attach(ret_nodes, &work->home, plan, fault);
	if (!error)
		error = lab_nodes_enforce(ret_nodes, &work->home, &work->cluster, fault);
	return error;
}

static void say_up(const struct work *work)
{
	const struct lab_plan *plan = &work->cluster.plan;

	printf("lab '%s' is up: %u pods on %u node%s, %u addresses outside\n"
	       "  bulkhead lab probe                        prediction and reality, side by side\n"
	       "  bulkhead lab exec %s -- COMMAND…   look around in a pod\n"
	       "  bulkhead lab flows                        what is allowed and denied, and why\n"
	       "  bulkhead lab apply PATH…                  other policies, live\n"
	       "  bulkhead lab down\n",
	       work->home.name, plan->n_pods, plan->n_nodes, plan->n_nodes == 1 ? "" : "s",
	       plan->n_outside, lab_pod(plan, 0)->name);
}

static int do_work(void *data)
{
	struct work *work = data;
	struct lab_fault fault = {0};
	struct lab_nodes nodes;
	int code;

	if (bring_up(work, &nodes, &fault)) {
		lab_print_diags(&work->cluster, work->options);
		code = lab_say(&fault);
	} else if (work->is_run) {
		code = lab_probe_and_report(&work->home, &work->cluster.plan, &nodes,
					    &work->cluster.base, work->options);
	} else {
		say_up(work);
		code = LAB_EXIT_OK;
	}
	lab_nodes_release(&nodes);
	return code;
}

/* Who may talk to whom, before it is tried. */
static void show_map(struct lab_cluster *cluster)
{
	const struct analyze_map_options options = {0};
	struct diag_list notes;
	struct analyze_map map;

	diag_list_init(&notes, &cluster->plan.arena);
	analyze_map_build(&map, &cluster->base, &options, &notes);
	render_map_text(&map);
	analyze_map_release(&map);
	putchar('\n');
}

static int start(struct work *work, const char *name)
{
	struct lab_fault fault = {0};
	int code = lab_read_input(&work->options->input, work->options, &work->cluster);

	if (!code)
		code = lab_check_environment();
	if (!code && work->is_run && !work->options->is_json)
		show_map(&work->cluster);
	if (!code && lab_home_create(name, &work->home, &fault))
		code = lab_say(&fault);
	if (!code)
		code = lab_supervise(&work->home, !work->is_run, do_work, work);
	lab_cluster_release(&work->cluster);
	return code;
}

int lab_verb_up(const struct lab_options *options)
{
	struct work work = {.options = options};

	return start(&work, options->name ? options->name : DEFAULT_NAME);
}

/* Its own name: a lab that is up is in nobody's way. */
int lab_verb_run(const struct lab_options *options)
{
	struct work work = {.options = options, .is_run = true};
	char name[LAB_NAME_MAX + 1];

	snprintf(name, sizeof(name), "run-%d", (int)getpid());
	return start(&work, options->name ? options->name : name);
}
