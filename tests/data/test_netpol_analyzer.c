/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `list` cases of ../shared/data/netpol-analyzer, another analyzer's inputs and answers,
 * against `map`.
 *
 * Left out are inputs with kinds that only the other analyzer knows; exposure sections are in
 * test_netpol_analyzer_exposure.c. Compared are (from, to, ports of TCP, UDP and SCTP); its answers
 * start at port 1, know no ICMP and no pod of an owner that talks to its replica. Where it is known to
 * be wrong, `deviations` says how often and why; nothing else may differ. What it reads although an API
 * server refuses it is first refused here too, then repaired and compared: `repaired`.
 */
#include "analyze/map.h"
#include "base/strbuf.h"
#include "lib/cluster.h"
#include "lib/connlist.h"
#include "lib/repair.h"
#include "lib/tap.h"
#include "tree/tree.h"

#include <stdio.h>
#include <string.h>

#define DATA "../shared/data/netpol-analyzer/"
#define N_CASES 220

#define HOST_NETWORK \
	"policies do not apply to host-network pods, and selectors do not find them (analyzers " \
	"26, 27)"
#define IP_BLOCK "an ipBlock covers pods too (analyzers 17): theirs are in 10.244.0.0/16"
#define REFUSED \
	"the API server refuses the policy (an underscore in its name) and the owner (without a " \
	"kind)"

#define SERVICE_PORT \
	"the number of an Ingress's port is the Service's (networking/v1 ServiceBackendPort), " \
	"not " \
	"the pod's"
#define NO_OWNER "the API server refuses the owner (without a kind)"

static const struct deviation {
	const char *dir;
	uint32_t n_missing; /* connections that only the other analyzer has */
	uint32_t n_extra;   /* connections that only `map` has */
	uint32_t n_refused; /* policies */
	bool is_of_hosts;   /* each has a host-network end */
	const char *reason;
	const char *end; /* NULL, or the end that they have: nothing where it is not asked for */
} deviations[] = {
	{"tests/semanticDiff-same-topologies-old1", 1, 4, 0, true, HOST_NETWORK, NULL},
	{"tests/semanticDiff-same-topologies-old2", 1, 3, 0, true, HOST_NETWORK, NULL},
	{"tests/semanticDiff-same-topologies-new2", 1, 3, 0, true, HOST_NETWORK, NULL},
	{"tests/k8s_ingress_test_new", 1, 0, 0, false, SERVICE_PORT, "default/Deployment/unicorn"},
	{"tests/onlineboutique_workloads_with_ingress", 1, 0, 0, false, SERVICE_PORT,
	 "default/Deployment/frontend"},
	{"tests/ipblockstest_2", 12, 88, 0, true, HOST_NETWORK, NULL},
	{"tests/ipblockstest_3", 12, 88, 0, true, HOST_NETWORK, NULL},
	{"tests/semanticDiff-different-topologies-policy-a-with-ipblock", 0, 3, 0, false, IP_BLOCK,
	 NULL},
	{"tests/example_pods_w_same_owner_and_labels_gap_with_policy_selector_not_in_gap", 2, 11, 1,
	 false, REFUSED, NULL},
	{"tests/example_pods_w_same_owner_and_labels_gap_with_good_match_expression", 3, 11, 1,
	 false, REFUSED, NULL},
	{"tests/example_pods_w_same_owner_and_labels_gap_anp_good", 4, 10, 0, false, NO_OWNER,
	 NULL},
	{"tests/example_pods_w_same_owner_and_labels_gap_banp_good", 3, 8, 0, false, NO_OWNER,
	 NULL},
};

/* Folders with what an API server refuses and the other analyzer reads: `pods` with one selector … */
static const struct repaired {
	const char *dir;
	uint32_t n_refused; /* policies */
} repaired[] = {
	{"tests/anp_demo", 2},
	{"tests/anp_test_8", 1},
	{"tests/anp_test_10", 1},
	{"tests/anp_test_10_swapping_rules", 1},
	{"tests/anp_test_11", 1},
	{"tests/anp_test_12", 1},
	{"tests/exposure_test_with_anp_12", 1},
	{"tests/exposure_test_with_anp_14", 1},
	{"tests/example_pods_w_same_owner_and_labels_gap_anp_good", 1},
	{"tests/example_pods_w_same_owner_and_labels_gap_banp_good", 1},
	/* … names that are none, empty protocols, pods that are all at 127.0.0.1 */
	{"parsed/test1_anp_npv1_conn_from_parsed_res", 1},
	{"parsed/test1_anp_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test1_banp_conn_from_parsed_res", 0},
	{"parsed/test2_anp_conn_from_parsed_res", 1},
	{"parsed/test2_banp_conn_from_parsed_res", 0},
	{"parsed/test3_anp_banp_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test3_banp_conn_from_parsed_res", 0},
	{"parsed/test4_anp_conn_from_parsed_res", 1},
	{"parsed/test4_anp_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test5_anp_conn_from_parsed_res", 1},
	{"parsed/test6_anp_conn_from_parsed_res", 1},
	{"parsed/test8_anp_np_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test9_anp_banp_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test10_anp_conn_from_parsed_res", 2},
	{"parsed/test12_anp_banp_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test13_anp_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test14_anp_banp_unmatched_ingress_egress_from_parsed_res", 1},
	{"parsed/test_anp_banp_deny_specific_ports_from_parsed_res", 2},
	{"parsed/test_anp_deny_specific_port_from_parsed_res", 1},
	{"parsed/test_banp_allow_specific_port_from_parsed_res", 1},
};

/* One line of cases.json that is a `list` with output. */
struct list_case {
	const char *name;
	const char *dir;
	const char *expected;
	const char *format;
	const char *focus; /* NULL, "name" or "ns/name", with commas several */
	const char *peer;  /* the same of the other end */
	bool only_egress;
	bool only_ingress;
	struct port_range port; /* the only one that is listed; 0 to 0: all are */
	bool is_explained;
};

static bool has_port(const struct list_case *list)
{
	return list->port.first > 0;
}

struct totals {
	size_t n_cases;
};

static bool is_called(const char *id, const char *focus, size_t len)
{
	const char *slash = strchr(id, '/');
	const char *name = slash ? strrchr(id, '/') + 1 : id;
	const char *in_focus = memchr(focus, '/', len);
	size_t ns_len;

	if (!in_focus)
		return strlen(name) == len && strncmp(name, focus, len) == 0;
	ns_len = (size_t)(in_focus - focus);
	return slash && (size_t)(slash - id) == ns_len && strncmp(id, focus, ns_len) == 0 &&
	       strlen(name) == len - ns_len - 1 && strncmp(name, in_focus + 1, strlen(name)) == 0;
}

/* NULL: everybody is. */
static bool is_focus(const char *id, const char *focus)
{
	for (; focus; focus = focus[strcspn(focus, ",")] ? strchr(focus, ',') + 1 : NULL)
		if (is_called(id, focus, strcspn(focus, ",")))
			return true;
	return false;
}

static bool is_peer(const char *id, const char *peer)
{
	return !peer || is_focus(id, peer);
}

/* Whether the options list a connection. */
static bool is_listed(const struct list_case *list, const char *src, const char *dst)
{
	if (strcmp(src, dst) == 0)
		return false;
	return !list->focus ||
	       (!list->only_ingress && is_focus(src, list->focus) && is_peer(dst, list->peer)) ||
	       (!list->only_egress && is_focus(dst, list->focus) && is_peer(src, list->peer));
}

struct mapping {
	const struct list_case *list;
	const struct analyze_map *map;
	struct connlist *got;
};

static void take_connection(void *arg, const struct analyze_map_connection *from)
{
	struct mapping *mapping = arg;
	const struct analyze_map *map = mapping->map;
	const char *src = from->from == ANALYZE_MAP_OUTSIDE ? "ip"
							    : map->endpoints.items[from->from].id;
	const char *dst = from->to == ANALYZE_MAP_OUTSIDE ? "ip"
							  : map->endpoints.items[from->to].id;
	struct port_set known = {0};
	struct connection *connection;

	if (!is_listed(mapping->list, src, dst))
		return;
	if (has_port(mapping->list))
		port_set_add(&known, mapping->list->port);
	else
		connlist_known_ports(&known);
	connection = vec_add(&mapping->got->found);
	connection->from = arena_strdup(&mapping->got->arena, src);
	connection->to = arena_strdup(&mapping->got->arena, dst);
	if (from->range)
		connection->range = *from->range;
	port_set_intersect(&known, analyze_portsets_get(&map->sets, from->ports),
			   &connection->ports);
	port_set_release(&known);
}

static bool is_host(const struct analyze_map *map, const char *id)
{
	for (size_t i = 0; i < map->endpoints.n; i++)
		if (strcmp(map->endpoints.items[i].id, id) == 0)
			return map->endpoints.items[i].host_network;
	return false;
}

static void mark_hosts(struct connlist *list, const struct analyze_map *map)
{
	for (size_t i = 0; i < list->found.n; i++) {
		struct connection *connection = &list->found.items[i];

		connection->is_of_host = is_host(map, connection->from) ||
					 is_host(map, connection->to);
	}
}

static const struct deviation *find_deviation(const struct list_case *list)
{
	static const struct deviation none;

	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (strcmp(deviations[i].dir, list->dir) == 0 &&
		    (!deviations[i].end || !list->focus ||
		     is_focus(deviations[i].end, list->focus)))
			return &deviations[i];
	return &none;
}

static void compare(struct connlist *expected, struct connlist *got, const struct list_case *list,
		    const struct analyze_map *map)
{
	const struct deviation *deviation = find_deviation(list);
	uint32_t n_missing, n_extra, n_others = 0;

	connlist_normalise(expected);
	connlist_normalise(got);
	mark_hosts(expected, map);
	mark_hosts(got, map);
	n_missing = connlist_missing(expected, got, NULL, &n_others);
	n_extra = connlist_missing(got, expected, NULL, &n_others);
	if (ok(n_missing == deviation->n_missing && n_extra == deviation->n_extra &&
		       (!deviation->is_of_hosts || n_others == 0),
	       "%s: %zu connections%s%s", list->name, got->found.n, deviation->reason ? "; " : "",
	       deviation->reason ? deviation->reason : ""))
		return;
	diag("%u missing, %u extra, %u of them without a host-network end", n_missing, n_extra,
	     n_others);
	connlist_missing(expected, got, "missing", NULL);
	connlist_missing(got, expected, "extra", NULL);
}

/* Kinds that another issue is about, or that only the other analyzer knows. */
static bool is_foreign(const struct model_kind_count *counts, uint32_t n)
{
	static const char *const foreign[] = {
		"UserDefinedNetwork", "ClusterUserDefinedNetwork",
		"MultiNetworkPolicy", "NetworkAttachmentDefinition",
		"VirtualMachine",
	};

	for (uint32_t i = 0; i < n; i++)
		for (size_t j = 0; j < sizeof(foreign) / sizeof(foreign[0]); j++)
			if (strcmp(counts[i].kind, foreign[j]) == 0)
				return true;
	return false;
}

/* ---- A case ---- */

static const struct repaired *find_repaired(const struct list_case *list)
{
	for (size_t i = 0; i < sizeof(repaired) / sizeof(repaired[0]); i++)
		if (strcmp(repaired[i].dir, list->dir) == 0)
			return &repaired[i];
	return NULL;
}

static void load(const struct list_case *list, struct cluster *ret)
{
	const struct model_options options = {.no_assumed_dns = true};
	const struct repaired *repair = find_repaired(list);
	struct strbuf yaml = {0};
	char folder[512];
	const char *path = folder;

	snprintf(folder, sizeof(folder), DATA "%s", list->dir);
	cluster_load_paths(ret, &path, 1, &options);
	if (!repair)
		return;
	ok_int(ret->policies->n_rejected, repair->n_refused, "%s: refused first", list->name);
	cluster_release(ret);
	repair_read(folder, &yaml);
	cluster_load_text(ret, folder, strbuf_str(&yaml), &options);
	strbuf_release(&yaml);
}

static void map_and_compare(const struct list_case *list, struct cluster *cluster,
			    struct connlist *expected)
{
	const struct analyze_map_options options = {0};
	struct analyze_cluster input = {.snapshot = cluster->snapshot,
					.policies = cluster->policies};
	struct analyze_map map;
	struct connlist got;
	struct mapping mapping = {list, &map, &got};

	connlist_init(&got);
	analyze_map_build(&map, &input, &options, &cluster->diags);
	analyze_map_each(&map, take_connection, &mapping);
	compare(expected, &got, list, &map);
	analyze_map_release(&map);
	connlist_release(&got);
}

static void check_case(const struct list_case *list, struct totals *totals)
{
	char path[512];
	const struct connlist_file file = {path, list->format, list->is_explained,
					   has_port(list) ? &list->port : NULL};
	struct cluster cluster;
	struct connlist expected;

	connlist_init(&expected);
	load(list, &cluster);
	if (!is_foreign(cluster.snapshot->ignored, cluster.snapshot->n_ignored) &&
	    !is_foreign(cluster.snapshot->not_evaluated, cluster.snapshot->n_not_evaluated)) {
		if (cluster.policies->n_rejected != find_deviation(list)->n_refused ||
		    (cluster.diags.n_errors && !cluster.policies->n_rejected))
			bail("%s: %s", list->dir, cluster.diags.first->message);
		snprintf(path, sizeof(path), DATA "%s", list->expected);
		connlist_read(&expected, &file);
		map_and_compare(list, &cluster, &expected);
		totals->n_cases++;
	}
	cluster_release(&cluster);
	connlist_release(&expected);
}

static bool is_true(const struct tree_node *node)
{
	return node && node->kind == TREE_BOOL && node->boolean;
}

/* "udp-52" */
static struct port_range parse_port(const char *text)
{
	struct port_range range = {.space = PORT_SCTP};
	unsigned int number;

	if (sscanf(text, "%*[a-z]-%u", &number) != 1)
		bail("'%s' is no port", text);
	if (text[0] != 's')
		range.space = text[0] == 'u' ? PORT_UDP : PORT_TCP;
	range.first = range.last = (uint16_t)number;
	return range;
}

/* Options that change which connections are listed. */
static void read_options(const struct tree_node *options, struct list_case *ret)
{
	for (uint32_t i = 0; options && i + 1 < options->len; i++) {
		if (strcmp(options->items[i]->text, "--focusworkload") == 0)
			ret->focus = options->items[i + 1]->text;
		if (strcmp(options->items[i]->text, "--focusworkload-peer") == 0)
			ret->peer = options->items[i + 1]->text;
		if (strcmp(options->items[i]->text, "--focus-direction") == 0) {
			ret->only_egress = strcmp(options->items[i + 1]->text, "egress") == 0;
			ret->only_ingress = !ret->only_egress;
		}
		if (strcmp(options->items[i]->text, "--focus-conn") == 0)
			ret->port = parse_port(options->items[i + 1]->text);
	}
}

static int read_cases(void *arg, struct tree_node *root, const struct diag_file *file)
{
	(void)file;
	for (uint32_t i = 0; i < root->len; i++) {
		const struct tree_node *node = root->items[i];
		struct list_case list = {
			.name = tree_get_string(node, "case"),
			.expected = tree_get_string(node, "expected"),
			.format = tree_get_string(node, "format"),
			.is_explained = is_true(tree_get(node, "explain")),
		};

		if (strcmp(tree_get_string(node, "kind"), "output") ||
		    strcmp(tree_get_string(node, "command"), "list") ||
		    is_true(tree_get(node, "multipleNetworks")))
			continue;
		if (strcmp(list.format, "json") && strcmp(list.format, "txt"))
			continue;
		list.dir = tree_get(node, "dirs")->items[0]->text;
		read_options(tree_get(node, "options"), &list);
		check_case(&list, arg);
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
	connlist_release(&cases);
	return tap_done();
}
