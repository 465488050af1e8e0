/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: real ones, assumed ones, those of two pods; and hypothetical pods. */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <stdio.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define POD(name, status) \
	"---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, status: {" status "}}\n"

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr = {0};

	ip_parse(text, &addr, NULL);
	return addr;
}

static struct model_options options_of(const char *const *cidrs, size_t n)
{
	return (struct model_options){.default_namespace = "default",
				      .no_assumed_dns = true,
				      .pod_cidrs = cidrs,
				      .n_pod_cidrs = n};
}

/* N bare pods PREFIX-I without addresses. */
static const char *bare_pods(struct strbuf *text, const char *prefix, int n)
{
	for (int i = 0; i < n; i++)
		strbuf_printf(text, "---\n{apiVersion: v1, kind: Pod, metadata: {name: %s-%d}}\n",
			      prefix, i);
	return strbuf_str(text);
}

static void test_two_claim_one(void)
{
	struct sketch sketch;
	struct ip_addr addr = addr_of("10.1.0.1");
	struct model_pod *pod;

	sketch_text(&sketch,
		    POD("a", "podIP: 10.1.0.1") POD("b", "podIP: 10.1.0.1")
			    POD("c", "podIP: 10.1.0.1") POD("d", "podIP: 10.1.0.2"),
		    NULL);
	ok_str(sketch_messages(&sketch),
	       "BH0105 pods default/a and default/b both have the address 10.1.0.1: it is closed; "
	       "BH0105 pods default/a and default/c both have the address 10.1.0.1: it is closed",
	       "two pods with one address");
	ok_int(sketch.snapshot->n_closed_addrs, 1, "one closed address");
	ok(model_is_closed_address(sketch.snapshot, &addr), "which is theirs");
	addr = addr_of("10.1.0.2");
	ok(!model_is_closed_address(sketch.snapshot, &addr), "and no other");
	addr = addr_of("10.1.0.1");
	pod = model_find_address(sketch.snapshot, &addr);
	ok_str(pod ? pod->name : NULL, "a", "found as the first's");
	ok_int(sketch.snapshot->pods[1]->n_ips, 1, "the others keep it too");
	sketch_release(&sketch);

	sketch_text(&sketch,
		    POD("a", "podIP: 10.1.0.1, phase: Succeeded") POD("b", "podIP: 10.1.0.1"),
		    NULL);
	ok_str(sketch_codes(&sketch), "", "an address of a completed pod is free");
	sketch_release(&sketch);

	sketch_text(
		&sketch,
		"---\n{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: true}, "
		"status: {podIP: 192.0.2.1}}\n"
		"---\n{apiVersion: v1, kind: Pod, metadata: {name: b}, spec: {hostNetwork: true}, "
		"status: {podIP: 192.0.2.1}}\n",
		NULL);
	ok_str(sketch_codes(&sketch), "", "host-network pods share their node's");
	sketch_release(&sketch);
}

static void test_assumed_families(void)
{
	static const char *const v4[] = {"10.9.0.0/24"};
	static const char *const v6[] = {"2001:db8::/64"};
	static const char *const both[] = {"10.9.0.0/24", "2001:db8::/64"};
	static const struct {
		const char *name;
		const char *text;
		const char *const *cidrs;
		size_t n_cidrs;
		int n_v4;
		int n_v6;
	} rows[] = {
		{"by default", POD("a", ""), NULL, 0, 1, 0},
		{"v4 given", POD("a", ""), v4, 1, 1, 0},
		{"v6 given", POD("a", ""), v6, 1, 1, 1},
		{"both given", POD("a", ""), both, 2, 1, 1},
		{"a pod shows v6", POD("a", "") POD("b", "podIP: 'fd00::1'"), NULL, 0, 1, 1},
		{"a Service shows v6",
		 POD("a", "") "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: "
			      "{clusterIP: 'fd00::1'}}\n",
		 NULL, 0, 1, 1},
		{"a Service asks for v6",
		 POD("a", "") "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: "
			      "{ipFamilies: [IPv4, IPv6]}}\n",
		 NULL, 0, 1, 1},
		{"a node's own v6 address is none of a pod's",
		 POD("a", "hostIPs: [{ip: 192.0.2.1}, {ip: '2001:db8::1'}]"), NULL, 0, 1, 0},
		{"a node's pod CIDR shows v6",
		 POD("a", "") "---\n{apiVersion: v1, kind: Node, metadata: {name: n1}, spec: "
			      "{podCIDRs: [10.244.1.0/24, 'fd00:1::/64']}}\n",
		 NULL, 0, 1, 1},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct model_options options = options_of(rows[i].cidrs, rows[i].n_cidrs);
		struct sketch sketch;
		const struct model_pod *pod;
		int n_inside = 0;

		sketch_text(&sketch, rows[i].text, &options);
		pod = sketch.snapshot->pods[0];
		ok_int(pod->n_ips, rows[i].n_v4 + rows[i].n_v6, "%s", rows[i].name);
		ok_int(sketch.snapshot->has_v6, rows[i].n_v6, "v6");
		for (uint32_t a = 0; a < pod->n_ips; a++)
			for (uint32_t c = 0; c < sketch.snapshot->n_pod_cidrs; c++) {
				struct ip_range range =
					ip_cidr_range(&sketch.snapshot->pod_cidrs[c]);

				n_inside += ip_range_contains(&range, &pod->ips[a]);
			}
		ok_int(n_inside, pod->n_ips, "inside the pod CIDRs");
		ok(pod->is_address_assumed &&
			   model_find_address(sketch.snapshot, &pod->ips[0]) == pod,
		   "assumed, and found by it");
		sketch_release(&sketch);
	}
}

static void test_stable(void)
{
	struct sketch small;
	struct sketch large;
	struct strbuf text = {0};
	int n_moved = 0;
	uint32_t at = 0;

	sketch_text(&small, bare_pods(&text, "a", 100), NULL);
	bare_pods(&text, "b", 20);
	sketch_text(&large, bare_pods(&text, "0", 20), NULL);
	for (uint32_t i = 0; i < small.snapshot->n_pods; i++) {
		while (strcmp(large.snapshot->pods[at]->name, small.snapshot->pods[i]->name) != 0)
			at++;
		n_moved += !ip_equal(&large.snapshot->pods[at]->ips[0],
				     &small.snapshot->pods[i]->ips[0]);
	}
	ok_int(n_moved, 0, "new pods do not move the others");
	sketch_release(&small);
	sketch_release(&large);
	strbuf_release(&text);
}

/* All addresses of a small network are given out, each once, and none that somebody has. */
static void test_full(void)
{
	static const char *const cidrs[] = {"10.9.0.0/28"};
	struct model_options options = options_of(cidrs, 1);
	struct strbuf text = {0};
	struct sketch sketch;
	unsigned int seen = 0;
	int n_without = 0;

	strbuf_addstr(
		&text,
		POD("real",
		    "podIP: 10.9.0.3") "---\n{apiVersion: v1, kind: Service, metadata: {name: s}, "
				       "spec: "
				       "{clusterIP: 10.9.0.4}}\n"
				       "---\n{apiVersion: v1, kind: Node, metadata: {name: n1}, "
				       "status: "
				       "{addresses: [{type: InternalIP, address: 10.9.0.5}]}}\n");
	sketch_text(&sketch, bare_pods(&text, "a", 13), &options);
	for (uint32_t i = 0; i < sketch.snapshot->n_pods; i++) {
		const struct model_pod *pod = sketch.snapshot->pods[i];

		n_without += pod->n_ips == 0;
		if (pod->n_ips > 0)
			seen |= 1u << (pod->ips[0].lo & 15);
	}
	ok_int(seen, 0x7ffe & ~(1u << 4) & ~(1u << 5), "every free address, but not the ends");
	ok_int(n_without, 2, "the last two pods go without");
	ok_str(sketch_messages(&sketch),
	       "BH0110 the pod CIDRs are full: 2 pods are without an address", "which is said");
	sketch_release(&sketch);
	strbuf_release(&text);
}

static void test_second_cidr(void)
{
	static const char *const cidrs[] = {"10.9.0.0/31", "10.8.0.0/30"};
	struct model_options options = options_of(cidrs, 2);
	struct strbuf text = {0};
	struct sketch sketch;

	sketch_text(&sketch, bare_pods(&text, "a", 4), &options);
	ok_str(sketch_codes(&sketch), "", "what is full is followed by the next");
	for (uint32_t i = 0; i < 4; i++)
		ok(sketch.snapshot->pods[i]->n_ips == 1, "pod %u has an address", i);
	sketch_release(&sketch);
	strbuf_release(&text);
}

static void test_bad_cidr(void)
{
	static const char *const cidrs[] = {"10.9.0.0", "all"};
	struct model_options options = options_of(cidrs, 2);
	struct sketch sketch;

	sketch_text(&sketch, POD("a", ""), &options);
	ok_str(sketch_messages(&sketch),
	       "BH0110 expected a pod CIDR such as 10.244.0.0/16, found '10.9.0.0'; "
	       "BH0110 expected a pod CIDR such as 10.244.0.0/16, found 'all'",
	       "pod CIDRs that are none");
	ok_int(sketch.snapshot->pods[0]->n_ips, 1, "the default serves for them");
	sketch_release(&sketch);
}

static void test_hypothetical(void)
{
	struct model_label items[] = {{"tier", "web"}, {"app", "x"}};
	struct model_labels labels = {items, 2};
	struct model_snapshot *snapshot;
	struct model_pod *first;
	struct model_pod *pod = NULL;
	struct sketch sketch;
	bool is_sound = true;

	sketch_text(&sketch, POD("a", "") POD("b", ""), NULL);
	snapshot = sketch.snapshot;
	first = model_add_hypothetical(snapshot, "new", &labels);
	ok_str(first->name, "[app=x,tier=web]", "a name that says its labels");
	ok_str(first->labels.items[0].key, "app", "which are sorted");
	ok_int(first->index, 2, "appended");
	ok_int(first->ns->origin, MODEL_HYPOTHETICAL, "in a namespace that was not there");
	ok(model_find_namespace(snapshot, "new") == first->ns, "and is found");
	ok_str(model_label_get(&first->ns->labels,
			       intern_str(&snapshot->intern, "kubernetes.io/metadata.name")),
	       "new", "with its name label");
	for (int i = 0; i < 100; i++) {
		pod = model_add_hypothetical(snapshot, "default", &labels);
		is_sound &= snapshot->pods[pod->index] == pod && pod->n_ips == 1 &&
			    pod->workload->pods[0] == pod &&
			    snapshot->workloads[pod->workload->index] == pod->workload &&
			    model_find_address(snapshot, &pod->ips[0]) == pod;
	}
	ok(is_sound, "a hundred more");
	ok_str(pod->name, "[app=x,tier=web]#101", "each with a name of its own");
	ok(snapshot->pods[2] == first && strcmp(snapshot->pods[0]->name, "a") == 0,
	   "indexes stay valid");
	ok(!model_find_namespace(snapshot, "default")->is_closed ||
		   snapshot->pods[0]->ns == pod->ns,
	   "an existing namespace is used");
	sketch_release(&sketch);
}

int main(void)
{
	test_two_claim_one();
	test_assumed_families();
	test_stable();
	test_full();
	test_second_cidr();
	test_bad_cidr();
	test_hypothetical();
	return tap_done();
}
