/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `diff` cases of ../shared/data/netpol-analyzer, another analyzer's inputs and answers, against
 * `diff`.
 *
 * Its cases that end in an error or a warning are in netpol_analyzer_diff.sh. Compared are the
 * kind of the change, the ends and the ports (TCP, UDP, SCTP, from 1 on) on either side, between endpoints
 * of the input and IPv4 addresses; it knows no peers that the input does not show, and no pod of an owner
 * that talks to its replica. Where it is known to be wrong, `deviations` says how often and why.
 */
#include "analyze/diff.h"
#include "base/strbuf.h"
#include "lib/cluster.h"
#include "lib/connlist.h"
#include "lib/repair.h"
#include "lib/tap.h"
#include "tree/tree.h"

#include <stdio.h>
#include <string.h>

#define DATA "../shared/data/netpol-analyzer/"
#define N_CASES 18

#define HOST_NETWORK \
	"policies do not apply to host-network pods, and selectors do not find them (analyzers " \
	"26, 27)"
#define IP_BLOCK "an ipBlock covers pods too (analyzers 17): theirs are in 10.244.0.0/16"

static const struct deviation {
	const char *name;
	uint32_t n_missing; /* lines that only the other analyzer has */
	uint32_t n_extra;   /* lines that only `diff` has */
	const char *reason;
} deviations[] = {
	{"diff_onlineboutique_workloads_onlineboutique_workloads_changed_netpols_and_workloads_txt",
	 0, 1, IP_BLOCK},
	{"diff_semanticDiff-same-topologies-old2_semanticDiff-same-topologies-new2_txt", 2, 0,
	 HOST_NETWORK},
	{"diff_semanticDiff-same-topologies-old1_semanticDiff-different-topologies-policy-a_txt", 1,
	 4, HOST_NETWORK},
};

/* Policies with one selector in `pods`, which an API server refuses. */
static const char *const repaired[] = {
	"tests/anp_test_10",
	"tests/anp_test_10_swapping_rules",
};

struct diff_case {
	const char *name;
	const char *dirs[ANALYZE_N_SIDES];
	const char *expected;
};

static void load(struct cluster *cluster, const char *dir)
{
	const struct model_options options = {.no_assumed_dns = true};
	struct strbuf yaml = {0};
	char folder[512];
	const char *path = folder;
	bool is_repaired = false;

	snprintf(folder, sizeof(folder), DATA "%s", dir);
	for (size_t i = 0; i < sizeof(repaired) / sizeof(repaired[0]); i++)
		is_repaired |= strcmp(repaired[i], dir) == 0;
	if (!is_repaired) {
		cluster_load_paths(cluster, &path, 1, &options);
		return;
	}
	repair_read(folder, &yaml);
	cluster_load_text(cluster, folder, strbuf_str(&yaml), &options);
	strbuf_release(&yaml);
}

struct taking {
	const struct analyze_diff *diff;
	struct connlist *ret;
};

/* What its answers know of the ports on one side. */
static void take_side(struct taking *taking, const struct analyze_diff_pair *pair,
		      enum analyze_diff_side side, const char *change)
{
	const struct analyze_diff *diff = taking->diff;
	struct connection *connection = vec_add(&taking->ret->found);
	struct port_set known = {0};

	connection->from = arena_printf(
		&taking->ret->arena, "%s %s", change,
		pair->from == ANALYZE_MAP_OUTSIDE ? "ip" : diff->endpoints.items[pair->from].id);
	connection->to = pair->to == ANALYZE_MAP_OUTSIDE ? "ip"
							 : diff->endpoints.items[pair->to].id;
	if (pair->from == ANALYZE_MAP_OUTSIDE || pair->to == ANALYZE_MAP_OUTSIDE)
		connection->range = pair->change->range;
	connlist_known_ports(&known);
	port_set_intersect(&known,
			   analyze_portsets_get(diff->sets, pair->change->ports.ports[side]),
			   &connection->ports);
	port_set_release(&known);
}

static bool is_known(const struct analyze_diff *diff, uint32_t end)
{
	return end == ANALYZE_MAP_OUTSIDE || !diff->endpoints.items[end].is_hypothetical;
}

static void take_pair(void *arg, const struct analyze_diff_pair *pair)
{
	struct taking *taking = arg;
	const uint32_t *ports = pair->change->ports.ports;

	if (pair->from == pair->to || !is_known(taking->diff, pair->from) ||
	    !is_known(taking->diff, pair->to) || pair->change->range.first.family == IP_V6)
		return;
	if (ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE) {
		take_side(taking, pair, ANALYZE_NEW, "added");
	} else if (ports[ANALYZE_NEW] == ANALYZE_PORTS_NONE) {
		take_side(taking, pair, ANALYZE_OLD, "removed");
	} else {
		take_side(taking, pair, ANALYZE_OLD, "before");
		take_side(taking, pair, ANALYZE_NEW, "after");
	}
}

static const struct deviation *find_deviation(const char *name)
{
	static const struct deviation none;

	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (strcmp(deviations[i].name, name) == 0)
			return &deviations[i];
	return &none;
}

static void compare(struct connlist *expected, struct connlist *got, const char *name)
{
	const struct deviation *deviation = find_deviation(name);
	uint32_t n_missing, n_extra;

	connlist_normalise(expected);
	connlist_normalise(got);
	n_missing = connlist_missing(expected, got, NULL, NULL);
	n_extra = connlist_missing(got, expected, NULL, NULL);
	if (ok(n_missing == deviation->n_missing && n_extra == deviation->n_extra,
	       "%s: %zu lines%s%s", name, got->found.n, deviation->reason ? "; " : "",
	       deviation->reason ? deviation->reason : ""))
		return;
	diag("%u missing, %u extra", n_missing, n_extra);
	connlist_missing(expected, got, "missing", NULL);
	connlist_missing(got, expected, "extra", NULL);
}

static void check_case(const struct diff_case *diff_case)
{
	struct cluster clusters[ANALYZE_N_SIDES];
	struct analyze_cluster inputs[ANALYZE_N_SIDES] = {0};
	struct analyze_diff_options options = {0};
	struct analyze_diff diff;
	struct connlist expected, got;
	struct taking taking = {&diff, &got};
	char path[512];

	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		load(&clusters[side], diff_case->dirs[side]);
		inputs[side].snapshot = clusters[side].snapshot;
		inputs[side].policies = clusters[side].policies;
		options.clusters[side] = &inputs[side];
		if (clusters[side].diags.n_errors)
			bail("%s: %s", diff_case->dirs[side], clusters[side].diags.first->message);
	}
	connlist_init(&expected);
	connlist_init(&got);
	snprintf(path, sizeof(path), DATA "%s", diff_case->expected);
	connlist_read_diff(&expected, path);
	analyze_diff_build(&diff, &options, &clusters[ANALYZE_NEW].diags);
	analyze_diff_each(&diff, take_pair, &taking);
	compare(&expected, &got, diff_case->name);
	analyze_diff_release(&diff);
	connlist_release(&expected);
	connlist_release(&got);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		cluster_release(&clusters[side]);
}

static int read_cases(void *arg, struct tree_node *root, const struct diag_file *file)
{
	size_t *n_cases = arg;

	(void)file;
	for (uint32_t i = 0; i < root->len; i++) {
		const struct tree_node *node = root->items[i];
		const struct tree_node *dirs = tree_get(node, "dirs");

		if (strcmp(tree_get_string(node, "kind"), "output") ||
		    strcmp(tree_get_string(node, "command"), "diff"))
			continue;
		check_case(&(struct diff_case){
			.name = tree_get_string(node, "case"),
			.dirs = {dirs->items[0]->text, dirs->items[1]->text},
			.expected = tree_get_string(node, "expected"),
		});
		++*n_cases;
	}
	return 0;
}

int main(void)
{
	size_t n_cases = 0;
	struct connlist cases;
	struct diag_file *file;

	connlist_init(&cases);
	if (tree_load(DATA "cases.json", NULL, &cases.arena, &file))
		skip_all(DATA " is not there");
	tree_read(file, NULL, &cases.arena, &cases.intern, &cases.diags, read_cases, &n_cases);
	ok_int(cases.diags.n_errors, 0, "cases.json was read");
	ok_int(n_cases, N_CASES, "all cases were asked");
	connlist_release(&cases);
	return tap_done();
}
