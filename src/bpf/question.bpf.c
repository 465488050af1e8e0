// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Asks the shared verdict packed questions, so that tests and benchmarks can compare the kernel's
 * walk of a table with userspace's on the same bytes. Never attached to anything.
 */
#include "bpf/question.h"
#include "bpf/tables.h"

struct run {
	struct __sk_buff *skb;
	const struct table_view *table;
};

/* A callback, so that the verifier walks the verdict once. */
static long answer(__u32 i, struct run *run)
{
	const __u32 at = QUESTION_PREFIX + i * sizeof(struct question);
	struct question question;

	if (bpf_skb_load_bytes(run->skb, at, &question, sizeof(question)))
		return 1;
	verdict_flow(run->table, &question.flow, &question.verdict);
	return bpf_skb_store_bytes(run->skb, at, &question, sizeof(question), 0) != 0;
}

SEC("tc")
int question(struct __sk_buff *skb)
{
	const __u32 zero = 0;
	struct run run = {.skb = skb, .table = bpf_map_lookup_elem(&tables, &zero)};

	if (!run.table)
		return 2;
	bpf_loop(QUESTION_PER_PACKET, answer, &run, 0);
	return 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
