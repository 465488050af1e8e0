/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packet parser on any bytes, against a second one that reads the same from the RFCs in another
 * way: by offsets, one question at a time. They must agree on the reason, and on everything when
 * there is none.
 */
#include "fuzz/fuzz.h"

#include "bpf/packet.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that may end anywhere: what is behind the end is 0, and `is_short` is set for good. */
struct bytes {
	const uint8_t *data;
	size_t size;
	bool is_short;
};

static unsigned int at(struct bytes *bytes, size_t offset)
{
	if (offset < bytes->size)
		return bytes->data[offset];
	bytes->is_short = true;
	return 0;
}

static unsigned int at16(struct bytes *bytes, size_t offset)
{
	return at(bytes, offset) << 8 | at(bytes, offset + 1);
}

/* What the second parser finds: in the order of the wire, not of the pod. */
struct naive {
	uint8_t src[16], dst[16];
	unsigned int family, space, sport, dport, kind, flags, tcp_flags;
	bool is_reply;
};

static void addresses(struct bytes *bytes, size_t offset, size_t size, struct naive *naive)
{
	for (size_t i = 0; i < size; i++) {
		naive->src[i] = (uint8_t)at(bytes, offset + i);
		naive->dst[i] = (uint8_t)at(bytes, offset + size + i);
	}
}

static int naive_icmp(struct bytes *bytes, size_t offset, size_t size, struct naive *naive)
{
	const bool is_v4 = naive->family == 4;
	const unsigned int request = is_v4 ? 8 : 128, reply = is_v4 ? 0 : 129;
	const unsigned int type = at(bytes, offset), code = at(bytes, offset + 1),
			   id = at16(bytes, offset + 4);

	at(bytes, offset + 7);
	if (bytes->is_short || size < 8)
		return VERDICT_MALFORMED;
	naive->sport = naive->dport = type << 8 | code;
	naive->kind = PACKET_MESSAGE;
	if (code == 0 && type == request) {
		naive->kind = PACKET_PING;
		naive->sport = id;
	} else if (code == 0 && type == reply) {
		naive->kind = PACKET_PING;
		naive->is_reply = true;
		naive->sport = request << 8;
		naive->dport = id;
	} else if (is_v4 ? type == 3 || type == 11 || type == 12 : type >= 1 && type <= 4) {
		naive->flags |= PACKET_ERROR;
	} else if (is_v4 ? type == 5 : type >= 133 && type <= 137) {
		naive->flags |= PACKET_NEIGHBOUR;
	}
	return 0;
}

static int naive_ports(struct bytes *bytes, size_t offset, size_t size, bool is_inner,
		       struct naive *naive)
{
	naive->sport = at16(bytes, offset);
	naive->dport = at16(bytes, offset + 2);
	if (bytes->is_short || size < 4)
		return VERDICT_MALFORMED;
	if (is_inner)
		return 0;
	if (naive->space == VERDICT_TCP) {
		const unsigned int header = at(bytes, offset + 12) / 16 * 4;

		naive->tcp_flags = at(bytes, offset + 13);
		at(bytes, offset + 19);
		if (bytes->is_short || header < 20 || header > size)
			return VERDICT_MALFORMED;
		if (naive->tcp_flags & 2 && !(naive->tcp_flags & 16))
			naive->flags |= PACKET_OPENS;
	} else if (naive->space == VERDICT_UDP) {
		const unsigned int length = at16(bytes, offset + 4);

		at(bytes, offset + 7);
		if (bytes->is_short || length < 8 || length > size)
			return VERDICT_MALFORMED;
	} else {
		if (at(bytes, offset + 12) == 1)
			naive->flags |= PACKET_OPENS;
		at(bytes, offset + 15);
		if (bytes->is_short || size < 16)
			return VERDICT_MALFORMED;
	}
	return 0;
}

static int naive_transport(struct bytes *bytes, size_t offset, size_t size, unsigned int protocol,
			   bool is_inner, struct naive *naive)
{
	switch (protocol) {
	case 6:
	case 17:
	case 132:
		naive->space = protocol == 6    ? VERDICT_TCP
			       : protocol == 17 ? VERDICT_UDP
						: VERDICT_SCTP;
		return naive_ports(bytes, offset, size, is_inner, naive);
	case 1:
	case 58:
		if ((protocol == 1) == (naive->family == 4)) {
			naive->space = protocol == 1 ? VERDICT_ICMP : VERDICT_ICMPV6;
			return naive_icmp(bytes, offset, size, naive);
		}
	}
	naive->space = VERDICT_OTHER;
	naive->sport = naive->dport = protocol;
	return 0;
}

static int naive_ip4(struct bytes *bytes, size_t offset, bool is_inner, struct naive *naive)
{
	const unsigned int header = at(bytes, offset) % 16 * 4, total = at16(bytes, offset + 2);

	at(bytes, offset + 19);
	if (bytes->is_short || at(bytes, offset) / 16 != 4 || header < 20 || total < header ||
	    (!is_inner && offset + total > bytes->size))
		return VERDICT_MALFORMED;
	naive->family = 4;
	addresses(bytes, offset + 12, 4, naive);
	if (at16(bytes, offset + 6) & 0x3fff)
		return VERDICT_FRAGMENT;
	at(bytes, offset + header - 1);
	if (bytes->is_short)
		return VERDICT_MALFORMED;
	return naive_transport(bytes, offset + header, total - header, at(bytes, offset + 9),
			       is_inner, naive);
}

static int naive_ip6(struct bytes *bytes, size_t offset, bool is_inner, struct naive *naive)
{
	static const uint8_t extensions[] = {0, 43, 51, 60, 135, 139, 140, 253, 254};
	const unsigned int length = at16(bytes, offset + 4), next = at(bytes, offset + 6);

	at(bytes, offset + 39);
	if (bytes->is_short || at(bytes, offset) / 16 != 6 ||
	    (!is_inner && offset + 40 + length > bytes->size))
		return VERDICT_MALFORMED;
	naive->family = 6;
	addresses(bytes, offset + 8, 16, naive);
	if (next == 44)
		return VERDICT_FRAGMENT;
	if (memchr(extensions, (int)next, sizeof(extensions)))
		return VERDICT_EXTENSION_HEADER;
	return naive_transport(bytes, offset + 40, length, next, is_inner, naive);
}

/* Where the packet inside an ICMP error begins. */
static size_t inner_offset(struct bytes *bytes, unsigned int family)
{
	return 14 + (family == 4 ? at(bytes, 14) % 16 * 4 : 40) + 8;
}

static int naive_error(struct bytes *bytes, struct naive *naive)
{
	const size_t offset = inner_offset(bytes, naive->family);
	struct naive inner = {0};
	const int reason = naive->family == 4 ? naive_ip4(bytes, offset, true, &inner)
					      : naive_ip6(bytes, offset, true, &inner);

	if (reason || memcmp(inner.src, naive->dst, 16) != 0)
		return VERDICT_UNRELATED;
	if (memcmp(inner.dst, naive->src, 16) != 0)
		naive->flags |= PACKET_ROUTER;
	/* A packet of that flow that goes the way the error goes. */
	memcpy(naive->src, inner.dst, 16);
	naive->sport = inner.dport;
	naive->dport = inner.sport;
	naive->space = inner.space;
	naive->kind = inner.kind;
	naive->is_reply = !inner.is_reply;
	return 0;
}

static int naive_parse(struct bytes *bytes, struct naive *naive)
{
	const unsigned int type = at16(bytes, 12);
	int reason;

	if (bytes->is_short)
		return VERDICT_MALFORMED;
	if (type == 0x0800)
		reason = naive_ip4(bytes, 14, false, naive);
	else if (type == 0x86dd)
		reason = naive_ip6(bytes, 14, false, naive);
	else
		return type == 0x0806 ? VERDICT_NEIGHBOUR : VERDICT_NOT_IP;
	return !reason && naive->flags & PACKET_ERROR ? naive_error(bytes, naive) : reason;
}

static void need(bool is_so)
{
	if (!is_so)
		abort();
}

static void compare(const struct packet *packet, const struct naive *naive, unsigned int sender)
{
	const struct flow_key *key = &packet->key;

	need(memcmp(key->addr[sender], naive->src, 16) == 0);
	need(memcmp(key->addr[!sender], naive->dst, 16) == 0);
	need(PACKET_BE16(key->port[sender]) == naive->sport);
	need(PACKET_BE16(key->port[!sender]) == naive->dport);
	need(key->family == naive->family && key->space == naive->space &&
	     key->kind == naive->kind);
	need((packet->flags & ~PACKET_REPLY) == naive->flags);
	need(packet->tcp_flags == naive->tcp_flags);
	if (naive->kind == PACKET_TALK)
		need(!key->icmp_by);
	else
		need(key->icmp_by == (naive->is_reply ? !sender : sender));
	if (!(naive->flags & PACKET_ERROR))
		need(!!(packet->flags & PACKET_REPLY) == naive->is_reply);
}

/* `size` bytes at a place where an IP header is aligned, and nothing behind them. */
static uint8_t *aligned_copy(const uint8_t *data, size_t size, uint8_t **ret_buffer)
{
	*ret_buffer = malloc(size + 2);
	if (!*ret_buffer)
		abort();
	memcpy(*ret_buffer + 2, data, size);
	return *ret_buffer + 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *buffer, *frame;

	if (size > 4096)
		return 0;
	frame = aligned_copy(data, size, &buffer);
	for (unsigned int sender = PACKET_FAR; sender <= PACKET_NEAR; sender++) {
		struct bytes bytes = {.data = frame, .size = size};
		struct naive naive = {0};
		struct packet packet;
		const int reason =
			packet_parse(frame, frame + size, (uint32_t)size, sender, &packet);

		need(reason == naive_parse(&bytes, &naive));
		if (!reason)
			compare(&packet, &naive, sender);
	}
	free(buffer);
	return 0;
}
