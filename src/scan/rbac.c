/* SPDX-License-Identifier: Apache-2.0 */
/* BH707: service accounts, and groups of them, that may change what policies say or select. */
#include "scan/check.h"

#include <string.h>

#define RBAC "rbac.authorization.k8s.io"

/* What RBAC calls the objects, and what who may change them can do. */
static const struct grant {
	const char *group;
	const char *resource;
	bool is_policy;
} grants[] = {
	{"networking.k8s.io", "networkpolicies", true},
	{"policy.networking.k8s.io", "clusternetworkpolicies", true},
	{"policy.networking.k8s.io", "adminnetworkpolicies", true},
	{"policy.networking.k8s.io", "baselineadminnetworkpolicies", true},
	{"cilium.io", "ciliumnetworkpolicies", true},
	{"cilium.io", "ciliumclusterwidenetworkpolicies", true},
	{"projectcalico.org", "networkpolicies", true},
	{"projectcalico.org", "globalnetworkpolicies", true},
	{"crd.projectcalico.org", "networkpolicies", true},
	{"crd.projectcalico.org", "globalnetworkpolicies", true},
	{"security.istio.io", "authorizationpolicies", true},
	{"security.istio.io", "peerauthentications", true},
	{"", "namespaces", false},
	{"", "pods", false},
};

/* Roles that every cluster has, by which policies may be changed. */
static const char *const builtin_roles[] = {"admin", "cluster-admin", "edit"};

static bool has_text(const struct tree_node *list, const char *text)
{
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
		if (list->items[i]->kind == TREE_STRING &&
		    (strcmp(list->items[i]->text, text) == 0 ||
		     strcmp(list->items[i]->text, "*") == 0))
			return true;
	return false;
}

/* Labels of what is there are changed by update and patch alone. */
static bool may_write(const struct tree_node *rule, bool is_policy)
{
	const struct tree_node *verbs = tree_get(rule, "verbs");

	return has_text(verbs, "update") || has_text(verbs, "patch") ||
	       (is_policy && (has_text(verbs, "create") || has_text(verbs, "delete") ||
			      has_text(verbs, "deletecollection")));
}

static const struct grant *find_grant(const struct tree_node *rule)
{
	for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++)
		if (has_text(tree_get(rule, "apiGroups"), grants[i].group) &&
		    has_text(tree_get(rule, "resources"), grants[i].resource) &&
		    may_write(rule, grants[i].is_policy))
			return &grants[i];
	return NULL;
}

/* Namespaces of what runs the platform, and has to write policies, or objects of every kind. */
static const char *const platforms[] = {
	"argocd",          "calico-apiserver",  "calico-system", "cattle-system", "cilium",
	"flux-system",     "gatekeeper-system", "istio-system",  "kyverno",       "olm",
	"tigera-operator",
};

/* Who has a role, of those who run in pods. */
struct holder {
	const char *text; /* NULL: nobody */
	bool is_platform; /* all of them */
	const struct model_manifest *binding;
};

static bool is_platform(const char *ns)
{
	for (size_t i = 0; i < sizeof(platforms) / sizeof(platforms[0]); i++)
		if (strcmp(platforms[i], ns) == 0)
			return true;
	return false;
}

static const char *group_text(const char *name)
{
	if (strcmp(name, "system:unauthenticated") == 0)
		return "whoever reaches the API server";
	if (strcmp(name, "system:authenticated") == 0 ||
	    strcmp(name, "system:serviceaccounts") == 0)
		return "every pod of the cluster";
	return NULL;
}

static struct holder account(struct scan *scan, const char *ns, const char *name)
{
	const struct model_namespace there = {.name = ns};

	if (!ns || scan_is_system(scan, &there))
		return (struct holder){0};
	return (struct holder){
		.text = arena_printf(&scan->arena, "pods of service account %s/%s", ns, name),
		.is_platform = is_platform(ns),
	};
}

/* A service account by the name that it has as a user: "system:serviceaccount:NAMESPACE:NAME". */
static struct holder user(struct scan *scan, const char *name)
{
	static const char prefix[] = "system:serviceaccount:";
	const char *ns = name + sizeof(prefix) - 1;
	const char *colon;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0 || !(colon = strchr(ns, ':')))
		return (struct holder){0};
	return account(scan, arena_strndup(&scan->arena, ns, (size_t)(colon - ns)), colon + 1);
}

static struct holder group(struct scan *scan, const char *name)
{
	static const char prefix[] = "system:serviceaccounts:";
	const char *ns = name + sizeof(prefix) - 1;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return (struct holder){.text = group_text(name)};
	return (struct holder){
		.text = arena_printf(&scan->arena, "every pod of %s", ns),
		.is_platform = is_platform(ns),
	};
}

/* A subject of a binding as pods: nobody for people, and for the system's own accounts. */
static struct holder subject(struct scan *scan, const struct model_manifest *binding,
			     const struct tree_node *node)
{
	const char *kind = tree_get_string(node, "kind");
	const char *name = tree_get_string(node, "name");
	const char *ns = tree_get_string(node, "namespace");

	if (!kind || !name)
		return (struct holder){0};
	if (strcmp(kind, "Group") == 0)
		return group(scan, name);
	if (strcmp(kind, "User") == 0)
		return user(scan, name);
	if (strcmp(kind, "ServiceAccount") == 0)
		return account(scan, ns ? ns : binding->ns, name);
	return (struct holder){0};
}

/* The first, those of the platform last. */
static void find_holder(struct scan *scan, const struct model_manifest *binding, struct holder *ret)
{
	const struct tree_node *subjects = tree_get(binding->root, "subjects");

	for (uint32_t i = 0; subjects && subjects->kind == TREE_SEQ && i < subjects->len; i++) {
		struct holder found = subject(scan, binding, subjects->items[i]);

		if (!found.text || (ret->text && !(ret->is_platform && !found.is_platform)))
			continue;
		found.binding = binding;
		*ret = found;
	}
}

static bool is_binding(const struct model_manifest *manifest)
{
	return strcmp(manifest->group, RBAC) == 0 &&
	       (strcmp(manifest->kind, "RoleBinding") == 0 ||
		strcmp(manifest->kind, "ClusterRoleBinding") == 0);
}

static bool refers_to(const struct model_manifest *binding, const struct model_manifest *role)
{
	const struct tree_node *ref = tree_get(binding->root, "roleRef");
	const char *kind = tree_get_string(ref, "kind");
	const char *name = tree_get_string(ref, "name");

	if (!kind || !name || strcmp(kind, role->kind) != 0 || strcmp(name, role->name) != 0)
		return false;
	return strcmp(kind, "ClusterRole") == 0 ||
	       (binding->ns && role->ns && strcmp(binding->ns, role->ns) == 0);
}

static struct holder holder_of(struct scan *scan, const struct model_manifest *role)
{
	struct holder holder = {0};

	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *binding = &scan->snapshot->manifests[i];

		if (is_binding(binding) && refers_to(binding, role))
			find_holder(scan, binding, &holder);
	}
	return holder;
}

static const char *where_text(struct scan *scan, const struct model_manifest *binding)
{
	return binding->ns && strcmp(binding->kind, "RoleBinding") == 0
		       ? arena_printf(&scan->arena, "in %s", binding->ns)
		       : "in every namespace";
}

static void report_grant(struct scan *scan, const struct model_manifest *role,
			 const struct tree_node *rule, const struct grant *grant)
{
	const struct holder holder = holder_of(scan, role);
	struct scan_finding *finding;

	if (!holder.text)
		return;
	finding = scan_report(
		scan, scan_at_manifest(role, tree_span(role->file, tree_get(rule, "resources"))),
		"%s may change %s%s %s, and %s", holder.text,
		grant->is_policy ? "" : "the labels of ", grant->resource,
		where_text(scan, holder.binding),
		grant->is_policy ? "open what policies close"
				 : "take what selectors go by: who is bound, and who is let in");
	if (!grant->is_policy)
		finding->severity = SCAN_MEDIUM;
	if (holder.is_platform)
		finding->severity = SCAN_LOW;
	finding->related = tree_span(holder.binding->file, holder.binding->root);
	finding->related_message = "the binding";
	scan_help(scan, finding, "leave the verbs get, list and watch");
}

static void check_role(struct scan *scan, const struct model_manifest *role)
{
	const struct tree_node *rules = tree_get(role->root, "rules");

	for (uint32_t i = 0; rules && rules->kind == TREE_SEQ && i < rules->len; i++) {
		const struct grant *grant = find_grant(rules->items[i]);

		if (grant)
			report_grant(scan, role, rules->items[i], grant);
	}
}

/* The roles that come with every cluster are in no input. */
static void check_binding(struct scan *scan, const struct model_manifest *binding)
{
	const struct tree_node *ref = tree_get(binding->root, "roleRef");
	const char *kind = tree_get_string(ref, "kind");
	const struct tree_node *name = tree_get(ref, "name");
	struct holder holder = {0};
	struct scan_finding *finding;
	bool is_builtin = false;

	if (!kind || strcmp(kind, "ClusterRole") != 0 || !name || name->kind != TREE_STRING)
		return;
	for (size_t i = 0; i < sizeof(builtin_roles) / sizeof(builtin_roles[0]); i++)
		is_builtin |= strcmp(builtin_roles[i], name->text) == 0;
	if (is_builtin && !scan_manifest(scan, "ClusterRole", NULL, name->text))
		find_holder(scan, binding, &holder);
	if (!holder.text)
		return;
	finding = scan_report(scan, scan_at_manifest(binding, tree_span(binding->file, name)),
			      "%s have the role '%s': they may change networkpolicies %s, and "
			      "open what policies close",
			      holder.text, name->text, where_text(scan, binding));
	if (holder.is_platform)
		finding->severity = SCAN_LOW;
	scan_help(scan, finding, "bind a role with what is needed");
}

void scan_policy_writer(struct scan *scan, const struct model_manifest *manifest)
{
	if (strcmp(manifest->group, RBAC) != 0)
		return;
	if (is_binding(manifest))
		check_binding(scan, manifest);
	else if (strcmp(manifest->kind, "Role") == 0 || strcmp(manifest->kind, "ClusterRole") == 0)
		check_role(scan, manifest);
}
