/* SPDX-License-Identifier: Apache-2.0 */
/* Where the input comes from: files, directories, standard input, FIFOs. */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define POD(name) "{apiVersion: v1, kind: Pod, metadata: {name: " name "}}\n"

static char top[64];

/* The path of a file below the test's directory, valid until the fourth call from now. */
static const char *path_of(const char *name)
{
	static char paths[4][256];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

static void make_dir(const char *name)
{
	if (mkdir(path_of(name), 0700) < 0)
		bail("%s: %s", name, strerror(errno));
}

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	if (!file || fputs(text, file) == EOF || fclose(file) == EOF)
		bail("%s: %s", name, strerror(errno));
}

static void make_tree(void)
{
	strcpy(top, "/tmp/bulkhead-files-XXXXXX");
	if (!mkdtemp(top))
		bail("mkdtemp: %s", strerror(errno));
	make_dir("tree");
	make_dir("tree/.git");
	make_dir("tree/node_modules");
	make_dir("tree/sub");
	make_dir("tree/empty");
	write_text("tree/b.yaml", POD("b"));
	write_text("tree/a.yml", POD("a"));
	write_text("tree/c.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", "
				  "\"metadata\": {\"name\": \"c\"}}");
	write_text("tree/README.md", "apiVersion: v1\nkind: [\n");
	write_text("tree/.git/x.yaml", POD("git"));
	write_text("tree/node_modules/x.yaml", POD("modules"));
	write_text("tree/sub/d.yaml", POD("d"));
	if (symlink("..", path_of("tree/sub/up")) < 0 ||
	    symlink("../b.yaml", path_of("tree/sub/link.yaml")) < 0 ||
	    mkfifo(path_of("tree/pipe.yaml"), 0600) < 0)
		bail("links and FIFOs: %s", strerror(errno));
}

static void remove_tree(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	if (system(command) != 0)
		diag("cannot remove %s", top);
}

static void test_directory(void)
{
	struct sketch sketch;

	sketch_path(&sketch, path_of("tree"), NULL);
	ok_str(sketch_workloads(&sketch),
	       "default/Pod/a: a; default/Pod/b: b; default/Pod/c: c; default/Pod/d: d",
	       "manifests below a directory, and nothing else");
	ok_str(sketch_codes(&sketch), "", "without a problem");
	ok_int(sketch.snapshot->n_objects, 5, "a link to a file is that file");
	sketch_release(&sketch);

	sketch_path(&sketch, path_of("tree/"), NULL);
	ok_str(sketch.snapshot->pods[0]->span.file->name, path_of("tree/a.yml"),
	       "a slash at the end is not doubled");
	sketch_release(&sketch);

	sketch_path(&sketch, path_of("tree/empty"), NULL);
	ok_str(sketch_messages(&sketch), "BH0007 no objects in here", "an empty directory");
	sketch_release(&sketch);
}

static void test_files(void)
{
	struct sketch sketch;

	write_text("manifest", POD("a"));
	sketch_path(&sketch, path_of("manifest"), NULL);
	ok_str(sketch_workloads(&sketch), "default/Pod/a: a", "a file named directly");
	sketch_release(&sketch);

	sketch_path(&sketch, path_of("absent.yaml"), NULL);
	ok_str(sketch_messages(&sketch), "BH0001 cannot read: No such file or directory",
	       "a file that is not there");
	ok_str(sketch.diags.first->span.file->name, path_of("absent.yaml"), "by its name");
	sketch_release(&sketch);

	sketch_path(&sketch, path_of("absent/Chart.yaml"), NULL);
	ok_str(sketch_codes(&sketch), "BH0001", "not even a chart");
	sketch_release(&sketch);
}

static void test_order(void)
{
	struct model_options options = {.default_namespace = "default"};
	struct model_loader *loader = model_loader_new(&options);
	struct model_snapshot *snapshot;
	struct diag_list diags;
	const char *key;

	write_text("one.yaml",
		   "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {v: '1'}}}");
	write_text("two.yaml",
		   "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {v: '2'}}}");
	diag_list_init(&diags, model_loader_arena(loader));
	model_load_path(loader, path_of("two.yaml"), &diags);
	model_load_path(loader, path_of("one.yaml"), &diags);
	snapshot = model_loader_finish(loader, &diags);
	key = intern_str(&snapshot->intern, "v");
	ok_str(model_label_get(&snapshot->pods[0]->labels, key), "1", "the last file wins");
	ok(diags.first && diags.first->code == DIAG_BH0103 &&
		   strcmp(diags.first->related.file->name, path_of("two.yaml")) == 0,
	   "and both are named");
	model_snapshot_free(snapshot);
}

static void test_recipes(void)
{
	struct sketch sketch;

	make_dir("chart");
	make_dir("chart/templates");
	write_text("chart/Chart.yaml", "apiVersion: v2\nname: shop\n");
	write_text("chart/values.yaml", "replicas: 2\n");
	write_text("chart/templates/a.yaml",
		   "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n");
	sketch_path(&sketch, path_of("chart"), NULL);
	ok(strncmp(sketch_messages(&sketch), "BH0008 ", 7) == 0, "a chart is recognised");
	ok(strstr(sketch.diags.first->hint, "helm template"), "with what to pipe");
	ok(sketch.diags.n_errors > 0, "its templates are no manifests");
	sketch_release(&sketch);

	make_dir("overlay");
	write_text("overlay/kustomization.yaml", "resources: [a.yaml]\n");
	write_text("overlay/a.yaml", POD("a"));
	sketch_path(&sketch, path_of("overlay"), NULL);
	ok_str(sketch_workloads(&sketch), "default/Pod/a: a", "an overlay's files are read");
	ok_str(sketch_codes(&sketch), "BH0008", "and it is recognised");
	ok(strstr(sketch.diags.first->hint, path_of("overlay")), "with what to pipe");
	sketch_release(&sketch);
}

/* Writes the text from another process, as a shell's `<(command)` does. */
static pid_t feed(int fd, const char *path, const char *text)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (fd < 0)
		fd = open(path, O_WRONLY);
	_exit(write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : 1);
}

static void test_fifo(void)
{
	struct sketch sketch;
	pid_t pid;

	if (mkfifo(path_of("fifo"), 0600) < 0)
		bail("mkfifo: %s", strerror(errno));
	pid = feed(-1, path_of("fifo"), POD("a"));
	sketch_path(&sketch, path_of("fifo"), NULL);
	waitpid(pid, NULL, 0);
	ok_str(sketch_workloads(&sketch), "default/Pod/a: a", "a FIFO");
	sketch_release(&sketch);
}

static void test_stdin(void)
{
	struct sketch sketch;
	int saved = dup(STDIN_FILENO);
	int fds[2];
	pid_t pid;

	if (pipe(fds) < 0)
		bail("pipe: %s", strerror(errno));
	pid = feed(fds[1], NULL, POD("a"));
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	sketch_path(&sketch, "-", NULL);
	waitpid(pid, NULL, 0);
	ok_str(sketch_workloads(&sketch), "default/Pod/a: a", "standard input");
	ok_str(sketch.snapshot->pods[0]->span.file->name, "-", "as the user wrote it");
	sketch_release(&sketch);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(fds[0]);
}

int main(void)
{
	make_tree();
	test_directory();
	test_files();
	test_order();
	test_recipes();
	test_fifo();
	test_stdin();
	remove_tree();
	return tap_done();
}
