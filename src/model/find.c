/* SPDX-License-Identifier: Apache-2.0 */
#include "model/find.h"

#include "model/index.h"

#include <string.h>
#include <strings.h>

/* The kinds that can be asked for, and kubectl's words for them (kubectl api-resources). */
static const struct {
	const char *kind;
	const char *plural;
	const char *brief;
} words[] = {
	{"Pod", "pods", "po"},
	{"Deployment", "deployments", "deploy"},
	{"StatefulSet", "statefulsets", "sts"},
	{"DaemonSet", "daemonsets", "ds"},
	{"ReplicaSet", "replicasets", "rs"},
	{"ReplicationController", "replicationcontrollers", "rc"},
	{"DeploymentConfig", "deploymentconfigs", "dc"},
	{"Job", "jobs", "job"},
	{"CronJob", "cronjobs", "cj"},
	{"Service", "services", "svc"},
	{"Namespace", "namespaces", "ns"},
	{"Node", "nodes", "no"},
};

const char *model_kind_name(const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i].kind) == 0 ||
		    strcasecmp(text, words[i].plural) == 0 || strcasecmp(text, words[i].brief) == 0)
			return words[i].kind;
	return NULL;
}

const char *model_kind_near(const char *text)
{
	const size_t n = sizeof(words) / sizeof(words[0]);
	const char *candidates[2 * sizeof(words) / sizeof(words[0])];

	for (size_t i = 0; i < n; i++) {
		candidates[i] = words[i].kind;
		candidates[n + i] = words[i].plural;
	}
	return diag_did_you_mean(text, candidates, 2 * n);
}

/* A name as the index knows it; NULL: nobody has it. */
static const char *interned(const struct model_snapshot *snapshot, const char *name)
{
	return intern_find(&snapshot->intern, name, strlen(name));
}

static void add_workload(struct model_found *found, struct model_workload *workload)
{
	if (found->n_candidates < MODEL_MAX_CANDIDATES)
		found->candidates[found->n_candidates] = workload;
	found->n_candidates++;
}

/* An alias is a name of the kind that made the workload. */
static bool is_of_kind(const struct model_workload *workload, const char *kind, bool by_alias)
{
	const char *own = by_alias ? model_parent_kind(workload->kind) : workload->kind;

	return !kind || (own && strcasecmp(own, kind) == 0);
}

static void settle(struct model_found *found)
{
	if (found->n_candidates == 1) {
		found->kind = MODEL_FOUND_WORKLOAD;
		found->workload = found->candidates[0];
	} else if (found->n_candidates > 1) {
		found->kind = MODEL_FOUND_SEVERAL;
	}
}

static void find_workloads(const struct model_snapshot *snapshot, const struct model_namespace *ns,
			   const char *name, const char *kind, struct model_found *found)
{
	const struct model_names *tables[] = {&snapshot->index->workload_names,
					      &snapshot->index->workload_aliases};

	for (int by_alias = 0; by_alias < 2 && found->n_candidates == 0; by_alias++) {
		const struct model_name_entry *entries;
		uint32_t n;

		entries = model_names_find(tables[by_alias], ns, name, &n);
		for (uint32_t i = 0; i < n; i++)
			if (is_of_kind(entries[i].object, kind, by_alias))
				add_workload(found, entries[i].object);
	}
}

/* Derived names may be the same in two workloads; then they are candidates. */
static void find_pod(const struct model_snapshot *snapshot, const struct model_namespace *ns,
		     const char *name, bool is_derived, struct model_found *found)
{
	const struct model_name_entry *entries;
	uint32_t n;

	entries = model_names_find(&snapshot->index->pod_names, ns, name, &n);
	for (uint32_t i = 0; i < n; i++) {
		struct model_pod *pod = entries[i].object;

		if (pod->is_derived != is_derived)
			continue;
		found->pod = pod;
		add_workload(found, pod->workload);
	}
	if (found->n_candidates == 1)
		found->kind = MODEL_FOUND_POD;
	else if (found->n_candidates > 1)
		found->kind = MODEL_FOUND_SEVERAL;
}

struct model_found model_find_name(const struct model_snapshot *snapshot, const char *ns,
				   const char *name)
{
	const struct model_namespace *place = model_find_namespace(snapshot, ns);
	const char *known = interned(snapshot, name);
	struct model_found found = {0};

	if (!place || !known)
		return found;
	find_pod(snapshot, place, known, false, &found);
	if (found.n_candidates > 0)
		return found;
	find_workloads(snapshot, place, known, NULL, &found);
	settle(&found);
	if (found.n_candidates == 0)
		find_pod(snapshot, place, known, true, &found);
	return found;
}

static struct model_found find_cluster_wide(const struct model_snapshot *snapshot, const char *kind,
					    const char *name)
{
	struct model_found found = {0};

	if (strcmp(kind, "Node") == 0) {
		found.node = model_find_node(snapshot, name);
		found.kind = found.node ? MODEL_FOUND_NODE : MODEL_FOUND_NOTHING;
	} else {
		found.ns = model_find_namespace(snapshot, name);
		found.kind = found.ns ? MODEL_FOUND_NAMESPACE : MODEL_FOUND_NOTHING;
	}
	return found;
}

static bool is_cluster_wide(const char *kind)
{
	return strcmp(kind, "Node") == 0 || strcmp(kind, "Namespace") == 0;
}

struct model_found model_find_kind(const struct model_snapshot *snapshot, const char *ns,
				   const char *kind, const char *name)
{
	const char *word = model_kind_name(kind);
	const char *known = interned(snapshot, name);
	const struct model_namespace *place = ns ? model_find_namespace(snapshot, ns) : NULL;
	struct model_found found = {0};

	if (word && is_cluster_wide(word))
		return find_cluster_wide(snapshot, word, name);
	if (!place || !known)
		return found;
	if (word && strcmp(word, "Service") == 0) {
		found.service = model_find_service(snapshot, ns, name);
		found.kind = found.service ? MODEL_FOUND_SERVICE : MODEL_FOUND_NOTHING;
		return found;
	}
	if (word && strcmp(word, "Pod") == 0) {
		find_pod(snapshot, place, known, false, &found);
		if (found.n_candidates == 0)
			find_pod(snapshot, place, known, true, &found);
		return found;
	}
	find_workloads(snapshot, place, known, word ? word : kind, &found);
	settle(&found);
	return found;
}
