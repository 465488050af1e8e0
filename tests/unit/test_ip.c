/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include "lib/tap.h"

#include <errno.h>
#include <string.h>

#define ZEROS IP_PARSE_LEADING_ZEROS
#define HOST IP_PARSE_HOST_BITS
#define N(array) (sizeof(array) / sizeof((array)[0]))

/* As k8s.io/utils/net reads it; `canonical` NULL: refused. */
static const struct {
	const char *text;
	const char *canonical;
	unsigned int flags;
} addresses[] = {
	{"0.0.0.0", "0.0.0.0", 0},
	{"10.96.0.1", "10.96.0.1", 0},
	{"255.255.255.255", "255.255.255.255", 0},
	{"010.000.0.1", "10.0.0.1", ZEROS},
	{"0010.0.0.1", "10.0.0.1", ZEROS},
	{"08.0.0.1", "8.0.0.1", ZEROS},
	{"256.0.0.1", NULL, 0},
	{"4294967296.0.0.1", NULL, 0},
	{"1.2.3", NULL, 0},
	{"1.2.3.4.5", NULL, 0},
	{"1.2.3.", NULL, 0},
	{".1.2.3", NULL, 0},
	{"1..2.3", NULL, 0},
	{"1.2.3.4 ", NULL, 0},
	{" 1.2.3.4", NULL, 0},
	{"+1.2.3.4", NULL, 0},
	{"-1.2.3.4", NULL, 0},
	{"0x1.2.3.4", NULL, 0},
	{"1.2.3.a", NULL, 0},
	{"16909060", NULL, 0},
	{"", NULL, 0},
	{"1.2.3.4/32", NULL, 0},
	{"::", "::", 0},
	{"::1", "::1", 0},
	{"1::", "1::", 0},
	{"fd00:10:244::7", "fd00:10:244::7", 0},
	{"FD00::ABCD", "fd00::abcd", 0},
	{"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 0},
	{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", 0},
	{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", 0},
	{"1:0:0:2:0:0:0:3", "1:0:0:2::3", 0},
	{"1:0:0:2:3:0:0:4", "1::2:3:0:0:4", 0},
	{"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", 0},
	{"00001::", "1::", ZEROS},
	{"::ffff:10.0.0.1", "::ffff:10.0.0.1", 0},
	{"::ffff:a00:1", "::ffff:10.0.0.1", 0},
	{"64:ff9b::192.0.2.33", "64:ff9b::c000:221", 0},
	{"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", 0},
	{"::ffff:010.0.0.1", "::ffff:10.0.0.1", ZEROS},
	{"1:2:3:4:5:6:7:1.2.3.4", NULL, 0},
	{"::1.2.3.4:5", NULL, 0},
	{"1:2:3:4:5:6:7", NULL, 0},
	{"1:2:3:4:5:6:7:8:9", NULL, 0},
	{"1:2:3:4:5:6:7:8::", NULL, 0},
	{"1:2:3:4::5:6:7:8", NULL, 0},
	{"::1::", NULL, 0},
	{":::", NULL, 0},
	{":1", NULL, 0},
	{"1:", NULL, 0},
	{":", NULL, 0},
	{"12345::", NULL, 0},
	{"g::", NULL, 0},
	{"fe80::1%eth0", NULL, 0},
	{"[::1]", NULL, 0},
};

static const struct {
	const char *text;
	const char *canonical;
	unsigned int flags;
	const char *first;
	const char *last;
} cidrs[] = {
	{"10.0.0.0/8", "10.0.0.0/8", 0, "10.0.0.0", "10.255.255.255"},
	{"10.0.0.5/24", "10.0.0.5/24", HOST, "10.0.0.0", "10.0.0.255"},
	{"0.0.0.0/0", "0.0.0.0/0", 0, "0.0.0.0", "255.255.255.255"},
	{"1.2.3.4/32", "1.2.3.4/32", 0, "1.2.3.4", "1.2.3.4"},
	{"010.0.0.0/08", "10.0.0.0/8", ZEROS, "10.0.0.0", "10.255.255.255"},
	{"::/0", "::/0", 0, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"2001:db8::/32", "2001:db8::/32", 0,
	 "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
	{"2001:db8::1/64", "2001:db8::1/64", HOST, "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"},
	{"2001:db8::/65", "2001:db8::/65", 0, "2001:db8::", "2001:db8::7fff:ffff:ffff:ffff"},
	{"2001:db8::/63", "2001:db8::/63", 0, "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff"},
	{"::1/128", "::1/128", 0, "::1", "::1"},
	{"::ffff:10.0.0.0/104", "::ffff:10.0.0.0/104", 0, "::ffff:10.0.0.0",
	 "::ffff:10.255.255.255"},
	{"10.0.0.0", NULL, 0, NULL, NULL},
	{"10.0.0.0/", NULL, 0, NULL, NULL},
	{"10.0.0.0/33", NULL, 0, NULL, NULL},
	{"::/129", NULL, 0, NULL, NULL},
	{"10.0.0.0/-1", NULL, 0, NULL, NULL},
	{"10.0.0.0/+8", NULL, 0, NULL, NULL},
	{"10.0.0.0/8 ", NULL, 0, NULL, NULL},
	{"10.0.0.0/8/8", NULL, 0, NULL, NULL},
	{"10.0.0.0/255.0.0.0", NULL, 0, NULL, NULL},
	{"/8", NULL, 0, NULL, NULL},
	{"10.0.0/8", NULL, 0, NULL, NULL},
	{":/8", NULL, 0, NULL, NULL},
};

static const struct {
	const char *inner;
	const char *outer;
	bool is_within;
	bool is_strictly_within;
} nested[] = {
	{"10.1.0.0/16", "10.0.0.0/8", true, true},
	{"10.0.0.0/8", "10.0.0.0/8", true, false},
	{"10.0.0.1/8", "10.0.0.2/8", true, false},
	{"10.0.0.0/7", "10.0.0.0/8", false, false},
	{"11.0.0.0/16", "10.0.0.0/8", false, false},
	{"0.0.0.0/0", "::/0", false, false},
	{"::/1", "0.0.0.0/0", false, false},
	{"2001:db8:1::/48", "2001:db8::/32", true, true},
	{"2001:db8::/32", "2001:db8::/32", true, false},
	{"1.2.3.4/32", "0.0.0.0/0", true, true},
};

/* The special-purpose registries' blocks that are not global, and what stands at their borders. */
static const struct {
	const char *cidr;
	bool is_global;
} registry[] = {
	{"0.0.0.0/8", false},
	{"1.0.0.0/32", true},
	{"9.255.255.255/32", true},
	{"10.0.0.0/8", false},
	{"11.0.0.0/32", true},
	{"100.63.255.255/32", true},
	{"100.64.0.0/10", false},
	{"100.128.0.0/32", true},
	{"126.255.255.255/32", true},
	{"127.0.0.0/8", false},
	{"128.0.0.0/32", true},
	{"169.253.255.255/32", true},
	{"169.254.0.0/16", false},
	{"169.255.0.0/32", true},
	{"172.15.255.255/32", true},
	{"172.16.0.0/12", false},
	{"172.32.0.0/32", true},
	{"191.255.255.255/32", true},
	{"192.0.0.0/29", false},
	{"192.0.0.8/32", false},
	{"192.0.0.9/32", true},
	{"192.0.0.10/32", true},
	{"192.0.0.170/31", false},
	{"192.0.1.0/24", true},
	{"192.0.2.0/24", false},
	{"192.0.3.0/32", true},
	{"192.31.196.0/24", true},
	{"192.52.193.0/24", true},
	{"192.88.99.0/24", false},
	{"192.167.255.255/32", true},
	{"192.168.0.0/16", false},
	{"192.169.0.0/32", true},
	{"192.175.48.0/24", true},
	{"198.17.255.255/32", true},
	{"198.18.0.0/15", false},
	{"198.20.0.0/32", true},
	{"198.51.99.255/32", true},
	{"198.51.100.0/24", false},
	{"198.51.101.0/32", true},
	{"203.0.112.255/32", true},
	{"203.0.113.0/24", false},
	{"203.0.114.0/32", true},
	{"223.255.255.255/32", true},
	{"224.0.0.0/4", false},
	{"240.0.0.0/4", false},
	{"8.8.8.8/32", true},
	{"::/128", false},
	{"::1/128", false},
	{"::ffff:8.8.8.8/128", false},
	{"64:ff9b::/96", true},
	{"64:ff9b:1::/48", false},
	{"100::/64", false},
	{"100:0:0:1::/64", false},
	{"1fff::/16", false},
	{"2000::/32", false},
	{"2001::/32", false},
	{"2001:1::/128", false},
	{"2001:1::1/128", true},
	{"2001:1::2/128", true},
	{"2001:1::3/128", true},
	{"2001:1::4/128", false},
	{"2001:2::/48", false},
	{"2001:3::/32", true},
	{"2001:4:111::/48", false},
	{"2001:4:112::/48", true},
	{"2001:4:113::/48", false},
	{"2001:10::/28", false},
	{"2001:20::/28", true},
	{"2001:30::/28", true},
	{"2001:40::/28", false},
	{"2001:1ff::/32", false},
	{"2001:200::/32", true},
	{"2001:4860:4860::8888/128", true},
	{"2001:db7::/32", true},
	{"2001:db8::/32", false},
	{"2001:db9::/32", true},
	{"2002::/16", false},
	{"2003::/16", true},
	{"2620:4f:8000::/48", true},
	{"3ffe::/16", true},
	{"3fff::/20", false},
	{"3fff:1000::/20", true},
	{"4000::/3", false},
	{"5f00::/16", false},
	{"fc00::/7", false},
	{"fe80::/10", false},
	{"ff00::/8", false},
};

static void check_addresses(void)
{
	for (size_t i = 0; i < N(addresses); i++) {
		struct ip_addr addr = {.lo = 4711};
		unsigned int flags = 77;
		char buf[IP_TEXT_SIZE];
		int ret = ip_parse(addresses[i].text, &addr, &flags);

		if (!addresses[i].canonical) {
			ok(ret == -EINVAL && addr.lo == 4711 && flags == 77, "'%s' is no address",
			   addresses[i].text);
			continue;
		}
		ok_int(ret, 0, "'%s' is an address", addresses[i].text);
		ok_str(ip_format(&addr, buf), addresses[i].canonical, "and is printed");
		ok_int(flags, addresses[i].flags, "with these flags");
	}
}

static void check_cidr(size_t i)
{
	struct ip_cidr cidr = {.prefix_len = 99};
	char buf[IP_CIDR_TEXT_SIZE];
	struct ip_range range;
	unsigned int flags;
	int ret = ip_cidr_parse(cidrs[i].text, &cidr, &flags);

	if (!cidrs[i].canonical) {
		ok(ret == -EINVAL && cidr.prefix_len == 99, "'%s' is no CIDR", cidrs[i].text);
		return;
	}
	range = ip_cidr_range(&cidr);
	ok_int(ret, 0, "'%s' is a CIDR", cidrs[i].text);
	ok_str(ip_cidr_format(&cidr, buf), cidrs[i].canonical, "and is printed");
	ok_int(flags, cidrs[i].flags, "with these flags");
	ok_str(ip_format(&range.first, buf), cidrs[i].first, "its first address");
	ok_str(ip_format(&range.last, buf), cidrs[i].last, "its last address");
}

static void check_nested(void)
{
	for (size_t i = 0; i < N(nested); i++) {
		struct ip_cidr inner;
		struct ip_cidr outer;

		ip_cidr_parse(nested[i].inner, &inner, NULL);
		ip_cidr_parse(nested[i].outer, &outer, NULL);
		ok(ip_cidr_within(&inner, &outer, false) == nested[i].is_within, "%s in %s",
		   nested[i].inner, nested[i].outer);
		ok(ip_cidr_within(&inner, &outer, true) == nested[i].is_strictly_within,
		   "%s strictly in %s", nested[i].inner, nested[i].outer);
	}
}

static bool is_global(const struct ip_addr *addr)
{
	size_t n;
	const struct ip_range *ranges = ip_global_unicast(&n);

	for (size_t i = 0; i < n; i++)
		if (ip_range_contains(&ranges[i], addr))
			return true;
	return false;
}

static void check_registry(void)
{
	for (size_t i = 0; i < N(registry); i++) {
		struct ip_cidr cidr;
		struct ip_range range;

		if (ip_cidr_parse(registry[i].cidr, &cidr, NULL) < 0)
			bail("the test's own CIDR %s", registry[i].cidr);
		range = ip_cidr_range(&cidr);
		ok(is_global(&range.first) == registry[i].is_global &&
			   is_global(&range.last) == registry[i].is_global,
		   "%s is %s", registry[i].cidr, registry[i].is_global ? "global" : "not global");
	}
}

static void check_global_table(void)
{
	size_t n;
	const struct ip_range *ranges = ip_global_unicast(&n);
	bool is_ordered = n > 0;

	for (size_t i = 0; i < n; i++) {
		is_ordered &= ip_cmp(&ranges[i].first, &ranges[i].last) <= 0;
		is_ordered &= i == 0 || ip_cmp(&ranges[i - 1].last, &ranges[i].first) < 0;
	}
	ok(is_ordered, "the global ranges are sorted and disjoint");
}

static struct ip_addr parsed(const char *text)
{
	struct ip_addr addr;

	if (ip_parse(text, &addr, NULL) < 0)
		bail("the test's own address %s", text);
	return addr;
}

static void check_neighbours(void)
{
	static const struct {
		const char *addr;
		const char *next;
	} rows[] = {
		{"0.0.0.0", "0.0.0.1"},
		{"10.0.0.255", "10.0.1.0"},
		{"255.255.255.255", NULL},
		{"::ffff:ffff:ffff:ffff", "0:0:0:1::"},
		{"::", "::1"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct ip_addr addr = parsed(rows[i].addr);
		struct ip_addr other = addr;
		char buf[IP_TEXT_SIZE];

		ok(ip_next(&addr, &other) == (rows[i].next != NULL), "%s has a successor: %s",
		   rows[i].addr, rows[i].next ? "yes" : "no");
		ok_str(ip_format(&other, buf), rows[i].next ? rows[i].next : rows[i].addr, "that");
		if (!rows[i].next)
			continue;
		ok(ip_prev(&other, &other) && ip_equal(&other, &addr), "and back");
	}
	for (int family = 4; family <= 6; family += 2) {
		struct ip_addr lowest = ip_lowest((enum ip_family)family);

		ok(!ip_prev(&lowest, &lowest), "nothing is before the lowest of family %d", family);
	}
}

static void check_order(void)
{
	static const char *const sorted[] = {"0.0.0.0", "9.9.9.9", "10.0.0.0",  "255.255.255.255",
					     "::",      "::1",     "0:0:0:1::", "fd00::"};

	for (size_t i = 0; i < N(sorted); i++) {
		for (size_t j = 0; j < N(sorted); j++) {
			struct ip_addr a = parsed(sorted[i]);
			struct ip_addr b = parsed(sorted[j]);
			int cmp = ip_cmp(&a, &b);

			ok((cmp > 0) - (cmp < 0) == (i > j) - (i < j), "%s against %s", sorted[i],
			   sorted[j]);
		}
	}
}

static void check_bytes(void)
{
	struct ip_addr v4 = parsed("10.1.2.3");
	struct ip_addr v6 = parsed("2001:db8::a:b");
	uint8_t bytes[16];
	struct ip_addr back;

	ip_to_bytes(&v4, bytes);
	ok(memcmp(bytes, "\x0a\1\2\3\0\0\0\0\0\0\0\0\0\0\0\0", 16) == 0, "bytes of a v4 address");
	back = ip_from_bytes(IP_V4, bytes);
	ok(ip_equal(&v4, &back), "and back");
	ip_to_bytes(&v6, bytes);
	ok(memcmp(bytes, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x0a\0\x0b", 16) == 0,
	   "bytes of a v6 address");
	back = ip_from_bytes(IP_V6, bytes);
	ok(ip_equal(&v6, &back), "and back");
	back = ip_v4(0x0a010203);
	ok(ip_equal(&v4, &back), "v4 from host order");
}

int main(void)
{
	check_addresses();
	for (size_t i = 0; i < N(cidrs); i++)
		check_cidr(i);
	check_nested();
	check_registry();
	check_global_table();
	check_neighbours();
	check_order();
	check_bytes();
	return tap_done();
}
