/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calico_oracle.h"

#include "base/vec.h"
#include "lib/calico_endpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A policy that selects the subject, with what it is ordered by. */
struct entry {
	const struct model_policy_object *object;
	const struct tree_node *spec;
	double tier_order;
	const char *tier;
	bool passes; /* the tier, at its end */
	double order;
	char tie[300];
};

struct judging {
	const struct model_snapshot *snapshot;
	const struct calico_packet *packet;
	const struct model_pod *subject;
	bool is_ingress;
	bool is_staged;
	struct calico_side *ret;
};

static double number(const struct tree_node *map, const char *key, double otherwise)
{
	const struct tree_node *node = tree_get(map, key);

	return node && node->kind != TREE_NULL ? strtod(node->text, NULL) : otherwise;
}

static bool is_kubernetes(const struct model_policy_object *object)
{
	return strcmp(object->group, "networking.k8s.io") == 0 ||
	       strcmp(object->kind, "StagedKubernetesNetworkPolicy") == 0;
}

static bool is_staged(const struct model_policy_object *object)
{
	return strncmp(object->kind, "Staged", 6) == 0;
}

static void set_tier(const struct model_snapshot *snapshot, const char *name, struct entry *entry)
{
	entry->tier = name ? name : "default";
	entry->tier_order = 1e6;
	for (uint32_t i = 0; i < snapshot->n_policies; i++) {
		const struct model_policy_object *object = snapshot->policies[i];
		const struct tree_node *spec = tree_get(object->root, "spec");
		const char *action = tree_get_string(spec, "defaultAction");

		if (strcmp(object->kind, "Tier") != 0 || strcmp(object->name, entry->tier) != 0)
			continue;
		entry->tier_order = number(spec, "order", 1e6);
		entry->passes = action && strcmp(action, "Pass") == 0;
	}
}

static bool labels_match(const struct tree_node *selector, const struct model_labels *labels)
{
	const struct tree_node *map = tree_get(selector, "matchLabels");

	for (uint32_t i = 0; map && i < map->len; i++) {
		bool is_found = false;

		for (uint32_t k = 0; k < labels->n; k++)
			is_found |= strcmp(labels->items[k].key, map->members[i].key) == 0 &&
				    strcmp(labels->items[k].value, map->members[i].value->text) ==
					    0;
		if (!is_found)
			return false;
	}
	return true;
}

static bool is_selected(const struct judging *judging, const struct model_policy_object *object,
			const struct tree_node *spec)
{
	if (object->ns && strcmp(object->ns, judging->subject->ns->name) != 0)
		return false;
	if (is_kubernetes(object))
		return labels_match(tree_get(spec, "podSelector"), &judging->subject->labels);
	return calico_spec_selects(judging->snapshot, spec, judging->subject);
}

static bool is_in_types(const struct tree_node *types, const char *type)
{
	for (uint32_t i = 0; i < types->len; i++)
		if (strcmp(types->items[i]->text, type) == 0)
			return true;
	return false;
}

/* Whether the policy is for this direction at all. */
static bool has_direction(const struct judging *judging, const struct model_policy_object *object,
			  const struct tree_node *spec)
{
	const struct tree_node *types =
		tree_get(spec, is_kubernetes(object) ? "policyTypes" : "types");
	const struct tree_node *ingress = tree_get(spec, "ingress");
	const struct tree_node *egress = tree_get(spec, "egress");
	const bool has_egress = egress && egress->len > 0;

	if (types && types->len)
		return is_in_types(types, judging->is_ingress ? "Ingress" : "Egress");
	if (!judging->is_ingress)
		return has_egress;
	return is_kubernetes(object) || !has_egress || (ingress && ingress->len > 0);
}

static bool is_true(const struct tree_node *spec, const char *key)
{
	const struct tree_node *node = tree_get(spec, key);

	return node && node->boolean;
}

/* A staged policy takes the place of the one of its name. */
static bool is_replaced(const struct judging *judging, const struct model_policy_object *object)
{
	for (uint32_t i = 0; i < judging->snapshot->n_policies; i++) {
		const struct model_policy_object *other = judging->snapshot->policies[i];
		const bool is_same_kind =
			is_kubernetes(object)
				? strcmp(other->kind, "StagedKubernetesNetworkPolicy") == 0
				: is_staged(other) && strcmp(other->kind + 6, object->kind) == 0;
		const char *action = tree_get_string(tree_get(other->root, "spec"), "stagedAction");

		if (is_same_kind && other->ns == object->ns && other->name == object->name &&
		    !(action && strcmp(action, "Ignore") == 0))
			return true;
	}
	return false;
}

static bool has_say(const struct judging *judging, const struct model_policy_object *object,
		    const struct tree_node *spec)
{
	const char *action = tree_get_string(spec, "stagedAction");

	if (is_staged(object))
		return judging->is_staged && !(action && (strcmp(action, "Delete") == 0 ||
							  strcmp(action, "Ignore") == 0));
	return !judging->is_staged || !is_replaced(judging, object);
}

static bool is_policy(const struct model_policy_object *object)
{
	const char *kind = object->kind;

	return strlen(kind) > 13 - 1 && strcmp(kind + strlen(kind) - 13, "NetworkPolicy") == 0;
}

static bool make_entry(const struct judging *judging, const struct model_policy_object *object,
		       struct entry *ret)
{
	const struct tree_node *spec = tree_get(object->root, "spec");
	const char *kind = object->kind;

	if (!is_policy(object) || !has_say(judging, object, spec) ||
	    !is_selected(judging, object, spec) || !has_direction(judging, object, spec) ||
	    is_true(spec, "doNotTrack") || is_true(spec, "preDNAT"))
		return false;
	*ret = (struct entry){.object = object, .spec = spec};
	set_tier(judging->snapshot, is_kubernetes(object) ? NULL : tree_get_string(spec, "tier"),
		 ret);
	ret->order = is_kubernetes(object) ? 1000 : number(spec, "order", INFINITY);
	if (strcmp(object->group, "networking.k8s.io") == 0)
		kind = "KubernetesNetworkPolicy";
	snprintf(ret->tie, sizeof(ret->tie), "%s/%s/%s", object->name, object->ns ? object->ns : "",
		 kind);
	return true;
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = (a->tier_order > b->tier_order) - (a->tier_order < b->tier_order);

	if (!order)
		order = strcmp(a->tier, b->tier);
	if (!order)
		order = (a->order > b->order) - (a->order < b->order);
	return order ? order : strcmp(a->tie, b->tie);
}

static int protocol_number(const struct tree_node *node)
{
	static const struct {
		const char *name;
		int number;
	} names[] = {{"TCP", 6},     {"UDP", 17},   {"ICMP", 1},
		     {"ICMPv6", 58}, {"SCTP", 132}, {"UDPLite", 136}};

	if (!node)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(node->text, names[i].name) == 0)
			return names[i].number;
	return atoi(node->text);
}

static int packet_protocol(const struct calico_packet *packet)
{
	static const int numbers[] = {
		[PORT_TCP] = 6, [PORT_UDP] = 17, [PORT_SCTP] = 132, [PORT_ICMP] = 1, [PORT_ICMPV6] = 58};

	return packet->space == PORT_OTHER ? packet->port : numbers[packet->space];
}

static bool icmp_matches(const struct tree_node *icmp, const struct calico_packet *packet)
{
	const struct tree_node *type = tree_get(icmp, "type"), *code = tree_get(icmp, "code");

	return (!type || atoi(type->text) == packet->port >> 8) &&
	       (!code || atoi(code->text) == (packet->port & 255));
}

/* No block of the other family alone, and the version that is named. */
static bool is_rendered(const struct tree_node *rule, const struct calico_packet *packet)
{
	static const char *const ends[] = {"source", "destination"};
	static const char *const lists[] = {"nets", "notNets"};
	const struct tree_node *version = tree_get(rule, "ipVersion");

	if (version && atoi(version->text) != (packet->src.family == IP_V4 ? 4 : 6))
		return false;
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++)
			if (calico_nets_are_foreign(tree_get(tree_get(rule, ends[i]), lists[k]),
						    &packet->src))
				return false;
	return true;
}

static bool rule_matches(const struct judging *judging, const struct entry *entry,
			 const struct tree_node *rule)
{
	const struct calico_packet *packet = judging->packet;
	const int protocol = protocol_number(tree_get(rule, "protocol"));
	const struct calico_end source = {
		.snapshot = judging->snapshot,
		.entity = tree_get(rule, "source"),
		.ns = entry->object->ns,
		.addr = packet->src,
		.space = packet->space,
		.port = packet->source_port,
	};
	const struct calico_end destination = {
		.snapshot = judging->snapshot,
		.entity = tree_get(rule, "destination"),
		.ns = entry->object->ns,
		.addr = packet->dst,
		.space = packet->space,
		.port = packet->port,
	};

	if (protocol >= 0 && protocol != packet_protocol(packet))
		return false;
	if (protocol_number(tree_get(rule, "notProtocol")) == packet_protocol(packet))
		return false;
	if (tree_get(rule, "icmp") && !icmp_matches(tree_get(rule, "icmp"), packet))
		return false;
	if (tree_get(rule, "notICMP") && icmp_matches(tree_get(rule, "notICMP"), packet))
		return false;
	return is_rendered(rule, packet) && calico_end_matches(&source) &&
	       calico_end_matches(&destination);
}

static bool kubernetes_peer_matches(const struct judging *judging, const struct entry *entry,
				    const struct tree_node *peer)
{
	const struct ip_addr *addr = judging->is_ingress ? &judging->packet->src
							 : &judging->packet->dst;
	const struct model_pod *pod = calico_pod_at(judging->snapshot, addr);
	const struct tree_node *block = tree_get(peer, "ipBlock");
	const struct tree_node *except = tree_get(block, "except");
	const struct tree_node *namespaces = tree_get(peer, "namespaceSelector");

	for (uint32_t i = 0; except && i < except->len; i++)
		if (calico_block_has(except->items[i]->text, addr))
			return false;
	if (block)
		return calico_block_has(tree_get_string(block, "cidr"), addr);
	if (!pod || !labels_match(tree_get(peer, "podSelector"), &pod->labels))
		return false;
	return namespaces ? labels_match(namespaces, &pod->ns->labels)
			  : strcmp(pod->ns->name, entry->object->ns) == 0;
}

static bool kubernetes_port_matches(const struct tree_node *port,
				    const struct calico_packet *packet)
{
	const int protocol = protocol_number(tree_get(port, "protocol"));
	const struct tree_node *number_node = tree_get(port, "port");

	return (protocol < 0 ? 6 : protocol) == packet_protocol(packet) &&
	       (!number_node || atoi(number_node->text) == packet->port);
}

static bool kubernetes_rule_matches(const struct judging *judging, const struct entry *entry,
				    const struct tree_node *rule)
{
	const struct tree_node *peers = tree_get(rule, judging->is_ingress ? "from" : "to");
	const struct tree_node *ports = tree_get(rule, "ports");
	bool is_peer = !peers || peers->len == 0, is_port = !ports || ports->len == 0;

	for (uint32_t i = 0; peers && i < peers->len; i++)
		is_peer |= kubernetes_peer_matches(judging, entry, peers->items[i]);
	for (uint32_t i = 0; ports && i < ports->len; i++)
		is_port |= kubernetes_port_matches(ports->items[i], judging->packet);
	return is_peer && is_port;
}

enum said { SAID_NOTHING, SAID_PASS, SAID_ALL };

static enum said ask_policy(const struct judging *judging, const struct entry *entry)
{
	const struct tree_node *rules =
		tree_get(entry->spec, judging->is_ingress ? "ingress" : "egress");

	for (uint32_t i = 0; rules && i < rules->len; i++) {
		const struct tree_node *rule = rules->items[i];
		const bool is_knp = is_kubernetes(entry->object);
		const char *action = is_knp ? "Allow" : tree_get_string(rule, "action");

		if (!(is_knp ? kubernetes_rule_matches : rule_matches)(judging, entry, rule) ||
		    strcmp(action, "Log") == 0)
			continue;
		if (strcmp(action, "Pass") == 0)
			return SAID_PASS;
		*judging->ret = (struct calico_side){
			.is_allowed = strcmp(action, "Allow") == 0,
			.reason = VERDICT_RULE,
			.object = entry->object,
			.rule = i,
		};
		return SAID_ALL;
	}
	return SAID_NOTHING;
}

/* The policies of one tier; returns where the next begins, or `n` when all is said. */
static size_t ask_tier(const struct judging *judging, const struct entry *entries, size_t at,
		       size_t n)
{
	enum said said = SAID_NOTHING;
	size_t end = at;

	while (end < n && strcmp(entries[end].tier, entries[at].tier) == 0)
		end++;
	for (size_t i = at; i < end && said == SAID_NOTHING; i++)
		said = ask_policy(judging, &entries[i]);
	if (said == SAID_PASS || (said == SAID_NOTHING && entries[at].passes))
		return end;
	if (said == SAID_NOTHING)
		*judging->ret = (struct calico_side){.reason = VERDICT_DEFAULT_DENY};
	return n;
}

void calico_oracle_judge(const struct model_snapshot *snapshot, const struct calico_packet *packet,
			 bool is_ingress, bool is_staged_view, struct calico_side *ret)
{
	const struct judging judging = {
		.snapshot = snapshot,
		.packet = packet,
		.subject = calico_pod_at(snapshot, is_ingress ? &packet->dst : &packet->src),
		.is_ingress = is_ingress,
		.is_staged = is_staged_view,
		.ret = ret,
	};
	VEC(struct entry) entries = {0};
	struct entry entry;

	*ret = (struct calico_side){.is_allowed = true, .reason = VERDICT_NOT_ISOLATED};
	for (uint32_t i = 0; i < snapshot->n_policies; i++)
		if (make_entry(&judging, snapshot->policies[i], &entry))
			vec_push(&entries, entry);
	if (entries.n)
		qsort(entries.items, entries.n, sizeof(entry), compare_entries);
	for (size_t at = 0; at < entries.n;)
		at = ask_tier(&judging, entries.items, at, entries.n);
	vec_release(&entries);
}
