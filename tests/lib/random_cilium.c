/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_cilium.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const namespaces[] = {"a", "b", "c"};
static const char *const apps[] = {"x", "w", "z"};
static const char *const envs[] = {"dev", "prod"};
static const char *const blocks[] = {"10.0.0.0/8",      "10.0.0.0/24",    "192.168.1.0/24",
				     "203.0.113.0/24",  "203.0.113.0/28", "0.0.0.0/0",
				     "203.0.113.64/26", "2001:db8::/32",  "::/0"};
static const char *const world[] = {"203.0.113.5", "203.0.113.70", "1.1.1.1",
				    "10.77.0.1",   "2001:db8::1",  "2606:4700::1"};
static const char *const entities[] = {"all",         "world", "cluster", "host",
				       "remote-node", "none",  "health"};
static const char *const ports[] = {"80", "443", "8080", "0", "web", "dns", "53"};
static const char *const protocols[] = {"TCP", "UDP", "SCTP", "ANY"};
static const uint16_t numbers[] = {80, 81, 443, 8080, 8081, 53, 90, 1};
static const uint8_t types[] = {8, 13, 128};

struct writer {
	struct random *random;
	struct strbuf *yaml;
};

#define PICK(w, array) random_pick((w)->random, array)

static bool chance(struct writer *w, uint32_t percent)
{
	return random_chance(w->random, percent);
}

/* A comma before all items but the first one. */
static void next(struct writer *w, uint32_t i)
{
	strbuf_addstr(w->yaml, i ? ", " : "");
}

static void write_cluster(struct writer *w)
{
	for (uint32_t i = 0; i < 3; i++) {
		strbuf_printf(w->yaml, "---\n{apiVersion: v1, kind: Namespace, metadata: {name: %s",
			      namespaces[i]);
		if (chance(w, 60))
			strbuf_printf(w->yaml, ", labels: {env: %s}", PICK(w, envs));
		strbuf_addstr(w->yaml, "}}\n");
	}
	for (uint32_t i = 1; i < 3; i++)
		strbuf_printf(w->yaml,
			      "---\n{apiVersion: v1, kind: Node, metadata: {name: n%u}, status: "
			      "{addresses: [{type: InternalIP, address: 192.168.1.%u}]}}\n",
			      i, i);
}

static void write_pod(struct writer *w, uint32_t number)
{
	strbuf_printf(w->yaml,
		      "---\n{apiVersion: v1, kind: Pod, metadata: {name: p%u, namespace: %s, "
		      "labels: {app: %s",
		      number, PICK(w, namespaces), PICK(w, apps));
	if (chance(w, 50))
		strbuf_printf(w->yaml, ", tier: %s", chance(w, 50) ? "front" : "back");
	if (chance(w, 30))
		strbuf_addstr(w->yaml, ", pod-template-hash: h");
	strbuf_printf(w->yaml,
		      "}}, status: {podIPs: [{ip: 10.0.%u.%u}, {ip: \"fd00::%u\"}]}, spec: "
		      "{nodeName: n%u, serviceAccountName: %s, containers: [{name: c, ports: [",
		      number % 2, number + 1, number + 1, 1 + number % 2,
		      chance(w, 50) ? "bot" : "default");
	strbuf_printf(w->yaml, "{name: web, containerPort: %u}, ", chance(w, 50) ? 8080 : 8081);
	strbuf_addstr(w->yaml, "{name: dns, containerPort: 53, protocol: UDP}]}]}}\n");
}

/* Keys of pods' labels may have a source, those of Cilium's own too. */
static void write_key(struct writer *w, const char *key)
{
	static const char *const sources[] = {"", "", "k8s:", "any:"};

	strbuf_printf(w->yaml, "\"%s%s\"", PICK(w, sources), key);
}

static void write_requirement(struct writer *w, bool is_plain)
{
	static const struct {
		const char *key;
		const char *values;
		const char *value;
	} keys[] = {
		{"app", "[x, w]", "x"},
		{"tier", "[front]", "back"},
		{"pod-template-hash", "[h]", "h"},
		{"io.kubernetes.pod.namespace", "[a, b]", "b"},
		{"io.cilium.k8s.namespace.labels.env", "[dev]", "prod"},
		{"io.cilium.k8s.policy.serviceaccount", "[bot]", "bot"},
	};
	static const char *const operators[] = {"In", "NotIn", "Exists", "DoesNotExist"};
	const uint32_t k = random_below(w->random, is_plain ? 3 : 6);
	const uint32_t op = random_below(w->random, 4);

	strbuf_addstr(w->yaml, "{key: ");
	if (is_plain)
		strbuf_addstr(w->yaml, keys[k].key);
	else
		write_key(w, keys[k].key);
	strbuf_printf(w->yaml, ", operator: %s", operators[op]);
	if (op < 2)
		strbuf_printf(w->yaml, ", values: %s", keys[k].values);
	strbuf_addstr(w->yaml, "}");
}

static void write_labels(struct writer *w, bool is_plain)
{
	strbuf_addstr(w->yaml, "matchLabels: {");
	if (is_plain)
		strbuf_addstr(w->yaml, "app");
	else
		write_key(w, "app");
	strbuf_printf(w->yaml, ": %s", PICK(w, apps));
	if (!is_plain && chance(w, 30)) {
		strbuf_addstr(w->yaml, ", ");
		write_key(w, "io.kubernetes.pod.namespace");
		strbuf_printf(w->yaml, ": %s", PICK(w, namespaces));
	}
	strbuf_addstr(w->yaml, "}");
}

/* Of pods; `is_plain`: without what only Cilium knows. */
static void write_selector(struct writer *w, bool is_plain)
{
	const bool has_labels = chance(w, 40);

	strbuf_addstr(w->yaml, "{");
	if (has_labels)
		write_labels(w, is_plain);
	if (chance(w, 40)) {
		strbuf_printf(w->yaml, "%smatchExpressions: [", has_labels ? ", " : "");
		write_requirement(w, is_plain);
		if (chance(w, 30)) {
			strbuf_addstr(w->yaml, ", ");
			write_requirement(w, is_plain);
		}
		strbuf_addstr(w->yaml, "]");
	}
	strbuf_addstr(w->yaml, "}");
}

static void write_peer_selector(struct writer *w)
{
	static const char *const reserved[] = {
		"{matchLabels: {\"reserved:host\": \"\"}}",
		"{matchExpressions: [{key: \"reserved:world\", operator: DoesNotExist}]}",
		("{matchExpressions: [{key: \"reserved:remote-node\", operator: NotIn, values: "
		 "[\"\"]}, {key: app, operator: NotIn, values: [x]}]}"),
	};

	if (chance(w, 10))
		strbuf_addstr(w->yaml, PICK(w, reserved));
	else
		write_selector(w, false);
}

static void write_block_set(struct writer *w, const char *cidr_key)
{
	static const char *const excepts[] = {"203.0.113.0/28", "203.0.113.64/26", "1.0.0.0/8"};

	if (chance(w, 50))
		strbuf_printf(w->yaml, "{%s: \"%s\"}", cidr_key, PICK(w, blocks));
	else
		strbuf_printf(w->yaml, "{%s: 0.0.0.0/0, except: [%s]}", cidr_key, PICK(w, excepts));
}

static void write_peers(struct writer *w, const char *from)
{
	static const char *const lists[] = {"Endpoints", "Endpoints", "Entities", "CIDR",
					    "CIDRSet"};
	const uint32_t list = random_below(w->random, 5);
	const uint32_t n = chance(w, 10) ? 0 : random_between(w->random, 1, 2);

	strbuf_printf(w->yaml, "%s%s: [", from, lists[list]);
	for (uint32_t i = 0; i < n; i++) {
		next(w, i);
		if (list < 2)
			write_peer_selector(w);
		else if (list == 2)
			strbuf_addstr(w->yaml, PICK(w, entities));
		else if (list == 3)
			strbuf_printf(w->yaml, "\"%s\"", PICK(w, blocks));
		else
			write_block_set(w, "cidr");
	}
	strbuf_addstr(w->yaml, "]");
}

static void write_port(struct writer *w)
{
	strbuf_printf(w->yaml, "{port: \"%s\"", PICK(w, ports));
	if (chance(w, 70))
		strbuf_printf(w->yaml, ", protocol: %s", PICK(w, protocols));
	strbuf_addstr(w->yaml, "}");
}

static void write_to_ports(struct writer *w, bool is_deny, bool is_egress)
{
	const uint32_t n = chance(w, 10) ? 0 : random_between(w->random, 1, 2);

	strbuf_addstr(w->yaml, "toPorts: [");
	for (uint32_t i = 0; i < n; i++) {
		next(w, i);
		if (!is_deny && chance(w, 35)) {
			strbuf_addstr(w->yaml, "{ports: [{port: \"8080\", protocol: TCP}], rules: "
					       "{http: [{method: GET}]}}");
		} else if (!is_deny && is_egress && chance(w, 25)) {
			strbuf_addstr(
				w->yaml,
				"{ports: [{port: \"53\"}], rules: {dns: [{matchPattern: \"*\"}]}}");
		} else if (chance(w, 20)) {
			strbuf_printf(w->yaml,
				      "{ports: [{port: \"80\", endPort: %u, protocol: %s}]}",
				      81 + random_below(w->random, 8100), PICK(w, protocols));
		} else {
			strbuf_addstr(w->yaml, "{ports: [");
			write_port(w);
			strbuf_addstr(w->yaml, "]}");
		}
	}
	strbuf_addstr(w->yaml, "]");
}

static void write_rule(struct writer *w, const char *from, bool is_deny)
{
	const bool is_egress = from[0] == 't';
	const bool has_peers = chance(w, 75);

	strbuf_addstr(w->yaml, "{");
	if (has_peers && is_egress && !is_deny && chance(w, 15))
		strbuf_addstr(w->yaml, "toFQDNs: [{matchName: example.com}]");
	else if (has_peers)
		write_peers(w, from);
	if (chance(w, 50)) {
		strbuf_addstr(w->yaml, has_peers ? ", " : "");
		if (chance(w, 85))
			write_to_ports(w, is_deny, is_egress);
		else
			strbuf_addstr(w->yaml, chance(w, 50) ? "icmps: [{fields: [{type: 8}]}]"
							     : "icmps: [{fields: [{family: IPv6, "
							       "type: 128}, {type: 13}]}]");
	} else if (has_peers && !is_deny && chance(w, 15)) {
		strbuf_addstr(w->yaml, ", authentication: {mode: required}");
	}
	strbuf_addstr(w->yaml, "}");
}

static void write_list(struct writer *w, const char *name, const char *from, bool is_deny)
{
	const uint32_t n = random_between(w->random, 1, 3);

	strbuf_printf(w->yaml, ", %s: [", name);
	for (uint32_t i = 0; i < n; i++) {
		next(w, i);
		write_rule(w, from, is_deny);
	}
	strbuf_addstr(w->yaml, "]");
}

static void write_spec(struct writer *w)
{
	static const struct {
		const char *name;
		const char *from;
		bool is_deny;
	} lists[] = {{"ingress", "from", false},
		     {"egress", "to", false},
		     {"ingressDeny", "from", true},
		     {"egressDeny", "to", true}};
	const uint32_t always = random_below(w->random, 4);

	strbuf_addstr(w->yaml, "{endpointSelector: ");
	write_selector(w, true);
	for (uint32_t i = 0; i < 4; i++)
		if (i == always || chance(w, lists[i].is_deny ? 15 : 30))
			write_list(w, lists[i].name, lists[i].from, lists[i].is_deny);
	if (chance(w, 20))
		strbuf_printf(w->yaml, ", enableDefaultDeny: {%s: %s}",
			      chance(w, 50) ? "ingress" : "egress",
			      chance(w, 70) ? "false" : "true");
	strbuf_addstr(w->yaml, "}");
}

static void write_cilium(struct writer *w, uint32_t number)
{
	const bool is_clusterwide = chance(w, 40);

	strbuf_printf(w->yaml,
		      "---\n{apiVersion: cilium.io/v2, kind: Cilium%sNetworkPolicy, metadata: "
		      "{name: c%u",
		      is_clusterwide ? "Clusterwide" : "", number);
	if (!is_clusterwide)
		strbuf_printf(w->yaml, ", namespace: %s", PICK(w, namespaces));
	strbuf_addstr(w->yaml, "}, ");
	if (chance(w, 80)) {
		strbuf_addstr(w->yaml, "spec: ");
		write_spec(w);
	} else {
		strbuf_addstr(w->yaml, "specs: [");
		write_spec(w);
		strbuf_addstr(w->yaml, ", ");
		write_spec(w);
		strbuf_addstr(w->yaml, "]");
	}
	strbuf_addstr(w->yaml, "}\n");
}

static void write_kubernetes_peer(struct writer *w)
{
	const uint32_t kind = random_below(w->random, 3);

	if (kind == 0) {
		strbuf_addstr(w->yaml, "{ipBlock: ");
		write_block_set(w, "cidr");
	} else {
		strbuf_addstr(w->yaml, "{podSelector: ");
		write_selector(w, true);
		if (kind == 2)
			strbuf_addstr(w->yaml,
				      chance(w, 50)
					      ? ", namespaceSelector: {matchLabels: {env: dev}}"
					      : ", namespaceSelector: {matchExpressions: [{key: "
						"env, operator: NotIn, values: [dev]}]}");
	}
	strbuf_addstr(w->yaml, "}");
}

static void write_kubernetes_rules(struct writer *w, const char *name, const char *peers)
{
	strbuf_printf(w->yaml, ", %s: [", name);
	if (chance(w, 70)) {
		strbuf_printf(w->yaml, "{%s: [", peers);
		write_kubernetes_peer(w);
		strbuf_addstr(w->yaml, "]");
		if (chance(w, 50))
			strbuf_addstr(w->yaml, chance(w, 50)
						       ? ", ports: [{port: 80, endPort: 443}]"
						       : ", ports: [{port: web}, {protocol: UDP}]");
		strbuf_addstr(w->yaml, "}");
	}
	strbuf_addstr(w->yaml, "]");
}

static void write_kubernetes(struct writer *w, uint32_t number)
{
	static const char *const policy_types[] = {"", ", policyTypes: [Ingress]",
						   ", policyTypes: [Egress]",
						   ", policyTypes: [Ingress, Egress]"};

	strbuf_printf(
		w->yaml,
		"---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: "
		"k%u, namespace: %s}, spec: {podSelector: ",
		number, PICK(w, namespaces));
	write_selector(w, true);
	strbuf_addstr(w->yaml, PICK(w, policy_types));
	if (chance(w, 60))
		write_kubernetes_rules(w, "ingress", "from");
	if (chance(w, 40))
		write_kubernetes_rules(w, "egress", "to");
	strbuf_addstr(w->yaml, "}}\n");
}

void random_cilium(struct random *random, struct strbuf *yaml)
{
	struct writer w = {random, yaml};
	const uint32_t n_pods = random_between(random, 3, 8), n = random_between(random, 1, 4);

	write_cluster(&w);
	for (uint32_t i = 0; i < n_pods; i++)
		write_pod(&w, i);
	for (uint32_t i = 0; i < n; i++)
		write_cilium(&w, i);
	for (uint32_t i = random_below(random, 3); i > 0; i--)
		write_kubernetes(&w, i);
}

struct ip_addr random_cilium_addr(struct random *random, const struct model_snapshot *snapshot)
{
	const uint32_t kind = random_below(random, 10);
	struct ip_addr addr;

	if (kind < 7)
		return snapshot->pods[random_below(random, snapshot->n_pods)]
			->ips[random_chance(random, 20)];
	if (kind == 7)
		return ip_v4(0xc0a80101 + random_below(random, 2));
	if (ip_parse(random_pick(random, world), &addr, NULL))
		abort();
	return addr;
}

uint16_t random_cilium_port(struct random *random, uint8_t *ret_space)
{
	if (random_chance(random, 15)) {
		*ret_space = random_chance(random, 70) ? PORT_ICMP : PORT_ICMPV6;
		return (uint16_t)(random_pick(random, types) << 8);
	}
	*ret_space = (uint8_t)random_below(random, PORT_SCTP + 1);
	return random_pick(random, numbers);
}
