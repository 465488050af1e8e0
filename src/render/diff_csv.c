/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180, a line for each range of ports that was gained or lost. */
#include "render/csv.h"
#include "render/diff.h"

#include <stdio.h>

struct writing {
	struct analyze_diff *diff;
	bool has_conditions;
};

static void write_end(const struct writing *writing, const struct analyze_diff_pair *pair,
		      uint32_t end)
{
	char first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];

	putchar(',');
	if (end != ANALYZE_MAP_OUTSIDE)
		render_csv_field(writing->diff->endpoints.items[end].id, stdout);
	else
		printf("ip:%s-%s", ip_format(&pair->change->range.first, first),
		       ip_format(&pair->change->range.last, last));
}

/* One field, a line for each condition. */
static void write_conditions(const struct analyze_portsets *sets, uint32_t conditions)
{
	putchar(',');
	if (conditions == ANALYZE_PORTS_CERTAIN)
		return;
	render_csv_open(analyze_portsets_text(sets, conditions, 0), stdout);
	for (size_t i = 1; i < analyze_portsets_n_texts(sets, conditions); i++)
		render_csv_add(analyze_portsets_text(sets, conditions, i), stdout);
	render_csv_close(stdout);
}

static void write_ports(const struct writing *writing, const struct analyze_diff_pair *pair,
			const char *change, uint32_t ports, uint32_t conditions)
{
	const struct port_set *set = analyze_portsets_get(writing->diff->sets, ports);

	for (size_t i = 0; i < set->n; i++) {
		const struct port_range *range = &set->ranges[i];

		fputs(change, stdout);
		write_end(writing, pair, pair->from);
		write_end(writing, pair, pair->to);
		printf(",%s,%u,%u,%s", port_space_name(range->space), range->first, range->last,
		       pair->is_new ? "new" : (pair->is_gone ? "gone" : ""));
		if (writing->has_conditions)
			write_conditions(writing->diff->sets, conditions);
		fputs("\r\n", stdout);
	}
}

/* What was gained or lost, by the conditions that it has, or had. */
static void write_side(const struct writing *writing, const struct analyze_diff_pair *pair,
		       enum analyze_diff_side side, const char *change)
{
	struct analyze_portsets *sets = writing->diff->sets;
	const struct analyze_diff_ports *ports = &pair->change->ports;
	const uint32_t moved = side == ANALYZE_NEW ? ports->gained : ports->lost;
	const uint32_t all = ports->ports[side];

	write_ports(writing, pair, change,
		    analyze_portsets_intersect(sets, moved,
					       analyze_portsets_whole(sets, all)->certain),
		    ANALYZE_PORTS_CERTAIN);
	for (uint32_t i = 0; i < analyze_portsets_whole(sets, all)->n_parts; i++) {
		const struct analyze_portset_part part =
			analyze_portsets_whole(sets, all)->parts[i];

		write_ports(writing, pair, change,
			    analyze_portsets_intersect(sets, moved, part.ports), part.conditions);
	}
}

static void write_pair(void *arg, const struct analyze_diff_pair *pair)
{
	const uint32_t *ports = pair->change->ports.ports;
	const bool is_added = ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE;
	const bool is_removed = ports[ANALYZE_NEW] == ANALYZE_PORTS_NONE;

	write_side(arg, pair, ANALYZE_NEW, is_added ? "added" : "widened");
	write_side(arg, pair, ANALYZE_OLD, is_removed ? "removed" : "narrowed");
}

void render_diff_csv(struct analyze_diff *diff)
{
	struct writing writing = {.diff = diff};

	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		writing.has_conditions |= diff->maps[side].has_conditions;
	printf("change,from,to,protocol,port,endPort,ends%s\r\n",
	       writing.has_conditions ? ",conditions" : "");
	analyze_diff_each(diff, write_pair, &writing);
}
