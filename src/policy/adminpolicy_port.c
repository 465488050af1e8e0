/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/adminpolicy.h"

#include "base/intern.h"

#define SCHEMA(text, list) \
	{ \
		.what = text, .fields = list, .n_fields = sizeof(list) / sizeof((list)[0]) \
	}

enum { PORT_NUMBER, PORT_RANGE, NAMED_PORT };

static const struct policy_field port_fields[] = {
	[PORT_NUMBER] = {"portNumber", POLICY_TYPE_MAPPING},
	[PORT_RANGE] = {"portRange", POLICY_TYPE_MAPPING},
	[NAMED_PORT] = {"namedPort", POLICY_TYPE_STRING},
};

enum { RANGE_START, RANGE_END, RANGE_PROTOCOL };

static const struct policy_field range_fields[] = {
	[RANGE_START] = {"start", POLICY_TYPE_INTEGER},
	[RANGE_END] = {"end", POLICY_TYPE_INTEGER},
	[RANGE_PROTOCOL] = {"protocol", POLICY_TYPE_STRING}, /* v1alpha1 */
};

enum { NUMBER_PORT, NUMBER_PROTOCOL };

static const struct policy_field number_fields[] = {
	[NUMBER_PORT] = {"port", POLICY_TYPE_INTEGER},
	[NUMBER_PROTOCOL] = {"protocol", POLICY_TYPE_STRING},
};

/* The first ones as in enum port_space. */
enum { PROTOCOL_NAMED = PORT_SCTP + 1 };

static const struct policy_field protocol_fields[] = {
	[PORT_TCP] = {"tcp", POLICY_TYPE_MAPPING},
	[PORT_UDP] = {"udp", POLICY_TYPE_MAPPING},
	[PORT_SCTP] = {"sctp", POLICY_TYPE_MAPPING},
	[PROTOCOL_NAMED] = {"destinationNamedPort", POLICY_TYPE_STRING},
};

static const struct policy_field protocol_ports_fields[] = {
	{"destinationPort", POLICY_TYPE_MAPPING},
};

enum { DESTINATION_NUMBER, DESTINATION_RANGE };

static const struct policy_field destination_fields[] = {
	[DESTINATION_NUMBER] = {"number", POLICY_TYPE_INTEGER},
	[DESTINATION_RANGE] = {"range", POLICY_TYPE_MAPPING},
};

const struct policy_schema adminpolicy_port_schema = SCHEMA("a port", port_fields);
const struct policy_schema adminpolicy_port_number_schema = SCHEMA("a portNumber", number_fields);
const struct policy_schema adminpolicy_port_range_schema = SCHEMA("a portRange", range_fields);
const struct policy_schema adminpolicy_protocol_schema = SCHEMA("a protocol", protocol_fields);
const struct policy_schema adminpolicy_protocol_ports_schema =
	SCHEMA("what is said of a protocol", protocol_ports_fields);
const struct policy_schema adminpolicy_destination_schema =
	SCHEMA("a destinationPort", destination_fields);
const struct policy_schema adminpolicy_range_schema = {"a range", range_fields, RANGE_PROTOCOL,
						       NULL, NULL};

static struct policy_port *add_port(struct policy_rule *rule, struct diag_span span)
{
	struct policy_port *port = &rule->ports[rule->n_ports++];

	*port = (struct policy_port){.kind = POLICY_PORT_RANGE, .space = PORT_TCP, .span = span};
	return port;
}

/* The API does not check the name; one that no container can have matches nothing. */
static void add_names(struct policy_reader *reader, const struct tree_node *node,
		      struct policy_rule *rule)
{
	const char *wrong = model_syntax_port_name(node->text, node->len);

	if (wrong)
		policy_warning(reader, policy_span(reader, node),
			       "no pod has a port with the name '%s', which %s", node->text, wrong);
	for (uint8_t space = PORT_TCP; space <= PORT_SCTP; space++) {
		struct policy_port *port = add_port(rule, policy_span(reader, node));

		port->kind = POLICY_PORT_NAMED;
		port->space = space;
		port->name = intern_strn(&reader->snapshot->intern, node->text, node->len);
	}
}

static void read_number(struct policy_reader *reader, const struct tree_node *node,
			struct policy_port *ret)
{
	struct policy_fields fields;

	policy_schema_read(reader, &adminpolicy_port_number_schema, node, &fields);
	if (policy_need(reader, &adminpolicy_port_number_schema, node, &fields, NUMBER_PORT) &&
	    fields.values[NUMBER_PORT])
		policy_port_number(reader, "'port'", fields.values[NUMBER_PORT], &ret->first);
	ret->last = ret->first;
	policy_transport(reader, fields.values[NUMBER_PROTOCOL], &ret->space);
}

static void read_range(struct policy_reader *reader, const struct policy_schema *schema,
		       const struct tree_node *node, struct policy_port *ret)
{
	const struct tree_node *start, *end;
	struct policy_fields fields;

	policy_schema_read(reader, schema, node, &fields);
	adminpolicy_need(reader, schema, node, &fields,
			 (struct policy_bounds){RANGE_START, RANGE_END});
	start = fields.values[RANGE_START];
	end = fields.values[RANGE_END];
	if (start && end && policy_port_number(reader, "'start'", start, &ret->first) &&
	    policy_port_number(reader, "'end'", end, &ret->last) && ret->first >= ret->last)
		policy_error(reader, DIAG_BH0203, policy_span(reader, end),
			     "'end' must be more than 'start', but is %u and that is %u", ret->last,
			     ret->first);
	if (schema->n_fields > RANGE_PROTOCOL)
		policy_transport(reader, fields.values[RANGE_PROTOCOL], &ret->space);
}

void adminpolicy_port_read_v1alpha1(struct policy_reader *reader, const struct tree_node *node,
				    struct policy_rule *rule)
{
	const struct diag_span span = policy_span(reader, node);
	struct policy_fields fields;
	size_t field;

	if (!adminpolicy_one_field(reader, &adminpolicy_port_schema, node, &fields, &field))
		return;
	if (field == NAMED_PORT)
		add_names(reader, fields.values[field], rule);
	else if (field == PORT_NUMBER)
		read_number(reader, fields.values[field], add_port(rule, span));
	else
		read_range(reader, &adminpolicy_port_range_schema, fields.values[field],
			   add_port(rule, span));
}

static void read_destination(struct policy_reader *reader, const struct tree_node *node,
			     struct policy_port *ret)
{
	struct policy_fields fields;
	size_t field;

	if (!adminpolicy_one_field(reader, &adminpolicy_destination_schema, node, &fields, &field))
		return;
	if (field == DESTINATION_RANGE) {
		read_range(reader, &adminpolicy_range_schema, fields.values[field], ret);
		return;
	}
	policy_port_number(reader, "'number'", fields.values[field], &ret->first);
	ret->last = ret->first;
}

void adminpolicy_port_read_v1alpha2(struct policy_reader *reader, const struct tree_node *node,
				    struct policy_rule *rule)
{
	struct policy_fields fields, inner;
	struct policy_port *port;
	size_t field, only;

	if (!adminpolicy_one_field(reader, &adminpolicy_protocol_schema, node, &fields, &field))
		return;
	if (field == PROTOCOL_NAMED) {
		add_names(reader, fields.values[field], rule);
		return;
	}
	if (!adminpolicy_one_field(reader, &adminpolicy_protocol_ports_schema, fields.values[field],
				   &inner, &only))
		return;
	port = add_port(rule, policy_span(reader, node));
	port->space = (uint8_t)field;
	read_destination(reader, inner.values[only], port);
}
