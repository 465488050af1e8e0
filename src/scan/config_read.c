/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead.yaml to struct scan_config: each mapping by a table of its keys. */
#include "scan/config.h"

#include "model/find.h"
#include "tree/tree.h"

#include <ctype.h>
#include <string.h>

struct reader {
	struct scan_config *config;
	const struct diag_file *file;
	void *item; /* what the mapping that is read fills */
};

struct key {
	const char *name;
	void (*read)(struct reader *reader, const struct tree_member *member);
};

static struct diag *refuse(const struct reader *reader, const struct tree_node *node,
			   const char *what, const char *expected)
{
	return diag_add(&reader->config->diags, DIAG_BH0203, tree_span(reader->file, node),
			"%s must be %s", what, expected);
}

static void refuse_key(const struct reader *reader, const struct tree_member *member,
		       const struct key *keys, size_t n)
{
	struct diag_list *diags = &reader->config->diags;
	const char *names[16];
	const char *near;
	struct diag *diag;

	for (size_t i = 0; i < n; i++)
		names[i] = keys[i].name;
	diag = diag_add(diags, DIAG_BH0201, tree_key_span(reader->file, member),
			"the configuration has no key '%s' here", member->key);
	near = diag_did_you_mean(member->key, names, n);
	if (near)
		diag_hint(diags, diag, "did you mean '%s'?", near);
}

static void read_map(struct reader *reader, const struct tree_node *map, const struct key *keys,
		     size_t n)
{
	if (map->kind != TREE_MAP) {
		refuse(reader, map, "this", "a mapping");
		return;
	}
	for (uint32_t i = 0; i < map->len; i++) {
		size_t k = 0;

		while (k < n && strcmp(keys[k].name, map->members[i].key) != 0)
			k++;
		if (k == n)
			refuse_key(reader, &map->members[i], keys, n);
		else if (keys[k].read)
			keys[k].read(reader, &map->members[i]);
	}
}

#define read_keys(reader, map, keys) read_map(reader, map, keys, sizeof(keys) / sizeof(keys[0]))

/* Any scalar as text, interned; NULL, and said: something else. */
static const char *text_of(const struct reader *reader, const struct tree_node *node,
			   const char *what)
{
	if (node->kind == TREE_SEQ || node->kind == TREE_MAP || node->kind == TREE_NULL) {
		refuse(reader, node, what, "a text");
		return NULL;
	}
	return intern_strn(&reader->config->intern, node->text, node->len);
}

static void read_texts(const struct reader *reader, const struct tree_member *member,
		       struct scan_texts *ret)
{
	const struct tree_node *list = member->value;

	if (list->kind != TREE_SEQ)
		refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++) {
		const char *text = text_of(reader, list->items[i], "an item of the list");

		if (text)
			vec_push(ret, text);
	}
}

static bool read_pattern(const struct reader *reader, const struct tree_node *node,
			 struct scan_pattern *ret)
{
	struct scan_config *config = reader->config;
	const char *text = text_of(reader, node, "an object");
	const char *first = text ? strchr(text, '/') : NULL;
	const char *last = text ? strrchr(text, '/') : NULL;

	if (!first || first == text || !last[1] || (first != last && last == first + 1)) {
		if (text)
			refuse(reader, node, "an object",
			       "NAMESPACE/NAME or NAMESPACE/KIND/NAME, with '*' for anything");
		return false;
	}
	*ret = (struct scan_pattern){
		.ns = intern_strn(&config->intern, text, (size_t)(first - text)),
		.name = intern_str(&config->intern, last + 1),
	};
	if (first != last) {
		const char *kind =
			intern_strn(&config->intern, first + 1, (size_t)(last - first - 1));
		const char *full = model_kind_name(kind);

		ret->kind = full ? full : kind;
	}
	return true;
}

static void read_patterns(const struct reader *reader, const struct tree_member *member,
			  struct scan_patterns *ret)
{
	const struct tree_node *list = member->value;
	struct scan_pattern pattern;

	if (list->kind != TREE_SEQ)
		refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++)
		if (read_pattern(reader, list->items[i], &pattern))
			vec_push(ret, pattern);
}

/* Calls `fn` for each item of a list, which must be mappings; an empty list may be left out. */
static void read_items(struct reader *reader, const struct tree_member *member,
		       void (*fn)(struct reader *reader, const struct tree_node *item))
{
	const struct tree_node *list = member->value;

	if (list->kind != TREE_SEQ && list->kind != TREE_NULL)
		refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++)
		fn(reader, list->items[i]);
}

static void read_severity(struct reader *reader, const struct tree_member *member)
{
	const struct scan_rule *rule = scan_rule_find(member->key);
	const char *text = text_of(reader, member->value, "a severity");
	enum scan_severity severity = SCAN_HIGH;

	/* YAML 1.1 reads a plain off as false */
	const bool is_off = member->value->kind == TREE_BOOL && !member->value->boolean;

	if (!rule && !scan_rule_reserved(member->key))
		diag_add(&reader->config->diags, DIAG_BH0203, tree_key_span(reader->file, member),
			 "there is no rule '%s'", member->key);
	if (!text || !rule)
		return;
	if (!is_off && strcmp(text, "off") != 0 && !scan_severity_parse(text, &severity))
		refuse(reader, member->value, "a severity",
		       "off, info, low, medium, high or critical");
	reader->config->severities[rule - scan_rules] =
		is_off || strcmp(text, "off") == 0 ? SCAN_OFF : (int)severity;
}

static void read_severities(struct reader *reader, const struct tree_member *member)
{
	if (member->value->kind != TREE_MAP)
		refuse(reader, member->value, "severities", "a mapping of rules to severities");
	for (uint32_t i = 0; member->value->kind == TREE_MAP && i < member->value->len; i++)
		read_severity(reader, &member->value->members[i]);
}

static void read_env_label(struct reader *reader, const struct tree_member *member)
{
	reader->config->environment_label = text_of(reader, member->value, "label");
}

static void read_env_classes(struct reader *reader, const struct tree_member *member)
{
	const struct tree_node *map = member->value;

	if (map->kind != TREE_MAP)
		refuse(reader, map, "classes", "a mapping of names to lists of values");
	for (uint32_t i = 0; map->kind == TREE_MAP && i < map->len; i++) {
		struct scan_environment *environment = vec_add(&reader->config->environments);

		environment->name = map->members[i].key;
		read_texts(reader, &map->members[i], &environment->values);
	}
}

static void read_env_shared(struct reader *reader, const struct tree_member *member)
{
	read_texts(reader, member, &reader->config->shared);
}

static void read_environments(struct reader *reader, const struct tree_member *member)
{
	static const struct key keys[] = {
		{"label", read_env_label},
		{"classes", read_env_classes},
		{"shared", read_env_shared},
	};

	read_keys(reader, member->value, keys);
}

static void read_zone_label(struct reader *reader, const struct tree_member *member)
{
	reader->config->zone_label = text_of(reader, member->value, "label");
}

static void read_from(struct reader *reader, const struct tree_member *member)
{
	((struct scan_crossing *)reader->item)->from = text_of(reader, member->value, "from");
}

static void read_to(struct reader *reader, const struct tree_member *member)
{
	((struct scan_crossing *)reader->item)->to = text_of(reader, member->value, "to");
}

static void read_crossing(struct reader *reader, const struct tree_node *item)
{
	static const struct key keys[] = {{"from", read_from}, {"to", read_to}};
	struct scan_crossing crossing = {0};

	reader->item = &crossing;
	read_keys(reader, item, keys);
	if (crossing.from && crossing.to)
		vec_push(&reader->config->crossings, crossing);
	else
		refuse(reader, item, "an item of allow", "{from: ZONE, to: ZONE}");
}

static void read_zone_allow(struct reader *reader, const struct tree_member *member)
{
	read_items(reader, member, read_crossing);
}

static void read_zones(struct reader *reader, const struct tree_member *member)
{
	static const struct key keys[] = {{"label", read_zone_label}, {"allow", read_zone_allow}};

	read_keys(reader, member->value, keys);
}

static void read_sensitive(struct reader *reader, const struct tree_member *member)
{
	read_patterns(reader, member, &reader->config->sensitive);
}

static void read_exposed(struct reader *reader, const struct tree_member *member)
{
	read_patterns(reader, member, &reader->config->exposed);
}

static void read_system(struct reader *reader, const struct tree_member *member)
{
	read_texts(reader, member, &reader->config->system);
}

static void read_annotations(struct reader *reader, const struct tree_member *member)
{
	read_texts(reader, member, &reader->config->required_annotations);
}

static void read_required(struct reader *reader, const struct tree_member *member)
{
	static const struct key keys[] = {{"annotations", read_annotations}};

	read_keys(reader, member->value, keys);
}

static void read_contract_service(struct reader *reader, const struct tree_member *member)
{
	struct scan_contract *contract = reader->item;

	read_pattern(reader, member->value, &contract->service);
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

static void read_contract_ports(struct reader *reader, const struct tree_member *member)
{
	struct scan_contract *contract = reader->item;
	const struct tree_node *list = member->value;
	struct port_range range;

	if (list->kind != TREE_SEQ)
		refuse(reader, list, member->key, "a list");
	for (uint32_t i = 0; list->kind == TREE_SEQ && i < list->len; i++) {
		const char *text = text_of(reader, list->items[i], "a port");

		if (text && parse_port(text, &range))
			port_set_add(&contract->ports, range);
		else if (text)
			refuse(reader, list->items[i], "a port",
			       "NUMBER or FIRST-LAST, with /TCP, /UDP or /SCTP behind it or not");
	}
}

static void read_peer_namespace(struct reader *reader, const struct tree_member *member)
{
	((struct scan_contract_peer *)reader->item)->ns =
		text_of(reader, member->value, "namespace");
}

static void read_peer_labels(struct reader *reader, const struct tree_member *member)
{
	struct scan_contract_peer *peer = reader->item;
	const struct tree_node *map = member->value;
	struct model_label *labels;

	if (map->kind != TREE_MAP) {
		refuse(reader, map, "labels", "a mapping");
		return;
	}
	labels = arena_alloc_n(&reader->config->arena, map->len, sizeof(*labels));
	for (uint32_t i = 0; i < map->len; i++)
		labels[i] = (struct model_label){map->members[i].key,
						 text_of(reader, map->members[i].value, "a label")};
	peer->labels = (struct model_labels){labels, map->len};
}

static void read_contract_peer(struct reader *reader, const struct tree_node *item)
{
	static const struct key keys[] = {{"namespace", read_peer_namespace},
					  {"labels", read_peer_labels}};
	struct scan_contract *contract = reader->item;
	struct scan_contract_peer peer = {0};

	reader->item = &peer;
	read_keys(reader, item, keys);
	reader->item = contract;
	if (peer.ns)
		vec_push(&contract->from, peer);
	else
		refuse(reader, item, "an item of from", "{namespace: NAME, labels: {…}}");
}

static void read_contract_from(struct reader *reader, const struct tree_member *member)
{
	((struct scan_contract *)reader->item)->has_from = true;
	read_items(reader, member, read_contract_peer);
}

static void read_contract(struct reader *reader, const struct tree_node *item)
{
	static const struct key keys[] = {
		{"service", read_contract_service},
		{"ports", read_contract_ports},
		{"from", read_contract_from},
	};
	struct scan_contract contract = {.span = tree_span(reader->file, item)};

	reader->item = &contract;
	read_keys(reader, item, keys);
	if (!contract.service.ns || !contract.has_from)
		refuse(reader, item, "a contract",
		       "{service: NAMESPACE/NAME, ports: […], from: […]}");
	vec_push(&reader->config->contracts, contract);
}

static void read_contracts(struct reader *reader, const struct tree_member *member)
{
	read_items(reader, member, read_contract);
}

static void read_exception_rules(struct reader *reader, const struct tree_member *member)
{
	struct scan_exception *exception = reader->item;
	struct scan_texts texts = {0};

	read_texts(reader, member, &texts);
	exception->rules =
		arena_alloc_n(&reader->config->arena, texts.n, sizeof(*exception->rules));
	for (size_t i = 0; i < texts.n; i++) {
		exception->rules[exception->n_rules++] = texts.items[i];
		if (!scan_exception_names_rules(texts.items[i]))
			refuse(reader, member->value, texts.items[i],
			       "the id of a rule, or what ids begin with, such as BH305");
	}
	vec_release(&texts);
}

static void read_exception_object(struct reader *reader, const struct tree_member *member)
{
	struct scan_exception *exception = reader->item;
	struct scan_pattern pattern;

	if (!read_pattern(reader, member->value, &pattern))
		return;
	exception->ns = exception->place = pattern.ns;
	exception->kind = pattern.kind;
	exception->name = pattern.name;
}

static void read_exception_reason(struct reader *reader, const struct tree_member *member)
{
	((struct scan_exception *)reader->item)->reason = text_of(reader, member->value, "reason");
}

static void read_exception_owner(struct reader *reader, const struct tree_member *member)
{
	((struct scan_exception *)reader->item)->owner = text_of(reader, member->value, "owner");
}

static void read_exception_until(struct reader *reader, const struct tree_member *member)
{
	struct scan_exception *exception = reader->item;

	exception->until_text = text_of(reader, member->value, "until");
	if (exception->until_text && !scan_time_parse(exception->until_text, &exception->until))
		refuse(reader, member->value, "until", "a day, such as 2027-01-31");
}

static void read_exception(struct reader *reader, const struct tree_node *item)
{
	static const struct key keys[] = {
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
	read_keys(reader, item, keys);
	if (!exception.reason)
		refuse(reader, item, "an exception", "given with a reason");
	vec_push(&reader->config->exceptions, exception);
}

static void read_exceptions(struct reader *reader, const struct tree_member *member)
{
	struct scan_config *config = reader->config;
	const size_t first = config->exceptions.n;

	read_items(reader, member, read_exception);
	for (size_t i = first; i < config->exceptions.n; i++) {
		config->exceptions.items[i].list = member->value;
		config->exceptions.items[i].number = (uint32_t)(i - first);
	}
}

static int read_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	static const struct key keys[] = {
		{"apiVersion", NULL},
		{"kind", NULL},
		{"severities", read_severities},
		{"environments", read_environments},
		{"zones", read_zones},
		{"sensitive", read_sensitive},
		{"exposed", read_exposed},
		{"systemNamespaces", read_system},
		{"required", read_required},
		{"contracts", read_contracts},
		{"exceptions", read_exceptions},
	};
	struct reader reader = {.config = arg, .file = file};

	read_keys(&reader, root, keys);
	return 0;
}

bool scan_config_load(struct scan_config *config, const char *path)
{
	const struct diag_file *file = scan_config_file(config, path);

	if (file)
		tree_read(file, NULL, &config->arena, &config->intern, &config->diags,
			  read_document, config);
	return config->diags.n_errors == 0;
}
