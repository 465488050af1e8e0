/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PolicyTest: what people declare of their policies, held against what the policies do.
 *
 * A test says of sources, targets and ports that connections are allowed or denied, for all of them
 * or for at least one; docs/policytest.md has the schema. Reading checks the objects as strictly as
 * policies are checked. Every answer is analyze_can()'s: the same table, hypothetical peers
 * included, so that "no workload outside payments" also means those that the input does not show.
 *
 *	suite_read(&suite, &cluster, &options, &diags);
 *	suite_resolve(&suite, &diags);    the last one that adds pods to the snapshot
 *	suite_run(&suite, &diags, &results);
 *
 * A suite borrows the cluster and owns the rest. One thread.
 */
#pragma once

#include "analyze/can.h"
#include "analyze/change.h"
#include "analyze/hypothetical.h"
#include "base/vec.h"
#include "model/selector.h"

enum suite_side { SUITE_FROM, SUITE_TO, SUITE_N_SIDES };

/* How a test names its sources or targets: an endpoint, or pods by what they are. */
struct suite_peer {
	const char *endpoint;       /* in the syntax of endpoints; NULL: the rest */
	bool must_be_outside;       /* `external`: the endpoint is no object of the cluster */
	const char *ns;             /* NULL: any */
	const char *not_ns;         /* NULL: none is left out */
	struct selector namespaces; /* by the namespace's labels; empty: all */
	struct selector pods;       /* by the pod's labels; empty: all */
	bool only_known;            /* not those that the input does not show */
	const char **except;        /* endpoints that are left out */
	uint32_t n_except;
	const char *text; /* as people would say it */
	struct diag_span span;
};

struct suite_test {
	const struct model_policy_object *object;
	const char *name;
	const char *description; /* NULL: none */
	struct suite_peer peers[SUITE_N_SIDES];
	struct analyze_port *ports; /* one of any port where the test names none */
	uint32_t n_ports;
	bool expects_allow;
	bool is_exists;     /* one connection is enough */
	const char *reason; /* NULL, or what has to decide: a reason's name, "policy:…" */
	struct diag_span reason_span;
	struct diag_span span;
};

/* What a peer of a test stands for. */
struct suite_ends {
	bool is_set;                                /* not one endpoint by name */
	const struct analyze_endpoint *whole;       /* all of it */
	VEC(const struct analyze_endpoint *) parts; /* targets: by workload */
};

struct suite {
	struct analyze_cluster *cluster;
	struct analyze_endpoints endpoints; /* its arena is the suite's */
	struct analyze_hypotheticals hypotheticals;
	VEC(struct suite_test) tests;
	VEC(struct suite_ends) ends[SUITE_N_SIDES]; /* by test */
	VEC(struct model_pod *) pods;               /* of all ends */
};

struct suite_options {
	const char *const *paths; /* only tests of these files and folders; none: all */
	size_t n_paths;
};

/* Reads the tests of the input, in the order of their files. */
void suite_read(struct suite *ret, struct analyze_cluster *cluster,
		const struct suite_options *options, struct diag_list *diags);

/* Finds out whom the tests are about. What cannot be found is an error (BH0401, BH0501). */
void suite_resolve(struct suite *suite, struct diag_list *diags);
void suite_release(struct suite *suite);

/* id, name */
#define SUITE_OUTCOMES(X) \
	X(PASS, "pass") \
	X(FAIL, "fail") \
	X(DEPENDS, "depends") /* partly, or on conditions: not what any test may rest on */

enum suite_outcome {
#define X(id, name) SUITE_##id,
	SUITE_OUTCOMES(X)
#undef X
		SUITE_N_OUTCOMES
};

const char *suite_outcome_name(enum suite_outcome outcome);

/* An answer that is not what the test expects. */
struct suite_finding {
	struct analyze_answer answer;
	bool is_wrong_reason; /* the verdict is right, and something else decides it */
};

#define SUITE_MAX_FINDINGS 10 /* of a test that are kept; the others are counted */

struct suite_result {
	const struct suite_test *test;
	uint8_t outcome; /* enum suite_outcome */
	uint32_t n_asked;
	uint32_t n_wrong;
	VEC(struct suite_finding) findings;
};

struct suite_results {
	VEC(struct suite_result) items; /* by test */
	uint32_t n[SUITE_N_OUTCOMES];
};

/* false: a diagnostic says why there are no results, which need no release then. */
bool suite_run(struct suite *suite, struct diag_list *diags, struct suite_results *ret);
void suite_results_release(struct suite_results *results);

/* An allowed connection, as `map` has it, that no test asks about in full. */
struct suite_edge {
	const char *from; /* an endpoint of the map, or "ip:FIRST-LAST" */
	const char *to;
	struct port_set ports; /* that no test asks about; conditional ones too */
};

struct suite_uncovered {
	struct arena arena;
	VEC(struct suite_edge) edges;
	size_t n_edges; /* all that there are, covered or not */
};

/*
 * The edges that no test covers, by the map's order. A range of addresses is covered when a test asks
 * about some of it: rules do not tell its addresses apart.
 */
void suite_find_uncovered(struct suite *suite, struct suite_uncovered *ret);
void suite_uncovered_release(struct suite_uncovered *uncovered);

/* id, name */
#define SUITE_FATES(X) \
	X(KILLED, "killed")         /* a test that passes would not */ \
	X(SURVIVED, "survived")     /* access changes, and no test notices */ \
	X(EQUIVALENT, "equivalent") /* no access changes */

enum suite_fate {
#define X(id, name) SUITE_##id,
	SUITE_FATES(X)
#undef X
		SUITE_N_FATES
};

const char *suite_fate_name(enum suite_fate fate);

/* A rule that was taken out or made wider, to see whether a test notices. */
struct suite_mutant {
	struct analyze_change change;
	uint8_t fate;                    /* enum suite_fate */
	const struct suite_test *killer; /* the first that notices; NULL */
};

struct suite_adequacy {
	VEC(struct suite_mutant) mutants; /* by policy, direction, rule */
	uint32_t n[SUITE_N_FATES];
};

/*
 * Every mutant of every rule, against the tests that pass in `results`. false: a diagnostic says
 * why not. Cost: the policy's rows for each mutant; where they differ, a table of the pods that the
 * policy's tests are about, and what those ask of its own.
 */
bool suite_find_adequacy(struct suite *suite, const struct suite_results *results,
			 struct diag_list *diags, struct suite_adequacy *ret);
void suite_adequacy_release(struct suite_adequacy *adequacy);
