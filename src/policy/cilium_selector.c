/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoint selectors: whom they select among pods, nodes and the rest of the world. */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/intern.h"
#include "policy/cilium_label.h"
#include "policy/labelselector.h"

#include <string.h>

/* What Cilium makes of a namespace as a label. */
#define PLACE_LABEL "k8s:io.kubernetes.pod.namespace"

/* What a selector says of namespaces, whatever its other requirements. */
struct scope {
	bool names_namespace; /* by the namespace's name */
	bool names_labels;    /* by a namespace's label */
	bool names_cluster;
	bool names_reserved;
	bool is_positive; /* some requirement is not met by an endpoint without labels */
};

static bool is_positive(const struct selector_requirement *requirement)
{
	return requirement->op == SELECTOR_IN || requirement->op == SELECTOR_EXISTS;
}

static void look(const struct policy_reader *reader, const struct selector *selector,
		 struct scope *ret)
{
	*ret = (struct scope){0};
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct cilium_key key =
			cilium_key_parse(reader, selector->requirements[i].key);

		ret->names_namespace |= key.home == CILIUM_NAMESPACE;
		ret->names_labels |= key.home == CILIUM_NAMESPACE_LABEL;
		ret->names_cluster |= key.home == CILIUM_CLUSTER;
		ret->names_reserved |= key.home == CILIUM_RESERVED;
		ret->is_positive |= is_positive(&selector->requirements[i]);
	}
}

struct policy_peer cilium_tree(const struct policy_reader *reader, enum policy_peer_kind kind,
			       uint32_t n)
{
	struct arena *arena = &reader->snapshot->arena;

	return (struct policy_peer){
		.kind = (uint8_t)kind,
		.parts = n ? arena_alloc_n(arena, n, sizeof(struct policy_peer)) : NULL,
		.n_parts = n,
	};
}

static struct policy_peer all_pods(void)
{
	return (struct policy_peer){.kind = POLICY_PEER_PODS};
}

/* Whether an endpoint whose label has this value meets the requirement. */
static bool is_met(const struct selector_requirement *requirement, const char *value)
{
	bool is_in = false;

	for (uint32_t i = 0; i < requirement->n_values; i++)
		is_in |= strcmp(requirement->values[i], value) == 0;
	switch ((enum selector_op)requirement->op) {
	case SELECTOR_IN:
		return is_in;
	case SELECTOR_NOT_IN:
		return !is_in;
	case SELECTOR_EXISTS:
		return true;
	default:
		return false;
	}
}

static void append(struct selector *to, const struct selector_requirement *requirement,
		   const char *key)
{
	to->requirements[to->n] = *requirement;
	to->requirements[to->n++].key = key;
}

/* Adds what a requirement asks of a pod; false: no pod meets it. */
static bool add_requirement(const struct policy_reader *reader,
			    const struct selector_requirement *requirement, struct policy_pods *to)
{
	const struct cilium_key key = cilium_key_parse(reader, requirement->key);

	switch ((enum cilium_home)key.home) {
	case CILIUM_POD:
		append(&to->pods, requirement, key.key);
		return true;
	case CILIUM_NAMESPACE:
	case CILIUM_NAMESPACE_LABEL:
		append(&to->namespaces, requirement, key.key);
		return true;
	case CILIUM_ACCOUNT:
		append(&to->accounts, requirement, key.key);
		return true;
	case CILIUM_CLUSTER:
		return is_met(requirement, CILIUM_CLUSTER_NAME);
	case CILIUM_RESERVED:
	case CILIUM_BLOCK:
	case CILIUM_NOWHERE:
		break;
	}
	return !is_positive(requirement);
}

static void make_room(const struct policy_reader *reader, struct selector *selector, uint32_t n)
{
	selector->requirements =
		arena_alloc_n(&reader->snapshot->arena, n, sizeof(*selector->requirements));
}

/* The pods that meet every requirement; false: none can. */
static bool pods_of(const struct policy_reader *reader, const struct selector *selector,
		    struct policy_pods *ret)
{
	bool some = true;

	make_room(reader, &ret->pods, selector->n);
	make_room(reader, &ret->namespaces, selector->n);
	make_room(reader, &ret->accounts, selector->n);
	for (uint32_t i = 0; i < selector->n; i++)
		some &= add_requirement(reader, &selector->requirements[i], ret);
	selector_normalise(&ret->pods);
	selector_normalise(&ret->namespaces);
	selector_normalise(&ret->accounts);
	return some;
}

/* The part of the world that a label of a block is on. */
static bool block_of(const struct policy_reader *reader, const char *key, struct policy_peer *ret)
{
	struct policy_peer block = {.kind = POLICY_PEER_CIDR};

	if (!cilium_key_block(key, &block.cidr))
		return false;
	*ret = cilium_block(reader, &block);
	return true;
}

/* What one requirement asks of any endpoint, Cilium's own too. */
static struct policy_peer peer_of(const struct policy_reader *reader,
				  const struct selector_requirement *requirement)
{
	const struct cilium_key key = cilium_key_parse(reader, requirement->key);
	struct selector_requirement positive = *requirement;
	struct selector one = {&positive, 1};
	struct policy_peer part = all_pods(), none;
	bool some;

	positive.op = requirement->op == SELECTOR_NOT_IN       ? SELECTOR_IN
		      : requirement->op == SELECTOR_NOT_EXISTS ? SELECTOR_EXISTS
							       : requirement->op;
	if (key.home == CILIUM_RESERVED)
		some = is_met(&positive, "") && cilium_entity(reader, key.key, &part);
	else if (key.home == CILIUM_BLOCK)
		some = is_met(&positive, "") && block_of(reader, key.key, &part);
	else
		some = pods_of(reader, &one, &part.pods);
	if (!some)
		part = cilium_tree(reader, POLICY_PEER_ANY_OF, 0);
	if (is_positive(requirement))
		return part;
	none = cilium_tree(reader, POLICY_PEER_NONE_OF, 1);
	none.parts[0] = part;
	return none;
}

/* Among all endpoints, Cilium's own and the world included. */
static void select_anybody(const struct policy_reader *reader, const struct selector *selector,
			   struct policy_peer *ret)
{
	*ret = cilium_tree(reader, POLICY_PEER_ALL_OF, selector->n);
	for (uint32_t i = 0; i < selector->n; i++)
		ret->parts[i] = peer_of(reader, &selector->requirements[i]);
}

/* The implicit scope: the policy's namespace, or whatever has a namespace; then the cluster. */
static void select_pods(const struct policy_reader *reader, const struct selector *selector,
			const char *ns, struct policy_peer *ret)
{
	*ret = all_pods();
	if (!pods_of(reader, selector, &ret->pods))
		*ret = cilium_tree(reader, POLICY_PEER_ANY_OF, 0);
	else
		ret->pods.ns = ns;
}

static void warn_nowhere(struct policy_reader *reader, struct diag_span span,
			 const struct selector_requirement *requirement, bool is_block)
{
	struct diag *diag = policy_warning(
		reader, span,
		is_block ? "no pod has the label '%s', which is one of addresses outside"
			 : "Cilium's identities do not have the label '%s'",
		requirement->key);

	diag_hint(reader->diags, diag,
		  is_positive(requirement) ? "the selector selects nothing"
					   : "the requirement is met by everything");
}

static void warn_labels(struct policy_reader *reader, struct diag_span span,
			const struct selector *selector)
{
	struct scope scope;

	look(reader, selector, &scope);
	for (uint32_t i = 0; i < selector->n && !reader->failed; i++) {
		const struct selector_requirement *requirement = &selector->requirements[i];
		const struct cilium_key key = cilium_key_parse(reader, requirement->key);
		const bool is_block = key.home == CILIUM_BLOCK && !scope.names_reserved;

		if (key.home == CILIUM_CLUSTER && !is_met(requirement, CILIUM_CLUSTER_NAME))
			policy_warning(reader, span,
				       "the selector leaves this cluster out, whose name is taken "
				       "to be '%s'",
				       CILIUM_CLUSTER_NAME);
		else if (key.home == CILIUM_NOWHERE || is_block)
			warn_nowhere(reader, span, requirement, is_block);
	}
}

static void read_selector(struct policy_reader *reader, const struct tree_node *node,
			  struct selector *ret)
{
	policy_labelselector_read_as(reader, node, cilium_key_syntax, ret);
	warn_labels(reader, policy_span(reader, node), ret);
}

void cilium_endpoints_read(struct policy_reader *reader, const struct tree_node *node,
			   const char *scope_ns, struct policy_peer *ret)
{
	struct selector selector;
	struct scope scope;
	bool is_scoped;

	read_selector(reader, node, &selector);
	look(reader, &selector, &scope);
	is_scoped = !scope.names_namespace && (!scope_ns || !scope.names_labels);
	if (scope.names_reserved || (!is_scoped && !scope.is_positive &&
				     (scope.names_cluster || !cilium_since(reader, 1, 19))))
		select_anybody(reader, &selector, ret);
	else
		select_pods(reader, &selector, is_scoped ? scope_ns : NULL, ret);
	ret->span = policy_span(reader, node);
}

static void add_namespaces(const struct policy_reader *reader, const struct selector *namespaces,
			   struct policy_pods *to)
{
	struct selector both = {0};

	make_room(reader, &both, namespaces->n + to->namespaces.n);
	for (uint32_t i = 0; i < namespaces->n; i++)
		both.requirements[both.n++] = namespaces->requirements[i];
	for (uint32_t i = 0; i < to->namespaces.n; i++)
		both.requirements[both.n++] = to->namespaces.requirements[i];
	selector_normalise(&both);
	to->namespaces = both;
}

void cilium_pods_adapt(struct policy_reader *reader, struct policy_peer *peer)
{
	const struct policy_peer own = *peer;
	struct policy_peer scoped = all_pods(), tree;
	struct scope scope;

	scoped.pods.ns = own.pods.ns;
	scoped.pods.namespaces = own.pods.namespaces;
	cilium_selector_limit(reader, true, &scoped.pods.namespaces);
	warn_labels(reader, own.span, &own.pods.pods);
	look(reader, &own.pods.pods, &scope);
	if (!scope.names_reserved) {
		select_pods(reader, &own.pods.pods, own.pods.ns, peer);
		if (peer->kind == POLICY_PEER_PODS)
			add_namespaces(reader, &scoped.pods.namespaces, &peer->pods);
	} else {
		select_anybody(reader, &own.pods.pods, peer);
		if (own.pods.ns || own.pods.namespaces.n) {
			tree = cilium_tree(reader, POLICY_PEER_ALL_OF, 2);
			tree.parts[0] = *peer;
			tree.parts[1] = scoped;
			*peer = tree;
		}
	}
	peer->span = own.span;
}

/* The requirement that Cilium replaces by the policy's own namespace. */
static bool is_replaced(const struct selector_requirement *requirement, const char *value)
{
	return value && requirement->op == SELECTOR_IN && requirement->n_values == 1 &&
	       strcmp(requirement->key, PLACE_LABEL) == 0 &&
	       strcmp(requirement->values[0], value) == 0;
}

static void drop_namespace(struct policy_reader *reader, const struct tree_node *node,
			   const char *ns, struct selector *selector)
{
	const struct tree_node *labels = tree_get(node, "matchLabels");
	const struct tree_node *label = tree_get(labels, PLACE_LABEL);
	const char *value = tree_get_string(labels, PLACE_LABEL);
	uint32_t n = 0;

	for (uint32_t i = 0; i < selector->n; i++)
		if (!is_replaced(&selector->requirements[i], value))
			selector->requirements[n++] = selector->requirements[i];
	if (value && strcmp(value, ns) != 0)
		policy_warning(reader, policy_span(reader, label),
			       "the policy is for pods of its own namespace '%s': Cilium takes the "
			       "namespace '%s' out of the selector",
			       ns, value);
	selector->n = n;
}

const char *cilium_subject_read(struct policy_reader *reader, const struct tree_node *node,
				const char *ns, struct policy_peer *ret)
{
	struct selector selector;
	struct scope scope;

	read_selector(reader, node, &selector);
	if (ns)
		drop_namespace(reader, node, ns, &selector);
	look(reader, &selector, &scope);
	select_pods(reader, &selector, ns, ret);
	ret->span = policy_span(reader, node);
	if (ret->kind == POLICY_PEER_PODS)
		return NULL;
	return scope.names_reserved
		       ? "it selects endpoints of Cilium's own, no pods"
		       : "its selector names labels that Cilium's identities do not have";
}
