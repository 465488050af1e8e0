/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listeners of a lab: every port of every end is open in its namespace, and who connects is
 * told who answers. A socket stays in the namespace it was made in, so one process serves all of
 * them.
 *
 * TCP: the greeting and a line feed, then the connection is closed. UDP: a datagram is answered
 * with the same.
 */
#pragma once

#include "lab/fault.h"
#include "lab/plan.h"

struct lab_listeners;

/*
 * Opens every port of the plan, going from namespace to namespace (under `dir`). A port that a
 * host-network pod shares with another is open once.
 */
int lab_listeners_new(const struct lab_plan *plan, const char *dir, struct lab_listeners **ret,
		      struct lab_fault *fault);
void lab_listeners_free(struct lab_listeners *listeners);

/* Answers what waits, for at most `timeout_ms` (-1: until something comes). 0 or -errno. */
int lab_listeners_serve(struct lab_listeners *listeners, int timeout_ms);
