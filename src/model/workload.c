/* SPDX-License-Identifier: Apache-2.0 */
/* Records of pods and controllers → workloads with pods. */
#include "model/labels.h"
#include "model/loader.h"

#include <string.h>

/*
 * Verdicts need two replicas to tell a pod from its sibling; more only differ in address. Numbers
 * that nobody means must not eat the memory: neither of one workload nor of many.
 */
#define MAX_REPLICAS 1000
#define MAX_TEMPLATE_PODS 500000
#define FEW_REPLICAS 2

static struct model_workload *workload_new(struct model_loader *loader,
					   const struct model_record *record)
{
	struct model_workload *workload;

	workload = arena_alloc(&loader->snapshot->arena, sizeof(*workload));
	workload->kind = record->kind;
	workload->ns = model_loader_namespace(loader, record->ns);
	workload->name = record->name;
	workload->span = record->span;
	workload->origin = MODEL_DECLARED;
	vec_push(&loader->made_workloads, workload);
	return workload;
}

static struct model_pod *pod_new(struct model_loader *loader, struct model_workload *workload,
				 const struct model_template *spec)
{
	struct model_pod *pod = arena_alloc(&loader->scratch, sizeof(*pod));

	pod->ns = workload->ns;
	pod->workload = workload;
	pod->labels = spec->labels;
	pod->account = model_loader_account(loader, pod->ns, spec->service_account);
	pod->node = spec->node;
	pod->host_network = spec->host_network;
	pod->ports = spec->ports;
	pod->n_ports = spec->n_ports;
	pod->origin = workload->origin;
	pod->span = workload->span;
	pod->in_mesh = model_mesh_has(&loader->mesh_keys, pod, &spec->mesh);
	workload->n_pods++;
	vec_push(&loader->made_pods, pod);
	return pod;
}

/* The workload of a controller's record; its alias is the name of the absent object above it. */
static struct model_workload *workload_from(struct model_loader *loader,
					    struct model_workload_record *record)
{
	struct model_workload *workload = workload_new(loader, &record->record);

	workload->alias = record->owner.kind ? record->owner.name : record->alias;
	workload->images = record->spec.images;
	workload->args = record->spec.args;
	workload->sensitivity = record->spec.sensitivity;
	record->workload = workload;
	return workload;
}

static struct model_workload *workload_of(struct model_loader *loader,
					  const struct model_pod_record *pod)
{
	struct model_workload_record *controller = model_pod_controller(loader, pod);

	if (!controller)
		return workload_new(loader, &pod->record);
	return controller->workload ? controller->workload : workload_from(loader, controller);
}

static void make_pod(struct model_loader *loader, const struct model_pod_record *record)
{
	struct model_workload *workload = workload_of(loader, record);
	struct model_pod *pod = pod_new(loader, workload, &record->spec);

	if (workload->images.n == 0) {
		workload->images = record->spec.images;
		workload->args = record->spec.args;
	}
	if (!workload->sensitivity)
		workload->sensitivity = record->spec.sensitivity;
	pod->name = record->record.name;
	pod->span = record->record.span;
	pod->n_ips = pod->host_network ? record->n_host_ips : record->n_ips;
	memcpy(pod->ips, pod->host_network ? record->host_ips : record->ips, sizeof(pod->ips));
}

void model_make_assumed(struct model_loader *loader, const struct model_record *record,
			const struct model_template *spec)
{
	struct model_workload *workload = workload_new(loader, record);
	struct model_pod *pod;

	workload->origin = MODEL_ASSUMED;
	pod = pod_new(loader, workload, spec);
	pod->is_derived = true;
	pod->name = intern_str(&loader->snapshot->intern,
			       arena_printf(&loader->scratch, "%s-0", record->name));
}

static struct model_labels with_label(struct model_loader *loader, struct model_labels labels,
				      const char *key, const char *value)
{
	struct model_snapshot *snapshot = loader->snapshot;

	return model_labels_with(&labels, &snapshot->arena, intern_str(&snapshot->intern, key),
				 intern_str(&snapshot->intern, value));
}

/* What controllers add for certain; pod-template-hash and uids are only known of real pods. */
static struct model_labels shared_labels(struct model_loader *loader,
					 const struct model_workload_record *workload)
{
	struct model_labels labels = workload->spec.labels;
	const char *name = workload->record.name;

	if (strcmp(workload->record.kind, "Job") != 0)
		return labels;
	labels = with_label(loader, labels, "job-name", name);
	return with_label(loader, labels, "batch.kubernetes.io/job-name", name);
}

static void add_ordinal_labels(struct model_loader *loader, struct model_pod *pod, uint32_t ordinal)
{
	char index[16];

	snprintf(index, sizeof(index), "%u", ordinal);
	pod->labels = with_label(loader, pod->labels, "apps.kubernetes.io/pod-index", index);
	pod->labels =
		with_label(loader, pod->labels, "statefulset.kubernetes.io/pod-name", pod->name);
}

static uint32_t n_template_pods(struct model_loader *loader,
				const struct model_workload_record *workload)
{
	uint32_t max = loader->made_pods.n < MAX_TEMPLATE_PODS ? MAX_REPLICAS : FEW_REPLICAS;
	uint32_t n = workload->replicas;

	if (strcmp(workload->record.kind, "DaemonSet") == 0)
		n = loader->snapshot->n_nodes;
	if (n > max) {
		model_assume_text(loader, "%s/%s/%s has %u replicas; %u stand for them",
				  workload->record.ns, workload->record.kind, workload->record.name,
				  n, max);
		return max;
	}
	return n > 0 ? n : 1;
}

static void make_template_pods(struct model_loader *loader, struct model_workload_record *record)
{
	struct model_snapshot *snapshot = loader->snapshot;
	bool is_stateful = strcmp(record->record.kind, "StatefulSet") == 0;
	bool is_daemon = strcmp(record->record.kind, "DaemonSet") == 0;
	uint32_t n = n_template_pods(loader, record);
	struct model_template spec = record->spec;
	struct model_workload *workload = workload_from(loader, record);

	spec.labels = shared_labels(loader, record);
	workload->is_scaled_to_zero = record->replicas == 0;
	for (uint32_t i = 0; i < n; i++) {
		struct model_pod *pod = pod_new(loader, workload, &spec);
		uint32_t ordinal = record->first_ordinal + i;

		pod->is_derived = true;
		pod->name = intern_str(&snapshot->intern, arena_printf(&loader->scratch, "%s-%u",
								       workload->name, ordinal));
		if (is_stateful)
			add_ordinal_labels(loader, pod, ordinal);
		if (is_daemon && i < snapshot->n_nodes && !pod->node)
			pod->node = snapshot->nodes[i]->name;
	}
}

void model_make_workloads(struct model_loader *loader)
{
	loader->mesh_keys = model_mesh_keys_find(&loader->snapshot->intern);
	for (size_t i = 0; i < loader->pods.n; i++) {
		struct model_pod_record *pod = (struct model_pod_record *)loader->pods.items[i];

		if (!pod->record.is_replaced && !pod->is_completed)
			make_pod(loader, pod);
	}
	for (size_t i = 0; i < loader->workloads.n; i++) {
		struct model_workload_record *workload =
			(struct model_workload_record *)loader->workloads.items[i];

		if (workload->record.is_replaced || workload->workload || workload->is_absent)
			continue;
		if (!model_is_part(loader, workload))
			make_template_pods(loader, workload);
	}
}
