/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open world's peers: pods that the input does not show and that rules can tell from those it
 * does.
 *
 * One for each peer selector of a rule, and for what several of them select together (of these a
 * bounded number: analyze/peers.h), whose example no known pod stands for, in a namespace of which
 * the input does not show all, and one without any labels in a namespace of which nothing is known. Candidates are listed first and added to snapshots then: what compares two inputs lists
 * those of both and adds the same to each. Texts live in the snapshots that they are from.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/keyset.h"
#include "base/vec.h"
#include "compile/world.h"

struct analyze_hypothetical {
	struct model_pod *pod; /* when it was added: of the last snapshot */
	const char *ns;        /* "payments", or what is known of its labels: "[team=a]", "[]" */
	const char *name;      /* "[app=x,tier=y]" */
	bool is_in_unknown;    /* its namespace is made for it, and has … */
	struct model_labels ns_labels;
	struct model_labels labels;
	bool is_subject; /* a policy's subject: somebody has it in mind */
};

struct analyze_hypotheticals {
	VEC(struct analyze_hypothetical) items;
	struct keyset known; /* "NAMESPACE/[LABELS]" of each */
	bool is_cut;         /* more selectors can meet in a pod than were tried */
};

/* Lists the candidates of the rules' peers, the one without labels first. */
void analyze_hypotheticals_collect(struct analyze_hypotheticals *list,
				   struct analyze_cluster *cluster);

/* Pods that `pods` may select. */
struct analyze_suggestion {
	const struct policy_pods *pods;
	struct model_labels ns_labels; /* of a namespace that the input does not have */
	struct model_labels labels;
	bool is_subject;
};

/*
 * Lists pods with these labels in each namespace of the input of which not everything is shown, and
 * in one that the input does not have.
 */
void analyze_hypotheticals_suggest(struct analyze_hypotheticals *list,
				   struct analyze_cluster *cluster,
				   const struct analyze_suggestion *suggestion);

/*
 * Lists more candidates among the pods that each of `within` selects: what the rules can tell apart
 * of those, where the rules' own words alone make none. A namespace that neither the input nor any
 * candidate names stays without.
 */
void analyze_hypotheticals_collect_within(struct analyze_hypotheticals *list,
					  struct analyze_cluster *cluster,
					  const struct policy_pods *within, size_t n);

/* Adds a candidate that is not listed; nothing may have been reduced. */
void analyze_hypotheticals_list(struct analyze_hypotheticals *list,
				const struct analyze_hypothetical *candidate);

/* Adds the candidates to a snapshot; a world that is made afterwards knows them. */
void analyze_hypotheticals_add(struct analyze_hypotheticals *list, struct model_snapshot *snapshot);

/* Both: lists those of a cluster and adds them to its snapshot. */
void analyze_hypotheticals_init(struct analyze_hypotheticals *list,
				struct analyze_cluster *cluster);

void analyze_hypotheticals_release(struct analyze_hypotheticals *list);

/* Drops those that the rules of `world` cannot tell from a known pod or from one before them. */
void analyze_hypotheticals_reduce(struct analyze_hypotheticals *list,
				  const struct model_snapshot *snapshot,
				  const struct compile_world *world);

/* Adds a pod in a namespace of its own, of which only these labels are known. */
struct model_pod *analyze_hypothetical_add(struct model_snapshot *snapshot,
					   const struct model_labels *ns_labels,
					   const struct model_labels *labels);

/* Adds the one without labels alone. */
struct model_pod *analyze_hypothetical_stranger(struct analyze_cluster *cluster);
