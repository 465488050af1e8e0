/* SPDX-License-Identifier: Apache-2.0 */
/* What policies refer to: Tier, NetworkSet and GlobalNetworkSet. */
#include "policy/calico.h"

#include "base/arena.h"
#include "policy/root.h"

#include <math.h>
#include <string.h>

#define TIER_NAME_MAX 63 /* it becomes a label's value */

enum { TIER_ORDER, TIER_DEFAULT_ACTION, N_TIER_FIELDS };

static const struct policy_field tier_fields[] = {
	[TIER_ORDER] = {"order", POLICY_TYPE_NUMBER},
	[TIER_DEFAULT_ACTION] = {"defaultAction", POLICY_TYPE_STRING},
};

const struct policy_schema calico_tier_schema = {
	.what = "spec of a Tier",
	.fields = tier_fields,
	.n_fields = N_TIER_FIELDS,
};

enum { SET_NETS, N_SET_FIELDS };

static const struct policy_field set_fields[] = {
	[SET_NETS] = {"nets", POLICY_TYPE_LIST},
};

static const struct policy_alias set_aliases[] = {
	{"allowedEgressDomains", "only Calico Enterprise has domains; list addresses in 'nets'"},
	{"cidrs", "did you mean 'nets'?"},
	{NULL, NULL},
};

const struct policy_schema calico_set_schema = {
	.what = "spec of a network set",
	.fields = set_fields,
	.n_fields = N_SET_FIELDS,
	.aliases = set_aliases,
};

static const char *const default_actions[] = {"Deny", "Pass"};

static const struct policy_choices default_action_choices = {
	.what = "'defaultAction'",
	.names = default_actions,
	.n = 2,
};

/* Tiers that every cluster has; those of AdminNetworkPolicy had other names before 3.32. */
static const struct calico_tier built_in[] = {
	{"default", POLICY_ORDER_NETWORK_POLICY, false},
	{"kube-admin", POLICY_ORDER_ADMIN, true},
	{"kube-baseline", POLICY_ORDER_BASELINE, true},
	{"adminnetworkpolicy", POLICY_ORDER_ADMIN, true},
	{"baselineadminnetworkpolicy", POLICY_ORDER_BASELINE, true},
};

static const struct calico_tier *find_built_in(const char *name)
{
	for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++)
		if (strcmp(built_in[i].name, name) == 0)
			return &built_in[i];
	return NULL;
}

const struct calico_tier *calico_tier_find(const struct policy_reader *reader, const char *name)
{
	const struct policy_resources *resources = reader->resources;

	for (size_t i = 0; i < resources->n; i++)
		if (strcmp(resources->items[i].object->kind, "Tier") == 0 &&
		    strcmp(resources->items[i].object->name, name) == 0)
			return resources->items[i].value;
	return find_built_in(name);
}

bool calico_number_read(struct policy_reader *reader, const char *what,
			const struct tree_node *node, double *ret)
{
	double number = node->kind == TREE_INT ? (double)node->integer : node->real;

	if (node->kind == TREE_INT && node->is_big)
		number = strtod(node->text, NULL);
	if (isfinite(number)) {
		*ret = number;
		return true;
	}
	policy_error(reader, DIAG_BH0203, policy_span(reader, node),
		     "%s must be a number, but is %s", what, node->text);
	return false;
}

/* The CRD's own rules for the tiers that are built in. */
static void check_built_in(struct policy_reader *reader, const struct tree_node *spec,
			   const struct calico_tier *tier)
{
	const struct calico_tier *fixed = find_built_in(tier->name);
	const struct diag_span span = spec ? policy_span(reader, spec) : reader->object->span;

	if (!fixed)
		return;
	if (tier->order != fixed->order)
		policy_error(reader, DIAG_BH0203, span, "the order of tier '%s' must be %.0f",
			     tier->name, fixed->order);
	if (tier->passes != fixed->passes)
		policy_error(reader, DIAG_BH0203, span, "'defaultAction' of tier '%s' must be %s",
			     tier->name, default_actions[fixed->passes]);
}

static void check_tier_name(struct policy_reader *reader)
{
	const char *name = reader->object->name;

	if (strchr(name, '.') || strlen(name) > TIER_NAME_MAX)
		policy_error(reader, DIAG_BH0203, reader->object->span,
			     "the name of a tier must be one label of at most %d characters, "
			     "without dots, but is '%s'",
			     TIER_NAME_MAX, name);
}

void calico_tier_read(struct policy_reader *reader)
{
	struct calico_tier *tier = arena_alloc(&reader->snapshot->arena, sizeof(*tier));
	const struct tree_node *spec = policy_root_read(reader, false);
	struct policy_fields fields = {0};
	size_t action;

	*tier = (struct calico_tier){reader->object->name, POLICY_ORDER_NETWORK_POLICY, false};
	if (spec)
		policy_schema_read(reader, &calico_tier_schema, spec, &fields);
	if (fields.values[TIER_ORDER])
		calico_number_read(reader, "'order'", fields.values[TIER_ORDER], &tier->order);
	if (fields.values[TIER_DEFAULT_ACTION] &&
	    policy_choose(reader, &default_action_choices, fields.values[TIER_DEFAULT_ACTION],
			  &action))
		tier->passes = action;
	check_tier_name(reader);
	check_built_in(reader, spec, tier);
	reader->resource = tier;
}

/* Host bits are of no matter here, and an address is a block of its own. */
static bool read_net(struct policy_reader *reader, const struct tree_node *node,
		     struct ip_cidr *ret)
{
	struct ip_cidr cidr = {.prefix_len = UINT8_MAX};

	if (!policy_string_check(reader, "a net", node))
		return false;
	if (ip_parse(node->text, &cidr.addr, NULL) == 0)
		cidr.prefix_len = cidr.addr.family == IP_V4 ? 32 : 128;
	else if (ip_cidr_parse(node->text, &cidr, NULL) < 0) {
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "net '%s' must be an address or a CIDR block", node->text);
		return false;
	}
	*ret = (struct ip_cidr){ip_cidr_range(&cidr).first, cidr.prefix_len};
	return true;
}

static void read_nets(struct policy_reader *reader, const struct tree_node *list,
		      struct calico_set *set)
{
	struct ip_cidr *nets = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*nets));

	for (uint32_t i = 0; i < list->len; i++)
		if (read_net(reader, list->items[i], &nets[set->n_nets]))
			set->n_nets++;
	set->nets = nets;
}

static void check_labels(struct policy_reader *reader, const struct tree_node *labels)
{
	const struct tree_member *member = tree_member(labels, CALICO_NAMESPACE);

	if (member)
		policy_error(reader, DIAG_BH0203, tree_key_span(reader->object->file, member),
			     "a network set must not have the label %s, which Calico gives to it",
			     CALICO_NAMESPACE);
}

void calico_set_read(struct policy_reader *reader)
{
	struct calico_set *set = arena_alloc(&reader->snapshot->arena, sizeof(*set));
	const struct tree_node *spec = policy_root_read(reader, false);
	struct policy_fields fields = {0};

	set->labels = tree_get(tree_get(reader->object->root, "metadata"), "labels");
	check_labels(reader, set->labels);
	if (spec)
		policy_schema_read(reader, &calico_set_schema, spec, &fields);
	if (fields.values[SET_NETS])
		read_nets(reader, fields.values[SET_NETS], set);
	reader->resource = set;
}
