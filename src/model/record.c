/* SPDX-License-Identifier: Apache-2.0 */
#include "model/loader.h"

#include <string.h>

/* Keys in any order are the same object, so a mapping's hash is the sum of its members'. */
static uint64_t node_hash(const struct tree_node *node)
{
	uint64_t hash = node->kind;

	if (node->kind == TREE_SEQ) {
		for (uint32_t i = 0; i < node->len; i++)
			hash = hash_u64(hash ^ node_hash(node->items[i]));
		return hash_u64(hash + node->len);
	}
	if (node->kind != TREE_MAP)
		return hash_bytes(node->text, node->len, hash);
	for (uint32_t i = 0; i < node->len; i++) {
		const struct tree_member *member = &node->members[i];

		hash += hash_bytes(member->key, member->key_len, node_hash(member->value));
	}
	return hash_u64(hash);
}

static uint64_t content_hash(const struct tree_node *root)
{
	const struct tree_node *labels = tree_get(tree_get(root, "metadata"), "labels");
	uint64_t hash = labels ? node_hash(labels) : 0;

	for (uint32_t i = 0; i < root->len; i++) {
		const struct tree_member *member = &root->members[i];

		if (strcmp(member->key, "metadata") != 0 && strcmp(member->key, "status") != 0)
			hash += hash_bytes(member->key, member->key_len, node_hash(member->value));
	}
	return hash;
}

/* The parts with their NULs, interned: a number that is unique to the name. */
static uint64_t key_of(struct model_loader *loader, const char *class, const char *kind,
		       const char *ns, const char *name)
{
	struct strbuf *key = &loader->key;

	strbuf_clear(key);
	strbuf_add(key, class, strlen(class) + 1);
	strbuf_add(key, kind, strlen(kind) + 1);
	if (ns)
		strbuf_add(key, ns, strlen(ns) + 1);
	strbuf_addstr(key, name);
	return hash_ptr(intern_strn(&loader->keys, key->text, key->len));
}

struct model_workload_record *model_workload_record_find(struct model_loader *loader,
							 const struct model_owner *owner,
							 const char *ns)
{
	uint64_t key = key_of(loader, MODEL_CLASS_WORKLOAD, owner->kind, ns, owner->name);
	uint64_t *place = hash_map_get(&loader->records, key);

	return place ? (struct model_workload_record *)(uintptr_t)*place : NULL;
}

struct model_record *model_record_enter(struct model_loader *loader, const char *class,
					struct model_record *record)
{
	uint64_t key = key_of(loader, class, record->kind, record->ns, record->name);
	uint64_t *place = hash_map_put(&loader->records, key, NULL);
	struct model_record *before = (struct model_record *)(uintptr_t)*place;

	*place = hash_ptr(record);
	return before;
}

static void report_twice(struct model_object *object, const struct model_record *before)
{
	const char *ns = object->ns ? object->ns : "";
	struct diag *diag;

	diag = diag_add(object->diags, DIAG_BH0103, tree_span(object->file, object->root),
			"%s %s%s%s is here twice, and they differ: this one counts", object->kind,
			ns, *ns ? "/" : "", object->name);
	diag_relate(diag, before->span, "the other one");
}

/*
 * A workload's API group has changed over the years, a policy's is what tells it from another
 * API's.
 */
static const char *class_of(const struct model_object *object)
{
	if (object->known->role == MODEL_ROLE_POLICY)
		return object->group;
	return object->known->read == model_read_workload ? MODEL_CLASS_WORKLOAD : "";
}

struct model_record *model_record_keep(struct model_object *object, struct model_record *record,
				       struct model_record_list *list)
{
	struct model_record *before;

	record->kind = object->kind;
	record->ns = object->ns;
	record->name = object->name;
	record->span = tree_span(object->file, object->root);
	record->content = content_hash(object->root);
	if (record->ns)
		model_loader_namespace(object->loader, record->ns);
	before = model_record_enter(object->loader, class_of(object), record);
	if (before) {
		before->is_replaced = true;
		if (before->content != record->content)
			report_twice(object, before);
	}
	vec_push(list, record);
	return before;
}
