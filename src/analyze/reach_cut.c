/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest set of rules that carries every path. Rules are shared by many hops, so this is no
 * minimum cut of a graph but a search: of some path, one hop has to go, on one of its two sides, and
 * with that all rules that allow its port there. Sets are tried by size, each before the engine.
 */
#include "analyze/reach.h"

#include "analyze/can.h"
#include "analyze/change.h"
#include "base/keyset.h"

#include <string.h>

struct rules {
	const struct policy_rule **items; /* of the given policies */
	size_t n;
	size_t cap;
};

struct search {
	struct analyze_cut *cut;
	const struct analyze_cluster *cluster;
	const struct analyze_reach_options *options;
	const struct analyze_endpoint *to;
	uint32_t max_tried;
	struct keyset tried; /* sets of rules, sorted, at this size */
};

/* A way to go on: rules without which one hop of a path is gone. */
struct option {
	struct rules rules;
};

struct options {
	struct option *items;
	size_t n;
	size_t cap;
};

/* The cluster with some rules taken out, and where its paths lead. */
struct attempt {
	struct analyze_cluster cluster;
	struct analyze_reach reach;
	struct arena arena;
	uint32_t end; /* the endpoint of the map that a path leads to; or n */
};

static void attempt_init(struct attempt *ret, struct search *search, const struct rules *rules)
{
	struct analyze_reach_options options = *search->options;
	struct analyze_change *changes;

	arena_init(&ret->arena);
	changes = arena_alloc_n(&ret->arena, rules->n, sizeof(*changes));
	for (size_t i = 0; i < rules->n; i++)
		changes[i] = (struct analyze_change){rules->items[i], ANALYZE_CHANGE_DROP};
	ret->cluster = *search->cluster;
	ret->cluster.policies =
		analyze_policies_changed(search->cluster->policies, changes, rules->n, &ret->arena);
	options.only_known = true;
	options.ranks = false;
	analyze_reach_build(&ret->reach, &ret->cluster, &options);
	search->cut->n_tried++;
	ret->end = analyze_reach_find(&ret->reach, search->to, 0);
	while (ret->end < ret->reach.nodes.n &&
	       ret->reach.nodes.items[ret->end].hop == ANALYZE_REACH_NOT)
		ret->end = analyze_reach_find(&ret->reach, search->to, ret->end + 1);
}

static void attempt_release(struct attempt *attempt)
{
	analyze_reach_release(&attempt->reach);
	arena_release(&attempt->arena);
}

static bool is_cut(const struct attempt *attempt)
{
	return attempt->end >= attempt->reach.nodes.n;
}

/* A changed policy's rules are copies, which share what they say with the original. */
static const struct policy_rule *original(const struct search *search,
					  const struct policy_rule *rule)
{
	const struct policy *policy = search->cluster->policies->policies[rule->policy->index];

	for (uint32_t i = 0; i < policy->n_rules[rule->direction]; i++) {
		const struct policy_rule *other = &policy->rules[rule->direction][i];

		if (other->index == rule->index && other->list == rule->list &&
		    other->peers == rule->peers && other->ports == rule->ports &&
		    other->condition == rule->condition)
			return other;
	}
	return NULL;
}

static bool has_rule(const struct rules *rules, const struct policy_rule *rule)
{
	for (size_t i = 0; i < rules->n; i++)
		if (rules->items[i] == rule)
			return true;
	return false;
}

static void add_option(const struct search *search, const struct analyze_side *side,
		       struct options *ret)
{
	struct rules rules = {0};

	for (size_t i = 0; i < side->rules.n; i++) {
		const struct policy_rule *rule = side->rules.items[i].rule;

		if (!rule || rule->action != POLICY_ALLOW)
			continue;
		rule = original(search, rule);
		if (rule && !has_rule(&rules, rule))
			vec_push(&rules, rule);
	}
	if (rules.n && side->reason != VERDICT_NOT_ISOLATED)
		vec_push(ret, ((struct option){rules}));
	else
		vec_release(&rules);
}

static void release_options(struct options *options)
{
	for (size_t i = 0; i < options->n; i++)
		vec_release(&options->items[i].rules);
	vec_release(options);
}

/* What allows the first port of a hop, on either side. */
static void ask_hop(struct search *search, struct attempt *attempt, uint32_t node,
		    struct options *ret)
{
	const struct analyze_map *map = &attempt->reach.map;
	const struct analyze_reach_node *at = &attempt->reach.nodes.items[node];
	const struct analyze_portset *ports = analyze_portsets_whole(&map->sets, at->ports);
	const struct port_set *set =
		ports->ports.n ? &ports->ports
			       : analyze_portsets_get(&map->sets, ports->parts[0].ports);
	struct analyze_endpoint from = {.kind = ANALYZE_PODS, .id = "from", .n_pods = 1};
	struct analyze_endpoint to = {.kind = ANALYZE_PODS, .id = "to", .n_pods = 1};
	struct analyze_question question = {.from = &from, .to = &to};
	struct model_pod *pods[2] = {NULL, map->endpoints.items[node].pods[0]};
	struct analyze_answer answer;
	struct analyze_judge judge;
	struct diag_list notes;

	diag_list_init(&notes, &attempt->arena);
	to.pods = map->endpoints.items[node].pods;
	pods[0] = pods[1];
	if (at->via == ANALYZE_REACH_NOT) {
		question.from = search->options->from;
	} else {
		from.pods = map->endpoints.items[at->via].pods;
		pods[0] = from.pods[0];
	}
	question.port.range = (struct port_range){set->ranges[0].space, set->ranges[0].first,
						  set->ranges[0].first};
	if (analyze_judge_init(&judge, &attempt->cluster, pods, 2, &notes))
		return;
	if (analyze_can(&judge, &attempt->cluster, &question, &notes, &answer)) {
		for (int side = 0; side < POLICY_N_DIRECTIONS; side++)
			add_option(search, &answer.sides[side], ret);
		analyze_answer_release(&answer);
	}
	analyze_judge_release(&judge);
}

/* Every way to break the path that leads to the end. */
static void list_options(struct search *search, struct attempt *attempt, struct options *ret)
{
	for (uint32_t node = attempt->end;
	     node != ANALYZE_REACH_NOT && attempt->reach.nodes.items[node].hop > 0;
	     node = attempt->reach.nodes.items[node].via)
		ask_hop(search, attempt, node, ret);
}

static int compare_rules(const void *left, const void *right)
{
	const void *a = *(const void *const *)left, *b = *(const void *const *)right;

	return (a > b) - (a < b);
}

/* Both together, each rule once, in an order that makes equal sets equal. */
static struct rules join(const struct rules *a, const struct rules *b)
{
	struct rules ret = {0};

	for (size_t i = 0; i < a->n; i++)
		vec_push(&ret, a->items[i]);
	for (size_t i = 0; i < b->n; i++)
		if (!has_rule(a, b->items[i]))
			vec_push(&ret, b->items[i]);
	qsort(ret.items, ret.n, sizeof(*ret.items), compare_rules);
	return ret;
}

static bool is_exhausted(const struct search *search)
{
	return search->cut->n_tried >= search->max_tried;
}

static void take_rules(struct analyze_cut *cut, const struct rules *rules)
{
	vec_clear(&cut->rules);
	for (size_t i = 0; i < rules->n; i++)
		vec_push(&cut->rules, rules->items[i]);
}

static bool search_from(struct search *search, const struct rules *without, size_t size);

static bool try_option(struct search *search, const struct rules *without,
		       const struct option *option, size_t size)
{
	struct rules more = join(without, &option->rules);
	bool is_found = false, is_new;

	if (more.n <= size && !is_exhausted(search)) {
		keyset_intern(&search->tried, more.items, more.n * sizeof(*more.items), &is_new);
		is_found = is_new && search_from(search, &more, size);
	}
	vec_release(&more);
	return is_found;
}

/* Whether the rules, with more up to so many in all, are a cut, which is taken. */
static bool search_from(struct search *search, const struct rules *without, size_t size)
{
	struct options options = {0};
	struct attempt attempt;
	bool is_found;

	attempt_init(&attempt, search, without);
	is_found = is_cut(&attempt);
	if (is_found)
		take_rules(search->cut, without);
	else if (without->n < size)
		list_options(search, &attempt, &options);
	attempt_release(&attempt);
	for (size_t i = 0; i < options.n && !is_found; i++)
		is_found = try_option(search, without, &options.items[i], size);
	release_options(&options);
	return is_found;
}

/* The hop that no rule carries, so that none can be taken out. */
static void note_open(struct search *search, struct attempt *attempt)
{
	struct analyze_cut *cut = search->cut;
	const struct analyze_map *map = &attempt->reach.map;
	const uint32_t via = attempt->reach.nodes.items[attempt->end].via;

	cut->open_to = arena_strdup(&cut->arena, map->endpoints.items[attempt->end].id);
	cut->open_from = arena_strdup(&cut->arena, via == ANALYZE_REACH_NOT
							   ? search->options->from->id
							   : map->endpoints.items[via].id);
}

/* Some cut, of the fewest rules at each step; false: there is none. */
static bool find_some(struct search *search, struct rules *without)
{
	for (;;) {
		const struct option *best = NULL;
		struct options options = {0};
		struct attempt attempt;
		struct rules more;
		bool is_done;

		attempt_init(&attempt, search, without);
		is_done = is_cut(&attempt);
		if (!is_done)
			list_options(search, &attempt, &options);
		for (size_t i = 0; i < options.n; i++)
			if (!best || options.items[i].rules.n < best->rules.n)
				best = &options.items[i];
		if (!is_done && !best)
			note_open(search, &attempt);
		attempt_release(&attempt);
		if (is_done || !best)
			return is_done;
		more = join(without, &best->rules);
		release_options(&options);
		vec_release(without);
		*without = more;
	}
}

void analyze_cut_find(struct analyze_cut *ret, struct analyze_cluster *cluster,
		      const struct analyze_reach_options *options,
		      const struct analyze_endpoint *to, uint32_t max_tried)
{
	struct search search = {
		.cut = ret,
		.cluster = cluster,
		.options = options,
		.to = to,
		.max_tried = max_tried,
	};
	struct rules some = {0}, none = {0};
	bool is_found = false;

	*ret = (struct analyze_cut){0};
	arena_init(&ret->arena);
	ret->is_possible = find_some(&search, &some);
	ret->is_reached = some.n || !ret->is_possible;
	for (size_t size = 1; size < some.n && !is_found && !is_exhausted(&search); size++) {
		is_found = search_from(&search, &none, size);
		keyset_release(&search.tried);
		search.tried = (struct keyset){0};
	}
	ret->is_exact = ret->is_possible && (is_found || !is_exhausted(&search));
	if (!is_found && ret->is_possible)
		take_rules(ret, &some);
	vec_release(&some);
}

void analyze_cut_release(struct analyze_cut *cut)
{
	vec_release(&cut->rules);
	arena_release(&cut->arena);
}
