/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of one change that belong together, as lines for people. */
#include "render/diff.h"

#include "analyze/text.h"

#include <string.h>

#define MAX_NAMES 6       /* of ends in a line */
#define MAX_EXPLAINED 64u /* pairs of a line whose rules are looked for */

struct end_list {
	uint32_t *items;
	size_t n;
	size_t cap;
};

/* The pairs of one change that are in one section. */
struct bundle {
	struct end_list from;
	struct end_list to;
	VEC(struct analyze_diff_pair) explained;
	size_t n_pairs;
};

struct sorting {
	struct analyze_diff *diff;
	struct bundle bundles[DIFF_N_SECTIONS];
	bool *is_listed[2]; /* by section and endpoint: among the sources, the targets */
	uint8_t *sections;  /* by change: bits of those that it has pairs in */
};

static const struct {
	const char *sign;
	const char *title;
} sections[] = {
#define X(id, sign, title) {sign, title},
	DIFF_SECTIONS(X)
#undef X
};

const char *diff_section_title(enum diff_section section)
{
	return sections[section].title;
}

const char *diff_section_sign(enum diff_section section)
{
	return sections[section].sign;
}

static enum diff_section section_of(const struct analyze_diff *diff,
				    const struct analyze_diff_pair *pair)
{
	const struct analyze_diff_ports *ports = &pair->change->ports;

	if (analyze_diff_is_exposure(diff, pair))
		return DIFF_EXPOSURE;
	if (analyze_diff_is_sensitive(diff, pair))
		return DIFF_SENSITIVE;
	if (ports->ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE)
		return DIFF_ADDED;
	return ports->ports[ANALYZE_NEW] == ANALYZE_PORTS_NONE ? DIFF_REMOVED : DIFF_CHANGED;
}

static void list_end(struct sorting *sorting, int side, enum diff_section section, uint32_t end,
		     struct end_list *ret)
{
	const size_t n = sorting->diff->endpoints.n;

	if (end == ANALYZE_MAP_OUTSIDE || sorting->is_listed[side][section * n + end])
		return;
	sorting->is_listed[side][section * n + end] = true;
	vec_push(ret, end);
}

static void take_pair(void *arg, const struct analyze_diff_pair *pair)
{
	struct sorting *sorting = arg;
	const enum diff_section section = section_of(sorting->diff, pair);
	struct bundle *bundle = &sorting->bundles[section];

	bundle->n_pairs++;
	list_end(sorting, 0, section, pair->from, &bundle->from);
	list_end(sorting, 1, section, pair->to, &bundle->to);
	if (bundle->explained.n < MAX_EXPLAINED)
		vec_push(&bundle->explained, *pair);
}

static void add_name(const struct analyze_diff *diff, uint32_t end, struct strbuf *ret)
{
	const struct analyze_diff_endpoint *endpoint = &diff->endpoints.items[end];

	strbuf_addstr(ret, endpoint->id);
	if (endpoint->sensitivity)
		strbuf_printf(ret, " [%s]", endpoint->sensitivity);
	if (endpoint->is_exposed)
		strbuf_addstr(ret, " [exposed]");
	if (endpoint->at[ANALYZE_OLD] == ANALYZE_MAP_OUTSIDE)
		strbuf_addstr(ret, " (new)");
	if (endpoint->at[ANALYZE_NEW] == ANALYZE_MAP_OUTSIDE)
		strbuf_addstr(ret, " (gone)");
}

static void add_range(const struct analyze_diff_change *change, struct strbuf *ret)
{
	const struct ip_range *range = &change->range;
	const struct ip_addr lowest = ip_lowest(range->first.family);
	const struct ip_addr highest = ip_highest(range->first.family);
	char first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];

	if (ip_equal(&range->first, &lowest) && ip_equal(&range->last, &highest))
		strbuf_printf(ret, "any %s address",
			      range->first.family == IP_V4 ? "IPv4" : "IPv6");
	else
		strbuf_printf(ret, "%s-%s", ip_format(&range->first, first),
			      ip_format(&range->last, last));
}

static int compare_ends(const void *left, const void *right)
{
	const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* The end that is a range has no names. */
static void add_names(const struct analyze_diff *diff, const struct analyze_diff_change *change,
		      struct end_list *ends, struct strbuf *ret)
{
	if (ends->n)
		qsort(ends->items, ends->n, sizeof(*ends->items), compare_ends);
	else
		add_range(change, ret);
	for (size_t i = 0; i < ends->n && (i < MAX_NAMES || ends->n == MAX_NAMES + 1); i++) {
		strbuf_addstr(ret, i ? ", " : "");
		add_name(diff, ends->items[i], ret);
	}
	if (ends->n > MAX_NAMES + 1)
		strbuf_printf(ret, " and %zu more", ends->n - MAX_NAMES);
}

/* "TCP 80; TCP 443 if the method is GET" */
static void add_ports(const struct analyze_portsets *sets, uint32_t number, struct strbuf *ret)
{
	const struct analyze_portset *set = analyze_portsets_whole(sets, number);

	if (set->ports.n)
		analyze_ports_text(&set->ports, ret);
	for (uint32_t i = 0; i < set->n_parts; i++) {
		const uint32_t conditions = set->parts[i].conditions;

		strbuf_addstr(ret, ret->len ? "; " : "");
		analyze_ports_text(analyze_portsets_get(sets, set->parts[i].ports), ret);
		for (size_t j = 0; j < analyze_portsets_n_texts(sets, conditions); j++)
			strbuf_printf(ret, "%s%s", j ? "; " : " if ",
				      analyze_portsets_text(sets, conditions, j));
	}
	if (number == ANALYZE_PORTS_NONE)
		strbuf_addstr(ret, "nothing");
}

static void add_access(const struct analyze_diff *diff, const struct analyze_diff_ports *ports,
		       enum analyze_diff_side side, struct strbuf *ret)
{
	const uint32_t *by_family = ports->by_family[side];

	add_ports(diff->sets, ports->ports[side], ret);
	if (by_family[0] == by_family[1])
		return;
	for (int family = 0; family < ANALYZE_MAP_FAMILIES; family++) {
		struct strbuf text = {0};

		add_ports(diff->sets, by_family[family], &text);
		strbuf_printf(ret, "%s%s: %s%s", family ? "; " : " (", family ? "IPv6" : "IPv4",
			      strbuf_str(&text), family ? ")" : "");
		strbuf_release(&text);
	}
}

static void explain(struct analyze_diff *diff, const struct bundle *bundle, struct diff_line *line)
{
	for (size_t i = 0; i < bundle->explained.n; i++)
		analyze_diff_why(diff, &bundle->explained.items[i], line->rules);
}

static void write_bundle(struct sorting *sorting, const struct analyze_diff_change *change,
			 enum diff_section section, diff_line_fn fn, void *arg)
{
	struct analyze_diff *diff = sorting->diff;
	struct bundle *bundle = &sorting->bundles[section];
	struct diff_line line = {.change = change};

	add_names(diff, change, &bundle->from, &line.from);
	add_names(diff, change, &bundle->to, &line.to);
	add_access(diff, &change->ports, ANALYZE_OLD, &line.before);
	add_access(diff, &change->ports, ANALYZE_NEW, &line.after);
	explain(diff, bundle, &line);
	fn(arg, section, &line);
	strbuf_release(&line.from);
	strbuf_release(&line.to);
	strbuf_release(&line.before);
	strbuf_release(&line.after);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_refs_release(&line.rules[side]);
}

static void note_section(void *arg, const struct analyze_diff_pair *pair)
{
	struct sorting *sorting = arg;

	sorting->sections[pair->change - sorting->diff->changes.items] |=
		(uint8_t)(1 << section_of(sorting->diff, pair));
}

static void sorting_init(struct sorting *sorting, struct analyze_diff *diff)
{
	const size_t size = DIFF_N_SECTIONS * (diff->endpoints.n + 1) * sizeof(bool);

	*sorting = (struct sorting){.diff = diff};
	for (int side = 0; side < 2; side++) {
		sorting->is_listed[side] = vec_grow(NULL, &(size_t){0}, size, 1);
		memset(sorting->is_listed[side], 0, size);
	}
	sorting->sections = vec_grow(NULL, &(size_t){0}, diff->changes.n + 1, 1);
	memset(sorting->sections, 0, diff->changes.n);
	for (size_t i = 0; i < diff->changes.n; i++)
		analyze_diff_unfold(diff, &diff->changes.items[i], note_section, sorting);
}

static void sorting_release(struct sorting *sorting)
{
	for (int section = 0; section < DIFF_N_SECTIONS; section++) {
		vec_release(&sorting->bundles[section].from);
		vec_release(&sorting->bundles[section].to);
		vec_release(&sorting->bundles[section].explained);
	}
	free(sorting->is_listed[0]);
	free(sorting->is_listed[1]);
	free(sorting->sections);
}

static void clear_bundles(struct sorting *sorting)
{
	const size_t n = sorting->diff->endpoints.n;

	for (int section = 0; section < DIFF_N_SECTIONS; section++) {
		struct bundle *bundle = &sorting->bundles[section];

		for (size_t i = 0; i < bundle->from.n; i++)
			sorting->is_listed[0][section * n + bundle->from.items[i]] = false;
		for (size_t i = 0; i < bundle->to.n; i++)
			sorting->is_listed[1][section * n + bundle->to.items[i]] = false;
		vec_clear(&bundle->from);
		vec_clear(&bundle->to);
		vec_clear(&bundle->explained);
		bundle->n_pairs = 0;
	}
}

void diff_lines(struct analyze_diff *diff, diff_line_fn fn, void *arg)
{
	struct sorting sorting;

	sorting_init(&sorting, diff);
	for (int section = 0; section < DIFF_N_SECTIONS; section++)
		for (size_t i = 0; i < diff->changes.n; i++) {
			if (!(sorting.sections[i] & 1 << section))
				continue;
			clear_bundles(&sorting);
			analyze_diff_unfold(diff, &diff->changes.items[i], take_pair, &sorting);
			write_bundle(&sorting, &diff->changes.items[i], section, fn, arg);
		}
	sorting_release(&sorting);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void add_compared(const struct analyze_diff *diff, struct strbuf *ret)
{
	const struct analyze_diff_compared *compared = &diff->compared;

	strbuf_printf(ret,
		      "compared: %u endpoint%s and %u peer%s that the input does not show, in %u "
		      "class%s; %u range%s of addresses outside",
		      compared->endpoints, plural(compared->endpoints), compared->hypothetical,
		      plural(compared->hypothetical), compared->classes,
		      compared->classes == 1 ? "" : "es", compared->ranges,
		      plural(compared->ranges));
	if (diff->peers.is_cut)
		strbuf_addstr(ret, "; more peers can be told apart than were tried");
}

void diff_summary(const struct analyze_diff *diff, struct strbuf *ret)
{
	const struct analyze_diff_counts *counts = &diff->counts;

	if (!diff->changes.n)
		strbuf_addstr(ret, "no change in access\n");
	else
		strbuf_printf(ret, "%llu connection%s added, %llu removed, %llu changed\n",
			      (unsigned long long)counts->added, plural(counts->added),
			      (unsigned long long)counts->removed,
			      (unsigned long long)counts->changed);
	add_compared(diff, ret);
	if (diff->changes.n)
		strbuf_addstr(ret,
			      "\n(NAMESPACE/[LABELS] is a pod that the input does not show, []/[] "
			      "one that nothing is known of)");
}

void diff_endpoints(const struct analyze_diff *diff, enum analyze_diff_side missing,
		    struct strbuf *ret)
{
	for (size_t i = 0; i < diff->endpoints.n; i++) {
		const struct analyze_diff_endpoint *endpoint = &diff->endpoints.items[i];

		if (endpoint->at[missing] == ANALYZE_MAP_OUTSIDE)
			strbuf_printf(ret, "%s%s", ret->len ? ", " : "", endpoint->id);
	}
}

void diff_ref_text(const struct analyze_ref *ref, struct strbuf *ret)
{
	const struct diag_span *span = ref->rule ? &ref->rule->span : &ref->policy->span;

	strbuf_printf(ret, "%s ", ref->policy->kind);
	analyze_policy_text(ref->policy, ret);
	if (ref->rule) {
		strbuf_addch(ret, ' ');
		analyze_rule_text(ref->rule, ret);
	}
	if (span->file)
		strbuf_printf(ret, " (%s:%u:%u)", span->file->name, span->line, span->column);
}
