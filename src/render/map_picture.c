/* SPDX-License-Identifier: Apache-2.0 */
#include "render/map_picture.h"

#include "analyze/text.h"
#include "base/keyset.h"

#include <string.h>

#define NO_BOX UINT32_MAX
#define ON_CONDITIONS " on conditions"

struct drawing {
	struct map_picture *picture;
	uint32_t *box_of;      /* by set, NO_BOX until one is needed */
	uint32_t *lone_box_of; /* by endpoint that is in no set */
	uint32_t outside;      /* the box of addresses outside, NO_BOX: none yet */
	uint32_t open;         /* the box of all that are open */
	struct hash_map arrows;
	struct keyset notes; /* about ranges, that were told */
};

static uint32_t add_box(struct drawing *drawing, const struct picture_box *box)
{
	vec_push(&drawing->picture->boxes, *box);
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

static struct picture_box endpoint_box(struct drawing *drawing, uint32_t endpoint)
{
	const struct analyze_map *map = drawing->picture->map;
	const struct analyze_map_endpoint *item = &map->endpoints.items[endpoint];
	const bool has_frame = !map->options.by_namespace && endpoint != map->ingress;

	return (struct picture_box){.frame = has_frame ? item->ns : "",
				    .name = name_of(drawing, endpoint),
				    .id = item->id,
				    .set = MAP_GATHER_NONE};
}

/* One that stands for several. */
static struct picture_box set_box(struct drawing *drawing, uint32_t number)
{
	struct map_picture *picture = drawing->picture;
	const struct map_gathered *set = &picture->gather.sets.items[number];
	const struct analyze_map_endpoint *first = &picture->map->endpoints.items[set->first];
	struct picture_box box = endpoint_box(drawing, set->first);

	box.set = number;
	switch (set->kind) {
	case MAP_GATHER_ONE:
		break;
	case MAP_GATHER_ALIKE:
		box.name = arena_printf(&picture->arena, "%u workloads", set->n);
		box.id = arena_printf(&picture->arena, "%s and %u with the same access", first->id,
				      set->n - 1);
		break;
	case MAP_GATHER_NAMESPACE:
		box.frame = "";
		box.name = first->ns;
		box.id = arena_printf(&picture->arena, "%s (all %u workloads)", first->ns, set->n);
		break;
	case MAP_GATHER_NAMESPACES:
		box.frame = "";
		box.name = arena_printf(&picture->arena, "%u namespaces", set->n_namespaces);
		box.id = arena_printf(&picture->arena, "%s and %u more namespaces", first->ns,
				      set->n_namespaces - 1);
		break;
	}
	return box;
}

static uint32_t hub_box(struct drawing *drawing, enum picture_kind kind, const char *name,
			const char *id)
{
	return add_box(
		drawing,
		&(struct picture_box){
			.kind = kind, .frame = "", .name = name, .id = id, .set = MAP_GATHER_NONE});
}

static uint32_t box_of(struct drawing *drawing, uint32_t endpoint)
{
	const struct map_gather *gather = &drawing->picture->gather;
	struct picture_box box;
	uint32_t *known, set;

	if (endpoint == ANALYZE_MAP_OUTSIDE) {
		if (drawing->outside == NO_BOX)
			drawing->outside =
				hub_box(drawing, PICTURE_OUTSIDE, "addresses outside", "outside");
		return drawing->outside;
	}
	set = gather->set_of[endpoint];
	known = set == MAP_GATHER_NONE ? &drawing->lone_box_of[endpoint] : &drawing->box_of[set];
	if (*known == NO_BOX) {
		box = set == MAP_GATHER_NONE ? endpoint_box(drawing, endpoint)
					     : set_box(drawing, set);
		*known = add_box(drawing, &box);
	}
	return *known;
}

static uint32_t open_box(struct drawing *drawing)
{
	struct map_picture *picture = drawing->picture;

	if (drawing->open == NO_BOX)
		drawing->open = hub_box(drawing, PICTURE_OPEN,
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

/* The same of several endpoints in one box is told once, and a range is one whatever it may. */
static void note_range(struct drawing *drawing, struct picture_arrow *arrow,
		       const struct analyze_map_connection *connection)
{
	const struct analyze_map *map = drawing->picture->map;
	const struct ip_range *range = connection->range;
	const struct ip_addr lowest = ip_lowest(range->first.family);
	const struct ip_addr highest = ip_highest(range->first.family);
	struct strbuf line = {0};
	char first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];
	bool is_new;
	size_t start;

	strbuf_printf(&line, "%u>%u ", arrow->from, arrow->to);
	start = line.len;
	strbuf_printf(&line, "%s-%s: ", ip_format(&range->first, first),
		      ip_format(&range->last, last));
	keyset_intern(&drawing->notes, line.text, line.len, &is_new);
	arrow->n_ranges += is_new;
	analyze_ports_text(analyze_portsets_get(&map->sets, connection->ports), &line);
	if (connection->conditions != ANALYZE_MAP_CERTAIN)
		strbuf_addstr(&line, ON_CONDITIONS);
	keyset_intern(&drawing->notes, line.text, line.len, &is_new);
	if (is_new)
		strbuf_printf(&arrow->note, "%s%s", arrow->note.len ? "\n" : "",
			      strbuf_str(&line) + start);
	arrow->has_whole_family |= ip_equal(&range->first, &lowest) &&
				   ip_equal(&range->last, &highest);
	strbuf_release(&line);
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
		note_range(drawing, arrow, connection);
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

	return order ? order : strcmp(a->box->id, b->box->id);
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

/* Endpoints in boxes; those that are open and the proxy of routes are for themselves. */
static void gather(struct drawing *drawing)
{
	struct map_picture *picture = drawing->picture;
	const size_t n = picture->map->endpoints.n;
	bool *is_out = arena_alloc_n(&picture->arena, n + 1, sizeof(*is_out));

	for (uint32_t i = 0; i < n; i++)
		is_out[i] = map_fold_is_open(&picture->fold, i) || i == picture->map->ingress;
	map_gather_init(&picture->gather, picture->map, is_out);
	drawing->box_of = arena_alloc_n(&picture->arena, n + 1, sizeof(*drawing->box_of));
	drawing->lone_box_of = arena_alloc_n(&picture->arena, n + 1, sizeof(*drawing->lone_box_of));
	memset(drawing->box_of, 0xff, n * sizeof(*drawing->box_of));
	memset(drawing->lone_box_of, 0xff, n * sizeof(*drawing->lone_box_of));
}

void map_picture_init(struct map_picture *picture, struct analyze_map *map)
{
	struct drawing drawing = {.picture = picture, .outside = NO_BOX, .open = NO_BOX};

	*picture = (struct map_picture){.map = map};
	arena_init(&picture->arena);
	map_fold_init(&picture->fold, map);
	gather(&drawing);
	analyze_map_each(map, draw_connection, &drawing);
	draw_rest(&drawing);
	sort_boxes(picture);
	hash_map_release(&drawing.arrows);
	keyset_release(&drawing.notes);
}

void map_picture_release(struct map_picture *picture)
{
	for (size_t i = 0; i < picture->arrows.n; i++)
		strbuf_release(&picture->arrows.items[i].note);
	vec_release(&picture->arrows);
	vec_release(&picture->boxes);
	map_gather_release(&picture->gather);
	map_fold_release(&picture->fold);
	arena_release(&picture->arena);
}

bool map_picture_is_gathered(const struct map_picture *picture, uint32_t box)
{
	const uint32_t set = picture->boxes.items[box].set;

	if (picture->boxes.items[box].kind == PICTURE_OPEN)
		return true;
	return set != MAP_GATHER_NONE && picture->gather.sets.items[set].n > 1;
}

void map_picture_members(const struct map_picture *picture, uint32_t box, map_picture_fn fn,
			 void *arg)
{
	const struct picture_box *item = &picture->boxes.items[box];
	const struct analyze_map *map = picture->map;

	for (uint32_t i = 0; i < map->endpoints.n; i++)
		if (item->kind == PICTURE_OPEN ? map_fold_is_open(&picture->fold, i)
					       : item->set != MAP_GATHER_NONE &&
							 picture->gather.set_of[i] == item->set)
			fn(arg, map->endpoints.items[i].id);
}

struct picture_gathered map_picture_gathered(const struct map_picture *picture)
{
	struct picture_gathered ret = {0};

	for (size_t i = 0; i < picture->gather.sets.n; i++) {
		ret.n_alike += picture->gather.sets.items[i].kind == MAP_GATHER_ALIKE;
		ret.n_namespaces += picture->gather.sets.items[i].kind >= MAP_GATHER_NAMESPACE;
	}
	return ret;
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
	strbuf_addstr(ret, ON_CONDITIONS);
}
