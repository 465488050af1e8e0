/* SPDX-License-Identifier: Apache-2.0 */
/* Directories: the manifests below one, in the order of their names. */
#include "model/loader.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct names {
	VEC(char *) list;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_release(struct names *names)
{
	for (size_t i = 0; i < names->list.n; i++)
		free(names->list.items[i]);
	vec_release(&names->list);
}

static int names_read(struct names *names, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		char *name;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		name = strdup(entry->d_name);
		if (!name)
			abort();
		vec_push(&names->list, name);
	}
	closedir(dir);
	if (names->list.n > 1)
		qsort(names->list.items, names->list.n, sizeof(char *), compare_names);
	return 0;
}

const char *model_near_path(const char *path, struct diag_list *diags)
{
	char *dir = strdup(path);
	struct names names = {0};
	const char *near = NULL, *ret = NULL;
	size_t len = strlen(path);
	char *name;

	if (!dir)
		abort();
	while (len && dir[len - 1] == '/')
		dir[--len] = '\0';
	name = strrchr(dir, '/');
	name = name ? name + 1 : dir;
	len = (size_t)(name - dir);
	if (names_read(&names, len ? arena_strndup(diags->arena, dir, len) : ".") == 0)
		near = diag_did_you_mean(name, (const char *const *)names.list.items, names.list.n);
	if (near)
		ret = arena_printf(diags->arena, "%.*s%s", (int)len, dir, near);
	names_release(&names);
	free(dir);
	return ret;
}

static bool is_manifest(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot &&
	       (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0 || strcmp(dot, ".json") == 0);
}

static bool is_skipped(const char *name)
{
	return strcmp(name, ".git") == 0 || strcmp(name, "node_modules") == 0;
}

bool model_is_manifest(const char *path)
{
	static const char *const folders[] = {".git/", "node_modules/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *at = strstr(path, folders[i]);

		if (at && (at == path || at[-1] == '/'))
			return false;
	}
	return is_manifest(path);
}

/*
 * A link to a file is that file; one to a directory is not followed, as it may lead back up. FIFOs
 * and devices are read only when they are named.
 */
static void load_entry(struct model_loader *loader, const char *dir, const char *name,
		       struct diag_list *diags)
{
	bool has_slash = dir[strlen(dir) - 1] == '/';
	struct strbuf path = {0};
	struct stat st;

	strbuf_printf(&path, "%s%s%s", dir, has_slash ? "" : "/", name);
	if (lstat(path.text, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (!is_skipped(name))
			model_load_directory(loader, path.text, diags);
	} else if (is_manifest(name) && (stat(path.text, &st) < 0 || S_ISREG(st.st_mode))) {
		model_load_file(loader, path.text, diags);
	}
	strbuf_release(&path);
}

void model_load_directory(struct model_loader *loader, const char *path, struct diag_list *diags)
{
	struct names names = {0};
	int ret = names_read(&names, path);

	if (ret < 0)
		model_report_unreadable(path, ret, diags);
	for (size_t i = 0; i < names.list.n; i++)
		load_entry(loader, path, names.list.items[i], diags);
	names_release(&names);
}
