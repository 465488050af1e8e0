/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random clusters with policies of Calico and NetworkPolicies on the same pods, as YAML, and packets
 * worth asking about. All policies are valid. The dice are loaded towards what has gone wrong: few
 * labels, nets of sets that cover pods, names of ports with several numbers, both sides of a rule,
 * equal orders, tiers that pass.
 */
#pragma once

#include "base/strbuf.h"
#include "lib/calico_oracle.h"
#include "lib/random.h"

struct calico_random {
	struct random random;
	struct strbuf yaml;
	bool has_v6;
};

void calico_random_init(struct calico_random *cluster, uint64_t seed);
void calico_random_release(struct calico_random *cluster);

void calico_random_packet(struct calico_random *cluster, const struct model_snapshot *snapshot,
			  struct calico_packet *ret);

/* All numbers of ports; source ports of rules are single ones. */
extern const uint16_t calico_random_numbers[5];

/* One of the numbers that rules and containers have, or one beside it. */
uint16_t calico_random_port(struct random *random);
