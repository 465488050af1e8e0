/* SPDX-License-Identifier: Apache-2.0 */
/* BH506: whom the environment and the arguments of workloads say that they talk to. */
#include "scan/check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* "host", "host:port", "scheme://user@host:port/path". */
struct address {
	const char *host;
	size_t host_len;
	uint16_t port;   /* 0: none is said */
	const char *end; /* what follows: nothing, a path or query, or a comma and another one */
};

static const struct {
	const char *scheme;
	uint16_t port;
} schemes[] = {
	{"amqp", 5672},  {"grpc", 50051},      {"http", 80},         {"https", 443},
	{"kafka", 9092}, {"memcached", 11211}, {"mongodb", 27017},   {"mysql", 3306},
	{"nats", 4222},  {"postgres", 5432},   {"postgresql", 5432}, {"redis", 6379},
};

static uint16_t port_of_scheme(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i].scheme) == len && memcmp(schemes[i].scheme, text, len) == 0)
			return schemes[i].port;
	return 0;
}

static bool is_name_char(char ch)
{
	return isalnum((unsigned char)ch) || ch == '-' || ch == '.';
}

/* false: the text is no address. */
static bool parse_address(const char *text, struct address *ret)
{
	const char *slashes = strstr(text, "://");
	const char *at = slashes ? slashes + 3 : text;
	const char *user = strchr(at, '@');
	char *end;

	*ret = (struct address){0};
	if (slashes)
		ret->port = port_of_scheme(text, (size_t)(slashes - text));
	if (user && slashes && strcspn(at, "/") > (size_t)(user - at))
		at = user + 1;
	ret->host = at;
	while (is_name_char(*at))
		at++;
	ret->host_len = (size_t)(at - ret->host);
	if (*at == ':' && isdigit((unsigned char)at[1])) {
		const unsigned long port = strtoul(at + 1, &end, 10);

		ret->port = port <= UINT16_MAX ? (uint16_t)port : 0;
		at = end;
	}
	ret->end = at;
	return ret->host_len && (*at == '\0' || *at == '/' || *at == '?' || *at == ',');
}

/* SERVICE, SERVICE.NS, SERVICE.NS.svc and what follows; for a member POD.SERVICE and so on. */
static const struct model_service *find_service(const struct scan *scan, const char *ns,
						const struct address *address)
{
	const struct model_service *service;
	char text[256];
	char *save = NULL, *parts[3];

	if (address->host_len >= sizeof(text))
		return NULL;
	memcpy(text, address->host, address->host_len);
	text[address->host_len] = '\0';
	for (size_t i = 0; i < 3; i++)
		parts[i] = strtok_r(i ? NULL : text, ".", &save);
	if (!parts[0])
		return NULL;
	if (parts[2] && strcmp(parts[2], "svc") != 0)
		return model_find_service(scan->snapshot, parts[2], parts[1]);
	service = model_find_service(scan->snapshot, parts[1] ? parts[1] : ns, parts[0]);
	return service || !parts[1] || parts[2] ? service
						: model_find_service(scan->snapshot, ns, parts[1]);
}

/* Whether the connection to a port of the Service is let through to some backend. */
static bool port_is_open(struct scan *scan, const struct model_pod *from,
			 const struct model_service *service, const struct model_service_port *port)
{
	bool may = service->n_backends == 0;

	for (uint32_t i = 0; i < service->n_backends && !may; i++) {
		struct port_set targets = {0};

		model_service_targets(port, service->backends[i], &targets);
		may = targets.n == 0 || service->backends[i] == from ||
		      scan_may(scan, from, service->backends[i], targets.ranges[0].space,
			       targets.ranges[0].first);
		port_set_release(&targets);
	}
	return may;
}

/* The port that is refused, if the Service has it, or every one of them is; NULL: it works. */
static const struct model_service_port *refused_port(struct scan *scan,
						     const struct model_pod *from,
						     const struct model_service *service,
						     uint16_t number)
{
	const struct model_service_port *refused = NULL;

	for (uint32_t i = 0; i < service->n_ports; i++) {
		const struct model_service_port *port = &service->ports[i];

		if (number && port->port != number)
			continue;
		if (port_is_open(scan, from, service, port))
			return NULL;
		refused = port;
	}
	return refused;
}

/* A variable by whose name a lone word is an address. */
static bool names_address(const char *name)
{
	static const char *const ends[] = {"_HOST", "_ADDR",     "_ADDRESS", "_SERVER",
					   "_URL",  "_ENDPOINT", "_SERVICE", "_HOSTNAME"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const size_t len = strlen(name), end = strlen(ends[i]);

		if (len >= end && strcasecmp(name + len - end, ends[i]) == 0)
			return true;
	}
	return false;
}

static const char *side_text(struct scan *scan, const struct model_pod *from,
			     const struct model_pod *to, struct port_range port)
{
	const bool is_out = scan_side_may(scan, from, to, POLICY_EGRESS, port.space, port.first);

	return is_out ? arena_printf(&scan->arena, "the ingress of %s", to->workload->name)
		      : arena_printf(&scan->arena, "its egress");
}

/* A text that may be an address, and where it is. */
struct need {
	const char *name; /* of a variable; NULL: an argument */
	const char *text;
	struct diag_span span;
	struct diag_span source; /* of the text, where that is elsewhere */
};

static void report_need(struct scan *scan, const struct model_workload *workload,
			const struct need *need, const struct model_service *service,
			const struct model_service_port *port)
{
	struct scan_place place = scan_at_workload(workload);
	struct scan_finding *finding;
	struct port_set targets = {0};

	model_service_targets(port, service->backends[0], &targets);
	place.span = need->span;
	finding = scan_report(
		scan, place, "%s/%s is told to use %s/%s:%u, which %s refuses", workload->ns->name,
		workload->name, service->ns->name, service->name, port->port,
		side_text(scan, workload->pods[0], service->backends[0], targets.ranges[0]));
	if (need->source.file) {
		finding->related = need->source;
		finding->related_message = "the address";
	}
	scan_help(scan, finding, "allow it on both sides, at port %u of the pods",
		  targets.ranges[0].first);
	port_set_release(&targets);
}

static void check_address(struct scan *scan, const struct model_workload *workload,
			  const struct need *need, const struct address *address)
{
	const struct model_service_port *port = NULL;
	const struct model_service *service;

	if (!address->port && !(need->name && names_address(need->name)))
		return;
	service = find_service(scan, workload->ns->name, address);
	if (service && service->n_backends)
		port = refused_port(scan, workload->pods[0], service, address->port);
	if (port)
		report_need(scan, workload, need, service, port);
}

/* One address, or several with commas between them. */
static void check_need(struct scan *scan, const struct model_workload *workload,
		       const struct need *need)
{
	const char *at = need->text;
	struct address address;

	while (at && parse_address(at, &address)) {
		check_address(scan, workload, need, &address);
		at = *address.end == ',' ? address.end + 1 : NULL;
	}
}

/* "--db=host:port", or "host:port" alone. */
static void check_arguments(struct scan *scan, const struct model_workload *workload,
			    const struct tree_node *list)
{
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++) {
		const struct tree_node *value = list->items[i];
		const char *equals = value->kind == TREE_STRING ? strchr(value->text, '=') : NULL;
		struct need need = {.span = tree_span(workload->span.file, value)};

		need.text = equals && value->text[0] == '-' ? equals + 1 : value->text;
		if (value->kind == TREE_STRING)
			check_need(scan, workload, &need);
	}
}

/* Where variables come from, and the texts that it has: of a Secret as they are, or encoded. */
struct source {
	const struct model_manifest *object; /* NULL: not in the input */
	const struct tree_node *texts;
	const struct tree_node *encoded;
};

static struct source find_source(struct scan *scan, const struct model_workload *workload,
				 const char *kind, const struct tree_node *ref)
{
	const char *name = tree_get_string(ref, "name");
	const bool is_secret = strcmp(kind, "Secret") == 0;
	struct source source = {0};

	if (name)
		source.object = scan_manifest(scan, kind, workload->ns->name, name);
	if (!source.object)
		return source;
	source.texts = tree_get(source.object->root, is_secret ? "stringData" : "data");
	source.encoded = is_secret ? tree_get(source.object->root, "data") : NULL;
	return source;
}

/* What is said of an address names its Service and port only, and nothing of a Secret's text. */
static void check_datum(struct scan *scan, const struct model_workload *workload,
			const struct source *source, const struct tree_member *datum,
			struct need need)
{
	if (!datum || datum->value->kind != TREE_STRING)
		return;
	need.text = datum->value->text;
	if (tree_member(source->encoded, datum->key) == datum)
		need.text = scan_base64(datum->value->text, &scan->arena);
	need.source = tree_key_span(source->object->file, datum);
	if (need.text)
		check_need(scan, workload, &need);
}

static void check_ref(struct scan *scan, const struct model_workload *workload, const char *kind,
		      const struct tree_node *ref, struct need need)
{
	const struct source source = find_source(scan, workload, kind, ref);
	const char *key = tree_get_string(ref, "key");
	const struct tree_member *datum = key ? tree_member(source.texts, key) : NULL;

	if (!datum && key)
		datum = tree_member(source.encoded, key);
	check_datum(scan, workload, &source, datum, need);
}

/* A variable with a value of its own, or with that of a key of a ConfigMap or Secret. */
static void check_variable(struct scan *scan, const struct model_workload *workload,
			   const struct tree_node *variable)
{
	const struct tree_node *value = tree_get(variable, "value");
	const struct tree_node *from = tree_get(variable, "valueFrom");
	struct need need = {
		.name = tree_get_string(variable, "name"),
		.span = tree_span(workload->span.file, value ? value : variable),
	};

	if (value && value->kind == TREE_STRING) {
		need.text = value->text;
		check_need(scan, workload, &need);
		return;
	}
	check_ref(scan, workload, "ConfigMap", tree_get(from, "configMapKeyRef"), need);
	check_ref(scan, workload, "Secret", tree_get(from, "secretKeyRef"), need);
}

/* Every key is a variable, with what is put before the names of all. */
static void check_keys(struct scan *scan, const struct model_workload *workload,
		       const struct source *source, const struct tree_node *data, struct need need)
{
	const char *prefix = need.name;

	for (uint32_t i = 0; data && data->kind == TREE_MAP && i < data->len; i++) {
		const struct tree_member *datum = &data->members[i];

		if (data == source->encoded && tree_member(source->texts, datum->key))
			continue;
		need.name = arena_printf(&scan->arena, "%s%s", prefix, datum->key);
		check_datum(scan, workload, source, datum, need);
	}
}

static void check_source(struct scan *scan, const struct model_workload *workload,
			 const struct tree_node *from)
{
	static const char *const kinds[][2] = {{"ConfigMap", "configMapRef"},
					       {"Secret", "secretRef"}};
	const char *prefix = tree_get_string(from, "prefix");

	for (size_t i = 0; i < 2; i++) {
		const struct tree_node *ref = tree_get(from, kinds[i][1]);
		const struct source source = find_source(scan, workload, kinds[i][0], ref);
		const struct need need = {
			.name = prefix ? prefix : "",
			.span = tree_span(workload->span.file, ref ? ref : from),
		};

		check_keys(scan, workload, &source, source.texts, need);
		check_keys(scan, workload, &source, source.encoded, need);
	}
}

static void check_container(struct scan *scan, const struct model_workload *workload,
			    const struct tree_node *container)
{
	const struct tree_node *env = tree_get(container, "env");
	const struct tree_node *sources = tree_get(container, "envFrom");

	for (uint32_t i = 0; env && env->kind == TREE_SEQ && i < env->len; i++)
		check_variable(scan, workload, env->items[i]);
	for (uint32_t i = 0; sources && sources->kind == TREE_SEQ && i < sources->len; i++)
		check_source(scan, workload, sources->items[i]);
	check_arguments(scan, workload, tree_get(container, "args"));
	check_arguments(scan, workload, tree_get(container, "command"));
}

static void check_workload(struct scan *scan, const struct model_workload *workload)
{
	static const char *const lists[] = {"initContainers", "containers"};
	const struct tree_node *spec = tree_get(scan_template(scan, workload), "spec");

	for (size_t k = 0; k < 2; k++) {
		const struct tree_node *list = tree_get(spec, lists[k]);

		for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
			check_container(scan, workload, list->items[i]);
	}
}

void scan_refused_needs(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->n_workloads; i++)
		if (scan_is_subject(scan->snapshot->workloads[i]))
			check_workload(scan, scan->snapshot->workloads[i]);
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++)
		scan_refused_calls(scan, &scan->snapshot->manifests[i]);
}
