/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests of a revision: "git:REV:PATH", read from the repository of the working directory
 * without a checkout. PATH is from the top of the repository, or from here with "./"; a folder is
 * everything below it, and nothing is the whole tree. Links are as on a disk: one to a file is that file,
 * and one to a folder is followed where PATH is it.
 *
 * git itself is run for it, without a shell.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/arena.h"
#include "base/vec.h"

struct revision {
	struct arena arena; /* of texts */
	VEC(struct model_text) texts;
	const char *submodule; /* a path in the tree whose files are not among them; NULL: none */
};

bool revision_is(const char *spec);

/* Exit codes: CLI_YES, or what `ret_problem` (in the arena) is about. To be released always. */
int revision_read(const char *spec, struct revision *ret, const char **ret_problem);
void revision_release(struct revision *revision);
