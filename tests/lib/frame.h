/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethernet frames for tests, written field by field from the RFCs. Shares no code with
 * bpf/packet.h. Checksums are 0: the hooks do not look at them.
 */
#pragma once

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX 1024

struct frame {
	uint8_t bytes[FRAME_MAX];
	size_t size;
};

/* What a frame is to be; of most fields 0 is a sensible value. */
struct frame_spec {
	const char *src, *dst;     /* both of one family */
	uint16_t ethertype;        /* instead of the family's */
	uint8_t protocol;          /* IPPROTO_TCP, … */
	uint16_t sport, dport;     /* TCP, UDP, SCTP */
	uint8_t tcp_flags;         /* FRAME_SYN … */
	uint8_t tcp_options;       /* bytes, a multiple of 4 */
	uint8_t chunk;             /* SCTP: type of the first chunk */
	uint8_t type, code;        /* ICMP */
	uint16_t id;               /* ICMP echo */
	uint8_t hop_limit;         /* 0: 64 */
	uint8_t ip_options;        /* bytes after the IPv4 header, a multiple of 4 */
	uint16_t fragment;         /* the IPv4 field: flags and offset */
	const struct frame *inner; /* ICMP error: the frame it is about */
	const char *target;        /* neighbour discovery */
	size_t payload;            /* bytes after the transport header */
};

enum { FRAME_FIN = 1, FRAME_SYN = 2, FRAME_RST = 4, FRAME_ACK = 16 };

struct frame frame_make(const struct frame_spec *spec);

#define FRAME(...) frame_make(&(struct frame_spec){__VA_ARGS__})
