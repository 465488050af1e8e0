/* SPDX-License-Identifier: Apache-2.0 */
/* BH306, BH310 and BH407: address blocks, and questions about them. */
#include "scan/check.h"

#include <stdlib.h>

struct ranges {
	struct ip_range *items;
	size_t n;
	size_t cap;
};

/* Takes `out` from what is left of a block. */
static void subtract(struct ranges *ranges, const struct ip_range *out)
{
	struct ranges left = {0};

	for (size_t i = 0; i < ranges->n; i++) {
		const struct ip_range *at = &ranges->items[i];
		struct ip_range piece = *at;

		if (ip_cmp(&out->last, &at->first) < 0 || ip_cmp(&out->first, &at->last) > 0) {
			vec_push(&left, *at);
			continue;
		}
		if (ip_cmp(&at->first, &out->first) < 0 && ip_prev(&out->first, &piece.last))
			vec_push(&left, piece);
		piece.last = at->last;
		if (ip_cmp(&out->last, &at->last) < 0 && ip_next(&out->last, &piece.first))
			vec_push(&left, piece);
	}
	vec_release(ranges);
	*ranges = left;
}

static void add_block(struct ranges *ranges, const struct policy_peer *peer)
{
	struct ranges own = {0};

	vec_push(&own, ip_cidr_range(&peer->cidr));
	for (uint32_t i = 0; i < peer->n_except; i++) {
		const struct ip_range out = ip_cidr_range(&peer->except[i]);

		subtract(&own, &out);
	}
	for (size_t i = 0; i < own.n; i++)
		vec_push(ranges, own.items[i]);
	vec_release(&own);
}

static int compare_ranges(const void *left, const void *right)
{
	const struct ip_range *a = left, *b = right;

	return ip_cmp(&a->first, &b->first);
}

/* Whether the ranges leave nothing of their family out. */
static bool covers_family(struct ranges *ranges, enum ip_family family)
{
	const struct ip_addr highest = ip_highest(family);
	struct ip_addr next = ip_lowest(family);

	if (ranges->n)
		qsort(ranges->items, ranges->n, sizeof(*ranges->items), compare_ranges);
	for (size_t i = 0; i < ranges->n; i++) {
		const struct ip_range *at = &ranges->items[i];

		if (ip_cmp(&at->first, &next) > 0)
			return false;
		if (ip_cmp(&at->last, &next) < 0)
			continue;
		if (ip_equal(&at->last, &highest))
			return true;
		ip_next(&at->last, &next);
	}
	return false;
}

const struct policy_peer *scan_block_of(const struct policy_peer *peer)
{
	if (peer->kind == POLICY_PEER_CIDR)
		return peer;
	if (peer->kind != POLICY_PEER_ALL_OF || peer->n_parts == 0 ||
	    peer->parts[0].kind != POLICY_PEER_CIDR)
		return NULL;
	for (uint32_t i = 1; i < peer->n_parts; i++)
		if (peer->parts[i].kind != POLICY_PEER_NONE_OF)
			return NULL;
	return &peer->parts[0];
}

/* Adds a rule's blocks of a family; the first of them, or NULL. */
static const struct policy_peer *add_blocks(struct ranges *ranges, const struct policy_rule *rule,
					    enum ip_family family)
{
	const struct policy_peer *first = NULL;

	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *block = scan_block_of(&rule->peers[i]);

		if (!block || block->cidr.addr.family != family)
			continue;
		first = first ? first : &rule->peers[i];
		add_block(ranges, block);
	}
	return first;
}

const struct policy_peer *scan_whole_family(const struct policy_rule *rule, enum ip_family family)
{
	struct ranges ranges = {0};
	const struct policy_peer *first = add_blocks(&ranges, rule, family);
	const bool is_whole = first && covers_family(&ranges, family);

	vec_release(&ranges);
	return is_whole ? first : NULL;
}

static bool has_port(const struct policy_rule *rule, const struct policy_port *port)
{
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct policy_port *own = &rule->ports[i];

		if (own->kind == port->kind && own->space == port->space &&
		    (own->kind == POLICY_PORT_NAMED
			     ? own->name == port->name
			     : own->first <= port->first && port->last <= own->last))
			return true;
	}
	return rule->any_port;
}

bool scan_has_ports_of(const struct policy_rule *wide, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (!has_port(wide, &rule->ports[i]))
			return false;
	return wide->any_port || !rule->any_port;
}

/* The same of rules of one policy, for the last of them: which it makes whole. */
static const struct policy_peer *whole_with_others(const struct policy_rule *rule,
						   enum ip_family family)
{
	const struct policy_rule *first = rule->policy->rules[rule->direction];
	const struct policy_peer *own;
	struct ranges ranges = {0};
	bool is_whole = false;

	for (const struct policy_rule *other = first; other < rule; other++)
		if (scan_allows(other) && scan_has_ports_of(other, rule))
			add_blocks(&ranges, other, family);
	if (ranges.n == 0 || covers_family(&ranges, family)) {
		vec_release(&ranges);
		return NULL;
	}
	own = add_blocks(&ranges, rule, family);
	is_whole = own && covers_family(&ranges, family);
	vec_release(&ranges);
	return is_whole ? own : NULL;
}

static bool is_web_ingress(const struct policy_rule *rule)
{
	bool is_web = rule->n_ports > 0;

	for (uint32_t i = 0; i < rule->n_ports; i++)
		is_web &= rule->ports[i].kind == POLICY_PORT_RANGE &&
			  rule->ports[i].first == rule->ports[i].last &&
			  (rule->ports[i].first == 80 || rule->ports[i].first == 443);
	return is_web && rule->direction == POLICY_INGRESS;
}

static bool has_family(const struct model_pod *pod, enum ip_family family)
{
	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (pod->ips[i].family == family)
			return true;
	return false;
}

/* Blocks of some APIs are about addresses outside of the cluster only. */
static bool opens_cluster(struct scan *scan, const struct policy_rule *rule, enum ip_family family,
			  const struct scan_access *access)
{
	const struct model_pod *stranger = scan_stranger(scan);

	if (!has_family(stranger, family))
		return false;
	if (!access->subject)
		return scan_has_peer(scan, rule, stranger);
	return scan_side_may(scan, access->subject->pods[0], stranger, rule->direction,
			     access->open.ranges[0].space, access->open.ranges[0].first);
}

static void check_family(struct scan *scan, const struct policy_rule *rule, enum ip_family family)
{
	const struct policy_peer *peer = scan_whole_family(rule, family);
	const char *addresses, *subject;
	struct scan_finding *finding;
	struct scan_access access;
	struct scan_place place;

	if (!peer)
		peer = whole_with_others(rule, family);
	if (!peer || (rule->direction == POLICY_EGRESS && scan_only_port(rule, 53)) ||
	    !scan_opens_address(scan, rule, &scan->far[family], &access))
		return;
	place = scan_at_policy(rule->policy, peer->span);
	subject = scan_subject_text(scan, rule, &access);
	addresses = arena_printf(&scan->arena, "every IPv%d address%s", family,
				 opens_cluster(scan, rule, family, &access)
					 ? ", those of the cluster included,"
					 : "");
	if (rule->direction == POLICY_INGRESS)
		finding = scan_report(scan, place, "%s can reach %s%s", addresses, subject,
				      scan_ports_text(scan, rule, &access));
	else
		finding = scan_report(scan, place, "%s can reach %s%s", subject, addresses,
				      scan_ports_text(scan, rule, &access));
	if (is_web_ingress(rule))
		finding->severity = SCAN_LOW;
	scan_help(scan, finding, "except: %s",
		  family == IP_V4 ? "[10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16]"
				  : "[fc00::/7, fe80::/10]");
}

void scan_whole_internet(struct scan *scan, const struct policy_rule *rule)
{
	if (!scan_allows(rule))
		return;
	check_family(scan, rule, IP_V4);
	check_family(scan, rule, IP_V6);
}

/* A block of every address of its family, but for what it excepts: most servers are left. */
static const struct policy_peer *any_server(const struct policy_rule *rule)
{
	const struct policy_peer *whole = scan_whole_family(rule, IP_V4);

	for (uint32_t i = 0; i < rule->n_peers && !whole; i++) {
		const struct policy_peer *block = scan_block_of(&rule->peers[i]);

		if (block && block->cidr.prefix_len == 0)
			whole = &rule->peers[i];
	}
	return whole ? whole : scan_whole_family(rule, IP_V6);
}

void scan_broad_dns(struct scan *scan, const struct policy_rule *rule)
{
	const struct policy_peer *block = any_server(rule);
	const enum ip_family family = block ? scan_block_of(block)->cidr.addr.family : IP_V4;
	struct scan_access access;

	if (rule->direction != POLICY_EGRESS || !scan_allows(rule) || !scan_only_port(rule, 53) ||
	    !(rule->any_peer || block) ||
	    !scan_opens_address(scan, rule, &scan->far[family], &access))
		return;
	scan_help(scan,
		  scan_report(scan, scan_at_policy(rule->policy, block ? block->span : rule->span),
			      "%s can send queries to any DNS server%s: names can carry data to "
			      "whoever answers for them",
			      scan_subject_text(scan, rule, &access),
			      opens_cluster(scan, rule, family, &access)
				      ? ", inside the cluster and out"
				      : " of the internet"),
		  "allow port 53 to the cluster's DNS only: namespaceSelector {matchLabels: "
		  "{kubernetes.io/metadata.name: kube-system}} and podSelector {matchLabels: "
		  "{k8s-app: kube-dns}}");
}

#define OF_PODS "are addresses of pods, which change with every restart"

/* A pod whose address the input tells, where it tells no block of them. */
static const struct model_pod *pod_within(const struct model_snapshot *snapshot,
					  const struct ip_range *range)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		if (pod->host_network || pod->is_address_assumed)
			continue;
		for (uint32_t k = 0; k < pod->n_ips; k++)
			if (ip_range_contains(range, &pod->ips[k]))
				return pod;
	}
	return NULL;
}

/* What is said of a block that is not outside the cluster; NULL: nothing that is known. */
static const char *inhabitant_of(struct scan *scan, const struct ip_cidr *block)
{
	const struct model_snapshot *snapshot = scan->snapshot;
	const struct ip_range range = ip_cidr_range(block);
	const struct model_pod *pod;

	for (uint32_t i = 0; i < snapshot->n_services; i++)
		for (uint32_t k = 0; k < snapshot->services[i]->n_cluster_ips; k++)
			if (ip_range_contains(&range, &snapshot->services[i]->cluster_ips[k]))
				return "are cluster addresses of Services, which are translated to "
				       "those of pods before a policy sees them: it matches "
				       "nothing";
	for (uint32_t i = 0; i < snapshot->n_pod_cidrs; i++)
		if (ip_cidr_within(block, &snapshot->pod_cidrs[i], false))
			return OF_PODS;
	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		for (uint32_t k = 0; k < snapshot->nodes[i]->n_pod_cidrs; k++)
			if (ip_cidr_within(block, &snapshot->nodes[i]->pod_cidrs[k], false))
				return OF_PODS;
	pod = pod_within(snapshot, &range);
	return pod ? arena_printf(
			     &scan->arena,
			     "has the address of %s/%s: those of pods change with every restart",
			     pod->ns->name, pod->name)
		   : NULL;
}

/* A cache of the node answers under the address of the cluster's DNS: then the block is right. */
void scan_inner_block(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers && !scan_only_port(rule, 53); i++) {
		const struct policy_peer *peer = &rule->peers[i];
		const char *what;
		char buf[IP_CIDR_TEXT_SIZE];

		/* what is wider than a cluster's own block is not about the cluster alone */
		if (peer->kind != POLICY_PEER_CIDR ||
		    peer->cidr.prefix_len < (peer->cidr.addr.family == IP_V4 ? 12 : 48))
			continue;
		what = inhabitant_of(scan, &peer->cidr);
		if (what)
			scan_help(scan,
				  scan_report(scan, scan_at_policy(rule->policy, peer->span),
					      "%s %s", ip_cidr_format(&peer->cidr, buf), what),
				  "write a podSelector for the pods that are meant");
	}
}
