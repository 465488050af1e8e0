/* SPDX-License-Identifier: Apache-2.0 */
/* From a snapshot to the plan of a lab: lab/plan.h, lab/cluster.h. */
#pragma once

#include "lab/cluster.h"

/* Fills cluster->plan, pods and notes; of the cases what cannot be there gets its reason. */
void lab_plan_make(struct lab_cluster *cluster, const struct lab_input *input);

/*
 * Addresses outside the cluster to probe: one of each kind that the rules can tell apart (so one in
 * every CIDR block and one in every `except`), at most LAB_MAX_OUTSIDE; and the ports that rules
 * for addresses name. Adds the ends to the plan, whose nodes and pods are there.
 */
void lab_plan_outside(struct lab_cluster *cluster);

/* The same for cases: the addresses that they name and nobody in the plan has. */
void lab_plan_outside_of(struct lab_cluster *cluster, struct lab_cases *cases);

#define LAB_MAX_OUTSIDE 16

/* A sentence for the user. */
void lab_note(struct lab_cluster *cluster, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The machine has IPv6. */
bool lab_has_v6(void);
