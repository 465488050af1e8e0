/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/endpoint.h"
#include "analyze/endpoint_parse.h"
#include "analyze/question.h"

#include "base/vec.h"

#include <string.h>

bool analyze_is_known_address(const struct model_snapshot *snapshot, const struct ip_addr *addr)
{
	return model_find_address(snapshot, addr) || model_find_node_address(snapshot, addr) ||
	       model_find_service_address(snapshot, addr);
}

bool analyze_free_address(const struct model_snapshot *snapshot, const struct ip_range *range,
			  bool of_node, struct ip_addr *ret)
{
	*ret = range->first;
	while (of_node ? model_find_address(snapshot, ret) != NULL
		       : analyze_is_known_address(snapshot, ret))
		if (!ip_next(ret, ret) || ip_cmp(ret, &range->last) > 0)
			return false;
	return true;
}

static const struct ip_range *keep_ranges(struct endpoint_request *request,
					  const struct ip_range *ranges, uint32_t n)
{
	struct ip_range *copy = arena_alloc_n(&request->endpoints->arena, n, sizeof(*copy));

	if (n)
		memcpy(copy, ranges, n * sizeof(*copy));
	return copy;
}

bool endpoint_take_address(struct endpoint_request *request, const struct ip_addr *addr)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;
	struct model_pod *pod = model_find_address(snapshot, addr);
	struct model_node *node = model_find_node_address(snapshot, addr);
	const struct model_service *service = model_find_service_address(snapshot, addr);
	struct ip_range range = {*addr, *addr};
	char text[IP_TEXT_SIZE];

	if (pod)
		return endpoint_take_pod(request, pod);
	if (service && !node) /* some load balancers are nodes */
		return endpoint_find_object(request, service->ns->name, "Service", service->name);
	request->ret->id = arena_strdup(&request->endpoints->arena, ip_format(addr, text));
	request->ret->node = node;
	request->ret->kind = node ? ANALYZE_NODE : ANALYZE_OUTSIDE;
	request->ret->ranges = keep_ranges(request, &range, 1);
	request->ret->n_ranges = 1;
	return true;
}

static bool lies_in(const struct model_pod *pod, const struct ip_range *ranges, uint32_t n)
{
	for (uint32_t i = 0; i < pod->n_ips; i++)
		for (uint32_t j = 0; j < n; j++)
			if (ip_range_contains(&ranges[j], &pod->ips[i]))
				return true;
	return false;
}

bool endpoint_take_ranges(struct endpoint_request *request, const struct ip_range *ranges,
			  uint32_t n_ranges)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;

	request->ret->kind = ANALYZE_OUTSIDE;
	request->ret->ranges = keep_ranges(request, ranges, n_ranges);
	request->ret->n_ranges = n_ranges;
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		request->ret->n_covered += lies_in(snapshot->pods[i], ranges, n_ranges);
	return true;
}

struct range_list {
	struct ip_range *items;
	size_t n;
	size_t cap;
};

/* Takes the addresses of a block out of all ranges. */
static void subtract(struct range_list *list, const struct ip_cidr *cidr)
{
	const struct ip_range hole = ip_cidr_range(cidr);
	struct range_list rest = {0};

	for (size_t i = 0; i < list->n; i++) {
		const struct ip_range *range = &list->items[i];
		struct ip_range before = *range, after = *range;

		if (ip_cmp(&hole.last, &range->first) < 0 ||
		    ip_cmp(&hole.first, &range->last) > 0) {
			vec_push(&rest, *range);
			continue;
		}
		if (ip_cmp(&range->first, &hole.first) < 0 && ip_prev(&hole.first, &before.last))
			vec_push(&rest, before);
		if (ip_cmp(&range->last, &hole.last) > 0 && ip_next(&hole.last, &after.first))
			vec_push(&rest, after);
	}
	vec_release(list);
	*list = rest;
}

bool endpoint_take_internet(struct endpoint_request *request)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;
	struct range_list list = {0};
	size_t n;
	const struct ip_range *global = ip_global_unicast(&n);

	for (size_t i = 0; i < n; i++)
		vec_push(&list, global[i]);
	for (uint32_t i = 0; i < snapshot->n_pod_cidrs; i++)
		subtract(&list, &snapshot->pod_cidrs[i]);
	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		for (uint32_t j = 0; j < snapshot->nodes[i]->n_pod_cidrs; j++)
			subtract(&list, &snapshot->nodes[i]->pod_cidrs[j]);
	request->ret->id = "internet";
	endpoint_take_ranges(request, list.items, (uint32_t)list.n);
	vec_release(&list);
	return true;
}
