/* SPDX-License-Identifier: Apache-2.0 */
/* How an inventory is made; only for inventory*.c. */
#pragma once

#include "analyze/inventory.h"

/* Whether the input shows it: it is not only assumed. */
bool inventory_shows(const struct model_workload *workload);

/* Workloads, and their ports. */
void inventory_list_workloads(struct analyze_inventory *inventory,
			      const struct analyze_inventory_options *options);

/* What is outside the cluster and named: addresses in rules, names in policies and Services. */
void inventory_list_externals(struct analyze_inventory *inventory);
