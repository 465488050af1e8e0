/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/connlist.h"

#include "lib/tap.h"

#include <stdio.h>
#include <string.h>

void connlist_init(struct connlist *list)
{
	*list = (struct connlist){0};
	arena_init(&list->arena);
	intern_init(&list->intern, &list->arena);
	diag_list_init(&list->diags, &list->arena);
}

void connlist_release(struct connlist *list)
{
	for (size_t i = 0; i < list->found.n; i++)
		port_set_release(&list->found.items[i].ports);
	vec_release(&list->found);
	intern_release(&list->intern);
	arena_release(&list->arena);
}

static const enum port_space spaces[] = {PORT_TCP, PORT_UDP, PORT_SCTP};

/* "1-79,81" of one protocol; nothing means all. */
static void add_numbers(struct port_set *set, enum port_space space, const char *text, size_t len)
{
	const char *end = text + len;

	if (len == 0)
		port_set_add(set, (struct port_range){(uint8_t)space, 1, 65535});
	while (text < end) {
		unsigned int first, last;
		int n_first = 0, n_last = 0;

		if (sscanf(text, "%u%n-%u%n", &first, &n_first, &last, &n_last) < 2) {
			last = first;
			n_last = n_first;
		}
		port_set_add(set,
			     (struct port_range){(uint8_t)space, (uint16_t)first, (uint16_t)last});
		text += n_last + 1;
	}
}

void connlist_known_ports(struct port_set *ret)
{
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		add_numbers(ret, spaces[i], "", 0);
}

void connlist_parse_ports(const char *text, struct port_set *set)
{
	static const char *const names[] = {"TCP", "UDP", "SCTP"};

	if (strncmp(text, "All", 3) == 0)
		connlist_known_ports(set);
	for (int i = 0; i < 3; i++) {
		const char *at = strstr(text, names[i]);
		size_t len;

		/* "SCTP" ends in what is not "TCP" */
		if (i == 0 && at && at > text && at[-1] == 'S')
			at = strstr(at + 1, names[i]);
		if (!at)
			continue;
		at += strlen(names[i]);
		at += strspn(at, ": [");
		len = strspn(at, "0123456789-,");
		while (len && at[len - 1] == ',')
			len--;
		add_numbers(set, spaces[i], at, len);
	}
}

/* "ns/name[Kind]" to "ns/Kind/name", "A-B[External]" to "ip" and a range. */
static const char *parse_end(struct connlist *list, const char *text, struct ip_range *range)
{
	const char *bracket = strchr(text, '[');
	const char *dash = strchr(text, '-');
	const char *slash = strchr(text, '/');

	if (strncmp(text, "{ingress-controller}", 20) == 0)
		return "ingress-controller";
	if (!bracket)
		bail("'%s' is no endpoint", text);
	if (strncmp(bracket, "[External]", 10) == 0) {
		if (ip_parse(arena_strndup(&list->arena, text, dash - text), &range->first, NULL) ||
		    ip_parse(arena_strndup(&list->arena, dash + 1, bracket - dash - 1),
			     &range->last, NULL))
			bail("'%s' is no range", text);
		return "ip";
	}
	return arena_printf(&list->arena, "%.*s/%.*s/%.*s", (int)(slash - text), text,
			    (int)strcspn(bracket + 1, "]"), bracket + 1, (int)(bracket - slash - 1),
			    slash + 1);
}

/* The connection of "SRC => DST"; its ports are still empty. */
static struct connection *add_connection(struct connlist *list, const char *src, const char *dst)
{
	struct connection *connection = vec_add(&list->found);

	connection->from = parse_end(list, src, &connection->range);
	connection->to = parse_end(list, dst, &connection->range);
	return connection;
}

static struct connection *add_arrow(struct connlist *list, char *line)
{
	char *arrow = strstr(line, " => ");

	*arrow = '\0';
	return add_connection(list, line, arrow + 4);
}

/* "SRC => DST : PORTS" a line, without PORTS when they are `only`, up to the exposure section. */
static void read_txt(struct connlist *list, const struct port_range *only, char *text)
{
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *ports = strstr(line, " : ");

		if (strncmp(line, "Exposure", 8) == 0)
			return;
		if (!strstr(line, " => "))
			continue;
		if (only)
			port_set_add(&add_arrow(list, line)->ports, *only);
		if (!ports)
			continue;
		*ports = '\0';
		connlist_parse_ports(ports + 3, &add_arrow(list, line)->ports);
	}
}

/*
 * Blocks of "Connections between SRC => DST:" and the ports of each reason; at last those without a
 * reason.
 */
static void read_explained(struct connlist *list, char *text)
{
	struct connection *connection = NULL;
	bool has_reasons = true;

	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "Exposure", 8) == 0)
			return;
		if (strncmp(line, "# All Connections", 17) == 0)
			has_reasons = false;
		else if (strncmp(line, "Connections between ", 20) == 0)
			connection = add_arrow(list, line + 20);
		else if (!has_reasons && strstr(line, " => "))
			connlist_parse_ports("All", &add_arrow(list, line)->ports);
		else if (strncmp(line, "\tAllowed ", 9) == 0)
			connlist_parse_ports(line + 9, &connection->ports);
	}
}

struct json_reader {
	struct connlist *list;
	const struct port_range *only;
};

/* The connections are the document, or in it beside the exposure. */
static const struct tree_node *find_connections(const struct tree_node *root)
{
	const struct tree_node *focused;

	if (root->kind != TREE_MAP)
		return root;
	focused = tree_get(root, "connlist_conn_focus_results");
	return focused ? focused : tree_get(root, "connlist_results");
}

static int read_json(void *arg, struct tree_node *root, const struct diag_file *file)
{
	const struct tree_node *items = find_connections(root);
	struct json_reader *reader = arg;

	(void)file;
	for (uint32_t i = 0; items && items->kind == TREE_SEQ && i < items->len; i++) {
		const struct tree_node *item = items->items[i];
		struct connection *connection = add_connection(
			reader->list, tree_get_string(item, "src"), tree_get_string(item, "dst"));

		if (reader->only)
			port_set_add(&connection->ports, *reader->only);
		else
			connlist_parse_ports(tree_get_string(item, "conn"), &connection->ports);
	}
	return 0;
}

void connlist_read(struct connlist *list, const struct connlist_file *from)
{
	struct json_reader reader = {list, from->only};
	struct diag_file *file;

	if (tree_load(from->path, NULL, &list->arena, &file))
		bail("%s cannot be read", from->path);
	if (strcmp(from->format, "json") == 0)
		tree_read(file, NULL, &list->arena, &list->intern, &list->diags, read_json,
			  &reader);
	else if (from->is_explained)
		read_explained(list, arena_strndup(&list->arena, file->text, file->len));
	else
		read_txt(list, from->only, arena_strndup(&list->arena, file->text, file->len));
}

int connlist_compare(const void *left, const void *right)
{
	const struct connection *a = left, *b = right;
	int order = strcmp(a->from, b->from);

	if (!order)
		order = strcmp(a->to, b->to);
	return order ? order : ip_cmp(&a->range.first, &b->range.first);
}

static bool continues(const struct connection *a, const struct connection *b)
{
	struct ip_addr after;

	return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       port_set_equal(&a->ports, &b->ports) && ip_next(&a->range.last, &after) &&
	       ip_equal(&after, &b->range.first);
}

void connlist_normalise(struct connlist *list)
{
	struct connection *items = list->found.items;
	size_t n = 0;

	if (list->found.n)
		qsort(items, list->found.n, sizeof(*items), connlist_compare);
	for (size_t i = 0; i < list->found.n; i++) {
		struct connection *connection = &items[i];

		if (!connection->ports.n) {
			continue;
		} else if (n && connection->range.first.family &&
			   continues(&items[n - 1], connection)) {
			items[n - 1].range.last = connection->range.last;
			port_set_release(&connection->ports);
		} else {
			items[n++] = *connection;
		}
	}
	list->found.n = n;
}

/* The value of "KEY: VALUE" up to ", NEXT: " or the end. */
static char *take_field(struct connlist *list, const char *line, const char *key, const char *next)
{
	const char *at = strstr(line, key), *end;

	if (!at)
		bail("no '%s' in '%s'", key, line);
	at += strlen(key);
	end = next ? strstr(at, next) : NULL;
	return arena_strndup(&list->arena, at, end ? (size_t)(end - at) : strlen(at));
}

static void add_side(struct connlist *list, const char *change, const char *ports, const char *src,
		     const char *dst)
{
	struct connection *connection = add_connection(list, src, dst);

	connection->from = arena_printf(&list->arena, "%s %s", change, connection->from);
	connlist_parse_ports(ports, &connection->ports);
}

/* "diff-type: added, source: A, destination: B, ref1: No Connections, ref2: TCP 80[, workloads-…]" */
static void read_change(struct connlist *list, const char *line, const char *const names[])
{
	char *type = take_field(list, line, "diff-type: ", ", source: ");
	char *src = take_field(list, line, "source: ", ", destination: ");
	char *dst = take_field(list, line,
			       "destination: ", arena_printf(&list->arena, ", %s: ", names[0]));
	char *before = take_field(list, line, arena_printf(&list->arena, ", %s: ", names[0]),
				  arena_printf(&list->arena, ", %s: ", names[1]));
	char *after = take_field(list, line, arena_printf(&list->arena, ", %s: ", names[1]),
				 ", workloads-diff-info");

	if (strcmp(type, "removed") != 0)
		add_side(list, strcmp(type, "changed") == 0 ? "after" : "added", after, src, dst);
	if (strcmp(type, "added") != 0)
		add_side(list, strcmp(type, "changed") == 0 ? "before" : "removed", before, src,
			 dst);
}

void connlist_read_diff(struct connlist *list, const char *path)
{
	static const char *const plain[] = {"ref1", "ref2"}, *const named[] = {"old", "new"};
	struct diag_file *file;
	char *text;

	if (tree_load(path, NULL, &list->arena, &file))
		bail("%s cannot be read", path);
	text = arena_strndup(&list->arena, file->text, file->len);
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, "diff-type: ", 11) == 0)
			read_change(list, line, strstr(line, ", ref1: ") ? plain : named);
}

static void tell(const char *word, const struct connection *connection)
{
	char first[IP_TEXT_SIZE] = "", last[IP_TEXT_SIZE] = "";

	if (connection->range.first.family) {
		ip_format(&connection->range.first, first);
		ip_format(&connection->range.last, last);
	}
	diag("%s: %s -> %s %s %s, %zu port ranges from %u", word, connection->from, connection->to,
	     first, last, connection->ports.n, connection->ports.ranges[0].first);
}

uint32_t connlist_missing(const struct connlist *a, const struct connlist *b, const char *word,
			  uint32_t *ret_others)
{
	uint32_t n = 0;
	size_t at = 0;

	for (size_t i = 0; i < a->found.n; i++) {
		const struct connection *connection = &a->found.items[i], *other;

		while (at < b->found.n && connlist_compare(&b->found.items[at], connection) < 0)
			at++;
		other = at < b->found.n ? &b->found.items[at] : NULL;
		if (other && connlist_compare(other, connection) == 0 &&
		    ip_equal(&other->range.last, &connection->range.last) &&
		    port_set_equal(&other->ports, &connection->ports))
			continue;
		if (word && n < 5)
			tell(word, connection);
		n++;
		if (ret_others)
			*ret_others += !connection->is_of_host;
	}
	return n;
}
