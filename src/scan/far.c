/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that stand for the internet. What policies say of one is taken for what they say of it all,
 * so it must be one that nobody names: DNS servers of the internet are in many policies.
 */
#include "scan/check.h"

struct candidate {
	const char *addr;
	uint8_t prefix_len; /* of its neighbours */
};

/* Public, and of many providers. */
static const struct candidate candidates[][5] = {
	[IP_V4] = {{"8.8.8.8", 8},
		   {"45.33.32.1", 8},
		   {"93.184.215.1", 8},
		   {"133.11.0.1", 8},
		   {"177.54.144.1", 8}},
	[IP_V6] = {{"2001:4860:4860::8888", 32},
		   {"2606:2800:220::1", 32},
		   {"2a00:1450:4001::1", 32},
		   {"2400:cb00:2048::1", 32},
		   {"2804:14d::1", 32}},
};

#define N_CANDIDATES (sizeof(candidates[0]) / sizeof(candidates[0][0]))

/* No rule tells its neighbours from it. */
static bool is_unnamed(const struct scan *scan, const struct ip_cidr *neighbours)
{
	const struct ip_range near = ip_cidr_range(neighbours);
	const struct compile_range *ranges;
	size_t n;

	ranges = compile_ranges(scan->world, near.first.family, &n);
	for (size_t i = 0; i < n; i++)
		if (ip_range_contains(&ranges[i].range, &near.first))
			return ip_range_contains(&ranges[i].range, &near.last);
	return true;
}

static struct ip_addr choose(const struct scan *scan, enum ip_family family)
{
	struct ip_addr first;

	ip_parse(candidates[family][0].addr, &first, NULL);
	for (size_t i = 0; i < N_CANDIDATES; i++) {
		struct ip_cidr cidr = {.prefix_len = candidates[family][i].prefix_len};

		ip_parse(candidates[family][i].addr, &cidr.addr, NULL);
		if (is_unnamed(scan, &cidr))
			return cidr.addr;
	}
	return first;
}

void scan_far_choose(struct scan *scan)
{
	scan->far[IP_V4] = choose(scan, IP_V4);
	scan->far[IP_V6] = choose(scan, IP_V6);
}

bool scan_far_may(struct scan *scan, const struct model_pod *subject,
		  enum policy_direction direction, enum port_space space, uint16_t port)
{
	return scan_outside_may(scan, subject, &scan->far[IP_V4], direction, space, port);
}
