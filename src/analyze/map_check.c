/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/map_check.h"

#include "analyze/question.h"
#include "analyze/text.h"
#include "base/intern.h"
#include "tree/tree.h"

#include <string.h>

enum { WRITTEN, FOUND, N_SIDES };

struct checking {
	struct analyze_map_check *check;
	struct analyze_map *map;
	const char *path;
	struct diag_list *diags;
	struct keyset keys; /* "FROM\0TO\0CONDITIONS\0" */
	VEC(struct analyze_stale) connections;
	struct keyset ids;
	VEC(uint8_t) sides_of; /* by id: bits */
	bool is_map;
};

/* The connection of these ends and conditions, listed when it is new. */
static struct analyze_stale *enter(struct checking *checking, const char *from, const char *to,
				   const char *conditions)
{
	struct strbuf key = {0};
	struct arena *arena = &checking->check->arena;
	uint32_t number;
	bool is_new;

	strbuf_add(&key, from, strlen(from) + 1);
	strbuf_add(&key, to, strlen(to) + 1);
	strbuf_addstr(&key, conditions);
	number = keyset_intern(&checking->keys, key.text, key.len, &is_new);
	strbuf_release(&key);
	if (is_new)
		vec_push(&checking->connections,
			 ((struct analyze_stale){.from = arena_strdup(arena, from),
						 .to = arena_strdup(arena, to),
						 .conditions = arena_strdup(arena, conditions)}));
	return &checking->connections.items[number];
}

static void enter_id(struct checking *checking, const char *id, int side)
{
	const uint32_t number = keyset_intern(&checking->ids, id, strlen(id) + 1, NULL);

	while (checking->sides_of.n <= number)
		vec_push(&checking->sides_of, 0);
	checking->sides_of.items[number] |= (uint8_t)(1 << side);
}

/* "TCP 80", and where families differ what each has. */
static const char *ports_text(struct checking *checking, const struct port_set *ports,
			      const struct port_set *const by_family[])
{
	struct strbuf text = {0};
	const char *ret;

	analyze_ports_text(ports, &text);
	for (int family = 0; by_family && family < ANALYZE_MAP_FAMILIES; family++) {
		strbuf_addstr(&text, family ? "; IPv6: " : " (IPv4: ");
		analyze_ports_text(by_family[family], &text);
		strbuf_addstr(&text, family ? ")" : "");
	}
	ret = arena_strdup(&checking->check->arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

/* ---- What was written ---- */

static uint8_t read_space(const char *name)
{
	for (uint8_t space = 0; name && space < PORT_N_SPACES; space++)
		if (strcmp(port_space_name(space), name) == 0)
			return space;
	return PORT_N_SPACES;
}

static void read_ports(const struct tree_node *list, struct port_set *ret)
{
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++) {
		const struct tree_node *first = tree_get(list->items[i], "port");
		const struct tree_node *last = tree_get(list->items[i], "endPort");
		const uint8_t space = read_space(tree_get_string(list->items[i], "protocol"));

		if (space < PORT_N_SPACES && first && first->kind == TREE_INT && last &&
		    last->kind == TREE_INT && first->integer >= 0 &&
		    first->integer <= last->integer &&
		    last->integer <= port_space_last((enum port_space)space))
			port_set_add(ret, (struct port_range){space, (uint16_t)first->integer,
							      (uint16_t)last->integer});
	}
}

static void read_conditions(const struct tree_node *list, struct strbuf *ret)
{
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
		if (list->items[i]->kind == TREE_STRING)
			strbuf_printf(ret, "%s%s", ret->len ? "; " : "", list->items[i]->text);
}

static void read_connection(struct checking *checking, const struct tree_node *node)
{
	const char *from = tree_get_string(node, "from"), *to = tree_get_string(node, "to");
	const struct tree_node *families = tree_get(node, "byFamily");
	struct port_set ports = {0}, v4 = {0}, v6 = {0};
	const struct port_set *const by_family[] = {&v4, &v6};
	struct strbuf conditions = {0};

	if (!from || !to)
		return;
	read_ports(tree_get(node, "ports"), &ports);
	read_ports(tree_get(families, "IPv4"), &v4);
	read_ports(tree_get(families, "IPv6"), &v6);
	read_conditions(tree_get(node, "conditions"), &conditions);
	enter(checking, from, to, strbuf_str(&conditions))->before =
		ports_text(checking, &ports, families ? by_family : NULL);
	strbuf_release(&conditions);
	port_set_release(&ports);
	port_set_release(&v4);
	port_set_release(&v6);
}

static int read_map(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct checking *checking = arg;
	const char *schema = tree_get_string(root, "schema");
	const char *level = tree_get_string(root, "level");
	const struct tree_node *endpoints = tree_get(root, "endpoints");
	const struct tree_node *connections = tree_get(root, "connections");
	const char *wanted = checking->map->options.by_namespace ? "namespace" : "workload";

	(void)file;
	if (!schema || strcmp(schema, "bulkhead.map/v1") != 0 || !level || !connections ||
	    connections->kind != TREE_SEQ || !endpoints || endpoints->kind != TREE_SEQ)
		return 0;
	checking->is_map = true;
	if (strcmp(level, wanted) != 0)
		analyze_refuse(checking->diags, "--check %s: it is of --level %s, not of %s",
			       checking->path, level, wanted);
	for (uint32_t i = 0; i < endpoints->len; i++)
		if (tree_get_string(endpoints->items[i], "id"))
			enter_id(checking, tree_get_string(endpoints->items[i], "id"), WRITTEN);
	for (uint32_t i = 0; i < connections->len; i++)
		read_connection(checking, connections->items[i]);
	return 0;
}

static bool read_file(struct checking *checking)
{
	struct diag_file *file;
	struct arena arena;
	struct intern intern;
	int ret;

	arena_init(&arena);
	intern_init(&intern, &arena);
	ret = tree_load(checking->path, NULL, &arena, &file);
	if (ret < 0)
		analyze_refuse(checking->diags, "--check %s: cannot read: %s", checking->path,
			       strerror(-ret));
	else
		tree_read(file, NULL, &arena, &intern, checking->diags, read_map, checking);
	if (ret == 0 && !checking->is_map)
		analyze_refuse(checking->diags,
			       "--check %s: this is no map, expected what "
			       "'bulkhead map -o json' writes",
			       checking->path);
	intern_release(&intern);
	arena_release(&arena);
	return checking->diags->n_errors == 0;
}

/* ---- What is ---- */

static const char *end_id(struct checking *checking, uint32_t endpoint,
			  const struct ip_range *range)
{
	return endpoint == ANALYZE_MAP_OUTSIDE ? analyze_range_id(range, &checking->check->arena)
					       : checking->map->endpoints.items[endpoint].id;
}

static void take_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct checking *checking = arg;
	const struct analyze_portsets *sets = &checking->map->sets;
	const struct port_set *by_family[ANALYZE_MAP_FAMILIES];
	struct strbuf conditions = {0};

	for (int family = 0; connection->by_family && family < ANALYZE_MAP_FAMILIES; family++)
		by_family[family] = analyze_portsets_get(sets, connection->by_family[family]);
	for (size_t i = 0; connection->conditions != ANALYZE_MAP_CERTAIN &&
			   i < analyze_portsets_n_texts(sets, connection->conditions);
	     i++)
		strbuf_printf(&conditions, "%s%s", i ? "; " : "",
			      analyze_portsets_text(sets, connection->conditions, i));
	enter(checking, end_id(checking, connection->from, connection->range),
	      end_id(checking, connection->to, connection->range), strbuf_str(&conditions))
		->after = ports_text(checking, analyze_portsets_get(sets, connection->ports),
				     connection->by_family ? by_family : NULL);
	strbuf_release(&conditions);
}

static int compare_stale(const void *left, const void *right)
{
	const struct analyze_stale *a = left, *b = right;
	int order = strcmp(a->from, b->from);

	if (!order)
		order = strcmp(a->to, b->to);
	return order ? order : strcmp(a->conditions, b->conditions);
}

static void list_stale(struct checking *checking)
{
	struct analyze_map_check *check = checking->check;

	for (size_t i = 0; i < checking->connections.n; i++) {
		const struct analyze_stale *connection = &checking->connections.items[i];

		if (!connection->before || !connection->after ||
		    strcmp(connection->before, connection->after) != 0)
			vec_push(&check->stale, *connection);
	}
	if (check->stale.n)
		qsort(check->stale.items, check->stale.n, sizeof(*check->stale.items),
		      compare_stale);
	for (uint32_t i = 0; i < checking->ids.n; i++) {
		size_t size;
		const char *id = arena_strdup(&check->arena, keyset_get(&checking->ids, i, &size));

		if (checking->sides_of.items[i] == 1 << WRITTEN)
			vec_push(&check->removed, id);
		if (checking->sides_of.items[i] == 1 << FOUND)
			vec_push(&check->added, id);
	}
}

bool analyze_map_check(struct analyze_map_check *ret, struct analyze_map *map, const char *path,
		       struct diag_list *diags)
{
	struct checking checking = {.check = ret, .map = map, .path = path, .diags = diags};
	bool is_read;

	*ret = (struct analyze_map_check){0};
	arena_init(&ret->arena);
	is_read = read_file(&checking);
	if (is_read) {
		for (size_t i = 0; i < map->endpoints.n; i++)
			enter_id(&checking, map->endpoints.items[i].id, FOUND);
		analyze_map_each(map, take_connection, &checking);
		list_stale(&checking);
	}
	keyset_release(&checking.keys);
	keyset_release(&checking.ids);
	vec_release(&checking.connections);
	vec_release(&checking.sides_of);
	return is_read;
}

void analyze_map_check_release(struct analyze_map_check *check)
{
	vec_release(&check->stale);
	vec_release(&check->added);
	vec_release(&check->removed);
	arena_release(&check->arena);
}
