/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

static const char shared_options[] =
	"  -f, --file PATH          input: a file, a directory, -; any number of times\n"
	"  -n, --namespace NS       of objects that name none (default: default)\n"
	"  -o, --output FORMAT      text, json; a wrong one lists what else a verb has\n"
	"      --pod-cidr CIDR      for pods without an address (10.244.0.0/16)\n"
	"      --cni NAME[@VERSION] who enforces: cilium@1.18, calico, … (what the input shows)\n"
	"      --mesh WHICH         all pods are in Istio's mesh, or auto: those that the input "
	"shows\n"
	"      --invalid=skip       leave out what an API server would refuse\n"
	"      --color WHEN         auto, always, never\n"
	"  -v, --verbose            notes too\n"
	"  -h, --help               this\n";

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

		printf("%s %s %s %.*s\n", lead, cli_program(), command->name, (int)(end - line),
		       line);
		line = *end ? end + 1 : NULL;
	}
}

int cli_help_of(const struct cli_command *command)
{
	print_usage(command);
	printf("\n%s\n\n", command->summary);
	fputs(command->details, stdout);
	fputs(shared_options, stdout);
	return CLI_YES;
}

int cli_run_help(const struct cli_command *command, int argc, char **argv)
{
	const struct cli_command *about = argc > 0 ? cli_command_find(argv[0]) : NULL;

	(void)command;
	if (argc > 0)
		return about ? cli_help_of(about) : cli_command_refuse(argv[0]);
	print_all();
	return CLI_YES;
}
