/* SPDX-License-Identifier: Apache-2.0 */
/* BH404 to BH406: ports of rules, and where pods listen. */
#include "scan/check.h"

#include <string.h>

/* The pods at which a rule's ports are: its subjects for ingress, its peers for egress. */
struct targets {
	const struct model_workload **items;
	size_t n;
	size_t cap;
};

static void add_bound(const struct scan_members *members, struct targets *ret)
{
	for (size_t i = 0; i < members->n; i++)
		if (!members->items[i]->host_network)
			vec_push(ret, members->items[i]);
}

static void find_targets(struct scan *scan, const struct policy_rule *rule, struct targets *ret)
{
	if (rule->direction == POLICY_INGRESS) {
		add_bound(scan_members(scan, &rule->policy->subject), ret);
		return;
	}
	if (rule->n_peers == 1 && rule->peers[0].kind == POLICY_PEER_PODS) {
		add_bound(scan_members(scan, &rule->peers[0]), ret);
		return;
	}
	for (uint32_t i = 0; !rule->any_peer && i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];

		if (!workload->host_network && scan_has_peer(scan, rule, workload->pods[0]))
			vec_push(ret, workload);
	}
}

static bool declares(const struct model_pod *pod, uint8_t space, uint16_t first, uint16_t last)
{
	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (pod->ports[i].space == space && first <= pod->ports[i].number &&
		    pod->ports[i].number <= last)
			return true;
	return false;
}

/* The port of a Service that leads to the workload, and to another port of it; NULL: there is none. */
static const struct model_service_port *service_port(const struct scan *scan,
						     const struct model_workload *workload,
						     const struct policy_port *port,
						     const struct model_service **ret_service)
{
	for (uint32_t i = 0; i < scan->snapshot->n_services; i++) {
		const struct model_service *service = scan->snapshot->services[i];
		bool leads = false;

		for (uint32_t k = 0; k < service->n_backends && !leads; k++)
			leads = service->backends[k]->workload == workload;
		for (uint32_t k = 0; leads && !service->is_headless && k < service->n_ports; k++) {
			const struct model_service_port *at = &service->ports[k];

			if (at->space == port->space && at->port == port->first &&
			    (at->target_name || at->target != at->port)) {
				*ret_service = service;
				return at;
			}
		}
	}
	return NULL;
}

/* The number at the pods that a Service's port leads to; 0: the name is not declared. */
static uint16_t target_of(const struct model_service_port *port, const struct model_pod *pod)
{
	struct port_set numbers = {0};
	uint16_t number = port->target;

	if (!port->target_name)
		return number;
	model_pod_named_ports(pod, port->target_name, port->space, &numbers);
	number = numbers.n ? numbers.ranges[0].first : 0;
	port_set_release(&numbers);
	return number;
}

/* A port of a rule that is a Service's, though its connections arrive at another. */
struct mismatch {
	const struct model_workload *workload;
	const struct model_service *service;
	uint16_t target;
};

static bool find_mismatch(const struct scan *scan, const struct policy_rule *rule,
			  const struct policy_port *port, const struct targets *targets,
			  struct mismatch *ret)
{
	for (size_t i = 0; port->first == port->last && i < targets->n; i++) {
		const struct model_workload *workload = targets->items[i];
		const struct model_service_port *at =
			service_port(scan, workload, port, &ret->service);

		ret->workload = workload;
		ret->target = at ? target_of(at, workload->pods[0]) : 0;
		if (ret->target && ret->target != port->first &&
		    !scan_has_port(rule, port->space, ret->target) &&
		    !declares(workload->pods[0], port->space, port->first, port->first))
			return true;
	}
	return false;
}

static void check_service_port(struct scan *scan, const struct policy_rule *rule,
			       const struct policy_port *port, const struct targets *targets)
{
	const struct tree_node *node;
	struct scan_finding *finding;
	struct mismatch at;

	if (!find_mismatch(scan, rule, port, targets, &at))
		return;
	finding = scan_report(scan, scan_at_policy(rule->policy, port->span),
			      "%u is the port of Service %s/%s: its connections arrive at %s/%s as "
			      "%u, which this rule does not allow",
			      port->first, at.service->ns->name, at.service->name,
			      at.workload->ns->name, at.workload->name, at.target);
	finding->related = at.service->span;
	finding->related_message = "the Service";
	scan_help(scan, finding, "write %u: rules are about the ports of pods", at.target);
	node = scan_port_node(rule, port);
	if (node)
		scan_edit_scalar(scan, finding, rule->policy->object->file, node,
				 arena_printf(&scan->arena, "%u", at.target));
}

void scan_service_port(struct scan *scan, const struct policy_rule *rule)
{
	struct targets targets = {0};

	if (!scan_allows(rule) || rule->any_port)
		return;
	find_targets(scan, rule, &targets);
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE)
			check_service_port(scan, rule, &rule->ports[i], &targets);
	vec_release(&targets);
}

/* Where nobody declares the port, though everybody declares ports. */
static bool nobody_listens(const struct targets *targets, const struct policy_port *port)
{
	for (size_t i = 0; i < targets->n; i++) {
		const struct model_pod *pod = targets->items[i]->pods[0];

		if (pod->n_ports == 0 || declares(pod, port->space, port->first, port->last))
			return false;
	}
	return targets->n > 0;
}

static const char *port_text(struct scan *scan, const struct policy_port *port)
{
	const char *space = port_space_name(port->space);

	return port->first == port->last
		       ? arena_printf(&scan->arena, "port %u/%s", port->first, space)
		       : arena_printf(&scan->arena, "a port of %u-%u/%s", port->first, port->last,
				      space);
}

void scan_closed_port(struct scan *scan, const struct policy_rule *rule)
{
	struct targets targets = {0};

	if (rule->direction != POLICY_INGRESS || !scan_allows(rule))
		return;
	find_targets(scan, rule, &targets);
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct policy_port *port = &rule->ports[i];
		struct mismatch at;

		if (port->kind != POLICY_PORT_RANGE || port->space > PORT_SCTP ||
		    !nobody_listens(&targets, port) ||
		    find_mismatch(scan, rule, port, &targets, &at))
			continue;
		scan_help(scan,
			  scan_report(scan, scan_at_policy(rule->policy, port->span),
				      "no container of %s/%s declares %s: what is allowed here "
				      "arrives at nobody",
				      targets.items[0]->ns->name, targets.items[0]->name,
				      port_text(scan, port)),
			  "write the port that the container listens on, or declare it there");
	}
	vec_release(&targets);
}

static bool has_block(const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].kind == POLICY_PEER_CIDR)
			return true;
	return false;
}

/* The name at the targets that is nearly the one of the rule; NULL: none is. */
static const char *near_name(const struct policy_port *port, const struct targets *targets)
{
	VEC(const char *) names = {0};
	const char *near;

	for (size_t i = 0; i < targets->n; i++) {
		const struct model_pod *pod = targets->items[i]->pods[0];

		for (uint32_t k = 0; k < pod->n_ports; k++)
			if (pod->ports[k].name && pod->ports[k].space == port->space)
				vec_push(&names, pod->ports[k].name);
	}
	near = diag_did_you_mean(port->name, names.items, names.n);
	vec_release(&names);
	return near;
}

/* The one port of that protocol that all targets declare; 0: there are others, or none. */
static uint16_t only_port(const struct policy_port *port, const struct targets *targets)
{
	uint16_t number = 0;

	for (size_t i = 0; i < targets->n; i++) {
		const struct model_pod *pod = targets->items[i]->pods[0];

		for (uint32_t k = 0; k < pod->n_ports; k++) {
			if (pod->ports[k].space != port->space)
				continue;
			if (number && number != pod->ports[k].number)
				return 0;
			number = pod->ports[k].number;
		}
	}
	return number;
}

/* A name of theirs, else the number of the only port that can be meant. */
static void help_name(struct scan *scan, struct scan_finding *finding,
		      const struct policy_rule *rule, const struct policy_port *port,
		      const struct targets *targets)
{
	const struct tree_node *node = scan_port_node(rule, port);
	const char *text = near_name(port, targets);
	const uint16_t number = only_port(port, targets);

	if (text)
		scan_help(scan, finding, "did you mean '%s'?", text);
	else if (number)
		scan_help(scan, finding, "write %u, the only port that they declare", number);
	else
		scan_help(scan, finding, "write the number, or name the container's port");
	if (!text && number)
		text = arena_printf(&scan->arena, "%u", number);
	if (node && text)
		scan_edit_scalar(scan, finding, rule->policy->object->file, node, text);
}

static void check_name(struct scan *scan, const struct policy_rule *rule,
		       const struct policy_port *port, const struct targets *targets)
{
	const struct scan_place place = scan_at_policy(rule->policy, port->span);
	struct port_set numbers = {0};

	for (size_t i = 0; i < targets->n; i++)
		model_pod_named_ports(targets->items[i]->pods[0], port->name, port->space,
				      &numbers);
	if (rule->direction == POLICY_EGRESS && has_block(rule))
		scan_help(scan,
			  scan_report(scan, place,
				      "'%s' is a name of pods' ports: towards an address block it "
				      "stands for nothing, and nothing is allowed",
				      port->name),
			  "write the number");
	else if (targets->n && numbers.n == 0)
		help_name(scan,
			  scan_report(scan, place,
				      "no container of %s/%s%s has a port called '%s' (%s): the "
				      "rule allows nothing there",
				      targets->items[0]->ns->name, targets->items[0]->name,
				      targets->n > 1 ? " and the others" : "", port->name,
				      port_space_name(port->space)),
			  rule, port, targets);
	else if (numbers.n > 1 || (numbers.n && numbers.ranges[0].first != numbers.ranges[0].last))
		scan_report(scan, place,
			    "'%s' is not the same number everywhere, among others %u and %u: the "
			    "rule opens a different port from pod to pod",
			    port->name, numbers.ranges[0].first, numbers.ranges[numbers.n - 1].last)
			->severity = SCAN_MEDIUM;
	port_set_release(&numbers);
}

void scan_port_name(struct scan *scan, const struct policy_rule *rule)
{
	struct targets targets = {0};

	for (uint32_t i = 0; scan_allows(rule) && i < rule->n_ports; i++) {
		if (rule->ports[i].kind != POLICY_PORT_NAMED)
			continue;
		if (targets.n == 0)
			find_targets(scan, rule, &targets);
		check_name(scan, rule, &rule->ports[i], &targets);
	}
	vec_release(&targets);
}
