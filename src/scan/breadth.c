/* SPDX-License-Identifier: Apache-2.0 */
/* BH301 to BH305: rules that let in, or out, more than anybody needs. */
#include "scan/check.h"

#include "scan/config.h"

#include <string.h>

/* Nobody the rule's policy selects is in the input, or the rules as a whole do open somebody. */
static bool is_open_to(struct scan *scan, const struct policy_rule *rule,
		       const struct model_pod *peer, struct scan_access *ret)
{
	const struct model_workload *first;

	return scan_rule_opens(scan, rule, peer, ret) ||
	       scan_selected(scan, rule->policy, &first) == 0;
}

/* Whom a rule for everybody does open: other policies may refuse pods, or addresses. NULL: nobody. */
static const char *find_everybody(struct scan *scan, const struct policy_rule *rule,
				  struct scan_access *ret)
{
	static const char *const words[POLICY_N_DIRECTIONS][2][3] = {
		[POLICY_INGRESS] =
			{
				{NULL, "some addresses outside the cluster",
				 "any address outside the cluster"},
				{"any pod in any namespace",
				 "any pod in any namespace, and some addresses outside the "
				 "cluster,",
				 "any pod in any namespace, and any address,"},
			},
		[POLICY_EGRESS] =
			{
				{NULL, "some addresses outside the cluster",
				 "any address outside the cluster"},
				{"any pod", "any pod, and some addresses outside the cluster,",
				 "any pod, and any address,"},
			},
	};
	const bool has_pods = is_open_to(scan, rule, scan_stranger(scan), ret);

	if (!has_pods && !scan_opens_address(scan, rule, &scan->far[IP_V4], ret))
		return NULL;
	return words[rule->direction][has_pods][scan_share_outside(scan, rule, ret)];
}

static bool is_meant_for_all(const struct scan *scan, const struct scan_access *access)
{
	return access->subject && scan->config &&
	       scan_patterns_match(&scan->config->exposed, access->subject->ns->name,
				   access->subject->kind, access->subject->name);
}

static const char *peers_hint(const struct policy_rule *rule)
{
	return rule->direction == POLICY_INGRESS ? "name the clients: from, with a podSelector"
						 : "name the servers: to, with a podSelector";
}

static struct scan_finding *report(struct scan *scan, const struct policy_rule *rule,
				   struct diag_span span, const struct scan_access *access,
				   const char *peer)
{
	const char *subject = scan_subject_text(scan, rule, access);
	const char *ports = scan_ports_text(scan, rule, access);
	const char *limit = scan_limit_text(scan, rule, access);
	const struct scan_place place = scan_at_policy(rule->policy, span);

	if (rule->direction == POLICY_INGRESS)
		return scan_report(scan, place, "%s can reach %s%s%s", peer, subject, ports, limit);
	return scan_report(scan, place, "%s can reach %s%s%s", subject, peer, ports, limit);
}

/* A place that BH207 has already: the rule is told of once. */
static bool is_told(const struct scan *scan, const struct policy_rule *rule)
{
	return rule->direction == POLICY_EGRESS && scan_has_at(scan, rule->span);
}

void scan_allow_all(struct scan *scan, const struct policy_rule *rule)
{
	struct scan_access access;
	struct scan_finding *finding;
	const char *everybody;

	if (!scan_allows(rule) || !rule->any_peer || !rule->any_port || is_told(scan, rule) ||
	    !(everybody = find_everybody(scan, rule, &access)))
		return;
	finding = report(scan, rule, rule->span, &access, everybody);
	if (is_meant_for_all(scan, &access))
		finding->severity = SCAN_INFO;
	scan_help(scan, finding, "%s, and ports", peers_hint(rule));
}

static bool is_backend(const struct model_service *service, const struct model_workload *workload)
{
	for (uint32_t i = 0; i < service->n_backends; i++)
		if (service->backends[i]->workload == workload)
			return true;
	return false;
}

static bool calls(const struct scan *scan, const struct tree_node *webhook,
		  const struct model_workload *workload)
{
	const struct tree_node *at = scan_node(webhook, "clientConfig", "service", NULL);
	const char *ns = tree_get_string(at, "namespace");
	const char *name = tree_get_string(at, "name");
	const struct model_service *service =
		ns && name ? model_find_service(scan->snapshot, ns, name) : NULL;

	return service && is_backend(service, workload);
}

/* The API server calls it, from an address that no selector can name. */
static bool is_webhook(const struct scan *scan, const struct model_workload *workload)
{
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];
		const struct tree_node *webhooks;

		if (strcmp(manifest->group, "admissionregistration.k8s.io") != 0)
			continue;
		webhooks = tree_get(manifest->root, "webhooks");
		for (uint32_t k = 0; webhooks && webhooks->kind == TREE_SEQ && k < webhooks->len;
		     k++)
			if (calls(scan, webhooks->items[k], workload))
				return true;
	}
	return false;
}

void scan_any_peer(struct scan *scan, const struct policy_rule *rule)
{
	struct scan_access access;
	struct scan_finding *finding;
	const char *everybody;

	if (!scan_allows(rule) || !rule->any_peer || rule->any_port ||
	    (rule->direction == POLICY_EGRESS && scan_only_port(rule, 53)) ||
	    !(everybody = find_everybody(scan, rule, &access)))
		return;
	finding = report(scan, rule, rule->span, &access, everybody);
	if (is_meant_for_all(scan, &access) || (rule->direction == POLICY_INGRESS &&
						access.subject && is_webhook(scan, access.subject)))
		finding->severity = SCAN_INFO;
	scan_help(scan, finding, "%s", peers_hint(rule));
}

/* Pods of any namespace or of some, whatever their labels: POLICY_PEER_PODS without more. */
static bool takes_all_pods(const struct policy_peer *peer)
{
	return peer->kind == POLICY_PEER_PODS && !peer->pods.ns && peer->pods.pods.n == 0 &&
	       peer->pods.accounts.n == 0 && !peer->pods.in_mesh;
}

void scan_all_namespaces(struct scan *scan, const struct policy_rule *rule)
{
	struct scan_access access;

	if (!scan_allows(rule) || scan_only_port(rule, 53))
		return;
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];

		if (!takes_all_pods(peer) || peer->pods.namespaces.n ||
		    !is_open_to(scan, rule, scan_stranger(scan), &access))
			continue;
		scan_help(scan, report(scan, rule, peer->span, &access, "any pod in any namespace"),
			  "add a podSelector to the namespaceSelector, or name the namespaces");
	}
}

/* A namespace that the selector takes, NULL: the input has none. */
static const struct model_namespace *first_namespace(const struct scan *scan,
						     const struct selector *selector)
{
	for (uint32_t i = 0; i < scan->n_namespaces; i++)
		if (selector_matches(selector, &scan->snapshot->namespaces[i]->labels))
			return scan->snapshot->namespaces[i];
	return NULL;
}

/* The name of the one namespace that a selector asks for by its name; NULL: it asks otherwise. */
static const char *only_name(const struct selector *namespaces)
{
	const struct selector_requirement *one = namespaces->requirements;

	return namespaces->n == 1 && one->op == SELECTOR_IN && one->n_values == 1 &&
			       strcmp(one->key, "kubernetes.io/metadata.name") == 0
		       ? one->values[0]
		       : NULL;
}

static const char *namespaces_text(struct scan *scan, const struct selector *namespaces)
{
	const char *name = only_name(namespaces);

	return name ? arena_printf(&scan->arena, "namespace %s", name)
		    : arena_printf(&scan->arena, "the namespaces with %s",
				   scan_selector_text(scan, namespaces));
}

/* The same as a podSelector that is empty, which nobody is told of. */
static bool is_own_namespace(const struct policy *policy, const struct policy_peer *peer)
{
	const char *name = only_name(&peer->pods.namespaces);

	return name && policy->ns && strcmp(name, policy->ns) == 0;
}

/* The pods of the peer's namespaces do get in, as far as the input has one of them. */
static bool is_namespace_let_in(struct scan *scan, const struct policy_rule *rule,
				const struct policy_peer *peer, struct scan_access *ret)
{
	const struct model_namespace *ns = first_namespace(scan, &peer->pods.namespaces);

	*ret = (struct scan_access){0};
	return !ns || is_open_to(scan, rule, scan_newcomer(scan, ns), ret);
}

/* What the pods of a selector are, within namespaces. */
static uint32_t count_pods(const struct scan *scan, const struct selector *pods, const char *ns,
			   const struct selector *namespaces)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		n += (ns ? workload->ns->name == ns
			 : selector_matches(namespaces, &workload->ns->labels)) &&
		     selector_matches(pods, &workload->pods[0]->labels);
	}
	return n;
}

/* How sure it is that two items of one list were meant to be one; SCAN_OFF: not at all. */
static int suspect(const struct scan *scan, const struct policy_peer *a,
		   const struct policy_peer *b)
{
	const struct model_namespace *own = model_find_namespace(scan->snapshot, b->pods.ns);
	const uint32_t n_own = count_pods(scan, &b->pods.pods, b->pods.ns, NULL);
	const uint32_t n_there = count_pods(scan, &b->pods.pods, NULL, &a->pods.namespaces);

	if (n_there > 0)
		return n_own == 0 ? SCAN_HIGH : SCAN_LOW;
	if (n_own == 0 && own && own->is_closed && !first_namespace(scan, &a->pods.namespaces))
		return SCAN_MEDIUM;
	return SCAN_OFF;
}

/* Two items that follow each other: one has only a namespaceSelector, and one only a podSelector. */
struct pair {
	const struct policy_peer *namespaces;
	const struct policy_peer *pods;
	int severity; /* SCAN_OFF: they are no such pair, or surely meant so */
};

static struct pair pair_at(const struct scan *scan, const struct policy_rule *rule, uint32_t i)
{
	const struct policy_peer *a = &rule->peers[i];
	const struct policy_peer *b = &rule->peers[i + 1];
	struct pair pair = {a, b, SCAN_OFF};

	if (!takes_all_pods(a))
		pair = (struct pair){b, a, SCAN_OFF};
	if (scan_is_networkpolicy(rule->policy) && takes_all_pods(pair.namespaces) &&
	    pair.namespaces->pods.namespaces.n && pair.pods->kind == POLICY_PEER_PODS &&
	    pair.pods->pods.ns && pair.pods->pods.pods.n)
		pair.severity = suspect(scan, pair.namespaces, pair.pods);
	return pair;
}

static void merge_pair(struct scan *scan, struct scan_finding *finding,
		       const struct policy_rule *rule, uint32_t i)
{
	const struct tree_node *first = scan_peer_node(rule, &rule->peers[i]);
	const struct tree_node *second = scan_peer_node(rule, &rule->peers[i + 1]);

	if (first && second)
		scan_edit_merge(scan, finding, rule->policy->object->file, first, second);
}

static void check_pair(struct scan *scan, const struct policy_rule *rule, uint32_t i)
{
	const struct pair pair = pair_at(scan, rule, i);
	const struct selector *namespaces = &pair.namespaces->pods.namespaces;
	struct scan_access access = {0};
	struct scan_finding *finding;

	if (pair.severity < 0 || !is_namespace_let_in(scan, rule, pair.namespaces, &access))
		return;
	finding = scan_report(
		scan, scan_at_policy(rule->policy, pair.pods->span),
		"this item and the one %s it are two peers: every pod of %s %s %s, not only those "
		"with %s",
		pair.pods > pair.namespaces ? "before" : "after", namespaces_text(scan, namespaces),
		rule->direction == POLICY_INGRESS ? "can reach" : "can be reached from",
		scan_subject_text(scan, rule, &access),
		scan_selector_text(scan, &pair.pods->pods.pods));
	finding->severity = (uint8_t)pair.severity;
	finding->related = pair.namespaces->span;
	finding->related_message = "the item with the namespaceSelector";
	scan_help(scan, finding,
		  "if both must hold, make them one item: take the '-' before the second away");
	if (pair.severity == SCAN_HIGH)
		merge_pair(scan, finding, rule, i);
}

void scan_or_for_and(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i + 1 < rule->n_peers; i++)
		check_pair(scan, rule, i);
}

/* BH305 says the same, and what was meant. */
static bool is_half_of_pair(const struct scan *scan, const struct policy_rule *rule, uint32_t i)
{
	for (uint32_t k = i ? i - 1 : 0; k <= i && k + 1 < rule->n_peers; k++) {
		const struct pair pair = pair_at(scan, rule, k);

		if (pair.severity == SCAN_HIGH && pair.namespaces == &rule->peers[i])
			return scan_is_wanted(scan, &scan_rules[SCAN_BH305]);
	}
	return false;
}

void scan_whole_namespace(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; scan_allows(rule) && i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		struct scan_access access = {0};

		if (!takes_all_pods(peer) || peer->pods.namespaces.n == 0 ||
		    scan_only_port(rule, 53) || is_own_namespace(rule->policy, peer) ||
		    is_half_of_pair(scan, rule, i) ||
		    !is_namespace_let_in(scan, rule, peer, &access))
			continue;
		scan_help(scan,
			  report(scan, rule, peer->span, &access,
				 arena_printf(&scan->arena, "every pod of %s",
					      namespaces_text(scan, &peer->pods.namespaces))),
			  "add a podSelector to the item: both must then hold");
	}
}
