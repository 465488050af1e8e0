/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The peers that neither input shows: of all selectors of both, and where a selector is only in one
 * of them, also pods that differ from its example in one label that some such selector asks for.
 */
#include "analyze/diff_build.h"

#include "base/strbuf.h"
#include "model/labels.h"
#include "model/selector.h"

#include <string.h>

#define MAX_VARIANTS 4096

/* Pods that a rule or a policy is about. */
struct leaf {
	const struct policy_pods *pods;
	uint32_t text; /* number of what it says */
	bool is_subject;
};

/* A label that a pod, or its namespace, may have or lack. */
struct variant {
	const char *key;
	const char *value; /* NULL: lacks it */
	bool is_of_namespace;
};

struct listing {
	struct analyze_diff *diff;
	enum analyze_diff_side side;
	struct keyset texts;
	VEC(uint8_t)
	sides_of; /* by text: bits of the sides that have it, and have it as a subject */
	VEC(struct leaf) leaves[ANALYZE_N_SIDES];
	VEC(struct variant) variants;
	struct analyze_hypotheticals found[ANALYZE_N_SIDES];
	bool is_subject;
};

#define BOTH_SIDES (1 << ANALYZE_OLD | 1 << ANALYZE_NEW)

static uint32_t enter_text(struct listing *listing, const struct policy_pods *pods)
{
	struct strbuf text = {0};
	struct arena arena;
	uint32_t ret;

	arena_init(&arena);
	strbuf_printf(&text, "%s;%s;%s", pods->ns ? pods->ns : "",
		      selector_format(&pods->namespaces, &arena),
		      selector_format(&pods->pods, &arena));
	ret = keyset_intern(&listing->texts, text.text, text.len, NULL);
	while (listing->sides_of.n <= ret)
		vec_push(&listing->sides_of, 0);
	strbuf_release(&text);
	arena_release(&arena);
	return ret;
}

/* Each text is listed once on each side, and once more where it is a subject too. */
static void add_leaf(void *arg, const struct policy_peer *peer)
{
	struct listing *listing = arg;
	const struct leaf leaf = {&peer->pods, enter_text(listing, &peer->pods),
				  listing->is_subject};
	uint8_t *sides = &listing->sides_of.items[leaf.text];
	const uint8_t bit = (uint8_t)(1 << listing->side);
	const uint8_t bits = leaf.is_subject ? (uint8_t)(bit | bit << ANALYZE_N_SIDES) : bit;

	if ((*sides & bits) == bits)
		return;
	*sides |= bits;
	vec_push(&listing->leaves[listing->side], leaf);
}

static void add_policy(struct listing *listing, const struct policy *policy)
{
	listing->is_subject = true;
	policy_peer_each(&policy->subject, POLICY_PEER_PODS, add_leaf, listing);
	listing->is_subject = false;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
			const struct policy_rule *rule = &policy->rules[direction][i];

			for (uint32_t j = 0; j < rule->n_peers; j++)
				policy_peer_each(&rule->peers[j], POLICY_PEER_PODS, add_leaf,
						 listing);
		}
}

static bool is_only_here(const struct listing *listing, const struct leaf *leaf)
{
	return (listing->sides_of.items[leaf->text] & BOTH_SIDES) != BOTH_SIDES;
}

static void add_variant(struct listing *listing, const char *key, const char *value,
			bool is_of_namespace)
{
	for (size_t i = 0; i < listing->variants.n; i++) {
		const struct variant *known = &listing->variants.items[i];

		if (known->is_of_namespace == is_of_namespace && strcmp(known->key, key) == 0 &&
		    !known->value == !value && (!value || strcmp(known->value, value) == 0))
			return;
	}
	vec_push(&listing->variants, ((struct variant){key, value, is_of_namespace}));
}

static void add_requirements(struct listing *listing, const struct selector *selector,
			     bool is_of_namespace)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct selector_requirement *requirement = &selector->requirements[i];

		add_variant(listing, requirement->key, NULL, is_of_namespace);
		for (uint32_t j = 0; j < requirement->n_values; j++)
			add_variant(listing, requirement->key, requirement->values[j],
				    is_of_namespace);
	}
}

static void list_variants(struct listing *listing)
{
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		for (size_t i = 0; i < listing->leaves[side].n; i++) {
			const struct leaf *leaf = &listing->leaves[side].items[i];

			if (!is_only_here(listing, leaf))
				continue;
			add_requirements(listing, &leaf->pods->pods, false);
			add_requirements(listing, &leaf->pods->namespaces, true);
		}
}

static struct model_labels without(const struct model_labels *labels, struct arena *arena,
				   const char *key)
{
	struct model_label *items = arena_alloc_n(arena, labels->n + 1, sizeof(*items));
	uint32_t n = 0;

	for (uint32_t i = 0; i < labels->n; i++)
		if (labels->items[i].key != key)
			items[n++] = labels->items[i];
	return (struct model_labels){.items = items, .n = n};
}

static struct model_labels vary(struct model_snapshot *snapshot, const struct model_labels *labels,
				const struct variant *variant)
{
	const char *key = intern_str(&snapshot->intern, variant->key);

	if (!variant->value)
		return without(labels, &snapshot->arena, key);
	return model_labels_with(labels, &snapshot->arena, key,
				 intern_str(&snapshot->intern, variant->value));
}

static void suggest_variants(struct listing *listing, const struct analyze_suggestion *example)
{
	struct analyze_cluster *cluster = listing->diff->options.clusters[listing->side];

	for (size_t i = 0; i < listing->variants.n; i++) {
		const struct variant *variant = &listing->variants.items[i];
		struct analyze_suggestion suggestion = *example;
		struct model_labels *labels = variant->is_of_namespace ? &suggestion.ns_labels
								       : &suggestion.labels;

		suggestion.is_subject = false;
		*labels = vary(cluster->snapshot, labels, variant);
		analyze_hypotheticals_suggest(&listing->found[listing->side], cluster, &suggestion);
	}
}

static void suggest_leaf(struct listing *listing, const struct leaf *leaf, bool has_variants)
{
	struct analyze_cluster *cluster = listing->diff->options.clusters[listing->side];
	const struct policy_pods *pods = leaf->pods;
	struct analyze_suggestion suggestion = {.pods = pods, .is_subject = leaf->is_subject};

	if (!selector_example(&pods->pods, cluster->snapshot, &suggestion.labels) ||
	    (!pods->ns &&
	     !selector_example(&pods->namespaces, cluster->snapshot, &suggestion.ns_labels)))
		return;
	analyze_hypotheticals_suggest(&listing->found[listing->side], cluster, &suggestion);
	if (has_variants && is_only_here(listing, leaf))
		suggest_variants(listing, &suggestion);
}

static bool is_closed(const struct analyze_diff *diff, const struct analyze_hypothetical *candidate)
{
	for (int side = 0; side < ANALYZE_N_SIDES && !candidate->is_in_unknown; side++) {
		const struct model_namespace *ns =
			model_find_namespace(diff->options.clusters[side]->snapshot, candidate->ns);

		if (ns && ns->is_closed)
			return true;
	}
	return false;
}

static void suggest_side(struct listing *listing)
{
	struct analyze_hypotheticals *found = &listing->found[listing->side];
	const size_t n_leaves = listing->leaves[listing->side].n;

	analyze_hypotheticals_collect(found, listing->diff->options.clusters[listing->side]);
	for (size_t i = 0; i < n_leaves; i++)
		suggest_leaf(listing, &listing->leaves[listing->side].items[i],
			     found->items.n < MAX_VARIANTS);
	for (size_t i = 0; i < found->items.n; i++)
		if (!is_closed(listing->diff, &found->items.items[i]))
			analyze_hypotheticals_list(&listing->diff->peers, &found->items.items[i]);
	listing->diff->peers.is_cut |= found->is_cut;
	analyze_hypotheticals_release(found);
}

void diff_make_peers(struct diff_builder *builder)
{
	struct listing listing = {.diff = builder->diff};

	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		const struct policy_set *policies = builder->diff->options.clusters[side]->policies;

		listing.side = side;
		for (uint32_t i = 0; i < policies->n_policies; i++)
			add_policy(&listing, policies->policies[i]);
	}
	list_variants(&listing);
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		listing.side = side;
		suggest_side(&listing);
	}
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		vec_release(&listing.leaves[side]);
	vec_release(&listing.variants);
	vec_release(&listing.sides_of);
	keyset_release(&listing.texts);
}
