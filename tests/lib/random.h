/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers for tests: a seed gives the same run on every machine (SplitMix64). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_u64(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* 0 … n - 1; n > 0. */
static inline uint32_t random_below(struct random *random, uint32_t n)
{
	return (random_u64(random) >> 32) * n >> 32;
}

/* first … last. */
static inline uint32_t random_between(struct random *random, uint32_t first, uint32_t last)
{
	return first + random_below(random, last - first + 1);
}

static inline bool random_chance(struct random *random, uint32_t percent)
{
	return random_below(random, 100) < percent;
}

#define random_pick(random, array) \
	((array)[random_below((random), sizeof(array) / sizeof((array)[0]))])

/* The number in the environment's BULKHEAD_SEED, else one from the system's entropy. */
uint64_t random_seed(void);
