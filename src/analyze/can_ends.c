/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/can_ends.h"

#include <string.h>

static uint32_t family_index(const struct ip_addr *addr)
{
	return addr->family == IP_V6;
}

static void add_pod(struct ends *ends, struct model_pod *pod)
{
	struct end *end = vec_add(&ends->items);

	end->pod = pod;
	if (pod->host_network)
		end->host = pod->node ? pod->node : "";
	for (uint32_t i = 0; i < pod->n_ips; i++)
		end->addrs[family_index(&pod->ips[i])] = pod->ips[i];
}

struct cutting {
	struct ends *ends;
	const struct model_snapshot *snapshot;
	const char *host; /* of every piece; NULL: they are outside */
};

static void add_piece(void *arg, const struct ip_range *piece)
{
	const struct cutting *cutting = arg;
	struct ip_addr addr;
	struct end *end;

	if (!analyze_free_address(cutting->snapshot, piece, cutting->host != NULL, &addr))
		return;
	end = vec_add(&cutting->ends->items);
	end->range = *piece;
	end->host = cutting->host;
	end->addrs[family_index(&addr)] = addr;
}

/* The node's address that a host-network pod has is not known: it may be any. */
static void add_any_address(struct ends *ends, const struct ends_question *question,
			    const struct model_pod *pod)
{
	struct cutting cutting = {ends, question->snapshot, pod->node ? pod->node : ""};
	static const enum ip_family families[2] = {IP_V4, IP_V6};

	for (int i = 0; i < (question->snapshot->has_v6 ? 2 : 1); i++) {
		const struct ip_range all = {ip_lowest(families[i]), ip_highest(families[i])};

		analyze_judge_cut(question->judge, &all, add_piece, &cutting);
	}
}

/* One address that is what it is: a node's, or one behind a Service. */
static void add_address(struct ends *ends, const struct ip_range *range, const char *host)
{
	struct end *end = vec_add(&ends->items);

	end->range = *range;
	end->host = host;
	end->addrs[family_index(&range->first)] = range->first;
}

static void list_ends(struct ends *ends, const struct ends_question *question)
{
	const struct analyze_endpoint *endpoint = ends->endpoint;
	struct cutting cutting = {.ends = ends, .snapshot = question->snapshot};

	for (uint32_t i = 0; i < endpoint->n_pods; i++)
		if (endpoint->pods[i]->host_network && endpoint->pods[i]->n_ips == 0)
			add_any_address(ends, question, endpoint->pods[i]);
		else
			add_pod(ends, endpoint->pods[i]);
	for (uint32_t i = 0; i < endpoint->n_ranges; i++) {
		const struct ip_range *range = &endpoint->ranges[i];

		if (endpoint->kind == ANALYZE_OUTSIDE)
			analyze_judge_cut(question->judge, range, add_piece, &cutting);
		else
			add_address(ends, range, endpoint->node ? endpoint->node->name : NULL);
	}
}

static uint32_t address_class(const struct ends_question *question, const struct end *end,
			      uint32_t family)
{
	const struct model_pod *pod = end->pod;

	if (end->addrs[family].family == IP_NONE)
		return COMPILE_NONE;
	for (uint32_t i = 0; pod && i < pod->n_ips; i++)
		if (family_index(&pod->ips[i]) == family)
			return compile_pod_class(question->judge->world, pod, i);
	return compile_outside_class(question->judge->world, &end->addrs[family]);
}

/* All that the table can tell ends apart by, and where they are when the other end is a node. */
static void fill_key(const struct ends_question *question, const struct end *end,
		     const struct probe_list *probes, uint64_t key[5])
{
	const struct model_pod *pod = end->pod;
	const struct compile_world *world = question->judge->world;

	key[0] = pod && !pod->host_network ? compile_subject_class(world, pod) : COMPILE_NONE;
	key[1] = (uint64_t)address_class(question, end, 0) << 32 | address_class(question, end, 1);
	key[2] = (uint64_t)model_is_closed_address(question->snapshot, &end->addrs[0]) << 1 |
		 model_is_closed_address(question->snapshot, &end->addrs[1]);
	key[3] = hash_ptr(end->host);
	if (pod && question->is_node_of_note)
		key[3] = hash_ptr(pod->node);
	key[4] = 0;
	for (size_t i = 0; i < probes->n; i++)
		key[4] = hash_u64(key[4] ^ ((uint64_t)probes->items[i].space << 48 |
					    (uint64_t)probes->items[i].port << 32 |
					    (uint32_t)probes->items[i].shown.first << 16 |
					    probes->items[i].shown.last));
}

static uint32_t enter_group(struct ends *ends, const uint64_t key[5], uint32_t member,
			    struct probe_list *probes)
{
	struct end_group *group;

	for (size_t i = 0; i < ends->groups.n; i++) {
		group = &ends->groups.items[i];
		if (memcmp(group->key, key, sizeof(group->key)))
			continue;
		if (group->second == COMPILE_NONE)
			group->second = member;
		vec_release(probes);
		return (uint32_t)i;
	}
	group = vec_add(&ends->groups);
	memcpy(group->key, key, sizeof(group->key));
	group->first = member;
	group->second = COMPILE_NONE;
	group->probes = *probes;
	return (uint32_t)(ends->groups.n - 1);
}

void ends_init(struct ends *ends, const struct ends_question *question)
{
	*ends = (struct ends){0};
	ends->endpoint = question->is_target ? question->question->to : question->question->from;
	list_ends(ends, question);
	for (uint32_t i = 0; i < ends->items.n; i++) {
		struct end *end = &ends->items.items[i];
		struct probe_list probes = {0};
		uint64_t key[5];

		if (question->is_target)
			probes_list(question, end, &probes);
		if (question->is_target && question->question->from->is_proxy)
			probes_keep_led(question, end, &probes);
		fill_key(question, end, &probes, key);
		end->group = enter_group(ends, key, i, &probes);
	}
}

void ends_release(struct ends *ends)
{
	for (size_t i = 0; i < ends->groups.n; i++)
		vec_release(&ends->groups.items[i].probes);
	vec_release(&ends->groups);
	vec_release(&ends->items);
}
