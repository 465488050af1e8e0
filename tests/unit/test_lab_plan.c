/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in a lab, what is probed, and that the plan survives its file. */
#include "lab/plan_json.h"
#include "lab/probe.h"
#include "lib/tap.h"

#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char dir[] = "/tmp/test_lab_plan.XXXXXX";

static void load(const char *path, uint32_t n_nodes, struct lab_cluster *ret)
{
	const struct lab_input input = {.base = {.paths = &path, .n_paths = 1}, .n_nodes = n_nodes};

	*ret = (struct lab_cluster){0};
	lab_cluster_load(&input, ret);
	if (ret->base.diags.n_errors)
		bail("cannot read %s", path);
}

/* A cluster from a text. */
static void load_text(const char *text, struct lab_cluster *ret)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/input.yaml", dir);
	file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file))
		bail("cannot write %s", path);
	load(path, 0, ret);
}

static bool has_note(const struct lab_cluster *cluster, const char *part)
{
	for (size_t i = 0; i < cluster->notes.n; i++)
		if (strstr(cluster->notes.items[i], part))
			return true;
	return false;
}

static const char *ips_of(const struct lab_end *end, char buf[128])
{
	char text[IP_TEXT_SIZE];

	buf[0] = '\0';
	for (uint32_t i = 0; i < end->n_ips; i++)
		snprintf(buf + strlen(buf), 128 - strlen(buf), "%s%s", i ? " " : "",
			 ip_format(&end->ips[i], text));
	return buf;
}

static void test_town(void)
{
	struct lab_cluster town;
	const struct lab_plan *plan = &town.plan;
	const struct lab_end *api;
	char buf[128];

	load("tests/netns/town", 0, &town);
	ok_int(plan->n_nodes, 2, "a node for each that the pods name");
	ok_str(plan->ends[0].name, "east", "in order");
	ok_str(ips_of(&plan->ends[1], buf), "172.20.0.2 fd20::2",
	       "with the addresses of the input");
	ok_str(plan->ends[1].workload, "vault/exporter", "the host-network pod is its node");
	ok(lab_listens(&plan->ends[1], PORT_TCP, 9100), "and its port is the node's");
	ok_int(plan->n_pods, 5, "the others are pods");
	api = lab_find_pod(plan, "town/api");
	ok_str(ips_of(api, buf), "10.9.1.2 fd09::1:2", "with their addresses");
	ok_str(api->workload, "town/Pod/api", "and owners");
	ok_int(api->node, 1, "on their nodes");
	ok(lab_listens(api, PORT_TCP, 8081) && lab_listens(api, PORT_UDP, 8125), "and ports");
	ok_int(api->n_ports, 2, "but SCTP is left out");
	ok(has_note(&town, "1 SCTP port"), "which is said");
	ok(!strcmp(town.pods[lab_pod_number(plan, api)]->name, "api"),
	   "pods are those of the model");
	ok_int(lab_find_pod(plan, "town/job")->n_ips, 2, "an assumed address in each family");
	ok(lab_find_pod(plan, "kube-system/coredns-0") != NULL, "the assumed DNS runs");
	lab_cluster_release(&town);
}

/* One address of each kind that rules can tell apart, and of each that they name. */
static void test_outside(void)
{
	static const char *const want[] = {
		"1.0.0.1", "10.0.0.1",     "172.20.0.0", "198.51.100.10",
		"100::1",  "2001:db8::10", "fd00::1",
	};
	struct lab_cluster town;
	const struct lab_end *outside;

	load("tests/netns/town", 0, &town);
	ok_int(town.plan.n_outside, 7, "addresses outside");
	outside = &town.plan.ends[town.plan.n_nodes + town.plan.n_pods];
	for (uint32_t i = 0; i < 7 && i < town.plan.n_outside; i++)
		ok_str(outside[i].name, want[i], "outside %u", i);
	ok(lab_listens(outside, PORT_TCP, 443) && lab_listens(outside, PORT_UDP, 123),
	   "they listen on the ports that rules for addresses name");
	lab_cluster_release(&town);
}

#define POD(name, more) \
	"apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: x}\n" more "---\n"

static void test_left_out(void)
{
	struct lab_cluster cluster;

	load_text(
		POD("a", "status: {podIP: 10.1.0.1}\n") POD("b", "status: {podIP: 10.1.0.1}\n") POD(
			"c",
			"status: {podIP: 10.1.0.3}\n") "apiVersion: apps/v1\nkind: "
						       "Deployment\nmetadata: {name: d, namespace: "
						       "x}\n"
						       "spec:\n  replicas: 0\n  selector: "
						       "{matchLabels: {a: b}}\n"
						       "  template: {metadata: {labels: {a: b}}, "
						       "spec: {containers: [{name: d}]}}\n",
		&cluster);
	ok(!lab_find_pod(&cluster.plan, "x/a") && !lab_find_pod(&cluster.plan, "x/b"),
	   "pods that share an address are left out");
	ok(has_note(&cluster, "x/a is not in the lab: another pod claims its address"),
	   "it is said");
	ok(lab_find_pod(&cluster.plan, "x/c") != NULL, "others are not");
	ok(has_note(&cluster, "scaled to zero"), "what is scaled to zero does not run");
	lab_cluster_release(&cluster);
}

static void test_nodes(void)
{
	struct lab_cluster shop;
	uint32_t n[3] = {0};

	load("examples/shop", 3, &shop);
	ok_int(shop.plan.n_nodes, 3, "as many nodes as asked for");
	for (uint32_t i = 0; i < shop.plan.n_pods; i++)
		n[lab_pod(&shop.plan, i)->node]++;
	ok(n[0] - n[2] <= 1 && n[0] - n[1] <= 1, "pods that name none are spread over them");
	lab_cluster_release(&shop);
	load("examples/shop", 0, &shop);
	ok_int(shop.plan.n_nodes, 1, "one node otherwise");
	ok_int(shop.plan.ends[0].n_ips, 2, "with an invented address in each family");
	lab_cluster_release(&shop);
}

static size_t n_probes(const struct lab_plan *plan, const struct lab_probes *probes,
		       const char *from, const char *to)
{
	size_t n = 0;

	for (size_t i = 0; i < probes->n; i++)
		n += !strcmp(plan->ends[probes->items[i].from].name, from) &&
		     !strcmp(plan->ends[probes->items[i].to].name, to);
	return n;
}

static void test_probes(void)
{
	struct lab_probes probes = {0};
	struct lab_cluster town;
	struct lab_end end = {.ports = (struct lab_port[]){{PORT_UDP, 9}, {PORT_TCP, 10}},
			      .n_ports = 2};

	load("tests/netns/town", 0, &town);
	lab_probes_list(&town.plan, &probes);
	ok_int(n_probes(&town.plan, &probes, "town/web", "town/api"), 12,
	       "two ports and a closed one, by TCP and UDP, in two families");
	ok_int(n_probes(&town.plan, &probes, "town/web", "vault/db"), 4, "one family: half of it");
	ok_int(n_probes(&town.plan, &probes, "west", "town/api"), 12, "nodes probe pods");
	ok_int(n_probes(&town.plan, &probes, "west", "east"), 0, "but not each other");
	ok_int(n_probes(&town.plan, &probes, "town/web", "town/web"), 0, "nobody probes itself");
	ok_int(n_probes(&town.plan, &probes, "2001:db8::10", "vault/db"), 0, "v6 has no way to v4");
	ok_int(lab_closed_port(&end), 11, "the closed port is closed by both protocols");
	vec_release(&probes);
	lab_cluster_release(&town);
}

static void test_agreement(void)
{
	struct lab_probe probe = {.expected = LAB_DROPPED, .seen = LAB_DROPPED, .stable_id = 7};
	static const uint8_t others[] = {LAB_ANSWERED, LAB_REFUSED, LAB_LOST, LAB_ODD};

	probe.verdict.reason = probe.event.reason = VERDICT_DEFAULT_DENY;
	probe.verdict.direction = probe.event.direction = VERDICT_INGRESS;
	probe.event.stable_id = 7;
	ok(lab_probe_agrees(&probe), "dropped, as expected, by the expected outcome");
	probe.event.stable_id = 8;
	ok(!lab_probe_agrees(&probe), "dropped by another outcome");
	probe.event.stable_id = 7;
	probe.event.direction = VERDICT_EGRESS;
	ok(!lab_probe_agrees(&probe), "dropped at the other side");
	for (size_t i = 0; i < sizeof(others); i++) {
		probe.seen = others[i];
		ok(!lab_probe_agrees(&probe), "%s instead", lab_outcome_name(others[i]));
	}
	probe.expected = probe.seen = LAB_REFUSED;
	ok(lab_probe_agrees(&probe), "refused as expected needs no event");
}

static bool ends_equal(const struct lab_end *a, const struct lab_end *b)
{
	char ips_a[128], ips_b[128];

	return a->kind == b->kind && !strcmp(a->name, b->name) && a->node == b->node &&
	       !!a->workload == !!b->workload &&
	       (!a->workload || !strcmp(a->workload, b->workload)) && a->n_ports == b->n_ports &&
	       (!a->n_ports || !memcmp(a->ports, b->ports, a->n_ports * sizeof(*a->ports))) &&
	       !strcmp(ips_of(a, ips_a), ips_of(b, ips_b));
}

static void test_file(void)
{
	const char *paths[] = {"a dir/\"x\"", "-"}, *cidrs[] = {"10.0.0.0/8", "fd00::/64"};
	const struct lab_input input = {
		.base = {.paths = paths,
			 .n_paths = 2,
			 .ns = "ns",
			 .pod_cidrs = cidrs,
			 .n_pod_cidrs = 2,
			 .cni = "cilium@1.18",
			 .skip_invalid = true},
		.n_nodes = 3,
	};
	struct lab_home home = {0};
	struct lab_fault fault = {0};
	struct lab_cluster town;
	struct lab_input input_read;
	struct lab_plan plan;
	bool same = true;

	lab_path(home.root, "%s", dir);
	load("tests/netns/town", 0, &town);
	ok_int(lab_plan_save(&home, &town.plan, &input, &fault), 0, "a plan is saved");
	ok_int(lab_plan_load(&home, &plan, &input_read, &fault), 0, "and loaded");
	ok(plan.n_nodes == town.plan.n_nodes && plan.n_pods == town.plan.n_pods &&
		   plan.n_outside == town.plan.n_outside,
	   "with as many ends");
	for (uint32_t i = 0; i < lab_n_ends(&town.plan); i++)
		same &= ends_equal(&town.plan.ends[i], &plan.ends[i]);
	ok(same, "which are the same");
	ok_str(input_read.base.paths[0], paths[0], "and the input's paths");
	ok_str(input_read.base.pod_cidrs[1], cidrs[1], "and pod CIDRs");
	ok_str(input_read.base.ns, "ns", "and namespace");
	ok_str(input_read.base.cni, "cilium@1.18", "and the CNI");
	ok(input_read.base.skip_invalid && input_read.n_nodes == 3, "and the rest");
	lab_plan_release(&plan);
	lab_cluster_release(&town);
	lab_path(home.root, "/nowhere");
	ok(lab_plan_load(&home, &plan, &input_read, &fault) < 0, "a lab without a plan");
	ok(strstr(fault.text, "not complete") != NULL, "is not complete");
}

int main(void)
{
	char command[64];

	if (!mkdtemp(dir))
		bail("cannot make a directory");
	if (access("/proc/sys/net/ipv6", F_OK))
		skip_all("needs IPv6: the plans here have both families");
	test_town();
	test_outside();
	test_left_out();
	test_nodes();
	test_probes();
	test_agreement();
	test_file();
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ok_int(system(command), 0, "clean up");
	return tap_done();
}
