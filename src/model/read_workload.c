/* SPDX-License-Identifier: Apache-2.0 */
/* The controllers of pods. */
#include "model/loader.h"

#include <string.h>

#define MAX_REPLICAS INT32_MAX /* of the API; how many become pods is workload.c's business */

static const struct model_limits replica_limits = {0, MAX_REPLICAS};

static bool is_kind(const struct model_object *object, const char *kind)
{
	return strcmp(object->kind, kind) == 0;
}

static const struct tree_node *template_of(struct model_object *object,
					   const struct tree_node *spec)
{
	if (is_kind(object, "CronJob"))
		spec = model_object_map(object, model_object_map(object, spec, "jobTemplate"),
					"spec");
	return model_object_map(object, spec, "template");
}

/* How many pods there are; a CronJob runs one after the other, a DaemonSet's per node. */
static uint32_t read_replicas(struct model_object *object, const struct tree_node *spec)
{
	int64_t replicas = 1;

	if (is_kind(object, "CronJob") || is_kind(object, "DaemonSet"))
		return 1;
	if (!is_kind(object, "Job"))
		model_object_int(object, spec, "replicas", replica_limits, &replicas);
	else if (model_object_bool(object, spec, "suspend"))
		replicas = 0;
	else
		model_object_int(object, spec, "parallelism", replica_limits, &replicas);
	return (uint32_t)replicas;
}

/* apps/v1 StatefulSet spec.ordinals.start: the number of the first pod. */
static uint32_t read_first_ordinal(struct model_object *object, const struct tree_node *spec)
{
	int64_t first = 0;

	if (is_kind(object, "StatefulSet"))
		model_object_int(object, model_object_map(object, spec, "ordinals"), "start",
				 replica_limits, &first);
	return (uint32_t)first;
}

void model_read_workload(struct model_object *object)
{
	struct model_loader *loader = object->loader;
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");
	const struct tree_node *spec = model_object_map(object, object->root, "spec");
	const struct tree_node *template = template_of(object, spec);
	const char *sensitivity = model_read_sensitivity(object, metadata);
	struct model_workload_record *workload = arena_alloc(&loader->scratch, sizeof(*workload));

	if (!template && !object->failed)
		model_object_error(object, DIAG_BH0204, tree_span(object->file, object->root),
				   "a %s without a pod template", object->kind);
	model_read_template(object, template, &workload->spec);
	if (sensitivity)
		workload->spec.sensitivity = sensitivity;
	if (model_is_daemon(object->kind))
		model_read_args(object, template, &workload->spec.args);
	workload->owner = model_read_owner(object);
	workload->replicas = read_replicas(object, spec);
	workload->first_ordinal = read_first_ordinal(object, spec);
	if (!object->failed)
		model_record_keep(object, &workload->record, &loader->workloads);
}
