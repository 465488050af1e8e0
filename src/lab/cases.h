/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to probe when that is said: a case a line, "FROM TO [PORT/PROTOCOL]", without a port all that
 * the lab tries between the two.
 *
 * An end is a pod of the input, an address, or a pod that the input does not show, by its labels:
 * "shop/[app=web]", "[team=a]/[app=web]". The lab makes the latter and the addresses outside for as
 * long as it lasts. What cannot be tried is told with the reason, by the number of its line.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

struct lab_case {
	const char *ends[2];
	const char *port; /* NULL: not said */
	const char *why;  /* it cannot be tried, or NULL */
};

struct lab_cases {
	struct arena arena;
	VEC(struct lab_case) items; /* by line */
};

/* 0 or -errno. An empty line is a case that cannot be tried. Free it after 0. */
int lab_cases_load(const char *path, struct lab_cases **ret);
void lab_cases_free(struct lab_cases *cases);

struct lab_plan;
struct lab_probes;

/* The probes of the cases, by source; what cannot be tried gets its reason. */
void lab_cases_list(const struct lab_plan *plan, struct lab_cases *cases, struct lab_probes *ret);
