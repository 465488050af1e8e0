/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What makes a table whole: who compiles one seals it last, who loads one checks it first.
 * Userspace only.
 *
 * The checksum is against accidents (a torn file, a compiler's bug), not against an attacker. Cost:
 * one pass over the bytes, several GB/s.
 */
#pragma once

#include "verdict/table.h"

#define TABLE_LINE_WORDS (TABLE_LINE_SIZE / sizeof(__u64))

/* The checksum's own place, counted in words. */
#define TABLE_CHECKSUM_WORD (__builtin_offsetof(struct table_header, seal.checksum) / sizeof(__u64))

/* `blob` is 8-byte aligned, `size` a multiple of the line size. */
static inline __u64 table_checksum(const void *blob, __u64 size)
{
	const __u64 *words = (const __u64 *)blob;
	__u64 lanes[TABLE_LINE_WORDS] = {0}, sum = size;

	for (__u64 first = 0; first < size / sizeof(__u64); first += TABLE_LINE_WORDS) {
		for (unsigned int i = 0; i < TABLE_LINE_WORDS; i++) {
			const __u64 word = first + i == TABLE_CHECKSUM_WORD ? 0 : words[first + i];

			lanes[i] = (lanes[i] ^ word) * 0x9e3779b97f4a7c15ull;
			lanes[i] ^= lanes[i] >> 29;
		}
	}
	for (unsigned int i = 0; i < TABLE_LINE_WORDS; i++)
		sum = (sum ^ lanes[i]) * 0xd6e8feb86659fd93ull;
	return sum ^ (sum >> 32);
}

/* Writes the seal of a table that is otherwise complete. */
static inline void table_seal(void *blob, __u64 size)
{
	struct table_header *header = (struct table_header *)blob;

	header->seal.size = size;
	header->seal.checksum = table_checksum(blob, size);
}

enum table_fault {
	TABLE_SOUND = 0,
	TABLE_FOREIGN, /* not a table, or of another ABI */
	TABLE_TORN,    /* its size or its checksum is not what the seal says */
};

/* Whether `size` bytes are a table as its compiler sealed it. */
static inline enum table_fault table_check(const void *blob, __u64 size)
{
	const struct table_header *header = (const struct table_header *)blob;

	if (size < sizeof(*header) || header->keys.magic != TABLE_MAGIC ||
	    header->keys.abi != TABLE_ABI)
		return TABLE_FOREIGN;
	if (size % TABLE_LINE_SIZE || header->seal.size != size || !header->keys.generation)
		return TABLE_TORN;
	return header->seal.checksum == table_checksum(blob, size) ? TABLE_SOUND : TABLE_TORN;
}
