/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world of a set of subjects: who and what their rules can tell apart, and the rows between
 * them.
 *
 * A world is made for a set of subject pods (a node's endpoints, the ends of one question, or
 * everybody) and knows only the policies that select one of them. It divides
 *
 *	subjects into subject classes: selected by the same policies, and named ports resolve alike;
 *	addresses into peer classes: the same selectors, CIDR blocks, named ports of these rules match;
 *	ports (all six spaces) into port classes: the same port terms of these rules match;
 *
 * and answers for a (subject class, direction, port) with one outcome per peer class. There is one
 * walk over the rules, compile_row(); cells of a table, and bitsets for questions over the whole
 * cluster, are two readings of it. Classes are exact, never approximate: two members of one class
 * get the same answer from every rule.
 *
 * A world borrows the snapshot and the policies and must die before them. It is read only once
 * made, but rows use its scratch memory: one thread at a time.
 *
 * Cost: making it is linear in the matches of all selectors (an inverted label index finds them); a
 * row costs the matches of the subject's own rules.
 */
#pragma once

#include "base/bitset.h"
#include "base/ip.h"
#include "base/port.h"
#include "model/model.h"
#include "policy/ir.h"
#include "verdict/reason.h"
#include "verdict/table.h"

#include <stdbool.h>
#include <stdint.h>

#define COMPILE_NONE UINT32_MAX

struct compile_world;

/*
 * `pods` may hold host-network pods and duplicates; the former are subject to nothing and get no
 * class.
 */
struct compile_world *compile_world_new(const struct model_snapshot *snapshot,
					const struct policy_set *policies,
					struct model_pod *const *pods, size_t n_pods);
void compile_world_free(struct compile_world *world);

uint32_t compile_n_subject_classes(const struct compile_world *world);
uint32_t compile_n_peer_classes(const struct compile_world *world);

/* The subject class of a pod, COMPILE_NONE when it is not one of the world's subjects. */
uint32_t compile_subject_class(const struct compile_world *world, const struct model_pod *pod);

/* The peer class of a pod's address ips[ip]. */
uint32_t compile_pod_class(const struct compile_world *world, const struct model_pod *pod,
			   uint32_t ip);

/* The peer class of an address that is no pod's. */
uint32_t compile_outside_class(const struct compile_world *world, const struct ip_addr *addr);

/*
 * The addresses of a family as disjoint ranges in order, cut only where a CIDR of the rules begins
 * or ends, each with the class of the addresses in it that are no pod's. Both whole spaces are
 * covered.
 */
struct compile_range {
	struct ip_range range;
	uint32_t peer_class;
};
const struct compile_range *compile_ranges(const struct compile_world *world, enum ip_family family,
					   size_t *ret_n);

/*
 * The ports of a subject class in one direction, divided as far as its own rules can tell them
 * apart. Part 0 always exists; every port of every space is in exactly one part. Owned by the
 * world.
 */
struct compile_part {
	struct port_set ports;
};
const struct compile_part *compile_parts(struct compile_world *world, uint32_t subject_class,
					 enum policy_direction direction, uint32_t *ret_n);

/*
 * The policies of the subject class that isolate it in a direction, in order. Owned by the world.
 */
const struct policy *const *compile_isolating(const struct compile_world *world,
					      uint32_t subject_class,
					      enum policy_direction direction, uint32_t *ret_n);

/* All policies that select the subject class, in order. Owned by the world. */
const struct policy *const *compile_policies(const struct compile_world *world,
					     uint32_t subject_class, uint32_t *ret_n);

/*
 * What one layer says of a peer class: the rules of its trail came first, in this order, and each
 * either said pass or decides if its condition holds; what is left gets the action.
 */
struct compile_decision {
	uint8_t action; /* TABLE_ALLOW or TABLE_DENY */
	uint8_t reason; /* enum verdict_reason: RULE, DEFAULT_DENY, NOT_ISOLATED; NONE: no layer */
	const struct policy_rule *rule; /* of the action, or NULL */
	uint32_t tier;                  /* that decided, COMPILE_NONE after the last */
	uint32_t trail;                 /* compile_trail(); 0: none */
};

/* What a row says of one peer class. */
struct compile_outcome {
	uint8_t action; /* enum table_action */
	uint8_t reason; /* RULE, DEFAULT_DENY, NOT_ISOLATED, CONDITION, SOURCE_PORT */
	const struct policy_rule *rule; /* the first that decides, or NULL */
	uint32_t tier;                  /* of `rule`, or of the default deny; COMPILE_NONE: none */
	struct compile_decision layers[POLICY_N_LAYERS];
};

/*
 * One row: outcome number per peer class. All-zero is empty; reuse it, then compile_row_release().
 */
struct compile_row {
	struct compile_outcome *outcomes; /* 0 is the default */
	size_t n_outcomes, cap_outcomes;
	uint16_t *cells; /* n_peer_classes of the world */
	size_t n_cells, cap_cells;
	bool is_full; /* more outcomes than a cell can number: the row is not usable */
};

/* The row of a subject class for one port. */
void compile_row(struct compile_world *world, uint32_t subject_class,
		 enum policy_direction direction, enum port_space space, uint16_t port,
		 struct compile_row *ret);
void compile_row_release(struct compile_row *row);

/* The same with the staged policies in force, and without those that they replace. */
void compile_row_staged(struct compile_world *world, uint32_t subject_class,
			enum policy_direction direction, enum port_space space, uint16_t port,
			struct compile_row *ret);

/* Where a row is. */
struct compile_place {
	uint32_t subject_class;
	enum policy_direction direction;
	enum port_space space;
	uint16_t port;
};

/*
 * A rule that is gone, or has every peer or every port instead of its own: the world, which tells
 * apart what the rule says, answers for that too.
 */
struct compile_change {
	const struct policy_rule *rule;
	const struct policy_rule *instead; /* NULL: it is gone */
};

/* compile_row() with one rule changed. Outcomes name the rule that was. */
void compile_row_changed(struct compile_world *world, const struct compile_place *at,
			 const struct compile_change *change, struct compile_row *ret);

/* Whether a rule of the subject class is conditional. */
bool compile_has_conditions(const struct compile_world *world, uint32_t subject_class,
			    enum policy_direction direction);

/*
 * The same row as the set of peer classes that are allowed (TABLE_ALLOW only). `ret` has
 * compile_n_peer_classes() bits.
 */
void compile_row_allowed(struct compile_world *world, uint32_t subject_class,
			 enum policy_direction direction, enum port_space space, uint16_t port,
			 struct bitset *ret);

/* The rules of trail `number`. */
const struct policy_rule *const *compile_trail(const struct compile_world *world, uint32_t number,
					       uint32_t *ret_n);
