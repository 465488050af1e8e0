/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of rules and policies that an answer points to.
 *
 * A reference names a rule, or a policy as a whole (one that isolates). Lists are collected in any
 * order and with repetitions, then put in order: by tier, policy, direction and index, which is the
 * order that people and programs see. References borrow from the policies; the list's memory is its
 * holder's.
 */
#pragma once

#include "base/vec.h"
#include "policy/ir.h"

/* Why a rule that came near did not match; nearest first. id, name in JSON, text */
#define ANALYZE_NEARS(X) \
	X(NAMED_PORT, "named-port", "matches the peer, but its port name is not this port there") \
	X(PORT, "port", "matches the peer but not the port") \
	X(PROTOCOL, "protocol", "matches the peer but not the protocol") \
	X(EXCEPT, "except", "matches the port, and the peer is in an except block") \
	X(PEER, "peer", "matches the port but not the peer")

enum analyze_near {
	ANALYZE_NEAR_NONE,
#define X(id, name, text) ANALYZE_NEAR_##id,
	ANALYZE_NEARS(X)
#undef X
		ANALYZE_N_NEARS
};

struct analyze_ref {
	const struct policy *policy;
	const struct policy_rule *rule; /* NULL: the policy isolates */
	uint8_t near;                   /* enum analyze_near; NONE: it decides */
};

struct analyze_refs {
	struct analyze_ref *items;
	size_t n;
	size_t cap;
};

const char *analyze_near_name(enum analyze_near near);
const char *analyze_near_text(enum analyze_near near);

void analyze_refs_release(struct analyze_refs *refs);
void analyze_refs_add(struct analyze_refs *refs, struct analyze_ref ref);
void analyze_refs_add_all(struct analyze_refs *refs, const struct analyze_refs *from);

/* Sorts and drops repetitions; of one rule's near misses the nearest stays. */
void analyze_refs_order(struct analyze_refs *refs);

/* Drops from `refs` the rules that are also in `other`; both in order. */
void analyze_refs_remove(struct analyze_refs *refs, const struct analyze_refs *other);
