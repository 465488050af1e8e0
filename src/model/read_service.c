/* SPDX-License-Identifier: Apache-2.0 */
/* Services, and the addresses behind those without a selector. */
#include "model/loader.h"

#include <string.h>

/* spec.ports[].targetPort: a number, or the name of a container port; else the port itself. */
static void read_target(struct model_object *object, const struct tree_node *node,
			struct model_service_port *port)
{
	const struct tree_node *target = tree_get(node, "targetPort");
	int64_t number = port->port;

	if (target && target->kind == TREE_STRING && target->len > 0) {
		port->target_name = model_object_string(object, node, "targetPort");
		model_object_check(object, tree_span(object->file, target), "port name",
				   port->target_name, model_syntax_port_name);
		return;
	}
	if (target && target->kind == TREE_INT && !target->is_big && target->integer == 0)
		target = NULL; /* the zero of an int-or-string */
	if (target && target->kind != TREE_STRING)
		model_object_int(object, node, "targetPort", MODEL_PORT_LIMITS, &number);
	port->target = (uint16_t)number;
}

/* An EndpointSlice's port may be null, which stands for all of them. */
static void read_service_port(struct model_object *object, const struct tree_node *node,
			      struct model_service_port *port)
{
	int64_t number = 0;

	port->name = model_object_string(object, node, "name");
	port->space = model_object_protocol(object, node);
	if (object->known->read == model_read_service)
		number = model_object_port(object, node, "port");
	else
		model_object_int(object, node, "port", MODEL_PORT_LIMITS, &number);
	port->port = (uint16_t)number;
	read_target(object, node, port);
}

struct model_service_port *model_read_service_ports(struct model_object *object,
						    const struct tree_node *parent, uint32_t *ret_n)
{
	const struct tree_node *list = model_object_seq(object, parent, "ports");
	struct model_service_port *ports;
	uint32_t n = 0;

	if (!list)
		return NULL;
	ports = arena_alloc_n(&object->loader->snapshot->arena, list->len, sizeof(*ports));
	for (uint32_t i = 0; i < list->len; i++)
		if (model_object_item(object, list, i))
			read_service_port(object, list->items[i], &ports[n++]);
	*ret_n = n;
	return ports;
}

/* "None" is not an address but says that there is none. */
static void read_cluster_ips(struct model_object *object, const struct tree_node *spec,
			     struct model_service *service)
{
	const struct tree_node *list = model_object_seq(object, spec, "clusterIPs");
	const struct tree_node *single = tree_get(spec, "clusterIP");
	uint32_t n = list ? list->len : single != NULL;
	struct ip_addr *ips = arena_alloc_n(&object->loader->snapshot->arena, n, sizeof(*ips));

	for (uint32_t i = 0; i < n; i++) {
		const struct tree_node *item = list ? list->items[i] : single;

		if (item->kind == TREE_STRING && strcmp(item->text, "None") == 0) {
			service->is_headless = true;
			continue;
		}
		ips[service->n_cluster_ips] = model_object_ip(object, item);
		object->loader->shows_v6 |= ips[service->n_cluster_ips].family == IP_V6;
		service->n_cluster_ips += ips[service->n_cluster_ips].family != IP_NONE;
	}
	service->cluster_ips = ips;
}

static void add_outer_ip(struct model_object *object, const struct tree_node *node,
			 struct model_service *service, struct ip_addr *ips)
{
	ips[service->n_outer_ips] = model_object_ip(object, node);
	service->n_outer_ips += ips[service->n_outer_ips].family != IP_NONE;
}

/* A load balancer may have a host name in place of an address, or pass traffic on by itself. */
static const struct tree_node *balancer_ip(struct model_object *object,
					   const struct tree_node *ingress, uint32_t i)
{
	const struct tree_node *item = model_object_item(object, ingress, i);
	const struct tree_node *mode = tree_get(item, "ipMode");

	if (mode && mode->kind == TREE_STRING && strcmp(mode->text, "Proxy") == 0)
		return NULL;
	return tree_get(item, "ip");
}

/* Addresses outside of the service range at which nodes take connections to the Service. */
static void read_outer_ips(struct model_object *object, const struct tree_node *spec,
			   struct model_service *service)
{
	const struct tree_node *status = model_object_map(object, object->root, "status");
	const struct tree_node *balancer = model_object_map(object, status, "loadBalancer");
	const struct tree_node *ingress = model_object_seq(object, balancer, "ingress");
	const struct tree_node *external = model_object_seq(object, spec, "externalIPs");
	const uint32_t n_ingress = ingress ? ingress->len : 0;
	const uint32_t n_external = external ? external->len : 0;
	struct ip_addr *ips = arena_alloc_n(&object->loader->snapshot->arena,
					    n_ingress + n_external, sizeof(*ips));

	for (uint32_t i = 0; i < n_external; i++)
		add_outer_ip(object, external->items[i], service, ips);
	for (uint32_t i = 0; i < n_ingress; i++)
		add_outer_ip(object, balancer_ip(object, ingress, i), service, ips);
	service->outer_ips = ips;
}

/* What is no block admits nobody, as a load balancer would refuse it. */
static void read_sources(struct model_object *object, const struct tree_node *spec,
			 struct model_service *service)
{
	const struct tree_node *list = model_object_seq(object, spec, "loadBalancerSourceRanges");
	const struct tree_node *ports = tree_get(spec, "allocateLoadBalancerNodePorts");
	const uint32_t n = list ? list->len : 0;
	struct ip_cidr *sources =
		arena_alloc_n(&object->loader->snapshot->arena, n, sizeof(*sources));

	for (uint32_t i = 0; i < n; i++)
		if (list->items[i]->kind == TREE_STRING)
			ip_cidr_parse(list->items[i]->text, &sources[i], NULL);
	service->sources = sources;
	service->n_sources = n;
	service->has_no_node_ports = ports && ports->kind == TREE_BOOL && !ports->boolean;
}

/* A manifest has no address yet, but may ask for one. */
static void read_families(struct model_object *object, const struct tree_node *spec)
{
	const struct tree_node *list = model_object_seq(object, spec, "ipFamilies");

	for (uint32_t i = 0; list && i < list->len; i++)
		if (list->items[i]->kind == TREE_STRING &&
		    strcmp(list->items[i]->text, "IPv6") == 0)
			object->loader->shows_v6 = true;
}

void model_read_service(struct model_object *object)
{
	struct model_loader *loader = object->loader;
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");
	const struct tree_node *spec = model_object_map(object, object->root, "spec");
	struct model_record *record = arena_alloc(&loader->scratch, sizeof(*record));
	struct model_service *service = arena_alloc(&loader->snapshot->arena, sizeof(*service));
	struct model_labels selector = model_object_labels(object, spec, "selector");

	service->name = object->name;
	service->labels = model_object_labels(object, metadata, "labels");
	service->origin = MODEL_DECLARED;
	service->span = tree_span(object->file, object->root);
	service->type = model_object_string(object, spec, "type");
	if (!service->type || *service->type == '\0')
		service->type = intern_str(&loader->snapshot->intern, "ClusterIP");
	service->selector = selector.items;
	service->n_selector = selector.n;
	read_cluster_ips(object, spec, service);
	read_outer_ips(object, spec, service);
	read_sources(object, spec, service);
	read_families(object, spec);
	service->ports = model_read_service_ports(object, spec, &service->n_ports);
	record->object = service;
	if (object->failed)
		return;
	service->ns = model_loader_namespace(loader, object->ns);
	model_record_keep(object, record, &loader->services);
}
