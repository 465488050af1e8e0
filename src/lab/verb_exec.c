/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/session.h"
#include "lab/topology.h"
#include "lab/verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_FOUND 127
#define EXIT_NOT_RUN 126

/* The child is a process of the lab, and so ends with it; what else we start is not. */
static pid_t fork_in_lab(const struct lab_home *home)
{
	const int ours = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	pid_t pid = -1;

	if (ours < 0)
		return -1;
	if (!setns(home->init_fd, CLONE_NEWPID))
		pid = fork();
	if (pid > 0 && setns(ours, CLONE_NEWPID))
		pid = -1;
	close(ours);
	return pid;
}

/* A pod by "ns/pod", a node by its name, or all that is outside. */
static const struct lab_end *find_end(const struct lab_plan *plan, const char *name)
{
	static const struct lab_end outside = {.kind = LAB_OUTSIDE, .name = "outside"};
	const struct lab_end *pod = lab_find_pod(plan, name);

	if (!strcmp(name, outside.name))
		return &outside;
	for (uint32_t i = 0; i < plan->n_nodes && !pod; i++)
		if (!strcmp(plan->ends[i].name, name))
			return &plan->ends[i];
	return pod;
}

static int run_command(const struct lab_home *home, char *const *command)
{
	const pid_t pid = fork_in_lab(home);
	int status = 0;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(command[0], command);
		fprintf(stderr, "bulkhead-lab: cannot run %s: %s\n", command[0], strerror(errno));
		_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
	}
	if (pid < 0) {
		fprintf(stderr, "bulkhead-lab: cannot start a process in the lab: %s\n",
			strerror(errno));
		return LAB_EXIT_ENVIRONMENT;
	}
	/* What the terminal sends is for the command. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int exec_in(const struct lab_session *session, const struct lab_options *options)
{
	const struct lab_end *end = find_end(&session->plan, options->pod);
	struct lab_fault fault = {0};
	char path[LAB_PATH_SIZE];
	int error;

	if (!end) {
		fprintf(stderr,
			"bulkhead-lab: no pod or node of this lab is named '%s'; see `bulkhead lab "
			"status`\n",
			options->pod);
		return LAB_EXIT_INPUT;
	}
	error = lab_netns_enter(lab_home_netns(&session->home, &session->plan, end, path));
	if (error) {
		lab_fail(&fault, error, "cannot enter %s", end->name);
		return lab_say(&fault);
	}
	return run_command(&session->home, options->command);
}

int lab_verb_exec(const struct lab_options *options)
{
	struct lab_session session;
	int code = lab_session_open(options, &session);

	if (code)
		return code;
	code = exec_in(&session, options);
	lab_session_close(&session);
	return code;
}
