/* SPDX-License-Identifier: Apache-2.0 */
/* BH506: Services that the API server calls: webhooks, conversions, aggregated APIs. */
#include "scan/check.h"

#include <string.h>

/* The API server has the address of a node, or one that is not of the cluster: no pod's. */
static bool api_server_may(struct scan *scan, const struct model_pod *pod,
			   const struct port_range *port)
{
	return scan_lets_addresses_in(scan, pod->workload) ||
	       scan_far_may(scan, pod, POLICY_INGRESS, port->space, port->first);
}

/* Where the API server does not get to the backend; 0: it does, or nobody listens. */
static uint16_t refused_call(struct scan *scan, const struct model_service_port *port,
			     const struct model_pod *pod)
{
	struct port_set targets = {0};
	uint16_t ret = 0;

	model_service_targets(port, pod, &targets);
	if (targets.n && !api_server_may(scan, pod, targets.ranges))
		ret = targets.ranges[0].first;
	port_set_release(&targets);
	return ret;
}

/* The last backend of the port, if the API server gets to none; NULL: it gets to one. */
static const struct model_pod *refusing_backend(struct scan *scan,
						const struct model_service *service,
						uint16_t number, uint16_t *ret_port)
{
	const struct model_pod *refusing = NULL;

	for (uint32_t i = 0; i < service->n_ports; i++)
		for (uint32_t k = 0; service->ports[i].port == number && k < service->n_backends;
		     k++) {
			refusing = service->backends[k];
			*ret_port = refused_call(scan, &service->ports[i], refusing);
			if (*ret_port == 0)
				return NULL;
		}
	return refusing;
}

/* 443 where none is said; 0: what is said is no port. */
static uint16_t called_port(const struct tree_node *call)
{
	const struct tree_node *number = tree_get(call, "port");

	if (!number || number->kind != TREE_INT)
		return 443;
	return number->integer > 0 && number->integer <= UINT16_MAX ? (uint16_t)number->integer : 0;
}

/* `{namespace, name, port}` of a Service that the API server calls. */
static void check_call(struct scan *scan, const struct model_manifest *manifest,
		       const struct tree_node *call)
{
	const char *ns = tree_get_string(call, "namespace");
	const char *name = tree_get_string(call, "name");
	const struct model_service *service =
		ns && name ? model_find_service(scan->snapshot, ns, name) : NULL;
	const struct model_pod *pod;
	uint16_t port;

	if (!service)
		return;
	pod = refusing_backend(scan, service, called_port(call), &port);
	if (!pod)
		return;
	scan_help(scan,
		  scan_report(scan, scan_at_manifest(manifest, tree_span(manifest->file, call)),
			      "the API server calls %s/%s, and the ingress of %s/%s:%u refuses it: "
			      "it lets pods in, and the API server has the address of a node or "
			      "one outside the cluster",
			      ns, name, pod->ns->name, pod->workload->name, port),
		  "allow port %u from the addresses of the API server, or from anywhere", port);
}

void scan_refused_calls(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *webhooks = tree_get(manifest->root, "webhooks");

	if (strcmp(manifest->group, "admissionregistration.k8s.io") == 0)
		for (uint32_t i = 0; webhooks && webhooks->kind == TREE_SEQ && i < webhooks->len;
		     i++)
			check_call(scan, manifest,
				   scan_node(webhooks->items[i], "clientConfig", "service", NULL));
	else if (strcmp(manifest->group, "apiextensions.k8s.io") == 0)
		check_call(scan, manifest,
			   scan_node(manifest->root, "spec", "conversion", "webhook",
				     "clientConfig", "service", NULL));
	else if (strcmp(manifest->group, "apiregistration.k8s.io") == 0)
		check_call(scan, manifest, scan_node(manifest->root, "spec", "service", NULL));
}
