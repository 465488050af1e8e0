/* SPDX-License-Identifier: Apache-2.0 */
#include "render/scan.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

/* What of an absolute path is below the working directory; otherwise the path. */
static const char *from_here(const char *path)
{
	char here[PATH_MAX];
	size_t len;

	if (*path != '/' || !getcwd(here, sizeof(here)))
		return path;
	len = strlen(here);
	if (strncmp(path, here, len) != 0 || path[len] != '/')
		return path;
	return path + len + strspn(path + len, "/");
}

const char *render_scan_path(const struct scan_place *place)
{
	const char *name = place->span.file ? from_here(place->span.file->name) : "-";

	while (strncmp(name, "./", 2) == 0)
		name += strspn(name + 1, "/") + 1;
	return name;
}
