/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixes: the edits of findings, applied to the texts that they are about. Whatever is not edited,
 * comments and order too, stays byte by byte; to fix what was fixed changes nothing.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/load.h"
#include "scan/scan.h"

/* Edits of one text, in its order; they do not overlap. */
struct scan_edits {
	const struct scan_edit **items;
	size_t n;
	size_t cap;
};

/* What the fix of a finding does to a file, which may be nothing; to be released with vec_release(). */
void scan_edits_of(const struct scan_finding *finding, const struct diag_file *file,
		   struct scan_edits *ret);

struct scan_patches {
	VEC(struct model_text) texts; /* the files as they will be, each once */
	struct strbuf diff; /* unified, without context: what each run adds to those before */
	struct arena arena;
};

void scan_patches_init(struct scan_patches *patches);
void scan_patches_release(struct scan_patches *patches);

/*
 * Adds the fixes of a run that are at hand and at least this safe; not of what is suppressed. Of two
 * edits of one place the first counts. Texts that are not files, or were read from another encoding,
 * are left out. What is fixed may uncover more: the next run reads `texts` in place of their files,
 * until there is nothing to add, which is false.
 */
bool scan_patches_add(struct scan_patches *patches, const struct scan *scan, enum scan_fix least);

/* Writes the files. 0, or -errno of the first that cannot be written. */
int scan_patches_apply(const struct scan_patches *patches);
