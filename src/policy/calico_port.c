/* SPDX-License-Identifier: Apache-2.0 */
/* Ports as Calico writes them, and a rule's protocol, ICMP types and ports as ports of the IR. */
#include "policy/calico.h"

#include "base/arena.h"
#include "base/intern.h"

#include <string.h>

#define PORTS_MAX 50
#define NAME_MAX_LEN 128
#define SPACES_OF_NAME 3 /* TCP, UDP, SCTP */

static bool is_digits(const char *text, size_t len)
{
	return len > 0 && strspn(text, "0123456789") >= len;
}

static bool number_of(const char *text, size_t len, uint16_t *ret)
{
	uint32_t number = 0;

	for (size_t i = 0; i < len && number <= UINT16_MAX; i++)
		number = number * 10 + (uint32_t)(text[i] - '0');
	*ret = (uint16_t)number;
	return number >= 1 && number <= UINT16_MAX;
}

static void refuse_number(struct policy_reader *reader, const struct tree_node *node)
{
	policy_error(reader, DIAG_BH0203, policy_span(reader, node),
		     "a port must be 1 to 65535, but is %s", node->text);
}

/* "80", "80:90": numbers; false when the text is neither. */
static bool read_numbers(struct policy_reader *reader, const struct tree_node *node,
			 struct calico_port *ret)
{
	const char *colon = strchr(node->text, ':');
	size_t len = colon ? (size_t)(colon - node->text) : node->len;
	const char *last = colon ? colon + 1 : node->text;
	size_t last_len = colon ? strlen(last) : len;

	if (!is_digits(node->text, len) || !is_digits(last, last_len))
		return false;
	if (!number_of(node->text, len, &ret->first) || !number_of(last, last_len, &ret->last))
		refuse_number(reader, node);
	else if (ret->first > ret->last)
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "the first port of range '%s' is more than the last", node->text);
	return true;
}

static void read_name(struct policy_reader *reader, const struct tree_node *node,
		      struct calico_port *ret)
{
	const char *wrong = model_syntax_port_name(node->text, node->len);
	size_t len = strspn(node->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_.-");

	ret->name = intern_strn(&reader->snapshot->intern, node->text, node->len);
	if (len != node->len || len == 0 || len > NAME_MAX_LEN) {
		struct diag *diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
						 "'%s' is neither a port, a range nor the name "
						 "of a port",
						 node->text);

		diag_hint(reader->diags, diag,
			  "write 80, \"80:90\" or the name of a container's "
			  "port");
	} else if (wrong) {
		struct diag *diag = policy_warning(reader, policy_span(reader, node),
						   "no pod has a port with the name '%s', which %s",
						   node->text, wrong);

		if (strspn(node->text, "0123456789-") == node->len)
			diag_hint(reader->diags, diag, "a range is written \"80:90\"");
	}
}

static void read_port(struct policy_reader *reader, const struct tree_node *node,
		      struct calico_port *ret)
{
	ret->span = policy_span(reader, node);
	if (node->kind == TREE_STRING) {
		if (!read_numbers(reader, node, ret))
			read_name(reader, node, ret);
		return;
	}
	if (node->kind != TREE_INT && node->kind != TREE_FLOAT) {
		policy_error(reader, DIAG_BH0202, policy_span(reader, node),
			     "a port must be an integer or a string, but is %s",
			     tree_kind_name(node->kind));
		return;
	}
	policy_port_number(reader, "a port", node, &ret->first);
	ret->last = ret->first;
}

void calico_ports_read(struct policy_reader *reader, const char *field,
		       const struct tree_node *list, struct calico_ports *ret)
{
	if (!list)
		return;
	policy_check_len(reader, field, list, (struct policy_bounds){0, PORTS_MAX});
	ret->items = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*ret->items));
	ret->n = list->len;
	for (uint32_t i = 0; i < list->len; i++)
		read_port(reader, list->items[i], &ret->items[i]);
}

/* Ports of a rule while they are collected. */
struct list {
	struct policy_port *items;
	uint32_t n;
};

static void add_range(struct list *list, uint8_t space, uint16_t first, uint16_t last)
{
	list->items[list->n++] = (struct policy_port){
		.kind = POLICY_PORT_RANGE,
		.space = space,
		.first = first,
		.last = last,
	};
}

/* All of a protocol. */
static void add_protocol(struct list *list, int protocol)
{
	const enum port_space space = port_space_of((uint8_t)protocol);

	if (space == PORT_OTHER)
		add_range(list, PORT_OTHER, (uint16_t)protocol, (uint16_t)protocol);
	else
		add_range(list, (uint8_t)space, 0, port_space_last(space));
}

static void add_all(struct list *list)
{
	for (uint8_t space = 0; space < PORT_N_SPACES; space++)
		add_range(list, space, 0, port_space_last(space));
}

enum port_space calico_rule_space(const struct calico_rule *rule)
{
	return port_space_of((uint8_t)rule->protocol);
}

bool calico_has_ports(const struct calico_rule *rule)
{
	return rule->protocol < 0 || port_space_of((uint8_t)rule->protocol) <= PORT_SCTP;
}

bool calico_ports_have_name(const struct calico_ports *ports)
{
	for (uint32_t i = 0; i < ports->n; i++)
		if (ports->items[i].name)
			return true;
	return false;
}

/* Without a protocol a name is that of a port of any; numbers need one. */
static void add_name(struct list *list, const struct calico_port *port,
		     const struct calico_rule *rule)
{
	for (uint8_t space = PORT_TCP; space <= PORT_SCTP; space++) {
		if (rule->protocol >= 0 && space != calico_rule_space(rule))
			continue;
		list->items[list->n++] = (struct policy_port){
			.kind = POLICY_PORT_NAMED,
			.space = space,
			.name = port->name,
			.span = port->span,
		};
	}
}

static void add_ports(struct list *list, const struct calico_ports *ports,
		      const struct calico_rule *rule)
{
	for (uint32_t i = 0; i < ports->n && calico_has_ports(rule); i++) {
		const struct calico_port *port = &ports->items[i];

		if (port->name) {
			if (!rule->is_nameless)
				add_name(list, port, rule);
			continue;
		}
		add_range(list, (uint8_t)calico_rule_space(rule), port->first, port->last);
		list->items[list->n - 1].span = port->span;
	}
}

static void add_icmp(struct list *list, const struct calico_ports *types,
		     const struct calico_rule *rule)
{
	const enum port_space space = rule->protocol < 0 ? PORT_ICMP
							 : port_space_of((uint8_t)rule->protocol);

	for (uint32_t i = 0; i < types->n; i++)
		add_range(list, (uint8_t)space, types->items[i].first, types->items[i].last);
}

/* The ports of a service, at its backends: numbers, or names that each has for itself. */
static void add_service(struct list *list, const struct calico_rule *rule)
{
	const struct model_service *service = rule->destination.service;

	for (uint32_t i = 0; service && i < service->n_ports; i++) {
		const struct model_service_port *port = &service->ports[i];

		if (rule->protocol >= 0 && port_space_of((uint8_t)rule->protocol) != port->space)
			continue;
		add_range(list, port->space, port->target, port->target);
		if (!port->target_name)
			continue;
		list->items[list->n - 1].kind = POLICY_PORT_NAMED;
		list->items[list->n - 1].name = port->target_name;
	}
}

static void add_positive(struct list *list, const struct calico_rule *rule, bool is_explicit)
{
	const struct calico_entity *to = &rule->destination;

	if (to->has_service)
		add_service(list, rule);
	else if (to->ports.n)
		add_ports(list, &to->ports, rule);
	else if (rule->icmp.n)
		add_icmp(list, &rule->icmp, rule);
	else if (rule->protocol >= 0)
		add_protocol(list, rule->protocol);
	else if (is_explicit)
		add_all(list);
}

static void add_negative(struct list *list, const struct calico_rule *rule)
{
	if (rule->not_protocol >= 0)
		add_protocol(list, rule->not_protocol);
	for (uint8_t space = PORT_TCP; space <= PORT_SCTP && rule->is_portless; space++)
		add_range(list, space, 0, port_space_last(space));
	add_ports(list, &rule->destination.not_ports, rule);
	add_icmp(list, &rule->not_icmp, rule);
}

static struct list new_list(const struct policy_reader *reader, size_t n)
{
	return (struct list){arena_alloc_n(&reader->snapshot->arena, n, sizeof(struct policy_port)),
			     0};
}

void calico_rule_ports(const struct policy_reader *reader, const struct calico_rule *rule,
		       struct policy_rule *ret)
{
	const struct calico_entity *to = &rule->destination;
	const uint32_t n_service = to->service ? to->service->n_ports : 0;
	struct list negative = new_list(reader, SPACES_OF_NAME * ((size_t)to->not_ports.n + 1) +
							rule->not_icmp.n + 1);
	struct list positive = new_list(reader, SPACES_OF_NAME * (size_t)to->ports.n +
							rule->icmp.n + n_service + PORT_N_SPACES);

	add_negative(&negative, rule);
	add_positive(&positive, rule, negative.n > 0);
	ret->any_port = !to->has_service && !to->ports.n && !rule->icmp.n && rule->protocol < 0 &&
			negative.n == 0;
	ret->ports = positive.items;
	ret->n_ports = positive.n;
	ret->not_ports = negative.items;
	ret->n_not_ports = negative.n;
}
