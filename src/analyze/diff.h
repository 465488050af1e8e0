/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `diff`: which access does a change add or remove.
 *
 * Two maps, of the input before and after, are compared between endpoints of one name, peers that
 * neither input shows (the same in both: of the selectors of both), and the common refinement of
 * the ranges outside. Endpoints with the same rows in both maps are one group, and what changes
 * between many groups in the same way is one change, so that the cost is that of groups, and the
 * result of a rule that opens a namespace is one line. analyze_diff_each() unfolds it.
 *
 * Owns its maps and borrows both clusters, to which it adds pods.
 */
#pragma once

#include "analyze/map.h"
#include "analyze/refs.h"

enum analyze_diff_side { ANALYZE_OLD, ANALYZE_NEW, ANALYZE_N_SIDES };

/* How sensitive a workload is, in the user's words; NULL: not at all. */
typedef const char *(*analyze_sensitivity_fn)(void *arg, const struct model_workload *workload);

/* Whether a workload is meant to be reached from outside. */
typedef bool (*analyze_exposed_fn)(void *arg, const struct model_workload *workload);

struct analyze_diff_options {
	struct analyze_cluster *clusters[ANALYZE_N_SIDES];
	/* Who the proxy of routes is; NULL: a pod without labels. */
	const struct analyze_endpoint *ingress_controllers[ANALYZE_N_SIDES];
	analyze_sensitivity_fn sensitivity; /* NULL: what the input says of it */
	analyze_exposed_fn exposed;         /* NULL: none is */
	void *arg;                          /* of both */
};

struct analyze_diff_endpoint {
	const char *id;
	const char *owner; /* the id of whose pods it is, all of them or some */
	const char *ns;
	const char *kind;
	const char *name;
	uint32_t at[ANALYZE_N_SIDES]; /* in the maps' endpoints, ANALYZE_MAP_OUTSIDE: not there */
	uint32_t n_pods;              /* the more of both */
	uint32_t group;
	const char *sensitivity; /* NULL: none */
	bool is_exposed;         /* meant to be */
	bool is_hypothetical;
	bool is_subject; /* hypothetical, and a policy is about it */
	bool is_assumed;
	bool is_ingress; /* the proxy of routes */
};

/* Endpoints that nothing can tell apart, before or after. */
struct analyze_diff_group {
	uint32_t of[ANALYZE_N_SIDES]; /* in the maps' groups; ANALYZE_MAP_OUTSIDE: not there */
	VEC(uint32_t) endpoints;
	bool is_single; /* its connections depend on more than its group: of one endpoint */
	bool is_guess;  /* only hypothetical endpoints that no policy is about */
};

/* Ports before and after, as numbers in `sets`, with conditions. */
struct analyze_diff_ports {
	uint32_t ports[ANALYZE_N_SIDES];
	uint32_t by_family[ANALYZE_N_SIDES][ANALYZE_MAP_FAMILIES]; /* both NONE: no difference */
	uint32_t gained; /* ports where there is more than before, without parts */
	uint32_t lost;
};

/* From all of `from` to all of `to`; one of them is empty, then it is `range`. */
struct analyze_diff_change {
	struct analyze_diff_ports ports;
	const uint32_t *from; /* positions in `groups`, or with by_endpoint in `endpoints` */
	uint32_t n_from;
	const uint32_t *to;
	uint32_t n_to;
	bool by_endpoint;
	struct ip_range range;
	bool is_internet; /* the range has globally routable addresses */
};

struct analyze_diff_compared {
	uint32_t endpoints;    /* of the input, in either */
	uint32_t hypothetical; /* peers that it does not show */
	uint32_t classes;      /* groups that rules can tell apart, all of them */
	uint32_t ranges;       /* of addresses outside */
};

/* How many connections, one for each pair of ends. */
struct analyze_diff_counts {
	uint64_t added;   /* that were none before */
	uint64_t removed; /* that are none any more */
	uint64_t changed; /* the rest */
	uint64_t gained;  /* of all, those with more than before */
	uint64_t widened; /* of these, between endpoints that existed */
	uint64_t internet; /* of gained, from the internet or through a route, to whom it is not meant */
};

struct analyze_diff {
	struct arena arena;
	struct analyze_diff_options options;
	struct analyze_map maps[ANALYZE_N_SIDES];
	struct analyze_portsets *sets; /* of the new map: numbers of both */
	struct analyze_hypotheticals peers;
	VEC(struct analyze_diff_endpoint) endpoints; /* by namespace, kind, name; peers last */
	VEC(struct analyze_diff_group) groups;
	VEC(struct analyze_diff_change) changes;
	struct analyze_diff_compared compared;
	struct analyze_diff_counts counts;
};

/* Diagnostics are those of the maps. */
void analyze_diff_build(struct analyze_diff *ret, const struct analyze_diff_options *options,
			struct diag_list *diags);
void analyze_diff_release(struct analyze_diff *diff);

/* One pair of ends of a change. */
struct analyze_diff_pair {
	const struct analyze_diff_change *change;
	uint32_t from; /* position in `endpoints`, ANALYZE_MAP_OUTSIDE: the range */
	uint32_t to;
	bool is_new;  /* an end was not there before */
	bool is_gone; /* an end is not there any more */
};

typedef void (*analyze_diff_fn)(void *arg, const struct analyze_diff_pair *pair);

/* Every pair, once: by source, then target, in the order of endpoints; those from ranges last. */
void analyze_diff_each(const struct analyze_diff *diff, analyze_diff_fn fn, void *arg);

/* The pairs of one change. */
void analyze_diff_unfold(const struct analyze_diff *diff, const struct analyze_diff_change *change,
			 analyze_diff_fn fn, void *arg);

/* An entrance from outside of the cluster that is wider than before. */
bool analyze_diff_is_exposure(const struct analyze_diff *diff,
			      const struct analyze_diff_pair *pair);

/* Such an entrance that is meant to be. */
bool analyze_diff_is_meant(const struct analyze_diff *diff, const struct analyze_diff_pair *pair);

/* A sensitive target that the source could not reach before. */
bool analyze_diff_is_sensitive(const struct analyze_diff *diff,
			       const struct analyze_diff_pair *pair);

/*
 * The lines responsible for a pair: rules that allow in NEW what was gained, and what refused it in
 * OLD where no rule allows it now; the rules that allowed in OLD what was lost, and what refuses it
 * in NEW. Added to `ret`, in order.
 */
void analyze_diff_why(struct analyze_diff *diff, const struct analyze_diff_pair *pair,
		      struct analyze_refs ret[ANALYZE_N_SIDES]);
