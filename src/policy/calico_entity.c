/* SPDX-License-Identifier: Apache-2.0 */
/* The source or destination of a rule: what it says of addresses, and of ports. */
#include "policy/calico.h"

#include "base/arena.h"
#include "base/intern.h"

#include <string.h>

#define NETS_MAX 256

enum {
	ENTITY_NETS,
	ENTITY_NOT_NETS,
	ENTITY_SELECTOR,
	ENTITY_NOT_SELECTOR,
	ENTITY_NAMESPACE_SELECTOR,
	ENTITY_ACCOUNTS,
	ENTITY_SERVICES,
	ENTITY_PORTS,
	ENTITY_NOT_PORTS,
	N_ENTITY_FIELDS
};

static const struct policy_field entity_fields[] = {
	[ENTITY_NETS] = {"nets", POLICY_TYPE_LIST},
	[ENTITY_NOT_NETS] = {"notNets", POLICY_TYPE_LIST},
	[ENTITY_SELECTOR] = {"selector", POLICY_TYPE_STRING},
	[ENTITY_NOT_SELECTOR] = {"notSelector", POLICY_TYPE_STRING},
	[ENTITY_NAMESPACE_SELECTOR] = {"namespaceSelector", POLICY_TYPE_STRING},
	[ENTITY_ACCOUNTS] = {"serviceAccounts", POLICY_TYPE_MAPPING},
	[ENTITY_SERVICES] = {"services", POLICY_TYPE_MAPPING},
	[ENTITY_PORTS] = {"ports", POLICY_TYPE_LIST},
	[ENTITY_NOT_PORTS] = {"notPorts", POLICY_TYPE_LIST},
};

static const struct policy_alias entity_aliases[] = {
	{"domains", "only Calico Enterprise and Calico Cloud have domains"},
	{"podSelector", "write selector: \"LABEL == 'VALUE'\""},
	{"cidr", "write nets: [CIDR, …]"},
	{"ipBlock", "write nets: [CIDR, …], and notNets for what it excepts"},
	{"port", "write ports: [PORT, …]"},
	{"serviceAccountSelector", "write serviceAccounts: {selector: …}"},
	{NULL, NULL},
};

const struct policy_schema calico_source_schema = {"'source'", entity_fields, N_ENTITY_FIELDS,
						   entity_aliases, NULL};
const struct policy_schema calico_destination_schema = {"'destination'", entity_fields,
							N_ENTITY_FIELDS, entity_aliases, NULL};

enum { ACCOUNTS_NAMES, ACCOUNTS_SELECTOR, N_ACCOUNTS_FIELDS };

static const struct policy_field accounts_fields[] = {
	[ACCOUNTS_NAMES] = {"names", POLICY_TYPE_LIST},
	[ACCOUNTS_SELECTOR] = {"selector", POLICY_TYPE_STRING},
};

const struct policy_schema calico_accounts_schema = {
	.what = "'serviceAccounts'",
	.fields = accounts_fields,
	.n_fields = N_ACCOUNTS_FIELDS,
};

enum { SERVICE_NAME, SERVICE_NAMESPACE, N_SERVICE_FIELDS };

static const struct policy_field services_fields[] = {
	[SERVICE_NAME] = {"name", POLICY_TYPE_STRING},
	[SERVICE_NAMESPACE] = {"namespace", POLICY_TYPE_STRING},
};

const struct policy_schema calico_services_schema = {
	.what = "'services'",
	.fields = services_fields,
	.n_fields = N_SERVICE_FIELDS,
};

/* A block of a rule: its host bits are clear, and the length of its prefix is said. */
static bool read_net(struct policy_reader *reader, const struct tree_node *node,
		     struct ip_cidr *ret)
{
	unsigned int flags = 0;
	char text[IP_CIDR_TEXT_SIZE];
	struct ip_cidr masked;
	struct ip_addr addr;
	struct diag *diag;

	if (!policy_string_check(reader, "a net", node))
		return false;
	if (ip_cidr_parse(node->text, ret, &flags) == 0 && !flags)
		return true;
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			    "net '%s' must be a CIDR block without host bits", node->text);
	if (ip_parse(node->text, &addr, NULL) == 0) {
		diag_hint(reader->diags, diag, "for the one address write %s/%d", node->text,
			  addr.family == IP_V4 ? 32 : 128);
	} else if (flags) {
		masked = (struct ip_cidr){ip_cidr_range(ret).first, ret->prefix_len};
		diag_hint(reader->diags, diag, "write %s", ip_cidr_format(&masked, text));
	}
	return false;
}

static void read_nets(struct policy_reader *reader, const char *field, const struct tree_node *list,
		      struct calico_nets *ret)
{
	if (!list)
		return;
	policy_check_len(reader, field, list, (struct policy_bounds){0, NETS_MAX});
	ret->items = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*ret->items));
	for (uint32_t i = 0; i < list->len; i++)
		if (read_net(reader, list->items[i], &ret->items[ret->n]))
			ret->n++;
}

/* A string or null, any text. */
static const char *any_text(const char *text, size_t len)
{
	(void)text;
	(void)len;
	return NULL;
}

static const struct calico_selector *read_account_names(struct policy_reader *reader,
							const struct tree_node *list)
{
	const char **names;
	uint32_t n = 0;

	if (!list || list->len == 0)
		return NULL;
	names = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*names));
	for (uint32_t i = 0; i < list->len; i++) {
		names[n] = policy_string(reader, "the name of a service account", list->items[i],
					 any_text);
		n += names[n] != NULL;
	}
	return calico_label_in(&reader->snapshot->arena, CALICO_ACCOUNT, names, n);
}

static const struct calico_selector *read_accounts(struct policy_reader *reader,
						   const struct tree_node *node)
{
	struct arena *arena = &reader->snapshot->arena;
	const struct calico_selector *selector;
	struct policy_fields fields;

	if (!node)
		return NULL;
	policy_schema_read(reader, &calico_accounts_schema, node, &fields);
	selector = calico_selector_read(reader, "selector", fields.values[ACCOUNTS_SELECTOR]);
	return calico_both(arena, calico_of_account(arena, selector),
			   read_account_names(reader, fields.values[ACCOUNTS_NAMES]));
}

/* global() stands alone. */
static const struct calico_selector *read_namespaces(struct policy_reader *reader,
						     const struct tree_node *node)
{
	const struct calico_selector *selector =
		calico_selector_read(reader, "namespaceSelector", node);

	if (selector && selector->kind != CALICO_SELECTOR_GLOBAL &&
	    calico_selector_has_kind(selector, CALICO_SELECTOR_GLOBAL))
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "global() must not be combined with other selectors");
	return calico_of_namespace(&reader->snapshot->arena, selector);
}

/*
 * A namespaced policy's rule is about its own namespace as soon as it selects, also if only by what
 * it does not select. Beside a selector, notSelector is a part of it: it is asked of endpoints, not
 * of addresses.
 */
static void read_selectors(struct policy_reader *reader, const struct policy_fields *fields,
			   const char *ns, struct calico_entity *ret)
{
	struct arena *arena = &reader->snapshot->arena;
	const struct calico_selector *namespaces =
		read_namespaces(reader, fields->values[ENTITY_NAMESPACE_SELECTOR]);

	ret->selector = calico_both(arena, read_accounts(reader, fields->values[ENTITY_ACCOUNTS]),
				    calico_plain_selector_read(reader, "selector",
							       fields->values[ENTITY_SELECTOR]));
	ret->not_selector =
		calico_selector_read(reader, "notSelector", fields->values[ENTITY_NOT_SELECTOR]);
	if (!namespaces && ns && (ret->selector || ret->not_selector)) {
		const char **own = arena_alloc(arena, sizeof(*own));

		*own = ns;
		namespaces = calico_label_in(arena, CALICO_NAMESPACE, own, 1);
	}
	ret->selector = calico_both(arena, namespaces, ret->selector);
	if (!ret->selector || !ret->not_selector)
		return;
	ret->selector = calico_both(arena, ret->selector, calico_not(arena, ret->not_selector));
	ret->not_selector = NULL;
}

/* Services say who and, as a destination, on which ports: nothing else may. */
static void check_alone(struct policy_reader *reader, const struct policy_fields *fields,
			bool is_destination)
{
	const size_t end = is_destination ? N_ENTITY_FIELDS : ENTITY_PORTS;

	for (size_t i = 0; i < end; i++) {
		const struct tree_node *value = fields->values[i];

		if (i == ENTITY_SERVICES || !value || (value->len == 0 && i != ENTITY_ACCOUNTS))
			continue;
		policy_error(reader, DIAG_BH0203, policy_span(reader, value),
			     "'%s' must not be beside 'services'", entity_fields[i].name);
	}
}

static void find_service(struct policy_reader *reader, const struct tree_node *node, const char *ns,
			 const char *name, struct calico_entity *ret)
{
	ret->service = model_find_service(reader->snapshot,
					  intern_str(&reader->snapshot->intern, ns),
					  intern_str(&reader->snapshot->intern, name));
	if (!ret->service)
		policy_warning(reader, policy_span(reader, node),
			       "the input has no Service %s/%s: the rule matches nothing", ns,
			       name);
}

static void read_service(struct policy_reader *reader, const struct policy_fields *entity,
			 bool is_destination, const char *policy_ns, struct calico_entity *ret)
{
	const struct tree_node *node = entity->values[ENTITY_SERVICES];
	const struct tree_node *ns;
	struct policy_fields fields;

	if (!node)
		return;
	ret->has_service = true;
	check_alone(reader, entity, is_destination);
	policy_schema_read(reader, &calico_services_schema, node, &fields);
	ns = fields.values[SERVICE_NAMESPACE];
	if (!fields.values[SERVICE_NAME] || fields.values[SERVICE_NAME]->len == 0)
		policy_error(reader, DIAG_BH0204, policy_span(reader, node),
			     "'services' needs the 'name' of a Service");
	else if (ns && ns->len > 0)
		find_service(reader, node, ns->text, fields.values[SERVICE_NAME]->text, ret);
	else if (policy_ns)
		find_service(reader, node, policy_ns, fields.values[SERVICE_NAME]->text, ret);
	else
		policy_error(reader, DIAG_BH0204, policy_span(reader, node),
			     "'services' of a %s needs a 'namespace'", reader->object->kind);
}

static void add_list(struct strbuf *text, const struct tree_node *list)
{
	for (uint32_t i = 0; i < list->len; i++)
		if (list->items[i]->kind == TREE_STRING)
			strbuf_printf(text, "%s%s", i ? ", " : "", list->items[i]->text);
}

static void add_members(struct strbuf *text, const struct tree_node *map)
{
	for (uint32_t i = 0; i < map->len; i++) {
		const struct tree_node *value = map->members[i].value;

		strbuf_printf(text, "%s%s ", i ? ", " : "", map->members[i].key);
		if (value->kind == TREE_STRING)
			strbuf_addstr(text, value->text);
		else if (value->kind == TREE_SEQ)
			add_list(text, value);
	}
}

/* "selector app == 'db' and notNets 10.0.0.0/8", for people. */
static const char *describe(struct policy_reader *reader, const struct policy_fields *fields)
{
	struct strbuf text = {0};
	const char *ret = NULL;

	for (size_t i = 0; i < ENTITY_PORTS; i++) {
		const struct tree_node *value = fields->values[i];

		if (!value || value->len == 0)
			continue;
		strbuf_printf(&text, "%s%s ", text.len ? " and " : "", entity_fields[i].name);
		if (value->kind == TREE_SEQ)
			add_list(&text, value);
		else if (value->kind == TREE_MAP)
			add_members(&text, value);
		else
			strbuf_addstr(&text, value->text);
	}
	if (text.len)
		ret = arena_strdup(&reader->snapshot->arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

void calico_entity_read(struct policy_reader *reader, const struct policy_schema *schema,
			const char *ns, const struct tree_node *node, struct calico_entity *ret)
{
	struct policy_fields fields;

	ret->span = policy_span(reader, node);
	policy_schema_read(reader, schema, node, &fields);
	read_nets(reader, "nets", fields.values[ENTITY_NETS], &ret->nets);
	read_nets(reader, "notNets", fields.values[ENTITY_NOT_NETS], &ret->not_nets);
	read_selectors(reader, &fields, ns, ret);
	read_service(reader, &fields, schema == &calico_destination_schema, ns, ret);
	calico_ports_read(reader, "ports", fields.values[ENTITY_PORTS], &ret->ports);
	calico_ports_read(reader, "notPorts", fields.values[ENTITY_NOT_PORTS], &ret->not_ports);
	ret->text = describe(reader, &fields);
}
