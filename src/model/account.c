/* SPDX-License-Identifier: Apache-2.0 */
#include "model/account.h"

#include "model/labels.h"
#include "model/loader.h"

void model_accounts_release(struct model_accounts *accounts)
{
	keyset_release(&accounts->keys);
	vec_release(&accounts->list);
}

/* Its labels and MODEL_ACCOUNT_NAME. */
static void add_name(struct model_account *account, struct model_snapshot *snapshot,
		     const struct model_labels *labels)
{
	account->labels = model_labels_with(labels, &snapshot->arena,
					    intern_str(&snapshot->intern, MODEL_ACCOUNT_NAME),
					    account->name);
}

struct model_account *model_accounts_get(struct model_accounts *accounts,
					 struct model_snapshot *snapshot,
					 struct model_namespace *ns, const char *name,
					 bool *ret_new)
{
	const void *const key[] = {ns, name};
	const struct model_labels none = {0};
	struct model_account *account;
	uint32_t id = keyset_intern(&accounts->keys, key, sizeof(key), ret_new);

	if (!*ret_new)
		return accounts->list.items[id];
	account = arena_alloc(&snapshot->arena, sizeof(*account));
	account->ns = ns;
	account->name = name;
	account->origin = MODEL_IMPLIED;
	add_name(account, snapshot, &none);
	vec_push(&accounts->list, account);
	return account;
}

struct model_account *model_loader_account(struct model_loader *loader, struct model_namespace *ns,
					   const char *name)
{
	bool is_new;

	return model_accounts_get(&loader->accounts, loader->snapshot, ns, name, &is_new);
}

void model_read_account(struct model_object *object)
{
	struct model_loader *loader = object->loader;
	const struct tree_node *metadata = model_object_map(object, object->root, "metadata");
	struct model_labels labels = model_object_labels(object, metadata, "labels");
	struct model_account *account;
	struct model_record *record;

	if (object->failed)
		return;
	account = model_loader_account(loader, model_loader_namespace(loader, object->ns),
				       object->name);
	account->origin = MODEL_DECLARED;
	account->span = tree_span(object->file, object->root);
	add_name(account, loader->snapshot, &labels);
	record = arena_alloc(&loader->scratch, sizeof(*record));
	record->object = account;
	model_record_keep(object, record, &loader->declared_accounts);
}
