/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule says, in JSON. */
#include "render/render.h"

#include "analyze/text.h"

static void render_cidr_peer(struct json *json, const struct policy_peer *peer)
{
	char text[IP_CIDR_TEXT_SIZE];

	json_field(json, "cidr", ip_cidr_format(&peer->cidr, text));
	json_key(json, "except");
	json_array(json);
	for (uint32_t i = 0; i < peer->n_except; i++)
		json_string(json, ip_cidr_format(&peer->except[i], text));
	json_end(json);
}

/* A namespace by name, or a selector; "" selects all. */
static void render_pods_peer(struct json *json, const struct policy_pods *pods)
{
	struct arena arena;

	arena_init(&arena);
	json_field(json, "namespace", pods->ns);
	json_field(json, "namespaceSelector",
		   pods->ns && !pods->namespaces.n ? NULL
						   : selector_format(&pods->namespaces, &arena));
	json_field(json, "podSelector", selector_format(&pods->pods, &arena));
	if (pods->accounts.n)
		json_field(json, "serviceAccountSelector",
			   selector_format(&pods->accounts, &arena));
	if (pods->in_mesh) {
		json_key(json, "inMesh");
		json_bool(json, true);
	}
	arena_release(&arena);
}

static void render_nodes_peer(struct json *json, const struct selector *nodes)
{
	struct arena arena;

	arena_init(&arena);
	json_field(json, "nodeSelector", selector_format(nodes, &arena));
	arena_release(&arena);
}

static void render_peer(struct json *json, const struct policy_peer *peer);

/* {"allOf": [peers]}, "anyOf", "noneOf"; with the words of the API. */
static void render_tree(struct json *json, const struct policy_peer *tree)
{
	static const char *const keys[] = {
		[POLICY_PEER_ALL_OF] = "allOf",
		[POLICY_PEER_ANY_OF] = "anyOf",
		[POLICY_PEER_NONE_OF] = "noneOf",
	};

	if (tree->text)
		json_field(json, "text", tree->text);
	json_key(json, keys[tree->kind]);
	json_array(json);
	for (uint32_t i = 0; i < tree->n_parts; i++)
		render_peer(json, &tree->parts[i]);
	json_end(json);
}

static void render_peer(struct json *json, const struct policy_peer *peer)
{
	json_object(json);
	switch ((enum policy_peer_kind)peer->kind) {
	case POLICY_PEER_PODS:
		render_pods_peer(json, &peer->pods);
		break;
	case POLICY_PEER_CIDR:
		render_cidr_peer(json, peer);
		break;
	case POLICY_PEER_NODES:
		render_nodes_peer(json, &peer->nodes);
		break;
	case POLICY_PEER_OWN_NODE:
		json_key(json, "ownNode");
		json_bool(json, true);
		break;
	case POLICY_PEER_ALL_OF:
	case POLICY_PEER_ANY_OF:
	case POLICY_PEER_NONE_OF:
		render_tree(json, peer);
		break;
	}
	json_end(json);
}

void render_rule_peers_json(struct json *json, const struct policy_rule *rule)
{
	json_key(json, "peers");
	if (rule->any_peer) {
		json_null(json);
		return;
	}
	json_array(json);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		render_peer(json, &rule->peers[i]);
	json_end(json);
}

static void render_ports(struct json *json, const char *key, const struct policy_port *ports,
			 uint32_t n)
{
	json_key(json, key);
	json_array(json);
	for (uint32_t i = 0; i < n; i++) {
		const struct policy_port *port = &ports[i];

		json_object(json);
		json_field(json, "protocol", port_space_name(port->space));
		if (port->kind == POLICY_PORT_NAMED) {
			json_field(json, "name", port->name);
		} else {
			json_key(json, "port");
			json_uint(json, port->first);
			json_key(json, "endPort");
			json_uint(json, port->last);
		}
		json_end(json);
	}
	json_end(json);
}

static void render_condition(struct json *json, const struct policy_rule *rule)
{
	struct strbuf text = {0};

	policy_condition_text(rule, &text);
	if (text.len)
		json_field(json, "condition", text.text);
	strbuf_release(&text);
}

void render_rule_ports_json(struct json *json, const struct policy_rule *rule)
{
	if (rule->any_port) {
		json_key(json, "ports");
		json_null(json);
	} else {
		render_ports(json, "ports", rule->ports, rule->n_ports);
	}
	if (rule->n_not_ports)
		render_ports(json, "notPorts", rule->not_ports, rule->n_not_ports);
	render_condition(json, rule);
}
