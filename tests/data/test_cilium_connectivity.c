/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ../shared/data/l7/cilium: the policies of Cilium's own connectivity tests, each of which is taken
 * without a word, and what those tests expect: decided where addresses and ports decide, conditional
 * where a proxy, a name or an identity does.
 */
#include "base/strbuf.h"
#include "lib/cluster.h"
#include "lib/tap.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFESTS "../shared/data/l7/cilium/connectivity-manifests/"
#define N_MANIFESTS 100
#define N(array) (sizeof(array) / sizeof((array)[0]))

/* What the tests put for the fields of their templates; the first one that is a part counts. */
static const struct {
	const char *field;
	const char *value;
} fields[] = {
	{"any-prefix", "**.one.one"},
	{"subdomain-prefix", "*.one.one.one"},
	{"random", "one.*.one.one"},
	{"ExternalOtherTarget", "k8s.io"},
	{"ExternalTargetCAName", "ca"}, /* of the namespace too */
	{"ExternalTarget", "one.one.one.one"},
	{"ExternalOtherIPv4 | ip", "1.0.0.1/32"},
	{"ExternalOtherIPv6 | ip", "2606:4700:4700::1001/128"},
	{"ExternalIPv4 | ip", "1.1.1.1/32"},
	{"ExternalIPv6 | ip", "2606:4700:4700::1111/128"},
	{"ExternalOtherIPv4", "1.0.0.1"},
	{"ExternalOtherIPv6", "2606:4700:4700::1001"},
	{"ExternalIPv4", "1.1.1.1"},
	{"ExternalIPv6", "2606:4700:4700::1111"},
	{"ExternalCIDRv4", "1.0.0.0/8"},
	{"ExternalCIDRv6", "2606:4700:4700::/96"},
	{"ClusterNameLocal", "default"},
	{"ClusterNameRemote", "remote"},
	{"TestNamespace", "cilium-test"},
	{"ExternalDeploymentPort", "8080"},
	{"K8sCIDR", "10.96.0.1/32"},
	{"$i.IP", "192.168.10.1"},
	{"$i.Mask", "32"},
	{".", "192.168.10.0/24"},
};

/* A pod of each kind that the tests have, on two nodes. */
#define POD(ns, name, node, ip, labels) \
	"---\napiVersion: v1\nkind: Pod\nmetadata: {name: " name ", namespace: " ns \
	", labels: {" labels "}}\nspec: {nodeName: " node \
	", containers: [{name: c, ports: [{name: http-8080, containerPort: " \
	"8080}]}]}\nstatus: {podIPs: [{ip: " ip "}]}\n"
#define NODE(name, ip) \
	"---\napiVersion: v1\nkind: Node\nmetadata: {name: " name \
	"}\nstatus: {addresses: [{type: InternalIP, address: " ip "}]}\n"

static const char cluster_yaml[] = NODE("n1", "192.168.10.1") NODE("n2", "192.168.10.2")
	POD("cilium-test", "client", "n1", "10.0.0.1", "name: client, kind: client")
		POD("cilium-test", "client2", "n1", "10.0.0.2",
		    "name: client2, kind: client, other: client")
			POD("cilium-test", "echo-same-node", "n1", "10.0.0.3",
			    "name: echo-same-node, kind: echo, other: echo")
				POD("cilium-test", "echo-other-node", "n2", "10.0.0.4",
				    "name: echo-other-node, kind: echo, first: echo")
					POD("kube-system", "coredns", "n1", "10.0.0.5",
					    "k8s-app: kube-dns");

enum answer { DENIED = TABLE_DENY, ALLOWED = TABLE_ALLOW, CONDITIONAL = TABLE_DECIDE };

#define DNS "client-egress-only-dns"
#define TIERED "echo-ingress-from-client-tiered-wildcard-pass-l7"

/* From connectivity-expectations.json. */
static const struct {
	const char *policies[2];
	const char *from;
	const char *to; /* a pod, or an address */
	uint16_t port;
	uint8_t space;
	enum answer answer;
} rows[] = {
	{{"client-egress-l7-http", DNS}, "client2", "echo-same-node", 8080, PORT_TCP, CONDITIONAL},
	{{"client-egress-l7-http", DNS}, "client2", "1.1.1.1", 80, PORT_TCP, CONDITIONAL},
	{{"client-egress-l7-http", DNS}, "client2", "echo-same-node", 80, PORT_TCP, DENIED},
	{{"client-egress-l7-http", DNS}, "client2", "1.1.1.1", 443, PORT_TCP, DENIED},
	{{"client-egress-l7-http", DNS}, "client", "echo-same-node", 8080, PORT_TCP, DENIED},
	{{"client-egress-l7-http", DNS}, "client", "1.1.1.1", 80, PORT_TCP, DENIED},
	{{"client-egress-l7-http-method", DNS},
	 "client2",
	 "echo-other-node",
	 8080,
	 PORT_TCP,
	 CONDITIONAL},
	{{"client-egress-l7-http-method", DNS}, "client", "echo-other-node", 8080, PORT_TCP, DENIED},
	{{"client-egress-l7-http-matchheader-secret", NULL},
	 "client2",
	 "echo-same-node",
	 8080,
	 PORT_TCP,
	 CONDITIONAL},
	{{"client-egress-l7-http-matchheader-secret", NULL},
	 "client",
	 "echo-same-node",
	 8080,
	 PORT_TCP,
	 ALLOWED},
	{{"client-egress-l7-tls", DNS}, "client", "1.1.1.1", 443, PORT_TCP, CONDITIONAL},
	{{"client-egress-l7-tls", DNS}, "client", "1.1.1.1", 80, PORT_TCP, DENIED},
	{{"client-egress-tls-sni", DNS}, "client", "1.1.1.1", 443, PORT_TCP, CONDITIONAL},
	{{"client-egress-tls-sni", DNS}, "client", "1.1.1.1", 80, PORT_TCP, DENIED},
	{{"client-egress-tls-sni-other", DNS}, "client", "1.1.1.1", 443, PORT_TCP, CONDITIONAL},
	{{"client-egress-tls-sni-other", DNS}, "client", "1.1.1.1", 80, PORT_TCP, DENIED},
	{{"echo-ingress-l7-http", NULL}, "client2", "echo-same-node", 8080, PORT_TCP, CONDITIONAL},
	{{"echo-ingress-l7-http", NULL}, "client", "echo-same-node", 8080, PORT_TCP, DENIED},
	{{TIERED, NULL}, "client", "echo-same-node", 8080, PORT_TCP, CONDITIONAL},
	{{TIERED, NULL}, "client2", "echo-same-node", 8080, PORT_TCP, DENIED},
	{{TIERED, NULL}, "192.168.10.1", "echo-same-node", 8080, PORT_TCP, ALLOWED},
	{{DNS, NULL}, "client", "coredns", 53, PORT_UDP, CONDITIONAL},
	{{DNS, NULL}, "client", "1.1.1.1", 53, PORT_UDP, CONDITIONAL},
	{{DNS, NULL}, "client", "192.168.10.1", 53, PORT_UDP, CONDITIONAL},
	{{DNS, NULL}, "client", "192.168.10.2", 53, PORT_UDP, DENIED},
	{{DNS, NULL}, "client", "echo-same-node", 8080, PORT_TCP, DENIED},
	{{DNS, NULL}, "client", "1.1.1.1", 443, PORT_TCP, DENIED},
	{{"client-egress-to-fqdns", DNS}, "client", "1.1.1.1", 80, PORT_TCP, CONDITIONAL},
	{{"client-egress-to-fqdns", DNS}, "client", "1.1.1.1", 443, PORT_TCP, DENIED},
	{{"client-egress-to-fqdns", DNS}, "client", "echo-same-node", 80, PORT_TCP, DENIED},
	{{"client-egress-to-fqdns-and-http-get", DNS},
	 "client",
	 "1.1.1.1",
	 80,
	 PORT_TCP,
	 CONDITIONAL},
	{{"client-egress-to-fqdns-and-http-get", DNS}, "client", "1.1.1.1", 443, PORT_TCP, DENIED},
	{{"echo-ingress-mutual-authentication-fail", NULL},
	 "client",
	 "echo-same-node",
	 8080,
	 PORT_TCP,
	 CONDITIONAL},
	{{"echo-ingress-mutual-authentication", NULL},
	 "client",
	 "echo-same-node",
	 8080,
	 PORT_TCP,
	 CONDITIONAL},
	{{"echo-ingress-mutual-authentication", NULL},
	 "coredns",
	 "echo-same-node",
	 8080,
	 PORT_TCP,
	 DENIED},
	{{"client-egress-to-cidr-external-deny", NULL}, "client", "1.0.0.1", 80, PORT_TCP, DENIED},
	{{"client-egress-to-cidr-external-deny", NULL}, "client", "1.1.1.1", 80, PORT_TCP, DENIED},
};

static const char *value_of(const char *field, size_t len)
{
	char text[128];

	snprintf(text, sizeof(text), "%.*s", (int)len, field);
	for (size_t i = 0; i < N(fields); i++)
		if (strstr(text, fields[i].field))
			return fields[i].value;
	bail("no value for {{%s}}", text);
}

/* Lines of "range" and "end" go, what is between them is there once. */
static bool is_control(const char *line)
{
	const char *open = strstr(line, "{{");

	if (!open)
		return false;
	open += 2 + strspn(open + 2, "- ");
	return strncmp(open, "range", 5) == 0 || strncmp(open, "end", 3) == 0;
}

static void add_line(struct strbuf *out, const char *line)
{
	const char *open;

	while ((open = strstr(line, "{{"))) {
		const char *close = strstr(open, "}}");

		strbuf_add(out, line, (size_t)(open - line));
		strbuf_addstr(out, value_of(open + 2, (size_t)(close - open - 2)));
		line = close + 2;
	}
	strbuf_addstr(out, line);
}

static void add_manifest(struct strbuf *out, const char *path)
{
	FILE *in = fopen(path, "r");
	size_t cap = 0;
	char *line = NULL;

	if (!in)
		bail("cannot read %s", path);
	strbuf_addstr(out, "\n---\n");
	while (getline(&line, &cap, in) > 0)
		if (!is_control(line))
			add_line(out, line);
	free(line);
	fclose(in);
}

static void load(struct cluster *cluster, struct strbuf *yaml)
{
	const struct policy_options policy = {.cni = {.id = POLICY_CNI_CILIUM}};
	const struct model_options options = {.no_assumed_dns = true,
					      .default_namespace = "cilium-test"};

	cluster_load_under(cluster, "manifest", strbuf_str(yaml), &options, &policy);
}

/* No error, and no warning but that it names no namespace, or is for other things than pods. */
static void check_manifest(const char *path)
{
	struct strbuf yaml = {0};
	struct cluster cluster;
	const struct diag *diag;

	add_manifest(&yaml, path);
	load(&cluster, &yaml);
	diag = cluster.diags.first;
	while (diag && (diag->severity == DIAG_NOTE || diag->code == DIAG_BH0102 ||
			diag->code == DIAG_BH0106 || diag->code == DIAG_BH0207))
		diag = diag->next;
	if (!ok(!diag, "%s", strrchr(path, '/') + 1))
		diag_list_print(stderr, &cluster.diags, false);
	cluster_release(&cluster);
	strbuf_release(&yaml);
}

static void check_manifests(void)
{
	glob_t paths;

	if (glob(MANIFESTS "*.yaml", 0, NULL, &paths))
		skip_all("no " MANIFESTS);
	ok_int(paths.gl_pathc, N_MANIFESTS, "every manifest is there");
	for (size_t i = 0; i < paths.gl_pathc; i++)
		check_manifest(paths.gl_pathv[i]);
	globfree(&paths);
}

static struct ip_addr address_of(const struct model_snapshot *snapshot, const char *name)
{
	struct ip_addr addr;
	char pod[64];

	if (ip_parse(name, &addr, NULL) == 0)
		return addr;
	snprintf(pod, sizeof(pod), "%s/%s",
		 strcmp(name, "coredns") == 0 ? "kube-system" : "cilium-test", name);
	return cluster_pod_addr(snapshot, pod);
}

static void check_row(size_t row)
{
	struct strbuf yaml = {0};
	struct verdict verdict;
	struct verdict_flow flow;
	struct cluster cluster;
	struct ip_addr from, to;

	strbuf_addstr(&yaml, cluster_yaml);
	for (size_t i = 0; i < 2 && rows[row].policies[i]; i++) {
		char path[256];

		snprintf(path, sizeof(path), MANIFESTS "%s.yaml", rows[row].policies[i]);
		add_manifest(&yaml, path);
	}
	load(&cluster, &yaml);
	cluster_compile(&cluster, NULL, 0, NULL);
	from = address_of(cluster.snapshot, rows[row].from);
	to = address_of(cluster.snapshot, rows[row].to);
	flow = compile_flow(&from, &to, rows[row].space, rows[row].port);
	flow.flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS;
	verdict_flow(&cluster.view, &flow, &verdict);
	ok_int(verdict.action, rows[row].answer, "%s: %s to %s %u", rows[row].policies[0],
	       rows[row].from, rows[row].to, rows[row].port);
	cluster_release(&cluster);
	strbuf_release(&yaml);
}

int main(void)
{
	check_manifests();
	for (size_t i = 0; i < N(rows); i++)
		check_row(i);
	return tap_done();
}
