/* SPDX-License-Identifier: Apache-2.0 */
/* What a DaemonSet runs: it tells which network plugin a cluster has. */
#include "model/loader.h"

#include <string.h>

void model_read_images(struct model_object *object, const struct tree_node *template,
		       struct model_images *ret)
{
	/* What is wrong up to the containers was said when the template was read. */
	const struct tree_node *containers = tree_get(tree_get(template, "spec"), "containers");
	VEC(const char *) images = {0};

	for (uint32_t i = 0; containers && containers->kind == TREE_SEQ && i < containers->len; i++)
		if (containers->items[i]->kind == TREE_MAP) {
			const char *image =
				model_object_string(object, containers->items[i], "image");

			if (image)
				vec_push(&images, image);
		}
	ret->n = (uint32_t)images.n;
	ret->items = model_share(object->loader, images.items, images.n * sizeof(*images.items));
	vec_release(&images);
}

bool model_is_daemon(const char *kind)
{
	return kind && strcmp(kind, "DaemonSet") == 0;
}
