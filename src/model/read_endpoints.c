/* SPDX-License-Identifier: Apache-2.0 */
/* EndpointSlices and Endpoints: what is behind a Service without a selector. */
#include "model/loader.h"

#include <string.h>

#define SERVICE_LABEL "kubernetes.io/service-name" /* discovery.k8s.io/v1 LabelServiceName */

struct endpoints {
	VEC(struct model_endpoint) list;
};

/* A targetRef says which pod it is; an address alone, where it is. */
static void read_endpoint(struct model_object *object, const struct tree_node *target,
			  const struct tree_node *address, struct endpoints *endpoints)
{
	const char *kind = model_object_string(object, target, "kind");
	struct model_endpoint endpoint = {.addr = model_object_ip(object, address)};

	if (kind && strcmp(kind, "Pod") == 0)
		endpoint.pod = model_object_string(object, target, "name");
	if (endpoint.pod || endpoint.addr.family != IP_NONE)
		vec_push(&endpoints->list, endpoint);
}

static void read_slice_endpoints(struct model_object *object, struct endpoints *endpoints)
{
	const struct tree_node *list = model_object_seq(object, object->root, "endpoints");

	for (uint32_t i = 0; list && i < list->len; i++) {
		const struct tree_node *item = model_object_item(object, list, i);
		const struct tree_node *target = model_object_map(object, item, "targetRef");
		const struct tree_node *addrs = model_object_seq(object, item, "addresses");

		for (uint32_t a = 0; addrs && a < addrs->len; a++)
			read_endpoint(object, target, addrs->items[a], endpoints);
	}
}

static void read_subset(struct model_object *object, const struct tree_node *subset,
			const char *key, struct endpoints *endpoints)
{
	const struct tree_node *list = model_object_seq(object, subset, key);

	for (uint32_t i = 0; list && i < list->len; i++) {
		const struct tree_node *item = model_object_item(object, list, i);

		read_endpoint(object, model_object_map(object, item, "targetRef"),
			      tree_get(item, "ip"), endpoints);
	}
}

static void keep(struct model_object *object, const char *service,
		 const struct tree_node *with_ports, struct endpoints *endpoints)
{
	struct model_loader *loader = object->loader;
	struct model_endpoints_record *record = arena_alloc(&loader->scratch, sizeof(*record));
	size_t n = endpoints->list.n;

	record->service = service;
	record->ports = model_read_service_ports(object, with_ports, &record->n_ports);
	record->endpoints = arena_alloc_n(&loader->scratch, n, sizeof(*record->endpoints));
	if (n > 0)
		memcpy(record->endpoints, endpoints->list.items, n * sizeof(*record->endpoints));
	record->n_endpoints = (uint32_t)n;
	vec_release(&endpoints->list);
	if (!object->failed)
		model_record_keep(object, &record->record, &loader->endpoints);
}

void model_read_endpointslice(struct model_object *object)
{
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");
	const struct tree_node *labels = model_object_map(object, metadata, "labels");
	const char *service = model_object_string(object, labels, SERVICE_LABEL);
	struct endpoints endpoints = {0};

	if (!service)
		return;
	read_slice_endpoints(object, &endpoints);
	keep(object, service, object->root, &endpoints);
}

/* Subsets may differ in their ports; a Service of one is all that is in use. */
void model_read_endpoints(struct model_object *object)
{
	const struct tree_node *subsets = model_object_seq(object, object->root, "subsets");
	const struct tree_node *with_ports = NULL;
	struct endpoints endpoints = {0};

	for (uint32_t i = 0; subsets && i < subsets->len; i++) {
		const struct tree_node *subset = model_object_item(object, subsets, i);

		with_ports = with_ports ? with_ports : subset;
		read_subset(object, subset, "addresses", &endpoints);
		read_subset(object, subset, "notReadyAddresses", &endpoints);
	}
	keep(object, object->name, with_ports, &endpoints);
}
