/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entities: what Cilium has reserved identities for, as sets of addresses.
 *
 * The kube-apiserver is who is behind the Service default/kubernetes; an input without its
 * endpoints has it on the nodes of the control plane. Endpoints that are being created ("init") or
 * not managed by Cilium ("unmanaged") are in no input.
 */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "policy/cilium_label.h"

#include <string.h>

static struct policy_peer nobody(const struct policy_reader *reader)
{
	return cilium_tree(reader, POLICY_PEER_ANY_OF, 0);
}

static struct policy_peer nodes(void)
{
	return (struct policy_peer){.kind = POLICY_PEER_NODES};
}

static struct policy_peer host(const struct policy_reader *reader)
{
	(void)reader;
	return (struct policy_peer){.kind = POLICY_PEER_OWN_NODE};
}

static struct policy_peer remote_node(const struct policy_reader *reader)
{
	struct policy_peer others = cilium_tree(reader, POLICY_PEER_NONE_OF, 1);
	struct policy_peer tree = cilium_tree(reader, POLICY_PEER_ALL_OF, 2);

	others.parts[0] = host(reader);
	tree.parts[0] = nodes();
	tree.parts[1] = others;
	return tree;
}

static struct policy_peer health(const struct policy_reader *reader)
{
	struct policy_peer peer;

	cilium_node_addresses(reader, false, &peer);
	return peer;
}

static struct policy_peer ingress(const struct policy_reader *reader)
{
	struct policy_peer peer;

	cilium_node_addresses(reader, true, &peer);
	return peer;
}

/* Adds a part for which there is room, unless it is nobody. */
static void add_part(struct policy_peer *tree, struct policy_peer part)
{
	if (part.kind != POLICY_PEER_ANY_OF || part.n_parts > 0)
		tree->parts[tree->n_parts++] = part;
}

/* Pods, nodes, and Cilium's own endpoints; with room for one more part. */
static struct policy_peer inside(const struct policy_reader *reader, enum policy_peer_kind kind)
{
	struct policy_peer tree = cilium_tree(reader, kind, 5);

	tree.n_parts = 0;
	add_part(&tree, (struct policy_peer){.kind = POLICY_PEER_PODS});
	add_part(&tree, nodes());
	add_part(&tree, health(reader));
	add_part(&tree, ingress(reader));
	return tree;
}

struct policy_peer cilium_world(const struct policy_reader *reader)
{
	struct policy_peer tree = inside(reader, POLICY_PEER_NONE_OF);

	tree.text = "world";
	return tree;
}

static const char *block_text(const struct policy_reader *reader, const struct policy_peer *block)
{
	char buf[IP_CIDR_TEXT_SIZE];
	struct strbuf text = {0};
	const char *ret;

	strbuf_addstr(&text, ip_cidr_format(&block->cidr, buf));
	for (uint32_t i = 0; i < block->n_except; i++)
		strbuf_printf(&text, "%s%s", i ? ", " : " except ",
			      ip_cidr_format(&block->except[i], buf));
	strbuf_addstr(&text, " outside the cluster");
	ret = arena_strdup(&reader->snapshot->arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

struct policy_peer cilium_block(const struct policy_reader *reader, const struct policy_peer *block)
{
	struct policy_peer tree = cilium_tree(reader, POLICY_PEER_ALL_OF, 2);

	tree.parts[0] = *block;
	tree.parts[1] = cilium_world(reader);
	tree.text = block_text(reader, block);
	tree.span = block->span;
	return tree;
}

static struct policy_peer world_of_family(const struct policy_reader *reader, enum ip_family family)
{
	const struct policy_peer all = {
		.kind = POLICY_PEER_CIDR,
		.cidr = {ip_lowest(family), 0},
	};

	return cilium_block(reader, &all);
}

static struct policy_peer world_ipv4(const struct policy_reader *reader)
{
	return world_of_family(reader, IP_V4);
}

static struct policy_peer world_ipv6(const struct policy_reader *reader)
{
	return world_of_family(reader, IP_V6);
}

static struct policy_peer address(const struct ip_addr *addr)
{
	return (struct policy_peer){
		.kind = POLICY_PEER_CIDR,
		.cidr = {*addr, addr->family == IP_V4 ? 32 : 128},
	};
}

static uint32_t count_backends(const struct model_service *service)
{
	uint32_t n = service->n_backend_addrs;

	for (uint32_t i = 0; i < service->n_backends; i++)
		n += service->backends[i]->n_ips;
	return n;
}

static struct policy_peer behind(const struct policy_reader *reader,
				 const struct model_service *service)
{
	struct policy_peer tree = cilium_tree(reader, POLICY_PEER_ANY_OF, count_backends(service));
	uint32_t n = 0;

	for (uint32_t i = 0; i < service->n_backend_addrs; i++)
		tree.parts[n++] = address(&service->backend_addrs[i]);
	for (uint32_t i = 0; i < service->n_backends; i++)
		for (uint32_t a = 0; a < service->backends[i]->n_ips; a++)
			tree.parts[n++] = address(&service->backends[i]->ips[a]);
	return tree;
}

static struct policy_peer nodes_with(const struct policy_reader *reader, const char *label)
{
	struct arena *arena = &reader->snapshot->arena;
	struct policy_peer peer = nodes();

	peer.nodes.requirements = arena_alloc(arena, sizeof(*peer.nodes.requirements));
	peer.nodes.requirements[0] = (struct selector_requirement){
		.op = SELECTOR_EXISTS,
		.key = intern_str(&reader->snapshot->intern, label),
	};
	peer.nodes.n = 1;
	return peer;
}

static struct policy_peer kube_apiserver(const struct policy_reader *reader)
{
	const struct model_service *service =
		model_find_service(reader->snapshot, "default", "kubernetes");
	struct policy_peer tree;

	if (service && count_backends(service))
		return behind(reader, service);
	tree = cilium_tree(reader, POLICY_PEER_ANY_OF, 2);
	tree.parts[0] = nodes_with(reader, "node-role.kubernetes.io/control-plane");
	tree.parts[1] = nodes_with(reader, "node-role.kubernetes.io/master");
	return tree;
}

static struct policy_peer cluster(const struct policy_reader *reader)
{
	struct policy_peer tree = inside(reader, POLICY_PEER_ANY_OF);

	add_part(&tree, kube_apiserver(reader));
	return tree;
}

static struct policy_peer all(const struct policy_reader *reader)
{
	return cilium_tree(reader, POLICY_PEER_ALL_OF, 0);
}

static const struct entity {
	const char *name;
	struct policy_peer (*make)(const struct policy_reader *reader);
	bool is_newer; /* than 1.19 */
} entities[] = {
	{"all", all, false},
	{"world", cilium_world, false},
	{"world-ipv4", world_ipv4, false},
	{"world-ipv6", world_ipv6, false},
	{"cluster", cluster, false},
	{"cluster-mesh", nobody, true},
	{"host", host, false},
	{"remote-node", remote_node, false},
	{"init", nobody, false},
	{"ingress", ingress, false},
	{"health", health, false},
	{"unmanaged", nobody, false},
	{"none", nobody, false},
	{"kube-apiserver", kube_apiserver, false},
};

#define N_ENTITIES (sizeof(entities) / sizeof(entities[0]))

/* The names are kept in the table's order, so that a choice is a number in both. */
static const struct entity *choose(struct policy_reader *reader, const struct tree_node *node)
{
	const char *names[N_ENTITIES];
	const struct policy_choices choices = {"an entity", names, N_ENTITIES, NULL};
	size_t chosen;

	for (size_t i = 0; i < N_ENTITIES; i++)
		names[i] = entities[i].name;
	if (!policy_choose(reader, &choices, node, &chosen))
		return NULL;
	if (entities[chosen].is_newer && !cilium_since(reader, 1, 20)) {
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "only Cilium 1.20 and later know the entity '%s'", names[chosen]);
		return NULL;
	}
	return &entities[chosen];
}

bool cilium_entity(const struct policy_reader *reader, const char *name, struct policy_peer *ret)
{
	for (size_t i = 0; i < N_ENTITIES; i++)
		if (strcmp(entities[i].name, name) == 0 && entities[i].make != all &&
		    entities[i].make != cluster) {
			*ret = entities[i].make(reader);
			return true;
		}
	return false;
}

void cilium_entity_read(struct policy_reader *reader, const struct tree_node *node,
			struct cilium_peers *to)
{
	const struct entity *entity = choose(reader, node);
	struct policy_peer peer;

	if (!entity)
		return;
	if (entity->make == all) {
		to->any = true;
		return;
	}
	peer = entity->make(reader);
	peer.text = entity->name;
	peer.span = policy_span(reader, node);
	vec_push(to, peer);
}
