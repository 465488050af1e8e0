/* SPDX-License-Identifier: Apache-2.0 */
#include "model/find.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define BY(kind, name) ", ownerReferences: [{controller: true, kind: " kind ", name: " name "}]"
#define POD(name, more) "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name more "}}\n"
#define APP(kind, name) \
	"---\n{apiVersion: apps/v1, kind: " kind ", metadata: {name: " name "}, spec: " \
	"{template: {}}}\n"

/* clang-format off */
static const char input[] =
	POD("bare", "")
	POD("web-7b5c6d9f4b-x", BY("ReplicaSet", "web-7b5c6d9f4b"))
	POD("build-1", BY("Workflow", "build"))
	POD("tick-x", BY("Job", "tick-28123456"))
	APP("Deployment", "api")
	APP("StatefulSet", "api")
	APP("DaemonSet", "log")
	APP("StatefulSet", "db")
	POD("log", "")
	APP("Deployment", "db-0")
	"---\n{apiVersion: v1, kind: Service, metadata: {name: front}}\n"
	"---\n{apiVersion: v1, kind: Node, metadata: {name: n1}}\n";
/* clang-format on */

static struct sketch sketch;

/* "pod bare", "workload Deployment/api", "several Deployment/api StatefulSet/api", "nothing" … */
static const char *show(const struct model_found *found)
{
	struct strbuf *text = &sketch.text;
	uint32_t n = found->n_candidates;

	strbuf_clear(text);
	switch (found->kind) {
	case MODEL_FOUND_POD:
		strbuf_printf(text, "pod %s", found->pod->name);
		break;
	case MODEL_FOUND_WORKLOAD:
		strbuf_printf(text, "workload %s/%s", found->workload->kind, found->workload->name);
		break;
	case MODEL_FOUND_SERVICE:
		strbuf_printf(text, "service %s", found->service->name);
		break;
	case MODEL_FOUND_NODE:
		strbuf_printf(text, "node %s", found->node->name);
		break;
	case MODEL_FOUND_NAMESPACE:
		strbuf_printf(text, "namespace %s", found->ns->name);
		break;
	case MODEL_FOUND_SEVERAL:
		strbuf_addstr(text, "several");
		for (uint32_t i = 0; i < n; i++)
			strbuf_printf(text, " %s/%s", found->candidates[i]->kind,
				      found->candidates[i]->name);
		break;
	default:
		strbuf_addstr(text, "nothing");
	}
	return strbuf_str(text);
}

static void test_names(void)
{
	static const struct {
		const char *ns;
		const char *name;
		const char *want;
	} rows[] = {
		{"default", "bare", "pod bare"},
		{"default", "db", "workload StatefulSet/db"},
		{"default", "api", "several Deployment/api StatefulSet/api"},
		{"default", "web", "workload ReplicaSet/web-7b5c6d9f4b"},
		{"default", "web-7b5c6d9f4b", "workload ReplicaSet/web-7b5c6d9f4b"},
		{"default", "web-7b5c6d9f4b-x", "pod web-7b5c6d9f4b-x"},
		{"default", "log", "pod log"},
		{"default", "log-0", "pod log-0"},
		{"default", "db-0", "workload Deployment/db-0"},
		{"default", "api-0", "several Deployment/api StatefulSet/api"},
		{"default", "front", "nothing"},
		{"default", "absent", "nothing"},
		{"kube-system", "bare", "nothing"},
		{"absent", "bare", "nothing"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct model_found found =
			model_find_name(sketch.snapshot, rows[i].ns, rows[i].name);

		ok_str(show(&found), rows[i].want, "%s/%s", rows[i].ns, rows[i].name);
	}
}

static void test_kinds(void)
{
	static const struct {
		const char *ns;
		const char *kind;
		const char *name;
		const char *want;
	} rows[] = {
		{"default", "Deployment", "api", "workload Deployment/api"},
		{"default", "sts", "api", "workload StatefulSet/api"},
		{"default", "DEPLOYMENTS", "api", "workload Deployment/api"},
		{"default", "deploy", "web", "workload ReplicaSet/web-7b5c6d9f4b"},
		{"default", "sts", "web", "nothing"},
		{"default", "cj", "tick", "workload Job/tick-28123456"},
		{"default", "workflow", "build", "workload Workflow/build"},
		{"default", "ds", "log", "workload DaemonSet/log"},
		{"default", "po", "log", "pod log"},
		{"default", "pod", "db-0", "pod db-0"},
		{"default", "svc", "front", "service front"},
		{"default", "Service", "absent", "nothing"},
		{"default", "Deployment", "bare", "nothing"},
		{NULL, "node", "n1", "node n1"},
		{NULL, "no", "n2", "nothing"},
		{NULL, "ns", "kube-system", "namespace kube-system"},
		{NULL, "ns", "absent", "nothing"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct model_found found =
			model_find_kind(sketch.snapshot, rows[i].ns, rows[i].kind, rows[i].name);

		ok_str(show(&found), rows[i].want, "%s/%s/%s", rows[i].ns ? rows[i].ns : "",
		       rows[i].kind, rows[i].name);
	}
	ok_str(model_kind_name("deploy"), "Deployment", "a short name");
	ok_str(model_kind_name("frob"), NULL, "no kind");
}

static void test_many(void)
{
	struct strbuf text = {0};
	struct model_found found;

	for (int i = 0; i < 20; i++)
		strbuf_printf(&text, POD("p%d", BY("Kind%d", "x")), i, i);
	sketch_text(&sketch, text.text, NULL);
	found = model_find_name(sketch.snapshot, "default", "x");
	ok_int(found.n_candidates, 20, "more candidates than are kept are counted");
	strbuf_release(&text);
	sketch_release(&sketch);
}

int main(void)
{
	sketch_text(&sketch, input, NULL);
	ok_str(sketch_codes(&sketch), "", "the input is fine");
	test_names();
	test_kinds();
	sketch_release(&sketch);
	test_many();
	return tap_done();
}
