/* SPDX-License-Identifier: Apache-2.0 */
/* CIDR blocks in policy objects. */
#pragma once

#include "policy/schema.h"

/*
 * A CIDR as the API server's ParseCIDRSloppy reads it, its host bits cleared. Host bits, leading zeros and v6 texts that are not canonical get a
 * warning; an IPv4-mapped v6 block is refused. False when an error was reported.
 */
bool policy_cidr_read(struct policy_reader *reader, const char *what, const struct tree_node *node,
		      struct ip_cidr *ret);

/*
 * As the strict readers of Go and CEL do (net/netip, isCIDR): leading zeros are refused, and with
 * `is_masked` host bits too.
 */
bool policy_cidr_read_strict(struct policy_reader *reader, const char *what,
			     const struct tree_node *node, bool is_masked, struct ip_cidr *ret);
