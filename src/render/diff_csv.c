/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180, a line for each range of ports that was gained or lost. */
#include "render/csv.h"
#include "render/diff.h"
#include "render/out.h"
#include "render/words.h"

#include <stdio.h>

struct writing {
	struct analyze_diff *diff;
	struct out out;
	struct words endpoints; /* by position */
	struct words conditions;
	const struct diff_bundle *bundle; /* that is written now; NULL: pairs are, one by one */
	bool has_conditions;
};

static void write_endpoint(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_diff *diff = arg;

	render_csv_field(diff->endpoints.items[number].id, out);
}

/* One field, a line for each condition. */
static void write_conditions(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_diff *diff = arg;

	render_csv_open(analyze_portsets_text(diff->sets, number, 0), out);
	for (size_t i = 1; i < analyze_portsets_n_texts(diff->sets, number); i++)
		render_csv_add(analyze_portsets_text(diff->sets, number, i), out);
	render_csv_close(out);
}

static void add_end(struct writing *writing, const struct analyze_diff_pair *pair, uint32_t end)
{
	if (end != ANALYZE_MAP_OUTSIDE)
		words_add(&writing->endpoints, end, &writing->out);
	else
		out_add_range(&writing->out, &pair->change->range);
}

/* One field, a line for each end. */
static void add_ends(struct writing *writing, const struct analyze_diff_pair *pair,
		     const struct diff_ends *ends)
{
	char *text = NULL;
	size_t len;
	FILE *out;

	if (!ends->n) {
		add_end(writing, pair, ANALYZE_MAP_OUTSIDE);
		return;
	}
	out = open_memstream(&text, &len);
	if (!out)
		abort();
	render_csv_open(writing->diff->endpoints.items[ends->items[0]].id, out);
	for (size_t i = 1; i < ends->n; i++)
		render_csv_add(writing->diff->endpoints.items[ends->items[i]].id, out);
	render_csv_close(out);
	fclose(out);
	out_add(&writing->out, text, len);
	free(text);
}

static void add_both(struct writing *writing, const struct analyze_diff_pair *pair)
{
	out_literal(&writing->out, ",");
	if (writing->bundle)
		add_ends(writing, pair, &writing->bundle->from);
	else
		add_end(writing, pair, pair->from);
	out_literal(&writing->out, ",");
	if (writing->bundle)
		add_ends(writing, pair, &writing->bundle->to);
	else
		add_end(writing, pair, pair->to);
}

/* What the pairs of a bundle are differs. */
static const char *ends_word(const struct writing *writing, const struct analyze_diff_pair *pair)
{
	if (writing->bundle)
		return "";
	return pair->is_new ? "new" : (pair->is_gone ? "gone" : "");
}

static void add_ports(struct writing *writing, const struct analyze_diff_pair *pair,
		      const char *change, const struct analyze_portset_part *part)
{
	const struct port_set *set = analyze_portsets_get(writing->diff->sets, part->ports);

	for (size_t i = 0; i < set->n; i++) {
		const struct port_range *range = &set->ranges[i];
		char text[64];

		out_add(&writing->out, change, strlen(change));
		add_both(writing, pair);
		out_add(&writing->out, text,
			(size_t)snprintf(text, sizeof(text), ",%s,%u,%u,%s",
					 port_space_name(range->space), range->first, range->last,
					 ends_word(writing, pair)));
		if (writing->has_conditions)
			out_literal(&writing->out, ",");
		if (part->conditions != ANALYZE_PORTS_CERTAIN)
			words_add(&writing->conditions, part->conditions, &writing->out);
		out_literal(&writing->out, "\r\n");
	}
}

/* What was gained or lost, by the conditions that it has, or had. */
static void add_side(struct writing *writing, const struct analyze_diff_pair *pair,
		     enum analyze_diff_side side, const char *change)
{
	struct analyze_portsets *sets = writing->diff->sets;
	const struct analyze_diff_ports *ports = &pair->change->ports;
	const uint32_t moved = side == ANALYZE_NEW ? ports->gained : ports->lost;
	const uint32_t all = ports->ports[side];
	struct analyze_portset_part part = {ANALYZE_PORTS_CERTAIN,
					    analyze_portsets_whole(sets, all)->certain};

	part.ports = analyze_portsets_intersect(sets, moved, part.ports);
	add_ports(writing, pair, change, &part);
	for (uint32_t i = 0; i < analyze_portsets_whole(sets, all)->n_parts; i++) {
		part = analyze_portsets_whole(sets, all)->parts[i];
		part.ports = analyze_portsets_intersect(sets, moved, part.ports);
		add_ports(writing, pair, change, &part);
	}
}

static void add_pair(void *arg, const struct analyze_diff_pair *pair)
{
	const uint32_t *ports = pair->change->ports.ports;
	const bool is_added = ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE;
	const bool is_removed = ports[ANALYZE_NEW] == ANALYZE_PORTS_NONE;

	add_side(arg, pair, ANALYZE_NEW, is_added ? "added" : "widened");
	add_side(arg, pair, ANALYZE_OLD, is_removed ? "removed" : "narrowed");
}

static void add_bundle(void *arg, const struct diff_bundle *bundle)
{
	struct writing *writing = arg;

	writing->bundle = bundle;
	add_pair(writing, &bundle->explained.items[0]);
}

void render_diff_csv(struct analyze_diff *diff, bool is_folded)
{
	struct writing writing = {.diff = diff};

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		writing.has_conditions |= diff->maps[side].has_conditions;
	out_init(&writing.out);
	words_init(&writing.endpoints, write_endpoint, diff);
	words_init(&writing.conditions, write_conditions, diff);
	out_literal(&writing.out, "change,from,to,protocol,port,endPort,ends");
	if (writing.has_conditions)
		out_literal(&writing.out, ",conditions");
	out_literal(&writing.out, "\r\n");
	if (is_folded)
		diff_bundles(diff, add_bundle, &writing);
	else
		analyze_diff_each(diff, add_pair, &writing);
	out_finish(&writing.out);
	words_release(&writing.endpoints);
	words_release(&writing.conditions);
}
