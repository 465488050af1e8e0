/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/exposed.h"

#include "base/vec.h"

#include <assert.h>
#include <string.h>

const char *analyze_exposure_name(enum analyze_exposure exposure)
{
	static const char *const names[ANALYZE_N_EXPOSURES] = {
#define X(id, name) [ANALYZE_EXPOSED_##id] = name,
		ANALYZE_EXPOSURES(X)
#undef X
	};

	assert(exposure < ANALYZE_N_EXPOSURES);
	return names[exposure];
}

static void *zeroed(size_t n, size_t size)
{
	void *ret = vec_grow(NULL, &(size_t){0}, n + 1, size);

	memset(ret, 0, n * size);
	return ret;
}

static void add_port(struct port_set *ports, uint8_t space, uint16_t number)
{
	port_set_add(ports, (struct port_range){space, number, number});
}

/* What a Service's ports are at a pod behind it. */
static void add_service_ports(const struct model_service *service, const struct model_pod *pod,
			      struct port_set *ret)
{
	for (uint32_t i = 0; i < service->n_ports; i++) {
		const struct model_service_port *port = &service->ports[i];

		if (port->target)
			add_port(ret, port->space, port->target);
		else
			model_pod_named_ports(pod, port->target_name, port->space, ret);
	}
}

static bool is_global(const struct ip_cidr *block)
{
	size_t n;
	const struct ip_range *global = ip_global_unicast(&n), range = ip_cidr_range(block);

	for (size_t i = 0; i < n; i++)
		if (global[i].first.family == range.first.family &&
		    ip_cmp(&global[i].first, &range.last) <= 0 &&
		    ip_cmp(&range.first, &global[i].last) <= 0)
			return true;
	return false;
}

/* Whether a load balancer takes anybody of the internet. */
static bool takes_internet(const struct model_service *service)
{
	for (uint32_t i = 0; i < service->n_sources; i++)
		if (service->sources[i].addr.family != IP_NONE && is_global(&service->sources[i]))
			return true;
	return service->n_sources == 0;
}

/* A load balancer's own limits do not hold at the ports of nodes. */
static uint8_t balancer_kinds(const struct model_service *service)
{
	if (takes_internet(service))
		return 1u << ANALYZE_EXPOSED_LOAD_BALANCER;
	return service->has_no_node_ports ? 0 : 1u << ANALYZE_EXPOSED_NODE_PORT;
}

static uint8_t service_kinds(const struct model_service *service)
{
	uint8_t kinds = 0;

	if (strcmp(service->type, "LoadBalancer") == 0)
		return balancer_kinds(service);
	if (strcmp(service->type, "NodePort") == 0)
		kinds |= 1u << ANALYZE_EXPOSED_NODE_PORT;
	if (service->n_outer_ips)
		kinds |= 1u << ANALYZE_EXPOSED_EXTERNAL_IP;
	return kinds;
}

static void add_service(struct analyze_exposed *exposed, const struct model_service *service)
{
	const uint8_t kinds = service_kinds(service);

	for (uint32_t i = 0; i < service->n_backends && kinds; i++) {
		const uint32_t pod = service->backends[i]->index;

		exposed->kinds[pod] |= kinds;
		add_service_ports(service, service->backends[i], &exposed->ports[pod]);
	}
}

static void add_routed(void *exposed, const struct model_pod *pod, const struct port_set *ports)
{
	(void)ports;
	((struct analyze_exposed *)exposed)->kinds[pod->index] |= 1u << ANALYZE_EXPOSED_ROUTE;
}

static void add_pod(struct analyze_exposed *exposed, const struct model_pod *pod)
{
	/* One that declares nothing may listen everywhere. */
	if (pod->host_network && pod->n_ports == 0) {
		exposed->kinds[pod->index] |= 1u << ANALYZE_EXPOSED_HOST_NETWORK;
		port_set_add_all(&exposed->ports[pod->index]);
	}
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		if (!pod->ports[i].host_port && !pod->host_network)
			continue;
		exposed->kinds[pod->index] |= 1u
					      << (pod->host_network ? ANALYZE_EXPOSED_HOST_NETWORK
								    : ANALYZE_EXPOSED_HOST_PORT);
		add_port(&exposed->ports[pod->index], pod->ports[i].space, pod->ports[i].number);
	}
}

void analyze_exposed_init(struct analyze_exposed *ret, const struct model_snapshot *snapshot)
{
	ret->n_pods = snapshot->n_pods;
	ret->kinds = zeroed(snapshot->n_pods, sizeof(*ret->kinds));
	ret->ports = zeroed(snapshot->n_pods, sizeof(*ret->ports));
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		add_pod(ret, snapshot->pods[i]);
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		add_service(ret, snapshot->services[i]);
	model_each_routed(snapshot, NULL, add_routed, ret);
}

static void release_sets(struct port_set *sets, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		port_set_release(&sets[i]);
	free(sets);
}

void analyze_exposed_release(struct analyze_exposed *exposed)
{
	release_sets(exposed->ports, exposed->n_pods);
	free(exposed->kinds);
}

void analyze_listening_init(struct analyze_listening *ret, const struct model_snapshot *snapshot)
{
	ret->n_pods = snapshot->n_pods;
	ret->ports = zeroed(snapshot->n_pods, sizeof(*ret->ports));
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		for (uint32_t k = 0; k < pod->n_ports; k++)
			add_port(&ret->ports[i], pod->ports[k].space, pod->ports[k].number);
	}
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		for (uint32_t k = 0; k < snapshot->services[i]->n_backends; k++) {
			const struct model_pod *pod = snapshot->services[i]->backends[k];

			/* One that declares nothing may listen at more than its Service says. */
			if (pod->n_ports)
				add_service_ports(snapshot->services[i], pod,
						  &ret->ports[pod->index]);
		}
}

void analyze_listening_release(struct analyze_listening *listening)
{
	release_sets(listening->ports, listening->n_pods);
}
