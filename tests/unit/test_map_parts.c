/* SPDX-License-Identifier: Apache-2.0 */
/* What a map is made of: port sets by number, unions of ranges, lists of references. */
#include "analyze/map_build.h"
#include "analyze/refs.h"
#include "lib/random.h"
#include "lib/tap.h"

#include <string.h>

static void random_set(struct random *random, struct port_set *set)
{
	port_set_clear(set);
	for (uint32_t i = random_below(random, 4); i > 0; i--) {
		const uint16_t first = (uint16_t)random_below(random, 20);

		port_set_add(set, (struct port_range){(uint8_t)random_below(random, 2), first,
						      (uint16_t)(first + random_below(random, 5))});
	}
}

static void check_portsets(struct random *random)
{
	struct analyze_portsets sets;
	struct port_set a = {0}, b = {0}, expected = {0};
	uint32_t n_wrong = 0;

	analyze_portsets_init(&sets);
	ok(port_set_is_all(analyze_portsets_get(&sets, ANALYZE_PORTS_ALL)), "all is all");
	ok_int(analyze_portsets_get(&sets, ANALYZE_PORTS_NONE)->n, 0, "none is none");
	for (int i = 0; i < 2000; i++) {
		uint32_t x, y, both;

		random_set(random, &a);
		random_set(random, &b);
		x = analyze_portsets_add(&sets, &a);
		y = random_chance(random, 5) ? random_below(random, 2)
					     : analyze_portsets_add(&sets, &b);
		port_set_copy(&b, analyze_portsets_get(&sets, y));
		n_wrong += !port_set_equal(&a, analyze_portsets_get(&sets, x));
		n_wrong += port_set_equal(&a, &b) != (x == y);
		both = analyze_portsets_intersect(&sets, x, y);
		port_set_intersect(&a, &b, &expected);
		n_wrong += !port_set_equal(&expected, analyze_portsets_get(&sets, both));
		both = analyze_portsets_union(&sets, x, y);
		port_set_union(&b, &a);
		n_wrong += !port_set_equal(&b, analyze_portsets_get(&sets, both));
	}
	ok_int(n_wrong, 0, "numbers stand for what the sets are");
	port_set_release(&a);
	port_set_release(&b);
	port_set_release(&expected);
	analyze_portsets_release(&sets);
}

static uint32_t port_number(struct analyze_portsets *sets, uint16_t port)
{
	struct port_set set = {0};
	uint32_t number;

	port_set_add(&set, (struct port_range){PORT_TCP, port, port});
	number = analyze_portsets_add(sets, &set);
	port_set_release(&set);
	return number;
}

enum { N_PORTS = 10, N_TEXTS = 3, CERTAIN = 1 << N_TEXTS };

/* By port: 0, CERTAIN, or a bit for each condition. */
struct access {
	unsigned char port[N_PORTS];
};

static uint32_t make_access(struct analyze_portsets *sets, struct random *random,
			    struct access *ret)
{
	static const char *const texts[N_TEXTS] = {"c", "a", "b"};
	uint32_t number = ANALYZE_PORTS_NONE;

	for (uint16_t port = 0; port < N_PORTS; port++) {
		struct port_set set = {0};
		const char *chosen[N_TEXTS];
		size_t n = 0;

		ret->port[port] = (unsigned char)random_below(random, CERTAIN + 1);
		for (int i = 0; i < N_TEXTS; i++)
			if (ret->port[port] & 1 << i)
				chosen[n++] = texts[i];
		port_set_add(&set, (struct port_range){PORT_TCP, port, port});
		if (ret->port[port] == CERTAIN)
			number = analyze_portsets_union(sets, number,
							analyze_portsets_add(sets, &set));
		else if (n)
			number = analyze_portsets_union(
				sets, number,
				analyze_portsets_add_conditional(sets, &set, chosen, n));
		port_set_release(&set);
	}
	return number;
}

static struct access read_access(const struct analyze_portsets *sets, uint32_t number)
{
	const struct analyze_portset *set = analyze_portsets_whole(sets, number);
	struct access ret = {0};

	for (uint16_t port = 0; port < N_PORTS; port++) {
		if (port_set_contains(&set->ports, PORT_TCP, port))
			ret.port[port] = CERTAIN;
		for (uint32_t i = 0; i < set->n_parts; i++) {
			const uint32_t conditions = set->parts[i].conditions;

			if (!port_set_contains(analyze_portsets_get(sets, set->parts[i].ports),
					       PORT_TCP, port))
				continue;
			for (size_t k = 0; k < analyze_portsets_n_texts(sets, conditions); k++)
				ret.port[port] |=
					(unsigned char)(1 << strcspn("cab",
								     analyze_portsets_text(
									     sets, conditions, k)));
		}
	}
	return ret;
}

/* What depends on conditions, against one set of bits for each port. */
static void check_conditions(struct random *random)
{
	struct analyze_portsets sets;
	uint32_t n_wrong = 0;

	analyze_portsets_init(&sets);
	for (int i = 0; i < 500; i++) {
		struct access a, b, expected, got;
		const uint32_t x = make_access(&sets, random, &a);
		const uint32_t y = make_access(&sets, random, &b);

		for (int port = 0; port < N_PORTS; port++)
			expected.port[port] = a.port[port] == CERTAIN || b.port[port] == CERTAIN
						      ? CERTAIN
						      : a.port[port] | b.port[port];
		got = read_access(&sets, analyze_portsets_union(&sets, x, y));
		n_wrong += memcmp(&got, &expected, sizeof(got)) != 0;
		for (int port = 0; port < N_PORTS; port++)
			expected.port[port] = !a.port[port] || !b.port[port] ? 0
					      : a.port[port] == CERTAIN      ? b.port[port]
					      : b.port[port] == CERTAIN
						      ? a.port[port]
						      : a.port[port] | b.port[port];
		got = read_access(&sets, analyze_portsets_intersect(&sets, x, y));
		n_wrong += memcmp(&got, &expected, sizeof(got)) != 0;
		got = read_access(&sets, x);
		n_wrong += memcmp(&got, &a, sizeof(got)) != 0;
	}
	ok_int(n_wrong, 0, "conditions go through unions and intersections");
	analyze_portsets_release(&sets);
}

#define SPACE 256

/*
 * Ranges of the first and the last addresses of a family, against one bit for each address and
 * port.
 */
static void check_union(struct random *random, bool is_last)
{
	struct analyze_portsets sets;
	struct analyze_map_ranges ranges = {0};
	uint8_t expected[SPACE] = {0}, got[SPACE] = {0};
	const uint32_t base = is_last ? UINT32_MAX - SPACE + 1 : 0;
	bool is_apart = true;

	analyze_portsets_init(&sets);
	for (uint32_t i = random_below(random, 8); i > 0; i--) {
		const uint32_t first = random_below(random, SPACE);
		const uint32_t last = random_between(random, first, SPACE - 1);
		const uint16_t port = (uint16_t)random_below(random, 4);

		for (uint32_t at = first; at <= last; at++)
			expected[at] |= 1u << port;
		vec_push(&ranges,
			 ((struct analyze_map_range){{ip_v4(base + first), ip_v4(base + last)},
						     port_number(&sets, port)}));
	}
	map_ranges_unite(&sets, &ranges);
	for (size_t i = 0; i < ranges.n; i++) {
		const struct port_set *set = analyze_portsets_get(&sets, ranges.items[i].ports);
		const uint64_t last = ranges.items[i].range.last.lo;

		if (i + 1 < ranges.n && ranges.items[i + 1].range.first.lo == last + 1)
			is_apart &= ranges.items[i].ports != ranges.items[i + 1].ports;
		for (uint64_t at = ranges.items[i].range.first.lo; at <= last; at++)
			for (uint16_t port = 0; port < 4; port++)
				if (port_set_contains(set, PORT_TCP, port))
					got[at - base] |= 1u << port;
	}
	ok(memcmp(expected, got, sizeof(got)) == 0 && is_apart, "a union of %zu ranges", ranges.n);
	vec_release(&ranges);
	analyze_portsets_release(&sets);
}

static void check_refs(void)
{
	struct policy policies[2] = {{.index = 0}, {.index = 1}};
	struct policy_rule rules[2] = {{.policy = &policies[1], .index = 0},
				       {.policy = &policies[1], .index = 1}};
	struct analyze_refs refs = {0}, some = {0};

	for (int i = 0; i < 1000; i++) {
		analyze_refs_add(&refs,
				 (struct analyze_ref){&policies[1], &rules[1], ANALYZE_NEAR_PEER});
		analyze_refs_add(&refs, (struct analyze_ref){&policies[1], &rules[0], 0});
		analyze_refs_add(&refs, (struct analyze_ref){&policies[1], NULL, 0});
		analyze_refs_add(&refs, (struct analyze_ref){&policies[0], NULL, 0});
		analyze_refs_add(&refs,
				 (struct analyze_ref){&policies[1], &rules[1], ANALYZE_NEAR_PORT});
	}
	ok(refs.n < 1000, "repetitions are dropped on the way");
	analyze_refs_order(&refs);
	ok_int(refs.n, 4, "each once");
	ok(refs.items[0].policy == &policies[0] && refs.items[1].rule == NULL &&
		   refs.items[2].rule == &rules[0] && refs.items[3].rule == &rules[1],
	   "by policy, the policy as a whole first, then by rule");
	ok_int(refs.items[3].near, ANALYZE_NEAR_PORT, "the nearest miss stays");
	analyze_refs_add(&some, refs.items[0]);
	analyze_refs_add(&some, refs.items[2]);
	analyze_refs_remove(&refs, &some);
	ok_int(refs.n, 2, "what is elsewhere is removed");
	ok(refs.items[0].rule == NULL && refs.items[1].rule == &rules[1], "and nothing else");
	analyze_refs_release(&refs);
	analyze_refs_release(&some);
}

int main(void)
{
	struct random random = {.state = random_seed()};

	diag("BULKHEAD_SEED=%llu", (unsigned long long)random.state);
	check_portsets(&random);
	check_conditions(&random);
	for (int i = 0; i < 200; i++)
		check_union(&random, i % 2);
	check_refs();
	return tap_done();
}
