/* SPDX-License-Identifier: Apache-2.0 */
/* What several forms of an inventory say of a workload; only for inventory*.c. */
#pragma once

#include "analyze/inventory.h"

/* As many pods as exist. */
uint32_t inventory_n_pods(const struct model_workload *workload);

/* "5432/TCP, 9187/TCP"; "" for none; in the arena. */
const char *inventory_ports(const struct model_workload *workload, struct arena *arena);

/* "LoadBalancer, route"; "" for nothing; in the arena. */
const char *inventory_exposures(const struct analyze_inventory_workload *item, struct arena *arena);
