/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses for pods that have none: stable ones, so that a new pod does not move the others. */
#include "model/index.h"

#include <string.h>

/* v6 CIDRs are wider than any hash; so many of their low bits are used. */
#define MAX_HOST_BITS 62

/*
 * How many addresses a CIDR has for pods, and the first of them. The network's own address and the
 * broadcast address (RFC 919), in v6 the routers' anycast address (RFC 4291), are not for pods.
 */
static uint64_t n_usable(const struct ip_cidr *cidr, struct ip_addr *ret_first)
{
	struct ip_range range = ip_cidr_range(cidr);
	unsigned int width = cidr->addr.family == IP_V4 ? 32 : 128;
	unsigned int host_bits = width - cidr->prefix_len;
	uint64_t n = UINT64_C(1) << (host_bits < MAX_HOST_BITS ? host_bits : MAX_HOST_BITS);

	*ret_first = range.first;
	if (host_bits < 2)
		return n;
	ret_first->lo++;
	return n - 2;
}

static bool is_taken(const struct model_index *index, const struct ip_addr *addr)
{
	return model_addrs_get(&index->pods, addr) || model_addrs_get(&index->nodes, addr) ||
	       model_addrs_get(&index->services, addr);
}

static uint64_t name_hash(const struct model_pod *pod, uint64_t seed)
{
	const char *parts[] = {pod->ns->name, pod->workload->kind, pod->name};
	uint64_t hash = seed;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		hash = hash_bytes(parts[i], strlen(parts[i]) + 1, hash);
	return hash;
}

/* The first free address at or after the one that the name leads to. */
static bool take_in_cidr(struct model_index *index, const struct ip_cidr *cidr,
			 struct model_pod *pod)
{
	struct ip_addr first;
	uint64_t n = n_usable(cidr, &first);
	uint64_t start = name_hash(pod, cidr->addr.family) % n;

	for (uint64_t i = 0; i < n; i++) {
		struct ip_addr addr = first;

		addr.lo += (start + i) % n;
		if (is_taken(index, &addr))
			continue;
		model_addrs_add(&index->pods, &addr, pod);
		pod->ips[pod->n_ips++] = addr;
		return true;
	}
	return false;
}

static bool take_in_family(struct model_snapshot *snapshot, enum ip_family family,
			   struct model_pod *pod)
{
	struct model_index *index = snapshot->index;
	bool has_family = false;

	for (uint32_t i = 0; i < snapshot->n_pod_cidrs; i++) {
		if (snapshot->pod_cidrs[i].addr.family != family)
			continue;
		has_family = true;
		if (index->full & UINT64_C(1) << i)
			continue;
		if (take_in_cidr(index, &snapshot->pod_cidrs[i], pod))
			return true;
		index->full |= UINT64_C(1) << i;
	}
	return !has_family;
}

bool model_assume_address(struct model_snapshot *snapshot, struct model_pod *pod)
{
	bool has_v4 = take_in_family(snapshot, IP_V4, pod);
	bool has_v6 = take_in_family(snapshot, IP_V6, pod);

	pod->is_address_assumed = pod->n_ips > 0;
	return has_v4 && has_v6;
}
