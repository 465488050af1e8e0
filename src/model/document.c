/* SPDX-License-Identifier: Apache-2.0 */
/* From a document to its objects: lists, kinds, and what every object has. */
#include "model/loader.h"

#include <string.h>
#include <strings.h>

struct reading {
	struct model_loader *loader;
	struct diag_list *diags;
	const struct diag_file *file;
};

/* What the items of a typed list may leave out (kubectl get -o json of one kind, read raw). */
struct inherited {
	const char *api_version;
	const char *kind;
};

static bool is_string(const struct tree_node *node)
{
	return node && node->kind == TREE_STRING && node->len > 0;
}

static const char *intern(const struct reading *reading, const char *text, size_t len)
{
	return intern_strn(&reading->loader->snapshot->intern, text, len);
}

static void note_lack(struct model_lack *lack, struct diag_span span)
{
	if (lack->n++ == 0)
		lack->span = span;
}

/* Keys are case-sensitive: a policy under `Kind:` would be one that nobody enforces. */
static void report_wrong_case(const struct reading *reading, const struct tree_node *root)
{
	static const char *const keys[] = {"apiVersion", "kind"};

	for (uint32_t i = 0; root->kind == TREE_MAP && i < root->len; i++) {
		const struct tree_member *member = &root->members[i];

		for (size_t k = 0; k < 2; k++) {
			struct diag *diag;

			if (strcasecmp(member->key, keys[k]) != 0 ||
			    strcmp(member->key, keys[k]) == 0)
				continue;
			diag = diag_add(reading->diags, DIAG_BH0101,
					tree_key_span(reading->file, member),
					"field names are case-sensitive: '%s' is not '%s'",
					member->key, keys[k]);
			diag_hint(reading->diags, diag, "write '%s'", keys[k]);
			if (!reading->loader->options.skip_invalid)
				diag_set_severity(reading->diags, diag, DIAG_ERROR);
		}
	}
}

static void read_untyped(const struct reading *reading, const struct tree_node *root)
{
	report_wrong_case(reading, root);
	note_lack(&reading->loader->untyped, tree_span(reading->file, root));
}

static struct model_kind_seen *note_kind(struct model_object *object)
{
	struct model_loader *loader = object->loader;
	uint64_t *place;
	struct model_kind_seen *seen;

	strbuf_clear(&loader->key);
	strbuf_printf(&loader->key, "%s/%s", object->group, object->kind);
	place = hash_map_put(&loader->kinds,
			     hash_ptr(intern_str(&loader->keys, strbuf_str(&loader->key))), NULL);
	if (*place == 0) {
		seen = vec_add(&loader->seen);
		seen->known = model_kind_find(object->group, object->kind);
		seen->group = object->group;
		seen->kind = object->kind;
		seen->span = tree_span(object->file, object->root);
		*place = loader->seen.n;
	}
	seen = &loader->seen.items[*place - 1];
	seen->n++;
	return seen;
}

static void report_removed(struct model_object *object)
{
	const struct tree_node *node = tree_get(object->root, "apiVersion");
	const char *slash = *object->group ? "/" : "";
	struct diag *diag;

	diag = diag_add(object->diags, DIAG_BH0109,
			tree_span(object->file, node ? node : object->root),
			"no Kubernetes since 1.16 has a %s in %s%s%s", object->kind, object->group,
			slash, object->version);
	diag_hint(object->diags, diag, DIAG_HINT_VERSION "networking.k8s.io/v1'");
	if (object->loader->options.skip_invalid)
		diag_set_severity(object->diags, diag, DIAG_WARNING);
}

static void report_overlay(struct model_object *object, const char *message)
{
	struct diag *diag = diag_add(object->diags, DIAG_BH0008,
				     tree_span(object->file, object->root), "%s", message);

	diag_hint(object->diags, diag,
		  "build it and pipe the result: kustomize build DIR | bulkhead … -f -");
}

static void read_object(struct model_object *object)
{
	struct model_kind_seen *seen = note_kind(object);

	object->known = seen->known;
	object->loader->snapshot->n_objects++;
	if (object->known->role == MODEL_ROLE_REMOVED)
		report_removed(object);
	else if (object->known->role == MODEL_ROLE_OVERLAY)
		report_overlay(object, "a kustomization may set names, namespaces and labels that "
				       "are not seen here");
	if (!object->known->read) {
		model_keep_manifest(object);
		return;
	}
	model_object_identify(object);
	model_keep_manifest(object);
	if (object->lacks_ns)
		note_lack(&object->loader->without_namespace,
			  tree_span(object->file, object->root));
	object->known->read(object);
}

static void read_typed(const struct reading *reading, const struct tree_node *root,
		       const struct inherited *type)
{
	const char *slash = strchr(type->api_version, '/');
	const char *version = slash ? slash + 1 : type->api_version;
	struct model_object object = {
		.loader = reading->loader,
		.diags = reading->diags,
		.before = reading->diags->last,
		.file = reading->file,
		.root = root,
		.group = intern(reading, type->api_version,
				slash ? (size_t)(slash - type->api_version) : 0),
		.version = intern(reading, version, strlen(version)),
		.kind = intern(reading, type->kind, strlen(type->kind)),
	};

	if (tree_get(root, "$patch"))
		report_overlay(&object, "a patch of Kustomize is no object: what it is made into "
					"is not seen here");
	else
		read_object(&object);
}

static void read_value(const struct reading *reading, const struct tree_node *root,
		       const struct inherited *inherited);

/* A List, or a list of one kind, whose items may lack what the list has said for them. */
static bool read_list(const struct reading *reading, const struct tree_node *root,
		      const struct inherited *type)
{
	const struct tree_node *items = tree_get(root, "items");
	size_t len = strlen(type->kind);
	size_t item_len = len - strlen("List");
	struct inherited item = {0};

	if (len < strlen("List") || strcmp(type->kind + item_len, "List") != 0 || !items ||
	    (items->kind != TREE_SEQ && items->kind != TREE_NULL))
		return false;
	if (item_len > 0) {
		item.api_version = type->api_version;
		item.kind = intern(reading, type->kind, item_len);
	}
	for (uint32_t i = 0; items->kind == TREE_SEQ && i < items->len; i++)
		read_value(reading, items->items[i], &item);
	return true;
}

static void read_value(const struct reading *reading, const struct tree_node *root,
		       const struct inherited *inherited)
{
	const struct tree_node *api_version = tree_get(root, "apiVersion");
	const struct tree_node *kind = tree_get(root, "kind");
	struct inherited type = *inherited;

	if (is_string(api_version))
		type.api_version = api_version->text;
	if (is_string(kind))
		type.kind = kind->text;
	if (root->kind == TREE_NULL)
		return;
	if (root->kind != TREE_MAP || !type.api_version || !type.kind)
		read_untyped(reading, root);
	else if (!read_list(reading, root, &type))
		read_typed(reading, root, &type);
}

void model_read_document(struct model_loader *loader, const struct tree_node *root,
			 const struct diag_file *file, struct diag_list *diags)
{
	struct reading reading = {.loader = loader, .diags = diags, .file = file};

	read_value(&reading, root, &(struct inherited){0});
}
