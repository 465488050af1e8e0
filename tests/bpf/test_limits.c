/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is bounded stays bounded: the verifier's work, the flows of a pod, the events that nobody
 * reads.
 */
#include "lib/hooked.h"
#include "lib/tap.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#define POD "10.0.0.1"
#define PEER "10.0.1.2"

#define MAX_VERIFIED 200000 /* of the million that the kernel walks at most */
#define N_FLOWS 512u
#define N_SPRAY 20000u
#define RING_SIZE 65536

static void test_verified(const struct hooked *hooked)
{
	for (int hook = 0; hook < DATAPATH_N_HOOKS; hook++) {
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		ok_int(bpf_obj_get_info_by_fd(hooked->datapath->programs[hook], &info, &size), 0,
		       "%s is loaded", datapath_hook_name(hook));
		diag("the verifier walked %u instructions", info.verified_insns);
		ok(info.verified_insns > 0 && info.verified_insns < MAX_VERIFIED,
		   "%s is far from the verifier's limit", datapath_hook_name(hook));
	}
}

static bool send_syn(struct hooked *hooked, uint16_t sport, uint16_t dport)
{
	const struct frame frame = FRAME(.src = POD, .dst = PEER, .protocol = IPPROTO_TCP,
					 .sport = sport, .dport = dport, .tcp_flags = FRAME_SYN);

	return hooked_send(hooked, &frame);
}

/* A pod that opens connections without end. */
static void test_spray(struct hooked *hooked)
{
	const struct frame question =
		FRAME(.src = POD, .dst = PEER, .protocol = IPPROTO_UDP, .sport = 5353, .dport = 53);
	const struct frame answer =
		FRAME(.src = PEER, .dst = POD, .protocol = IPPROTO_UDP, .sport = 53, .dport = 5353);
	const struct frame segment = FRAME(.src = PEER, .dst = POD, .protocol = IPPROTO_TCP,
					   .sport = 80, .dport = 1, .tcp_flags = FRAME_ACK);
	unsigned int n_passed = 0, n_flows;

	ok(hooked_send(hooked, &question), "a DNS question");
	for (uint32_t i = 0; i < N_SPRAY; i++)
		n_passed += send_syn(hooked, (uint16_t)(i + 1), (uint16_t)(80 + (i >> 16)));
	ok_int(n_passed, N_SPRAY, "a spray of SYNs passes, for it is allowed");
	n_flows = hooked_flows(hooked, VERDICT_TCP);
	ok(n_flows > 0 && n_flows <= N_FLOWS, "and leaves no more than %u flows", N_FLOWS);
	ok_int(hooked_fate(hooked, hooked_receive(hooked, &answer, HOOKED_FROM_WIRE)), PASSED,
	       "the DNS answer is still expected");
	ok_int(hooked_fate(hooked, hooked_receive(hooked, &segment, HOOKED_FROM_WIRE)), BEGAN,
	       "and a flow that was evicted is found again");
}

/* Without a reader: `hooked_send` reads, so the frames go in directly. */
static void test_lost(struct hooked *hooked)
{
	const struct frame frame = FRAME(.src = POD, .dst = PEER, .protocol = IPPROTO_UDP,
					 .sport = 1, .dport = 1, .fragment = 1);
	const unsigned int n = RING_SIZE / sizeof(struct event) + 100;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes,
		    .data_size_in = (__u32)frame.size, .repeat = (int)n);
	struct datapath_counters before, after;

	datapath_counters(hooked->datapath, &before);
	ok_int(bpf_prog_test_run_opts(hooked->datapath->programs[EVENT_FROM_POD], &options), 0,
	       "%u denials", n);
	datapath_counters(hooked->datapath, &after);
	ok_int((int64_t)(after.dropped[VERDICT_FRAGMENT] - before.dropped[VERDICT_FRAGMENT]), n,
	       "all are counted");
	ok(after.events_lost > before.events_lost, "some are not told: %llu",
	   (unsigned long long)(after.events_lost - before.events_lost));
	hooked_send(hooked, &frame);
	datapath_counters(hooked->datapath, &after);
	ok_int((int64_t)(hooked->n_events + after.events_lost - before.events_lost), n + 1,
	       "told and lost are all there are");
}

int main(void)
{
	const struct datapath_sizes sizes = {.n_flows_tcp = N_FLOWS, .events_size = RING_SIZE};
	struct hooked hooked;

	hooked_open(&hooked, &sizes);
	table_build_pod(hooked.build, POD, HOOKED_POD, 1);
	table_build_side(hooked.build, HOOKED_POD, VERDICT_EGRESS, TABLE_ALLOW);
	hooked_swap(&hooked);
	test_verified(&hooked);
	test_spray(&hooked);
	test_lost(&hooked);
	hooked_close(&hooked);
	return tap_done();
}
