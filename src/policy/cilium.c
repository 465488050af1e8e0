/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy, cilium.io/v2: `spec` and each of `specs`
 * is a policy of its own. Their semantics in words: docs/semantics.md.
 */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/intern.h"
#include "policy/cilium_label.h"
#include "policy/labelselector.h"
#include "policy/metadata.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define LOG_MAX_LEN 32

enum { ROOT_METADATA, ROOT_SPEC, ROOT_SPECS };

static const struct policy_field root_fields[] = {
	[ROOT_METADATA] = {"metadata", POLICY_TYPE_ANY},
	[ROOT_SPEC] = {"spec", POLICY_TYPE_MAPPING},
	[ROOT_SPECS] = {"specs", POLICY_TYPE_LIST},
	{"status", POLICY_TYPE_ANY}, /* policy/status.h */
	{"apiVersion", POLICY_TYPE_STRING},
	{"kind", POLICY_TYPE_STRING},
};

static const struct policy_schema root_schema = {
	.what = "the policy",
	.fields = root_fields,
	.n_fields = N(root_fields),
};

/* The lists in the order of their numbers. */
enum {
	SPEC_LISTS,
	SPEC_ENDPOINT_SELECTOR = CILIUM_N_LISTS,
	SPEC_NODE_SELECTOR,
	SPEC_DEFAULT_DENY,
	SPEC_LABELS,
	SPEC_DESCRIPTION,
	SPEC_LOG,
};

static const struct policy_field spec_fields[] = {
	[CILIUM_INGRESS] = {"ingress", POLICY_TYPE_LIST},
	[CILIUM_INGRESS_DENY] = {"ingressDeny", POLICY_TYPE_LIST},
	[CILIUM_EGRESS] = {"egress", POLICY_TYPE_LIST},
	[CILIUM_EGRESS_DENY] = {"egressDeny", POLICY_TYPE_LIST},
	[SPEC_ENDPOINT_SELECTOR] = {"endpointSelector", POLICY_TYPE_MAPPING},
	[SPEC_NODE_SELECTOR] = {"nodeSelector", POLICY_TYPE_MAPPING},
	[SPEC_DEFAULT_DENY] = {"enableDefaultDeny", POLICY_TYPE_MAPPING},
	[SPEC_LABELS] = {"labels", POLICY_TYPE_LIST},
	[SPEC_DESCRIPTION] = {"description", POLICY_TYPE_STRING},
	[SPEC_LOG] = {"log", POLICY_TYPE_MAPPING},
};

static const struct policy_alias spec_aliases[] = {
	{"podSelector", "did you mean 'endpointSelector'?"},
	{"selector", "did you mean 'endpointSelector'?"},
	{"subject", "did you mean 'endpointSelector'?"},
	{"policyTypes", "there are none: a direction with rules is closed but for them"},
	{"tier", "Cilium's own policies have no tiers: they are where NetworkPolicy is"},
	{"order", "Cilium's own policies have no order: what denies comes first"},
	{"priority", "Cilium's own policies have no order: what denies comes first"},
	{NULL, NULL},
};

static const struct policy_schema spec_schema = {"spec", spec_fields, N(spec_fields), spec_aliases,
						 NULL};

static const struct policy_field default_deny_fields[] = {
	[POLICY_EGRESS] = {"egress", POLICY_TYPE_BOOLEAN},
	[POLICY_INGRESS] = {"ingress", POLICY_TYPE_BOOLEAN},
};

static const struct policy_schema default_deny_schema = {"'enableDefaultDeny'", default_deny_fields,
							 2, NULL, NULL};

static const struct policy_field log_fields[] = {{"value", POLICY_TYPE_STRING}};
static const struct policy_schema log_schema = {"'log'", log_fields, 1, NULL, NULL};

/* One of the policies of an object. */
struct spec {
	const struct tree_node *node;
	struct policy_fields fields;
	struct policy *policy;
	const char *prefix; /* of the names of its lists: "", "specs[1]." */
	bool is_clusterwide;
};

static bool has_items(const struct tree_node *list)
{
	return list && list->len > 0;
}

static void check_log(struct policy_reader *reader, const struct tree_node *node)
{
	struct policy_fields fields;

	if (!node || !policy_schema_read(reader, &log_schema, node, &fields) || !fields.values[0])
		return;
	if (fields.values[0]->len > LOG_MAX_LEN)
		policy_error(reader, DIAG_BH0203, policy_span(reader, fields.values[0]),
			     "'value' must have at most %d characters", LOG_MAX_LEN);
}

/* Rules close their direction, unless it is said that they do not; without rules nothing does. */
static void read_default_deny(struct policy_reader *reader, struct spec *spec)
{
	const struct tree_node *node = spec->fields.values[SPEC_DEFAULT_DENY];
	struct policy_fields fields = {0};

	if (node)
		policy_schema_read(reader, &default_deny_schema, node, &fields);
	for (enum policy_direction d = 0; d < POLICY_N_DIRECTIONS; d++) {
		const size_t allows = d == POLICY_INGRESS ? CILIUM_INGRESS : CILIUM_EGRESS;
		const bool has_rules = has_items(spec->fields.values[allows]) ||
				       has_items(spec->fields.values[allows + 1]);
		const struct tree_node *said = fields.values[d];

		spec->policy->isolates[d] = has_rules && (!said || said->boolean);
		if (said && said->boolean && !has_rules)
			policy_warning(reader, policy_span(reader, said),
				       "'%s' has no effect: there are no rules of %s",
				       default_deny_fields[d].name, policy_direction_name(d));
	}
}

static void refuse_empty(struct policy_reader *reader, const struct spec *spec)
{
	struct diag *diag;

	for (size_t i = 0; i < CILIUM_N_LISTS; i++)
		if (has_items(spec->fields.values[i]))
			return;
	if (reader->failed)
		return;
	diag = policy_error(reader, DIAG_BH0204, policy_span(reader, spec->node),
			    "a policy needs a rule in 'ingress', 'ingressDeny', 'egress' or "
			    "'egressDeny'");
	diag_hint(reader->diags, diag, "to close a direction write an empty rule: ingress: [{}]");
}

static void read_endpoint_selector(struct policy_reader *reader, struct spec *spec)
{
	struct policy *policy = spec->policy;
	const char *none = cilium_subject_read(reader, spec->fields.values[SPEC_ENDPOINT_SELECTOR],
					       policy->ns, &policy->subject);

	if (none)
		policy->no_effect = none;
}

static void read_node_selector(struct policy_reader *reader, struct spec *spec)
{
	const struct tree_node *node = spec->fields.values[SPEC_NODE_SELECTOR];
	struct selector nodes;

	policy_labelselector_read_as(reader, node, cilium_key_syntax, &nodes);
	spec->policy->subject = cilium_tree(reader, POLICY_PEER_ANY_OF, 0);
	spec->policy->subject.span = policy_span(reader, node);
	spec->policy->no_effect = "it binds nodes, not pods";
}

static void read_subject(struct policy_reader *reader, struct spec *spec)
{
	const struct tree_node *endpoints = spec->fields.values[SPEC_ENDPOINT_SELECTOR];
	const struct tree_node *nodes = spec->fields.values[SPEC_NODE_SELECTOR];
	struct diag *diag;

	if (endpoints)
		read_endpoint_selector(reader, spec);
	if (nodes)
		read_node_selector(reader, spec);
	if (endpoints && nodes) {
		diag = policy_error(reader, DIAG_BH0203, policy_span(reader, nodes),
				    "a policy has either 'endpointSelector' or 'nodeSelector'");
		diag_hint(reader->diags, diag, "for both make two items of 'specs'");
	} else if (nodes && !spec->is_clusterwide) {
		diag = policy_error(reader, DIAG_BH0203, policy_span(reader, nodes),
				    "only a CiliumClusterwideNetworkPolicy has a 'nodeSelector'");
		diag_hint(reader->diags, diag, "pods are selected by 'endpointSelector'");
	}
	if (endpoints || nodes || reader->failed)
		return;
	diag = policy_error(reader, DIAG_BH0204, policy_span(reader, spec->node),
			    "a policy needs 'endpointSelector'%s",
			    spec->is_clusterwide ? " or 'nodeSelector'" : "");
	diag_hint(reader->diags, diag, "for every pod%s write endpointSelector: {}",
		  spec->is_clusterwide ? "" : " of the namespace");
}

/* In the order in which they are asked, as far as one policy goes. */
static void sort_rules(struct policy_rule *rules, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++)
		for (uint32_t k = i; k > 0 && rules[k - 1].rank > rules[k].rank; k--) {
			const struct policy_rule rule = rules[k];

			rules[k] = rules[k - 1];
			rules[k - 1] = rule;
		}
}

static void read_lists(struct policy_reader *reader, struct spec *spec)
{
	for (uint8_t id = 0; id < CILIUM_N_LISTS; id++) {
		const struct tree_node *node = spec->fields.values[id];
		const struct cilium_list list = {
			.policy = spec->policy,
			.id = id,
			.is_host = spec->fields.values[SPEC_NODE_SELECTOR],
			.name = arena_printf(&reader->snapshot->arena, "%s%s", spec->prefix,
					     spec_fields[id].name),
			.scope = spec->policy->ns,
		};

		if (node)
			cilium_rules_read(reader, &list, node);
	}
	for (enum policy_direction d = 0; d < POLICY_N_DIRECTIONS; d++)
		sort_rules(spec->policy->rules[d], spec->policy->n_rules[d]);
}

static void read_spec(struct policy_reader *reader, struct policy *policy,
		      const struct tree_node *node, const char *prefix)
{
	struct spec spec = {
		.node = node,
		.policy = policy,
		.prefix = prefix,
		.is_clusterwide = !policy->ns,
	};

	policy->span = policy_span(reader, node);
	policy->rules_own_node = true;
	if (!policy_schema_read(reader, &spec_schema, node, &spec.fields))
		return;
	check_log(reader, spec.fields.values[SPEC_LOG]);
	read_subject(reader, &spec);
	read_default_deny(reader, &spec);
	read_lists(reader, &spec);
	refuse_empty(reader, &spec);
}

static void read_specs(struct policy_reader *reader, struct policy *first,
		       const struct policy_fields *root)
{
	const struct tree_node *spec = root->values[ROOT_SPEC], *specs = root->values[ROOT_SPECS];
	struct arena *arena = &reader->snapshot->arena;
	struct policy *policy = first;

	if (spec) {
		read_spec(reader, policy, spec, "");
		policy = NULL;
	}
	for (uint32_t i = 0; specs && i < specs->len; i++) {
		if (!policy)
			policy = policy_add(reader);
		read_spec(reader, policy, specs->items[i], arena_printf(arena, "specs[%u].", i));
		policy = NULL;
	}
	if (policy)
		policy->no_effect = "'specs' is empty";
}

static void read_policy(struct policy_reader *reader, struct policy *policy)
{
	const struct tree_node *object = reader->object->root;
	struct policy_fields root;

	policy_schema_read(reader, &root_schema, object, &root);
	if (root.values[ROOT_METADATA] && root.values[ROOT_METADATA]->kind == TREE_MAP)
		policy_metadata_check(reader, root.values[ROOT_METADATA]);
	if (policy_field_is_absent(&root, ROOT_SPEC) && policy_field_is_absent(&root, ROOT_SPECS)) {
		struct diag *diag = policy_error(reader, DIAG_BH0204, policy_span(reader, object),
						 "the policy needs 'spec' or 'specs'");

		diag_hint(reader->diags, diag,
			  "write spec: {endpointSelector: …, ingress: …, egress: …}");
	}
	read_specs(reader, policy, &root);
}

static const char *const versions[] = {"v2", NULL};

static const struct policy_schema *const schemas[] = {
	&root_schema,
	&policy_schema_metadata,
	&spec_schema,
	&default_deny_schema,
	&cilium_rule_schemas[CILIUM_INGRESS],
	&cilium_rule_schemas[CILIUM_EGRESS],
	&cilium_cidr_rule_schema,
	&cilium_service_schema,
	&cilium_service_name_schema,
	&cilium_service_selector_schema,
	&cilium_fqdn_schema,
	&cilium_port_rule_schema,
	&cilium_port_schema,
	&cilium_icmp_schema,
	&cilium_icmp_field_schema,
	&cilium_l7_schema,
	&cilium_http_schema,
	&cilium_header_schema,
	&cilium_tls_schema,
	&cilium_listener_schema,
	&policy_schema_labelselector,
	&policy_schema_requirement,
	NULL,
};

const struct policy_frontend policy_frontend_ciliumnetworkpolicy = {
	.group = "cilium.io",
	.kind = "CiliumNetworkPolicy",
	.versions = versions,
	.successor = "cilium.io/v2",
	.schemas = schemas,
	.tier = POLICY_TIER_NETWORK_POLICY,
	.read = read_policy,
};

const struct policy_frontend policy_frontend_ciliumclusterwidenetworkpolicy = {
	.group = "cilium.io",
	.kind = "CiliumClusterwideNetworkPolicy",
	.versions = versions,
	.successor = "cilium.io/v2",
	.schemas = schemas,
	.tier = POLICY_TIER_NETWORK_POLICY,
	.read = read_policy,
};
