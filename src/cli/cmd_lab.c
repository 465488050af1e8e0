/* SPDX-License-Identifier: Apache-2.0 */
/* `bulkhead lab …` is `bulkhead-lab …`: this program links nothing that needs privileges. */
#include "cli/command.h"
#include "cli/lab.h"

#include "base/vec.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM "bulkhead-lab"

/* Beside this program; false when that place is not known. */
static bool find_beside(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash;

	if (len <= 0 || len + sizeof(PROGRAM) >= PATH_MAX)
		return false;
	path[len] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash + 1, PROGRAM, sizeof(PROGRAM));
	return true;
}

void cli_lab_exec(int argc, char **argv)
{
	VEC(char *) words = {0};
	char name[] = PROGRAM;
	char path[PATH_MAX];

	vec_push(&words, name);
	for (int i = 0; i < argc; i++)
		vec_push(&words, argv[i]);
	vec_push(&words, NULL);
	signal(SIGPIPE, SIG_DFL); /* main() ignores it, and what is ignored stays so */
	if (find_beside(path))
		execv(path, words.items);
	execvp(PROGRAM, words.items);
	fprintf(stderr, "bulkhead lab: cannot run %s: %s\n", PROGRAM, strerror(errno));
	vec_release(&words);
}

int cli_run_lab(const struct cli_command *command, int argc, char **argv)
{
	(void)command;
	cli_lab_exec(argc, argv);
	return CLI_ENVIRONMENT;
}
