/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map as a picture: boxes and arrows, as few as say what the map says. Endpoints that nothing
 * isolates and have the same as all others of them are one box, addresses outside are one, and all
 * that two boxes have is one arrow.
 */
#pragma once

#include "base/hash.h"
#include "base/strbuf.h"
#include "render/map_fold.h"

struct picture_box {
	const char *frame; /* the namespace, or "" for what is in none */
	const char *name;  /* "web", or with its kind where another one is called so too */
	const char *id;
	uint32_t n_arrows; /* from and to other boxes */
};

struct picture_arrow {
	uint32_t from; /* positions in `boxes` */
	uint32_t to;
	uint32_t ports;     /* that are certain, of `map->sets` */
	uint32_t on_terms;  /* that depend on conditions */
	uint32_t n_ranges;  /* of addresses outside that it is about */
	struct strbuf note; /* those ranges and their ports */
};

struct map_picture {
	struct analyze_map *map;
	struct map_fold fold;
	VEC(struct picture_box) boxes; /* by frame; those in none first */
	VEC(struct picture_arrow) arrows;
	struct arena arena;
};

void map_picture_init(struct map_picture *picture, struct analyze_map *map);
void map_picture_release(struct map_picture *picture);

/* "TCP 80; TCP 443 on conditions" */
void map_picture_label(const struct map_picture *picture, const struct picture_arrow *arrow,
		       struct strbuf *ret);
