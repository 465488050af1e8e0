/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms: the distinct peers that rules name. Two peers that say the same are one term, whatever
 * policy says it.
 */
#include "compile/internal.h"

#include "base/strbuf.h"

static void put_u64(struct strbuf *buf, uint64_t value)
{
	strbuf_add(buf, &value, sizeof(value));
}

static void put_pointer(struct strbuf *buf, const void *pointer)
{
	put_u64(buf, (uintptr_t)pointer);
}

static void put_selector(struct strbuf *buf, const struct selector *selector)
{
	put_u64(buf, selector->n);
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct selector_requirement *requirement = &selector->requirements[i];

		put_u64(buf, requirement->op);
		put_pointer(buf, requirement->key);
		put_u64(buf, requirement->n_values);
		for (uint32_t k = 0; k < requirement->n_values; k++)
			put_pointer(buf, requirement->values[k]);
	}
}

static void put_cidr(struct strbuf *buf, const struct ip_cidr *cidr)
{
	const struct ip_range range = ip_cidr_range(cidr);

	put_u64(buf, range.first.hi);
	put_u64(buf, range.first.lo);
	put_u64(buf, (uint64_t)range.first.family << 8 | cidr->prefix_len);
}

static void put_pods(struct strbuf *buf, const struct policy_pods *pods)
{
	put_pointer(buf, pods->ns);
	put_selector(buf, &pods->namespaces);
	put_selector(buf, &pods->pods);
	put_selector(buf, &pods->accounts);
	put_u64(buf, pods->in_mesh);
}

static void put_block(struct strbuf *buf, const struct policy_peer *peer)
{
	put_cidr(buf, &peer->cidr);
	for (uint32_t i = 0; i < peer->n_except; i++)
		put_cidr(buf, &peer->except[i]);
}

/* Selectors are normalised and interned (model/selector.h), so equal terms have equal bytes. */
static void put_term(struct strbuf *buf, const struct term *term)
{
	strbuf_clear(buf);
	put_u64(buf, term->peer->kind);
	switch ((enum policy_peer_kind)term->peer->kind) {
	case POLICY_PEER_PODS:
		put_pods(buf, &term->peer->pods);
		return;
	case POLICY_PEER_CIDR:
		put_block(buf, term->peer);
		return;
	case POLICY_PEER_NODES:
		put_selector(buf, &term->peer->nodes);
		return;
	case POLICY_PEER_OWN_NODE:
		put_pointer(buf, term->node);
		return;
	case POLICY_PEER_ALL_OF:
	case POLICY_PEER_ANY_OF:
	case POLICY_PEER_NONE_OF:
		strbuf_add(buf, term->parts, term->peer->n_parts * sizeof(*term->parts));
		return;
	}
}

static uint32_t find_term(struct compile_world *world, const struct policy_peer *peer,
			  const struct model_node *node);

static const uint32_t *find_terms(struct compile_world *world, const struct policy_peer *peers,
				  uint32_t n, const struct model_node *node)
{
	uint32_t *terms = arena_alloc_n(&world->arena, n, sizeof(*terms));

	for (uint32_t i = 0; i < n; i++)
		terms[i] = find_term(world, &peers[i], node);
	return terms;
}

static uint32_t find_term(struct compile_world *world, const struct policy_peer *peer,
			  const struct model_node *node)
{
	struct term term = {.peer = peer};
	struct strbuf key = {0};
	uint32_t id;
	bool is_new;

	if (peer->kind == POLICY_PEER_OWN_NODE)
		term.node = node;
	if (policy_peer_is_tree(peer))
		term.parts = find_terms(world, peer->parts, peer->n_parts, node);
	put_term(&key, &term);
	id = keyset_intern(&world->term_keys, key.text, key.len, &is_new);
	if (is_new)
		vec_push(&world->terms, term);
	strbuf_release(&key);
	return id;
}

static void find_named_ports(struct compile_world *world, const struct policy_rule *rule)
{
	if (rule->direction != POLICY_EGRESS)
		return;
	for (uint32_t i = 0; i < rule_n_ports(rule); i++) {
		const struct policy_port *port = rule_port(rule, i);
		const struct named_port named = {port->name, port->space};

		if (port->kind == POLICY_PORT_NAMED)
			keyset_intern(&world->named, &named, sizeof(named), NULL);
	}
}

void world_find_terms(struct compile_world *world)
{
	for (size_t i = 0; i < world->rules.n; i++) {
		struct world_rule *rule = world->rules.items[i];

		rule->terms = find_terms(world, rule->rule->peers, rule->rule->n_peers, rule->node);
		find_named_ports(world, rule->rule);
	}
}

uint32_t world_named(const struct compile_world *world, const char *name, enum port_space space)
{
	const struct named_port named = {name, space};

	return name ? keyset_find(&world->named, &named, sizeof(named)) : KEYSET_NONE;
}
