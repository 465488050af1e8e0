/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the program of bench/packets.bpf.c and bench/kernel.c share. */
#pragma once

#include <linux/types.h>

#define PACKETS_N 16384u /* a power of two */

/* What differs from one TCP packet of a pod to the next; as on the wire. */
struct packets_flow {
	__be32 src;
	__be32 dst;
	__be16 sport;
	__be16 dport;
	__u8 tcp_flags;
	__u8 pad[3];
};

/* Ethernet, IPv4 and TCP without options. */
#define PACKETS_SIZE (14 + 20 + 20)
