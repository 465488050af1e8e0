/* SPDX-License-Identifier: Apache-2.0 */
/* BH311 to BH314: what must not be reached by just anybody. */
#include "scan/check.h"

#include "scan/config.h"
#include "scan/sensitive.h"

#include <string.h>

static const char *what_listens(const struct scan *scan, const struct model_workload *workload,
				const struct model_port *port)
{
	const char *what = scan_sensitive_port(port);

	return what ? what : scan_called_sensitive(scan->config, workload);
}

/* The port in the text of the workload's template, else the workload. */
static struct diag_span port_span(struct scan *scan, const struct model_workload *workload,
				  uint16_t number)
{
	const struct tree_node *template = scan_template(scan, workload);
	const struct tree_node *containers = scan_node(template, "spec", "containers", NULL);

	for (uint32_t i = 0; containers && containers->kind == TREE_SEQ && i < containers->len;
	     i++) {
		const struct tree_node *ports = tree_get(containers->items[i], "ports");

		for (uint32_t k = 0; ports && ports->kind == TREE_SEQ && k < ports->len; k++) {
			const struct tree_node *node = tree_get(ports->items[k], "containerPort");

			if (node && node->kind == TREE_INT && node->integer == number)
				return tree_span(workload->span.file, node);
		}
	}
	return workload->span;
}

#define MANY_NAMESPACES 3

/* How many other namespaces have a pod that may reach the port. */
static uint32_t count_namespaces(struct scan *scan, const struct model_pod *to,
				 const struct model_port *port)
{
	const struct model_namespace *before = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *from = scan->snapshot->workloads[i];

		if (from->ns == before || from->ns == to->ns || !scan_is_subject(from) ||
		    !scan_may(scan, from->pods[0], to, port->space, port->number))
			continue;
		before = from->ns;
		n++;
	}
	return n;
}

/* What of a namespace's findings says why everybody gets in, if nothing keeps them out. */
static const char *parent_of(struct scan *scan, const struct model_workload *workload)
{
	if (scan_is_isolated(scan, workload, POLICY_INGRESS))
		return NULL;
	return scan_has_for(scan, SCAN_BH201, workload->ns->name) ? "BH201" : "BH202";
}

/* What the egress of just anybody adds. */
static const char *stranger_text(struct scan *scan, const struct model_pod *to,
				 const struct model_port *port)
{
	const struct port_range range = {port->space, port->number, port->number};

	return scan_other_side_text(scan, to, scan_stranger(scan), POLICY_INGRESS, &range);
}

static void check_sensitive(struct scan *scan, const struct model_workload *workload,
			    const struct model_port *port, const char *what)
{
	const struct model_pod *pod = workload->pods[0];
	struct scan_place place = scan_at_workload(workload);
	struct scan_finding *finding;
	uint32_t n;

	place.span = port_span(scan, workload, port->number);
	if (scan_side_may(scan, pod, scan_stranger(scan), POLICY_INGRESS, port->space,
			  port->number)) {
		finding = scan_report(scan, place,
				      "any pod in any namespace can reach %s/%s:%u (%s)%s",
				      workload->ns->name, workload->name, port->number, what,
				      stranger_text(scan, pod, port));
	} else {
		n = count_namespaces(scan, pod, port);
		if (n <= MANY_NAMESPACES)
			return;
		finding = scan_report(scan, place,
				      "pods of %u other namespaces can reach %s/%s:%u (%s)", n,
				      workload->ns->name, workload->name, port->number, what);
		finding->severity = SCAN_MEDIUM;
	}
	finding->parent = parent_of(scan, workload);
	scan_help(scan, finding, "allow the clients that need it, by podSelector and namespace");
}

static void add_service_ports(const struct scan *scan, const struct model_pod *pod,
			      struct port_set *ret)
{
	for (uint32_t i = 0; i < scan->snapshot->n_services; i++) {
		const struct model_service *service = scan->snapshot->services[i];
		bool is_behind = false;

		for (uint32_t k = 0; k < service->n_backends && !is_behind; k++)
			is_behind = service->backends[k] == pod;
		for (uint32_t k = 0; is_behind && k < service->n_ports; k++)
			model_service_targets(&service->ports[k], pod, ret);
	}
}

/* A workload that declares no port listens where Services send to it, else as its image does. */
static void check_undeclared(struct scan *scan, const struct model_workload *workload)
{
	struct model_port port = {.space = PORT_TCP};
	const char *image = scan_sensitive_image(workload, &port.number);
	struct port_set ports = {0};

	if (!image && !scan_called_sensitive(scan->config, workload))
		return;
	add_service_ports(scan, workload->pods[0], &ports);
	if (ports.n == 0 && port.number)
		port_set_add(&ports, (struct port_range){PORT_TCP, port.number, port.number});
	for (size_t i = 0; i < ports.n; i++)
		for (uint32_t number = ports.ranges[i].first; number <= ports.ranges[i].last;
		     number++) {
			const char *what;

			port.space = ports.ranges[i].space;
			port.number = (uint16_t)number;
			what = what_listens(scan, workload, &port);
			check_sensitive(scan, workload, &port, what ? what : image);
		}
	port_set_release(&ports);
}

void scan_sensitive(struct scan *scan, const struct model_workload *workload)
{
	const struct model_pod *pod = workload->pods[0];

	if (!scan_is_subject(workload))
		return;
	if (pod->n_ports == 0)
		check_undeclared(scan, workload);
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		const char *what = what_listens(scan, workload, &pod->ports[i]);

		if (what)
			check_sensitive(scan, workload, &pod->ports[i], what);
	}
}

/* Namespaces from which a cluster is run. */
static const char *const admin_namespaces[] = {
	"argocd",
	"argo-cd",
	"cert-manager",
	"flux-system",
	"gatekeeper-system",
	"istio-system",
	"kubernetes-dashboard",
	"kyverno",
	"monitoring",
	"prometheus",
	"vault",
	"tekton-pipelines",
};

static bool runs_cluster(const struct scan *scan, const struct model_namespace *ns)
{
	for (size_t i = 0; i < sizeof(admin_namespaces) / sizeof(admin_namespaces[0]); i++)
		if (strcmp(admin_namespaces[i], ns->name) == 0)
			return true;
	return scan_is_system(scan, ns);
}

/* Names are for everybody. */
static bool is_dns(const struct model_port *port)
{
	return port->number == 53 || port->number == 5353 || port->number == 9153 ||
	       (port->name && strncmp(port->name, "dns", strlen("dns")) == 0);
}

void scan_admin_plane(struct scan *scan, const struct model_workload *workload)
{
	const struct model_pod *pod = workload->pods[0];

	if (!scan_is_subject(workload) || !runs_cluster(scan, workload->ns))
		return;
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		const struct model_port *port = &pod->ports[i];
		struct scan_place place = scan_at_workload(workload);
		struct scan_finding *finding;

		if (is_dns(port) || !scan_side_may(scan, pod, scan_stranger(scan), POLICY_INGRESS,
						   port->space, port->number))
			continue;
		place.span = port_span(scan, workload, port->number);
		if (scan_has_rule_at(scan, SCAN_BH311, place.span)) /* and what listens there */
			continue;
		finding = scan_report(scan, place,
				      "any pod in any namespace can reach %s/%s:%u, in a namespace "
				      "from which the cluster is run%s",
				      workload->ns->name, workload->name, port->number,
				      stranger_text(scan, pod, port));
		finding->parent = parent_of(scan, workload);
		scan_help(scan, finding, "close the namespace, and allow the clients that need it");
	}
}

/* The class of a namespace's environment, NULL: it has none. */
static const char *environment_of(const struct scan *scan, const struct model_namespace *ns)
{
	const struct scan_config *config = scan->config;

	for (uint32_t i = 0; i < ns->labels.n; i++) {
		if (strcmp(ns->labels.items[i].key, config->environment_label) != 0)
			continue;
		for (size_t k = 0; k < config->environments.n; k++)
			if (scan_texts_have(&config->environments.items[k].values,
					    ns->labels.items[i].value))
				return config->environments.items[k].name;
		return ns->labels.items[i].value;
	}
	return NULL;
}

/* Who in a namespace may reach the workload. */
static const struct model_workload *find_client(struct scan *scan, const struct model_namespace *ns,
						const struct model_workload *to,
						struct port_range *ret_port)
{
	struct model_workload *const *workloads;
	uint32_t n;

	workloads = scan_workloads_of(scan, ns, &n);
	for (uint32_t i = 0; i < n; i++)
		if (scan_is_subject(workloads[i]) &&
		    scan_may_at_all(scan, workloads[i]->pods[0], to->pods[0], ret_port))
			return workloads[i];
	return NULL;
}

static void check_environments(struct scan *scan, const struct model_workload *to,
			       const struct model_namespace *ns)
{
	const char *there = environment_of(scan, ns);
	const char *here = environment_of(scan, to->ns);
	const struct model_workload *from;
	struct port_range port;

	if (!there || strcmp(there, here) == 0 || scan_texts_have(&scan->config->shared, ns->name))
		return;
	from = find_client(scan, ns, to, &port);
	if (!from)
		return;
	scan_help(scan,
		  scan_report(scan, scan_at_workload(to),
			      "%s/%s of environment %s can reach %s/%s%s of environment %s",
			      ns->name, from->name, there, to->ns->name, to->name,
			      scan_port_text(scan, &port), here),
		  "close it to namespaces with another '%s'", scan->config->environment_label);
}

void scan_environments(struct scan *scan, const struct model_workload *to)
{
	if (!scan->config || !scan->config->environment_label || !scan_is_subject(to) ||
	    !environment_of(scan, to->ns) || scan_texts_have(&scan->config->shared, to->ns->name))
		return;
	for (uint32_t i = 0; i < scan->n_namespaces; i++)
		if (scan->snapshot->namespaces[i] != to->ns)
			check_environments(scan, to, scan->snapshot->namespaces[i]);
}

/* The zone of a pod, else of its namespace; NULL: it is in none. */
static const char *zone_of(const struct scan *scan, const struct model_pod *pod)
{
	const struct model_labels *const both[] = {&pod->labels, &pod->ns->labels};

	for (size_t k = 0; k < 2; k++)
		for (uint32_t i = 0; i < both[k]->n; i++)
			if (strcmp(both[k]->items[i].key, scan->config->zone_label) == 0)
				return both[k]->items[i].value;
	return NULL;
}

static bool may_cross(const struct scan_config *config, const char *from, const char *to)
{
	for (size_t i = 0; i < config->crossings.n; i++)
		if (strcmp(config->crossings.items[i].from, from) == 0 &&
		    strcmp(config->crossings.items[i].to, to) == 0)
			return true;
	return strcmp(from, to) == 0;
}

static void check_crossing(struct scan *scan, const struct model_workload *from,
			   const struct model_workload *to)
{
	const char *there = zone_of(scan, from->pods[0]);
	const char *here = zone_of(scan, to->pods[0]);
	struct port_range port;

	if (!there || may_cross(scan->config, there, here) ||
	    !scan_may_at_all(scan, from->pods[0], to->pods[0], &port))
		return;
	scan_help(scan,
		  scan_report(scan, scan_at_workload(to),
			      "%s/%s of zone %s can reach %s/%s%s of zone %s, which the "
			      "configuration does not allow",
			      from->ns->name, from->name, there, to->ns->name, to->name,
			      scan_port_text(scan, &port), here),
		  "close it to zone %s, or allow the crossing in the configuration", there);
}

void scan_zones(struct scan *scan, const struct model_workload *to)
{
	if (!scan->config || !scan->config->zone_label || !scan_is_subject(to) ||
	    !zone_of(scan, to->pods[0]))
		return;
	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *from = scan->snapshot->workloads[i];

		if (from != to && scan_is_subject(from))
			check_crossing(scan, from, to);
	}
}
