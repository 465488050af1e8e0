/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bulkhead.yaml is read: each mapping by a table of its keys, whose functions take the values. What
 * is wrong is a diagnostic of the configuration, and reading goes on. Texts are interned there.
 */
#pragma once

#include "scan/config.h"
#include "tree/tree.h"

struct config_reader {
	struct scan_config *config;
	const struct diag_file *file;
	void *item; /* what the mapping that is read fills */
};

struct config_key {
	const char *name;
	void (*read)(struct config_reader *reader, const struct tree_member *member);
};

/* The lists of bulkhead.yaml with items of several keys: config_entries.c. */
void config_read_contracts(struct config_reader *reader, const struct tree_member *member);
void config_read_exceptions(struct config_reader *reader, const struct tree_member *member);

/* "WHAT must be EXPECTED" */
struct diag *config_refuse(const struct config_reader *reader, const struct tree_node *node,
			   const char *what, const char *expected);

void config_read_map(struct config_reader *reader, const struct tree_node *map,
		     const struct config_key *keys, size_t n);
#define config_read_keys(reader, map, keys) \
	config_read_map((reader), (map), (keys), sizeof(keys) / sizeof((keys)[0]))

/* Any scalar as text; NULL, and said: something else. */
const char *config_text(const struct config_reader *reader, const struct tree_node *node,
			const char *what);

/* Lists of texts, and of objects such as "shop/web"; what is none of those is left out. */
void config_read_texts(const struct config_reader *reader, const struct tree_member *member,
		       struct scan_texts *ret);
bool config_read_pattern(const struct config_reader *reader, const struct tree_node *node,
			 struct scan_pattern *ret);
void config_read_patterns(const struct config_reader *reader, const struct tree_member *member,
			  struct scan_patterns *ret);

/* Calls `fn` for each item of a list; an empty list may be left out. */
void config_read_items(struct config_reader *reader, const struct tree_member *member,
		       void (*fn)(struct config_reader *reader, const struct tree_node *item));
