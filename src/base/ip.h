/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP addresses, CIDR blocks and inclusive ranges of both families, as plain values.
 *
 * A v4 address is kept in the low 32 bits of `lo` with family 4; families never compare equal and
 * v4 sorts before v6. IPv4-mapped IPv6 (::ffff:a.b.c.d) is read as v6 text but is the caller's to
 * refuse.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

struct ip_addr {
	uint64_t hi; /* the first 64 bits of a v6 address; 0 for v4 */
	uint64_t lo;
	uint8_t family; /* enum ip_family */
};

/* first ≤ last, one family. */
struct ip_range {
	struct ip_addr first;
	struct ip_addr last;
};

/*
 * Host bits are kept as written; ip_cidr_range() masks them (Kubernetes accepts them with a
 * warning).
 */
struct ip_cidr {
	struct ip_addr addr;
	uint8_t prefix_len;
};

#define IP_TEXT_SIZE 46 /* the longest address with its NUL */
#define IP_CIDR_TEXT_SIZE (IP_TEXT_SIZE + 4)

/* What was odd about a text that was still accepted. */
enum ip_parse_flags {
	IP_PARSE_LEADING_ZEROS = 1, /* "010.0.0.1", "10.0.0.0/08": read as decimal */
	IP_PARSE_HOST_BITS = 2,     /* "10.0.0.5/24" */
};

/* 0, or -EINVAL for what is not exactly one address. `ret_flags` may be NULL. */
int ip_parse(const char *text, struct ip_addr *ret_addr, unsigned int *ret_flags);

/*
 * "addr/len"; the length is decimal without sign (leading zeros: as in an address). 0 or -EINVAL.
 */
int ip_cidr_parse(const char *text, struct ip_cidr *ret_cidr, unsigned int *ret_flags);

/* RFC 5952 text for v6. Writes at most IP_TEXT_SIZE / IP_CIDR_TEXT_SIZE bytes; returns `buf`. */
const char *ip_format(const struct ip_addr *addr, char *buf);
const char *ip_cidr_format(const struct ip_cidr *cidr, char *buf);

/* <0, 0, >0: family first, then the number. */
int ip_cmp(const struct ip_addr *a, const struct ip_addr *b);
bool ip_equal(const struct ip_addr *a, const struct ip_addr *b);

/* The neighbours; false at the end of the family's space (ret untouched). */
bool ip_next(const struct ip_addr *addr, struct ip_addr *ret_next);
bool ip_prev(const struct ip_addr *addr, struct ip_addr *ret_prev);

/* The lowest and the highest address of a family. */
struct ip_addr ip_lowest(enum ip_family family);
struct ip_addr ip_highest(enum ip_family family);

struct ip_range ip_cidr_range(const struct ip_cidr *cidr);
/* `next` begins right after `range` ends. */
bool ip_range_precedes(const struct ip_range *range, const struct ip_range *next);
bool ip_range_contains(const struct ip_range *range, const struct ip_addr *addr);

/* `inner` lies in `outer`; with `strict` they must also differ. Different families: false. */
bool ip_cidr_within(const struct ip_cidr *inner, const struct ip_cidr *outer, bool strict);

/* 16 bytes in network order; a v4 address fills the first 4, the rest is 0. */
void ip_to_bytes(const struct ip_addr *addr, uint8_t bytes[16]);
struct ip_addr ip_from_bytes(enum ip_family family, const uint8_t bytes[16]);

/* v4 from host order. */
static inline struct ip_addr ip_v4(uint32_t host_order)
{
	return (struct ip_addr){.lo = host_order, .family = IP_V4};
}

/*
 * Globally routable unicast by the IANA special-purpose registries (RFC 6890 and its successors):
 * sorted, disjoint, v4 first.
 */
const struct ip_range *ip_global_unicast(size_t *ret_n);
