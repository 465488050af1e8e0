/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From files to a snapshot.
 *
 *	struct model_loader *loader = model_loader_new(&options);
 *	model_load_path(loader, path, &diags); …        (any number: one run is one cluster)
 *	struct model_snapshot *snapshot = model_loader_finish(loader, &diags);
 *
 * Reading goes on after every problem; the caller decides by diags.n_errors. The snapshot owns
 * everything, the files' texts too (spans point into them).
 */
#pragma once

#include "model/model.h"

/* A text that is at hand already. */
struct model_text {
	const char *name;
	const char *text;
	size_t len;
};

struct model_options {
	const char *default_namespace; /* of objects that name none; NULL = "default" */
	const char *const *pod_cidrs;  /* NULL: 10.244.0.0/16, v6 only where the input shows it */
	size_t n_pod_cidrs;
	bool skip_invalid;   /* refused texts and objects are only warned of */
	bool keep_manifests; /* every object's tree stays, in the snapshot's `manifests` */
	const struct model_text *instead; /* of the files that are called so */
	size_t n_instead;
	bool no_assumed_dns; /* for tests: the cluster is exactly the input */
};

struct model_loader;

/* The options are copied. NULL never; a bad CIDR is a diagnostic at model_loader_finish. */
struct model_loader *model_loader_new(const struct model_options *options);

/* For a loader that is not finished. NULL is fine. */
void model_loader_free(struct model_loader *loader);

/*
 * Reads a file, a directory (recursive, sorted by name; .git and node_modules skipped; *.yaml,
 * *.yml, *.json), "-" (standard input) or a FIFO. A file named directly is read whatever its name
 * is.
 */
void model_load_path(struct model_loader *loader, const char *path, struct diag_list *diags);

/* Reads a text that is already in memory; `name` is used in messages. The text is copied. */
void model_load_text(struct model_loader *loader, const char *name, const char *text, size_t len,
		     struct diag_list *diags);

/* The same for a text that a directory of another store has under this name, recipes included. */
void model_load_entry(struct model_loader *loader, const char *name, const char *text, size_t len,
		      struct diag_list *diags);

/* Whether a walk through directories reads a file of this path: *.yaml, *.yml, *.json … */
bool model_is_manifest(const char *path);

/*
 * Resolves owners, services, addresses and assumed objects, sorts, and gives the snapshot (never
 * NULL). The loader is gone afterwards. `diags` must have been made with model_loader_arena() or
 * outlive the snapshot's use of it.
 */
struct model_snapshot *model_loader_finish(struct model_loader *loader, struct diag_list *diags);

/* The snapshot-to-be's arena, so that diagnostics and their spans live as long as it. */
struct arena *model_loader_arena(struct model_loader *loader);
