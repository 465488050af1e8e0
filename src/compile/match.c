/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the undecided peer classes a rule matches on one port. */
#include "compile/internal.h"

/* How far a rule's ports cover the asked one. */
enum port_match { PORT_NO, PORT_FOR_NAMED_PEERS, PORT_YES };

static enum port_match match_port(const struct row_place *at, const struct policy_port *port)
{
	if (port->space != at->space)
		return PORT_NO;
	if (port->kind == POLICY_PORT_RANGE)
		return at->port >= port->first && at->port <= port->last ? PORT_YES : PORT_NO;
	if (at->direction == POLICY_EGRESS)
		return world_named_classes(at->world, port, at->port) ? PORT_FOR_NAMED_PEERS
								      : PORT_NO;
	return pod_port_named(at->class->example, port, at->port) ? PORT_YES : PORT_NO;
}

static enum port_match match_ports(const struct row_place *at, const struct policy_port *ports,
				   uint32_t n)
{
	enum port_match best = PORT_NO;

	for (uint32_t i = 0; i < n && best != PORT_YES; i++) {
		const enum port_match match = match_port(at, &ports[i]);

		if (match > best)
			best = match;
	}
	return best;
}

/* The peers that have the port under any of the names. */
static struct bitset find_named_peers(const struct row_place *at, const struct policy_port *ports,
				      uint32_t n)
{
	struct bitset named;

	bitset_init(&named, at->world->peer_classes.n);
	for (uint32_t i = 0; i < n; i++)
		if (match_port(at, &ports[i]) == PORT_FOR_NAMED_PEERS)
			class_list_add(world_named_classes(at->world, &ports[i], at->port), &named);
	return named;
}

static void keep_named_peers(const struct row_place *at, const struct policy_rule *rule)
{
	struct bitset named = find_named_peers(at, rule->ports, rule->n_ports);

	bitset_and(&at->world->matched, &named);
	bitset_release(&named);
}

static void drop_named_peers(const struct row_place *at, const struct policy_rule *rule)
{
	struct bitset named = find_named_peers(at, rule->not_ports, rule->n_not_ports);

	bitset_andnot(&at->world->matched, &named);
	bitset_release(&named);
}

static void match_peers(struct compile_world *world, const struct world_rule *world_rule)
{
	const struct policy_rule *rule = world_rule->rule;

	if (rule->any_peer) {
		bitset_copy(&world->matched, &world->undecided);
		return;
	}
	bitset_zero(&world->matched);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		class_list_add(&world->term_classes[world_rule->terms[i]], &world->matched);
	bitset_and(&world->matched, &world->undecided);
}

bool row_match(const struct row_place *at, const struct world_rule *world_rule)
{
	const struct policy_rule *rule = world_rule->rule;
	const enum port_match ports = rule->any_port ? PORT_YES
						     : match_ports(at, rule->ports, rule->n_ports);
	const enum port_match excluded = match_ports(at, rule->not_ports, rule->n_not_ports);

	if (ports == PORT_NO || excluded == PORT_YES)
		return false;
	match_peers(at->world, world_rule);
	if (ports == PORT_FOR_NAMED_PEERS)
		keep_named_peers(at, rule);
	if (excluded == PORT_FOR_NAMED_PEERS)
		drop_named_peers(at, rule);
	return true;
}
