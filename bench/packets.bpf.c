// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The hooks' own code in a loop over many flows: each packet is written over the last one, so that
 * neither the flows' entries nor the table's lines are at hand from the packet before. Each program
 * goes one step further than the one before it.
 */
#include "bpf/hook.h"

#include "../bench/packets.h"

struct packets_flow packets_flows[PACKETS_N];
__u64 n_passed;

static int write_packet(struct __sk_buff *skb, __u32 i)
{
	const struct packets_flow *flow = &packets_flows[i & (PACKETS_N - 1)];
	__u8 *data = (void *)(long)skb->data;

	if (data + PACKETS_SIZE > (__u8 *)(long)skb->data_end)
		return 0;
	*(__be32 *)(data + 26) = flow->src;
	*(__be32 *)(data + 30) = flow->dst;
	*(__be16 *)(data + 34) = flow->sport;
	*(__be16 *)(data + 36) = flow->dport;
	data[47] = flow->tcp_flags;
	return 1;
}

struct step {
	struct __sk_buff *skb;
};

static long write_step(__u32 i, struct step *step)
{
	n_passed += write_packet(step->skb, i);
	return 0;
}

static long parse_step(__u32 i, struct step *step)
{
	struct packet packet;

	if (write_packet(step->skb, i) && !hook_parse(step->skb, PACKET_NEAR, &packet))
		n_passed++;
	return 0;
}

static long judge_step(__u32 i, struct step *step)
{
	struct judgement judged = {.by = PACKET_NEAR, .sender = PACKET_NEAR};

	if (!write_packet(step->skb, i) || hook_parse(step->skb, PACKET_NEAR, &judged.packet))
		return 0;
	judged.endpoint = hook_endpoint(step->skb);
	n_passed += judge(&judged);
	return 0;
}

static long hook_step(__u32 i, struct step *step)
{
	if (write_packet(step->skb, i))
		n_passed += hook_run(step->skb, PACKET_NEAR) == HOOK_PASS;
	return 0;
}

SEC("tc")
int nothing(struct __sk_buff *skb)
{
	(void)skb;
	return HOOK_PASS;
}

#define PROGRAM(name) \
	SEC("tc") \
	int name##_all(struct __sk_buff *skb) \
	{ \
		struct step step = {skb}; \
		n_passed = 0; \
		bpf_loop(PACKETS_N, name##_step, &step, 0); \
		return 0; \
	}

PROGRAM(write)
PROGRAM(parse)
PROGRAM(judge)
PROGRAM(hook)

char _license[] SEC("license") = "Dual BSD/GPL";
