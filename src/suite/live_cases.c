/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/live_cases.h"

#include "analyze/example.h"
#include "analyze/question.h"
#include "suite/ends.h"
#include "suite/ports.h"

#include <string.h>

#define MAX_GUESTS 64    /* pods that the input does not show */
#define MAX_ADDRESSES 16 /* of one side of a test */

/* Who stands for a side of a test on the wire. */
struct stand {
	const char *name;
	const struct model_pod *pod; /* NULL: an address outside */
	const char *why;             /* it cannot be there; or NULL */
};

struct stands {
	struct stand *items;
	size_t n;
	size_t cap;
};

/* The two sides of one test. */
struct listing {
	struct suite_live *live;
	const struct analyze_judge *judge;
	size_t test;
	const struct analyze_endpoint *ends[SUITE_N_SIDES];
	struct stands stands[SUITE_N_SIDES];
	bool has_sets;
};

/* As the lab is told: what it makes, it makes from the labels. */
static struct stand pod_stand(struct suite_live *live, const struct analyze_endpoint *endpoint,
			      const struct model_pod *pod)
{
	struct stand ret = {.pod = pod};

	if (endpoint->is_proxy) {
		ret.name = endpoint->id;
		ret.why = "the lab has no proxy of routes";
		return ret;
	}
	if (pod->origin != MODEL_HYPOTHETICAL) {
		ret.name = arena_printf(&live->arena, "%s/%s", pod->ns->name, pod->name);
		return ret;
	}
	ret.name = suite_unseen_text(live->suite, pod, &live->arena);
	if (!ret.name)
		ret.name = endpoint->id; /* that is how it was named */
	if (live->guests.n >= MAX_GUESTS &&
	    keyset_find(&live->guests, ret.name, strlen(ret.name)) == KEYSET_NONE)
		ret.why = "the lab makes no more pods that the input does not show";
	else
		keyset_intern(&live->guests, ret.name, strlen(ret.name), NULL);
	return ret;
}

/* A kind of address, and one that stands for it once some can. */
struct kind {
	uint32_t peer_class;
	bool has_example;
	struct ip_addr example;
	struct ip_range range;
};

struct kinds {
	struct kind *items;
	size_t n;
	size_t cap;
};

static bool is_taken(const void *snapshot, const struct ip_addr *addr)
{
	return analyze_is_known_address(snapshot, addr);
}

static void add_kind(struct kinds *kinds, const struct model_snapshot *snapshot,
		     const struct compile_range *of, struct ip_range range)
{
	struct kind *kind;
	size_t i = 0;

	while (i < kinds->n && kinds->items[i].peer_class != of->peer_class)
		i++;
	if (i == kinds->n)
		vec_push(kinds, ((struct kind){.peer_class = of->peer_class, .range = range}));
	kind = &kinds->items[i];
	if (!kind->has_example)
		kind->has_example =
			analyze_example_address(range, is_taken, snapshot, &kind->example);
}

static void list_kinds(const struct listing *listing, const struct ip_range *within,
		       struct kinds *ret)
{
	size_t n;
	const struct compile_range *ranges =
		compile_ranges(listing->judge->world, within->first.family, &n);

	for (size_t i = 0; i < n; i++) {
		struct ip_range range = ranges[i].range;

		if (ip_cmp(&range.first, &within->first) < 0)
			range.first = within->first;
		if (ip_cmp(&range.last, &within->last) > 0)
			range.last = within->last;
		if (ip_cmp(&range.first, &range.last) <= 0)
			add_kind(ret, listing->judge->snapshot, &ranges[i], range);
	}
}

static bool has_family(const struct analyze_endpoint *endpoint, uint8_t family)
{
	for (uint32_t i = 0; i < endpoint->n_pods; i++)
		for (uint32_t k = 0; k < endpoint->pods[i]->n_ips; k++)
			if (endpoint->pods[i]->ips[k].family == family)
				return true;
	return false;
}

static struct stand kind_stand(struct suite_live *live, const struct kind *kind, size_t number)
{
	struct stand ret = {0};
	char text[IP_TEXT_SIZE];

	if (!kind->has_example)
		ret.why = "no host outside can have such an address";
	else if (number >= MAX_ADDRESSES)
		ret.why = "the lab has no more addresses outside for one test";
	ret.name = ret.why ? analyze_range_id(&kind->range, &live->arena)
			   : arena_strdup(&live->arena, ip_format(&kind->example, text));
	return ret;
}

/* Of a family that nobody at the other side has, there is no connection. */
static void list_addresses(struct listing *listing, enum suite_side side, struct stands *ret)
{
	const struct analyze_endpoint *endpoint = listing->ends[side];
	struct kinds kinds = {0};

	for (int family = 0; family < 2; family++) {
		for (uint32_t i = 0; i < endpoint->n_ranges; i++)
			if (endpoint->ranges[i].first.family == (family ? IP_V6 : IP_V4) &&
			    has_family(listing->ends[!side], endpoint->ranges[i].first.family))
				list_kinds(listing, &endpoint->ranges[i], &kinds);
		for (size_t i = 0; i < kinds.n; i++) {
			const struct stand stand =
				kind_stand(listing->live, &kinds.items[i], ret->n);

			vec_push(ret, stand);
		}
		vec_clear(&kinds);
	}
	vec_release(&kinds);
}

static void list_stands(struct listing *listing, enum suite_side side, struct stands *ret)
{
	const struct analyze_endpoint *endpoint = listing->ends[side];

	for (uint32_t i = 0; i < endpoint->n_pods; i++)
		vec_push(ret, pod_stand(listing->live, endpoint, endpoint->pods[i]));
	list_addresses(listing, side, ret);
}

static void add_case(struct listing *listing, const struct suite_case *item)
{
	struct suite_live *live = listing->live;
	const char *key = arena_printf(&live->arena, "%s %s %s", item->from, item->to,
				       item->port ? item->port : "");
	bool is_new;
	const uint32_t number = keyset_intern(&live->known, key, strlen(key), &is_new);

	if (is_new)
		vec_push(&live->cases, *item);
	vec_push(&live->results.items[listing->test].cases, number);
}

static void add_port(struct listing *listing, struct suite_case item, struct port_range range)
{
	const struct analyze_port port = {.range = range};

	item.port = analyze_port_format(&port, &listing->live->arena);
	add_case(listing, &item);
}

/* The ends of each range: what is between them is one to the rules or not, as the engine says. */
static void add_ports(struct listing *listing, const struct suite_case *item,
		      const struct port_set *ports)
{
	for (size_t i = 0; i < ports->n; i++) {
		struct port_range first = ports->ranges[i], last = first;

		first.first += !first.first && first.space <= PORT_SCTP;
		if (first.space <= PORT_SCTP) {
			first.last = first.first;
			last.first = last.last;
		}
		add_port(listing, *item, first);
		if (last.first > first.first)
			add_port(listing, *item, last);
	}
}

/* NULL, or why the two cannot be brought together. */
static const char *why_not(const struct stand *from, const struct stand *to)
{
	if (from->why || to->why)
		return from->why ? from->why : to->why;
	/* A node's own pods are open to it, and the lab would put both on one. */
	if (from->pod && to->pod && from->pod->host_network && !(from->pod->node && to->pod->node))
		return "the input does not say which nodes they are on";
	return NULL;
}

static void list_pair(struct listing *listing, const struct stand *from, const struct stand *to)
{
	const struct suite_test *test = &listing->live->suite->tests.items[listing->test];
	const struct suite_case item = {
		.from = from->name, .to = to->name, .why = why_not(from, to)};

	for (uint32_t i = 0; i < test->n_ports; i++) {
		struct port_set ports = {0};

		if (test->ports[i].is_any) {
			add_case(listing, &item);
			continue;
		}
		suite_ports_at(listing->ends[SUITE_TO], &test->ports[i], to->pod, &ports);
		add_ports(listing, &item, &ports);
		port_set_release(&ports);
	}
}

void suite_list_cases(struct suite_live *live, const struct analyze_judge *judge, size_t test)
{
	struct listing listing = {.live = live, .judge = judge, .test = test};

	for (int side = 0; side < SUITE_N_SIDES; side++) {
		listing.ends[side] = live->suite->ends[side].items[test].whole;
		listing.has_sets |= live->suite->ends[side].items[test].is_set;
	}
	for (int side = 0; side < SUITE_N_SIDES; side++)
		list_stands(&listing, side, &listing.stands[side]);
	for (size_t i = 0; i < listing.stands[SUITE_FROM].n; i++)
		for (size_t k = 0; k < listing.stands[SUITE_TO].n; k++) {
			const struct stand *from = &listing.stands[SUITE_FROM].items[i];
			const struct stand *to = &listing.stands[SUITE_TO].items[k];

			/* What a pod sends to itself is no matter of policies. */
			if (!listing.has_sets || !from->pod || from->pod != to->pod)
				list_pair(&listing, from, to);
		}
	vec_release(&listing.stands[SUITE_FROM]);
	vec_release(&listing.stands[SUITE_TO]);
}
