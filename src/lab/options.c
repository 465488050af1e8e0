/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/options.h"

#include "base/diag.h"
#include "lab/cases.h"
#include "lab/home.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_NODES 64

enum {
	OPTION_POD_CIDR = 256,
	OPTION_CNI,
	OPTION_MESH,
	OPTION_INVALID,
	OPTION_COLOR,
	OPTION_NAME,
	OPTION_NODES,
	OPTION_DENIED,
	OPTION_CASES
};

static const struct option long_options[] = {
	{"file", required_argument, NULL, 'f'},
	{"namespace", required_argument, NULL, 'n'},
	{"output", required_argument, NULL, 'o'},
	{"help", no_argument, NULL, 'h'},
	{"pod-cidr", required_argument, NULL, OPTION_POD_CIDR},
	{"cni", required_argument, NULL, OPTION_CNI},
	{"mesh", required_argument, NULL, OPTION_MESH},
	{"invalid", required_argument, NULL, OPTION_INVALID},
	{"color", optional_argument, NULL, OPTION_COLOR},
	{"name", required_argument, NULL, OPTION_NAME},
	{"nodes", required_argument, NULL, OPTION_NODES},
	{"denied", no_argument, NULL, OPTION_DENIED},
	{"cases", required_argument, NULL, OPTION_CASES},
	{NULL, 0, NULL, 0},
};

/* What is read while its size is not known. */
struct reader {
	struct lab_options *options;
	const char *verb;
	unsigned int takes;
	const char *color; /* "auto", "always", "never" */
	const char *word;  /* of argv that is at hand */
};

static int refuse(const char *verb, const char *option, const char *why)
{
	fprintf(stderr, "bulkhead-lab %s: %s: %s\n", verb, option, why);
	return LAB_EXIT_INPUT;
}

/* The arrays are as long as argv, which bounds them. */
static void add_path(struct analyze_input *input, const char *path)
{
	((const char **)input->paths)[input->n_paths++] = path;
}

static int set_nodes(struct reader *reader, const char *text)
{
	char *end;
	const unsigned long n = strtoul(text, &end, 10);

	if (*end || !n || n > MAX_NODES)
		return refuse(reader->verb, "--nodes", "expected a number from 1 to 64");
	reader->options->input.n_nodes = (uint32_t)n;
	return 0;
}

static int set_cni(struct reader *reader, const char *text)
{
	struct policy_cni cni;
	struct arena arena;
	const char *problem;
	int error = 0;

	arena_init(&arena);
	problem = policy_cni_parse(text, &arena, &cni);
	if (problem)
		error = refuse(reader->verb, "--cni", problem);
	reader->options->input.base.cni = text;
	arena_release(&arena);
	return error;
}

static int set_cases(struct reader *reader, const char *path)
{
	int error;

	lab_cases_free(reader->options->input.cases);
	reader->options->input.cases = NULL;
	error = lab_cases_load(path, &reader->options->input.cases);
	return error ? refuse(reader->verb, path, strerror(-error)) : 0;
}

static int set_word(struct reader *reader, int option, const char *text)
{
	struct lab_options *options = reader->options;

	if (option == 'o') {
		options->is_json = !strcmp(text, "json");
		return options->is_json || !strcmp(text, "text")
			       ? 0
			       : refuse(reader->verb, "-o", "expected text or json");
	}
	if (option == OPTION_INVALID) {
		options->input.base.skip_invalid = true;
		return strcmp(text, "skip") ? refuse(reader->verb, "--invalid", "expected skip")
					    : 0;
	}
	if (option == OPTION_MESH) {
		options->input.base.mesh_all = !strcmp(text, "all");
		return options->input.base.mesh_all || !strcmp(text, "auto")
			       ? 0
			       : refuse(reader->verb, "--mesh", "expected all or auto");
	}
	if (option == OPTION_NAME) {
		options->name = text;
		return lab_name_is_valid(text) ? 0
					       : refuse(reader->verb, "--name",
							"expected up to 32 lower-case letters, "
							"digits and hyphens");
	}
	reader->color = text ? text : "always";
	return strcmp(reader->color, "always") && strcmp(reader->color, "never") &&
			       strcmp(reader->color, "auto")
		       ? refuse(reader->verb, "--color", "expected auto, always or never")
		       : 0;
}

/* What a verb must take for an option to make sense; 0: every verb has it. */
static unsigned int wanted_by(int option)
{
	switch (option) {
	case 'f':
	case OPTION_CNI:
	case OPTION_MESH:
	case OPTION_INVALID:
		return LAB_TAKES_INPUT | LAB_TAKES_PATHS;
	case 'n':
	case OPTION_POD_CIDR:
	case OPTION_NODES:
		return LAB_TAKES_INPUT;
	case 'o':
		return LAB_TAKES_OUTPUT;
	case OPTION_DENIED:
		return LAB_TAKES_DENIED;
	case OPTION_CASES:
		return LAB_TAKES_CASES;
	default:
		return 0;
	}
}

static int refuse_option(const struct reader *reader, int option)
{
	const struct option *known = long_options;
	char name[32];

	while (known->val != option)
		known++;
	snprintf(name, sizeof(name), "--%s", known->name);
	return refuse(reader->verb, name, "this verb has no use for it");
}

static int set_option(struct reader *reader, int option, const char *text)
{
	struct lab_options *options = reader->options;
	struct analyze_input *input = &options->input.base;
	const unsigned int wanted = wanted_by(option);

	if (wanted && !(reader->takes & wanted))
		return refuse_option(reader, option);
	switch (option) {
	case '?':
		return refuse(reader->verb, reader->word,
			      "unknown, ambiguous, or without its value; see `bulkhead lab help`");
	case 'h':
		options->wants_help = true;
		return 0;
	case OPTION_DENIED:
		options->is_denied_only = true;
		return 0;
	case 'f':
		add_path(input, text);
		return 0;
	case 'n':
		input->ns = text;
		return 0;
	case OPTION_POD_CIDR:
		((const char **)input->pod_cidrs)[input->n_pod_cidrs++] = text;
		return 0;
	case OPTION_CNI:
		return set_cni(reader, text);
	case OPTION_CASES:
		return set_cases(reader, text);
	case OPTION_NODES:
		return set_nodes(reader, text);
	default:
		return set_word(reader, option, text);
	}
}

/* Colour for a terminal, unless NO_COLOR (https://no-color.org) or --color says otherwise. */
static bool wants_color(const char *color, int fd)
{
	const char *no_color = getenv("NO_COLOR");

	if (strcmp(color, "auto"))
		return !strcmp(color, "always");
	return isatty(fd) && !(no_color && *no_color);
}

/* What stands after the options. */
static int set_rest(struct reader *reader, int argc, char **argv)
{
	struct lab_options *options = reader->options;
	const bool takes_paths = reader->takes & (LAB_TAKES_INPUT | LAB_TAKES_PATHS);

	if (reader->takes & LAB_TAKES_COMMAND) {
		const int at = argc > 1 && !strcmp(argv[1], "--") ? 2 : 1;

		if (argc <= at)
			return refuse(reader->verb, "NS/POD -- COMMAND",
				      "a pod and a command are needed");
		options->pod = argv[0];
		options->command = argv + at;
		return 0;
	}
	for (int i = 0; i < argc; i++)
		if (takes_paths)
			add_path(&options->input.base, argv[i]);
		else
			return refuse(reader->verb, argv[i], "unexpected argument");
	if (takes_paths && !options->input.base.n_paths)
		return refuse(reader->verb, "PATH", "at least one file or directory is needed");
	return 0;
}

int lab_options_parse(int argc, char **argv, unsigned int takes, struct lab_options *ret)
{
	struct reader reader = {.options = ret, .verb = argv[0], .takes = takes, .color = "auto"};
	/* Options of the command that is to be run are its own. */
	const char *shorts = takes & LAB_TAKES_COMMAND ? "+f:n:o:h" : "f:n:o:h";
	int option, error = 0;

	*ret = (struct lab_options){
		.input.base.paths = calloc((size_t)argc, sizeof(char *)),
		.input.base.pod_cidrs = calloc((size_t)argc, sizeof(char *)),
	};
	if (!ret->input.base.paths || !ret->input.base.pod_cidrs)
		abort();
	optind = 1;
	opterr = 0;
	while (!error && (option = getopt_long(argc, argv, shorts, long_options, NULL)) != -1) {
		reader.word = argv[optind - 1];
		error = set_option(&reader, option, optarg);
	}
	ret->color = wants_color(reader.color, STDOUT_FILENO);
	ret->color_err = wants_color(reader.color, STDERR_FILENO);
	if (error || ret->wants_help)
		return error;
	/* The matrix for people has a row and a column for everybody. */
	if (ret->input.cases && !ret->is_json)
		return refuse(reader.verb, "--cases", "needs -o json");
	return set_rest(&reader, argc - optind, argv + optind);
}

void lab_options_release(struct lab_options *options)
{
	free((void *)options->input.base.paths);
	free((void *)options->input.base.pod_cidrs);
	lab_cases_free(options->input.cases);
}
