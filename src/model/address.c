/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which address. */
#include "model/loader.h"

#include <assert.h>
#include <stdlib.h>

#define MAX_POD_CIDRS 64 /* bits of model_index.full */

static void add_cidr(struct model_snapshot *snapshot, const struct ip_cidr *cidr)
{
	snapshot->pod_cidrs[snapshot->n_pod_cidrs++] = *cidr;
	snapshot->has_v6 |= cidr->addr.family == IP_V6;
}

/* A family that the user says nothing about has its default; v6 only where something shows it. */
static void add_default_cidr(struct model_snapshot *snapshot, const char *text)
{
	struct ip_cidr cidr;
	int ret = ip_cidr_parse(text, &cidr, NULL);

	assert(ret == 0);
	for (uint32_t i = 0; i < snapshot->n_pod_cidrs; i++)
		if (snapshot->pod_cidrs[i].addr.family == cidr.addr.family)
			return;
	add_cidr(snapshot, &cidr);
}

static void read_cidrs(struct model_loader *loader, struct diag_list *diags)
{
	struct model_snapshot *snapshot = loader->snapshot;
	size_t n = loader->options.n_pod_cidrs;

	snapshot->pod_cidrs = arena_alloc_n(&snapshot->arena, n + 2, sizeof(*snapshot->pod_cidrs));
	for (size_t i = 0; i < n; i++) {
		const char *text = loader->options.pod_cidrs[i];
		struct ip_cidr cidr;

		if (i >= MAX_POD_CIDRS - 2)
			diag_add(diags, DIAG_BH0110, (struct diag_span){0},
				 "more than %d pod CIDRs; '%s' is one too many", MAX_POD_CIDRS - 2,
				 text);
		else if (ip_cidr_parse(text, &cidr, NULL) != 0)
			diag_add(diags, DIAG_BH0110, (struct diag_span){0},
				 "expected a pod CIDR such as 10.244.0.0/16, found '%s'", text);
		else
			add_cidr(snapshot, &cidr);
	}
	add_default_cidr(snapshot, "10.244.0.0/16");
	if (loader->shows_v6)
		add_default_cidr(snapshot, "fd00:10:244::/56");
}

/* Of nodes and Services: no pod is supposed to have one of them. */
static void take_fixed_addresses(struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_nodes; i++) {
		struct model_node *node = snapshot->nodes[i];

		for (uint32_t a = 0; a < node->n_addrs; a++)
			model_addrs_add(&snapshot->index->nodes, &node->addrs[a], node);
	}
	for (uint32_t i = 0; i < snapshot->n_services; i++) {
		struct model_service *service = snapshot->services[i];

		for (uint32_t a = 0; a < service->n_cluster_ips; a++)
			model_addrs_add(&snapshot->index->services, &service->cluster_ips[a],
					service);
		for (uint32_t a = 0; a < service->n_outer_ips; a++)
			model_addrs_add(&snapshot->index->services, &service->outer_ips[a],
					service);
	}
}

static void report_claimed(const struct model_pod *pod, const struct model_pod *first,
			   const struct ip_addr *addr, struct diag_list *diags)
{
	char text[IP_TEXT_SIZE];
	struct diag *diag;

	diag = diag_add(diags, DIAG_BH0105, pod->span,
			"pods %s/%s and %s/%s both have the address %s: it is closed",
			first->ns->name, first->name, pod->ns->name, pod->name,
			ip_format(addr, text));
	diag_relate(diag, first->span, "the other pod");
}

struct closed {
	VEC(struct ip_addr) list;
};

/* Nobody can tell whose packets they are, so nothing is allowed from or to such an address. */
static void take_pod_addresses(struct model_snapshot *snapshot, struct closed *closed,
			       struct diag_list *diags)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = snapshot->pods[i];

		for (uint32_t a = 0; a < pod->n_ips && !pod->host_network; a++) {
			struct model_pod *first =
				model_addrs_add(&snapshot->index->pods, &pod->ips[a], pod);

			if (!first)
				continue;
			report_claimed(pod, first, &pod->ips[a], diags);
			vec_push(&closed->list, pod->ips[a]);
		}
	}
}

static int compare_addrs(const void *a, const void *b)
{
	return ip_cmp(a, b);
}

static void keep_closed(struct model_snapshot *snapshot, struct closed *closed)
{
	struct ip_addr *addrs = arena_alloc_n(&snapshot->arena, closed->list.n, sizeof(*addrs));
	uint32_t n = 0;

	if (closed->list.n > 1)
		qsort(closed->list.items, closed->list.n, sizeof(*addrs), compare_addrs);
	for (size_t i = 0; i < closed->list.n; i++)
		if (n == 0 || !ip_equal(&addrs[n - 1], &closed->list.items[i]))
			addrs[n++] = closed->list.items[i];
	snapshot->closed_addrs = addrs;
	snapshot->n_closed_addrs = n;
	vec_release(&closed->list);
}

/* A host-network pod has its node's addresses, if it is known which node that is. */
static void find_host_addresses(struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = snapshot->pods[i];
		const struct model_node *node;

		if (!pod->host_network || pod->n_ips > 0 || !pod->node)
			continue;
		node = model_find_node(snapshot, pod->node);
		for (uint32_t a = 0; node && a < node->n_addrs; a++)
			model_add_ip(pod->ips, &pod->n_ips, node->addrs[a]);
	}
}

static void assume_addresses(struct model_loader *loader, struct diag_list *diags)
{
	struct model_snapshot *snapshot = loader->snapshot;
	uint32_t n_assumed = 0;
	uint32_t n_without = 0;
	struct diag *diag;

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = snapshot->pods[i];

		if (pod->host_network || pod->n_ips > 0)
			continue;
		n_assumed++;
		n_without += !model_assume_address(snapshot, pod);
	}
	if (n_assumed > 0)
		model_assume_text(loader, "the addresses of %u pod%s are assumed", n_assumed,
				  n_assumed == 1 ? "" : "s");
	if (n_without == 0)
		return;
	diag = diag_add(diags, DIAG_BH0110, (struct diag_span){0},
			"the pod CIDRs are full: %u pod%s without an address", n_without,
			n_without == 1 ? " is" : "s are");
	diag_hint(diags, diag, "give a larger one, such as --pod-cidr 10.0.0.0/9");
}

void model_give_addresses(struct model_loader *loader, struct diag_list *diags)
{
	struct model_snapshot *snapshot = loader->snapshot;
	struct closed closed = {0};

	read_cidrs(loader, diags);
	take_fixed_addresses(snapshot);
	take_pod_addresses(snapshot, &closed, diags);
	keep_closed(snapshot, &closed);
	find_host_addresses(snapshot);
	assume_addresses(loader, diags);
}
