/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The maps of the hooks, which userspace pins under their names. What their keys and values are is
 * in the headers; a change of any of it is a new datapath (DATAPATH_ABI in datapath/internal.h).
 */
#pragma once

#include "bpf/event.h"
#include "bpf/flow.h"
#include "bpf/tables.h"

/*
 * The generation that entries of flows must have to count: the enforced table's, or a later one's
 * while a swap is under way. It is written before the table, so an entry that counts was judged by
 * the enforced table; when a swap dies in between, none counts until the next one, and each packet
 * is judged.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} current SEC(".maps");

/* FLOW_ENDPOINT_SLOT() → whose interface it is. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, FLOW_INTERFACES);
	__type(key, __u32);
	__type(value, struct flow_endpoint);
} endpoints SEC(".maps");

/* FLOW_SLOT() → a pod's flows. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, FLOW_INTERFACES * 2);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_LRU_HASH);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(struct flow_key));
			__uint(value_size, sizeof(struct flow_entry));
		});
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

/* Dropped packets by enum verdict_reason, with room for reasons to come. */
#define DROPS_MAX 64
_Static_assert(VERDICT_N_REASONS <= DROPS_MAX, "each reason has a counter");
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, DROPS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps");

/* Events that found the ring full. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");
