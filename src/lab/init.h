/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first process of a lab: it builds the namespaces, answers on every port, and holds all of it
 * together.
 *
 * Its process and mount namespaces are its own. When it is killed the kernel ends every process of
 * the lab and drops what its mounts held: network namespaces, pinned programs and maps. Nothing has
 * to be undone.
 */
#pragma once

#include "lab/fault.h"
#include "lab/home.h"
#include "lab/plan.h"

/*
 * Starts it and waits until every listener is open. `is_tied`: it dies with the calling process,
 * however that ends. On an error the home is to be ended by the caller.
 */
int lab_init_start(const struct lab_plan *plan, struct lab_home *home, bool is_tied,
		   struct lab_fault *fault);
