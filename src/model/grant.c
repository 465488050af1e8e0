/* SPDX-License-Identifier: Apache-2.0 */
/* ReferenceGrants: which routes of other namespaces may send to a namespace's Services. */
#include "model/loader.h"

#include <string.h>

static bool has_text(const char *text, const char *wanted)
{
	return text && strcmp(text, wanted) == 0;
}

static void read_from(struct model_object *object, const struct tree_node *spec,
		      struct model_grant_record *grant)
{
	const struct tree_node *list = model_object_seq(object, spec, "from");

	grant->from =
		arena_alloc_n(&object->loader->scratch, list ? list->len : 0, sizeof(*grant->from));
	for (uint32_t i = 0; list && i < list->len; i++) {
		const struct tree_node *item = model_object_item(object, list, i);

		grant->from[grant->n_from++] = (struct model_grant_from){
			.group = model_object_string(object, item, "group"),
			.kind = model_object_string(object, item, "kind"),
			.ns = model_object_string(object, item, "namespace"),
		};
	}
}

/* Of `to` the Services: by name, or all of them. */
static void read_to(struct model_object *object, const struct tree_node *spec,
		    struct model_grant_record *grant)
{
	const struct tree_node *list = model_object_seq(object, spec, "to");

	grant->services = arena_alloc_n(&object->loader->scratch, list ? list->len : 0,
					sizeof(*grant->services));
	for (uint32_t i = 0; list && i < list->len; i++) {
		const struct tree_node *item = model_object_item(object, list, i);
		const char *group = model_object_string(object, item, "group");
		const char *name = model_object_string(object, item, "name");

		if ((group && *group) ||
		    !has_text(model_object_string(object, item, "kind"), "Service"))
			continue;
		if (name && *name)
			grant->services[grant->n_services++] = name;
		else
			grant->is_for_all = true;
	}
}

void model_read_grant(struct model_object *object)
{
	struct model_loader *loader = object->loader;
	const struct tree_node *spec = model_object_map(object, object->root, "spec");
	struct model_grant_record *grant = arena_alloc(&loader->scratch, sizeof(*grant));

	read_from(object, spec, grant);
	read_to(object, spec, grant);
	if (!object->failed)
		model_record_keep(object, &grant->record, &loader->grants);
}

static bool lets_in(const struct model_grant_record *grant, const struct model_route *route)
{
	for (uint32_t i = 0; i < grant->n_from; i++)
		if (has_text(grant->from[i].group, route->group) &&
		    has_text(grant->from[i].kind, route->kind) &&
		    has_text(grant->from[i].ns, route->ns))
			return true;
	return false;
}

static bool is_for(const struct model_grant_record *grant, const char *service)
{
	for (uint32_t i = 0; i < grant->n_services; i++)
		if (strcmp(grant->services[i], service) == 0)
			return true;
	return grant->is_for_all;
}

bool model_is_granted(const struct model_loader *loader, const struct model_route *route,
		      const struct model_route_backend *backend)
{
	if (strcmp(backend->ns, route->ns) == 0)
		return true;
	for (size_t i = 0; i < loader->grants.n; i++) {
		const struct model_record *record = loader->grants.items[i];
		const struct model_grant_record *grant = (const struct model_grant_record *)record;

		if (!record->is_replaced && strcmp(record->ns, backend->ns) == 0 &&
		    lets_in(grant, route) && is_for(grant, backend->name))
			return true;
	}
	return false;
}
