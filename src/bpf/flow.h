/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Conntrack: what is remembered of a flow, and for how long. A cache, never the authority: whatever
 * is missing, expired or of another generation is judged by the table again.
 *
 * The key holds the pod's address as well. An entry is only made after the table confirmed that the
 * address is the pod's, so a hit needs no check.
 *
 * Each endpoint has its own two maps (TCP; the rest), so that no pod evicts another's flows and a
 * spray of SYNs no DNS query. An entry is written as a whole, by a map update, except for what
 * `flow_touch` writes in place: that may hit an entry that was just recycled for another flow, so
 * none of it decides anything.
 */
#pragma once

#include "bpf/event.h"
#include "bpf/packet.h"

#define FLOW_BY_POD 1u   /* the pod began; the same bit as PACKET_NEAR */
#define FLOW_OWN_NODE 2u /* the node's own stack is */

#define FLOW_SEEN_REPLY 1u
#define FLOW_SEEN_FIN 2u       /* of the initiator */
#define FLOW_SEEN_REPLY_FIN 4u /* of the target */
#define FLOW_SEEN_RST 8u

/*
 * What an entry keeps of the generation that judged it: the lower bits. An entry is forgotten long
 * before they come again, for generations are counted up.
 */
#define FLOW_GENERATION 0x7fffffffu

/*
 * Beside the generation: this flow was allowed once and no longer is. The entry stays, for
 * otherwise a segment of the other side would bring the connection back as one that is allowed in
 * its direction.
 */
#define FLOW_CUT 0x80000000u

/*
 * 40 bytes, so that with the kernel's own 48 and the key an element is two cache lines: what costs
 * between packets of other flows is not to compute but to fetch. The packets and bytes are those at
 * each hook; two CPUs may lose a few between them.
 */
struct flow_entry {
	__u32 judged;    /* the generation, perhaps FLOW_CUT; the current one passes */
	__u32 last_seen; /* CLOCK_MONOTONIC, in ticks */
	__u32 stable_id; /* of the outcome that decided */
	__u16 lifetime;  /* after last_seen, in ticks */
	__u8 flags;      /* FLOW_* */
	__u8 seen;       /* FLOW_SEEN_* */
	__u64 bytes[2];  /* by enum event_hook */
	__u32 packets[2];
};

_Static_assert(sizeof(struct flow_key) == 40, "the kernel hashes whole words, all of them");
_Static_assert(sizeof(struct flow_entry) == 40, "two lines with the key");

/*
 * An interface has a slot among the endpoints and two, by the kind of flow, among the maps of
 * flows: slots are found with one load. An index beyond them takes the slot of a lower one, and
 * userspace sees to it that no two endpoints share one.
 */
#define FLOW_INTERFACES 65536u
#define FLOW_ENDPOINT_SLOT(ifindex) ((ifindex) % FLOW_INTERFACES)
#define FLOW_SLOT(ifindex, space) \
	(FLOW_ENDPOINT_SLOT(ifindex) * 2 + ((space) == VERDICT_TCP ? 0 : 1))

struct flow_endpoint {
	__u32 ifindex; /* 0: a free slot */
	__u32 id;      /* the number of its pod in the tables */
};

/* 2^27 ns, about 134 ms: the longest life fits 16 bits, and the clock 32 for 18 years. */
#define FLOW_TICK_SHIFT 27
#define FLOW_SECONDS(n) ((__u16)((n)*1000000000ull >> FLOW_TICK_SHIFT))

/* How long a flow may be silent. TCP is found again in its middle; the others begin anew. */
#define FLOW_TCP_OPENING FLOW_SECONDS(60)
#define FLOW_TCP_OPEN FLOW_SECONDS(8000) /* more than the 2 h of TCP keepalive */
#define FLOW_TCP_CLOSED FLOW_SECONDS(10)
#define FLOW_SCTP_OPEN FLOW_SECONDS(900)
#define FLOW_UNREPLIED FLOW_SECONDS(30)
#define FLOW_REPLIED FLOW_SECONDS(180)
#define FLOW_ICMP FLOW_SECONDS(30)

VERDICT_INLINE __u16 flow_lifetime(__u8 space, __u8 seen)
{
	const __u8 both = FLOW_SEEN_FIN | FLOW_SEEN_REPLY_FIN;

	if (space == VERDICT_TCP) {
		if (seen & FLOW_SEEN_RST || (seen & both) == both)
			return FLOW_TCP_CLOSED;
		return seen & FLOW_SEEN_REPLY ? FLOW_TCP_OPEN : FLOW_TCP_OPENING;
	}
	if (space == VERDICT_ICMP || space == VERDICT_ICMPV6)
		return FLOW_ICMP;
	if (!(seen & FLOW_SEEN_REPLY))
		return FLOW_UNREPLIED;
	return space == VERDICT_SCTP ? FLOW_SCTP_OPEN : FLOW_REPLIED;
}

VERDICT_INLINE __u32 flow_ticks(__u64 ns)
{
	return (__u32)(ns >> FLOW_TICK_SHIFT);
}

/* Signed: a clock that another CPU read before may be ahead by a tick. */
VERDICT_INLINE int flow_is_live(const struct flow_entry *entry, __u32 now)
{
	return (__s32)(now - entry->last_seen) < entry->lifetime;
}

/*
 * What this packet shows of the flow's state; `is_reply`: it travels from the target to the
 * initiator.
 */
VERDICT_INLINE __u8 flow_seen(const struct packet *packet, int is_reply)
{
	__u8 seen = is_reply ? FLOW_SEEN_REPLY : 0;

	if (packet->tcp_flags & 0x01)
		seen |= is_reply ? FLOW_SEEN_REPLY_FIN : FLOW_SEEN_FIN;
	if (packet->tcp_flags & 0x04)
		seen |= FLOW_SEEN_RST;
	return seen;
}

/* Accounts for a packet, sent by the `sender` end, that the entry lets through. */
VERDICT_INLINE void flow_touch(struct flow_entry *entry, const struct packet *packet, __u32 sender,
			       __u32 now, __u32 size)
{
	const __u32 by = entry->flags & FLOW_BY_POD;
	const __u8 seen = entry->seen | flow_seen(packet, by != sender);

	if (seen != entry->seen) {
		entry->seen = seen;
		entry->lifetime = flow_lifetime(packet->key.space, seen);
	}
	entry->last_seen = now;
	/* Not by index: clang 14 makes an OR of it, which the verifier refuses on a pointer. */
	if (sender == PACKET_NEAR) {
		entry->packets[EVENT_FROM_POD]++;
		entry->bytes[EVENT_FROM_POD] += size;
	} else {
		entry->packets[EVENT_TO_POD]++;
		entry->bytes[EVENT_TO_POD] += size;
	}
}

VERDICT_INLINE void flow_address(__u32 to[4], const __be32 from[4])
{
	to[0] = PACKET_BE32(from[0]);
	to[1] = PACKET_BE32(from[1]);
	to[2] = PACKET_BE32(from[2]);
	to[3] = PACKET_BE32(from[3]);
}

/*
 * The flow as a question to the table, begun by one of its ends. Without a branch, as the rest of
 * the question: each one would have the verifier walk the table twice as often.
 */
VERDICT_INLINE void flow_question(const struct flow_key *key, __u32 by, __u32 flags,
				  struct verdict_flow *ret)
{
	flow_address(ret->src, key->addr[by & 1]);
	flow_address(ret->dst, key->addr[~by & 1]);
	ret->port = PACKET_BE16(key->port[~by & 1]);
	ret->space = key->space;
	ret->family = key->family;
	ret->flags = flags;
}
