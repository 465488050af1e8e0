/* SPDX-License-Identifier: Apache-2.0 */
/* `toPorts`: the ports; what a proxy has to find is policy/cilium_l7.c. */
#include "policy/cilium.h"

#include "base/intern.h"
#include "base/vec.h"
#include "policy/cilium_label.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct policy_field port_rule_fields[] = {
	[CILIUM_PORT_PORTS] = {"ports", POLICY_TYPE_LIST},
	[CILIUM_PORT_RULES] = {"rules", POLICY_TYPE_MAPPING},
	[CILIUM_PORT_SERVER_NAMES] = {"serverNames", POLICY_TYPE_LIST},
	[CILIUM_PORT_LISTENER] = {"listener", POLICY_TYPE_MAPPING},
	[CILIUM_PORT_TERMINATING_TLS] = {"terminatingTLS", POLICY_TYPE_MAPPING},
	[CILIUM_PORT_ORIGINATING_TLS] = {"originatingTLS", POLICY_TYPE_MAPPING},
};

static const struct policy_alias port_rule_aliases[] = {
	{"port", "a port is an item of 'ports': - ports: [{port: …, protocol: …}]"},
	{"protocol", "a port is an item of 'ports': - ports: [{port: …, protocol: …}]"},
	{"endPort", "a port is an item of 'ports': - ports: [{port: …, endPort: …}]"},
	{"http", "'http' goes into 'rules', beside 'ports'"},
	{"dns", "'dns' goes into 'rules', beside 'ports'"},
	{"rules", "a rule that denies has no rules of a proxy"},
	{"serverNames", "a rule that denies has no rules of a proxy"},
	{"listener", "a rule that denies has no rules of a proxy"},
	{NULL, NULL},
};

const struct policy_schema cilium_port_rule_schema = {"an item of 'toPorts'", port_rule_fields,
						      N(port_rule_fields), port_rule_aliases, NULL};
const struct policy_schema cilium_port_deny_schema = {"an item of 'toPorts'", port_rule_fields, 1,
						      port_rule_aliases, NULL};

enum { PORT_PORT, PORT_END_PORT, PORT_PROTOCOL };

static const struct policy_field port_fields[] = {
	[PORT_PORT] = {"port", POLICY_TYPE_STRING},
	[PORT_END_PORT] = {"endPort", POLICY_TYPE_INTEGER},
	[PORT_PROTOCOL] = {"protocol", POLICY_TYPE_STRING},
};

static const struct policy_alias port_aliases[] = {
	{"rules", "'rules' goes beside 'ports': check the indentation"},
	{NULL, NULL},
};

const struct policy_schema cilium_port_schema = {"a port", port_fields, N(port_fields),
						 port_aliases, NULL};

enum { PROTOCOL_ANY = PORT_SCTP + 1, N_PROTOCOLS = PROTOCOL_ANY + 1 };

/* Those after ANY are protocols without ports, by their number. */
static const char *const protocol_names[] = {
	[PORT_TCP] = "TCP",
	[PORT_UDP] = "UDP",
	[PORT_SCTP] = "SCTP",
	[PROTOCOL_ANY] = "ANY",
	"VRRP",
	"IGMP",
	"GRE",
	"IPIP",
	"IPV6",
	"ESP",
	"AH",
};

static const uint8_t protocol_numbers[] = {112, 2, 47, 4, 41, 50, 51};

static const struct policy_choices protocols = {"'protocol'", protocol_names, N(protocol_names),
						"ICMP has 'icmps', beside 'toPorts'"};

/* One item of `ports` while it is read. */
struct port {
	size_t protocol; /* of protocol_names */
	const char *name;
	uint32_t number;
	uint32_t last;
};

/* An IANA service name, which may be upper case here: RFC 6335, 5.1. */
static bool is_name(const char *text, size_t len)
{
	bool has_letter = false;

	if (len == 0 || len > 15 || text[0] == '-' || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)text[i]) && (text[i] != '-' || text[i - 1] == '-'))
			return false;
		has_letter |= isalpha((unsigned char)text[i]) != 0;
	}
	return has_letter;
}

static const char *lower_case(const struct policy_reader *reader, const char *text, size_t len)
{
	char lower[16];

	for (size_t i = 0; i < len; i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	return intern_strn(&reader->snapshot->intern, lower, len);
}

/* As Go's strconv.ParseUint reads it with base 0: a number that begins with 0 is octal. */
static bool read_number(struct policy_reader *reader, const struct tree_node *node, uint32_t *ret)
{
	const bool is_octal = node->len > 1 && node->text[0] == '0';
	const char *digits = is_octal ? "01234567" : "0123456789";
	struct diag *diag;

	if (node->len == 0 || node->len > 7 || strspn(node->text, digits) != node->len ||
	    strtoul(node->text, NULL, is_octal ? 8 : 10) > UINT16_MAX) {
		diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
				    "'port' must be 0 to 65535 or the name of a port, but is '%s'",
				    node->text);
		if (strspn(node->text, "0123456789") != node->len)
			diag_hint(reader->diags, diag,
				  "a name has at most 15 letters, digits and single '-' between "
				  "them");
		return false;
	}
	*ret = (uint32_t)strtoul(node->text, NULL, is_octal ? 8 : 10);
	if (is_octal) {
		diag = policy_warning(reader, policy_span(reader, node),
				      "'port' %s is octal, and read as %u", node->text, *ret);
		diag_hint(reader->diags, diag, "write \"%u\"", *ret);
	}
	return true;
}

static bool read_port_number(struct policy_reader *reader, const struct tree_node *node,
			     struct port *port)
{
	if (is_name(node->text, node->len)) {
		port->name = lower_case(reader, node->text, node->len);
		return true;
	}
	if (!read_number(reader, node, &port->number))
		return false;
	port->last = port->number;
	return true;
}

static void read_end(struct policy_reader *reader, const struct tree_node *node, struct port *port)
{
	const struct policy_bounds bounds = {0, UINT16_MAX};
	struct diag *diag;
	uint32_t end;

	if (!policy_integer(reader, "'endPort'", node, bounds, &end))
		return;
	if (!port->name && end >= port->number) {
		port->last = end;
		return;
	}
	if (!port->name && end == 0)
		return;
	diag = policy_warning(reader, policy_span(reader, node), "'endPort' has no effect");
	diag_hint(reader->diags, diag,
		  port->name ? "a range is of numbers, and the port is a name"
			     : "it is less than 'port'");
}

static void add(struct cilium_ports *to, enum port_space space, const struct port *port,
		struct diag_span span)
{
	struct policy_port one = {.space = (uint8_t)space, .name = port->name, .span = span};

	one.kind = port->name ? POLICY_PORT_NAMED : POLICY_PORT_RANGE;
	one.first = (uint16_t)port->number;
	one.last = (uint16_t)port->last;
	if (!port->name && port->last == 0)
		one.last = port_space_last(space);
	vec_push(to, one);
}

static void add_portless(struct policy_reader *reader, const struct tree_node *node,
			 const struct port *port, struct cilium_ports *to)
{
	const uint8_t number = protocol_numbers[port->protocol - N_PROTOCOLS];
	const struct policy_port one = {
		.kind = POLICY_PORT_RANGE,
		.space = PORT_OTHER,
		.first = number,
		.last = number,
		.span = policy_span(reader, node),
	};

	if (port->name || port->number)
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "'port' must be \"0\" with protocol %s",
			     protocol_names[port->protocol]);
	else
		policy_warning(reader, policy_span(reader, node),
			       "Cilium takes protocol %s only with enable-extended-ip-protocols",
			       protocol_names[port->protocol]);
	vec_push(to, one);
}

static void add_port(struct policy_reader *reader, const struct tree_node *node,
		     const struct port *port, struct cilium_ports *to)
{
	const struct diag_span span = policy_span(reader, node);

	if (port->protocol >= N_PROTOCOLS)
		add_portless(reader, node, port, to);
	else if (port->protocol != PROTOCOL_ANY)
		add(to, (enum port_space)port->protocol, port, span);
	else
		for (enum port_space space = PORT_TCP; space <= PORT_SCTP; space++)
			add(to, space, port, span);
}

/* All that pods mean by a name. */
static void collect(const struct policy_reader *reader, const char *name, struct port_set *ret)
{
	const struct model_snapshot *snapshot = reader->snapshot;

	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		for (enum port_space space = PORT_TCP; space <= PORT_SCTP; space++)
			model_pod_named_ports(snapshot->pods[i], name, space, ret);
}

size_t cilium_ports_number(const struct policy_reader *reader, struct policy_port *ports, size_t n)
{
	size_t n_left = 0;

	for (size_t i = 0; i < n; i++) {
		struct policy_port *port = &ports[n_left];
		struct port_set known = {0};

		*port = ports[i];
		n_left += port->kind != POLICY_PORT_NAMED;
		if (port->kind != POLICY_PORT_NAMED)
			continue;
		collect(reader, port->name, &known);
		if (known.n == 1 && known.ranges[0].first == known.ranges[0].last &&
		    known.ranges[0].space == port->space) {
			port->kind = POLICY_PORT_RANGE;
			port->first = port->last = known.ranges[0].first;
			n_left++;
		}
		port_set_release(&known);
	}
	return n_left;
}

static bool read_port(struct policy_reader *reader, const struct tree_node *node,
		      struct policy_fields *fields, struct port *ret)
{
	*ret = (struct port){.protocol = PROTOCOL_ANY};
	if (!policy_schema_read(reader, &cilium_port_schema, node, fields))
		return false;
	if (fields->values[PORT_PROTOCOL] && fields->values[PORT_PROTOCOL]->len)
		policy_choose(reader, &protocols, fields->values[PORT_PROTOCOL], &ret->protocol);
	if (policy_field_is_absent(fields, PORT_PORT) ||
	    (fields->values[PORT_PORT] && fields->values[PORT_PORT]->len == 0)) {
		struct diag *diag = policy_error(reader, DIAG_BH0204, policy_span(reader, node),
						 "a port needs 'port'");

		diag_hint(reader->diags, diag, "every port of the protocol is port: \"0\"");
		return false;
	}
	if (!fields->values[PORT_PORT] || !read_port_number(reader, fields->values[PORT_PORT], ret))
		return false;
	if (fields->values[PORT_END_PORT])
		read_end(reader, fields->values[PORT_END_PORT], ret);
	return true;
}

/* What rules of a proxy ask of the ports that they stand beside. */
struct proxied {
	bool is_dns;
	bool is_other; /* HTTP, and what older versions had */
};

static struct proxied look(const struct tree_node *rules)
{
	const struct tree_node *dns = tree_get(rules, "dns");
	const bool has_dns = dns && dns->kind == TREE_SEQ && dns->len > 0;
	bool some = false;

	for (uint32_t i = 0; rules && i < rules->len; i++)
		some |= rules->members[i].value->kind != TREE_NULL;
	return (struct proxied){has_dns, some && !has_dns};
}

static void check_proxied(struct policy_reader *reader, const struct proxied *proxied,
			  const struct tree_node *node, const struct policy_fields *fields,
			  const struct port *port)
{
	const struct tree_node *protocol = fields->values[PORT_PROTOCOL];
	struct diag *diag;

	if (proxied->is_other && port->protocol != PORT_TCP) {
		diag = policy_error(reader, DIAG_BH0203,
				    policy_span(reader, protocol ? protocol : node),
				    "rules of a proxy are for TCP, not for %s, unless they are "
				    "'dns'",
				    protocol_names[port->protocol]);
		diag_hint(reader->diags, diag, "write protocol: TCP");
	}
	if ((proxied->is_other || proxied->is_dns) && !port->name && port->number == 0) {
		diag = policy_error(reader, DIAG_BH0203,
				    policy_span(reader, fields->values[PORT_PORT]),
				    "rules of a proxy need a port, and \"0\" is all of them");
		diag_hint(reader->diags, diag, "name each port, or a range with 'endPort'");
	}
	if (proxied->is_dns && !port->name && port->last > port->number)
		policy_error(reader, DIAG_BH0203,
			     policy_span(reader, fields->values[PORT_END_PORT]),
			     "'dns' rules have no range of ports");
}

void cilium_warn_empty(struct policy_reader *reader, const struct tree_node *item,
		       const char *field)
{
	struct diag *diag;

	if (reader->failed)
		return;
	diag = policy_warning(reader, policy_span(reader, item),
			      "without '%s' this matches nothing", field);
	diag_hint(reader->diags, diag, "for every port leave the item out");
}

void cilium_port_rule_read(struct policy_reader *reader, const struct cilium_list *list,
			   const struct tree_node *item, struct cilium_ports *ret)
{
	const struct policy_schema *schema = cilium_is_deny(list) ? &cilium_port_deny_schema
								  : &cilium_port_rule_schema;
	const struct tree_node *ports;
	struct policy_fields fields;
	struct proxied proxied;

	*ret = (struct cilium_ports){.span = policy_span(reader, item)};
	if (!policy_schema_read(reader, schema, item, &fields))
		return;
	proxied = look(fields.values[CILIUM_PORT_RULES]);
	ports = fields.values[CILIUM_PORT_PORTS];
	policy_check_len(reader, "ports", ports, CILIUM_ITEMS);
	for (uint32_t i = 0; ports && i < ports->len; i++) {
		struct policy_fields port_values;
		struct port port;

		if (!read_port(reader, ports->items[i], &port_values, &port))
			continue;
		check_proxied(reader, &proxied, ports->items[i], &port_values, &port);
		add_port(reader, ports->items[i], &port, ret);
	}
	if (!cilium_is_deny(list))
		cilium_l7_read(reader, list, &fields, ret);
	if (cilium_direction(list) == POLICY_EGRESS && !cilium_since(reader, 1, 20))
		ret->n = cilium_ports_number(reader, ret->items, ret->n);
	if (!ret->n && (!ports || !ports->len))
		cilium_warn_empty(reader, item, "ports");
}
