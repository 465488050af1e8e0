/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/cover.h"

#include "base/vec.h"

#include <string.h>

#define NAME_LABEL "kubernetes.io/metadata.name"
#define MAX_CASES 4096

/* Something that has to hold, or not to hold, of a pod. */
struct literal {
	enum { OF_NAMESPACE, OF_POD } of;
	const struct selector_requirement *asked; /* NULL: the namespace has the name */
	const char *name;
	bool is_denied;
};

struct literals {
	struct literal *items;
	size_t n;
	size_t cap;
};

struct question {
	const struct model_snapshot *snapshot;
	struct literals given; /* all of these, at once */
	const struct cover_peers *wide;
	uint32_t n_cases;
};

static const char *key_of(const struct literal *literal)
{
	return literal->asked ? literal->asked->key : NAME_LABEL;
}

/* Of a label with this value; NULL: without it. */
static bool holds(const struct literal *literal, const char *value)
{
	struct model_label label = {key_of(literal), value};
	const struct model_labels labels = {&label, value != NULL};
	const struct selector one = {(struct selector_requirement *)literal->asked, 1};
	const bool is_so = literal->asked ? selector_matches(&one, &labels)
					  : value && strcmp(value, literal->name) == 0;

	return is_so != literal->is_denied;
}

/* Of the namespace as it is. */
static bool holds_of(const struct literal *literal, const struct model_namespace *ns)
{
	const struct selector one = {(struct selector_requirement *)literal->asked, 1};
	const bool is_so = literal->asked ? selector_matches(&one, &ns->labels)
					  : strcmp(ns->name, literal->name) == 0;

	return literal->of != OF_NAMESPACE || is_so != literal->is_denied;
}

/* Every literal of one label holds, if that has this value. */
static bool all_hold(const struct literals *given, const struct literal *of, const char *value)
{
	for (size_t i = 0; i < given->n; i++)
		if (given->items[i].of == of->of &&
		    strcmp(key_of(&given->items[i]), key_of(of)) == 0 &&
		    !holds(&given->items[i], value))
			return false;
	return true;
}

/* Some value that a literal of the label names, another one, or none. */
static bool has_value(const struct literals *given, const struct literal *of)
{
	static const char other[] = "some other value";

	if (all_hold(given, of, other) ||
	    (strcmp(key_of(of), NAME_LABEL) != 0 && all_hold(given, of, NULL)))
		return true;
	for (size_t i = 0; i < given->n; i++) {
		const struct literal *literal = &given->items[i];

		if (literal->of != of->of || strcmp(key_of(literal), key_of(of)) != 0)
			continue;
		if (!literal->asked && all_hold(given, of, literal->name))
			return true;
		for (uint32_t k = 0; literal->asked && k < literal->asked->n_values; k++)
			if (all_hold(given, of, literal->asked->values[k]))
				return true;
	}
	return false;
}

/* The one namespace that it must be, if the input says what labels that has; else NULL. */
static const struct model_namespace *known_namespace(const struct question *question)
{
	for (size_t i = 0; i < question->given.n; i++) {
		const struct literal *literal = &question->given.items[i];
		const char *name = literal->name;
		const struct model_namespace *ns;

		if (literal->of != OF_NAMESPACE || literal->is_denied)
			continue;
		if (literal->asked && literal->asked->op == SELECTOR_IN &&
		    literal->asked->n_values == 1 && strcmp(literal->asked->key, NAME_LABEL) == 0)
			name = literal->asked->values[0];
		ns = name ? model_find_namespace(question->snapshot, name) : NULL;
		if (ns && ns->origin == MODEL_DECLARED)
			return ns;
	}
	return NULL;
}

/* Some pod is all of that. */
static bool is_possible(const struct question *question)
{
	const struct model_namespace *ns = known_namespace(question);

	for (size_t i = 0; i < question->given.n; i++) {
		const struct literal *literal = &question->given.items[i];

		if (ns && literal->of == OF_NAMESPACE ? !holds_of(literal, ns)
						      : !has_value(&question->given, literal))
			return false;
	}
	return true;
}

static void add_selector(struct literals *ret, int of, const struct selector *selector)
{
	for (uint32_t i = 0; i < selector->n; i++)
		vec_push(ret, ((struct literal){of, &selector->requirements[i], NULL, false}));
}

static void add_pods(struct literals *ret, const struct policy_pods *pods)
{
	if (pods->ns)
		vec_push(ret, ((struct literal){OF_NAMESPACE, NULL, pods->ns, false}));
	add_selector(ret, OF_NAMESPACE, &pods->namespaces);
	add_selector(ret, OF_POD, &pods->pods);
}

/*
 * Some pod is what is given and in none of the wide peers from `at` on: it lacks something that the
 * first of these asks for, and so on with the next.
 */
static bool escapes(struct question *question, size_t at)
{
	struct literals asked = {0};
	bool ret = false;

	if (++question->n_cases > MAX_CASES)
		return true;
	if (!is_possible(question))
		return false;
	if (at == question->wide->n)
		return true;
	add_pods(&asked, &question->wide->items[at]->pods);
	for (size_t i = 0; i < asked.n && !ret; i++) {
		asked.items[i].is_denied = true;
		vec_push(&question->given, asked.items[i]);
		ret = escapes(question, at + 1);
		question->given.n--;
	}
	vec_release(&asked);
	return ret;
}

/* Accounts and the mesh are of APIs that are not asked about. */
static bool is_plain(const struct policy_peer *peer)
{
	return peer->kind == POLICY_PEER_PODS && peer->pods.accounts.n == 0 && !peer->pods.in_mesh;
}

/* Those that have no pod in common with what is given are of no matter. */
static void drop_strangers(struct question *question, struct cover_peers *wide)
{
	const size_t n_given = question->given.n;
	size_t n = 0;

	for (size_t i = 0; i < wide->n; i++) {
		add_pods(&question->given, &wide->items[i]->pods);
		if (is_possible(question))
			wide->items[n++] = wide->items[i];
		question->given.n = n_given;
	}
	wide->n = n;
}

static bool covers_pods(const struct model_snapshot *snapshot, const struct policy_peer *peer,
			const struct cover_peers *wide)
{
	struct cover_peers plain = {0};
	struct question question = {.snapshot = snapshot, .wide = &plain};
	bool ret;

	for (size_t i = 0; i < wide->n; i++)
		if (is_plain(wide->items[i]))
			vec_push(&plain, wide->items[i]);
	add_pods(&question.given, &peer->pods);
	drop_strangers(&question, &plain);
	ret = is_plain(peer) && plain.n > 0 && !escapes(&question, 0);
	vec_release(&question.given);
	vec_release(&plain);
	return ret;
}

static bool block_takes(const struct policy_peer *peer, const struct ip_addr *addr)
{
	const struct policy_address address = {.addr = *addr};

	return peer->kind == POLICY_PEER_CIDR && policy_peer_matches(peer, &address);
}

/* The address is the peer's and none of the wide ones'. */
static bool stands_out(const struct policy_peer *peer, const struct cover_peers *wide,
		       const struct ip_addr *addr)
{
	if (!block_takes(peer, addr))
		return false;
	for (size_t i = 0; i < wide->n; i++)
		if (block_takes(wide->items[i], addr))
			return false;
	return true;
}

/* Where a block of `at` begins, or the addresses behind one: between these nothing changes. */
static bool edge_stands_out(const struct policy_peer *peer, const struct cover_peers *wide,
			    const struct policy_peer *at)
{
	for (uint32_t i = 0; i <= at->n_except; i++) {
		const struct ip_range range = ip_cidr_range(i ? &at->except[i - 1] : &at->cidr);
		struct ip_addr behind;

		if (stands_out(peer, wide, &range.first) ||
		    (ip_next(&range.last, &behind) && stands_out(peer, wide, &behind)))
			return true;
	}
	return false;
}

static bool meet(const struct ip_cidr *a, const struct ip_cidr *b)
{
	return ip_cidr_within(a, b, false) || ip_cidr_within(b, a, false);
}

static bool covers_block(const struct policy_peer *peer, const struct cover_peers *wide)
{
	struct cover_peers near = {0};
	bool is_covered;

	for (size_t i = 0; i < wide->n; i++)
		if (wide->items[i]->kind == POLICY_PEER_CIDR &&
		    meet(&wide->items[i]->cidr, &peer->cidr))
			vec_push(&near, wide->items[i]);
	is_covered = near.n > 0 && !edge_stands_out(peer, &near, peer);
	for (size_t i = 0; i < near.n && is_covered; i++)
		is_covered = !edge_stands_out(peer, &near, near.items[i]);
	vec_release(&near);
	return is_covered;
}

bool scan_covers(const struct model_snapshot *snapshot, const struct policy_peer *peer,
		 const struct cover_peers *wide)
{
	if (peer->kind == POLICY_PEER_PODS)
		return covers_pods(snapshot, peer, wide);
	return peer->kind == POLICY_PEER_CIDR && covers_block(peer, wide);
}
