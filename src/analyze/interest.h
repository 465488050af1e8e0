/* SPDX-License-Identifier: Apache-2.0 */
/* What rules ask about their peers, so that only assumptions are told that an answer rests on. */
#pragma once

#include "policy/ir.h"

struct analyze_interest {
	bool in_addresses;        /* a CIDR block is among the peers */
	bool in_own_node;         /* so is the node that the subject runs on */
	bool in_namespace_labels; /* other than the one that every namespace has */
};

/* Adds the rules of one direction of a policy. */
void analyze_interest_add(struct analyze_interest *interest, const struct policy *policy,
			  enum policy_direction direction);
