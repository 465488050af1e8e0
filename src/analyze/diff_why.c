/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines that are responsible for a change: why each side of it got its verdict, before and
 * after, at one port of each part that the rules on either side can tell apart.
 */
#include "analyze/diff_build.h"
#include "analyze/why.h"

#define NOWHERE ANALYZE_MAP_OUTSIDE
#define MAX_PROBES 32

/* A port of the change. */
struct probe {
	uint8_t space;
	uint16_t port;
	bool is_gained;
};

struct explaining {
	struct analyze_diff *diff;
	const struct analyze_diff_pair *pair;
	struct probe probes[MAX_PROBES];
	uint32_t n_probes;
};

/* A pod of an endpoint on one side; NULL: it is not there. */
static const struct model_pod *pod_of(const struct analyze_diff *diff, enum analyze_diff_side side,
				      uint32_t end)
{
	const uint32_t at = end == NOWHERE ? NOWHERE : diff->endpoints.items[end].at[side];

	return at == NOWHERE ? NULL : diff->maps[side].endpoints.items[at].pods[0];
}

/* The subject and the peer of one direction, as positions of endpoints. */
static uint32_t subject_of(const struct analyze_diff_pair *pair, enum policy_direction direction)
{
	return direction == POLICY_EGRESS ? pair->from : pair->to;
}

static uint32_t peer_of(const struct analyze_diff_pair *pair, enum policy_direction direction)
{
	return direction == POLICY_EGRESS ? pair->to : pair->from;
}

static uint32_t class_of(const struct analyze_diff *diff, enum analyze_diff_side side,
			 const struct model_pod *pod)
{
	return pod ? compile_subject_class(diff->maps[side].world, pod) : COMPILE_NONE;
}

static void add_probe(struct explaining *explaining, const struct port_range *range, bool is_gained)
{
	if (explaining->n_probes < MAX_PROBES)
		explaining->probes[explaining->n_probes++] =
			(struct probe){range->space, range->first, is_gained};
}

/* One port of what a part of a subject's ports has in common with `ports`. */
static void probe_parts(struct explaining *explaining, enum analyze_diff_side side,
			enum policy_direction direction, const struct port_set *ports,
			bool is_gained)
{
	struct analyze_diff *diff = explaining->diff;
	const struct model_pod *subject =
		pod_of(diff, side, subject_of(explaining->pair, direction));
	const uint32_t class = class_of(diff, side, subject);
	const struct compile_part *parts;
	struct port_set common = {0};
	uint32_t n;

	if (class == COMPILE_NONE)
		return;
	parts = compile_parts(diff->maps[side].world, class, direction, &n);
	for (uint32_t i = 0; i < n; i++) {
		port_set_intersect(&parts[i].ports, ports, &common);
		if (common.n)
			add_probe(explaining, &common.ranges[0], is_gained);
	}
	port_set_release(&common);
}

static void list_probes(struct explaining *explaining, uint32_t number, bool is_gained)
{
	const struct port_set *ports = analyze_portsets_get(explaining->diff->sets, number);

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			probe_parts(explaining, side, direction, ports, is_gained);
}

/* An address of the peer in a family that both ends have; false: there is none that is known. */
static bool find_address(const struct explaining *explaining, const struct model_pod *subject,
			 const struct model_pod *peer, const struct probe *probe,
			 struct ip_addr *ret)
{
	*ret = explaining->pair->change->range.first;
	if (!peer)
		return true;
	for (uint32_t i = 0; i < peer->n_ips; i++)
		for (uint32_t j = 0; j < subject->n_ips; j++) {
			const uint8_t family = peer->ips[i].family;

			if (family != subject->ips[j].family ||
			    probe->space == (family == IP_V4 ? PORT_ICMPV6 : PORT_ICMP))
				continue;
			*ret = peer->ips[i];
			return true;
		}
	return false;
}

/* false: policies have no say there. */
static bool ask(const struct explaining *explaining, enum analyze_diff_side side,
		enum policy_direction direction, const struct probe *probe, struct analyze_why *ret)
{
	struct analyze_diff *diff = explaining->diff;
	const uint32_t other = peer_of(explaining->pair, direction);
	struct analyze_why_question question = {
		.snapshot = diff->maps[side].snapshot,
		.subject = pod_of(diff, side, subject_of(explaining->pair, direction)),
		.peer = pod_of(diff, side, other),
		.direction = (uint8_t)direction,
		.space = probe->space,
		.port = probe->port,
	};
	const uint32_t class = class_of(diff, side, question.subject);

	if (class == COMPILE_NONE || (other != NOWHERE && !question.peer) ||
	    !find_address(explaining, question.subject, question.peer, probe, &question.addr))
		return false;
	question.policies = compile_policies(diff->maps[side].world, class, &question.n_policies);
	analyze_why(&question, ret);
	return true;
}

/* What is the same before and after is not what made the change. */
static bool is_change(const struct analyze_why why[ANALYZE_N_SIDES], const bool is_asked[])
{
	if (!is_asked[ANALYZE_OLD] || !is_asked[ANALYZE_NEW])
		return true;
	return why[ANALYZE_OLD].action != why[ANALYZE_NEW].action ||
	       why[ANALYZE_OLD].action == TABLE_DECIDE;
}

static void explain_probe(const struct explaining *explaining, enum policy_direction direction,
			  const struct probe *probe, struct analyze_refs ret[ANALYZE_N_SIDES])
{
	const enum analyze_diff_side allowing = probe->is_gained ? ANALYZE_NEW : ANALYZE_OLD;
	struct analyze_why why[ANALYZE_N_SIDES] = {0};
	bool is_asked[ANALYZE_N_SIDES];

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		is_asked[side] = ask(explaining, side, direction, probe, &why[side]);
	if (is_change(why, is_asked)) {
		if (is_asked[allowing])
			analyze_refs_add_all(&ret[allowing], &why[allowing].rules);
		/* What refused, where it is the change: a rule that is gone, or that came. */
		if (is_asked[!allowing] && why[!allowing].action != TABLE_ALLOW &&
		    (!is_asked[allowing] || why[allowing].reason == VERDICT_NOT_ISOLATED ||
		     !probe->is_gained))
			analyze_refs_add_all(&ret[!allowing], &why[!allowing].rules);
	}
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_why_release(&why[side]);
}

void analyze_diff_why(struct analyze_diff *diff, const struct analyze_diff_pair *pair,
		      struct analyze_refs ret[ANALYZE_N_SIDES])
{
	struct explaining explaining = {.diff = diff, .pair = pair};

	list_probes(&explaining, pair->change->ports.gained, true);
	list_probes(&explaining, pair->change->ports.lost, false);
	for (uint32_t i = 0; i < explaining.n_probes; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			explain_probe(&explaining, direction, &explaining.probes[i], ret);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_refs_order(&ret[side]);
}
