/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `map`: who may talk to whom, on what.
 *
 * The ends of a map are endpoints (the pods of one owner, as long as they get the same answers) and
 * ranges of addresses outside the cluster. The result is not a list of connections but what makes
 * them: groups of endpoints that nothing can tell apart, and the ports between groups;
 * analyze_map_each() unfolds it. So a map of a thousand pods is small, and its cost is that of
 * writing it down.
 *
 * A connection has the ports that egress and ingress allow both. With two families they are the
 * union, and `by_family` where the families differ.
 *
 * Where the input has routes, the proxy that they are for is an endpoint too: it may reach what they
 * lead to where a pod without labels may, or where the one that the options name may.
 */
#pragma once

#include "analyze/cluster.h"
#include "analyze/endpoint.h"
#include "analyze/hypothetical.h"
#include "analyze/portsets.h"
#include "analyze/question.h"

#define ANALYZE_MAP_FAMILIES 2 /* 0: IPv4, 1: IPv6 */

struct analyze_map_options {
	const struct analyze_endpoint *from; /* NULL: anybody */
	const struct analyze_endpoint *to;
	const char *only;                /* NULL, or the namespace that one end must be in */
	const struct analyze_port *port; /* NULL: all; by number */
	bool by_namespace;               /* namespaces in place of endpoints: a union */
	bool exposure;                   /* with the peers that the input does not show */
	bool has_ingress;                /* the proxy of routes, even if there are none */
	/* NULL: a pod without labels is the proxy; else pods */
	const struct analyze_endpoint *ingress_controller;
	/* NULL, or in place of what `exposure` makes: added to the snapshot, and all are shown */
	const struct analyze_hypotheticals *peers;
};

/* ANALYZE_INGRESS_ID: what --from and --to may be. */
extern const struct analyze_endpoint analyze_ingress;

struct analyze_map_endpoint {
	const char *id; /* "ns/Kind/name" */
	const char *ns;
	const char *kind;
	const char *name;
	const char *owner; /* NULL, or the id of the owner whose pods get different answers */
	struct model_pod *const *pods;
	uint32_t n_pods;  /* as many as exist: 0 when scaled to zero */
	uint32_t n_known; /* items of `pods` */
	uint32_t group;
	uint8_t origin; /* enum model_origin */
	bool host_network;
	bool is_open; /* everything is allowed from and to it, as far as it is concerned */
};

/* Ports to, or from, a range of addresses outside the cluster. */
struct analyze_map_range {
	struct ip_range range;
	uint32_t ports;
};

struct analyze_map_ranges {
	struct analyze_map_range *items;
	size_t n;
	size_t cap;
};

/* What one group is allowed towards another. */
struct analyze_map_link {
	uint32_t to;
	uint32_t ports;
	uint32_t by_family[ANALYZE_MAP_FAMILIES]; /* both NONE: the families do not differ */
};

struct analyze_map_group {
	VEC(struct analyze_map_link) links; /* by `to` */
	const struct analyze_map_ranges *outside[POLICY_N_DIRECTIONS][ANALYZE_MAP_FAMILIES];
};

struct analyze_map {
	struct arena arena;
	struct analyze_portsets sets;
	struct analyze_map_options options;
	VEC(struct analyze_map_endpoint) endpoints;
	VEC(struct analyze_map_group) groups;
	VEC(struct analyze_map_ranges *) ranges; /* owned: what `outside` points to */
	uint32_t ingress; /* position of the proxy in `endpoints`; ANALYZE_MAP_OUTSIDE: none */
	VEC(struct analyze_map_link) entries; /* its links: `to` is a position in `endpoints` */
	VEC(const char *) assumptions;
	bool has_conditions;                  /* something may depend on conditions */
	uint32_t masks[ANALYZE_MAP_FAMILIES]; /* the ports that a family has */
	const struct analyze_cluster *cluster;
	const struct model_snapshot *snapshot; /* of the cluster */
	struct compile_world *world;           /* of all pods: what it was made from */
	const uint32_t *group_of;              /* by pod index */
};

/* Notes (BH0108) about owners that were split go to `diags`. Borrows the cluster. */
void analyze_map_build(struct analyze_map *ret, struct analyze_cluster *cluster,
		       const struct analyze_map_options *options, struct diag_list *diags);
void analyze_map_release(struct analyze_map *map);

#define ANALYZE_MAP_OUTSIDE UINT32_MAX /* no position of an endpoint */

/*
 * What one endpoint may do towards another, or the replicas of one towards each other; `to` of the
 * result means nothing.
 */
struct analyze_map_link analyze_map_between(struct analyze_map *map, uint32_t from, uint32_t to);

#define ANALYZE_MAP_CERTAIN ANALYZE_PORTS_CERTAIN

struct analyze_map_connection {
	uint32_t from; /* position in `endpoints`, or ANALYZE_MAP_OUTSIDE: then `range` */
	uint32_t to;
	const struct ip_range *range;
	uint32_t ports;            /* numbers in `sets`, never the empty set, without parts */
	const uint32_t *by_family; /* NULL: the same in each */
	uint32_t conditions;       /* of `sets`; ANALYZE_MAP_CERTAIN: none */
};

typedef void (*analyze_map_fn)(void *arg, const struct analyze_map_connection *connection);

/*
 * Every connection that the options leave, once, in a stable order: by source endpoint, to
 * endpoints and then to ranges; at last from ranges, by target. What depends on conditions is a
 * connection of its own, after what the same two ends may have anyway.
 */
void analyze_map_each(struct analyze_map *map, analyze_map_fn fn, void *arg);
