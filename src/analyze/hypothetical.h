/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open world's peers: pods that the input does not show and that rules can tell from those it
 * does.
 *
 * One for each peer selector of a rule whose example no known pod stands for, in a namespace of
 * which the input does not show all, and one without any labels in a namespace of which nothing is
 * known.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"
#include "compile/world.h"

struct analyze_hypothetical {
	struct model_pod *pod;
	const char *ns;   /* "payments", or what is known of its labels: "[team=a]", "[]" */
	const char *name; /* "[app=x,tier=y]" */
};

struct analyze_hypotheticals {
	VEC(struct analyze_hypothetical) items;
};

/* Adds the candidates to the snapshot; a world that is made afterwards knows them. */
void analyze_hypotheticals_init(struct analyze_hypotheticals *list,
				struct analyze_cluster *cluster);
void analyze_hypotheticals_release(struct analyze_hypotheticals *list);

/* Drops those that the rules of `world` cannot tell from a known pod or from one before them. */
void analyze_hypotheticals_reduce(struct analyze_hypotheticals *list,
				  const struct model_snapshot *snapshot,
				  const struct compile_world *world);
