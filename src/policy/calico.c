/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetworkPolicy, GlobalNetworkPolicy and their staged forms of Calico. Their semantics in words:
 * docs/semantics.md.
 */
#include "policy/calico.h"

#include "base/arena.h"
#include "base/text.h"
#include "policy/labelselector.h"
#include "policy/metadata.h"
#include "policy/networkpolicy.h"
#include "policy/root.h"

#include <math.h>
#include <string.h>

#define RULES_MAX 1024

/* A namespaced policy has those before `namespaceSelector`. */
enum {
	SPEC_TIER,
	SPEC_ORDER,
	SPEC_SELECTOR,
	SPEC_ACCOUNT_SELECTOR,
	SPEC_TYPES,
	SPEC_INGRESS,
	SPEC_EGRESS,
	SPEC_HINTS,
	SPEC_STAGED_ACTION, /* of staged kinds */
	SPEC_NAMESPACE_SELECTOR,
	SPEC_DO_NOT_TRACK,
	SPEC_PRE_DNAT,
	SPEC_APPLY_ON_FORWARD,
	N_SPEC_FIELDS
};

static const struct policy_field spec_fields[] = {
	[SPEC_TIER] = {"tier", POLICY_TYPE_STRING},
	[SPEC_ORDER] = {"order", POLICY_TYPE_NUMBER},
	[SPEC_SELECTOR] = {"selector", POLICY_TYPE_STRING},
	[SPEC_ACCOUNT_SELECTOR] = {"serviceAccountSelector", POLICY_TYPE_STRING},
	[SPEC_TYPES] = {"types", POLICY_TYPE_LIST},
	[SPEC_INGRESS] = {"ingress", POLICY_TYPE_LIST},
	[SPEC_EGRESS] = {"egress", POLICY_TYPE_LIST},
	[SPEC_HINTS] = {"performanceHints", POLICY_TYPE_LIST},
	[SPEC_STAGED_ACTION] = {"stagedAction", POLICY_TYPE_STRING},
	[SPEC_NAMESPACE_SELECTOR] = {"namespaceSelector", POLICY_TYPE_STRING},
	[SPEC_DO_NOT_TRACK] = {"doNotTrack", POLICY_TYPE_BOOLEAN},
	[SPEC_PRE_DNAT] = {"preDNAT", POLICY_TYPE_BOOLEAN},
	[SPEC_APPLY_ON_FORWARD] = {"applyOnForward", POLICY_TYPE_BOOLEAN},
};

static const struct policy_alias spec_aliases[] = {
	{"podSelector", "write selector: \"LABEL == 'VALUE'\""},
	{"policyTypes", "did you mean 'types'?"},
	{"priority", "did you mean 'order'?"},
	{"namespaceSelector",
	 "only a GlobalNetworkPolicy has one: this policy is for the pods of its "
	 "own namespace"},
	{"doNotTrack", "only a GlobalNetworkPolicy has it"},
	{"preDNAT", "only a GlobalNetworkPolicy has it"},
	{"applyOnForward", "only a GlobalNetworkPolicy has it"},
	{"source", "'source' goes into an item of 'ingress' or 'egress': check the indentation"},
	{"destination",
	 "'destination' goes into an item of 'ingress' or 'egress': check the indentation"},
	{NULL, NULL},
};

static const struct policy_schema spec_schema = {
	.what = "spec",
	.fields = spec_fields,
	.n_fields = SPEC_NAMESPACE_SELECTOR,
	.aliases = spec_aliases,
};

static const struct policy_schema global_spec_schema = {
	.what = "spec",
	.fields = spec_fields,
	.n_fields = N_SPEC_FIELDS,
	.aliases = spec_aliases,
};

static const char *const type_names[POLICY_N_DIRECTIONS] = {
	[POLICY_INGRESS] = "Ingress",
	[POLICY_EGRESS] = "Egress",
};

static const struct policy_choices types = {
	.what = "policy type",
	.names = type_names,
	.n = POLICY_N_DIRECTIONS,
};

static const char *const hint_names[] = {"AssumeNeededOnEveryNode"};

static const struct policy_choices hints = {
	.what = "a performance hint",
	.names = hint_names,
	.n = 1,
};

enum { STAGED_SET, STAGED_DELETE, STAGED_LEARN, STAGED_IGNORE };

static const char *const staged_names[] = {"Set", "Delete", "Learn", "Ignore"};

static const struct policy_choices staged_actions = {
	.what = "'stagedAction'",
	.names = staged_names,
	.n = sizeof(staged_names) / sizeof(staged_names[0]),
};

/* A kind of policy: what it has, and what a staged one is a version of. */
struct kind {
	const struct policy_schema *spec;
	const char *replaces; /* NULL: not staged */
};

/* The raw object of a policy in the default tier may carry the tier's name. */
static const char *plain_name(const struct model_policy_object *object)
{
	const bool is_raw = text_behind(object->group, "crd.");
	const char *plain = text_behind(object->name, "default.");

	return is_raw && plain ? plain : object->name;
}

const char *policy_calico_tie(const struct policy_reader *reader, const char *kind,
			      const char *old_prefix)
{
	const struct model_policy_object *object = reader->object;
	const struct policy_cni *cni = &reader->options->cni;
	const char *ns = object->ns ? object->ns : "";
	struct arena *arena = &reader->snapshot->arena;

	if (cni->id != POLICY_CNI_CALICO || policy_cni_since(cni, 3, 32))
		return arena_printf(arena, "%s/%s/%s", plain_name(object), ns, kind);
	return arena_printf(arena, "%s%s%s%s", ns, *ns ? "/" : "", old_prefix, plain_name(object));
}

static const struct calico_selector *of_own_namespace(struct policy_reader *reader, const char *ns)
{
	const char **values = arena_alloc(&reader->snapshot->arena, sizeof(*values));

	*values = ns;
	return calico_label_in(&reader->snapshot->arena, CALICO_NAMESPACE, values, 1);
}

static void read_subject(struct policy_reader *reader, const struct policy_fields *fields,
			 struct policy *policy)
{
	struct arena *arena = &reader->snapshot->arena;
	const struct calico_selector *selector =
		calico_plain_selector_read(reader, "selector", fields->values[SPEC_SELECTOR]);
	const struct calico_selector *accounts = calico_plain_selector_read(
		reader, "serviceAccountSelector", fields->values[SPEC_ACCOUNT_SELECTOR]);
	const struct calico_selector *namespaces = calico_plain_selector_read(
		reader, "namespaceSelector", fields->values[SPEC_NAMESPACE_SELECTOR]);

	if (policy->ns)
		selector = calico_both(arena, of_own_namespace(reader, policy->ns), selector);
	selector = calico_both(arena, selector, calico_of_namespace(arena, namespaces));
	selector = calico_both(arena, selector, calico_of_account(arena, accounts));
	if (selector)
		policy->subject = calico_pods(reader, selector);
}

static void refuse_tier(struct policy_reader *reader, const struct tree_node *node)
{
	struct diag *diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
					 "the input has no Tier '%s'", node->text);

	diag_hint(
		reader->diags, diag,
		"add the Tier object: its order and defaultAction decide what comes of the policy");
}

/* Before 3.32 the tiers of AdminNetworkPolicies had names of their own. */
static const char *shared_name(const char *name)
{
	if (strcmp(name, "adminnetworkpolicy") == 0)
		return POLICY_TIER_ADMIN.name;
	return strcmp(name, "baselineadminnetworkpolicy") == 0 ? POLICY_TIER_BASELINE.name : name;
}

/* A tier that passes at its end isolates nobody. */
static const struct calico_tier *read_tier(struct policy_reader *reader,
					   const struct tree_node *node, struct policy *policy)
{
	const char *name = node && node->len > 0 ? node->text : "default";
	const struct calico_tier *tier = calico_tier_find(reader, name);

	if (!tier) {
		refuse_tier(reader, node);
		return calico_tier_find(reader, "default");
	}
	policy->tier_key = (struct policy_tier){POLICY_LAYER_NETWORK, tier->order,
						shared_name(tier->name), tier->name};
	return tier;
}

static void read_rules(struct policy_reader *reader, const struct tree_node *list,
		       enum policy_direction direction, struct policy *policy)
{
	struct calico_writer *writer;

	if (!list)
		return;
	policy_check_len(reader, policy_direction_name(direction), list,
			 (struct policy_bounds){0, RULES_MAX});
	writer = calico_writer_new(reader, policy, direction);
	for (uint32_t i = 0; i < list->len; i++) {
		struct calico_rule rule = {.direction = (uint8_t)direction, .index = i};

		calico_rule_read(reader, list->items[i], policy, &rule);
		if (!reader->failed)
			calico_writer_add(writer, &rule);
	}
	calico_writer_finish(writer);
}

static uint32_t length_of(const struct tree_node *list)
{
	return list ? list->len : 0;
}

/* The directions that the policy is for; Calico's own defaults. */
static void read_types(struct policy_reader *reader, const struct policy_fields *fields,
		       bool is_for[POLICY_N_DIRECTIONS])
{
	const struct tree_node *list = fields->values[SPEC_TYPES];
	const bool has_ingress = length_of(fields->values[SPEC_INGRESS]) > 0;
	const bool has_egress = length_of(fields->values[SPEC_EGRESS]) > 0;

	is_for[POLICY_INGRESS] = !length_of(list) && (has_ingress || !has_egress);
	is_for[POLICY_EGRESS] = !length_of(list) && has_egress;
	for (uint32_t i = 0; i < length_of(list); i++) {
		size_t direction;

		if (!policy_choose(reader, &types, list->items[i], &direction))
			continue;
		if (is_for[direction])
			policy_error(reader, DIAG_BH0203, policy_span(reader, list->items[i]),
				     "'%s' is in 'types' twice", type_names[direction]);
		is_for[direction] = true;
	}
}

static void warn_idle(struct policy_reader *reader, const struct policy_fields *fields,
		      enum policy_direction direction)
{
	const size_t field = direction == POLICY_INGRESS ? SPEC_INGRESS : SPEC_EGRESS;
	struct diag *diag;

	if (length_of(fields->values[field]) == 0 || reader->failed)
		return;
	diag = policy_warning(reader, tree_key_span(reader->object->file, fields->members[field]),
			      "the %s rules have no effect: 'types' does not have %s",
			      policy_direction_name(direction), type_names[direction]);
	diag_hint(reader->diags, diag, "add %s to 'types', or remove the rules",
		  type_names[direction]);
}

static void read_directions(struct policy_reader *reader, const struct policy_fields *fields,
			    const struct calico_tier *tier, struct policy *policy)
{
	bool is_for[POLICY_N_DIRECTIONS] = {false};

	read_types(reader, fields, is_for);
	for (int direction = POLICY_N_DIRECTIONS - 1; direction >= 0; direction--) {
		const struct tree_node *list =
			fields->values[direction == POLICY_INGRESS ? SPEC_INGRESS : SPEC_EGRESS];

		policy->isolates[direction] = is_for[direction] && !tier->passes;
		if (is_for[direction])
			read_rules(reader, list, direction, policy);
		else
			warn_idle(reader, fields, direction);
	}
}

static bool is_true(const struct policy_fields *fields, size_t field)
{
	return fields->values[field] && fields->values[field]->boolean;
}

static void check_host_fields(struct policy_reader *reader, const struct policy_fields *fields,
			      size_t field)
{
	const struct diag_span span = policy_span(reader, fields->values[field]);
	const char *name = spec_fields[field].name;

	if (!is_true(fields, SPEC_APPLY_ON_FORWARD))
		policy_error(reader, DIAG_BH0203, span, "'%s' needs applyOnForward: true", name);
	if (field == SPEC_DO_NOT_TRACK && is_true(fields, SPEC_PRE_DNAT))
		policy_error(reader, DIAG_BH0203, span,
			     "'doNotTrack' and 'preDNAT' must not both be true");
	if (field == SPEC_PRE_DNAT && length_of(fields->values[SPEC_EGRESS]) > 0)
		policy_error(reader, DIAG_BH0203, span, "'preDNAT' must not have egress rules");
}

/* What acts before connections are tracked or translated acts on host endpoints only. */
static void read_host_fields(struct policy_reader *reader, const struct policy_fields *fields,
			     struct policy *policy)
{
	const struct tree_node *list = fields->values[SPEC_TYPES];

	if (is_true(fields, SPEC_DO_NOT_TRACK)) {
		check_host_fields(reader, fields, SPEC_DO_NOT_TRACK);
		policy->no_effect = "doNotTrack is for host endpoints, not for pods";
	}
	if (!is_true(fields, SPEC_PRE_DNAT))
		return;
	check_host_fields(reader, fields, SPEC_PRE_DNAT);
	policy->no_effect = "preDNAT is for host endpoints, not for pods";
	for (uint32_t i = 0; i < length_of(list); i++)
		if (list->items[i]->kind == TREE_STRING &&
		    strcmp(list->items[i]->text, type_names[POLICY_EGRESS]) == 0)
			policy_error(reader, DIAG_BH0203, policy_span(reader, list->items[i]),
				     "'preDNAT' must not have the type Egress");
}

static void read_hints(struct policy_reader *reader, const struct tree_node *list)
{
	for (uint32_t i = 0; i < length_of(list); i++) {
		size_t hint;

		policy_choose(reader, &hints, list->items[i], &hint);
		if (i > 0)
			policy_error(reader, DIAG_BH0203, policy_span(reader, list->items[i]),
				     "a performance hint must not be there twice");
	}
}

/* A staged policy that is to be deleted says nothing but its tier. */
static void check_removal(struct policy_reader *reader, const struct policy_fields *fields)
{
	for (size_t i = 0; i < N_SPEC_FIELDS; i++) {
		const struct tree_node *value = fields->values[i];
		const bool is_empty = !value || (value->kind != TREE_INT && !value->len) ||
				      (value->kind == TREE_BOOL && !value->boolean);

		if (!is_empty && i != SPEC_TIER && i != SPEC_STAGED_ACTION)
			policy_error(reader, DIAG_BH0203, policy_span(reader, value),
				     "'%s' must not be beside stagedAction Delete",
				     spec_fields[i].name);
	}
}

/* Marks a policy as staged, of a kind of a group; what its action is. */
static size_t stage(struct policy_reader *reader, const struct tree_node *node,
		    struct policy *policy)
{
	size_t action = STAGED_SET;

	policy->is_staged = true;
	if (node && node->len > 0)
		policy_choose(reader, &staged_actions, node, &action);
	policy->is_removal = action == STAGED_DELETE;
	if (action == STAGED_IGNORE)
		policy->no_effect = "stagedAction is Ignore";
	return action;
}

static void read_staged(struct policy_reader *reader, const struct policy_fields *fields,
			const struct kind *kind, struct policy *policy)
{
	const struct tree_node *node = fields->values[SPEC_STAGED_ACTION];

	if (kind->replaces) {
		policy->replaces_group = policy->group;
		policy->replaces_kind = kind->replaces;
		if (stage(reader, node, policy) == STAGED_DELETE)
			check_removal(reader, fields);
	} else if (node) {
		struct diag *diag = policy_error(reader, DIAG_BH0201, policy_span(reader, node),
						 "unknown field 'stagedAction' in spec");

		diag_hint(reader->diags, diag, "a staged policy is of kind Staged%s",
			  reader->object->kind);
	}
}

static void warn_of_no_spec(struct policy_reader *reader, const struct policy *policy)
{
	struct diag *diag = policy_warning(reader, reader->object->span,
					   "without 'spec' the policy isolates every pod%s",
					   policy->ns ? " of its namespace" : "");

	diag_hint(reader->diags, diag, "if that is meant write spec: {selector: all()}");
}

static void read_policy(struct policy_reader *reader, const struct kind *kind,
			struct policy *policy)
{
	const struct tree_node *spec = policy_root_read(reader, false);
	const struct calico_tier *tier;
	struct policy_fields fields = {0};

	policy->order = INFINITY;
	if (spec)
		policy_schema_read(reader, kind->spec, spec, &fields);
	else if (!reader->failed)
		warn_of_no_spec(reader, policy);
	tier = read_tier(reader, fields.values[SPEC_TIER], policy);
	policy->tie = policy_calico_tie(reader, policy->kind,
					strcmp(tier->name, "default") == 0 ? "default." : "");
	if (fields.values[SPEC_ORDER])
		calico_number_read(reader, "'order'", fields.values[SPEC_ORDER], &policy->order);
	read_staged(reader, &fields, kind, policy);
	read_subject(reader, &fields, policy);
	read_host_fields(reader, &fields, policy);
	read_hints(reader, fields.values[SPEC_HINTS]);
	if (!policy->is_removal)
		read_directions(reader, &fields, tier, policy);
}

static void read_namespaced(struct policy_reader *reader, struct policy *policy)
{
	read_policy(reader, &(struct kind){&spec_schema, NULL}, policy);
}

static void read_global(struct policy_reader *reader, struct policy *policy)
{
	read_policy(reader, &(struct kind){&global_spec_schema, NULL}, policy);
}

static void read_staged_namespaced(struct policy_reader *reader, struct policy *policy)
{
	read_policy(reader, &(struct kind){&spec_schema, "NetworkPolicy"}, policy);
}

static void read_staged_global(struct policy_reader *reader, struct policy *policy)
{
	read_policy(reader, &(struct kind){&global_spec_schema, "GlobalNetworkPolicy"}, policy);
}

/* What is to be deleted has no spec to read. */
static void read_staged_kubernetes(struct policy_reader *reader, struct policy *policy)
{
	const struct tree_node *spec = tree_get(reader->object->root, "spec");
	const struct tree_node *action = tree_get(spec, "stagedAction");
	const bool is_text = !action || action->kind == TREE_STRING;

	policy->replaces_group = "networking.k8s.io";
	policy->replaces_kind = "NetworkPolicy";
	policy->tie = policy_calico_tie(reader, policy->kind, "knp.default.");
	if (is_text && stage(reader, action, policy) == STAGED_DELETE)
		policy_root_read(reader, false);
	else
		networkpolicy_read_staged(reader, policy);
}

static const struct policy_schema *const policy_schemas[] = {
	&policy_schema_root,
	&policy_schema_metadata,
	&global_spec_schema,
	&calico_rule_schema,
	&calico_source_schema,
	&calico_destination_schema,
	&calico_services_schema,
	&calico_accounts_schema,
	&calico_icmp_schema,
	&calico_http_schema,
	&calico_path_schema,
	&calico_rule_metadata_schema,
	NULL,
};

static const struct policy_schema *const tier_schemas[] = {
	&policy_schema_root, &policy_schema_metadata, &calico_tier_schema, NULL};

static const struct policy_schema *const set_schemas[] = {
	&policy_schema_root, &policy_schema_metadata, &calico_set_schema, NULL};

static const char *const v3[] = {"v3", NULL};
static const char *const v1[] = {"v1", NULL};

/* What a kind is in every group. */
#define FRONTEND(group_name, all_versions, version, kind_name, all_schemas, reader) \
	{ \
		.group = group_name, .kind = kind_name, .versions = all_versions, \
		.successor = group_name "/" version, .schemas = all_schemas, \
		.tier = POLICY_TIER_NETWORK_POLICY, reader \
	}

#define FRONTENDS(group, versions, version) \
	FRONTEND(group, versions, version, "NetworkPolicy", policy_schemas, \
		 .read = read_namespaced), \
		FRONTEND(group, versions, version, "GlobalNetworkPolicy", policy_schemas, \
			 .read = read_global), \
		FRONTEND(group, versions, version, "StagedNetworkPolicy", policy_schemas, \
			 .read = read_staged_namespaced), \
		FRONTEND(group, versions, version, "StagedGlobalNetworkPolicy", policy_schemas, \
			 .read = read_staged_global), \
		FRONTEND(group, versions, version, "StagedKubernetesNetworkPolicy", NULL, \
			 .read = read_staged_kubernetes), \
		FRONTEND(group, versions, version, "Tier", tier_schemas, \
			 .read_resource = calico_tier_read), \
		FRONTEND(group, versions, version, "NetworkSet", set_schemas, \
			 .read_resource = calico_set_read), \
		FRONTEND(group, versions, version, "GlobalNetworkSet", set_schemas, \
			 .read_resource = calico_set_read)

const struct policy_frontend policy_frontends_calico[POLICY_N_FRONTENDS_CALICO] = {
	FRONTENDS("projectcalico.org", v3, "v3"),
	FRONTENDS("crd.projectcalico.org", v1, "v1"),
};
