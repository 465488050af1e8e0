/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end: the fields of a rule that start with `from` and `to`. */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/vec.h"
#include "policy/cidr.h"
#include "policy/cilium_label.h"
#include "policy/fqdn.h"
#include "policy/labelselector.h"

#include <string.h>

enum { CIDR_RULE_CIDR, CIDR_RULE_REF, CIDR_RULE_SELECTOR, CIDR_RULE_EXCEPT };

static const struct policy_field cidr_rule_fields[] = {
	[CIDR_RULE_CIDR] = {"cidr", POLICY_TYPE_STRING},
	[CIDR_RULE_REF] = {"cidrGroupRef", POLICY_TYPE_STRING},
	[CIDR_RULE_SELECTOR] = {"cidrGroupSelector", POLICY_TYPE_MAPPING},
	[CIDR_RULE_EXCEPT] = {"except", POLICY_TYPE_LIST},
};

const struct policy_schema cilium_cidr_rule_schema = {
	.what = "an item of a CIDR set",
	.fields = cidr_rule_fields,
	.n_fields = 4,
};

enum { GROUP_AWS };

static const struct policy_field group_fields[] = {
	[GROUP_AWS] = {"aws", POLICY_TYPE_MAPPING},
};

static const struct policy_field aws_fields[] = {
	{"labels", POLICY_TYPE_MAPPING},
	{"securityGroupsIds", POLICY_TYPE_LIST},
	{"securityGroupsNames", POLICY_TYPE_LIST},
	{"region", POLICY_TYPE_STRING},
};

const struct policy_schema cilium_group_schema = {"a group", group_fields, 1, NULL, NULL};
const struct policy_schema cilium_aws_schema = {"an AWS group", aws_fields, 4, NULL, NULL};

enum { FQDN_NAME, FQDN_PATTERN };

static const struct policy_field fqdn_fields[] = {
	[FQDN_NAME] = {"matchName", POLICY_TYPE_STRING},
	[FQDN_PATTERN] = {"matchPattern", POLICY_TYPE_STRING},
};

static const struct policy_alias fqdn_aliases[] = {
	{"name", "did you mean 'matchName'?"},
	{"pattern", "did you mean 'matchPattern'?"},
	{NULL, NULL},
};

const struct policy_schema cilium_fqdn_schema = {"a name", fqdn_fields, 2, fqdn_aliases, NULL};

bool cilium_cidr_read(struct policy_reader *reader, const char *what, const struct tree_node *node,
		      struct ip_cidr *ret)
{
	return policy_string_check(reader, what, node) &&
	       policy_cidr_read_strict(reader, what, node, false, ret);
}

static void add_block(const struct policy_reader *reader, const struct policy_peer *block,
		      struct cilium_peers *to)
{
	struct policy_peer peer = cilium_block(reader, block);

	vec_push(to, peer);
}

static void read_cidr(struct policy_reader *reader, const struct tree_node *node,
		      struct cilium_peers *to)
{
	struct policy_peer block = {.kind = POLICY_PEER_CIDR, .span = policy_span(reader, node)};

	if (cilium_cidr_read(reader, "block", node, &block.cidr))
		add_block(reader, &block, to);
}

static void read_except(struct policy_reader *reader, const struct tree_node *list,
			const struct tree_node *cidr, struct policy_peer *block)
{
	block->except = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*block->except));
	for (uint32_t i = 0; i < list->len; i++) {
		struct ip_cidr *except = &block->except[block->n_except];
		struct diag *diag;

		if (!cilium_cidr_read(reader, "'except' block", list->items[i], except))
			continue;
		block->n_except++;
		if (!cidr || block->cidr.addr.family == IP_NONE ||
		    ip_cidr_within(except, &block->cidr, false))
			continue;
		diag = policy_error(reader, DIAG_BH0203, policy_span(reader, list->items[i]),
				    "'except' block '%s' must be a part of the block '%s'",
				    list->items[i]->text, cidr->text);
		diag_relate(diag, policy_span(reader, cidr), "the block that it is taken out of");
	}
}

static bool is_selected(const struct cilium_cidr_group *group, const char *name,
			const struct selector *selector)
{
	return name ? strcmp(group->name, name) == 0 : selector_matches(selector, &group->labels);
}

/* The blocks of the groups of this name, or else that the selector selects. */
static void add_groups(struct policy_reader *reader, const struct policy_peer *block,
		       const char *name, const struct selector *selector, struct cilium_peers *to)
{
	const struct cilium_cidr_group *group;
	bool some = false;
	struct diag *diag;

	for (size_t i = 0; (group = cilium_cidr_group(reader, i)); i++) {
		struct policy_peer one = *block;

		if (!is_selected(group, name, selector))
			continue;
		some = true;
		for (uint32_t c = 0; c < group->n_cidrs; c++) {
			one.cidr = group->cidrs[c];
			add_block(reader, &one, to);
		}
	}
	if (some || reader->failed)
		return;
	diag = policy_warning(reader, block->span, "no CiliumCIDRGroup of the input is meant");
	diag_hint(reader->diags, diag, "until there is one this matches no address");
}

static void read_cidr_rule(struct policy_reader *reader, const struct tree_node *node,
			   struct cilium_peers *to)
{
	struct policy_peer block = {.kind = POLICY_PEER_CIDR, .span = policy_span(reader, node)};
	const struct tree_node *cidr, *ref, *selector_node;
	struct selector selector = {0};
	struct policy_fields fields;

	if (!policy_schema_read(reader, &cilium_cidr_rule_schema, node, &fields))
		return;
	cidr = fields.values[CIDR_RULE_CIDR];
	ref = fields.values[CIDR_RULE_REF];
	selector_node = fields.values[CIDR_RULE_SELECTOR];
	if (!cidr + !ref + !selector_node != 2)
		policy_error(reader, cidr || ref || selector_node ? DIAG_BH0203 : DIAG_BH0204,
			     policy_span(reader, node),
			     "an item of a CIDR set needs one of 'cidr', 'cidrGroupRef' and "
			     "'cidrGroupSelector'");
	if (cidr && !cilium_cidr_read(reader, "'cidr'", cidr, &block.cidr))
		return;
	if (selector_node)
		policy_labelselector_read(reader, selector_node, &selector);
	if (fields.values[CIDR_RULE_EXCEPT])
		read_except(reader, fields.values[CIDR_RULE_EXCEPT], cidr, &block);
	if (cidr)
		add_block(reader, &block, to);
	else
		add_groups(reader, &block, ref ? ref->text : NULL, &selector, to);
}

static void read_group(struct policy_reader *reader, const struct tree_node *node,
		       struct cilium_peers *to)
{
	struct policy_fields fields, aws;
	struct policy_peer world = cilium_world(reader);

	if (!policy_schema_read(reader, &cilium_group_schema, node, &fields) ||
	    !policy_need(reader, &cilium_group_schema, node, &fields, GROUP_AWS) ||
	    !fields.values[GROUP_AWS])
		return;
	policy_schema_read(reader, &cilium_aws_schema, fields.values[GROUP_AWS], &aws);
	world.span = policy_span(reader, node);
	vec_push(to, world);
	to->condition = "the other end is in one of the groups of 'aws'";
}

static void refuse_nodes(struct policy_reader *reader, const struct tree_node *node)
{
	struct diag *diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
					 "Cilium refuses rules about nodes unless its agents run "
					 "with enable-node-selector-labels");

	diag_hint(reader->diags, diag, "all nodes are the entities host and remote-node");
}

static void read_endpoints(struct policy_reader *reader, const struct cilium_list *list,
			   const struct tree_node *node, struct cilium_peers *to)
{
	struct policy_peer peer;

	cilium_endpoints_read(reader, node, list->scope, &peer);
	vec_push(to, peer);
}

void cilium_fqdn_read(struct policy_reader *reader, const char *what, const struct tree_node *node,
		      struct strbuf *to)
{
	const struct tree_node *name, *pattern;
	struct policy_fields fields;

	if (!policy_schema_read(reader, &cilium_fqdn_schema, node, &fields))
		return;
	name = fields.values[FQDN_NAME];
	pattern = fields.values[FQDN_PATTERN];
	if (name)
		policy_string(reader, "'matchName'", name, policy_fqdn_name);
	if (pattern)
		policy_string(reader, "'matchPattern'", pattern, policy_fqdn_pattern);
	if (name && pattern) {
		struct diag *diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
						 "%s has either 'matchName' or 'matchPattern'",
						 what);

		diag_hint(reader->diags, diag, "for both make two items: put '- ' before each");
	} else if (!name && !pattern)
		policy_warning(reader, policy_span(reader, node),
			       "%s without 'matchName' and 'matchPattern' is no name", what);
	strbuf_printf(to, "%s%s", to->len ? ", " : "",
		      name      ? name->text
		      : pattern ? pattern->text
				: "none");
}

static void read_fqdns(struct policy_reader *reader, const struct tree_node *list,
		       struct cilium_peers *to)
{
	struct strbuf names = {0};
	struct policy_peer world = cilium_world(reader);

	for (uint32_t i = 0; i < list->len; i++)
		cilium_fqdn_read(reader, "an item of 'toFQDNs'", list->items[i], &names);
	world.span = policy_span(reader, list);
	vec_push(to, world);
	to->condition = arena_printf(&reader->snapshot->arena,
				     "the destination is one of toFQDNs %s", strbuf_str(&names));
	strbuf_release(&names);
}

static void read_item(struct policy_reader *reader, const struct cilium_list *list, size_t field,
		      const struct tree_node *item, struct cilium_peers *to)
{
	switch (field) {
	case CILIUM_RULE_ENDPOINTS:
		read_endpoints(reader, list, item, to);
		break;
	case CILIUM_RULE_ENTITIES:
		cilium_entity_read(reader, item, to);
		break;
	case CILIUM_RULE_CIDR:
		read_cidr(reader, item, to);
		break;
	case CILIUM_RULE_CIDR_SET:
		read_cidr_rule(reader, item, to);
		break;
	case CILIUM_RULE_NODES:
		refuse_nodes(reader, item);
		break;
	case CILIUM_RULE_GROUPS:
		read_group(reader, item, to);
		break;
	default: /* CILIUM_RULE_SERVICES */
		cilium_service_read(reader, item, to);
	}
}

/* Whether an empty list of this field is one of nobody, rather than as good as absent. */
static bool counts_when_empty(size_t field)
{
	return field <= CILIUM_RULE_NODES;
}

static void refuse_two(struct policy_reader *reader, const struct policy_fields *fields,
		       size_t first, size_t second)
{
	struct diag *diag = policy_error(
		reader, DIAG_BH0203, tree_key_span(reader->object->file, fields->members[second]),
		"'%s' and '%s' cannot be in one rule", fields->members[first]->key,
		fields->members[second]->key);

	diag_relate(diag, tree_key_span(reader->object->file, fields->members[first]),
		    "the other one");
	diag_hint(reader->diags, diag, "to allow both, make two rules: put '- ' before each");
}

/* The fields that say who, of which a rule may have one; false when a list has not that one. */
static bool is_of_list(const struct cilium_list *list, size_t field)
{
	if (field == CILIUM_RULE_SERVICES)
		return cilium_direction(list) == POLICY_EGRESS;
	return field < CILIUM_RULE_REQUIRES ||
	       (field == CILIUM_RULE_FQDNS && list->id == CILIUM_EGRESS);
}

void cilium_peers_read(struct policy_reader *reader, const struct cilium_list *list,
		       const struct policy_fields *fields, struct cilium_peers *ret)
{
	size_t first = CILIUM_RULE_FQDNS + 1;
	bool is_nobody = false;

	*ret = (struct cilium_peers){0};
	for (size_t field = 0; field <= CILIUM_RULE_FQDNS; field++) {
		const struct tree_node *node = fields->values[field];

		if (!node || !is_of_list(list, field))
			continue;
		if (node->len == 0) {
			is_nobody |= counts_when_empty(field);
			continue;
		}
		if (first <= CILIUM_RULE_FQDNS)
			refuse_two(reader, fields, first, field);
		first = field;
		if (field == CILIUM_RULE_FQDNS)
			read_fqdns(reader, node, ret);
		for (uint32_t i = 0; field != CILIUM_RULE_FQDNS && i < node->len; i++)
			read_item(reader, list, field, node->items[i], ret);
	}
	ret->is_said = is_nobody || first <= CILIUM_RULE_FQDNS;
	if (is_nobody) {
		ret->any = false;
		ret->n = 0;
	}
}
