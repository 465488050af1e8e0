/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats of `reach` share. */
#pragma once

#include "analyze/reach.h"
#include "base/strbuf.h"

struct render_reach {
	struct analyze_reach *reach;
	struct analyze_reach *with;    /* NULL, or the same with a proposed change */
	const struct analyze_cut *cut; /* NULL: not asked for */
	const struct analyze_endpoint *cut_to;
	bool has_ranks;
};

void render_reach_text(const struct render_reach *output);
void render_reach_json(const struct render_reach *output);
void render_reach_dot(const struct render_reach *output);
void render_reach_md(const struct render_reach *output);

/* The endpoints of a reach that fall, by hop, then by name; without those at the beginning. */
struct render_reach_order {
	uint32_t *items;
	size_t n;
	size_t cap;
};
void render_reach_list(const struct analyze_reach *reach, struct render_reach_order *ret);

/* The workloads, those that reach the most first. */
void render_reach_rank(const struct analyze_reach *reach, struct render_reach_order *ret);

/* What falls in `a` and not in `b`, by the ids of workloads. */
void render_reach_differ(const struct analyze_reach *a, const struct analyze_reach *b,
			 struct render_reach_order *ret);

/* What came before an endpoint: its id, or what the path begins with. */
const char *render_reach_via(const struct analyze_reach *reach, uint32_t endpoint);

/* "LoadBalancer, route" */
void render_reach_exposures(uint8_t exposures, struct strbuf *ret);

/* "payments/db ingress[0]" and "policies/db.yaml:14"; the place may be "". */
void render_reach_rule(const struct policy_rule *rule, struct strbuf *name, struct strbuf *place);
