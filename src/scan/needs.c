/* SPDX-License-Identifier: Apache-2.0 */
/* BH506: what a workload says that it talks to, by its environment and arguments. */
#include "scan/check.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* "host", "host:port", "scheme://user@host:port/path". */
struct address {
	const char *host;
	size_t host_len;
	uint16_t port; /* 0: none is said */
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
	return ret->host_len && (*at == '\0' || *at == '/' || *at == '?' || *at == ',');
}

/* The Service that a name means in a namespace: NAME, NAME.NS, NAME.NS.svc and what follows. */
static const struct model_service *find_service(const struct scan *scan, const char *ns,
						const struct address *address)
{
	char text[256];
	char *name = text, *save = NULL, *there, *rest;

	if (address->host_len >= sizeof(text))
		return NULL;
	memcpy(text, address->host, address->host_len);
	text[address->host_len] = '\0';
	name = strtok_r(text, ".", &save);
	there = strtok_r(NULL, ".", &save);
	rest = strtok_r(NULL, ".", &save);
	if (!name || (rest && strcmp(rest, "svc") != 0))
		return NULL;
	return model_find_service(scan->snapshot, there ? there : ns, name);
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

/* `name` is of a variable; NULL: an argument. */
static void check_value(struct scan *scan, const struct model_workload *workload,
			const struct tree_node *value, const char *name)
{
	const struct model_service_port *port;
	const struct model_service *service;
	struct scan_place place = scan_at_workload(workload);
	struct port_set targets = {0};
	struct address address;

	if (!value || value->kind != TREE_STRING || !parse_address(value->text, &address) ||
	    (!address.port && !(name && names_address(name))))
		return;
	service = find_service(scan, workload->ns->name, &address);
	port = service && service->n_backends
		       ? refused_port(scan, workload->pods[0], service, address.port)
		       : NULL;
	if (!port)
		return;
	model_service_targets(port, service->backends[0], &targets);
	place.span = tree_span(workload->span.file, value);
	scan_help(scan,
		  scan_report(scan, place, "%s/%s is told to use %s/%s:%u, which %s refuses",
			      workload->ns->name, workload->name, service->ns->name, service->name,
			      port->port,
			      side_text(scan, workload->pods[0], service->backends[0],
					targets.ranges[0])),
		  "allow it on both sides, at port %u of the pods", targets.ranges[0].first);
	port_set_release(&targets);
}

/* "--db=host:port", or "host:port" alone. */
static void check_arguments(struct scan *scan, const struct model_workload *workload,
			    const struct tree_node *list)
{
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++) {
		struct tree_node value = *list->items[i];
		const char *equals = value.kind == TREE_STRING ? strchr(value.text, '=') : NULL;

		if (equals && value.text[0] == '-')
			value.text = equals + 1;
		check_value(scan, workload, &value, NULL);
	}
}

void scan_refused_need(struct scan *scan, const struct model_workload *workload)
{
	const struct tree_node *containers =
		scan_node(scan_template(scan, workload), "spec", "containers", NULL);

	if (!scan_is_subject(workload))
		return;
	for (uint32_t i = 0; containers && containers->kind == TREE_SEQ && i < containers->len;
	     i++) {
		const struct tree_node *container = containers->items[i];
		const struct tree_node *env = tree_get(container, "env");

		for (uint32_t k = 0; env && env->kind == TREE_SEQ && k < env->len; k++) {
			const char *name = tree_get_string(env->items[k], "name");

			check_value(scan, workload, tree_get(env->items[k], "value"), name);
		}
		check_arguments(scan, workload, tree_get(container, "args"));
		check_arguments(scan, workload, tree_get(container, "command"));
	}
}
