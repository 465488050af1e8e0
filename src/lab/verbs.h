/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of bulkhead-lab, a file each; main.c has the table. Each gives an exit code. */
#pragma once

#include "lab/options.h"

int lab_verb_run(const struct lab_options *options);
int lab_verb_up(const struct lab_options *options);
int lab_verb_probe(const struct lab_options *options);
int lab_verb_exec(const struct lab_options *options);
int lab_verb_apply(const struct lab_options *options);
int lab_verb_flows(const struct lab_options *options);
int lab_verb_status(const struct lab_options *options);
int lab_verb_down(const struct lab_options *options);
