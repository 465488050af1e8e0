/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines that are responsible for a change: why each side of it got its verdict, before and
 * after, in each family, at one port of each part that the rules on either side can tell apart.
 */
#include "analyze/diff_build.h"
#include "analyze/why.h"

#define NOWHERE ANALYZE_MAP_OUTSIDE
#define MAX_PROBES 4096u /* a subject's parts are fewer, unless somebody is up to something */

/* A port of the change. No padding. */
struct probe {
	uint32_t family; /* enum ip_family */
	uint32_t space;
	uint32_t port;
	uint32_t is_gained;
};

struct explaining {
	struct analyze_diff *diff;
	const struct analyze_diff_pair *pair;
	struct keyset probes;
	VEC(struct ip_addr) nodes; /* where a host-network pod of an unknown node may be */
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
	static const uint8_t families[] = {IP_V4, IP_V6};

	for (size_t i = 0; i < sizeof(families); i++) {
		const struct probe probe = {families[i], range->space, range->first, is_gained};

		if (range->space != (families[i] == IP_V4 ? PORT_ICMPV6 : PORT_ICMP) &&
		    explaining->probes.n < MAX_PROBES)
			keyset_intern(&explaining->probes, &probe, sizeof(probe), NULL);
	}
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

static const struct ip_addr *address_of(const struct model_pod *pod, uint32_t family)
{
	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (pod->ips[i].family == family)
			return &pod->ips[i];
	return NULL;
}

/* An address of the peer in a family that both ends have; NULL: there is none that is known. */
static const struct ip_addr *find_address(const struct explaining *explaining,
					  const struct model_pod *subject,
					  const struct model_pod *peer, uint32_t family)
{
	const struct ip_addr *outside = &explaining->pair->change->range.first;

	if (!peer)
		return outside->family == family ? outside : NULL;
	return address_of(subject, family) ? address_of(peer, family) : NULL;
}

/* On the network of a node that the input does not show: its address is any. */
static bool is_anywhere(const struct model_pod *pod)
{
	return pod && pod->host_network && pod->n_ips == 0;
}

static bool is_end_anywhere(const struct analyze_diff *diff, uint32_t end)
{
	return is_anywhere(pod_of(diff, ANALYZE_OLD, end)) ||
	       is_anywhere(pod_of(diff, ANALYZE_NEW, end));
}

/* One address of each range that rules can tell apart. */
static void list_nodes(struct explaining *explaining)
{
	const struct analyze_diff *diff = explaining->diff;
	static const uint8_t families[] = {IP_V4, IP_V6};

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		for (size_t i = 0; i < sizeof(families); i++) {
			size_t n;
			const struct compile_range *ranges =
				compile_ranges(diff->maps[side].world, families[i], &n);

			for (size_t j = 0; j < n; j++)
				vec_push(&explaining->nodes, ranges[j].range.first);
		}
}

/* A node is where the peer is, if it may be anywhere. false: policies have no say there. */
static bool ask(const struct explaining *explaining, enum analyze_diff_side side,
		enum policy_direction direction, const struct probe *probe,
		const struct ip_addr *node, struct analyze_why *ret)
{
	struct analyze_diff *diff = explaining->diff;
	const uint32_t other = peer_of(explaining->pair, direction);
	struct analyze_why_question question = {
		.snapshot = diff->maps[side].snapshot,
		.subject = pod_of(diff, side, subject_of(explaining->pair, direction)),
		.peer = pod_of(diff, side, other),
		.direction = (uint8_t)direction,
		.space = (uint8_t)probe->space,
		.port = (uint16_t)probe->port,
	};
	const uint32_t class = class_of(diff, side, question.subject);
	const struct ip_addr *addr;

	if (class == COMPILE_NONE || (other != NOWHERE && !question.peer))
		return false;
	addr = is_anywhere(question.peer)
		       ? node
		       : find_address(explaining, question.subject, question.peer, probe->family);
	if (!addr)
		return false;
	if (is_anywhere(question.peer))
		question.peer = NULL;
	question.addr = *addr;
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

static void explain_at(const struct explaining *explaining, enum policy_direction direction,
		       const struct probe *probe, const struct ip_addr *node,
		       struct analyze_refs ret[ANALYZE_N_SIDES])
{
	const enum analyze_diff_side allowing = probe->is_gained ? ANALYZE_NEW : ANALYZE_OLD;
	struct analyze_why why[ANALYZE_N_SIDES] = {0};
	bool is_asked[ANALYZE_N_SIDES];

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		is_asked[side] = ask(explaining, side, direction, probe, node, &why[side]);
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

static void explain_probe(const struct explaining *explaining, enum policy_direction direction,
			  const struct probe *probe, struct analyze_refs ret[ANALYZE_N_SIDES])
{
	if (!is_end_anywhere(explaining->diff, peer_of(explaining->pair, direction)))
		explain_at(explaining, direction, probe, NULL, ret);
	else
		for (size_t i = 0; i < explaining->nodes.n; i++)
			if (explaining->nodes.items[i].family == probe->family)
				explain_at(explaining, direction, probe,
					   &explaining->nodes.items[i], ret);
}

void analyze_diff_why(struct analyze_diff *diff, const struct analyze_diff_pair *pair,
		      struct analyze_refs ret[ANALYZE_N_SIDES])
{
	struct explaining explaining = {.diff = diff, .pair = pair};
	size_t size;

	if (is_end_anywhere(diff, pair->from) || is_end_anywhere(diff, pair->to))
		list_nodes(&explaining);
	list_probes(&explaining, pair->change->ports.gained, true);
	list_probes(&explaining, pair->change->ports.lost, false);
	for (uint32_t i = 0; i < explaining.probes.n; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			explain_probe(&explaining, direction,
				      keyset_get(&explaining.probes, i, &size), ret);
	keyset_release(&explaining.probes);
	vec_release(&explaining.nodes);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_refs_order(&ret[side]);
}
