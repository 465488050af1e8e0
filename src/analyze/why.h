/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why one side of a flow got its verdict: all rules that allow it, or what isolates and which rules
 * came near.
 *
 * A walk over the rule IR for one subject, one peer address and one port, for people. The verdict
 * itself comes from the table (verdict/verdict.h); what this walk concludes must be the same, and
 * its callers assert it.
 */
#pragma once

#include "analyze/refs.h"
#include "model/model.h"
#include "policy/ir.h"
#include "verdict/table.h"

struct analyze_why_question {
	const struct model_snapshot *snapshot;
	const struct policy *const *policies; /* all that select the subject, in order */
	uint32_t n_policies;
	const struct model_pod *subject;
	const struct model_pod *peer; /* NULL: the address is no pod's */
	struct ip_addr addr;          /* the peer's */
	uint8_t direction;            /* enum policy_direction */
	uint8_t space;                /* enum port_space */
	uint16_t port;
	bool is_staged;                    /* as the staged policies would have it */
	const struct policy_rule *without; /* NULL, or one that is taken not to be there */
};

struct analyze_why {
	uint8_t action;             /* enum table_action */
	uint8_t reason;             /* NOT_ISOLATED, RULE, DEFAULT_DENY, CONDITION, SOURCE_PORT */
	struct analyze_refs rules;  /* that decide; for a default deny, the policies that isolate */
	struct analyze_refs near;   /* of a default deny */
	struct analyze_refs passed; /* that left it to the next tier */
	struct analyze_refs
		behind; /* of a deny by a rule: what would allow it if that were not there */
};

/* Adds to the lists of `ret`, which its holder releases; sets action and reason. */
void analyze_why(const struct analyze_why_question *question, struct analyze_why *ret);
void analyze_why_release(struct analyze_why *why);
