/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the kernel tells about flows: a fixed record in the ring buffer for every new flow and every
 * denied packet. Numbers of the table (outcomes) mean something together with `generation` only.
 *
 * Addresses and ports are those of the flow as it was judged, from its initiator to its target, as
 * on the wire; EVENT_REVERSE says that the packet itself travelled the other way. A ping goes from
 * its id to the port type << 8 | code of a request; of other ICMP messages both ports are their
 * type << 8 | code, of other protocols their number. Of a packet that did not parse only what was
 * read before is set.
 */
#pragma once

#include <linux/types.h>

#define EVENT_VERSION 1

enum event_hook {
	EVENT_FROM_POD, /* the node's side of the pod's interface received it */
	EVENT_TO_POD,
};

#define EVENT_REVERSE 1u  /* the packet went from the target to the initiator */
#define EVENT_OWN_NODE 2u /* the node's own stack is the initiator */
#define EVENT_HEALED 4u   /* a TCP flow that was found in its middle; which end began is a guess */
#define EVENT_CUT 8u      /* a flow that was allowed when it began, under an earlier table */

struct event {
	__u64 time;       /* CLOCK_MONOTONIC, ns, in ticks of some ms */
	__u64 generation; /* 0: there was no table */
	__be32 src[4];    /* v4 in [0], the rest 0 */
	__be32 dst[4];
	__be16 src_port;
	__be16 dst_port;
	__u8 version;
	__u8 family;    /* 4, 6; 0: not IP */
	__u8 space;     /* enum verdict_space */
	__u8 tcp_flags; /* of the packet; byte 13 of the header */
	__u32 endpoint; /* the pod of the interface, 0: unknown */
	__u32 ifindex;
	__u32 outcome[2]; /* by enum verdict_direction; 0: not decided by a row */
	__u32 stable_id;  /* of the outcome that decided, or 0 */
	__u32 size;       /* the packet's bytes */
	__u8 hook;        /* enum event_hook */
	__u8 action;      /* TABLE_ALLOW or TABLE_DENY: what became of the packet */
	__u8 reason;      /* enum verdict_reason, of the side that decided */
	__u8 direction;   /* enum verdict_direction: that side */
	__u32 flags;      /* EVENT_* */
};

_Static_assert(sizeof(struct event) == 88, "fixed width, no holes");
