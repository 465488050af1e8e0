/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/networkpolicy.h"

#include <string.h>

enum { PROTOCOL, PORT, END_PORT, N_FIELDS };

static const struct policy_field port_fields[] = {
	[PROTOCOL] = {"protocol", POLICY_TYPE_STRING},
	[PORT] = {"port", POLICY_TYPE_INTEGER_OR_STRING},
	[END_PORT] = {"endPort", POLICY_TYPE_INTEGER},
};

static const struct policy_alias port_aliases[] = {
	{"name", "a named port is written port: NAME"},
	{"number", "did you mean 'port'?"},
	{"containerPort", "did you mean 'port'? It is the pod's port"},
	{"targetPort", "did you mean 'port'? It is the pod's port, not the Service's"},
	{"from", "'from' goes beside 'ports': check the indentation"},
	{"to", "'to' goes beside 'ports': check the indentation"},
	{NULL, NULL},
};

const struct policy_schema networkpolicy_port_schema = {
	.what = "a port",
	.fields = port_fields,
	.n_fields = N_FIELDS,
	.aliases = port_aliases,
};

/* What a text that is no port name was meant to be. */
static void hint_name(struct policy_reader *reader, struct diag *diag, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	size_t more = strspn(text + digits, "-:") == 1 ? strspn(text + digits + 1, "0123456789")
						       : 0;

	if (digits && !text[digits])
		diag_hint(reader->diags, diag, "for the port number write %s without quotes", text);
	else if (digits && more && !text[digits + 1 + more])
		diag_hint(reader->diags, diag, "a range is written port: %.*s with endPort: %s",
			  (int)digits, text, text + digits + 1);
}

static void read_name(struct policy_reader *reader, const struct tree_node *node,
		      struct policy_port *ret)
{
	const char *wrong = model_syntax_port_name(node->text, node->len);

	ret->kind = POLICY_PORT_NAMED;
	ret->name = intern_strn(&reader->snapshot->intern, node->text, node->len);
	if (wrong)
		hint_name(reader,
			  policy_error(reader, DIAG_BH0203, policy_span(reader, node),
				       "port name '%s' %s", node->text, wrong),
			  node->text);
}

/* `port` is the node of 'port', NULL when it is absent or wrong. */
static void read_end(struct policy_reader *reader, const struct policy_fields *fields,
		     struct policy_port *ret)
{
	const struct tree_node *end = fields->values[END_PORT];
	const struct tree_node *port = fields->values[PORT];
	uint16_t last;

	if (policy_field_is_absent(fields, PORT))
		policy_error(reader, DIAG_BH0203, policy_span(reader, end),
			     "'endPort' must not be given without 'port'");
	else if (port && ret->kind == POLICY_PORT_NAMED)
		policy_error(reader, DIAG_BH0203, policy_span(reader, end),
			     "'endPort' needs a port number, but 'port' is the name '%s'",
			     port->text);
	if (!policy_port_number(reader, "'endPort'", end, &last))
		return;
	if (ret->kind == POLICY_PORT_RANGE && port && last < ret->first)
		policy_error(reader, DIAG_BH0203, policy_span(reader, end),
			     "'endPort' must not be less than 'port', but is %u and that is %u",
			     last, ret->first);
	ret->last = last;
}

void networkpolicy_port_read(struct policy_reader *reader, const struct tree_node *node,
			     struct policy_port *ret)
{
	struct policy_fields fields;
	const struct tree_node *port;

	*ret = (struct policy_port){
		.kind = POLICY_PORT_RANGE,
		.space = PORT_TCP,
		.last = port_space_last(PORT_TCP),
		.span = policy_span(reader, node),
	};
	if (!policy_schema_read(reader, &networkpolicy_port_schema, node, &fields))
		return;
	policy_transport(reader, fields.values[PROTOCOL], &ret->space);
	port = fields.values[PORT];
	if (port && port->kind == TREE_STRING)
		read_name(reader, port, ret);
	else if (port && policy_port_number(reader, "'port'", port, &ret->first))
		ret->last = ret->first;
	if (fields.values[END_PORT])
		read_end(reader, &fields, ret);
}
