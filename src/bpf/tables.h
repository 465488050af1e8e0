/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The map that the enforced table is found in. */
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "verdict/table.h"

/* Slot 0: the lines of the enforced table. An inner map may have any number of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_INNER_MAP | BPF_F_MMAPABLE);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, TABLE_LINE_SIZE);
		});
} tables SEC(".maps");
