/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include "base/diag.h"
#include "base/vec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ENDPOINTS \
	"FROM and TO are one of\n" \
	"  NAMESPACE/NAME         a pod, else the only workload of that name\n" \
	"  NAMESPACE/KIND/NAME    a workload: deploy, sts, ds, job, pod, …\n" \
	"  NAMESPACE/svc/NAME     a Service; PORT is the Service's\n" \
	"  NAMESPACE/[app=x,…]    a pod that is not there, with these labels\n" \
	"  dns, internet          the cluster's DNS; addresses outside the cluster\n" \
	"  10.1.2.3, 10.0.0.0/8   an address, a CIDR block\n"

static const struct cli_command commands[] = {
	{"scan", "what is wrong or missing, where, how bad, and the fix",
	 "PATH…\n"
	 "--list-rules | --explain RULE",
	 "  --fail-on SEVERITY     exit 1 at findings that are at least: info, low, medium, high "
	 "(default),\n"
	 "                         critical; none: never\n"
	 "  --rules BH3,-BH304     only rules whose ids begin so; - leaves out\n"
	 "  --config FILE          severities, environments, contracts …: docs/config.md\n"
	 "  --baseline FILE        what it lists is known; --write-baseline FILE makes one\n"
	 "  --fix, --fix=suggested apply the safe fixes, or all after a yes, and show what "
	 "changes\n"
	 "  --list-rules           every rule, with severity and fix\n"
	 "  --explain RULE         why, a bad and a good example, when to ignore it\n"
	 "  --now TIME             the day at which exceptions are judged\n",
	 CLI_WITH_INPUT & ~CLI_WITH_INVALID,
	 CLI_FORMAT(MD) | CLI_FORMAT(SARIF) | CLI_FORMAT(JUNIT) | CLI_FORMAT(GITHUB) |
		 CLI_FORMAT(GITLAB),
	 cli_run_scan},
	{"can", "may this connection happen, and which rules decide",
	 "FROM TO [PORT[/PROTOCOL]] -f PATH…\n"
	 "--batch FILE|- -f PATH…",
	 ENDPOINTS
	 "\n"
	 "PORT is 5432/TCP, 5432, http/TCP, 53/UDP, 8000-8080, ICMP, 8/ICMP; without one the\n"
	 "allowed ports are printed.\n\n"
	 "  --batch FILE|-    a question a line, one JSON answer a line\n"
	 "  --source-port N   where the connection comes from, for rules that ask\n"
	 "  --as IDENTITY     who the source is in the mesh: NAMESPACE/SERVICE-ACCOUNT, "
	 "spiffe://…\n"
	 "  --ingress-controller NAMESPACE/NAME\n"
	 "                    who the FROM `ingress-controller` is, the proxy of routes\n",
	 CLI_WITH_INPUT, 0, cli_run_can},
	{"map", "who may talk to whom, on what", "PATH…",
	 "  --from, --to ENDPOINT    only connections from there, to there\n"
	 "  --only NAMESPACE         only those with an end in it\n"
	 "  --port PORT/PROTOCOL     only this port, by number\n"
	 "  --level LEVEL            workload, or namespace: the union of what its workloads may "
	 "do\n"
	 "  --exposure               with the peers that the input does not show\n"
	 "  --ingress-controller NAMESPACE/NAME\n"
	 "                           which workload the proxy of Ingresses and routes is\n"
	 "  --check FILE             whether a map that was written before is still true\n",
	 CLI_WITH_INPUT, CLI_FORMAT(CSV) | CLI_FORMAT(MD) | CLI_FORMAT(DOT) | CLI_FORMAT(SVG),
	 cli_run_map},
	{"coverage", "how mature the policies are, in numbers that can be tracked", "PATH…",
	 "  --adequacy        how many changes of rules the policy tests notice, too\n"
	 "  --config FILE     exceptions and system namespaces: docs/config.md\n"
	 "  --baseline FILE   its findings are exceptions, too\n"
	 "  --now TIME        when exceptions are judged (now)\n",
	 CLI_WITH_INPUT, CLI_FORMAT(CSV) | CLI_FORMAT(MD) | CLI_FORMAT(PROMETHEUS),
	 cli_run_coverage},
	{"diff", "which access does a change add or remove", "OLD NEW",
	 "OLD and NEW are folders, files, - for standard input, or git:REV:PATH: what is at PATH "
	 "in\n"
	 "a revision of this repository\n\n"
	 "  --config FILE     who is sensitive, and who is meant to be exposed: docs/config.md\n"
	 "  --fold            JSON and CSV: what changes alike is one, with lists of ends\n"
	 "  --fail-on WHAT    added (the default), widened, any, internet, or the name of whom "
	 "nobody\n"
	 "                    may reach who could not: an endpoint, a namespace, a sensitivity\n"
	 "  --ingress-controller NAMESPACE/NAME\n"
	 "                    which workload the proxy of Ingresses and routes is\n",
	 CLI_WITH_INPUT & ~CLI_WITH_FILE, CLI_FORMAT(CSV) | CLI_FORMAT(MD), cli_run_diff},
	{"inventory", "what there is: namespaces, workloads, accounts, ports, dependencies",
	 "PATH…", "", CLI_WITH_INPUT, CLI_FORMAT(CSV) | CLI_FORMAT(MD), cli_run_inventory},
	{"init", "a namespace born closed: default deny, DNS, labels, owner",
	 "NAMESPACE [--owner OWNER] [-o DIR]",
	 "  -o, --output DIR           files there, in place of stdout; what differs stays\n"
	 "      --force                … and is overwritten\n"
	 "      --owner OWNER          who answers for the namespace\n"
	 "      --environment NAME     a label of it\n"
	 "      --profile NAME         kubernetes, minimal, nodelocaldns, openshift, istio\n"
	 "      --template FILE        YAML with ${variables}, in place of the profile's\n"
	 "      --set VARIABLE=VALUE   namespace, owner, environment, podSecurity, dnsNamespace, dnsLabel,\n"
	 "                             dnsPort, dnsAddress, monitoringNamespace, monitoringLabel,\n"
	 "                             metricsPort, ingressNamespace, ingressLabel, ingressPort\n",
	 CLI_WITH_FOLDER | CLI_WITH_COMMON, 0, cli_run_init},
	{"explain", "everything that applies to a pod, in the order of evaluation", "POD -f PATH…",
	 "", CLI_WITH_INPUT, 0, cli_run_explain},
	{"reach", "from a compromised pod, what falls, hop by hop",
	 "FROM -f PATH…\n"
	 "--rank PATH…",
	 "FROM is an endpoint as for `can`; `internet` begins with what is exposed, and\n"
	 "`ingress-controller` with what routes lead to.\n\n"
	 "  --ingress-controller NAMESPACE/NAME\n"
	 "                    which workload the proxy of routes is\n"
	 "  --with PATH       and with this added to the input: what more falls, or less\n"
	 "  --cut ENDPOINT    the fewest rules without which it does not fall\n"
	 "  --rank            every workload: how many it reaches, how many reach it\n",
	 CLI_WITH_INPUT, CLI_FORMAT(MD) | CLI_FORMAT(DOT), cli_run_reach},
	{"test", "do the declared allows and denies hold", "FILE… [-f PATH…]",
	 "FILE: PolicyTest objects, and with them the manifests; with -f the manifests are those\n"
	 "too, and only the tests of FILE are run.\n\n"
	 "  --live          on the wire too, in a lab (needs root)\n"
	 "  --uncovered     allowed connections that no test is about\n"
	 "  --adequacy      change every rule: which changes does no test notice?\n",
	 CLI_WITH_INPUT, CLI_FORMAT(TAP) | CLI_FORMAT(JUNIT) | CLI_FORMAT(GITHUB), cli_run_test},
	{"lab", "a real little cluster on this machine", "COMMAND …",
	 "`bulkhead lab help` lists the commands: it is the program bulkhead-lab.\n", 0, 0,
	 cli_run_lab},
	{"version", "which version this is", "", "", CLI_WITH_OUTPUT | CLI_WITH_COMMON, 0,
	 cli_run_version},
	{"help", "what there is, and how a verb is used", "[VERB]", "", 0, 0, cli_run_help},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct cli_command *cli_commands(size_t *ret_n)
{
	*ret_n = N_COMMANDS;
	return commands;
}

const struct cli_command *cli_command_find(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const char *cli_program(void)
{
	/* kubectl runs as `kubectl bulkhead` what is called so. */
	return strcmp(program_invocation_short_name, "kubectl-bulkhead") == 0 ? "kubectl bulkhead"
									      : "bulkhead";
}

int cli_command_refuse(const char *name)
{
	const char *names[N_COMMANDS];
	const char *near;

	for (size_t i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i].name;
	near = diag_did_you_mean(name, names, N_COMMANDS);
	if (near)
		fprintf(stderr, "bulkhead: there is no verb '%s'; did you mean '%s'?\n", name,
			near);
	else
		fprintf(stderr, "bulkhead: there is no verb '%s' (%s help)\n", name, cli_program());
	return CLI_USAGE;
}
