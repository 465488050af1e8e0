/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies with some rules taken out or made wider, for questions that begin with "what if": which
 * rules carry a path, whether a test would notice.
 *
 * Only rules change. A policy goes on isolating whom it isolated.
 */
#pragma once

#include "policy/ir.h"

/* id, name in JSON, text */
#define ANALYZE_CHANGES(X) \
	X(DROP, "drop", "taken out") \
	X(ANY_PEER, "any-peer", "for any peer") \
	X(ANY_PORT, "any-port", "for any port")

enum analyze_change_kind {
#define X(id, name, text) ANALYZE_CHANGE_##id,
	ANALYZE_CHANGES(X)
#undef X
		ANALYZE_N_CHANGES
};

const char *analyze_change_name(enum analyze_change_kind kind);
const char *analyze_change_text(enum analyze_change_kind kind);

struct analyze_change {
	const struct policy_rule *rule; /* of the set that is changed */
	uint8_t kind;                   /* enum analyze_change_kind */
};

/* Whether it would be another rule afterwards. */
bool analyze_change_is_one(const struct analyze_change *change);

/* The rule that it makes of its rule; false: none. */
bool analyze_change_rule(const struct analyze_change *change, struct policy_rule *ret);

/* A set that shares all else with `policies`; in the arena. A rule is named at most once. */
struct policy_set *analyze_policies_changed(const struct policy_set *policies,
					    const struct analyze_change *changes, size_t n,
					    struct arena *arena);
