/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measured values and what is said of them: medians and percentiles, never means. All-zero is
 * empty.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sample {
	double *items;
	size_t n;
	size_t cap;
};

void sample_add(struct sample *sample, double value);
void sample_release(struct sample *sample);

/* 0.5 is the median; the nearest rank, so always a value that was measured. Sorts; 0 when empty. */
double sample_percentile(struct sample *sample, double share);

static inline double sample_median(struct sample *sample)
{
	return sample_percentile(sample, 0.5);
}

/* CLOCK_MONOTONIC in ns. */
uint64_t sample_clock(void);

/*
 * The process's own CPU time in ns, of all its threads: what pure computing costs, also while
 * others use the machine. It is the wall clock's time on one that is idle.
 */
uint64_t sample_cpu_clock(void);

/* Seconds since a sample_clock(). */
double sample_since(uint64_t start);
