/* SPDX-License-Identifier: Apache-2.0 */
/* Port classes of a world, and the parts that one subject class can tell apart. */
#include "compile/internal.h"

#include <stdlib.h>

/* All numbers that the world's peers give to a named port of an egress rule. */
static void for_each_named_number(const struct compile_world *world, const struct policy_port *port,
				  void (*fn)(void *arg, uint16_t number), void *arg)
{
	const uint64_t named = world_named(world, port->name, port->space);

	for (uint32_t id = 0; id < world->named_numbers.n; id++) {
		size_t size;
		const uint64_t *key = keyset_get(&world->named_numbers, id, &size);

		if (*key >> 16 == named)
			fn(arg, (uint16_t)*key);
	}
}

/*
 * Terms of one line of ports: a rule's ranges are one term, those that it excludes another, each
 * number of a name on egress is its own.
 */
struct term_maker {
	const struct policy_port *port;
	uint32_t next_term;
	struct interval_list *list;
};

static void add_named_number(void *arg, uint16_t number)
{
	struct term_maker *maker = arg;
	const interval_point point = port_point(maker->port->space, number);

	interval_add(maker->list, point, point, maker->next_term++);
}

static void add_own_numbers(const struct model_pod *subject, uint32_t term,
			    struct term_maker *maker)
{
	for (uint32_t i = 0; i < subject->n_ports; i++) {
		const struct model_port *own = &subject->ports[i];
		const interval_point point = port_point(own->space, own->number);

		if (own->name == maker->port->name && own->space == maker->port->space)
			interval_add(maker->list, point, point, term);
	}
}

static void add_name(const struct compile_world *world, const struct model_pod *subject,
		     const struct policy_rule *rule, uint32_t term, struct term_maker *maker)
{
	if (rule->direction == POLICY_INGRESS)
		add_own_numbers(subject, term, maker);
	else
		for_each_named_number(world, maker->port, add_named_number, maker);
}

static void add_names(const struct compile_world *world, const struct model_pod *subject,
		      const struct policy_rule *rule, struct term_maker *maker)
{
	for (uint32_t i = 0; i < rule_n_ports(rule); i++) {
		maker->port = rule_port(rule, i);
		if (maker->port->kind == POLICY_PORT_NAMED)
			add_name(world, subject, rule, 0, maker);
	}
}

static void add_rule(const struct compile_world *world, const struct model_pod *subject,
		     const struct policy_rule *rule, struct term_maker *maker)
{
	uint32_t term = maker->next_term++;

	for (uint32_t i = 0; i < rule_n_ports(rule); i++) {
		if (i == rule->n_ports)
			term = maker->next_term++;
		maker->port = rule_port(rule, i);
		if (maker->port->kind == POLICY_PORT_NAMED)
			add_name(world, subject, rule, term, maker);
		else
			interval_add(maker->list,
				     port_point(maker->port->space, maker->port->first),
				     port_point(maker->port->space, maker->port->last), term);
	}
}

/* A term per distinct range: what many rules say once is divided once. */
static void divide(struct compile_world *world, struct interval_list *list, interval_point first,
		   interval_point last)
{
	const uint64_t range[2] = {first, last};
	const uint32_t n_known = world->port_terms.n;
	const uint32_t term = keyset_intern(&world->port_terms, range, sizeof(range), NULL);

	if (term == n_known)
		interval_add(list, first, last, term);
}

static void divide_by_rule(struct compile_world *world, const struct policy_rule *rule,
			   struct interval_list *list)
{
	for (uint32_t i = 0; i < rule_n_ports(rule); i++) {
		const struct policy_port *port = rule_port(rule, i);

		if (port->kind == POLICY_PORT_RANGE)
			divide(world, list, port_point(port->space, port->first),
			       port_point(port->space, port->last));
	}
}

static void add_side_names(const struct compile_world *world, const struct subject_class *class,
			   const struct subject_direction *side, struct term_maker *maker)
{
	for (uint32_t i = 0; i < side->n_rules; i++)
		add_names(world, class->example, side->rules[i]->rule, maker);
}

/*
 * What a subject's named ports stand for, and every number that an egress rule's name has at some
 * peer.
 */
static void divide_by_names(struct compile_world *world, struct interval_list *list)
{
	struct interval_list names = {0};
	struct term_maker maker = {.list = &names};

	for (size_t i = 0; i < world->classes.n; i++) {
		const struct subject_class *class = &world->classes.items[i];

		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
			add_side_names(world, class, &class->direction[direction], &maker);
			if (class->staged)
				add_side_names(world, class, &class->staged[direction], &maker);
		}
	}
	for (size_t i = 0; i < names.n; i++)
		divide(world, list, names.items[i].first, names.items[i].last);
	free(names.items);
}

#define TCP_FIRST port_point(PORT_TCP, 0)
#define TCP_LAST port_point(PORT_TCP, port_space_last(PORT_TCP))

/* Whether a layer judges TCP alone, whatever its rules say of ports. */
static bool has_mesh(const struct subject_class *class, enum policy_direction direction)
{
	return class->direction[direction].has_mesh ||
	       (class->staged && class->staged[direction].has_mesh);
}

static void divide_by_mesh(struct compile_world *world, struct interval_list *list)
{
	for (size_t i = 0; i < world->classes.n; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			if (has_mesh(&world->classes.items[i], direction))
				divide(world, list, TCP_FIRST, TCP_LAST);
}

void world_divide_ports(struct compile_world *world)
{
	struct interval_list list = {0};

	if (world->port_segments.n)
		return;
	divide_by_mesh(world, &list);
	for (size_t i = 0; i < world->rules.n; i++)
		divide_by_rule(world, world->rules.items[i]->rule, &list);
	divide_by_names(world, &list);
	interval_sweep(&list, PORT_LINE_LAST, &world->port_sets, &world->port_segments);
	free(list.items);
}

/* A segment as ranges of the spaces that it touches. */
static void add_ports(interval_point first, interval_point last, struct port_set *ret)
{
	for (enum port_space space = point_space(first); space <= point_space(last); space++) {
		const interval_point low = port_point(space, 0);
		const interval_point high = port_point(space, port_space_last(space));

		port_set_add(ret, (struct port_range){.space = space,
						      .first = first > low ? first - low : 0,
						      .last = (last < high ? last : high) - low});
	}
}

static void add_rules(const struct compile_world *world, const struct model_pod *subject,
		      const struct subject_direction *side, struct term_maker *maker)
{
	for (uint32_t i = 0; i < side->n_rules; i++)
		add_rule(world, subject, side->rules[i]->rule, maker);
}

/* The parts are those of what is staged, too: the two rows of a part are asked for one port. */
static void make_parts(struct compile_world *world, const struct subject_class *class,
		       enum policy_direction direction, struct subject_direction *side)
{
	struct interval_list list = {0};
	struct term_maker maker = {.list = &list};
	struct keyset sets = {0};

	add_rules(world, class->example, side, &maker);
	if (class->staged)
		add_rules(world, class->example, &class->staged[direction], &maker);
	if (has_mesh(class, direction))
		interval_add(&list, TCP_FIRST, TCP_LAST, maker.next_term++);
	interval_sweep(&list, PORT_LINE_LAST, &sets, &side->part_segments);
	free(list.items);
	side->n_parts = sets.n;
	side->parts = arena_alloc_n(&world->arena, sets.n, sizeof(*side->parts));
	for (size_t i = 0; i < side->part_segments.n; i++)
		add_ports(side->part_segments.items[i].first,
			  interval_end(&side->part_segments, i, PORT_LINE_LAST),
			  &side->parts[side->part_segments.items[i].set].ports);
	keyset_release(&sets);
}

const struct compile_part *compile_parts(struct compile_world *world, uint32_t subject_class,
					 enum policy_direction direction, uint32_t *ret_n)
{
	const struct subject_class *class = &world->classes.items[subject_class];
	struct subject_direction *side = &world->classes.items[subject_class].direction[direction];

	if (!side->parts)
		make_parts(world, class, direction, side);
	*ret_n = side->n_parts;
	return side->parts;
}

void world_release_ports(struct compile_world *world)
{
	for (size_t i = 0; i < world->classes.n; i++) {
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
			struct subject_direction *side =
				&world->classes.items[i].direction[direction];

			for (uint32_t part = 0; part < side->n_parts; part++)
				port_set_release(&side->parts[part].ports);
			free(side->part_segments.items);
		}
	}
	free(world->port_segments.items);
	keyset_release(&world->port_sets);
	keyset_release(&world->port_terms);
}
