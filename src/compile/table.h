/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a world to the sealed table (verdict/table.h): the bytes that userspace and the kernel both
 * read.
 *
 * The result is position independent, checksummed, and complete: addresses of all pods and nodes of
 * the snapshot, CIDR ranges, the subjects as local endpoints, rows, outcomes and the texts that
 * explain them.
 */
#pragma once

#include "base/diag.h"
#include "compile/world.h"
#include "verdict/verdict.h"

#include <stdint.h>

#define COMPILE_DEFAULT_BUDGET (64u << 20)

struct compile_table_options {
	uint64_t generation;          /* 0 is read as 1 */
	size_t budget;                /* bytes; 0 = COMPILE_DEFAULT_BUDGET */
	const uint32_t *endpoint_ids; /* parallel to `pods`, > 0 and unique; NULL = position + 1 */
};

/* A table in memory, owned by the holder. */
struct compiled_table {
	void *bytes; /* 64-byte aligned */
	size_t size;
};

/*
 * Compiles the table of `pods`. 0; or -E2BIG when it does not fit the budget, with a diagnostic
 * (BH0301) that says what takes the room; `ret` is untouched then.
 */
int compile_table(struct compile_world *world, struct model_pod *const *pods, size_t n_pods,
		  const struct compile_table_options *options, struct diag_list *diags,
		  struct compiled_table *ret);
void compiled_table_release(struct compiled_table *table);

/*
 * Checks bytes that come from elsewhere: magic, ABI, size, checksum, every section inside the blob.
 * 0 or -EBADMSG; a view of them for verdict_flow().
 */
int table_open(const void *bytes, size_t size, struct table_view *ret_view);

const struct table_header *table_header(const struct table_view *view);

/* Text of a string offset; "" when it is out of bounds. */
const char *table_string(const struct table_view *view, uint32_t offset);

/* NULL when out of bounds. */
const struct table_outcome *table_outcome(const struct table_view *view, uint32_t number);
const struct table_rule *table_rule(const struct table_view *view, uint32_t number);
const struct table_policy *table_policy(const struct table_view *view, uint32_t number);

const struct table_decision *table_decision(const struct table_view *view, uint32_t number);

/* The numbers of a list; *ret_n is their count. NULL and 0 when out of bounds. */
const uint32_t *table_list(const struct table_view *view, uint32_t item, uint32_t *ret_n);

/* A flow between two addresses, ready for verdict_flow(). */
struct verdict_flow compile_flow(const struct ip_addr *src, const struct ip_addr *dst,
				 enum port_space space, uint16_t port);
