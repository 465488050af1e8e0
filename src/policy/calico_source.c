/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source ports: what a rule asks of them, for all sources or, where it names ports that containers
 * declare, for each source by the numbers that it has for them.
 */
#include "policy/calico.h"

#include "base/arena.h"

#include <string.h>

/* The numbers that a pod has for the names of a list, added to `ret`. */
static void resolve(const struct calico_ports *ports, const struct model_pod *pod,
		    enum port_space space, struct port_set *ret)
{
	for (uint32_t i = 0; pod && i < ports->n; i++)
		if (ports->items[i].name)
			model_pod_named_ports(pod, ports->items[i].name, space, ret);
}

static void add_numbers(const struct calico_ports *ports, enum port_space space,
			struct port_set *ret)
{
	for (uint32_t i = 0; i < ports->n; i++) {
		const struct calico_port *port = &ports->items[i];

		if (!port->name)
			port_set_add(ret,
				     (struct port_range){(uint8_t)space, port->first, port->last});
	}
}

/* The source ports that match from a pod, or from what is no pod or has none of the names. */
static void ports_from(const struct calico_rule *rule, const struct model_pod *pod,
		       struct port_set *ret)
{
	const enum port_space space = calico_rule_space(rule);
	struct port_set positive = {0}, negative = {0};

	add_numbers(&rule->source.ports, space, &positive);
	resolve(&rule->source.ports, pod, space, &positive);
	if (!rule->source.ports.n)
		port_set_add(&positive,
			     (struct port_range){(uint8_t)space, 0, port_space_last(space)});
	add_numbers(&rule->source.not_ports, space, &negative);
	resolve(&rule->source.not_ports, pod, space, &negative);
	port_set_subtract(&positive, &negative, ret);
	port_set_release(&positive);
	port_set_release(&negative);
}

static bool is_named(const struct calico_rule *rule)
{
	return calico_ports_have_name(&rule->source.ports) ||
	       calico_ports_have_name(&rule->source.not_ports);
}

/* Sources of a rule that are told apart, while they are found. */
struct finder {
	const struct policy_reader *reader;
	const struct calico_rule *rule;
	struct policy_peer selected; /* pods whose names count, for the labels that they have */
	struct port_set others;      /* of everything else */
	VEC(struct {
		struct port_set ports;
		VEC(struct policy_peer) addrs;
	})
	groups;
};

/* The group with these ports, which it takes. */
static size_t find_group(struct finder *finder, struct port_set *ports)
{
	for (size_t i = 0; i < finder->groups.n; i++) {
		if (port_set_equal(&finder->groups.items[i].ports, ports)) {
			port_set_release(ports);
			return i;
		}
	}
	vec_add(&finder->groups)->ports = *ports;
	return finder->groups.n - 1;
}

static void add_pod(struct finder *finder, const struct model_pod *pod)
{
	struct port_set ports = {0};
	size_t group;

	if (!policy_subject_matches(&finder->selected, pod))
		return;
	ports_from(finder->rule, pod, &ports);
	if (port_set_equal(&ports, &finder->others)) {
		port_set_release(&ports);
		return;
	}
	group = find_group(finder, &ports);
	for (uint32_t i = 0; i < pod->n_ips; i++)
		vec_push(&finder->groups.items[group].addrs, calico_address(&pod->ips[i]));
}

static struct policy_peer any_of(const struct policy_reader *reader,
				 const struct policy_peer *parts, size_t n)
{
	struct policy_peer tree = calico_tree(reader, POLICY_PEER_ANY_OF, n);

	if (n)
		memcpy(tree.parts, parts, n * sizeof(*parts));
	tree.n_parts = (uint32_t)n;
	return tree;
}

/* A copy that lives as long as the rules; NULL: every port of the space. */
static const struct port_set *keep(const struct policy_reader *reader,
				   const struct calico_rule *rule, const struct port_set *ports)
{
	const uint16_t last = port_space_last(calico_rule_space(rule));
	struct port_set *copy = arena_alloc(&reader->snapshot->arena, sizeof(*copy));

	if (ports->n == 1 && ports->ranges[0].first == 0 && ports->ranges[0].last == last)
		return NULL;
	copy->ranges = arena_alloc_n(&reader->snapshot->arena, ports->n, sizeof(*copy->ranges));
	memcpy(copy->ranges, ports->ranges, ports->n * sizeof(*copy->ranges));
	copy->n = ports->n;
	return copy;
}

/* With the question's source port a group matches or does not; without, under a condition. */
static void add_source(struct finder *finder, const struct port_set *ports,
		       struct calico_where where, struct calico_sources *ret)
{
	const uint16_t asked = finder->reader->options->source_port;
	const enum port_space space = calico_rule_space(finder->rule);

	if (ports->n == 0 || (asked && !port_set_contains(ports, space, asked)))
		return;
	vec_push(ret, ((struct calico_source){
			      .where = where,
			      .ports = asked ? NULL : keep(finder->reader, finder->rule, ports),
		      }));
}

static void add_sources(struct finder *finder, struct calico_sources *ret)
{
	const struct policy_reader *reader = finder->reader;
	struct policy_peer others = calico_tree(reader, POLICY_PEER_NONE_OF, finder->groups.n);
	struct calico_where rest = {.any = finder->groups.n == 0};

	for (size_t i = 0; i < finder->groups.n; i++) {
		const struct policy_peer addrs = any_of(reader, finder->groups.items[i].addrs.items,
							finder->groups.items[i].addrs.n);

		others.parts[others.n_parts++] = addrs;
		add_source(finder, &finder->groups.items[i].ports,
			   (struct calico_where){.tree = addrs}, ret);
	}
	rest.tree = others;
	add_source(finder, &finder->others, rest, ret);
}

void calico_sources_find(const struct policy_reader *reader, const struct calico_rule *rule,
			 struct calico_sources *ret)
{
	struct finder finder = {.reader = reader, .rule = rule};

	if (rule->source.selector)
		finder.selected = calico_pods(reader, rule->source.selector);
	ports_from(rule, NULL, &finder.others);
	for (uint32_t i = 0; is_named(rule) && i < reader->snapshot->n_pods; i++)
		add_pod(&finder, reader->snapshot->pods[i]);
	add_sources(&finder, ret);
	for (size_t i = 0; i < finder.groups.n; i++) {
		port_set_release(&finder.groups.items[i].ports);
		vec_release(&finder.groups.items[i].addrs);
	}
	vec_release(&finder.groups);
	port_set_release(&finder.others);
}
