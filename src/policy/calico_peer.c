/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A selector over the labels of endpoints as a tree of what the IR can match: the labels of pods,
 * of their namespaces and of their accounts, and the nets of network sets.
 */
#include "policy/calico.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/text.h"

#include <string.h>

#define METADATA_NAME "kubernetes.io/metadata.name"

struct builder {
	const struct policy_reader *reader;
	bool has_complement; /* a part of the tree has addresses that are no pod's */
};

static struct arena *arena_of(const struct policy_reader *reader)
{
	return &reader->snapshot->arena;
}

static const char *interned(const struct builder *builder, const char *text)
{
	return intern_str(&builder->reader->snapshot->intern, text);
}

struct policy_peer calico_tree(const struct policy_reader *reader, enum policy_peer_kind kind,
			       size_t n)
{
	return (struct policy_peer){
		.kind = (uint8_t)kind,
		.parts = arena_alloc_n(arena_of(reader), n, sizeof(struct policy_peer)),
	};
}

static const struct policy_peer all_pods = {.kind = POLICY_PEER_PODS};
static const struct policy_peer nothing = {.kind = POLICY_PEER_ANY_OF};

static bool is_nothing(const struct policy_peer *peer)
{
	return peer->kind == POLICY_PEER_ANY_OF && peer->n_parts == 0;
}

static bool is_all_pods(const struct policy_peer *peer)
{
	return peer->kind == POLICY_PEER_PODS && !peer->pods.ns && !peer->pods.namespaces.n &&
	       !peer->pods.pods.n && !peer->pods.accounts.n;
}

struct policy_peer calico_none_of(const struct policy_reader *reader, struct policy_peer peer)
{
	struct policy_peer tree = calico_tree(reader, POLICY_PEER_NONE_OF, 1);

	tree.parts[tree.n_parts++] = peer;
	return tree;
}

/* The operators, and those that say the opposite. */
static const struct {
	uint8_t op; /* enum selector_op */
	bool has_opposite;
	uint8_t opposite;
} operators[] = {
	[CALICO_SELECTOR_HAS] = {SELECTOR_EXISTS, true, SELECTOR_NOT_EXISTS},
	[CALICO_SELECTOR_EQUAL] = {SELECTOR_IN, true, SELECTOR_NOT_IN},
	[CALICO_SELECTOR_NOT_EQUAL] = {SELECTOR_NOT_IN, true, SELECTOR_IN},
	[CALICO_SELECTOR_IN] = {SELECTOR_IN, true, SELECTOR_NOT_IN},
	[CALICO_SELECTOR_NOT_IN] = {SELECTOR_NOT_IN, true, SELECTOR_IN},
	[CALICO_SELECTOR_CONTAINS] = {SELECTOR_CONTAINS, false, 0},
	[CALICO_SELECTOR_STARTS_WITH] = {SELECTOR_STARTS_WITH, false, 0},
	[CALICO_SELECTOR_ENDS_WITH] = {SELECTOR_ENDS_WITH, false, 0},
};

/* One requirement: what `selector` asks of its label, asked of `key`. */
static struct selector require(const struct builder *builder,
			       const struct calico_selector *selector, enum selector_op op,
			       const char *key)
{
	struct arena *arena = arena_of(builder->reader);
	struct selector ret = {
		.requirements = arena_alloc(arena, sizeof(*ret.requirements)),
		.n = 1,
	};

	ret.requirements[0].op = (uint8_t)op;
	ret.requirements[0].key = interned(builder, key);
	ret.requirements[0].values =
		arena_alloc_n(arena, selector->n_values, sizeof(*selector->values));
	for (uint32_t i = 0; i < selector->n_values; i++)
		ret.requirements[0].values[i] = interned(builder, selector->values[i]);
	ret.requirements[0].n_values = selector->n_values;
	return ret;
}

static const char *orchestrator(const void *labels, const char *key)
{
	(void)labels;
	(void)key;
	return "k8s";
}

/*
 * Where a label that is no pod's own comes from, as a leaf with the requirement; false for a label
 * of pods. Calico drops labels of pods that start like inherited ones.
 */
static bool inherited(const struct builder *builder, const struct calico_selector *selector,
		      enum selector_op op, struct policy_peer *ret)
{
	const char *of_namespace = text_behind(selector->key, CALICO_OF_NAMESPACE);
	const char *of_account = text_behind(selector->key, CALICO_OF_ACCOUNT);

	*ret = all_pods;
	if (of_namespace) {
		bool is_name = strcmp(of_namespace, CALICO_NAME) == 0;

		ret->pods.namespaces =
			require(builder, selector, op, is_name ? METADATA_NAME : of_namespace);
	} else if (of_account) {
		bool is_name = strcmp(of_account, CALICO_NAME) == 0;

		ret->pods.accounts =
			require(builder, selector, op, is_name ? MODEL_ACCOUNT_NAME : of_account);
	}
	return of_namespace || of_account;
}

/* Labels that Calico itself gives to every pod, whatever labels of that name the pod has. */
static bool is_given(const struct builder *builder, const struct calico_selector *selector,
		     enum selector_op op, struct policy_peer *ret)
{
	const bool is_namespace = strcmp(selector->key, CALICO_NAMESPACE) == 0;

	*ret = op == SELECTOR_NOT_EXISTS ? nothing : all_pods;
	if (op == SELECTOR_EXISTS || op == SELECTOR_NOT_EXISTS)
		return is_namespace || strcmp(selector->key, CALICO_ACCOUNT) == 0;
	if (is_namespace) {
		if (op == SELECTOR_IN && selector->n_values == 1)
			ret->pods.ns = interned(builder, selector->values[0]);
		else
			ret->pods.namespaces = require(builder, selector, op, METADATA_NAME);
		return true;
	}
	if (strcmp(selector->key, CALICO_ACCOUNT) == 0) {
		ret->pods.accounts = require(builder, selector, op, MODEL_ACCOUNT_NAME);
		return true;
	}
	return false;
}

static struct policy_peer build_label(struct builder *builder,
				      const struct calico_selector *selector, bool is_negated)
{
	const bool flips = is_negated && operators[selector->kind].has_opposite;
	const enum selector_op op = flips ? operators[selector->kind].opposite
					  : operators[selector->kind].op;
	struct policy_peer leaf;

	if (strcmp(selector->key, CALICO_ORCHESTRATOR) == 0)
		return calico_selector_matches(selector, orchestrator, NULL) != is_negated
			       ? all_pods
			       : nothing;
	if (!is_given(builder, selector, op, &leaf) && !inherited(builder, selector, op, &leaf))
		leaf.pods.pods = require(builder, selector, op, selector->key);
	if (!is_negated || flips)
		return leaf;
	builder->has_complement = true;
	return calico_none_of(builder->reader, leaf);
}

static void append(const struct builder *builder, struct selector *to, const struct selector *from)
{
	struct selector_requirement *all =
		arena_alloc_n(arena_of(builder->reader), to->n + from->n, sizeof(*all));

	if (from->n == 0)
		return;
	if (to->n)
		memcpy(all, to->requirements, to->n * sizeof(*all));
	memcpy(all + to->n, from->requirements, from->n * sizeof(*all));
	to->requirements = all;
	to->n += from->n;
	selector_normalise(to);
}

/* What both leaves select, as one. False: no pod is in two namespaces. */
static bool merge(const struct builder *builder, struct policy_pods *to,
		  const struct policy_pods *from)
{
	if (to->ns && from->ns && to->ns != from->ns)
		return false;
	if (from->ns)
		to->ns = from->ns;
	append(builder, &to->namespaces, &from->namespaces);
	append(builder, &to->pods, &from->pods);
	append(builder, &to->accounts, &from->accounts);
	return true;
}

static struct policy_peer build(struct builder *builder, const struct calico_selector *selector,
				bool is_negated);

/* Leaves are joined to one, so that a conjunction is a leaf. */
static struct policy_peer build_all(struct builder *builder, const struct calico_selector *selector,
				    bool is_negated)
{
	struct policy_peer tree =
		calico_tree(builder->reader, POLICY_PEER_ALL_OF, selector->n_parts + 1);
	struct policy_peer leaf = all_pods;

	for (uint32_t i = 0; i < selector->n_parts; i++) {
		struct policy_peer part = build(builder, selector->parts[i], is_negated);

		if (is_nothing(&part))
			return nothing;
		if (part.kind != POLICY_PEER_PODS)
			tree.parts[tree.n_parts++] = part;
		else if (!merge(builder, &leaf.pods, &part.pods))
			return nothing;
	}
	if (tree.n_parts == 0)
		return leaf;
	if (!is_all_pods(&leaf))
		tree.parts[tree.n_parts++] = leaf;
	return tree.n_parts == 1 ? tree.parts[0] : tree;
}

static struct policy_peer build_any(struct builder *builder, const struct calico_selector *selector,
				    bool is_negated)
{
	struct policy_peer tree =
		calico_tree(builder->reader, POLICY_PEER_ANY_OF, selector->n_parts);

	for (uint32_t i = 0; i < selector->n_parts; i++) {
		struct policy_peer part = build(builder, selector->parts[i], is_negated);

		if (is_all_pods(&part))
			return part;
		if (!is_nothing(&part))
			tree.parts[tree.n_parts++] = part;
	}
	return tree.n_parts == 1 ? tree.parts[0] : tree;
}

static struct policy_peer build(struct builder *builder, const struct calico_selector *selector,
				bool is_negated)
{
	switch ((enum calico_selector_kind)selector->kind) {
	case CALICO_SELECTOR_ALL:
	case CALICO_SELECTOR_GLOBAL:
		return is_negated ? nothing : all_pods;
	case CALICO_SELECTOR_NOT:
		return build(builder, selector->parts[0], !is_negated);
	case CALICO_SELECTOR_AND:
		return (is_negated ? build_any : build_all)(builder, selector, is_negated);
	case CALICO_SELECTOR_OR:
		return (is_negated ? build_all : build_any)(builder, selector, is_negated);
	default:
		return build_label(builder, selector, is_negated);
	}
}

struct policy_peer calico_pods(const struct policy_reader *reader,
			       const struct calico_selector *selector)
{
	struct builder builder = {.reader = reader};
	struct policy_peer tree = build(&builder, selector, false);
	struct policy_peer both;

	if (!builder.has_complement)
		return tree;
	both = calico_tree(reader, POLICY_PEER_ALL_OF, 2);
	both.parts[both.n_parts++] = all_pods;
	both.parts[both.n_parts++] = tree;
	return both;
}

/* A network set and where it is from: its labels, and what it inherits. */
struct set_labels {
	const struct policy_reader *reader;
	const struct calico_set *set;
	const char *ns; /* NULL: a GlobalNetworkSet */
};

static const char *set_label(const void *arg, const char *key)
{
	const struct set_labels *labels = arg;
	const struct model_snapshot *snapshot = labels->reader->snapshot;
	const char *own = tree_get_string(labels->set->labels, key);
	const char *of_namespace = text_behind(key, CALICO_OF_NAMESPACE);
	const struct model_namespace *ns;
	const char *interned_key;

	if (own || !labels->ns)
		return own;
	if (strcmp(key, CALICO_NAMESPACE) == 0)
		return labels->ns;
	ns = of_namespace ? model_find_namespace(snapshot, labels->ns) : NULL;
	if (!ns)
		return NULL;
	if (strcmp(of_namespace, CALICO_NAME) == 0)
		return ns->name;
	interned_key = intern_find(&snapshot->intern, of_namespace, strlen(of_namespace));
	return interned_key ? model_label_get(&ns->labels, interned_key) : NULL;
}

static bool is_set(const struct policy_resource *resource)
{
	const char *kind = resource->object->kind;

	return strcmp(kind, "NetworkSet") == 0 || strcmp(kind, "GlobalNetworkSet") == 0;
}

static bool set_matches(const struct policy_reader *reader, const struct policy_resource *resource,
			const struct calico_selector *selector)
{
	const struct set_labels labels = {reader, resource->value, resource->object->ns};

	return is_set(resource) && calico_selector_matches(selector, set_label, &labels);
}

struct policy_peer calico_endpoints(const struct policy_reader *reader,
				    const struct calico_selector *selector, enum ip_family family)
{
	const struct policy_resources *resources = reader->resources;
	const struct policy_peer pods = calico_pods(reader, selector);
	VEC(struct policy_peer) parts = {0};
	struct policy_peer tree;

	if (!is_nothing(&pods))
		vec_push(&parts, pods);
	for (size_t i = 0; i < resources->n; i++) {
		const struct calico_set *set = resources->items[i].value;

		if (!set_matches(reader, &resources->items[i], selector))
			continue;
		for (uint32_t k = 0; k < set->n_nets; k++)
			if (family == IP_NONE || set->nets[k].addr.family == family)
				vec_push(&parts, ((struct policy_peer){.kind = POLICY_PEER_CIDR,
								       .cidr = set->nets[k]}));
	}
	tree = calico_tree(reader, POLICY_PEER_ANY_OF, parts.n);
	if (parts.n)
		memcpy(tree.parts, parts.items, parts.n * sizeof(*parts.items));
	tree.n_parts = (uint32_t)parts.n;
	vec_release(&parts);
	return tree.n_parts == 1 ? tree.parts[0] : tree;
}

struct policy_peer calico_all_of_family(enum ip_family family)
{
	return (struct policy_peer){
		.kind = POLICY_PEER_CIDR,
		.cidr = {.addr = ip_lowest(family), .prefix_len = 0},
	};
}
