/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `reach`: from a compromised pod, what falls, hop by hop.
 *
 * A hop leads from a workload to another when policies allow a port at which the other listens; one
 * that declares no port may listen everywhere, and is marked. What depends on conditions counts, and
 * is marked. Peers that the input does not show can fall, and nothing is said of what falls from them.
 * From the internet the first hop leads to what is exposed (analyze/exposed.h) and admitted.
 *
 * Cost: that of a map, and a bit for each two endpoints.
 */
#pragma once

#include "analyze/exposed.h"
#include "analyze/map.h"
#include "base/bitset.h"

#define ANALYZE_REACH_NOT UINT32_MAX

/* An endpoint of the map. */
struct analyze_reach_node {
	uint32_t hop;          /* 0: where it begins; ANALYZE_REACH_NOT */
	uint32_t via;          /* the endpoint before it; ANALYZE_REACH_NOT: the beginning */
	uint32_t ports;        /* of the map's sets, of that hop */
	bool is_conditional;   /* that hop, for all of its ports */
	bool is_undeclared;    /* it declares no port */
	bool reaches_internet; /* on some port, by itself */
	uint8_t exposures;     /* bits of enum analyze_exposure */
	uint32_t entry;        /* ports at which the outside gets to it */
	uint32_t n_reached;    /* with ranks: other endpoints, over any number of hops */
	uint32_t n_reached_by;
};

struct analyze_reach {
	struct analyze_map map;
	struct arena arena;
	struct diag_list notes;
	const struct analyze_endpoint *from;  /* NULL: only ranks */
	VEC(struct analyze_reach_node) nodes; /* by endpoint of the map */
	struct bitset *next;                  /* by endpoint: those that one hop leads to */
	uint32_t n_hops;                      /* the most that it takes */
	uint32_t n_workloads;                 /* that fall, those at the beginning not counted */
	uint32_t n_pods;
	uint32_t n_unseen; /* peers that the input does not show */
};

struct analyze_reach_options {
	const struct analyze_endpoint *from; /* NULL: ranks */
	const struct analyze_endpoint *internet;
	const struct analyze_endpoint *ingress_controller; /* as of a map */
	bool ranks;
	bool only_known; /* without the peers that the input does not show */
};

/* Borrows the cluster and the endpoints. */
void analyze_reach_build(struct analyze_reach *ret, struct analyze_cluster *cluster,
			 const struct analyze_reach_options *options);
void analyze_reach_release(struct analyze_reach *reach);

/* The endpoint of the map that has one of the pods, at or after `at`; or the number of endpoints. */
uint32_t analyze_reach_find(const struct analyze_reach *reach,
			    const struct analyze_endpoint *endpoint, uint32_t at);

/* Whether an endpoint is of the input, and not a guess or the proxy of routes. */
bool analyze_reach_is_workload(const struct analyze_reach *reach, uint32_t endpoint);

struct analyze_cut {
	bool is_reached;  /* there is a path to cut */
	bool is_possible; /* removing rules can do it */
	bool is_exact;    /* no smaller set does; else it is the best that was found */
	VEC(const struct policy_rule *) rules;
	/* Where it is not possible: a hop that no rule carries. */
	const char *open_from;
	const char *open_to;
	uint32_t n_tried;
	struct arena arena;
};

/*
 * The smallest set of rules without which nothing leads from `from` to `to`. Every candidate is put
 * to the engine; after `max_tried` of them the answer is a bound.
 */
void analyze_cut_find(struct analyze_cut *ret, struct analyze_cluster *cluster,
		      const struct analyze_reach_options *options,
		      const struct analyze_endpoint *to, uint32_t max_tried);
void analyze_cut_release(struct analyze_cut *cut);
