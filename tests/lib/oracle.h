/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle: what the text of the NetworkPolicy specification says of one packet, evaluated as naively as
 * it is written (k8s.io/api networking/v1 types.go; kubernetes.io "Network Policies").
 *
 * The engine is tested against it, so it shares no code with the engine above `model`: it reads the policy
 * objects' trees itself and knows no rules, classes or tables. It takes the policies for valid ones. No state.
 */
#pragma once

#include "model/model.h"
#include "verdict/reason.h"

/* Mistakes that an engine could make, so that a test of agreement can be shown to find them. */
enum oracle_fault {
	ORACLE_RIGHT,
	ORACLE_IGNORES_EXCEPT,
	ORACLE_NAME_OF_ANY_PROTOCOL, /* a named port of another protocol counts */
	ORACLE_NOT_IN_NEEDS_KEY,     /* NotIn without the key does not match */
	ORACLE_END_PORT_EXCLUSIVE,
	ORACLE_PORTLESS_RULE_IS_TCP,
	ORACLE_EMPTY_EGRESS_ISOLATES, /* `egress: []` without policyTypes isolates egress */
	ORACLE_N_FAULTS
};

struct oracle {
	const struct model_snapshot *snapshot;
	enum oracle_fault fault;
};

/* A packet that opens a flow. */
struct oracle_question {
	struct ip_addr src;
	struct ip_addr dst;
	uint8_t space; /* enum port_space */
	uint16_t port;
	bool from_own_node; /* sent by the stack of the node that `dst` runs on */
};

struct oracle_side {
	bool is_allowed;
	uint8_t reason;                           /* enum verdict_reason */
	const struct model_policy_object *policy; /* with VERDICT_RULE: the first that allows … */
	uint32_t rule;                            /* … and its first rule that does, from 0 */
};

/* The packet passes if both sides allow it. */
struct oracle_verdict {
	struct oracle_side side[2]; /* egress, ingress */
};

void oracle_judge(const struct oracle *oracle, const struct oracle_question *question,
		  struct oracle_verdict *ret);

/* The policy selects the pod and isolates it in the direction. */
bool oracle_isolates(const struct oracle *oracle, const struct model_policy_object *policy,
		     const struct model_pod *pod, bool is_egress);
