/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind a Service. */
#include "model/loader.h"

#include <string.h>

/* The live pods of a namespace that have a label which some Service selects by. */
struct pair {
	const struct model_namespace *ns;
	const char *key;
	const char *value;
	VEC(struct model_pod *) pods;
};

struct pairs {
	struct hash_map slots; /* hash of the pair, +1 while taken by another → position */
	VEC(struct pair) list;
};

static uint64_t pair_hash(const struct model_namespace *ns, const struct model_label *label)
{
	return hash_u64(hash_ptr(ns) ^
			hash_u64(hash_ptr(label->key) ^ hash_u64(hash_ptr(label->value))));
}

/* Where the pair stands, or NULL; *ret_key is where it would be entered. */
static struct pair *pair_find(const struct pairs *pairs, const struct model_namespace *ns,
			      const struct model_label *label, uint64_t *ret_key)
{
	uint64_t *place;

	*ret_key = pair_hash(ns, label);
	while ((place = hash_map_get(&pairs->slots, *ret_key))) {
		struct pair *pair = &pairs->list.items[*place];

		if (pair->ns == ns && pair->key == label->key && pair->value == label->value)
			return pair;
		++*ret_key;
	}
	return NULL;
}

static void pairs_enter(struct pairs *pairs, const struct model_service *service)
{
	for (uint32_t i = 0; i < service->n_selector; i++) {
		const struct model_label *label = &service->selector[i];
		uint64_t key;
		struct pair *pair = pair_find(pairs, service->ns, label, &key);

		if (pair)
			continue;
		*hash_map_put(&pairs->slots, key, NULL) = pairs->list.n;
		pair = vec_add(&pairs->list);
		pair->ns = service->ns;
		pair->key = label->key;
		pair->value = label->value;
	}
}

static void pairs_fill(struct pairs *pairs, const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = snapshot->pods[i];

		for (uint32_t l = 0; l < pod->labels.n; l++) {
			uint64_t key;
			struct pair *pair = pair_find(pairs, pod->ns, &pod->labels.items[l], &key);

			if (pair)
				vec_push(&pair->pods, pod);
		}
	}
}

static void pairs_release(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->list.n; i++)
		vec_release(&pairs->list.items[i].pods);
	vec_release(&pairs->list);
	hash_map_release(&pairs->slots);
}

static bool is_selected(const struct model_service *service, const struct model_pod *pod)
{
	for (uint32_t i = 0; i < service->n_selector; i++) {
		const struct model_label *label = &service->selector[i];

		if (model_label_get(&pod->labels, label->key) != label->value)
			return false;
	}
	return true;
}

/* Only the pods with the rarest of the selector's labels are looked at. */
static void select_backends(struct model_snapshot *snapshot, const struct pairs *pairs,
			    struct model_service *service)
{
	const struct pair *rarest = NULL;

	for (uint32_t i = 0; i < service->n_selector; i++) {
		uint64_t key;
		struct pair *pair = pair_find(pairs, service->ns, &service->selector[i], &key);

		if (!rarest || pair->pods.n < rarest->pods.n)
			rarest = pair;
	}
	service->backends =
		arena_alloc_n(&snapshot->arena, rarest->pods.n, sizeof(*service->backends));
	for (size_t i = 0; i < rarest->pods.n; i++)
		if (is_selected(service, rarest->pods.items[i]))
			service->backends[service->n_backends++] = rarest->pods.items[i];
}

static bool has_selector(const struct model_service *service)
{
	return service->n_selector > 0 && strcmp(service->type, "ExternalName") != 0;
}

static void make_selected(struct model_snapshot *snapshot)
{
	struct pairs pairs = {0};

	for (uint32_t i = 0; i < snapshot->n_services; i++)
		if (has_selector(snapshot->services[i]))
			pairs_enter(&pairs, snapshot->services[i]);
	pairs_fill(&pairs, snapshot);
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		if (has_selector(snapshot->services[i]))
			select_backends(snapshot, &pairs, snapshot->services[i]);
	pairs_release(&pairs);
}

static int compare_pods(const void *a, const void *b)
{
	const struct model_pod *x = *(struct model_pod *const *)a;
	const struct model_pod *y = *(struct model_pod *const *)b;

	return (x->index > y->index) - (x->index < y->index);
}

static int compare_addrs(const void *a, const void *b)
{
	return ip_cmp(a, b);
}

/* A pod of two families stands in two slices. */
static void dedup(struct model_service *service)
{
	uint32_t n = 0;

	if (service->n_backends > 1)
		qsort(service->backends, service->n_backends, sizeof(*service->backends),
		      compare_pods);
	for (uint32_t i = 0; i < service->n_backends; i++)
		if (n == 0 || service->backends[n - 1] != service->backends[i])
			service->backends[n++] = service->backends[i];
	service->n_backends = n;
	if (service->n_backend_addrs > 1)
		qsort(service->backend_addrs, service->n_backend_addrs,
		      sizeof(*service->backend_addrs), compare_addrs);
	n = 0;
	for (uint32_t i = 0; i < service->n_backend_addrs; i++)
		if (n == 0 || !ip_equal(&service->backend_addrs[n - 1], &service->backend_addrs[i]))
			service->backend_addrs[n++] = service->backend_addrs[i];
	service->n_backend_addrs = n;
}

static struct model_pod *pod_behind(const struct model_snapshot *snapshot,
				    const struct model_namespace *ns,
				    const struct model_endpoint *endpoint)
{
	const struct model_name_entry *entry = NULL;
	struct model_pod *pod = NULL;
	uint32_t n;

	if (endpoint->pod)
		entry = model_names_find(&snapshot->index->pod_names, ns, endpoint->pod, &n);
	if (entry)
		return entry->object;
	if (endpoint->addr.family != IP_NONE)
		pod = model_find_address(snapshot, &endpoint->addr);
	return pod && !pod->is_address_assumed ? pod : NULL;
}

/* Where the endpoints listen stands with them, under the name of the Service's port. */
static void set_targets(struct model_service *service, const struct model_endpoints_record *record)
{
	for (uint32_t p = 0; p < service->n_ports; p++)
		for (uint32_t i = 0; i < record->n_ports; i++) {
			struct model_service_port *port = &service->ports[p];

			if (port->name == record->ports[i].name &&
			    port->space == record->ports[i].space && record->ports[i].port) {
				port->target = record->ports[i].port;
				port->target_name = NULL;
			}
		}
}

static void add_endpoints(struct model_snapshot *snapshot, struct model_service *service,
			  const struct model_endpoints_record *record)
{
	for (uint32_t i = 0; i < record->n_endpoints; i++) {
		const struct model_endpoint *endpoint = &record->endpoints[i];
		struct model_pod *pod = pod_behind(snapshot, service->ns, endpoint);

		if (pod)
			service->backends[service->n_backends++] = pod;
		else if (endpoint->addr.family != IP_NONE)
			service->backend_addrs[service->n_backend_addrs++] = endpoint->addr;
	}
	set_targets(service, record);
}

/* The Service without a selector that a record is for; those with one take no manual endpoints. */
static struct model_service *manual_service(const struct model_snapshot *snapshot,
					    const struct model_record *record)
{
	const struct model_endpoints_record *endpoints =
		(const struct model_endpoints_record *)record;
	struct model_service *service;

	if (record->is_replaced)
		return NULL;
	service = model_find_service(snapshot, record->ns, endpoints->service);
	return service && service->n_selector == 0 ? service : NULL;
}

static void make_manual(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;
	struct model_record_list *list = &loader->endpoints;

	for (size_t i = 0; i < list->n; i++) {
		struct model_service *service = manual_service(snapshot, list->items[i]);

		if (service)
			service->n_backends +=
				((struct model_endpoints_record *)list->items[i])->n_endpoints;
	}
	for (uint32_t i = 0; i < snapshot->n_services; i++) {
		struct model_service *service = snapshot->services[i];
		uint32_t n = service->n_backends;

		if (service->n_selector > 0 || n == 0)
			continue;
		service->backends = arena_alloc_n(&snapshot->arena, n, sizeof(*service->backends));
		service->backend_addrs =
			arena_alloc_n(&snapshot->arena, n, sizeof(*service->backend_addrs));
		service->n_backends = 0;
	}
	for (size_t i = 0; i < list->n; i++) {
		struct model_service *service = manual_service(snapshot, list->items[i]);

		if (service)
			add_endpoints(snapshot, service,
				      (struct model_endpoints_record *)list->items[i]);
	}
}

void model_make_backends(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;

	make_selected(snapshot);
	make_manual(loader);
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		if (snapshot->services[i]->n_selector == 0)
			dedup(snapshot->services[i]);
}
