/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void write_line(struct progress *progress, unsigned int seconds)
{
	const size_t n = __atomic_load_n(&progress->n, __ATOMIC_RELAXED);

	if (n)
		fprintf(stderr, "\r\033[K%s: %zu, %u s", progress->what, n, seconds);
	else
		fprintf(stderr, "\r\033[K%s: %u s", progress->what, seconds);
}

static void *run(void *arg)
{
	struct progress *progress = arg;
	unsigned int seconds = 0;
	struct timespec next;

	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&progress->lock);
	while (!progress->is_over) {
		next.tv_sec++;
		while (!progress->is_over &&
		       pthread_cond_timedwait(&progress->over, &progress->lock, &next) != ETIMEDOUT)
			continue;
		if (!progress->is_over)
			write_line(progress, ++seconds);
	}
	pthread_mutex_unlock(&progress->lock);
	if (seconds)
		fputs("\r\033[K", stderr);
	return NULL;
}

void progress_start(struct progress *progress, const char *what)
{
	pthread_condattr_t attributes;

	*progress = (struct progress){.what = what};
	if (!isatty(STDERR_FILENO))
		return;
	pthread_mutex_init(&progress->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&progress->over, &attributes);
	pthread_condattr_destroy(&attributes);
	/* Without a thread there is no progress, and all else is as it was. */
	progress->is_running = pthread_create(&progress->thread, NULL, run, progress) == 0;
}

void progress_stop(struct progress *progress)
{
	if (!progress->is_running)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->is_over = true;
	pthread_cond_signal(&progress->over);
	pthread_mutex_unlock(&progress->lock);
	pthread_join(progress->thread, NULL);
	pthread_cond_destroy(&progress->over);
	pthread_mutex_destroy(&progress->lock);
	progress->is_running = false;
}
