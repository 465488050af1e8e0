/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClusterNetworkPolicy, AdminNetworkPolicy and BaselineAdminNetworkPolicy of
 * policy.networking.k8s.io. Their semantics in words: docs/semantics.md.
 */
#include "policy/adminpolicy.h"

#include "base/arena.h"
#include "policy/cilium_adapt.h"
#include "policy/labelselector.h"
#include "policy/metadata.h"
#include "policy/root.h"

#include <string.h>

#define ORDER_MAX 1000 /* the last priority; the one baseline policy of v1alpha1 comes after it */
#define NAME_MAX_LEN 100

/* A BaselineAdminNetworkPolicy has those before `priority`, an AdminNetworkPolicy that too. */
enum { SPEC_SUBJECT, SPEC_INGRESS, SPEC_EGRESS, SPEC_PRIORITY, SPEC_TIER, N_SPEC_FIELDS };

static const struct policy_field spec_fields[] = {
	[SPEC_SUBJECT] = {"subject", POLICY_TYPE_MAPPING},
	[SPEC_INGRESS] = {"ingress", POLICY_TYPE_LIST},
	[SPEC_EGRESS] = {"egress", POLICY_TYPE_LIST},
	[SPEC_PRIORITY] = {"priority", POLICY_TYPE_INTEGER},
	[SPEC_TIER] = {"tier", POLICY_TYPE_STRING},
};

static const struct policy_alias spec_aliases[] = {
	{"podSelector", "write subject: {pods: {namespaceSelector: …, podSelector: …}}"},
	{"namespaceSelector", "write subject: {namespaces: …}"},
	{"policyTypes", "there are none: a direction without rules is left alone"},
	{"priority", "a BaselineAdminNetworkPolicy has none: there is only one"},
	{"tier", "the kind says the tier; a ClusterNetworkPolicy has 'tier'"},
	{NULL, NULL},
};

static const struct policy_schema spec_schema = {"spec", spec_fields, N_SPEC_FIELDS, spec_aliases,
						 NULL};
static const struct policy_schema admin_spec_schema = {"spec", spec_fields, SPEC_TIER, spec_aliases,
						       NULL};
static const struct policy_schema baseline_spec_schema = {"spec", spec_fields, SPEC_PRIORITY,
							  spec_aliases, NULL};

enum { SUBJECT_NAMESPACES, SUBJECT_PODS, N_SUBJECT_FIELDS };

static const struct policy_field subject_fields[] = {
	[SUBJECT_NAMESPACES] = {"namespaces", POLICY_TYPE_MAPPING},
	[SUBJECT_PODS] = {"pods", POLICY_TYPE_MAPPING},
};

static const struct policy_schema subject_schema = {
	.what = "a subject",
	.fields = subject_fields,
	.n_fields = N_SUBJECT_FIELDS,
};

enum { RULE_NAME, RULE_ACTION, RULE_PEERS, RULE_PORTS, N_RULE_FIELDS };

#define RULE_FIELDS(peers, ports) \
	{ \
		{"name", POLICY_TYPE_STRING}, {"action", POLICY_TYPE_STRING}, \
			{peers, POLICY_TYPE_LIST}, \
		{ \
			ports, POLICY_TYPE_LIST \
		} \
	}

static const struct policy_field rule_fields[2][POLICY_N_DIRECTIONS][N_RULE_FIELDS] = {
	{RULE_FIELDS("to", "ports"), RULE_FIELDS("from", "ports")},
	{RULE_FIELDS("to", "protocols"), RULE_FIELDS("from", "protocols")},
};

static const struct policy_alias rule_aliases[] = {
	{"to", "an ingress rule says where traffic comes from: did you mean 'from'?"},
	{"from", "an egress rule says where traffic goes to: did you mean 'to'?"},
	{"ports", "v1alpha2 has 'protocols': - tcp: {destinationPort: {number: …}}"},
	{"protocols", "v1alpha1 has 'ports': - portNumber: {protocol: …, port: …}"},
	{NULL, NULL},
};

static const struct policy_schema rule_schemas[2][POLICY_N_DIRECTIONS] = {
	{{"an egress rule", rule_fields[0][POLICY_EGRESS], N_RULE_FIELDS, rule_aliases, NULL},
	 {"an ingress rule", rule_fields[0][POLICY_INGRESS], N_RULE_FIELDS, rule_aliases, NULL}},
	{{"an egress rule", rule_fields[1][POLICY_EGRESS], N_RULE_FIELDS, rule_aliases, NULL},
	 {"an ingress rule", rule_fields[1][POLICY_INGRESS], N_RULE_FIELDS, rule_aliases, NULL}},
};

static const char *const action_names[] = {"Deny", "Allow", "Pass"};
static const char *const accept_names[] = {"Deny", "Accept", "Pass"};
static const char *const tier_names[] = {"Admin", "Baseline"};

static const struct policy_choices actions = {"'action'", action_names, POLICY_PASS + 1,
					      "v1alpha2 says Accept, and v1alpha1 says Allow"};
static const struct policy_choices baseline_actions = {
	"'action'", action_names, POLICY_PASS, "there is no tier after this one to pass to"};
static const struct policy_choices accept_actions = {
	"'action'", accept_names, POLICY_PASS + 1, "v1alpha2 says Accept, and v1alpha1 says Allow"};
static const struct policy_choices tiers = {"'tier'", tier_names, 2, NULL};

static const struct adminpolicy_dialect cluster_dialect = {
	.allow = "Accept",
	.spec = &spec_schema,
	.rules = {&rule_schemas[1][POLICY_EGRESS], &rule_schemas[1][POLICY_INGRESS]},
	.peers = {&adminpolicy_egress_peer_schema, &adminpolicy_ingress_peer_schema},
	.actions = &accept_actions,
	.rules_of_policy = {0, 25},
	.peers_of_rule = {1, 25},
	.ports_of_rule = {1, 25},
	.read_port = adminpolicy_port_read_v1alpha2,
};

static const struct adminpolicy_dialect admin_dialect = {
	.allow = "Allow",
	.spec = &admin_spec_schema,
	.rules = {&rule_schemas[0][POLICY_EGRESS], &rule_schemas[0][POLICY_INGRESS]},
	.peers = {&adminpolicy_egress_peer_schema, &adminpolicy_ingress_peer_schema},
	.actions = &actions,
	.rules_of_policy = {0, 100},
	.peers_of_rule = {1, 100},
	.ports_of_rule = {1, 100},
	.needs_namespaces = true,
	.read_port = adminpolicy_port_read_v1alpha1,
};

static const struct adminpolicy_dialect baseline_dialect = {
	.allow = "Allow",
	.spec = &baseline_spec_schema,
	.rules = {&rule_schemas[0][POLICY_EGRESS], &rule_schemas[0][POLICY_INGRESS]},
	.peers = {&adminpolicy_baseline_peer_schema, &adminpolicy_ingress_peer_schema},
	.actions = &baseline_actions,
	.rules_of_policy = {0, 100},
	.peers_of_rule = {1, 100},
	.ports_of_rule = {1, 100},
	.needs_namespaces = true,
	.read_port = adminpolicy_port_read_v1alpha1,
};

static void read_ports(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
		       const struct tree_node *list, struct policy_rule *rule)
{
	rule->any_port = !list || list->len == 0;
	if (rule->any_port)
		return;
	rule->ports = arena_alloc_n(&reader->snapshot->arena,
				    (size_t)list->len * ADMINPOLICY_PORTS_OF_ITEM,
				    sizeof(*rule->ports));
	for (uint32_t i = 0; i < list->len; i++)
		dialect->read_port(reader, list->items[i], rule);
}

static bool has_name(const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_NAMED)
			return true;
	return false;
}

/* The CRDs' rule: where there is no pod there is no port name. */
static void check_names(struct policy_reader *reader, const struct policy_rule *rule)
{
	bool has_others = rule->condition;

	for (uint32_t i = 0; i < rule->n_peers; i++)
		has_others |= rule->peers[i].kind != POLICY_PEER_PODS;
	if (has_others && has_name(rule))
		policy_error(reader, DIAG_BH0203, rule->span,
			     "a rule with a port name must not have 'networks', 'nodes' or "
			     "'domainNames' among its peers");
}

static void check_condition(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
			    const struct policy_rule *rule)
{
	if (rule->condition && rule->action != POLICY_ALLOW)
		policy_error(reader, DIAG_BH0203, rule->span,
			     "'domainNames' can only be in a rule with action %s", dialect->allow);
}

/* The API counts characters, not bytes. */
static size_t count_chars(const struct tree_node *text)
{
	size_t n = 0;

	for (uint32_t i = 0; i < text->len; i++)
		n += (text->text[i] & 0xc0) != 0x80;
	return n;
}

/*
 * A peer of a later version of the API: "for Accept rules fail closed means: treat the rule as
 * matching no traffic; for Deny and Pass rules: treat the rule as a 'Deny all' rule".
 */
static void fail_closed(struct policy_rule *rule)
{
	rule->any_peer = rule->action != POLICY_ALLOW;
	rule->any_port = true;
	rule->n_peers = 0;
	rule->n_ports = 0;
	rule->condition = NULL;
	if (rule->any_peer)
		rule->action = POLICY_DENY;
}

static void read_rule(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
		      const struct tree_node *item, struct policy_rule *rule)
{
	const struct policy_schema *schema = dialect->rules[rule->direction];
	const struct tree_node *name;
	struct policy_fields fields;
	bool are_known;
	size_t action;

	rule->span = policy_span(reader, item);
	if (!policy_schema_read(reader, schema, item, &fields))
		return;
	adminpolicy_need(reader, schema, item, &fields,
			 (struct policy_bounds){RULE_ACTION, RULE_PEERS});
	name = fields.values[RULE_NAME];
	if (name && count_chars(name) > NAME_MAX_LEN)
		policy_error(reader, DIAG_BH0203, policy_span(reader, name),
			     "a rule's name must have at most %d characters", NAME_MAX_LEN);
	if (fields.values[RULE_ACTION] &&
	    policy_choose(reader, dialect->actions, fields.values[RULE_ACTION], &action))
		rule->action = (uint8_t)action;
	policy_check_len(reader, schema->fields[RULE_PEERS].name, fields.values[RULE_PEERS],
			 dialect->peers_of_rule);
	policy_check_len(reader, schema->fields[RULE_PORTS].name, fields.values[RULE_PORTS],
			 dialect->ports_of_rule);
	are_known = adminpolicy_peers_read(reader, dialect, fields.values[RULE_PEERS], rule);
	read_ports(reader, dialect, fields.values[RULE_PORTS], rule);
	check_names(reader, rule);
	check_condition(reader, dialect, rule);
	if (!are_known)
		fail_closed(rule);
}

/* A condition is of all peers: addresses and names become two rules, the certain one first. */
static uint32_t split_rule(struct policy_rule *rule)
{
	struct policy_rule *named = rule->n_peers > 0 ? rule + 1 : rule;

	if (!rule->condition)
		return 1;
	*named = *rule;
	named->any_peer = true;
	named->n_peers = 0;
	if (named != rule)
		rule->condition = NULL;
	return (uint32_t)(named - rule) + 1;
}

static void read_rules(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
		       const struct tree_node *list, enum policy_direction direction,
		       struct policy *policy)
{
	struct policy_rule *rules;
	uint32_t n = 0;

	if (!list)
		return;
	policy_check_len(reader, policy_direction_name(direction), list, dialect->rules_of_policy);
	rules = arena_alloc_n(&reader->snapshot->arena, 2 * (size_t)list->len, sizeof(*rules));
	for (uint32_t i = 0; i < list->len; i++) {
		struct policy_rule *rule = &rules[n];

		rule->policy = policy;
		rule->direction = direction;
		rule->index = i;
		read_rule(reader, dialect, list->items[i], rule);
		n += split_rule(rule);
	}
	policy->rules[direction] = rules;
	policy->n_rules[direction] = n;
}

static void read_subject(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
			 const struct tree_node *node, struct policy *policy)
{
	struct policy_fields fields;
	size_t field;

	if (node && adminpolicy_one_field(reader, &subject_schema, node, &fields, &field))
		adminpolicy_pods_read(reader, dialect, fields.values[field], field == SUBJECT_PODS,
				      &policy->subject.pods);
}

static void read_spec(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
		      const struct tree_node *spec, struct policy *policy)
{
	const struct policy_bounds priorities = {0, ORDER_MAX};
	struct policy_fields fields;
	uint32_t priority;
	size_t tier;

	policy_schema_read(reader, dialect->spec, spec, &fields);
	adminpolicy_need(reader, dialect->spec, spec, &fields,
			 (struct policy_bounds){SPEC_SUBJECT, SPEC_SUBJECT});
	if (dialect->spec->n_fields > SPEC_PRIORITY)
		adminpolicy_need(reader, dialect->spec, spec, &fields,
				 (struct policy_bounds){SPEC_PRIORITY,
							dialect->spec->n_fields - 1});
	if (fields.values[SPEC_PRIORITY] &&
	    policy_integer(reader, "'priority'", fields.values[SPEC_PRIORITY], priorities,
			   &priority))
		policy->order = priority;
	policy->has_open_ties = fields.values[SPEC_PRIORITY];
	if (fields.values[SPEC_TIER] &&
	    policy_choose(reader, &tiers, fields.values[SPEC_TIER], &tier))
		policy->tier_key = tier ? POLICY_TIER_BASELINE : POLICY_TIER_ADMIN;
	read_subject(reader, dialect, fields.values[SPEC_SUBJECT], policy);
	read_rules(reader, dialect, fields.values[SPEC_INGRESS], POLICY_INGRESS, policy);
	read_rules(reader, dialect, fields.values[SPEC_EGRESS], POLICY_EGRESS, policy);
}

static void read_policy(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
			struct policy *policy)
{
	const struct tree_node *spec = policy_root_read(reader, true);

	if (spec)
		read_spec(reader, dialect, spec, policy);
	cilium_adapt(reader, policy);
}

static void read_cluster(struct policy_reader *reader, struct policy *policy)
{
	read_policy(reader, &cluster_dialect, policy);
}

static void read_admin(struct policy_reader *reader, struct policy *policy)
{
	read_policy(reader, &admin_dialect, policy);
}

static void read_baseline(struct policy_reader *reader, struct policy *policy)
{
	policy->order = ORDER_MAX + 1;
	if (strcmp(policy->name, "default") != 0)
		policy_error(reader, DIAG_BH0203, policy->span,
			     "the only BaselineAdminNetworkPolicy is named 'default', not '%s'",
			     policy->name);
	read_policy(reader, &baseline_dialect, policy);
}

static const struct policy_schema *const cluster_schemas[] = {
	&policy_schema_root,
	&policy_schema_metadata,
	&spec_schema,
	&subject_schema,
	&rule_schemas[1][POLICY_EGRESS],
	&rule_schemas[1][POLICY_INGRESS],
	&adminpolicy_egress_peer_schema,
	&adminpolicy_pods_schema,
	&adminpolicy_protocol_schema,
	&adminpolicy_protocol_ports_schema,
	&adminpolicy_destination_schema,
	&adminpolicy_range_schema,
	&policy_schema_labelselector,
	&policy_schema_requirement,
	NULL,
};

static const struct policy_schema *const admin_schemas[] = {
	&policy_schema_root,
	&policy_schema_metadata,
	&admin_spec_schema,
	&subject_schema,
	&rule_schemas[0][POLICY_EGRESS],
	&rule_schemas[0][POLICY_INGRESS],
	&adminpolicy_egress_peer_schema,
	&adminpolicy_pods_schema,
	&adminpolicy_port_schema,
	&adminpolicy_port_number_schema,
	&adminpolicy_port_range_schema,
	&policy_schema_labelselector,
	&policy_schema_requirement,
	NULL,
};

#define GROUP "policy.networking.k8s.io"

static const char *const v1alpha1[] = {"v1alpha1", NULL};
static const char *const v1alpha2[] = {"v1alpha2", "v1beta1", NULL};

const struct policy_frontend policy_frontend_clusternetworkpolicy = {
	.group = GROUP,
	.kind = "ClusterNetworkPolicy",
	.versions = v1alpha2,
	.successor = GROUP "/v1alpha2",
	.schemas = cluster_schemas,
	.tier = POLICY_TIER_ADMIN,
	.read = read_cluster,
};

const struct policy_frontend policy_frontend_adminnetworkpolicy = {
	.group = GROUP,
	.kind = "AdminNetworkPolicy",
	.versions = v1alpha1,
	.successor = GROUP "/v1alpha1",
	.schemas = admin_schemas,
	.tier = POLICY_TIER_ADMIN,
	.read = read_admin,
};

const struct policy_frontend policy_frontend_baselineadminnetworkpolicy = {
	.group = GROUP,
	.kind = "BaselineAdminNetworkPolicy",
	.versions = v1alpha1,
	.successor = GROUP "/v1alpha1",
	.schemas = admin_schemas,
	.tier = POLICY_TIER_BASELINE,
	.read = read_baseline,
};
