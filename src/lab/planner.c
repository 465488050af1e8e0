/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/planner.h"

#include "analyze/endpoint.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_NODE "node"

/* A pod that a case is about and the input does not show. */
struct guest {
	const char *name; /* as the case has it */
	struct model_pod *pod;
};

/* What a plan is made of while its size is not known. */
struct planner {
	struct lab_cluster *cluster;
	VEC(const char *) node_names; /* sorted */
	VEC(struct model_pod *) pods;
	VEC(struct guest) guests;
	uint32_t n_spread; /* nodes for pods that name none: the first ones */
	uint32_t next_node;
};

void lab_note(struct lab_cluster *cluster, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vec_push(&cluster->notes, arena_vprintf(&cluster->plan.arena, format, args));
	va_end(args);
}

static bool is_closed(const struct model_snapshot *snapshot, const struct model_pod *pod)
{
	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (model_is_closed_address(snapshot, &pod->ips[i]))
			return true;
	return false;
}

/* Why a pod has no place in the lab, NULL when it has one. */
static const char *left_out(const struct model_snapshot *snapshot, const struct model_pod *pod)
{
	if (pod->workload->is_scaled_to_zero)
		return "it is scaled to zero";
	if (!pod->host_network && is_closed(snapshot, pod))
		return "another pod claims its address too";
	if (!pod->host_network && !pod->n_ips)
		return "it has no address";
	return NULL;
}

/* Adds it to the snapshot; each once. */
static void invite(struct planner *planner, struct lab_case *item, const char *name,
		   struct analyze_endpoints *endpoints)
{
	const struct analyze_endpoint *endpoint;
	struct diag_list problems;

	for (size_t i = 0; i < planner->guests.n; i++)
		if (!strcmp(planner->guests.items[i].name, name))
			return;
	diag_list_init(&problems, &endpoints->arena);
	endpoint = analyze_endpoint_get(endpoints, name, &problems);
	if (endpoint)
		vec_push(&planner->guests, ((struct guest){name, endpoint->pods[0]}));
	else
		item->why = arena_strdup(&planner->cluster->plan.arena, problems.first->message);
}

static void choose_guests(struct planner *planner, struct lab_cases *cases)
{
	struct analyze_endpoints endpoints;

	analyze_endpoints_init(&endpoints, &planner->cluster->base);
	for (size_t i = 0; i < cases->items.n; i++)
		for (int side = 0; side < 2; side++) {
			struct lab_case *item = &cases->items.items[i];

			if (!item->why && strchr(item->ends[side], '['))
				invite(planner, item, item->ends[side], &endpoints);
		}
	analyze_endpoints_release(&endpoints);
}

static const char *name_of(const struct planner *planner, const struct model_pod *pod)
{
	for (size_t i = 0; i < planner->guests.n; i++)
		if (planner->guests.items[i].pod == pod)
			return planner->guests.items[i].name;
	return arena_printf(&planner->cluster->plan.arena, "%s/%s", pod->ns->name, pod->name);
}

static void choose_pods(struct planner *planner)
{
	const struct model_snapshot *snapshot = planner->cluster->base.snapshot;

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = snapshot->pods[i];
		const char *why = left_out(snapshot, pod);

		if (why)
			lab_note(planner->cluster, "%s/%s is not in the lab: %s", pod->ns->name,
				 pod->name, why);
		else
			vec_push(&planner->pods, pod);
	}
}

static int cmp_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The nodes that pods name; and as many more as are asked for, at least one. */
static void choose_nodes(struct planner *planner, uint32_t n_nodes)
{
	size_t n = 0;

	for (size_t i = 0; i < planner->pods.n; i++)
		if (planner->pods.items[i]->node)
			vec_push(&planner->node_names, planner->pods.items[i]->node);
	if (planner->node_names.n)
		qsort(planner->node_names.items, planner->node_names.n, sizeof(const char *),
		      cmp_names);
	for (size_t i = 0; i < planner->node_names.n; i++)
		if (!n || strcmp(planner->node_names.items[i], planner->node_names.items[n - 1]))
			planner->node_names.items[n++] = planner->node_names.items[i];
	planner->node_names.n = n;
	planner->n_spread = n_nodes ? n_nodes : 1;
	for (; n < planner->n_spread; n++)
		vec_push(&planner->node_names, planner->n_spread == 1
						       ? DEFAULT_NODE
						       : arena_printf(&planner->cluster->plan.arena,
								      DEFAULT_NODE "-%zu", n + 1));
}

static uint32_t node_of(struct planner *planner, const struct model_pod *pod)
{
	for (uint32_t i = 0; pod->node && i < planner->node_names.n; i++)
		if (!strcmp(planner->node_names.items[i], pod->node))
			return i;
	return planner->next_node++ % planner->n_spread;
}

static void end_add_ip(struct lab_end *end, const struct ip_addr *ip)
{
	if (end->n_ips < 2 && !lab_end_ip(end, ip->family) && (ip->family == IP_V4 || lab_has_v6()))
		end->ips[end->n_ips++] = *ip;
}

/* An address that nobody else in the plan has, for a node of which the input tells none. */
static void node_invent_ips(struct lab_plan *plan, struct lab_end *node)
{
	struct ip_addr ips[] = {ip_v4(0xac1ffe01),
				{.family = IP_V6, .hi = 0xfd000010ffff0000, .lo = 1}};

	for (int i = 0; i < 2; i++) {
		while (lab_find_address(plan, &ips[i]))
			ips[i].lo++;
		end_add_ip(node, &ips[i]);
	}
}

static void node_set_ips(struct lab_cluster *cluster, struct lab_end *node)
{
	const struct model_snapshot *snapshot = cluster->base.snapshot;

	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		for (uint32_t j = 0; j < snapshot->nodes[i]->n_addrs; j++)
			if (!strcmp(snapshot->nodes[i]->name, node->name))
				end_add_ip(node, &snapshot->nodes[i]->addrs[j]);
	if (!node->n_ips)
		node_invent_ips(&cluster->plan, node);
}

static void end_add_ports(struct lab_plan *plan, struct lab_end *end, const struct model_pod *pod)
{
	struct lab_port *ports =
		arena_alloc_n(&plan->arena, end->n_ports + pod->n_ports, sizeof(*ports));
	uint32_t n = end->n_ports;

	if (n)
		memcpy(ports, end->ports, n * sizeof(*ports));
	end->ports = ports;
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		const struct model_port *port = &pod->ports[i];

		plan->n_sctp += port->space == PORT_SCTP;
		end->n_ports = n;
		if (port->space != PORT_SCTP && !lab_listens(end, port->space, port->number))
			ports[n++] = (struct lab_port){port->space, port->number};
	}
	end->n_ports = n;
}

static void plan_pod(struct planner *planner, struct model_pod *pod)
{
	struct lab_plan *plan = &planner->cluster->plan;
	const struct model_workload *workload = pod->workload;
	struct lab_end *end = lab_pod(plan, plan->n_pods);

	planner->cluster->pods[plan->n_pods++] = pod;
	end->kind = LAB_POD;
	end->name = name_of(planner, pod);
	end->workload = arena_printf(&plan->arena, "%s/%s/%s", workload->ns->name, workload->kind,
				     workload->name);
	end->node = node_of(planner, pod);
	for (uint32_t i = 0; i < pod->n_ips; i++)
		end_add_ip(end, &pod->ips[i]);
	end_add_ports(plan, end, pod);
}

/* Its ports are open on the node, under the node's addresses. */
static void plan_host_pod(struct planner *planner, const struct model_pod *pod)
{
	struct lab_plan *plan = &planner->cluster->plan;
	struct lab_end *node = &plan->ends[node_of(planner, pod)];

	end_add_ports(plan, node, pod);
	for (uint32_t i = 0; i < pod->n_ips; i++)
		end_add_ip(node, &pod->ips[i]);
	node->workload = arena_printf(&plan->arena, "%s%s%s/%s",
				      node->workload ? node->workload : "",
				      node->workload ? ", " : "", pod->ns->name, pod->name);
}

static void plan_ends(struct planner *planner, size_t max_outside)
{
	struct lab_plan *plan = &planner->cluster->plan;
	const size_t n = planner->node_names.n + planner->pods.n + max_outside;

	plan->ends = arena_alloc_n(&plan->arena, n, sizeof(*plan->ends));
	planner->cluster->pods =
		arena_alloc_n(&plan->arena, planner->pods.n, sizeof(*planner->cluster->pods));
	plan->n_nodes = (uint32_t)planner->node_names.n;
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		plan->ends[i] = (struct lab_end){
			.kind = LAB_NODE, .name = planner->node_names.items[i], .node = i};
	for (size_t i = 0; i < planner->pods.n; i++)
		if (planner->pods.items[i]->host_network)
			plan_host_pod(planner, planner->pods.items[i]);
		else
			plan_pod(planner, planner->pods.items[i]);
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		if (!plan->ends[i].n_ips)
			node_set_ips(planner->cluster, &plan->ends[i]);
}

void lab_plan_make(struct lab_cluster *cluster, const struct lab_input *input)
{
	struct planner planner = {.cluster = cluster};
	struct lab_cases *cases = input->cases;

	if (cases)
		choose_guests(&planner, cases);
	choose_pods(&planner);
	choose_nodes(&planner, input->n_nodes);
	plan_ends(&planner, cases ? 2 * cases->items.n : LAB_MAX_OUTSIDE);
	if (cases)
		lab_plan_outside_of(cluster, cases);
	else
		lab_plan_outside(cluster);
	if (cluster->plan.n_sctp && !cases)
		lab_note(cluster, "%u SCTP ports are not probed", cluster->plan.n_sctp);
	vec_release(&planner.pods);
	vec_release(&planner.node_names);
	vec_release(&planner.guests);
}
