// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The two programs on the node's side of every pod's interface. Both are shared by all pods: which
 * pod it is follows from the interface.
 */
#include "bpf/hook.h"

/* What the interface receives is what the pod sent. */
SEC("tc")
int from_pod(struct __sk_buff *skb)
{
	return hook_run(skb, PACKET_NEAR);
}

SEC("tc")
int to_pod(struct __sk_buff *skb)
{
	return hook_run(skb, PACKET_FAR);
}

char _license[] SEC("license") = "Dual BSD/GPL";
