/* SPDX-License-Identifier: Apache-2.0 */
/* Where peers and selectors of rules stand in the text. */
#include "scan/check.h"

#include <string.h>

struct diag_span scan_key_span(const struct diag_file *file, const struct tree_node *selector,
			       const char *key)
{
	const struct tree_member *member = tree_member(tree_get(selector, "matchLabels"), key);
	const struct tree_node *list = tree_get(selector, "matchExpressions");

	if (member)
		return tree_key_span(file, member);
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++) {
		const char *asked = tree_get_string(list->items[i], "key");

		if (asked && strcmp(asked, key) == 0)
			return tree_span(file, list->items[i]);
	}
	return tree_span(file, selector);
}

const struct tree_node *scan_spec(const struct policy *policy)
{
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const struct tree_node *specs = tree_get(policy->object->root, "specs");
	const uint32_t number = policy->part - (spec != NULL);

	if (spec && (policy->part == 0 || !specs))
		return spec;
	return specs && specs->kind == TREE_SEQ && number < specs->len ? specs->items[number]
								       : NULL;
}

const struct tree_node *scan_subject_node(const struct policy *policy)
{
	const struct tree_node *spec = scan_spec(policy);
	const struct tree_node *node = tree_get(spec, "podSelector");

	if (!node)
		node = tree_get(spec, "endpointSelector");
	return node && node->kind == TREE_MAP ? node : NULL;
}

/* The item of a NetworkPolicy's list of rules, or NULL. */
static const struct tree_node *rule_node(const struct policy_rule *rule)
{
	const struct tree_node *rules = scan_node(rule->policy->object->root, "spec",
						  policy_direction_name(rule->direction), NULL);

	if (!scan_is_networkpolicy(rule->policy) || !rules || rule->index >= rules->len)
		return NULL;
	return rules->items[rule->index];
}

const struct tree_node *scan_peer_node(const struct policy_rule *rule,
				       const struct policy_peer *peer)
{
	const struct tree_node *peers =
		tree_get(rule_node(rule), rule->direction == POLICY_INGRESS ? "from" : "to");
	const size_t number = (size_t)(peer - rule->peers);

	return peers && number < peers->len ? peers->items[number] : NULL;
}

const struct tree_node *scan_port_node(const struct policy_rule *rule,
				       const struct policy_port *port)
{
	const struct tree_node *ports = tree_get(rule_node(rule), "ports");
	const size_t number = (size_t)(port - rule->ports);

	return ports && number < ports->len ? tree_get(ports->items[number], "port") : NULL;
}
