/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/oracle_cilium.h"

#include "lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LABELS 32

struct label {
	const char *source;
	char key[128];
	const char *value;
};

/* Who the other end is to Cilium: its labels. */
struct identity {
	struct label labels[MAX_LABELS];
	size_t n;
	bool is_world;
	const struct model_pod *pod; /* NULL: no pod */
};

static void add(struct identity *id, const char *source, const char *prefix, const char *key,
		const char *value)
{
	struct label *label = &id->labels[id->n++];

	if (id->n > MAX_LABELS)
		bail("too many labels");
	label->source = source;
	label->value = value;
	snprintf(label->key, sizeof(label->key), "%s%s", prefix, key);
}

static void identify_pod(struct identity *id, const struct model_pod *pod)
{
	id->pod = pod;
	for (uint32_t i = 0; i < pod->labels.n; i++)
		if (strcmp(pod->labels.items[i].key, "pod-template-hash") != 0)
			add(id, "k8s", "", pod->labels.items[i].key, pod->labels.items[i].value);
	for (uint32_t i = 0; i < pod->ns->labels.n; i++)
		add(id, "k8s", "io.cilium.k8s.namespace.labels.", pod->ns->labels.items[i].key,
		    pod->ns->labels.items[i].value);
	add(id, "k8s", "", "io.kubernetes.pod.namespace", pod->ns->name);
	add(id, "k8s", "", "io.cilium.k8s.policy.serviceaccount", pod->account->name);
	add(id, "k8s", "", "io.cilium.k8s.policy.cluster", "default");
}

static bool is_own_node(const struct cilium_side *side, const struct model_node *node)
{
	return side->subject->node && strcmp(side->subject->node, node->name) == 0;
}

static void identify(struct identity *id, const struct cilium_side *side)
{
	const struct model_pod *pod = model_find_address(side->snapshot, &side->peer);
	const struct model_node *node = model_find_node_address(side->snapshot, &side->peer);

	*id = (struct identity){0};
	if (pod) {
		identify_pod(id, pod);
	} else if (node) {
		add(id, "reserved", "", is_own_node(side, node) ? "host" : "remote-node", "");
	} else {
		id->is_world = true;
		add(id, "reserved", "", "world", "");
	}
}

/* "k8s:app": the value of such a label, NULL if there is none. */
static const char *find(const struct identity *id, const char *text)
{
	const char *colon = strchr(text, ':'), *key = colon ? colon + 1 : text;
	const size_t len = colon ? (size_t)(colon - text) : 0;
	const bool is_any = !colon || (len == 3 && strncmp(text, "any", 3) == 0);

	for (size_t i = 0; i < id->n; i++)
		if (strcmp(id->labels[i].key, key) == 0 &&
		    (is_any || (strlen(id->labels[i].source) == len &&
				strncmp(id->labels[i].source, text, len) == 0)))
			return id->labels[i].value;
	return NULL;
}

static bool is_one_of(const char *value, const struct tree_node *values)
{
	for (uint32_t i = 0; values && i < values->len; i++)
		if (strcmp(values->items[i]->text, value) == 0)
			return true;
	return false;
}

static bool meets(const struct identity *id, const char *prefix,
		  const struct tree_node *requirement)
{
	const char *op = tree_get_string(requirement, "operator"), *value;
	char key[160];

	snprintf(key, sizeof(key), "%s%s", prefix, tree_get_string(requirement, "key"));
	value = find(id, key);
	if (strcmp(op, "Exists") == 0)
		return value;
	if (strcmp(op, "DoesNotExist") == 0)
		return !value;
	return value && is_one_of(value, tree_get(requirement, "values"))
		       ? strcmp(op, "In") == 0
		       : strcmp(op, "NotIn") == 0;
}

static bool meets_all(const struct identity *id, const char *prefix,
		      const struct tree_node *selector)
{
	const struct tree_node *labels = tree_get(selector, "matchLabels");
	const struct tree_node *expressions = tree_get(selector, "matchExpressions");

	for (uint32_t i = 0; labels && i < labels->len; i++) {
		char key[160];
		const char *value;

		snprintf(key, sizeof(key), "%s%s", prefix, labels->members[i].key);
		value = find(id, key);
		if (!value || strcmp(value, labels->members[i].value->text) != 0)
			return false;
	}
	for (uint32_t i = 0; expressions && i < expressions->len; i++)
		if (!meets(id, prefix, expressions->items[i]))
			return false;
	return true;
}

/* Whether a selector has a key that begins so, after its source if that is k8s or any. */
static bool names(const struct tree_node *selector, const char *start)
{
	const struct tree_node *labels = tree_get(selector, "matchLabels");
	const struct tree_node *expressions = tree_get(selector, "matchExpressions");
	const uint32_t n_labels = labels ? labels->len : 0;

	for (uint32_t i = 0; i < n_labels + (expressions ? expressions->len : 0); i++) {
		const char *key =
			i < n_labels ? labels->members[i].key
				     : tree_get_string(expressions->items[i - n_labels], "key");

		if (strncmp(key, "k8s:", 4) == 0 || strncmp(key, "any:", 4) == 0)
			key += 4;
		if (strncmp(key, start, strlen(start)) == 0)
			return true;
	}
	return false;
}

/* A selector of peers, in its scope; `ns` NULL: clusterwide. */
static bool selects(const struct identity *id, const struct tree_node *selector, const char *ns)
{
	const char *own = find(id, "k8s:io.kubernetes.pod.namespace");

	if (!meets_all(id, "", selector))
		return false;
	if (names(selector, "reserved:"))
		return true;
	if (!find(id, "k8s:io.cilium.k8s.policy.cluster"))
		return false;
	if (names(selector, "io.kubernetes.pod.namespace"))
		return true;
	if (!ns)
		return own;
	return names(selector, "io.cilium.k8s.namespace.labels.") || strcmp(own, ns) == 0;
}

static bool in_block(const char *text, const struct ip_addr *addr)
{
	struct ip_cidr cidr;
	struct ip_range range;

	if (ip_cidr_parse(text, &cidr, NULL))
		bail("'%s' is no block", text);
	range = ip_cidr_range(&cidr);
	return ip_range_contains(&range, addr);
}

static bool in_set(const struct tree_node *set, const struct identity *id,
		   const struct ip_addr *addr)
{
	const struct tree_node *except = tree_get(set, "except");

	if (!id->is_world || !in_block(tree_get_string(set, "cidr"), addr))
		return false;
	for (uint32_t i = 0; except && i < except->len; i++)
		if (in_block(except->items[i]->text, addr))
			return false;
	return true;
}

static bool is_entity(const struct identity *id, const char *name)
{
	char key[64];

	if (strcmp(name, "all") == 0)
		return true;
	if (strcmp(name, "cluster") == 0)
		return !id->is_world;
	snprintf(key, sizeof(key), "reserved:%s", name);
	return find(id, key);
}

static const struct tree_node *field(const struct tree_node *rule, const struct cilium_side *side,
				     const char *rest)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%s", side->is_ingress ? "from" : "to", rest);
	return tree_get(rule, name);
}

enum match { NO, YES, UNKNOWN /* a name */ };

/* Whether the rule's peers have the other end; a rule that says nothing of them has everybody. */
static enum match has_peer(const struct cilium_side *side, const struct identity *id,
			   const struct tree_node *rule, const char *ns)
{
	static const char *const lists[] = {"Endpoints", "Entities", "CIDR", "CIDRSet"};
	const struct tree_node *names_list = field(rule, side, "FQDNs");
	bool is_said = false, has = false;

	if (names_list)
		return id->is_world ? UNKNOWN : NO;
	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++) {
		const struct tree_node *list = field(rule, side, lists[l]);

		is_said |= list != NULL;
		for (uint32_t i = 0; list && i < list->len; i++) {
			const struct tree_node *item = list->items[i];

			has |= l == 0   ? selects(id, item, ns)
			       : l == 1 ? is_entity(id, item->text)
			       : l == 2 ? id->is_world && in_block(item->text, &side->peer)
					: in_set(item, id, &side->peer);
		}
	}
	return !is_said || has ? YES : NO;
}

static bool says_peer(const struct cilium_side *side, const struct tree_node *rule)
{
	return field(rule, side, "Endpoints") || field(rule, side, "Entities") ||
	       field(rule, side, "CIDR") || field(rule, side, "CIDRSet") ||
	       field(rule, side, "FQDNs");
}

static bool has_named(const struct cilium_side *side, const struct identity *id, const char *name)
{
	const struct model_pod *target = side->is_ingress ? side->subject : id->pod;

	for (uint32_t i = 0; target && i < target->n_ports; i++)
		if (target->ports[i].name && strcmp(target->ports[i].name, name) == 0 &&
		    target->ports[i].space == side->space && target->ports[i].number == side->port)
			return true;
	return false;
}

static bool is_protocol(const struct cilium_side *side, const char *protocol)
{
	if (side->space > PORT_SCTP)
		return false;
	return !protocol || strcmp(protocol, "ANY") == 0 ||
	       strcmp(protocol, port_space_name(side->space)) == 0;
}

static bool has_port(const struct cilium_side *side, const struct identity *id,
		     const struct tree_node *port)
{
	const char *text = tree_get_string(port, "port");
	const struct tree_node *end = tree_get(port, "endPort");
	long number;

	if (!is_protocol(side, tree_get_string(port, "protocol")))
		return false;
	if (text[strspn(text, "0123456789")])
		return has_named(side, id, text);
	number = strtol(text, NULL, 10);
	if (end && end->integer > number)
		return side->port >= number && side->port <= end->integer;
	return number == 0 || side->port == number;
}

static bool has_type(const struct cilium_side *side, const struct tree_node *icmp)
{
	const struct tree_node *list = tree_get(icmp, "fields");

	for (uint32_t i = 0; i < list->len; i++) {
		const char *family = tree_get_string(list->items[i], "family");
		const uint8_t space = family && strcmp(family, "IPv6") == 0 ? PORT_ICMPV6
									    : PORT_ICMP;

		if (side->space == space &&
		    side->port >> 8 == tree_get(list->items[i], "type")->integer)
			return true;
	}
	return false;
}

static bool is_l7(const struct tree_node *to_port)
{
	const struct tree_node *rules = tree_get(to_port, "rules");
	const struct tree_node *http = tree_get(rules, "http"), *dns = tree_get(rules, "dns");

	return (http && http->len) || (dns && dns->len) || tree_get(to_port, "serverNames");
}

/* What of a direction's rules has matched so far. */
struct found {
	bool denied, proxied, allowed, depends, isolated;
};

static void judge_rule(const struct cilium_side *side, const struct identity *id,
		       const struct tree_node *rule, const char *ns, bool is_deny,
		       struct found *found)
{
	const struct tree_node *to_ports = tree_get(rule, "toPorts"),
			       *icmps = tree_get(rule, "icmps");
	const enum match peer = has_peer(side, id, rule, ns);
	bool matches = false, is_proxied = tree_get(rule, "authentication");

	if (peer == NO)
		return;
	for (uint32_t i = 0; to_ports && i < to_ports->len; i++) {
		const struct tree_node *ports = tree_get(to_ports->items[i], "ports");
		bool has = false;

		for (uint32_t p = 0; ports && p < ports->len; p++)
			has |= has_port(side, id, ports->items[p]);
		matches |= has;
		is_proxied |= has && is_l7(to_ports->items[i]);
	}
	for (uint32_t i = 0; icmps && i < icmps->len; i++)
		matches |= has_type(side, icmps->items[i]);
	if (!(to_ports && to_ports->len) && !(icmps && icmps->len))
		matches = says_peer(side, rule);
	found->denied |= matches && is_deny;
	found->proxied |= matches && !is_deny && is_proxied;
	found->depends |= matches && peer == UNKNOWN;
	found->allowed |= matches && !is_deny && peer == YES;
}

static bool is_subject(const struct cilium_side *side, const struct tree_node *selector,
		       const char *ns)
{
	struct identity own = {0};

	identify_pod(&own, side->subject);
	return meets_all(&own, "", selector) && (!ns || strcmp(side->subject->ns->name, ns) == 0);
}

static void judge_spec(const struct cilium_side *side, const struct identity *id,
		       const struct tree_node *spec, const char *ns, struct found *found)
{
	const char *direction = side->is_ingress ? "ingress" : "egress";
	const struct tree_node *said = tree_get(tree_get(spec, "enableDefaultDeny"), direction);
	const struct tree_node *lists[2];

	if (!spec || !is_subject(side, tree_get(spec, "endpointSelector"), ns))
		return;
	lists[0] = tree_get(spec, direction);
	lists[1] = tree_get(spec, side->is_ingress ? "ingressDeny" : "egressDeny");
	for (int l = 0; l < 2; l++) {
		if (lists[l] && lists[l]->len)
			found->isolated |= said ? said->boolean : true;
		for (uint32_t i = 0; lists[l] && i < lists[l]->len; i++)
			judge_rule(side, id, lists[l]->items[i], ns, l == 1, found);
	}
}

static bool has_kubernetes_peer(const struct cilium_side *side, const struct identity *id,
				const struct tree_node *peer, const char *ns)
{
	const struct tree_node *namespaces = tree_get(peer, "namespaceSelector");
	const struct tree_node *block = tree_get(peer, "ipBlock");

	if (block)
		return in_set(block, id, &side->peer);
	if (!id->pod || !meets_all(id, "k8s:", tree_get(peer, "podSelector")))
		return false;
	return namespaces ? meets_all(id, "k8s:io.cilium.k8s.namespace.labels.", namespaces)
			  : strcmp(id->pod->ns->name, ns) == 0;
}

static bool has_kubernetes_port(const struct cilium_side *side, const struct identity *id,
				const struct tree_node *item)
{
	const char *protocol = tree_get_string(item, "protocol");
	const struct tree_node *port = tree_get(item, "port"), *end = tree_get(item, "endPort");

	if (!is_protocol(side, protocol ? protocol : "TCP"))
		return false;
	if (!port)
		return true;
	if (port->kind == TREE_STRING)
		return has_named(side, id, port->text);
	return side->port >= port->integer && side->port <= (end ? end : port)->integer;
}

static bool kubernetes_rule_matches(const struct cilium_side *side, const struct identity *id,
				    const struct tree_node *rule, const char *ns)
{
	const struct tree_node *peers = tree_get(rule, side->is_ingress ? "from" : "to");
	const struct tree_node *ports = tree_get(rule, "ports");
	bool has_one = !peers || !peers->len, has_port_too = !ports || !ports->len;

	for (uint32_t i = 0; peers && i < peers->len; i++)
		has_one |= has_kubernetes_peer(side, id, peers->items[i], ns);
	for (uint32_t i = 0; ports && i < ports->len; i++)
		has_port_too |= has_kubernetes_port(side, id, ports->items[i]);
	return has_one && has_port_too;
}

/* Its rules count whether policyTypes names their direction or not. */
static void judge_kubernetes(const struct cilium_side *side, const struct identity *id,
			     const struct tree_node *spec, const char *ns, struct found *found)
{
	const struct tree_node *types = tree_get(spec, "policyTypes");
	const struct tree_node *rules = tree_get(spec, side->is_ingress ? "ingress" : "egress");

	if (!is_subject(side, tree_get(spec, "podSelector"), ns))
		return;
	found->isolated |= types ? is_one_of(side->is_ingress ? "Ingress" : "Egress", types)
				 : side->is_ingress;
	found->isolated |= rules && rules->len;
	for (uint32_t i = 0; rules && i < rules->len; i++)
		found->allowed |= kubernetes_rule_matches(side, id, rules->items[i], ns);
}

static void judge_object(const struct cilium_side *side, const struct identity *id,
			 const struct model_policy_object *object, struct found *found)
{
	const struct tree_node *specs = tree_get(object->root, "specs");

	if (strcmp(object->kind, "NetworkPolicy") == 0) {
		judge_kubernetes(side, id, tree_get(object->root, "spec"), object->ns, found);
		return;
	}
	judge_spec(side, id, tree_get(object->root, "spec"), object->ns, found);
	for (uint32_t i = 0; specs && i < specs->len; i++)
		judge_spec(side, id, specs->items[i], object->ns, found);
}

enum cilium_answer oracle_cilium(const struct cilium_side *side)
{
	struct found found = {0};
	struct identity id;

	identify(&id, side);
	for (uint32_t i = 0; i < side->snapshot->n_policies; i++)
		judge_object(side, &id, side->snapshot->policies[i], &found);
	if (found.denied)
		return CILIUM_DENIES;
	if (found.proxied)
		return CILIUM_DEPENDS;
	if (found.allowed || !found.isolated)
		return CILIUM_ALLOWS;
	if (side->is_ingress && find(&id, "reserved:host"))
		return CILIUM_ALLOWS;
	return found.depends ? CILIUM_DEPENDS : CILIUM_DENIES;
}
