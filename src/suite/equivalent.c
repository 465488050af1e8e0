/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/equivalent.h"

#include "analyze/endpoint.h"
#include "base/keyset.h"
#include "compile/world.h"

#include <string.h>

/* Addresses that no rule can tell apart. No padding. */
struct face_key {
	uint32_t subject; /* COMPILE_NONE: it is subject to nothing */
	uint32_t peer;
	uint32_t family;
};

struct face {
	struct face_key key;
	const struct model_pod *pod; /* that has the first; NULL: an address outside */
	struct ip_addr addrs[2];     /* of two owners, if there are */
	uint32_t n_addrs;
};

struct suite_faces {
	struct analyze_judge judge;
	VEC(struct face) items;       /* by peer class */
	size_t *first;                /* of each peer class, and the end */
	VEC(struct port_range) ports; /* one of each class, as a range of one */
	struct compile_row before, after;
	struct arena arena;
};

static void add_face(struct suite_faces *faces, struct keyset *seen, const struct face *face)
{
	bool is_new;
	const uint32_t number = keyset_intern(seen, &face->key, sizeof(face->key), &is_new);
	struct face *known;

	if (is_new) {
		vec_push(&faces->items, *face);
		return;
	}
	known = &faces->items.items[number];
	if (known->n_addrs == 1 && known->pod != face->pod)
		known->addrs[known->n_addrs++] = face->addrs[0];
}

static void add_pods(struct suite_faces *faces, struct keyset *seen,
		     const struct model_snapshot *snapshot)
{
	struct compile_world *world = faces->judge.world;

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		for (uint32_t k = 0; k < pod->n_ips; k++) {
			const struct face face = {
				.key = {compile_subject_class(world, pod),
					compile_pod_class(world, pod, k), pod->ips[k].family},
				.pod = pod,
				.addrs = {pod->ips[k]},
				.n_addrs = 1,
			};

			if (!model_is_closed_address(snapshot, &pod->ips[k]))
				add_face(faces, seen, &face);
		}
	}
}

static void add_address(struct suite_faces *faces, struct keyset *seen, const struct ip_addr *addr)
{
	const struct face face = {
		.key = {COMPILE_NONE, compile_outside_class(faces->judge.world, addr),
			addr->family},
		.addrs = {*addr},
		.n_addrs = 1,
	};

	add_face(faces, seen, &face);
}

/* Where the agents and the host-network pods of a node are, and the kubelet. */
static void add_nodes(struct suite_faces *faces, struct keyset *seen,
		      const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		for (uint32_t k = 0; k < snapshot->nodes[i]->n_addrs; k++)
			add_address(faces, seen, &snapshot->nodes[i]->addrs[k]);
}

/* One address of each range: rules cannot tell the others from it. */
static void add_outside(struct suite_faces *faces, struct keyset *seen,
			const struct model_snapshot *snapshot)
{
	for (int family = 0; family < 2; family++) {
		size_t n;
		const struct compile_range *ranges =
			compile_ranges(faces->judge.world, family ? IP_V6 : IP_V4, &n);

		for (size_t i = 0; i < n; i++) {
			const struct face_key key = {COMPILE_NONE, ranges[i].peer_class,
						     ranges[i].range.first.family};
			struct ip_addr addr;

			if (keyset_find(seen, &key, sizeof(key)) == KEYSET_NONE &&
			    analyze_free_address(snapshot, &ranges[i].range, false, &addr))
				add_address(faces, seen, &addr);
		}
	}
}

static void add_ports(struct suite_faces *faces)
{
	struct keyset seen = {0};

	for (size_t i = 0; i < faces->judge.runs.n; i++) {
		const struct analyze_port_run *run = &faces->judge.runs.items[i];
		const uint32_t key[2] = {run->range.space, run->port_class};
		bool is_new;

		keyset_intern(&seen, key, sizeof(key), &is_new);
		if (is_new)
			vec_push(&faces->ports, run->range);
	}
	keyset_release(&seen);
}

static int compare_faces(const void *left, const void *right)
{
	const struct face *a = left, *b = right;

	return (a->key.peer > b->key.peer) - (a->key.peer < b->key.peer);
}

static void index_faces(struct suite_faces *faces)
{
	const uint32_t n_classes = compile_n_peer_classes(faces->judge.world);
	size_t at = 0;

	if (faces->items.n)
		qsort(faces->items.items, faces->items.n, sizeof(*faces->items.items),
		      compare_faces);
	faces->first = arena_alloc_n(&faces->arena, n_classes + 1, sizeof(*faces->first));
	for (uint32_t class = 0; class <= n_classes; class ++) {
		while (at < faces->items.n && faces->items.items[at].key.peer < class)
			at++;
		faces->first[class] = at;
	}
}

struct suite_faces *suite_faces_new(const struct analyze_cluster *cluster)
{
	struct suite_faces *faces = vec_grow(NULL, &(size_t){0}, 1, sizeof(*faces));
	const struct model_snapshot *snapshot = cluster->snapshot;
	struct keyset seen = {0};
	struct diag_list notes;

	*faces = (struct suite_faces){0};
	arena_init(&faces->arena);
	diag_list_init(&notes, &faces->arena);
	if (analyze_judge_init(&faces->judge, cluster, snapshot->pods, snapshot->n_pods, &notes)) {
		arena_release(&faces->arena);
		free(faces);
		return NULL;
	}
	add_pods(faces, &seen, snapshot);
	add_nodes(faces, &seen, snapshot);
	add_outside(faces, &seen, snapshot);
	keyset_release(&seen);
	index_faces(faces);
	add_ports(faces);
	return faces;
}

void suite_faces_free(struct suite_faces *faces)
{
	if (!faces)
		return;
	analyze_judge_release(&faces->judge);
	compile_row_release(&faces->before);
	compile_row_release(&faces->after);
	vec_release(&faces->items);
	vec_release(&faces->ports);
	arena_release(&faces->arena);
	free(faces);
}

static bool is_same_condition(const struct policy_rule *a, const struct policy_rule *b)
{
	return a->action == b->action && a->source_ports == b->source_ports &&
	       (a->condition == b->condition ||
		(a->condition && b->condition && strcmp(a->condition, b->condition) == 0));
}

struct trail {
	const struct policy_rule *const *rules;
	uint32_t n;
};

/* The next that is conditional and has not been said before, at or after `at`; or n. */
static uint32_t next_condition(const struct trail *trail, uint32_t at)
{
	for (; at < trail->n; at++) {
		uint32_t before = 0;

		if (!policy_rule_is_conditional(trail->rules[at]))
			continue;
		while (before < at && !is_same_condition(trail->rules[before], trail->rules[at]))
			before++;
		if (before == at)
			return at;
	}
	return at;
}

/* Whether two layers that depend on something depend on the same. */
static bool is_same_decision(struct compile_world *world, const struct compile_decision *a,
			     const struct compile_decision *b)
{
	struct trail left, right;
	uint32_t i, k;

	left.rules = compile_trail(world, a->trail, &left.n);
	right.rules = compile_trail(world, b->trail, &right.n);
	i = next_condition(&left, 0);
	k = next_condition(&right, 0);
	while (i < left.n && k < right.n && is_same_condition(left.rules[i], right.rules[k])) {
		i = next_condition(&left, i + 1);
		k = next_condition(&right, k + 1);
	}
	return a->action == b->action && i == left.n && k == right.n;
}

static bool is_same_outcome(struct compile_world *world, const struct compile_outcome *a,
			    const struct compile_outcome *b)
{
	if (a->action != b->action || a->action != TABLE_DECIDE)
		return a->action == b->action;
	for (int layer = 0; layer < POLICY_N_LAYERS; layer++)
		if (!is_same_decision(world, &a->layers[layer], &b->layers[layer]))
			return false;
	return true;
}

/* A rule of a subject class in one part of its ports. */
struct place {
	uint32_t subject_class;
	enum policy_direction direction;
	const struct port_set *ports;
};

/* Whether the side that the rule is not about lets something pass there. */
static bool is_let(const struct suite_faces *faces, const struct place *at,
		   const struct ip_addr *subject, const struct ip_addr *other)
{
	const bool is_egress = at->direction == POLICY_EGRESS;
	struct analyze_flow flow = {.src = is_egress ? *subject : *other,
				    .dst = is_egress ? *other : *subject};
	struct verdict verdict;

	for (size_t i = 0; i < faces->ports.n; i++) {
		flow.space = faces->ports.items[i].space;
		flow.port = faces->ports.items[i].first;
		if (!port_set_contains(at->ports, flow.space, flow.port))
			continue;
		analyze_judge_flow(&faces->judge, &flow, &verdict);
		if (verdict.side[!at->direction].action != TABLE_DENY)
			return true;
	}
	return false;
}

/* Whether somebody has an address like the other's, and is not the subject itself. */
static bool is_between(const struct suite_faces *faces, const struct place *at,
		       const struct face *subject, const struct face *other)
{
	if (subject->key.family != other->key.family)
		return false;
	if (subject != other && subject->pod != other->pod)
		return is_let(faces, at, &subject->addrs[0], &other->addrs[0]);
	return other->n_addrs == 2 && is_let(faces, at, &subject->addrs[0], &other->addrs[1]);
}

static bool matters(const struct suite_faces *faces, const struct place *at, size_t peer_class)
{
	for (size_t i = 0; i < faces->items.n; i++) {
		const struct face *subject = &faces->items.items[i];

		if (subject->key.subject != at->subject_class)
			continue;
		for (size_t k = faces->first[peer_class]; k < faces->first[peer_class + 1]; k++)
			if (is_between(faces, at, subject, &faces->items.items[k]))
				return true;
	}
	return false;
}

/* Whether the rows before and after say the same of everybody there is. */
static bool is_same_row(struct suite_faces *faces, const struct place *at)
{
	const struct compile_row *before = &faces->before, *after = &faces->after;

	for (size_t class = 0; class < before->n_cells; class ++)
		if (faces->first[class] < faces->first[class + 1] &&
		    !is_same_outcome(faces->judge.world, &before->outcomes[before->cells[class]],
				     &after->outcomes[after->cells[class]]) &&
		    matters(faces, at, class))
			return false;
	return true;
}

static bool is_same_of(struct suite_faces *faces, const struct compile_change *change,
		       struct place at)
{
	struct compile_world *world = faces->judge.world;
	uint32_t n_parts;
	const struct compile_part *parts =
		compile_parts(world, at.subject_class, at.direction, &n_parts);

	for (uint32_t i = 0; i < n_parts; i++) {
		const struct port_range *port = &parts[i].ports.ranges[0];
		const struct compile_place place = {at.subject_class, at.direction, port->space,
						    port->first};

		compile_row(world, place.subject_class, place.direction, place.space, place.port,
			    &faces->before);
		compile_row_changed(world, &place, change, &faces->after);
		at.ports = &parts[i].ports;
		if (!is_same_row(faces, &at))
			return false;
	}
	return true;
}

bool suite_is_equivalent(struct suite_faces *faces, const struct analyze_change *change)
{
	const struct policy_rule *rule = change->rule;
	struct policy_rule instead;
	const struct compile_change changed = {
		rule, analyze_change_rule(change, &instead) ? &instead : NULL};
	struct bitset seen;
	bool ret = true;

	bitset_init(&seen, compile_n_subject_classes(faces->judge.world));
	for (size_t i = 0; i < faces->items.n && ret; i++) {
		const struct face *face = &faces->items.items[i];
		const uint32_t class = face->key.subject;

		if (class == COMPILE_NONE || bitset_test(&seen, class))
			continue;
		bitset_set(&seen, class);
		if (policy_subject_matches(&rule->policy->subject, face->pod))
			ret = is_same_of(faces, &changed,
					 (struct place){class, rule->direction, NULL});
	}
	bitset_release(&seen);
	return ret;
}
