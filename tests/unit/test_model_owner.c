/* SPDX-License-Identifier: Apache-2.0 */
/* Which workloads there are, and which pods are theirs. */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define BY(kind, name) ", ownerReferences: [{controller: true, kind: " kind ", name: " name "}]"
#define POD(name, more) "---\n{apiVersion: v1, kind: Pod, metadata: {name: " name more "}}\n"
#define APP(kind, name, more) \
	"---\n{apiVersion: apps/v1, kind: " kind ", metadata: {name: " name "}, spec: {" more \
	" template: {metadata: {labels: {app: a}}}}}\n"
#define OWNED_APP(kind, name, owner, more) \
	"---\n{apiVersion: apps/v1, kind: " kind ", metadata: {name: " name owner \
	"}, spec: {" more " template: {}}}\n"
#define DONE(name, more, phase) \
	"---\n{apiVersion: v1, kind: Pod, metadata: {name: " name more "}, status: {phase: " phase \
	"}}\n"
#define NODE(name) "---\n{apiVersion: v1, kind: Node, metadata: {name: " name "}}\n"

struct row {
	const char *name;
	const char *text;
	const char *want;
};

static const struct row owners[] = {
	{"a bare pod", POD("a", ""), "default/Pod/a: a"},
	{"a pod of another namespace", POD("a", ", namespace: x"), "x/Pod/a: a"},
	{"a Deployment with its ReplicaSet's pods",
	 APP("Deployment", "web", "replicas: 3,")
		 OWNED_APP("ReplicaSet", "web-5d5f", BY("Deployment", "web"), "replicas: 3,")
			 POD("web-5d5f-x", BY("ReplicaSet", "web-5d5f"))
				 POD("web-5d5f-y", BY("ReplicaSet", "web-5d5f")),
	 "default/Deployment/web: web-5d5f-x web-5d5f-y"},
	{"a Deployment whose ReplicaSet is not here: known by the hash",
	 APP("Deployment", "web", "") POD("web-7b5c6d9f4b-x", BY("ReplicaSet", "web-7b5c6d9f4b")),
	 "default/Deployment/web: web-7b5c6d9f4b-x"},
	{"the same by the label, whatever the hash looks like",
	 APP("Deployment", "web", "")
		 POD("p", ", labels: {pod-template-hash: aa}" BY("ReplicaSet", "web-aa")),
	 "default/Deployment/web: p"},
	{"an absent ReplicaSet has the Deployment's name as alias",
	 POD("web-7b5c6d9f4b-x", BY("ReplicaSet", "web-7b5c6d9f4b")),
	 "default/ReplicaSet/web-7b5c6d9f4b(web): web-7b5c6d9f4b-x"},
	{"an absent ReplicaSet that somebody named", POD("p", BY("ReplicaSet", "my-set")),
	 "default/ReplicaSet/my-set: p"},
	{"an owner of a name that no object can have", POD("p", BY("Node", "\"a b\"")),
	 "default/Pod/p: p"},
	{"or of such a kind", POD("p", BY("\"No/de\"", "a")), "default/Pod/p: p"},
	{"a ReplicaSet whose Deployment is absent",
	 OWNED_APP("ReplicaSet", "web-5d5f", BY("Deployment", "web"), "replicas: 1,")
		 POD("p", BY("ReplicaSet", "web-5d5f")),
	 "default/ReplicaSet/web-5d5f(web): p"},
	{"old ReplicaSets are not asked about, without their Deployment either",
	 OWNED_APP("ReplicaSet", "web-5d5f", BY("Deployment", "web"), "replicas: 0,")
		 APP("Deployment", "db", "")
			 OWNED_APP("ReplicaSet", "db-1", BY("Deployment", "db"), "replicas: 0,"),
	 "default/Deployment/db: db-0"},
	{"Job and CronJob",
	 "---\n{apiVersion: batch/v1, kind: CronJob, metadata: {name: tick}, "
	 "spec: {jobTemplate: {spec: {template: {}}}}}\n" POD("tick-28123456-x",
							      BY("Job", "tick-28123456")),
	 "default/CronJob/tick: tick-28123456-x"},
	{"an absent CronJob", POD("p", BY("Job", "tick-28123456")),
	 "default/Job/tick-28123456(tick): p"},
	{"a Job of its own", POD("p", BY("Job", "migrate-2")), "default/Job/migrate-2: p"},
	{"a controller of an unknown kind",
	 POD("p", BY("Workflow", "build")) POD("q", BY("Workflow", "build")),
	 "default/Workflow/build: p q"},
	{"a StatefulSet that an operator owns",
	 OWNED_APP("StatefulSet", "db", BY("Cluster", "pg"), "")
		 POD("db-0", BY("StatefulSet", "db")),
	 "default/StatefulSet/db(pg): db-0"},
	{"an operator's StatefulSet without replicas",
	 OWNED_APP("StatefulSet", "db", BY("Cluster", "pg"), "replicas: 0,"),
	 "default/StatefulSet/db(pg)(0): db-0"},
	{"a static pod is bare", POD("etcd", BY("Node", "n1")), "default/Pod/etcd: etcd"},
	{"an owner that is no controller",
	 POD("p", ", ownerReferences: [{kind: ReplicaSet, name: web}]"), "default/Pod/p: p"},
	{"owners in a circle end somewhere",
	 OWNED_APP("ReplicaSet", "a", BY("ReplicaSet", "b"), "") OWNED_APP(
		 "ReplicaSet", "b", BY("ReplicaSet", "a"), "") POD("p", BY("ReplicaSet", "a")),
	 "default/ReplicaSet/a(b): p; default/ReplicaSet/b(a): b-0"},
	{"the same name in another namespace is another owner",
	 APP("Deployment", "web", "") POD("p", ", namespace: x" BY("Deployment", "web")),
	 "default/Deployment/web: web-0; x/Deployment/web: p"},
	{"completed pods do not count",
	 APP("Deployment", "web", "") DONE("p", BY("Deployment", "web"), "Failed")
		 DONE("q", "", "Succeeded") DONE("r", "", "Running"),
	 "default/Deployment/web: web-0; default/Pod/r: r"},
	{"terminating pods do", POD("p", ", deletionTimestamp: '2024-01-01T00:00:00Z'"),
	 "default/Pod/p: p"},
	{"generated names are kept apart",
	 "---\n{apiVersion: v1, kind: Pod, metadata: {generateName: run-}}\n"
	 "---\n{apiVersion: v1, kind: Pod, metadata: {generateName: run-}}\n",
	 "default/Pod/run-1: run-1; default/Pod/run-2: run-2"},
};

static const struct row replicas[] = {
	{"one by default", APP("Deployment", "a", ""), "default/Deployment/a: a-0"},
	{"three", APP("Deployment", "a", "replicas: 3,"), "default/Deployment/a: a-0 a-1 a-2"},
	{"none keeps one", APP("Deployment", "a", "replicas: 0,"), "default/Deployment/a(0): a-0"},
	{"numbers are sorted as such", APP("StatefulSet", "a", "replicas: 11,"),
	 "default/StatefulSet/a: a-0 a-1 a-2 a-3 a-4 a-5 a-6 a-7 a-8 a-9 a-10"},
	{"a StatefulSet's first ordinal",
	 APP("StatefulSet", "a", "replicas: 2, ordinals: {start: 5},"),
	 "default/StatefulSet/a: a-5 a-6"},
	{"a DaemonSet without nodes", APP("DaemonSet", "a", ""), "default/DaemonSet/a: a-0"},
	{"a DaemonSet has one per node", APP("DaemonSet", "a", "") NODE("n1") NODE("n2"),
	 "default/DaemonSet/a: a-0 a-1"},
	{"a Job's parallelism",
	 "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {parallelism: 2, template: "
	 "{}}}",
	 "default/Job/a: a-0 a-1"},
	{"a suspended Job",
	 "{apiVersion: batch/v1, kind: Job, metadata: {name: a}, spec: {suspend: true, template: "
	 "{}}}",
	 "default/Job/a(0): a-0"},
	{"a ReplicationController",
	 "{apiVersion: v1, kind: ReplicationController, metadata: {name: a}, spec: {template: {}}}",
	 "default/ReplicationController/a: a-0"},
	{"a DeploymentConfig",
	 "{apiVersion: apps.openshift.io/v1, kind: DeploymentConfig, metadata: {name: a}, "
	 "spec: {replicas: 2, template: {}}}",
	 "default/DeploymentConfig/a: a-0 a-1"},
	{"an old API group",
	 "{apiVersion: extensions/v1beta1, kind: Deployment, metadata: {name: a}, "
	 "spec: {template: {}}}",
	 "default/Deployment/a: a-0"},
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct sketch sketch;

		sketch_text(&sketch, rows[i].text, NULL);
		ok_str(sketch_workloads(&sketch), rows[i].want, "%s", rows[i].name);
		ok_str(sketch_codes(&sketch), "", "without a problem");
		sketch_release(&sketch);
	}
}

static void test_invariants(void)
{
	struct sketch sketch;
	const struct model_snapshot *snapshot;
	bool is_sound = true;

	sketch_text(&sketch,
		    APP("Deployment", "b", "replicas: 2,") POD("z", "") POD("a", ", namespace: x"),
		    NULL);
	snapshot = sketch.snapshot;
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];
		bool is_found = false;

		for (uint32_t p = 0; p < pod->workload->n_pods; p++)
			is_found |= pod->workload->pods[p] == pod;
		is_sound &= pod->index == i && is_found && pod->ns == pod->workload->ns;
	}
	ok(is_sound, "a pod's index is its position, and its workload has it");
	for (uint32_t i = 0; i < snapshot->n_workloads; i++)
		is_sound &= snapshot->workloads[i]->index == i;
	for (uint32_t i = 0; i < snapshot->n_namespaces; i++)
		is_sound &= snapshot->namespaces[i]->index == i;
	ok(is_sound, "so it is with workloads and namespaces");
	sketch_release(&sketch);
}

static void test_too_many_replicas(void)
{
	struct sketch sketch;

	sketch_text(&sketch, APP("Deployment", "a", "replicas: 2000000000,"), NULL);
	ok_int(sketch.snapshot->n_pods, 1000, "so many replicas are represented by 1000");
	ok(sketch.snapshot->n_assumptions > 0 &&
		   strcmp(sketch.snapshot->assumptions[0].text,
			  "default/Deployment/a has 2000000000 replicas; 1000 stand for them") == 0,
	   "and that is said");
	sketch_release(&sketch);
}

int main(void)
{
	check_rows(owners, N(owners));
	check_rows(replicas, N(replicas));
	test_invariants();
	test_too_many_replicas();
	return tap_done();
}
