/* SPDX-License-Identifier: Apache-2.0 */
#include "model/load.h"

#include "model/loader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void copy_pod_cidrs(struct model_loader *loader, const struct model_options *options)
{
	const char **texts;

	texts = arena_alloc_n(&loader->scratch, options->n_pod_cidrs, sizeof(*texts));
	for (size_t i = 0; i < options->n_pod_cidrs; i++)
		texts[i] = arena_strdup(&loader->scratch, options->pod_cidrs[i]);
	loader->options.pod_cidrs = texts;
}

struct model_loader *model_loader_new(const struct model_options *options)
{
	struct model_loader *loader = calloc(1, sizeof(*loader));
	struct model_snapshot *snapshot = calloc(1, sizeof(*snapshot));
	const char *ns = options->default_namespace;

	if (!loader || !snapshot)
		abort();
	arena_init(&snapshot->arena);
	intern_init(&snapshot->intern, &snapshot->arena);
	arena_init(&loader->scratch);
	intern_init(&loader->keys, &loader->scratch);
	loader->snapshot = snapshot;
	loader->options = *options;
	loader->default_is_given = ns != NULL;
	loader->options.default_namespace = intern_str(&snapshot->intern, ns ? ns : "default");
	copy_pod_cidrs(loader, options);
	return loader;
}

struct arena *model_loader_arena(struct model_loader *loader)
{
	return &loader->snapshot->arena;
}

void model_loader_free(struct model_loader *loader)
{
	if (!loader)
		return;
	model_snapshot_free(loader->snapshot);
	vec_release(&loader->seen);
	vec_release(&loader->namespace_list);
	vec_release(&loader->made_workloads);
	vec_release(&loader->made_pods);
	vec_release(&loader->assumptions);
	vec_release(&loader->declared_namespaces);
	vec_release(&loader->declared_accounts);
	model_accounts_release(&loader->accounts);
	vec_release(&loader->pods);
	vec_release(&loader->workloads);
	vec_release(&loader->nodes);
	vec_release(&loader->services);
	vec_release(&loader->routes);
	vec_release(&loader->grants);
	vec_release(&loader->endpoints);
	vec_release(&loader->policies);
	vec_release(&loader->manifests);
	vec_release(&loader->tests);
	hash_map_release(&loader->records);
	hash_map_release(&loader->kinds);
	hash_map_release(&loader->namespaces);
	strbuf_release(&loader->key);
	keyset_release(&loader->shared);
	vec_release(&loader->copies);
	intern_release(&loader->keys);
	arena_release(&loader->scratch);
	free(loader);
}

const void *model_share(struct model_loader *loader, const void *data, size_t size)
{
	uint32_t id;
	bool is_new;
	void *copy;

	if (size == 0)
		return NULL;
	id = keyset_intern(&loader->shared, data, size, &is_new);
	if (is_new) {
		copy = arena_alloc(&loader->snapshot->arena, size);
		memcpy(copy, data, size);
		vec_push(&loader->copies, copy);
	}
	return loader->copies.items[id];
}

struct reading {
	struct model_loader *loader;
	struct diag_list *diags;
};

static int on_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct reading *reading = arg;

	model_read_document(reading->loader, root, file, reading->diags);
	return 0;
}

static void soften(struct diag_list *diags)
{
	for (struct diag *diag = diags->first; diag; diag = diag->next)
		if (diag->severity == DIAG_ERROR)
			diag_set_severity(diags, diag, DIAG_WARNING);
}

static void read_text(struct model_loader *loader, const struct diag_file *file,
		      struct diag_list *diags)
{
	struct reading reading = {.loader = loader, .diags = diags};
	struct model_snapshot *snapshot = loader->snapshot;
	struct diag_list syntax;
	struct arena trees;

	arena_init(&trees);
	diag_list_init(&syntax, diags->arena);
	tree_read(file, NULL, loader->options.keep_manifests ? &snapshot->arena : &trees,
		  &snapshot->intern, &syntax, on_document, &reading);
	arena_release(&trees);
	if (loader->options.skip_invalid)
		soften(&syntax);
	diag_list_append(diags, &syntax);
}

static struct diag_span whole_file(const char *path, struct diag_list *diags)
{
	struct diag_file *file = arena_alloc(diags->arena, sizeof(*file));

	file->name = arena_strdup(diags->arena, path);
	return (struct diag_span){.file = file};
}

void model_report_unreadable(const char *path, int error, struct diag_list *diags)
{
	struct diag_span span = whole_file(path, diags);
	struct diag *diag;
	const char *near;

	if (error == -EFBIG) {
		diag_add(diags, DIAG_BH0004, span, "the file is larger than %zu MiB",
			 tree_default_limits.size >> 20);
		return;
	}
	diag = diag_add(diags, DIAG_BH0001, span, "cannot read: %s", strerror(-error));
	near = error == -ENOENT ? model_near_path(path, diags) : NULL;
	if (near)
		diag_hint(diags, diag, "did you mean '%s'?", near);
}

/* The tool that builds manifests from a file and its neighbours; NULL: the file is one itself. */
static const char *builder_of(const char *name)
{
	static const char *const builders[][2] = {
		{"Chart.yaml", "helm template"},
		{"kustomization.yaml", "kustomize build"},
		{"kustomization.yml", "kustomize build"},
	};

	for (size_t i = 0; i < sizeof(builders) / sizeof(builders[0]); i++)
		if (strcmp(name, builders[i][0]) == 0)
			return builders[i][1];
	return NULL;
}

/* What would be built is not seen here, and may differ in what matters. */
static bool is_recipe(const char *path, struct diag_list *diags)
{
	const char *slash = strrchr(path, '/');
	const char *builder = builder_of(slash ? slash + 1 : path);
	struct diag *diag;

	if (!builder)
		return false;
	diag = diag_add(diags, DIAG_BH0008, whole_file(path, diags),
			"what this builds may set names, namespaces and labels that are not seen "
			"here");
	if (slash)
		diag_hint(diags, diag, "build it and pipe the result: %s %.*s | bulkhead … -f -",
			  builder, (int)(slash - path), path);
	else
		diag_hint(diags, diag, "build it and pipe the result: %s . | bulkhead … -f -",
			  builder);
	return true;
}

/* A copy of the text, as a file of this name. */
static struct diag_file *make_file(struct model_loader *loader, const struct model_text *text)
{
	struct arena *arena = &loader->snapshot->arena;
	struct diag_file *file = arena_alloc(arena, sizeof(*file));

	file->name = arena_strdup(arena, text->name);
	file->text = arena_strndup(arena, text->text, text->len);
	file->len = text->len;
	return file;
}

/* The file, or what the options have in place of it. 0, or -errno. */
static int load(struct model_loader *loader, const char *path, struct diag_file **ret)
{
	const struct model_options *options = &loader->options;

	for (size_t i = 0; i < options->n_instead; i++)
		if (strcmp(options->instead[i].name, path) == 0) {
			*ret = make_file(loader, &options->instead[i]);
			return 0;
		}
	return tree_load(path, NULL, &loader->snapshot->arena, ret);
}

void model_load_file(struct model_loader *loader, const char *path, struct diag_list *diags)
{
	struct diag_file *file;
	int ret;

	if (access(path, R_OK) == 0 && is_recipe(path, diags))
		return;
	ret = load(loader, path, &file);
	if (ret < 0)
		model_report_unreadable(path, ret, diags);
	else
		read_text(loader, file, diags);
}

/* What has been seen so far; an input that adds nothing to it and says nothing is empty. */
static size_t n_seen(const struct model_loader *loader, const struct diag_list *diags)
{
	return loader->snapshot->n_objects + loader->untyped.n + diags->n_errors +
	       diags->n_warnings;
}

static void report_empty(const char *name, struct diag_list *diags)
{
	diag_add(diags, DIAG_BH0007, whole_file(name, diags), "no objects in here");
}

void model_load_path(struct model_loader *loader, const char *path, struct diag_list *diags)
{
	size_t before = n_seen(loader, diags);
	struct stat st;

	if (strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		model_load_directory(loader, path, diags);
	else
		model_load_file(loader, path, diags);
	if (n_seen(loader, diags) == before)
		report_empty(path, diags);
}

void model_load_text(struct model_loader *loader, const char *name, const char *text, size_t len,
		     struct diag_list *diags)
{
	const struct model_text given = {name, text, len};
	size_t before = n_seen(loader, diags);

	read_text(loader, make_file(loader, &given), diags);
	if (n_seen(loader, diags) == before)
		report_empty(name, diags);
}

void model_load_entry(struct model_loader *loader, const char *name, const char *text, size_t len,
		      struct diag_list *diags)
{
	if (!is_recipe(name, diags))
		model_load_text(loader, name, text, len, diags);
}
