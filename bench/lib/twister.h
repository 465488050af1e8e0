/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The random numbers of Python's `random` module (MT19937, seeded by an integer), so that a cluster
 * made here is byte for byte the one that the Python generator of the published measurements makes.
 */
#pragma once

#include <stdint.h>

#define TWISTER_N 624

struct twister {
	uint32_t state[TWISTER_N];
	uint32_t next;
};

/* random.Random(seed) */
void twister_seed(struct twister *twister, uint32_t seed);

/* 32 random bits. */
uint32_t twister_bits(struct twister *twister);

/* random(): in [0, 1) */
double twister_real(struct twister *twister);

/* randrange(n), and the index that choice() of n items takes; n > 0. */
uint32_t twister_below(struct twister *twister, uint32_t n);
