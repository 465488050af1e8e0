/* SPDX-License-Identifier: Apache-2.0 */
/* BH201 to BH207: who is isolated, and what only looks like it. */
#include "scan/check.h"

#include <string.h>
#include <strings.h>

static const char *const type_names[] = {
	[POLICY_INGRESS] = "Ingress",
	[POLICY_EGRESS] = "Egress",
};

/* What holds of a pod that is open. */
static const char *open_text(struct scan *scan, const struct model_pod *pod,
			     enum policy_direction direction)
{
	if (direction == POLICY_INGRESS)
		return "any pod in any namespace can reach";
	return scan_is_open_outside(scan, pod)
		       ? "everything, inside the cluster and out, can be reached from"
		       : "every pod of the cluster can be reached from";
}

/* What the policies of just anybody add. */
static const char *stranger_text(struct scan *scan, const struct model_pod *pod,
				 enum policy_direction direction)
{
	return scan_other_side_text(scan, pod, scan_stranger(scan), direction, NULL);
}

/* Is there while a release is made, and gone then. */
static bool is_hook(struct scan *scan, const struct model_workload *workload)
{
	const struct model_manifest *manifest =
		scan_manifest(scan, workload->kind, workload->ns->name, workload->name);

	return manifest && scan_annotation(manifest->root, "helm.sh/hook");
}

static bool has_only_hooks(struct scan *scan, const struct model_namespace *ns)
{
	struct model_workload *const *workloads;
	uint32_t n;

	workloads = scan_workloads_of(scan, ns, &n);
	for (uint32_t i = 0; i < n; i++)
		if (scan_is_subject(workloads[i]) && !is_hook(scan, workloads[i]))
			return false;
	return true;
}

static uint32_t count_subjects(const struct scan *scan, const struct model_namespace *ns)
{
	struct model_workload *const *workloads;
	uint32_t n, n_subjects = 0;

	workloads = scan_workloads_of(scan, ns, &n);
	for (uint32_t i = 0; i < n; i++)
		n_subjects += scan_is_subject(workloads[i]);
	return n_subjects;
}

static bool has_policy(struct scan *scan, const struct model_namespace *ns)
{
	struct model_workload *const *workloads;
	uint32_t n, n_policies;

	workloads = scan_workloads_of(scan, ns, &n);
	for (uint32_t i = 0; i < n; i++) {
		scan_policies_of(scan, workloads[i], &n_policies);
		if (n_policies)
			return true;
	}
	return false;
}

/* The namespace as a policy beside it has to name it; NULL: its file leaves that to whoever reads it. */
static const char *written_name(struct scan *scan, const struct model_namespace *ns)
{
	struct model_workload *const *workloads;
	const struct model_manifest *manifest;
	uint32_t n;

	if (ns->span.file)
		return ns->name;
	workloads = scan_workloads_of(scan, ns, &n);
	manifest = n ? scan_manifest(scan, workloads[0]->kind, ns->name, workloads[0]->name) : NULL;
	return manifest && !scan_node(manifest->root, "metadata", "namespace", NULL) ? NULL
										     : ns->name;
}

static bool has_policy_called(const struct scan *scan, const char *ns, const char *name)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		if (scan_is_networkpolicy(policy) && strcmp(policy->ns, ns) == 0 &&
		    strcmp(policy->name, name) == 0)
			return true;
	}
	return false;
}

/* A default deny, as `init` writes it, behind what the finding is about. */
static void add_deny(struct scan *scan, struct scan_finding *finding,
		     const struct model_namespace *ns, enum policy_direction direction)
{
	const char *name =
		arena_printf(&scan->arena, "default-deny-%s", policy_direction_name(direction));
	const char *written = written_name(scan, ns);

	if (!finding->place.span.file || has_policy_called(scan, ns->name, name))
		return;
	written = written ? arena_printf(&scan->arena, "  namespace: \"%s\"\n", written) : "";
	scan_edit_document(scan, finding, finding->place.span.file,
			   arena_printf(&scan->arena,
					"# No %s is allowed that another policy does not allow.\n"
					"apiVersion: networking.k8s.io/v1\n"
					"kind: NetworkPolicy\n"
					"metadata:\n"
					"  name: %s\n"
					"%s"
					"spec:\n"
					"  podSelector: {}\n"
					"  policyTypes: [%s]\n",
					policy_direction_name(direction), name, written,
					type_names[direction]));
}

void scan_no_policy(struct scan *scan, const struct model_namespace *ns)
{
	const uint32_t n = count_subjects(scan, ns);
	const char *limit[POLICY_N_DIRECTIONS];
	struct scan_finding *finding;

	if (scan_is_system(scan, ns) || has_policy(scan, ns) || has_only_hooks(scan, ns))
		return;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		limit[direction] = stranger_text(scan, scan_newcomer(scan, ns), direction);
	finding = scan_report(
		scan, scan_at_namespace(scan, ns),
		"no policy selects %s: any pod in any namespace "
		"can reach %s on every port, and %s can reach everything%s",
		n == 1 ? "its workload" : arena_printf(&scan->arena, "any of its %u workloads", n),
		n == 1 ? "it" : "them", n == 1 ? "it" : "they",
		*limit[POLICY_INGRESS] ? limit[POLICY_INGRESS] : limit[POLICY_EGRESS]);
	scan_help(
		scan, finding,
		"add a NetworkPolicy with podSelector: {} and policyTypes: [Ingress, Egress], one "
		"that allows DNS, and one for each connection that is meant");
	add_deny(scan, finding, ns, POLICY_INGRESS);
	add_deny(scan, finding, ns, POLICY_EGRESS);
}

static bool all_isolated(struct scan *scan, const struct model_namespace *ns,
			 enum policy_direction direction)
{
	struct model_workload *const *workloads;
	uint32_t n;

	workloads = scan_workloads_of(scan, ns, &n);
	for (uint32_t i = 0; i < n; i++)
		if (scan_is_subject(workloads[i]) &&
		    !scan_is_isolated(scan, workloads[i], direction))
			return false;
	return true;
}

/* What holds for the next pod that somebody starts there, whatever API says so. */
static void check_newcomer(struct scan *scan, const struct model_namespace *ns,
			   enum policy_direction direction)
{
	struct scan_finding *finding;

	if (count_subjects(scan, ns) == 0 || scan_is_system(scan, ns) ||
	    !scan_is_open(scan, scan_newcomer(scan, ns), scan_stranger(scan), direction))
		return;
	finding = scan_report(scan, scan_at_namespace(scan, ns),
			      "there is no default deny of %s: %s a new pod here%s",
			      policy_direction_name(direction),
			      open_text(scan, scan_newcomer(scan, ns), direction),
			      stranger_text(scan, scan_newcomer(scan, ns), direction));
	finding->parent = "BH201";
	if (all_isolated(scan, ns, direction))
		finding->severity = SCAN_LOW;
	scan_help(scan, finding, "add a NetworkPolicy with podSelector: {} and policyTypes: [%s]%s",
		  type_names[direction],
		  direction == POLICY_EGRESS ? ", and one that allows DNS" : "");
	add_deny(scan, finding, ns, direction);
}

void scan_no_deny_ingress(struct scan *scan, const struct model_namespace *ns)
{
	check_newcomer(scan, ns, POLICY_INGRESS);
}

void scan_no_deny_egress(struct scan *scan, const struct model_namespace *ns)
{
	check_newcomer(scan, ns, POLICY_EGRESS);
}

static void check_isolation(struct scan *scan, const struct model_workload *workload,
			    enum policy_direction direction)
{
	const bool is_bare_namespace = scan_has_for(scan, SCAN_BH201, workload->ns->name);
	struct scan_finding *finding;

	if (scan_is_isolated(scan, workload, direction) ||
	    !scan_is_open(scan, workload->pods[0], scan_stranger(scan), direction))
		return;
	finding = scan_report(scan, scan_at_workload(workload),
			      "no policy isolates its %s: %s %s/%s%s",
			      policy_direction_name(direction),
			      open_text(scan, workload->pods[0], direction), workload->ns->name,
			      workload->name, stranger_text(scan, workload->pods[0], direction));
	if (is_bare_namespace)
		finding->parent = "BH201";
	else
		finding->parent = direction == POLICY_INGRESS ? "BH202" : "BH203";
	scan_help(scan, finding, "add a policy that selects it and has policyTypes: [%s]",
		  type_names[direction]);
}

void scan_not_isolated(struct scan *scan, const struct model_workload *workload)
{
	if (!scan_is_subject(workload) || scan_is_system(scan, workload->ns))
		return;
	check_isolation(scan, workload, POLICY_INGRESS);
	check_isolation(scan, workload, POLICY_EGRESS);
}

static bool has_any(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasestr(text, words[i]))
			return true;
	return false;
}

#define has_any_of(text, words) has_any((text), (words), sizeof(words) / sizeof((words)[0]))

/* An annotation that says so, such as a description; NULL: none does. */
static const char *denying_annotation(const struct policy *policy)
{
	static const char *const words[] = {"deny all", "deny-all", "denies all", "default deny",
					    "default-deny"};
	static const char *const directions[] = {"ingress", "egress", "incoming", "outgoing"};
	const struct tree_node *annotations =
		scan_node(policy->object->root, "metadata", "annotations", NULL);

	for (uint32_t i = 0; annotations && annotations->kind == TREE_MAP && i < annotations->len;
	     i++) {
		const struct tree_node *value = annotations->members[i].value;

		if (value->kind == TREE_STRING && has_any_of(value->text, words) &&
		    !has_any_of(value->text, directions))
			return annotations->members[i].key;
	}
	return NULL;
}

/* Why one takes the policy for a deny of both directions; NULL: one does not. */
static const char *claim_of(struct scan *scan, const struct policy *policy)
{
	static const char *const directions[] = {"ingress", "egress"};
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const char *annotation = denying_annotation(policy);

	if (scan_is_networkpolicy(policy) && !policy->isolates[POLICY_EGRESS] &&
	    tree_get(spec, "egress") && !tree_get(spec, "policyTypes"))
		return "'egress: []' looks like a deny";
	if (has_any_of(policy->name, directions))
		return NULL;
	if (strcasestr(policy->name, "deny"))
		return "the name says that it denies";
	if (strcasestr(policy->name, "isolat"))
		return "the name says that it isolates";
	if (annotation)
		return arena_printf(&scan->arena, "annotation '%s' says that it denies",
				    annotation);
	return NULL;
}

/* A pod that it selects and that is open in this direction; if nobody is there, the next one; NULL. */
static const struct model_pod *left_open(struct scan *scan, const struct policy *policy,
					 enum policy_direction direction)
{
	const struct scan_members *members = scan_members(scan, &policy->subject);
	const struct model_namespace *ns =
		policy->ns ? model_find_namespace(scan->snapshot, policy->ns) : NULL;
	const struct model_pod *newcomer = ns ? scan_newcomer(scan, ns) : NULL;

	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];

		if (scan_is_subject(workload) &&
		    scan_is_open(scan, workload->pods[0], scan_stranger(scan), direction))
			return workload->pods[0];
	}
	return newcomer && policy_subject_matches(&policy->subject, newcomer) &&
			       scan_is_open(scan, newcomer, scan_stranger(scan), direction)
		       ? newcomer
		       : NULL;
}

/* Where it says which directions it is about, or should. */
static struct diag_span types_span(const struct policy *policy)
{
	const struct tree_node *root = policy->object->root;
	const struct tree_node *spec = tree_get(root, "spec");
	const struct tree_member *types = tree_member(spec, "policyTypes");
	const struct tree_member *egress = tree_member(spec, "egress");

	if (types || egress)
		return tree_key_span(policy->object->file, types ? types : egress);
	return spec ? tree_span(policy->object->file, spec) : policy->span;
}

/* Of the list of types, or in a list of its own before the rest. */
static void add_type(struct scan *scan, struct scan_finding *finding, const struct policy *policy,
		     enum policy_direction missing)
{
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const struct tree_node *types = tree_get(spec, "policyTypes");

	if (!scan_is_networkpolicy(policy) || !spec || spec->kind != TREE_MAP || spec->len == 0)
		return;
	if (!types)
		scan_edit_before(scan, finding, policy->object->file, &spec->members[0],
				 "policyTypes: [Ingress, Egress]",
				 "\"policyTypes\": [\"Ingress\", \"Egress\"]");
	else if (types->kind == TREE_SEQ)
		scan_edit_append(scan, finding, policy->object->file, types, type_names[missing]);
}

/* Closes one direction of every pod of a namespace, and calls itself by neither. */
static bool is_half_of_all(const struct scan *scan, const struct policy *policy)
{
	const struct model_namespace *ns =
		policy->ns ? model_find_namespace(scan->snapshot, policy->ns) : NULL;

	return ns && ns->index < scan->n_namespaces && !strcasestr(policy->name, "gress") &&
	       policy_subject_matches(&policy->subject, scan->newcomers[ns->index]);
}

void scan_half_deny(struct scan *scan, const struct policy *policy)
{
	const enum policy_direction missing = policy->isolates[POLICY_INGRESS] ? POLICY_EGRESS
									       : POLICY_INGRESS;
	const char *claim = claim_of(scan, policy);
	const struct model_pod *open;
	struct scan_finding *finding;

	if (policy->is_mesh || policy->n_rules[POLICY_INGRESS] || policy->n_rules[POLICY_EGRESS] ||
	    policy->isolates[missing] || !policy->isolates[!missing] ||
	    !(claim || is_half_of_all(scan, policy)) || !(open = left_open(scan, policy, missing)))
		return;
	finding = scan_report(scan, scan_at_policy(policy, types_span(policy)),
			      "%s, but it leaves %s open: %s its pods%s",
			      claim ? claim : "it denies for every pod of the namespace",
			      policy_direction_name(missing), open_text(scan, open, missing),
			      stranger_text(scan, open, missing));
	if (!claim) /* the namespace has a finding that says it too */
		finding->parent = missing == POLICY_INGRESS ? "BH202" : "BH203";
	if (scan_is_networkpolicy(policy))
		scan_help(scan, finding, "write policyTypes: [Ingress, Egress]");
	else
		scan_help(scan, finding, "close %s too", policy_direction_name(missing));
	add_type(scan, finding, policy, missing);
}

bool scan_names_type(const struct tree_node *types, enum policy_direction direction)
{
	for (uint32_t i = 0; i < types->len; i++)
		if (types->items[i]->kind == TREE_STRING &&
		    strcasecmp(types->items[i]->text, type_names[direction]) == 0)
			return true;
	return false;
}

static void check_idle_rules(struct scan *scan, const struct model_manifest *manifest,
			     enum policy_direction direction)
{
	const struct tree_node *spec = tree_get(manifest->root, "spec");
	const struct tree_node *types = tree_get(spec, "policyTypes");
	const struct tree_member *rules = tree_member(spec, policy_direction_name(direction));
	const bool is_enforced = policy_cni_is_cilium(&scan->cluster->options.cni);
	struct scan_finding *finding;

	if (!rules || rules->value->kind != TREE_SEQ || rules->value->len == 0 || !types ||
	    types->kind != TREE_SEQ || types->len == 0 || scan_names_type(types, direction))
		return;
	finding =
		scan_report(scan, scan_at_manifest(manifest, tree_key_span(manifest->file, rules)),
			    "the %s rules are not in force, since policyTypes does not have %s: %s",
			    rules->key, type_names[direction],
			    is_enforced ? "Cilium enforces them all the same, other plugins do not"
					: "this policy limits nothing in that direction");
	scan_help(scan, finding, "add %s to policyTypes, or remove the rules",
		  type_names[direction]);
	scan_edit_append(scan, finding, manifest->file, types, type_names[direction]);
}

void scan_idle_rules(struct scan *scan, const struct model_manifest *manifest)
{
	if (!scan_declares_networkpolicy(manifest))
		return;
	check_idle_rules(scan, manifest, POLICY_INGRESS);
	check_idle_rules(scan, manifest, POLICY_EGRESS);
}

/* A policy that closes the workload and allows nothing, or NULL. */
static const struct policy *find_deny(struct scan *scan, const struct model_workload *workload,
				      enum policy_direction direction)
{
	uint32_t n;
	const struct policy *const *policies = scan_policies_of(scan, workload, &n);

	for (uint32_t i = 0; i < n; i++)
		if (policies[i]->isolates[direction] && policies[i]->n_rules[direction] == 0)
			return policies[i];
	return NULL;
}

static bool allows_everything(const struct policy_rule *rule)
{
	return rule->any_peer && rule->any_port && rule->action == POLICY_ALLOW &&
	       !policy_rule_is_conditional(rule);
}

void scan_undone_deny(struct scan *scan, const struct policy_rule *rule)
{
	const struct scan_members *members = scan_members(scan, &rule->policy->subject);
	const struct model_workload *first = NULL;
	const struct policy *deny = NULL;
	struct scan_finding *finding;
	uint32_t n = 0;

	for (size_t i = 0; allows_everything(rule) && i < members->n; i++) {
		const struct model_workload *workload = members->items[i];
		const struct policy *other;

		if (!scan_is_subject(workload) ||
		    !(other = find_deny(scan, workload, rule->direction)) ||
		    !scan_is_open(scan, workload->pods[0], scan_stranger(scan), rule->direction))
			continue;
		first = n++ == 0 ? workload : first;
		deny = other;
	}
	if (n == 0)
		return;
	finding = scan_report(scan, scan_at_policy(rule->policy, rule->span),
			      "this rule undoes what %s denies: %s %s/%s%s%s", deny->name,
			      open_text(scan, first->pods[0], rule->direction), first->ns->name,
			      first->name, n > 1 ? " and others" : "",
			      stranger_text(scan, first->pods[0], rule->direction));
	if (rule->direction == POLICY_EGRESS)
		finding->severity = SCAN_MEDIUM;
	finding->related = deny->span;
	finding->related_message = "the policy that denies";
	scan_help(scan, finding, "name the peers and ports that are meant, or take the rule out");
}
