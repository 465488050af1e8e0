/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule IR: what every policy API is brought to, and all that the compiler knows of policy.
 *
 * Evaluation, for one subject pod and one direction: every layer must allow. In a layer the tiers
 * in order; in a tier the rules of all policies that select the subject, by (policy order, rule
 * rank, policy index, rule position); the first rule that matches peer and port decides: allow and
 * deny are final, pass goes on with the next tier. After the last rule of a tier: if one of its
 * policies isolates the subject in this direction, deny ("default deny"), else the next tier. After
 * the last tier: allow ("not isolated"). A union of allows (NetworkPolicy) is the same walk,
 * because all its rules allow.
 *
 * A conditional rule decides only if its condition holds: the walk notes it and goes on, so that
 * the outcome is a list, "allow if …, else deny".
 *
 * The IR lives in the snapshot's arena, strings are interned there. Built once, then read only.
 */
#pragma once

#include "base/diag.h"
#include "base/ip.h"
#include "base/port.h"
#include "base/strbuf.h"
#include "model/model.h"
#include "model/selector.h"
#include "policy/cni.h"

#include <stdbool.h>
#include <stdint.h>

enum policy_direction { POLICY_EGRESS, POLICY_INGRESS, POLICY_N_DIRECTIONS };

enum policy_action { POLICY_DENY, POLICY_ALLOW, POLICY_PASS };

/* Pods by what they are: all that is said must hold. Host-network pods are never selected. */
struct policy_pods {
	const char *ns;             /* exactly this namespace; NULL: the selector decides */
	struct selector namespaces; /* by the namespace's labels; empty: all */
	struct selector pods;       /* by the pod's labels; empty: all */
	struct selector accounts;   /* by its service account's labels, the name among them */
	bool in_mesh;               /* only those that are in the mesh */
};

enum policy_peer_kind {
	POLICY_PEER_PODS,     /* `pods` */
	POLICY_PEER_CIDR,     /* every address in `cidr` but those in `except`: pods' too */
	POLICY_PEER_NODES,    /* the addresses of the nodes that `nodes` selects */
	POLICY_PEER_OWN_NODE, /* the addresses of the subject's own node, when that is known */
	POLICY_PEER_ALL_OF,   /* in every part; no parts: every address */
	POLICY_PEER_ANY_OF,   /* in some part; no parts: none */
	POLICY_PEER_NONE_OF,  /* in no part; no parts: every address */
};

/* A set of addresses: a leaf, or what the sets of its parts make. */
struct policy_peer {
	uint8_t kind; /* enum policy_peer_kind */
	struct policy_pods pods;
	struct selector nodes; /* by the node's labels */
	struct ip_cidr cidr;
	struct ip_cidr *except;
	uint32_t n_except;
	struct policy_peer *parts;
	uint32_t n_parts;
	const char *text; /* of a tree, in the words of its API; NULL: made of its parts */
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

enum policy_layer { POLICY_LAYER_NETWORK, POLICY_LAYER_MESH, POLICY_N_LAYERS };

/* Where tiers stand in the network layer, in Calico's numbers, which everybody else's fit in. */
#define POLICY_ORDER_ADMIN 1000.0
#define POLICY_ORDER_NETWORK_POLICY 1000000.0
#define POLICY_ORDER_BASELINE 10000000.0

/* Tiers of one layer, order and name are one. The mesh layer is of TCP only. */
struct policy_tier {
	uint32_t layer; /* enum policy_layer */
	double order;
	const char *name;  /* orders tiers of equal order */
	const char *title; /* as its API calls it: "NetworkPolicy" */
};

struct policy;

struct policy_rule {
	const struct policy *policy;
	uint8_t direction; /* enum policy_direction */
	uint8_t action;    /* enum policy_action */
	uint8_t rank;      /* among rules of equal policy order, whatever their policies */
	bool any_peer;     /* every address, known or not; `peers` is empty */
	bool any_port;     /* every port of every protocol; `ports` is empty */
	bool is_proxied;   /* whatever it matches a proxy decides, even if a later rule allows it */
	uint32_t index;    /* in the policy's list of this direction, from 0: "ingress[0]" */
	const char *list;  /* that list, where it is not named as the direction: "ingressDeny" */
	struct policy_peer *peers;
	uint32_t n_peers;
	struct policy_port *ports;
	uint32_t n_ports;
	struct policy_port *not_ports; /* what `ports` has without these */
	uint32_t n_not_ports;
	const struct port_set *source_ports; /* NULL: any; else a condition, by number only */
	const char *condition; /* NULL, or what has to be found true, in the words of the API */
	struct diag_span span;
};

struct policy {
	const struct model_policy_object *object;
	const char *group;
	const char *kind;
	const char *ns; /* NULL for cluster-wide ones */
	const char *name;
	struct policy_tier tier_key;
	uint32_t tier;      /* number in the set's tiers */
	double order;       /* within the tier; INFINITY: last */
	const char *tie;    /* orders policies of equal order; NULL: group, namespace, name, kind */
	bool has_open_ties; /* its API leaves it open which of equal order is first */
	uint32_t index;     /* position in the set */
	uint32_t part;      /* of its object, from 0: most have one */
	bool is_staged;     /* decides only the staged row */
	bool is_removal;    /* staged: takes what it replaces out, and has no rules */
	bool is_replaced;   /* by a staged one, on the staged row */
	const char *replaces_group;
	const char *replaces_kind;  /* staged: NULL, or the kind of what it replaces */
	const char *no_effect;      /* NULL, or why it decides nothing: "dry-run" */
	struct policy_peer subject; /* PODS, CIDR of one of its own addresses, and trees of them */
	bool asks_own_node;         /* a rule has OWN_NODE */
	bool rules_own_node;        /* its API's rules decide on what a pod's own node sends, too */
	bool is_mesh;               /* binds only pods that are in the mesh */
	bool isolates[POLICY_N_DIRECTIONS];
	struct policy_rule *rules[POLICY_N_DIRECTIONS];
	uint32_t n_rules[POLICY_N_DIRECTIONS];
	struct diag_span span;
};

/* A policy that was refused, and so is not in force. */
struct policy_rejected {
	const struct model_policy_object *object;
};

struct policy_set {
	struct policy_tier *tiers; /* by layer, order, name */
	uint32_t n_tiers;
	struct policy **policies; /* by tier, order, tie; those that decide */
	uint32_t n_policies;
	struct policy **idle; /* those without effect, in the same order */
	uint32_t n_idle;
	bool has_staged;
	bool asks_own_node;  /* a rule has OWN_NODE */
	bool rules_own_node; /* a policy does */
	struct policy_rejected *rejected;
	uint32_t n_rejected;
};

struct policy_options {
	struct policy_cni cni; /* who enforces; what it does not evaluate has no effect */
	const char *cni_off;   /* NULL, or the option by which it runs without policies */
	bool skip_invalid;     /* the problems of a rejected policy are warnings */
	bool lenient_peers;    /* policy.networking.k8s.io: an unknown peer fails closed */
	const char *identity;  /* the source's, in the mesh; NULL: that of its service account */
	uint16_t source_port;  /* of the question; 0: it names none */
	bool mesh_all;         /* every pod is in the mesh */
};

/*
 * Turns every policy object of the snapshot into rules. An object with an error is not in the set
 * but in `rejected`; all problems of all objects are in `diags`, in the order of the files. Never
 * NULL; lives in the snapshot's arena.
 */
struct policy_set *policy_set_build(struct model_snapshot *snapshot,
				    const struct policy_options *options, struct diag_list *diags);

bool policy_pods_match(const struct policy_pods *pods, const struct model_pod *pod);

/* Whether a subject selects the pod, or a part of one does. */
bool policy_subject_matches(const struct policy_peer *subject, const struct model_pod *pod);

/* Whether a policy decides, as things are or as the staged ones would have them. */
static inline bool policy_has_say(const struct policy *policy, bool is_staged)
{
	return is_staged ? !policy->is_replaced : !policy->is_staged;
}

/* ALL_OF, ANY_OF or NONE_OF. */
bool policy_peer_is_tree(const struct policy_peer *peer);

/* One address as a peer sees it. */
struct policy_address {
	const struct model_snapshot *snapshot;
	const struct model_pod *subject; /* whose own node is meant */
	const struct model_pod *pod;     /* that has the address; NULL: none */
	struct ip_addr addr;
};

bool policy_peer_matches(const struct policy_peer *peer, const struct policy_address *address);

/* Whether it decides only if something holds that addresses and ports do not say. */
bool policy_rule_is_conditional(const struct policy_rule *rule);

/* What has to hold for a conditional rule, in one clause and on one line: it quotes the policy. */
void policy_condition_text(const struct policy_rule *rule, struct strbuf *ret);

/* Whether a tree has a leaf of this kind, wherever it stands. */
bool policy_peer_has(const struct policy_peer *peer, enum policy_peer_kind kind);

/* Whether a peer of the rule has. */
bool policy_rule_has(const struct policy_rule *rule, enum policy_peer_kind kind);

/* < 0, 0, > 0: which of two rules that select one subject is evaluated first. */
int policy_rule_compare(const struct policy_rule *a, const struct policy_rule *b);

/* Calls `fn` for every leaf of this kind in a tree, wherever it stands. */
void policy_peer_each(const struct policy_peer *peer, enum policy_peer_kind kind,
		      void (*fn)(void *arg, const struct policy_peer *leaf), void *arg);

/* "ingress" or "egress". */
const char *policy_direction_name(enum policy_direction direction);
const char *policy_action_name(enum policy_action action);
