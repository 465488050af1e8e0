/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/frame.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

static uint8_t *add(struct frame *frame, size_t size)
{
	uint8_t *at = frame->bytes + frame->size;

	assert(frame->size + size <= sizeof(frame->bytes));
	frame->size += size;
	return at;
}

static void add16(struct frame *frame, uint32_t value)
{
	uint8_t *at = add(frame, 2);

	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void add_address(struct frame *frame, const char *text)
{
	if (strchr(text, ':'))
		assert(inet_pton(AF_INET6, text, add(frame, 16)) == 1);
	else
		assert(inet_pton(AF_INET, text, add(frame, 4)) == 1);
}

/* RFC 9293, section 3.1. */
static void add_tcp(struct frame *frame, const struct frame_spec *spec)
{
	add16(frame, spec->sport);
	add16(frame, spec->dport);
	add(frame, 8);
	add16(frame, (5u + spec->tcp_options / 4u) << 12 | spec->tcp_flags);
	add(frame, 6 + spec->tcp_options + spec->payload);
}

/* RFC 768. */
static void add_udp(struct frame *frame, const struct frame_spec *spec)
{
	add16(frame, spec->sport);
	add16(frame, spec->dport);
	add16(frame, (uint32_t)(8 + spec->payload));
	add(frame, 2 + spec->payload);
}

/* RFC 9260, section 3: a common header and a chunk's. */
static void add_sctp(struct frame *frame, const struct frame_spec *spec)
{
	add16(frame, spec->sport);
	add16(frame, spec->dport);
	add(frame, 8);
	add16(frame, (uint32_t)spec->chunk << 8);
	add16(frame, (uint32_t)(4 + spec->payload));
	add(frame, spec->payload);
}

/* RFC 792, RFC 4443; the target of neighbour discovery from RFC 4861, section 4. */
static void add_icmp(struct frame *frame, const struct frame_spec *spec)
{
	add16(frame, (uint32_t)spec->type << 8 | spec->code);
	add(frame, 2);
	add16(frame, spec->id);
	add(frame, 2);
	if (spec->target)
		add_address(frame, spec->target);
	if (spec->inner)
		memcpy(add(frame, spec->inner->size - 14), spec->inner->bytes + 14,
		       spec->inner->size - 14);
	add(frame, spec->payload);
}

static void add_transport(struct frame *frame, const struct frame_spec *spec)
{
	if (spec->protocol == IPPROTO_TCP)
		add_tcp(frame, spec);
	else if (spec->protocol == IPPROTO_UDP)
		add_udp(frame, spec);
	else if (spec->protocol == IPPROTO_SCTP)
		add_sctp(frame, spec);
	else if (spec->protocol == IPPROTO_ICMP || spec->protocol == IPPROTO_ICMPV6)
		add_icmp(frame, spec);
	else
		add(frame, spec->payload);
}

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 791, section 3.1. */
static void add_ip4(struct frame *frame, const struct frame_spec *spec)
{
	const size_t start = frame->size;

	*add(frame, 1) = (uint8_t)(0x45 + spec->ip_options / 4);
	add(frame, 5);
	add16(frame, spec->fragment);
	*add(frame, 1) = spec->hop_limit ? spec->hop_limit : 64;
	*add(frame, 1) = spec->protocol;
	add(frame, 2);
	add_address(frame, spec->src);
	add_address(frame, spec->dst);
	add(frame, spec->ip_options);
	add_transport(frame, spec);
	put16(frame->bytes + start + 2, frame->size - start);
}

/* RFC 8200, section 3. */
static void add_ip6(struct frame *frame, const struct frame_spec *spec)
{
	const size_t start = frame->size;

	*add(frame, 6) = 0x60;
	*add(frame, 1) = spec->protocol;
	*add(frame, 1) = spec->hop_limit ? spec->hop_limit : 64;
	add_address(frame, spec->src);
	add_address(frame, spec->dst);
	add_transport(frame, spec);
	put16(frame->bytes + start + 4, frame->size - start - 40);
}

struct frame frame_make(const struct frame_spec *spec)
{
	const int is_v6 = spec->src && strchr(spec->src, ':');
	struct frame frame = {0};

	add(&frame, 12);
	if (spec->ethertype)
		add16(&frame, spec->ethertype);
	else
		add16(&frame, is_v6 ? 0x86dd : 0x0800);
	if (!spec->src)
		add(&frame, spec->payload);
	else if (is_v6)
		add_ip6(&frame, spec);
	else
		add_ip4(&frame, spec);
	return frame;
}
