/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses that a source or destination says. */
#include "policy/calico.h"

#include "base/arena.h"

#include <string.h>

enum ip_family calico_entity_family(const struct calico_entity *entity)
{
	if (entity->nets.n)
		return entity->nets.items[0].addr.family;
	return entity->not_nets.n ? entity->not_nets.items[0].addr.family : IP_NONE;
}

/* A block without those of a list that lie in it; false when nothing is left. */
static bool block_without(const struct policy_reader *reader, const struct ip_cidr *cidr,
			  const struct calico_nets *without, struct policy_peer *ret)
{
	*ret = (struct policy_peer){.kind = POLICY_PEER_CIDR, .cidr = *cidr};
	ret->except = arena_alloc_n(&reader->snapshot->arena, without->n, sizeof(*ret->except));
	for (uint32_t i = 0; i < without->n; i++) {
		if (ip_cidr_within(cidr, &without->items[i], false))
			return false;
		if (ip_cidr_within(&without->items[i], cidr, true))
			ret->except[ret->n_except++] = without->items[i];
	}
	return true;
}

/* notNets alone are all addresses of their family without them. */
static struct policy_peer nets_of(const struct policy_reader *reader,
				  const struct calico_entity *entity)
{
	const struct policy_peer all = calico_all_of_family(calico_entity_family(entity));
	const struct ip_cidr *nets = entity->nets.n ? entity->nets.items : &all.cidr;
	const uint32_t n = entity->nets.n ? entity->nets.n : 1;
	struct policy_peer tree = calico_tree(reader, POLICY_PEER_ANY_OF, n);

	for (uint32_t i = 0; i < n; i++)
		if (block_without(reader, &nets[i], &entity->not_nets, &tree.parts[tree.n_parts]))
			tree.n_parts++;
	return tree.n_parts == 1 ? tree.parts[0] : tree;
}

struct policy_peer calico_address(const struct ip_addr *addr)
{
	return (struct policy_peer){
		.kind = POLICY_PEER_CIDR,
		.cidr = {*addr, addr->family == IP_V4 ? 32 : 128},
	};
}

/* The pods that a service selects, known or not. */
static struct policy_peer selected_pods(const struct policy_reader *reader,
					const struct model_service *service)
{
	struct arena *arena = &reader->snapshot->arena;
	struct policy_peer leaf = {.kind = POLICY_PEER_PODS, .pods.ns = service->ns->name};
	struct selector *pods = &leaf.pods.pods;

	pods->requirements = arena_alloc_n(arena, service->n_selector, sizeof(*pods->requirements));
	for (uint32_t i = 0; i < service->n_selector; i++) {
		struct selector_requirement *requirement = &pods->requirements[pods->n++];

		requirement->op = SELECTOR_IN;
		requirement->key = service->selector[i].key;
		requirement->values = arena_alloc(arena, sizeof(*requirement->values));
		requirement->values[requirement->n_values++] = service->selector[i].value;
	}
	selector_normalise(pods);
	return leaf;
}

/* Its endpoints: pods by its selector; by their addresses those on the host's, and all others. */
static struct policy_peer endpoints_of(const struct policy_reader *reader,
				       const struct model_service *service)
{
	struct policy_peer tree = calico_tree(
		reader, POLICY_PEER_ANY_OF,
		service ? 1 + 2 * (size_t)service->n_backends + service->n_backend_addrs : 0);

	if (!service)
		return tree;
	if (service->n_selector)
		tree.parts[tree.n_parts++] = selected_pods(reader, service);
	for (uint32_t i = 0; i < service->n_backends; i++) {
		const struct model_pod *pod = service->backends[i];

		for (uint32_t ip = 0; ip < pod->n_ips; ip++)
			if (pod->host_network || !service->n_selector)
				tree.parts[tree.n_parts++] = calico_address(&pod->ips[ip]);
	}
	for (uint32_t i = 0; i < service->n_backend_addrs; i++)
		tree.parts[tree.n_parts++] = calico_address(&service->backend_addrs[i]);
	return tree.n_parts == 1 ? tree.parts[0] : tree;
}

struct calico_where calico_all_of(const struct policy_reader *reader,
				  const struct policy_peer *parts, size_t n)
{
	struct calico_where where = {.any = n == 0};

	if (n == 1)
		where.tree = parts[0];
	if (n < 2)
		return where;
	where.tree = calico_tree(reader, POLICY_PEER_ALL_OF, n);
	memcpy(where.tree.parts, parts, n * sizeof(*parts));
	where.tree.n_parts = (uint32_t)n;
	return where;
}

struct calico_where calico_entity_where(const struct policy_reader *reader,
					const struct calico_entity *entity, enum ip_family family)
{
	struct policy_peer parts[4];
	struct calico_where where;
	size_t n = 0;

	if (entity->nets.n || entity->not_nets.n)
		parts[n++] = nets_of(reader, entity);
	if (entity->selector)
		parts[n++] = calico_endpoints(reader, entity->selector, family);
	if (entity->not_selector)
		parts[n++] = calico_none_of(reader,
					    calico_endpoints(reader, entity->not_selector, family));
	if (entity->has_service)
		parts[n++] = endpoints_of(reader, entity->service);
	where = calico_all_of(reader, parts, n);
	where.tree.text = entity->text;
	where.tree.span = entity->span;
	return where;
}
