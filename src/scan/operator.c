/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that no manifest declares, since an operator makes them. */
#include "scan/check.h"

#include "model/labels.h"

#include <string.h>

/*
 * Resources whose operators make pods, and the labels that these get: a key with a value, or with
 * the name of the resource (NULL). Sources: the operators' code, pkg/prometheus/server of
 * prometheus-operator, pkg/alertmanager, pkg/thanos; pkg/utils/labels of cloudnative-pg.
 */
static const struct {
	const char *group;
	const char *kind;
	const char *key;
	const char *value;
} made[] = {
	{"monitoring.coreos.com", "Prometheus", "app.kubernetes.io/name", "prometheus"},
	{"monitoring.coreos.com", "Prometheus", "app.kubernetes.io/managed-by",
	 "prometheus-operator"},
	{"monitoring.coreos.com", "Prometheus", "app.kubernetes.io/instance", NULL},
	{"monitoring.coreos.com", "Prometheus", "operator.prometheus.io/name", NULL},
	{"monitoring.coreos.com", "Prometheus", "prometheus", NULL},
	{"monitoring.coreos.com", "Alertmanager", "app.kubernetes.io/name", "alertmanager"},
	{"monitoring.coreos.com", "Alertmanager", "app.kubernetes.io/managed-by",
	 "prometheus-operator"},
	{"monitoring.coreos.com", "Alertmanager", "app.kubernetes.io/instance", NULL},
	{"monitoring.coreos.com", "Alertmanager", "alertmanager", NULL},
	{"monitoring.coreos.com", "ThanosRuler", "app.kubernetes.io/name", "thanos-ruler"},
	{"monitoring.coreos.com", "ThanosRuler", "app.kubernetes.io/instance", NULL},
	{"monitoring.coreos.com", "ThanosRuler", "thanos-ruler", NULL},
	{"postgresql.cnpg.io", "Cluster", "cnpg.io/cluster", NULL},
	{"postgresql.cnpg.io", "Cluster", "cnpg.io/podRole", "instance"},
};

#define N_MADE (sizeof(made) / sizeof(made[0]))

/* Keys that controllers, operators or a network plugin set on pods, by what they begin with. */
static const char *const operator_keys[] = {
	"acid.zalan.do/",
	"acme.cert-manager.io/",
	"apps.kubernetes.io/",
	"batch.kubernetes.io/",
	"cnpg.io/",
	"common.k8s.elastic.co/",
	"controller-revision-hash",
	"controller-uid",
	"elasticsearch.k8s.elastic.co/",
	"eventing.knative.dev/",
	"io.cilium.",
	"io.kubernetes.",
	"job-name",
	"kibana.k8s.elastic.co/",
	"longhorn.io/",
	"operator.prometheus.io/",
	"pod-template-",
	"postgres-operator.crunchydata.com/",
	"rook_",
	"serving.knative.dev/",
	"statefulset.kubernetes.io/",
	"strimzi.io/",
	"tekton.dev/",
	"training.kubeflow.org/",
	"workflows.argoproj.io/",
};

static void add_label(struct scan *scan, struct model_labels *labels, const char *key,
		      const char *value)
{
	struct model_snapshot *snapshot = scan->cluster->snapshot;

	*labels = model_labels_with(labels, &snapshot->arena, intern_str(&snapshot->intern, key),
				    intern_str(&snapshot->intern, value));
}

/* The labels of the pods of a resource; none: it is of no known operator. */
static struct model_labels labels_of(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *own =
		scan_node(manifest->root, "spec", "podMetadata", "labels", NULL);
	struct model_labels labels = {0};

	for (size_t i = 0; i < N_MADE; i++)
		if (strcmp(made[i].kind, manifest->kind) == 0 &&
		    strcmp(made[i].group, manifest->group) == 0)
			add_label(scan, &labels, made[i].key,
				  made[i].value ? made[i].value : manifest->name);
	for (uint32_t i = 0; labels.n && own && own->kind == TREE_MAP && i < own->len; i++)
		if (own->members[i].value->kind == TREE_STRING)
			add_label(scan, &labels, own->members[i].key, own->members[i].value->text);
	return labels;
}

static bool is_operator_key(const char *key)
{
	for (size_t i = 0; i < sizeof(operator_keys) / sizeof(operator_keys[0]); i++)
		if (strncmp(key, operator_keys[i], strlen(operator_keys[i])) == 0)
			return true;
	return false;
}

enum scan_origin scan_origin_of(struct scan *scan, const struct selector *selector, const char *ns)
{
	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];
		struct model_labels labels;

		if (ns && (!manifest->ns || strcmp(manifest->ns, ns) != 0))
			continue;
		labels = labels_of(scan, manifest);
		if (labels.n && selector_matches(selector, &labels))
			return SCAN_FROM_RESOURCE;
	}
	for (uint32_t i = 0; i < selector->n; i++)
		if (is_operator_key(selector->requirements[i].key))
			return SCAN_FROM_OPERATOR;
	return SCAN_FROM_NOWHERE;
}
