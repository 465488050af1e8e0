/* SPDX-License-Identifier: Apache-2.0 */
#include "render/aside.h"

#include "policy/idle.h"

void render_cni_json(struct json *json, const struct analyze_cluster *cluster)
{
	const struct policy_cni *cni = &cluster->options.cni;
	struct arena arena;

	if (cni->id == POLICY_CNI_UNKNOWN) {
		json_null(json);
		return;
	}
	arena_init(&arena);
	json_object(json);
	json_field(json, "name", policy_cni_name(cni->id));
	json_field(json, "version",
		   cni->major || cni->minor
			   ? policy_cni_version_text(cni->major, cni->minor, &arena)
			   : NULL);
	json_field(json, "from", cluster->cni_from);
	json_end(json);
	arena_release(&arena);
}

static void render_idle(struct json *json, const struct policy *policy)
{
	json_object(json);
	json_field(json, "group", policy->group);
	json_field(json, "kind", policy->kind);
	json_field(json, "namespace", policy->ns);
	json_field(json, "name", policy->name);
	json_field(json, "why", policy->no_effect);
	json_field(json, "file", policy->span.file ? policy->span.file->name : NULL);
	json_key(json, "line");
	json_uint(json, policy->span.line);
	json_end(json);
}

void render_no_effect_json(struct json *json, const struct policy_set *policies)
{
	json_array(json);
	for (uint32_t i = 0; i < policies->n_idle; i++)
		if (policies->idle[i]->part == 0)
			render_idle(json, policies->idle[i]);
	json_end(json);
}

void render_not_evaluated_json(struct json *json, const struct model_snapshot *snapshot)
{
	json_array(json);
	for (uint32_t i = 0; i < snapshot->n_not_evaluated; i++) {
		json_object(json);
		json_field(json, "group", snapshot->not_evaluated[i].group);
		json_field(json, "kind", snapshot->not_evaluated[i].kind);
		json_key(json, "count");
		json_uint(json, snapshot->not_evaluated[i].n);
		json_end(json);
	}
	json_end(json);
}

void render_aside_text(const struct analyze_cluster *cluster, const char *indent)
{
	const struct model_snapshot *snapshot = cluster->snapshot;
	struct policy_idle_kinds idle = {0};

	policy_idle_list(cluster->policies, &idle);
	for (size_t i = 0; i < idle.n; i++)
		printf("%snot counted: %u %s (%s): %s\n", indent, idle.items[i].n,
		       idle.items[i].first->kind, idle.items[i].first->group,
		       idle.items[i].first->no_effect);
	vec_release(&idle);
	for (uint32_t i = 0; i < snapshot->n_not_evaluated; i++)
		printf("%snot counted: %u %s (%s): Bulkhead does not evaluate it\n", indent,
		       snapshot->not_evaluated[i].n, snapshot->not_evaluated[i].kind,
		       snapshot->not_evaluated[i].group);
}

void render_aside_json(struct json *json, const struct analyze_cluster *cluster)
{
	json_key(json, "cni");
	render_cni_json(json, cluster);
	json_key(json, "noEffect");
	render_no_effect_json(json, cluster->policies);
	json_key(json, "notEvaluated");
	render_not_evaluated_json(json, cluster->snapshot);
}
