/* SPDX-License-Identifier: Apache-2.0 */
/* Subject classes: pods that the same policies select and whose own port names resolve alike. */
#include "compile/internal.h"

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
		groups_match_subject(&world->subjects, &world->set->policies[i]->subject, &matches);
		for (size_t k = 0; k < matches.n; k++)
			vec_push(&lists[matches.items[k]], world->set->policies[i]);
	}
	free(matches.items);
	return lists;
}

/* The node of a pod, if a rule of its policies asks for it. */
static const struct model_node *own_node(const struct compile_world *world,
					 const struct model_pod *pod,
					 const struct policy_list *policies)
{
	for (size_t i = 0; i < policies->n && pod->node; i++)
		if (policies->items[i]->asks_own_node)
			return model_find_node(world->snapshot, pod->node);
	return NULL;
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

static void put_signature(const struct model_pod *pod, const struct model_node *node,
			  const struct policy_list *policies, struct strbuf *ret)
{
	strbuf_clear(ret);
	strbuf_add(ret, &node, sizeof(node));
	for (size_t i = 0; i < policies->n; i++) {
		const struct policy *policy = policies->items[i];

		strbuf_add(ret, &policy->index, sizeof(policy->index));
		for (uint32_t k = 0; k < policy->n_rules[POLICY_INGRESS]; k++) {
			const struct policy_rule *rule = &policy->rules[POLICY_INGRESS][k];

			for (uint32_t p = 0; p < rule_n_ports(rule); p++)
				if (rule_port(rule, p)->kind == POLICY_PORT_NAMED)
					put_resolution(pod, rule_port(rule, p), ret);
		}
	}
}

static int cmp_rule(const void *a, const void *b)
{
	return policy_rule_compare((*(struct world_rule *const *)a)->rule,
				   (*(struct world_rule *const *)b)->rule);
}

/* What makes one record of a rule in the world. */
struct rule_key {
	const struct policy_rule *rule;
	const struct model_node *node;
};

static struct world_rule *intern_rule(struct compile_world *world, struct keyset *known,
				      const struct policy_rule *rule, const struct model_node *node)
{
	const struct rule_key key = {
		rule, node && policy_rule_has(rule, POLICY_PEER_OWN_NODE) ? node : NULL};
	bool is_new;
	const uint32_t id = keyset_intern(known, &key, sizeof(key), &is_new);

	if (is_new) {
		struct world_rule *record = arena_alloc(&world->arena, sizeof(*record));

		record->rule = key.rule;
		record->node = key.node;
		vec_push(&world->rules, record);
	}
	return world->rules.items[id];
}

struct subject_view {
	const struct subject_class *class;
	enum policy_direction direction;
	bool is_staged;
};

static void fill_direction(struct compile_world *world, struct keyset *known,
			   const struct subject_view *view, struct subject_direction *ret)
{
	const struct subject_class *class = view->class;
	const struct policy **isolating =
		arena_alloc_n(&world->arena, class->n_policies, sizeof(*isolating));
	struct world_rule **rules;
	uint32_t n = 0;

	for (uint32_t i = 0; i < class->n_policies; i++)
		n += class->policies[i]->n_rules[view->direction];
	rules = arena_alloc_n(&world->arena, n, sizeof(*rules));
	for (uint32_t i = 0; i < class->n_policies; i++) {
		const struct policy *policy = class->policies[i];

		if (!policy_has_say(policy, view->is_staged))
			continue;
		ret->has_mesh |=
			policy->tier_key.layer == POLICY_LAYER_MESH &&
			(policy->isolates[view->direction] || policy->n_rules[view->direction] > 0);
		if (policy->isolates[view->direction])
			isolating[ret->n_isolating++] = policy;
		for (uint32_t k = 0; k < policy->n_rules[view->direction]; k++) {
			const struct policy_rule *rule = &policy->rules[view->direction][k];

			ret->has_conditions |= policy_rule_is_conditional(rule);
			rules[ret->n_rules++] = intern_rule(world, known, rule, class->node);
		}
	}
	qsort(rules, ret->n_rules, sizeof(*rules), cmp_rule);
	ret->rules = rules;
	ret->isolating = isolating;
}

static bool is_touched_by_staging(const struct subject_class *class)
{
	for (uint32_t i = 0; i < class->n_policies; i++)
		if (class->policies[i]->is_staged || class->policies[i]->is_replaced)
			return true;
	return false;
}

static void fill_class(struct compile_world *world, struct keyset *known,
		       struct subject_class *class)
{
	struct subject_view view = {.class = class};

	if (is_touched_by_staging(class))
		class->staged =
			arena_alloc_n(&world->arena, POLICY_N_DIRECTIONS, sizeof(*class->staged));
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		view.direction = direction;
		view.is_staged = false;
		fill_direction(world, known, &view, &class->direction[direction]);
		view.is_staged = true;
		if (class->staged)
			fill_direction(world, known, &view, &class->staged[direction]);
	}
}

static void add_class(struct compile_world *world, struct keyset *known,
		      const struct subject_class *template, const struct policy_list *policies)
{
	struct subject_class *class = vec_add(&world->classes);
	const struct policy **copy = arena_alloc_n(&world->arena, policies->n, sizeof(*copy));

	for (size_t i = 0; i < policies->n; i++)
		copy[i] = policies->items[i];
	*class = *template;
	class->policies = copy;
	class->n_policies = policies->n;
	fill_class(world, known, class);
}

struct block_list {
	const struct policy_peer **items;
	size_t n;
	size_t cap;
};

static void note_block(void *arg, const struct policy_peer *leaf)
{
	struct block_list *list = arg;

	vec_push(list, leaf);
}

/* The groups of the subjects, by everything that a policy asks of its subject. */
static void group_subjects(struct compile_world *world, struct model_pod *const *pods,
			   size_t n_pods)
{
	struct block_list blocks = {0};

	for (uint32_t i = 0; i < world->set->n_policies; i++)
		policy_peer_each(&world->set->policies[i]->subject, POLICY_PEER_CIDR, note_block,
				 &blocks);
	world->subjects = (struct groups){
		.snapshot = world->snapshot,
		.by_node = world->set->asks_own_node,
		.blocks = blocks.items,
		.n_blocks = blocks.n,
	};
	groups_init(&world->subjects, pods, n_pods);
	world->subjects.blocks = NULL;
	world->subjects.n_blocks = 0;
	vec_release(&blocks);
}

void world_find_subjects(struct compile_world *world, struct model_pod *const *pods, size_t n_pods)
{
	struct keyset known_rules = {0};
	struct keyset signatures = {0};
	struct strbuf signature = {0};
	struct policy_list *policies;

	group_subjects(world, pods, n_pods);
	world->class_of_group = calloc(world->subjects.n + 1, sizeof(*world->class_of_group));
	if (!world->class_of_group)
		abort();
	policies = select_policies(world);
	for (uint32_t group = 0; group < world->subjects.n; group++) {
		const struct model_pod *example = world->subjects.examples[group];
		const struct subject_class template = {
			.example = example, .node = own_node(world, example, &policies[group])};
		bool is_new;

		put_signature(example, template.node, &policies[group], &signature);
		world->class_of_group[group] =
			keyset_intern(&signatures, signature.text, signature.len, &is_new);
		if (is_new)
			add_class(world, &known_rules, &template, &policies[group]);
		vec_release(&policies[group]);
	}
	free(policies);
	keyset_release(&known_rules);
	strbuf_release(&signature);
	keyset_release(&signatures);
}

bool compile_has_conditions(const struct compile_world *world, uint32_t subject_class,
			    enum policy_direction direction)
{
	return world->classes.items[subject_class].direction[direction].has_conditions;
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
