/* SPDX-License-Identifier: Apache-2.0 */
#include "base/port.h"

#include "base/strbuf.h"
#include "lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define SMALL 24 /* numbers that the comparison with flags uses */

/* Sets in a short hand: "TCP 80-90 UDP 53". */
static struct port_set set_of(const char *text)
{
	struct port_set set = {0};
	char name[16];
	unsigned int first;
	unsigned int last;
	int used;

	while (sscanf(text, "%15s %u-%u%n", name, &first, &last, &used) == 3) {
		struct port_range range = {.first = (uint16_t)first, .last = (uint16_t)last};

		while (strcmp(port_space_name(range.space), name) != 0)
			range.space++;
		port_set_add(&set, range);
		text += used;
	}
	return set;
}

static void print_set(const struct port_set *set, struct strbuf *buf)
{
	strbuf_clear(buf);
	for (size_t i = 0; i < set->n; i++)
		strbuf_printf(buf, "%s%s %u-%u", i ? " " : "",
			      port_space_name(set->ranges[i].space), set->ranges[i].first,
			      set->ranges[i].last);
}

/* What is added in this order becomes this minimal list. */
static const struct {
	const char *name;
	const char *added;
	const char *want;
} unions[] = {
	{"nothing", "", ""},
	{"one", "TCP 80-80", "TCP 80-80"},
	{"the same twice", "TCP 80-80 TCP 80-80", "TCP 80-80"},
	{"adjacent above", "TCP 80-80 TCP 81-90", "TCP 80-90"},
	{"adjacent below", "TCP 81-90 TCP 80-80", "TCP 80-90"},
	{"a gap of one", "TCP 80-80 TCP 82-82", "TCP 80-80 TCP 82-82"},
	{"the gap filled", "TCP 80-80 TCP 82-82 TCP 81-81", "TCP 80-82"},
	{"overlapping", "TCP 10-20 TCP 15-30", "TCP 10-30"},
	{"inside", "TCP 10-30 TCP 15-20", "TCP 10-30"},
	{"around", "TCP 15-20 TCP 10-30", "TCP 10-30"},
	{"over three", "TCP 1-2 TCP 5-6 TCP 9-10 TCP 2-9", "TCP 1-10"},
	{"order of adding", "UDP 53-53 TCP 90-90 TCP 10-10", "TCP 10-10 TCP 90-90 UDP 53-53"},
	{"edges of spaces do not touch", "TCP 65535-65535 UDP 0-0", "TCP 65535-65535 UDP 0-0"},
	{"a whole space", "SCTP 0-100 SCTP 101-65535", "SCTP 0-65535"},
	{"other protocols", "OTHER 47-47 OTHER 50-51", "OTHER 47-47 OTHER 50-51"},
	{"ICMP beside ICMPv6", "ICMPv6 32768-32768 ICMP 2048-2048",
	 "ICMP 2048-2048 ICMPv6 32768-32768"},
};

static const struct {
	const char *a;
	const char *b;
	const char *both;
	const char *a_only;
} pairs[] = {
	{"", "", "", ""},
	{"TCP 1-10", "", "", "TCP 1-10"},
	{"", "TCP 1-10", "", ""},
	{"TCP 1-10", "UDP 1-10", "", "TCP 1-10"},
	{"TCP 1-10", "TCP 5-5", "TCP 5-5", "TCP 1-4 TCP 6-10"},
	{"TCP 1-10", "TCP 1-5", "TCP 1-5", "TCP 6-10"},
	{"TCP 1-10", "TCP 5-10", "TCP 5-10", "TCP 1-4"},
	{"TCP 1-10", "TCP 0-65535", "TCP 1-10", ""},
	{"TCP 1-10 TCP 20-30", "TCP 5-25", "TCP 5-10 TCP 20-25", "TCP 1-4 TCP 26-30"},
	{"TCP 1-30", "TCP 5-6 TCP 9-9 TCP 30-40", "TCP 5-6 TCP 9-9 TCP 30-30",
	 "TCP 1-4 TCP 7-8 TCP 10-29"},
	{"TCP 0-65535 UDP 0-65535", "TCP 65535-65535 UDP 0-0", "TCP 65535-65535 UDP 0-0",
	 "TCP 0-65534 UDP 1-65535"},
};

static void check_unions(void)
{
	struct strbuf buf = {0};

	for (size_t i = 0; i < N(unions); i++) {
		struct port_set set = set_of(unions[i].added);

		print_set(&set, &buf);
		ok_str(strbuf_str(&buf), unions[i].want, "union: %s", unions[i].name);
		port_set_release(&set);
	}
	strbuf_release(&buf);
}

static void check_pair(size_t i, struct strbuf *buf)
{
	struct port_set a = set_of(pairs[i].a);
	struct port_set b = set_of(pairs[i].b);
	struct port_set result = {0};

	port_set_intersect(&a, &b, &result);
	print_set(&result, buf);
	ok_str(strbuf_str(buf), pairs[i].both, "both in '%s' and in '%s'", pairs[i].a, pairs[i].b);
	port_set_intersect(&b, &a, &result);
	print_set(&result, buf);
	ok_str(strbuf_str(buf), pairs[i].both, "and the other way round");
	port_set_subtract(&a, &b, &result);
	print_set(&result, buf);
	ok_str(strbuf_str(buf), pairs[i].a_only, "without the second");
	port_set_release(&result);
	port_set_release(&a);
	port_set_release(&b);
}

/* A set as one flag per number of two spaces: slow, and hard to get wrong. */
struct flags {
	bool is_in[2][SMALL];
};

static struct flags flags_of(const struct port_set *set)
{
	struct flags flags = {0};

	for (int space = 0; space < 2; space++) {
		for (uint16_t number = 0; number < SMALL; number++)
			flags.is_in[space][number] =
				port_set_contains(set, (enum port_space)space, number);
	}
	return flags;
}

static void fill_random(struct port_set *set, struct flags *flags)
{
	for (int n = rand() % 6; n > 0; n--) {
		uint16_t first = (uint16_t)(rand() % SMALL);
		uint16_t last = (uint16_t)(first + rand() % (SMALL - first));
		uint8_t space = (uint8_t)(rand() % 2);

		port_set_add(set, (struct port_range){space, first, last});
		for (uint16_t number = first; number <= last; number++)
			flags->is_in[space][number] = true;
	}
}

static bool is_minimal(const struct port_set *set)
{
	for (size_t i = 1; i < set->n; i++) {
		const struct port_range *a = &set->ranges[i - 1];
		const struct port_range *b = &set->ranges[i];

		if (a->space > b->space || (a->space == b->space && a->last + 1 >= b->first))
			return false;
	}
	return true;
}

static bool agrees(const struct flags *a, const struct flags *b, const struct port_set *got, int op)
{
	struct flags flags = flags_of(got);

	for (int space = 0; space < 2; space++) {
		for (int number = 0; number < SMALL; number++) {
			bool in_a = a->is_in[space][number];
			bool in_b = b->is_in[space][number];
			bool want = op == '|'   ? in_a || in_b
				    : op == '&' ? in_a && in_b
						: in_a && !in_b;

			if (flags.is_in[space][number] != want)
				return false;
		}
	}
	return is_minimal(got);
}

static bool random_round(void)
{
	struct port_set a = {0};
	struct port_set b = {0};
	struct port_set result = {0};
	struct flags flags_a = {0};
	struct flags flags_b = {0};
	bool is_good;

	fill_random(&a, &flags_a);
	fill_random(&b, &flags_b);
	port_set_intersect(&a, &b, &result);
	is_good = agrees(&flags_a, &flags_b, &result, '&');
	port_set_subtract(&a, &b, &result);
	is_good &= agrees(&flags_a, &flags_b, &result, '-');
	port_set_union(&a, &b);
	is_good &= agrees(&flags_a, &flags_b, &a, '|');
	port_set_release(&a);
	port_set_release(&b);
	port_set_release(&result);
	return is_good;
}

static void check_random(void)
{
	int n_good = 0;

	srand(7);
	for (int i = 0; i < 20000; i++)
		n_good += random_round();
	ok_int(n_good, 20000, "random sets agree with flags");
}

static void check_whole(void)
{
	struct port_set all = {0};
	struct port_set copy = {0};
	struct port_set hole = set_of("TCP 443-443");
	struct port_set rest = {0};

	port_set_add_all(&all);
	ok(port_set_is_all(&all), "all is all");
	ok(port_set_contains(&all, PORT_OTHER, 255), "protocol 255 is in it");
	port_set_copy(&copy, &all);
	ok(port_set_equal(&copy, &all) && port_set_hash(&copy) == port_set_hash(&all),
	   "a copy is equal and has the same hash");
	port_set_subtract(&all, &hole, &rest);
	ok(!port_set_is_all(&rest) && !port_set_equal(&rest, &all), "with a hole it is not");
	ok(port_set_hash(&rest) != port_set_hash(&all), "and has another hash");
	port_set_union(&rest, &hole);
	ok(port_set_is_all(&rest), "filled it is again");
	port_set_clear(&rest);
	ok(rest.n == 0 && !port_set_contains(&rest, PORT_TCP, 443), "cleared it is empty");
	port_set_release(&all);
	port_set_release(&copy);
	port_set_release(&hole);
	port_set_release(&rest);
}

static void check_spaces(void)
{
	static const struct {
		uint8_t protocol;
		const char *name;
	} rows[] = {{6, "TCP"},  {17, "UDP"},    {132, "SCTP"},
		    {1, "ICMP"}, {58, "ICMPv6"}, {47, "OTHER"}};

	for (size_t i = 0; i < N(rows); i++)
		ok_str(port_space_name(port_space_of(rows[i].protocol)), rows[i].name,
		       "protocol %u", rows[i].protocol);
	ok_int(port_space_last(PORT_OTHER), 255, "protocols end at 255");
	ok_int(port_space_last(PORT_ICMPV6), 65535, "type and code at 65535");
}

int main(void)
{
	struct strbuf buf = {0};

	check_unions();
	for (size_t i = 0; i < N(pairs); i++)
		check_pair(i, &buf);
	check_random();
	check_whole();
	check_spaces();
	strbuf_release(&buf);
	return tap_done();
}
