/* SPDX-License-Identifier: Apache-2.0 */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define BPF_FS_MAGIC 0xcafe4a11

struct datapath_path datapath_path(const struct datapath *datapath, const char *format, ...)
{
	struct datapath_path path;
	int len = snprintf(path.text, sizeof(path.text), "%s/", datapath->path);
	va_list args;

	va_start(args, format);
	vsnprintf(path.text + len, sizeof(path.text) - (size_t)len, format, args);
	va_end(args);
	return path;
}

int datapath_lock(const struct datapath *datapath)
{
	return flock(datapath->lock_fd, LOCK_EX) ? -errno : 0;
}

void datapath_unlock(const struct datapath *datapath)
{
	flock(datapath->lock_fd, LOCK_UN);
}

/* As mkdir -p; only for root. */
static int make_directories(char *path)
{
	for (char *at = strchr(path + 1, '/');; at = strchr(at + 1, '/')) {
		int r;

		if (at)
			*at = '\0';
		r = mkdir(path, 0700);
		if (at)
			*at = '/';
		if (r && errno != EEXIST)
			return -errno;
		if (!at)
			return 0;
	}
}

/* Opens and locks the node's directory; the lock's fd or -errno. */
static int lock_directory(const char *path)
{
	struct statfs fs;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == BPF_FS_MAGIC && flock(fd, LOCK_EX) == 0)
		return fd;
	close(fd);
	return -EINVAL;
}

/* Whether the directory holds something of another layout. */
static bool is_foreign(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	char own[16];
	bool foreign = false;

	snprintf(own, sizeof(own), "v%d", DATAPATH_ABI);
	while (dir && (entry = readdir(dir)))
		foreign |= entry->d_name[0] != '.' && strcmp(entry->d_name, own) != 0;
	if (dir)
		closedir(dir);
	return foreign;
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static struct datapath *datapath_new(const char *path)
{
	struct datapath *datapath = calloc(1, sizeof(*datapath));

	if (!datapath)
		abort();
	snprintf(datapath->path, sizeof(datapath->path), "%s/v%d", path, DATAPATH_ABI);
	datapath->lock_fd = -1;
	for (int i = 0; i < DATAPATH_N_MAPS; i++)
		datapath->maps[i] = -1;
	for (int i = 0; i < DATAPATH_N_HOOKS; i++)
		datapath->programs[i] = -1;
	libbpf_set_print(print_nothing);
	return datapath;
}

/* Under the lock: everything that open promises. */
static int open_locked(struct datapath *datapath, const char *path,
		       const struct datapath_sizes *sizes)
{
	struct datapath_path links = datapath_path(datapath, "links");
	int r;

	if (is_foreign(path))
		return -EPROTO;
	r = make_directories(links.text);
	if (!r)
		r = datapath_load(datapath, sizes);
	if (!r)
		r = datapath_adopt(datapath);
	return r ? r : datapath_settle(datapath);
}

int datapath_open(const char *path, const struct datapath_sizes *sizes,
		  struct datapath **ret_datapath)
{
	struct datapath *datapath;
	char *copy;
	int r;

	if (strlen(path) >= sizeof(datapath->path) - 8)
		return -ENAMETOOLONG;
	if (datapath_missing())
		return -EOPNOTSUPP;
	copy = strdup(path);
	if (!copy)
		abort();
	r = make_directories(copy);
	free(copy);
	if (r)
		return r == -EPERM ? -EINVAL : r;
	datapath = datapath_new(path);
	r = datapath->lock_fd = lock_directory(path);
	if (r >= 0) {
		r = open_locked(datapath, path, sizes);
		datapath_unlock(datapath);
	}
	if (r) {
		datapath_free(datapath);
		return r;
	}
	*ret_datapath = datapath;
	return 0;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

void datapath_free(struct datapath *datapath)
{
	if (!datapath)
		return;
	datapath_events_release(datapath);
	datapath_kept_release(datapath);
	datapath_endpoints_unmap(datapath);
	for (int i = 0; i < DATAPATH_N_MAPS; i++)
		close_if_open(datapath->maps[i]);
	for (int i = 0; i < DATAPATH_N_HOOKS; i++)
		close_if_open(datapath->programs[i]);
	close_if_open(datapath->lock_fd);
	free(datapath);
}

/* Unlinks all files of a directory and then itself. */
static int remove_directory(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_type != DT_DIR && unlinkat(dirfd(dir), entry->d_name, 0))
			r = -errno;
	}
	closedir(dir);
	return !r && rmdir(path) ? -errno : r;
}

static int destroy_locked(const char *path)
{
	const struct datapath *datapath;
	char pins[sizeof(datapath->path)], links[sizeof(pins) + 8];
	int r;

	if (is_foreign(path))
		return -EPROTO;
	snprintf(pins, sizeof(pins), "%s/v%d", path, DATAPATH_ABI);
	snprintf(links, sizeof(links), "%s/links", pins);
	r = datapath_links_destroy(links);
	if (!r)
		r = remove_directory(links);
	if (!r)
		r = remove_directory(pins);
	return !r && rmdir(path) ? -errno : r;
}

int datapath_destroy(const char *path)
{
	const int lock = lock_directory(path);
	int r;

	if (lock < 0)
		return lock;
	r = destroy_locked(path);
	close(lock);
	return r;
}
