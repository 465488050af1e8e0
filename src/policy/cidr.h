/* SPDX-License-Identifier: Apache-2.0 */
/* CIDR blocks in policy objects, read as the API server's ParseCIDRSloppy does. */
#pragma once

#include "policy/schema.h"

/*
 * A CIDR, its host bits cleared. Host bits, leading zeros and v6 texts that are not canonical get a
 * warning; an IPv4-mapped v6 block is refused. False when an error was reported.
 */
bool policy_cidr_read(struct policy_reader *reader, const char *what, const struct tree_node *node,
		      struct ip_cidr *ret);
