/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over the files of a corpus folder: "usage: fuzz-NAME FOLDER". */
#include "fuzz/fuzz.h"
#include "lib/tap.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file in memory of exactly its size, so that a sanitizer sees any step beyond it. */
static uint8_t *read_file(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0)
		bail("%s: %s", path, strerror(errno));
	rewind(file);
	data = malloc(size);
	if (fread(data, 1, size, file) != (size_t)size)
		bail("%s: cannot be read", path);
	fclose(file);
	*ret_size = size;
	return data;
}

static void replay(const char *folder, const char *name)
{
	char path[4096];
	uint8_t *data;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	diag("%s", path); /* the last line of a crash says which */
	data = read_file(path, &size);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	int n;

	if (argc != 2)
		bail("usage: %s FOLDER", argv[0]);
	n = scandir(argv[1], &entries, is_visible, alphasort);
	if (n < 0)
		bail("%s: %s", argv[1], strerror(errno));
	for (int i = 0; i < n; i++) {
		replay(argv[1], entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	ok(n > 0, "%d inputs of %s", n, argv[1]);
	return tap_done();
}
