/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle: what the texts of NetworkPolicy and policy.networking.k8s.io say of one packet, evaluated as
 * naively as they are written (k8s.io/api networking/v1 types.go; kubernetes.io "Network Policies";
 * network-policy-api apis/v1alpha1 and apis/v1alpha2). Who has a name of `domainNames` is left open: a condition.
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
	ORACLE_ISOLATED_BOTH_WAYS, /* a NetworkPolicy for one direction keeps Baseline out of both */
	ORACLE_PASS_SKIPS_ALL,     /* Pass ends the evaluation, not the tier */
	ORACLE_HIGH_PRIORITY_FIRST,
	ORACLE_LAST_NAME_FIRST, /* of equal priorities */
	ORACLE_NETWORKS_ARE_OUTSIDE,
	ORACLE_EVERY_NODE, /* `nodes` selects all */
	ORACLE_RANGE_END_EXCLUSIVE,
	ORACLE_NOBODY_HAS_NAMES, /* `domainNames` match nothing */
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

struct oracle_rule {
	const struct model_policy_object *policy;
	uint32_t index; /* in its list, from 0 */
};

#define ORACLE_MAX_CONDITIONS 64

struct oracle_side {
	bool is_allowed;         /* whatever the conditions say */
	uint8_t reason;          /* enum verdict_reason */
	struct oracle_rule rule; /* the first that decides, with VERDICT_RULE and VERDICT_CONDITION */
	struct oracle_rule passed[2]; /* at most one of a tier */
	uint32_t n_passed;
	/* With VERDICT_CONDITION: these rules allow if …, and `rest` (policy NULL: none) denies what is left. */
	struct oracle_rule conditions[ORACLE_MAX_CONDITIONS];
	uint32_t n_conditions;
	struct oracle_rule rest;
};

/* The packet passes if both sides allow it. */
struct oracle_verdict {
	struct oracle_side side[2]; /* egress, ingress */
};

void oracle_judge(const struct oracle *oracle, const struct oracle_question *question,
		  struct oracle_verdict *ret);

/* The policy is a NetworkPolicy that selects the pod and isolates it in the direction. */
bool oracle_isolates(const struct oracle *oracle, const struct model_policy_object *policy,
		     const struct model_pod *pod, bool is_egress);
