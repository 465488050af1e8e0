/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `coverage`: how far the policies of a cluster have come, in numbers that can be tracked.
 *
 * Every ratio is two counts, so that it can be added up. What is counted is what policies do, by the
 * same rows as everybody else's answers: pods that a default deny isolates, pairs of pods that may
 * talk. Host-network pods cannot be isolated, are in no other count and have their own. The
 * system namespaces have no level.
 *
 * Every output format walks the same tables below, so that all have the same numbers.
 *
 * Cost: that of a map without unfolding it.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"

/*
 * What is counted of pods, policies, exceptions and tests; the counts of namespaces add up to those
 * of their owner, and with what belongs to no namespace to those of the cluster.
 *
 *	id, name, metric, labels of the metric
 */
#define ANALYZE_COUNTS(X) \
	/* namespaces with pods: a default deny of both directions has every pod, some, no pod */ \
	X(PROTECTED, "namespaces_protected", NAMESPACES, "state=\"protected\"") \
	X(PARTIAL, "namespaces_partial", NAMESPACES, "state=\"partial\"") \
	X(UNPROTECTED, "namespaces_unprotected", NAMESPACES, "state=\"unprotected\"") \
	X(EXEMPT, "namespaces_exempt", NAMESPACES, "state=\"exempt\"") \
	/* pods: who is not named is denied; isolated, and rules let all in; neither */ \
	X(EGRESS_DENY, "pods_egress_default_deny", PODS, \
	  "direction=\"egress\",isolation=\"default_deny\"") \
	X(EGRESS_OPEN, "pods_egress_allow_all_rule", PODS, \
	  "direction=\"egress\",isolation=\"allow_all_rule\"") \
	X(EGRESS_NONE, "pods_egress_none", PODS, "direction=\"egress\",isolation=\"none\"") \
	X(INGRESS_DENY, "pods_ingress_default_deny", PODS, \
	  "direction=\"ingress\",isolation=\"default_deny\"") \
	X(INGRESS_OPEN, "pods_ingress_allow_all_rule", PODS, \
	  "direction=\"ingress\",isolation=\"allow_all_rule\"") \
	X(INGRESS_NONE, "pods_ingress_none", PODS, "direction=\"ingress\",isolation=\"none\"") \
	/* of those: on some port, by pods like none of the input, by addresses of the internet */ \
	X(FROM_UNKNOWN, "pods_from_unknown", OPEN_PODS, "direction=\"ingress\",peer=\"unknown\"") \
	X(FROM_INTERNET, "pods_from_internet", OPEN_PODS, \
	  "direction=\"ingress\",peer=\"internet\"") \
	X(TO_INTERNET, "pods_to_internet", OPEN_PODS, "direction=\"egress\",peer=\"internet\"") \
	X(HOST_PODS, "hostnetwork_pods", HOST_PODS, "") \
	/* ordered pairs of pods, to one of these, on some port */ \
	X(ALLOWED, "pairs_allowed", PAIRS, "set=\"allowed\"") \
	X(POSSIBLE, "pairs_possible", PAIRS, "set=\"possible\"") \
	X(OWNED, "policies_with_owner", POLICIES, "owner_named=\"true\"") \
	X(UNOWNED, "policies_without_owner", POLICIES, "owner_named=\"false\"") \
	X(BROAD, "broad_rules", BROAD_RULES, "") \
	/* of those, by what is broad: one rule may be so in several ways */ \
	X(ANY_PEER, "broad_any_peer", BREADTHS, "kind=\"any_peer\"") \
	X(ANY_PORT, "broad_any_port", BREADTHS, "kind=\"any_port\"") \
	X(ALL_NAMESPACES, "broad_all_namespaces", BREADTHS, "kind=\"all_namespaces\"") \
	X(WORLD_EGRESS, "broad_world_egress", BREADTHS, "kind=\"world_egress\"") \
	X(WORLD_INGRESS, "broad_world_ingress", BREADTHS, "kind=\"world_ingress\"") \
	X(PORT_RANGE, "broad_port_range_gt_1000", BREADTHS, "kind=\"port_range_gt_1000\"") \
	X(CIDR, "broad_cidr_lt_16", BREADTHS, "kind=\"cidr_lt_16\"") \
	/* exceptions from findings: in force, and over; the others are of those in force */ \
	X(ACTIVE, "exceptions_active", EXCEPTIONS, "state=\"active\"") \
	X(EXPIRED, "exceptions_expired", EXCEPTIONS, "state=\"expired\"") \
	X(NO_EXPIRY, "exceptions_no_expiry", EXCEPTIONS, "state=\"no_expiry\"") \
	X(NO_OWNER, "exceptions_no_owner", EXCEPTIONS, "state=\"no_owner\"") \
	X(STALE, "exceptions_stale", EXCEPTIONS, "state=\"stale\"") \
	X(PASSED, "tests_passed", TESTS, "mode=\"static\",result=\"pass\"") \
	X(FAILED, "tests_failed", TESTS, "mode=\"static\",result=\"fail\"") \
	X(DEPENDS, "tests_depends", TESTS, "mode=\"static\",result=\"depends\"") \
	/* changes of rules: a test notices, or none */ \
	X(KILLED, "mutants_killed", MUTANTS, "fate=\"killed\"") \
	X(SURVIVED, "mutants_survived", MUTANTS, "fate=\"survived\"")

enum analyze_count {
#define X(id, name, metric, labels) ANALYZE_COUNT_##id,
	ANALYZE_COUNTS(X)
#undef X
		ANALYZE_N_COUNTS
};

/* Families of counts, as they are scraped. id, name, what it says */
#define ANALYZE_METRICS(X) \
	X(NAMESPACES, "bulkhead_namespaces", "Namespaces with pods, by state.") \
	X(PODS, "bulkhead_pods", \
	  "Pods outside the network of their host, by how they are isolated.") \
	X(OPEN_PODS, "bulkhead_open_pods", \
	  "Pods of which policies allow traffic with a peer that none of them has in mind.") \
	X(HOST_PODS, "bulkhead_hostnetwork_pods", \
	  "Pods in the network of their host, which no policy isolates.") \
	X(PAIRS, "bulkhead_reachability_cells", \
	  "Ordered pairs of pods, to a pod of the namespace.") \
	X(POLICIES, "bulkhead_policies", "Policies, by whether they name an owner.") \
	X(BROAD_RULES, "bulkhead_broad_rules_distinct", "Rules that allow broadly, each once.") \
	X(BREADTHS, "bulkhead_broad_rules", "Rules that allow broadly, by what is broad.") \
	X(EXCEPTIONS, "bulkhead_exceptions", \
	  "Exceptions from findings: active or expired; no_expiry, no_owner, stale of the " \
	  "active.") \
	X(TESTS, "bulkhead_policy_tests", "Policy tests, by result.") \
	X(MUTANTS, "bulkhead_policy_test_mutants", \
	  "Changes of rules that change access, by whether a policy test notices.")

enum analyze_metric {
#define X(id, name, help) ANALYZE_METRIC_##id,
	ANALYZE_METRICS(X)
#undef X
		ANALYZE_N_METRICS
};

/*
 * Ratios of counts, so that they can be added up: one, of a sum.
 *
 *	id, name in JSON, column, words, numerator, first and last of the denominator
 */
#define ANALYZE_RATIOS(X) \
	X(PROTECTED, "protectedNamespaces", "protected", "protected namespaces", PROTECTED, \
	  PROTECTED, UNPROTECTED) \
	X(INGRESS, "defaultDenyIngress", "deny in", "pods with default deny, ingress", \
	  INGRESS_DENY, INGRESS_DENY, INGRESS_NONE) \
	X(EGRESS, "defaultDenyEgress", "deny out", "pods with default deny, egress", EGRESS_DENY, \
	  EGRESS_DENY, EGRESS_NONE) \
	X(OPENNESS, "openness", "open", "pairs of pods that may talk", ALLOWED, POSSIBLE, \
	  POSSIBLE) \
	X(FROM_UNKNOWN, "admitUnknownPods", "unknown in", "pods that admit unknown pods", \
	  FROM_UNKNOWN, INGRESS_DENY, INGRESS_NONE) \
	X(FROM_INTERNET, "admitInternet", "internet in", "pods that admit the internet", \
	  FROM_INTERNET, INGRESS_DENY, INGRESS_NONE) \
	X(TO_INTERNET, "reachInternet", "internet out", "pods that may reach the internet", \
	  TO_INTERNET, INGRESS_DENY, INGRESS_NONE) \
	X(UNOWNED, "policiesWithoutOwner", "no owner", "policies without an owner", UNOWNED, \
	  OWNED, UNOWNED) \
	X(TESTS, "tests", "tests", "policy tests that hold", PASSED, PASSED, DEPENDS) \
	X(ADEQUACY, "adequacy", "adequacy", "changes of rules that tests notice", KILLED, KILLED, \
	  SURVIVED)

enum analyze_ratio {
#define X(id, name, column, words, part, first, last) ANALYZE_RATIO_##id,
	ANALYZE_RATIOS(X)
#undef X
		ANALYZE_N_RATIOS
};

struct analyze_count_info {
	const char *name;
	uint8_t metric;     /* enum analyze_metric */
	const char *labels; /* 'state="protected"', "": none */
};

struct analyze_metric_info {
	const char *name;
	const char *help;
};

struct analyze_ratio_info {
	const char *name;
	const char *column;
	const char *words;
	uint8_t part; /* enum analyze_count, as are first … */
	uint8_t first;
	uint8_t last; /* … to last, of which it is a part */
};

extern const struct analyze_count_info analyze_counts[ANALYZE_N_COUNTS];
extern const struct analyze_metric_info analyze_metrics[ANALYZE_N_METRICS];
extern const struct analyze_ratio_info analyze_ratios[ANALYZE_N_RATIOS];

#define ANALYZE_NO_LEVEL UINT32_MAX

/* Counts of a namespace, an owner, or all. */
struct analyze_coverage_row {
	const char *name;  /* NULL: all, or what is in no namespace; "": without an owner */
	const char *owner; /* NULL: none is named; of a namespace */
	uint64_t counts[ANALYZE_N_COUNTS];
	uint32_t level;   /* of a namespace: 0 to 5; ANALYZE_NO_LEVEL */
	const char *next; /* the next best step; NULL: none */
};

/* What another module has counted. */
struct analyze_coverage_extra {
	const char *ns; /* NULL, or what is no namespace of the input: in none */
	uint8_t count;  /* enum analyze_count */
	uint32_t n;
};

/* What other modules know of the same input. */
struct analyze_coverage_extras {
	VEC(struct analyze_coverage_extra) items;
	bool has_tests;
	bool has_adequacy;
	const char *const *system; /* namespaces that are exempt besides the usual */
	size_t n_system;
};

struct analyze_coverage {
	const struct analyze_cluster *cluster;
	struct arena arena;
	bool has_tests;
	bool has_adequacy;
	struct analyze_coverage_row total;           /* its next step is that of a namespace */
	struct analyze_coverage_row unplaced;        /* what is in no namespace */
	VEC(struct analyze_coverage_row) namespaces; /* with pods or policies, by name */
	VEC(struct analyze_coverage_row) owners;     /* of namespaces, by name */
};

/*
 * The cluster must have been loaded with keep_manifests: owners are annotations too. Adds a
 * hypothetical pod to its snapshot.
 */
void analyze_coverage_build(struct analyze_coverage *ret, struct analyze_cluster *cluster,
			    const struct analyze_coverage_extras *extras);
void analyze_coverage_release(struct analyze_coverage *coverage);

/* Whether there is something to count: tests, mutants. */
bool analyze_coverage_has(const struct analyze_coverage *coverage, enum analyze_count count);

/* What a ratio is a part of; the part itself is a count of the row. */
uint64_t analyze_coverage_whole(const struct analyze_coverage_row *row, enum analyze_ratio ratio);
