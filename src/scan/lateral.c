/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BH509: from what is offered to the outside, hop by hop, to what is sensitive. The search goes from
 * all that is offered at once, so that each workload is reached by a shortest way; it costs a
 * question for each pair of workloads that it comes to.
 */
#include "scan/check.h"

#include "scan/config.h"
#include "scan/sensitive.h"

#include <string.h>

#define MAX_HOPS 3

struct search {
	struct scan *scan;
	const struct model_workload **from; /* by workload: the one before it on the way */
	uint8_t *hops;                      /* by workload, from 1; 0: not reached */
	VEC(const struct model_workload *) queue;
};

static void enter(struct search *search, const struct model_workload *workload,
		  const struct model_workload *from, uint8_t hops)
{
	if (search->hops[workload->index] || workload->host_network)
		return;
	search->hops[workload->index] = hops;
	search->from[workload->index] = from;
	vec_push(&search->queue, workload);
}

/* The policies of the pod let in who comes from the outside, or the proxy for it. */
static bool admits(struct scan *scan, const struct model_pod *pod, struct port_range port)
{
	return scan_far_may(scan, pod, POLICY_INGRESS, port.space, port.first) ||
	       scan_side_may(scan, pod, scan_stranger(scan), POLICY_INGRESS, port.space,
			     port.first);
}

static void offer(struct search *search, const struct model_pod *pod, const struct port_set *ports)
{
	for (size_t i = 0; i < ports->n; i++)
		if (admits(search->scan, pod, ports->ranges[i]))
			enter(search, pod->workload, NULL, 1);
}

static void offer_service(struct search *search, const struct model_service *service)
{
	if (strcmp(service->type, "LoadBalancer") != 0 && strcmp(service->type, "NodePort") != 0 &&
	    service->n_outer_ips == 0)
		return;
	for (uint32_t i = 0; i < service->n_backends; i++) {
		struct port_set ports = {0};

		for (uint32_t k = 0; k < service->n_ports; k++)
			model_service_targets(&service->ports[k], service->backends[i], &ports);
		offer(search, service->backends[i], &ports);
		port_set_release(&ports);
	}
}

static void offer_routed(void *search, const struct model_pod *pod, const struct port_set *ports)
{
	offer(search, pod, ports);
}

static void start(struct search *search)
{
	const struct model_snapshot *snapshot = search->scan->snapshot;

	for (uint32_t i = 0; i < snapshot->n_services; i++)
		offer_service(search, snapshot->services[i]);
	model_each_routed(snapshot, NULL, offer_routed, search);
	for (uint32_t i = 0; search->scan->config && i < search->scan->n_workloads; i++) {
		const struct model_workload *workload = snapshot->workloads[i];

		if (scan_patterns_match(&search->scan->config->exposed, workload->ns->name,
					workload->kind, workload->name))
			enter(search, workload, NULL, 1);
	}
}

static void spread(struct search *search)
{
	struct scan *scan = search->scan;
	struct port_range port;

	for (size_t at = 0; at < search->queue.n; at++) {
		const struct model_workload *from = search->queue.items[at];
		const uint8_t hops = search->hops[from->index];

		for (uint32_t i = 0; hops <= MAX_HOPS && i < scan->n_workloads; i++) {
			const struct model_workload *to = scan->snapshot->workloads[i];

			if (!search->hops[i] && scan_is_subject(to) &&
			    scan_may_at_all(scan, from->pods[0], to->pods[0], &port))
				enter(search, to, from, hops + 1);
		}
	}
}

static void add_way(const struct search *search, const struct model_workload *to,
		    struct strbuf *text)
{
	const struct model_workload *from = search->from[to->index];

	if (from)
		add_way(search, from, text);
	else
		strbuf_addstr(text, "the outside");
	strbuf_printf(text, " → %s/%s", to->ns->name, to->name);
}

/* Each hop is allowed to who takes it, and not to anybody. */
static bool is_by_name(struct search *search, const struct model_workload *to)
{
	struct scan *scan = search->scan;
	struct port_range port;

	for (const struct model_workload *from; (from = search->from[to->index]); to = from) {
		scan_may_at_all(scan, from->pods[0], to->pods[0], &port);
		if (scan_side_may(scan, to->pods[0], scan_stranger(scan), POLICY_INGRESS,
				  port.space, port.first))
			return false;
	}
	return true;
}

static void report_way(struct search *search, const struct model_workload *to)
{
	const struct model_workload *from = search->from[to->index];
	struct scan *scan = search->scan;
	struct scan_finding *finding;
	struct strbuf way = {0};
	struct port_range port;

	add_way(search, to, &way);
	scan_may_at_all(scan, from->pods[0], to->pods[0], &port);
	finding = scan_report(scan, scan_at_workload(to),
			      "%s%s: who breaks into the first of them reaches what is sensitive",
			      way.text, scan_port_text(scan, &port));
	if (is_by_name(search, to))
		finding->severity = SCAN_MEDIUM;
	strbuf_release(&way);
}

void scan_lateral(struct scan *scan)
{
	struct search search = {
		.scan = scan,
		.from = arena_alloc_n(&scan->arena, scan->n_workloads, sizeof(*search.from)),
		.hops = arena_alloc_n(&scan->arena, scan->n_workloads, sizeof(*search.hops)),
	};

	start(&search);
	spread(&search);
	for (uint32_t i = 0; i < scan->n_workloads; i++)
		if (search.from[i] && scan_sensitivity(scan->config, scan->snapshot->workloads[i]))
			report_way(&search, scan->snapshot->workloads[i]);
	vec_release(&search.queue);
}
