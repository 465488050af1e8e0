/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/peers.h"

#include "base/arena.h"
#include "base/keyset.h"

#include <string.h>

struct collecting {
	struct model_snapshot *snapshot;
	struct peer_list *peers;
	struct keyset known; /* what they say */
};

/* False: there is one that says the same. */
static bool add(struct collecting *collecting, const struct policy_pods *pods)
{
	struct arena *arena = &collecting->snapshot->arena;
	const char *text = arena_printf(arena, "%s/%s/%s/%s/%d", pods->ns ? pods->ns : "",
					selector_format(&pods->namespaces, arena),
					selector_format(&pods->pods, arena),
					selector_format(&pods->accounts, arena), pods->in_mesh);
	bool is_new;

	keyset_intern(&collecting->known, text, strlen(text), &is_new);
	if (is_new)
		vec_push(collecting->peers, *pods);
	return is_new;
}

static void add_leaf(void *arg, const struct policy_peer *leaf)
{
	add(arg, &leaf->pods);
}

static void add_policy(struct collecting *collecting, const struct policy *policy)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
			const struct policy_rule *rule = &policy->rules[direction][i];

			for (uint32_t j = 0; j < rule->n_peers; j++)
				policy_peer_each(&rule->peers[j], POLICY_PEER_PODS, add_leaf,
						 collecting);
		}
}

/* ---- Conjunctions ---- */

static struct selector both(struct arena *arena, const struct selector *a, const struct selector *b)
{
	struct selector ret = {.n = a->n + b->n};

	ret.requirements = arena_alloc_n(arena, ret.n, sizeof(*ret.requirements));
	for (uint32_t i = 0; i < ret.n; i++)
		ret.requirements[i] = i < a->n ? a->requirements[i] : b->requirements[i - a->n];
	selector_normalise(&ret);
	return ret;
}

bool peers_meet(struct model_snapshot *snapshot, const struct policy_pods *a,
		const struct policy_pods *b, struct policy_pods *ret)
{
	struct model_labels labels;

	if (a->ns && b->ns && a->ns != b->ns)
		return false;
	*ret = (struct policy_pods){
		.ns = a->ns ? a->ns : b->ns,
		.namespaces = both(&snapshot->arena, &a->namespaces, &b->namespaces),
		.pods = both(&snapshot->arena, &a->pods, &b->pods),
		.accounts = both(&snapshot->arena, &a->accounts, &b->accounts),
		.in_mesh = a->in_mesh || b->in_mesh,
	};
	return selector_example(&ret->pods, snapshot, &labels) &&
	       selector_example(&ret->namespaces, snapshot, &labels);
}

/* Each conjunction is made once: by adding a peer behind its last. False: the bound was reached. */
static bool combine(struct collecting *collecting)
{
	struct peer_list *peers = collecting->peers;
	const size_t n_single = peers->n, max = n_single + PEERS_MAX_COMBINED;
	VEC(size_t) last = {0}; /* of each of the list */
	size_t n_tries = 0;

	for (size_t i = 0; i < n_single; i++)
		vec_push(&last, i);
	for (size_t i = 0; i < peers->n; i++)
		for (size_t j = last.items[i] + 1; j < n_single; j++) {
			struct policy_pods pods;

			if (peers->n == max || n_tries++ == PEERS_MAX_TRIES) {
				vec_release(&last);
				return false;
			}
			if (peers_meet(collecting->snapshot, &peers->items[i], &peers->items[j],
				       &pods) &&
			    add(collecting, &pods))
				vec_push(&last, j);
		}
	vec_release(&last);
	return true;
}

bool peers_collect(struct model_snapshot *snapshot, const struct policy_set *policies,
		   struct peer_list *ret)
{
	struct collecting collecting = {.snapshot = snapshot, .peers = ret};
	bool is_complete;

	for (uint32_t i = 0; i < policies->n_policies; i++)
		add_policy(&collecting, policies->policies[i]);
	is_complete = combine(&collecting);
	keyset_release(&collecting.known);
	return is_complete;
}
