/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is going on, on a terminal's stderr, for work of more than a second.
 *
 *	progress_start(&progress, "reading the input");
 *	… progress_count(&progress, n_lines) as often as one likes …
 *	progress_stop(&progress);      before anything else is written to the terminal
 *
 * A thread writes one line a second and wipes it at the end. Where stderr is no terminal nothing
 * happens.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct progress {
	const char *what;
	size_t n; /* 0: not told */
	bool is_running;
	bool is_over;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t over;
};

void progress_start(struct progress *progress, const char *what);
void progress_stop(struct progress *progress);

static inline void progress_count(struct progress *progress, size_t n)
{
	__atomic_store_n(&progress->n, n, __ATOMIC_RELAXED);
}
