/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a rule of the API to rules of the IR: for each item of `to` one, whose peers are the items
 * of `from`, and one more for each item of `from` that has a condition of its own.
 */
#include "policy/istio.h"

#include "base/arena.h"
#include "base/strbuf.h"

#include <string.h>

/* The clauses that hold together; `from` and `to` may be NULL. */
struct istio_case {
	const struct istio_clause *from;
	const struct istio_clause *to;
	const struct istio_clause *when;
};

static bool is_of_source(const struct istio_match *match)
{
	return match->kind <= ISTIO_SOURCE_IP;
}

static bool is_condition(const struct istio_match *match)
{
	return match->kind >= ISTIO_REMOTE_IP;
}

static bool is_of_request(const struct istio_match *match)
{
	return match->kind >= ISTIO_REQUEST;
}

static bool has_condition(const struct istio_clause *clause)
{
	for (size_t i = 0; i < clause->matches.n; i++)
		if (is_condition(&clause->matches.items[i]))
			return true;
	return false;
}

/* Calls for every match of the clauses, as they stand in the rule. */
static void each_match(const struct istio_case *c,
		       void (*fn)(void *arg, const struct istio_match *match), void *arg)
{
	const struct istio_clause *clauses[] = {c->from, c->to, c->when};

	for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++)
		for (size_t k = 0; clauses[i] && k < clauses[i]->matches.n; k++)
			fn(arg, &clauses[i]->matches.items[k]);
}

static void put_match(struct strbuf *text, const struct istio_match *match)
{
	strbuf_printf(text, "%s%s: [", text->len ? ", " : "", match->words);
	for (uint32_t i = 0; i < match->values->len; i++)
		strbuf_printf(text, "%s%s", i ? ", " : "", match->values->items[i]->text);
	strbuf_addch(text, ']');
}

struct texts {
	struct strbuf source;
	struct strbuf connection;
	struct strbuf request;
};

static void put_text(void *arg, const struct istio_match *match)
{
	struct texts *texts = arg;

	if (is_of_source(match))
		put_match(&texts->source, match);
	else if (is_of_request(match))
		put_match(&texts->request, match);
	else if (is_condition(match))
		put_match(&texts->connection, match);
}

static void release_texts(struct texts *texts)
{
	strbuf_release(&texts->source);
	strbuf_release(&texts->connection);
	strbuf_release(&texts->request);
}

/* What is said of the peer, for those who read it. */
static const char *source_text(struct istio_lowering *lowering, const struct istio_case *c)
{
	struct texts texts = {0};
	const char *ret = NULL;

	each_match(c, put_text, &texts);
	if (texts.source.len)
		ret = arena_strdup(&lowering->reader->snapshot->arena, strbuf_str(&texts.source));
	release_texts(&texts);
	return ret;
}

/* What must be found true for the rule to decide; NULL: nothing. */
static const char *condition_text(struct istio_lowering *lowering, const struct istio_case *c)
{
	const struct istio_action *action = lowering->action;
	struct strbuf text = {0};
	struct texts texts = {0};
	const char *ret = NULL;

	each_match(c, put_text, &texts);
	if (texts.connection.len)
		strbuf_printf(&text, "the connection has %s", strbuf_str(&texts.connection));
	if (texts.request.len)
		strbuf_printf(&text, "%sthe request has %s%s", text.len ? ", and " : "",
			      strbuf_str(&texts.request),
			      action->drops_http_on_tcp ? ", or is plain TCP, where this is ignored"
							: "");
	if (action->provider)
		strbuf_printf(&text, "%sprovider '%s' refuses", text.len ? ", and " : "",
			      action->provider);
	if (text.len)
		ret = arena_strdup(&lowering->reader->snapshot->arena, strbuf_str(&text));
	strbuf_release(&text);
	release_texts(&texts);
	return ret;
}

static void add_values(struct port_set *set, const struct istio_match *match)
{
	for (uint32_t i = 0; i < match->values->len; i++) {
		const uint16_t port = (uint16_t)strtoul(match->values->items[i]->text, NULL, 10);

		port_set_add(set, (struct port_range){PORT_TCP, port, port});
	}
}

/* Takes from a set what the match does not admit. */
static void narrow(void *arg, const struct istio_match *match)
{
	struct port_set *set = arg;
	struct port_set values = {0};
	struct port_set left = {0};

	if (match->kind != ISTIO_PORT)
		return;
	add_values(&values, match);
	if (match->is_not)
		port_set_subtract(set, &values, &left);
	else
		port_set_intersect(set, &values, &left);
	port_set_copy(set, &left);
	port_set_release(&values);
	port_set_release(&left);
}

static void find_ports(const struct istio_case *c, struct port_set *set)
{
	port_set_add(set, (struct port_range){PORT_TCP, 0, port_space_last(PORT_TCP)});
	each_match(c, narrow, set);
}

void istio_rule_ports(const struct istio_rule *rule, struct port_set *ret)
{
	const size_t n = rule->to.list.n;

	for (size_t i = 0; i < (n ? n : 1); i++) {
		const struct istio_case c = {NULL, n ? &rule->to.list.items[i] : NULL, &rule->when};
		struct port_set set = {0};

		find_ports(&c, &set);
		port_set_union(ret, &set);
		port_set_release(&set);
	}
}

/* False: no port is left. */
static bool set_ports(struct istio_lowering *lowering, const struct istio_case *c,
		      struct policy_rule *rule)
{
	struct port_set set = {0};

	find_ports(c, &set);
	rule->any_port = set.n == 1 && set.ranges[0].first == 0 &&
			 set.ranges[0].last == port_space_last(PORT_TCP);
	rule->n_ports = rule->any_port ? 0 : (uint32_t)set.n;
	rule->ports = arena_alloc_n(&lowering->reader->snapshot->arena, rule->n_ports,
				    sizeof(*rule->ports));
	for (uint32_t i = 0; i < rule->n_ports; i++)
		rule->ports[i] = (struct policy_port){
			.kind = POLICY_PORT_RANGE,
			.space = PORT_TCP,
			.first = set.ranges[i].first,
			.last = set.ranges[i].last,
			.span = rule->span,
		};
	port_set_release(&set);
	return rule->any_port || rule->n_ports > 0;
}

struct parts {
	struct policy_reader *reader;
	VEC(struct policy_peer) list;
};

static void add_part(void *arg, const struct istio_match *match)
{
	struct parts *parts = arg;

	if (is_of_source(match))
		vec_push(&parts->list, istio_source_peer(parts->reader, match));
}

/* Adds the sources that an item of `from` and `when` select together. */
static void add_peer(struct istio_lowering *lowering, const struct istio_case *c,
		     struct policy_rule *rule)
{
	struct arena *arena = &lowering->reader->snapshot->arena;
	struct policy_peer *peer = &rule->peers[rule->n_peers++];
	struct parts parts = {.reader = lowering->reader};

	each_match(c, add_part, &parts);
	rule->any_peer |= parts.list.n == 0;
	if (parts.list.n == 1) {
		*peer = parts.list.items[0];
	} else if (parts.list.n > 1) {
		peer->kind = POLICY_PEER_ALL_OF;
		peer->n_parts = (uint32_t)parts.list.n;
		peer->parts = arena_alloc_n(arena, parts.list.n, sizeof(*peer->parts));
		memcpy(peer->parts, parts.list.items, parts.list.n * sizeof(*peer->parts));
	}
	peer->text = source_text(lowering, c);
	peer->span = c->from ? c->from->span : rule->span;
	vec_release(&parts.list);
}

/* A rule whose peers are still to come, at most `n` of them; false: it has no ports. */
static bool start_rule(struct istio_lowering *lowering, const struct istio_rule *rule,
		       const struct istio_case *c, size_t n, struct policy_rule *ret)
{
	*ret = (struct policy_rule){
		.policy = lowering->policy,
		.direction = POLICY_INGRESS,
		.action = lowering->action->verdict,
		.index = rule->index,
		.list = "rules",
		.condition = condition_text(lowering, c),
		.peers = arena_alloc_n(&lowering->reader->snapshot->arena, n, sizeof(*ret->peers)),
		.span = rule->span,
	};
	ret->rank = ret->condition != NULL;
	return set_ports(lowering, c, ret);
}

static void push_rule(struct istio_lowering *lowering, struct policy_rule *rule)
{
	if (rule->any_peer)
		rule->n_peers = 0;
	vec_push(&lowering->rules, *rule);
}

/* Sources without a condition of their own, or all if the rule names none. */
static void lower_together(struct istio_lowering *lowering, const struct istio_rule *rule,
			   const struct istio_clause *to)
{
	const size_t n = rule->from.list.n;
	struct istio_case c = {NULL, to, &rule->when};
	struct policy_rule made;

	if (!start_rule(lowering, rule, &c, n + 1, &made))
		return;
	if (n == 0)
		add_peer(lowering, &c, &made);
	for (size_t i = 0; i < n; i++) {
		c.from = &rule->from.list.items[i];
		if (!has_condition(c.from))
			add_peer(lowering, &c, &made);
	}
	if (made.n_peers > 0)
		push_rule(lowering, &made);
}

static void lower_apart(struct istio_lowering *lowering, const struct istio_rule *rule,
			const struct istio_clause *to)
{
	for (size_t i = 0; i < rule->from.list.n; i++) {
		const struct istio_case c = {&rule->from.list.items[i], to, &rule->when};
		struct policy_rule made;

		if (!has_condition(c.from) || !start_rule(lowering, rule, &c, 1, &made))
			continue;
		add_peer(lowering, &c, &made);
		push_rule(lowering, &made);
	}
}

static void lower_all(struct istio_lowering *lowering, const struct istio_rule *rule)
{
	const size_t n = rule->to.list.n;

	for (size_t i = 0; i < (n ? n : 1); i++) {
		const struct istio_clause *to = n ? &rule->to.list.items[i] : NULL;

		lower_together(lowering, rule, to);
		lower_apart(lowering, rule, to);
	}
}

void istio_lower_end(struct istio_lowering *lowering)
{
	struct policy *policy = lowering->policy;
	const size_t n = lowering->rules.n;

	policy->n_rules[POLICY_INGRESS] = (uint32_t)n;
	policy->rules[POLICY_INGRESS] = arena_alloc_n(&lowering->reader->snapshot->arena, n,
						      sizeof(*lowering->rules.items));
	if (n > 0)
		memcpy(policy->rules[POLICY_INGRESS], lowering->rules.items,
		       n * sizeof(*lowering->rules.items));
	vec_release(&lowering->rules);
}

void istio_lower(struct istio_lowering *lowering, const struct istio_rule *rule)
{
	struct istio_lowering own = *lowering;
	struct policy_peer subject = lowering->policy->subject;

	if (!istio_target_narrow(lowering->reader, &rule->when, &subject)) {
		lower_all(lowering, rule);
		return;
	}
	own.policy = policy_add(lowering->reader);
	own.policy->tier_key = lowering->policy->tier_key;
	own.policy->is_mesh = lowering->policy->is_mesh;
	own.policy->no_effect = lowering->policy->no_effect;
	own.policy->subject = subject;
	memset(&own.rules, 0, sizeof(own.rules));
	lower_all(&own, rule);
	istio_lower_end(&own);
}
