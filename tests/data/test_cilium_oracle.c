/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ../shared/data/cilium-oracle: what Cilium's own policy engine answers, asked of the table, each
 * side of each question by itself, and of the kernel's program where there is one.
 *
 * Each case is asked as the newest Cilium and as the two versions before it, which answer some
 * questions otherwise (`alt`). `redirect` there is a conditional outcome here. What is not asked, and
 * what deviates, is counted and named below.
 */
#include "lib/cluster.h"
#include "lib/kernel.h"
#include "lib/reading.h"
#include "lib/tap.h"
#include "lib/tree_write.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define DATA "../shared/data/cilium-oracle/"
#define N_CASES 302
#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Addresses of what the cases name without one. */
#define OWN_NODE "192.168.255.1"
#define OTHER_NODE "192.168.255.2"
#define HEALTH "10.255.255.1"
#define INGRESS "10.255.255.2"

/* A question that is answered otherwise, and why; its side, or NULL for all of a case. */
struct deviation {
	const char *name; /* of the case */
	const char *why;
	size_t n; /* how many sides of questions */
};

static const struct deviation deviations[] = {
	{"fqdn-unresolved", "names are not known, so that they are conditions", 21},
};

/* A version of Cilium, and what the data calls its answers. */
static const struct version {
	struct policy_cni cni;
	const char *alt; /* NULL: it is the one that was asked */
} versions[] = {
	{{POLICY_CNI_CILIUM, 0, 0}, NULL},
	{{POLICY_CNI_CILIUM, 1, 19}, "v1.19.0-pre"},
	{{POLICY_CNI_CILIUM, 1, 18}, "v1.18 any-cluster"},
};

struct totals {
	struct kernel *kernel; /* NULL: it is not asked */
	size_t n_kernel;
	size_t n_cases;
	size_t n_sides;   /* asked */
	size_t n_proxied; /* of them, with a proxy */
	size_t n_older;   /* with another answer than the newest version's */
	size_t n_unasked; /* endpoints that are in no input: "init", "unmanaged" */
	size_t n_deviating[N(deviations)];
};

/* One case while it is asked. */
struct asking {
	struct totals *totals;
	const struct tree_node *root;
	const struct version *version;
	struct cluster cluster;
	size_t n_wrong;
};

static void write_field(struct strbuf *yaml, const char *indent, const char *key,
			const struct tree_node *value)
{
	if (!value)
		return;
	strbuf_printf(yaml, "%s%s:", indent, key);
	tree_write(yaml, value);
}

static void write_namespaces(struct strbuf *yaml, const struct tree_node *namespaces)
{
	for (uint32_t i = 0; i < namespaces->len; i++) {
		strbuf_printf(yaml, "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n",
			      namespaces->members[i].key);
		write_field(yaml, "  ", "labels", namespaces->members[i].value);
	}
}

static void write_node(struct strbuf *yaml, const char *name, const char *ip)
{
	strbuf_printf(yaml,
		      "---\napiVersion: v1\nkind: Node\nmetadata: {name: %s}\nstatus: {addresses: "
		      "[{type: InternalIP, address: %s}]}\n",
		      name, ip);
}

/* The node that the pods are on; *ret_remote: another one is there. */
static const char *find_own_node(const struct tree_node *nodes, bool *ret_remote)
{
	const char *own = NULL;

	*ret_remote = false;
	for (uint32_t i = 0; i < nodes->len; i++) {
		const struct tree_node *local = tree_get(nodes->items[i], "local");

		if (local && local->boolean)
			own = tree_get_string(nodes->items[i], "name");
		else
			*ret_remote = true;
	}
	return own;
}

static void write_api_server(struct strbuf *yaml, const char *ip)
{
	strbuf_printf(yaml,
		      "---\napiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: "
		      "default}\nspec: {ports: [{port: 443}]}\n"
		      "---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: kubernetes, "
		      "namespace: default}\nsubsets: [{addresses: [{ip: %s}], ports: [{port: "
		      "6443}]}]\n",
		      ip);
}

static void write_nodes(struct strbuf *yaml, const struct tree_node *nodes)
{
	bool has_remote;
	const bool has_own = find_own_node(nodes, &has_remote);

	for (uint32_t i = 0; i < nodes->len; i++) {
		const struct tree_node *server = tree_get(nodes->items[i], "kubeAPIServer");
		const char *ip = tree_get_string(nodes->items[i], "ip");

		write_node(yaml, tree_get_string(nodes->items[i], "name"), ip);
		if (server && server->boolean)
			write_api_server(yaml, ip);
	}
	if (!has_own)
		write_node(yaml, "own-node", OWN_NODE);
	if (!has_remote)
		write_node(yaml, "other-node", OTHER_NODE);
	strbuf_addstr(yaml, "---\napiVersion: cilium.io/v2\nkind: CiliumNode\nmetadata: {name: "
			    "other-node}\nspec: {health: {ipv4: " HEALTH
			    "}, ingress: {ipv4: " INGRESS "}}\n");
}

static void write_ports(struct strbuf *yaml, const struct tree_node *ports)
{
	strbuf_addstr(yaml, "  containers:\n  - name: c\n    ports:\n");
	for (uint32_t i = 0; ports && i < ports->len; i++)
		strbuf_printf(yaml, "    - {name: %s, containerPort: %s, protocol: %s}\n",
			      tree_get_string(ports->items[i], "name"),
			      tree_get(ports->items[i], "port")->text,
			      tree_get_string(ports->items[i], "protocol"));
}

static void write_pods(struct strbuf *yaml, const struct tree_node *pods, const char *node)
{
	for (uint32_t i = 0; i < pods->len; i++) {
		const struct tree_node *pod = pods->items[i];
		const char *v6 = tree_get_string(pod, "ipv6");

		strbuf_printf(yaml,
			      "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: %s\n  namespace: "
			      "%s\n",
			      tree_get_string(pod, "name"), tree_get_string(pod, "namespace"));
		write_field(yaml, "  ", "labels", tree_get(pod, "labels"));
		strbuf_printf(yaml, "status: {podIPs: [{ip: \"%s\"}", tree_get_string(pod, "ip"));
		if (v6)
			strbuf_printf(yaml, ", {ip: \"%s\"}", v6);
		strbuf_printf(yaml, "]}\nspec:\n  nodeName: %s\n  serviceAccountName: %s\n", node,
			      tree_get_string(pod, "serviceAccount"));
		write_ports(yaml, tree_get(pod, "ports"));
	}
}

static void write_case(struct strbuf *yaml, const struct tree_node *root)
{
	const struct tree_node *nodes = tree_get(root, "nodes"), *policies;
	bool has_remote;
	const char *own = find_own_node(nodes, &has_remote);

	write_namespaces(yaml, tree_get(root, "namespaces"));
	write_nodes(yaml, nodes);
	write_pods(yaml, tree_get(root, "pods"), own ? own : "own-node");
	policies = tree_get(root, "policies");
	for (uint32_t i = 0; i < policies->len; i++) {
		strbuf_addstr(yaml, "---");
		tree_write(yaml, policies->items[i]);
	}
}

static const struct model_pod *find_pod(const struct model_snapshot *snapshot, const char *name)
{
	char known[256];

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		snprintf(known, sizeof(known), "%s/%s", snapshot->pods[i]->ns->name,
			 snapshot->pods[i]->name);
		if (strcmp(known, name) == 0)
			return snapshot->pods[i];
	}
	bail("no pod %s", name);
}

static const char *entity_address(const struct asking *asking, const char *entity)
{
	const struct tree_node *nodes = tree_get(asking->root, "nodes");
	const bool wants_own = strcmp(entity, "host") == 0;

	if (strcmp(entity, "health") == 0)
		return HEALTH;
	if (strcmp(entity, "ingress") == 0)
		return INGRESS;
	if (!wants_own && strcmp(entity, "remote-node") != 0)
		return NULL;
	for (uint32_t i = 0; i < nodes->len; i++) {
		const struct tree_node *local = tree_get(nodes->items[i], "local");

		if ((local && local->boolean) == wants_own)
			return tree_get_string(nodes->items[i], "ip");
	}
	return wants_own ? OWN_NODE : OTHER_NODE;
}

/* The address of an end, in the family of the other if that is an address; false: it has none. */
static bool find_address(const struct asking *asking, const struct tree_node *end, bool is_v6,
			 struct ip_addr *ret)
{
	const char *text = tree_get_string(end, "ip");

	if (tree_get_string(end, "pod")) {
		*ret = find_pod(asking->cluster.snapshot, tree_get_string(end, "pod"))->ips[is_v6];
		return ret->family != IP_NONE;
	}
	if (!text)
		text = entity_address(asking, tree_get_string(end, "entity"));
	return text && ip_parse(text, ret, NULL) == 0;
}

static bool is_v6(const struct tree_node *query)
{
	static const char *const ends[] = {"from", "to"};

	for (size_t i = 0; i < 2; i++) {
		const char *ip = tree_get_string(tree_get(query, ends[i]), "ip");

		if (ip && strchr(ip, ':'))
			return true;
	}
	return strcmp(tree_get_string(query, "protocol"), "ICMPv6") == 0;
}

static uint8_t space_named(const char *name)
{
	for (uint8_t space = 0; space < PORT_N_SPACES; space++)
		if (strcmp(port_space_name(space), name) == 0)
			return space;
	bail("no protocol '%s'", name);
}

static const char *action_name(const struct verdict_side *side)
{
	switch (side->action) {
	case TABLE_ALLOW:
		return "allow";
	case TABLE_DENY:
		return "deny";
	default:
		return "redirect";
	}
}

static const char *wanted(const struct asking *asking, const struct tree_node *expected,
			  const char *side)
{
	const struct tree_node *alt =
		asking->version->alt ? tree_get(tree_get(expected, "alt"), asking->version->alt)
				     : NULL;
	const char *want = tree_get_string(alt, side);

	asking->totals->n_older += want != NULL;
	return want ? want : tree_get_string(expected, side);
}

static bool deviates(struct asking *asking)
{
	const char *name = tree_get_string(asking->root, "name");

	for (size_t i = 0; i < N(deviations); i++)
		if (strcmp(deviations[i].name, name) == 0) {
			asking->totals->n_deviating[i]++;
			return true;
		}
	return false;
}

static void check_side(struct asking *asking, const struct tree_node *query,
		       const struct tree_node *expected, const char *side,
		       const struct verdict_side *verdict)
{
	const char *want = wanted(asking, expected, side), *got = action_name(verdict);
	struct strbuf text = {0};

	if (!want)
		return;
	asking->totals->n_sides++;
	asking->totals->n_proxied += strcmp(want, "redirect") == 0;
	if (strcmp(want, got) == 0 || deviates(asking))
		return;
	asking->n_wrong++;
	tree_write(&text, query);
	diag("%s is %s, not %s, of%s", side, got, want, strbuf_str(&text));
	strbuf_release(&text);
}

/* Whether the address is of the node that the pods are on. */
static bool is_own_node(const struct asking *asking, const struct ip_addr *addr)
{
	struct ip_addr own;

	return ip_parse(entity_address(asking, "host"), &own, NULL) == 0 && ip_equal(&own, addr);
}

static void ask_kernel(struct asking *asking, const struct verdict_flow *flow,
		       const struct verdict *verdict)
{
	struct question question = {.flow = *flow};

	if (!asking->totals->kernel)
		return;
	if (kernel_ask(asking->totals->kernel, &question, 1))
		bail("the kernel answers");
	asking->totals->n_kernel++;
	if (memcmp(&question.verdict, verdict, sizeof(*verdict)) != 0) {
		asking->n_wrong++;
		diag("the kernel says otherwise than userspace");
	}
}

static void ask(struct asking *asking, const struct tree_node *query,
		const struct tree_node *expected)
{
	const uint8_t space = space_named(tree_get_string(query, "protocol"));
	uint16_t port = (uint16_t)tree_get(query, "port")->integer;
	struct verdict_flow flow;
	struct verdict verdict = {0};
	struct ip_addr from, to;

	if (space == PORT_ICMP || space == PORT_ICMPV6)
		port = (uint16_t)(port << 8);
	if (!find_address(asking, tree_get(query, "from"), is_v6(query), &from) ||
	    !find_address(asking, tree_get(query, "to"), is_v6(query), &to)) {
		asking->totals->n_unasked++;
		return;
	}
	flow = compile_flow(&from, &to, space, port);
	flow.flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS;
	if (is_own_node(asking, &from))
		flow.flags |= VERDICT_FROM_OWN_NODE;
	verdict_flow(&asking->cluster.view, &flow, &verdict);
	check_side(asking, query, expected, "egress", &verdict.side[VERDICT_EGRESS]);
	check_side(asking, query, expected, "ingress", &verdict.side[VERDICT_INGRESS]);
	ask_kernel(asking, &flow, &verdict);
}

static void check_case(struct totals *totals, const struct tree_node *root,
		       const struct version *version)
{
	const struct model_options options = {.no_assumed_dns = true};
	const struct policy_options policy = {.cni = version->cni};
	struct asking asking = {.totals = totals, .root = root, .version = version};
	const struct tree_node *queries = tree_get(root, "queries");
	const struct tree_node *expected = tree_get(root, "expected");
	const char *name = tree_get_string(root, "name");
	struct strbuf yaml = {0};

	write_case(&yaml, root);
	cluster_load_under(&asking.cluster, name, strbuf_str(&yaml), &options, &policy);
	if (asking.cluster.diags.n_errors) {
		ok(false, "%s: %s", name, asking.cluster.diags.first->message);
	} else {
		cluster_compile(&asking.cluster, NULL, 0, NULL);
		if (totals->kernel && kernel_load(totals->kernel, asking.cluster.table.bytes,
						  asking.cluster.table.size))
			bail("%s: the kernel takes the table", name);
		for (uint32_t i = 0; i < queries->len; i++)
			ask(&asking, queries->items[i], expected->items[i]);
		ok(asking.n_wrong == 0, "%s: %s%s%s", tree_get_string(root, "id"), name,
		   version->alt ? ", as " : "", version->alt ? version->alt : "");
	}
	cluster_release(&asking.cluster);
	strbuf_release(&yaml);
	totals->n_cases++;
}

static void check_cases(struct totals *totals)
{
	glob_t paths;

	if (glob(DATA "[0-9][0-9][0-9].json", 0, NULL, &paths))
		skip_all(DATA " is not there");
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		struct reading reading;

		if (reading_of_file(&reading, paths.gl_pathv[i]) || reading.diags.n_errors)
			bail("%s cannot be read", paths.gl_pathv[i]);
		for (size_t v = 0; v < N(versions); v++)
			check_case(totals, reading.roots.items[0], &versions[v]);
		reading_release(&reading);
	}
	globfree(&paths);
}

int main(void)
{
	const char *reason = NULL;
	struct totals totals = {.kernel = kernel_open(&reason)};

	check_cases(&totals);
	ok_int(totals.n_cases, N_CASES * N(versions), "all cases were asked, of each version");
	for (size_t i = 0; i < N(deviations); i++)
		ok_int(totals.n_deviating[i], deviations[i].n, "%s: %s", deviations[i].name,
		       deviations[i].why);
	diag("%zu sides asked, %zu through a proxy, %zu as an older version has it, %zu not asked",
	     totals.n_sides, totals.n_proxied, totals.n_older, totals.n_unasked);
	if (!totals.kernel)
		diag("the kernel was not asked: %s", reason);
	diag("%zu questions to the kernel", totals.n_kernel);
	kernel_close(totals.kernel);
	return tap_done();
}
