/* SPDX-License-Identifier: Apache-2.0 */
/* Conntrack: what passes because of what passed before, and what no longer does. */
#include "lib/hooked.h"
#include "lib/tap.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>

#define POD "10.0.0.1"
#define NEAR "10.0.0.9" /* a pod of this node */
#define PEER "10.0.1.2" /* a pod of another */
#define NODE "10.0.0.254"

enum { CLASS_POD = 1, CLASS_PEER, CLASS_NEAR, CLASS_NODE };
enum { PORT_ANY, PORT_WEB, PORT_DNS, PORT_PING }; /* port classes: the rest, TCP 80, UDP 53, ping */

static struct hooked hooked;

/* A pod without flows, and with nothing allowed. */
static void start(void)
{
	hooked_forget(&hooked);
	for (uint32_t endpoint = 1; endpoint <= 2; endpoint++) {
		table_build_side(hooked.build, endpoint, VERDICT_EGRESS, TABLE_DENY);
		table_build_side(hooked.build, endpoint, VERDICT_INGRESS, TABLE_DENY);
	}
	table_build_pod(hooked.build, POD, HOOKED_POD, CLASS_POD);
	table_build_pod(hooked.build, NEAR, 2, CLASS_NEAR);
}

static void egress(uint32_t port_class, uint32_t peer_class, enum table_action action)
{
	table_build_cell(hooked.build, HOOKED_POD, VERDICT_EGRESS, port_class, peer_class, action);
	hooked_swap(&hooked);
}

static void ingress(uint32_t port_class, uint32_t peer_class, enum table_action action)
{
	table_build_cell(hooked.build, HOOKED_POD, VERDICT_INGRESS, port_class, peer_class, action);
	hooked_swap(&hooked);
}

/* The fate of a frame that the pod sends, or that comes from the wire or the node. */
#define SEND(...) send_(&(struct frame_spec){__VA_ARGS__})
#define RECEIVE(...) receive_(&(struct frame_spec){__VA_ARGS__}, HOOKED_FROM_WIRE)
#define FROM_NODE(...) receive_(&(struct frame_spec){__VA_ARGS__}, HOOKED_FROM_NODE)

static int send_(const struct frame_spec *spec)
{
	const struct frame frame = frame_make(spec);

	return hooked_fate(&hooked, hooked_send(&hooked, &frame));
}

static int receive_(const struct frame_spec *spec, uint32_t ingress_ifindex)
{
	const struct frame frame = frame_make(spec);

	return hooked_fate(&hooked, hooked_receive(&hooked, &frame, ingress_ifindex));
}

#define TCP_OUT .src = POD, .dst = PEER, .protocol = IPPROTO_TCP, .sport = 4000, .dport = 80
#define TCP_IN .src = PEER, .dst = POD, .protocol = IPPROTO_TCP, .sport = 80, .dport = 4000
#define UDP_OUT .src = POD, .dst = PEER, .protocol = IPPROTO_UDP, .sport = 4000, .dport = 53
#define UDP_IN .src = PEER, .dst = POD, .protocol = IPPROTO_UDP, .sport = 53, .dport = 4000
#define SYN .tcp_flags = FRAME_SYN
#define ACK .tcp_flags = FRAME_ACK
#define SYN_ACK .tcp_flags = FRAME_SYN | FRAME_ACK
#define FIN .tcp_flags = FRAME_FIN | FRAME_ACK
#define RST .tcp_flags = FRAME_RST

/* A connection from the pod to the peer's port 80. */
static void connect_out(void)
{
	start();
	egress(PORT_WEB, CLASS_PEER, TABLE_ALLOW);
	SEND(TCP_OUT, SYN);
	RECEIVE(TCP_IN, SYN_ACK);
	SEND(TCP_OUT, ACK);
}

/* The same in the other direction: from the peer's port 4000 to the pod's 80. */
#define SERVED_IN .src = PEER, .dst = POD, .protocol = IPPROTO_TCP, .sport = 4000, .dport = 80
#define SERVED_OUT .src = POD, .dst = PEER, .protocol = IPPROTO_TCP, .sport = 80, .dport = 4000

static void connect_in(void)
{
	start();
	ingress(PORT_WEB, CLASS_PEER, TABLE_ALLOW);
	RECEIVE(SERVED_IN, SYN);
	SEND(SERVED_OUT, SYN_ACK);
	RECEIVE(SERVED_IN, ACK);
}

static void test_established(void)
{
	struct flow_entry entry;

	start();
	egress(PORT_WEB, CLASS_PEER, TABLE_ALLOW);
	ok_int(SEND(TCP_OUT, SYN), BEGAN, "a SYN begins a flow");
	ok_int(SEND(TCP_OUT, SYN), PASSED, "the SYN again does not");
	ok_int(RECEIVE(TCP_IN, SYN_ACK), PASSED, "the answer passes without a rule");
	ok_int(SEND(TCP_OUT, ACK, .payload = 100), PASSED, "data passes");
	ok_int(RECEIVE(TCP_IN, ACK), PASSED, "so does its acknowledgement");
	ok_int(hooked_flows(&hooked, VERDICT_TCP), 1, "all that is one entry");
	hooked_only_flow(&hooked, VERDICT_TCP, &entry);
	ok_int((int64_t)entry.packets[EVENT_FROM_POD], 2, "packets of the pod, since the last SYN");
	ok_int((int64_t)entry.packets[EVENT_TO_POD], 2, "packets to the pod");
	ok_int((int64_t)entry.bytes[EVENT_FROM_POD], 54 + 154, "bytes of the pod");
	ok_int(entry.stable_id, table_build_stable_id(HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW),
	       "counted for the rule that allowed it");
	ok_int(SEND(TCP_OUT, SYN), BEGAN, "a SYN on an answered flow is a new one");
	ok_int(RECEIVE(.src = PEER, .dst = POD, .protocol = IPPROTO_TCP, .sport = 80, .dport = 4001,
		       SYN_ACK),
	       BEGAN, "another port is another flow, found in its middle");
}

static void test_udp(void)
{
	start();
	egress(PORT_DNS, CLASS_PEER, TABLE_ALLOW);
	ok_int(RECEIVE(UDP_IN), DROPPED(DEFAULT_DENY), "UDP that nobody asked for");
	ok_int(SEND(UDP_OUT), BEGAN, "a UDP question");
	ok_int(RECEIVE(UDP_IN), PASSED, "its answer");
	ok_int(RECEIVE(UDP_IN), PASSED, "and another");
	hooked_age(&hooked, 175);
	ok_int(RECEIVE(UDP_IN), PASSED, "answered, silent for 175 s: alive");
	hooked_age(&hooked, 185);
	ok_int(RECEIVE(UDP_IN), DROPPED(DEFAULT_DENY), "answered, silent for 185 s: gone");
	ok_int(SEND(UDP_OUT), BEGAN, "asked again");
	hooked_age(&hooked, 25);
	ok_int(SEND(UDP_OUT), PASSED, "unanswered, silent for 25 s: alive");
	hooked_age(&hooked, 35);
	ok_int(RECEIVE(UDP_IN), DROPPED(DEFAULT_DENY), "unanswered, silent for 35 s: gone");
}

static void test_sctp(void)
{
#define SCTP_OUT .src = POD, .dst = PEER, .protocol = IPPROTO_SCTP, .sport = 4000, .dport = 9
#define SCTP_IN .src = PEER, .dst = POD, .protocol = IPPROTO_SCTP, .sport = 9, .dport = 4000
	start();
	egress(PORT_ANY, CLASS_PEER, TABLE_ALLOW);
	ok_int(SEND(SCTP_OUT, .chunk = 1), BEGAN, "an INIT begins an association");
	ok_int(RECEIVE(SCTP_IN, .chunk = 2), PASSED, "INIT ACK");
	ok_int(RECEIVE(SCTP_IN, .chunk = 1), DROPPED(DEFAULT_DENY),
	       "an INIT the other way is judged by itself");
	ok_int(SEND(SCTP_OUT), PASSED, "data");
	hooked_age(&hooked, 800);
	ok_int(RECEIVE(SCTP_IN), PASSED, "800 s later");
	hooked_age(&hooked, 1000);
	ok_int(RECEIVE(SCTP_IN), DROPPED(DEFAULT_DENY), "1000 s later");
}

static void test_reverse_syn(void)
{
	connect_out();
	ok_int(RECEIVE(TCP_IN, SYN), DROPPED(DEFAULT_DENY),
	       "no SYN back through an open connection");
	ok_int(hooked.event.flags & EVENT_REVERSE, 0, "… it is judged as it goes");
	ok_int(SEND(TCP_OUT, ACK), PASSED, "the connection is none the worse");
	ingress(PORT_ANY, CLASS_PEER, TABLE_ALLOW);
	ok_int(RECEIVE(TCP_IN, SYN), BEGAN, "where it is allowed, it is a new flow");
	ok_int(SEND(TCP_OUT, SYN_ACK), PASSED, "and is answered");
}

static void test_healing(void)
{
	connect_out();
	hooked_forget(&hooked);
	ok_int(SEND(TCP_OUT, ACK), BEGAN, "a segment of the pod brings its flow back");
	ok_int((int)hooked.event.flags, EVENT_HEALED, "… and it says so");
	ok_int(RECEIVE(TCP_IN, ACK), PASSED, "both ways");
	hooked_forget(&hooked);
	ok_int(RECEIVE(TCP_IN, ACK), BEGAN, "so does a segment of the peer");
	ok_int((int)hooked.event.flags, EVENT_HEALED | EVENT_REVERSE, "… as a flow of the pod");
	ok_int(ntohs(hooked.event.dst_port), 80, "… to port 80");
	ok_int(SEND(TCP_OUT, ACK), PASSED, "and then the pod's");
	hooked_forget(&hooked);
	ok_int(RECEIVE(TCP_IN, SYN), DROPPED(DEFAULT_DENY), "a SYN is never healed");
	egress(PORT_WEB, CLASS_PEER, TABLE_DENY);
	ok_int(SEND(TCP_OUT, ACK), DROPPED(DEFAULT_DENY), "nor what is allowed in no direction");
	ok_int(hooked.event.direction, VERDICT_EGRESS, "… judged as it goes");
	ok_int((int)hooked.event.flags, 0, "… without a flag");
	connect_in();
	hooked_forget(&hooked);
	ok_int(SEND(SERVED_OUT, ACK), BEGAN,
	       "a segment of the server brings its client's flow back");
	ok_int(RECEIVE(SERVED_IN, ACK), PASSED, "both ways");
}

/*
 * Which end began decides which side is judged when the policy changes, so a guess had better be
 * good.
 */
static void test_guess(void)
{
#define HIGH_IN .src = PEER, .dst = POD, .protocol = IPPROTO_TCP, .sport = 50051, .dport = 4000
	start();
	table_build_side(hooked.build, HOOKED_POD, VERDICT_INGRESS, TABLE_ALLOW);
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW);
	hooked_swap(&hooked);
	RECEIVE(TCP_IN, ACK);
	ok_int((int)hooked.event.flags, EVENT_HEALED | EVENT_REVERSE,
	       "from port 80: the pod began");
	RECEIVE(HIGH_IN, ACK);
	ok_int((int)hooked.event.flags, EVENT_HEALED, "from port 50051: the peer did");
	hooked_forget(&hooked);
	RECEIVE(HIGH_IN, SYN_ACK);
	ok_int((int)hooked.event.flags, EVENT_HEALED | EVENT_REVERSE,
	       "whom a SYN-ACK goes to has begun, whatever the ports");
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_DENY);
	hooked_swap(&hooked);
	hooked_forget(&hooked);
	ok_int(RECEIVE(HIGH_IN, SYN_ACK), DROPPED(DEFAULT_DENY), "and only that is asked then");
	ok_int(RECEIVE(TCP_IN, ACK), BEGAN, "else the other way is asked too");
	ok_int((int)hooked.event.flags, EVENT_HEALED, "… and remembered");
}

static void test_tcp_lifetime(void)
{
	connect_out();
	hooked_age(&hooked, 7900);
	ok_int(SEND(TCP_OUT, ACK), PASSED, "open, silent for 7900 s: known");
	hooked_age(&hooked, 8100);
	ok_int(SEND(TCP_OUT, ACK), BEGAN, "open, silent for 8100 s: found again");
	SEND(TCP_OUT, FIN);
	hooked_age(&hooked, 100);
	ok_int(RECEIVE(TCP_IN, ACK), PASSED, "half closed");
	RECEIVE(TCP_IN, FIN);
	ok_int(SEND(TCP_OUT, ACK), PASSED, "the last acknowledgement");
	hooked_age(&hooked, 11);
	ok_int(SEND(TCP_OUT, ACK), BEGAN, "closed for 11 s: unknown");
	connect_out();
	RECEIVE(TCP_IN, RST);
	hooked_age(&hooked, 11);
	ok_int(SEND(TCP_OUT, ACK), BEGAN, "reset, 11 s ago: unknown");
	start();
	egress(PORT_WEB, CLASS_PEER, TABLE_ALLOW);
	SEND(TCP_OUT, SYN);
	hooked_age(&hooked, 55);
	ok_int(SEND(TCP_OUT, SYN), PASSED, "unanswered for 55 s: the same SYN");
	hooked_age(&hooked, 65);
	ok_int(SEND(TCP_OUT, SYN), BEGAN, "unanswered for 65 s: a new one");
}

static void test_generations(void)
{
	struct flow_entry entry;

	connect_out();
	hooked_swap(&hooked);
	ok_int(SEND(TCP_OUT, ACK), PASSED, "a new table that still allows the flow");
	hooked_only_flow(&hooked, VERDICT_TCP, &entry);
	ok_int((int64_t)entry.judged, (int64_t)hooked.generation, "… has judged it");
	ok_int((int64_t)entry.packets[EVENT_FROM_POD], 3, "… and its counters go on");
	hooked_swap(&hooked);
	ok_int(RECEIVE(TCP_IN, ACK), PASSED, "the same with a packet of the answering side");
	egress(PORT_WEB, CLASS_PEER, TABLE_DENY);
	ok_int(SEND(TCP_OUT, ACK), DROPPED(DEFAULT_DENY),
	       "one that does not cuts it, on the next packet");
	ok_int((int)hooked.event.flags, EVENT_CUT, "… and it says so");
	ok_int((int64_t)hooked.event.generation, (int64_t)hooked.generation,
	       "… with the generation");
	ok_int(RECEIVE(TCP_IN, ACK), DROPPED(DEFAULT_DENY), "both ways");
	ok_int((int)hooked.event.flags, EVENT_CUT | EVENT_REVERSE, "… as the same flow");
	ok_int(hooked.event.stable_id,
	       table_build_stable_id(HOOKED_POD, VERDICT_EGRESS, TABLE_DENY),
	       "… by the same outcome");
	egress(PORT_WEB, CLASS_PEER, TABLE_ALLOW);
	ok_int(RECEIVE(TCP_IN, ACK), BEGAN, "one that allows it again brings it back");
	ok_int(SEND(TCP_OUT, ACK), PASSED, "both ways");
	egress(PORT_WEB, CLASS_PEER, TABLE_DENY);
	ok_int(RECEIVE(TCP_IN, ACK), DROPPED(DEFAULT_DENY),
	       "cut on a packet of the answering side");
	ok_int(SEND(TCP_OUT, SYN), DROPPED(DEFAULT_DENY), "and not to be opened again");
}

/* Whoever swaps may die after the flows were told and before the table was changed. */
static void test_unfinished_swap(void)
{
	const uint32_t zero = 0;
	const uint64_t next = hooked.generation + 1;
	struct flow_entry entry;

	connect_out();
	bpf_map_update_elem(hooked.datapath->maps[DATAPATH_CURRENT], &zero, &next, BPF_ANY);
	ok_int(SEND(TCP_OUT, ACK), PASSED, "an unfinished swap: flows are judged by the old table");
	ok_int(SEND(UDP_OUT), DROPPED(DEFAULT_DENY), "… and new ones");
	hooked_only_flow(&hooked, VERDICT_TCP, &entry);
	ok_int((int64_t)entry.judged, (int64_t)hooked.generation, "… and so it is remembered");
	ok_int(datapath_settle(hooked.datapath), 0, "the next handle settles that");
	ok_int(SEND(TCP_OUT, ACK), PASSED, "and flows pass as before");
}

/* Where the answering side may begin flows of its own, it must not keep a cut one alive. */
static void test_cut_is_cut(void)
{
	connect_in();
	egress(PORT_ANY, CLASS_PEER, TABLE_ALLOW);
	ok_int(RECEIVE(SERVED_IN, ACK), PASSED, "a served connection, egress open");
	ingress(PORT_WEB, CLASS_PEER, TABLE_DENY);
	ok_int(SEND(SERVED_OUT, ACK), DROPPED(DEFAULT_DENY), "cut on the server's packet");
	ok_int(hooked.event.direction, VERDICT_INGRESS, "… because of ingress");
	ok_int(SEND(SERVED_OUT, ACK), DROPPED(DEFAULT_DENY), "the server's next packet");
	ok_int(RECEIVE(SERVED_IN, ACK), DROPPED(DEFAULT_DENY), "the client's");
	hooked_swap(&hooked);
	ok_int(SEND(SERVED_OUT, ACK), DROPPED(DEFAULT_DENY), "under the next table too");
	ok_int(SEND(SERVED_OUT, SYN), BEGAN, "a connection of its own is another matter");
	start();
	ingress(PORT_DNS, CLASS_PEER, TABLE_ALLOW);
	egress(PORT_ANY, CLASS_PEER, TABLE_ALLOW);
#define ASKED .src = PEER, .dst = POD, .protocol = IPPROTO_UDP, .sport = 9, .dport = 53
#define ANSWERED .src = POD, .dst = PEER, .protocol = IPPROTO_UDP, .sport = 53, .dport = 9
	RECEIVE(ASKED);
	ok_int(SEND(ANSWERED), PASSED, "an answer over UDP");
	ingress(PORT_DNS, CLASS_PEER, TABLE_DENY);
	ok_int(SEND(ANSWERED), DROPPED(DEFAULT_DENY), "cut");
	ok_int(RECEIVE(ASKED), DROPPED(DEFAULT_DENY), "and no answer opens it again");
}

static void test_moved_address(void)
{
	connect_out();
	table_build_pod(hooked.build, POD, 2, CLASS_POD);
	hooked_swap(&hooked);
	ok_int(SEND(TCP_OUT, ACK), DROPPED(SPOOFED), "the pod's address went to another pod");
	ok_int(RECEIVE(TCP_IN, ACK), DROPPED(MISDIRECTED), "its flows are cut");
	ok_int(RECEIVE(UDP_IN), DROPPED(MISDIRECTED), "and nothing new comes");
}

static void test_node(void)
{
#define PROBE .src = NODE, .dst = POD, .protocol = IPPROTO_TCP, .sport = 5000, .dport = 80
#define PROBED .src = POD, .dst = NODE, .protocol = IPPROTO_TCP, .sport = 80, .dport = 5000
	start();
	hooked_swap(&hooked);
	ok_int(RECEIVE(PROBE, SYN), DROPPED(DEFAULT_DENY),
	       "a node's address that comes over the wire");
	ok_int(FROM_NODE(PROBE, SYN), BEGAN, "the node's own stack");
	ok_int(hooked.event.reason, VERDICT_LOCAL_NODE, "… because it is");
	ok_int((int)hooked.event.flags, EVENT_OWN_NODE, "… and it says so");
	ok_int(SEND(PROBED, SYN_ACK), PASSED, "the answer");
	hooked_swap(&hooked);
	ok_int(SEND(PROBED, ACK), PASSED, "the answer under the next table");
	ok_int(SEND(PROBED, SYN), DROPPED(DEFAULT_DENY), "to the node it is egress like any other");
}

static void near_side(enum verdict_direction direction, uint32_t port_class,
		      enum table_action action)
{
	table_build_cell(hooked.build, 2, direction, port_class, CLASS_POD, action);
}

/* Both sides of two pods of the node, at both hooks. */
static void test_local_pair(void)
{
#define PAIR_OUT .src = POD, .dst = NEAR, .protocol = IPPROTO_TCP, .sport = 6000, .dport = 80
#define PAIR_IN .src = NEAR, .dst = POD, .protocol = IPPROTO_TCP, .sport = 80, .dport = 6000
#define PAIR_ASKED .src = NEAR, .dst = POD, .protocol = IPPROTO_TCP, .sport = 6000, .dport = 80
#define PAIR_ANSWER .src = POD, .dst = NEAR, .protocol = IPPROTO_TCP, .sport = 80, .dport = 6000
	start();
	egress(PORT_WEB, CLASS_NEAR, TABLE_ALLOW);
	ok_int(SEND(PAIR_OUT, SYN), DROPPED(DEFAULT_DENY), "the other pod's ingress denies");
	ok_int(hooked.event.direction, VERDICT_INGRESS, "… which is said");
	ok_int(hooked.event.stable_id, table_build_stable_id(2, VERDICT_INGRESS, TABLE_DENY),
	       "… with its outcome");
	near_side(VERDICT_INGRESS, PORT_WEB, TABLE_ALLOW);
	egress(PORT_WEB, CLASS_NEAR, TABLE_DENY);
	ok_int(SEND(PAIR_OUT, SYN), DROPPED(DEFAULT_DENY), "the pod's egress denies");
	egress(PORT_WEB, CLASS_NEAR, TABLE_ALLOW);
	ok_int(SEND(PAIR_OUT, SYN), BEGAN, "both allow");
	ok_int(hooked.event.outcome[0] && hooked.event.outcome[1], 1, "… and both are named");
	ok_int(RECEIVE(PAIR_IN, SYN_ACK), PASSED, "the answer");
	near_side(VERDICT_INGRESS, PORT_WEB, TABLE_DENY);
	hooked_swap(&hooked);
	ok_int(SEND(PAIR_OUT, ACK), DROPPED(DEFAULT_DENY), "the other side's change cuts it too");
	ingress(PORT_WEB, CLASS_NEAR, TABLE_ALLOW);
	ok_int(RECEIVE(PAIR_ASKED, SYN), DROPPED(DEFAULT_DENY),
	       "towards the pod the asker's egress counts too, which denies");
	ok_int(hooked.event.direction, VERDICT_EGRESS, "… which is said");
	near_side(VERDICT_EGRESS, PORT_WEB, TABLE_ALLOW);
	hooked_swap(&hooked);
	ok_int(RECEIVE(PAIR_ASKED, SYN), BEGAN, "both allow");
	ok_int(SEND(PAIR_ANSWER, SYN_ACK), PASSED, "the answer");
	near_side(VERDICT_EGRESS, PORT_WEB, TABLE_DENY);
	hooked_swap(&hooked);
	ok_int(SEND(PAIR_ANSWER, ACK), DROPPED(DEFAULT_DENY), "the asker's change cuts it");
}

static void test_self(void)
{
	start();
	hooked_swap(&hooked);
	ok_int(SEND(.src = POD, .dst = POD, .protocol = IPPROTO_TCP, .sport = 1, .dport = 2, SYN),
	       BEGAN, "a pod to itself");
	ok_int(hooked.event.reason, VERDICT_SELF, "… because it is itself");
	ok_int(RECEIVE(.src = POD, .dst = POD, .protocol = IPPROTO_TCP, .sport = 1, .dport = 2,
		       SYN),
	       BEGAN, "and back in");
}

static void test_condition(void)
{
	start();
	egress(PORT_WEB, CLASS_PEER, TABLE_DECIDE);
	ok_int(SEND(TCP_OUT, SYN), DROPPED(CONDITION), "what a proxy must decide, without a proxy");
}

static void test_ping(void)
{
#define PING(id_) .protocol = IPPROTO_ICMP, .type = 8, .id = (id_)
#define PONG(id_) .protocol = IPPROTO_ICMP, .type = 0, .id = (id_)
	const uint16_t ids[] = {7, 0, 8 << 8};

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		start();
		egress(PORT_PING, CLASS_PEER, TABLE_ALLOW);
		ok_int(SEND(.src = POD, .dst = PEER, PING(ids[i])), BEGAN, "ping with id %d",
		       ids[i]);
		ok_int(RECEIVE(.src = PEER, .dst = POD, PONG(ids[i])), PASSED, "its reply");
		ok_int(RECEIVE(.src = PEER, .dst = POD, PING(ids[i])), DROPPED(DEFAULT_DENY),
		       "no ping back with the same id");
		ok_int(SEND(.src = POD, .dst = PEER, PONG(ids[i])), DROPPED(DEFAULT_DENY),
		       "nor a reply");
		ok_int(RECEIVE(.src = PEER, .dst = POD, PONG(ids[i] + 1)), DROPPED(DEFAULT_DENY),
		       "another id was not asked for");
		hooked_age(&hooked, 35);
		ok_int(RECEIVE(.src = PEER, .dst = POD, PONG(ids[i])), DROPPED(DEFAULT_DENY),
		       "nor is this one, 35 s later");
	}
	egress(PORT_ANY, CLASS_PEER, TABLE_ALLOW);
	ok_int(SEND(.src = POD, .dst = PEER, .protocol = IPPROTO_ICMP, .type = 13), BEGAN,
	       "a timestamp");
	ok_int(SEND(.src = POD, .dst = PEER, .protocol = IPPROTO_ICMP, .type = 13), PASSED,
	       "and again");
	ok_int(RECEIVE(.src = PEER, .dst = POD, .protocol = IPPROTO_ICMP, .type = 13),
	       DROPPED(DEFAULT_DENY), "does not open the way back");
	ok_int(SEND(.src = POD, .dst = PEER, PONG(77)), BEGAN,
	       "a reply without a question, where allowed");
	ok_int(SEND(.src = POD, .dst = PEER, PONG(78)), PASSED, "is a message like others");
}

int main(void)
{
	hooked_open(&hooked, NULL);
	table_build_pod(hooked.build, PEER, 0, CLASS_PEER);
	table_build_address(hooked.build, NODE, TABLE_ADDR_NODE, 0, CLASS_NODE);
	table_build_port(hooked.build, VERDICT_TCP, 80, 80, PORT_WEB);
	table_build_port(hooked.build, VERDICT_UDP, 53, 53, PORT_DNS);
	table_build_port(hooked.build, VERDICT_ICMP, 8 << 8, 8 << 8, PORT_PING);
	test_established();
	test_udp();
	test_sctp();
	test_reverse_syn();
	test_healing();
	test_guess();
	test_tcp_lifetime();
	test_generations();
	test_unfinished_swap();
	test_cut_is_cut();
	test_moved_address();
	test_node();
	test_local_pair();
	test_self();
	test_condition();
	test_ping();
	hooked_close(&hooked);
	return tap_done();
}
