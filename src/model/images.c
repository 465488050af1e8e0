/* SPDX-License-Identifier: Apache-2.0 */
/* What containers run: it tells which network plugin a cluster has, and what is a database. */
#include "model/loader.h"

#include <string.h>

struct texts {
	VEC(const char *) list;
};

static void add_text(struct model_object *object, const struct tree_node *node, struct texts *ret)
{
	if (node && node->kind == TREE_STRING)
		vec_push(&ret->list, intern_str(&object->loader->snapshot->intern, node->text));
}

static void add_all(struct model_object *object, const struct tree_node *list, struct texts *ret)
{
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
		add_text(object, list->items[i], ret);
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

/* What is wrong up to the containers is said when the template is read. */
static const struct tree_node *containers_of(const struct tree_node *template)
{
	const struct tree_node *containers = tree_get(tree_get(template, "spec"), "containers");

	return containers && containers->kind == TREE_SEQ ? containers : NULL;
}

void model_read_images(struct model_object *object, const struct tree_node *template,
		       struct model_texts *ret)
{
	const struct tree_node *containers = containers_of(template);
	struct texts texts = {0};

	for (uint32_t i = 0; containers && i < containers->len; i++)
		add_text(object, tree_get(containers->items[i], "image"), &texts);
	*ret = keep(object, &texts);
}

void model_read_args(struct model_object *object, const struct tree_node *template,
		     struct model_texts *ret)
{
	const struct tree_node *containers = containers_of(template);
	struct texts texts = {0};

	for (uint32_t i = 0; containers && i < containers->len; i++) {
		add_all(object, tree_get(containers->items[i], "command"), &texts);
		add_all(object, tree_get(containers->items[i], "args"), &texts);
	}
	*ret = keep(object, &texts);
}

bool model_is_daemon(const char *kind)
{
	return kind && strcmp(kind, "DaemonSet") == 0;
}
