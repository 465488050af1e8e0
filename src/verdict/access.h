/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Reading lines of a table: the one place where userspace and kernel differ.
 *
 * Userspace reads through a bounded pointer, the kernel looks a line up in the generation's array map. A line
 * is NULL when its number is out of bounds; whoever asked must fail closed.
 */
#pragma once

#include "verdict/table.h"

#define VERDICT_INLINE static inline __attribute__((always_inline))

#ifdef __bpf__

#include <bpf/bpf_helpers.h>

/* The inner map of one generation; never dereferenced. */
struct table_view;

VERDICT_INLINE const void *table_line(const struct table_view *table, __u32 line)
{
	return bpf_map_lookup_elem((void *)table, &line);
}

/* The kernel's programs cannot. */
VERDICT_INLINE void table_prefetch(const struct table_view *table, __u32 line)
{
	(void)table;
	(void)line;
}

#else

/* A table in memory: `lines` is 8-byte aligned and outlives the view. */
struct table_view {
	const void *lines;
	__u32 n_lines;
};

VERDICT_INLINE const void *table_line(const struct table_view *table, __u32 line)
{
	if (line >= table->n_lines)
		return (const void *)0;
	return (const char *)table->lines + (__u64)line * TABLE_LINE_SIZE;
}

/* A hint: any number is fine, also one outside the table. */
VERDICT_INLINE void table_prefetch(const struct table_view *table, __u32 line)
{
	__builtin_prefetch((const char *)table->lines + (__u64)line * TABLE_LINE_SIZE);
}

#endif

/*
 * A pointer to item `number` of a section of `type`, NULL outside the section or the table. The
 * mask is redundant arithmetic that shows the verifier that the item lies in its line.
 */
#define TABLE_ITEMS_PER_LINE(type) (TABLE_LINE_SIZE / sizeof(type))

#define table_item(table, section, number, type) \
	({ \
		const __u32 number_ = (number); \
		const type *item_ = (const type *)0; \
		if (number_ < (section).n) \
			item_ = table_line((table), \
					   (section).line + number_ / TABLE_ITEMS_PER_LINE(type)); \
		item_ ? item_ + number_ % TABLE_ITEMS_PER_LINE(type) : item_; \
	})
