/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles of pairs as lines for people. */
#include "render/diff.h"

#include "analyze/text.h"
#include "render/place.h"

#define MAX_NAMES 6 /* of ends in a line */

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
	else if (ip_equal(&range->first, &range->last))
		strbuf_addstr(ret, ip_format(&range->first, first));
	else
		strbuf_printf(ret, "%s-%s", ip_format(&range->first, first),
			      ip_format(&range->last, last));
}

/* The end that is a range has no names. */
static void add_names(const struct analyze_diff *diff, const struct analyze_diff_change *change,
		      const struct diff_ends *ends, struct strbuf *ret)
{
	if (!ends->n)
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

struct lining {
	struct analyze_diff *diff;
	diff_line_fn fn;
	void *arg;
};

static void make_line(void *arg, const struct diff_bundle *bundle)
{
	const struct lining *lining = arg;
	struct analyze_diff *diff = lining->diff;
	const struct analyze_diff_change *change = bundle->change;
	struct diff_line line = {.change = change};

	add_names(diff, change, &bundle->from, &line.from);
	add_names(diff, change, &bundle->to, &line.to);
	add_access(diff, &change->ports, ANALYZE_OLD, &line.before);
	add_access(diff, &change->ports, ANALYZE_NEW, &line.after);
	diff_bundle_why(diff, bundle, line.rules);
	lining->fn(lining->arg, bundle->section, &line);
	strbuf_release(&line.from);
	strbuf_release(&line.to);
	strbuf_release(&line.before);
	strbuf_release(&line.after);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_refs_release(&line.rules[side]);
}

void diff_lines(struct analyze_diff *diff, diff_line_fn fn, void *arg)
{
	struct lining lining = {diff, fn, arg};

	diff_bundles(diff, make_line, &lining);
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
	analyze_decider_text(ref->policy, ref->rule, ret);
	if (span->file) {
		strbuf_addstr(ret, " (");
		place_add(ret, span);
		strbuf_printf(ret, ":%u)", span->column);
	}
}
