/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PeerAuthentication of security.istio.io: whether a workload takes connections without mutual TLS.
 *
 * Of the policies of a workload, of its namespace and of the mesh the first that says a mode
 * counts, of several of one kind only the oldest. STRICT denies whoever has no identity;
 * PERMISSIVE and DISABLE pass, so that what comes after them in this tier does not deny.
 */
#include "policy/istio.h"

#include "base/arena.h"
#include "policy/metadata.h"
#include "policy/root.h"

#include <string.h>

#define KIND "PeerAuthentication"

enum { SPEC_SELECTOR, SPEC_MTLS, SPEC_PORTS, N_SPEC_FIELDS };

static const struct policy_field spec_fields[] = {
	[SPEC_SELECTOR] = {"selector", POLICY_TYPE_MAPPING},
	[SPEC_MTLS] = {"mtls", POLICY_TYPE_MAPPING},
	[SPEC_PORTS] = {"portLevelMtls", POLICY_TYPE_MAPPING},
};

static const struct policy_alias spec_aliases[] = {
	{"mode", "write mtls: {mode: …}"},
	{"targetRef", "a PeerAuthentication has only a selector"},
	{"targetRefs", "a PeerAuthentication has only a selector"},
	{NULL, NULL},
};

static const struct policy_schema spec_schema = {"spec", spec_fields, N_SPEC_FIELDS, spec_aliases,
						 NULL};

static const struct policy_field mtls_fields[] = {{"mode", POLICY_TYPE_STRING}};
static const struct policy_schema mtls_schema = {"mtls", mtls_fields, 1, NULL, NULL};

enum mode { UNSET, DISABLE, PERMISSIVE, STRICT, N_MODES };

static const char *const mode_names[] = {"UNSET", "DISABLE", "PERMISSIVE", "STRICT"};
static const struct policy_choices modes = {"'mode'", mode_names, N_MODES, NULL};

/* What a policy is for, by its namespace and selector. */
enum level { OF_WORKLOADS, OF_NAMESPACE, OF_MESH };

static const char *created(const struct model_policy_object *object)
{
	const char *text = tree_get_string(tree_get(object->root, "metadata"), "creationTimestamp");

	return text ? text : "";
}

/* Istio's order of configuration: by creation (RFC 3339, in UTC), then by name. */
static bool is_older(const struct model_policy_object *a, const struct model_policy_object *b)
{
	const int order = strcmp(created(a), created(b));

	return order ? order < 0 : strcmp(a->name, b->name) < 0;
}

/* Labels of workloads; without any a policy is of its namespace or the mesh. */
static bool has_labels(const struct model_policy_object *object)
{
	const struct tree_node *selector = tree_get(tree_get(object->root, "spec"), "selector");
	const struct tree_node *labels = tree_get(selector, "matchLabels");

	return labels && labels->kind == TREE_MAP && labels->len > 0;
}

static bool is_before(const struct model_policy_object *object)
{
	const int order = strcmp(object->group, ISTIO_GROUP);

	return order ? order < 0 : strcmp(object->kind, KIND) < 0;
}

/* Where they begin among the policies, which are sorted by group and kind. */
static uint32_t first_of_kind(const struct model_snapshot *snapshot)
{
	uint32_t low = 0;
	uint32_t high = snapshot->n_policies;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;

		if (is_before(snapshot->policies[middle]))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The one at `*i`, which moves on, or NULL after the last. */
static const struct model_policy_object *next_of_kind(const struct model_snapshot *snapshot,
						      uint32_t *i)
{
	const struct model_policy_object *object;

	if (*i == snapshot->n_policies)
		return NULL;
	object = snapshot->policies[(*i)++];
	return strcmp(object->group, ISTIO_GROUP) == 0 && strcmp(object->kind, KIND) == 0 ? object
											  : NULL;
}

/* The next policy of the same level in the namespace that is older, from `*i` on. */
static const struct model_policy_object *next_older(const struct policy_reader *reader, uint32_t *i)
{
	const struct model_policy_object *own = reader->object;
	const struct model_policy_object *other;

	while ((other = next_of_kind(reader->snapshot, i)))
		if (other != own && other->ns == own->ns && has_labels(other) == has_labels(own) &&
		    is_older(other, own))
			return other;
	return NULL;
}

static bool is_disabled(const struct tree_node *mtls)
{
	const char *mode = tree_get_string(mtls, "mode");

	return mode && strcmp(mode, mode_names[DISABLE]) == 0;
}

/* Whether the policy turns it off for one of the ports. */
static bool disables(const struct model_policy_object *object, const struct port_set *among)
{
	const struct tree_node *spec = tree_get(object->root, "spec");
	const struct tree_node *ports = tree_get(spec, "portLevelMtls");

	for (uint32_t i = 0; ports && ports->kind == TREE_MAP && i < ports->len; i++) {
		const unsigned long port = strtoul(ports->members[i].key, NULL, 10);

		if (port <= UINT16_MAX && port_set_contains(among, PORT_TCP, (uint16_t)port) &&
		    is_disabled(ports->members[i].value))
			return true;
	}
	return is_disabled(tree_get(spec, "mtls"));
}

bool istio_mtls_may_be_off(const struct policy_reader *reader, const struct port_set *ports)
{
	const char *ns = reader->object->ns;
	const struct model_policy_object *other;
	uint32_t i = first_of_kind(reader->snapshot);

	while ((other = next_of_kind(reader->snapshot, &i)))
		if ((other->ns == ns || strcmp(ns, ISTIO_ROOT_NAMESPACE) == 0 ||
		     strcmp(other->ns, ISTIO_ROOT_NAMESPACE) == 0) &&
		    disables(other, ports))
			return true;
	return false;
}

/* Of another policy; what is wrong with it is said when that one is read. */
static void read_selector_of(const struct policy_reader *reader,
			     const struct model_policy_object *object, struct selector *ret)
{
	struct policy_reader quiet = *reader;
	struct diag_list unsaid;

	diag_list_init(&unsaid, reader->diags->arena);
	quiet.diags = &unsaid;
	quiet.object = object;
	istio_selector_read(&quiet, tree_get(tree_get(object->root, "spec"), "selector"), ret);
}

static void yield_to(struct policy_reader *reader, const struct model_policy_object *older,
		     struct policy *policy)
{
	policy->no_effect = arena_printf(&reader->snapshot->arena,
					 "the older PeerAuthentication %s/%s counts", older->ns,
					 older->name);
}

/* Workloads that an older policy selects too are that one's. */
static void leave_older(struct policy_reader *reader, struct policy *policy)
{
	struct arena *arena = &reader->snapshot->arena;
	struct policy_peer *both = arena_alloc_n(arena, 2, sizeof(*both));
	const struct model_policy_object *older;
	uint32_t i = first_of_kind(reader->snapshot);
	VEC(struct policy_peer) others = {0};

	while ((older = next_older(reader, &i))) {
		struct policy_peer *other = vec_add(&others);

		other->pods.ns = policy->ns;
		read_selector_of(reader, older, &other->pods.pods);
		if (selector_equal(&other->pods.pods, &policy->subject.pods.pods))
			yield_to(reader, older, policy);
	}
	both[0] = policy->subject;
	both[1].kind = POLICY_PEER_NONE_OF;
	both[1].n_parts = (uint32_t)others.n;
	both[1].parts = arena_alloc_n(arena, others.n, sizeof(*both));
	if (others.n > 0) {
		memcpy(both[1].parts, others.items, others.n * sizeof(*both));
		policy->subject = (struct policy_peer){
			.kind = POLICY_PEER_ALL_OF, .parts = both, .n_parts = 2};
	}
	vec_release(&others);
}

static enum level read_subject(struct policy_reader *reader, const struct tree_node *selector,
			       struct policy *policy)
{
	const bool is_root = strcmp(policy->ns, ISTIO_ROOT_NAMESPACE) == 0;
	const struct model_policy_object *older;
	uint32_t i = first_of_kind(reader->snapshot);

	policy->is_mesh = !reader->options->mesh_all;
	policy->subject.kind = POLICY_PEER_PODS;
	policy->subject.pods.in_mesh = policy->is_mesh;
	policy->subject.pods.ns = is_root ? NULL : policy->ns;
	if (istio_selector_read(reader, selector, &policy->subject.pods.pods)) {
		if (is_root)
			policy->no_effect = "one with a selector binds nothing from the root "
					    "namespace";
		else
			leave_older(reader, policy);
		return OF_WORKLOADS;
	}
	older = next_older(reader, &i);
	if (older)
		yield_to(reader, older, policy);
	return is_root ? OF_MESH : OF_NAMESPACE;
}

/* `{mode: …}`, or nothing. */
static enum mode read_mode(struct policy_reader *reader, const struct tree_node *node)
{
	struct policy_fields fields;
	size_t mode = UNSET;

	if (node && policy_schema_read(reader, &mtls_schema, node, &fields) && fields.values[0])
		policy_choose(reader, &modes, fields.values[0], &mode);
	return mode;
}

/* The next rule, which says nothing yet. */
static struct policy_rule *next_rule(struct policy *policy, const char *list, struct diag_span span)
{
	struct policy_rule *rule =
		&policy->rules[POLICY_INGRESS][policy->n_rules[POLICY_INGRESS]++];

	*rule = (struct policy_rule){
		.policy = policy,
		.direction = POLICY_INGRESS,
		.action = POLICY_PASS,
		.any_peer = true,
		.any_port = true,
		.list = list,
		.span = span,
	};
	return rule;
}

static void deny_nobody(struct policy_reader *reader, struct policy_rule *rule)
{
	struct arena *arena = &reader->snapshot->arena;
	struct policy_peer *peer = arena_alloc(arena, sizeof(*peer));

	peer->kind = POLICY_PEER_NONE_OF;
	peer->n_parts = 1;
	peer->parts = arena_alloc(arena, sizeof(*peer->parts));
	peer->parts[0] = istio_source_anybody(reader);
	peer->text = "whoever connects without mutual TLS";
	peer->span = rule->span;
	rule->action = POLICY_DENY;
	rule->any_peer = false;
	rule->peers = peer;
	rule->n_peers = 1;
}

static void set_port(struct policy_reader *reader, struct policy_rule *rule, uint16_t port)
{
	rule->any_port = false;
	rule->ports = arena_alloc(&reader->snapshot->arena, sizeof(*rule->ports));
	*rule->ports =
		(struct policy_port){POLICY_PORT_RANGE, PORT_TCP, port, port, NULL, rule->span};
	rule->n_ports = 1;
}

/* "8080"; 0 and a report when it is no port. */
static uint16_t read_port(struct policy_reader *reader, const struct tree_member *member)
{
	char *end;
	const unsigned long port = strtoul(member->key, &end, 10);

	if (*end == '\0' && member->key[0] >= '0' && member->key[0] <= '9' && port > 0 &&
	    port <= UINT16_MAX)
		return (uint16_t)port;
	policy_error(reader, DIAG_BH0203, tree_key_span(reader->object->file, member),
		     "a key of 'portLevelMtls' must be a port, 1 to 65535, but is '%s'",
		     member->key);
	return 0;
}

/* Before the rule for all ports; a port without a mode has the workload's. */
static void read_ports(struct policy_reader *reader, const struct tree_node *map, enum mode other,
		       struct policy *policy)
{
	for (uint32_t i = 0; map && i < map->len; i++) {
		const struct tree_member *member = &map->members[i];
		const struct diag_span span = tree_key_span(reader->object->file, member);
		const uint16_t port = read_port(reader, member);
		enum mode mode = read_mode(reader, member->value);
		struct policy_rule *rule;

		if (mode == UNSET)
			mode = other;
		if (mode == UNSET)
			continue;
		rule = next_rule(policy, "portLevelMtls", span);
		rule->index = i;
		set_port(reader, rule, port);
		if (mode == STRICT)
			deny_nobody(reader, rule);
	}
}

static void check_ports(struct policy_reader *reader, const struct tree_node *map, enum level level)
{
	if (map && map->len == 0)
		policy_error(reader, DIAG_BH0204, policy_span(reader, map),
			     "'portLevelMtls' must not be empty");
	if (map && level != OF_WORKLOADS)
		policy_error(reader, DIAG_BH0203, policy_span(reader, map),
			     "'portLevelMtls' needs a selector with labels");
}

static void read_spec(struct policy_reader *reader, const struct tree_node *spec,
		      struct policy *policy)
{
	struct policy_fields fields;
	const struct tree_node *ports;
	enum level level;
	enum mode mode;

	policy_schema_read(reader, &spec_schema, spec, &fields);
	ports = fields.values[SPEC_PORTS];
	level = read_subject(reader, fields.values[SPEC_SELECTOR], policy);
	policy->order = level;
	check_ports(reader, ports, level);
	policy->rules[POLICY_INGRESS] = arena_alloc_n(&reader->snapshot->arena,
						      (ports ? ports->len : 0) + 1,
						      sizeof(*policy->rules[POLICY_INGRESS]));
	mode = read_mode(reader, fields.values[SPEC_MTLS]);
	read_ports(reader, ports, mode, policy);
	if (mode == STRICT)
		deny_nobody(reader, next_rule(policy, "mtls",
					      policy_span(reader, fields.values[SPEC_MTLS])));
	else if (mode != UNSET)
		next_rule(policy, "mtls", policy_span(reader, fields.values[SPEC_MTLS]));
}

static void read_policy(struct policy_reader *reader, struct policy *policy)
{
	const struct tree_node *spec = istio_spec_read(reader);

	read_spec(reader, spec, policy);
}

static const struct policy_schema *const schemas[] = {
	&policy_schema_root, &policy_schema_metadata,
	&spec_schema,        &istio_selector_schema,
	&mtls_schema,        NULL,
};

const struct policy_frontend policy_frontend_istio_peerauthentication = {
	.group = ISTIO_GROUP,
	.kind = KIND,
	.versions = istio_versions,
	.successor = ISTIO_GROUP "/v1",
	.schemas = schemas,
	.tier = ISTIO_TIER_MTLS,
	.read = read_policy,
};
