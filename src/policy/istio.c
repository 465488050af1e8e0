/* SPDX-License-Identifier: Apache-2.0 */
/* AuthorizationPolicy of security.istio.io. Its semantics in words: docs/semantics.md. */
#include "policy/istio.h"

#include "base/arena.h"
#include "policy/metadata.h"
#include "policy/root.h"

#include <string.h>

#define DRY_RUN "istio.io/dry-run"
#define TARGETS_MAX 16

enum {
	SPEC_SELECTOR,
	SPEC_TARGET_REF,
	SPEC_TARGET_REFS,
	SPEC_ACTION,
	SPEC_RULES,
	SPEC_PROVIDER,
	N_SPEC_FIELDS
};

static const struct policy_field spec_fields[] = {
	[SPEC_SELECTOR] = {"selector", POLICY_TYPE_MAPPING},
	[SPEC_TARGET_REF] = {"targetRef", POLICY_TYPE_MAPPING},
	[SPEC_TARGET_REFS] = {"targetRefs", POLICY_TYPE_LIST},
	[SPEC_ACTION] = {"action", POLICY_TYPE_STRING},
	[SPEC_RULES] = {"rules", POLICY_TYPE_LIST},
	[SPEC_PROVIDER] = {"provider", POLICY_TYPE_MAPPING},
};

static const struct policy_alias spec_aliases[] = {
	{"podSelector", "write selector: {matchLabels: …}"},
	{"matchLabels", "write selector: {matchLabels: …}"},
	{"ingress", "write rules: [{from: …, to: …, when: …}]"},
	{NULL, NULL},
};

static const struct policy_schema spec_schema = {"spec", spec_fields, N_SPEC_FIELDS, spec_aliases,
						 NULL};

static const struct policy_field provider_fields[] = {{"name", POLICY_TYPE_STRING}};
static const struct policy_schema provider_schema = {"a provider", provider_fields, 1, NULL, NULL};

enum action_id { ALLOW, DENY, AUDIT, CUSTOM, N_ACTIONS };

static const char *const action_names[] = {"ALLOW", "DENY", "AUDIT", "CUSTOM"};
static const struct policy_choices actions = {"'action'", action_names, N_ACTIONS, NULL};

static const struct policy_tier tiers[] = {
	[ALLOW] = ISTIO_TIER_ALLOW,
	[DENY] = ISTIO_TIER_DENY,
	[AUDIT] = ISTIO_TIER_AUDIT,
	[CUSTOM] = ISTIO_TIER_CUSTOM,
};

/* ParseBool of Go's strconv. */
static bool is_true(const char *text)
{
	static const char *const words[] = {"1", "t", "T", "TRUE", "true", "True"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], text) == 0)
			return true;
	return false;
}

static bool is_tried_only(const struct policy_reader *reader)
{
	const struct tree_node *metadata = tree_get(reader->object->root, "metadata");
	const char *text = tree_get_string(tree_get(metadata, "annotations"), DRY_RUN);

	return text && is_true(text);
}

/* Pods of the policy's namespace, or of all when that is the root namespace. */
static void read_scope(struct policy_reader *reader, const struct tree_node *selector,
		       struct policy *policy)
{
	policy->subject.kind = POLICY_PEER_PODS;
	policy->subject.pods.in_mesh = policy->is_mesh;
	if (strcmp(policy->ns, ISTIO_ROOT_NAMESPACE) != 0)
		policy->subject.pods.ns = policy->ns;
	istio_selector_read(reader, selector, &policy->subject.pods.pods);
}

static void read_targets(struct policy_reader *reader, const struct policy_fields *fields,
			 struct policy *policy)
{
	const struct tree_node *one = fields->values[SPEC_TARGET_REF];
	const struct tree_node *list = fields->values[SPEC_TARGET_REFS];

	policy->subject.kind = POLICY_PEER_ANY_OF;
	policy_check_len(reader, "targetRefs", list, (struct policy_bounds){1, TARGETS_MAX});
	if (one)
		istio_target_read(reader, one, policy);
	for (uint32_t i = 0; list && i < list->len; i++)
		istio_target_read(reader, list->items[i], policy);
	if (policy->subject.n_parts > 0)
		policy->no_effect = NULL;
}

/* What it binds: by labels, or what refers to it. */
static void read_subject(struct policy_reader *reader, const struct tree_node *spec,
			 const struct policy_fields *fields, struct policy *policy)
{
	const struct tree_node *list = fields->values[SPEC_TARGET_REFS];
	const bool has_targets = fields->values[SPEC_TARGET_REF] || (list && list->len > 0);
	const int n = (fields->values[SPEC_SELECTOR] != NULL) +
		      (fields->values[SPEC_TARGET_REF] != NULL) + (list && list->len > 0);

	if (n > 1)
		policy_error(reader, DIAG_BH0203, policy_span(reader, spec),
			     "only one of 'selector', 'targetRef' and 'targetRefs' may be there");
	policy->is_mesh = !reader->options->mesh_all;
	if (has_targets)
		read_targets(reader, fields, policy);
	else
		read_scope(reader, fields->values[SPEC_SELECTOR], policy);
}

static const char *read_provider(struct policy_reader *reader, const struct tree_node *node,
				 enum action_id id, struct diag_span span)
{
	struct policy_fields fields;

	if (id != CUSTOM && node)
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "only a policy with action CUSTOM has a provider");
	if (id != CUSTOM)
		return NULL;
	if (node && !policy_schema_read(reader, &provider_schema, node, &fields))
		return NULL;
	if (node && fields.values[0] && fields.values[0]->len > 0)
		return fields.values[0]->text;
	policy_error(reader, DIAG_BH0204, node ? policy_span(reader, node) : span,
		     "action CUSTOM needs 'provider.name'");
	return NULL;
}

static void refuse_in_custom(struct policy_reader *reader, const struct istio_clause *clause)
{
	for (size_t i = 0; i < clause->matches.n; i++) {
		const struct istio_match *match = &clause->matches.items[i];

		if (match->attribute->not_custom)
			policy_error(reader, DIAG_BH0203, policy_span(reader, match->values),
				     "action CUSTOM does not support '%s'", match->words);
	}
}

static void check_custom(struct policy_reader *reader, const struct istio_rule *rule)
{
	for (size_t i = 0; i < rule->from.list.n; i++)
		refuse_in_custom(reader, &rule->from.list.items[i]);
	refuse_in_custom(reader, &rule->when);
}

static bool has_kind(const struct istio_clauses *clauses, enum istio_kind first,
		     enum istio_kind last)
{
	for (size_t i = 0; i < clauses->list.n; i++)
		for (size_t k = 0; k < clauses->list.items[i].matches.n; k++) {
			const uint8_t kind = clauses->list.items[i].matches.items[k].kind;

			if (kind >= first && kind <= last)
				return true;
		}
	return false;
}

/* Of connections that are not HTTP, only what TCP has is compared: nothing, then, means all. */
static void warn_of_http(struct policy_reader *reader, const struct istio_rule *rule)
{
	const bool is_from_http = rule->from.list.n > 0 && rule->to.list.n == 0 &&
				  !has_kind(&rule->from, ISTIO_PRINCIPAL, ISTIO_CONNECTION);
	const bool is_to_http = rule->to.list.n > 0 && !has_kind(&rule->to, ISTIO_PORT, ISTIO_PORT);
	struct diag *diag;

	if (reader->failed || (!is_from_http && !is_to_http))
		return;
	diag = policy_warning(
		reader, rule->span,
		"on ports that are not HTTP, the HTTP attributes of this rule are left "
		"out: it denies every connection of its sources");
	diag_hint(reader->diags, diag,
		  "name the ports that are meant: to: [{operation: {ports: "
		  "[…]}}]");
}

/* Perhaps: some port of the rule may take connections without mutual TLS only. */
static bool is_without_identity(const struct policy_reader *reader, const struct istio_rule *rule)
{
	struct port_set ports = {0};
	bool ret;

	if (reader->options->identity)
		return false;
	istio_rule_ports(rule, &ports);
	ret = istio_mtls_may_be_off(reader, &ports);
	port_set_release(&ports);
	return ret;
}

static void read_rule(struct istio_lowering *lowering, const struct tree_node *node, uint32_t index,
		      enum action_id id)
{
	struct istio_rule rule = {.index = index};

	istio_rule_read(lowering->reader, node, &rule);
	if (id == CUSTOM)
		check_custom(lowering->reader, &rule);
	if (id == DENY)
		warn_of_http(lowering->reader, &rule);
	if (!lowering->reader->failed) {
		if (is_without_identity(lowering->reader, &rule))
			istio_rule_doubt_identities(&rule);
		istio_lower(lowering, &rule);
	}
	istio_rule_release(&rule);
}

static void read_rules(struct istio_lowering *lowering, const struct tree_node *list,
		       enum action_id id)
{
	struct policy *policy = lowering->policy;
	struct diag *diag;

	if ((!list || list->len == 0) && (id == CUSTOM || id == DENY)) {
		diag = policy_error(lowering->reader, DIAG_BH0204, policy->span,
				    "action %s without rules does nothing", action_names[id]);
		diag_hint(lowering->reader->diags, diag,
			  "for every request and connection write rules: [{}]");
	}
	for (uint32_t i = 0; list && i < list->len; i++)
		read_rule(lowering, list->items[i], i, id);
	istio_lower_end(lowering);
}

static void read_spec(struct policy_reader *reader, const struct tree_node *spec,
		      struct policy *policy)
{
	struct istio_action action = {0};
	struct istio_lowering lowering = {.reader = reader, .policy = policy, .action = &action};
	struct policy_fields fields;
	size_t id = ALLOW;

	policy_schema_read(reader, &spec_schema, spec, &fields);
	if (fields.values[SPEC_ACTION])
		policy_choose(reader, &actions, fields.values[SPEC_ACTION], &id);
	action.verdict = id == ALLOW ? POLICY_ALLOW : POLICY_DENY;
	action.drops_http_on_tcp = id != ALLOW;
	action.provider =
		read_provider(reader, fields.values[SPEC_PROVIDER], id, policy_span(reader, spec));
	policy->tier_key = tiers[id];
	policy->isolates[POLICY_INGRESS] = id == ALLOW;
	read_subject(reader, spec, &fields, policy);
	if (is_tried_only(reader))
		policy->no_effect = "dry-run: what it would decide is only logged";
	if (id == AUDIT)
		policy->no_effect = "AUDIT decides nothing: it marks requests for the log";
	read_rules(&lowering, fields.values[SPEC_RULES], id);
}

const struct tree_node *istio_spec_read(struct policy_reader *reader)
{
	static const struct tree_node none = {.kind = TREE_NULL};
	const struct tree_node *spec = policy_root_read(reader, false);

	return spec ? spec : &none;
}

static void read_policy(struct policy_reader *reader, struct policy *policy)
{
	const struct tree_node *spec = istio_spec_read(reader);

	if (spec->kind == TREE_NULL && !reader->failed) {
		struct diag *diag = policy_warning(
			reader, reader->object->span,
			"without 'spec' the policy allows nothing to the workloads of its scope");

		diag_hint(reader->diags, diag, "if that is meant write spec: {}");
	}
	read_spec(reader, spec, policy);
}

static const struct policy_schema *const schemas[] = {
	&policy_schema_root,
	&policy_schema_metadata,
	&spec_schema,
	&istio_selector_schema,
	&istio_target_schema,
	&provider_schema,
	&istio_rule_schema,
	&istio_from_schema,
	&istio_source_schema,
	&istio_to_schema,
	&istio_operation_schema,
	&istio_when_schema,
	NULL,
};

const char *const istio_versions[] = {"v1", "v1beta1", NULL};

const struct policy_frontend policy_frontend_istio_authorizationpolicy = {
	.group = ISTIO_GROUP,
	.kind = "AuthorizationPolicy",
	.versions = istio_versions,
	.successor = ISTIO_GROUP "/v1",
	.schemas = schemas,
	.tier = ISTIO_TIER_ALLOW,
	.read = read_policy,
};
