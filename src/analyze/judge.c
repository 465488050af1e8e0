/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/judge.h"

#include "base/hash.h"

#include <assert.h>

#define PAGE_PORTS 256

/* The classes of a page of ports. Pages of a table that say the same are one. */
static const uint16_t *page_classes(const struct analyze_judge *judge, int space, uint32_t page)
{
	const struct table_keys *keys = &table_header(&judge->view)->keys;
	const uint16_t *number = table_item(&judge->view, keys->port_index,
					    (uint32_t)space * PAGE_PORTS + page, uint16_t);
	const uint16_t *ret = table_item(&judge->view, keys->port_pages,
					 (uint32_t)*number * PAGE_PORTS, uint16_t);

	if (!ret)
		assert(!"a sealed table has a class for every port");
	return ret;
}

static void add_ports(struct analyze_judge *judge, struct port_range range, uint16_t class)
{
	struct analyze_port_run *run = judge->runs.n ? &judge->runs.items[judge->runs.n - 1] : NULL;

	if (!run || run->range.space != range.space || run->port_class != class) {
		run = vec_add(&judge->runs);
		run->range = range;
		run->port_class = class;
	}
	run->range.last = range.last;
	if (class >= judge->n_port_classes)
		judge->n_port_classes = class + 1u;
}

static void add_page(struct analyze_judge *judge, const uint16_t *classes, struct port_range page)
{
	for (uint32_t port = page.first; port <= page.last; port++)
		add_ports(judge, (struct port_range){page.space, (uint16_t)port, (uint16_t)port},
			  classes[port - page.first]);
}

/* Most pages have one class throughout, and are the same page of the table. */
static void list_runs(struct analyze_judge *judge)
{
	const uint16_t *uniform = NULL;

	for (int space = 0; space < PORT_N_SPACES; space++) {
		const uint32_t end = port_space_last(space) + 1u;

		for (uint32_t first = 0; first < end; first += PAGE_PORTS) {
			const uint32_t last =
				(end - first < PAGE_PORTS ? end : first + PAGE_PORTS) - 1;
			const uint16_t *classes = page_classes(judge, space, first / PAGE_PORTS);
			struct port_range page = {(uint8_t)space, (uint16_t)first, (uint16_t)last};

			if (classes == uniform) {
				add_ports(judge, page, *classes);
				continue;
			}
			add_page(judge, classes, page);
			if (judge->runs.items[judge->runs.n - 1].range.first <= first &&
			    last - first == PAGE_PORTS - 1)
				uniform = classes;
		}
	}
}

struct pod_list {
	struct model_pod **items;
	size_t n;
	size_t cap;
};

static void list_once(struct model_pod *const *pods, size_t n_pods, struct pod_list *ret)
{
	struct hash_map seen = {0};
	bool is_new;

	for (size_t i = 0; i < n_pods; i++) {
		hash_map_put(&seen, hash_ptr(pods[i]), &is_new);
		if (is_new)
			vec_push(ret, pods[i]);
	}
	hash_map_release(&seen);
}

int analyze_judge_init(struct analyze_judge *judge, const struct analyze_cluster *cluster,
		       struct model_pod *const *pods, size_t n_pods, struct diag_list *diags)
{
	const struct compile_table_options options = {0};
	struct pod_list list = {0};
	int err;

	*judge = (struct analyze_judge){.snapshot = cluster->snapshot,
					.identity = cluster->options.identity,
					.n_pods = cluster->snapshot->n_pods};
	list_once(pods, n_pods, &list);
	judge->world = compile_world_new(cluster->snapshot, cluster->policies, list.items, list.n);
	err = compile_table(judge->world, list.items, list.n, &options, diags, &judge->table);
	vec_release(&list);
	if (err) {
		analyze_judge_release(judge);
		return err;
	}
	if (table_open(judge->table.bytes, judge->table.size, &judge->view))
		assert(!"a table that was just compiled opens");
	list_runs(judge);
	return 0;
}

void analyze_judge_release(struct analyze_judge *judge)
{
	compiled_table_release(&judge->table);
	compile_world_free(judge->world);
	vec_release(&judge->runs);
	*judge = (struct analyze_judge){0};
}

bool analyze_judge_knows(const struct analyze_judge *judge, const struct model_pod *pod)
{
	if (pod->index >= judge->n_pods)
		return false;
	return pod->host_network || compile_subject_class(judge->world, pod) != COMPILE_NONE;
}

void analyze_judge_flow(const struct analyze_judge *judge, const struct analyze_flow *flow,
			struct verdict *ret)
{
	struct verdict_flow question =
		compile_flow(&flow->src, &flow->dst, flow->space, flow->port);

	question.flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS | flow->flags;
	verdict_flow(&judge->view, &question, ret);
}

void analyze_judge_cut(const struct analyze_judge *judge, const struct ip_range *within,
		       void (*fn)(void *arg, const struct ip_range *piece), void *arg)
{
	size_t n;
	const struct compile_range *ranges = compile_ranges(judge->world, within->first.family, &n);

	for (size_t i = 0; i < n; i++) {
		struct ip_range piece = ranges[i].range;

		if (ip_cmp(&piece.last, &within->first) < 0 ||
		    ip_cmp(&piece.first, &within->last) > 0)
			continue;
		if (ip_cmp(&piece.first, &within->first) < 0)
			piece.first = within->first;
		if (ip_cmp(&piece.last, &within->last) > 0)
			piece.last = within->last;
		fn(arg, &piece);
	}
}
