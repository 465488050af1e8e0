/* SPDX-License-Identifier: Apache-2.0 */
/* BH403: selectors of namespaces, and which namespaces there are. */
#include "scan/check.h"

#include <string.h>

#define NAME_LABEL "kubernetes.io/metadata.name"

/* Labels that were the name of a namespace by custom, before every namespace got one by itself. */
static const char *const customary[] = {
	"kubernetes.io/name",
	"kubernetes.io/namespace",
	"metadata.name",
	"name",
	"namespace",
	"ns",
	"project",
};

/* A selector of namespaces, and where it is. */
struct asked {
	const struct policy *policy;
	const struct policy_rule *rule; /* NULL: of the policy's subject */
	const struct selector *selector;
	const struct tree_node *node; /* NULL: its API writes it otherwise */
	struct diag_span span;
};

bool scan_has_namespace(const struct scan *scan, const struct selector *namespaces)
{
	for (uint32_t i = 0; i < scan->n_namespaces; i++)
		if (selector_matches(namespaces, &scan->snapshot->namespaces[i]->labels))
			return true;
	return false;
}

/* Its labels are known: those of the input, or of a cluster where nobody has added any. */
static bool is_known(const struct model_namespace *ns)
{
	static const char *const stock[] = {"default", "kube-node-lease", "kube-public",
					    "kube-system"};

	for (size_t i = 0; i < sizeof(stock) / sizeof(stock[0]); i++)
		if (strcmp(stock[i], ns->name) == 0)
			return true;
	return ns->origin == MODEL_DECLARED;
}

/* Every value is the name of such a namespace. */
static bool names_declared(const struct scan *scan, const struct selector_requirement *asked)
{
	for (uint32_t i = 0; i < asked->n_values; i++) {
		const struct model_namespace *ns =
			model_find_namespace(scan->snapshot, asked->values[i]);

		if (!ns || !is_known(ns))
			return false;
	}
	return asked->op == SELECTOR_IN && asked->n_values > 0;
}

/* The requirement that says by itself which namespaces are meant; NULL: any may be. */
static const struct selector_requirement *naming(const struct scan *scan,
						 const struct selector *selector)
{
	for (uint32_t i = 0; i < selector->n; i++)
		if (strcmp(selector->requirements[i].key, NAME_LABEL) == 0 &&
		    names_declared(scan, &selector->requirements[i]))
			return &selector->requirements[i];
	return NULL;
}

static bool is_customary(const char *key)
{
	for (size_t i = 0; i < sizeof(customary) / sizeof(customary[0]); i++)
		if (strcmp(customary[i], key) == 0)
			return true;
	return false;
}

/* With another key for one requirement the selector finds a namespace. */
static bool would_match(const struct scan *scan, const struct selector *selector,
			const struct selector_requirement *renamed)
{
	for (uint32_t i = 0; i < renamed->n_values; i++) {
		const struct model_namespace *ns =
			model_find_namespace(scan->snapshot, renamed->values[i]);
		bool fits = true;

		for (uint32_t k = 0; k < selector->n && fits; k++) {
			const struct selector one = {&selector->requirements[k], 1};

			fits = &selector->requirements[k] == renamed ||
			       selector_matches(&one, &ns->labels);
		}
		if (fits)
			return true;
	}
	return false;
}

/* A customary label whose values are the names of namespaces that do not have it; NULL: none is. */
static const struct selector_requirement *misnamed(const struct scan *scan,
						   const struct selector *selector)
{
	for (uint32_t i = 0; i < selector->n; i++)
		if (is_customary(selector->requirements[i].key) &&
		    names_declared(scan, &selector->requirements[i]) &&
		    would_match(scan, selector, &selector->requirements[i]))
			return &selector->requirements[i];
	return NULL;
}

static const char *consequence(const struct asked *asked)
{
	return asked->rule ? scan_void_text(asked->rule) : "the policy is in force nowhere";
}

/* Puts the label that every namespace has in place of the key. */
static void rename_key(struct scan *scan, struct scan_finding *finding, const struct asked *asked,
		       const char *key)
{
	const struct diag_file *file = asked->policy->object->file;
	const struct tree_node *labels = tree_get(asked->node, "matchLabels");
	const struct tree_node *list = tree_get(asked->node, "matchExpressions");
	const struct tree_member *member = tree_member(labels, key);

	if (member && !tree_get(labels, NAME_LABEL))
		scan_edit_key(scan, finding, file, member, NAME_LABEL);
	for (uint32_t i = 0; !member && list && list->kind == TREE_SEQ && i < list->len; i++) {
		const struct tree_node *written = tree_get(list->items[i], "key");
		const char *text = tree_get_string(list->items[i], "key");

		if (text && strcmp(text, key) == 0)
			scan_edit_scalar(scan, finding, file, written,
					 written->is_quoted ? "\"" NAME_LABEL "\"" : NAME_LABEL);
	}
}

static void report_misnamed(struct scan *scan, const struct asked *asked, struct scan_place place,
			    const struct selector_requirement *wrong)
{
	struct scan_finding *finding =
		scan_report(scan, place,
			    "no namespace has %s, so %s: '%s' is a label that somebody has to set, "
			    "and %s does not have it",
			    scan_selector_text(scan, asked->selector), consequence(asked),
			    wrong->key, wrong->values[0]);

	scan_help(scan, finding, "write " NAME_LABEL ", which every namespace has, for '%s'",
		  wrong->key);
	rename_key(scan, finding, asked, wrong->key);
}

/* A value of the label that some namespace has and that is nearly the one asked for; or NULL. */
static const char *near_value(const struct scan *scan, const struct selector_requirement *asked)
{
	VEC(const char *) values = {0};
	const char *near = NULL;

	for (uint32_t i = 0; i < scan->n_namespaces; i++) {
		const char *value =
			model_label_get(&scan->snapshot->namespaces[i]->labels, asked->key);

		if (value)
			vec_push(&values, value);
	}
	if (asked->op == SELECTOR_IN && asked->n_values == 1)
		near = diag_did_you_mean(asked->values[0], values.items, values.n);
	vec_release(&values);
	return near;
}

/* ", did you mean …?" where the input has something near; "" else. */
static const char *guess(struct scan *scan, const struct selector *selector)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct selector_requirement *asked = &selector->requirements[i];
		const char *near = near_value(scan, asked);

		if (near && near != asked->values[0])
			return arena_printf(&scan->arena, ", did you mean %s=%s?", asked->key,
					    near);
		if (is_customary(asked->key) && asked->op == SELECTOR_IN && asked->n_values &&
		    model_find_namespace(scan->snapshot, asked->values[0]))
			return ", did you mean " NAME_LABEL ", which every namespace has?";
	}
	return "";
}

static void check(struct scan *scan, const struct asked *asked)
{
	const struct selector *selector = asked->selector;
	const struct selector_requirement *wrong = misnamed(scan, selector);
	struct diag_span span = asked->span;
	struct scan_place place;

	if (selector->n == 0 || scan_has_namespace(scan, selector))
		return;
	if (asked->node)
		span = scan_key_span(asked->policy->object->file, asked->node,
				     wrong ? wrong->key : selector->requirements[0].key);
	place = scan_at_policy(asked->policy, span);
	if (wrong)
		report_misnamed(scan, asked, place, wrong);
	else if (naming(scan, selector))
		scan_help(scan,
			  scan_report(scan, place,
				      "no namespace has %s, so %s: those that are named have other "
				      "labels",
				      scan_selector_text(scan, selector), consequence(asked)),
			  "write labels that the namespaces have");
	else
		scan_report_unknown(scan, place,
				    "whether a namespace has %s: the input shows none%s",
				    scan_selector_text(scan, selector), guess(scan, selector));
}

static void check_subject(struct scan *scan, const struct policy *policy)
{
	if (policy->subject.kind == POLICY_PEER_PODS && !policy->ns && !policy->subject.pods.ns)
		check(scan, &(struct asked){
				    .policy = policy,
				    .selector = &policy->subject.pods.namespaces,
				    .span = policy->subject.span.file ? policy->subject.span
								      : policy->span,
			    });
}

static void check_peers(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];

		if (peer->kind == POLICY_PEER_PODS && !peer->pods.ns)
			check(scan, &(struct asked){
					    .policy = rule->policy,
					    .rule = rule,
					    .selector = &peer->pods.namespaces,
					    .node = tree_get(scan_peer_node(rule, peer),
							     "namespaceSelector"),
					    .span = peer->span,
				    });
	}
}

void scan_no_namespace(struct scan *scan, const struct policy *policy)
{
	check_subject(scan, policy);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			check_peers(scan, &policy->rules[direction][i]);
}
