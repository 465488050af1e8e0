/* SPDX-License-Identifier: Apache-2.0 */
#include "render/reach.h"

#include "analyze/text.h"
#include "render/place.h"

#include <stdlib.h>
#include <string.h>

static int compare_hops(const void *left, const void *right, void *arg)
{
	const struct analyze_reach *reach = arg;
	const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	const uint32_t hops[2] = {reach->nodes.items[a].hop, reach->nodes.items[b].hop};

	if (hops[0] != hops[1])
		return hops[0] < hops[1] ? -1 : 1;
	return (a > b) - (a < b);
}

static int compare_ranks(const void *left, const void *right, void *arg)
{
	const struct analyze_reach *reach = arg;
	const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	const struct analyze_reach_node *x = &reach->nodes.items[a], *y = &reach->nodes.items[b];

	if (x->n_reached != y->n_reached)
		return x->n_reached > y->n_reached ? -1 : 1;
	if (x->n_reached_by != y->n_reached_by)
		return x->n_reached_by > y->n_reached_by ? -1 : 1;
	return (a > b) - (a < b);
}

static bool falls(const struct analyze_reach *reach, uint32_t endpoint)
{
	const uint32_t hop = reach->nodes.items[endpoint].hop;

	return hop != ANALYZE_REACH_NOT && hop > 0;
}

void render_reach_list(const struct analyze_reach *reach, struct render_reach_order *ret)
{
	for (uint32_t i = 0; i < reach->nodes.n; i++)
		if (falls(reach, i))
			vec_push(ret, i);
	if (ret->n)
		qsort_r(ret->items, ret->n, sizeof(*ret->items), compare_hops, (void *)reach);
}

void render_reach_rank(const struct analyze_reach *reach, struct render_reach_order *ret)
{
	for (uint32_t i = 0; i < reach->nodes.n; i++)
		if (analyze_reach_is_workload(reach, i))
			vec_push(ret, i);
	if (ret->n)
		qsort_r(ret->items, ret->n, sizeof(*ret->items), compare_ranks, (void *)reach);
}

static bool has_fallen(const struct analyze_reach *reach, const char *id)
{
	for (uint32_t i = 0; i < reach->nodes.n; i++)
		if (falls(reach, i) && strcmp(reach->map.endpoints.items[i].id, id) == 0)
			return true;
	return false;
}

void render_reach_differ(const struct analyze_reach *a, const struct analyze_reach *b,
			 struct render_reach_order *ret)
{
	for (uint32_t i = 0; i < a->nodes.n; i++)
		if (falls(a, i) && analyze_reach_is_workload(a, i) &&
		    !has_fallen(b, a->map.endpoints.items[i].id))
			vec_push(ret, i);
}

const char *render_reach_via(const struct analyze_reach *reach, uint32_t endpoint)
{
	const uint32_t via = reach->nodes.items[endpoint].via;

	return via == ANALYZE_REACH_NOT ? reach->from->id : reach->map.endpoints.items[via].id;
}

void render_reach_exposures(uint8_t exposures, struct strbuf *ret)
{
	const char *before = "";

	for (int i = 0; i < ANALYZE_N_EXPOSURES; i++)
		if (exposures & 1u << i) {
			strbuf_printf(ret, "%s%s", before, analyze_exposure_name(i));
			before = ", ";
		}
}

void render_reach_rule(const struct policy_rule *rule, struct strbuf *name, struct strbuf *place)
{
	strbuf_clear(name);
	strbuf_clear(place);
	analyze_decider_text(rule->policy, rule, name);
	if (rule->span.file)
		place_add(place, &rule->span);
}
