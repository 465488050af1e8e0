/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the compiled rules. A row is made once for each subject class, direction and part of
 * its ports, as the set of peer classes that are not refused.
 */
#include "scan/check.h"

#include <assert.h>

static void add_newcomers(struct scan *scan)
{
	const struct model_labels none = {0};

	scan->newcomers = arena_alloc_n(&scan->arena, scan->n_namespaces, sizeof(*scan->newcomers));
	for (uint32_t i = 0; i < scan->n_namespaces; i++)
		scan->newcomers[i] = model_add_hypothetical(
			scan->cluster->snapshot, scan->snapshot->namespaces[i]->name, &none);
}

void scan_world_make(struct scan *scan)
{
	scan_list_workloads(scan);
	analyze_hypotheticals_init(&scan->hypotheticals, scan->cluster);
	add_newcomers(scan);
	scan->world = compile_world_new(scan->snapshot, scan->policies, scan->snapshot->pods,
					scan->snapshot->n_pods);
	scan_far_choose(scan);
}

const struct model_pod *scan_stranger(struct scan *scan)
{
	return scan->hypotheticals.items.items[0].pod;
}

const struct model_pod *scan_newcomer(struct scan *scan, const struct model_namespace *ns)
{
	/* one that only hypothetical pods are in is as unknown as the stranger's */
	return ns->index < scan->n_namespaces ? scan->newcomers[ns->index] : scan_stranger(scan);
}

const struct policy *const *scan_policies_of(struct scan *scan,
					     const struct model_workload *workload, uint32_t *ret_n)
{
	struct compile_world *world = scan->world;
	const uint32_t class = compile_subject_class(world, workload->pods[0]);

	*ret_n = 0;
	return class == COMPILE_NONE ? NULL : compile_policies(world, class, ret_n);
}

bool scan_is_isolated(struct scan *scan, const struct model_workload *workload,
		      enum policy_direction direction)
{
	struct compile_world *world = scan->world;
	uint32_t n;

	for (uint32_t i = 0; i < workload->n_pods; i++) {
		const uint32_t class = compile_subject_class(world, workload->pods[i]);

		if (class == COMPILE_NONE)
			return false;
		compile_isolating(world, class, direction, &n);
		if (n == 0)
			return false;
	}
	return true;
}

static uint32_t part_of(struct compile_world *world, uint32_t class,
			enum policy_direction direction, enum port_space space, uint16_t port)
{
	uint32_t n;
	const struct compile_part *parts = compile_parts(world, class, direction, &n);

	for (uint32_t i = 0; i < n; i++)
		if (port_set_contains(&parts[i].ports, space, port))
			return i;
	assert(!"every port is in a part");
	return 0;
}

static struct bitset *make_row(struct compile_world *world, uint32_t class,
			       enum policy_direction direction, enum port_space space,
			       uint16_t port)
{
	struct bitset *set = calloc(1, sizeof(*set));
	struct compile_row row = {0};

	if (!set)
		abort();
	bitset_init(set, compile_n_peer_classes(world));
	if (!compile_has_conditions(world, class, direction)) {
		compile_row_allowed(world, class, direction, space, port, set);
		return set;
	}
	compile_row(world, class, direction, space, port, &row);
	for (size_t i = 0; i < row.n_cells; i++)
		if (row.outcomes[row.cells[i]].action != TABLE_DENY)
			bitset_set(set, i);
	compile_row_release(&row);
	return set;
}

/* The peer classes that the pod may talk to, or hear, on a port; NULL: it is subject to nothing. */
static const struct bitset *row_of(struct scan *scan, const struct model_pod *pod,
				   enum policy_direction direction, enum port_space space,
				   uint16_t port)
{
	struct compile_world *world = scan->world;
	const uint32_t class = compile_subject_class(world, pod);
	uint64_t *place;
	uint64_t key;
	bool is_new;

	if (class == COMPILE_NONE)
		return NULL;
	key = (uint64_t) class << 32 |
	      (uint64_t)part_of(world, class, direction, space, port) << 1 | direction;
	place = hash_map_put(&scan->rows, key, &is_new);
	if (is_new)
		*place = hash_ptr(make_row(world, class, direction, space, port));
	return (const struct bitset *)(uintptr_t)*place;
}

/* A host-network pod is the address of its node. */
static uint32_t peer_class(const struct compile_world *world, const struct model_pod *pod,
			   uint32_t ip)
{
	return pod->host_network ? compile_outside_class(world, &pod->ips[ip])
				 : compile_pod_class(world, pod, ip);
}

bool scan_side_may(struct scan *scan, const struct model_pod *subject, const struct model_pod *peer,
		   enum policy_direction direction, enum port_space space, uint16_t port)
{
	const struct bitset *row = row_of(scan, subject, direction, space, port);

	if (!row || peer->n_ips == 0) /* a host-network pod of a node that is not known */
		return true;
	for (uint32_t i = 0; i < peer->n_ips; i++)
		if (bitset_test(row, peer_class(scan->world, peer, i)))
			return true;
	return false;
}

bool scan_is_open(struct scan *scan, const struct model_pod *subject, const struct model_pod *peer,
		  enum policy_direction direction)
{
	struct compile_world *world = scan->world;
	const uint32_t class = compile_subject_class(world, subject);
	const struct compile_part *parts;
	uint32_t n;

	if (class == COMPILE_NONE)
		return true;
	parts = compile_parts(world, class, direction, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct port_range *range = parts[i].ports.ranges;

		if (parts[i].ports.n &&
		    !scan_side_may(scan, subject, peer, direction, range->space, range->first))
			return false;
	}
	return true;
}

const char *scan_other_side_text(struct scan *scan, const struct model_pod *subject,
				 const struct model_pod *peer, enum policy_direction direction,
				 const struct port_range *port)
{
	const enum policy_direction other = direction == POLICY_EGRESS ? POLICY_INGRESS
								       : POLICY_EGRESS;
	const bool may_pass =
		port ? scan_side_may(scan, peer, subject, other, port->space, port->first)
		     : scan_is_open(scan, peer, subject, other);

	return may_pass ? "" : ", as far as the other side's policies let it";
}

bool scan_is_open_outside(struct scan *scan, const struct model_pod *subject)
{
	const uint32_t class = compile_subject_class(scan->world, subject);
	const struct compile_part *parts;
	uint32_t n;

	if (class == COMPILE_NONE)
		return true;
	parts = compile_parts(scan->world, class, POLICY_EGRESS, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct port_range *range = parts[i].ports.ranges;

		if (parts[i].ports.n &&
		    !scan_far_may(scan, subject, POLICY_EGRESS, range->space, range->first))
			return false;
	}
	return true;
}

bool scan_may(struct scan *scan, const struct model_pod *from, const struct model_pod *to,
	      enum port_space space, uint16_t port)
{
	return scan_side_may(scan, from, to, POLICY_EGRESS, space, port) &&
	       scan_side_may(scan, to, from, POLICY_INGRESS, space, port);
}

bool scan_outside_may(struct scan *scan, const struct model_pod *subject,
		      const struct ip_addr *addr, enum policy_direction direction,
		      enum port_space space, uint16_t port)
{
	const struct bitset *row = row_of(scan, subject, direction, space, port);

	return !row || bitset_test(row, compile_outside_class(scan->world, addr));
}

uint32_t scan_selected(struct scan *scan, const struct policy *policy,
		       const struct model_workload **ret_first)
{
	const struct scan_members *members = scan_members(scan, &policy->subject);
	uint32_t n = 0;

	for (size_t i = 0; i < members->n; i++)
		if (!members->items[i]->host_network && n++ == 0)
			*ret_first = members->items[i];
	return n;
}

static bool meet(const struct port_range *a, const struct port_range *b, struct port_range *ret)
{
	*ret = (struct port_range){
		.space = a->space,
		.first = a->first > b->first ? a->first : b->first,
		.last = a->last < b->last ? a->last : b->last,
	};
	return a->space == b->space && ret->first <= ret->last;
}

/* The same of a range that the rules of `to` do not divide: those of `from` may. */
static bool may_from(struct scan *scan, const struct model_pod *from, const struct model_pod *to,
		     const struct port_range *range, struct port_range *ret)
{
	const uint32_t class = compile_subject_class(scan->world, from);
	const struct compile_part *parts = NULL;
	uint32_t n = 0;

	*ret = *range;
	if (class == COMPILE_NONE)
		return scan_may(scan, from, to, ret->space, ret->first);
	parts = compile_parts(scan->world, class, POLICY_EGRESS, &n);
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].ports.n; k++)
			if (meet(range, &parts[i].ports.ranges[k], ret) &&
			    scan_may(scan, from, to, ret->space, ret->first))
				return true;
	return false;
}

bool scan_may_within(struct scan *scan, const struct model_pod *from, const struct model_pod *to,
		     const struct port_range *limit, struct port_range *ret)
{
	const uint32_t class = compile_subject_class(scan->world, to);
	const struct compile_part *parts;
	struct port_range range;
	uint32_t n = 0;

	if (class == COMPILE_NONE)
		return may_from(scan, from, to, limit, ret);
	parts = compile_parts(scan->world, class, POLICY_INGRESS, &n);
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].ports.n; k++)
			if (meet(limit, &parts[i].ports.ranges[k], &range) &&
			    may_from(scan, from, to, &range, ret))
				return true;
	return false;
}

static bool may_anywhere(struct scan *scan, const struct model_pod *from,
			 const struct model_pod *to, struct port_range *ret)
{
	static const uint8_t spaces[] = {PORT_TCP, PORT_UDP, PORT_SCTP};

	for (size_t i = 0; !to->host_network && i < sizeof(spaces); i++) {
		const struct port_range all = {spaces[i], 0, port_space_last(spaces[i])};

		if (scan_may_within(scan, from, to, &all, ret))
			return true;
	}
	return false;
}

bool scan_may_at_all(struct scan *scan, const struct model_pod *from, const struct model_pod *to,
		     struct port_range *ret)
{
	for (uint32_t i = 0; i < to->n_ports; i++) {
		*ret = (struct port_range){to->ports[i].space, to->ports[i].number,
					   to->ports[i].number};
		if (scan_may(scan, from, to, ret->space, ret->first))
			return true;
	}
	return to->n_ports == 0 && may_anywhere(scan, from, to, ret);
}

/* The first number that the rule says itself; NULL: it says none. */
static const struct policy_port *first_number(const struct policy_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE)
			return &rule->ports[i];
	return NULL;
}

struct port_range scan_port_of(const struct policy_rule *rule, const struct model_pod *target)
{
	const struct policy_port *number = first_number(rule);
	struct port_range port = {PORT_TCP, 8080, 8080};
	struct port_set named = {0};

	if (number)
		return (struct port_range){number->space, number->first, number->last};
	for (uint32_t i = 0; i < rule->n_ports; i++)
		model_pod_named_ports(target, rule->ports[i].name, rule->ports[i].space, &named);
	if (named.n)
		port = named.ranges[0];
	else if (rule->any_port && target->n_ports)
		port = (struct port_range){target->ports[0].space, target->ports[0].number,
					   target->ports[0].number};
	port_set_release(&named);
	return port;
}

const struct policy_rule *scan_decider(struct scan *scan, const struct model_pod *subject,
				       const struct model_pod *peer,
				       enum policy_direction direction, struct port_range port)
{
	struct compile_world *world = scan->world;
	const uint32_t class = compile_subject_class(world, subject);
	const struct policy_rule *rule = NULL;
	struct compile_row row = {0};

	if (class == COMPILE_NONE || peer->n_ips == 0)
		return NULL;
	compile_row(world, class, direction, port.space, port.first, &row);
	if (!row.is_full)
		rule = row.outcomes[row.cells[peer_class(world, peer, 0)]].rule;
	compile_row_release(&row);
	return rule;
}

bool scan_peer_takes(const struct scan *scan, const struct policy_peer *peer,
		     const struct model_pod *pod)
{
	struct policy_address address = {.snapshot = scan->snapshot, .pod = pod};

	for (uint32_t i = 0; i < pod->n_ips; i++) {
		address.addr = pod->ips[i];
		if (policy_peer_matches(peer, &address))
			return true;
	}
	return false;
}

bool scan_has_peer(const struct scan *scan, const struct policy_rule *rule,
		   const struct model_pod *pod)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (scan_peer_takes(scan, &rule->peers[i], pod))
			return true;
	return rule->any_peer;
}
