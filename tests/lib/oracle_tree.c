/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/oracle_ask.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const struct tree_node *oracle_field(const struct tree_node *map, const char *key)
{
	const struct tree_node *node = tree_get(map, key);

	return node && node->kind != TREE_NULL ? node : NULL;
}

uint32_t oracle_count(const struct tree_node *list)
{
	return list ? list->len : 0;
}

bool oracle_is_text(const struct tree_node *node, const char *text)
{
	return node && strcmp(node->text, text) == 0;
}

bool oracle_contains(const struct tree_node *list, const char *text)
{
	for (uint32_t i = 0; i < oracle_count(list); i++)
		if (oracle_is_text(list->items[i], text))
			return true;
	return false;
}

/* ---- metav1.LabelSelector: "the result of matchLabels and matchExpressions are ANDed" ---- */

static const char *label(const struct model_labels *labels, const char *key)
{
	for (uint32_t i = 0; i < labels->n; i++)
		if (strcmp(labels->items[i].key, key) == 0)
			return labels->items[i].value;
	return NULL;
}

static bool expression_matches(const struct oracle *oracle, const struct tree_node *expression,
			       const struct model_labels *labels)
{
	const struct tree_node *op = oracle_field(expression, "operator");
	const char *value = label(labels, oracle_field(expression, "key")->text);
	bool is_listed = value && oracle_contains(oracle_field(expression, "values"), value);

	if (oracle_is_text(op, "In"))
		return is_listed;
	if (oracle_is_text(op, "NotIn"))
		return !is_listed && (value || oracle->fault != ORACLE_NOT_IN_NEEDS_KEY);
	return oracle_is_text(op, "Exists") ? value != NULL : value == NULL;
}

bool oracle_selects(const struct oracle *oracle, const struct tree_node *selector,
		    const struct model_labels *labels)
{
	const struct tree_node *match = oracle_field(selector, "matchLabels");
	const struct tree_node *expressions = oracle_field(selector, "matchExpressions");

	for (uint32_t i = 0; i < oracle_count(match); i++) {
		const char *value = label(labels, match->members[i].key);

		if (!value || !oracle_is_text(match->members[i].value, value))
			return false;
	}
	for (uint32_t i = 0; i < oracle_count(expressions); i++)
		if (!expression_matches(oracle, expressions->items[i], labels))
			return false;
	return true;
}

/* ---- IPBlock: "a particular CIDR … except is a slice of CIDRs that should not be included" ---- */

bool oracle_block_contains(const char *text, const struct ip_addr *addr)
{
	uint8_t block[16] = {0}, bytes[16];
	unsigned int prefix_len;
	char base[64];

	if (addr->family != (strchr(text, ':') ? IP_V6 : IP_V4) ||
	    sscanf(text, "%63[^/]/%u", base, &prefix_len) != 2)
		return false;
	if (addr->family == IP_V6)
		inet_pton(AF_INET6, base, block);
	else
		sscanf(base, "%hhu.%hhu.%hhu.%hhu", &block[0], &block[1], &block[2], &block[3]);
	ip_to_bytes(addr, bytes);
	for (unsigned int bit = 0; bit < prefix_len; bit++)
		if ((block[bit / 8] ^ bytes[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	return true;
}

/* ---- Port names ---- */

/* A named port is a container port of the pod that is the target, by name and protocol. */
bool oracle_name_matches(const struct oracle_ask *ask, const char *name)
{
	const struct model_pod *pod = ask->dst.pod;

	for (uint32_t i = 0; pod && i < pod->n_ports; i++) {
		const struct model_port *at = &pod->ports[i];

		if (at->name && strcmp(at->name, name) == 0 && at->number == ask->question->port &&
		    (at->space == ask->question->space ||
		     ask->oracle->fault == ORACLE_NAME_OF_ANY_PROTOCOL))
			return true;
	}
	return false;
}
