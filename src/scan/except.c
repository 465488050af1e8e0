/* SPDX-License-Identifier: Apache-2.0 */
/* BH308: what a block excepts, and other peers have. */
#include "scan/check.h"

/* The item of `except` in the text, as far as it is a NetworkPolicy's. */
static struct diag_span except_span(const struct policy_rule *rule, const struct policy_peer *peer,
				    uint32_t number)
{
	const struct tree_node *except =
		scan_node(scan_peer_node(rule, peer), "ipBlock", "except", NULL);

	return except ? tree_span(rule->policy->object->file, except->items[number]) : peer->span;
}

static bool overlaps(const struct ip_cidr *a, const struct ip_cidr *b)
{
	return ip_cidr_within(a, b, false) || ip_cidr_within(b, a, false);
}

/* The block of another peer of the policy that has what `cut` takes out, or some of it. */
static const struct policy_peer *readmits(const struct policy_rule *rule,
					  const struct policy_peer *of, const struct ip_cidr *cut)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *block = scan_block_of(&rule->peers[i]);
		bool is_cut = false;

		if (!block || &rule->peers[i] == of || !overlaps(&block->cidr, cut))
			continue;
		for (uint32_t k = 0; k < block->n_except; k++)
			is_cut |= ip_cidr_within(cut, &block->except[k], false);
		if (!is_cut)
			return block;
	}
	return NULL;
}

/* A hole in what the except keeps out, which another rule or peer of the policy makes. */
struct hole {
	const struct policy_rule *rule;
	const struct policy_peer *block; /* NULL: the rule is for everybody */
	struct ip_addr addr;             /* within both */
	bool is_part;                    /* of the addresses */
	bool is_deliberate;              /* of the ports: somebody thought of them */
};

static bool find_hole(const struct policy_rule *rule, const struct policy_peer *of,
		      const struct ip_cidr *cut, const struct policy_rule *other, struct hole *ret)
{
	const struct policy_peer *back = readmits(other, of, cut);
	const bool is_part = back && ip_cidr_within(&back->cidr, cut, true);

	if (!scan_allows(other) || !(back || other->any_peer))
		return false;
	*ret = (struct hole){
		.rule = other,
		.block = back,
		.addr = is_part ? back->cidr.addr : cut->addr,
		.is_part = is_part,
		.is_deliberate = !scan_has_ports_of(other, rule),
	};
	return true;
}

static void report_hole(struct scan *scan, const struct policy_rule *rule, struct diag_span span,
			const struct ip_cidr *cut, const struct hole *hole)
{
	const struct ip_cidr *open = hole->block && ip_cidr_within(&hole->block->cidr, cut, true)
					     ? &hole->block->cidr
					     : cut;
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	char whole[IP_CIDR_TEXT_SIZE], part[IP_CIDR_TEXT_SIZE];
	struct scan_finding *finding;
	struct scan_access access;

	if (!scan_opens_address(scan, hole->rule, &hole->addr, &access))
		return;
	finding = scan_report(
		scan, scan_at_policy(rule->policy, span),
		"this does not keep %s%s out: %s can still reach %s%s, by another peer of the "
		"policy",
		hole->is_part ? "all of " : "", ip_cidr_format(cut, whole),
		is_ingress ? ip_cidr_format(open, part) : scan_subject_text(scan, rule, &access),
		is_ingress ? scan_subject_text(scan, rule, &access) : ip_cidr_format(open, part),
		scan_ports_text(scan, hole->rule, &access));
	if (hole->is_deliberate)
		finding->severity = SCAN_LOW;
	finding->related = hole->block ? hole->block->span : hole->rule->span;
	finding->related_message = "the peer that lets it in again";
	scan_help(scan, finding, "except it there too");
}

/* The first hole, or the first that is as wide as the rule. */
static void check_except(struct scan *scan, const struct policy_rule *rule,
			 const struct policy_peer *peer, uint32_t number)
{
	const struct ip_cidr *cut = &scan_block_of(peer)->except[number];
	const struct policy *policy = rule->policy;
	struct hole hole, found = {0};

	for (uint32_t i = 0; i < policy->n_rules[rule->direction]; i++) {
		const struct policy_rule *other = &policy->rules[rule->direction][i];

		if (find_hole(rule, peer, cut, other, &hole) &&
		    (!found.rule || (found.is_deliberate && !hole.is_deliberate)))
			found = hole;
	}
	if (found.rule)
		report_hole(scan, rule, except_span(rule, peer, number), cut, &found);
}

/* A policy that cuts IPv4 and lets all of IPv6 pass was written for one family. */
static void check_twin(struct scan *scan, const struct policy_rule *rule,
		       const struct policy_peer *peer)
{
	const struct policy *policy = rule->policy;
	struct scan_access access;

	if (peer->kind != POLICY_PEER_CIDR || peer->cidr.addr.family != IP_V4 ||
	    peer->cidr.prefix_len != 0)
		return;
	for (uint32_t i = 0; i < policy->n_rules[rule->direction]; i++) {
		const struct policy_rule *other = &policy->rules[rule->direction][i];
		const struct policy_peer *twin =
			scan_allows(other) ? scan_whole_family(other, IP_V6) : NULL;

		if (twin && scan_opens_address(scan, other, &scan->far[IP_V6], &access))
			scan_help(scan,
				  scan_report(scan, scan_at_policy(policy, twin->span),
					      "::/0 excepts nothing, though 0.0.0.0/0 in the same "
					      "policy does: the cluster's own IPv6 addresses are "
					      "allowed"),
				  "except: [fc00::/7, fe80::/10]");
	}
}

void scan_vain_except(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; scan_allows(rule) && i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		const struct policy_peer *block = scan_block_of(peer);

		if (!block || block->n_except == 0)
			continue;
		for (uint32_t k = 0; k < block->n_except; k++)
			check_except(scan, rule, peer, k);
		check_twin(scan, rule, peer);
	}
}
