/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random.h"

#include <stdlib.h>
#include <sys/random.h>

uint64_t random_seed(void)
{
	const char *text = getenv("BULKHEAD_SEED");
	uint64_t seed;

	if (text)
		return strtoull(text, NULL, 0);
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		abort();
	return seed;
}
