/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/example.h"

#include <stddef.h>

/* No host can have these: a packet to or from them does not get out of its own stack. */
static const char *const unusable[] = {
	"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3",
	"::/8",      "fe80::/10",   "ff00::/8",
};

/* Examples that look like some, where any address would do. */
static const char *const preferred[] = {
	"198.51.100.10", "203.0.113.10", "192.0.2.10", "2001:db8::10", "2001:db8:ffff::10",
};

/* The block of unusable addresses that holds this one. */
static bool find_unusable(const struct ip_addr *addr, struct ip_range *ret)
{
	for (size_t i = 0; i < sizeof(unusable) / sizeof(*unusable); i++) {
		struct ip_cidr cidr;

		ip_cidr_parse(unusable[i], &cidr, NULL);
		*ret = ip_cidr_range(&cidr);
		if (ip_range_contains(ret, addr))
			return true;
	}
	return false;
}

bool analyze_is_unusable(const struct ip_addr *addr)
{
	return find_unusable(addr, &(struct ip_range){0});
}

/* x.y.z.1 looks better than x.y.z.0. */
static struct ip_addr second_of(const struct ip_range *range)
{
	struct ip_addr addr;

	return ip_next(&range->first, &addr) && ip_range_contains(range, &addr) ? addr
										: range->first;
}

/* Where to begin to look. */
static struct ip_addr first_candidate(const struct ip_range *range)
{
	struct ip_addr addr;

	for (size_t i = 0; i < sizeof(preferred) / sizeof(*preferred); i++) {
		ip_parse(preferred[i], &addr, NULL);
		if (ip_range_contains(range, &addr))
			return addr;
	}
	return second_of(range);
}

bool analyze_example_address(struct ip_range range, analyze_is_taken_fn is_taken, const void *arg,
			     struct ip_addr *ret)
{
	struct ip_addr addr = first_candidate(&range);
	struct ip_range block;

	while (ip_range_contains(&range, &addr)) {
		*ret = addr;
		if (find_unusable(&addr, &block)) {
			if (!ip_next(&block.last, &range.first))
				return false;
			addr = second_of(&range);
		} else if (!is_taken(arg, &addr)) {
			return true;
		} else if (!ip_next(&addr, &addr)) {
			return false;
		}
	}
	return false;
}
