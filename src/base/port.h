/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of "ports" over the six 16-bit spaces that a packet can be in: TCP, UDP and SCTP destination
 * ports, ICMPv4 and ICMPv6 (type << 8 | code), and every other IP protocol by number.
 *
 * A set is a sorted list of disjoint, non-adjacent inclusive ranges: minimal by construction, so
 * equal sets have equal lists. Heap memory, owned by the struct; all-zero is the empty set.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PORT_SPACES(X) \
	X(TCP, "TCP", 65535) \
	X(UDP, "UDP", 65535) \
	X(SCTP, "SCTP", 65535) \
	X(ICMP, "ICMP", 65535) \
	X(ICMPV6, "ICMPv6", 65535) \
	X(OTHER, "OTHER", 255)

enum port_space {
#define X(id, name, last) PORT_##id,
	PORT_SPACES(X)
#undef X
	PORT_N_SPACES
};

struct port_range {
	uint8_t space; /* enum port_space */
	uint16_t first;
	uint16_t last; /* inclusive */
};

struct port_set {
	struct port_range *ranges; /* by space, then first */
	size_t n;
	size_t cap;
};

/* "TCP" …; the names are those of the JSON interface. */
const char *port_space_name(enum port_space space);

/* The highest number of a space: 65535, or 255 for OTHER. */
uint16_t port_space_last(enum port_space space);

/* The space of an IP protocol number (6, 17, 132, 1, 58); PORT_OTHER for the rest. */
enum port_space port_space_of(uint8_t ip_protocol);

void port_set_release(struct port_set *set);
void port_set_clear(struct port_set *set);
void port_set_copy(struct port_set *to, const struct port_set *from);

/* Adds a range; overlapping and adjacent ones are merged. */
void port_set_add(struct port_set *set, struct port_range range);
void port_set_add_all(struct port_set *set);
void port_set_union(struct port_set *to, const struct port_set *from);

/* ret = a ∩ b, a ∖ b; `ret` must not alias. */
void port_set_intersect(const struct port_set *a, const struct port_set *b, struct port_set *ret);
void port_set_subtract(const struct port_set *a, const struct port_set *b, struct port_set *ret);

bool port_set_contains(const struct port_set *set, enum port_space space, uint16_t number);
bool port_set_equal(const struct port_set *a, const struct port_set *b);
bool port_set_is_all(const struct port_set *set);
uint64_t port_set_hash(const struct port_set *set);
