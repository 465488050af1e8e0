/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/process.h"

#include <errno.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Files in memory: neither side ever waits for the other to read. */
struct streams {
	int in;
	int out;
	int err;
};

static int open_streams(struct streams *streams)
{
	streams->in = memfd_create("input", MFD_CLOEXEC);
	streams->out = memfd_create("output", MFD_CLOEXEC);
	streams->err = memfd_create("errors", MFD_CLOEXEC);
	return streams->in < 0 || streams->out < 0 || streams->err < 0 ? -errno : 0;
}

static void close_streams(const struct streams *streams)
{
	const int fds[] = {streams->in, streams->out, streams->err};

	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int fill(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t ret = write(fd, data, n);

		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0)
			return -errno;
		data += ret;
		n -= (size_t)ret;
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

static int drain(int fd, struct strbuf *ret)
{
	char buffer[1 << 16];

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(fd, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		strbuf_add(ret, buffer, (size_t)n);
	}
}

static int spawn(const struct cli_process *process, const struct streams *streams, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int ret = posix_spawn_file_actions_init(&actions);

	if (ret)
		return -ret;
	ret = posix_spawn_file_actions_adddup2(&actions, streams->in, STDIN_FILENO);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, streams->out, STDOUT_FILENO);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, streams->err, STDERR_FILENO);
	if (!ret)
		ret = posix_spawnp(ret_pid, process->words[0], &actions, NULL,
				   (char *const *)process->words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -ret;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECHILD;
}

int cli_process_run(struct cli_process *process)
{
	struct streams streams;
	pid_t pid;
	int ret = open_streams(&streams);

	if (!ret)
		ret = fill(streams.in, process->input, process->n_input);
	if (!ret)
		ret = spawn(process, &streams, &pid);
	if (!ret) {
		ret = wait_for(pid);
		if (drain(streams.out, &process->output) || drain(streams.err, &process->errors))
			ret = -EIO;
	}
	close_streams(&streams);
	return ret;
}

void cli_process_release(struct cli_process *process)
{
	strbuf_release(&process->output);
	strbuf_release(&process->errors);
}
