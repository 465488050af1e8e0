/* SPDX-License-Identifier: Apache-2.0 */
/* What a DaemonSet runs: it tells which network plugin a cluster has. */
#include "model/loader.h"

#include <string.h>

struct texts {
	VEC(const char *) list;
};

static void add_all(struct model_object *object, const struct tree_node *list, struct texts *ret)
{
	struct intern *intern = &object->loader->snapshot->intern;

	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
		if (list->items[i]->kind == TREE_STRING)
			vec_push(&ret->list, intern_str(intern, list->items[i]->text));
}

static struct model_texts keep(struct model_object *object, struct texts *texts)
{
	struct model_texts kept = {
		.items = model_share(object->loader, texts->list.items,
				     texts->list.n * sizeof(*texts->list.items)),
		.n = (uint32_t)texts->list.n,
	};

	vec_release(&texts->list);
	return kept;
}

void model_read_daemon(struct model_object *object, const struct tree_node *template,
		       struct model_daemon *ret)
{
	/* What is wrong up to the containers was said when the template was read. */
	const struct tree_node *containers = tree_get(tree_get(template, "spec"), "containers");
	struct texts images = {0}, args = {0};

	for (uint32_t i = 0; containers && containers->kind == TREE_SEQ && i < containers->len;
	     i++) {
		const struct tree_node *container = containers->items[i];
		const char *image = container->kind == TREE_MAP
					    ? model_object_string(object, container, "image")
					    : NULL;

		if (image)
			vec_push(&images.list, image);
		add_all(object, tree_get(container, "command"), &args);
		add_all(object, tree_get(container, "args"), &args);
	}
	ret->images = keep(object, &images);
	ret->args = keep(object, &args);
}

bool model_is_daemon(const char *kind)
{
	return kind && strcmp(kind, "DaemonSet") == 0;
}
