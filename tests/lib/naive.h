/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evaluation that policy/ir.h describes, done rule by rule for one flow, with everything known
 * that a flow can know: no classes, no tables, no lists of decisions.
 */
#pragma once

#include "policy/ir.h"

/* One side of a flow, and what is known of it. */
struct naive_flow {
	const struct model_snapshot *snapshot;
	const struct policy_set *set;
	const struct model_pod *subject;
	const struct model_pod *peer; /* NULL: the address is no pod's */
	struct ip_addr addr;          /* the peer's */
	enum policy_direction direction;
	enum port_space space;
	uint16_t port;
	uint16_t source_port;
	/* Whether the condition of a rule holds; NULL: none does. */
	bool (*holds)(void *arg, const struct policy_rule *rule);
	void *arg;
	bool is_staged;
};

/* Whether all layers allow. */
bool naive_allows(const struct naive_flow *flow);

/* Whether a rule matches, its conditions aside. */
bool naive_matches(const struct naive_flow *flow, const struct policy_rule *rule);
