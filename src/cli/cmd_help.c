/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include <stdio.h>

static const char shared_options[] =
	"  -f, --file PATH          input: a file, a directory, -; any number of times\n"
	"  -n, --namespace NS       of objects that name none (default: default)\n"
	"  -o, --output FORMAT      text, json; a wrong one lists what else a verb has\n"
	"      --pod-cidr CIDR      for pods without an address (10.244.0.0/16)\n"
	"      --cni NAME[@VERSION] who enforces: cilium@1.18, calico, … (what the input shows)\n"
	"      --mesh all           every pod is in Istio's mesh (auto: what the input shows)\n"
	"      --invalid=skip       leave out what an API server would refuse\n"
	"      --color WHEN         auto, always, never\n"
	"  -v, --verbose            notes too\n";

static void print_all(void)
{
	size_t n;
	const struct cli_command *commands = cli_commands(&n);

	puts("usage: bulkhead VERB …\n\nQuestions about the network policies of a cluster, "
	     "answered "
	     "from its manifests.\n");
	for (size_t i = 0; i < n; i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].summary);
	puts("\nExit codes: 0 yes, 1 no, 2 the input or usage is wrong, 3 the environment failed, "
	     "4 it depends.\n`bulkhead help VERB` tells more.");
}

int cli_help_of(const struct cli_command *command)
{
	printf("usage: bulkhead %s %s\n\n%s\n\n", command->name, command->synopsis,
	       command->summary);
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
