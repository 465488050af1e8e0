/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a flow to a judgement by the enforced table.
 *
 * The functions here that are not inline are "global" in the verifier's sense: it checks each once,
 * for any arguments, instead of once for each way that leads to a call. That is why they take no
 * map, look at the table themselves, and get flows without pointers in them.
 */
#pragma once

#include "bpf/maps.h"

struct judgement {
	struct packet packet; /* in: its key is the flow */
	__u32 endpoint;       /* in: the interface's pod */
	__u64 generation;     /* in: the current one; out: that of the answer, 0: no table */
	__u32 sender;         /* in: of the packet, enum packet_end; in other words, which hook */
	__u32 by;             /* in, out: who began, enum packet_end */
	__u32 own_node;       /* in: the far end is the node's own stack */
	__u32 is_either;      /* in: if `by` does not get an allow, the other end may have begun */
	__u32 outcome[2];     /* out, as of here: see struct event */
	__u32 stable_id;
	__u8 reason;
	__u8 direction;
	__u16 pad;
	struct verdict verdict; /* the judge's own, where the verifier does not follow it */
};

VERDICT_INLINE void judge_set(struct judgement *judged, __u32 by)
{
	const struct verdict *verdict = &judged->verdict;

	judged->by = by;
	judged->outcome[0] = verdict->side[0].outcome;
	judged->outcome[1] = verdict->side[1].outcome;
	judged->reason = verdict->reason;
	judged->direction = verdict->direction;
	judged->stable_id = verdict->direction ? verdict->side[1].stable_id
					       : verdict->side[0].stable_id;
}

/*
 * Whether the verdict, and the table's word that the pod's address is the pod's, let the flow pass.
 */
VERDICT_INLINE int judge_allows(struct judgement *judged, __u32 by)
{
	struct verdict *verdict = &judged->verdict;
	__u32 by_pod = 0 - by, owner;

	/* No jump: the verifier would walk the second question once for each answer here. */
	asm("" : "+r"(by_pod));
	owner = (verdict->src.endpoint & by_pod) | (verdict->dst.endpoint & ~by_pod);
	if (verdict->reason == VERDICT_BAD_TABLE || verdict->reason == VERDICT_ADDRESS_CONFLICT)
		return 0;
	if (owner != judged->endpoint) {
		verdict->reason = judged->sender ? VERDICT_SPOOFED : VERDICT_MISDIRECTED;
		return 0;
	}
	if (verdict->action != TABLE_ALLOW)
		return 0;
	/*
	 * Of two sides that allow, one that a rule decided says more than one that is not judged
	 * here.
	 */
	if (!verdict->side[VERDICT_INGRESS].outcome && verdict->side[VERDICT_EGRESS].outcome) {
		verdict->direction = VERDICT_EGRESS;
		verdict->reason = verdict->side[VERDICT_EGRESS].reason;
	}
	return 1;
}

/*
 * Asks a table about the flow as begun by one end: both sides, where both pods are on this node,
 * and at both hooks. So a packet that is on its way from one hook to the other while tables are
 * swapped passes only if each of the two tables alone lets it.
 */
VERDICT_INLINE int judge_by(const struct table_view *table, struct judgement *judged, __u32 by)
{
	struct verdict_flow flow;

	flow_question(&judged->packet.key, by,
		      VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS |
			      VERDICT_FROM_OWN_NODE * (judged->own_node & ~by & 1),
		      &flow);
	verdict_flow(table, &flow, &judged->verdict);
	return judge_allows(judged, by);
}

/*
 * Global. 1: the flow may pass. The answer is wholly that of one table, the one enforced now. If
 * neither end could have begun the flow, the answer is about the one that was asked first.
 */
__noinline int judge(struct judgement *judged)
{
	const __u32 zero = 0;
	const struct table_view *table = bpf_map_lookup_elem(&tables, &zero);
	const struct table_keys *keys;
	__u32 by;

	if (!judged)
		return 0;
	judged->generation = 0;
	if (!table)
		return 0;
	keys = table_line(table, 0);
	if (!keys)
		return 0;
	judged->generation = keys->generation;
	by = judged->by & 1;
	for (int way = 0; way < 2; way++) {
		const int is_allowed = judge_by(table, judged, by);

		if (is_allowed || !way)
			judge_set(judged, by);
		if (is_allowed)
			return 1;
		if (!judged->is_either)
			return 0;
		by ^= 1;
	}
	return 0;
}

struct judge_address {
	__be32 word[4];
};

/*
 * Global. 1: the IPv6 address is the endpoint's. A link-local one means nothing beyond the pod's
 * own link.
 */
__noinline int judge_owner(const struct judge_address *addr, __u32 endpoint)
{
	const __u32 zero = 0;
	const struct table_view *table = bpf_map_lookup_elem(&tables, &zero);
	const struct table_keys *keys;
	struct table_address found = {0};
	__u32 words[4];

	if (!addr)
		return 0;
	if ((addr->word[0] & PACKET_BE32(0xffc00000)) == PACKET_BE32(0xfe800000))
		return 1;
	if (!table || !endpoint)
		return 0;
	keys = table_line(table, 0);
	if (!keys)
		return 0;
	flow_address(words, addr->word);
	return verdict_find6(table, keys->addr6, words, &found) == 1 && found.endpoint == endpoint;
}
