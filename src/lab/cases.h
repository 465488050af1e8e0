/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probes that somebody asks for, instead of all: a line for each,
 *
 *	shop/web-0 payments/db-0 5432/TCP
 *	shop/web-0 payments/db-0            every port that is probed between the two
 *
 * Pods that the lab does not have are passed over: whoever asks sees what has no result.
 */
#pragma once

#include "lab/probe.h"

/* The whole file, NUL-terminated, to be freed; NULL and errno. */
char *lab_cases_load(const char *path);

/* `text` is read, and split into words as it goes. All-zero `ret` is empty; vec_release() it. */
void lab_cases_list(const struct lab_plan *plan, char *text, struct lab_probes *ret);
