/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Cilium's proxies decide: rules of HTTP and DNS, server names, TLS, listeners. It is checked,
 * and becomes a condition in the words of the API.
 */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "policy/cilium_label.h"
#include "policy/fqdn.h"
#include "policy/regex.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { L7_HTTP, L7_DNS, L7_KAFKA, L7_PROTO, L7_L7 };

static const struct policy_field l7_fields[] = {
	[L7_HTTP] = {"http", POLICY_TYPE_LIST},   [L7_DNS] = {"dns", POLICY_TYPE_LIST},
	[L7_KAFKA] = {"kafka", POLICY_TYPE_LIST}, [L7_PROTO] = {"l7proto", POLICY_TYPE_STRING},
	[L7_L7] = {"l7", POLICY_TYPE_LIST},
};

const struct policy_schema cilium_l7_schema = {"'rules'", l7_fields, N(l7_fields), NULL, NULL};

enum { HTTP_METHOD, HTTP_PATH, HTTP_HOST, HTTP_HEADERS, HTTP_HEADER_MATCHES };

static const struct policy_field http_fields[] = {
	[HTTP_METHOD] = {"method", POLICY_TYPE_STRING},
	[HTTP_PATH] = {"path", POLICY_TYPE_STRING},
	[HTTP_HOST] = {"host", POLICY_TYPE_STRING},
	[HTTP_HEADERS] = {"headers", POLICY_TYPE_LIST},
	[HTTP_HEADER_MATCHES] = {"headerMatches", POLICY_TYPE_LIST},
};

static const struct policy_alias http_aliases[] = {
	{"methods", "there is one 'method', an expression: method: \"GET|HEAD\""},
	{"paths", "there is one 'path', an expression: path: \"/a|/b\""},
	{NULL, NULL},
};

const struct policy_schema cilium_http_schema = {"an HTTP rule", http_fields, N(http_fields),
						 http_aliases, NULL};

enum { HEADER_NAME, HEADER_VALUE, HEADER_SECRET, HEADER_MISMATCH };

static const struct policy_field header_fields[] = {
	[HEADER_NAME] = {"name", POLICY_TYPE_STRING},
	[HEADER_VALUE] = {"value", POLICY_TYPE_STRING},
	[HEADER_SECRET] = {"secret", POLICY_TYPE_MAPPING},
	[HEADER_MISMATCH] = {"mismatch", POLICY_TYPE_STRING},
};

const struct policy_schema cilium_header_schema = {"an item of 'headerMatches'", header_fields,
						   N(header_fields), NULL, NULL};

enum { SECRET_NAME, SECRET_NAMESPACE };

static const struct policy_field secret_fields[] = {
	[SECRET_NAME] = {"name", POLICY_TYPE_STRING},
	[SECRET_NAMESPACE] = {"namespace", POLICY_TYPE_STRING},
};

const struct policy_schema cilium_secret_schema = {"'secret'", secret_fields, 2, NULL, NULL};

enum { TLS_SECRET };

static const struct policy_field tls_fields[] = {
	[TLS_SECRET] = {"secret", POLICY_TYPE_MAPPING},
	{"trustedCA", POLICY_TYPE_STRING},
	{"certificate", POLICY_TYPE_STRING},
	{"privateKey", POLICY_TYPE_STRING},
};

const struct policy_schema cilium_tls_schema = {"a TLS context", tls_fields, N(tls_fields), NULL,
						NULL};

enum { LISTENER_ENVOY_CONFIG, LISTENER_NAME, LISTENER_PRIORITY };

static const struct policy_field listener_fields[] = {
	[LISTENER_ENVOY_CONFIG] = {"envoyConfig", POLICY_TYPE_MAPPING},
	[LISTENER_NAME] = {"name", POLICY_TYPE_STRING},
	[LISTENER_PRIORITY] = {"priority", POLICY_TYPE_INTEGER},
};

const struct policy_schema cilium_listener_schema = {"'listener'", listener_fields,
						     N(listener_fields), NULL, NULL};

enum { ENVOY_NAME, ENVOY_KIND };

static const struct policy_field envoy_fields[] = {
	[ENVOY_NAME] = {"name", POLICY_TYPE_STRING},
	[ENVOY_KIND] = {"kind", POLICY_TYPE_STRING},
};

const struct policy_schema cilium_envoy_config_schema = {"'envoyConfig'", envoy_fields, 2, NULL,
							 NULL};

/* One item of `toPorts` while its rules are read. */
struct l7_reading {
	struct policy_reader *reader;
	const struct cilium_list *list;
	struct strbuf condition;
	bool is_proxied;
};

/* The proxy has one more thing to find: what follows. */
static void begin(struct l7_reading *r)
{
	if (r->condition.len)
		strbuf_addstr(&r->condition, " and ");
	r->is_proxied = true;
}

static void read_regex(struct l7_reading *r, const struct policy_field *field,
		       const struct tree_node *node)
{
	const char *wrong;
	size_t at;

	wrong = policy_regex_check(node->text, &at);
	if (wrong)
		policy_error(r->reader, DIAG_BH0203,
			     tree_text_span(r->reader->object->file, node, at, 1), "'%s' '%s' %s",
			     field->name, node->text, wrong);
}

static void read_secret(struct l7_reading *r, const struct tree_node *node)
{
	struct policy_fields fields;

	policy_schema_read(r->reader, &cilium_secret_schema, node, &fields);
	policy_need(r->reader, &cilium_secret_schema, node, &fields, SECRET_NAME);
}

static void read_header(struct l7_reading *r, const struct tree_node *node)
{
	static const char *const actions[] = {"LOG", "ADD", "DELETE", "REPLACE"};
	static const struct policy_choices choices = {"'mismatch'", actions, N(actions), NULL};
	struct policy_fields fields;
	size_t action;

	if (!policy_schema_read(r->reader, &cilium_header_schema, node, &fields))
		return;
	policy_need(r->reader, &cilium_header_schema, node, &fields, HEADER_NAME);
	if (fields.values[HEADER_MISMATCH] && fields.values[HEADER_MISMATCH]->len)
		policy_choose(r->reader, &choices, fields.values[HEADER_MISMATCH], &action);
	if (fields.values[HEADER_SECRET])
		read_secret(r, fields.values[HEADER_SECRET]);
	if (fields.values[HEADER_NAME])
		strbuf_printf(&r->condition, "%s", fields.values[HEADER_NAME]->text);
	if (fields.values[HEADER_VALUE])
		strbuf_printf(&r->condition, ": %s", fields.values[HEADER_VALUE]->text);
}

static void read_headers(struct l7_reading *r, const struct tree_node *list, bool are_matches)
{
	strbuf_addch(&r->condition, '[');
	for (uint32_t i = 0; i < list->len; i++) {
		strbuf_addstr(&r->condition, i ? ", " : "");
		if (are_matches)
			read_header(r, list->items[i]);
		else if (policy_string_check(r->reader, "a header", list->items[i]))
			strbuf_printf(&r->condition, "\"%s\"", list->items[i]->text);
	}
	strbuf_addch(&r->condition, ']');
}

static void read_http_rule(struct l7_reading *r, const struct tree_node *node)
{
	struct policy_fields fields;
	bool is_first = true;

	if (!policy_schema_read(r->reader, &cilium_http_schema, node, &fields))
		return;
	strbuf_addch(&r->condition, '{');
	for (size_t i = 0; i < N(http_fields); i++) {
		const struct tree_node *value = fields.values[i];

		if (!value || value->len == 0)
			continue;
		strbuf_printf(&r->condition, "%s%s: ", is_first ? "" : ", ", http_fields[i].name);
		is_first = false;
		if (value->kind == TREE_SEQ) {
			read_headers(r, value, i == HTTP_HEADER_MATCHES);
			continue;
		}
		read_regex(r, &http_fields[i], value);
		strbuf_addstr(&r->condition, value->text);
	}
	strbuf_addch(&r->condition, '}');
}

/*
 * A policy that denies nothing by default has the proxy let pass what its rules do not say, too
 * (cilium#38676).
 */
static bool lets_others_pass(const struct l7_reading *r)
{
	return !r->list->policy->isolates[cilium_direction(r->list)];
}

static void read_http(struct l7_reading *r, const struct tree_node *list)
{
	if (list->len == 0)
		return;
	begin(r);
	strbuf_addstr(&r->condition, "the request is one of http ");
	for (uint32_t i = 0; i < list->len; i++) {
		strbuf_addstr(&r->condition, i ? ", " : "");
		read_http_rule(r, list->items[i]);
	}
	if (lets_others_pass(r))
		strbuf_addstr(&r->condition, ", {}");
}

static void read_dns(struct l7_reading *r, const struct tree_node *list)
{
	struct strbuf names = {0};

	for (uint32_t i = 0; i < list->len; i++)
		cilium_fqdn_read(r->reader, "a DNS rule", list->items[i], &names);
	if (list->len) {
		begin(r);
		strbuf_printf(&r->condition, "the query is one of dns %s%s", strbuf_str(&names),
			      lets_others_pass(r) ? ", *" : "");
	}
	strbuf_release(&names);
}

/* Kafka, and protocols of Go extensions: until 1.19, and not looked into. */
static void read_removed(struct l7_reading *r, const struct policy_fields *fields)
{
	for (size_t i = L7_KAFKA; i <= L7_L7; i++) {
		struct diag *diag;

		if (policy_field_is_absent(fields, i))
			continue;
		if (!cilium_since(r->reader, 1, 20)) {
			begin(r);
			strbuf_printf(&r->condition, "the proxy's '%s' rules hold",
				      l7_fields[i].name);
			continue;
		}
		diag = policy_error(r->reader, DIAG_BH0201,
				    tree_key_span(r->reader->object->file, fields->members[i]),
				    "Cilium 1.20 has no '%s' rules", l7_fields[i].name);
		diag_hint(r->reader->diags, diag,
			  "for an older Cilium say which: --cni cilium@1.19");
	}
}

static bool has_ports(const struct policy_fields *fields)
{
	return fields->values[CILIUM_PORT_PORTS] && fields->values[CILIUM_PORT_PORTS]->len > 0;
}

static void check_dns(struct l7_reading *r, const struct policy_fields *fields,
		      const struct tree_node *dns)
{
	struct diag *diag;

	if (dns->len > 0 && cilium_direction(r->list) == POLICY_INGRESS) {
		diag = policy_error(r->reader, DIAG_BH0203, policy_span(r->reader, dns),
				    "'dns' rules are of egress only");
		diag_hint(r->reader->diags, diag,
			  "a policy for the pods that ask has them, in 'egress'");
	}
	if (!has_ports(fields)) {
		diag = policy_error(r->reader, DIAG_BH0204, policy_span(r->reader, dns),
				    "'dns' rules need 'ports' beside 'rules'");

		diag_hint(r->reader->diags, diag, "write ports: [{port: \"53\", protocol: ANY}]");
	}
}

static void check_host(struct l7_reading *r, const struct tree_node *rules,
		       const struct policy_fields *l7)
{
	const struct tree_node *http = l7->values[L7_HTTP];

	if (!r->list->is_host)
		return;
	if (cilium_direction(r->list) == POLICY_INGRESS || (http && http->len))
		policy_error(r->reader, DIAG_BH0203, policy_span(r->reader, rules),
			     "a policy of nodes has no rules of a proxy but 'dns' of egress");
}

static void check_one_protocol(struct l7_reading *r, const struct tree_node *rules,
			       const struct policy_fields *fields)
{
	const size_t n = !policy_field_is_absent(fields, L7_HTTP) +
			 !policy_field_is_absent(fields, L7_DNS) +
			 !policy_field_is_absent(fields, L7_KAFKA) +
			 !policy_field_is_absent(fields, L7_PROTO);
	struct diag *diag;

	if (n <= 1)
		return;
	diag = policy_error(r->reader, DIAG_BH0203, policy_span(r->reader, rules),
			    "'rules' must be of one protocol, but has %zu", n);
	diag_hint(r->reader->diags, diag, "make two items of 'toPorts': put '- ' before each");
}

/* Whether there are rules at all: an empty list is some to the checks, and none to the proxy. */
static bool read_rules(struct l7_reading *r, const struct policy_fields *fields)
{
	const struct tree_node *rules = fields->values[CILIUM_PORT_RULES];
	struct policy_fields l7;
	bool some = false;

	if (!rules || !policy_schema_read(r->reader, &cilium_l7_schema, rules, &l7))
		return false;
	for (size_t i = 0; i < N(l7_fields); i++)
		some |= !policy_field_is_absent(&l7, i);
	check_one_protocol(r, rules, &l7);
	check_host(r, rules, &l7);
	if (l7.values[L7_HTTP])
		read_http(r, l7.values[L7_HTTP]);
	if (l7.values[L7_DNS]) {
		check_dns(r, fields, l7.values[L7_DNS]);
		read_dns(r, l7.values[L7_DNS]);
	}
	read_removed(r, &l7);
	return some;
}

static void read_tls(struct l7_reading *r, const struct tree_node *node)
{
	struct policy_fields fields;

	if (!node || !policy_schema_read(r->reader, &cilium_tls_schema, node, &fields) ||
	    !policy_need(r->reader, &cilium_tls_schema, node, &fields, TLS_SECRET))
		return;
	if (fields.values[TLS_SECRET])
		read_secret(r, fields.values[TLS_SECRET]);
	r->is_proxied = true;
}

static void read_server_names(struct l7_reading *r, const struct policy_fields *fields,
			      bool has_rules)
{
	const struct tree_node *list = fields->values[CILIUM_PORT_SERVER_NAMES];

	if (!list || list->len == 0)
		return;
	begin(r);
	strbuf_addstr(&r->condition, "TLS names one of serverNames ");
	for (uint32_t i = 0; i < list->len; i++) {
		const struct tree_node *name = list->items[i];

		if (!policy_string(r->reader, "server name", name, policy_fqdn_pattern))
			continue;
		if (name->kind == TREE_NULL || name->len == 0)
			policy_error(r->reader, DIAG_BH0203, policy_span(r->reader, name),
				     "a server name must not be empty");
		strbuf_printf(&r->condition, "%s%s", i ? ", " : "", name->text);
	}
	if (has_rules && policy_field_is_absent(fields, CILIUM_PORT_TERMINATING_TLS)) {
		struct diag *diag =
			policy_error(r->reader, DIAG_BH0203, policy_span(r->reader, list),
				     "'serverNames' beside 'rules' needs 'terminatingTLS'");

		diag_hint(r->reader->diags, diag,
			  "the proxy sees requests in TLS only where TLS ends at it");
	}
}

static void read_envoy_config(struct l7_reading *r, const struct tree_node *node)
{
	static const char *const kinds[] = {"CiliumEnvoyConfig", "CiliumClusterwideEnvoyConfig"};
	static const struct policy_choices choices = {"'kind'", kinds, 2, NULL};
	struct policy_fields fields;
	size_t kind;

	policy_schema_read(r->reader, &cilium_envoy_config_schema, node, &fields);
	policy_need(r->reader, &cilium_envoy_config_schema, node, &fields, ENVOY_NAME);
	if (fields.values[ENVOY_KIND] && fields.values[ENVOY_KIND]->len)
		policy_choose(r->reader, &choices, fields.values[ENVOY_KIND], &kind);
}

static void read_listener(struct l7_reading *r, const struct tree_node *node, bool has_rules)
{
	const struct policy_bounds priorities = {1, 100};
	struct policy_fields fields;
	uint32_t priority;

	if (!node || !policy_schema_read(r->reader, &cilium_listener_schema, node, &fields))
		return;
	if (cilium_direction(r->list) == POLICY_INGRESS)
		policy_error(r->reader, DIAG_BH0203, policy_span(r->reader, node),
			     "'listener' is of egress only");
	if (has_rules)
		policy_error(r->reader, DIAG_BH0203, policy_span(r->reader, node),
			     "'listener' and 'rules' cannot be in one item");
	policy_need(r->reader, &cilium_listener_schema, node, &fields, LISTENER_ENVOY_CONFIG);
	policy_need(r->reader, &cilium_listener_schema, node, &fields, LISTENER_NAME);
	if (fields.values[LISTENER_ENVOY_CONFIG])
		read_envoy_config(r, fields.values[LISTENER_ENVOY_CONFIG]);
	if (fields.values[LISTENER_PRIORITY])
		policy_integer(r->reader, "'priority'", fields.values[LISTENER_PRIORITY],
			       priorities, &priority);
	begin(r);
	strbuf_printf(&r->condition, "the listener %s lets it through",
		      fields.values[LISTENER_NAME] ? fields.values[LISTENER_NAME]->text : "");
}

void cilium_l7_read(struct policy_reader *reader, const struct cilium_list *list,
		    const struct policy_fields *fields, struct cilium_ports *ret)
{
	struct l7_reading reading = {.reader = reader, .list = list};
	const bool has_rules = read_rules(&reading, fields);

	read_server_names(&reading, fields, has_rules);
	read_listener(&reading, fields->values[CILIUM_PORT_LISTENER], has_rules);
	read_tls(&reading, fields->values[CILIUM_PORT_TERMINATING_TLS]);
	read_tls(&reading, fields->values[CILIUM_PORT_ORIGINATING_TLS]);
	if (reading.is_proxied && !reading.condition.len)
		strbuf_addstr(&reading.condition, "it is TLS, which ends at the proxy");
	ret->is_proxied = reading.is_proxied;
	if (reading.condition.len)
		ret->condition =
			arena_strdup(&reader->snapshot->arena, strbuf_str(&reading.condition));
	strbuf_release(&reading.condition);
}
