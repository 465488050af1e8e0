/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `coverage`: how far the policies of a cluster have come, in numbers that can be tracked.
 *
 * Every ratio is two counts, so that it can be added up. What is counted is what policies do, by the
 * same rows as everybody else's answers: pods that a default deny isolates, pairs of pods that may
 * talk. Host-network pods cannot be isolated, are in no other count and have their own. The
 * system namespaces (kube-system, kube-public, kube-node-lease) have no level.
 *
 * Cost: that of a map without unfolding it.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"

/* How a pod is isolated in one direction. id, name */
#define ANALYZE_ISOLATIONS(X) \
	X(DEFAULT_DENY, "default_deny")     /* and what is allowed is said */ \
	X(ALLOW_ALL_RULE, "allow_all_rule") /* and a rule allows everything */ \
	X(NONE, "none")

enum analyze_isolation {
#define X(id, name) ANALYZE_ISOLATION_##id,
	ANALYZE_ISOLATIONS(X)
#undef X
		ANALYZE_N_ISOLATIONS
};

/* What is broad of a rule that allows. id, name, words */
#define ANALYZE_BREADTHS(X) \
	X(ANY_PEER, "any_peer", "any peer") \
	X(ANY_PORT, "any_port", "any port") \
	X(ALL_NAMESPACES, "all_namespaces", "every namespace") \
	X(WORLD_EGRESS, "world_egress", "to every address") \
	X(WORLD_INGRESS, "world_ingress", "from every address") \
	X(PORT_RANGE, "port_range_gt_1000", "more than 1000 ports") \
	X(CIDR, "cidr_lt_16", "a block larger than /16, or /32 of IPv6")

enum analyze_breadth {
#define X(id, name, words) ANALYZE_BREADTH_##id,
	ANALYZE_BREADTHS(X)
#undef X
		ANALYZE_N_BREADTHS
};

/* The state of a namespace. id, name */
#define ANALYZE_STATES(X) \
	X(PROTECTED, "protected") /* a default deny isolates every pod in both directions */ \
	X(PARTIAL, "partial") \
	X(UNPROTECTED, "unprotected") /* no pod in any */ \
	X(EXEMPT, "exempt")           /* a system namespace */

enum analyze_state {
#define X(id, name) ANALYZE_STATE_##id,
	ANALYZE_STATES(X)
#undef X
		ANALYZE_N_STATES
};

const char *analyze_isolation_name(enum analyze_isolation isolation);
const char *analyze_breadth_name(enum analyze_breadth breadth);
const char *analyze_breadth_words(enum analyze_breadth breadth);
const char *analyze_state_name(enum analyze_state state);

#define ANALYZE_NO_LEVEL UINT32_MAX

/* Counts of a namespace, an owner, or all. */
struct analyze_coverage_row {
	const char *name;                  /* NULL: all */
	const char *owner;                 /* NULL: none is named; of a namespace */
	uint32_t states[ANALYZE_N_STATES]; /* namespaces with pods */
	uint32_t pods[POLICY_N_DIRECTIONS][ANALYZE_N_ISOLATIONS];
	uint32_t n_pods;
	uint32_t n_host_pods;
	uint32_t n_with_dns; /* pods that may ask the cluster's DNS */
	uint32_t n_bounded;  /* pods without unconditional ways to addresses outside */
	uint32_t n_identity; /* pods of which a rule asks who, or what is asked for */
	uint64_t n_allowed;  /* ordered pairs of pods, to one of these, on some port */
	uint64_t n_possible;
	uint32_t n_policies;
	uint32_t n_owned; /* policies that name an owner */
	uint32_t broad[ANALYZE_N_BREADTHS];
	uint32_t n_broad; /* rules that are broad in some way */
	uint32_t level;   /* of a namespace: 0 to 5; ANALYZE_NO_LEVEL */
	const char *next; /* the next best step; NULL: none */
};

/* What other modules know of the same input. */
struct analyze_coverage_extras {
	bool has_tests;
	uint32_t n_passed;
	uint32_t n_failed;
	uint32_t n_depends;
	bool has_adequacy;
	uint32_t n_killed;
	uint32_t n_survived;
	uint32_t n_active; /* exceptions */
	uint32_t n_expired;
	uint32_t n_without_expiry;
	uint32_t n_without_owner;
	uint32_t n_stale; /* that nothing needs */
};

struct analyze_coverage {
	const struct analyze_cluster *cluster;
	struct arena arena;
	struct analyze_coverage_extras extras;
	struct analyze_coverage_row total;
	VEC(struct analyze_coverage_row) namespaces; /* with pods or policies, by name */
	VEC(struct analyze_coverage_row) owners;     /* of namespaces, by name */
};

/* The cluster must have been loaded with keep_manifests: owners are annotations too. */
void analyze_coverage_build(struct analyze_coverage *ret, struct analyze_cluster *cluster,
			    const struct analyze_coverage_extras *extras);
void analyze_coverage_release(struct analyze_coverage *coverage);
