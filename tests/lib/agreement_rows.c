/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/agreement_ask.h"

#include <string.h>

/* One row of the world, in each of its readings. */
struct rows {
	struct agreement_ask *ask;
	struct compile_world *world;
	enum policy_direction direction;
	uint32_t subject; /* class */
	uint32_t peer;    /* class */
	struct compile_row row;
	struct bitset allowed;
};

static uint32_t peer_class(const struct cluster *cluster, const struct ip_addr *addr)
{
	const struct model_pod *pod = model_find_address(cluster->snapshot, addr);

	if (!pod)
		return compile_outside_class(cluster->world, addr);
	return compile_pod_class(cluster->world, pod, ip_equal(&pod->ips[0], addr) ? 0 : 1);
}

/* The bitset is the row, and the row's cell for the peer is the table's. */
static bool compare_row(const struct rows *rows)
{
	const struct verdict_side *side = &rows->ask->verdict->side[rows->direction];
	const struct compile_outcome *outcome;

	for (uint32_t i = 0; i < compile_n_peer_classes(rows->world); i++) {
		outcome = &rows->row.outcomes[rows->row.cells[i]];
		if (bitset_test(&rows->allowed, i) != (outcome->action == TABLE_ALLOW))
			return agreement_complain(rows->ask,
						  "%s: the bitset and the row differ in class %u",
						  agreement_directions[rows->direction], i);
	}
	outcome = &rows->row.outcomes[rows->row.cells[rows->peer]];
	return (outcome->action == side->action && outcome->reason == side->reason) ||
	       agreement_complain(rows->ask, "%s: the row says action %u (%s), the cell %u (%s)",
				  agreement_directions[rows->direction], outcome->action,
				  agreement_reasons[outcome->reason], side->action,
				  agreement_reasons[side->reason]);
}

/* Every port is in one part, and a part's ports have one row. */
static bool compare_parts(const struct rows *rows)
{
	const struct oracle_question *asked = &rows->ask->question->asked;
	uint32_t n_parts, n_found = 0;
	const struct compile_part *parts =
		compile_parts(rows->world, rows->subject, rows->direction, &n_parts);
	struct bitset other;
	bool is_equal = true;

	bitset_init(&other, compile_n_peer_classes(rows->world));
	for (uint32_t i = 0; i < n_parts; i++) {
		const struct port_set *ports = &parts[i].ports;

		if (!port_set_contains(ports, asked->space, asked->port))
			continue;
		n_found++;
		compile_row_allowed(rows->world, rows->subject, rows->direction,
				    ports->ranges[0].space, ports->ranges[0].first, &other);
		is_equal &= bitset_equal(&other, &rows->allowed);
		compile_row_allowed(rows->world, rows->subject, rows->direction,
				    ports->ranges[ports->n - 1].space,
				    ports->ranges[ports->n - 1].last, &other);
		is_equal &= bitset_equal(&other, &rows->allowed);
	}
	bitset_release(&other);
	return (n_found == 1 && is_equal) ||
	       agreement_complain(rows->ask, "%s: the port is in %u parts%s",
				  agreement_directions[rows->direction], n_found,
				  is_equal ? "" : ", whose ports differ");
}

/* The ranges cover the family without gap or overlap, and the address's has its class. */
static bool compare_ranges(const struct rows *rows)
{
	const struct ip_addr *addr = rows->ask->other[rows->direction];
	struct ip_addr next = ip_lowest(addr->family), highest = ip_highest(addr->family);
	size_t n;
	const struct compile_range *ranges = compile_ranges(rows->world, addr->family, &n);
	uint32_t class = COMPILE_NONE;

	for (size_t i = 0; i < n; i++) {
		if (!ip_equal(&ranges[i].range.first, &next))
			return agreement_complain(rows->ask, "range %zu does not follow", i);
		if (ip_range_contains(&ranges[i].range, addr))
			class = ranges[i].peer_class;
		if (!ip_next(&ranges[i].range.last, &next) && i + 1 < n)
			return agreement_complain(rows->ask, "range %zu is after the last", i + 1);
	}
	if (n == 0 || !ip_equal(&ranges[n - 1].range.last, &highest))
		return agreement_complain(rows->ask, "the ranges end too early");
	return class == compile_outside_class(rows->world, addr) ||
	       agreement_complain(rows->ask, "the address's range has class %u", class);
}

static bool compare_isolating(const struct rows *rows)
{
	const struct agreement *agreement = rows->ask->agreement;
	uint32_t n, at = 0;
	const struct policy *const *isolating =
		compile_isolating(rows->world, rows->subject, rows->direction, &n);

	for (uint32_t i = 0; i < agreement->cluster.snapshot->n_policies; i++) {
		const struct model_policy_object *policy = agreement->cluster.snapshot->policies[i];

		if (oracle_isolates(&agreement->oracle, policy, rows->ask->pod[rows->direction],
				    rows->direction == POLICY_EGRESS) &&
		    (at == n || isolating[at++]->object != policy))
			return agreement_complain(rows->ask, "%s: %s/%s does not isolate the class",
						  agreement_directions[rows->direction], policy->ns,
						  policy->name);
	}
	return at == n || agreement_complain(rows->ask, "%s: %u policies isolate the class, not %u",
					     agreement_directions[rows->direction], n, at);
}

bool agreement_rows(struct agreement_ask *ask, enum verdict_direction direction)
{
	const struct oracle_question *asked = &ask->question->asked;
	struct compile_world *world = ask->agreement->cluster.world;
	struct rows rows = {.ask = ask, .world = world, .direction = (int)direction};
	bool agrees;

	if (!agreement_is_of_rules(ask->want[direction].reason))
		return true;
	rows.subject = compile_subject_class(world, ask->pod[direction]);
	rows.peer = peer_class(&ask->agreement->cluster, ask->other[direction]);
	bitset_init(&rows.allowed, compile_n_peer_classes(world));
	compile_row(world, rows.subject, rows.direction, asked->space, asked->port, &rows.row);
	compile_row_allowed(world, rows.subject, rows.direction, asked->space, asked->port,
			    &rows.allowed);
	agrees = compare_row(&rows) && compare_parts(&rows) && compare_ranges(&rows) &&
		 compare_isolating(&rows);
	bitset_release(&rows.allowed);
	compile_row_release(&rows.row);
	return agrees;
}
