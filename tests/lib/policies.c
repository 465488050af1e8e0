/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/policies.h"

#include "base/arena.h"
#include "base/strbuf.h"
#include "lib/cluster.h"

static void take(struct policies *ret, const struct cluster *cluster)
{
	ret->snapshot = cluster->snapshot;
	ret->set = cluster->policies;
	ret->diags = cluster->diags;
}

void policies_read(struct policies *ret, const char *yaml, bool skip_invalid)
{
	const struct model_options options = {.no_assumed_dns = true, .skip_invalid = skip_invalid};
	struct cluster cluster;

	cluster_load_text(&cluster, "test.yaml", yaml, &options);
	take(ret, &cluster);
}

void policies_read_under(struct policies *ret, const char *yaml,
			 const struct policy_options *policy)
{
	const struct model_options options = {.no_assumed_dns = true,
					      .skip_invalid = policy->skip_invalid};
	struct cluster cluster;

	cluster_load_under(&cluster, "test.yaml", yaml, &options, policy);
	take(ret, &cluster);
}

void policies_read_path(struct policies *ret, const char *path)
{
	const struct model_options options = {.no_assumed_dns = true};
	struct cluster cluster;

	cluster_load_paths(&cluster, &path, 1, &options);
	take(ret, &cluster);
}

void policies_release(struct policies *policies)
{
	model_snapshot_free(policies->snapshot);
}

static const char *keep(const struct policies *policies, struct strbuf *buf)
{
	const char *text = arena_strdup(&policies->snapshot->arena, strbuf_str(buf));

	strbuf_release(buf);
	return text;
}

const char *policies_diags(const struct policies *policies)
{
	struct strbuf buf = {0};

	for (const struct diag *diag = policies->diags.first; diag; diag = diag->next) {
		strbuf_printf(&buf, "%u:%u %s %s %s", diag->span.line, diag->span.column,
			      diag_code_name(diag->code), diag_severity_name(diag->severity),
			      diag->message);
		if (diag->hint)
			strbuf_printf(&buf, "; %s", diag->hint);
		strbuf_addch(&buf, '\n');
	}
	return keep(policies, &buf);
}

static void add_selector(struct strbuf *buf, const struct selector *selector, struct arena *arena)
{
	strbuf_addstr(buf, selector_format(selector, arena));
}

static void add_pods(struct strbuf *buf, const struct policy_pods *pods, struct arena *arena)
{
	if (pods->in_mesh)
		strbuf_addstr(buf, "mesh/");
	if (pods->ns) {
		strbuf_addstr(buf, pods->ns);
	} else {
		strbuf_addch(buf, '{');
		add_selector(buf, &pods->namespaces, arena);
		strbuf_addch(buf, '}');
	}
	strbuf_addch(buf, ':');
	add_selector(buf, &pods->pods, arena);
	if (pods->accounts.n) {
		strbuf_addch(buf, '/');
		add_selector(buf, &pods->accounts, arena);
	}
}

static void add_cidr(struct strbuf *buf, const struct ip_cidr *cidr)
{
	char text[IP_CIDR_TEXT_SIZE];

	strbuf_addstr(buf, ip_cidr_format(cidr, text));
}

static void add_peer(struct strbuf *buf, const struct policy_peer *peer, struct arena *arena);

static void add_tree(struct strbuf *buf, const struct policy_peer *tree, struct arena *arena)
{
	static const char *const words[] = {
		[POLICY_PEER_ALL_OF] = "all(",
		[POLICY_PEER_ANY_OF] = "any(",
		[POLICY_PEER_NONE_OF] = "none(",
	};

	strbuf_addstr(buf, words[tree->kind]);
	for (uint32_t i = 0; i < tree->n_parts; i++)
		add_peer(buf, &tree->parts[i], arena);
	strbuf_addstr(buf, " )");
}

static void add_peer(struct strbuf *buf, const struct policy_peer *peer, struct arena *arena)
{
	strbuf_addch(buf, ' ');
	if (policy_peer_is_tree(peer)) {
		add_tree(buf, peer, arena);
		return;
	}
	if (peer->kind == POLICY_PEER_PODS) {
		add_pods(buf, &peer->pods, arena);
		return;
	}
	if (peer->kind == POLICY_PEER_NODES) {
		strbuf_printf(buf, "nodes:%s", selector_format(&peer->nodes, arena));
		return;
	}
	if (peer->kind == POLICY_PEER_OWN_NODE) {
		strbuf_addstr(buf, "own-node");
		return;
	}
	add_cidr(buf, &peer->cidr);
	for (uint32_t i = 0; i < peer->n_except; i++) {
		strbuf_addch(buf, '-');
		add_cidr(buf, &peer->except[i]);
	}
}

static void add_port(struct strbuf *buf, const struct policy_port *port)
{
	strbuf_printf(buf, " %s", port_space_name(port->space));
	if (port->kind == POLICY_PORT_NAMED)
		strbuf_printf(buf, ":%s", port->name);
	else if (port->first == port->last)
		strbuf_printf(buf, " %u", port->first);
	else
		strbuf_printf(buf, " %u-%u", port->first, port->last);
}

static void add_rule(struct strbuf *buf, const struct policy_rule *rule, struct arena *arena)
{
	strbuf_printf(buf, "  %s[%u] %u:%u ",
		      rule->list ? rule->list : policy_direction_name(rule->direction), rule->index,
		      rule->span.line, rule->span.column);
	if (rule->action != POLICY_ALLOW)
		strbuf_printf(buf, "%s ", policy_action_name(rule->action));
	strbuf_addstr(buf, rule->direction == POLICY_INGRESS ? "from" : "to");
	if (rule->any_peer)
		strbuf_addstr(buf, " any");
	for (uint32_t i = 0; i < rule->n_peers; i++)
		add_peer(buf, &rule->peers[i], arena);
	strbuf_addstr(buf, rule->any_port ? " ports any" : " ports");
	for (uint32_t i = 0; i < rule->n_ports; i++)
		add_port(buf, &rule->ports[i]);
	strbuf_addstr(buf, rule->n_not_ports ? " but" : "");
	for (uint32_t i = 0; i < rule->n_not_ports; i++)
		add_port(buf, &rule->not_ports[i]);
	strbuf_addstr(buf, rule->source_ports ? " source ports" : "");
	for (size_t i = 0; rule->source_ports && i < rule->source_ports->n; i++)
		strbuf_printf(buf, " %u-%u", rule->source_ports->ranges[i].first,
			      rule->source_ports->ranges[i].last);
	if (rule->condition)
		strbuf_printf(buf, " if %s", rule->condition);
	strbuf_addch(buf, '\n');
}

static void add_policy(struct strbuf *buf, const struct policy *policy, struct arena *arena)
{
	static const enum policy_direction directions[] = {POLICY_INGRESS, POLICY_EGRESS};

	if (policy->ns)
		strbuf_printf(buf, "%s/", policy->ns);
	strbuf_printf(buf, "%s selects", policy->name);
	add_peer(buf, &policy->subject, arena);
	strbuf_addstr(buf, " isolates");
	for (size_t i = 0; i < POLICY_N_DIRECTIONS; i++) {
		if (policy->isolates[directions[i]])
			strbuf_printf(buf, " %s", policy_direction_name(directions[i]));
	}
	strbuf_addch(buf, '\n');
	for (size_t i = 0; i < POLICY_N_DIRECTIONS; i++) {
		for (uint32_t r = 0; r < policy->n_rules[directions[i]]; r++)
			add_rule(buf, &policy->rules[directions[i]][r], arena);
	}
}

const char *policies_text(const struct policies *policies)
{
	struct strbuf buf = {0};

	for (uint32_t i = 0; i < policies->set->n_policies; i++)
		add_policy(&buf, policies->set->policies[i], &policies->snapshot->arena);
	for (uint32_t i = 0; i < policies->set->n_idle; i++)
		strbuf_printf(&buf, "%s without effect: %s\n", policies->set->idle[i]->name,
			      policies->set->idle[i]->no_effect);
	return keep(policies, &buf);
}
