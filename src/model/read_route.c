/* SPDX-License-Identifier: Apache-2.0 */
/* Ingresses, Routes of OpenShift and routes of the Gateway API: which Services they send to. */
#include "model/loader.h"

#include <string.h>

#define MAX_WEIGHT 1000000 /* of the Gateway API; the one of a Route ends at 256 */

struct reading {
	struct model_object *object;
	VEC(struct model_route_backend) backends;
};

/* `node` is an int-or-string: a number, or the name of a port. */
static void read_port(struct model_object *object, const struct tree_node *node, const char *key,
		      struct model_route_backend *backend)
{
	const struct tree_node *port = tree_get(node, key);
	int64_t number = 0;

	if (port && port->kind == TREE_STRING) {
		if (port->len > 0)
			backend->port_name = model_object_string(object, node, key);
		return;
	}
	model_object_int(object, node, key, MODEL_PORT_LIMITS, &number);
	backend->port = (uint16_t)number;
}

/* What names no Service (a bucket, another kind) leads to no pod. */
static struct model_route_backend *add_backend(struct reading *reading,
					       const struct tree_node *node, const char *key)
{
	struct model_object *object = reading->object;
	const char *name = model_object_string(object, node, key);
	struct model_route_backend *backend;

	if (!name)
		return NULL;
	backend = vec_add(&reading->backends);
	backend->ns = object->ns;
	backend->name = name;
	backend->space = strcmp(object->kind, "UDPRoute") == 0 ? PORT_UDP : PORT_TCP;
	backend->span = tree_span(object->file, node);
	return backend;
}

/* Of several backends, what has weight 0 gets no requests. */
static bool gets_requests(struct model_object *object, const struct tree_node *node)
{
	int64_t weight = 1;

	model_object_int(object, node, "weight", (struct model_limits){0, MAX_WEIGHT}, &weight);
	return weight > 0;
}

/* `service` with a `port`; until v1beta1, `serviceName` and `servicePort`. */
static void read_ingress_backend(struct reading *reading, const struct tree_node *node)
{
	struct model_object *object = reading->object;
	const struct tree_node *service = model_object_map(object, node, "service");
	const struct tree_node *port = model_object_map(object, service, "port");
	struct model_route_backend *backend = add_backend(reading, service, "name");

	if (backend) {
		read_port(object, port, "number", backend);
		if (tree_get(port, "name"))
			read_port(object, port, "name", backend);
		return;
	}
	backend = add_backend(reading, node, "serviceName");
	if (backend)
		read_port(object, node, "servicePort", backend);
}

static void read_ingress_rule(struct reading *reading, const struct tree_node *rule)
{
	struct model_object *object = reading->object;
	const struct tree_node *http = model_object_map(object, rule, "http");
	const struct tree_node *paths = model_object_seq(object, http, "paths");

	for (uint32_t i = 0; paths && i < paths->len; i++)
		read_ingress_backend(reading,
				     model_object_map(object, model_object_item(object, paths, i),
						      "backend"));
}

static void read_ingress(struct reading *reading, const struct tree_node *spec)
{
	struct model_object *object = reading->object;
	const struct tree_node *rules = model_object_seq(object, spec, "rules");

	read_ingress_backend(reading, model_object_map(object, spec, "defaultBackend"));
	read_ingress_backend(reading, model_object_map(object, spec, "backend"));
	for (uint32_t i = 0; rules && i < rules->len; i++)
		read_ingress_rule(reading, model_object_item(object, rules, i));
}

static void add_weighted(struct reading *reading, const struct tree_node *to)
{
	if (gets_requests(reading->object, to))
		add_backend(reading, to, "name");
}

/* The port of an OpenShift Route is the pod's, for all of its Services. */
static void read_openshift(struct reading *reading, const struct tree_node *spec)
{
	struct model_object *object = reading->object;
	const struct tree_node *more = model_object_seq(object, spec, "alternateBackends");
	const struct tree_node *port = model_object_map(object, spec, "port");

	add_weighted(reading, model_object_map(object, spec, "to"));
	for (uint32_t i = 0; more && i < more->len; i++)
		add_weighted(reading, model_object_item(object, more, i));
	for (size_t i = 0; i < reading->backends.n; i++) {
		reading->backends.items[i].by_target = true;
		read_port(object, port, "targetPort", &reading->backends.items[i]);
	}
}

static bool is_service(const char *group, const char *kind)
{
	return (!group || *group == '\0') && (!kind || strcmp(kind, "Service") == 0);
}

static void read_backend_ref(struct reading *reading, const struct tree_node *ref)
{
	struct model_object *object = reading->object;
	const char *ns = model_object_string(object, ref, "namespace");
	struct model_route_backend *backend;

	if (!is_service(model_object_string(object, ref, "group"),
			model_object_string(object, ref, "kind")))
		return;
	backend = add_backend(reading, ref, "name");
	if (!backend)
		return;
	if (ns)
		backend->ns = ns;
	read_port(object, ref, "port", backend);
}

/* A mirror gets every request too. */
static void read_filters(struct reading *reading, const struct tree_node *parent)
{
	struct model_object *object = reading->object;
	const struct tree_node *filters = model_object_seq(object, parent, "filters");

	for (uint32_t i = 0; filters && i < filters->len; i++) {
		const struct tree_node *filter = model_object_item(object, filters, i);
		const struct tree_node *mirror = model_object_map(object, filter, "requestMirror");

		read_backend_ref(reading, model_object_map(object, mirror, "backendRef"));
	}
}

/* Traffic within a mesh: no proxy at the edge has part in it. */
static bool is_of_mesh(struct model_object *object, const struct tree_node *spec)
{
	const struct tree_node *parents = model_object_seq(object, spec, "parentRefs");
	uint32_t n = 0;

	for (uint32_t i = 0; parents && i < parents->len; i++) {
		const struct tree_node *parent = model_object_item(object, parents, i);
		const char *group = model_object_string(object, parent, "group");
		const char *kind = model_object_string(object, parent, "kind");

		n += group && *group == '\0' && kind && strcmp(kind, "Service") == 0;
	}
	return n > 0 && n == parents->len;
}

static void read_gateway(struct reading *reading, const struct tree_node *spec)
{
	struct model_object *object = reading->object;
	const struct tree_node *rules = model_object_seq(object, spec, "rules");

	for (uint32_t i = 0; rules && i < rules->len; i++) {
		const struct tree_node *rule = model_object_item(object, rules, i);
		const struct tree_node *refs = model_object_seq(object, rule, "backendRefs");

		for (uint32_t j = 0; refs && j < refs->len; j++) {
			const struct tree_node *ref = model_object_item(object, refs, j);

			if (!gets_requests(object, ref))
				continue;
			read_backend_ref(reading, ref);
			read_filters(reading, ref);
		}
		read_filters(reading, rule);
	}
}

static void keep(struct reading *reading)
{
	struct model_object *object = reading->object;
	struct model_loader *loader = object->loader;
	struct model_record *record = arena_alloc(&loader->scratch, sizeof(*record));
	struct model_route *route = arena_alloc(&loader->snapshot->arena, sizeof(*route));

	route->group = object->group;
	route->kind = object->kind;
	route->ns = object->ns;
	route->name = object->name;
	route->span = tree_span(object->file, object->root);
	route->n_backends = (uint32_t)reading->backends.n;
	route->backends = arena_alloc_n(&loader->snapshot->arena, route->n_backends,
					sizeof(*route->backends));
	if (route->n_backends)
		memcpy(route->backends, reading->backends.items,
		       route->n_backends * sizeof(*route->backends));
	record->object = route;
	if (!object->failed)
		model_record_keep(object, record, &loader->routes);
}

static void read_route(struct model_object *object,
		       void (*read)(struct reading *reading, const struct tree_node *spec))
{
	struct reading reading = {.object = object};

	read(&reading, model_object_map(object, object->root, "spec"));
	keep(&reading);
	vec_release(&reading.backends);
}

void model_read_ingress(struct model_object *object)
{
	read_route(object, read_ingress);
}

void model_read_openshift_route(struct model_object *object)
{
	read_route(object, read_openshift);
}

void model_read_gateway_route(struct model_object *object)
{
	if (!is_of_mesh(object, model_object_map(object, object->root, "spec")))
		read_route(object, read_gateway);
}
