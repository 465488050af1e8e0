/* SPDX-License-Identifier: Apache-2.0 */
#include "model/mesh.h"

#include <string.h>
#include <strings.h>

#define INJECTION "istio-injection"
#define REVISION "istio.io/rev"
#define MODE "istio.io/dataplane-mode"

struct model_mesh_keys model_mesh_keys_find(const struct intern *intern)
{
	return (struct model_mesh_keys){
		.inject = intern_find(intern, MODEL_MESH_INJECT, strlen(MODEL_MESH_INJECT)),
		.injection = intern_find(intern, INJECTION, strlen(INJECTION)),
		.revision = intern_find(intern, REVISION, strlen(REVISION)),
		.mode = intern_find(intern, MODE, strlen(MODE)),
	};
}

static bool is(const char *value, const char *want)
{
	return value && strcmp(value, want) == 0;
}

/* The injector takes YAML's words for true. */
static bool is_yes(const char *value)
{
	static const char *const words[] = {"true", "yes", "y", "on"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
}

/* Where the injector never works, whatever is labelled there. */
static bool is_exempt(const struct model_namespace *ns)
{
	static const char *const names[] = {"kube-system", "kube-public", "kube-node-lease",
					    "local-path-storage"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(ns->name, names[i]) == 0)
			return true;
	return false;
}

/*
 * A namespace decides by istio-injection, and by istio.io/rev only without that. One that has
 * neither leaves it to the pods. The label of a pod comes before its annotation.
 */
static bool is_injected(const struct model_mesh_keys *keys, const struct model_pod *pod,
			const struct model_mesh_hints *hints)
{
	const char *injection = model_label_get(&pod->ns->labels, keys->injection);
	const char *wish = model_label_get(&pod->labels, keys->inject);

	if (is_exempt(pod->ns) || (injection && strcmp(injection, "enabled") != 0))
		return false;
	if (!wish)
		wish = hints->inject;
	if (wish && *wish)
		return is_yes(wish);
	return injection || model_label_get(&pod->ns->labels, keys->revision) ||
	       model_label_get(&pod->labels, keys->revision);
}

static bool is_ambient(const struct model_mesh_keys *keys, const struct model_pod *pod)
{
	const char *own = model_label_get(&pod->labels, keys->mode);

	return is(own, "ambient") ||
	       (is(model_label_get(&pod->ns->labels, keys->mode), "ambient") && !is(own, "none"));
}

bool model_mesh_has(const struct model_mesh_keys *keys, const struct model_pod *pod,
		    const struct model_mesh_hints *hints)
{
	if (pod->host_network)
		return false;
	return hints->has_proxy || is_injected(keys, pod, hints) || is_ambient(keys, pod);
}
