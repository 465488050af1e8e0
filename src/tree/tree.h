/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One node tree for YAML and JSON text, with a place for every node.
 *
 * Everything above reads manifests through this: it does not matter which of the two languages a
 * text was written in. Scalars are typed as Kubernetes' own readers type them (sigs.k8s.io/yaml:
 * YAML 1.1 core rules of go-yaml v2, so that an unquoted `no` is a boolean and `1.10` a float), and
 * keep their text.
 *
 * Nodes and strings live in the arena given to the reader. Mapping keys are plain strings; a
 * duplicate key, a non-scalar key, an undefined or recursive alias, an unknown tag or a broken
 * encoding is a diagnostic and the document is not delivered. Aliases share nodes (the tree is a
 * DAG); limits bound the expanded size.
 */
#pragma once

#include "base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct intern;

enum tree_kind { TREE_NULL, TREE_BOOL, TREE_INT, TREE_FLOAT, TREE_STRING, TREE_SEQ, TREE_MAP };

struct tree_member;

/* 32 bytes: two a cache line. */
struct tree_node {
	uint8_t kind;    /* enum tree_kind */
	bool is_quoted;  /* a scalar in quotes or a block scalar */
	bool is_big;     /* TREE_INT outside int64_t: `integer` is not valid */
	uint32_t len;    /* of text; or the number of items / members */
	uint32_t line;   /* from 1 */
	uint32_t column; /* from 1, in bytes */
	union {
		const char *text; /* scalars: as written, unescaped, NUL-terminated, none inside */
		struct tree_node **items;    /* TREE_SEQ */
		struct tree_member *members; /* TREE_MAP, in the text's order, merged ones last */
	};
	union {
		bool boolean;    /* TREE_BOOL */
		int64_t integer; /* TREE_INT that fits; else is_big */
		double real;     /* TREE_FLOAT */
	};
};

struct tree_member {
	const char *key; /* interned */
	uint32_t key_len;
	uint32_t line; /* of the key */
	uint32_t column;
	struct tree_node *value;
};

struct tree_limits {
	size_t size;       /* bytes of one input; default 256 MiB */
	uint32_t depth;    /* nesting; default 100 */
	uint64_t expanded; /* nodes after alias expansion per document; default 10,000,000 */
};

/* The limits used when NULL is given. */
extern const struct tree_limits tree_default_limits;

/* One document. Return non-zero to stop; the reader then returns that value. */
typedef int (*tree_document_fn)(void *arg, struct tree_node *root, const struct diag_file *file);

/*
 * Reads all documents of `file->text`, then calls `fn` for each non-empty one in order. JSON (first
 * byte `{` or `[` and it parses as JSON; concatenated values are documents) and YAML are told apart
 * by content. After a syntax error or a hundred problems the rest of the text is not read, the
 * documents before it stand. Problems go to `diags`. Strings are interned in `intern` where they are
 * keys, otherwise copied into `arena`. 0; or what `fn` returned.
 *
 * YAML of more than 256 KiB is read by up to four threads, which are gone when this returns. `fn` is
 * called by the caller's thread. Cost: 30 MB/s of YAML for each thread, 100 MB/s of JSON.
 */
int tree_read(const struct diag_file *file, const struct tree_limits *limits, struct arena *arena,
	      struct intern *intern, struct diag_list *diags, tree_document_fn fn, void *arg);

/*
 * Reads a whole file ("-": standard input) into the arena. 0, or -errno; -EFBIG when it is over the
 * limit. A FIFO or terminal is read to its end. UTF-16 with a byte order mark becomes UTF-8.
 */
int tree_load(const char *path, const struct tree_limits *limits, struct arena *arena,
	      struct diag_file **ret_file);

/* The member's value; NULL when there is none, or `map` is NULL or not a mapping. */
struct tree_node *tree_get(const struct tree_node *map, const char *key);
const struct tree_member *tree_member(const struct tree_node *map, const char *key);

/* The text of a string member, or NULL: absent or another type. */
const char *tree_get_string(const struct tree_node *map, const char *key);

/* Where a node, or a member's key, stands. */
struct diag_span tree_span(const struct diag_file *file, const struct tree_node *node);
struct diag_span tree_key_span(const struct diag_file *file, const struct tree_member *member);

/*
 * Where a part of a string stands, by its bytes in the string; the node as a whole where that cannot
 * be told. Cost: the file up to there; for messages.
 */
struct diag_span tree_text_span(const struct diag_file *file, const struct tree_node *scalar,
				size_t offset, size_t len);

/* "a string", "an integer", "null" …, for messages. */
const char *tree_kind_name(enum tree_kind kind);
