/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/repair.h"

#include "base/strbuf.h"
#include "lib/reading.h"
#include "lib/tap.h"
#include "lib/tree_write.h"

#include <glob.h>
#include <string.h>

/* One file's documents. */
struct repair {
	struct reading reading;
	unsigned int n_names; /* given */
};

static bool is_text(const struct tree_node *node, const char *text)
{
	return node && node->kind == TREE_STRING && strcmp(node->text, text) == 0;
}

/* Adds `key: {}` unless the mapping has the key. */
static void need_selector(struct arena *arena, struct tree_node *map, const char *key)
{
	struct tree_member *members = arena_alloc_n(arena, map->len + 1, sizeof(*members));
	struct tree_node *empty = arena_alloc(arena, sizeof(*empty));

	if (tree_get(map, key))
		return;
	empty->kind = TREE_MAP;
	memcpy(members, map->members, map->len * sizeof(*members));
	members[map->len] = (struct tree_member){.key = key, .value = empty};
	map->members = members;
	map->len++;
}

static void take_away(struct tree_node *map, const char *key)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < map->len; i++)
		if (strcmp(map->members[i].key, key) != 0)
			map->members[n++] = map->members[i];
	map->len = n;
}

/* Everywhere below the node. */
static void repair_fields(struct arena *arena, struct tree_node *node)
{
	if (node->kind == TREE_MAP && is_text(tree_get(node, "protocol"), ""))
		take_away(node, "protocol");
	for (uint32_t i = 0; tree_is_container(node) && i < node->len; i++) {
		struct tree_node *child = tree_child(node, i);

		repair_fields(arena, child);
		if (node->kind != TREE_MAP || strcmp(node->members[i].key, "pods") != 0 ||
		    child->kind != TREE_MAP)
			continue;
		need_selector(arena, child, "namespaceSelector");
		need_selector(arena, child, "podSelector");
	}
}

static void rename_policy(struct repair *repair, struct tree_node *metadata)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	for (uint32_t i = 0; i < metadata->len; i++) {
		struct tree_node *name = metadata->members[i].value;

		if (strcmp(metadata->members[i].key, "name") == 0 &&
		    name->text[strspn(name->text, allowed)] != '\0')
			name->text = arena_printf(&repair->reading.arena, "policy-%u",
						  repair->n_names++);
	}
}

static bool is_loopback(const struct tree_node *status)
{
	const struct tree_node *ips = status ? tree_get(status, "podIPs") : NULL;

	return ips && ips->len > 0 && is_text(tree_get(ips->items[0], "ip"), "127.0.0.1");
}

static void repair_document(struct repair *repair, struct tree_node *root)
{
	if (root->kind != TREE_MAP)
		return;
	for (uint32_t i = 0; i < root->len; i++)
		if (strcmp(root->members[i].key, "metadata") == 0)
			rename_policy(repair, root->members[i].value);
	if (is_text(tree_get(root, "kind"), "Pod") && is_loopback(tree_get(root, "status")))
		take_away(root, "status");
	repair_fields(&repair->reading.arena, root);
}

static void read_file(const char *path, struct strbuf *ret)
{
	struct repair repair = {0};

	if (reading_of_file(&repair.reading, path))
		bail("%s cannot be read", path);
	for (size_t i = 0; i < repair.reading.roots.n; i++) {
		repair_document(&repair, repair.reading.roots.items[i]);
		strbuf_addstr(ret, "---");
		tree_write(ret, repair.reading.roots.items[i]);
	}
	reading_release(&repair.reading);
}

void repair_read(const char *folder, struct strbuf *ret)
{
	struct strbuf pattern = {0};
	glob_t files;

	strbuf_printf(&pattern, "%s/*.y*ml", folder);
	if (glob(strbuf_str(&pattern), 0, NULL, &files))
		bail("there is no %s", strbuf_str(&pattern));
	for (size_t i = 0; i < files.gl_pathc; i++)
		read_file(files.gl_pathv[i], ret);
	globfree(&files);
	strbuf_release(&pattern);
}
