/* SPDX-License-Identifier: Apache-2.0 */
/* Subject classes: pods that the same policies select and whose own port names resolve alike. */
#include "compile/internal.h"

#include "base/hash.h"
#include "base/strbuf.h"

#include <stdlib.h>

struct policy_list {
	const struct policy **items;
	size_t n;
	size_t cap;
};

/* Which policies select each subject group, in the order of the set. */
static struct policy_list *select_policies(const struct compile_world *world)
{
	struct policy_list *lists = calloc(world->subjects.n + 1, sizeof(*lists));
	struct group_list matches = {0};

	if (!lists)
		abort();
	for (uint32_t i = 0; i < world->set->n_policies; i++) {
		const struct policy *policy = world->set->policies[i];

		if (policy->is_staged)
			continue;
		groups_match(&world->subjects, &policy->subject.pods, &matches);
		for (size_t k = 0; k < matches.n; k++)
			vec_push(&lists[matches.ids[k]], policy);
	}
	free(matches.ids);
	return lists;
}

bool pod_port_named(const struct model_pod *pod, const struct policy_port *port, uint16_t number)
{
	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (pod->ports[i].name == port->name && pod->ports[i].space == port->space &&
		    pod->ports[i].number == number)
			return true;
	return false;
}

/* The numbers that the pod itself gives to a name, in the order of its declarations. */
static void put_resolution(const struct model_pod *pod, const struct policy_port *port,
			   struct strbuf *ret)
{
	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (pod->ports[i].name == port->name && pod->ports[i].space == port->space)
			strbuf_add(ret, &pod->ports[i].number, sizeof(pod->ports[i].number));
	strbuf_add(ret, &(uint16_t){0}, sizeof(uint16_t));
}

static void put_signature(const struct model_pod *pod, const struct policy_list *policies,
			  struct strbuf *ret)
{
	strbuf_clear(ret);
	for (size_t i = 0; i < policies->n; i++) {
		const struct policy *policy = policies->items[i];

		strbuf_add(ret, &policy->index, sizeof(policy->index));
		for (uint32_t k = 0; k < policy->n_rules[POLICY_INGRESS]; k++) {
			const struct policy_rule *rule = &policy->rules[POLICY_INGRESS][k];

			for (uint32_t p = 0; p < rule->n_ports; p++)
				if (rule->ports[p].kind == POLICY_PORT_NAMED)
					put_resolution(pod, &rule->ports[p], ret);
		}
	}
}

/* The order of evaluation: see policy/ir.h. */
static int cmp_rule(const void *a, const void *b)
{
	const struct policy_rule *x = (*(struct world_rule *const *)a)->rule;
	const struct policy_rule *y = (*(struct world_rule *const *)b)->rule;

	if (x->policy->tier != y->policy->tier)
		return x->policy->tier < y->policy->tier ? -1 : 1;
	if (x->policy->order != y->policy->order)
		return x->policy->order < y->policy->order ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->policy->index != y->policy->index)
		return x->policy->index < y->policy->index ? -1 : 1;
	return x < y ? -1 : x > y; /* one policy's rules stand in their order */
}

/* The world's one record of a rule. */
static struct world_rule *intern_rule(struct compile_world *world, struct hash_map *known,
				      const struct policy_rule *rule)
{
	struct world_rule *found;
	uint64_t *slot;
	bool is_new;

	slot = hash_map_put(known, hash_ptr(rule), &is_new);
	if (!is_new)
		return (struct world_rule *)(uintptr_t)*slot;
	found = arena_alloc(&world->arena, sizeof(*found));
	found->rule = rule;
	*slot = hash_ptr(found);
	vec_push(&world->rules, found);
	return found;
}

static void fill_direction(struct compile_world *world, struct hash_map *known,
			   const struct subject_class *class, enum policy_direction direction,
			   struct subject_direction *ret)
{
	const struct policy **isolating =
		arena_alloc_n(&world->arena, class->n_policies, sizeof(*isolating));
	struct world_rule **rules;
	uint32_t n = 0;

	for (uint32_t i = 0; i < class->n_policies; i++) {
		n += class->policies[i]->n_rules[direction];
		if (class->policies[i]->isolates[direction])
			isolating[ret->n_isolating++] = class->policies[i];
	}
	rules = arena_alloc_n(&world->arena, n, sizeof(*rules));
	for (uint32_t i = 0; i < class->n_policies; i++)
		for (uint32_t k = 0; k < class->policies[i]->n_rules[direction]; k++)
			rules[ret->n_rules++] =
				intern_rule(world, known, &class->policies[i]->rules[direction][k]);
	qsort(rules, n, sizeof(*rules), cmp_rule);
	ret->rules = rules;
	ret->isolating = isolating;
}

static void add_class(struct compile_world *world, struct hash_map *known,
		      const struct model_pod *example, const struct policy_list *policies)
{
	struct subject_class *class = vec_add(&world->classes);
	const struct policy **copy = arena_alloc_n(&world->arena, policies->n, sizeof(*copy));

	for (size_t i = 0; i < policies->n; i++)
		copy[i] = policies->items[i];
	class->example = example;
	class->policies = copy;
	class->n_policies = policies->n;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		fill_direction(world, known, class, direction, &class->direction[direction]);
}

void world_find_subjects(struct compile_world *world, struct model_pod *const *pods, size_t n_pods)
{
	struct hash_map known_rules = {0};
	struct keyset signatures = {0};
	struct strbuf signature = {0};
	struct policy_list *policies;

	groups_init(&world->subjects, world->snapshot, pods, n_pods);
	world->class_of_group = calloc(world->subjects.n + 1, sizeof(*world->class_of_group));
	if (!world->class_of_group)
		abort();
	policies = select_policies(world);
	for (uint32_t group = 0; group < world->subjects.n; group++) {
		const struct model_pod *example = world->subjects.examples[group];
		bool is_new;

		put_signature(example, &policies[group], &signature);
		world->class_of_group[group] =
			keyset_intern(&signatures, signature.text, signature.len, &is_new);
		if (is_new)
			add_class(world, &known_rules, example, &policies[group]);
		vec_release(&policies[group]);
	}
	free(policies);
	hash_map_release(&known_rules);
	strbuf_release(&signature);
	keyset_release(&signatures);
}

uint32_t compile_n_subject_classes(const struct compile_world *world)
{
	return world->classes.n;
}

uint32_t compile_subject_class(const struct compile_world *world, const struct model_pod *pod)
{
	const uint32_t group = world->subjects.of_pod[pod->index];

	return group == GROUP_NONE ? COMPILE_NONE : world->class_of_group[group];
}

const struct policy *const *compile_isolating(const struct compile_world *world,
					      uint32_t subject_class,
					      enum policy_direction direction, uint32_t *ret_n)
{
	const struct subject_direction *side =
		&world->classes.items[subject_class].direction[direction];

	*ret_n = side->n_isolating;
	return side->isolating;
}

const struct policy *const *compile_policies(const struct compile_world *world,
					     uint32_t subject_class, uint32_t *ret_n)
{
	*ret_n = world->classes.items[subject_class].n_policies;
	return world->classes.items[subject_class].policies;
}
