/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BH410: rules and peers that others make needless. What is reported can all be removed at once, and
 * afterwards nothing is left that could be: rules of NetworkPolicy are a union, so one is needless
 * if those that stay cover it, and whether they do is asked of one after the other.
 */
#include "scan/check.h"

#include "scan/cover.h"

#include <string.h>

struct rules {
	const struct policy_rule **items;
	size_t n;
	size_t cap;
};

/* One port of the rule, NULL for every port of every protocol. */
static bool takes_port(const struct policy_rule *rule, const struct policy_port *port)
{
	if (rule->any_port || !port)
		return rule->any_port;
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct policy_port *own = &rule->ports[i];
		const bool is_range = own->kind == POLICY_PORT_RANGE;

		if (own->space != port->space)
			continue;
		if (port->kind == POLICY_PORT_RANGE
			    ? is_range && own->first <= port->first && port->first <= own->last
			    : (is_range ? own->first <= 1 && own->last == UINT16_MAX
					: own->name == port->name))
			return true;
	}
	return false;
}

/* On that port the others let all of the rule's peers pass. */
static bool covers_at(struct scan *scan, const struct policy_rule *rule, const struct rules *others,
		      const struct policy_port *port)
{
	struct cover_peers wide = {0};
	bool is_covered = false;

	for (size_t i = 0; i < others->n && !is_covered; i++) {
		const struct policy_rule *other = others->items[i];

		if (!takes_port(other, port))
			continue;
		is_covered = other->any_peer;
		for (uint32_t k = 0; k < other->n_peers; k++)
			vec_push(&wide, &other->peers[k]);
	}
	if (!is_covered && !rule->any_peer) {
		is_covered = true;
		for (uint32_t i = 0; i < rule->n_peers && is_covered; i++)
			is_covered = scan_covers(scan->snapshot, &rule->peers[i], &wide);
	}
	vec_release(&wide);
	return is_covered;
}

/* At each number at which the others may begin to say something else. */
static bool covers_range(struct scan *scan, const struct policy_rule *rule,
			 const struct rules *others, const struct policy_port *range)
{
	bool is_covered = covers_at(scan, rule, others, range);

	for (size_t i = 0; i < others->n && is_covered; i++)
		for (uint32_t k = 0; k < others->items[i]->n_ports && is_covered; k++) {
			struct policy_port at = *range;
			const struct policy_port *other = &others->items[i]->ports[k];

			if (other->kind != POLICY_PORT_RANGE || other->space != range->space)
				continue;
			at.first = other->first;
			if (range->first < at.first && at.first <= range->last)
				is_covered = covers_at(scan, rule, others, &at);
			at.first = (uint16_t)(other->last + 1);
			if (range->first < at.first && at.first <= range->last)
				is_covered = is_covered && covers_at(scan, rule, others, &at);
		}
	return is_covered;
}

static bool covers(struct scan *scan, const struct policy_rule *rule, const struct rules *others)
{
	if (others->n == 0 || rule->any_port)
		return others->n && covers_at(scan, rule, others, NULL);
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE
			    ? !covers_range(scan, rule, others, &rule->ports[i])
			    : !covers_at(scan, rule, others, &rule->ports[i]))
			return false;
	return true;
}

/* What makes a rule needless: one other rule, or several together. */
struct reason {
	bool is_needless;
	const struct policy_rule *alone; /* NULL: only together */
};

static struct reason reason_of(struct scan *scan, const struct policy_rule *rule,
			       const struct rules *others, bool may_be_several)
{
	for (size_t i = 0; i < others->n; i++) {
		const struct rules one = {&others->items[i], 1, 1};

		if (covers(scan, rule, &one))
			return (struct reason){true, others->items[i]};
	}
	return (struct reason){may_be_several && covers(scan, rule, others), NULL};
}

/* What stays of all policies. */
struct search {
	struct scan *scan;
	/* by policy and rule: the rule with the peers that stay, or NULL */
	const struct policy_rule ***rest[POLICY_N_DIRECTIONS];
};

static bool is_asked(const struct policy *policy)
{
	return scan_is_networkpolicy(policy) && !policy->is_staged;
}

/* What stays of a rule, or NULL. */
static const struct policy_rule **rest_of(const struct search *search,
					  const struct policy_rule *rule)
{
	const struct policy *policy = rule->policy;

	return &search->rest[rule->direction][policy->index][rule - policy->rules[rule->direction]];
}

/* The rules of the policy that stay, but for this one. */
static void add_staying(const struct search *search, const struct policy *policy,
			const struct policy_rule *but, struct rules *ret)
{
	for (uint32_t i = 0; i < policy->n_rules[but->direction]; i++) {
		const struct policy_rule *rule = &policy->rules[but->direction][i];

		if (rule != but && *rest_of(search, rule))
			vec_push(ret, *rest_of(search, rule));
	}
}

static const struct tree_node *list_of(const struct policy_rule *rule)
{
	return scan_node(rule->policy->object->root, "spec", policy_direction_name(rule->direction),
			 NULL);
}

/* Takes it out; what somebody wrote a comment about is for somebody to look at. */
static void take_out(struct scan *scan, struct scan_finding *finding, const struct tree_node *list,
		     uint32_t number, const bool *gone)
{
	const struct diag_file *file = finding->place.span.file;

	scan_help(scan, finding, "remove it: access stays as it is");
	if (list && list->kind == TREE_SEQ && number < list->len)
		scan_cut_entry(scan, finding, file, list, number, gone);
	if (!scan_cut_has_comment(finding))
		return;
	finding->severity = SCAN_LOW;
	finding->fix = SCAN_FIX_SUGGESTED;
}

/* Which rules of a direction go. */
static const bool *gone_of(const struct search *search, const struct policy *policy,
			   enum policy_direction direction)
{
	bool *gone = arena_alloc_n(&search->scan->arena, policy->n_rules[direction], sizeof(*gone));

	for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
		gone[i] = !search->rest[direction][policy->index][i];
	return gone;
}

static void report_rule(struct search *search, const struct policy_rule *rule, struct reason reason)
{
	struct scan *scan = search->scan;
	struct scan_finding *finding = scan_report(
		scan, scan_at_policy(rule->policy, rule->span), "this rule allows nothing that %s",
		reason.alone ? "another of the policy does not allow already"
			     : "others of the policy together do not allow already");

	if (reason.alone) {
		finding->related = reason.alone->span;
		finding->related_message = "the wider rule";
	}
	take_out(scan, finding, list_of(rule), rule->index,
		 gone_of(search, rule->policy, rule->direction));
}

/* From the last to the first, so that of two that say the same the first stays. */
static void judge_rules(struct search *search, const struct policy *policy,
			enum policy_direction direction, bool may_be_several,
			struct reason *reasons)
{
	for (uint32_t i = policy->n_rules[direction]; i-- > 0;) {
		const struct policy_rule *rule = &policy->rules[direction][i];
		struct rules others = {0};

		if (reasons[i].is_needless)
			continue;
		add_staying(search, policy, rule, &others);
		reasons[i] = reason_of(search->scan, rule, &others, may_be_several);
		if (reasons[i].is_needless)
			*rest_of(search, rule) = NULL;
		vec_release(&others);
	}
}

/* The rule with those of its peers that stay, but for one. */
static const struct policy_rule *with_peers(struct scan *scan, const struct policy_rule *rule,
					    const bool *gone, uint32_t but)
{
	struct policy_rule *ret = arena_alloc(&scan->arena, sizeof(*ret));

	*ret = *rule;
	ret->peers = arena_alloc_n(&scan->arena, rule->n_peers, sizeof(*ret->peers));
	ret->n_peers = 0;
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (i != but && !gone[i])
			ret->peers[ret->n_peers++] = rule->peers[i];
	return ret;
}

static bool is_needless_peer(struct search *search, const struct policy_rule *rule,
			     const bool *gone, uint32_t number)
{
	struct policy_rule one = *rule;
	const struct policy_rule *rest = with_peers(search->scan, rule, gone, number);
	struct rules others = {0};
	bool ret;

	one.peers = &rule->peers[number];
	one.n_peers = 1;
	if (rest->n_peers == 0)
		return false;
	vec_push(&others, rest);
	add_staying(search, rule->policy, rule, &others);
	ret = covers(search->scan, &one, &others);
	vec_release(&others);
	return ret;
}

/* The peer of the same rule that is wider by itself; NULL: there is none. */
static const struct policy_peer *wider_peer(struct scan *scan, const struct policy_rule *rule,
					    const bool *gone, uint32_t number)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct policy_peer *other = &rule->peers[i];
		struct cover_peers one = {&other, 1, 1};

		if (i != number && !gone[i] &&
		    scan_covers(scan->snapshot, &rule->peers[number], &one))
			return other;
	}
	return NULL;
}

static void report_peer(struct scan *scan, const struct policy_rule *rule, const bool *gone,
			uint32_t number)
{
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct policy_peer *wide = wider_peer(scan, rule, gone, number);
	const struct tree_node *list = list_of(rule);
	struct scan_finding *finding =
		scan_report(scan, scan_at_policy(rule->policy, rule->peers[number].span),
			    "this peer allows nobody whom %s",
			    wide ? "another of the rule does not allow already"
				 : "the rest of the policy does not allow already");

	if (wide) {
		finding->related = wide->span;
		finding->related_message = "the wider peer";
	}
	list = list && rule->index < list->len ? list->items[rule->index] : NULL;
	take_out(scan, finding, tree_get(list, is_ingress ? "from" : "to"), number, gone);
}

static void judge_peers(struct search *search, const struct policy_rule *rule)
{
	struct scan *scan = search->scan;
	bool *gone = arena_alloc_n(&scan->arena, rule->n_peers, sizeof(*gone));

	for (uint32_t i = rule->n_peers; i-- > 0;)
		gone[i] = wider_peer(scan, rule, gone, i);
	for (uint32_t i = rule->n_peers; i-- > 0;)
		gone[i] = gone[i] || is_needless_peer(search, rule, gone, i);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (gone[i])
			report_peer(scan, rule, gone, i);
	*rest_of(search, rule) = with_peers(scan, rule, gone, rule->n_peers);
}

static void judge_policy(struct search *search, const struct policy *policy,
			 enum policy_direction direction)
{
	const uint32_t n = policy->n_rules[direction];
	struct reason *reasons = arena_alloc_n(&search->scan->arena, n, sizeof(*reasons));

	judge_rules(search, policy, direction, false, reasons);
	judge_rules(search, policy, direction, true, reasons);
	for (uint32_t i = 0; i < n; i++)
		if (reasons[i].is_needless)
			report_rule(search, &policy->rules[direction][i], reasons[i]);
		else
			judge_peers(search, &policy->rules[direction][i]);
}

/* Rules of another policy for at least the same pods; one that allows everything is BH301's. */
static void add_foreign(const struct search *search, const struct policy_rule *rule,
			struct rules *ret)
{
	const struct policy_set *set = search->scan->policies;
	const struct policy *policy = rule->policy;

	for (uint32_t i = 0; i < set->n_policies; i++) {
		const struct policy *other = set->policies[i];
		const struct policy_peer *subject = &other->subject;
		const struct cover_peers one = {&subject, 1, 1};
		const size_t n = ret->n;

		if (other == policy || other->ns != policy->ns || !is_asked(other) ||
		    !scan_covers(search->scan->snapshot, &policy->subject, &one))
			continue;
		add_staying(search, other, rule, ret);
		for (size_t k = ret->n; k-- > n;)
			if (ret->items[k]->any_peer && ret->items[k]->any_port)
				ret->items[k] = ret->items[--ret->n];
	}
}

/* Two policies are often two people's: one may go on without the other. */
static void judge_foreign(struct search *search, const struct policy_rule *rule)
{
	struct scan *scan = search->scan;
	struct scan_finding *finding;
	struct rules others = {0};
	struct reason reason;

	add_foreign(search, rule, &others);
	reason = reason_of(scan, *rest_of(search, rule), &others, false);
	vec_release(&others);
	if (!reason.is_needless)
		return;
	*rest_of(search, rule) = NULL;
	finding = scan_report(scan, scan_at_policy(rule->policy, rule->span),
			      "this rule allows nothing that NetworkPolicy %s does not allow the "
			      "same pods already",
			      reason.alone->policy->name);
	finding->severity = SCAN_LOW;
	finding->related = reason.alone->span;
	finding->related_message = "the wider rule";
	scan_help(scan, finding, "remove it, if the other policy is to stay");
}

/* At first all rules stay. */
static void start(struct search *search, enum policy_direction direction)
{
	const struct policy_set *set = search->scan->policies;
	struct arena *arena = &search->scan->arena;

	search->rest[direction] =
		arena_alloc_n(arena, set->n_policies, sizeof(*search->rest[direction]));
	for (uint32_t i = 0; i < set->n_policies; i++) {
		const struct policy *policy = set->policies[i];
		const uint32_t n = policy->n_rules[direction];
		const struct policy_rule **rest = arena_alloc_n(arena, n, sizeof(*rest));

		for (uint32_t k = 0; k < n; k++)
			rest[k] = &policy->rules[direction][k];
		search->rest[direction][policy->index] = rest;
	}
}

static void judge_direction(struct search *search, enum policy_direction direction)
{
	const struct policy_set *set = search->scan->policies;

	for (uint32_t i = 0; i < set->n_policies; i++)
		if (is_asked(set->policies[i]))
			judge_policy(search, set->policies[i], direction);
	for (uint32_t i = set->n_policies; i-- > 0;) {
		const struct policy *policy = set->policies[i];

		for (uint32_t k = 0; is_asked(policy) && k < policy->n_rules[direction]; k++)
			if (search->rest[direction][policy->index][k])
				judge_foreign(search, &policy->rules[direction][k]);
	}
}

/* Ordered APIs give a later rule another meaning, and are not looked at. */
void scan_needless_rules(struct scan *scan)
{
	struct search search = {.scan = scan};

	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		start(&search, direction);
		judge_direction(&search, direction);
	}
}
