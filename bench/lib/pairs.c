/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pairs.h"

#include "lib/report.h"

#include <string.h>

static void count_pods(struct pairs *pairs)
{
	const struct tree_node *endpoints = tree_get(pairs->map.roots.items[0], "endpoints");
	bool is_new;

	for (uint32_t i = 0; endpoints && i < endpoints->len; i++) {
		const struct tree_node *endpoint = endpoints->items[i];
		const char *id = intern_str(&pairs->map.intern, tree_get_string(endpoint, "id"));

		if (!strncmp(tree_get_string(endpoint, "namespace"), "team-", 5))
			*hash_map_put(&pairs->n_pods, hash_ptr(id), &is_new) =
				tree_get(endpoint, "pods")->integer;
	}
}

void pairs_open(struct pairs *pairs, const char *path)
{
	*pairs = (struct pairs){0};
	if (reading_of_file(&pairs->map, path) || pairs->map.roots.n != 1)
		report_fail("%s: %s", path, reading_report(&pairs->map));
	count_pods(pairs);
}

void pairs_release(struct pairs *pairs)
{
	hash_map_release(&pairs->n_pods);
	reading_release(&pairs->map);
}

static bool has_port(const struct tree_node *ports, const char *protocol, uint16_t port)
{
	for (uint32_t i = 0; ports && i < ports->len; i++) {
		const struct tree_node *first = tree_get(ports->items[i], "port");
		const struct tree_node *last = tree_get(ports->items[i], "endPort");

		if (strcmp(tree_get_string(ports->items[i], "protocol"), protocol))
			continue;
		if (!first || (first->integer <= port && port <= (last ? last : first)->integer))
			return true;
	}
	return false;
}

static uint64_t pods_of(const struct pairs *pairs, const char *id)
{
	const char *known = intern_find(&pairs->map.intern, id, strlen(id));
	const uint64_t *n = known ? hash_map_get(&pairs->n_pods, hash_ptr(known)) : NULL;

	return n ? *n : 0;
}

uint64_t pairs_count(const struct pairs *pairs, const char *protocol, uint16_t port)
{
	const struct tree_node *connections = tree_get(pairs->map.roots.items[0], "connections");
	uint64_t count = 0;

	for (uint32_t i = 0; connections && i < connections->len; i++) {
		const struct tree_node *connection = connections->items[i];
		const char *from = tree_get_string(connection, "from");
		const char *to = tree_get_string(connection, "to");
		const uint64_t n_from = pods_of(pairs, from), n_to = pods_of(pairs, to);

		if (n_from && n_to && has_port(tree_get(connection, "ports"), protocol, port))
			count += n_from * (strcmp(from, to) ? n_to : n_to - 1);
	}
	return count;
}
