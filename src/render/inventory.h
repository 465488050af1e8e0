/* SPDX-License-Identifier: Apache-2.0 */
/* From an inventory to stdout. */
#pragma once

#include "analyze/inventory.h"

/* For people, in columns or in Markdown. */
void render_inventory_text(const struct analyze_inventory *inventory, bool md);
void render_inventory_json(const struct analyze_inventory *inventory);

/* The workloads, a line each. */
void render_inventory_csv(const struct analyze_inventory *inventory);
