/* SPDX-License-Identifier: Apache-2.0 */
/* An address that stands for a range of them, where packets are really sent. */
#pragma once

#include "base/ip.h"

#include <stdbool.h>

/* Whether no host can have it: such packets do not get out of its own stack. */
bool analyze_is_unusable(const struct ip_addr *addr);

typedef bool (*analyze_is_taken_fn)(const void *arg, const struct ip_addr *addr);

/* An address of the range that a host outside can have; false: it has none. */
bool analyze_example_address(struct ip_range range, analyze_is_taken_fn is_taken, const void *arg,
			     struct ip_addr *ret);
