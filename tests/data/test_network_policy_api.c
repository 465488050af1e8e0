/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ../shared/data/network-policy-api: every probe of the conformance suites of v1alpha1 and v1alpha2,
 * and the rows of the policy assistant's mixes, through the table in userspace and, those of TCP and
 * UDP where a kernel answers, through the kernel program.
 *
 * Left out of the mixes are rows of a pod to itself, which are "undefined" there, and the cases with
 * sameLabels, which the API has no more.
 */
#include "lib/cluster.h"
#include "lib/cyclonus.h"
#include "lib/kernel.h"
#include "lib/reading.h"
#include "lib/tap.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define DATA "../shared/data/network-policy-api/"
#define NODES "tests/data/fixtures/conformance-nodes.yaml"
#define N_PROBES 590
#define N_MIXED_ROWS 562

struct totals {
	struct kernel *kernel; /* NULL: it is not asked */
	size_t n_probes;
	size_t n_rows;
	size_t n_asked_kernel;
};

struct probe {
	const char *from;
	const char *to;
	struct ip_addr addr; /* of the target, which may be a node's; family IP_NONE: the pod's own */
	uint8_t space;
	uint16_t port;
	bool egress_allowed, ingress_allowed;
	bool is_whole; /* both sides' words are of the whole */
};

static uint8_t space_named(const char *name)
{
	for (uint8_t space = 0; space < PORT_N_SPACES; space++)
		if (strcmp(port_space_name(space), name) == 0)
			return space;
	bail("no protocol '%s'", name);
}

static bool as_expected(const struct probe *probe, const struct verdict *verdict)
{
	const bool is_allowed = verdict->action == TABLE_ALLOW;

	if (is_allowed != (probe->egress_allowed && probe->ingress_allowed))
		return false;
	return probe->is_whole ||
	       ((verdict->side[VERDICT_EGRESS].action == TABLE_ALLOW) == probe->egress_allowed &&
		(verdict->side[VERDICT_INGRESS].action == TABLE_ALLOW) == probe->ingress_allowed);
}

static bool kernel_agrees(struct totals *totals, const struct probe *probe,
			  const struct verdict_flow *flow)
{
	struct question question = {.flow = *flow};

	if (!totals->kernel || (probe->space != PORT_TCP && probe->space != PORT_UDP))
		return true;
	if (kernel_ask(totals->kernel, &question, 1))
		bail("the kernel answers");
	totals->n_asked_kernel++;
	return as_expected(probe, &question.verdict);
}

static void check_probe(struct totals *totals, const struct cluster *cluster,
			const struct probe *probe, const char *name)
{
	const struct ip_addr src = cluster_pod_addr(cluster->snapshot, probe->from);
	const struct ip_addr dst = probe->addr.family == IP_NONE
					   ? cluster_pod_addr(cluster->snapshot, probe->to)
					   : probe->addr;
	struct verdict_flow flow = compile_flow(&src, &dst, probe->space, probe->port);
	struct verdict verdict;

	flow.flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS;
	verdict_flow(&cluster->view, &flow, &verdict);
	ok(as_expected(probe, &verdict) && kernel_agrees(totals, probe, &flow),
	   "%s: %s -> %s %u/%s is %s", name, probe->from, probe->to, probe->port,
	   port_space_name(probe->space),
	   probe->egress_allowed && probe->ingress_allowed ? "allowed" : "denied");
}

static void open_cluster(struct totals *totals, struct cluster *cluster, const char *name)
{
	if (cluster->diags.n_errors)
		bail("%s: %s", name, cluster->diags.first->message);
	cluster_compile(cluster, NULL, 0, NULL);
	if (totals->kernel &&
	    kernel_load(totals->kernel, cluster->table.bytes, cluster->table.size))
		bail("%s: the kernel takes the table", name);
}

/* One line of expected.jsonl. */
static void check_line(struct totals *totals, const char *version, const struct tree_node *line)
{
	const struct model_options options = {.no_assumed_dns = true};
	const bool is_allowed = tree_get(line, "allowed")->boolean;
	char base[256], state[512];
	const char *paths[] = {base, NODES, state};
	struct probe probe = {
		.from = tree_get_string(line, "from"),
		.to = tree_get_string(line, "to"),
		.space = space_named(tree_get_string(line, "protocol")),
		.port = (uint16_t)tree_get(line, "port")->integer,
		.egress_allowed = is_allowed,
		.ingress_allowed = is_allowed,
		.is_whole = true,
	};
	struct cluster cluster;

	if (ip_parse(tree_get_string(line, "toIP"), &probe.addr, NULL))
		bail("an address of '%s'", tree_get_string(line, "toIP"));
	snprintf(base, sizeof(base), DATA "%s/base-cluster.yaml", version);
	snprintf(state, sizeof(state), DATA "%s/%s", version, tree_get_string(line, "state"));
	cluster_load_paths(&cluster, paths, sizeof(paths) / sizeof(paths[0]), &options);
	open_cluster(totals, &cluster, state);
	check_probe(totals, &cluster, &probe, tree_get_string(line, "test"));
	totals->n_probes++;
	cluster_release(&cluster);
}

static void check_version(struct totals *totals, const char *version)
{
	struct reading reading;
	char path[256];

	snprintf(path, sizeof(path), DATA "%s/index.json", version);
	if (reading_of_file(&reading, path))
		skip_all(DATA " is not there");
	for (uint32_t i = 0; i < reading.roots.items[0]->len; i++)
		check_line(totals, version, reading.roots.items[0]->items[i]);
	reading_release(&reading);
}

static bool is_undefined(const struct tree_node *row)
{
	return strcmp(row->items[4]->text, "undefined") == 0 ||
	       strcmp(row->items[0]->text, row->items[1]->text) == 0;
}

/* [from, to, protocol, port, ingress, egress, combined] */
static void check_row(struct totals *totals, const struct cluster *cluster, const char *name,
		      const struct tree_node *row)
{
	const struct probe probe = {
		.from = row->items[0]->text,
		.to = row->items[1]->text,
		.space = space_named(row->items[2]->text),
		.port = (uint16_t)row->items[3]->integer,
		.ingress_allowed = strcmp(row->items[4]->text, "allowed") == 0,
		.egress_allowed = strcmp(row->items[5]->text, "allowed") == 0,
	};

	check_probe(totals, cluster, &probe, name);
	totals->n_rows++;
}

static void check_mix(struct totals *totals, const struct tree_node *mix)
{
	const struct model_options options = {.no_assumed_dns = true};
	const char *name = tree_get_string(mix, "name");
	const struct tree_node *expected = tree_get(mix, "expected");
	struct strbuf yaml = {0};
	struct cluster cluster;

	if (tree_get(mix, "usesRemovedSameLabels")->boolean)
		return;
	cyclonus_write(&yaml, mix);
	cluster_load_text(&cluster, name, strbuf_str(&yaml), &options);
	open_cluster(totals, &cluster, name);
	for (uint32_t i = 0; i < expected->len; i++)
		if (!is_undefined(expected->items[i]))
			check_row(totals, &cluster, name, expected->items[i]);
	cluster_release(&cluster);
	strbuf_release(&yaml);
}

static void check_mixes(struct totals *totals)
{
	glob_t paths;

	if (glob(DATA "policy-assistant/[0-9][0-9][0-9].json", 0, NULL, &paths))
		bail("no mixes in " DATA);
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		struct reading reading;

		if (reading_of_file(&reading, paths.gl_pathv[i]) || reading.diags.n_errors)
			bail("%s cannot be read", paths.gl_pathv[i]);
		check_mix(totals, reading.roots.items[0]);
		reading_release(&reading);
	}
	globfree(&paths);
}

int main(void)
{
	const char *reason = NULL;
	struct totals totals = {.kernel = kernel_open(&reason)};

	check_version(&totals, "v1alpha1");
	check_version(&totals, "v1alpha2");
	check_mixes(&totals);
	ok_int(totals.n_probes, N_PROBES, "all probes were asked");
	ok_int(totals.n_rows, N_MIXED_ROWS, "all rows of mixes were asked");
	if (!totals.kernel)
		diag("the kernel was not asked: %s", reason);
	diag("%zu questions to the kernel", totals.n_asked_kernel);
	kernel_close(totals.kernel);
	return tap_done();
}
