/* SPDX-License-Identifier: Apache-2.0 */
/* The lookups of model.h. */
#include "model/index.h"

#include <stdlib.h>
#include <string.h>

struct model_namespace *model_find_namespace(const struct model_snapshot *snapshot,
					     const char *name)
{
	const char *interned = intern_find(&snapshot->intern, name, strlen(name));
	uint64_t *place;

	if (!interned)
		return NULL;
	place = hash_map_get(&snapshot->index->namespaces, hash_ptr(interned));
	return place ? (struct model_namespace *)(uintptr_t)*place : NULL;
}

struct model_pod *model_find_address(const struct model_snapshot *snapshot,
				     const struct ip_addr *addr)
{
	return model_addrs_get(&snapshot->index->pods, addr);
}

struct model_node *model_find_node_address(const struct model_snapshot *snapshot,
					   const struct ip_addr *addr)
{
	return model_addrs_get(&snapshot->index->nodes, addr);
}

static int compare_addrs(const void *a, const void *b)
{
	return ip_cmp(a, b);
}

bool model_is_closed_address(const struct model_snapshot *snapshot, const struct ip_addr *addr)
{
	return snapshot->n_closed_addrs > 0 &&
	       bsearch(addr, snapshot->closed_addrs, snapshot->n_closed_addrs, sizeof(*addr),
		       compare_addrs);
}

struct model_service *model_find_service_address(const struct model_snapshot *snapshot,
						 const struct ip_addr *addr)
{
	return model_addrs_get(&snapshot->index->services, addr);
}

struct model_service *model_find_service(const struct model_snapshot *snapshot, const char *ns,
					 const char *name)
{
	const struct model_namespace *place = model_find_namespace(snapshot, ns);
	uint32_t low = 0;
	uint32_t high = place ? snapshot->n_services : 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct model_service *service = snapshot->services[middle];
		int64_t order = (int64_t)service->ns->index - place->index;

		if (order == 0)
			order = strcmp(service->name, name);
		if (order == 0)
			return service;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

struct model_node *model_find_node(const struct model_snapshot *snapshot, const char *name)
{
	uint32_t low = 0;
	uint32_t high = snapshot->n_nodes;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(snapshot->nodes[middle]->name, name);

		if (order == 0)
			return snapshot->nodes[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void model_pod_named_ports(const struct model_pod *pod, const char *name, enum port_space space,
			   struct port_set *ret)
{
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		const struct model_port *port = &pod->ports[i];

		if (port->name && port->space == space && strcmp(port->name, name) == 0)
			port_set_add(ret,
				     (struct port_range){port->space, port->number, port->number});
	}
}
