/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of lib/calico_random.c. */
#pragma once

#include "lib/calico_random.h"

extern const char *const calico_random_namespaces[3];

uint16_t calico_random_number(struct random *random);

/* A few blocks, separated by commas, of a family or of any. */
void calico_random_nets(struct calico_random *cluster, enum ip_family family);

/* A selector without quotes around it. */
void calico_random_selector(struct calico_random *cluster, struct strbuf *ret);

void calico_random_policy(struct calico_random *cluster, uint32_t n_tiers);
