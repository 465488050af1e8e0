/* SPDX-License-Identifier: Apache-2.0 */
/* Which workload a pod belongs to: up the chain of controllers as far as the input knows them. */
#include "model/loader.h"

#include <string.h>

#define MAX_CHAIN 8 /* Pod, ReplicaSet, Deployment; more only in a cycle of owners */
#define CRONJOB_DIGITS 8

/* k8s.io/apimachinery util/rand: what the hashes in names are made of. */
#define HASH_LETTERS "bcdfghjklmnpqrstvwxz2456789"

static const struct {
	const char *child;
	const char *parent;
} chains[] = {
	{"ReplicaSet", "Deployment"},
	{"Job", "CronJob"},
	{"ReplicationController", "DeploymentConfig"},
};

const char *model_parent_kind(const char *child)
{
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		if (strcmp(chains[i].child, child) == 0)
			return chains[i].parent;
	return NULL;
}

/*
 * Deployments append the template's hash, CronJobs the minute of the run, DeploymentConfigs a
 * count.
 */
static bool is_suffix(const char *child, const char *suffix)
{
	size_t len = strlen(suffix);

	if (strcmp(child, "ReplicaSet") == 0)
		return len >= 5 && len <= 10 && strspn(suffix, HASH_LETTERS) == len;
	if (strspn(suffix, "0123456789") != len)
		return false;
	return strcmp(child, "Job") == 0 ? len >= CRONJOB_DIGITS : len > 0;
}

/*
 * The object that made an absent owner, going by the owner's name; name NULL when it does not tell.
 */
static struct model_owner guess_parent(struct model_loader *loader, const struct model_owner *owner,
				       const struct model_labels *pod_labels)
{
	struct intern *intern = &loader->snapshot->intern;
	struct model_owner parent = {.kind = model_parent_kind(owner->kind)};
	const char *dash = strrchr(owner->name, '-');
	const char *hash;

	if (!parent.kind || !dash || dash == owner->name)
		return parent;
	hash = model_label_get(pod_labels, intern_str(intern, "pod-template-hash"));
	if ((hash && strcmp(hash, dash + 1) == 0) || is_suffix(owner->kind, dash + 1))
		parent.name = intern_strn(intern, owner->name, (size_t)(dash - owner->name));
	return parent;
}

static struct model_workload_record *climb(struct model_loader *loader,
					   struct model_workload_record *workload)
{
	for (int i = 0; i < MAX_CHAIN && workload->owner.kind; i++) {
		struct model_workload_record *parent =
			model_workload_record_find(loader, &workload->owner, workload->record.ns);

		if (!parent)
			break;
		workload = parent;
	}
	return workload;
}

/* A controller that only its pods name. It is entered, so that its other pods find it. */
static struct model_workload_record *make_absent(struct model_loader *loader,
						 const struct model_pod_record *pod)
{
	struct model_workload_record *workload = arena_alloc(&loader->scratch, sizeof(*workload));

	workload->record.kind = pod->owner.kind;
	workload->record.ns = pod->record.ns;
	workload->record.name = pod->owner.name;
	workload->record.span = pod->record.span;
	workload->is_absent = true;
	model_record_enter(loader, MODEL_CLASS_WORKLOAD, &workload->record);
	vec_push(&loader->workloads, &workload->record);
	return workload;
}

/*
 * The workload of a pod that has a controller. One that is not in the input may still say in its
 * name what made it; if that is in the input, the pod is its.
 */
static struct model_workload_record *controller_of(struct model_loader *loader,
						   const struct model_pod_record *pod)
{
	const char *ns = pod->record.ns;
	struct model_workload_record *workload;
	struct model_owner parent;

	workload = model_workload_record_find(loader, &pod->owner, ns);
	if (workload && !workload->is_absent)
		return climb(loader, workload);
	parent = guess_parent(loader, &pod->owner, &pod->spec.labels);
	if (parent.name) {
		struct model_workload_record *known;

		known = model_workload_record_find(loader, &parent, ns);
		if (known)
			return climb(loader, known);
	}
	if (!workload)
		workload = make_absent(loader, pod);
	workload->alias = parent.name;
	return workload;
}

/* A static pod belongs to its node, but is nobody's replica; what a Pod owns is as bare as that. */
static bool is_bare(const struct model_pod_record *pod)
{
	return !pod->owner.kind || strcmp(pod->owner.kind, "Node") == 0 ||
	       strcmp(pod->owner.kind, "Pod") == 0;
}

struct model_workload_record *model_pod_controller(struct model_loader *loader,
						   const struct model_pod_record *pod)
{
	return is_bare(pod) ? NULL : controller_of(loader, pod);
}

/* The Deployment's old ReplicaSets are not asked about, be the Deployment here or not. */
bool model_is_part(struct model_loader *loader, struct model_workload_record *workload)
{
	if (climb(loader, workload) != workload)
		return true;
	return workload->owner.kind && workload->replicas == 0 &&
	       model_parent_kind(workload->record.kind);
}
