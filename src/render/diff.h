/* SPDX-License-Identifier: Apache-2.0 */
/* The result of `diff`, and what its formats share. */
#pragma once

#include "analyze/diff.h"
#include "base/strbuf.h"

void render_diff_text(struct analyze_diff *diff, bool color);
void render_diff_md(struct analyze_diff *diff);
/* Folded: what changes alike between many ends is one, and has lists of ends. */
void render_diff_json(struct analyze_diff *diff, bool is_folded);
void render_diff_csv(struct analyze_diff *diff, bool is_folded);

/* For people: what is added first, the worst of it before the rest. */
#define DIFF_SECTIONS(X) \
	X(EXPOSURE, "+", "new ways in from outside") \
	X(SENSITIVE, "+", "sensitive, and reachable now") \
	X(ADDED, "+", "added") \
	X(CHANGED, "~", "changed") \
	X(REMOVED, "-", "removed")

enum diff_section {
#define X(id, sign, title) DIFF_##id,
	DIFF_SECTIONS(X)
#undef X
		DIFF_N_SECTIONS
};

struct diff_ends {
	uint32_t *items;
	size_t n;
	size_t cap;
};

/* The pairs of one change that are in one section. */
struct diff_bundle {
	const struct analyze_diff_change *change;
	enum diff_section section;
	struct diff_ends from; /* in order; empty: the range of the change */
	struct diff_ends to;
	VEC(struct analyze_diff_pair) explained; /* with one of each group, on either side */
};

typedef void (*diff_bundle_fn)(void *arg, const struct diff_bundle *bundle);

/* Every bundle in the order of sections. */
void diff_bundles(struct analyze_diff *diff, diff_bundle_fn fn, void *arg);

/* The rules of its pairs. */
void diff_bundle_why(struct analyze_diff *diff, const struct diff_bundle *bundle,
		     struct analyze_refs ret[ANALYZE_N_SIDES]);

/* A bundle as people read it. */
struct diff_line {
	const struct analyze_diff_change *change;
	struct strbuf from; /* "shop/Deployment/web (new), …" */
	struct strbuf to;
	struct strbuf before; /* "TCP 80; TCP 443 if …"; "nothing" */
	struct strbuf after;
	struct analyze_refs rules[ANALYZE_N_SIDES];
};

typedef void (*diff_line_fn)(void *arg, enum diff_section section, const struct diff_line *line);

/* Every line in the order of sections. */
void diff_lines(struct analyze_diff *diff, diff_line_fn fn, void *arg);

/* "no change in access" or "2 connections added, …", and what was compared. */
void diff_summary(const struct analyze_diff *diff, struct strbuf *ret);

/* "shop/Deployment/web, … appeared"; for endpoints that are in one input only. */
void diff_endpoints(const struct analyze_diff *diff, enum analyze_diff_side missing,
		    struct strbuf *ret);

/* "NetworkPolicy shop/web ingress[0] (new.yaml:12:7)" */
void diff_ref_text(const struct analyze_ref *ref, struct strbuf *ret);

const char *diff_section_title(enum diff_section section);
const char *diff_section_sign(enum diff_section section);
