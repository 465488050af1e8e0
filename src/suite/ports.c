/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/ports.h"

#include <string.h>

static void add_named(const struct analyze_endpoint *to, const char *name, uint8_t space,
		      const struct model_pod *pod, struct port_set *ret)
{
	for (uint32_t i = 0; i < to->n_pods; i++)
		if (!pod || to->pods[i] == pod)
			model_pod_named_ports(to->pods[i], name, space, ret);
}

static bool is_meant(const struct model_service_port *at, const struct analyze_port *port)
{
	if (at->space != port->range.space)
		return false;
	if (port->name)
		return at->name && strcmp(at->name, port->name) == 0;
	return at->port >= port->range.first && at->port <= port->range.last;
}

/* The Service's port as its pods have it. */
static void add_service_ports(const struct analyze_endpoint *to, const struct analyze_port *port,
			      const struct model_pod *pod, struct port_set *ret)
{
	for (uint32_t i = 0; i < to->service->n_ports; i++) {
		const struct model_service_port *at = &to->service->ports[i];

		if (!is_meant(at, port))
			continue;
		if (at->target)
			port_set_add(ret, (struct port_range){at->space, at->target, at->target});
		else
			add_named(to, at->target_name, at->space, pod, ret);
	}
}

void suite_ports_at(const struct analyze_endpoint *to, const struct analyze_port *port,
		    const struct model_pod *pod, struct port_set *ret)
{
	if (port->is_any)
		port_set_add_all(ret);
	else if (to->kind == ANALYZE_SERVICE && !port->is_whole && !to->service->is_headless)
		add_service_ports(to, port, pod, ret);
	else if (port->name)
		add_named(to, port->name, port->range.space, pod, ret);
	else
		port_set_add(ret, port->range);
}
