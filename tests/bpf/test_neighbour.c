/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbour discovery, and ICMP redirects: who may tell whom where somebody is. */
#include "lib/hooked.h"
#include "lib/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define POD "fd00::1"
#define NODE "fd00::ffff"
#define LOCAL "fe80::1"
#define OTHER "fd00::9"
#define GROUP "ff02::1"

enum { RS = 133, RA = 134, NS = 135, NA = 136, REDIRECT = 137 };
enum { SENT, FROM_NODE, FROM_WIRE };

struct row {
	const char *name;
	int way;
	uint8_t type;
	const char *src, *target;
	uint8_t hop_limit;
	int fate;
};

static const struct row rows[] = {
	{"RS", SENT, RS, LOCAL, NULL, 255, PASSED},
	{"RS without an address", SENT, RS, "::", NULL, 255, PASSED},
	{"RS of the pod's address", SENT, RS, POD, NULL, 255, PASSED},
	{"RS of another", SENT, RS, OTHER, NULL, 255, DROPPED(SPOOFED)},
	{"RS from afar", SENT, RS, LOCAL, NULL, 254, DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"NS", SENT, NS, POD, NODE, 255, PASSED},
	{"NS from a link-local address", SENT, NS, LOCAL, NODE, 255, PASSED},
	{"NS of another", SENT, NS, OTHER, NODE, 255, DROPPED(SPOOFED)},
	{"NS from afar", SENT, NS, POD, NODE, 64, DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"duplicate address detection", SENT, NS, "::", POD, 255, PASSED},
	{"the same, link-local", SENT, NS, "::", LOCAL, 255, PASSED},
	{"the same, of another's address", SENT, NS, "::", OTHER, 255, DROPPED(SPOOFED)},
	{"NA", SENT, NA, POD, POD, 255, PASSED},
	{"NA, link-local", SENT, NA, LOCAL, LOCAL, 255, PASSED},
	{"NA of another's address", SENT, NA, POD, OTHER, 255, DROPPED(SPOOFED)},
	{"NA in another's name", SENT, NA, OTHER, POD, 255, DROPPED(SPOOFED)},
	{"NA from afar", SENT, NA, POD, POD, 1, DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"NA without its target", SENT, NA, POD, NULL, 255, DROPPED(MALFORMED)},
	{"RA", SENT, RA, LOCAL, NULL, 255, DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"a redirect", SENT, REDIRECT, LOCAL, OTHER, 255, DROPPED(NEIGHBOUR_FORBIDDEN)},

	{"RA of the node", FROM_NODE, RA, LOCAL, NULL, 255, PASSED},
	{"RA of the wire", FROM_WIRE, RA, LOCAL, NULL, 255, DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"a redirect of the node", FROM_NODE, REDIRECT, LOCAL, OTHER, 255, PASSED},
	{"a redirect of the wire", FROM_WIRE, REDIRECT, LOCAL, OTHER, 255,
	 DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"RS of the wire", FROM_WIRE, RS, LOCAL, NULL, 255, DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"NS of the node", FROM_NODE, NS, LOCAL, POD, 255, PASSED},
	{"NS over a bridge", FROM_WIRE, NS, OTHER, POD, 255, PASSED},
	{"NA of the node", FROM_NODE, NA, LOCAL, NODE, 255, PASSED},
	{"NA over a bridge", FROM_WIRE, NA, OTHER, OTHER, 255, PASSED},
	{"NA from afar to the pod", FROM_NODE, NA, LOCAL, NODE, 254, DROPPED(NEIGHBOUR_FORBIDDEN)},
	{"NS from afar to the pod", FROM_WIRE, NS, OTHER, POD, 63, DROPPED(NEIGHBOUR_FORBIDDEN)},
};

static int fate_of(struct hooked *hooked, int way, const struct frame *frame)
{
	return hooked_fate(hooked, way == SENT ? hooked_send(hooked, frame)
				   : way == FROM_NODE
					   ? hooked_receive(hooked, frame, HOOKED_FROM_NODE)
					   : hooked_receive(hooked, frame, HOOKED_FROM_WIRE));
}

static void test_rows(struct hooked *hooked)
{
	for (size_t i = 0; i < N(rows); i++) {
		const struct row *row = &rows[i];
		const struct frame frame =
			FRAME(.src = row->src, .dst = row->way == SENT ? GROUP : POD,
			      .protocol = IPPROTO_ICMPV6, .type = row->type,
			      .hop_limit = row->hop_limit, .target = row->target);

		ok_int(fate_of(hooked, row->way, &frame), row->fate, "%s", row->name);
	}
}

static void test_redirect4(struct hooked *hooked)
{
	const struct frame out =
		FRAME(.src = "10.0.0.1", .dst = "10.0.0.254", .protocol = IPPROTO_ICMP, .type = 5);
	const struct frame in =
		FRAME(.src = "10.0.0.254", .dst = "10.0.0.1", .protocol = IPPROTO_ICMP, .type = 5);

	ok_int(fate_of(hooked, SENT, &out), DROPPED(NEIGHBOUR_FORBIDDEN), "an IPv4 redirect");
	ok_int(fate_of(hooked, FROM_NODE, &in), PASSED, "an IPv4 redirect of the node");
	ok_int(fate_of(hooked, FROM_WIRE, &in), DROPPED(NEIGHBOUR_FORBIDDEN),
	       "an IPv4 redirect of the wire");
}

/* A pod is found on its link, and finds its link-local address, before its verdicts are in. */
static void test_no_table(struct hooked *hooked)
{
	const struct frame local = FRAME(.src = LOCAL, .dst = GROUP, .protocol = IPPROTO_ICMPV6,
					 .type = NS, .hop_limit = 255, .target = NODE);
	const struct frame own = FRAME(.src = POD, .dst = GROUP, .protocol = IPPROTO_ICMPV6,
				       .type = NS, .hop_limit = 255, .target = NODE);

	ok_int(fate_of(hooked, SENT, &local), PASSED, "link-local without a table");
	ok_int(fate_of(hooked, SENT, &own), DROPPED(SPOOFED), "whose address, without a table");
}

int main(void)
{
	struct hooked hooked;

	hooked_open(&hooked, NULL);
	test_no_table(&hooked);
	table_build_pod(hooked.build, "10.0.0.1", HOOKED_POD, 1);
	table_build_pod(hooked.build, POD, HOOKED_POD, 1);
	table_build_pod(hooked.build, OTHER, 2, 1);
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW);
	hooked_swap(&hooked);
	test_rows(&hooked);
	test_redirect4(&hooked);
	hooked_close(&hooked);
	return tap_done();
}
