/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on source ports, when the source port is known. */
#pragma once

#include "policy/ir.h"

/*
 * Makes the rules certain that match this source port, and takes out those that do not. `port` 0:
 * it is not known, and nothing changes.
 */
void policy_source_port_apply(struct policy *policy, uint16_t port);
