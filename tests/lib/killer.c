/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/killer.h"

#include "lib/tap.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A stop at a system call is told apart from a SIGTRAP. */
#define SYSCALL_STOP (SIGTRAP | 0x80)

static bool is_step(const struct __ptrace_syscall_info *info)
{
	if (info->op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	switch (info->entry.nr) {
	case SYS_bpf:
	case SYS_mkdirat:
	case SYS_unlinkat:
#ifdef SYS_mkdir
	case SYS_mkdir:
	case SYS_unlink:
	case SYS_rmdir:
#endif
		return true;
	case SYS_mmap:
		return (int)info->entry.args[4] >= 0; /* of a map */
	default:
		return false;
	}
}

static pid_t start(void (*work)(void *data), void *data)
{
	const pid_t pid = fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(1);
		raise(SIGSTOP);
		work(data);
		_exit(0);
	}
	return pid;
}

/* The next stop; false when there is none, for the child has ended well. */
static bool next_stop(pid_t pid, int *ret_status)
{
	if (waitpid(pid, ret_status, 0) != pid)
		bail("the child is lost: %s", strerror(errno));
	if (WIFSTOPPED(*ret_status))
		return true;
	if (!WIFEXITED(*ret_status) || WEXITSTATUS(*ret_status))
		bail("the child failed: status %x", *ret_status);
	return false;
}

static void end(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

const char *killer_missing(void)
{
	const pid_t pid = start(NULL, NULL);
	int status;
	const bool traced = pid > 0 && waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);

	if (traced)
		end(pid);
	return traced ? NULL : "permission to trace its children (ptrace)";
}

bool killer_run(void (*work)(void *data), void *data, unsigned int nth)
{
	const pid_t pid = start(work, data);
	struct __ptrace_syscall_info info;
	int status, sig;

	if (!next_stop(pid, &status) ||
	    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		bail("the child cannot be traced: %s", strerror(errno));
	for (sig = 0;; sig = WSTOPSIG(status) == SYSCALL_STOP ? 0 : WSTOPSIG(status)) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, sig) || !next_stop(pid, &status))
			return false;
		if (WSTOPSIG(status) != SYSCALL_STOP)
			continue;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
			bail("no word about a system call: %s", strerror(errno));
		if (is_step(&info) && --nth == 0) {
			end(pid);
			return true;
		}
	}
}
