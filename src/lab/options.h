/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of bulkhead-lab: one set of options, of which each verb takes some. */
#pragma once

#include "lab/cluster.h"

#include <stdbool.h>

/* Exit codes, the same for every program of the project. */
enum { LAB_EXIT_OK = 0, LAB_EXIT_NO = 1, LAB_EXIT_INPUT = 2, LAB_EXIT_ENVIRONMENT = 3 };

/* What a verb takes. */
#define LAB_TAKES_INPUT 1u   /* paths, -f, -n, --pod-cidr, --cni, --invalid, --nodes */
#define LAB_TAKES_PATHS 2u   /* paths, -f, --cni, --invalid alone */
#define LAB_TAKES_OUTPUT 4u  /* -o */
#define LAB_TAKES_COMMAND 8u /* NS/POD -- CMD… */
#define LAB_TAKES_DENIED 16u /* --denied */
#define LAB_TAKES_CASES 32u  /* --cases */

struct lab_options {
	struct lab_input input; /* paths point into argv */
	const char *name;       /* of the lab; NULL: not said */
	const char *pod;        /* LAB_TAKES_COMMAND */
	char *const *command;
	bool is_json;
	bool is_denied_only;
	bool color;     /* of stdout */
	bool color_err; /* of stderr */
	bool wants_help;
};

/*
 * Reads argv, whose [0] is the verb. 0, or LAB_EXIT_INPUT after a message on stderr. Release it in
 * any case.
 */
int lab_options_parse(int argc, char **argv, unsigned int takes, struct lab_options *ret);
void lab_options_release(struct lab_options *options);
