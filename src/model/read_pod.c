/* SPDX-License-Identifier: Apache-2.0 */
/* Pods, and what pod templates have in common with them. */
#include "model/loader.h"

#include "base/plain.h"
#include "model/syntax.h"

#include <string.h>

struct containers {
	VEC(struct model_port) ports;
	bool has_proxy;
};

static void read_port(struct model_object *object, const struct tree_node *node,
		      struct containers *ret)
{
	struct model_port *port = vec_add(&ret->ports); /* zeroed, so that equal lists are shared */
	int64_t host_port = 0;
	const char *name;

	port->space = model_object_protocol(object, node);
	name = model_object_string(object, node, "name");
	port->number = model_object_port(object, node, "containerPort");
	model_object_int(object, node, "hostPort", (struct model_limits){0, 65535}, &host_port);
	port->host_port = (uint16_t)host_port;
	port->name = name && *name ? name : NULL;
	if (port->name)
		model_object_check(object, tree_span(object->file, tree_get(node, "name")),
				   "port name", name, model_syntax_port_name);
}

/* core/v1 Container.restartPolicy: one that restarts always runs beside the others. */
static bool runs_on(struct model_object *object, const struct tree_node *container)
{
	const char *policy = model_object_string(object, container, "restartPolicy");

	return policy && strcmp(policy, "Always") == 0;
}

/* One that Istio injected, or that the author wrote (gateways do); native sidecars are init ones. */
static bool is_proxy(struct model_object *object, const struct tree_node *container)
{
	const char *name = model_object_string(object, container, "name");

	return name && strcmp(name, "istio-proxy") == 0;
}

static void read_containers(struct model_object *object, const struct tree_node *spec,
			    const char *key, struct containers *ret)
{
	const struct tree_node *containers = model_object_seq(object, spec, key);
	bool is_init = strcmp(key, "initContainers") == 0;

	for (uint32_t i = 0; containers && i < containers->len; i++) {
		const struct tree_node *container = model_object_item(object, containers, i);
		const struct tree_node *list = model_object_seq(object, container, "ports");

		if (is_init && !runs_on(object, container))
			continue;
		ret->has_proxy |= is_proxy(object, container);
		for (uint32_t p = 0; list && p < list->len; p++)
			if (model_object_item(object, list, p))
				read_port(object, list->items[p], ret);
	}
}

static void read_all_containers(struct model_object *object, const struct tree_node *spec,
				struct model_template *ret)
{
	struct containers all = {0};

	read_containers(object, spec, "containers", &all);
	read_containers(object, spec, "initContainers", &all);
	ret->mesh.has_proxy = all.has_proxy;
	ret->n_ports = (uint32_t)all.ports.n;
	ret->ports = model_share(object->loader, all.ports.items,
				 all.ports.n * sizeof(*all.ports.items));
	vec_release(&all.ports);
}

static const char *read_annotation(struct model_object *object, const struct tree_node *metadata,
				   const char *key)
{
	const struct tree_node *map = model_object_map(object, metadata, "annotations");

	return model_object_string(object, map, key);
}

const char *model_read_sensitivity(struct model_object *object, const struct tree_node *metadata)
{
	const struct tree_node *labels = model_object_map(object, metadata, "labels");
	const char *text = model_object_string(object, labels, MODEL_SENSITIVITY);

	if (!text)
		text = read_annotation(object, metadata, MODEL_SENSITIVITY);
	return text ? plain_text(&object->loader->snapshot->arena, text) : NULL;
}

/* The name of another object; NULL: none. */
static const char *read_name(struct model_object *object, const struct tree_node *spec,
			     const char *key)
{
	const char *name = model_object_string(object, spec, key);

	if (!name || *name == '\0')
		return NULL;
	model_object_check(object, tree_span(object->file, tree_get(spec, key)), key, name,
			   model_syntax_name);
	return name;
}

void model_read_template(struct model_object *object, const struct tree_node *template,
			 struct model_template *ret)
{
	const struct tree_node *metadata = model_object_map(object, template, "metadata");
	const struct tree_node *spec = model_object_map(object, template, "spec");

	ret->labels = model_object_labels(object, metadata, "labels");
	ret->mesh.inject = read_annotation(object, metadata, MODEL_MESH_INJECT);
	ret->sensitivity = model_read_sensitivity(object, metadata);
	ret->service_account = read_name(object, spec, "serviceAccountName");
	if (!ret->service_account)
		ret->service_account = read_name(object, spec, "serviceAccount");
	if (!ret->service_account)
		ret->service_account = intern_str(&object->loader->snapshot->intern, "default");
	ret->node = read_name(object, spec, "nodeName");
	ret->host_network = model_object_bool(object, spec, "hostNetwork");
	read_all_containers(object, spec, ret);
	model_read_images(object, template, &ret->images);
}

/* The API server takes any text, but no object has a kind or name such as this. */
static bool may_own(const struct model_owner *owner)
{
	return owner->kind && owner->name &&
	       !model_syntax_label_value(owner->kind, strlen(owner->kind)) &&
	       !model_syntax_name(owner->name, strlen(owner->name));
}

struct model_owner model_read_owner(struct model_object *object)
{
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");
	const struct tree_node *list = model_object_seq(object, metadata, "ownerReferences");

	for (uint32_t i = 0; list && i < list->len; i++) {
		const struct tree_node *item = model_object_item(object, list, i);
		struct model_owner owner = {
			.kind = model_object_string(object, item, "kind"),
			.name = model_object_string(object, item, "name"),
		};

		if (model_object_bool(object, item, "controller") && may_own(&owner))
			return owner;
	}
	return (struct model_owner){0};
}

/* v4 first, at most one of a family: core/v1 PodStatus.podIPs has no more. */
void model_add_ip(struct ip_addr ips[2], uint32_t *n, struct ip_addr addr)
{
	if (addr.family == IP_NONE || *n == 2 || (*n == 1 && ips[0].family == addr.family))
		return;
	ips[(*n)++] = addr;
	if (*n == 2 && addr.family == IP_V4) {
		ips[1] = ips[0];
		ips[0] = addr;
	}
}

static bool has_v6(const struct model_pod_record *pod)
{
	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (pod->ips[i].family == IP_V6)
			return true;
	return false;
}

/* The list counts; the single one is its first item, and all there is in old dumps. */
static void read_ips(struct model_object *object, const char *const keys[2], struct ip_addr ips[2],
		     uint32_t *ret_n)
{
	const struct tree_node *status = model_object_map(object, object->root, "status");
	const struct tree_node *list = model_object_seq(object, status, keys[0]);

	for (uint32_t i = 0; list && i < list->len; i++) {
		const struct tree_node *item = model_object_item(object, list, i);

		model_add_ip(ips, ret_n, model_object_ip(object, tree_get(item, "ip")));
	}
	if (*ret_n == 0)
		model_add_ip(ips, ret_n, model_object_ip(object, tree_get(status, keys[1])));
}

static bool is_completed(struct model_object *object)
{
	const struct tree_node *status = model_object_map(object, object->root, "status");
	const char *phase = model_object_string(object, status, "phase");

	return phase && (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0);
}

void model_read_pod(struct model_object *object)
{
	static const char *const pod_ips[] = {"podIPs", "podIP"};
	static const char *const host_ips[] = {"hostIPs", "hostIP"};
	struct model_loader *loader = object->loader;
	struct model_pod_record *pod = arena_alloc(&loader->scratch, sizeof(*pod));

	model_read_template(object, object->root, &pod->spec);
	pod->owner = model_read_owner(object);
	if (model_is_daemon(pod->owner.kind))
		model_read_args(object, object->root, &pod->spec.args);
	read_ips(object, pod_ips, pod->ips, &pod->n_ips);
	read_ips(object, host_ips, pod->host_ips, &pod->n_host_ips);
	if (pod->spec.host_network && pod->n_host_ips == 0) {
		memcpy(pod->host_ips, pod->ips, sizeof(pod->host_ips));
		pod->n_host_ips = pod->n_ips;
	}
	loader->shows_v6 |= has_v6(pod) && !pod->spec.host_network;
	pod->is_completed = is_completed(object);
	if (!object->failed)
		model_record_keep(object, &pod->record, &loader->pods);
}
