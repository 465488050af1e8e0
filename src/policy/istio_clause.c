/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/istio.h"

#include "base/arena.h"
#include "base/text.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { RULE_FROM, RULE_TO, RULE_WHEN, N_RULE_FIELDS };

static const struct policy_field rule_fields[] = {
	[RULE_FROM] = {"from", POLICY_TYPE_LIST},
	[RULE_TO] = {"to", POLICY_TYPE_LIST},
	[RULE_WHEN] = {"when", POLICY_TYPE_LIST},
};

static const struct policy_alias rule_aliases[] = {
	{"source", "write from: [{source: …}]"},
	{"operation", "write to: [{operation: …}]"},
	{"key", "write when: [{key: …, values: […]}]"},
	{NULL, NULL},
};

const struct policy_schema istio_rule_schema = {"a rule", rule_fields, N_RULE_FIELDS, rule_aliases,
						NULL};

static const struct policy_field from_fields[] = {{"source", POLICY_TYPE_MAPPING}};
static const struct policy_field to_fields[] = {{"operation", POLICY_TYPE_MAPPING}};

static const struct policy_alias from_aliases[] = {
	{"operation", "'operation' goes into an item of 'to'"},
	{NULL, NULL},
};

static const struct policy_alias to_aliases[] = {
	{"source", "'source' goes into an item of 'from'"},
	{NULL, NULL},
};

const struct policy_schema istio_from_schema = {"an item of 'from'", from_fields, 1, from_aliases,
						"it goes one level deeper, under 'source'"};
const struct policy_schema istio_to_schema = {"an item of 'to'", to_fields, 1, to_aliases,
					      "it goes one level deeper, under 'operation'"};

/* A field, and its negation after it. */
#define PAIR(name, not_name) \
	{name, POLICY_TYPE_LIST}, \
	{ \
		not_name, POLICY_TYPE_LIST \
	}

static const struct policy_field source_fields[] = {
	PAIR("principals", "notPrincipals"),     PAIR("requestPrincipals", "notRequestPrincipals"),
	PAIR("namespaces", "notNamespaces"),     PAIR("serviceAccounts", "notServiceAccounts"),
	PAIR("ipBlocks", "notIpBlocks"),         PAIR("remoteIpBlocks", "notRemoteIpBlocks"),
	PAIR("trustDomains", "notTrustDomains"),
};

static const struct istio_attribute source_attributes[] = {
	{"principals", ISTIO_PRINCIPAL, true},       {"requestPrincipals", ISTIO_REQUEST, true},
	{"namespaces", ISTIO_NAMESPACE, true},       {"serviceAccounts", ISTIO_ACCOUNT, true},
	{"ipBlocks", ISTIO_SOURCE_IP, false},        {"remoteIpBlocks", ISTIO_REMOTE_IP, false},
	{"trustDomains", ISTIO_TRUST_DOMAIN, false},
};

static const struct policy_field operation_fields[] = {
	PAIR("hosts", "notHosts"),
	PAIR("ports", "notPorts"),
	PAIR("methods", "notMethods"),
	PAIR("paths", "notPaths"),
};

static const struct istio_attribute operation_attributes[] = {
	{"hosts", ISTIO_REQUEST, false},
	{"ports", ISTIO_PORT, false},
	{"methods", ISTIO_REQUEST, false},
	{"paths", ISTIO_PATH, false},
};

static const struct policy_alias source_aliases[] = {
	{"ips", "write ipBlocks: [CIDR, …]"},
	{"cidr", "write ipBlocks: [CIDR, …]"},
	{"namespace", "write namespaces: […]"},
	{"labels", "a source has no labels: name its namespace, service account or address"},
	{NULL, NULL},
};

const struct policy_schema istio_source_schema = {"a source", source_fields, N(source_fields),
						  source_aliases, NULL};
const struct policy_schema istio_operation_schema = {"an operation", operation_fields,
						     N(operation_fields), NULL, NULL};

enum { WHEN_KEY, WHEN_VALUES, WHEN_NOT_VALUES, N_WHEN_FIELDS };

static const struct policy_field when_fields[] = {
	[WHEN_KEY] = {"key", POLICY_TYPE_STRING},
	[WHEN_VALUES] = {"values", POLICY_TYPE_LIST},
	[WHEN_NOT_VALUES] = {"notValues", POLICY_TYPE_LIST},
};

const struct policy_schema istio_when_schema = {"an item of 'when'", when_fields, N_WHEN_FIELDS,
						NULL, NULL};

static const struct istio_attribute when_attributes[] = {
	{"request.headers[]", ISTIO_REQUEST, false},
	{"request.experimental.inline.headers[]", ISTIO_REQUEST, false},
	{"source.ip", ISTIO_SOURCE_IP, false},
	{"remote.ip", ISTIO_REMOTE_IP, false},
	{"source.namespace", ISTIO_NAMESPACE, true},
	{"source.principal", ISTIO_PRINCIPAL, true},
	{"source.serviceAccount", ISTIO_ACCOUNT, true},
	{"source.trustDomain", ISTIO_TRUST_DOMAIN, false},
	{"request.auth.principal", ISTIO_REQUEST, true},
	{"request.auth.audiences", ISTIO_REQUEST, true},
	{"request.auth.presenter", ISTIO_REQUEST, true},
	{"request.auth.claims[]", ISTIO_REQUEST, true},
	{"destination.ip", ISTIO_TARGET_IP, false},
	{"destination.port", ISTIO_PORT, false},
	{"connection.sni", ISTIO_CONNECTION, false},
	{"experimental.envoy.filters.[]", ISTIO_CONNECTION, false},
};

/* Keys of old versions, and what says the same now. */
static const struct policy_alias old_keys[] = {
	{"destination.namespace", "the policy's own namespace says it"},
	{"destination.labels", "the policy's selector says it"},
	{"destination.name", "the policy's selector says it"},
	{"destination.user", "the policy's selector says it"},
	{"source.user", "write source.principal, or source.serviceAccount"},
	{NULL, NULL},
};

/* Adds a match for a list that is there and not empty. */
static void add_match(struct policy_reader *reader, struct istio_clause *clause,
		      const struct istio_match *match)
{
	struct istio_match checked = *match;

	if (match->values && match->values->len > 0 && istio_values_check(reader, &checked))
		vec_push(&clause->matches, checked);
}

static void refuse_empty(struct policy_reader *reader, const struct policy_schema *schema,
			 const struct tree_node *node)
{
	struct diag *diag = policy_error(reader, DIAG_BH0204, policy_span(reader, node),
					 "%s needs one of its fields", schema->what);

	diag_hint(reader->diags, diag, "leave it out if everything is meant");
}

/* Whether some list among the fields has an item; one of a wrong type is a problem of its own. */
static bool has_items(const struct policy_fields *fields, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		if (!policy_field_is_absent(fields, i) &&
		    (!fields->values[i] || fields->values[i]->len > 0))
			return true;
	return false;
}

/* A mapping whose fields are pairs of lists. */
static void read_pairs(struct policy_reader *reader, const struct policy_schema *schema,
		       const struct istio_attribute *attributes, const struct tree_node *node,
		       struct istio_clause *ret)
{
	struct policy_fields fields;

	if (!policy_schema_read(reader, schema, node, &fields))
		return;
	ret->span = policy_span(reader, node);
	if (!has_items(&fields, 0, schema->n_fields))
		refuse_empty(reader, schema, node);
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct istio_attribute *attribute = &attributes[i / 2];

		add_match(reader, ret,
			  &(struct istio_match){
				  .attribute = attribute,
				  .kind = attribute->kind,
				  .is_not = i % 2 == 1,
				  .words = schema->fields[i].name,
				  .values = fields.values[i],
			  });
	}
}

/* Namespaces and principals say what a service account says. */
static void check_accounts(struct policy_reader *reader, const struct istio_clause *clause)
{
	const struct istio_match *account = NULL;
	const struct istio_match *other = NULL;
	struct diag *diag;

	for (size_t i = 0; i < clause->matches.n; i++) {
		const struct istio_match *match = &clause->matches.items[i];

		if (match->kind == ISTIO_ACCOUNT)
			account = match;
		else if (match->kind == ISTIO_PRINCIPAL ||
			 match->attribute == &source_attributes[2])
			other = match;
	}
	if (!account || !other)
		return;
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, account->values),
			    "'%s' must not stand beside '%s'", account->words, other->words);
	diag_relate(diag, policy_span(reader, other->values), "the other one");
}

/* The items of `from` or `to`: mappings with one mapping in them. */
static void read_clauses(struct policy_reader *reader, const struct policy_schema *outer,
			 const struct tree_node *list, struct istio_clauses *ret)
{
	const bool is_from = outer == &istio_from_schema;

	if (!list)
		return;
	if (list->len == 0)
		policy_error(reader, DIAG_BH0204, policy_span(reader, list),
			     "'%s' must not be empty", is_from ? "from" : "to");
	for (uint32_t i = 0; i < list->len; i++) {
		struct istio_clause *clause = vec_add(&ret->list);
		struct policy_fields fields;

		if (!policy_schema_read(reader, outer, list->items[i], &fields) ||
		    !policy_need(reader, outer, list->items[i], &fields, 0) || !fields.values[0])
			continue;
		if (is_from)
			read_pairs(reader, &istio_source_schema, source_attributes,
				   fields.values[0], clause);
		else
			read_pairs(reader, &istio_operation_schema, operation_attributes,
				   fields.values[0], clause);
		check_accounts(reader, clause);
	}
}

/* Whether a key is of the attribute: the same, or the same up to something in brackets. */
static bool is_of(const struct istio_attribute *attribute, const char *key)
{
	const size_t len = strlen(attribute->name);
	const bool is_map = attribute->name[len - 1] == ']';

	return is_map ? strncmp(key, attribute->name, len - 2) == 0
		      : strcmp(key, attribute->name) == 0;
}

static void unknown_key(struct policy_reader *reader, const struct tree_node *node)
{
	struct diag *diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
					 "unknown key '%s' in an item of 'when'", node->text);
	const char *names[N(when_attributes)];
	const char *similar;

	for (const struct policy_alias *old = old_keys; old->key; old++) {
		if (!text_behind(node->text, old->key))
			continue;
		diag_hint(reader->diags, diag, "%s", old->hint);
		return;
	}
	for (size_t i = 0; i < N(when_attributes); i++)
		names[i] = when_attributes[i].name;
	similar = diag_did_you_mean(node->text, names, N(names));
	if (similar)
		diag_hint(reader->diags, diag, "did you mean '%s'?", similar);
}

/* NAME[SOMETHING] */
static bool has_brackets(const struct tree_node *key)
{
	const char *open = strchr(key->text, '[');

	return open && open > key->text && key->text[key->len - 1] == ']' &&
	       open < key->text + key->len - 2;
}

static const struct istio_attribute *find_key(struct policy_reader *reader,
					      const struct tree_node *key)
{
	for (size_t i = 0; i < N(when_attributes); i++) {
		const char *name = when_attributes[i].name;

		if (!is_of(&when_attributes[i], key->text))
			continue;
		if (name[strlen(name) - 1] == ']' && !has_brackets(key)) {
			policy_error(reader, DIAG_BH0203, policy_span(reader, key),
				     "key '%s' needs a name in brackets: '%.*sNAME]'", key->text,
				     (int)strlen(name) - 1, name);
			return NULL;
		}
		return &when_attributes[i];
	}
	unknown_key(reader, key);
	return NULL;
}

static void read_when(struct policy_reader *reader, const struct tree_node *item,
		      struct istio_clause *ret)
{
	const struct istio_attribute *attribute;
	const struct tree_node *key;
	struct policy_fields fields;

	if (!policy_schema_read(reader, &istio_when_schema, item, &fields) ||
	    !policy_need(reader, &istio_when_schema, item, &fields, WHEN_KEY))
		return;
	key = fields.values[WHEN_KEY];
	attribute = key ? find_key(reader, key) : NULL;
	if (!attribute)
		return;
	if (!has_items(&fields, WHEN_VALUES, N_WHEN_FIELDS))
		policy_error(reader, DIAG_BH0204, policy_span(reader, item),
			     "key '%s' needs 'values' or 'notValues'", key->text);
	for (size_t i = WHEN_VALUES; i <= WHEN_NOT_VALUES; i++)
		add_match(reader, ret,
			  &(struct istio_match){
				  .attribute = attribute,
				  .kind = attribute->kind,
				  .is_not = i == WHEN_NOT_VALUES,
				  .words = arena_printf(&reader->snapshot->arena, "%s %s",
							key->text, when_fields[i].name),
				  .values = fields.values[i],
			  });
}

void istio_rule_read(struct policy_reader *reader, const struct tree_node *node,
		     struct istio_rule *ret)
{
	struct policy_fields fields;
	const struct tree_node *when;

	ret->span = policy_span(reader, node);
	if (node->kind == TREE_NULL)
		policy_error(reader, DIAG_BH0204, ret->span, "a rule must not be null");
	if (!policy_schema_read(reader, &istio_rule_schema, node, &fields))
		return;
	read_clauses(reader, &istio_from_schema, fields.values[RULE_FROM], &ret->from);
	read_clauses(reader, &istio_to_schema, fields.values[RULE_TO], &ret->to);
	when = fields.values[RULE_WHEN];
	for (uint32_t i = 0; when && i < when->len; i++)
		read_when(reader, when->items[i], &ret->when);
}

static void release_clauses(struct istio_clauses *clauses)
{
	for (size_t i = 0; i < clauses->list.n; i++)
		vec_release(&clauses->list.items[i].matches);
	vec_release(&clauses->list);
}

void istio_rule_release(struct istio_rule *rule)
{
	release_clauses(&rule->from);
	release_clauses(&rule->to);
	vec_release(&rule->when.matches);
}

static void doubt(struct istio_clause *clause)
{
	for (size_t i = 0; i < clause->matches.n; i++)
		if (clause->matches.items[i].kind <= ISTIO_TRUST_DOMAIN)
			clause->matches.items[i].kind = ISTIO_CONNECTION;
}

void istio_rule_doubt_identities(struct istio_rule *rule)
{
	for (size_t i = 0; i < rule->from.list.n; i++)
		doubt(&rule->from.list.items[i]);
	doubt(&rule->when);
}
