/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that verbs share, and how a verb adds its own. One table (options.c) has their names,
 * what they set and what help says of them; a verb takes those of its `shared` (command.h).
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"
#include "cli/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli_options;

/* An option of one verb. */
struct cli_option {
	const char *name;    /* without "--" */
	uint8_t has_value;   /* true, false, or … */
#define CLI_MAY_HAVE_VALUE 2 /* --name and --name=VALUE; set() gets NULL for the first */
	/* false: the value is wrong, and that was said. NULL: it is kept as it is, … */
	bool (*set)(struct cli_options *options, const char *value);
	size_t at; /* … in this const char * of `data`, or in this bool where it has no value */
};

struct cli_options {
	const struct cli_command *command;
	const struct cli_option *own; /* of the verb, ends with a NULL name; NULL: none */
	void *data;                   /* that they are kept in */
	VEC(const char *) paths;
	const struct model_text *texts; /* set by the verb: read after the paths */
	size_t n_texts;
	VEC(const char *) pod_cidrs;
	const char *ns;
	const char *cni; /* NULL: the one that the input shows */
	const char
		*identity; /* set by the verb, checked: of the source, in the mesh; NULL: its own */
	uint16_t source_port; /* set by the verb: of the question; 0: it names none */
	bool mesh_all;
	enum cli_format format;
	bool has_format;    /* by -o */
	const char *folder; /* of a verb that takes CLI_WITH_FOLDER; NULL: none */
	bool skip_invalid;
	bool may_be_empty;   /* set by the verb: an input without objects is one */
	bool keep_manifests; /* set by the verb: it asks for objects as they were written */
	bool is_verbose;
	bool color;        /* on stdout */
	bool color_errors; /* on stderr */
	bool wants_help;
};

/*
 * What all verbs do: takes the options, prints help where it is asked for, else runs with the words that
 * remain. Releases the options. The exit code.
 */
int cli_run_verb(struct cli_options *options, int argc, char **argv,
		 int (*run)(struct cli_options *options, int n, char **words));

/* What help says of the shared options that a verb takes. */
void cli_options_print(const struct cli_command *command);

/* "json", as -o takes it. */
const char *cli_format_name(enum cli_format format);

/* Takes words as input, besides that of -f. CLI_YES, or CLI_USAGE after a message: there is none. */
int cli_take_paths(struct cli_options *options, int n, char **words);

/* "bulkhead can: …" on stderr; what it quotes, plain. */
void cli_say(const struct cli_options *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, and where to find help. Returns CLI_USAGE. */
int cli_refuse(const struct cli_options *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Which of `words`, which NULL ends, the value of an option is; `option` as the user writes it. false:
 * it is none of them, which was said, and which one may be meant.
 */
bool cli_choose(const struct cli_options *options, const char *option, const char *value,
		const char *const words[], size_t *ret);

/*
 * Reads the cluster and prints what was found wrong. CLI_YES, or CLI_USAGE when it cannot be used;
 * to be released in either case.
 */
int cli_load(const struct cli_options *options, struct analyze_cluster *ret);

/* An input that says nothing: no answer rests on it. CLI_USAGE, after a message with a hint. */
bool cli_is_empty(const struct analyze_cluster *cluster);
int cli_refuse_empty(const struct cli_options *options);

/* After what is wrong with the input was said: how much it was, and what may help. CLI_USAGE. */
int cli_refuse_errors(const struct cli_options *options, size_t n, const char *hint);

/* Reads the cluster; what was found wrong is the caller's to print. */
void cli_read(const struct cli_options *options, struct analyze_cluster *ret);

/* The same once more and without a word, with other texts in place of some files. */
void cli_read_instead(const struct cli_options *options, const struct model_text *instead,
		      size_t n_instead, struct analyze_cluster *ret);

/* Whether it says that not all of the input was seen. */
bool cli_is_unreadable(const struct diag *diag);

/* Prints diagnostics to stderr; notes only when asked for. */
void cli_print_diags(const struct cli_options *options, const struct diag_list *diags);
