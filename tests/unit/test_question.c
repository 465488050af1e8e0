/* SPDX-License-Identifier: Apache-2.0 */
/* Ports of questions as people write them, and port sets as people read them. */
#include "analyze/question.h"
#include "analyze/text.h"
#include "base/arena.h"
#include "lib/tap.h"

static const struct {
	const char *text;
	const char *formatted; /* NULL: refused */
	uint8_t space;
	uint16_t first;
	uint16_t last;
} ports[] = {
	{"5432/TCP", "5432/TCP", PORT_TCP, 5432, 5432},
	{"5432", "5432/TCP", PORT_TCP, 5432, 5432},
	{"53/udp", "53/UDP", PORT_UDP, 53, 53},
	{"1", "1/TCP", PORT_TCP, 1, 1},
	{"65535/SCTP", "65535/SCTP", PORT_SCTP, 65535, 65535},
	{"00080", "80/TCP", PORT_TCP, 80, 80},
	{"80-90", "80-90/TCP", PORT_TCP, 80, 90},
	{"80-80/UDP", "80/UDP", PORT_UDP, 80, 80},
	{"http", "http/TCP", PORT_TCP, 0, 0},
	{"dns-tcp/UDP", "dns-tcp/UDP", PORT_UDP, 0, 0},
	{"8443-alt", "8443-alt/TCP", PORT_TCP, 0, 0},
	{"8/ICMP", "8/ICMP", PORT_ICMP, 8 << 8, 8 << 8 | 255},
	{"0/ICMP", "0/ICMP", PORT_ICMP, 0, 255},
	{"3:1/ICMP", "3:1/ICMP", PORT_ICMP, 3 << 8 | 1, 3 << 8 | 1},
	{"128:0/icmpv6", "128:0/ICMPv6", PORT_ICMPV6, 128 << 8, 128 << 8},
	{"128-129/icmpv6", "128-129/ICMPv6", PORT_ICMPV6, 128 << 8, 129 << 8 | 255},
	{"47/OTHER", "47/OTHER", PORT_OTHER, 47, 47},
	{"tcp", "TCP", PORT_TCP, 0, 65535},
	{"ICMPv6", "ICMPv6", PORT_ICMPV6, 0, 65535},
	{"other", "OTHER", PORT_OTHER, 0, 255},
	{"", "any port", 0, 0, 0},
	{"0", NULL, 0, 0, 0},
	{"65536", NULL, 0, 0, 0},
	{"99999999999999999999", NULL, 0, 0, 0},
	{"-1", NULL, 0, 0, 0},
	{"+1", NULL, 0, 0, 0},
	{"90-80", NULL, 0, 0, 0},
	{"80-", NULL, 0, 0, 0},
	{"80,443", NULL, 0, 0, 0},
	{"256/ICMP", NULL, 0, 0, 0},
	{"3:256/ICMP", NULL, 0, 0, 0},
	{"3:/ICMP", NULL, 0, 0, 0},
	{"3:1:1/ICMP", NULL, 0, 0, 0},
	{"80:1/TCP", NULL, 0, 0, 0},
	{"ping/ICMP", NULL, 0, 0, 0},
	{"80/", NULL, 0, 0, 0},
	{"/TCP", NULL, 0, 0, 0},
	{"80/TCP/UDP", NULL, 0, 0, 0},
	{"80/IGMP", NULL, 0, 0, 0},
	{"ht tp", NULL, 0, 0, 0},
};

static void check_ports(struct arena *arena)
{
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		struct analyze_port port = {0};
		struct diag_list diags;
		bool is_read;

		diag_list_init(&diags, arena);
		is_read = analyze_port_parse(ports[i].text, &diags, &port);
		ok_int(diags.n_errors, !is_read, "'%s': an error, or none", ports[i].text);
		ok_str(is_read ? analyze_port_format(&port, arena) : NULL, ports[i].formatted,
		       "'%s'", ports[i].text);
		if (is_read)
			ok(port.range.space == ports[i].space &&
				   port.range.first == ports[i].first &&
				   port.range.last == ports[i].last,
			   "'%s': its numbers", ports[i].text);
	}
}

#define ALL(space) \
	{ \
		PORT_##space, 0, 65535 \
	}

static const struct {
	const char *text;
	struct port_range ranges[6];
	size_t n;
} sets[] = {
	{"no port", {{0}}, 0},
	{"TCP 80", {{PORT_TCP, 80, 80}}, 1},
	{"TCP 80-81,90; UDP 53", {{PORT_UDP, 53, 53}, {PORT_TCP, 90, 90}, {PORT_TCP, 80, 81}}, 3},
	{"TCP; UDP 1-65535", {ALL(TCP), {PORT_UDP, 1, 65535}}, 2},
	{"ICMP 8", {{PORT_ICMP, 8 << 8, 8 << 8 | 255}}, 1},
	{"ICMP 3:0-3:3,8", {{PORT_ICMP, 3 << 8, 3 << 8 | 3}, {PORT_ICMP, 8 << 8, 8 << 8 | 255}}, 2},
	{"OTHER", {{PORT_OTHER, 0, 255}}, 1},
	{"all ports",
	 {ALL(TCP), ALL(UDP), ALL(SCTP), ALL(ICMP), ALL(ICMPV6), {PORT_OTHER, 0, 255}},
	 6},
	{"all ports", {ALL(TCP), ALL(UDP), ALL(SCTP), ALL(ICMP), {PORT_OTHER, 0, 255}}, 5},
	{"all ports", {ALL(TCP), ALL(UDP), ALL(SCTP), ALL(ICMPV6), {PORT_OTHER, 0, 255}}, 5},
	{"TCP; UDP; SCTP; OTHER", {ALL(TCP), ALL(UDP), ALL(SCTP), {PORT_OTHER, 0, 255}}, 4},
	{"TCP; UDP; SCTP; ICMP 8:0; ICMPv6; OTHER",
	 {ALL(TCP),
	  ALL(UDP),
	  ALL(SCTP),
	  {PORT_ICMP, 8 << 8, 8 << 8},
	  ALL(ICMPV6),
	  {PORT_OTHER, 0, 255}},
	 6},
};

static void check_texts(void)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct port_set set = {0};
		struct strbuf text = {0};

		for (size_t j = 0; j < sets[i].n; j++)
			port_set_add(&set, sets[i].ranges[j]);
		analyze_ports_text(&set, &text);
		ok_str(strbuf_str(&text), sets[i].text, "a set of %zu ranges", sets[i].n);
		strbuf_release(&text);
		port_set_release(&set);
	}
}

int main(void)
{
	struct arena arena;

	arena_init(&arena);
	check_ports(&arena);
	check_texts();
	arena_release(&arena);
	return tap_done();
}
