/* SPDX-License-Identifier: Apache-2.0 */
/* Every kind of frame, cut off at every byte: dropped, with a reason, and never anything else. */
#include "lib/hooked.h"
#include "lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define ETHERNET 14
#define NET_IP_ALIGN 2 /* linux/skbuff.h */

#define V4 .src = "10.0.0.1", .dst = "10.0.1.2"
#define V6 .src = "fd00::1", .dst = "fd00::2"

static struct frame inner4, inner6;

static const struct row {
	const char *name;
	struct frame_spec spec;
} rows[] = {
	{"TCP", {V4, .protocol = IPPROTO_TCP, .tcp_flags = FRAME_SYN, .tcp_options = 12}},
	{"TCP with IP options",
	 {V4, .protocol = IPPROTO_TCP, .tcp_flags = FRAME_ACK, .ip_options = 8, .payload = 3}},
	{"TCP, v6", {V6, .protocol = IPPROTO_TCP, .tcp_flags = FRAME_SYN, .tcp_options = 12}},
	{"UDP", {V4, .protocol = IPPROTO_UDP, .payload = 5}},
	{"UDP, v6", {V6, .protocol = IPPROTO_UDP, .payload = 5}},
	{"SCTP", {V4, .protocol = IPPROTO_SCTP, .chunk = 1, .payload = 16}},
	{"SCTP, v6", {V6, .protocol = IPPROTO_SCTP, .payload = 16}},
	{"ping", {V4, .protocol = IPPROTO_ICMP, .type = 8, .payload = 8}},
	{"ping, v6", {V6, .protocol = IPPROTO_ICMPV6, .type = 128, .payload = 8}},
	{"GRE", {V4, .protocol = 47, .payload = 8}},
	{"an ICMP error", {V4, .protocol = IPPROTO_ICMP, .type = 3, .inner = &inner4}},
	{"an ICMP error, v6", {V6, .protocol = IPPROTO_ICMPV6, .type = 1, .inner = &inner6}},
};

static size_t header_size(const struct row *row)
{
	return row->spec.src[4] == ':' ? 40 : 20 + row->spec.ip_options;
}

/*
 * A packet as it lies in the kernel's memory: its IP header is aligned, and nothing is behind it.
 */
static int parse_cut(const struct frame *frame, size_t size, struct packet *packet)
{
	unsigned char *memory = malloc(NET_IP_ALIGN + size);
	int reason;

	if (!memory)
		abort();
	memcpy(memory + NET_IP_ALIGN, frame->bytes, size);
	reason = packet_parse(memory + NET_IP_ALIGN, memory + NET_IP_ALIGN + size, (uint32_t)size,
			      PACKET_NEAR, packet);
	free(memory);
	return reason;
}

/* The IP header knows how long the packet was, so each cut shows. */
static void test_cut(const struct row *row)
{
	struct frame frame = frame_make(&row->spec);
	unsigned int n_wrong = 0;

	for (size_t size = 0; size < frame.size; size++) {
		struct packet packet;
		const int reason = parse_cut(&frame, size, &packet);

		if (reason == VERDICT_MALFORMED)
			continue;
		n_wrong++;
		diag("%s cut to %zu bytes: %d", row->name, size, reason);
	}
	ok_int(n_wrong, 0, "%s, cut at each of %zu bytes", row->name, frame.size);
}

/* The same through both hooks; BPF_PROG_TEST_RUN itself refuses less than an IP header. */
static void test_cut_hooked(struct hooked *hooked, const struct row *row)
{
	struct frame frame = frame_make(&row->spec);
	const size_t size = frame.size;
	unsigned int n_wrong = 0;

	for (frame.size = ETHERNET + header_size(row); frame.size < size; frame.size++) {
		const int sent = hooked_fate(hooked, hooked_send(hooked, &frame));
		const int received =
			hooked_fate(hooked, hooked_receive(hooked, &frame, HOOKED_FROM_WIRE));

		if (sent == DROPPED(MALFORMED) && received == DROPPED(MALFORMED))
			continue;
		n_wrong++;
		diag("%s cut to %zu bytes: %x, %x", row->name, frame.size, sent, received);
	}
	ok_int(n_wrong, 0, "%s, cut, in the kernel", row->name);
}

/* The same with a size in the IP header that agrees with what is there. */
static void test_short(struct hooked *hooked, const struct row *row)
{
	const size_t header = header_size(row);
	const int is_v6 = header == 40;
	struct frame frame = frame_make(&row->spec);
	const size_t size = frame.size;
	unsigned int n_dropped = 0;

	for (frame.size = ETHERNET + header; frame.size < size; frame.size++) {
		uint8_t *ip = frame.bytes + ETHERNET;
		const size_t length = frame.size - ETHERNET - (is_v6 ? header : 0);
		int fate;

		ip[is_v6 ? 4 : 2] = (uint8_t)(length >> 8);
		ip[is_v6 ? 5 : 3] = (uint8_t)length;
		fate = hooked_fate(hooked, hooked_send(hooked, &frame));
		if (fate == DROPPED(MALFORMED) || fate == DROPPED(UNRELATED))
			n_dropped++;
		else if (fate != BEGAN && fate != PASSED)
			diag("%s of %zu bytes: %x", row->name, frame.size, fate);
	}
	ok(n_dropped >= (row->spec.protocol == 47 ? 0 : 8),
	   "%s, consistently too short, at %u of %zu sizes", row->name, n_dropped, size);
}

int main(void)
{
	struct hooked hooked;

	hooked_open(&hooked, NULL);
	/* A flow to the pod, and the error that the pod would send about it. */
	inner4 = FRAME(.src = "10.0.1.2", .dst = "10.0.0.1", .protocol = IPPROTO_TCP);
	inner6 = FRAME(.src = "fd00::2", .dst = "fd00::1", .protocol = IPPROTO_UDP, .payload = 8);
	table_build_pod(hooked.build, "10.0.0.1", HOOKED_POD, 1);
	table_build_pod(hooked.build, "fd00::1", HOOKED_POD, 1);
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW);
	hooked_swap(&hooked);
	for (size_t i = 0; i < N(rows); i++) {
		test_cut(&rows[i]);
		test_cut_hooked(&hooked, &rows[i]);
		test_short(&hooked, &rows[i]);
	}
	hooked_close(&hooked);
	return tap_done();
}
