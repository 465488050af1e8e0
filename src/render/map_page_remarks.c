/* SPDX-License-Identifier: Apache-2.0 */
/* What is said below a picture: what its shapes stand for, where there are such. */
#include "render/letters.h"
#include "render/map_page.h"

#include <string.h>

#define MAX_REMARK 900

/* In lines, each as full as it can be. */
static void add_remark(struct map_page *page, const char *text, int width)
{
	while (*text) {
		const size_t whole = strlen(text);
		size_t len = 0;

		for (size_t end = 1; end <= whole; end++) {
			const bool is_break = end == whole || text[end] == ' ';
			const char *line;

			if (!is_break)
				continue;
			line = arena_strndup(&page->arena, text, end);
			if (len && letters_width(line, PAGE_NOTE_SIZE) > width)
				break;
			len = end;
		}
		vec_push(&page->remarks, arena_strndup(&page->arena, text, len));
		text += len + (text[len] == ' ');
	}
}

static void add_open(void *arg, const char *id)
{
	strbuf_printf(arg, " %s", id);
}

static void remark_open(struct map_page *page, int width)
{
	struct strbuf text = {0};

	for (uint32_t i = 0; i < page->picture.boxes.n; i++) {
		if (page->picture.boxes.items[i].kind != PICTURE_OPEN)
			continue;
		strbuf_printf(&text,
			      "All open: nothing isolates these %u, every port is open to them "
			      "and from them:",
			      page->picture.fold.n_open);
		map_picture_members(&page->picture, i, add_open, &text);
		add_remark(page, letters_cut(&page->arena, strbuf_str(&text), MAX_REMARK), width);
	}
	strbuf_release(&text);
}

void map_page_remark(struct map_page *page, int width)
{
	const struct picture_gathered gathered = map_picture_gathered(&page->picture);

	remark_open(page, width);
	if (page->picture.map->options.by_namespace)
		add_remark(page, "Namespaces: of all that their workloads may do, the union.",
			   width);
	if (gathered.n_alike)
		add_remark(page,
			   "A box on another stands for workloads of one namespace that have the "
			   "same access; pointing at it names them.",
			   width);
	if (gathered.n_namespaces)
		add_remark(page,
			   arena_printf(&page->arena,
					"%u boxes stand for whole namespaces, with the union of "
					"what their workloads may do: --only NAMESPACE shows one.",
					gathered.n_namespaces),
			   width);
}
