/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/adminpolicy.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "policy/cidr.h"
#include "policy/cilium_adapt.h"
#include "policy/labelselector.h"

#include <ctype.h>
#include <string.h>

#define NETWORK_MAX_LEN 43

/* Ingress has the first two; egress of a BaselineAdminNetworkPolicy all but the last. */
enum { PEER_NAMESPACES, PEER_PODS, PEER_NODES, PEER_NETWORKS, PEER_DOMAIN_NAMES, N_PEER_FIELDS };

static const struct policy_field peer_fields[] = {
	[PEER_NAMESPACES] = {"namespaces", POLICY_TYPE_MAPPING},
	[PEER_PODS] = {"pods", POLICY_TYPE_MAPPING},
	[PEER_NODES] = {"nodes", POLICY_TYPE_MAPPING},
	[PEER_NETWORKS] = {"networks", POLICY_TYPE_LIST},
	[PEER_DOMAIN_NAMES] = {"domainNames", POLICY_TYPE_LIST},
};

static const struct policy_alias peer_aliases[] = {
	{"namespaceSelector",
	 "write namespaces: …, or pods: {namespaceSelector: …, podSelector: …}"},
	{"podSelector", "write pods: {namespaceSelector: …, podSelector: …}"},
	{"ipBlock", "write networks: [CIDR, …]"},
	{"nodes", "only egress rules have nodes as peers"},
	{"networks", "only egress rules have networks as peers"},
	{"domainNames", "only egress rules of an AdminNetworkPolicy or a ClusterNetworkPolicy have "
			"domainNames"},
	{"sameLabels", "it was removed from the API in v0.1.7"},
	{"notSameLabels", "it was removed from the API in v0.1.7"},
	{NULL, NULL},
};

const struct policy_schema adminpolicy_ingress_peer_schema = {"a peer", peer_fields, PEER_NODES,
							      peer_aliases, NULL};
const struct policy_schema adminpolicy_baseline_peer_schema = {
	"a peer", peer_fields, PEER_DOMAIN_NAMES, peer_aliases, NULL};
const struct policy_schema adminpolicy_egress_peer_schema = {"a peer", peer_fields, N_PEER_FIELDS,
							     peer_aliases, NULL};

enum { PODS_NAMESPACES, PODS_PODS, N_PODS_FIELDS };

static const struct policy_field pods_fields[] = {
	[PODS_NAMESPACES] = {"namespaceSelector", POLICY_TYPE_MAPPING},
	[PODS_PODS] = {"podSelector", POLICY_TYPE_MAPPING},
};

const struct policy_schema adminpolicy_pods_schema = {
	.what = "'pods'",
	.fields = pods_fields,
	.n_fields = N_PODS_FIELDS,
};

static const struct policy_bounds items_of_list = {1, 25}; /* networks, domainNames */

void adminpolicy_pods_read(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
			   const struct tree_node *node, bool is_pods, struct policy_pods *ret)
{
	struct policy_fields fields;

	if (!is_pods) {
		policy_labelselector_read(reader, node, &ret->namespaces);
		return;
	}
	policy_schema_read(reader, &adminpolicy_pods_schema, node, &fields);
	adminpolicy_need(reader, &adminpolicy_pods_schema, node, &fields,
			 (struct policy_bounds){dialect->needs_namespaces ? PODS_NAMESPACES
									  : PODS_PODS,
						PODS_PODS});
	policy_labelselector_read(reader, fields.values[PODS_NAMESPACES], &ret->namespaces);
	policy_labelselector_read_as(reader, fields.values[PODS_PODS],
				     cilium_pod_key_syntax(reader), &ret->pods);
}

static void check_network_len(struct policy_reader *reader, const struct tree_node *item)
{
	if (item->len > NETWORK_MAX_LEN)
		policy_error(reader, DIAG_BH0203, policy_span(reader, item),
			     "a network must have at most %d characters, but has %u",
			     NETWORK_MAX_LEN, item->len);
}

static void read_networks(struct policy_reader *reader, const struct tree_node *list,
			  struct policy_rule *rule)
{
	/* From v1beta1 on: cidr(self) == cidr(self).masked() */
	const bool is_masked = strcmp(reader->object->version, "v1beta1") == 0;

	if (!policy_check_len(reader, "networks", list, items_of_list))
		return;
	for (uint32_t i = 0; i < list->len; i++) {
		const struct tree_node *item = list->items[i];
		struct policy_peer *peer = &rule->peers[rule->n_peers];

		if (!policy_string_check(reader, "a network", item) ||
		    !policy_cidr_read_strict(reader, "network", item, is_masked, &peer->cidr))
			continue;
		check_network_len(reader, item);
		adminpolicy_check_unique(reader, "networks", list, i);
		peer->kind = POLICY_PEER_CIDR;
		peer->span = policy_span(reader, item);
		rule->n_peers++;
	}
}

/* Letters, digits, '-' and '_', with a letter or digit at both ends. */
static bool is_domain_label(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const bool is_end = i == 0 || i == len - 1;

		if (!isalnum((unsigned char)text[i]) &&
		    (is_end || (text[i] != '-' && text[i] != '_')))
			return false;
	}
	return len > 0;
}

/* The pattern of DomainName in the CRD, ASCII only. */
static const char *domain_name_syntax(const char *text, size_t len)
{
	static const char wrong[] =
		"must be two or more labels of letters, digits, '-' or '_', with dots between, "
		"perhaps after '*.'";
	const char *end = text + len;
	uint32_t n_labels = 0;

	if (len > 2 && memcmp(text, "*.", 2) == 0)
		text += 2;
	if (end > text && end[-1] == '.')
		end--;
	for (; text <= end; n_labels++) {
		const char *dot = memchr(text, '.', (size_t)(end - text));
		const char *stop = dot ? dot : end;

		if (!is_domain_label(text, (size_t)(stop - text)))
			return wrong;
		text = stop + 1;
	}
	return n_labels > 1 ? NULL : wrong;
}

static void read_domain_names(struct policy_reader *reader, const struct tree_node *list,
			      struct strbuf *condition)
{
	if (!policy_check_len(reader, "domainNames", list, items_of_list))
		return;
	for (uint32_t i = 0; i < list->len; i++) {
		const char *name =
			policy_string(reader, "domain name", list->items[i], domain_name_syntax);

		if (!name)
			continue;
		if (list->items[i]->kind == TREE_STRING)
			adminpolicy_check_unique(reader, "domainNames", list, i);
		strbuf_printf(condition, "%s%s",
			      condition->len ? ", " : "the destination is one of domainNames ",
			      name);
	}
}

static void read_peer(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
		      const struct tree_node *item, struct policy_rule *rule,
		      struct strbuf *condition)
{
	struct policy_peer *peer = &rule->peers[rule->n_peers];
	struct policy_fields fields;
	size_t field;

	if (!adminpolicy_one_field(reader, dialect->peers[rule->direction], item, &fields, &field))
		return;
	if (field == PEER_NETWORKS) {
		read_networks(reader, fields.values[field], rule);
		return;
	}
	if (field == PEER_DOMAIN_NAMES) {
		read_domain_names(reader, fields.values[field], condition);
		return;
	}
	peer->span = policy_span(reader, item);
	rule->n_peers++;
	if (field == PEER_NODES) {
		peer->kind = POLICY_PEER_NODES;
		policy_labelselector_read(reader, fields.values[field], &peer->nodes);
		return;
	}
	adminpolicy_pods_read(reader, dialect, fields.values[field], field == PEER_PODS,
			      &peer->pods);
}

/* How many peers of the IR a list becomes at most; a key that is there twice counts twice. */
static size_t count_peers(const struct tree_node *list)
{
	size_t n = list->len;

	for (uint32_t i = 0; i < list->len; i++) {
		const struct tree_node *item = list->items[i];

		for (uint32_t k = 0; item->kind == TREE_MAP && k < item->len; k++)
			if (item->members[k].value->kind == TREE_SEQ)
				n += item->members[k].value->len;
	}
	return n;
}

/* With lenient_peers what fails closed is only a warning. */
static void warn_unknown(struct policy_reader *reader, const struct policy_rule *rule,
			 const struct tree_node *item)
{
	policy_warning(reader, policy_span(reader, item),
		       "no field of this peer is known, so its rule %s",
		       rule->action == POLICY_ALLOW ? "matches nothing" : "denies everything");
}

bool adminpolicy_peers_read(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
			    const struct tree_node *list, struct policy_rule *rule)
{
	struct arena *arena = &reader->snapshot->arena;
	struct strbuf condition = {0};
	bool are_known = true;

	if (!list)
		return true;
	rule->peers = arena_alloc_n(arena, count_peers(list), sizeof(*rule->peers));
	for (uint32_t i = 0; i < list->len; i++) {
		if (reader->options->lenient_peers &&
		    adminpolicy_is_unknown(dialect->peers[rule->direction], list->items[i])) {
			warn_unknown(reader, rule, list->items[i]);
			are_known = false;
		} else {
			read_peer(reader, dialect, list->items[i], rule, &condition);
		}
	}
	if (condition.len)
		rule->condition = arena_strdup(arena, strbuf_str(&condition));
	strbuf_release(&condition);
	return are_known;
}
