/* SPDX-License-Identifier: Apache-2.0 */
/* Documents, lists, kinds, names and namespaces. */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define POLICY(name, more) \
	"---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: " name \
	"}, " \
	"spec: {podSelector: {}" more "}}\n"
#define OF(api, kind) "---\n{apiVersion: " api ", kind: " kind ", metadata: {name: a}}\n"

static void test_counts(void)
{
	static const struct {
		const char *name;
		const char *text;
		int n_objects;
		int n_policies;
		const char *codes;
	} rows[] = {
		{"nothing", "", 0, 0, "BH0007"},
		{"only separators", "---\n---\n", 0, 0, "BH0007"},
		{"one", POLICY("a", ""), 1, 1, ""},
		{"a List",
		 "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Pod, metadata: "
		 "{name: a}}, {apiVersion: v1, kind: Pod, metadata: {name: b}}]}",
		 2, 0, ""},
		{"a list in a List",
		 "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: PodList, items: "
		 "[{metadata: {name: a}}]}]}",
		 1, 0, ""},
		{"a typed list",
		 "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicyList, items: "
		 "[{metadata: {name: a}}, {metadata: {name: b}}]}",
		 2, 2, ""},
		{"an item of a typed list says itself what it is",
		 "{apiVersion: v1, kind: PodList, items: [{kind: Node, metadata: {name: a}}]}", 1,
		 0, ""},
		{"an empty list", "{apiVersion: v1, kind: PodList, items: []}", 0, 0, "BH0007"},
		{"null items", "{apiVersion: v1, kind: PodList, items: null}", 0, 0, "BH0007"},
		{"an item of a List without a kind",
		 "{apiVersion: v1, kind: List, items: [{metadata: {name: a}}]}", 0, 0,
		 "BH0101 1 {metadata"},
		{"a kind that ends in List", OF("example.com/v1", "AllowList"), 1, 0, "BH0107"},
		{"no apiVersion, no kind, no mapping: said once",
		 "kind: Pod\n---\napiVersion: v1\n---\n[1]\n---\ntext\n", 0, 0, "BH0101 1 kind"},
		{"a kind that is no string", "apiVersion: v1\nkind: 5\n", 0, 0,
		 "BH0101 1 apiVersion"},
		{"keys in the wrong case", "apiversion: v1\nKind: Pod\n", 0, 0,
		 "BH0101 1 apiversion; BH0101 2 Kind; BH0101 1 apiversion"},
		{"unknown kinds", OF("v1", "Secret") OF("v1", "Secret") OF("a.b/v1", "Thing"), 3, 0,
		 "BH0107"},
		{"kinds that are not evaluated",
		 OF("crd.antrea.io/v1beta1", "Tier") OF("crd.antrea.io/v1beta1", "Tier")
			 OF("security.istio.io/v1", "RequestAuthentication"),
		 3, 0, "BH0106 2 {apiVersion; BH0106 6 {apiVersion"},
		{"another API's NetworkPolicy", OF("crd.antrea.io/v1beta1", "NetworkPolicy"), 1, 0,
		 "BH0106 2 {apiVersion"},
		{"a vendor's that nobody knows", OF("acme.example/v1", "AcmeNetworkPolicy"), 1, 0,
		 "BH0106 2 {apiVersion"},
		{"a removed group", OF("extensions/v1beta1", "NetworkPolicy"), 1, 0,
		 "BH0109 2 extensions/v1beta1"},
		{"a group that never had it", OF("v1", "NetworkPolicy"), 1, 0, "BH0109 2 v1"},
		{"versions are the front end's", OF("networking.k8s.io/v9", "NetworkPolicy"), 1, 1,
		 ""},
		{"a kustomization", OF("kustomize.config.k8s.io/v1beta1", "Kustomization"), 1, 0,
		 "BH0008 2 {apiVersion"},
		{"a patch of Kustomize",
		 "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, $patch: delete}", 0,
		 0, "BH0008 1 {apiVersion"},
		{"a syntax error leaves what stands before", POLICY("a", "") "---\n{a: b\n", 1, 1,
		 "BH0002 4 "},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct sketch sketch;

		sketch_text(&sketch, rows[i].text, NULL);
		ok_int(sketch.snapshot->n_objects, rows[i].n_objects, "%s", rows[i].name);
		ok_int(sketch.snapshot->n_policies, rows[i].n_policies, "policies");
		ok_str(sketch_codes(&sketch), rows[i].codes, "problems");
		sketch_release(&sketch);
	}
}

static void test_kind_counts(void)
{
	struct sketch sketch;
	const struct model_snapshot *snapshot;

	sketch_text(&sketch,
		    OF("v1", "Secret") OF("crd.antrea.io/v1beta1", "Tier") OF("v1", "Secret")
			    OF("v1", "ConfigMap"),
		    NULL);
	snapshot = sketch.snapshot;
	ok_int(snapshot->n_ignored, 2, "two kinds of no matter");
	ok_str(snapshot->ignored[0].kind, "ConfigMap", "sorted by name");
	ok_int(snapshot->ignored[1].n, 2, "and counted");
	ok_int(snapshot->n_not_evaluated, 1, "one that is not evaluated");
	ok_str(snapshot->not_evaluated[0].group, "crd.antrea.io", "with its group");
	sketch_release(&sketch);
}

static void test_twice(void)
{
	static const struct {
		const char *name;
		const char *text;
		const char *codes;
		int n_policies;
	} rows[] = {
		{"the same", POLICY("a", "") POLICY("a", ""), "", 1},
		{"another order of keys",
		 "{kind: Pod, apiVersion: v1, metadata: {name: a}, spec: {a: b, c: d}}\n"
		 "---\n{apiVersion: v1, kind: Pod, metadata: {name: a}, "
		 "spec: {c: d, a: b}, status: {phase: Running}}\n",
		 "", 0},
		{"different", POLICY("a", "") POLICY("a", ", ingress: []"), "BH0103 4 {apiVersion",
		 1},
		{"other labels",
		 "{apiVersion: v1, kind: Pod, metadata: {name: a}}\n---\n"
		 "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {a: b}}}\n",
		 "BH0103 3 {apiVersion", 0},
		{"another namespace", POLICY("a", "") POLICY("a, namespace: x", ""), "", 2},
		{"another kind", OF("v1", "Pod") OF("v1", "Node") POLICY("a", ""), "", 1},
	};
	struct sketch sketch;

	for (size_t i = 0; i < N(rows); i++) {
		sketch_text(&sketch, rows[i].text, NULL);
		ok_str(sketch_codes(&sketch), rows[i].codes, "twice: %s", rows[i].name);
		ok_int(sketch.snapshot->n_policies, rows[i].n_policies, "policies");
		sketch_release(&sketch);
	}
	sketch_text(&sketch,
		    "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {v: '1'}}}\n---\n"
		    "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {v: '2'}}}\n",
		    NULL);
	ok_str(sketch_labels(&sketch), "default/a: v=2", "the last one counts");
	sketch_release(&sketch);
}

static void test_names(void)
{
	static const struct {
		const char *name;
		const char *text;
		const char *messages;
	} rows[] = {
		{"a policy without a name",
		 "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {}}",
		 "BH0204 a NetworkPolicy without 'metadata.name'"},
		{"an object without one", "{apiVersion: v1, kind: Pod}",
		 "BH0104 a Pod without 'metadata.name'"},
		{"a policy's name of a wrong type", POLICY("no", ""),
		 "BH0202 'name' must be a string, but is a boolean"},
		{"an object's", "{apiVersion: v1, kind: Pod, metadata: {name: 5}}",
		 "BH0104 'name' must be a string, but is an integer"},
		{"upper case", POLICY("Web", ""),
		 "BH0203 name 'Web' must be lower case letters, digits, '-' or '.', with a letter "
		 "or "
		 "digit at both ends of each part"},
		{"dots are fine", POLICY("a.b-c.d", ""), ""},
		{"but not at the end", POLICY("a.", ""),
		 "BH0203 name 'a.' must be lower case letters, digits, '-' or '.', with a letter "
		 "or "
		 "digit at both ends of each part"},
		{"a namespace with a dot", POLICY("a, namespace: b.c", ""),
		 "BH0203 namespace 'b.c' must be lower case letters, digits or '-', with a letter "
		 "or digit at both ends"},
		{"a namespace of a wrong type", POLICY("a, namespace: on", ""),
		 "BH0202 'namespace' must be a string, but is a boolean"},
		{"a service account that no object can be",
		 "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {serviceAccountName: A}}",
		 "BH0104 serviceAccountName 'A' must be lower case letters, digits, '-' or '.', "
		 "with a letter or digit at both ends of each part"},
		{"nor such a node",
		 "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeName: a_b}}",
		 "BH0104 nodeName 'a_b' must be lower case letters, digits, '-' or '.', "
		 "with a letter or digit at both ends of each part"},
		{"empty ones are none",
		 "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeName: '', "
		 "serviceAccountName: ''}}",
		 ""},
		{"metadata of a wrong type", "{apiVersion: v1, kind: Pod, metadata: []}",
		 "BH0104 'metadata' must be a mapping, but is a list"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct sketch sketch;

		sketch_text(&sketch, rows[i].text, NULL);
		ok_str(sketch_messages(&sketch), rows[i].messages, "%s", rows[i].name);
		sketch_release(&sketch);
	}
}

static void test_many_problems(void)
{
	struct strbuf text = {0};
	struct sketch sketch;

	strbuf_addstr(&text,
		      "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [");
	for (int i = 0; i < 1000; i++)
		strbuf_addstr(&text, "{ports: 1}, ");
	strbuf_addstr(&text, "]}}");
	sketch_text(&sketch, text.text, NULL);
	ok_int(sketch.diags.n_errors, 100, "a hundred problems of one object are enough");
	strbuf_release(&text);
	sketch_release(&sketch);
}

static void test_policy(void)
{
	struct sketch sketch;
	const struct model_policy_object *policy;

	sketch_text(&sketch,
		    POLICY("b, namespace: two", "") POLICY("a, namespace: two", "")
			    POLICY("c, namespace: one", ", here: &a [1, {k: v}], there: *a"),
		    NULL);
	ok_int(sketch.snapshot->n_policies, 3, "three policies");
	policy = sketch.snapshot->policies[0];
	ok_str(policy->ns, "one", "policies are sorted by namespace");
	ok_str(sketch.snapshot->policies[1]->name, "a", "then by name");
	ok_str(policy->group, "networking.k8s.io", "group");
	ok_str(policy->version, "v1", "version");
	ok_int(policy->span.line, 6, "its place");
	ok(tree_get(tree_get(policy->root, "spec"), "here") ==
		   tree_get(tree_get(policy->root, "spec"), "there"),
	   "its tree outlives the reading, aliases included");
	sketch_release(&sketch);
}

static void test_namespaces(void)
{
	static const struct model_options without_dns = {.no_assumed_dns = true};
	static const struct model_options named = {.default_namespace = "team",
						   .no_assumed_dns = true};
	struct sketch sketch;

	sketch_text(&sketch, POLICY("a, namespace: x", ""), NULL);
	ok_str(sketch_namespaces(&sketch),
	       "a default: kubernetes.io/metadata.name=default; "
	       "a kube-node-lease: kubernetes.io/metadata.name=kube-node-lease; "
	       "a kube-public: kubernetes.io/metadata.name=kube-public; "
	       "a kube-system: kubernetes.io/metadata.name=kube-system; "
	       "i x: kubernetes.io/metadata.name=x",
	       "always there, and implied");
	sketch_release(&sketch);

	sketch_text(&sketch,
		    "{apiVersion: v1, kind: Namespace, metadata: {name: default, labels: {a: b, "
		    "kubernetes.io/metadata.name: lie}}}\n" OF("v1", "Pod") POLICY("p", ""),
		    &without_dns);
	ok_str(sketch_codes(&sketch), "BH0102 3 {apiVersion", "no namespace: said once");
	ok(strncmp(sketch_namespaces(&sketch),
		   "d! default: a=b,kubernetes.io/metadata.name=default;", 51) == 0,
	   "declared, closed by its pod, and its name label is its name");
	sketch_release(&sketch);

	sketch_text(&sketch, OF("v1", "Pod"), &named);
	ok_str(sketch_workloads(&sketch), "team/Pod/a: a", "-n names another one");
	ok_str(sketch_codes(&sketch), "", "and needs no words");
	sketch_release(&sketch);
}

static void test_skip_invalid(void)
{
	static const struct model_options skip = {
		.default_namespace = "default", .no_assumed_dns = true, .skip_invalid = true};
	struct sketch sketch;

	sketch_text(&sketch,
		    POLICY("a", "") POLICY("no", "")
			    OF("extensions/v1beta1",
			       "NetworkPolicy") "---\napiVersion: v1\nKind: Pod\n---\n{a: b\n",
		    &skip);
	ok_int(sketch.diags.n_errors, 0, "what is refused is only warned of");
	ok_int(sketch.snapshot->n_policies, 2, "a policy without a valid name is there");
	ok(sketch.snapshot->policies[0]->is_refused, "as refused: its front end looks further");
	ok(!sketch.snapshot->policies[1]->is_refused, "the other is not");
	sketch_release(&sketch);
}

static void test_dns(void)
{
	static const struct model_options options = {.default_namespace = "default"};
	static const char declared[] =
		"{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: kube-system, "
		"labels: {k8s-app: kube-dns}}}\n";
	static const char service[] = "{apiVersion: v1, kind: Service, metadata: {name: kube-dns, "
				      "namespace: kube-system}, "
				      "spec: {clusterIP: 10.96.0.10, selector: {k8s-app: "
				      "kube-dns}, ports: [{port: 53}]}}\n";
	const struct model_service *dns;
	struct sketch sketch;

	sketch_text(&sketch, OF("v1", "Pod"), &options);
	ok_int(sketch.snapshot->n_workloads, 2, "a cluster has DNS");
	ok_str(sketch.snapshot->workloads[1]->name, "coredns", "which is coredns");
	ok_int(sketch.snapshot->workloads[1]->origin, MODEL_ASSUMED, "assumed");
	ok(!model_find_namespace(sketch.snapshot, "kube-system")->is_closed,
	   "and does not close its namespace");
	dns = model_find_service(sketch.snapshot, "kube-system", "kube-dns");
	ok(dns && dns->n_backends == 1 && dns->n_ports == 2, "its Service has it behind it");
	sketch_release(&sketch);

	sketch_text(&sketch, declared, &options);
	ok_int(sketch.snapshot->n_workloads, 1, "unless the input shows it");
	dns = model_find_service(sketch.snapshot, "kube-system", "kube-dns");
	ok(dns && dns->n_backends == 1, "then the Service is its");
	sketch_release(&sketch);

	sketch_text(&sketch, service, &options);
	ok_int(sketch.snapshot->n_workloads, 1, "a Service alone does not run DNS");
	ok_int(sketch.snapshot->n_services, 1, "but is not assumed twice");
	ok_int(sketch.snapshot->services[0]->n_backends, 1, "and has a backend");
	sketch_release(&sketch);
}

int main(void)
{
	test_counts();
	test_kind_counts();
	test_twice();
	test_names();
	test_many_problems();
	test_policy();
	test_namespaces();
	test_skip_invalid();
	test_dns();
	return tap_done();
}
