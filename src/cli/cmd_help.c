/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static void print_all(void)
{
	size_t n;
	const struct cli_command *commands = cli_commands(&n);

	printf("usage: %s VERB …\n\nQuestions about the network policies of a cluster, answered "
	       "from its manifests.\n\n",
	       cli_program());
	for (size_t i = 0; i < n; i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].summary);
	printf("\nExit codes: 0 yes, 1 no, 2 the input or usage is wrong, 3 the environment "
	       "failed, 4 it depends.\n`%s help VERB` tells more.\n",
	       cli_program());
}

static void print_usage(const struct cli_command *command)
{
	const char *lead = "usage:";

	for (const char *line = command->synopsis; line; lead = "      ") {
		const char *end = strchrnul(line, '\n');

		printf("%s %s %s%s%.*s\n", lead, cli_program(), command->name, *line ? " " : "",
		       (int)(end - line), line);
		line = *end ? end + 1 : NULL;
	}
}

int cli_help_of(const struct cli_command *command)
{
	print_usage(command);
	printf("\n%s\n\n", command->summary);
	fputs(command->details, stdout);
	if (*command->details && command->shared)
		putchar('\n');
	cli_options_print(command);
	return CLI_YES;
}

int cli_run_help(const struct cli_command *command, int argc, char **argv)
{
	const struct cli_command *about = argc > 0 ? cli_command_find(argv[0]) : NULL;

	if (argc > 0 && (strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "--help") == 0))
		return cli_help_of(command);
	if (argc > 0)
		return about ? cli_help_of(about) : cli_command_refuse(argv[0]);
	print_all();
	return CLI_YES;
}
