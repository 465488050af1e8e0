/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From Calico's rules to those of the IR. A rule may say of the subject's own side what the policy
 * does not say: such a rule gets a policy of its own, with the narrower subject, between the rules
 * before and behind it.
 */
#include "policy/calico.h"

#include "base/arena.h"

#include <string.h>

struct calico_writer {
	struct policy_reader *reader;
	const struct policy *policy; /* of the object; the first of its parts */
	uint8_t direction;
	struct policy *part; /* the current one */
	bool is_narrow;      /* it is for one rule */
	VEC(struct policy_rule) rules;
};

struct calico_writer *calico_writer_new(struct policy_reader *reader, struct policy *policy,
					enum policy_direction direction)
{
	struct calico_writer *writer = arena_alloc(&reader->snapshot->arena, sizeof(*writer));

	*writer = (struct calico_writer){
		.reader = reader,
		.policy = policy,
		.direction = (uint8_t)direction,
		.part = policy,
	};
	return writer;
}

/* Gives the rules so far to the current part. */
static void flush(struct calico_writer *writer)
{
	const size_t n = writer->rules.n;
	struct policy_rule *rules =
		arena_alloc_n(&writer->reader->snapshot->arena, n, sizeof(*rules));

	if (n)
		memcpy(rules, writer->rules.items, n * sizeof(*rules));
	for (size_t i = 0; i < n; i++)
		rules[i].policy = writer->part;
	writer->part->rules[writer->direction] = rules;
	writer->part->n_rules[writer->direction] = (uint32_t)n;
	vec_clear(&writer->rules);
}

/* A part that isolates nothing, for the policy's own does. */
static void start_part(struct calico_writer *writer, const struct calico_where *subject)
{
	struct policy *part;

	flush(writer);
	part = policy_add(writer->reader);
	*part = *writer->policy;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		part->isolates[direction] = false;
		part->rules[direction] = NULL;
		part->n_rules[direction] = 0;
	}
	if (!subject->any) {
		const struct policy_peer both[] = {writer->policy->subject, subject->tree};

		part->subject = calico_all_of(writer->reader, both, 2).tree;
	}
	writer->part = part;
	writer->is_narrow = !subject->any;
}

/* Leaves are told better one by one; a tree by the words of its API. */
static bool is_list(const struct policy_peer *tree)
{
	for (uint32_t i = 0; i < tree->n_parts; i++)
		if (policy_peer_is_tree(&tree->parts[i]))
			return false;
	return tree->kind == POLICY_PEER_ANY_OF;
}

static void set_peers(const struct policy_reader *reader, const struct calico_where *where,
		      struct policy_rule *ret)
{
	const struct policy_peer *tree = &where->tree;

	ret->any_peer = where->any;
	if (where->any)
		return;
	if (is_list(tree)) {
		ret->peers = tree->parts;
		ret->n_peers = tree->n_parts;
		return;
	}
	ret->peers = arena_alloc(&reader->snapshot->arena, sizeof(*ret->peers));
	ret->peers[0] = *tree;
	ret->n_peers = 1;
}

/* Who a rule is about: its subject, and the other end. */
struct ends {
	struct calico_where subject;
	struct calico_where peer;
};

static struct calico_where both_of(const struct policy_reader *reader, const struct calico_where *a,
				   const struct calico_where *b)
{
	const struct policy_peer parts[] = {a->tree, b->tree};

	if (a->any || b->any)
		return a->any ? *b : *a;
	return calico_all_of(reader, parts, 2);
}

static void write_rule(struct calico_writer *writer, const struct calico_rule *rule,
		       const struct ends *ends, const struct port_set *source_ports)
{
	struct policy_rule *ret;

	if (writer->is_narrow || !ends->subject.any)
		start_part(writer, &ends->subject);
	ret = vec_add(&writer->rules);
	*ret = (struct policy_rule){
		.direction = rule->direction,
		.action = rule->action,
		.rank = POLICY_RANK_ALLOW, /* of a NetworkPolicy's rules: the order decides */
		.index = rule->index,
		.source_ports = source_ports,
		.condition = rule->condition,
		.span = rule->span,
	};
	set_peers(writer->reader, &ends->peer, ret);
	calico_rule_ports(writer->reader, rule, ret);
}

/* One rule for each group of sources that its source ports tell apart. */
static void write_sources(struct calico_writer *writer, const struct calico_rule *rule,
			  const struct ends *ends)
{
	const struct policy_reader *reader = writer->reader;
	struct calico_sources sources = {0};

	calico_sources_find(reader, rule, &sources);
	for (size_t i = 0; i < sources.n; i++) {
		const struct calico_where *where = &sources.items[i].where;
		struct ends narrow = *ends;

		if (rule->direction == POLICY_INGRESS)
			narrow.peer = both_of(reader, &ends->peer, where);
		else
			narrow.subject = both_of(reader, &ends->subject, where);
		write_rule(writer, rule, &narrow, sources.items[i].ports);
	}
	vec_release(&sources);
}

/* A rule without a protocol may name source ports: they are of each protocol that has ports. */
static void write_protocols(struct calico_writer *writer, const struct calico_rule *rule,
			    const struct ends *ends)
{
	static const uint8_t with_ports[] = {6, 17, 132};
	const struct calico_entity *source = &rule->source;
	struct calico_rule narrow = *rule;

	for (size_t i = 0; i < sizeof(with_ports); i++) {
		narrow.protocol = with_ports[i];
		write_sources(writer, &narrow, ends);
	}
	if (source->ports.n)
		return;
	narrow = *rule;
	narrow.is_portless = true;
	write_rule(writer, &narrow, ends, NULL);
}

static void write_ends(struct calico_writer *writer, const struct calico_rule *rule,
		       const struct ends *ends)
{
	const struct calico_entity *source = &rule->source;

	if (!source->ports.n && !source->not_ports.n)
		write_rule(writer, rule, ends, NULL);
	else if (rule->protocol < 0)
		write_protocols(writer, rule, ends);
	else if (calico_has_ports(rule))
		write_sources(writer, rule, ends);
	else if (!source->ports.n)
		write_rule(writer, rule, ends, NULL);
}

static bool has_block(const struct calico_where *where)
{
	return !where->any && policy_peer_has(&where->tree, POLICY_PEER_CIDR);
}

/*
 * Names of ports are asked of the pods that a destination's selector selects, not of those that are
 * only in the nets of a set that it selects.
 */
static bool tells_names(const struct policy_reader *reader, const struct calico_rule *rule,
			enum ip_family family)
{
	const struct calico_entity *to = &rule->destination;
	struct calico_where where = {.any = !to->selector};

	if (!to->selector ||
	    !(calico_ports_have_name(&to->ports) || calico_ports_have_name(&to->not_ports)))
		return false;
	where.tree = calico_endpoints(reader, to->selector, family);
	return has_block(&where);
}

static void write_named(struct calico_writer *writer, const struct calico_rule *rule,
			const struct ends *ends)
{
	const struct policy_reader *reader = writer->reader;
	const struct calico_where selected = {
		.tree = calico_pods(reader, rule->destination.selector)};
	const struct calico_where others = {.tree = calico_none_of(reader, selected.tree)};
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	struct calico_rule nameless = *rule;
	struct ends narrow = *ends;
	struct calico_where *to = is_ingress ? &narrow.subject : &narrow.peer;
	const struct calico_where where = *to;

	*to = both_of(reader, &where, &selected);
	write_ends(writer, rule, &narrow);
	*to = both_of(reader, &where, &others);
	nameless.is_nameless = true;
	write_ends(writer, &nameless, &narrow);
}

static void write_family(struct calico_writer *writer, const struct calico_rule *rule,
			 enum ip_family family)
{
	const struct policy_reader *reader = writer->reader;
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct calico_entity *own = is_ingress ? &rule->destination : &rule->source;
	const struct calico_entity *other = is_ingress ? &rule->source : &rule->destination;
	struct ends ends = {
		.subject = calico_entity_where(reader, own, family),
		.peer = calico_entity_where(reader, other, family),
	};

	if (family != IP_NONE && calico_entity_family(other) == IP_NONE) {
		const struct calico_where all = {.tree = calico_all_of_family(family)};

		ends.peer = both_of(reader, &ends.peer, &all);
	}
	if (tells_names(reader, rule, family))
		write_named(writer, rule, &ends);
	else
		write_ends(writer, rule, &ends);
}

/* The two addresses of a subject may differ in what a rule says of its own side. */
static bool tells_families(const struct policy_reader *reader, const struct calico_rule *rule)
{
	const struct calico_entity *own = rule->direction == POLICY_INGRESS ? &rule->destination
									    : &rule->source;
	struct calico_where where;

	if (rule->family != IP_NONE || !reader->snapshot->has_v6)
		return false;
	where = calico_entity_where(reader, own, IP_NONE);
	return has_block(&where);
}

void calico_writer_add(struct calico_writer *writer, const struct calico_rule *rule)
{
	if (rule->is_log)
		return;
	if (!tells_families(writer->reader, rule)) {
		write_family(writer, rule, rule->family);
		return;
	}
	write_family(writer, rule, IP_V4);
	write_family(writer, rule, IP_V6);
}

void calico_writer_finish(struct calico_writer *writer)
{
	flush(writer);
	vec_release(&writer->rules);
}
