/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/ties.h"

#include "analyze/text.h"
#include "base/keyset.h"
#include "base/strbuf.h"
#include "compile/tie.h"

#include <string.h>

/* Two policies that are told of, in one direction. */
struct known {
	const struct policy *first;
	const struct policy *second;
	uint64_t direction;
};

struct finder {
	struct analyze_ties *ties;
	struct keyset known; /* struct known */
	const struct model_pod *pod;
};

struct pod_list {
	struct model_pod **items;
	size_t n;
	size_t cap;
};

static bool is_of_same_order(const struct policy *a, const struct policy *b)
{
	return a->has_open_ties && b->has_open_ties && a->tier == b->tier && a->order == b->order;
}

/* Policies of one order stand together. */
static bool is_tied(const struct policy_set *set, uint32_t i)
{
	return (i > 0 && is_of_same_order(set->policies[i - 1], set->policies[i])) ||
	       (i + 1 < set->n_policies &&
		is_of_same_order(set->policies[i], set->policies[i + 1]));
}

/* The set without what is alone in its order. */
static struct policy_set tied_policies(const struct policy_set *set, struct arena *arena)
{
	struct policy_set tied = *set;

	tied.n_policies = 0;
	tied.policies = arena_alloc_n(arena, set->n_policies, sizeof(*tied.policies));
	for (uint32_t i = 0; i < set->n_policies; i++)
		if (is_tied(set, i))
			tied.policies[tied.n_policies++] = set->policies[i];
	return tied;
}

/* The pods for which some of the policies could be tied; one of each class is enough. */
static void find_subjects(const struct compile_world *world, struct model_pod *const *pods,
			  size_t n_pods, struct pod_list *ret)
{
	for (size_t i = 0; i < n_pods; i++) {
		const uint32_t class = compile_subject_class(world, pods[i]);

		if (class != COMPILE_NONE && compile_has_ties(world, class))
			vec_push(ret, pods[i]);
	}
}

static void note_tie(void *arg, const struct compile_tie *tie)
{
	struct finder *finder = arg;
	const struct known key = {tie->first->policy, tie->second->policy, tie->first->direction};
	bool is_new;

	keyset_intern(&finder->known, &key, sizeof(key), &is_new);
	if (is_new)
		vec_push(finder->ties, ((struct analyze_tie){tie->first, tie->second, finder->pod,
							     tie->ports->ranges[0]}));
}

static void find_in_world(struct finder *finder, struct compile_world *world,
			  const struct pod_list *subjects)
{
	const uint32_t n_classes = compile_n_subject_classes(world);
	struct bitset done;

	bitset_init(&done, n_classes);
	for (size_t i = 0; i < subjects->n; i++) {
		const uint32_t class = compile_subject_class(world, subjects->items[i]);

		if (bitset_test(&done, class))
			continue;
		bitset_set(&done, class);
		finder->pod = subjects->items[i];
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			compile_ties(world, class, direction, note_tie, finder);
	}
	bitset_release(&done);
}

void analyze_ties_find(const struct analyze_cluster *cluster, struct model_pod *const *pods,
		       size_t n_pods, struct analyze_ties *ret)
{
	struct finder finder = {.ties = ret};
	struct pod_list subjects = {0};
	struct compile_world *world;
	struct policy_set tied;
	struct arena arena;

	*ret = (struct analyze_ties){0};
	arena_init(&arena);
	tied = tied_policies(cluster->policies, &arena);
	if (tied.n_policies) {
		world = compile_world_new(cluster->snapshot, &tied, pods, n_pods);
		find_subjects(world, pods, n_pods, &subjects);
		compile_world_free(world);
	}
	if (subjects.n) {
		world = compile_world_new(cluster->snapshot, cluster->policies, subjects.items,
					  subjects.n);
		find_in_world(&finder, world, &subjects);
		compile_world_free(world);
	}
	vec_release(&subjects);
	keyset_release(&finder.known);
	arena_release(&arena);
}

void analyze_ties_release(struct analyze_ties *ties)
{
	vec_release(ties);
}

static void report(const struct analyze_tie *tie, struct diag_list *diags)
{
	const struct policy *first = tie->first->policy, *second = tie->second->policy;
	struct port_set ports = {0};
	struct strbuf text = {0};
	struct diag *diag;

	port_set_add(&ports, tie->ports);
	analyze_ports_text(&ports, &text);
	diag = diag_add(
		diags, DIAG_BH0209, tie->second->span,
		"%s %s and %s %s have the same priority and do not agree about pod %s/%s on "
		"%s",
		first->kind, first->name, second->kind, second->name, tie->pod->ns->name,
		tie->pod->name, strbuf_str(&text));
	diag_relate(diag, tie->first->span, "this rule is taken to be first, by its policy's name");
	diag_hint(diags, diag,
		  "give them different priorities: the API leaves open which of the two is first");
	strbuf_release(&text);
	port_set_release(&ports);
}

void analyze_ties_report(const struct analyze_cluster *cluster, struct model_pod *const *pods,
			 size_t n_pods, struct diag_list *diags)
{
	struct analyze_ties ties;

	analyze_ties_find(cluster, pods, n_pods, &ties);
	for (size_t i = 0; i < ties.n; i++)
		report(&ties.items[i], diags);
	analyze_ties_release(&ties);
}
