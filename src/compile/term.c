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

/* Selectors are normalised and interned (model/selector.h), so equal terms have equal bytes. */
static void put_peer(struct strbuf *buf, const struct policy_peer *peer)
{
	strbuf_clear(buf);
	put_u64(buf, peer->kind);
	if (peer->kind == POLICY_PEER_PODS) {
		put_pointer(buf, peer->pods.ns);
		put_selector(buf, &peer->pods.namespaces);
		put_selector(buf, &peer->pods.pods);
		return;
	}
	if (peer->kind == POLICY_PEER_NODES) {
		put_selector(buf, &peer->nodes);
		return;
	}
	put_cidr(buf, &peer->cidr);
	for (uint32_t i = 0; i < peer->n_except; i++)
		put_cidr(buf, &peer->except[i]);
}

static void find_rule_terms(struct compile_world *world, struct world_rule *rule,
			    struct strbuf *scratch)
{
	uint32_t *terms = arena_alloc_n(&world->arena, rule->rule->n_peers, sizeof(*terms));

	for (uint32_t i = 0; i < rule->rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->rule->peers[i];
		bool is_new;

		put_peer(scratch, peer);
		terms[i] = keyset_intern(&world->terms, scratch->text, scratch->len, &is_new);
		if (is_new)
			vec_push(&world->term_examples, peer);
	}
	rule->terms = terms;
}

static void find_named_ports(struct compile_world *world, const struct policy_rule *rule)
{
	if (rule->direction != POLICY_EGRESS)
		return;
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct named_port named = {rule->ports[i].name, rule->ports[i].space};

		if (rule->ports[i].kind == POLICY_PORT_NAMED)
			keyset_intern(&world->named, &named, sizeof(named), NULL);
	}
}

void world_find_terms(struct compile_world *world)
{
	struct strbuf scratch = {0};

	for (size_t i = 0; i < world->rules.n; i++) {
		find_rule_terms(world, world->rules.items[i], &scratch);
		find_named_ports(world, world->rules.items[i]->rule);
	}
	strbuf_release(&scratch);
}

uint32_t world_named(const struct compile_world *world, const char *name, enum port_space space)
{
	const struct named_port named = {name, space};

	return name ? keyset_find(&world->named, &named, sizeof(named)) : KEYSET_NONE;
}
