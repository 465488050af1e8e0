/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/supervise.h"

#include "lab/options.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* What we were started to ignore (nohup) stays ignored. */
static void make_mask(sigset_t *mask)
{
	sigemptyset(mask);
	sigaddset(mask, SIGCHLD);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		struct sigaction action;

		if (!sigaction(endings[i], NULL, &action) && action.sa_handler != SIG_IGN)
			sigaddset(mask, endings[i]);
	}
}

static _Noreturn void child(const sigset_t *mask, pid_t parent, lab_work_fn *work, void *data)
{
	int code;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before the line above */
		_exit(LAB_EXIT_ENVIRONMENT);
	sigprocmask(SIG_SETMASK, mask, NULL);
	code = work(data);
	fflush(NULL);
	_exit(code);
}

/* The child's status; a signal to us (*ret_signal) is the end of it. */
static int wait_for(pid_t pid, const sigset_t *mask, int *ret_signal)
{
	int status = 0;

	for (;;) {
		const int signal = sigwaitinfo(mask, NULL);

		if (signal > 0 && signal != SIGCHLD) {
			*ret_signal = signal;
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return status;
		}
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
	}
}

/* As if the signal had met us unprepared, so that a shell sees what ended us. */
static _Noreturn void die_of(int number, const sigset_t *mask)
{
	signal(number, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	raise(number);
	_exit(128 + number);
}

int lab_supervise(struct lab_home *home, bool keep, lab_work_fn *work, void *data)
{
	const pid_t self = getpid();
	sigset_t mask, before;
	int status, number = 0;
	pid_t pid;

	make_mask(&mask);
	prctl(PR_SET_CHILD_SUBREAPER, 1); /* of the lab's init, when the child is gone */
	sigprocmask(SIG_BLOCK, &mask, &before);
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return LAB_EXIT_ENVIRONMENT;
	if (pid == 0)
		child(&before, self, work, data);
	status = wait_for(pid, &mask, &number);
	if (!number && WIFSIGNALED(status))
		number = WTERMSIG(status); /* Ctrl-C reaches the child too, and maybe first */
	if (keep && !number && !WEXITSTATUS(status))
		lab_home_release(home);
	else
		lab_home_end(home);
	if (number)
		die_of(number, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return WEXITSTATUS(status);
}
