/* SPDX-License-Identifier: Apache-2.0 */
#include "model/loader.h"

static void read_tree(struct model_object *object, struct model_record_list *list)
{
	struct model_loader *loader = object->loader;
	struct arena *arena = &loader->snapshot->arena;
	struct model_record *record = arena_alloc(&loader->scratch, sizeof(*record));
	struct model_policy_object *policy = arena_alloc(arena, sizeof(*policy));
	struct model_record *before;

	policy->group = object->group;
	policy->version = object->version;
	policy->kind = object->kind;
	policy->ns = object->ns;
	policy->name = object->name ? object->name : "";
	policy->is_refused = object->failed;
	policy->root = model_tree_keep(object->root, arena);
	policy->file = object->file;
	policy->span = tree_span(object->file, object->root);
	record->object = policy;
	if (policy->is_refused) { /* replaces nothing: the API server would not take it */
		vec_push(list, record);
		return;
	}
	before = model_record_keep(object, record, list);
	policy->before = before ? before->object : NULL;
}

/* Front ends read the rest; here a policy is a name with a tree. */
void model_read_policy(struct model_object *object)
{
	read_tree(object, &object->loader->policies);
}

/* The module `suite` reads the rest. */
void model_read_test(struct model_object *object)
{
	read_tree(object, &object->loader->tests);
}
