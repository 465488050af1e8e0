/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sample.h"

#include "base/vec.h"

#include <time.h>

void sample_add(struct sample *sample, double value)
{
	vec_push(sample, value);
}

void sample_release(struct sample *sample)
{
	vec_release(sample);
}

static int cmp_double(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

double sample_percentile(struct sample *sample, double share)
{
	size_t rank;

	if (!sample->n)
		return 0;
	qsort(sample->items, sample->n, sizeof(*sample->items), cmp_double);
	rank = (size_t)(share * sample->n + 0.999999);
	return sample->items[rank ? rank - 1 : 0];
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t sample_clock(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t sample_cpu_clock(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

double sample_since(uint64_t start)
{
	return (sample_clock() - start) / 1e9;
}
