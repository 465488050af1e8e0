/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule IR: what every policy API is brought to, and all that the compiler knows of policy.
 *
 * Evaluation, for one subject pod and one direction: the tiers in order; in a tier the rules of all
 * policies that select the subject, by (rule order, policy order, rule index); the first rule that
 * matches peer and port decides: allow and deny are final, pass goes on with the next tier. After
 * the last rule of a tier: if one of its policies isolates the subject in this direction, deny
 * ("default deny"), else the next tier. After the last tier: allow ("not isolated"). A union of
 * allows (NetworkPolicy) is the same walk, because all its rules allow.
 *
 * The IR lives in the snapshot's arena, strings are interned there. Built once, then read only.
 */
#pragma once

#include "base/diag.h"
#include "base/ip.h"
#include "base/port.h"
#include "model/model.h"
#include "model/selector.h"

#include <stdbool.h>
#include <stdint.h>

enum policy_direction { POLICY_EGRESS, POLICY_INGRESS, POLICY_N_DIRECTIONS };

enum policy_action { POLICY_DENY, POLICY_ALLOW, POLICY_PASS };

/* Pods by namespace and labels. Host-network pods are never selected. */
struct policy_pods {
	const char *ns;             /* exactly this namespace; NULL: the selector decides */
	struct selector namespaces; /* by the namespace's labels; empty: all */
	struct selector pods;       /* by the pod's labels; empty: all */
};

enum policy_peer_kind {
	POLICY_PEER_PODS,  /* `pods` */
	POLICY_PEER_CIDR,  /* every address in `cidr` but those in `except`: pods' addresses too */
	POLICY_PEER_NODES, /* the addresses of the nodes that `nodes` selects */
};

struct policy_peer {
	uint8_t kind; /* enum policy_peer_kind */
	struct policy_pods pods;
	struct selector nodes; /* by the node's labels */
	struct ip_cidr cidr;
	struct ip_cidr *except;
	uint32_t n_except;
	struct diag_span span;
};

enum policy_port_kind {
	POLICY_PORT_RANGE, /* first … last of the space */
	POLICY_PORT_NAMED, /* `name`: at the peer for egress, at the subject for ingress */
};

struct policy_port {
	uint8_t kind;  /* enum policy_port_kind */
	uint8_t space; /* enum port_space */
	uint16_t first;
	uint16_t last;
	const char *name;
	struct diag_span span;
};

struct policy;

struct policy_rule {
	const struct policy *policy;
	uint8_t direction; /* enum policy_direction */
	uint8_t action;    /* enum policy_action */
	bool any_peer;     /* every address, known or not; `peers` is empty */
	bool any_port;     /* every port of every protocol; `ports` is empty */
	uint32_t order;    /* within the tier; NetworkPolicy: 0 */
	uint32_t index;    /* in the policy's list of this direction, from 0: "ingress[0]" */
	struct policy_peer *peers;
	uint32_t n_peers;
	struct policy_port *ports;
	uint32_t n_ports;
	const char *condition; /* NULL, or what a proxy must find true, in the words of the API */
	struct diag_span span;
};

struct policy {
	const struct model_policy_object *object;
	const char *group;
	const char *kind;
	const char *ns; /* NULL for cluster-wide ones */
	const char *name;
	uint32_t tier;  /* number in the set's tiers */
	uint32_t order; /* within the tier, its rules' too; NetworkPolicy: 0 */
	uint32_t index; /* position in the set */
	bool is_staged; /* decides only the staged row */
	struct policy_pods subject;
	bool isolates[POLICY_N_DIRECTIONS];
	struct policy_rule *rules[POLICY_N_DIRECTIONS];
	uint32_t n_rules[POLICY_N_DIRECTIONS];
	struct diag_span span;
};

/* Tiers of one layer are evaluated in order; every layer must allow. */
struct policy_tier {
	const char *name; /* "NetworkPolicy" */
	uint32_t layer;   /* 0: the network */
};

/* A policy that was refused, and so is not in force. */
struct policy_rejected {
	const struct model_policy_object *object;
};

struct policy_set {
	struct policy_tier *tiers;
	uint32_t n_tiers;
	struct policy **policies; /* by tier, order, group, namespace, name, kind */
	uint32_t n_policies;
	struct policy_rejected *rejected;
	uint32_t n_rejected;
};

struct policy_options {
	bool skip_invalid; /* the problems of a rejected policy are warnings */
};

/*
 * Turns every policy object of the snapshot into rules. An object with an error is not in the set
 * but in `rejected`; all problems of all objects are in `diags`, in the order of the files. Never
 * NULL; lives in the snapshot's arena.
 */
struct policy_set *policy_set_build(struct model_snapshot *snapshot,
				    const struct policy_options *options, struct diag_list *diags);

bool policy_pods_match(const struct policy_pods *pods, const struct model_pod *pod);

/* Whether the address is one of a node that the selector has. */
bool policy_nodes_have(const struct selector *nodes, const struct model_snapshot *snapshot,
		       const struct ip_addr *addr);

/* "ingress" or "egress". */
const char *policy_direction_name(enum policy_direction direction);
const char *policy_action_name(enum policy_action action);
