/* SPDX-License-Identifier: Apache-2.0 */
/* What a whole process costs. */
#pragma once

#include <stdint.h>

struct process_cost {
	double wall;       /* s */
	double cpu;        /* s, user and system */
	uint32_t peak_kib; /* resident */
};

/*
 * Runs a program with its standard output in the file `out` and waits for it. Its exit status, 128
 * + N after signal N. The peak is never less than the caller's own size at the time: stay small.
 */
int process_run(const char *const *argv, const char *out, struct process_cost *ret);

/* The resident memory of this process: its peak since the last process_reset_peak(). KiB. */
uint32_t process_peak(void);
void process_reset_peak(void);

/* Puts this process and its children to come on one CPU (modulo those there are). */
void process_pin(unsigned int cpu);

/* "build", or what the environment's BULKHEAD_BUILD says. */
const char *process_build(void);

/* Where files may be left: bench/run's folder, which it removes; else "/tmp". */
const char *process_folder(void);
