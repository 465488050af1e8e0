/* SPDX-License-Identifier: Apache-2.0 */
#include "layout/layout.h"

#include "layout/scene.h"

void layout_make(struct layout *layout)
{
	struct scene scene = {.layout = layout};

	if (layout->boxes.n == 0)
		return;
	scene_init(&scene);
	scene_arrange(&scene);
	scene_finish(&scene);
	scene_release(&scene);
}

void layout_release(struct layout *layout)
{
	vec_release(&layout->boxes);
	vec_release(&layout->frames);
	vec_release(&layout->labels);
	vec_release(&layout->arrows);
	vec_release(&layout->bundles);
	vec_release(&layout->lines);
}
