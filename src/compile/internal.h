/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a world, shared by the files that make it; nothing outside `compile` includes this.
 *
 * Order of construction: groups of the subjects → subject classes and the rules that matter
 * (subject.c) → terms of those rules (term.c) → peer classes (peer.c) → ports, on demand (ports.c).
 * Rows (row.c) read it all.
 */
#pragma once

#include "base/vec.h"
#include "compile/group.h"
#include "compile/interval.h"
#include "compile/world.h"

/* A port name with its protocol, as egress rules of this world use it. */
struct named_port {
	const char *name;
	uint64_t space;
};

/* The peer classes that one term or one (port name, number) matches. */
struct class_list {
	const uint32_t *ids; /* ascending */
	uint32_t n;
	struct bitset bits; /* words NULL unless the list is long */
};

static inline void class_list_add(const struct class_list *list, struct bitset *to)
{
	if (list->bits.words) {
		bitset_or(to, &list->bits);
		return;
	}
	for (uint32_t i = 0; i < list->n; i++)
		bitset_set(to, list->ids[i]);
}

/*
 * A rule that selects some subject of this world. One that names the subject's own node is as many
 * as there are nodes.
 */
struct world_rule {
	const struct policy_rule *rule;
	const struct model_node *node; /* NULL: unknown, or not asked for */
	const uint32_t *terms;         /* of its peers; n == rule->n_peers */
};

/* A distinct peer: a leaf, or a tree of other terms, which stand before it. */
struct term {
	const struct policy_peer *peer; /* one that says it */
	const struct model_node *node;  /* of OWN_NODE; NULL: unknown */
	const uint32_t *parts;          /* terms; n == peer->n_parts */
};

struct subject_direction {
	struct world_rule *const *rules; /* in the order of evaluation */
	uint32_t n_rules;
	const struct policy *const *isolating;
	uint32_t n_isolating;
	bool has_mesh;              /* a rule or policy of the mesh layer */
	bool has_conditions;        /* a rule that is conditional */
	struct compile_part *parts; /* made when first asked for */
	uint32_t n_parts;
	struct interval_segments part_segments; /* `set` is the part's number */
};

/* Whether what a tier leaves open is denied. */
static inline bool side_isolates(const struct subject_direction *side, uint32_t tier)
{
	for (uint32_t i = 0; i < side->n_isolating; i++)
		if (side->isolating[i]->tier == tier)
			return true;
	return false;
}

struct subject_class {
	const struct model_pod *example;
	const struct model_node *node;        /* its own, if a rule asks for it; NULL: unknown */
	const struct policy *const *policies; /* staged ones too */
	uint32_t n_policies;
	struct subject_direction direction[POLICY_N_DIRECTIONS];
	struct subject_direction *staged; /* [POLICY_N_DIRECTIONS]; NULL: nothing staged */
};

struct world_family {
	struct interval_segments segments; /* `set`: which CIDR terms apply */
	struct compile_range *ranges;
	size_t n_ranges;
};

struct compile_world {
	const struct model_snapshot *snapshot;
	const struct policy_set *set;
	struct arena arena; /* everything that is never moved */

	struct groups subjects;
	uint32_t *class_of_group; /* by subject group */
	VEC(struct subject_class) classes;
	VEC(struct world_rule *) rules;

	struct groups peers;
	struct keyset term_keys; /* what distinct peers of rules say (term.c) */
	VEC(struct term) terms;
	struct class_list *term_classes; /* by term */
	struct keyset cidr_sets;         /* sets of CIDR terms; id 0 is the empty one */
	struct world_family family[2];   /* v4, v6 */

	struct keyset named;              /* struct named_port, of egress rules */
	struct keyset named_numbers;      /* (named << 16 | number) as uint64_t */
	struct class_list *named_classes; /* by named_numbers id */

	struct keyset peer_classes; /* (group class, cidr set) pairs; id 0: outside, no CIDR */
	uint32_t (*pod_class)[2];   /* by pod index and address */

	struct keyset port_terms; /* distinct ranges of ports */
	struct keyset port_sets;  /* distinct sets of port terms; ids are the port classes */
	struct interval_segments port_segments;

	struct keyset trails;    /* lists of rules: arrays of pointers; id 0 is empty (trail.c) */
	struct bitset undecided; /* scratch of rows, by peer class */
	struct bitset held;
	struct bitset matched;
	struct bitset mesh_allowed;
	struct compile_row network_row, mesh_row;
	uint32_t *trail_of;
};

/* Steps of compile_world_new(), in this order. */
void world_find_subjects(struct compile_world *world, struct model_pod *const *pods, size_t n_pods);
void world_find_terms(struct compile_world *world);
void world_find_peers(struct compile_world *world);
void world_find_cidrs(struct compile_world *world); /* called by world_find_peers() */

/* Divides all ports for the table, once; questions that stream rows need only compile_parts(). */
void world_divide_ports(struct compile_world *world);

/* Their counterparts, in any order. */
void world_release_peers(struct compile_world *world);
void world_release_ports(struct compile_world *world);

/* Which CIDR terms cover an address: an id in cidr_sets. */
uint32_t world_cidr_set(const struct compile_world *world, const struct ip_addr *addr);

/* The id of a named port that some egress rule uses, or KEYSET_NONE. */
uint32_t world_named(const struct compile_world *world, const char *name, enum port_space space);

/* The classes of the peers whose port `name` resolves to `number`; NULL when there are none. */
const struct class_list *world_named_classes(const struct compile_world *world,
					     const struct policy_port *port, uint16_t number);

/* Trails (trail.c): a trail with one more rule. */
uint32_t trail_append(struct compile_world *world, uint32_t trail, const struct policy_rule *rule);

/* What a layer's decision comes to. */
struct compile_outcome trail_fold(struct compile_world *world,
				  const struct compile_decision *decision, enum port_space space);

/* Where a row is: one port of a subject class in one direction. */
struct row_place {
	struct compile_world *world;
	const struct subject_class *class;
	enum policy_direction direction;
	enum port_space space;
	uint16_t port;
};

/*
 * The classes of world->undecided that a rule matches there, into world->matched (match.c). False
 * when the port alone rules it out, and then `matched` is not set.
 */
bool row_match(const struct row_place *at, const struct world_rule *rule);

/* The ports that a rule names, those that it excludes behind the others. */
static inline uint32_t rule_n_ports(const struct policy_rule *rule)
{
	return rule->n_ports + rule->n_not_ports;
}

static inline const struct policy_port *rule_port(const struct policy_rule *rule, uint32_t i)
{
	return i < rule->n_ports ? &rule->ports[i] : &rule->not_ports[i - rule->n_ports];
}

/* Whether a pod has the port under this name and protocol. */
bool pod_port_named(const struct model_pod *pod, const struct policy_port *port, uint16_t number);

/* One line for all ports: space << 16 | number. */
#define PORT_LINE_LAST ((interval_point)(PORT_OTHER << 16 | 255))

static inline interval_point port_point(enum port_space space, uint16_t number)
{
	return (interval_point)space << 16 | number;
}

static inline enum port_space point_space(interval_point point)
{
	return (enum port_space)(point >> 16);
}

static inline interval_point ip_point(const struct ip_addr *addr)
{
	return (interval_point)addr->hi << 64 | addr->lo;
}

static inline struct ip_addr point_ip(interval_point point, enum ip_family family)
{
	return (struct ip_addr){
		.hi = (uint64_t)(point >> 64), .lo = (uint64_t)point, .family = family};
}

static inline struct world_family *world_family(const struct compile_world *world,
						enum ip_family family)
{
	return (struct world_family *)&world->family[family == IP_V6];
}
