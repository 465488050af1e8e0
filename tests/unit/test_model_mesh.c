/* SPDX-License-Identifier: Apache-2.0 */
/* Service accounts, and which pods are in the mesh. */
#include "lib/sketch.h"
#include "lib/tap.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define ACCOUNT(name, labels) \
	"{apiVersion: v1, kind: ServiceAccount, metadata: {name: " name ", labels: {" labels "}}}" \
											     "\n"
#define POD(name, spec) \
	"---\n{apiVersion: v1, kind: Pod, metadata: {name: " name "}, spec: {" spec "}}\n"

static const struct {
	const char *name;
	const char *text;
	const char *want;
	const char *codes;
} accounts[] = {
	{"declared, without a pod", ACCOUNT("bot", "team: a"), "d default/bot: @name=bot,team=a",
	 ""},
	{"pods name what is there", ACCOUNT("bot", "") POD("p", "serviceAccountName: bot"),
	 "d default/bot: @name=bot", ""},
	{"in any order", POD("p", "serviceAccountName: bot") "---\n" ACCOUNT("bot", "a: b"),
	 "d default/bot: @name=bot,a=b", ""},
	{"pods name what is not there", POD("p", "serviceAccountName: bot"),
	 "i default/bot: @name=bot", ""},
	{"none is default, and one for all", POD("p", "") POD("q", "serviceAccountName: ''"),
	 "i default/default: @name=default", ""},
	{"sorted", ACCOUNT("b", "") "---\n" ACCOUNT("a", ""),
	 "d default/a: @name=a; d default/b: @name=b", ""},
	{"the last of two counts", ACCOUNT("b", "x: v") "---\n" ACCOUNT("b", "x: w"),
	 "d default/b: @name=b,x=w", "BH0103 3 {apiVersion"},
	{"wrong labels", ACCOUNT("b", "x: 1"), "", "BH0104 1 1"},
	{"nobody can say the pseudo label", ACCOUNT("b", "'@name': c"), "", "BH0104 1 '@name'"},
};

static void test_accounts(void)
{
	for (size_t i = 0; i < N(accounts); i++) {
		struct sketch sketch;

		sketch_text(&sketch, accounts[i].text, NULL);
		ok_str(sketch_accounts(&sketch), accounts[i].want, "accounts: %s",
		       accounts[i].name);
		ok_str(sketch_codes(&sketch), accounts[i].codes, "%s: diagnostics",
		       accounts[i].name);
		sketch_release(&sketch);
	}
}

static const struct model_account *account_of(const struct sketch *sketch, const char *pod)
{
	for (uint32_t i = 0; i < sketch->snapshot->n_pods; i++)
		if (strcmp(sketch->snapshot->pods[i]->name, pod) == 0)
			return sketch->snapshot->pods[i]->account;
	return NULL;
}

static void test_account_of_pod(void)
{
	struct model_labels none = {0};
	struct sketch sketch;
	struct model_pod *pod;

	sketch_text(&sketch, ACCOUNT("a", "") POD("p", "serviceAccountName: a") POD("q", ""), NULL);
	ok(account_of(&sketch, "p") == sketch.snapshot->accounts[0], "a pod has its account");
	ok(account_of(&sketch, "q") == sketch.snapshot->accounts[1], "or the default one");
	pod = model_add_hypothetical(sketch.snapshot, "default", &none);
	ok(pod->account == account_of(&sketch, "q"), "a hypothetical pod has that too");
	pod = model_add_hypothetical(sketch.snapshot, "new", &none);
	ok_str(pod->account->name, "default", "in a new namespace as well");
	ok(sketch.snapshot->n_accounts == 3 && sketch.snapshot->accounts[2] == pod->account,
	   "where it is a new one");
	sketch_release(&sketch);
}

#define MESH(labels, annotations, spec) \
	"{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {" labels \
	"}, annotations: {" annotations "}}, spec: {" spec "}}"
#define ENABLED "istio-injection: enabled"
#define REVISION "istio.io/rev: stable"
#define AMBIENT "istio.io/dataplane-mode: ambient"
#define INJECT(value) "sidecar.istio.io/inject: '" value "'"

static const struct {
	const char *ns_labels;
	const char *pod;
	bool want;
} mesh[] = {
	{"", MESH("", "", ""), false},
	{ENABLED, MESH("", "", ""), true},
	{REVISION, MESH("", "", ""), true},
	{ENABLED ", " REVISION, MESH("", "", ""), true},
	{"istio-injection: disabled, " REVISION, MESH("", "", ""), false},
	{"", MESH(INJECT("true"), "", ""), true},
	{"", MESH(INJECT("True"), "", ""), true},
	{"", MESH("", INJECT("true"), ""), true},
	{"", MESH(REVISION, "", ""), true},
	{"istio-injection: disabled", MESH(INJECT("true"), "", ""), false},
	{"istio-injection: disabled", MESH("", "", "containers: [{name: istio-proxy}]"), true},
	{ENABLED, MESH(INJECT("false"), "", ""), false},
	{ENABLED, MESH("", INJECT("false"), ""), false},
	{ENABLED, MESH(INJECT("true"), INJECT("false"), ""), true},
	{ENABLED, MESH(INJECT("false"), INJECT("true"), ""), false},
	{ENABLED, MESH(INJECT("maybe"), "", ""), false},
	{ENABLED, MESH("", INJECT(""), ""), true},
	{ENABLED, MESH("", "", "hostNetwork: true"), false},
	{"", MESH("", "", "containers: [{name: a}, {name: istio-proxy}]"), true},
	{"", MESH("", "", "initContainers: [{name: istio-proxy, restartPolicy: Always}]"), true},
	{"", MESH("", "", "initContainers: [{name: istio-proxy}]"), false},
	{"", MESH("", "", "containers: [{name: istio-proxy-2}]"), false},
	{AMBIENT, MESH("", "", ""), true},
	{AMBIENT, MESH("istio.io/dataplane-mode: none", "", ""), false},
	{"", MESH(AMBIENT, "", ""), true},
	{AMBIENT, MESH("", "", "hostNetwork: true"), false},
	{"istio.io/dataplane-mode: none", MESH(AMBIENT, "", ""), true},
	{AMBIENT, MESH(INJECT("false"), "", ""), true},
};

static bool is_in_mesh(const char *ns, const char *labels, const char *pod)
{
	struct strbuf text = {0};
	struct model_options options = {.default_namespace = ns, .no_assumed_dns = true};
	struct sketch sketch;
	bool ret;

	strbuf_printf(&text,
		      "%s\n---\n{apiVersion: v1, kind: Namespace, metadata: {name: %s, "
		      "labels: {%s}}}",
		      pod, ns, labels);
	sketch_text(&sketch, strbuf_str(&text), &options);
	ret = sketch.snapshot->n_pods == 1 && sketch.snapshot->pods[0]->in_mesh;
	sketch_release(&sketch);
	strbuf_release(&text);
	return ret;
}

static void test_mesh(void)
{
	for (size_t i = 0; i < N(mesh); i++)
		ok(is_in_mesh("shop", mesh[i].ns_labels, mesh[i].pod) == mesh[i].want,
		   "{%s} and %s: %s", mesh[i].ns_labels, mesh[i].pod, mesh[i].want ? "in" : "out");
	ok(!is_in_mesh("kube-system", ENABLED, MESH("", "", "")), "never injected in kube-system");
	ok(is_in_mesh("kube-system", AMBIENT, MESH("", "", "")), "but ambient there");
}

static void test_hypothetical(void)
{
	struct model_labels none = {0};
	struct sketch sketch;

	sketch_text(&sketch,
		    "{apiVersion: v1, kind: Namespace, metadata: {name: m, labels: {" ENABLED "}}}",
		    NULL);
	ok(model_add_hypothetical(sketch.snapshot, "m", &none)->in_mesh,
	   "a hypothetical pod is where its namespace puts it");
	ok(!model_add_hypothetical(sketch.snapshot, "n", &none)->in_mesh, "or is not");
	sketch_release(&sketch);
}

static void test_template(void)
{
	struct sketch sketch;

	sketch_text(&sketch,
		    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, labels: {" INJECT(
			    "true") "}}, spec: {template: {metadata: {annotations: {" INJECT("yes") "}}}}}",
		    NULL);
	ok(sketch.snapshot->pods[0]->in_mesh, "a template's annotation");
	sketch_release(&sketch);
}

int main(void)
{
	test_accounts();
	test_account_of_pod();
	test_mesh();
	test_hypothetical();
	test_template();
	return tap_done();
}
