/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes: the edits of findings, applied to the texts that they are about. Whatever is not edited,
 * comments and order too, stays byte by byte; to fix what was fixed changes nothing.
 */
#pragma once

#include "base/strbuf.h"
#include "scan/scan.h"

struct scan_patch {
	const struct diag_file *file;
	struct strbuf text; /* as it will be */
	struct strbuf diff; /* unified, without context */
	size_t n_edits;
};

struct scan_patches {
	struct scan_patch *items; /* by the order of the findings */
	size_t n;
	size_t cap;
};

/*
 * The patches of findings whose fix is at hand and at least this safe; not of what is suppressed. Of
 * two edits of one place the first counts. Texts that are not files, or were read from another
 * encoding, are left out.
 */
void scan_patches_init(struct scan_patches *patches, const struct scan *scan, enum scan_fix least);
void scan_patches_release(struct scan_patches *patches);

/* Writes the files. 0, or -errno of the first that cannot be written. */
int scan_patches_apply(const struct scan_patches *patches);
