/* SPDX-License-Identifier: Apache-2.0 */
/* BH601 to BH604: where policies are not enforced, or gone around. */
#include "scan/check.h"

#include <string.h>
#include <strings.h>

/* Why the plugin does not make a policy true; NULL: that is not the reason. */
static const char *plugin_reason(struct scan *scan, const struct policy *policy)
{
	const struct policy_options *options = &scan->cluster->options;

	if (options->cni_off && policy_cni_is_asked(policy->group))
		return policy->no_effect;
	return policy_cni_no_effect(&options->cni, policy->group, policy->kind, &scan->arena);
}

static bool is_first_of_kind(const struct policy_set *set, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (strcmp(set->idle[i]->kind, set->idle[at]->kind) == 0 &&
		    strcmp(set->idle[i]->group, set->idle[at]->group) == 0)
			return false;
	return true;
}

void scan_not_enforced(struct scan *scan)
{
	const struct policy_set *set = scan->policies;

	for (uint32_t i = 0; i < set->n_idle; i++) {
		const struct policy *policy = set->idle[i];
		const char *reason = plugin_reason(scan, policy);
		uint32_t n = 0;

		if (!reason || !is_first_of_kind(set, i))
			continue;
		for (uint32_t k = i; k < set->n_idle; k++)
			n += strcmp(set->idle[k]->kind, policy->kind) == 0 &&
			     strcmp(set->idle[k]->group, policy->group) == 0;
		scan_report(scan, scan_at_policy(policy, policy->span),
			    "%u %s (%s) without effect: %s; what they close is open", n,
			    policy->kind, policy->group, reason);
	}
}

/* What belongs to a node, and has to be on its network. */
static bool is_node_agent(const struct model_workload *workload)
{
	static const char *const names[] = {"node-exporter", "calico-node", "cilium",
					    "kube-proxy",    "kube-router", "antrea-agent",
					    "kindnet",       "flannel",     "csi",
					    "speaker",       "bulkhead"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(workload->name, names[i]))
			return true;
	return false;
}

static const struct tree_node *pod_spec(struct scan *scan, const struct model_workload *workload)
{
	return tree_get(scan_template(scan, workload), "spec");
}

static struct scan_place place_at(const struct model_workload *workload,
				  const struct tree_node *node)
{
	struct scan_place place = scan_at_workload(workload);

	if (node)
		place.span = tree_span(workload->span.file, node);
	return place;
}

void scan_host_network(struct scan *scan, const struct model_workload *workload)
{
	struct scan_finding *finding;

	if (!workload->host_network || workload->origin == MODEL_IMPLIED ||
	    scan_is_system(scan, workload->ns))
		return;
	finding = scan_report(
		scan, place_at(workload, tree_get(pod_spec(scan, workload), "hostNetwork")),
		"%s/%s is on the host's network: no policy of pods binds it, it reaches "
		"what its node reaches and is reached where its node is",
		workload->ns->name, workload->name);
	if (is_node_agent(workload))
		finding->severity = SCAN_LOW;
}

static bool is_true(const struct tree_node *node)
{
	return node && node->kind == TREE_BOOL && node->boolean;
}

static void check_capabilities(struct scan *scan, const struct model_workload *workload,
			       const struct tree_node *added)
{
	for (uint32_t i = 0; added && added->kind == TREE_SEQ && i < added->len; i++) {
		const struct tree_node *node = added->items[i];
		const char *name = node->kind == TREE_STRING ? node->text : "";

		if (strncasecmp(name, "CAP_", 4) == 0)
			name += 4;
		if (strcasecmp(name, "NET_ADMIN") != 0 && strcasecmp(name, "NET_RAW") != 0 &&
		    strcasecmp(name, "SYS_ADMIN") != 0 && strcasecmp(name, "ALL") != 0)
			continue;
		scan_help(scan,
			  scan_report(scan, place_at(workload, node),
				      "with %s the container can change its own network or send as "
				      "somebody else: policies hold as far as the plugin checks "
				      "what leaves the pod",
				      name),
			  "drop it");
	}
}

/* What a mesh puts in front of a pod has to redirect its connections, and is gone before it starts. */
static bool is_mesh_init(const struct tree_node *container)
{
	const char *name = tree_get_string(container, "name");

	return name && (strcmp(name, "istio-init") == 0 || strcmp(name, "linkerd-init") == 0);
}

static void check_container(struct scan *scan, const struct model_workload *workload,
			    const struct tree_node *container)
{
	const struct tree_node *context = tree_get(container, "securityContext");
	const struct tree_node *privileged = tree_get(context, "privileged");

	if (is_mesh_init(container))
		return;
	if (is_true(privileged))
		scan_help(
			scan,
			scan_report(scan, place_at(workload, privileged),
				    "a privileged container can enter the network of its node and "
				    "of every pod there: no policy holds it"),
			"drop it, and add the capabilities that are needed");
	else
		check_capabilities(scan, workload, scan_node(context, "capabilities", "add", NULL));
}

void scan_privileged(struct scan *scan, const struct model_workload *workload)
{
	const struct tree_node *spec = pod_spec(scan, workload);
	const struct tree_node *host_pid = tree_get(spec, "hostPID");
	const char *const lists[] = {"initContainers", "containers"};

	if (scan_is_system(scan, workload->ns) || is_node_agent(workload))
		return;
	for (size_t k = 0; k < 2; k++) {
		const struct tree_node *list = tree_get(spec, lists[k]);

		for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
			check_container(scan, workload, list->items[i]);
	}
	if (is_true(host_pid))
		scan_help(
			scan,
			scan_report(scan, place_at(workload, host_pid),
				    "with hostPID its containers see every process of the node: as "
				    "root they read what these hold, with SYS_ADMIN they enter "
				    "their networks, and no policy of the pod is in the way"),
			"drop it");
}

/* Whether the policies of the pod let an address outside the cluster in at the port. */
static bool lets_outside_in(struct scan *scan, const struct model_pod *pod, uint8_t space,
			    uint16_t port)
{
	return scan_far_may(scan, pod, POLICY_INGRESS, space, port);
}

/* Where the template says so; NULL: it is not at hand. */
static const struct tree_node *host_port_node(struct scan *scan,
					      const struct model_workload *workload,
					      uint16_t number)
{
	const struct tree_node *list = tree_get(pod_spec(scan, workload), "containers");

	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++) {
		const struct tree_node *ports = tree_get(list->items[i], "ports");

		for (uint32_t k = 0; ports && ports->kind == TREE_SEQ && k < ports->len; k++) {
			const struct tree_node *node = tree_get(ports->items[k], "hostPort");

			if (node && node->kind == TREE_INT && node->integer == number)
				return node;
		}
	}
	return NULL;
}

static void check_host_port(struct scan *scan, const struct model_workload *workload,
			    const struct model_port *port)
{
	const bool is_open = lets_outside_in(scan, workload->pods[0], port->space, port->number);
	struct scan_finding *finding;

	finding = scan_report(
		scan, place_at(workload, host_port_node(scan, workload, port->host_port)),
		"port %u of every node that runs it leads to %s/%s:%u, past what is in front of "
		"it: %s",
		port->host_port, workload->ns->name, workload->name, port->number,
		is_open ? "the policies let every address in there"
			: "whatever runs on the node gets in, though the policies keep addresses "
			  "outside away");
	if (!is_open)
		finding->severity = SCAN_LOW;
}

static void check_host_ports(struct scan *scan, const struct model_workload *workload)
{
	const struct model_pod *pod = workload->pods[0];

	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (pod->ports[i].host_port)
			check_host_port(scan, workload, &pod->ports[i]);
}

/* A backend that somebody outside gets to by its own policies, and at which port; else the first. */
static const struct model_pod *open_backend(struct scan *scan, const struct model_service *service,
					    uint16_t *ret_port)
{
	const struct model_pod *open = NULL;

	for (uint32_t i = 0; i < service->n_backends && !open; i++)
		for (uint32_t k = 0; k < service->n_ports && !open; k++) {
			struct port_set targets = {0};

			model_service_targets(&service->ports[k], service->backends[i], &targets);
			*ret_port = targets.n ? targets.ranges[0].first : 0;
			if (targets.n && lets_outside_in(scan, service->backends[i],
							 targets.ranges[0].space, *ret_port))
				open = service->backends[i];
			port_set_release(&targets);
		}
	return open;
}

/* By default the node that is asked puts its own address in place of the client's. */
static void check_node_port(struct scan *scan, const struct model_service *service,
			    const struct model_manifest *manifest)
{
	const struct tree_node *spec = tree_get(manifest->root, "spec");
	const struct scan_place place =
		scan_at_manifest(manifest, tree_span(manifest->file, tree_get(spec, "type")));
	const char *kept = tree_get_string(spec, "externalTrafficPolicy");
	const bool keeps_client = kept && strcmp(kept, "Local") == 0;
	uint16_t port;
	const struct model_pod *open = open_backend(scan, service, &port);
	struct scan_finding *finding = NULL;

	if (open)
		finding = scan_report(
			scan, place,
			"a port of every node leads to %s/%s:%u: who reaches a node gets in past "
			"what is in front of it%s",
			open->ns->name, open->workload->name, port,
			keeps_client ? ""
				     : ", with the address of a node, so that policies cannot "
				       "tell clients apart");
	else if (!keeps_client)
		finding = scan_report(
			scan, place,
			"a port of every node leads to %s/%s: its clients come with the "
			"addresses of nodes, and the node that a pod runs on always gets in, "
			"whatever policies say of the clients",
			service->ns->name, service->name);
	if (finding && scan_has_rule_at(scan, SCAN_BH507, place.span))
		finding->parent = "BH507"; /* that the Service is for the outside is said */
}

/* hostPort of workloads, and NodePort of Services. */
void scan_node_ports(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (scan_is_subject(workload) && !scan_is_system(scan, workload->ns))
			check_host_ports(scan, workload);
	}
	for (uint32_t i = 0; i < scan->snapshot->n_services; i++) {
		const struct model_service *service = scan->snapshot->services[i];
		const struct model_manifest *manifest =
			scan_manifest(scan, "Service", service->ns->name, service->name);

		if (manifest && strcmp(service->type, "NodePort") == 0)
			check_node_port(scan, service, manifest);
	}
}
