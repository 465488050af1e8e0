/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Calico does with one packet, evaluated as naively as it can be said: all tiers, in each all
 * policies by their order, each rule's criteria one by one, over the policy objects' own trees. It
 * knows nothing of front ends, rules, classes or tables, and takes the policies for valid ones. Of
 * NetworkPolicy it knows `matchLabels`, blocks and numbered ports, as the tests write it.
 */
#pragma once

#include "model/model.h"
#include "verdict/reason.h"

struct calico_packet {
	struct ip_addr src;
	struct ip_addr dst;
	uint8_t space; /* enum port_space */
	uint16_t port;
	uint16_t source_port;
};

struct calico_side {
	bool is_allowed;
	uint8_t reason;                           /* NOT_ISOLATED, RULE, DEFAULT_DENY */
	const struct model_policy_object *object; /* of the rule */
	uint32_t rule;                            /* in its list */
};

/* `is_staged`: as the staged policies would have it. The pod of that side must exist. */
void calico_oracle_judge(const struct model_snapshot *snapshot, const struct calico_packet *packet,
			 bool is_ingress, bool is_staged, struct calico_side *ret);
