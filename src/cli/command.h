/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verbs of `bulkhead`: one line each in the table of command.c, one file each beside it.
 *
 * A verb reads its options, builds a result with `analyze`, and gives it to a renderer. It returns
 * the program's exit code.
 */
#pragma once

#include <stddef.h>

enum cli_exit {
	CLI_YES = 0,         /* yes, clean */
	CLI_NO = 1,          /* denied; findings; access was added */
	CLI_USAGE = 2,       /* the input or the usage is wrong */
	CLI_ENVIRONMENT = 3, /* privileges, cluster, kernel */
	CLI_DEPENDS = 4,     /* partial or conditional */
};

/* id, name after -o */
#define CLI_FORMATS(X) \
	X(TEXT, "text") \
	X(JSON, "json") \
	X(CSV, "csv") \
	X(MD, "md") \
	X(DOT, "dot") \
	X(SVG, "svg") \
	X(SARIF, "sarif") \
	X(JUNIT, "junit") \
	X(TAP, "tap") \
	X(GITHUB, "github") \
	X(GITLAB, "gitlab") \
	X(PROMETHEUS, "prometheus")

enum cli_format {
#define X(id, name) CLI_##id,
	CLI_FORMATS(X)
#undef X
		CLI_N_FORMATS
};

/* A set of formats: CLI_FORMAT(CSV) | CLI_FORMAT(MD). */
#define CLI_FORMAT(id) (1u << CLI_##id)

/* Which of the options that verbs share a verb takes. */
enum cli_shared {
	CLI_WITH_COMMON = 1 << 0, /* --color, --help */
	CLI_WITH_FILE = 1 << 1,
	CLI_WITH_READING = 1 << 2, /* how an input is read: --namespace, --cni, … */
	CLI_WITH_INVALID = 1 << 3,
	CLI_WITH_OUTPUT = 1 << 4, /* a format */
	CLI_WITH_FOLDER = 1 << 5, /* --output names a folder */
	CLI_WITH_INPUT = CLI_WITH_FILE | CLI_WITH_READING | CLI_WITH_INVALID | CLI_WITH_OUTPUT |
			 CLI_WITH_COMMON,
};

struct cli_command {
	const char *name;
	const char *summary;  /* one line */
	const char *synopsis; /* what follows the name, a line for each form */
	const char *details;  /* options of its own and more; "" */
	unsigned int shared;  /* enum cli_shared; 0: it parses nothing itself */
	unsigned int formats; /* of CLI_WITH_OUTPUT, besides text and JSON */
	int (*run)(const struct cli_command *command, int argc, char **argv);
};

/* All verbs, in the order of `help`. */
const struct cli_command *cli_commands(size_t *ret_n);

/* The verb of a name, or NULL. */
const struct cli_command *cli_command_find(const char *name);

/* What the user typed before the verb: "bulkhead", or "kubectl bulkhead" as a plugin of kubectl. */
const char *cli_program(void);

/* Says that there is no such verb, and which one may be meant. CLI_USAGE. */
int cli_command_refuse(const char *name);

int cli_run_can(const struct cli_command *command, int argc, char **argv);
int cli_run_map(const struct cli_command *command, int argc, char **argv);
int cli_run_diff(const struct cli_command *command, int argc, char **argv);
int cli_run_scan(const struct cli_command *command, int argc, char **argv);
int cli_run_reach(const struct cli_command *command, int argc, char **argv);
int cli_run_coverage(const struct cli_command *command, int argc, char **argv);
int cli_run_init(const struct cli_command *command, int argc, char **argv);
int cli_run_inventory(const struct cli_command *command, int argc, char **argv);
int cli_run_test(const struct cli_command *command, int argc, char **argv);
int cli_run_explain(const struct cli_command *command, int argc, char **argv);
int cli_run_lab(const struct cli_command *command, int argc, char **argv);
int cli_run_version(const struct cli_command *command, int argc, char **argv);
/* What `bulkhead help NAME` prints. CLI_YES. */
int cli_help_of(const struct cli_command *command);

int cli_run_help(const struct cli_command *command, int argc, char **argv);
