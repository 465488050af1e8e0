/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exposure sections of ../shared/data/netpol-analyzer, another analyzer's inputs and answers,
 * against `map --exposure`: who is meant by a peer that the input does not show, and on what.
 *
 * "entire-cluster" is our peer of which nothing is known. Each peer that a section names, by labels of its
 * namespace and its own, is put on the map and gets what the section says of it; each peer that we know
 * gets what the sections say of all that it is one of, or else of the entire cluster. A peer that it
 * names and we do not is in a namespace of which the input shows a workload, and so all.
 *
 * Left out are the cases that are about one workload: the whole is compared.
 */
#include "analyze/map.h"
#include "base/strbuf.h"
#include "lib/cluster.h"
#include "lib/connlist.h"
#include "lib/exposure.h"
#include "lib/repair.h"
#include "lib/tap.h"
#include "tree/tree.h"

#include <stdio.h>
#include <string.h>

#define DATA "../shared/data/netpol-analyzer/"
#define N_CASES 71

static const struct deviation {
	const char *dir;
	uint32_t n_wrong;
	const char *reason;
} deviations[] = {
	{"tests/exposure_test_egress_to_entire_cluster_with_named_ports", 1,
	 "a pod of which nothing is known has no ports with names"},
	{"tests/exposure_test_with_anp_14", 2,
	 "who has connections with addresses only is in its list, but not in the section"},
};

struct checking {
	const char *name;
	struct cluster cluster;
	struct analyze_map map;
	struct analyze_hypotheticals peers;
	size_t n_collected; /* those that `map --exposure` would choose from, first */
	struct exposure exposure;
	uint32_t n_wrong;
};

static void load(struct cluster *cluster, const char *dir, const char *folder)
{
	const struct model_options options = {.no_assumed_dns = true};
	struct strbuf yaml = {0};

	cluster_load_paths(cluster, &folder, 1, &options);
	if (!cluster->policies->n_rejected)
		return;
	cluster_release(cluster);
	repair_read(folder, &yaml);
	cluster_load_text(cluster, dir, strbuf_str(&yaml), &options);
	strbuf_release(&yaml);
	if (cluster->diags.n_errors)
		bail("%s: %s", dir, cluster->diags.first->message);
}

/* A pod that the line is about. */
static void suggest(struct checking *checking, const struct exposure_line *line)
{
	struct model_snapshot *snapshot = checking->cluster.snapshot;
	struct analyze_hypothetical candidate = {.is_in_unknown = !line->ns};

	if (line->peer != EXPOSURE_PODS)
		return;
	if (!selector_example(&line->pods, snapshot, &candidate.labels) ||
	    !selector_example(&line->namespaces, snapshot, &candidate.ns_labels))
		bail("%s: nobody is %s", checking->name, line->text);
	candidate.ns = line->ns ? line->ns : line->text;
	candidate.name = line->text;
	analyze_hypotheticals_list(&checking->peers, &candidate);
}

static const struct port_set *between(struct checking *checking, uint32_t endpoint, uint32_t peer,
				      enum policy_direction direction)
{
	const struct analyze_map_link link =
		direction == POLICY_EGRESS ? analyze_map_between(&checking->map, endpoint, peer)
					   : analyze_map_between(&checking->map, peer, endpoint);

	return analyze_portsets_get(&checking->map.sets, link.ports);
}

/* What a line of this kind says; nothing: there is none. */
static void expect_alone(const struct checking *checking, const char *workload,
			 enum policy_direction direction, enum exposure_peer peer,
			 struct port_set *ret)
{
	for (size_t i = 0; i < checking->exposure.lines.n; i++) {
		const struct exposure_line *line = &checking->exposure.lines.items[i];

		if (line->peer == peer && line->direction == direction &&
		    strcmp(line->workload, workload) == 0)
			port_set_union(ret, &line->ports);
	}
}

static void expect_peer(const struct checking *checking, const char *workload,
			enum policy_direction direction, const struct model_pod *pod,
			struct port_set *ret)
{
	bool is_found = false;

	for (size_t i = 0; i < checking->exposure.lines.n; i++) {
		const struct exposure_line *line = &checking->exposure.lines.items[i];

		if (line->direction != direction || strcmp(line->workload, workload) != 0 ||
		    !exposure_matches(line, pod))
			continue;
		is_found = true;
		port_set_union(ret, &line->ports);
	}
	if (!is_found)
		expect_alone(checking, workload, direction, EXPOSURE_CLUSTER, ret);
}

static void compare(struct checking *checking, const char *workload,
		    enum policy_direction direction, const char *peer,
		    const struct port_set *expected, const struct port_set *got)
{
	struct port_set known = {0}, common = {0};

	connlist_known_ports(&known);
	port_set_intersect(&known, got, &common);
	if (!port_set_equal(&common, expected) && checking->n_wrong++ < 5)
		diag("%s: %s %s %s: %zu port ranges, not %zu", checking->name, workload,
		     direction == POLICY_EGRESS ? "to" : "from", peer, common.n, expected->n);
	port_set_release(&known);
	port_set_release(&common);
}

static void check_peers(struct checking *checking, uint32_t endpoint,
			enum policy_direction direction)
{
	const struct analyze_map *map = &checking->map;
	const char *workload = map->endpoints.items[endpoint].id;

	for (size_t i = 0; i < checking->peers.items.n; i++) {
		const struct analyze_hypothetical *peer = &checking->peers.items.items[i];
		struct port_set expected = {0};
		uint32_t at = 0;

		while (at == map->ingress || map->endpoints.items[at].pods[0] != peer->pod)
			at++;
		expect_peer(checking, workload, direction, peer->pod, &expected);
		compare(checking, workload, direction, peer->name, &expected,
			between(checking, endpoint, at, direction));
		port_set_release(&expected);
	}
}

/* The ports that every address has. */
static void check_outside(struct checking *checking, uint32_t endpoint,
			  enum policy_direction direction)
{
	const struct analyze_map_endpoint *of = &checking->map.endpoints.items[endpoint];
	const struct analyze_map_ranges *ranges =
		checking->map.groups.items[of->group].outside[direction][0];
	struct port_set expected = {0}, got = {0};
	struct ip_addr next = ip_lowest(IP_V4);
	bool has_more = true;

	for (size_t i = 0;
	     ranges && i < ranges->n && ip_equal(&ranges->items[i].range.first, &next); i++) {
		const struct port_set *ports =
			analyze_portsets_get(&checking->map.sets, ranges->items[i].ports);

		struct port_set common = {0};

		if (i) {
			port_set_intersect(&got, ports, &common);
			port_set_copy(&got, &common);
			port_set_release(&common);
		} else
			port_set_union(&got, ports);
		has_more = ip_next(&ranges->items[i].range.last, &next);
	}
	if (has_more)
		port_set_clear(&got);
	expect_alone(checking, of->id, direction, EXPOSURE_OUTSIDE, &expected);
	compare(checking, of->id, direction, "every address", &expected, &got);
	port_set_release(&expected);
	port_set_release(&got);
}

/* Whether `map --exposure` may name a peer that the line is about. */
static bool is_named(const struct checking *checking, const struct exposure_line *line,
		     struct model_pod *const *pods)
{
	for (size_t i = 0; i < checking->n_collected; i++)
		if (exposure_matches(line, pods[i]))
			return true;
	return line->peer != EXPOSURE_PODS;
}

static size_t check_names(struct checking *checking)
{
	const struct model_snapshot *snapshot = checking->cluster.snapshot;
	struct model_pod *const *pods = snapshot->pods + snapshot->n_pods - checking->peers.items.n;
	size_t n_closed = 0;

	for (size_t i = 0; i < checking->exposure.lines.n; i++) {
		const struct exposure_line *line = &checking->exposure.lines.items[i];
		const struct model_namespace *ns =
			line->ns ? model_find_namespace(snapshot, line->ns) : NULL;

		if (is_named(checking, line, pods))
			continue;
		if (ns && ns->is_closed) {
			n_closed++;
			continue;
		}
		checking->n_wrong++;
		diag("%s: nobody is %s", checking->name, line->text);
	}
	return n_closed;
}

/* How many lines are about peers that we suppose not to be there. */
static size_t check(struct checking *checking)
{
	const struct analyze_map_options options = {.peers = &checking->peers};
	struct analyze_cluster input = {.snapshot = checking->cluster.snapshot,
					.policies = checking->cluster.policies};
	struct analyze_map *map = &checking->map;
	size_t n_closed;

	analyze_hypotheticals_collect(&checking->peers, &input);
	checking->n_collected = checking->peers.items.n;
	for (size_t i = 0; i < checking->exposure.lines.n; i++)
		suggest(checking, &checking->exposure.lines.items[i]);
	analyze_hypotheticals_add(&checking->peers, input.snapshot);
	analyze_map_build(map, &input, &options, &checking->cluster.diags);
	n_closed = check_names(checking);
	analyze_hypotheticals_reduce(&checking->peers, input.snapshot, map->world);
	for (uint32_t i = 0; i < map->endpoints.n; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
			if (map->endpoints.items[i].origin == MODEL_HYPOTHETICAL ||
			    i == map->ingress)
				continue;
			check_peers(checking, i, direction);
			check_outside(checking, i, direction);
		}
	analyze_map_release(map);
	return n_closed;
}

static const struct deviation *find_deviation(const char *dir)
{
	static const struct deviation none;

	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (strcmp(deviations[i].dir, dir) == 0)
			return &deviations[i];
	return &none;
}

static size_t check_case(const struct tree_node *node)
{
	const char *dir = tree_get(node, "dirs")->items[0]->text;
	const struct deviation *deviation = find_deviation(dir);
	struct checking checking = {.name = tree_get_string(node, "case")};
	char folder[512], path[512];
	size_t n_closed;

	snprintf(folder, sizeof(folder), DATA "%s", dir);
	snprintf(path, sizeof(path), DATA "%s", tree_get_string(node, "expected"));
	load(&checking.cluster, dir, folder);
	exposure_read(&checking.exposure, path, tree_get_string(node, "format"),
		      checking.cluster.snapshot);
	n_closed = check(&checking);
	ok(checking.n_wrong == deviation->n_wrong, "%s: %zu lines%s%s", checking.name,
	   checking.exposure.lines.n, deviation->reason ? "; " : "",
	   deviation->reason ? deviation->reason : "");
	analyze_hypotheticals_release(&checking.peers);
	exposure_release(&checking.exposure);
	cluster_release(&checking.cluster);
	return n_closed;
}

struct totals {
	size_t n_cases;
	size_t n_closed;
};

static bool has_option(const struct tree_node *options, const char *name)
{
	for (uint32_t i = 0; options && i < options->len; i++)
		if (strncmp(options->items[i]->text, name, strlen(name)) == 0)
			return true;
	return false;
}

static int read_cases(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct totals *totals = arg;

	(void)file;
	for (uint32_t i = 0; i < root->len; i++) {
		const struct tree_node *node = root->items[i];
		const struct tree_node *options = tree_get(node, "options");

		if (strcmp(tree_get_string(node, "kind"), "output") ||
		    !has_option(options, "--exposure") || has_option(options, "--focus"))
			continue;
		totals->n_closed += check_case(node);
		totals->n_cases++;
	}
	return 0;
}

int main(void)
{
	struct totals totals = {0};
	struct connlist cases;
	struct diag_file *file;

	connlist_init(&cases);
	if (tree_load(DATA "cases.json", NULL, &cases.arena, &file))
		skip_all(DATA " is not there");
	tree_read(file, NULL, &cases.arena, &cases.intern, &cases.diags, read_cases, &totals);
	ok_int(cases.diags.n_errors, 0, "cases.json was read");
	ok_int(totals.n_cases, N_CASES, "all cases were asked");
	ok(totals.n_closed > 0, "%zu lines are about pods of closed namespaces", totals.n_closed);
	connlist_release(&cases);
	return tap_done();
}
