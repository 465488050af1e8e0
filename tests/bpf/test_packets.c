/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden packets: what the parser makes of each kind of frame, under a table that allows
 * everything.
 */
#include "lib/hooked.h"
#include "lib/tap.h"

#include <arpa/inet.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define POD "10.0.0.1"
#define POD6 "fd00::1"
#define PEER "10.0.1.2"
#define PEER6 "fd00::2"
#define NEAR "10.0.0.9" /* a pod of this node */

enum { FROM = EVENT_FROM_POD, TO = EVENT_TO_POD };

struct row {
	const char *name;
	int hook;
	struct frame_spec spec;
	int fate;
	uint8_t space; /* of a flow that began */
	uint16_t port; /* its target's */
};

#define OUT(...) \
	FROM, \
	{ \
		.src = POD, .dst = PEER, __VA_ARGS__ \
	}
#define OUT6(...) \
	FROM, \
	{ \
		.src = POD6, .dst = PEER6, __VA_ARGS__ \
	}
#define IN(...) \
	TO, \
	{ \
		.src = PEER, .dst = POD, __VA_ARGS__ \
	}

/* Each row has its own ports, so that none meets the flow of another. */
static const struct row rows[] = {
	{"TCP SYN", OUT(.protocol = IPPROTO_TCP, .sport = 1, .dport = 80, .tcp_flags = FRAME_SYN),
	 BEGAN, VERDICT_TCP, 80},
	{"TCP SYN, v6",
	 OUT6(.protocol = IPPROTO_TCP, .sport = 1, .dport = 80, .tcp_flags = FRAME_SYN), BEGAN,
	 VERDICT_TCP, 80},
	{"TCP SYN to the pod",
	 IN(.protocol = IPPROTO_TCP, .sport = 2, .dport = 443, .tcp_flags = FRAME_SYN), BEGAN,
	 VERDICT_TCP, 443},
	{"TCP with options",
	 OUT(.protocol = IPPROTO_TCP, .sport = 3, .dport = 81, .tcp_flags = FRAME_SYN,
	     .tcp_options = 40),
	 BEGAN, VERDICT_TCP, 81},
	{"IPv4 options",
	 OUT(.protocol = IPPROTO_TCP, .sport = 4, .dport = 82, .tcp_flags = FRAME_SYN,
	     .ip_options = 40),
	 BEGAN, VERDICT_TCP, 82},
	{"a TCP segment from the middle",
	 OUT(.protocol = IPPROTO_TCP, .sport = 5000, .dport = 83, .tcp_flags = FRAME_ACK,
	     .payload = 100),
	 BEGAN, VERDICT_TCP, 83},
	{"UDP", OUT(.protocol = IPPROTO_UDP, .sport = 1, .dport = 53), BEGAN, VERDICT_UDP, 53},
	{"UDP, v6", OUT6(.protocol = IPPROTO_UDP, .sport = 1, .dport = 53, .payload = 9), BEGAN,
	 VERDICT_UDP, 53},
	{"SCTP INIT", OUT(.protocol = IPPROTO_SCTP, .sport = 1, .dport = 9, .chunk = 1), BEGAN,
	 VERDICT_SCTP, 9},
	{"SCTP DATA, v6", OUT6(.protocol = IPPROTO_SCTP, .sport = 1, .dport = 9), BEGAN,
	 VERDICT_SCTP, 9},
	{"ping", OUT(.protocol = IPPROTO_ICMP, .type = 8, .id = 7), BEGAN, VERDICT_ICMP, 8 << 8},
	{"ping, v6", OUT6(.protocol = IPPROTO_ICMPV6, .type = 128, .id = 7), BEGAN, VERDICT_ICMPV6,
	 128 << 8},
	{"an echo request of an unknown code", OUT(.protocol = IPPROTO_ICMP, .type = 8, .code = 1),
	 BEGAN, VERDICT_ICMP, 8 << 8 | 1},
	{"an ICMP message", OUT(.protocol = IPPROTO_ICMP, .type = 13), BEGAN, VERDICT_ICMP,
	 13 << 8},
	{"an echo reply that nobody asked for", OUT(.protocol = IPPROTO_ICMP, .type = 0, .id = 99),
	 BEGAN, VERDICT_ICMP, 0},
	{"the same, v6", OUT6(.protocol = IPPROTO_ICMPV6, .type = 129, .id = 99), BEGAN,
	 VERDICT_ICMPV6, 129 << 8},
	{"GRE", OUT(.protocol = 47, .payload = 4), BEGAN, VERDICT_OTHER, 47},
	{"ESP, v6", OUT6(.protocol = 50, .payload = 8), BEGAN, VERDICT_OTHER, 50},
	{"ICMPv6 over v4 is just a number", OUT(.protocol = IPPROTO_ICMPV6, .type = 128), BEGAN,
	 VERDICT_OTHER, 58},
	{"ICMP over v6 is just a number", OUT6(.protocol = IPPROTO_ICMP, .type = 8), BEGAN,
	 VERDICT_OTHER, 1},

	{"ARP", FROM, {.ethertype = 0x0806, .payload = 28}, PASSED, 0, 0},
	{"ARP to the pod", TO, {.ethertype = 0x0806, .payload = 28}, PASSED, 0, 0},
	{"an 802.1Q tag", FROM, {.ethertype = 0x8100, .payload = 60}, DROPPED(NOT_IP), 0, 0},
	{"an 802.3 length", FROM, {.ethertype = 40, .payload = 40}, DROPPED(NOT_IP), 0, 0},
	{"LLDP", FROM, {.ethertype = 0x88cc, .payload = 40}, DROPPED(NOT_IP), 0, 0},
	{"v6 in a v4 frame", OUT6(.ethertype = 0x0800, .protocol = IPPROTO_UDP), DROPPED(MALFORMED),
	 0, 0},
	{"v4 in a v6 frame", OUT(.ethertype = 0x86dd, .protocol = IPPROTO_UDP, .payload = 40),
	 DROPPED(MALFORMED), 0, 0},
	{"the first fragment", OUT(.protocol = IPPROTO_UDP, .fragment = 0x2000), DROPPED(FRAGMENT),
	 0, 0},
	{"a later fragment", OUT(.protocol = IPPROTO_UDP, .fragment = 1), DROPPED(FRAGMENT), 0, 0},
	{"don't fragment",
	 OUT(.protocol = IPPROTO_UDP, .sport = 2, .dport = 54, .fragment = 0x4000), BEGAN,
	 VERDICT_UDP, 54},
	{"a fragment header", OUT6(.protocol = 44, .payload = 8), DROPPED(FRAGMENT), 0, 0},
	{"hop-by-hop options", OUT6(.protocol = 0, .payload = 8), DROPPED(EXTENSION_HEADER), 0, 0},
	{"a routing header", OUT6(.protocol = 43, .payload = 8), DROPPED(EXTENSION_HEADER), 0, 0},
	{"destination options", OUT6(.protocol = 60, .payload = 8), DROPPED(EXTENSION_HEADER), 0,
	 0},
	{"an authentication header", OUT6(.protocol = 51, .payload = 8), DROPPED(EXTENSION_HEADER),
	 0, 0},
	{"a mobility header", OUT6(.protocol = 135, .payload = 8), DROPPED(EXTENSION_HEADER), 0, 0},
	{"HIP", OUT6(.protocol = 139, .payload = 8), DROPPED(EXTENSION_HEADER), 0, 0},
	{"AH over v4 is just a number", OUT(.protocol = 51, .payload = 8), BEGAN, VERDICT_OTHER,
	 51},

	{"another's source",
	 FROM,
	 {.src = PEER, .dst = NEAR, .protocol = IPPROTO_UDP},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"a neighbour pod's source",
	 FROM,
	 {.src = NEAR, .dst = PEER, .protocol = IPPROTO_UDP},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"an unknown source",
	 FROM,
	 {.src = "1.2.3.4", .dst = PEER, .protocol = IPPROTO_UDP},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"a forged SYN",
	 FROM,
	 {.src = NEAR,
	  .dst = PEER,
	  .protocol = IPPROTO_TCP,
	  .sport = 1,
	  .dport = 80,
	  .tcp_flags = FRAME_SYN},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"a forged segment",
	 FROM,
	 {.src = NEAR,
	  .dst = PEER,
	  .protocol = IPPROTO_TCP,
	  .sport = 1,
	  .dport = 80,
	  .tcp_flags = FRAME_ACK},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"a forged source, v6",
	 FROM,
	 {.src = "fd00::9", .dst = PEER6, .protocol = IPPROTO_UDP},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"a link-local source",
	 FROM,
	 {.src = "fe80::1", .dst = PEER6, .protocol = IPPROTO_UDP},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"no source",
	 FROM,
	 {.src = "0.0.0.0", .dst = "255.255.255.255", .protocol = IPPROTO_UDP},
	 DROPPED(SPOOFED),
	 0,
	 0},
	{"for somebody else",
	 TO,
	 {.src = PEER, .dst = NEAR, .protocol = IPPROTO_UDP},
	 DROPPED(MISDIRECTED),
	 0,
	 0},
	{"a multicast to the pod",
	 TO,
	 {.src = PEER, .dst = "224.0.0.251", .protocol = IPPROTO_UDP},
	 DROPPED(MISDIRECTED),
	 0,
	 0},
	{"an address that two pods claim",
	 FROM,
	 {.src = POD, .dst = "10.6.6.6", .protocol = IPPROTO_UDP},
	 DROPPED(ADDRESS_CONFLICT),
	 0,
	 0},
	{"from such an address",
	 FROM,
	 {.src = "10.6.6.6", .dst = PEER, .protocol = IPPROTO_UDP},
	 DROPPED(ADDRESS_CONFLICT),
	 0,
	 0},
};

static void test_rows(struct hooked *hooked)
{
	for (size_t i = 0; i < N(rows); i++) {
		const struct row *row = &rows[i];
		const struct frame frame = frame_make(&row->spec);
		const bool passed = row->hook == FROM
					    ? hooked_send(hooked, &frame)
					    : hooked_receive(hooked, &frame, HOOKED_FROM_WIRE);

		ok_int(hooked_fate(hooked, passed), row->fate, "%s", row->name);
		if (row->fate != BEGAN)
			continue;
		ok_int(hooked->event.space, row->space, "%s: space", row->name);
		ok_int(ntohs(hooked->event.dst_port), row->port, "%s: port", row->name);
	}
}

/* A frame whose lengths say more, or less, than there is. */
static void test_lengths(struct hooked *hooked)
{
	struct frame frame =
		FRAME(.src = POD, .dst = PEER, .protocol = IPPROTO_UDP, .sport = 9, .dport = 99);
	uint8_t *ip = frame.bytes + 14, *udp = ip + 20;

	frame.size += 18; /* Ethernet pads short frames */
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), BEGAN, "padding is no matter");
	udp[1] = 10;
	udp[5] = 9;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED),
	       "a UDP length beyond the packet");
	udp[5] = 7;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED),
	       "a UDP length below its header");
	udp[5] = 8;
	ip[3] = 27;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED),
	       "a total length that cuts the header, though the bytes are there");
	ip[3] = 28;
	ip[0] = 0x44;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED),
	       "a header of 16 bytes");
	ip[0] = 0x4f;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED),
	       "options beyond the packet");
	ip[0] = 0x55;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED), "version 5");
}

static void test_tcp_offset(struct hooked *hooked)
{
	struct frame frame = FRAME(.src = POD, .dst = PEER, .protocol = IPPROTO_TCP,
				   .tcp_flags = FRAME_SYN, .payload = 4);

	frame.bytes[14 + 20 + 12] = 4 << 4;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED),
	       "a TCP header of 16 bytes");
	frame.bytes[14 + 20 + 12] = 7 << 4;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(MALFORMED),
	       "TCP options beyond the packet");
	frame.bytes[14 + 20 + 12] = 6 << 4;
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), BEGAN,
	       "TCP options that just fit");
}

/* What is told about a packet, field by field. */
static void test_event(struct hooked *hooked)
{
	const struct frame frame = FRAME(.src = POD6, .dst = PEER6, .protocol = IPPROTO_TCP,
					 .sport = 4000, .dport = 5432, .tcp_flags = FRAME_SYN);
	const struct event *event = &hooked->event;
	struct in6_addr addr;

	hooked_send(hooked, &frame);
	inet_pton(AF_INET6, POD6, &addr);
	ok(memcmp(event->src, &addr, 16) == 0, "event: source");
	inet_pton(AF_INET6, PEER6, &addr);
	ok(memcmp(event->dst, &addr, 16) == 0, "event: destination");
	ok(event->time != 0, "event: time");
	ok_int(event->version, EVENT_VERSION, "event: version");
	ok_int((int64_t)event->generation, (int64_t)hooked->generation, "event: generation");
	ok_int(ntohs(event->src_port), 4000, "event: source port");
	ok_int(ntohs(event->dst_port), 5432, "event: destination port");
	ok_int(event->family, 6, "event: family");
	ok_int(event->tcp_flags, FRAME_SYN, "event: TCP flags");
	ok_int(event->endpoint, HOOKED_POD, "event: endpoint");
	ok_int(event->ifindex, HOOKED_IFINDEX, "event: interface");
	ok_int(event->size, (int64_t)frame.size, "event: size");
	ok_int(event->hook, EVENT_FROM_POD, "event: hook");
	ok_int(event->action, TABLE_ALLOW, "event: action");
	ok_int(event->reason, VERDICT_RULE, "event: reason");
	ok_int(event->direction, VERDICT_EGRESS, "event: the side that a rule decided");
	ok_int(event->stable_id, table_build_stable_id(HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW),
	       "event: stable id");
	ok(event->outcome[VERDICT_EGRESS] && !event->outcome[VERDICT_INGRESS], "event: outcomes");
	ok_int(event->flags, 0, "event: flags");
}

static void test_no_table(struct hooked *hooked)
{
	const struct frame frame = FRAME(.src = POD, .dst = PEER, .protocol = IPPROTO_UDP);
	const struct frame arp = FRAME(.ethertype = 0x0806, .payload = 28);

	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(NO_TABLE),
	       "from the pod without a table");
	ok_int(hooked_fate(hooked, hooked_receive(hooked, &frame, HOOKED_FROM_NODE)),
	       DROPPED(NO_TABLE), "to the pod without a table");
	ok_int(hooked_fate(hooked, hooked_send(hooked, &arp)), PASSED, "ARP without a table");
}

static void test_no_endpoint(struct hooked *hooked)
{
	const struct frame frame =
		FRAME(.src = POD, .dst = PEER, .protocol = IPPROTO_UDP, .sport = 77);
	struct datapath_counters counters;

	ok_int(datapath_endpoint_remove(hooked->datapath, HOOKED_IFINDEX), 0, "the endpoint goes");
	ok_int(hooked_fate(hooked, hooked_send(hooked, &frame)), DROPPED(NO_ENDPOINT),
	       "a nobody's interface");
	ok_int(datapath_counters(hooked->datapath, &counters), 0, "the counters can be read");
	ok_int((int64_t)counters.dropped[VERDICT_NO_ENDPOINT], 1, "drops are counted by reason");
	ok_int((int64_t)counters.dropped[VERDICT_NO_TABLE], 2, "… each by its own");
	ok_int((int64_t)counters.events_lost, 0, "no event was lost");
}

int main(void)
{
	struct hooked hooked;

	hooked_open(&hooked, NULL);
	test_no_table(&hooked);
	table_build_pod(hooked.build, POD, HOOKED_POD, 1);
	table_build_pod(hooked.build, POD6, HOOKED_POD, 1);
	table_build_pod(hooked.build, PEER, 0, 2);
	table_build_pod(hooked.build, NEAR, 2, 3);
	table_build_pod(hooked.build, "fd00::9", 2, 3);
	table_build_address(hooked.build, "10.6.6.6", TABLE_ADDR_POD | TABLE_ADDR_CLOSED, 0, 0);
	for (uint32_t endpoint = 1; endpoint <= 2; endpoint++) {
		table_build_side(hooked.build, endpoint, VERDICT_EGRESS, TABLE_ALLOW);
		table_build_side(hooked.build, endpoint, VERDICT_INGRESS, TABLE_ALLOW);
	}
	hooked_swap(&hooked);
	test_rows(&hooked);
	test_lengths(&hooked);
	test_tcp_offset(&hooked);
	test_event(&hooked);
	test_no_endpoint(&hooked);
	hooked_close(&hooked);
	return tap_done();
}
