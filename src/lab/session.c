/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/session.h"

#include "lab/plan_json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

int lab_say(const struct lab_fault *fault)
{
	fprintf(stderr, "bulkhead-lab: %s\n", fault->text);
	return LAB_EXIT_ENVIRONMENT;
}

int lab_check_environment(void)
{
	const char *missing;

	if (geteuid() != 0) {
		fprintf(stderr,
			"bulkhead-lab: a lab needs root: it makes network namespaces and loads "
			"programs into the kernel; try sudo\n");
		return LAB_EXIT_ENVIRONMENT;
	}
	missing = datapath_missing();
	if (!missing)
		return 0;
	fprintf(stderr, "bulkhead-lab: this needs %s\n", missing);
	return LAB_EXIT_ENVIRONMENT;
}

int lab_session_open(const struct lab_options *options, struct lab_session *ret)
{
	struct lab_fault fault = {0};
	int error = lab_check_environment();

	if (error)
		return error;
	*ret = (struct lab_session){0};
	if (lab_home_find(options->name, &ret->home, &fault))
		return lab_say(&fault);
	error = lab_plan_load(&ret->home, &ret->plan, &ret->input, &fault);
	if (error) {
		lab_home_release(&ret->home);
		return lab_say(&fault);
	}
	if (!lab_nodes_open(&ret->home, &ret->plan, &ret->nodes, &fault))
		return 0;
	lab_session_close(ret);
	return lab_say(&fault);
}

void lab_session_close(struct lab_session *session)
{
	lab_nodes_release(&session->nodes);
	lab_plan_release(&session->plan);
	lab_home_release(&session->home);
}

void lab_print_diags(struct lab_cluster *cluster, const struct lab_options *options)
{
	struct diag_list *diags = &cluster->base.diags;

	for (const struct diag *diag = diags->first; diag; diag = diag->next)
		if (diag->severity != DIAG_NOTE)
			diag_print(stderr, diag, options->color_err);
	diag_list_init(diags, diags->arena);
}

int lab_read_input(const struct lab_input *input, const struct lab_options *options,
		   struct lab_cluster *ret)
{
	const char *cni;
	size_t n_errors;

	lab_cluster_load(input, ret);
	n_errors = ret->base.diags.n_errors;
	cni = analyze_cluster_cni_text(&ret->base);
	if (cni)
		fprintf(stderr, "%s\n", cni);
	lab_print_diags(ret, options);
	for (size_t i = 0; i < ret->notes.n; i++)
		fprintf(stderr, "bulkhead-lab: %s\n", ret->notes.items[i]);
	if (n_errors)
		return LAB_EXIT_INPUT;
	if (ret->plan.n_pods)
		return 0;
	fprintf(stderr, "bulkhead-lab: the input has no pods to run\n");
	return LAB_EXIT_INPUT;
}

int lab_lock_events(const struct lab_home *home, struct lab_fault *fault)
{
	char path[LAB_PATH_SIZE];
	const int fd =
		open(lab_home_file(home, "events.lock", path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return lab_fail(fault, -errno, "cannot open %s", path);
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	close(fd);
	lab_fail(fault, 0,
		 "another command reads the events of this lab (`flows`, `probe`): they can be "
		 "read once, so end it first");
	return -EWOULDBLOCK;
}
