/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The table: everything a verdict depends on, in one sealed run of 64-byte lines.
 *
 * Written once by `compile`, then read only: by verdict/verdict.h in userspace through a pointer, in the
 * kernel as an array map whose values are the lines. All numbers are in the machine's byte order; a table
 * is for the machine that compiled it. Positions are line numbers from the start of the blob, items are
 * addressed as (first line of the section, item number), and no item crosses a line.
 *
 * How a question is answered (the loads, in order):
 *
 *	header             where everything is, and the generation
 *	address → entry    a bucket of one line per address; a miss goes to the sorted CIDR ranges
 *	entry.endpoint     → endpoint: the first remap entry of its subject class, for each direction
 *	(space, port)      → page → port class
 *	remap[port class]  → row
 *	row[peer class]    → cell → outcome
 *
 * Numbering lives and dies with one table: a class, row or outcome number means nothing in another
 * generation. What must outlive a generation is `stable_id`.
 */
#pragma once

#include <linux/types.h>

#define TABLE_MAGIC 0x6c6b6862u /* "bhkl" */
#define TABLE_ABI 1u
#define TABLE_LINE_SIZE 64u
#define TABLE_HEADER_LINES 4u

/* A section: its first line and how many items it has. */
struct table_section {
	__u32 line;
	__u32 n;
};

/* Line 0: from a packet to numbers. Sections with no items have n = 0. */
struct table_keys {
	__u32 magic;
	__u32 abi;
	__u64 generation;                /* grows with every table of a node; 0 is never used */
	struct table_section addr4;      /* table_bucket4; n is a power of two */
	struct table_section addr6;      /* table_bucket6; n is a power of two */
	struct table_section endpoints;  /* table_endpoint; number 0 is "none" */
	struct table_section port_index; /* __u16 page numbers: 256 per port space */
	struct table_section port_pages; /* __u16 port classes: 256 per page */
	struct table_section remaps;     /* __u32 row numbers */
};

/* Line 1: from numbers to an outcome. */
struct table_answers {
	struct table_section rows;         /* table_row; number 0 is "none" */
	struct table_section cells;        /* __u16, row-local outcome numbers */
	struct table_section outcomes;     /* table_outcome; number 0 is "none" */
	struct table_section range4;       /* table_range4, sorted by start */
	struct table_section range4_index; /* __u32, 2^range4_bits + 1 */
	struct table_section range6;       /* table_range6, sorted by start */
	struct table_section range6_index; /* __u32, 2^range6_bits + 1 */
	__u32 range4_bits;
	__u32 range6_bits;
};

/* Line 2: for people; never read in the kernel. */
struct table_explain {
	struct table_section rules;    /* table_rule; number 0 is "none" */
	struct table_section policies; /* table_policy; number 0 is "none" */
	struct table_section
		lists; /* __u32: a count, then that many numbers; item 0 is the empty list */
	struct table_section decisions; /* table_decision; number 0 is "none" */
	struct table_section strings;   /* bytes; offset 0 is "" */
	struct table_section services;  /* for service addresses; empty in ABI 1 */
	struct table_section reserved[2];
};

/* Line 3: what makes it whole. */
struct table_seal {
	__u64 size;     /* bytes, a multiple of the line size */
	__u64 checksum; /* of all bytes, with this field 0 */
	__u32 reserved[12];
};

struct table_header {
	struct table_keys keys;
	struct table_answers answers;
	struct table_explain explain;
	struct table_seal seal;
};

/* table_address.flags_class: what an address is. */
#define TABLE_CLASS_MASK 0x00ffffffu
#define TABLE_ADDR_USED 0x80000000u
#define TABLE_ADDR_CLOSED 0x40000000u /* two live pods claim it: nothing passes */
#define TABLE_ADDR_NODE 0x20000000u   /* a node's address, and so a host-network pod's */
#define TABLE_ADDR_POD 0x10000000u    /* a pod's, here or on another node */

struct table_address {
	__u32 flags_class; /* TABLE_ADDR_* | peer class */
	__u32 endpoint;    /* number of the local endpoint that owns it, or 0 */
};

/* An address is in the bucket its hash names or in one of the TABLE_PROBES - 1 after it (wrapping). */
#define TABLE_PROBES 8u
#define TABLE_BUCKET4_SLOTS 5
#define TABLE_BUCKET6_SLOTS 2

/* `more`: an address whose home is this bucket or an earlier one was placed further on. */
struct table_bucket4 {
	__u32 more;
	__u32 key[TABLE_BUCKET4_SLOTS]; /* the address as a number */
	struct table_address value[TABLE_BUCKET4_SLOTS];
};

struct table_bucket6 {
	__u32 more;
	__u32 pad[3];
	struct {
		__u32 key[4]; /* most significant first */
		struct table_address value;
	} slot[TABLE_BUCKET6_SLOTS];
};

/* From `start` up to the next record's; the first record starts at 0. */
struct table_range4 {
	__u32 start;
	__u32 flags_class; /* TABLE_ADDR_NODE … | peer class, without TABLE_ADDR_USED */
};

struct table_range6 {
	__u32 start[4];
	__u32 flags_class;
	__u32 pad[3];
};

/* The subject side of a pod: where the rows of its subject class are. */
struct table_endpoint {
	__u32 egress; /* remap item of port class 0 */
	__u32 ingress;
	__u32 flags; /* TABLE_ENDPOINT_* */
	__u32 name;  /* string: "ns/pod" */
};

#define TABLE_ENDPOINT_USED 1u
#define TABLE_ENDPOINT_RULES_OWN_NODE 2u /* a rule may deny it what its own node sends */

/*
 * One subject class, one direction, one port class. Cell c of peer class c; peer classes from n_cells on
 * have cell 0. The outcome of a cell is outcomes[first_outcome + cell]; cell 0 is the row's default.
 */
struct table_row {
	__u32 first_cell; /* cells item; a multiple of 32, so that a row starts a line */
	__u32 n_cells;
	__u32 first_outcome;
	__u32 staged; /* row of audit-mode and staged policies, 0 = the same as this */
};

enum table_action {
	TABLE_DENY = 0,
	TABLE_ALLOW = 1,
	TABLE_DECIDE = 2, /* by `decisions`: a proxy's work; without one it is a deny */
};

struct table_outcome {
	__u8 action; /* enum table_action */
	__u8 reason; /* enum verdict_reason */
	__u16 flags;
	__u32 rule;      /* the first deciding rule in the documented order, or 0 */
	__u32 isolating; /* lists item: the policies that isolate, or 0 */
	__u32 passed;    /* lists item: the rules that said pass, or 0 */
	__u32 decisions; /* first decision, or 0 */
	__u32 stable_id; /* hash of direction, action, policy and rule: the same in every generation */
	__u32 reserved[2];
};

/*
 * An ordered decision list: the first condition that holds decides. One list per independent layer, all
 * of which must allow. The last of a layer has no condition: it is what holds when no other does.
 */
struct table_decision {
	__u8 action;     /* TABLE_ALLOW if, TABLE_DENY if; TABLE_DECIDE: the next tier decides if */
	__u8 ends_layer; /* the last of its layer */
	__u8 ends_list;  /* the last of all */
	__u8 pad;
	__u32 condition; /* string, in the words of its API; 0: whatever is left */
	__u32 rule;      /* or 0 */
	__u32 reserved;
};

struct table_rule {
	__u32 policy;
	__u32 index;  /* in the policy's list of its direction */
	__u8 ingress; /* 1: an ingress rule */
	__u8 action;  /* enum table_action */
	__u16 pad;
	__u32 file; /* string */
	__u32 line;
	__u32 column;
	__u32 list; /* string: the name of that list; "": as the direction */
	__u32 reserved;
};

struct table_policy {
	__u32 group; /* strings */
	__u32 kind;
	__u32 ns;
	__u32 name;
	__u32 tier;
	__u32 file;
	__u32 line;
	__u32 column;
	__u32 uid;
	__u32 resource_version;
	__u32 reserved[6];
};

_Static_assert(sizeof(struct table_keys) == TABLE_LINE_SIZE, "line 0");
_Static_assert(sizeof(struct table_answers) == TABLE_LINE_SIZE, "line 1");
_Static_assert(sizeof(struct table_explain) == TABLE_LINE_SIZE, "line 2");
_Static_assert(sizeof(struct table_seal) == TABLE_LINE_SIZE, "line 3");
_Static_assert(sizeof(struct table_header) == TABLE_HEADER_LINES * TABLE_LINE_SIZE, "header");
_Static_assert(sizeof(struct table_bucket4) == TABLE_LINE_SIZE, "bucket4");
_Static_assert(sizeof(struct table_bucket6) == TABLE_LINE_SIZE, "bucket6");
_Static_assert(sizeof(struct table_range4) == 8 && sizeof(struct table_range6) == 32, "ranges");
_Static_assert(sizeof(struct table_endpoint) == 16 && sizeof(struct table_row) == 16, "rows");
_Static_assert(sizeof(struct table_outcome) == 32, "outcome");
_Static_assert(sizeof(struct table_decision) == 16, "decision");
_Static_assert(sizeof(struct table_rule) == 32 && sizeof(struct table_policy) == 64, "explanation");

/* The bucket of an address; `mask` is the number of buckets - 1. */
static inline __u32 table_hash4(__u32 addr, __u32 mask)
{
	addr *= 0x9e3779b1u;
	addr ^= addr >> 15;
	addr *= 0x85ebca77u;
	addr ^= addr >> 13;
	return addr & mask;
}

static inline __u32 table_hash6(const __u32 addr[4], __u32 mask)
{
	__u32 hash = addr[0] * 0x9e3779b1u;

	hash = (hash ^ (hash >> 15) ^ addr[1]) * 0x85ebca77u;
	hash = (hash ^ (hash >> 13) ^ addr[2]) * 0xc2b2ae3du;
	hash = (hash ^ (hash >> 16) ^ addr[3]) * 0x27d4eb2fu;
	return (hash ^ (hash >> 15)) & mask;
}
