/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/tree.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "tree/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STREAM_STEP (64 << 10)

static ssize_t read_some(int fd, void *buf, size_t size)
{
	ssize_t n;

	do {
		n = read(fd, buf, size);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/*
 * A regular file's size is known: straight into the arena. One that shrinks meanwhile is read as it
 * is.
 */
static int read_regular(int fd, size_t size, struct arena *arena, struct diag_file *file)
{
	char *text = arena_alloc(arena, size + 1);
	size_t len = 0;

	while (len < size) {
		ssize_t n = read_some(fd, text + len, size - len);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	file->text = text;
	file->len = len;
	return 0;
}

static int read_stream(int fd, size_t limit, struct arena *arena, struct diag_file *file)
{
	struct strbuf buf = {0};
	char *step = malloc(STREAM_STEP);
	ssize_t n;

	if (!step)
		abort();
	while ((n = read_some(fd, step, STREAM_STEP)) > 0 && buf.len <= limit)
		strbuf_add(&buf, step, (size_t)n);
	free(step);
	if (n >= 0 && buf.len <= limit) {
		file->text = arena_strndup(arena, strbuf_str(&buf), buf.len);
		file->len = buf.len;
		file->is_stream = true;
	} else if (n >= 0) {
		n = -EFBIG;
	}
	strbuf_release(&buf);
	return n < 0 ? (int)n : 0;
}

static int read_fd(int fd, const struct tree_limits *limits, struct arena *arena,
		   struct diag_file *file)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	/* Files of /proc and the like call themselves regular and empty. */
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return read_stream(fd, limits->size, arena, file);
	if ((uint64_t)st.st_size > limits->size)
		return -EFBIG;
	return read_regular(fd, (size_t)st.st_size, arena, file);
}

/* Windows shells redirect into UTF-16: read as what it says, and quoted as UTF-8. */
static void convert_utf16(struct arena *arena, struct diag_file *file)
{
	size_t len;
	char *text = tree_utf8_from_utf16(file->text, file->len, &len);

	if (!text)
		return;
	file->text = arena_strndup(arena, text, len);
	file->len = len;
	free(text);
}

int tree_load(const char *path, const struct tree_limits *limits, struct arena *arena,
	      struct diag_file **ret_file)
{
	struct diag_file *file = arena_alloc(arena, sizeof(*file));
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	file->name = arena_strdup(arena, path);
	ret = read_fd(fd, limits ? limits : &tree_default_limits, arena, file);
	if (!is_stdin)
		close(fd);
	if (ret < 0)
		return ret;
	convert_utf16(arena, file);
	*ret_file = file;
	return 0;
}
