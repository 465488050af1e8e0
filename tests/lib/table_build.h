/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables made by hand, for tests of what reads tables. Shares no code with the compiler.
 *
 *	struct table_build *build = table_build_new();
 *	table_build_pod(build, "10.0.0.1", 1, 1);            address, endpoint, peer class
 *	table_build_port(build, VERDICT_TCP, 80, 80, 1);     port class 1
 *	table_build_cell(build, 1, VERDICT_INGRESS, 1, 2, TABLE_ALLOW);
 *	blob = table_build_seal(build, generation, &size);
 *
 * Every endpoint denies everything (DEFAULT_DENY) until a cell says otherwise. Classes and
 * endpoints are small numbers, below TABLE_BUILD_MAX. Addresses that are not named are of peer
 * class 0. A rule's stable id is table_build_stable_id(). A wrong call aborts.
 */
#pragma once

#include "verdict/verdict.h"

#include <stddef.h>

#define TABLE_BUILD_MAX 16

struct table_build;

struct table_build *table_build_new(void);
void table_build_free(struct table_build *build);

/* A pod's address. `endpoint` 0: it lives elsewhere. The same address again replaces it. */
void table_build_pod(struct table_build *build, const char *addr, __u32 endpoint, __u32 peer_class);

/* Any address, with TABLE_ADDR_* flags. */
void table_build_address(struct table_build *build, const char *addr, __u32 flags, __u32 endpoint,
			 __u32 peer_class);

/* Makes an address unknown again. */
void table_build_forget(struct table_build *build, const char *addr);

/*
 * The addresses of a block that are nobody's. Blocks must come in ascending order and not overlap.
 */
void table_build_cidr(struct table_build *build, const char *cidr, __u32 peer_class);

void table_build_port(struct table_build *build, enum verdict_space space, __u16 first, __u16 last,
		      __u32 port_class);

/* `action` of an endpoint's side for one port class and one peer class. */
void table_build_cell(struct table_build *build, __u32 endpoint, enum verdict_direction direction,
		      __u32 port_class, __u32 peer_class, enum table_action action);

/* The same for all port classes and peer classes. */
void table_build_side(struct table_build *build, __u32 endpoint, enum verdict_direction direction,
		      enum table_action action);

/* A sealed table; free() it. The build may be changed and sealed again. */
void *table_build_seal(const struct table_build *build, __u64 generation, size_t *ret_size);

/* What events call the outcome of a cell. */
__u32 table_build_stable_id(__u32 endpoint, enum verdict_direction direction,
			    enum table_action action);
