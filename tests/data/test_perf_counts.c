/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters of ../shared/data/perf/gen.py, bare pods: how many ordered pairs of pods may talk on a
 * port is known, from an independent evaluator and another analyzer.
 */
#include "analyze/map.h"
#include "lib/cluster.h"
#include "lib/tap.h"
#include "tree/tree.h"

#include <stdio.h>
#include <string.h>

#define DATA "../shared/data/perf/"

static const struct asked {
	const char *name;
	uint8_t space;
	uint16_t port;
} asked[] = {
	{"TCP/8080", PORT_TCP, 8080}, {"TCP/8085", PORT_TCP, 8085}, {"TCP/9090", PORT_TCP, 9090},
	{"TCP/443", PORT_TCP, 443},   {"UDP/53", PORT_UDP, 53},     {"SCTP/80", PORT_SCTP, 80},
};

#define N_ASKED (sizeof(asked) / sizeof(asked[0]))

struct counts {
	const struct analyze_map *map;
	size_t n[N_ASKED];
	size_t n_connections;
};

static void count_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct counts *counts = arg;
	const struct port_set *set;

	if (connection->range)
		return;
	set = analyze_portsets_get(&counts->map->sets, connection->ports);
	counts->n_connections++;
	for (size_t i = 0; i < N_ASKED; i++)
		counts->n[i] += port_set_contains(set, asked[i].space, asked[i].port);
}

static int read_expected(void *arg, struct tree_node *root, const struct diag_file *file)
{
	const struct tree_node *pairs = tree_get(root, "allowedPairs");
	int64_t *expected = arg;

	(void)file;
	for (size_t i = 0; i < N_ASKED; i++) {
		const struct tree_node *count = tree_get(pairs, asked[i].name);

		expected[i] = count ? count->integer : 0;
	}
	return 0;
}

static void load_expected(const char *path, int64_t expected[N_ASKED])
{
	struct arena arena;
	struct intern intern;
	struct diag_list diags;
	struct diag_file *file;

	arena_init(&arena);
	intern_init(&intern, &arena);
	diag_list_init(&diags, &arena);
	if (tree_load(path, NULL, &arena, &file))
		bail("%s cannot be read", path);
	tree_read(file, NULL, &arena, &intern, &diags, read_expected, expected);
	intern_release(&intern);
	arena_release(&arena);
}

static void check_map(const char *path, int n_pods, const int64_t expected[N_ASKED])
{
	const struct model_options options = {.no_assumed_dns = true};
	const struct analyze_map_options map_options = {0};
	struct analyze_cluster input = {0};
	struct counts counts = {0};
	struct analyze_map map;
	struct cluster cluster;

	cluster_load_paths(&cluster, &path, 1, &options);
	input.snapshot = cluster.snapshot;
	input.policies = cluster.policies;
	analyze_map_build(&map, &input, &map_options, &cluster.diags);
	counts.map = &map;
	analyze_map_each(&map, count_connection, &counts);
	ok_int(cluster.diags.n_errors, 0, "%d pods were read", n_pods);
	ok_int(map.endpoints.n, n_pods, "each is an endpoint");
	for (size_t i = 0; i < N_ASKED; i++)
		ok_int(counts.n[i], expected[i], "%d pods: pairs on %s", n_pods, asked[i].name);
	analyze_map_release(&map);
	cluster_release(&cluster);
}

static void check_cluster(const char *dir, int n_pods)
{
	int64_t expected[N_ASKED];
	char text[512];

	snprintf(text, sizeof(text), "python3 -B " DATA "gen.py %d %s >/dev/null 2>&1", n_pods,
		 dir);
	if (system(text)) {
		skip("%d pods: the generator needs python3 with PyYAML", n_pods);
		return;
	}
	snprintf(text, sizeof(text), DATA "expected-%d.json", n_pods);
	load_expected(text, expected);
	snprintf(text, sizeof(text), "%s/bare", dir);
	check_map(text, n_pods, expected);
}

int main(void)
{
	char dir[] = "/tmp/bulkhead-perf.XXXXXX";
	char command[64];
	FILE *generator = fopen(DATA "gen.py", "r");

	if (!generator)
		skip_all(DATA " is not there");
	fclose(generator);
	if (!mkdtemp(dir))
		bail("mkdtemp");
	check_cluster(dir, 100);
	check_cluster(dir, 500);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ok_int(system(command), 0, "the clusters are removed");
	return tap_done();
}
