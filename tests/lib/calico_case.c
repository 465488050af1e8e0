/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calico_case.h"

#include "lib/tap.h"
#include "lib/tree_write.h"

#include <string.h>

static void write_labels(struct strbuf *out, const struct tree_node *labels)
{
	if (!labels || labels->len == 0)
		return;
	strbuf_addstr(out, "  labels:\n");
	for (uint32_t i = 0; i < labels->len; i++)
		strbuf_printf(out, "    %s: \"%s\"\n", labels->members[i].key,
			      labels->members[i].value->text);
}

static void write_namespaces(struct strbuf *out, const struct tree_node *namespaces)
{
	for (uint32_t i = 0; i < namespaces->len; i++) {
		strbuf_printf(out, "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n",
			      namespaces->members[i].key);
		write_labels(out, namespaces->members[i].value);
	}
}

static void write_accounts(struct strbuf *out, const struct tree_node *accounts)
{
	for (uint32_t i = 0; i < accounts->len; i++) {
		const struct tree_node *account = accounts->items[i];

		strbuf_printf(out,
			      "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n"
			      "  name: %s\n  namespace: %s\n",
			      tree_get_string(account, "name"),
			      tree_get_string(account, "namespace"));
		write_labels(out, tree_get(account, "labels"));
	}
}

static void write_ports(struct strbuf *out, const struct tree_node *ports)
{
	if (!ports || ports->len == 0)
		return;
	strbuf_addstr(out, "    ports:\n");
	for (uint32_t i = 0; i < ports->len; i++)
		strbuf_printf(out, "    - {name: %s, containerPort: %s, protocol: %s}\n",
			      tree_get_string(ports->items[i], "name"),
			      tree_get(ports->items[i], "port")->text,
			      tree_get_string(ports->items[i], "protocol"));
}

static void write_pod(struct strbuf *out, const struct tree_node *pod)
{
	const char *account = tree_get_string(pod, "serviceAccount");

	strbuf_printf(out,
		      "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: %s\n  namespace: %s\n",
		      tree_get_string(pod, "name"), tree_get_string(pod, "namespace"));
	write_labels(out, tree_get(pod, "labels"));
	strbuf_addstr(out, "spec:\n");
	if (account && *account)
		strbuf_printf(out, "  serviceAccountName: %s\n", account);
	strbuf_addstr(out, "  containers:\n  - name: main\n    image: main\n");
	write_ports(out, tree_get(pod, "ports"));
	strbuf_printf(out, "status:\n  phase: Running\n  podIP: \"%s\"\n",
		      tree_get_string(pod, "ip"));
}

void calico_case_write(struct strbuf *out, const struct tree_node *test)
{
	const struct tree_node *pods = tree_get(test, "pods");
	const struct tree_node *policies = tree_get(test, "policies");

	write_namespaces(out, tree_get(test, "namespaces"));
	write_accounts(out, tree_get(test, "serviceAccounts"));
	for (uint32_t i = 0; i < pods->len; i++)
		write_pod(out, pods->items[i]);
	for (uint32_t i = 0; i < policies->len; i++) {
		strbuf_addstr(out, "---");
		tree_write(out, policies->items[i]);
	}
}

static struct ip_addr address_of(const struct cluster *cluster, const char *end)
{
	struct ip_addr addr;

	if (strchr(end, '/'))
		return cluster_pod_addr(cluster->snapshot, end);
	if (ip_parse(end, &addr, NULL))
		bail("an address of '%s'", end);
	return addr;
}

static uint16_t number_of(const struct tree_node *query, const char *key)
{
	const struct tree_node *node = tree_get(query, key);

	return node ? (uint16_t)node->integer : 0;
}

uint16_t calico_case_source_port(const struct tree_node *query)
{
	return number_of(query, "srcPort");
}

struct verdict_flow calico_case_flow(const struct cluster *cluster, const struct tree_node *query)
{
	const struct ip_addr from = address_of(cluster, tree_get_string(query, "from"));
	const struct ip_addr to = address_of(cluster, tree_get_string(query, "to"));
	const char *protocol = tree_get_string(query, "protocol");
	uint16_t port = number_of(query, "port");
	struct verdict_flow flow;
	uint8_t space = 0;

	while (space < PORT_N_SPACES && strcmp(port_space_name(space), protocol) != 0)
		space++;
	if (space == PORT_N_SPACES)
		bail("no protocol '%s'", protocol);
	if (space == PORT_ICMP || space == PORT_ICMPV6)
		port = (uint16_t)(number_of(query, "icmpType") << 8 | number_of(query, "icmpCode"));
	flow = compile_flow(&from, &to, space, port);
	flow.flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS;
	return flow;
}
