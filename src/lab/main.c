/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead-lab: a real little cluster on this machine. `bulkhead lab …` runs this. */
#include "lab/verbs.h"

#include "base/diag.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct verb {
	const char *name;
	const char *usage;
	const char *help;
	unsigned int takes;
	int (*run)(const struct lab_options *options);
} verbs[] = {
	{"run", "PATH...", "put the pods into namespaces, enforce, probe every pair, end it all",
	 LAB_TAKES_INPUT | LAB_TAKES_OUTPUT | LAB_TAKES_CASES, lab_verb_run},
	{"up", "PATH...", "the same without probes, and it stays", LAB_TAKES_INPUT, lab_verb_up},
	{"probe", "", "probe every pair: prediction and reality, side by side", LAB_TAKES_OUTPUT,
	 lab_verb_probe},
	{"exec", "NS/POD -- COMMAND...", "run a command in a pod's network, or a node's",
	 LAB_TAKES_COMMAND, lab_verb_exec},
	{"apply", "PATH...", "put the policies of these manifests in force, live", LAB_TAKES_PATHS,
	 lab_verb_apply},
	{"flows", "", "follow what is allowed and denied, with the rule that decides",
	 LAB_TAKES_OUTPUT | LAB_TAKES_DENIED, lab_verb_flows},
	{"status", "", "who is in the lab, and what is in force", LAB_TAKES_OUTPUT,
	 lab_verb_status},
	{"down", "", "end the lab; nothing is left behind", 0, lab_verb_down},
};

#define N_VERBS (sizeof(verbs) / sizeof(*verbs))

static void print_help(FILE *out)
{
	fputs("usage: bulkhead lab VERB [options]\n\n"
	      "A real little cluster on this machine: network namespaces as pods and nodes, "
	      "policies in\n"
	      "the kernel, and probes that compare them with the prediction. Needs root.\n\n",
	      out);
	for (size_t i = 0; i < N_VERBS; i++)
		fprintf(out, "  %-6s %-21s %s\n", verbs[i].name, verbs[i].usage, verbs[i].help);
	fputs("\n  -f PATH            manifests: files, directories, - (also as plain arguments)\n"
	      "  -n NS              the namespace of objects that name none\n"
	      "  --pod-cidr CIDR    addresses for pods that have none (10.244.0.0/16, "
	      "fd00:10:244::/56)\n"
	      "  --cni NAME[@VER]   who enforces in the cluster: cilium@1.18, calico, …\n"
	      "  --mesh all         every pod is in Istio's mesh\n"
	      "  --invalid=skip     leave invalid policies out, as the API server would\n"
	      "  --nodes N          spread pods that name no node over N nodes (1)\n"
	      "  --name NAME        of the lab, where there are several\n"
	      "  --denied           flows: only what was denied\n"
	      "  --cases FILE       run: probe only these, FROM TO [PORT/PROTOCOL] a line; with -o "
	      "json\n"
	      "  -o text|json       probe, run, flows, status\n"
	      "  --color[=WHEN]     auto, always, never; NO_COLOR is heard\n\n"
	      "exit: 0 yes; 1 prediction and reality disagree; 2 the input or usage is wrong;\n"
	      "3 this machine cannot\n",
	      out);
}

static const struct verb *find_verb(const char *name)
{
	const char *names[N_VERBS], *meant;

	for (size_t i = 0; i < N_VERBS; i++) {
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
		names[i] = verbs[i].name;
	}
	meant = diag_did_you_mean(name, names, N_VERBS);
	fprintf(stderr, "bulkhead-lab: '%s' is no verb of the lab", name);
	if (meant)
		fprintf(stderr, "; did you mean '%s'?", meant);
	fputc('\n', stderr);
	return NULL;
}

/* A file of ours must not become somebody's standard output. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct lab_options options;
	const struct verb *verb;
	int code;

	open_standard_files();
	if (argc < 2) {
		print_help(stderr);
		return LAB_EXIT_INPUT;
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(stdout);
		return LAB_EXIT_OK;
	}
	verb = find_verb(argv[1]);
	if (!verb)
		return LAB_EXIT_INPUT;
	code = lab_options_parse(argc - 1, argv + 1, verb->takes, &options);
	if (!code && options.wants_help)
		print_help(stdout);
	else if (!code)
		code = verb->run(&options);
	lab_options_release(&options);
	if (fflush(stdout) && !code)
		code = LAB_EXIT_ENVIRONMENT;
	return code;
}
