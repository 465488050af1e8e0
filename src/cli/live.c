/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/live.h"

#include "base/strbuf.h"
#include "cli/lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct words {
	const char **items;
	size_t n;
	size_t cap;
};

/* Where pods are that have no address, said or not: the lab has defaults of its own. */
static void list_pod_cidrs(struct suite_live *live, struct words *ret)
{
	const struct model_snapshot *snapshot = live->suite->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->n_pod_cidrs; i++) {
		char text[IP_CIDR_TEXT_SIZE];

		vec_push(ret, "--pod-cidr");
		vec_push(ret,
			 arena_strdup(&live->arena, ip_cidr_format(&snapshot->pod_cidrs[i], text)));
	}
}

/* The input of this run, in the words of the lab. */
static void list_words(const struct cli_options *options, const char *cases, struct words *ret)
{
	vec_push(ret, "run");
	vec_push(ret, "-o");
	vec_push(ret, "json");
	vec_push(ret, "--cases");
	vec_push(ret, cases);
	for (size_t i = 0; i < options->paths.n; i++) {
		vec_push(ret, "-f");
		vec_push(ret, options->paths.items[i]);
	}
	if (options->ns) {
		vec_push(ret, "-n");
		vec_push(ret, options->ns);
	}
	if (options->cni) {
		vec_push(ret, "--cni");
		vec_push(ret, options->cni);
	}
	if (options->mesh_all)
		vec_push(ret, "--mesh=all");
	if (options->skip_invalid)
		vec_push(ret, "--invalid=skip");
}

static int read_all(int fd, struct strbuf *ret)
{
	char buffer[65536];
	ssize_t len;

	while ((len = read(fd, buffer, sizeof(buffer))) > 0 || (len < 0 && errno == EINTR))
		if (len > 0)
			strbuf_add(ret, buffer, (size_t)len);
	return len < 0 ? -errno : 0;
}

/* What the lab prints on stdout; its exit status, or -errno. */
static int run_lab(struct words *words, struct strbuf *ret)
{
	int pipes[2], status;
	pid_t pid;

	if (pipe(pipes))
		return -errno;
	pid = fork();
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		cli_lab_exec((int)words->n - 1, (char **)words->items);
		_exit(CLI_ENVIRONMENT);
	}
	close(pipes[1]);
	status = pid < 0 ? -errno : read_all(pipes[0], ret);
	close(pipes[0]);
	if (pid < 0)
		return status;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CLI_ENVIRONMENT;
}

static int write_cases(struct suite_live *live, char *path)
{
	const int fd = mkstemp(path);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	int err;

	if (!file)
		return -errno;
	suite_live_write(live, file);
	err = ferror(file) ? -EIO : 0;
	return fclose(file) ? -errno : err;
}

static int refuse(const struct cli_options *options, const char *what)
{
	cli_say(options, "--live: %s", what);
	return CLI_ENVIRONMENT;
}

int cli_live_run(const struct cli_options *options, struct suite_live *live)
{
	char path[] = "/tmp/bulkhead-cases-XXXXXX";
	struct words words = {0};
	struct strbuf text = {0};
	int code;

	if (geteuid() != 0)
		return refuse(options, "a lab needs root");
	for (size_t i = 0; i < options->paths.n; i++)
		if (strcmp(options->paths.items[i], "-") == 0)
			return refuse(options, "standard input has been read and the lab cannot "
					       "read it again");
	if (write_cases(live, path))
		return refuse(options, "the cases cannot be written to /tmp");
	list_words(options, path, &words);
	list_pod_cidrs(live, &words);
	vec_push(&words, NULL);
	fflush(stdout);
	code = run_lab(&words, &text);
	unlink(path);
	vec_release(&words);
	/* 1: prediction and reality differ somewhere, which is what the tests are to find out. */
	if (code != CLI_YES && code != CLI_NO)
		code = refuse(options, "there was no lab");
	else if (!suite_live_read(live, strbuf_str(&text), text.len))
		code = refuse(options, "the lab said nothing that can be read");
	else
		code = CLI_YES;
	strbuf_release(&text);
	return code;
}
