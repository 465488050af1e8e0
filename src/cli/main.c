/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead: questions about the network policies of a cluster, answered without one. */
#include "cli/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Who closes a pipe, as head does, has read enough. */
static bool is_reader_gone(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO};

	return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

/* What was written may have met a full disk or a closed pipe only now. */
static int finish(int code)
{
	if ((fflush(stdout) == 0 && !ferror(stdout)) || is_reader_gone())
		return code;
	fprintf(stderr, "bulkhead: cannot write the result: %s\n", strerror(errno));
	return CLI_ENVIRONMENT;
}

static const char *verb_of(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
		return "help";
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)
		return "version";
	return argv[1];
}

int main(int argc, char **argv)
{
	const char *verb = verb_of(argc, argv);
	const struct cli_command *command = cli_command_find(verb);

	/* The exit code is an answer too, also when nobody reads the rest. */
	signal(SIGPIPE, SIG_IGN);
	if (!command)
		return cli_command_refuse(verb);
	if (argc < 2) {
		command->run(command, 0, argv);
		return finish(CLI_USAGE);
	}
	return finish(command->run(command, argc - 2, argv + 2));
}
