/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The grammar is that of the API server: k8s.io/utils/net ParseIPSloppy and ParseCIDRSloppy. */

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static int hex_value(char ch)
{
	if (is_digit(ch))
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* A decimal number up to `max` at *text, which is moved behind it. False: none, or too big. */
static bool scan_decimal(const char **text, uint32_t max, uint32_t *ret_number, unsigned int *flags)
{
	const char *p = *text;
	uint32_t number = 0;

	if (!is_digit(*p))
		return false;
	if (p[0] == '0' && is_digit(p[1]))
		*flags |= IP_PARSE_LEADING_ZEROS;
	for (; is_digit(*p); p++) {
		number = number * 10 + (uint32_t)(*p - '0');
		if (number > max)
			return false;
	}
	*text = p;
	*ret_number = number;
	return true;
}

/* Four octets up to the end of the text or `end`. */
static bool parse_v4(const char *text, const char *end, uint32_t *ret_value, unsigned int *flags)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t octet;

		if (i > 0 && *text++ != '.')
			return false;
		if (!scan_decimal(&text, 255, &octet, flags))
			return false;
		value = value << 8 | octet;
	}
	*ret_value = value;
	return text == end;
}

/* What was read of a v6 address: 16-bit groups, and where "::" stands. */
struct v6_groups {
	uint16_t group[8];
	int n;
	int gap; /* groups before "::", or -1 */
};

/*
 * Leading zeros beyond four digits are read, as Go did before netip and the API server still does.
 */
static bool scan_group(const char **text, uint16_t *ret_group, unsigned int *flags)
{
	const char *p = *text;
	uint32_t group = 0;

	for (; hex_value(*p) >= 0; p++) {
		group = group << 4 | (uint32_t)hex_value(*p);
		if (group > 0xffff)
			return false;
	}
	if (p == *text)
		return false;
	if (p - *text > 4)
		*flags |= IP_PARSE_LEADING_ZEROS;
	*text = p;
	*ret_group = (uint16_t)group;
	return true;
}

static bool is_dotted(const char *text, const char *end)
{
	while (text < end && is_digit(*text))
		text++;
	return text < end && *text == '.';
}

/* The last 32 bits in dotted form. */
static bool add_v4_tail(struct v6_groups *groups, const char *text, const char *end,
			unsigned int *flags)
{
	uint32_t value;

	if (groups->n > 6 || !parse_v4(text, end, &value, flags))
		return false;
	groups->group[groups->n++] = (uint16_t)(value >> 16);
	groups->group[groups->n++] = (uint16_t)value;
	return true;
}

static bool scan_groups(const char *text, const char *end, struct v6_groups *groups,
			unsigned int *flags)
{
	if (text[0] == ':') {
		if (text[1] != ':')
			return false;
		groups->gap = 0;
		text += 2;
	}
	while (text < end) {
		if (is_dotted(text, end))
			return add_v4_tail(groups, text, end, flags);
		if (groups->n == 8 || !scan_group(&text, &groups->group[groups->n], flags))
			return false;
		groups->n++;
		if (text == end)
			break;
		if (*text++ != ':' || text == end)
			return false;
		if (*text == ':') {
			if (groups->gap >= 0)
				return false;
			groups->gap = groups->n;
			text++;
		}
	}
	return true;
}

static bool parse_v6(const char *text, const char *end, struct ip_addr *ret_addr,
		     unsigned int *flags)
{
	struct v6_groups groups = {.gap = -1};
	struct ip_addr addr = {.family = IP_V6};
	int missing;

	if (!scan_groups(text, end, &groups, flags))
		return false;
	missing = 8 - groups.n;
	if (groups.gap < 0 ? missing != 0 : missing == 0) /* "::" stands for one group at least */
		return false;
	for (int i = 0; i < groups.n; i++) {
		int place = groups.gap >= 0 && i >= groups.gap ? i + missing : i;
		uint64_t bits = (uint64_t)groups.group[i] << (48 - place % 4 * 16);

		if (place < 4)
			addr.hi |= bits;
		else
			addr.lo |= bits;
	}
	*ret_addr = addr;
	return true;
}

static bool parse_addr(const char *text, const char *end, struct ip_addr *ret_addr,
		       unsigned int *flags)
{
	uint32_t value;

	if (memchr(text, ':', (size_t)(end - text)))
		return parse_v6(text, end, ret_addr, flags);
	if (!parse_v4(text, end, &value, flags))
		return false;
	*ret_addr = ip_v4(value);
	return true;
}

int ip_parse(const char *text, struct ip_addr *ret_addr, unsigned int *ret_flags)
{
	unsigned int flags = 0;
	struct ip_addr addr;

	if (!parse_addr(text, text + strlen(text), &addr, &flags))
		return -EINVAL;
	*ret_addr = addr;
	if (ret_flags)
		*ret_flags = flags;
	return 0;
}

static uint32_t family_bits(uint8_t family)
{
	return family == IP_V4 ? 32 : 128;
}

int ip_cidr_parse(const char *text, struct ip_cidr *ret_cidr, unsigned int *ret_flags)
{
	const char *slash = strchr(text, '/');
	unsigned int flags = 0;
	struct ip_range range;
	struct ip_cidr cidr;
	uint32_t prefix_len;

	if (!slash || !parse_addr(text, slash, &cidr.addr, &flags))
		return -EINVAL;
	text = slash + 1;
	if (!scan_decimal(&text, family_bits(cidr.addr.family), &prefix_len, &flags) || *text)
		return -EINVAL;

	cidr.prefix_len = (uint8_t)prefix_len;
	range = ip_cidr_range(&cidr);
	if (!ip_equal(&range.first, &cidr.addr))
		flags |= IP_PARSE_HOST_BITS;
	*ret_cidr = cidr;
	if (ret_flags)
		*ret_flags = flags;
	return 0;
}

static void format_v4(uint32_t value, char *buf, size_t size)
{
	snprintf(buf, size, "%u.%u.%u.%u", value >> 24, value >> 16 & 255, value >> 8 & 255,
		 value & 255);
}

static uint16_t group_of(const struct ip_addr *addr, int i)
{
	return (uint16_t)((i < 4 ? addr->hi : addr->lo) >> (48 - i % 4 * 16));
}

/* The first longest run of at least two zero groups (RFC 5952, section 4.2). */
static void longest_zero_run(const struct ip_addr *addr, int *ret_start, int *ret_len)
{
	int len = 0;

	*ret_start = -1;
	*ret_len = 1;
	for (int i = 0; i < 8; i++) {
		len = group_of(addr, i) ? 0 : len + 1;
		if (len > *ret_len) {
			*ret_len = len;
			*ret_start = i - len + 1;
		}
	}
}

static void format_v6(const struct ip_addr *addr, char *buf)
{
	char *end = buf + IP_TEXT_SIZE;
	int zeros_at;
	int n_zeros;

	if (addr->hi == 0 && addr->lo >> 32 == 0xffff) {
		memcpy(buf, "::ffff:", 7);
		format_v4((uint32_t)addr->lo, buf + 7, IP_TEXT_SIZE - 7);
		return;
	}
	longest_zero_run(addr, &zeros_at, &n_zeros);
	for (int i = 0; i < 8; i++) {
		if (i == zeros_at) {
			buf += snprintf(buf, (size_t)(end - buf), "::");
			i += n_zeros - 1;
			continue;
		}
		buf += snprintf(buf, (size_t)(end - buf), "%s%x",
				i && i != zeros_at + n_zeros ? ":" : "", group_of(addr, i));
	}
}

const char *ip_format(const struct ip_addr *addr, char *buf)
{
	assert(addr->family == IP_V4 || addr->family == IP_V6);
	if (addr->family == IP_V4)
		format_v4((uint32_t)addr->lo, buf, IP_TEXT_SIZE);
	else
		format_v6(addr, buf);
	return buf;
}

const char *ip_cidr_format(const struct ip_cidr *cidr, char *buf)
{
	size_t len = strlen(ip_format(&cidr->addr, buf));

	snprintf(buf + len, IP_CIDR_TEXT_SIZE - len, "/%u", cidr->prefix_len);
	return buf;
}

int ip_cmp(const struct ip_addr *a, const struct ip_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return 0;
}

bool ip_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return ip_cmp(a, b) == 0;
}

bool ip_next(const struct ip_addr *addr, struct ip_addr *ret_next)
{
	struct ip_addr highest = ip_highest(addr->family);
	struct ip_addr next = *addr;

	if (ip_equal(addr, &highest))
		return false;
	if (++next.lo == 0)
		next.hi++;
	*ret_next = next;
	return true;
}

bool ip_prev(const struct ip_addr *addr, struct ip_addr *ret_prev)
{
	struct ip_addr lowest = ip_lowest(addr->family);
	struct ip_addr prev = *addr;

	if (ip_equal(addr, &lowest))
		return false;
	if (prev.lo-- == 0)
		prev.hi--;
	*ret_prev = prev;
	return true;
}

struct ip_addr ip_lowest(enum ip_family family)
{
	assert(family == IP_V4 || family == IP_V6);
	return (struct ip_addr){.family = (uint8_t)family};
}

struct ip_addr ip_highest(enum ip_family family)
{
	assert(family == IP_V4 || family == IP_V6);
	if (family == IP_V4)
		return ip_v4(UINT32_MAX);
	return (struct ip_addr){.hi = UINT64_MAX, .lo = UINT64_MAX, .family = IP_V6};
}

/* The low `n` bits set; n may be 64. */
static uint64_t low_bits(uint32_t n)
{
	return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

struct ip_range ip_cidr_range(const struct ip_cidr *cidr)
{
	uint32_t n_host_bits = family_bits(cidr->addr.family) - cidr->prefix_len;
	uint64_t lo = low_bits(n_host_bits);
	uint64_t hi = n_host_bits > 64 ? low_bits(n_host_bits - 64) : 0;
	struct ip_range range = {cidr->addr, cidr->addr};

	assert(cidr->prefix_len <= family_bits(cidr->addr.family));
	range.first.hi &= ~hi;
	range.first.lo &= ~lo;
	range.last.hi |= hi;
	range.last.lo |= lo;
	return range;
}

bool ip_range_precedes(const struct ip_range *range, const struct ip_range *next)
{
	struct ip_addr after;

	return ip_next(&range->last, &after) && ip_equal(&after, &next->first);
}

bool ip_range_contains(const struct ip_range *range, const struct ip_addr *addr)
{
	return ip_cmp(&range->first, addr) <= 0 && ip_cmp(addr, &range->last) <= 0;
}

bool ip_cidr_within(const struct ip_cidr *inner, const struct ip_cidr *outer, bool strict)
{
	struct ip_range range = ip_cidr_range(outer);

	if (inner->prefix_len < outer->prefix_len + (strict ? 1 : 0))
		return false;
	return ip_range_contains(&range, &inner->addr);
}

void ip_to_bytes(const struct ip_addr *addr, uint8_t bytes[16])
{
	if (addr->family == IP_V4) {
		memset(bytes, 0, 16);
		for (int i = 0; i < 4; i++)
			bytes[i] = (uint8_t)(addr->lo >> (24 - i * 8));
		return;
	}
	for (int i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(addr->hi >> (56 - i * 8));
		bytes[i + 8] = (uint8_t)(addr->lo >> (56 - i * 8));
	}
}

struct ip_addr ip_from_bytes(enum ip_family family, const uint8_t bytes[16])
{
	struct ip_addr addr = {.family = (uint8_t)family};

	if (family == IP_V4) {
		for (int i = 0; i < 4; i++)
			addr.lo = addr.lo << 8 | bytes[i];
		return addr;
	}
	for (int i = 0; i < 8; i++) {
		addr.hi = addr.hi << 8 | bytes[i];
		addr.lo = addr.lo << 8 | bytes[i + 8];
	}
	return addr;
}

/*
 * What is left of unicast space when the blocks that the IANA special-purpose address registries
 * call not globally reachable (or, as 6to4 and Teredo, only relayed) are taken out; of v6 only what
 * is allocated as global unicast (2000::/3) and the NAT64 prefix. Registries as of 2024-10.
 */
#define V4(a, b, c, d) \
	{ \
		.lo = (uint64_t)(a) << 24 | (b) << 16 | (c) << 8 | (d), .family = IP_V4 \
	}
#define V6(high, low) \
	{ \
		.hi = (high), .lo = (low), .family = IP_V6 \
	}

static const struct ip_range global_unicast[] = {
	{V4(1, 0, 0, 0), V4(9, 255, 255, 255)},
	{V4(11, 0, 0, 0), V4(100, 63, 255, 255)},
	{V4(100, 128, 0, 0), V4(126, 255, 255, 255)},
	{V4(128, 0, 0, 0), V4(169, 253, 255, 255)},
	{V4(169, 255, 0, 0), V4(172, 15, 255, 255)},
	{V4(172, 32, 0, 0), V4(191, 255, 255, 255)},
	{V4(192, 0, 0, 9), V4(192, 0, 0, 10)},
	{V4(192, 0, 1, 0), V4(192, 0, 1, 255)},
	{V4(192, 0, 3, 0), V4(192, 88, 98, 255)},
	{V4(192, 88, 100, 0), V4(192, 167, 255, 255)},
	{V4(192, 169, 0, 0), V4(198, 17, 255, 255)},
	{V4(198, 20, 0, 0), V4(198, 51, 99, 255)},
	{V4(198, 51, 101, 0), V4(203, 0, 112, 255)},
	{V4(203, 0, 114, 0), V4(223, 255, 255, 255)},
	/* NAT64 */
	{V6(0x0064ff9b00000000, 0), V6(0x0064ff9b00000000, 0xffffffff)},
	/* the anycast addresses, AMT, AS112, ORCHIDv2 and DRIP inside 2001::/23 */
	{V6(0x2001000100000000, 1), V6(0x2001000100000000, 3)},
	{V6(0x2001000300000000, 0), V6(0x20010003ffffffff, UINT64_MAX)},
	{V6(0x2001000401120000, 0), V6(0x200100040112ffff, UINT64_MAX)},
	{V6(0x2001002000000000, 0), V6(0x2001003fffffffff, UINT64_MAX)},
	/* between IETF assignments, documentation, 6to4 and the newer documentation block */
	{V6(0x2001020000000000, 0), V6(0x20010db7ffffffff, UINT64_MAX)},
	{V6(0x20010db900000000, 0), V6(0x2001ffffffffffff, UINT64_MAX)},
	{V6(0x2003000000000000, 0), V6(0x3ffeffffffffffff, UINT64_MAX)},
	{V6(0x3fff100000000000, 0), V6(0x3fffffffffffffff, UINT64_MAX)},
};

const struct ip_range *ip_global_unicast(size_t *ret_n)
{
	*ret_n = sizeof(global_unicast) / sizeof(global_unicast[0]);
	return global_unicast;
}
