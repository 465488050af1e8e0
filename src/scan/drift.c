/* SPDX-License-Identifier: Apache-2.0 */
/* BH414: selectors by labels that change by themselves. */
#include "scan/check.h"

#include <string.h>

/* Keys that change with every roll-out, or that number one pod. */
static const char *const drifting[] = {
	"app.kubernetes.io/version",
	"apps.kubernetes.io/pod-index",
	"batch.kubernetes.io/controller-uid",
	"batch.kubernetes.io/job-name",
	"chart",
	"controller-revision-hash",
	"controller-uid",
	"helm.sh/chart",
	"job-name",
	"pod-template-generation",
	"pod-template-hash",
	"statefulset.kubernetes.io/pod-name",
};

static bool is_drifting(const char *key)
{
	for (size_t i = 0; i < sizeof(drifting) / sizeof(drifting[0]); i++)
		if (strcmp(drifting[i], key) == 0)
			return true;
	return false;
}

/* Takes what asks for the key out, where something that stays is asked for in the same list. */
static void drop_key(struct scan *scan, struct scan_finding *finding, const struct tree_node *node,
		     const char *key)
{
	const struct tree_node *labels = tree_get(node, "matchLabels");
	const struct tree_node *list = tree_get(node, "matchExpressions");
	const struct tree_node *parent = tree_member(labels, key) ? labels : list;
	bool *gone, stays = false;

	if (!parent || (parent->kind != TREE_MAP && parent->kind != TREE_SEQ))
		return;
	gone = arena_alloc_n(&scan->arena, parent->len, sizeof(*gone));
	for (uint32_t i = 0; i < parent->len; i++) {
		const char *own = parent == labels ? parent->members[i].key
						   : tree_get_string(parent->items[i], "key");

		gone[i] = own && is_drifting(own);
		stays |= !gone[i];
	}
	for (uint32_t i = 0; stays && i < parent->len; i++)
		if (gone[i] && strcmp(parent == labels ? parent->members[i].key
						       : tree_get_string(parent->items[i], "key"),
				      key) == 0)
			scan_cut_entry(scan, finding, finding->place.span.file, parent, i, gone);
}

static void check_drift(struct scan *scan, const struct policy *policy,
			const struct selector *selector, const struct tree_node *node,
			struct diag_span span)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const char *key = selector->requirements[i].key;
		struct scan_finding *finding;

		if (!is_drifting(key))
			continue;
		if (node)
			span = scan_key_span(policy->object->file, node, key);
		finding = scan_report(scan, scan_at_policy(policy, span),
				      "'%s' changes without anybody changing the policy: after the "
				      "next roll-out it selects other pods, or none",
				      key);
		scan_help(scan, finding, "select by a label that stays, such as app");
		if (node)
			drop_key(scan, finding, node, key);
	}
}

void scan_drifting_label(struct scan *scan, const struct policy *policy)
{
	check_drift(scan, policy, &policy->subject.pods.pods, scan_subject_node(policy),
		    policy->span);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
			const struct policy_rule *rule = &policy->rules[direction][i];

			for (uint32_t k = 0; k < rule->n_peers; k++)
				check_drift(scan, policy, &rule->peers[k].pods.pods,
					    tree_get(scan_peer_node(rule, &rule->peers[k]),
						     "podSelector"),
					    rule->peers[k].span);
		}
}
