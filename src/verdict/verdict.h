/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The verdict: from addresses and a port to an outcome. gcc compiles this header for userspace, clang for
 * the kernel; both read the same bytes, so prediction and enforcement are one function.
 *
 * A flow is asked in its original orientation (from its initiator to its target). Both sides are judged
 * from one table: egress when the source is one of the table's endpoints, ingress when the target is. A
 * side that is not judged here allows, with the reason. Any failed load denies with BAD_TABLE.
 *
 * Cost: at most 2 header lines, 2 address buckets (plus a bounded search for addresses outside the
 * cluster), 2 port lines, and 5 lines a side; independent of policies, tiers and identities. No state, no
 * locks; safe on any thread.
 */
#pragma once

#include "verdict/access.h"
#include "verdict/reason.h"

/* The spaces of verdict_flow.port; the same order as PORT_SPACES in base/port.h. */
enum verdict_space {
	VERDICT_TCP,
	VERDICT_UDP,
	VERDICT_SCTP,
	VERDICT_ICMP,   /* port = type << 8 | code */
	VERDICT_ICMPV6, /* the same */
	VERDICT_OTHER,  /* port = IP protocol number */
	VERDICT_N_SPACES
};

enum verdict_direction { VERDICT_EGRESS, VERDICT_INGRESS };

#define VERDICT_JUDGE_EGRESS 1u /* 1 << enum verdict_direction */
#define VERDICT_JUDGE_INGRESS 2u
#define VERDICT_FROM_OWN_NODE 4u /* sent by the stack of the node that the target runs on */
#define VERDICT_STAGED 8u        /* by the staged rows; the kernel does not know it */

struct verdict_flow {
	__u32 src[4]; /* numbers, most significant first; v4 in [0], the rest 0 */
	__u32 dst[4];
	__u16 port;  /* of the target, by space */
	__u8 space;  /* enum verdict_space */
	__u8 family; /* 4 or 6 */
	__u32 flags; /* VERDICT_JUDGE_*, VERDICT_FROM_OWN_NODE, VERDICT_STAGED */
};

struct verdict_side {
	__u32 outcome;   /* number in the table's outcomes; 0 when not decided by a row */
	__u32 stable_id; /* of that outcome */
	__u8 action;     /* enum table_action */
	__u8 reason;     /* enum verdict_reason */
	__u16 pad;
};

struct verdict {
	__u8 action; /* deny if a side denies, else decide if a side decides, else allow */
	__u8 reason; /* of the side that decided */
	__u8 direction; /* that side: the first that denies, egress before ingress; else the last judged */
	__u8 pad;
	struct verdict_side side[2]; /* by enum verdict_direction */
	struct table_address src;    /* what the table knows of the addresses */
	struct table_address dst;
};

VERDICT_INLINE void verdict_side_set(struct verdict_side *side, __u8 action, __u8 reason)
{
	side->outcome = 0;
	side->stable_id = 0;
	side->action = action;
	side->reason = reason;
}

/*
 * All ones if a ≤ b, else 0, without a jump: in the search below every jump would double the states that the
 * kernel's verifier has to walk. The compiler must not see what the masks are, or it makes jumps of them.
 */
VERDICT_INLINE __u64 verdict_mask_le(__u64 a, __u64 b)
{
	__u64 greater = ((~b & a) | (~(b ^ a) & (b - a))) >> 63;

	asm("" : "+r"(greater));
	return greater - 1;
}

/* All ones if a = b, else 0. */
VERDICT_INLINE __u64 verdict_mask_eq(__u64 a, __u64 b)
{
	__u64 differ = a ^ b;

	asm("" : "+r"(differ));
	return ((differ | (0 - differ)) >> 63) - 1;
}

VERDICT_INLINE __u64 verdict_u64(const __u32 words[2])
{
	return (__u64)words[0] << 32 | words[1];
}

/*
 * 1: found; 0: not a known single address; -1: the table is broken. A free slot is all zero, so it may match
 * without being taken for an entry. No jump per slot: which one it is cannot be predicted.
 */
VERDICT_INLINE int verdict_find4(const struct table_view *table, struct table_section section,
				 __u32 addr, struct table_address *ret)
{
	const __u32 mask = section.n - 1;
	const __u32 home = table_hash4(addr, mask);
	__u32 flags_class = 0, endpoint = 0;

	for (__u32 probe = 0; probe < TABLE_PROBES && section.n; probe++) {
		const struct table_bucket4 *bucket =
			table_line(table, section.line + ((home + probe) & mask));

		if (!bucket)
			return -1;
#pragma GCC unroll 5
		for (int i = 0; i < TABLE_BUCKET4_SLOTS; i++) {
			const __u64 match = verdict_mask_eq(bucket->key[i], addr);

			flags_class |= bucket->value[i].flags_class & match;
			endpoint |= bucket->value[i].endpoint & match;
		}
		if (flags_class & TABLE_ADDR_USED) {
			*ret = (struct table_address){flags_class, endpoint};
			return 1;
		}
		if (!bucket->more)
			break;
	}
	return 0;
}

VERDICT_INLINE int verdict_find6(const struct table_view *table, struct table_section section,
				 const __u32 addr[4], struct table_address *ret)
{
	const __u32 mask = section.n - 1;
	const __u32 home = table_hash6(addr, mask);
	__u32 flags_class = 0, endpoint = 0;

	for (__u32 probe = 0; probe < TABLE_PROBES && section.n; probe++) {
		const struct table_bucket6 *bucket =
			table_line(table, section.line + ((home + probe) & mask));

		if (!bucket)
			return -1;
#pragma GCC unroll 2
		for (int i = 0; i < TABLE_BUCKET6_SLOTS; i++) {
			const __u64 match = verdict_mask_eq(verdict_u64(bucket->slot[i].key),
							    verdict_u64(addr)) &
					    verdict_mask_eq(verdict_u64(bucket->slot[i].key + 2),
							    verdict_u64(addr + 2));

			flags_class |= bucket->slot[i].value.flags_class & match;
			endpoint |= bucket->slot[i].value.endpoint & match;
		}
		if (flags_class & TABLE_ADDR_USED) {
			*ret = (struct table_address){flags_class, endpoint};
			return 1;
		}
		if (!bucket->more)
			break;
	}
	return 0;
}

/* A range section may hold this many doublings of records between two index entries. */
#define VERDICT_SEARCH_STEPS 20

/*
 * The last v4 record in [low, high] that starts at or before `addr`; the one at `low` does. NULL when the
 * table is broken.
 */
VERDICT_INLINE const struct table_range4 *verdict_range4(const struct table_view *table,
							 struct table_section ranges, __u64 low,
							 __u64 high, __u32 addr)
{
	for (int step = 0; step < VERDICT_SEARCH_STEPS && low < high; step++) {
		const __u64 middle = low + (high - low + 1) / 2;
		const struct table_range4 *range =
			table_item(table, ranges, middle, struct table_range4);
		__u64 up;

		if (!range)
			return range;
		up = verdict_mask_le(range->start, addr);
		low = (middle & up) | (low & ~up);
		high = (high & up) | ((middle - 1) & ~up);
	}
	return table_item(table, ranges, low, struct table_range4);
}

VERDICT_INLINE const struct table_range6 *verdict_range6(const struct table_view *table,
							 struct table_section ranges, __u64 low,
							 __u64 high, const __u32 addr[4])
{
	const __u64 addr_hi = verdict_u64(addr), addr_lo = verdict_u64(addr + 2);

	for (int step = 0; step < VERDICT_SEARCH_STEPS && low < high; step++) {
		const __u64 middle = low + (high - low + 1) / 2;
		const struct table_range6 *range =
			table_item(table, ranges, middle, struct table_range6);
		__u64 hi, up;

		if (!range)
			return range;
		hi = verdict_u64(range->start);
		up = (verdict_mask_le(hi, addr_hi) & ~verdict_mask_eq(hi, addr_hi)) |
		     (verdict_mask_eq(hi, addr_hi) &
		      verdict_mask_le(verdict_u64(range->start + 2), addr_lo));
		low = (middle & up) | (low & ~up);
		high = (high & up) | ((middle - 1) & ~up);
	}
	return table_item(table, ranges, low, struct table_range6);
}

/*
 * The CIDR range that covers `addr`. The first-level index narrows the search to the records around the
 * address's first bits.
 */
VERDICT_INLINE int verdict_range(const struct table_view *table,
				 const struct table_answers *answers, __u8 family,
				 const __u32 addr[4], struct table_address *ret)
{
	const struct table_section index = family == 4 ? answers->range4_index
						       : answers->range6_index;
	const __u32 bits = family == 4 ? answers->range4_bits : answers->range6_bits;
	const __u32 slot = bits ? addr[0] >> ((32 - bits) & 31) : 0;
	const __u32 *low = table_item(table, index, slot, __u32);
	const __u32 *high = table_item(table, index, slot + 1, __u32);

	ret->endpoint = 0;
	if (!low || !high)
		return -1;
	if (family == 4) {
		const struct table_range4 *range =
			verdict_range4(table, answers->range4, *low, *high, addr[0]);

		if (!range)
			return -1;
		ret->flags_class = range->flags_class;
	} else {
		const struct table_range6 *range =
			verdict_range6(table, answers->range6, *low, *high, addr);

		if (!range)
			return -1;
		ret->flags_class = range->flags_class;
	}
	return 0;
}

/* The line that an address is most likely in, on its way while something else is looked up. */
VERDICT_INLINE void verdict_prefetch(const struct table_view *table, const struct table_keys *keys,
				     __u8 family, const __u32 addr[4])
{
	if (family == 4)
		table_prefetch(table, keys->addr4.line + table_hash4(addr[0], keys->addr4.n - 1));
	else
		table_prefetch(table, keys->addr6.line + table_hash6(addr, keys->addr6.n - 1));
}

/* What the table knows of an address: its own entry, else the CIDR range it lies in. 0 or -1. */
VERDICT_INLINE int verdict_address(const struct table_view *table, const struct table_keys *keys,
				   const struct table_answers *answers, __u8 family,
				   const __u32 addr[4], struct table_address *ret)
{
	int found = family == 4 ? verdict_find4(table, keys->addr4, addr[0], ret)
				: verdict_find6(table, keys->addr6, addr, ret);

	if (found)
		return found < 0 ? -1 : 0;
	return verdict_range(table, answers, family, addr, ret);
}

/* The port class of a port in its space; 0 or -1. */
VERDICT_INLINE int verdict_port_class(const struct table_view *table, const struct table_keys *keys,
				      __u8 space, __u16 port, __u32 *ret_class)
{
	const __u16 *page, *class;

	page = table_item(table, keys->port_index, (__u32)space * 256 + (port >> 8), __u16);
	if (!page)
		return -1;
	class = table_item(table, keys->port_pages, (__u32)*page * 256 + (port & 255), __u16);
	if (!class)
		return -1;
	*ret_class = *class;
	return 0;
}

/* What a row answers for a peer class. */
VERDICT_INLINE void verdict_cell(const struct table_view *table,
				 const struct table_answers *answers, const struct table_row *row,
				 __u32 peer_class, struct verdict_side *ret)
{
	__u32 number = row->first_outcome;
	const struct table_outcome *outcome;

	if (peer_class < row->n_cells) {
		const __u16 *cell =
			table_item(table, answers->cells, row->first_cell + peer_class, __u16);

		if (!cell)
			return;
		number += *cell;
	}
	outcome = table_item(table, answers->outcomes, number, struct table_outcome);
	if (!outcome)
		return;
	ret->outcome = number;
	ret->stable_id = outcome->stable_id;
	ret->action = outcome->action;
	ret->reason = outcome->reason;
}

/* Row `number`, or what is staged instead of it. */
VERDICT_INLINE const struct table_row *verdict_find_row(const struct table_view *table,
							const struct table_answers *answers,
							__u32 number, __u32 flags)
{
	const struct table_row *row = table_item(table, answers->rows, number, struct table_row);

#ifndef __bpf__
	if (flags & VERDICT_STAGED && row && row->staged)
		return table_item(table, answers->rows, row->staged, struct table_row);
#endif
	(void)flags;
	return row;
}

/* Where a side of a flow is looked up. */
struct verdict_place {
	__u32 remap;
	__u32 peer_class;
	__u32 flags; /* of the flow */
};

/* Judges one side of one endpoint: remap → row → cell → outcome. */
VERDICT_INLINE void verdict_row(const struct table_view *table, const struct table_keys *keys,
				const struct table_answers *answers, struct verdict_place place,
				struct verdict_side *ret)
{
	const __u32 *row_number = table_item(table, keys->remaps, place.remap, __u32);
	const struct table_row *row;

	verdict_side_set(ret, TABLE_DENY, VERDICT_BAD_TABLE);
	if (!row_number)
		return;
	row = verdict_find_row(table, answers, *row_number, place.flags);
	if (row)
		verdict_cell(table, answers, row, place.peer_class, ret);
}

/* Why a side whose pod is not one of the table's endpoints is not judged here. */
VERDICT_INLINE __u8 verdict_not_judged(const struct table_address *addr)
{
	if (addr->flags_class & TABLE_ADDR_POD)
		return VERDICT_REMOTE;
	return addr->flags_class & TABLE_ADDR_NODE ? VERDICT_HOST_NETWORK : VERDICT_OUTSIDE;
}

VERDICT_INLINE void verdict_both(struct verdict *verdict, __u8 action, __u8 reason)
{
	verdict_side_set(&verdict->side[VERDICT_EGRESS], action, reason);
	verdict_side_set(&verdict->side[VERDICT_INGRESS], action, reason);
}

/* Folds the sides into the whole: see struct verdict. */
VERDICT_INLINE void verdict_fold(struct verdict *verdict, __u32 flags)
{
	const __u8 egress = verdict->side[VERDICT_EGRESS].action;
	const __u8 ingress = verdict->side[VERDICT_INGRESS].action;
	__u8 direction = flags & VERDICT_JUDGE_INGRESS ? VERDICT_INGRESS : VERDICT_EGRESS;

	if (egress == TABLE_DENY || (egress == TABLE_DECIDE && ingress == TABLE_ALLOW))
		direction = VERDICT_EGRESS;
	else if (ingress != TABLE_ALLOW)
		direction = VERDICT_INGRESS;
	verdict->direction = direction;
	verdict->action = direction == VERDICT_EGRESS ? egress : ingress;
	verdict->reason = direction == VERDICT_EGRESS ? verdict->side[VERDICT_EGRESS].reason
						      : verdict->side[VERDICT_INGRESS].reason;
}

/* What a pod's own node sends needs no rule, and most APIs' rules cannot keep it out. */
VERDICT_INLINE int verdict_asks_rules(const struct verdict_flow *flow,
				      const struct table_endpoint *endpoint)
{
	return !(flow->flags & VERDICT_FROM_OWN_NODE) ||
	       endpoint->flags & TABLE_ENDPOINT_RULES_OWN_NODE;
}

/* Judges the sides that the flags name, once both addresses are known. */
VERDICT_INLINE int verdict_sides(const struct table_view *table, const struct table_keys *keys,
				 const struct table_answers *answers,
				 const struct verdict_flow *flow, struct verdict *verdict)
{
	struct verdict_side *ingress = &verdict->side[VERDICT_INGRESS];
	const struct table_endpoint *endpoint;
	__u8 is_ruled = 0;
	__u32 port_class;

	if (verdict_port_class(table, keys, flow->space, flow->port, &port_class))
		return -1;
	if (flow->flags & VERDICT_JUDGE_EGRESS && verdict->src.endpoint) {
		endpoint = table_item(table, keys->endpoints, verdict->src.endpoint,
				      struct table_endpoint);
		if (!endpoint)
			return -1;
		verdict_row(table, keys, answers,
			    (struct verdict_place){endpoint->egress + port_class,
						   verdict->dst.flags_class & TABLE_CLASS_MASK,
						   flow->flags},
			    &verdict->side[VERDICT_EGRESS]);
	}
	if (flow->flags & VERDICT_JUDGE_INGRESS && verdict->dst.endpoint) {
		endpoint = table_item(table, keys->endpoints, verdict->dst.endpoint,
				      struct table_endpoint);
		if (!endpoint)
			return -1;
		if (verdict_asks_rules(flow, endpoint)) {
			verdict_row(table, keys, answers,
				    (struct verdict_place){
					    endpoint->ingress + port_class,
					    verdict->src.flags_class & TABLE_CLASS_MASK,
					    flow->flags},
				    ingress);
			is_ruled = ingress->reason != VERDICT_DEFAULT_DENY;
		}
	}
	if (flow->flags & VERDICT_FROM_OWN_NODE && !is_ruled)
		verdict_side_set(ingress, TABLE_ALLOW, VERDICT_LOCAL_NODE);
	return 0;
}

/*
 * Judges a flow with one table. Semantics: NetworkPolicy v1 as compiled into the rows; self-traffic
 * (one endpoint owns both addresses) and ingress from the pod's own node are allowed before the table
 * (networking.k8s.io/v1 NetworkPolicySpec.ingress; DESIGN "Outcome"), unless the endpoint's rules
 * decide on its own node too: then only the default deny does not count.
 */
VERDICT_INLINE void verdict_flow(const struct table_view *table, const struct verdict_flow *flow,
				 struct verdict *verdict)
{
	const struct table_keys *keys = table_line(table, 0);
	const struct table_answers *answers = table_line(table, 1);

	verdict_both(verdict, TABLE_DENY, VERDICT_BAD_TABLE);
	verdict->src = verdict->dst = (struct table_address){0};
	if (keys)
		verdict_prefetch(table, keys, flow->family, flow->dst);
	if (!keys || !answers ||
	    verdict_address(table, keys, answers, flow->family, flow->src, &verdict->src) ||
	    verdict_address(table, keys, answers, flow->family, flow->dst, &verdict->dst)) {
		verdict_fold(verdict, flow->flags);
		return;
	}
	if ((verdict->src.flags_class | verdict->dst.flags_class) & TABLE_ADDR_CLOSED) {
		verdict_both(verdict, TABLE_DENY, VERDICT_ADDRESS_CONFLICT);
	} else if (verdict->src.endpoint && verdict->src.endpoint == verdict->dst.endpoint) {
		verdict_both(verdict, TABLE_ALLOW, VERDICT_SELF);
	} else {
		verdict_side_set(&verdict->side[VERDICT_EGRESS], TABLE_ALLOW,
				 verdict_not_judged(&verdict->src));
		verdict_side_set(&verdict->side[VERDICT_INGRESS], TABLE_ALLOW,
				 verdict_not_judged(&verdict->dst));
		if (verdict_sides(table, keys, answers, flow, verdict))
			verdict_both(verdict, TABLE_DENY, VERDICT_BAD_TABLE);
	}
	verdict_fold(verdict, flow->flags);
}
