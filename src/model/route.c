/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind a route. */
#include "model/loader.h"

#include <string.h>

void model_make_routes(struct model_loader *loader)
{
	const struct model_snapshot *snapshot = loader->snapshot;

	for (uint32_t i = 0; i < snapshot->n_routes; i++)
		for (uint32_t j = 0; j < snapshot->routes[i]->n_backends; j++) {
			struct model_route_backend *backend = &snapshot->routes[i]->backends[j];

			if (model_is_granted(loader, snapshot->routes[i], backend))
				backend->service =
					model_find_service(snapshot, backend->ns, backend->name);
		}
}

void model_service_targets(const struct model_service_port *port, const struct model_pod *pod,
			   struct port_set *ret)
{
	if (port->target)
		port_set_add(ret, (struct port_range){port->space, port->target, port->target});
	else if (port->target_name)
		model_pod_named_ports(pod, port->target_name, port->space, ret);
}

/* Texts are interned: equal ones are one. A route that names no port means every one. */
static bool is_named(const struct model_route_backend *backend,
		     const struct model_service_port *port)
{
	if (port->space != backend->space)
		return false;
	if (backend->port_name)
		return port->name == backend->port_name ||
		       (backend->by_target && port->target_name == backend->port_name);
	return backend->by_target || !backend->port || port->port == backend->port;
}

void model_route_ports(const struct model_route_backend *backend, const struct model_pod *pod,
		       struct port_set *ret)
{
	const struct model_service *service = backend->service;

	for (uint32_t i = 0; i < service->n_ports; i++) {
		const struct model_service_port *port = &service->ports[i];
		struct port_set targets = {0};

		if (!is_named(backend, port))
			continue;
		model_service_targets(port, pod, &targets);
		if (!backend->by_target || !backend->port || port->port == backend->port ||
		    port_set_contains(&targets, port->space, backend->port))
			port_set_union(ret, &targets);
		port_set_release(&targets);
	}
}

static void call_for(const struct model_route_backend *backend, const struct model_pod *pod,
		     model_routed_fn fn, void *arg)
{
	struct port_set ports = {0};

	model_route_ports(backend, pod, &ports);
	if (ports.n)
		fn(arg, pod, &ports);
	port_set_release(&ports);
}

static void each_of(const struct model_route_backend *backend, const struct model_pod *only,
		    model_routed_fn fn, void *arg)
{
	const struct model_service *service = backend->service;

	for (uint32_t i = 0; service && i < service->n_backends; i++)
		if (!only || service->backends[i] == only)
			call_for(backend, service->backends[i], fn, arg);
}

void model_each_routed(const struct model_snapshot *snapshot, const struct model_pod *only,
		       model_routed_fn fn, void *arg)
{
	for (uint32_t i = 0; i < snapshot->n_routes; i++)
		for (uint32_t k = 0; k < snapshot->routes[i]->n_backends; k++)
			each_of(&snapshot->routes[i]->backends[k], only, fn, arg);
}
