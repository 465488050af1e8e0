/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of pods and their templates. */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A pod `p` with more metadata, a spec and a status. */
#define POD(metadata, spec, status) \
	"{apiVersion: v1, kind: Pod, metadata: {name: p" metadata "}, spec: {" spec \
	"}, status: {" status "}}\n"
#define PORTS(ports) POD("", "containers: [{ports: [" ports "]}]", "")

struct row {
	const char *name;
	const char *text;
	const char *want;
	const char *codes;
};

static const struct row labels[] = {
	{"none", POD("", "", ""), "default/p: ", ""},
	{"sorted", POD(", labels: {b: x, a: w}", "", ""), "default/p: a=w,b=x", ""},
	{"null is empty", POD(", labels: {a: null, b: ''}", "", ""), "default/p: a=,b=", ""},
	{"null labels", POD(", labels: null", "", ""), "default/p: ", ""},
	{"each wrong type is said",
	 POD(", labels: {country: no, ver: 1.10, n: 80, ok: fine, l: [], m: {}}", "", ""), "",
	 "BH0104 1 no; BH0104 1 1.10; BH0104 1 80; BH0104 1 [; BH0104 1 {"},
	{"labels of a wrong type, said once", POD(", labels: [a]", "", ""), "", "BH0104 1 [a"},
	{"no label values and keys", POD(", labels: {a: b c, 'd e': f}", "", ""), "",
	 "BH0104 1 b; BH0104 1 'd"},
	{"a template's, and only them",
	 "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, labels: {no: 'no'}}, "
	 "spec: {template: {metadata: {labels: {app: a}}}}}",
	 "default/a-0: app=a", ""},
	{"what a StatefulSet adds",
	 "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, "
	 "spec: {replicas: 2, template: {metadata: {labels: {app: db}}}}}",
	 "default/db-0: app=db,apps.kubernetes.io/pod-index=0,"
	 "statefulset.kubernetes.io/pod-name=db-0; default/db-1: app=db,"
	 "apps.kubernetes.io/pod-index=1,statefulset.kubernetes.io/pod-name=db-1",
	 ""},
	{"what a Job adds",
	 "{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {template: {}}}",
	 "default/j-0: batch.kubernetes.io/job-name=j,job-name=j", ""},
	{"what is known of a CronJob's",
	 "{apiVersion: batch/v1, kind: CronJob, metadata: {name: j}, "
	 "spec: {jobTemplate: {spec: {template: {metadata: {labels: {a: b}}}}}}}",
	 "default/j-0: a=b", ""},
};

static const struct row ports[] = {
	{"none", PORTS(""), "default/p:", ""},
	{"TCP by default", PORTS("{containerPort: 80}"), "default/p: 80/TCP", ""},
	{"names and protocols",
	 PORTS("{name: dns, containerPort: 53, protocol: UDP}, {containerPort: 5, protocol: SCTP}"),
	 "default/p: dns=53/UDP 5/SCTP", ""},
	{"one name, two containers",
	 POD("",
	     "containers: [{ports: [{name: a, containerPort: 1}]}, "
	     "{ports: [{name: a, containerPort: 2}]}]",
	     ""),
	 "default/p: a=1/TCP a=2/TCP", ""},
	{"init containers that run on",
	 POD("",
	     "initContainers: [{ports: [{containerPort: 1}]}, "
	     "{restartPolicy: Always, ports: [{containerPort: 2}]}]",
	     ""),
	 "default/p: 2/TCP", ""},
	{"out of range", PORTS("{containerPort: 65536}"), "", "BH0104 1 65536"},
	{"zero", PORTS("{containerPort: 0}"), "", "BH0104 1 0"},
	{"as text", PORTS("{containerPort: '80'}"), "", "BH0104 1 '80'"},
	{"no number", PORTS("{name: a}"), "", "BH0104 1 {name"},
	{"null", PORTS("{containerPort: null}"), "", "BH0104 1 {containerPort"},
	{"no name", PORTS("{name: Web, containerPort: 1}"), "", "BH0104 1 Web"},
	{"another protocol", PORTS("{containerPort: 1, protocol: tcp}"), "", "BH0104 1 tcp"},
	{"no mapping", PORTS("80"), "", "BH0104 1 80"},
	{"not a list", POD("", "containers: {}", ""), "", "BH0104 1 {"},
};

static const struct row addresses[] = {
	{"one", POD("", "", "podIP: 10.1.0.1"), "default/p: 10.1.0.1", ""},
	{"two families, v4 first", POD("", "", "podIPs: [{ip: 'fd00::1'}, {ip: 10.1.0.1}]"),
	 "default/p: 10.1.0.1 fd00::1", ""},
	{"the list counts", POD("", "", "podIP: 10.1.0.9, podIPs: [{ip: 10.1.0.1}]"),
	 "default/p: 10.1.0.1", ""},
	{"an empty list", POD("", "", "podIP: 10.1.0.9, podIPs: []"), "default/p: 10.1.0.9", ""},
	{"one of a family", POD("", "", "podIPs: [{ip: 10.1.0.1}, {ip: 10.1.0.2}]"),
	 "default/p: 10.1.0.1", ""},
	{"not an address", POD("", "", "podIP: 10.1.0"), "", "BH0104 1 10.1.0"},
	{"host network: the node's",
	 POD("", "hostNetwork: true", "hostIP: 192.0.2.1, podIP: 192.0.2.1"),
	 "default/p: (host) 192.0.2.1", ""},
	{"host network without hostIP", POD("", "hostNetwork: true", "podIP: 192.0.2.1"),
	 "default/p: (host) 192.0.2.1", ""},
	{"host network by node name",
	 POD("", "hostNetwork: true, nodeName: n1",
	     "") "---\n{apiVersion: v1, kind: Node, metadata: {name: n1}, status: {addresses: "
		 "[{type: Hostname, address: n1}, {type: InternalIP, address: 192.0.2.7}]}}",
	 "default/p: (host) 192.0.2.7", ""},
	{"host network on an unknown node", POD("", "hostNetwork: true", ""), "default/p: (host)",
	 ""},
	{"hostNetwork of a wrong type", POD("", "hostNetwork: 'true'", ""), "", "BH0104 1 'true'"},
};

static void check_rows(const struct row *rows, size_t n, const char *(*show)(struct sketch *))
{
	for (size_t i = 0; i < n; i++) {
		struct sketch sketch;

		sketch_text(&sketch, rows[i].text, NULL);
		ok_str(show(&sketch), rows[i].want, "%s", rows[i].name);
		ok_str(sketch_codes(&sketch), rows[i].codes, "its problems");
		sketch_release(&sketch);
	}
}

static void test_named_ports(void)
{
	struct sketch sketch;
	struct port_set set = {0};

	sketch_text(&sketch,
		    PORTS("{name: a, containerPort: 8}, {name: a, containerPort: 9},"
			  "{name: a, containerPort: 7, protocol: UDP}, {containerPort: 6}"),
		    NULL);
	model_pod_named_ports(sketch.snapshot->pods[0], "a", PORT_TCP, &set);
	ok(set.n == 1 && set.ranges[0].first == 8 && set.ranges[0].last == 9,
	   "a name stands for all its numbers of the protocol");
	port_set_clear(&set);
	model_pod_named_ports(sketch.snapshot->pods[0], "b", PORT_TCP, &set);
	ok_int(set.n, 0, "an unknown name for none");
	port_set_release(&set);
	sketch_release(&sketch);
}

static void test_service_account(void)
{
	static const struct {
		const char *spec;
		const char *want;
	} rows[] = {
		{POD("", "serviceAccountName: bot", ""), "bot"},
		{POD("", "serviceAccount: old", ""), "old"},
		{POD("", "", ""), "default"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct sketch sketch;

		sketch_text(&sketch, rows[i].spec, NULL);
		ok_str(sketch.snapshot->pods[0]->account->name, rows[i].want,
		       "service account %s", rows[i].want);
		sketch_release(&sketch);
	}
}

static void test_nodes(void)
{
	struct sketch sketch;
	struct ip_addr addr;

	sketch_text(&sketch,
		    POD("", "nodeName: n1", "hostIPs: [{ip: 192.0.2.1}, {ip: '2001:db8::1'}]"),
		    NULL);
	ok_int(sketch.snapshot->n_nodes, 1, "a pod tells of its node");
	ok_int(sketch.snapshot->nodes[0]->origin, MODEL_IMPLIED, "which is implied");
	ip_parse("2001:db8::1", &addr, NULL);
	ok(model_find_node_address(sketch.snapshot, &addr) ==
		   model_find_node(sketch.snapshot, "n1"),
	   "and found by each of its addresses");
	ok(!model_find_address(sketch.snapshot, &addr), "which are no pod's");
	sketch_release(&sketch);
}

int main(void)
{
	check_rows(labels, N(labels), sketch_labels);
	check_rows(ports, N(ports), sketch_ports);
	check_rows(addresses, N(addresses), sketch_addresses);
	test_named_ports();
	test_service_account();
	test_nodes();
	return tap_done();
}
