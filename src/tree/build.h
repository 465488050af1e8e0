/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes trees of what the parsers report: a stack of open collections, and the rules that hold for
 * both languages (depth, number of nodes, unique keys). One builder per text; tree_build_take()
 * ends a document.
 *
 * Inside the module only. The builder owns its stacks (heap); nodes go to the arena. A broken
 * document is built to its end, so that all its problems are found, and then not delivered.
 */
#pragma once

#include "base/hash.h"
#include "base/vec.h"
#include "tree/parse.h"

/* An open collection. */
struct tree_frame {
	struct tree_node *node;
	size_t base;               /* its first entry in the builder's items or members */
	uint64_t n_before;         /* nodes counted before it */
	uint32_t height;           /* of the highest child; scalars have 0 */
	uint32_t anchor;           /* index + 1 into the YAML reader's anchors, or 0 */
	struct tree_member member; /* the key that waits for its value */
	bool has_key;
	bool has_bad_key; /* that key cannot be one: its value is thrown away */
	bool has_merge;
	bool is_key; /* the collection itself stands where its parent wants a key */
};

struct tree_builder {
	const struct diag_file *file;
	const struct tree_limits *limits;
	struct arena *arena;
	struct intern *intern;
	struct diag_list *diags;

	VEC(struct tree_frame) frames;
	VEC(struct tree_node *) items;
	VEC(struct tree_member) members;
	struct hash_map seen; /* keys of the mapping that is being closed */
	struct tree_node *root;
	uint64_t n_nodes;  /* of this document, aliases counted in full */
	size_t n_problems; /* of the text */
	bool is_broken;    /* the document has a problem: not delivered */
	bool is_stopped;   /* a limit was hit: nothing more is read */
};

/* The key of a merge ("<<"), which no text has: compared by pointer. */
extern const char tree_build_merge_key[];

void tree_build_init(struct tree_builder *builder, const struct tree_input *input,
		     struct diag_list *diags);
void tree_build_release(struct tree_builder *builder);

/* A new scalar with its own copy of the text; kind and value are the caller's to set. */
struct tree_node *tree_build_scalar(struct tree_builder *builder, struct tree_place place,
				    const char *text, size_t len);

/* The next thing of the innermost collection is a key. */
bool tree_build_wants_key(const struct tree_builder *builder);
void tree_build_key(struct tree_builder *builder, struct tree_place place, const char *text,
		    size_t len);
void tree_build_merge(struct tree_builder *builder, struct tree_place place);

/* A scalar that cannot be a key, reported by the caller: its value is built and thrown away. */
void tree_build_bad_key(struct tree_builder *builder);

/*
 * Puts a finished node, `height` levels high, where it belongs; `place` is its alias's, if it has
 * one.
 */
void tree_build_value(struct tree_builder *builder, struct tree_node *node, struct tree_place place,
		      uint32_t height, uint64_t n_nodes);

/*
 * The new frame, valid until the next tree_build_open(); NULL when the limit was hit. Where a key
 * is wanted the collection is a bad key, reported by the caller.
 */
struct tree_frame *tree_build_open(struct tree_builder *builder, enum tree_kind kind,
				   struct tree_place place);

/* Closes the innermost collection and puts it where it belongs; a copy of its frame. */
struct tree_frame tree_build_close(struct tree_builder *builder);

/* Ends the document: its root, or NULL when it is empty or broken. */
struct tree_node *tree_build_take(struct tree_builder *builder);

/* A diagnostic that keeps the document from being delivered. */
struct diag *tree_build_problem(struct tree_builder *builder, enum diag_code code,
				struct tree_place place, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
