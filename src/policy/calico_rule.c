/* SPDX-License-Identifier: Apache-2.0 */
/* A rule: its fields, and what the validator and the CRDs' own rules say of them together. */
#include "policy/calico.h"

#include "base/arena.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum {
	RULE_ACTION,
	RULE_IP_VERSION,
	RULE_PROTOCOL,
	RULE_NOT_PROTOCOL,
	RULE_ICMP,
	RULE_NOT_ICMP,
	RULE_SOURCE,
	RULE_DESTINATION,
	RULE_HTTP,
	RULE_METADATA,
	N_RULE_FIELDS
};

static const struct policy_field rule_fields[] = {
	[RULE_ACTION] = {"action", POLICY_TYPE_STRING},
	[RULE_IP_VERSION] = {"ipVersion", POLICY_TYPE_INTEGER},
	[RULE_PROTOCOL] = {"protocol", POLICY_TYPE_INTEGER_OR_STRING},
	[RULE_NOT_PROTOCOL] = {"notProtocol", POLICY_TYPE_INTEGER_OR_STRING},
	[RULE_ICMP] = {"icmp", POLICY_TYPE_MAPPING},
	[RULE_NOT_ICMP] = {"notICMP", POLICY_TYPE_MAPPING},
	[RULE_SOURCE] = {"source", POLICY_TYPE_MAPPING},
	[RULE_DESTINATION] = {"destination", POLICY_TYPE_MAPPING},
	[RULE_HTTP] = {"http", POLICY_TYPE_MAPPING},
	[RULE_METADATA] = {"metadata", POLICY_TYPE_MAPPING},
};

static const struct policy_alias rule_aliases[] = {
	{"from", "write source: {…}"},
	{"to", "write destination: {…}"},
	{"ports", "ports are of the 'destination' (or of the 'source')"},
	{"selector", "a selector is of the 'source' or the 'destination'"},
	{"nets", "nets are of the 'source' or the 'destination'"},
	{NULL, NULL},
};

const struct policy_schema calico_rule_schema = {
	.what = "a rule",
	.fields = rule_fields,
	.n_fields = N_RULE_FIELDS,
	.aliases = rule_aliases,
};

enum { ICMP_TYPE, ICMP_CODE, N_ICMP_FIELDS };

static const struct policy_field icmp_fields[] = {
	[ICMP_TYPE] = {"type", POLICY_TYPE_INTEGER},
	[ICMP_CODE] = {"code", POLICY_TYPE_INTEGER},
};

const struct policy_schema calico_icmp_schema = {
	.what = "'icmp'",
	.fields = icmp_fields,
	.n_fields = N_ICMP_FIELDS,
};

static const struct policy_field metadata_fields[] = {{"annotations", POLICY_TYPE_MAPPING}};

const struct policy_schema calico_rule_metadata_schema = {
	.what = "metadata of a rule",
	.fields = metadata_fields,
	.n_fields = N(metadata_fields),
};

enum { ALLOW, DENY, LOG, PASS };

static const char *const action_names[] = {"Allow", "Deny", "Log", "Pass"};

static const struct policy_choices actions = {
	.what = "'action'",
	.names = action_names,
	.n = N(action_names),
};

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {{"TCP", 6},     {"UDP", 17},   {"ICMP", 1},
		 {"ICMPv6", 58}, {"SCTP", 132}, {"UDPLite", 136}};

enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_ICMPV6 = 58 };

static void read_action(struct policy_reader *reader, const struct tree_node *node,
			struct calico_rule *rule)
{
	static const uint8_t of_name[] = {
		[ALLOW] = POLICY_ALLOW, [DENY] = POLICY_DENY, [PASS] = POLICY_PASS};
	size_t action;

	if (!policy_choose(reader, &actions, node, &action))
		return;
	rule->is_log = action == LOG;
	rule->action = of_name[rule->is_log ? ALLOW : action];
}

/* A number in quotes is one too. */
static bool is_number(const struct tree_node *node)
{
	return node->kind != TREE_STRING ||
	       (node->len > 0 && strspn(node->text, "0123456789") == node->len);
}

static void refuse_protocol(struct policy_reader *reader, const char *what,
			    const struct tree_node *node)
{
	const char *names[N(protocols)];
	const char *similar;
	struct diag *diag;

	for (size_t i = 0; i < N(protocols); i++)
		names[i] = protocols[i].name;
	similar = diag_did_you_mean(node->text, names, N(names));
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			    "%s must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255, but is "
			    "'%s'",
			    what, node->text);
	if (similar)
		diag_hint(reader->diags, diag, "did you mean '%s'?", similar);
}

static void read_protocol(struct policy_reader *reader, const char *what,
			  const struct tree_node *node, int *ret)
{
	uint32_t number = 0;

	if (!node)
		return;
	if (node->kind != TREE_STRING) {
		if (policy_integer(reader, what, node, (struct policy_bounds){1, 255}, &number))
			*ret = (int)number;
		return;
	}
	for (size_t i = 0; i < N(protocols); i++)
		if (strcmp(node->text, protocols[i].name) == 0)
			number = protocols[i].number;
	for (size_t i = 0; is_number(node) && i < node->len && number <= 255; i++)
		number = number * 10 + (uint32_t)(node->text[i] - '0');
	if (number >= 1 && number <= 255)
		*ret = (int)number;
	else
		refuse_protocol(reader, what, node);
}

/* As a range of types and codes in the spaces of ICMP. */
static void read_icmp(struct policy_reader *reader, const struct tree_node *node,
		      struct calico_ports *ret)
{
	struct policy_fields fields;
	uint32_t type = 0, code = 0;
	struct calico_port *port;

	if (!node)
		return;
	policy_schema_read(reader, &calico_icmp_schema, node, &fields);
	if (fields.values[ICMP_CODE] && !fields.values[ICMP_TYPE])
		policy_error(reader, DIAG_BH0204, policy_span(reader, node),
			     "an ICMP 'code' needs a 'type'");
	if (fields.values[ICMP_CODE])
		policy_integer(reader, "'code'", fields.values[ICMP_CODE],
			       (struct policy_bounds){0, 255}, &code);
	if (!fields.values[ICMP_TYPE] || !policy_integer(reader, "'type'", fields.values[ICMP_TYPE],
							 (struct policy_bounds){0, 254}, &type))
		return;
	port = arena_alloc(&reader->snapshot->arena, sizeof(*port));
	port->first = (uint16_t)(type << 8 | code);
	port->last = fields.values[ICMP_CODE] ? port->first : (uint16_t)(type << 8 | 255);
	port->span = policy_span(reader, node);
	*ret = (struct calico_ports){port, 1};
}

static bool is_icmp(int protocol)
{
	return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMPV6;
}

/* ICMP is of one family. */
static void check_ip_version(struct policy_reader *reader, const struct tree_node *node,
			     int protocol)
{
	const uint32_t family = protocol == PROTOCOL_ICMP ? 4 : 6;

	if (is_icmp(protocol) && node && node->kind == TREE_INT && node->integer != family)
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "'ipVersion' must be %u with protocol %s, but is %s", family,
			     family == 4 ? "ICMP" : "ICMPv6", node->text);
}

static void read_ip_version(struct policy_reader *reader, const struct tree_node *node,
			    struct calico_rule *rule)
{
	uint32_t version;

	if (!node ||
	    !policy_integer(reader, "'ipVersion'", node, (struct policy_bounds){4, 6}, &version))
		return;
	if (version == 5)
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "'ipVersion' must be 4 or 6, but is 5");
	rule->family = version == 4 ? IP_V4 : IP_V6;
}

static void check_ports(struct policy_reader *reader, const struct calico_rule *rule,
			const char *what, const struct calico_ports *ports)
{
	const bool has_protocol = rule->protocol >= 0 && calico_has_ports(rule);

	for (uint32_t i = 0; i < ports->n && !has_protocol; i++) {
		struct diag *diag;

		if (ports->items[i].name)
			continue;
		diag = policy_error(reader, DIAG_BH0203, ports->items[i].span,
				    "%s with numbers need protocol TCP, UDP or SCTP", what);
		diag_hint(reader->diags, diag, "add protocol: TCP to the rule");
		return;
	}
}

/* All blocks of a rule are of one family, and of that which it names. */
static void check_family(struct policy_reader *reader, const struct calico_nets *nets,
			 const struct diag_span *span, enum ip_family *family)
{
	for (uint32_t i = 0; i < nets->n; i++) {
		if (*family == IP_NONE)
			*family = nets->items[i].addr.family;
		if (*family == nets->items[i].addr.family)
			continue;
		policy_error(reader, DIAG_BH0203, *span,
			     "the nets of a rule must all be IPv4 or all be IPv6, as its "
			     "'ipVersion' says if it has one");
		return;
	}
}

static void check_families(struct policy_reader *reader, struct calico_rule *rule)
{
	const struct calico_entity *entities[] = {&rule->source, &rule->destination};

	for (size_t i = 0; i < N(entities); i++) {
		check_family(reader, &entities[i]->nets, &entities[i]->span, &rule->family);
		check_family(reader, &entities[i]->not_nets, &entities[i]->span, &rule->family);
	}
}

/* A service is the other end. */
static void check_services(struct policy_reader *reader, const struct calico_rule *rule)
{
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct calico_entity *own = is_ingress ? &rule->destination : &rule->source;

	if (own->has_service)
		policy_error(reader, DIAG_BH0203, own->span,
			     "'services' must not be in the %s of an %s rule",
			     is_ingress ? "destination" : "source",
			     policy_direction_name(rule->direction));
}

static void check_rule(struct policy_reader *reader, const struct policy_fields *fields,
		       struct calico_rule *rule)
{
	check_ports(reader, rule, "source ports", &rule->source.ports);
	check_ports(reader, rule, "source notPorts", &rule->source.not_ports);
	check_ports(reader, rule, "ports", &rule->destination.ports);
	check_ports(reader, rule, "notPorts", &rule->destination.not_ports);
	if (fields->values[RULE_ICMP] && !is_icmp(rule->protocol))
		policy_error(reader, DIAG_BH0203, policy_span(reader, fields->values[RULE_ICMP]),
			     "'icmp' needs protocol ICMP or ICMPv6");
	if (fields->values[RULE_NOT_ICMP] && !is_icmp(rule->protocol))
		policy_warning(reader, policy_span(reader, fields->values[RULE_NOT_ICMP]),
			       "'notICMP' without protocol ICMP or ICMPv6 is read, but cannot be "
			       "rendered by every data plane");
	check_ip_version(reader, fields->values[RULE_IP_VERSION], rule->protocol);
	check_ip_version(reader, fields->values[RULE_IP_VERSION], rule->not_protocol);
	check_families(reader, rule);
	check_services(reader, rule);
}

static void check_http(struct policy_reader *reader, const struct tree_node *node,
		       const struct calico_rule *rule)
{
	const struct diag_span span = policy_span(reader, node);

	if (rule->is_log || rule->action != POLICY_ALLOW)
		policy_error(reader, DIAG_BH0203, span,
			     "'http' can only be in a rule with action "
			     "Allow");
	if (rule->protocol >= 0 && rule->protocol != PROTOCOL_TCP)
		policy_error(reader, DIAG_BH0203, span, "'http' needs protocol TCP or none");
	if (rule->direction == POLICY_EGRESS)
		policy_error(reader, DIAG_BH0203, span, "'http' can only be in an ingress rule");
}

static void read_entities(struct policy_reader *reader, const struct policy_fields *fields,
			  const char *ns, struct calico_rule *rule)
{
	if (fields->values[RULE_SOURCE])
		calico_entity_read(reader, &calico_source_schema, ns, fields->values[RULE_SOURCE],
				   &rule->source);
	if (fields->values[RULE_DESTINATION])
		calico_entity_read(reader, &calico_destination_schema, ns,
				   fields->values[RULE_DESTINATION], &rule->destination);
}

static void read_metadata(struct policy_reader *reader, const struct tree_node *node)
{
	const struct tree_node *annotations;
	struct policy_fields fields;

	if (!node)
		return;
	policy_schema_read(reader, &calico_rule_metadata_schema, node, &fields);
	annotations = fields.values[0];
	for (uint32_t i = 0; annotations && i < annotations->len; i++) {
		policy_key_check(reader, "annotation key", &annotations->members[i],
				 model_syntax_annotation_key);
		policy_string_check(reader, "annotation", annotations->members[i].value);
	}
}

void calico_rule_read(struct policy_reader *reader, const struct tree_node *item,
		      const struct policy *policy, struct calico_rule *rule)
{
	struct policy_fields fields;

	rule->span = policy_span(reader, item);
	rule->protocol = -1;
	rule->not_protocol = -1;
	if (!policy_schema_read(reader, &calico_rule_schema, item, &fields))
		return;
	if (policy_need(reader, &calico_rule_schema, item, &fields, RULE_ACTION) &&
	    fields.values[RULE_ACTION])
		read_action(reader, fields.values[RULE_ACTION], rule);
	read_ip_version(reader, fields.values[RULE_IP_VERSION], rule);
	read_protocol(reader, "'protocol'", fields.values[RULE_PROTOCOL], &rule->protocol);
	read_protocol(reader, "'notProtocol'", fields.values[RULE_NOT_PROTOCOL],
		      &rule->not_protocol);
	read_icmp(reader, fields.values[RULE_ICMP], &rule->icmp);
	read_icmp(reader, fields.values[RULE_NOT_ICMP], &rule->not_icmp);
	read_entities(reader, &fields, policy->ns, rule);
	read_metadata(reader, fields.values[RULE_METADATA]);
	check_rule(reader, &fields, rule);
	if (fields.values[RULE_HTTP]) {
		check_http(reader, fields.values[RULE_HTTP], rule);
		rule->condition = calico_http_read(reader, fields.values[RULE_HTTP]);
	}
}
