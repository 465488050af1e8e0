/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a frame to what a policy can speak about: addresses, protocol, ports.
 *
 * One header for the kernel programs and for userspace (tests, the fuzzer). Every read goes through
 * a cursor that knows the end of the data. Whatever is not understood is refused with a reason;
 * nothing is guessed.
 *
 * An ICMP error is parsed to the key of the flow it is about: whoever finds that flow knows that
 * the error belongs to it.
 *
 * Not understood here, and so dropped: fragments, IPv6 extension headers, and the jumbo packets of
 * "BIG TCP" (an IPv4 total length of 0), which no interface makes unless it is told to.
 */
#pragma once

#include "verdict/verdict.h"

#define PACKET_BE16(x) \
	((__be16)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap16(x) : (x)))
#define PACKET_BE32(x) \
	((__be32)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap32(x) : (x)))

/* The headers, as the RFCs draw them; the kernel's own definitions clash with the C library's. */
struct packet_ethernet {
	__u8 dst[6];
	__u8 src[6];
	__be16 type;
};

struct packet_ip4 { /* RFC 791, section 3.1 */
	__u8 version_words;
	__u8 service;
	__be16 size; /* with this header */
	__be16 id;
	__be16 fragment;
	__u8 hop_limit;
	__u8 protocol;
	__be16 checksum;
	__be32 src;
	__be32 dst;
};

struct packet_ip6 { /* RFC 8200, section 3 */
	__be32 version_flow;
	__be16 size; /* without this header */
	__u8 next;
	__u8 hop_limit;
	__be32 src[4];
	__be32 dst[4];
};

struct packet_tcp { /* RFC 9293, section 3.1 */
	__be16 port[2];
	__be32 sequence[2];
	__u8 words; /* in the upper half */
	__u8 flags;
	__be16 rest[3];
};

struct packet_udp { /* RFC 768 */
	__be16 port[2];
	__be16 size; /* with this header */
	__be16 checksum;
};

struct packet_sctp { /* RFC 9260, section 3; of the first chunk only the header */
	__be16 port[2];
	__be32 tag;
	__be32 checksum;
	__u8 chunk;
	__u8 chunk_flags;
	__be16 chunk_size;
};

struct packet_icmp { /* RFC 792, RFC 4443: the first 8 bytes of every message */
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 id; /* of an echo */
	__be16 sequence;
};

_Static_assert(sizeof(struct packet_ethernet) == 14 && sizeof(struct packet_ip4) == 20, "no holes");
_Static_assert(sizeof(struct packet_ip6) == 40 && sizeof(struct packet_tcp) == 20, "no holes");
_Static_assert(sizeof(struct packet_sctp) == 16 && sizeof(struct packet_icmp) == 8, "no holes");

/* IANA's numbers. */
enum {
	PACKET_ETHER_IP4 = 0x0800,
	PACKET_ETHER_ARP = 0x0806,
	PACKET_ETHER_IP6 = 0x86dd,
	PACKET_PROTOCOL_ICMP = 1,
	PACKET_PROTOCOL_TCP = 6,
	PACKET_PROTOCOL_UDP = 17,
	PACKET_PROTOCOL_FRAGMENT = 44,
	PACKET_PROTOCOL_ICMP6 = 58,
	PACKET_PROTOCOL_SCTP = 132,
	PACKET_TCP_SYN = 0x02,
	PACKET_TCP_ACK = 0x10,
	PACKET_SCTP_INIT = 1,
};

enum {
	PACKET_ICMP_REPLY = 0,
	PACKET_ICMP_UNREACHABLE = 3,
	PACKET_ICMP_REDIRECT = 5,
	PACKET_ICMP_REQUEST = 8,
	PACKET_ICMP_TIME = 11,
	PACKET_ICMP_PARAMETER = 12,
	PACKET_ICMP6_UNREACHABLE = 1,
	PACKET_ICMP6_PARAMETER = 4,
	PACKET_ICMP6_REQUEST = 128,
	PACKET_ICMP6_REPLY = 129,
	/* RFC 4861, section 4 */
	PACKET_ROUTER_SOLICITATION = 133,
	PACKET_NEIGHBOUR_SOLICITATION = 135,
	PACKET_NEIGHBOUR_ADVERTISEMENT = 136,
	PACKET_REDIRECT = 137,
};

/* Which packets share a flow. */
enum packet_kind {
	PACKET_TALK,    /* both directions of a pair of ports */
	PACKET_PING,    /* an echo request, and replies with its id */
	PACKET_MESSAGE, /* any other ICMP: one direction, no replies */
};

/*
 * The ends of a flow, as the pod sees them. The same number says "by the pod" where somebody acts.
 */
enum packet_end { PACKET_FAR, PACKET_NEAR };

/*
 * A flow, with one key for both directions. Addresses and ports as on the wire. A ping goes from
 * its id to the port type << 8 | code of a request; of another ICMP message both ports are its type
 * << 8 | code, of other protocols their number.
 */
struct flow_key {
	__be32 addr[2][4]; /* by enum packet_end; v4 in [0], the rest 0 */
	__be16 port[2];
	__u8 space;   /* enum verdict_space */
	__u8 kind;    /* enum packet_kind */
	__u8 family;  /* 4, 6 */
	__u8 icmp_by; /* enum packet_end: who began, of what is no PACKET_TALK */
};

#define PACKET_OPENS 1u  /* only a new flow begins so: a TCP SYN without ACK, an SCTP INIT */
#define PACKET_REPLY 2u  /* an echo reply */
#define PACKET_ERROR 4u  /* about the flow, not a part of it */
#define PACKET_ROUTER 8u /* an error that a router on the way reports, not the flow's other end */
#define PACKET_NEIGHBOUR 16u /* IPv6 neighbour discovery; an ICMP redirect */

struct packet {
	struct flow_key key;
	__u8 flags;     /* PACKET_* */
	__u8 tcp_flags; /* byte 13 of the header */
	__u8 type;      /* of an ICMP message */
	__u8 hop_limit;
};

/*
 * A place in a frame. `left` counts the bytes of the frame from the IP header, which may be more
 * than are in memory. The verifier is content with `end`; that IP and transport agree about sizes
 * is checked besides.
 */
struct packet_cursor {
	const void *at;
	const void *end;
	__u32 left;
	__u32 sender;   /* enum packet_end */
	__u32 is_inner; /* the copy in an ICMP error, which may be cut after 8 bytes of transport */
};

/* The next `size` bytes, or NULL; the cursor moves. */
VERDICT_INLINE const void *packet_take(struct packet_cursor *cursor, __u32 size)
{
	const void *at = cursor->at;

	if (at + size > cursor->end)
		return (const void *)0;
	cursor->at = at + size;
	return at;
}

/* The same without moving. */
VERDICT_INLINE const void *packet_peek(const struct packet_cursor *cursor, __u32 size)
{
	return cursor->at + size > cursor->end ? (const void *)0 : cursor->at;
}

/* The functions below return 0 or an enum verdict_reason. */

VERDICT_INLINE int packet_parse_tcp(const struct packet_cursor *cursor, struct packet *packet,
				    __u32 size)
{
	const struct packet_tcp *tcp = packet_peek(cursor, sizeof(*tcp));
	__u32 header;

	if (!tcp)
		return VERDICT_MALFORMED;
	header = (tcp->words >> 4) * 4u;
	if (header < sizeof(*tcp) || header > size)
		return VERDICT_MALFORMED;
	packet->tcp_flags = tcp->flags;
	if ((tcp->flags & (PACKET_TCP_SYN | PACKET_TCP_ACK)) == PACKET_TCP_SYN)
		packet->flags |= PACKET_OPENS;
	return 0;
}

VERDICT_INLINE int packet_parse_udp(const struct packet_cursor *cursor, __u32 size)
{
	const struct packet_udp *udp = packet_peek(cursor, sizeof(*udp));

	if (!udp || PACKET_BE16(udp->size) < sizeof(*udp) || PACKET_BE16(udp->size) > size)
		return VERDICT_MALFORMED;
	return 0;
}

/* An INIT is the only chunk of its packet (RFC 9260, section 4.3), so the first one tells. */
VERDICT_INLINE int packet_parse_sctp(const struct packet_cursor *cursor, struct packet *packet,
				     __u32 size)
{
	const struct packet_sctp *sctp = packet_peek(cursor, sizeof(*sctp));

	if (!sctp || size < sizeof(*sctp))
		return VERDICT_MALFORMED;
	if (sctp->chunk == PACKET_SCTP_INIT)
		packet->flags |= PACKET_OPENS;
	return 0;
}

VERDICT_INLINE int packet_parse_ports(const struct packet_cursor *cursor, struct packet *packet,
				      __u32 size)
{
	const __be16 *ports = packet_peek(cursor, 4);

	if (!ports || size < 4)
		return VERDICT_MALFORMED;
	packet->key.port[0] = ports[cursor->sender];
	packet->key.port[1] = ports[!cursor->sender];
	if (cursor->is_inner)
		return 0;
	if (packet->key.space == VERDICT_TCP)
		return packet_parse_tcp(cursor, packet, size);
	if (packet->key.space == VERDICT_UDP)
		return packet_parse_udp(cursor, size);
	return packet_parse_sctp(cursor, packet, size);
}

/* PACKET_ERROR, PACKET_NEIGHBOUR or 0: what else an ICMP type is, besides a message. */
VERDICT_INLINE __u8 packet_icmp_flags(__u8 family, __u8 type)
{
	if (family == 4) {
		if (type == PACKET_ICMP_UNREACHABLE || type == PACKET_ICMP_TIME ||
		    type == PACKET_ICMP_PARAMETER)
			return PACKET_ERROR;
		return type == PACKET_ICMP_REDIRECT ? PACKET_NEIGHBOUR : 0;
	}
	if (type >= PACKET_ICMP6_UNREACHABLE && type <= PACKET_ICMP6_PARAMETER)
		return PACKET_ERROR;
	return type >= PACKET_ROUTER_SOLICITATION && type <= PACKET_REDIRECT ? PACKET_NEIGHBOUR : 0;
}

VERDICT_INLINE int packet_parse_icmp(struct packet_cursor *cursor, struct packet *packet,
				     __u32 size)
{
	struct flow_key *key = &packet->key;
	const __u16 request = key->family == 4 ? PACKET_ICMP_REQUEST : PACKET_ICMP6_REQUEST;
	const __u8 reply = key->family == 4 ? PACKET_ICMP_REPLY : PACKET_ICMP6_REPLY;
	const struct packet_icmp *icmp = packet_take(cursor, sizeof(*icmp));

	if (!icmp || size < sizeof(*icmp))
		return VERDICT_MALFORMED;
	packet->type = icmp->type;
	key->icmp_by = cursor->sender;
	if (icmp->type == reply && !icmp->code) {
		key->icmp_by = !cursor->sender;
		packet->flags |= PACKET_REPLY;
	}
	if ((icmp->type == request || icmp->type == reply) && !icmp->code) {
		key->kind = PACKET_PING;
		key->port[0] = key->icmp_by ? PACKET_BE16(request << 8) : icmp->id;
		key->port[1] = key->icmp_by ? icmp->id : PACKET_BE16(request << 8);
		return 0;
	}
	key->kind = PACKET_MESSAGE;
	key->port[0] = key->port[1] = PACKET_BE16((__u16)(icmp->type << 8 | icmp->code));
	packet->flags |= packet_icmp_flags(key->family, icmp->type);
	return 0;
}

VERDICT_INLINE __u8 packet_space(__u8 family, __u8 protocol)
{
	if (protocol == PACKET_PROTOCOL_TCP)
		return VERDICT_TCP;
	if (protocol == PACKET_PROTOCOL_UDP)
		return VERDICT_UDP;
	if (protocol == PACKET_PROTOCOL_SCTP)
		return VERDICT_SCTP;
	if (protocol == PACKET_PROTOCOL_ICMP && family == 4)
		return VERDICT_ICMP;
	return protocol == PACKET_PROTOCOL_ICMP6 && family == 6 ? VERDICT_ICMPV6 : VERDICT_OTHER;
}

/* `size` bytes of IP payload begin at the cursor. */
VERDICT_INLINE int packet_parse_transport(struct packet_cursor *cursor, struct packet *packet,
					  __u8 protocol, __u32 size)
{
	struct flow_key *key = &packet->key;

	key->space = packet_space(key->family, protocol);
	if (key->space <= VERDICT_SCTP)
		return packet_parse_ports(cursor, packet, size);
	if (key->space != VERDICT_OTHER)
		return packet_parse_icmp(cursor, packet, size);
	key->port[0] = key->port[1] = PACKET_BE16((__u16)protocol);
	return 0;
}

VERDICT_INLINE int packet_parse_ip4(struct packet_cursor *cursor, struct packet *packet)
{
	const struct packet_ip4 *ip = packet_take(cursor, sizeof(*ip));
	__u32 header, total;

	if (!ip)
		return VERDICT_MALFORMED;
	header = (ip->version_words & 15) * 4u;
	total = PACKET_BE16(ip->size);
	if (ip->version_words >> 4 != 4 || header < sizeof(*ip) || total < header)
		return VERDICT_MALFORMED;
	if (!cursor->is_inner && total > cursor->left)
		return VERDICT_MALFORMED;
	packet->key.family = 4;
	packet->key.addr[0][0] = cursor->sender ? ip->dst : ip->src;
	packet->key.addr[1][0] = cursor->sender ? ip->src : ip->dst;
	packet->hop_limit = ip->hop_limit;
	if (ip->fragment & PACKET_BE16(0x3fff)) /* more fragments, or an offset */
		return VERDICT_FRAGMENT;
	if (!packet_take(cursor, header - sizeof(*ip)))
		return VERDICT_MALFORMED;
	return packet_parse_transport(cursor, packet, ip->protocol, total - header);
}

/*
 * IANA's list, but for ESP: that is opaque, so it is a protocol like any other. The rest hide one
 * behind them.
 */
VERDICT_INLINE int packet_is_extension(__u8 next)
{
	switch (next) {
	case 0:   /* hop-by-hop options */
	case 43:  /* routing */
	case 51:  /* authentication */
	case 60:  /* destination options */
	case 135: /* mobility */
	case 139: /* HIP */
	case 140: /* Shim6 */
	case 253: /* experiments */
	case 254:
		return 1;
	default:
		return 0;
	}
}

VERDICT_INLINE void packet_copy_address(__be32 to[4], const __be32 from[4])
{
	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
	to[3] = from[3];
}

VERDICT_INLINE int packet_same_address(const __be32 a[4], const __be32 b[4])
{
	return !((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]));
}

VERDICT_INLINE int packet_parse_ip6(struct packet_cursor *cursor, struct packet *packet)
{
	const struct packet_ip6 *ip = packet_take(cursor, sizeof(*ip));

	if (!ip || PACKET_BE32(ip->version_flow) >> 28 != 6)
		return VERDICT_MALFORMED;
	if (!cursor->is_inner && sizeof(*ip) + PACKET_BE16(ip->size) > cursor->left)
		return VERDICT_MALFORMED;
	packet->key.family = 6;
	packet_copy_address(packet->key.addr[0], cursor->sender ? ip->dst : ip->src);
	packet_copy_address(packet->key.addr[1], cursor->sender ? ip->src : ip->dst);
	packet->hop_limit = ip->hop_limit;
	if (ip->next == PACKET_PROTOCOL_FRAGMENT)
		return VERDICT_FRAGMENT;
	if (packet_is_extension(ip->next))
		return VERDICT_EXTENSION_HEADER;
	return packet_parse_transport(cursor, packet, ip->next, PACKET_BE16(ip->size));
}

/*
 * The cursor is behind the header of an ICMP error: the packet that caused it follows, sent by whom
 * the error goes to.
 */
VERDICT_INLINE int packet_parse_error(struct packet_cursor *cursor, struct packet *packet)
{
	const __u32 from = cursor->sender;
	struct packet inner = {0};
	int reason, same[2];

	cursor->is_inner = 1;
	cursor->sender = !from;
	reason = packet->key.family == 4 ? packet_parse_ip4(cursor, &inner)
					 : packet_parse_ip6(cursor, &inner);
	same[0] = packet_same_address(inner.key.addr[0], packet->key.addr[0]);
	same[1] = packet_same_address(inner.key.addr[1], packet->key.addr[1]);
	if (reason || !(from ? same[0] : same[1]))
		return VERDICT_UNRELATED;
	if (!(from ? same[1] : same[0]))
		packet->flags |= PACKET_ROUTER;
	packet->key = inner.key;
	return 0;
}

/*
 * Parses a frame of `size` bytes, of which [data, end) are in memory, that the `sender` end of its
 * flow sent. 0; or VERDICT_NEIGHBOUR: ARP, which passes; or the reason to drop it, with `packet` as
 * far as it was read. IP headers are expected to be 4-byte aligned, unless the machine does not
 * mind.
 */
VERDICT_INLINE int packet_parse(const void *data, const void *end, __u32 size, __u32 sender,
				struct packet *packet)
{
	const struct packet_ethernet *ethernet;
	struct packet_cursor cursor = {.at = data, .end = end, .sender = sender & 1};
	int reason;

	*packet = (struct packet){0};
	ethernet = packet_take(&cursor, sizeof(*ethernet));
	if (!ethernet)
		return VERDICT_MALFORMED;
	cursor.left = size - sizeof(*ethernet);
	if (ethernet->type == PACKET_BE16(PACKET_ETHER_IP4))
		reason = packet_parse_ip4(&cursor, packet);
	else if (ethernet->type == PACKET_BE16(PACKET_ETHER_IP6))
		reason = packet_parse_ip6(&cursor, packet);
	else
		return ethernet->type == PACKET_BE16(PACKET_ETHER_ARP) ? VERDICT_NEIGHBOUR
								       : VERDICT_NOT_IP;
	if (!reason && packet->flags & PACKET_ERROR)
		reason = packet_parse_error(&cursor, packet);
	return reason;
}
