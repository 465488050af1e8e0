/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetworkPolicy, networking.k8s.io/v1. Its semantics in words: docs/semantics.md.
 *
 * Rules: ValidateNetworkPolicySpec of the API server; defaults: SetDefaults_NetworkPolicy.
 */
#include "policy/networkpolicy.h"

#include "base/arena.h"
#include "policy/cilium_adapt.h"
#include "policy/labelselector.h"
#include "policy/metadata.h"
#include "policy/root.h"

#include <string.h>

enum {
	SPEC_POD_SELECTOR,
	SPEC_TYPES,
	SPEC_INGRESS,
	SPEC_EGRESS,
	SPEC_STAGED_ACTION, /* of Calico's staged form */
	N_SPEC_FIELDS
};

static const struct policy_field spec_fields[] = {
	[SPEC_POD_SELECTOR] = {"podSelector", POLICY_TYPE_MAPPING},
	[SPEC_TYPES] = {"policyTypes", POLICY_TYPE_LIST},
	[SPEC_INGRESS] = {"ingress", POLICY_TYPE_LIST},
	[SPEC_EGRESS] = {"egress", POLICY_TYPE_LIST},
	[SPEC_STAGED_ACTION] = {"stagedAction", POLICY_TYPE_STRING},
};

static const struct policy_alias spec_aliases[] = {
	{"selector", "did you mean 'podSelector'?"},
	{"matchLabels", "write podSelector: {matchLabels: …}"},
	{"matchExpressions", "write podSelector: {matchExpressions: …}"},
	{"types", "did you mean 'policyTypes'?"},
	{"from", "'from' goes into an item of 'ingress': check the indentation"},
	{"to", "'to' goes into an item of 'egress': check the indentation"},
	{"ports", "'ports' goes into an item of 'ingress' or 'egress': check the indentation"},
	{"namespace", "a policy is for the pods of its own namespace: metadata.namespace"},
	{"namespaceSelector", "a policy is for the pods of its own namespace: metadata.namespace"},
	{NULL, NULL},
};

static const struct policy_schema spec_schema = {
	.what = "spec",
	.fields = spec_fields,
	.n_fields = SPEC_STAGED_ACTION,
	.aliases = spec_aliases,
};

static const struct policy_schema staged_spec_schema = {
	.what = "spec",
	.fields = spec_fields,
	.n_fields = N_SPEC_FIELDS,
	.aliases = spec_aliases,
};

/* Both directions' rules have the same shape; only the name of the peers differs. */
enum { RULE_PEERS, RULE_PORTS, N_RULE_FIELDS };

static const struct policy_field rule_fields[POLICY_N_DIRECTIONS][N_RULE_FIELDS] = {
	[POLICY_INGRESS] = {{"from", POLICY_TYPE_LIST}, {"ports", POLICY_TYPE_LIST}},
	[POLICY_EGRESS] = {{"to", POLICY_TYPE_LIST}, {"ports", POLICY_TYPE_LIST}},
};

/* Asked only for what the rule does not have: 'to' of an ingress rule, 'from' of an egress rule. */
static const struct policy_alias rule_aliases[] = {
	{"to", "an ingress rule says where traffic comes from: did you mean 'from'?"},
	{"from", "an egress rule says where traffic goes to: did you mean 'to'?"},
	{"podSelector", "a peer is an item of 'from' or 'to': - podSelector: …"},
	{"namespaceSelector", "a peer is an item of 'from' or 'to': - namespaceSelector: …"},
	{"ipBlock", "a peer is an item of 'from' or 'to': - ipBlock: …"},
	{"protocol", "a port is an item of 'ports': - protocol: …"},
	{"endPort", "a port is an item of 'ports': - endPort: …"},
	{NULL, NULL},
};

static const struct policy_schema rule_schemas[POLICY_N_DIRECTIONS] = {
	[POLICY_INGRESS] = {"an ingress rule", rule_fields[POLICY_INGRESS], N_RULE_FIELDS,
			    rule_aliases, NULL},
	[POLICY_EGRESS] = {"an egress rule", rule_fields[POLICY_EGRESS], N_RULE_FIELDS,
			   rule_aliases, NULL},
};

static const struct policy_schema *const schemas[] = {
	&policy_schema_root,
	&policy_schema_metadata,
	&spec_schema,
	&rule_schemas[POLICY_INGRESS],
	&rule_schemas[POLICY_EGRESS],
	&networkpolicy_peer_schema,
	&networkpolicy_ip_block_schema,
	&networkpolicy_port_schema,
	&policy_schema_labelselector,
	&policy_schema_requirement,
	NULL,
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

static void read_peers(struct policy_reader *reader, const struct tree_node *list,
		       struct policy_rule *rule)
{
	rule->any_peer = !list || list->len == 0;
	if (rule->any_peer)
		return;
	rule->peers = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*rule->peers));
	rule->n_peers = list->len;
	for (uint32_t i = 0; i < list->len; i++)
		networkpolicy_peer_read(reader, rule->policy->ns, list->items[i], &rule->peers[i]);
}

/* The API server reads a null item as one without fields, which is seldom meant. */
static void warn_null(struct policy_reader *reader, const struct tree_node *item, const char *what,
		      const char *plain)
{
	struct diag *diag;

	if (item->kind != TREE_NULL)
		return;
	diag = policy_warning(reader, policy_span(reader, item), "%s", what);
	diag_hint(reader->diags, diag, "if that is meant write %s", plain);
}

static void read_ports(struct policy_reader *reader, const struct tree_node *list,
		       struct policy_rule *rule)
{
	rule->any_port = !list || list->len == 0;
	if (rule->any_port)
		return;
	rule->ports = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*rule->ports));
	rule->n_ports = list->len;
	for (uint32_t i = 0; i < list->len; i++) {
		warn_null(reader, list->items[i], "a port that is null allows all TCP ports",
			  "protocol: TCP");
		networkpolicy_port_read(reader, list->items[i], &rule->ports[i]);
	}
}

static void read_rule(struct policy_reader *reader, const struct tree_node *item,
		      struct policy_rule *rule)
{
	struct policy_fields fields;

	rule->span = policy_span(reader, item);
	rule->action = POLICY_ALLOW;
	rule->rank = POLICY_RANK_ALLOW;
	warn_null(reader, item, "a rule that is null allows everything", "{}");
	if (!policy_schema_read(reader, &rule_schemas[rule->direction], item, &fields))
		return;
	read_peers(reader, fields.values[RULE_PEERS], rule);
	read_ports(reader, fields.values[RULE_PORTS], rule);
}

static void read_rules(struct policy_reader *reader, const struct tree_node *list,
		       enum policy_direction direction, struct policy *policy)
{
	struct policy_rule *rules;

	if (!list || list->len == 0)
		return;
	rules = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*rules));
	for (uint32_t i = 0; i < list->len; i++) {
		rules[i].policy = policy;
		rules[i].direction = direction;
		rules[i].index = i;
		read_rule(reader, list->items[i], &rules[i]);
	}
	policy->rules[direction] = rules;
	policy->n_rules[direction] = list->len;
}

/* The directions that the policy isolates; the default is that of SetDefaults_NetworkPolicy. */
static void read_types(struct policy_reader *reader, const struct tree_node *list,
		       struct policy *policy)
{
	if (!list || list->len == 0) {
		policy->isolates[POLICY_INGRESS] = true;
		policy->isolates[POLICY_EGRESS] = policy->n_rules[POLICY_EGRESS] > 0;
		return;
	}
	if (list->len > POLICY_N_DIRECTIONS)
		policy_error(reader, DIAG_BH0203, policy_span(reader, list),
			     "'policyTypes' must have at most two items, but has %u", list->len);
	for (uint32_t i = 0; i < list->len; i++) {
		size_t direction;

		if (policy_choose(reader, &types, list->items[i], &direction))
			policy->isolates[direction] = true;
	}
}

/* Rules of a direction that policyTypes does not name are not in force, but for Cilium. */
static void drop_idle_rules(struct policy_reader *reader, const struct policy_fields *fields,
			    enum policy_direction direction, struct policy *policy)
{
	const struct tree_member *member =
		fields->members[direction == POLICY_INGRESS ? SPEC_INGRESS : SPEC_EGRESS];
	const bool is_cilium = cilium_enforces(reader);
	struct diag *diag;

	if (policy->isolates[direction] || policy->n_rules[direction] == 0)
		return;
	if (is_cilium)
		policy->isolates[direction] = true;
	else
		policy->n_rules[direction] = 0;
	if (reader->failed)
		return;
	diag = policy_warning(reader, tree_key_span(reader->object->file, member),
			      is_cilium ? "Cilium enforces the %s rules, though 'policyTypes' does "
					  "not have %s"
					: "the %s rules have no effect: 'policyTypes' does not "
					  "have %s",
			      member->key, type_names[direction]);
	diag_hint(reader->diags, diag, "add %s to 'policyTypes', or remove the rules",
		  type_names[direction]);
}

static void read_subject(struct policy_reader *reader, const struct tree_node *spec,
			 const struct policy_fields *fields, struct policy *policy)
{
	policy->subject.pods.ns = policy->ns;
	policy_labelselector_read(reader, fields->values[SPEC_POD_SELECTOR],
				  &policy->subject.pods.pods);
	if (!reader->failed && policy_field_is_absent(fields, SPEC_POD_SELECTOR)) {
		struct diag *diag = policy_warning(
			reader, spec ? policy_span(reader, spec) : reader->object->span,
			"without '%s' the policy selects every pod of its namespace",
			spec ? "podSelector" : "spec");

		diag_hint(reader->diags, diag, "if that is meant write podSelector: {}");
	}
}

static void read_policy(struct policy_reader *reader, const struct policy_schema *schema,
			struct policy *policy)
{
	struct policy_fields fields = {0};
	const struct tree_node *spec;

	policy->order = POLICY_ORDER_OF_NETWORK_POLICIES;
	spec = policy_root_read(reader, false);
	if (spec)
		policy_schema_read(reader, schema, spec, &fields);
	read_subject(reader, spec, &fields, policy);
	read_rules(reader, fields.values[SPEC_INGRESS], POLICY_INGRESS, policy);
	read_rules(reader, fields.values[SPEC_EGRESS], POLICY_EGRESS, policy);
	read_types(reader, fields.values[SPEC_TYPES], policy);
	drop_idle_rules(reader, &fields, POLICY_INGRESS, policy);
	drop_idle_rules(reader, &fields, POLICY_EGRESS, policy);
	cilium_adapt(reader, policy);
}

static void read_networkpolicy(struct policy_reader *reader, struct policy *policy)
{
	if (reader->options->cni.id == POLICY_CNI_CALICO) {
		policy->tie = policy_calico_tie(reader, "KubernetesNetworkPolicy", "knp.default.");
		policy->tier_key.title = policy->tier_key.name;
	}
	read_policy(reader, &spec_schema, policy);
}

void networkpolicy_read_staged(struct policy_reader *reader, struct policy *policy)
{
	read_policy(reader, &staged_spec_schema, policy);
}

static const char *const versions[] = {"v1", NULL};

const struct policy_frontend policy_frontend_networkpolicy = {
	.group = "networking.k8s.io",
	.kind = "NetworkPolicy",
	.versions = versions,
	.successor = "networking.k8s.io/v1",
	.schemas = schemas,
	.tier = POLICY_TIER_NETWORK_POLICY,
	.read = read_networkpolicy,
};
