/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/istio.h"

#include "base/arena.h"

#include <string.h>

#define GATEWAY_GROUP "gateway.networking.k8s.io"
#define GATEWAY_LABEL "gateway.networking.k8s.io/gateway-name" /* of the pods of a Gateway */

static const struct policy_field selector_fields[] = {{"matchLabels", POLICY_TYPE_MAPPING}};

static const struct policy_alias selector_aliases[] = {
	{"matchExpressions", "Istio's selectors have only matchLabels"},
	{"labels", "did you mean 'matchLabels'?"},
	{NULL, NULL},
};

const struct policy_schema istio_selector_schema = {
	"a selector", selector_fields, 1, selector_aliases,
	"labels go one level deeper, under matchLabels"};

enum { TARGET_GROUP, TARGET_KIND, TARGET_NAME, TARGET_NAMESPACE, N_TARGET_FIELDS };

static const struct policy_field target_fields[] = {
	[TARGET_GROUP] = {"group", POLICY_TYPE_STRING},
	[TARGET_KIND] = {"kind", POLICY_TYPE_STRING},
	[TARGET_NAME] = {"name", POLICY_TYPE_STRING},
	[TARGET_NAMESPACE] = {"namespace", POLICY_TYPE_STRING},
};

const struct policy_schema istio_target_schema = {"a targetRef", target_fields, N_TARGET_FIELDS,
						  NULL, NULL};

/* What a policy may be bound to; only a Gateway's own pods are pods of the policy. */
static const struct {
	const char *group;
	const char *kind;
} targets[] = {
	{GATEWAY_GROUP, "Gateway"},
	{GATEWAY_GROUP, "GatewayClass"},
	{"", "Service"},
	{"networking.istio.io", "ServiceEntry"},
};

#define GATEWAY 0
#define N_TARGETS (sizeof(targets) / sizeof(targets[0]))

void istio_require(struct policy_reader *reader, struct selector *selector, enum selector_op op,
		   const char *key, const char *value)
{
	struct selector_requirement *requirement = &selector->requirements[selector->n++];

	requirement->op = (uint8_t)op;
	requirement->key = intern_str(&reader->snapshot->intern, key);
	requirement->values = arena_alloc(&reader->snapshot->arena, sizeof(*requirement->values));
	requirement->values[0] = value;
	requirement->n_values = 1;
}

static void read_label(struct policy_reader *reader, const struct tree_member *member,
		       struct selector *ret)
{
	const char *value;

	if (strchr(member->key, '*') ||
	    (member->value->kind == TREE_STRING && strchr(member->value->text, '*'))) {
		policy_error(reader, DIAG_BH0203, tree_key_span(reader->object->file, member),
			     "a selector's labels must not have wildcards");
		return;
	}
	policy_key_check(reader, "label key", member, model_syntax_label_key);
	value = policy_string(reader, "label value", member->value, model_syntax_label_value);
	if (value)
		istio_require(reader, ret, SELECTOR_IN, member->key, value);
}

bool istio_selector_read(struct policy_reader *reader, const struct tree_node *node,
			 struct selector *ret)
{
	const struct tree_node *labels;
	struct policy_fields fields;

	if (!node || !policy_schema_read(reader, &istio_selector_schema, node, &fields))
		return false;
	labels = fields.values[0];
	if (!labels || labels->len == 0) {
		policy_warning(reader, policy_span(reader, node),
			       "a selector without labels selects every workload of the scope");
		return false;
	}
	ret->requirements =
		arena_alloc_n(&reader->snapshot->arena, labels->len, sizeof(*ret->requirements));
	for (uint32_t i = 0; i < labels->len; i++)
		read_label(reader, &labels->members[i], ret);
	selector_normalise(ret);
	return true;
}

static const char *text_of(const struct policy_fields *fields, size_t field)
{
	return fields->values[field] ? fields->values[field]->text : "";
}

/* Which of the targets; N_TARGETS and a report when it is none. */
static size_t find_target(struct policy_reader *reader, const struct tree_node *node,
			  const struct policy_fields *fields)
{
	const char *group = text_of(fields, TARGET_GROUP);
	const char *kind = text_of(fields, TARGET_KIND);
	struct diag *diag;

	if (strcmp(group, "core") == 0)
		group = "";
	for (size_t i = 0; i < N_TARGETS; i++)
		if (strcmp(targets[i].group, group) == 0 && strcmp(targets[i].kind, kind) == 0)
			return i;
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			    "a targetRef must not be to kind '%s' of group '%s'", kind, group);
	diag_hint(reader->diags, diag,
		  "it may be to Gateway or GatewayClass (%s), Service (\"\") or ServiceEntry "
		  "(networking.istio.io)",
		  GATEWAY_GROUP);
	return N_TARGETS;
}

/* The proxy before a Service is no part of the model: its policies decide nothing here. */
static void leave_to_waypoint(struct policy_reader *reader, struct diag_span span, const char *kind,
			      struct policy *policy)
{
	policy->no_effect = arena_printf(&reader->snapshot->arena,
					 "bound to a %s: a waypoint proxy enforces it", kind);
	policy_warning(reader, span,
		       "a waypoint proxy enforces what is bound to a %s, which is not evaluated: "
		       "answers are without what it allows or denies",
		       kind);
}

static void bind_gateway(struct policy_reader *reader, const char *name, struct policy *policy)
{
	struct arena *arena = &reader->snapshot->arena;
	struct policy_peer *parts =
		arena_alloc_n(arena, policy->subject.n_parts + 1, sizeof(*parts));
	struct policy_peer *pods = &parts[policy->subject.n_parts];

	if (policy->subject.n_parts > 0)
		memcpy(parts, policy->subject.parts, policy->subject.n_parts * sizeof(*parts));
	pods->kind = POLICY_PEER_PODS;
	pods->pods.ns = policy->ns;
	pods->pods.in_mesh = policy->is_mesh;
	pods->pods.pods.requirements = arena_alloc(arena, sizeof(*pods->pods.pods.requirements));
	istio_require(reader, &pods->pods.pods, SELECTOR_IN, GATEWAY_LABEL,
		      intern_str(&reader->snapshot->intern, name));
	policy->subject.parts = parts;
	policy->subject.n_parts++;
}

void istio_target_read(struct policy_reader *reader, const struct tree_node *node,
		       struct policy *policy)
{
	const struct diag_span span = policy_span(reader, node);
	struct policy_fields fields;
	size_t target;

	if (!policy_schema_read(reader, &istio_target_schema, node, &fields) ||
	    !policy_need(reader, &istio_target_schema, node, &fields, TARGET_KIND) ||
	    !policy_need(reader, &istio_target_schema, node, &fields, TARGET_NAME))
		return;
	if (*text_of(&fields, TARGET_NAMESPACE))
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "a targetRef must not have a namespace: it is to the policy's own");
	target = find_target(reader, node, &fields);
	if (target == GATEWAY)
		bind_gateway(reader, text_of(&fields, TARGET_NAME), policy);
	else if (target < N_TARGETS)
		leave_to_waypoint(reader, span, targets[target].kind, policy);
}

bool istio_target_narrow(struct policy_reader *reader, const struct istio_clause *when,
			 struct policy_peer *subject)
{
	struct arena *arena = &reader->snapshot->arena;
	struct policy_peer *parts = arena_alloc_n(arena, when->matches.n + 1, sizeof(*parts));
	uint32_t n = 0;

	parts[n++] = *subject;
	for (size_t i = 0; i < when->matches.n; i++)
		if (when->matches.items[i].kind == ISTIO_TARGET_IP)
			parts[n++] = istio_source_peer(reader, &when->matches.items[i]);
	if (n > 1)
		*subject = (struct policy_peer){
			.kind = POLICY_PEER_ALL_OF, .parts = parts, .n_parts = n};
	return n > 1;
}
