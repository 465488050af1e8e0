/* SPDX-License-Identifier: Apache-2.0 */
/* BH401, BH402, BH408, BH409, BH415: selectors, and who is there for them. */
#include "scan/check.h"

#include <string.h>

#define EXPECT_EXTERNAL "bulkhead.dev/expect-external"

/* How many workloads a selector takes among those of a namespace (NULL: of those of a selector). */
struct taken {
	uint32_t n;      /* that policies bind */
	uint32_t n_host; /* on the host's network */
	const struct model_workload *first;
};

static struct taken count(struct scan *scan, const struct policy_peer *peer)
{
	const struct scan_members *members = scan_members(scan, peer);
	struct taken taken = {0};

	for (size_t i = 0; i < members->n; i++) {
		taken.n += !members->items[i]->host_network;
		taken.n_host += members->items[i]->host_network;
	}
	taken.first = members->n ? members->items[0] : NULL;
	return taken;
}

bool scan_is_host_only(struct scan *scan, const struct policy *policy,
		       const struct model_workload **ret_first)
{
	const struct taken taken = count(scan, &policy->subject);

	if (taken.n || taken.n_host == 0)
		return false;
	if (ret_first)
		*ret_first = taken.first;
	return true;
}

/* The first requirement that no pod of the namespace meets, or the first of all. */
static const struct selector_requirement *unmet(const struct scan *scan,
						const struct selector *selector, const char *ns)
{
	for (uint32_t r = 0; r < selector->n; r++) {
		const struct selector one = {&selector->requirements[r], 1};
		bool is_met = false;

		for (uint32_t i = 0; i < scan->n_workloads && !is_met; i++) {
			const struct model_workload *workload = scan->snapshot->workloads[i];

			is_met = (!ns || workload->ns->name == ns) &&
				 selector_matches(&one, &workload->pods[0]->labels);
		}
		if (!is_met)
			return &selector->requirements[r];
	}
	return selector->requirements;
}

/*
 * A value that pods of the namespace have, and that may have been meant; NULL: none is like it, or
 * some pod has what is asked.
 */
static const char *near_value(const struct scan *scan, const struct selector_requirement *asked,
			      const char *ns)
{
	const char *wanted = asked->op == SELECTOR_IN && asked->n_values == 1 ? asked->values[0]
									      : NULL;
	VEC(const char *) values = {0};
	const char *near = NULL;
	bool is_there = false;

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];
		const char *value = model_label_get(&workload->pods[0]->labels, asked->key);

		if (!value || (ns && workload->ns->name != ns))
			continue;
		vec_push(&values, value);
		is_there |= value == wanted;
	}
	if (wanted && !is_there)
		near = diag_did_you_mean(wanted, values.items, values.n);
	vec_release(&values);
	return near;
}

/* `selector` is the one in the text, or NULL. */
static void help_near(struct scan *scan, struct scan_finding *finding,
		      const struct selector_requirement *asked, const char *ns,
		      const struct tree_node *selector)
{
	const char *near = asked ? near_value(scan, asked, ns) : NULL;
	const struct tree_node *value =
		near ? tree_get(tree_get(selector, "matchLabels"), asked->key) : NULL;

	if (near)
		scan_help(scan, finding, "did you mean %s: %s?", asked->key, near);
	if (value)
		scan_edit_scalar(scan, finding, finding->place.span.file, value,
				 value->is_quoted ? arena_printf(&scan->arena, "\"%s\"", near)
						  : near);
	if (!near)
		scan_help(scan, finding,
			  "write the labels that the pods have, or say that they "
			  "come from elsewhere: annotation " EXPECT_EXTERNAL);
}

/* Where a policy that finds nobody says whom it looks for. */
static struct diag_span subject_span(const struct policy *policy,
				     const struct selector_requirement *asked)
{
	const struct diag_file *file = policy->object->file;
	const struct tree_node *node = scan_subject_node(policy);
	const struct tree_node *spec = scan_spec(policy);

	if (node && asked)
		return scan_key_span(file, node, asked->key);
	if (!node)
		node = tree_get(spec, "selector");
	if (!node)
		node = tree_get(spec, "subject");
	return node ? tree_span(file, node) : policy->span;
}

static bool expects_external(const struct policy *policy)
{
	return scan_annotation(policy->object->root, EXPECT_EXTERNAL);
}

/* Whether all there is in the namespaces of a peer is in the input. */
static bool is_closed_peer(const struct scan *scan, const struct policy_pods *peer)
{
	bool is_closed = false;

	for (uint32_t i = 0; i < scan->n_namespaces; i++) {
		const struct model_namespace *ns = scan->snapshot->namespaces[i];

		if (peer->ns ? ns->name != peer->ns
			     : !selector_matches(&peer->namespaces, &ns->labels))
			continue;
		if (!ns->is_closed)
			return false;
		is_closed = true;
	}
	return is_closed;
}

static const char *where_text(struct scan *scan, const struct policy_pods *peer)
{
	if (peer->ns)
		return peer->ns;
	if (peer->namespaces.n == 0)
		return "any namespace";
	return arena_printf(&scan->arena, "the namespaces with %s",
			    scan_selector_text(scan, &peer->namespaces));
}

static void report_doubt(struct scan *scan, struct scan_place place, const struct policy_pods *pods)
{
	scan_report_unknown(scan, place,
			    "whether there are pods with %s in %s: the input shows none",
			    scan_selector_text(scan, &pods->pods), where_text(scan, pods));
}

void scan_selects_nothing(struct scan *scan, const struct policy *policy)
{
	struct policy_pods pods = policy->subject.pods;
	const struct taken taken = count(scan, &policy->subject);
	const struct selector_requirement *asked;
	enum scan_origin origin;
	struct scan_place place;

	pods.ns = policy->ns ? policy->ns : pods.ns;
	if (taken.n || taken.n_host || policy->subject.kind != POLICY_PEER_PODS ||
	    pods.pods.n == 0 ||
	    (!pods.ns && !scan_has_namespace(scan, &pods.namespaces))) /* BH403 */
		return;
	origin = scan_origin_of(scan, &pods.pods, pods.ns);
	asked = unmet(scan, &pods.pods, pods.ns);
	place = scan_at_policy(policy, subject_span(policy, asked));
	if (origin == SCAN_FROM_RESOURCE)
		return;
	if (!is_closed_peer(scan, &pods) || origin == SCAN_FROM_OPERATOR ||
	    expects_external(policy)) {
		report_doubt(scan, place, &pods);
		return;
	}
	help_near(
		scan,
		scan_report(scan, place,
			    "the policy selects nothing: no pod of %s has %s, and whatever was to "
			    "be protected is not",
			    where_text(scan, &pods), scan_selector_text(scan, &pods.pods)),
		asked, pods.ns, scan_subject_node(policy));
}

static struct diag_span peer_span(const struct policy_rule *rule, const struct policy_peer *peer,
				  const struct selector_requirement *asked)
{
	const struct tree_node *node = tree_get(scan_peer_node(rule, peer), "podSelector");

	if (node && asked)
		return scan_key_span(rule->policy->object->file, node, asked->key);
	return peer->span;
}

static void check_peer(struct scan *scan, const struct policy_rule *rule,
		       const struct policy_peer *peer)
{
	const struct policy_pods *pods = &peer->pods;
	const struct taken taken = count(scan, peer);
	const struct selector_requirement *asked;
	enum scan_origin origin;
	struct scan_place place;

	if (taken.n || taken.n_host || pods->pods.n == 0 ||
	    (!pods->ns && !scan_has_namespace(scan, &pods->namespaces))) /* BH403 */
		return;
	origin = scan_origin_of(scan, &pods->pods, pods->ns);
	asked = unmet(scan, &pods->pods, pods->ns);
	place = scan_at_policy(rule->policy, peer_span(rule, peer, asked));
	if (origin == SCAN_FROM_RESOURCE)
		return;
	if (!is_closed_peer(scan, pods) || origin == SCAN_FROM_OPERATOR ||
	    expects_external(rule->policy)) {
		report_doubt(scan, place, pods);
		return;
	}
	help_near(scan,
		  scan_report(scan, place, "the peer selects nothing: no pod of %s has %s, so %s",
			      where_text(scan, pods), scan_selector_text(scan, &pods->pods),
			      scan_void_text(rule)),
		  asked, pods->ns, tree_get(scan_peer_node(rule, peer), "podSelector"));
}

void scan_peer_nothing(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].kind == POLICY_PEER_PODS)
			check_peer(scan, rule, &rule->peers[i]);
}

void scan_host_subject(struct scan *scan, const struct policy *policy)
{
	const struct model_workload *first;

	if (!scan_is_host_only(scan, policy, &first))
		return;
	scan_report(scan, scan_at_policy(policy, subject_span(policy, NULL)),
		    "the policy selects only pods on the host's network (%s/%s): no plugin binds "
		    "them by it, they stay as open as their nodes",
		    first->ns->name, first->name);
}

void scan_host_peer(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		struct taken taken;

		if (peer->kind != POLICY_PEER_PODS || peer->pods.pods.n == 0)
			continue;
		taken = count(scan, peer);
		if (taken.n || taken.n_host == 0)
			continue;
		scan_help(scan,
			  scan_report(scan, scan_at_policy(rule->policy, peer->span),
				      "the peer selects only pods on the host's network (%s/%s), "
				      "which have the addresses of their nodes: it %s nobody",
				      taken.first->ns->name, taken.first->name,
				      rule->direction == POLICY_INGRESS ? "lets in" : "allows"),
			  "add an ipBlock with the addresses of the nodes");
	}
}

/* By an empty selector, or one that asks for the label that every namespace has, as Cilium's do. */
static bool takes_every_namespace(const struct policy_pods *pods)
{
	for (uint32_t i = 0; i < pods->namespaces.n; i++)
		if (pods->namespaces.requirements[i].op != SELECTOR_EXISTS ||
		    strcmp(pods->namespaces.requirements[i].key, "kubernetes.io/metadata.name") !=
			    0)
			return false;
	return true;
}

/* Some pod that the peer takes: one that the input does not show comes first. */
static const struct model_pod *example_of(struct scan *scan, const struct policy_peer *peer)
{
	const struct model_pod *stranger = scan_stranger(scan);

	for (size_t i = 0; i < scan->hypotheticals.items.n; i++)
		if (policy_pods_match(&peer->pods, scan->hypotheticals.items.items[i].pod))
			return scan->hypotheticals.items.items[i].pod;
	return stranger;
}

void scan_spoofable_peer(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; scan_allows(rule) && i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		struct scan_access access;

		if (peer->kind != POLICY_PEER_PODS || peer->pods.ns ||
		    !takes_every_namespace(&peer->pods) || peer->pods.pods.n == 0 ||
		    rule->direction != POLICY_INGRESS ||
		    !scan_rule_opens(scan, rule, example_of(scan, peer), &access))
			continue;
		scan_help(
			scan,
			scan_report(scan, scan_at_policy(rule->policy, peer->span),
				    "whoever may start a pod in any namespace can give it %s, and "
				    "reach %s%s%s",
				    scan_selector_text(scan, &peer->pods.pods),
				    scan_subject_text(scan, rule, &access),
				    scan_ports_text(scan, rule, &access),
				    scan_limit_text(scan, rule, &access)),
			"name the namespace too: kubernetes.io/metadata.name");
	}
}
