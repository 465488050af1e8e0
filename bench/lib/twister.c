/* SPDX-License-Identifier: Apache-2.0 */
/*
 * M. Matsumoto, T. Nishimura: Mersenne Twister, ACM TOMACS 8 (1998), with their init_by_array of
 * 2002.
 */
#include "lib/twister.h"

#define MIDDLE 397
#define SEED_OF_ARRAYS 19650218u

static void fill(struct twister *twister, uint32_t seed)
{
	uint32_t *state = twister->state;

	state[0] = seed;
	for (uint32_t i = 1; i < TWISTER_N; i++)
		state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
}

/* One step of init_by_array: the last word wraps round to the first. */
static uint32_t step(struct twister *twister, uint32_t i, uint32_t factor)
{
	const uint32_t before = twister->state[i - 1];

	return twister->state[i] ^ ((before ^ (before >> 30)) * factor);
}

static uint32_t advance(struct twister *twister, uint32_t i)
{
	if (i + 1 < TWISTER_N)
		return i + 1;
	twister->state[0] = twister->state[TWISTER_N - 1];
	return 1;
}

void twister_seed(struct twister *twister, uint32_t seed)
{
	uint32_t i = 1;

	fill(twister, SEED_OF_ARRAYS);
	for (uint32_t k = 0; k < TWISTER_N; k++) {
		twister->state[i] = step(twister, i, 1664525u) + seed;
		i = advance(twister, i);
	}
	for (uint32_t k = 0; k < TWISTER_N - 1; k++) {
		twister->state[i] = step(twister, i, 1566083941u) - i;
		i = advance(twister, i);
	}
	twister->state[0] = 0x80000000u;
	twister->next = TWISTER_N;
}

static void refill(struct twister *twister)
{
	uint32_t *state = twister->state;

	for (uint32_t i = 0; i < TWISTER_N; i++) {
		const uint32_t bits = (state[i] & 0x80000000u) |
				      (state[(i + 1) % TWISTER_N] & 0x7fffffffu);

		state[i] = state[(i + MIDDLE) % TWISTER_N] ^ (bits >> 1) ^
			   (bits & 1 ? 0x9908b0dfu : 0);
	}
	twister->next = 0;
}

uint32_t twister_bits(struct twister *twister)
{
	uint32_t bits;

	if (twister->next == TWISTER_N)
		refill(twister);
	bits = twister->state[twister->next++];
	bits ^= bits >> 11;
	bits ^= (bits << 7) & 0x9d2c5680u;
	bits ^= (bits << 15) & 0xefc60000u;
	return bits ^ (bits >> 18);
}

double twister_real(struct twister *twister)
{
	const uint32_t high = twister_bits(twister) >> 5;
	const uint32_t low = twister_bits(twister) >> 6;

	return (high * 67108864.0 + low) / 9007199254740992.0;
}

uint32_t twister_below(struct twister *twister, uint32_t n)
{
	const int shift = __builtin_clz(n);
	uint32_t bits;

	do {
		bits = twister_bits(twister) >> shift;
	} while (bits >= n);
	return bits;
}
