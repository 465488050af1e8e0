/* SPDX-License-Identifier: Apache-2.0 */
/* Peers in words. */
#include "analyze/text.h"

#include "base/arena.h"
#include "base/plain.h"

#include <string.h>

static void add_cidr(const struct policy_peer *peer, struct strbuf *ret)
{
	char text[IP_CIDR_TEXT_SIZE];

	strbuf_addstr(ret, ip_cidr_format(&peer->cidr, text));
	for (uint32_t i = 0; i < peer->n_except; i++)
		strbuf_printf(ret, "%s%s", i ? ", " : " except ",
			      ip_cidr_format(&peer->except[i], text));
}

static void add_pods(const struct policy_pods *pods, struct strbuf *ret)
{
	struct arena arena;

	arena_init(&arena);
	strbuf_addstr(ret, pods->pods.n ? selector_format(&pods->pods, &arena) : "all pods");
	if (pods->accounts.n)
		strbuf_printf(ret, " with service account %s",
			      selector_format(&pods->accounts, &arena));
	if (pods->ns)
		strbuf_printf(ret, " in %s", pods->ns);
	if (pods->namespaces.n)
		strbuf_printf(ret, " in namespaces with %s",
			      selector_format(&pods->namespaces, &arena));
	else if (!pods->ns)
		strbuf_addstr(ret, " in all namespaces");
	if (pods->in_mesh)
		strbuf_addstr(ret, " in the mesh");
	arena_release(&arena);
}

static void add_nodes(const struct selector *nodes, struct strbuf *ret)
{
	struct arena arena;

	arena_init(&arena);
	if (nodes->n)
		strbuf_printf(ret, "nodes with %s", selector_format(nodes, &arena));
	else
		strbuf_addstr(ret, "all nodes");
	arena_release(&arena);
}

static void add_tree(const struct policy_peer *tree, struct strbuf *ret)
{
	const char *word = tree->kind == POLICY_PEER_ALL_OF ? " and " : " or ";

	if (!tree->n_parts) {
		strbuf_addstr(ret, tree->kind == POLICY_PEER_ANY_OF ? "nobody" : "everybody");
		return;
	}
	if (tree->kind == POLICY_PEER_NONE_OF)
		strbuf_addstr(ret, "not ");
	if (tree->kind == POLICY_PEER_NONE_OF || tree->n_parts > 1)
		strbuf_addch(ret, '(');
	for (uint32_t i = 0; i < tree->n_parts; i++) {
		strbuf_addstr(ret, i ? word : "");
		analyze_peer_text(&tree->parts[i], ret);
	}
	if (tree->kind == POLICY_PEER_NONE_OF || tree->n_parts > 1)
		strbuf_addch(ret, ')');
}

void analyze_peer_text(const struct policy_peer *peer, struct strbuf *ret)
{
	if (peer->text)
		plain_add(ret, peer->text, strlen(peer->text));
	else if (policy_peer_is_tree(peer))
		add_tree(peer, ret);
	else if (peer->kind == POLICY_PEER_CIDR)
		add_cidr(peer, ret);
	else if (peer->kind == POLICY_PEER_NODES)
		add_nodes(&peer->nodes, ret);
	else if (peer->kind == POLICY_PEER_OWN_NODE)
		strbuf_addstr(ret, "its own node");
	else
		add_pods(&peer->pods, ret);
}

void analyze_peers_text(const struct policy_rule *rule, struct strbuf *ret)
{
	if (rule->any_peer)
		strbuf_addstr(ret, "everybody");
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		strbuf_addstr(ret, i ? "; " : "");
		analyze_peer_text(&rule->peers[i], ret);
	}
}
