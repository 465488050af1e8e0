/* SPDX-License-Identifier: Apache-2.0 */
/* Contracts and exceptions of bulkhead.yaml. */
#include "scan/config_reader.h"

#include <ctype.h>
#include <string.h>

static void read_contract_service(struct config_reader *reader, const struct tree_member *member)
{
	struct scan_contract *contract = reader->item;

	config_read_pattern(reader, member->value, &contract->service);
}

/* A port's number at the start of the text; 0: there is none. */
static uint16_t take_number(const char **at)
{
	uint32_t number = 0;

	while (isdigit((unsigned char)**at) && number <= UINT16_MAX)
		number = number * 10 + (uint32_t)(*(*at)++ - '0');
	return number <= UINT16_MAX ? (uint16_t)number : 0;
}

/* "5432", "5432/TCP", "8000-8010/UDP". */
static bool parse_port(const char *text, struct port_range *ret)
{
	const char *at = text;
	uint8_t space = PORT_TCP;

	ret->first = ret->last = take_number(&at);
	if (*at == '-') {
		at++;
		ret->last = take_number(&at);
	}
	if (*at == '/')
		for (at++; space <= PORT_SCTP && strcmp(port_space_name(space), at) != 0;)
			space++;
	else if (*at)
		return false;
	ret->space = space;
	return ret->first && ret->first <= ret->last && space <= PORT_SCTP;
}

static void read_contract_ports(struct config_reader *reader, const struct tree_member *member)
{
	struct scan_contract *contract = reader->item;
	const struct tree_node *list = member->value;
	struct port_range range;

	if (list->kind != TREE_SEQ)
		config_refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++) {
		const char *text = config_text(reader, list->items[i], "a port");

		if (text && parse_port(text, &range))
			port_set_add(&contract->ports, range);
		else if (text)
			config_refuse(
				reader, list->items[i], "a port",
				"NUMBER or FIRST-LAST, with /TCP, /UDP or /SCTP behind it or not");
	}
}

static void read_peer_namespace(struct config_reader *reader, const struct tree_member *member)
{
	((struct scan_contract_peer *)reader->item)->ns =
		config_text(reader, member->value, "namespace");
}

static void read_peer_labels(struct config_reader *reader, const struct tree_member *member)
{
	struct scan_contract_peer *peer = reader->item;
	const struct tree_node *map = member->value;
	struct model_label *labels;

	if (map->kind != TREE_MAP) {
		config_refuse(reader, map, "labels", "a mapping");
		return;
	}
	labels = arena_alloc_n(&reader->config->arena, map->len, sizeof(*labels));
	for (uint32_t i = 0; i < map->len; i++)
		labels[i] = (struct model_label){
			map->members[i].key, config_text(reader, map->members[i].value, "a label")};
	peer->labels = (struct model_labels){labels, map->len};
}

static void read_contract_peer(struct config_reader *reader, const struct tree_node *item)
{
	static const struct config_key keys[] = {{"namespace", read_peer_namespace},
						 {"labels", read_peer_labels}};
	struct scan_contract *contract = reader->item;
	struct scan_contract_peer peer = {0};

	reader->item = &peer;
	config_read_keys(reader, item, keys);
	reader->item = contract;
	if (peer.ns)
		vec_push(&contract->from, peer);
	else
		config_refuse(reader, item, "an item of from", "{namespace: NAME, labels: {…}}");
}

static void read_contract_from(struct config_reader *reader, const struct tree_member *member)
{
	((struct scan_contract *)reader->item)->has_from = true;
	config_read_items(reader, member, read_contract_peer);
}

static void read_contract(struct config_reader *reader, const struct tree_node *item)
{
	static const struct config_key keys[] = {
		{"service", read_contract_service},
		{"ports", read_contract_ports},
		{"from", read_contract_from},
	};
	struct scan_contract contract = {.span = tree_span(reader->file, item)};

	reader->item = &contract;
	config_read_keys(reader, item, keys);
	if (!contract.service.ns || !contract.has_from)
		config_refuse(reader, item, "a contract",
			      "{service: NAMESPACE/NAME, ports: […], from: […]}");
	vec_push(&reader->config->contracts, contract);
}

void config_read_contracts(struct config_reader *reader, const struct tree_member *member)
{
	config_read_items(reader, member, read_contract);
}

static void read_exception_rules(struct config_reader *reader, const struct tree_member *member)
{
	struct scan_exception *exception = reader->item;
	struct scan_texts texts = {0};

	config_read_texts(reader, member, &texts);
	exception->rules =
		arena_alloc_n(&reader->config->arena, texts.n, sizeof(*exception->rules));
	for (size_t i = 0; i < texts.n; i++) {
		exception->rules[exception->n_rules++] = texts.items[i];
		if (!scan_exception_names_rules(texts.items[i]))
			config_refuse(reader, member->value, texts.items[i],
				      "the id of a rule, or what ids begin with, such as BH305");
	}
	vec_release(&texts);
}

static void read_exception_object(struct config_reader *reader, const struct tree_member *member)
{
	struct scan_exception *exception = reader->item;
	struct scan_pattern pattern;

	if (!config_read_pattern(reader, member->value, &pattern))
		return;
	exception->ns = exception->place = pattern.ns;
	exception->kind = pattern.kind;
	exception->name = pattern.name;
}

static void read_exception_reason(struct config_reader *reader, const struct tree_member *member)
{
	((struct scan_exception *)reader->item)->reason =
		config_text(reader, member->value, "reason");
}

static void read_exception_owner(struct config_reader *reader, const struct tree_member *member)
{
	((struct scan_exception *)reader->item)->owner =
		config_text(reader, member->value, "owner");
}

static void read_exception_until(struct config_reader *reader, const struct tree_member *member)
{
	struct scan_exception *exception = reader->item;

	exception->until_text = config_text(reader, member->value, "until");
	if (exception->until_text && !scan_time_parse(exception->until_text, &exception->until))
		config_refuse(reader, member->value, "until", "a day, such as 2027-01-31");
}

static void read_exception(struct config_reader *reader, const struct tree_node *item)
{
	static const struct config_key keys[] = {
		{"rules", read_exception_rules},   {"object", read_exception_object},
		{"reason", read_exception_reason}, {"owner", read_exception_owner},
		{"until", read_exception_until},
	};
	struct scan_exception exception = {
		.source = SCAN_EXCEPTION_CONFIG,
		.until = SCAN_NEVER,
		.span = tree_span(reader->file, item),
	};

	reader->item = &exception;
	config_read_keys(reader, item, keys);
	if (!exception.reason)
		config_refuse(reader, item, "an exception", "given with a reason");
	vec_push(&reader->config->exceptions, exception);
}

void config_read_exceptions(struct config_reader *reader, const struct tree_member *member)
{
	struct scan_config *config = reader->config;
	const size_t first = config->exceptions.n;

	config_read_items(reader, member, read_exception);
	for (size_t i = first; i < config->exceptions.n; i++) {
		config->exceptions.items[i].list = member->value;
		config->exceptions.items[i].number = (uint32_t)(i - first);
	}
}
