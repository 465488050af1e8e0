/* SPDX-License-Identifier: Apache-2.0 */
#include "render/map_picture.h"

#include "analyze/text.h"

#include <string.h>

#define NO_BOX UINT32_MAX

struct drawing {
	struct map_picture *picture;
	uint32_t *box_of; /* by endpoint, NO_BOX until one is needed */
	uint32_t outside; /* the box of addresses outside, NO_BOX: none yet */
	uint32_t open;    /* the box of all that are open */
	struct hash_map arrows;
};

static uint32_t add_box(struct drawing *drawing, const char *frame, const char *name,
			const char *id)
{
	vec_push(&drawing->picture->boxes, ((struct picture_box){frame, name, id, 0}));
	return (uint32_t)drawing->picture->boxes.n - 1;
}

/* Two kinds of one name in a namespace are told apart. */
static const char *name_of(struct drawing *drawing, uint32_t number)
{
	struct map_picture *picture = drawing->picture;
	const struct analyze_map_endpoint *items = picture->map->endpoints.items;
	const struct analyze_map_endpoint *endpoint = &items[number];

	for (uint32_t i = 0; i < picture->map->endpoints.n; i++)
		if (i != number && strcmp(items[i].name, endpoint->name) == 0 &&
		    strcmp(items[i].ns, endpoint->ns) == 0)
			return arena_printf(&picture->arena, "%s/%s", endpoint->kind,
					    endpoint->name);
	return endpoint->name;
}

static uint32_t box_of(struct drawing *drawing, uint32_t endpoint)
{
	const struct analyze_map *map = drawing->picture->map;
	const struct analyze_map_endpoint *item;
	const bool has_frame = !map->options.by_namespace && endpoint != map->ingress;

	if (endpoint == ANALYZE_MAP_OUTSIDE) {
		if (drawing->outside == NO_BOX)
			drawing->outside = add_box(drawing, "", "addresses outside", "outside");
		return drawing->outside;
	}
	item = &map->endpoints.items[endpoint];
	if (drawing->box_of[endpoint] == NO_BOX)
		drawing->box_of[endpoint] = add_box(drawing, has_frame ? item->ns : "",
						    name_of(drawing, endpoint), item->id);
	return drawing->box_of[endpoint];
}

static uint32_t open_box(struct drawing *drawing)
{
	struct map_picture *picture = drawing->picture;

	if (drawing->open == NO_BOX)
		drawing->open = add_box(drawing, "",
					arena_printf(&picture->arena, "all open (%u)",
						     picture->fold.n_open),
					"all-open");
	return drawing->open;
}

static struct picture_arrow *arrow_between(struct drawing *drawing, uint32_t from, uint32_t to)
{
	struct map_picture *picture = drawing->picture;
	bool is_new;
	uint64_t *known = hash_map_put(&drawing->arrows, (uint64_t)from << 32 | to, &is_new);
	struct picture_arrow *arrow;

	if (!is_new)
		return &picture->arrows.items[*known];
	*known = picture->arrows.n;
	arrow = vec_add(&picture->arrows);
	arrow->from = from;
	arrow->to = to;
	picture->boxes.items[from].n_arrows++;
	picture->boxes.items[to].n_arrows++;
	return arrow;
}

static void note_range(const struct analyze_map *map, struct picture_arrow *arrow,
		       const struct analyze_map_connection *connection)
{
	char first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];

	arrow->n_ranges++;
	strbuf_printf(&arrow->note, "%s%s-%s: ", arrow->note.len ? "\n" : "",
		      ip_format(&connection->range->first, first),
		      ip_format(&connection->range->last, last));
	analyze_ports_text(analyze_portsets_get(&map->sets, connection->ports), &arrow->note);
}

static void draw_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct drawing *drawing = arg;
	struct map_picture *picture = drawing->picture;
	struct analyze_portsets *sets = &picture->map->sets;
	const enum map_fold_way way = map_fold_way(&picture->fold, connection);
	struct picture_arrow *arrow;
	uint32_t from, to;

	if (way == MAP_FOLD_HIDDEN)
		return;
	from = way == MAP_FOLD_FROM_ALL ? open_box(drawing) : box_of(drawing, connection->from);
	to = way == MAP_FOLD_TO_ALL ? open_box(drawing) : box_of(drawing, connection->to);
	arrow = arrow_between(drawing, from, to);
	if (connection->conditions == ANALYZE_MAP_CERTAIN)
		arrow->ports = analyze_portsets_union(sets, arrow->ports, connection->ports);
	else
		arrow->on_terms = analyze_portsets_union(sets, arrow->on_terms, connection->ports);
	if (connection->range)
		note_range(picture->map, arrow, connection);
}

/* Where each box goes when they are sorted. */
struct order {
	const struct picture_box *box;
	uint32_t before;
};

static int compare_order(const void *left, const void *right)
{
	const struct order *a = left, *b = right;
	const int order = strcmp(a->box->frame, b->box->frame);

	return order ? order : strcmp(a->box->name, b->box->name);
}

static void sort_boxes(struct map_picture *picture)
{
	const size_t n = picture->boxes.n;
	struct picture_box *sorted = arena_alloc_n(&picture->arena, n, sizeof(*sorted));
	struct order *orders = arena_alloc_n(&picture->arena, n, sizeof(*orders));
	uint32_t *place = arena_alloc_n(&picture->arena, n, sizeof(*place));

	for (uint32_t i = 0; i < n; i++)
		orders[i] = (struct order){&picture->boxes.items[i], i};
	if (n)
		qsort(orders, n, sizeof(*orders), compare_order);
	for (uint32_t i = 0; i < n; i++) {
		sorted[i] = *orders[i].box;
		place[orders[i].before] = i;
	}
	for (uint32_t i = 0; i < n; i++)
		picture->boxes.items[i] = sorted[i];
	for (size_t i = 0; i < picture->arrows.n; i++) {
		picture->arrows.items[i].from = place[picture->arrows.items[i].from];
		picture->arrows.items[i].to = place[picture->arrows.items[i].to];
	}
}

/* Whoever talks to nobody is there too; of those that are open, those with arrows of their own. */
static void draw_rest(struct drawing *drawing)
{
	const struct analyze_map *map = drawing->picture->map;

	for (uint32_t i = 0; i < map->endpoints.n && !map->options.from && !map->options.to; i++)
		if (!map_fold_is_open(&drawing->picture->fold, i))
			box_of(drawing, i);
	if (drawing->picture->fold.n_open > 1)
		open_box(drawing);
}

void map_picture_init(struct map_picture *picture, struct analyze_map *map)
{
	struct drawing drawing = {.picture = picture, .outside = NO_BOX, .open = NO_BOX};

	*picture = (struct map_picture){.map = map};
	arena_init(&picture->arena);
	map_fold_init(&picture->fold, map);
	drawing.box_of =
		vec_grow(NULL, &(size_t){0}, map->endpoints.n + 1, sizeof(*drawing.box_of));
	memset(drawing.box_of, 0xff, map->endpoints.n * sizeof(*drawing.box_of));
	analyze_map_each(map, draw_connection, &drawing);
	draw_rest(&drawing);
	sort_boxes(picture);
	hash_map_release(&drawing.arrows);
	free(drawing.box_of);
}

void map_picture_release(struct map_picture *picture)
{
	for (size_t i = 0; i < picture->arrows.n; i++)
		strbuf_release(&picture->arrows.items[i].note);
	vec_release(&picture->arrows);
	vec_release(&picture->boxes);
	map_fold_release(&picture->fold);
	arena_release(&picture->arena);
}

void map_picture_label(const struct map_picture *picture, const struct picture_arrow *arrow,
		       struct strbuf *ret)
{
	const struct analyze_portsets *sets = &picture->map->sets;

	if (arrow->ports != ANALYZE_PORTS_NONE)
		analyze_ports_text(analyze_portsets_get(sets, arrow->ports), ret);
	if (arrow->on_terms == ANALYZE_PORTS_NONE)
		return;
	strbuf_addstr(ret, ret->len ? "; " : "");
	analyze_ports_text(analyze_portsets_get(sets, arrow->on_terms), ret);
	strbuf_addstr(ret, " on conditions");
}
