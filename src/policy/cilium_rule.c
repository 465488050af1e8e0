/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The items of a list of rules. An item is a rule of the IR for each of its `toPorts`, because each
 * of those has conditions of its own; one that asks for nobody and nothing, `{}`, is none.
 */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "policy/cilium_label.h"
#include "policy/labelselector.h"

#include <string.h>

#define PEER_FIELDS(from) \
	[CILIUM_RULE_ENDPOINTS] = {from "Endpoints", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_ENTITIES] = {from "Entities", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_CIDR] = {from "CIDR", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_CIDR_SET] = {from "CIDRSet", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_NODES] = {from "Nodes", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_GROUPS] = {from "Groups", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_REQUIRES] = {from "Requires", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_PORTS] = {"toPorts", POLICY_TYPE_LIST}, \
	[CILIUM_RULE_ICMPS] = {"icmps", POLICY_TYPE_LIST}

static const struct policy_field ingress_fields[] = {
	PEER_FIELDS("from"),
	[CILIUM_RULE_INGRESS_AUTHENTICATION] = {"authentication", POLICY_TYPE_MAPPING},
};

static const struct policy_field egress_fields[] = {
	PEER_FIELDS("to"),
	[CILIUM_RULE_SERVICES] = {"toServices", POLICY_TYPE_LIST},
	[CILIUM_RULE_EGRESS_AUTHENTICATION] = {"authentication", POLICY_TYPE_MAPPING},
	[CILIUM_RULE_FQDNS] = {"toFQDNs", POLICY_TYPE_LIST},
};

static const struct policy_alias rule_aliases[] = {
	{"from", "sources are said by fromEndpoints, fromEntities, fromCIDR or fromCIDRSet"},
	{"to", "destinations are said by toEndpoints, toEntities, toCIDR, toFQDNs, toServices …"},
	{"ports", "write toPorts: - ports: [{port: …, protocol: …}]"},
	{"toPort", "did you mean 'toPorts'?"},
	{"podSelector", "pods are selected by fromEndpoints or toEndpoints: - matchLabels: …"},
	{"namespaceSelector", "a namespace is a label of fromEndpoints or toEndpoints: "
			      "io.kubernetes.pod.namespace, or io.cilium.k8s.namespace.labels.KEY"},
	{"ipBlock", "blocks are said by fromCIDR, fromCIDRSet, toCIDR or toCIDRSet"},
	{"toFQDNs", "a rule that denies has no names: they are allowed, or not"},
	{"authentication", "a rule that denies has no 'authentication'"},
	{"rules", "'rules' goes into an item of 'toPorts', beside 'ports'"},
	{NULL, NULL},
};

const struct policy_schema cilium_rule_schemas[CILIUM_N_LISTS] = {
	[CILIUM_INGRESS] = {"an ingress rule", ingress_fields,
			    CILIUM_RULE_INGRESS_AUTHENTICATION + 1, rule_aliases, NULL},
	[CILIUM_INGRESS_DENY] = {"an ingressDeny rule", ingress_fields, CILIUM_RULE_ICMPS + 1,
				 rule_aliases, NULL},
	[CILIUM_EGRESS] = {"an egress rule", egress_fields, CILIUM_RULE_FQDNS + 1, rule_aliases,
			   NULL},
	[CILIUM_EGRESS_DENY] = {"an egressDeny rule", egress_fields, CILIUM_RULE_SERVICES + 1,
				rule_aliases, NULL},
};

static const struct policy_field authentication_fields[] = {{"mode", POLICY_TYPE_STRING}};
static const struct policy_schema authentication_schema = {"'authentication'",
							   authentication_fields, 1, NULL, NULL};

/* One item of a list while it is read. */
struct item {
	struct policy_reader *reader;
	const struct cilium_list *list;
	const struct tree_node *node;
	uint32_t index;
	struct policy_fields fields;
	struct cilium_peers peers;
	const char *authentication; /* NULL, or the condition */
	struct policy_peer *shared; /* the peers in the arena, for all rules of the item */
	uint32_t n_shared;
};

/* The rules of a policy in one direction, which two lists make. */
static struct policy_rule *add_rule(const struct item *item)
{
	const enum policy_direction direction = cilium_direction(item->list);
	struct policy *policy = item->list->policy;
	struct policy_rule *rule = &policy->rules[direction][policy->n_rules[direction]++];

	*rule = (struct policy_rule){
		.policy = policy,
		.direction = direction,
		.action = POLICY_ALLOW,
		.rank = POLICY_RANK_ALLOW,
		.index = item->index,
		.list = item->list->name,
		.span = policy_span(item->reader, item->node),
	};
	return rule;
}

static const char *join(const struct item *item, const char *a, const char *b)
{
	if (!a || !b)
		return a ? a : b;
	return arena_printf(&item->reader->snapshot->arena, "%s, and %s", a, b);
}

/* `ports` NULL: any. */
static void emit(const struct item *item, const struct cilium_ports *ports)
{
	struct policy_rule *rule;

	if (ports && ports->n == 0)
		return;
	rule = add_rule(item);
	rule->peers = item->shared;
	rule->n_peers = item->n_shared;
	rule->any_peer = item->peers.any || !item->peers.is_said;
	rule->any_port = !ports;
	rule->condition = join(item, item->peers.condition, ports ? ports->condition : NULL);
	rule->condition = join(item, rule->condition, item->authentication);
	if (ports) {
		rule->n_ports = (uint32_t)ports->n;
		rule->ports = arena_alloc_n(&item->reader->snapshot->arena, ports->n,
					    sizeof(*rule->ports));
		memcpy(rule->ports, ports->items, ports->n * sizeof(*rule->ports));
	}
	rule->is_proxied = (ports && ports->is_proxied) || item->authentication;
	if (cilium_is_deny(item->list)) {
		rule->action = POLICY_DENY;
		rule->rank = POLICY_RANK_DENY;
	} else if (rule->is_proxied) {
		rule->rank = POLICY_RANK_PROXIED;
	}
}

/* Who, without whom there is no rule: a peer of every address goes by itself. */
static void share_peers(struct item *item)
{
	const struct cilium_peers *peers = &item->peers;

	if (peers->any || peers->n == 0)
		return;
	item->n_shared = (uint32_t)peers->n;
	item->shared =
		arena_alloc_n(&item->reader->snapshot->arena, peers->n, sizeof(*item->shared));
	memcpy(item->shared, peers->items, peers->n * sizeof(*item->shared));
}

static void read_ports(struct item *item, bool some)
{
	const struct tree_node *to_ports = item->fields.values[CILIUM_RULE_PORTS];
	const struct tree_node *icmps = item->fields.values[CILIUM_RULE_ICMPS];
	const struct tree_node *list = to_ports && to_ports->len ? to_ports : icmps;

	if (to_ports && to_ports->len && icmps && icmps->len) {
		struct diag *diag = policy_error(item->reader, DIAG_BH0203,
						 policy_span(item->reader, icmps),
						 "'toPorts' and 'icmps' cannot be in one rule");

		diag_hint(item->reader->diags, diag,
			  "to allow both, make two rules: put '- ' before each");
	}
	for (uint32_t i = 0; list && i < list->len; i++) {
		struct cilium_ports ports;

		if (list == to_ports)
			cilium_port_rule_read(item->reader, item->list, list->items[i], &ports);
		else
			cilium_icmp_read(item->reader, list->items[i], &ports);
		if (some)
			emit(item, &ports);
		vec_release(&ports);
	}
	if (some && item->peers.is_said && (!list || list->len == 0))
		emit(item, NULL);
}

static void read_authentication(struct item *item)
{
	static const char *const modes[] = {"disabled", "required", "test-always-fail"};
	static const struct policy_choices choices = {"'mode'", modes, 3, NULL};
	const size_t field = item->list->id == CILIUM_INGRESS ? CILIUM_RULE_INGRESS_AUTHENTICATION
							      : CILIUM_RULE_EGRESS_AUTHENTICATION;
	const struct tree_node *node = item->fields.values[field];
	struct policy_fields fields;
	size_t mode;

	if (cilium_is_deny(item->list) || !node ||
	    !policy_schema_read(item->reader, &authentication_schema, node, &fields) ||
	    !policy_need(item->reader, &authentication_schema, node, &fields, 0) ||
	    !fields.values[0] || !policy_choose(item->reader, &choices, fields.values[0], &mode))
		return;
	if (mode > 0)
		item->authentication = arena_printf(&item->reader->snapshot->arena,
						    "authentication %s succeeds", modes[mode]);
}

/*
 * Until 1.19: whoever is a pod must meet all of them, whichever rule allows it. They are taken as
 * one thing that is not known.
 */
static void emit_requires(struct item *item, const struct tree_node *list)
{
	struct policy_rule *rule = add_rule(item);
	const char *name = item->fields.members[CILIUM_RULE_REQUIRES]->key;

	for (uint32_t i = 0; i < list->len; i++) {
		struct selector selector;

		policy_labelselector_read_as(item->reader, list->items[i], cilium_key_syntax,
					     &selector);
	}
	rule->action = POLICY_DENY;
	rule->rank = POLICY_RANK_DENY;
	rule->any_port = true;
	rule->n_peers = 1;
	rule->peers = arena_alloc(&item->reader->snapshot->arena, sizeof(*rule->peers));
	rule->peers[0] = (struct policy_peer){.kind = POLICY_PEER_PODS, .span = rule->span};
	rule->condition = arena_printf(&item->reader->snapshot->arena, "%s does not hold", name);
}

static void read_requires(struct item *item)
{
	const struct tree_node *list = item->fields.values[CILIUM_RULE_REQUIRES];
	struct diag *diag;

	if (!list || list->len == 0)
		return;
	if (!cilium_since(item->reader, 1, 20)) {
		emit_requires(item, list);
		return;
	}
	diag = policy_error(item->reader, DIAG_BH0201,
			    tree_key_span(item->reader->object->file,
					  item->fields.members[CILIUM_RULE_REQUIRES]),
			    "Cilium 1.20 has no '%s'",
			    item->fields.members[CILIUM_RULE_REQUIRES]->key);
	diag_hint(item->reader->diags, diag, "for an older Cilium say which: --cni cilium@1.19");
}

static void read_item(struct policy_reader *reader, const struct cilium_list *list,
		      const struct tree_node *node, uint32_t index)
{
	struct item item = {.reader = reader, .list = list, .node = node, .index = index};
	bool some;

	if (!policy_schema_read(reader, &cilium_rule_schemas[list->id], node, &item.fields))
		return;
	cilium_peers_read(reader, list, &item.fields, &item.peers);
	share_peers(&item);
	read_authentication(&item);
	read_requires(&item);
	some = !item.peers.is_said || item.peers.any || item.n_shared > 0;
	read_ports(&item, some);
	vec_release(&item.peers);
}

/* How many rules of the IR an item makes at most, if its lists are lists. */
static size_t count_rules(const struct tree_node *item)
{
	static const char *const lists[] = {"toPorts", "icmps"};
	size_t n = 2;

	for (size_t i = 0; i < 2; i++) {
		const struct tree_node *list = tree_get(item, lists[i]);

		n += list && list->kind == TREE_SEQ ? list->len : 0;
	}
	return n;
}

void cilium_rules_read(struct policy_reader *reader, const struct cilium_list *list,
		       const struct tree_node *node)
{
	const enum policy_direction direction = cilium_direction(list);
	struct policy *policy = list->policy;
	struct policy_rule *rules;
	size_t n = policy->n_rules[direction];

	for (uint32_t i = 0; i < node->len; i++)
		n += count_rules(node->items[i]);
	rules = arena_alloc_n(&reader->snapshot->arena, n, sizeof(*rules));
	if (policy->n_rules[direction])
		memcpy(rules, policy->rules[direction],
		       policy->n_rules[direction] * sizeof(*rules));
	policy->rules[direction] = rules;
	for (uint32_t i = 0; i < node->len; i++)
		read_item(reader, list, node->items[i], i);
}
