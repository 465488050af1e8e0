/* SPDX-License-Identifier: Apache-2.0 */
/* BH507: what is offered to the outside, and who may come. */
#include "scan/check.h"

#include <string.h>

/* The ports at which a backend of a Service gets connections, each once. */
static void service_targets(const struct model_service *service, const struct model_pod *pod,
			    struct port_set *ret)
{
	for (uint32_t i = 0; i < service->n_ports; i++)
		model_service_targets(&service->ports[i], pod, ret);
}

bool scan_lets_addresses_in(struct scan *scan, const struct model_workload *workload)
{
	uint32_t n;
	const struct policy *const *policies = scan_policies_of(scan, workload, &n);

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < policies[i]->n_rules[POLICY_INGRESS]; k++) {
			const struct policy_rule *rule = &policies[i]->rules[POLICY_INGRESS][k];

			for (uint32_t p = 0; p < rule->n_peers; p++)
				if (rule->peers[p].kind != POLICY_PEER_PODS)
					return true;
		}
	return false;
}

/* What offers a Service to the outside; NULL: nothing does. */
static const char *offered_by(const struct model_service *service)
{
	if (strcmp(service->type, "LoadBalancer") == 0 || strcmp(service->type, "NodePort") == 0)
		return service->type;
	return service->n_outer_ips ? "Service with external addresses" : NULL;
}

/* The load balancer itself takes only some clients. */
static bool limits_clients(const struct tree_node *spec, const char *type)
{
	const struct tree_node *ranges = tree_get(spec, "loadBalancerSourceRanges");

	return strcmp(type, "LoadBalancer") == 0 && ranges && ranges->kind == TREE_SEQ &&
	       ranges->len > 0;
}

/* Anybody, and not only whoever comes by the way that is meant. */
static void report_open(struct scan *scan, struct scan_place place, const struct model_pod *pod,
			const char *by)
{
	struct scan_finding *finding = scan_report(
		scan, place,
		"%s offers %s/%s to the outside, and no policy limits who comes: any pod in any "
		"namespace can reach it too, on every port%s",
		by, pod->ns->name, pod->workload->name,
		scan_other_side_text(scan, pod, scan_stranger(scan), POLICY_INGRESS, NULL));

	finding->related = pod->workload->span;
	finding->related_message = "the workload";
	scan_help(scan, finding,
		  "allow the proxy or the addresses of the clients, on the port that "
		  "is offered");
}

/* Where a Service says that it is for the outside. */
static struct scan_place offer_place(const struct model_service *service,
				     const struct tree_node *spec)
{
	const struct tree_member *says = tree_member(spec, "type");
	struct scan_place place = scan_at_service(service);

	if (!says || service->n_outer_ips)
		says = tree_member(spec, "externalIPs") ? tree_member(spec, "externalIPs") : says;
	if (says)
		place.span = tree_span(service->span.file, says->value);
	return place;
}

/* The first port at which no address gets to the pod; false: one gets there, or may. */
static bool find_refused(struct scan *scan, const struct model_service *service,
			 const struct model_pod *pod, struct port_range *ret)
{
	struct port_set ports = {0};
	bool is_refused;

	service_targets(service, pod, &ports);
	is_refused = ports.n && !scan_lets_addresses_in(scan, pod->workload);
	for (size_t i = 0; i < ports.n && is_refused; i++)
		is_refused = !scan_far_may(scan, pod, POLICY_INGRESS, ports.ranges[i].space,
					   ports.ranges[i].first);
	if (is_refused)
		*ret = ports.ranges[0];
	port_set_release(&ports);
	return is_refused;
}

/* What comes by way of the pod's own node passes, unless the client's address is kept. */
static void report_refused(struct scan *scan, const struct model_service *service,
			   const struct tree_node *spec, const struct model_pod *pod,
			   struct port_range port)
{
	const char *kept = tree_get_string(spec, "externalTrafficPolicy");
	const bool keeps_client = kept && strcmp(kept, "Local") == 0;
	struct scan_finding *finding = scan_report(
		scan, offer_place(service, spec),
		"a %s offers %s/%s:%u to the outside, and no policy lets an address in: clients "
		"get no answer%s",
		offered_by(service), pod->ns->name, pod->workload->name, port.first,
		keeps_client ? "" : " but where they come by way of the pod's own node");

	if (!keeps_client)
		finding->severity = SCAN_MEDIUM;
	finding->related = pod->workload->span;
	finding->related_message = "the workload";
	scan_help(scan, finding, "allow the addresses of the clients, by ipBlock, on port %u",
		  port.first);
}

static void check_balanced(struct scan *scan, const struct model_service *service)
{
	const struct model_manifest *manifest =
		scan_manifest(scan, "Service", service->ns->name, service->name);
	const struct tree_node *spec = manifest ? tree_get(manifest->root, "spec") : NULL;
	struct port_range port;

	for (uint32_t i = 0; i < service->n_backends; i++) {
		const struct model_pod *pod = service->backends[i];

		if (pod->host_network)
			continue;
		if (find_refused(scan, service, pod, &port)) {
			report_refused(scan, service, spec, pod, port);
			return;
		}
		if (!limits_clients(spec, service->type) &&
		    scan_is_open(scan, pod, scan_stranger(scan), POLICY_INGRESS)) {
			report_open(scan, offer_place(service, spec), pod,
				    arena_printf(&scan->arena, "a %s", offered_by(service)));
			return;
		}
	}
}

/* Pods that look like a proxy at the edge; none: a pod of an unknown namespace may be one. */
static bool is_proxy(const struct model_pod *pod)
{
	return strstr(pod->workload->name, "ingress") || strstr(pod->workload->name, "gateway") ||
	       strstr(pod->workload->name, "traefik") || strstr(pod->workload->name, "router");
}

static bool proxy_may(struct scan *scan, const struct model_pod *to, struct port_range port)
{
	for (uint32_t i = 0; i < scan->snapshot->n_pods; i++) {
		const struct model_pod *from = scan->snapshot->pods[i];
		const bool is_elsewhere = from->origin == MODEL_HYPOTHETICAL && from->ns != to->ns;

		if ((is_elsewhere || is_proxy(from)) && from->workload != to->workload &&
		    scan_side_may(scan, to, from, POLICY_INGRESS, port.space, port.first))
			return true;
	}
	return scan_lets_addresses_in(scan, to->workload);
}

static struct scan_place place_of(const struct model_route *route,
				  const struct model_route_backend *backend)
{
	return (struct scan_place){route->kind, route->ns, route->name, backend->span};
}

/* false: the route does not lead to the pod. */
static bool find_port(const struct model_route_backend *backend, const struct model_pod *pod,
		      struct port_range *ret_port)
{
	struct port_set ports = {0};
	bool is_found;

	model_route_ports(backend, pod, &ports);
	is_found = ports.n > 0;
	if (is_found)
		*ret_port = ports.ranges[0];
	port_set_release(&ports);
	return is_found;
}

static void check_backend(struct scan *scan, const struct model_route *route,
			  const struct model_route_backend *backend)
{
	for (uint32_t i = 0; backend->service && i < backend->service->n_backends; i++) {
		const struct model_pod *pod = backend->service->backends[i];
		struct port_range port;

		if (pod->host_network || !find_port(backend, pod, &port))
			continue;
		if (!proxy_may(scan, pod, port)) {
			scan_help(
				scan,
				scan_report(scan, place_of(route, backend),
					    "%s offers %s/%s:%u to the outside, and no policy lets "
					    "a proxy in: requests get no answer",
					    route->kind, pod->ns->name, pod->workload->name,
					    port.first),
				"allow the namespace of the ingress controller");
			return;
		}
		if (scan_is_open(scan, pod, scan_stranger(scan), POLICY_INGRESS)) {
			report_open(scan, place_of(route, backend), pod, route->kind);
			return;
		}
	}
}

/* A route that leads to one place by several paths says it several times. */
static bool is_said(const struct model_route *route, uint32_t at)
{
	const struct model_route_backend *backend = &route->backends[at];

	for (uint32_t i = 0; i < at; i++) {
		const struct model_route_backend *other = &route->backends[i];

		if (other->service == backend->service && other->port == backend->port &&
		    other->port_name == backend->port_name)
			return true;
	}
	return false;
}

void scan_offered(struct scan *scan)
{
	const struct model_snapshot *snapshot = scan->snapshot;

	for (uint32_t i = 0; i < snapshot->n_services; i++)
		if (offered_by(snapshot->services[i]))
			check_balanced(scan, snapshot->services[i]);
	for (uint32_t i = 0; i < snapshot->n_routes; i++)
		for (uint32_t k = 0; k < snapshot->routes[i]->n_backends; k++)
			if (!is_said(snapshot->routes[i], k))
				check_backend(scan, snapshot->routes[i],
					      &snapshot->routes[i]->backends[k]);
}
