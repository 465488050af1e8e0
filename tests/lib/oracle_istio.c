/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/oracle_istio.h"

#include "lib/oracle_ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum rbac_answer both(enum rbac_answer a, enum rbac_answer b)
{
	return a < b ? a : b;
}

static enum rbac_answer either(enum rbac_answer a, enum rbac_answer b)
{
	return a > b ? a : b;
}

/* One rule's question: a connection, and whose policy asks. */
struct asking {
	const struct model_snapshot *snapshot;
	const struct oracle_connection *connection;
	const struct model_policy_object *policy;
};

/* ---- Values ---- */

/* "exact match, prefix match (abc*), suffix match (*abc), presence match (*)" */
static bool matches(const char *pattern, const char *text)
{
	const size_t len = strlen(pattern);
	const size_t text_len = strlen(text);

	if (strcmp(pattern, "*") == 0)
		return text_len > 0;
	if (pattern[0] == '*')
		return text_len >= len - 1 && strcmp(text + text_len - (len - 1), pattern + 1) == 0;
	if (pattern[len - 1] == '*')
		return strncmp(text, pattern, len - 1) == 0;
	return strcmp(pattern, text) == 0;
}

/* Nobody outside the mesh has one. */
static bool has_identity(const struct asking *asking)
{
	return asking->connection->source && asking->connection->source->in_mesh;
}

static bool is_principal(const struct asking *asking, const char *value)
{
	char identity[256];

	if (!has_identity(asking))
		return false;
	snprintf(identity, sizeof(identity), "cluster.local/ns/%s/sa/%s",
		 asking->connection->source->ns->name, asking->connection->source->account->name);
	return matches(value, identity);
}

static bool is_namespace(const struct asking *asking, const char *value)
{
	return has_identity(asking) && matches(value, asking->connection->source->ns->name);
}

static bool is_account(const struct asking *asking, const char *value)
{
	char account[256];

	if (!has_identity(asking))
		return false;
	snprintf(account, sizeof(account), "%s/%s", asking->connection->source->ns->name,
		 asking->connection->source->account->name);
	if (strchr(value, '/'))
		return strcmp(value, account) == 0;
	return strcmp(asking->policy->ns, asking->connection->source->ns->name) == 0 &&
	       strcmp(value, asking->connection->source->account->name) == 0;
}

static bool is_trust_domain(const struct asking *asking, const char *value)
{
	return has_identity(asking) && matches(value, "cluster.local");
}

static bool has_address(const char *value, const struct ip_addr *want)
{
	struct ip_addr addr;

	if (strchr(value, '/'))
		return oracle_block_contains(value, want);
	return ip_parse(value, &addr, NULL) == 0 && ip_equal(&addr, want);
}

static bool is_source(const struct asking *asking, const char *value)
{
	return has_address(value, &asking->connection->addr);
}

static bool is_target(const struct asking *asking, const char *value)
{
	return has_address(value, &asking->connection->target_addr);
}

static bool is_port(const struct asking *asking, const char *value)
{
	return (uint32_t)atoi(value) == asking->connection->port;
}

/* What is asked of a connection; everything else is left open. */
static const struct {
	const char *field;
	const char *not_field;
	const char *key;
	bool (*is)(const struct asking *asking, const char *value);
} attributes[] = {
	{"principals", "notPrincipals", "source.principal", is_principal},
	{"namespaces", "notNamespaces", "source.namespace", is_namespace},
	{"serviceAccounts", "notServiceAccounts", "source.serviceAccount", is_account},
	{"trustDomains", "notTrustDomains", "source.trustDomain", is_trust_domain},
	{"ipBlocks", "notIpBlocks", "source.ip", is_source},
	{"ports", "notPorts", "destination.port", is_port},
	{"", "", "destination.ip", is_target},
};

#define N_ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

static enum rbac_answer is_any(const struct asking *asking, size_t attribute,
			       const struct tree_node *values, bool is_not)
{
	bool is = false;

	for (uint32_t i = 0; i < values->len; i++)
		is |= attributes[attribute].is(asking, values->items[i]->text);
	return is != is_not ? RBAC_YES : RBAC_NO;
}

/* ---- Rules ---- */

/* A source or an operation: "fields in the same … are ANDed". */
static enum rbac_answer ask_fields(const struct asking *asking, const struct tree_node *map)
{
	enum rbac_answer ret = RBAC_YES;

	for (uint32_t i = 0; i < map->len; i++) {
		enum rbac_answer one = RBAC_MAYBE;

		for (size_t k = 0; k < N_ATTRIBUTES; k++) {
			const bool is_not = strcmp(map->members[i].key, attributes[k].not_field) ==
					    0;

			if (is_not || strcmp(map->members[i].key, attributes[k].field) == 0)
				one = is_any(asking, k, map->members[i].value, is_not);
		}
		ret = both(ret, one);
	}
	return ret;
}

/* `from` or `to`: one of them; absent: any. */
static enum rbac_answer ask_one_of(const struct asking *asking, const struct tree_node *list,
				   const char *inner)
{
	enum rbac_answer ret = list ? RBAC_NO : RBAC_YES;

	for (uint32_t i = 0; i < oracle_count(list); i++)
		ret = either(ret, ask_fields(asking, oracle_field(list->items[i], inner)));
	return ret;
}

static enum rbac_answer ask_key(const struct asking *asking, const struct tree_node *when)
{
	const struct tree_node *values = oracle_field(when, "values");
	const struct tree_node *not_values = oracle_field(when, "notValues");
	enum rbac_answer ret = RBAC_YES;

	for (size_t i = 0; i < N_ATTRIBUTES; i++) {
		if (!oracle_is_text(oracle_field(when, "key"), attributes[i].key))
			continue;
		if (values)
			ret = both(ret, is_any(asking, i, values, false));
		if (not_values)
			ret = both(ret, is_any(asking, i, not_values, true));
		return ret;
	}
	return RBAC_MAYBE;
}

static enum rbac_answer ask_rule(const struct asking *asking, const struct tree_node *rule)
{
	const struct tree_node *when = oracle_field(rule, "when");
	enum rbac_answer ret = both(ask_one_of(asking, oracle_field(rule, "from"), "source"),
				    ask_one_of(asking, oracle_field(rule, "to"), "operation"));

	for (uint32_t i = 0; i < oracle_count(when); i++)
		ret = both(ret, ask_key(asking, when->items[i]));
	return ret;
}

static enum rbac_answer ask_rules(const struct asking *asking)
{
	const struct tree_node *rules =
		oracle_field(oracle_field(asking->policy->root, "spec"), "rules");
	enum rbac_answer ret = RBAC_NO;

	for (uint32_t i = 0; i < oracle_count(rules); i++)
		ret = either(ret, ask_rule(asking, rules->items[i]));
	return ret;
}

/* ---- Policies ---- */

static const struct tree_node *labels_of(const struct model_policy_object *policy)
{
	return oracle_field(oracle_field(oracle_field(policy->root, "spec"), "selector"),
			    "matchLabels");
}

/* "in the same namespace", and those of the root namespace "in all namespaces". */
static bool binds(const struct asking *asking)
{
	static const struct oracle right = {0};
	const struct model_pod *target = asking->connection->target;
	const struct tree_node *spec = oracle_field(asking->policy->root, "spec");

	return (strcmp(asking->policy->ns, "istio-system") == 0 ||
		strcmp(asking->policy->ns, target->ns->name) == 0) &&
	       oracle_selects(&right, oracle_field(spec, "selector"), &target->labels);
}

static bool is_tried_only(const struct model_policy_object *policy)
{
	const struct tree_node *metadata = oracle_field(policy->root, "metadata");

	return oracle_is_text(
		oracle_field(oracle_field(metadata, "annotations"), "istio.io/dry-run"), "true");
}

/* What the policies of an action match; *ret_n counts those that bind the target. */
static enum rbac_answer ask_action(struct asking *asking, const char *action, uint32_t *ret_n)
{
	enum rbac_answer ret = RBAC_NO;

	*ret_n = 0;
	for (uint32_t i = 0; i < asking->snapshot->n_policies; i++) {
		const struct tree_node *spec;

		asking->policy = asking->snapshot->policies[i];
		spec = oracle_field(asking->policy->root, "spec");
		if (strcmp(asking->policy->kind, "AuthorizationPolicy") != 0 ||
		    !oracle_is_text(oracle_field(spec, "action"), action) ||
		    is_tried_only(asking->policy) || !binds(asking))
			continue;
		ret = either(ret, ask_rules(asking));
		++*ret_n;
	}
	return ret;
}

/* ---- Mutual TLS ---- */

static const char *time_of(const struct model_policy_object *policy)
{
	const struct tree_node *metadata = oracle_field(policy->root, "metadata");
	const struct tree_node *time = oracle_field(metadata, "creationTimestamp");

	return time ? time->text : "";
}

static bool is_older(const struct model_policy_object *a, const struct model_policy_object *b)
{
	const int order = strcmp(time_of(a), time_of(b));

	return order ? order < 0 : strcmp(a->name, b->name) < 0;
}

/* The oldest policy of a namespace with labels that the target has, or without labels. */
static const struct tree_node *find_spec(struct asking *asking, const char *ns, bool with_labels)
{
	const struct model_policy_object *best = NULL;

	for (uint32_t i = 0; i < asking->snapshot->n_policies; i++) {
		asking->policy = asking->snapshot->policies[i];
		if (strcmp(asking->policy->kind, "PeerAuthentication") == 0 &&
		    strcmp(asking->policy->ns, ns) == 0 &&
		    !labels_of(asking->policy) == !with_labels && binds(asking) &&
		    (!best || is_older(asking->policy, best)))
			best = asking->policy;
	}
	return best ? oracle_field(best->root, "spec") : NULL;
}

static bool sets_mode(const struct tree_node *mtls, bool *ret_strict)
{
	const struct tree_node *mode = oracle_field(mtls, "mode");

	if (!mode || strcmp(mode->text, "UNSET") == 0)
		return false;
	*ret_strict = strcmp(mode->text, "STRICT") == 0;
	return true;
}

static bool is_strict(struct asking *asking)
{
	const char *ns = asking->connection->target->ns->name;
	const struct tree_node *workload = find_spec(asking, ns, true);
	bool strict = false;
	char port[8];

	snprintf(port, sizeof(port), "%u", asking->connection->port);
	if (sets_mode(oracle_field(oracle_field(workload, "portLevelMtls"), port), &strict) ||
	    sets_mode(oracle_field(workload, "mtls"), &strict) ||
	    sets_mode(oracle_field(find_spec(asking, ns, false), "mtls"), &strict) ||
	    sets_mode(oracle_field(find_spec(asking, "istio-system", false), "mtls"), &strict))
		return strict;
	return false;
}

enum rbac_answer oracle_istio(const struct model_snapshot *snapshot,
			      const struct oracle_connection *connection)
{
	struct asking asking = {.snapshot = snapshot, .connection = connection};
	enum rbac_answer custom, deny, allow;
	uint32_t n;

	if (is_strict(&asking) && !has_identity(&asking))
		return RBAC_NO;
	custom = ask_action(&asking, "CUSTOM", &n);
	deny = ask_action(&asking, "DENY", &n);
	allow = ask_action(&asking, "ALLOW", &n);
	if (n == 0)
		allow = RBAC_YES;
	if (deny == RBAC_YES)
		return RBAC_NO;
	if (deny == RBAC_MAYBE || custom != RBAC_NO)
		return both(allow, RBAC_MAYBE);
	return allow;
}
