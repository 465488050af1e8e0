/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/init.h"

#include "lab/listen.h"
#include "lab/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What init says when it is ready, or why it is not. */
struct report {
	int error;
	struct lab_fault fault;
};

struct init {
	const struct lab_plan *plan;
	const char *home;
	bool is_tied;
	int go;     /* readable when it is noted who init is */
	int report; /* written once */
};

/* An own view of the file system, in which the home is empty and gets a bpffs. */
static int init_mounts(const char *home, struct lab_fault *fault)
{
	char path[LAB_PATH_SIZE];

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bulkhead-lab", home, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return lab_fail(fault, -errno, "cannot mount a tmpfs");
	lab_path(path, "%s/netns", home);
	if (mkdir(path, 0700))
		return lab_fail(fault, -errno, "cannot make %s", path);
	lab_path(path, "%s/bpf", home);
	if (mkdir(path, 0700) ||
	    mount("bpffs", path, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700"))
		return lab_fail(fault, -errno, "cannot mount a bpffs");
	return 0;
}

/* A pipe of the caller must see its end, so that only stdin to stderr and two of ours are kept. */
static void close_all_but(int a, int b)
{
	const unsigned int low = (unsigned int)(a < b ? a : b),
			   high = (unsigned int)(a < b ? b : a);

	if (low > 3)
		close_range(3, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

/* A socket for each listener, and a terminal belongs to whoever started the lab. */
static void init_process(const struct init *init)
{
	struct rlimit files;
	const int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_NAME, "lab-init");
	setsid();
	signal(SIGCHLD, SIG_IGN); /* orphans of `exec` are reaped by the kernel */
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	close_all_but(init->go, init->report);
	if (chdir("/"))
		abort();
}

static int init_build(const struct init *init, struct lab_listeners **ret, struct lab_fault *fault)
{
	int error = init_mounts(init->home, fault);

	if (!error)
		error = lab_topology_build(init->plan, init->home, fault);
	return error ? error : lab_listeners_new(init->plan, init->home, ret, fault);
}

static _Noreturn void init_main(const struct init *init)
{
	struct lab_listeners *listeners = NULL;
	struct report report = {0};
	char byte;

	if (init->is_tied)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	init_process(init);
	/* The end of the pipe, too, if the parent died before the line above. */
	if (read(init->go, &byte, 1) != 1)
		_exit(1);
	close(init->go);
	report.error = init_build(init, &listeners, &report.fault);
	if (write(init->report, &report, sizeof(report)) != sizeof(report) || report.error)
		_exit(1);
	close(init->report);
	while (!lab_listeners_serve(listeners, -1))
		;
	_exit(1);
}

/* Like fork(), in new process and mount namespaces. */
static pid_t clone_init(void)
{
	struct clone_args args = {.flags = CLONE_NEWPID | CLONE_NEWNS, .exit_signal = SIGCHLD};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static int init_wait(int report_fd, struct lab_fault *fault)
{
	struct report report;
	ssize_t n;

	do
		n = read(report_fd, &report, sizeof(report));
	while (n < 0 && errno == EINTR);
	if (n != sizeof(report))
		return lab_fail(fault, 0, "the lab's first process ended before it was ready");
	if (report.error)
		*fault = report.fault;
	return report.error;
}

int lab_init_start(const struct lab_plan *plan, struct lab_home *home, bool is_tied,
		   struct lab_fault *fault)
{
	struct init init = {.plan = plan, .home = home->path, .is_tied = is_tied};
	int go[2], report[2], error;
	pid_t pid;

	if (pipe2(go, O_CLOEXEC) || pipe2(report, O_CLOEXEC))
		return lab_fail(fault, -errno, "cannot make a pipe");
	init.go = go[0];
	init.report = report[1];
	pid = clone_init();
	if (pid == 0)
		init_main(&init);
	close(go[0]);
	close(report[1]);
	if (pid < 0)
		error = lab_fail(fault, -errno, "cannot make process and mount namespaces");
	else
		error = lab_home_set_init(home, pid, fault);
	if (!error && write(go[1], "", 1) != 1)
		error = lab_fail(fault, -errno, "cannot start the lab's first process");
	close(go[1]);
	if (!error)
		error = init_wait(report[0], fault);
	close(report[0]);
	return error;
}
