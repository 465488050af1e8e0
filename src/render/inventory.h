/* SPDX-License-Identifier: Apache-2.0 */
/* From an inventory to stdout. */
#pragma once

#include "analyze/inventory.h"

void render_inventory_text(const struct analyze_inventory *inventory);
void render_inventory_json(const struct analyze_inventory *inventory);
