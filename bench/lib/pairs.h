/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer of `bulkhead map -o json` on a generated cluster, as numbers of allowed pairs of pods:
 * what independent tools can be compared in. Endpoints of other namespaces than the generator's do
 * not count.
 */
#pragma once

#include "base/hash.h"
#include "lib/reading.h"

struct pairs {
	struct reading map;
	struct hash_map n_pods; /* interned id → pods */
};

/* Fails the program when the file is not a map. Release it. */
void pairs_open(struct pairs *pairs, const char *path);
void pairs_release(struct pairs *pairs);

/* Ordered pairs of different pods that may talk on one port of "TCP", "UDP" or "SCTP". */
uint64_t pairs_count(const struct pairs *pairs, const char *protocol, uint16_t port);
