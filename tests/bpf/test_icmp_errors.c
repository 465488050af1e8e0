/* SPDX-License-Identifier: Apache-2.0 */
/* ICMP errors: they pass with the flow that they are about, and with nothing else. */
#include "lib/hooked.h"
#include "lib/tap.h"

#include <arpa/inet.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* One family's names. */
struct family {
	const char *pod, *peer, *router, *stranger;
	uint8_t icmp, request, reply;
	const uint8_t *errors;
	size_t n_errors;
};

static const uint8_t errors4[] = {3, 11, 12}, errors6[] = {1, 2, 3, 4};

static const struct family families[] = {
	{"10.0.0.1", "10.0.1.2", "10.9.9.9", "10.0.1.3", IPPROTO_ICMP, 8, 0, errors4, N(errors4)},
	{"fd00::1", "fd00::2", "fd00::99", "fd00::3", IPPROTO_ICMPV6, 128, 129, errors6,
	 N(errors6)},
};

static struct hooked hooked;
static const struct family *family;

static struct frame udp(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	return FRAME(.src = src, .dst = dst, .protocol = IPPROTO_UDP, .sport = sport,
		     .dport = dport, .payload = 8);
}

static struct frame error(uint8_t type, const char *src, const char *dst, const struct frame *about)
{
	return FRAME(.src = src, .dst = dst, .protocol = family->icmp, .type = type,
		     .inner = about);
}

static int send_frame(const struct frame *frame)
{
	return hooked_fate(&hooked, hooked_send(&hooked, frame));
}

static int receive_frame(const struct frame *frame)
{
	return hooked_fate(&hooked, hooked_receive(&hooked, frame, HOOKED_FROM_WIRE));
}

/* Errors about what the pod sent: from whom it went to, or from a router on the way. */
static void test_to_pod(void)
{
	const struct frame sent = udp(family->pod, 4000, family->peer, 53);
	const struct frame other = udp(family->pod, 4001, family->peer, 53);
	struct frame frame = error(family->errors[0], family->peer, family->pod, &sent);

	hooked_forget(&hooked);
	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "an error about no flow");
	ok_int(ntohs(hooked.event.dst_port), 4000, "… and which that would be");
	send_frame(&sent);
	for (size_t i = 0; i < family->n_errors; i++) {
		frame = error(family->errors[i], family->peer, family->pod, &sent);
		ok_int(receive_frame(&frame), PASSED, "an error of type %d about a flow",
		       family->errors[i]);
	}
	frame = error(family->errors[0], family->router, family->pod, &sent);
	ok_int(receive_frame(&frame), PASSED, "the same from a router");
	frame = error(family->errors[0], family->router, family->pod, &other);
	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "about another port");
	frame = error(family->errors[0], family->router, family->stranger, &sent);
	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "to another than the sender");
	hooked_age(&hooked, 31);
	frame = error(family->errors[0], family->peer, family->pod, &sent);
	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "errors do not keep a flow alive");
}

/* Errors of the pod about what it received: in its own name, to the sender. */
static void test_from_pod(void)
{
	const struct frame received = udp(family->peer, 9, family->pod, 53);
	struct frame frame = error(family->errors[0], family->pod, family->peer, &received);

	hooked_forget(&hooked);
	ok_int(send_frame(&frame), DROPPED(UNRELATED), "an error of the pod about no flow");
	receive_frame(&received);
	ok_int(send_frame(&frame), PASSED, "about a flow");
	frame = error(family->errors[0], family->router, family->peer, &received);
	ok_int(send_frame(&frame), DROPPED(UNRELATED), "in a router's name");
	frame = error(family->errors[0], family->pod, family->stranger, &received);
	ok_int(send_frame(&frame), DROPPED(UNRELATED), "to another");
}

static void test_inner_kinds(void)
{
	const struct frame ping = FRAME(.src = family->pod, .dst = family->peer,
					.protocol = family->icmp, .type = family->request, .id = 5);
	const struct frame pinged = FRAME(.src = family->peer, .dst = family->pod,
					  .protocol = family->icmp, .type = family->request,
					  .id = 5);
	const struct frame reply = FRAME(.src = family->pod, .dst = family->peer,
					 .protocol = family->icmp, .type = family->reply, .id = 5);
	const struct frame tcp = FRAME(.src = family->pod, .dst = family->peer,
				       .protocol = IPPROTO_TCP, .sport = 1, .dport = 80,
				       .tcp_flags = FRAME_SYN);
	struct frame frame, cut = tcp;

	hooked_forget(&hooked);
	send_frame(&ping);
	frame = error(family->errors[0], family->router, family->pod, &ping);
	ok_int(receive_frame(&frame), PASSED, "about a ping");
	frame = error(family->errors[0], family->router, family->pod, &reply);
	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "about a reply to no ping");
	receive_frame(&pinged);
	ok_int(receive_frame(&frame), PASSED, "about a reply");
	send_frame(&tcp);
	cut.size = cut.size - 20 + 8;
	frame = error(family->errors[0], family->router, family->pod, &cut);
	ok_int(receive_frame(&frame), PASSED, "about TCP, of which 8 bytes came back");
	cut.size -= 5;
	frame = error(family->errors[0], family->router, family->pod, &cut);
	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "of which only 3 did");
	frame = error(family->errors[0], family->router, family->pod, &ping);
	frame = error(family->errors[0], family->router, family->router, &frame);
	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "about an error");
}

static void test_inner_fragment(void)
{
	const struct frame first = FRAME(.src = "10.0.0.1", .dst = "10.0.1.2",
					 .protocol = IPPROTO_UDP, .fragment = 0x2000);
	const struct frame frame = FRAME(.src = "10.9.9.9", .dst = "10.0.0.1",
					 .protocol = IPPROTO_ICMP, .type = 3, .inner = &first);

	ok_int(receive_frame(&frame), DROPPED(UNRELATED), "about a fragment, which was never sent");
}

static void test_generations(void)
{
	const struct frame sent = udp(family->pod, 4000, family->peer, 53);
	const struct frame frame = error(family->errors[0], family->router, family->pod, &sent);

	hooked_forget(&hooked);
	send_frame(&sent);
	hooked_swap(&hooked);
	ok_int(receive_frame(&frame), PASSED, "the new table still allows the flow");
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_DENY);
	hooked_swap(&hooked);
	ok_int(receive_frame(&frame), DROPPED(DEFAULT_DENY), "it does not");
	ok_int(receive_frame(&frame), DROPPED(DEFAULT_DENY), "nor does it the next time");
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW);
	hooked_swap(&hooked);
}

int main(void)
{
	hooked_open(&hooked, NULL);
	for (size_t i = 0; i < N(families); i++) {
		table_build_pod(hooked.build, families[i].pod, HOOKED_POD, 1);
		table_build_pod(hooked.build, families[i].peer, 0, 2);
	}
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW);
	table_build_side(hooked.build, HOOKED_POD, VERDICT_INGRESS, TABLE_ALLOW);
	hooked_swap(&hooked);
	for (size_t i = 0; i < N(families); i++) {
		family = &families[i];
		diag("from here on: %s", family->pod);
		test_to_pod();
		test_from_pod();
		test_inner_kinds();
		test_generations();
	}
	test_inner_fragment();
	hooked_close(&hooked);
	return tap_done();
}
