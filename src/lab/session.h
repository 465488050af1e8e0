/* SPDX-License-Identifier: Apache-2.0 */
/* What verbs share: a running lab at hand, manifests read, words for people. */
#pragma once

#include "lab/cluster.h"
#include "lab/fault.h"
#include "lab/home.h"
#include "lab/nodes.h"
#include "lab/options.h"

/* A lab that is up. */
struct lab_session {
	struct lab_home home;
	struct lab_plan plan;
	struct lab_input input; /* that it was made from; lives in the plan */
	struct lab_nodes nodes;
};

/* 0, or an exit code after a message. Close it only after 0. */
int lab_session_open(const struct lab_options *options, struct lab_session *ret);
void lab_session_close(struct lab_session *session);

/*
 * Loads the input and prints everything that is to be said of it. 0, or LAB_EXIT_INPUT. Release the
 * cluster in any case.
 */
int lab_read_input(const struct lab_input *input, const struct lab_options *options,
		   struct lab_cluster *ret);

/* Prints what was found wrong or doubtful, once: it is not in the list any more. */
void lab_print_diags(struct lab_cluster *cluster, const struct lab_options *options);

/* 0, or an exit code after saying what this machine or this user lacks for a lab. */
int lab_check_environment(void);

/* Says what failed, on stderr. LAB_EXIT_ENVIRONMENT. */
int lab_say(const struct lab_fault *fault);

/*
 * The events of a lab can be read by one command at a time. A file to close afterwards; or
 * -EWOULDBLOCK after a message.
 */
int lab_lock_events(const struct lab_home *home, struct lab_fault *fault);

/*
 * Sends all probes of a running lab and prints what they showed. An exit code. `cluster` is NULL
 * where it is not at hand.
 */
int lab_probe_and_report(const struct lab_home *home, const struct lab_plan *plan,
			 const struct lab_nodes *nodes, const struct analyze_cluster *cluster,
			 const struct lab_options *options);
