/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map as a picture: boxes and arrows, as few as say what the map says. Endpoints that nothing
 * isolates and have the same as all others of them are one box, addresses outside are one, and all
 * that two boxes have is one arrow. What a large map gathers in one box, map_gather.h says.
 */
#pragma once

#include "base/hash.h"
#include "base/strbuf.h"
#include "render/map_fold.h"
#include "render/map_gather.h"

enum picture_kind {
	PICTURE_ENDPOINT,
	PICTURE_OUTSIDE, /* addresses outside */
	PICTURE_OPEN,    /* all that nothing isolates */
};

struct picture_box {
	enum picture_kind kind;
	const char *frame; /* the namespace, or "" for what is in none */
	const char *name;  /* "web", or with its kind where another one is called so too */
	const char *id;
	uint32_t set;      /* of `gather`, or MAP_GATHER_NONE */
	uint32_t n_arrows; /* from and to it */
};

struct picture_arrow {
	uint32_t from; /* positions in `boxes` */
	uint32_t to;
	uint32_t ports;        /* that are certain, of `map->sets` */
	uint32_t on_terms;     /* that depend on conditions */
	uint32_t n_ranges;     /* of addresses outside that it is about */
	bool has_whole_family; /* one of them is every address */
	struct strbuf note;    /* those ranges and their ports */
};

struct map_picture {
	struct analyze_map *map;
	struct map_fold fold;
	struct map_gather gather;
	VEC(struct picture_box) boxes; /* by frame; those in none first */
	VEC(struct picture_arrow) arrows;
	struct arena arena;
};

void map_picture_init(struct map_picture *picture, struct analyze_map *map);
void map_picture_release(struct map_picture *picture);

/* Whether a box stands for several endpoints. */
bool map_picture_is_gathered(const struct map_picture *picture, uint32_t box);

/* Calls `fn` with the id of each endpoint that a box stands for. */
typedef void (*map_picture_fn)(void *arg, const char *id);
void map_picture_members(const struct map_picture *picture, uint32_t box, map_picture_fn fn,
			 void *arg);

/* What is said of boxes that stand for several endpoints; 0 of a kind: nothing. */
struct picture_gathered {
	uint32_t n_alike, n_namespaces;
};

struct picture_gathered map_picture_gathered(const struct map_picture *picture);

/* "TCP 80; TCP 443 on conditions" */
void map_picture_label(const struct map_picture *picture, const struct picture_arrow *arrow,
		       struct strbuf *ret);
