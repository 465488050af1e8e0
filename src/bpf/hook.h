/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A packet's way through a hook, the same for both directions:
 *
 *	parse → the pod's flows → an entry of the current generation: pass
 *	                        → else hook_slow(): judge, remember, tell
 *
 * The first hook sees what the pod sends, the second what goes to the pod. An entry is judged as
 * its flow began, whichever way the packet goes.
 *
 * Included by the programs that are attached and by the benchmark, which calls hook_run() in a
 * loop.
 */
#pragma once

#include "bpf/judge.h"

/* The kernel's, since 6.6; the headers of Debian 12 do not have them. */
#define HOOK_PASS (-1) /* TCX_NEXT: whoever else is attached has a say */
#define HOOK_DROP 2    /* TCX_DROP */

/* Enough for every header that packet_parse() may read. */
#define HOOK_PULL (sizeof(struct packet_ethernet) + 60 + 8 + 60 + 8)

/*
 * The ring wakes its reader each time it has filled by this many bytes; else the reader looks by
 * itself.
 */
#define HOOK_WAKE (128 << 10)
#define HOOK_RECORD (sizeof(struct event) + 8) /* with the ring's own header */

struct hook {
	struct __sk_buff *skb;
	void *flows;              /* the pod's, of the packet's kind */
	struct flow_entry *entry; /* or NULL */
	__u64 time;               /* CLOCK_MONOTONIC, ns, coarse */
	struct judgement judged;
	__u32 flags; /* EVENT_* */
};

VERDICT_INLINE int hook_parse_linear(struct __sk_buff *skb, __u32 sender, struct packet *packet)
{
	return packet_parse((void *)(long)skb->data, (void *)(long)skb->data_end, skb->len, sender,
			    packet);
}

/*
 * Global, see judge.h. 0 or an enum verdict_reason. The kernel takes a VLAN tag out of the frame
 * before the hooks run. Headers beyond the linear part are rare, and to fetch them may copy the
 * packet, so they are only fetched when they were missed.
 */
__noinline int hook_parse(struct __sk_buff *skb, __u32 sender, struct packet *packet)
{
	int reason;

	if (!packet)
		return VERDICT_MALFORMED;
	reason = hook_parse_linear(skb, sender, packet);
	if (skb->vlan_present)
		return VERDICT_NOT_IP;
	if (reason != VERDICT_MALFORMED && reason != VERDICT_UNRELATED)
		return reason;
	if (bpf_skb_pull_data(skb, skb->len < HOOK_PULL ? skb->len : HOOK_PULL))
		return reason;
	return hook_parse_linear(skb, sender, packet);
}

VERDICT_INLINE void hook_count(void *map, __u32 index)
{
	__u64 *count = bpf_map_lookup_elem(map, &index);

	if (count)
		++*count;
}

static __noinline void hook_tell(const struct hook *hook, __u8 action)
{
	const struct judgement *judged = &hook->judged;
	const struct flow_key *key = &judged->packet.key;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		hook_count(&lost, 0);
		return;
	}
	event->time = hook->time;
	event->generation = judged->generation;
	packet_copy_address(event->src, judged->by ? key->addr[1] : key->addr[0]);
	packet_copy_address(event->dst, judged->by ? key->addr[0] : key->addr[1]);
	event->src_port = judged->by ? key->port[1] : key->port[0];
	event->dst_port = judged->by ? key->port[0] : key->port[1];
	event->version = EVENT_VERSION;
	event->family = key->family;
	event->space = key->space;
	event->tcp_flags = judged->packet.tcp_flags;
	event->endpoint = judged->endpoint;
	event->ifindex = hook->skb->ifindex;
	event->outcome[0] = judged->outcome[0];
	event->outcome[1] = judged->outcome[1];
	event->stable_id = judged->stable_id;
	event->size = hook->skb->len;
	event->hook = judged->sender ? EVENT_FROM_POD : EVENT_TO_POD;
	event->action = action;
	event->reason = judged->reason;
	event->direction = judged->direction;
	event->flags = hook->flags | (judged->by != judged->sender ? EVENT_REVERSE : 0) |
		       (judged->own_node && !judged->by ? EVENT_OWN_NODE : 0);
	bpf_ringbuf_submit(event,
			   bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) % HOOK_WAKE < HOOK_RECORD
				   ? BPF_RB_FORCE_WAKEUP
				   : BPF_RB_NO_WAKEUP);
}

VERDICT_INLINE int hook_deny(const struct hook *hook)
{
	hook_count(&drops, hook->judged.reason);
	hook_tell(hook, TABLE_DENY);
	return HOOK_DROP;
}

VERDICT_INLINE int hook_deny_as(struct hook *hook, __u8 reason)
{
	hook->judged.reason = reason;
	return hook_deny(hook);
}

/* The number of the interface's pod, 0 if it is nobody's. */
VERDICT_INLINE __u32 hook_endpoint(const struct __sk_buff *skb)
{
	const __u32 ifindex = skb->ifindex, slot = FLOW_ENDPOINT_SLOT(ifindex);
	const struct flow_endpoint *endpoint = bpf_map_lookup_elem(&endpoints, &slot);

	return endpoint && endpoint->ifindex == ifindex ? endpoint->id : 0;
}

/* What a slow way needs besides the packet, for a packet that begins a flow. */
VERDICT_INLINE void hook_prepare(struct hook *hook)
{
	struct judgement *judged = &hook->judged;

	hook->flags = 0;
	judged->endpoint = hook_endpoint(hook->skb);
	judged->by = judged->sender;
	judged->own_node = !judged->sender && !hook->skb->ingress_ifindex;
	judged->is_either = 0;
	judged->outcome[0] = judged->outcome[1] = 0;
	judged->stable_id = 0;
	judged->reason = VERDICT_NO_TABLE;
	judged->direction = judged->sender ? VERDICT_EGRESS : VERDICT_INGRESS;
	judged->pad = 0;
	judged->verdict = (struct verdict){0};
}

/* Writes the entry with the last judgement. Should that fail, the next packet is judged again. */
VERDICT_INLINE void hook_remember(struct hook *hook, struct flow_entry *entry, __u32 is_cut)
{
	entry->judged = (hook->judged.generation & FLOW_GENERATION) | is_cut;
	entry->stable_id = hook->judged.stable_id;
	bpf_map_update_elem(hook->flows, &hook->judged.packet.key, entry, BPF_ANY);
}

/* Errors about a flow neither keep it alive nor count. */
VERDICT_INLINE void hook_touch(const struct hook *hook, struct flow_entry *entry)
{
	const struct judgement *judged = &hook->judged;

	if (!(judged->packet.flags & PACKET_ERROR))
		flow_touch(entry, &judged->packet, judged->sender, flow_ticks(hook->time),
			   hook->skb->len);
}

/* A packet of, or about, a flow that has a live entry and was judged just now. */
static __noinline int hook_known(struct hook *hook, int is_allowed)
{
	struct flow_entry entry;
	__u32 was_cut;

	if (!hook->entry)
		return HOOK_DROP;
	entry = *hook->entry;
	was_cut = entry.judged & FLOW_CUT;
	hook_touch(hook, &entry);
	if (is_allowed) {
		hook_remember(hook, &entry, 0);
		if (was_cut)
			hook_tell(hook, TABLE_ALLOW);
		return HOOK_PASS;
	}
	if (was_cut)
		hook->entry->last_seen = flow_ticks(hook->time);
	else
		hook_remember(hook, &entry, FLOW_CUT);
	hook->flags = EVENT_CUT;
	return hook_deny(hook);
}

/* The first packet of a flow that is allowed, or the first that is seen of it. */
static __noinline int hook_begin(struct hook *hook, int is_live)
{
	const struct judgement *judged = &hook->judged;
	const int is_midway = judged->packet.key.space == VERDICT_TCP &&
			      !(judged->packet.flags & PACKET_OPENS);
	const struct flow_entry *old = hook->entry;
	struct flow_entry entry = {
		.flags = (judged->by ? FLOW_BY_POD : 0) | (judged->own_node ? FLOW_OWN_NODE : 0),
		.seen = is_midway ? FLOW_SEEN_REPLY : 0,
	};

	entry.lifetime = flow_lifetime(judged->packet.key.space, entry.seen);
	hook_touch(hook, &entry);
	hook->flags = is_midway ? EVENT_HEALED : 0;
	/* The same SYN again is not a new flow. */
	if (!is_live || !old || old->seen || old->flags != entry.flags)
		hook_tell(hook, TABLE_ALLOW);
	hook_remember(hook, &entry, 0);
	return HOOK_PASS;
}

/*
 * Who began a TCP flow that is found in its middle: whom a SYN-ACK goes to; else more likely the
 * end with the higher port.
 */
VERDICT_INLINE void hook_guess(struct judgement *judged)
{
	const struct flow_key *key = &judged->packet.key;

	if (judged->packet.tcp_flags & PACKET_TCP_SYN) {
		judged->by = !judged->sender;
		return;
	}
	judged->by = PACKET_BE16(key->port[1]) > PACKET_BE16(key->port[0]) ? PACKET_NEAR
									   : PACKET_FAR;
	judged->is_either = 1;
}

/* An echo reply that answers nothing is a message like any other. */
VERDICT_INLINE void hook_unasked(struct hook *hook)
{
	struct flow_key *key = &hook->judged.packet.key;

	key->kind = PACKET_MESSAGE;
	key->port[0] = key->port[1] = PACKET_BE16((__u16)(hook->judged.packet.type << 8));
	key->icmp_by = hook->judged.sender;
	hook->entry = bpf_map_lookup_elem(hook->flows, key);
}

VERDICT_INLINE int hook_is_live(const struct hook *hook)
{
	return hook->entry && flow_is_live(hook->entry, flow_ticks(hook->time));
}

/* The entry was judged, and not cut, by the enforced table. */
VERDICT_INLINE int hook_is_current(const struct hook *hook)
{
	return hook->entry->judged == (hook->judged.generation & FLOW_GENERATION);
}

/*
 * Whatever is not simply a packet of an allowed flow. The judge is called from here and not further
 * down, for the stack of all calls together is 512 bytes.
 */
static __noinline int hook_slow(struct hook *hook)
{
	struct judgement *judged = &hook->judged;
	const __u8 flags = judged->packet.flags;
	int is_live = hook_is_live(hook), is_known;

	hook_prepare(hook);
	if (!judged->endpoint)
		return hook_deny_as(hook, VERDICT_NO_ENDPOINT);
	if (flags & PACKET_ERROR && (!is_live || (judged->sender && flags & PACKET_ROUTER)))
		return hook_deny_as(hook, VERDICT_UNRELATED);
	if (flags & PACKET_REPLY && !is_live) {
		hook_unasked(hook);
		is_live = hook_is_live(hook);
	}
	is_known = is_live && !(flags & PACKET_OPENS);
	if (is_known && hook->entry) {
		judged->by = hook->entry->flags & FLOW_BY_POD;
		judged->own_node = !!(hook->entry->flags & FLOW_OWN_NODE);
		if (hook_is_current(hook)) {
			hook_touch(hook, hook->entry);
			return HOOK_PASS;
		}
	} else if (judged->packet.key.space == VERDICT_TCP && !(flags & PACKET_OPENS)) {
		hook_guess(judged);
	}
	if (judge(judged))
		return is_known ? hook_known(hook, 1) : hook_begin(hook, is_live);
	return is_known ? hook_known(hook, 0) : hook_deny(hook);
}

/* Drops what never gets as far as a flow. */
static __noinline int hook_refuse(struct hook *hook, __u8 reason)
{
	hook_prepare(hook);
	return hook_deny_as(hook, reason);
}

/* RFC 4861, sections 4.3 and 4.4 */
#define HOOK_ND_TARGET \
	(sizeof(struct packet_ethernet) + sizeof(struct packet_ip6) + sizeof(struct packet_icmp))

VERDICT_INLINE int hook_is_neighbour_type(__u8 type)
{
	return type == PACKET_NEIGHBOUR_SOLICITATION || type == PACKET_NEIGHBOUR_ADVERTISEMENT;
}

/*
 * Neighbour discovery of a pod: solicitations and advertisements in its own name. A source that is
 * not the pod's, or the target of an advertisement or of a duplicate address detection, would speak
 * for another.
 */
static __noinline int hook_neighbour_from_pod(struct hook *hook)
{
	const struct packet *packet = &hook->judged.packet;
	const __u32 endpoint = hook_endpoint(hook->skb);
	struct judge_address addr;
	int is_anonymous;

	if (packet->key.family != 6 || packet->hop_limit != 255 ||
	    (packet->type != PACKET_ROUTER_SOLICITATION && !hook_is_neighbour_type(packet->type)))
		return hook_refuse(hook, VERDICT_NEIGHBOUR_FORBIDDEN);
	packet_copy_address(addr.word, packet->key.addr[PACKET_NEAR]);
	is_anonymous = !(addr.word[0] | addr.word[1] | addr.word[2] | addr.word[3]);
	if (!is_anonymous && !judge_owner(&addr, endpoint))
		return hook_refuse(hook, VERDICT_SPOOFED);
	if (packet->type == PACKET_ROUTER_SOLICITATION ||
	    (packet->type == PACKET_NEIGHBOUR_SOLICITATION && !is_anonymous))
		return HOOK_PASS;
	if (bpf_skb_load_bytes(hook->skb, HOOK_ND_TARGET, &addr, sizeof(addr)))
		return hook_refuse(hook, VERDICT_MALFORMED);
	return judge_owner(&addr, endpoint) ? HOOK_PASS : hook_refuse(hook, VERDICT_SPOOFED);
}

/*
 * Neighbour discovery for a pod. Only the node may be its router; solicitations and advertisements
 * may come from others on a bridged link, where a pod's went through the function above.
 */
VERDICT_INLINE int hook_neighbour_to_pod(struct hook *hook)
{
	const struct packet *packet = &hook->judged.packet;
	const int is_ip6 = packet->key.family == 6;

	if (is_ip6 && packet->hop_limit != 255)
		return hook_refuse(hook, VERDICT_NEIGHBOUR_FORBIDDEN);
	if (!hook->skb->ingress_ifindex || (is_ip6 && hook_is_neighbour_type(packet->type)))
		return HOOK_PASS;
	return hook_refuse(hook, VERDICT_NEIGHBOUR_FORBIDDEN);
}

VERDICT_INLINE int hook_run(struct __sk_buff *skb, const __u32 sender)
{
	const __u8 slow_flags = sender ? PACKET_OPENS | PACKET_ROUTER : PACKET_OPENS;
	const __u32 zero = 0;
	const __u64 *generation = bpf_map_lookup_elem(&current, &zero);
	struct hook hook;
	__u32 slot;
	int reason;

	hook.skb = skb;
	hook.time = bpf_ktime_get_coarse_ns();
	hook.judged.sender = sender;
	hook.judged.generation = generation ? *generation : 0;
	reason = hook_parse(skb, sender, &hook.judged.packet);
	if (reason == VERDICT_NEIGHBOUR)
		return HOOK_PASS;
	if (reason)
		return hook_refuse(&hook, reason);
	if (hook.judged.packet.flags & PACKET_NEIGHBOUR)
		return sender ? hook_neighbour_from_pod(&hook) : hook_neighbour_to_pod(&hook);
	slot = FLOW_SLOT(skb->ifindex, hook.judged.packet.key.space);
	hook.flows = bpf_map_lookup_elem(&flows, &slot);
	if (!hook.flows)
		return hook_refuse(&hook, VERDICT_NO_ENDPOINT);
	hook.entry = bpf_map_lookup_elem(hook.flows, &hook.judged.packet.key);
	if (hook_is_live(&hook) && hook_is_current(&hook) &&
	    !(hook.judged.packet.flags & slow_flags)) {
		hook_touch(&hook, hook.entry);
		return HOOK_PASS;
	}
	return hook_slow(&hook);
}
