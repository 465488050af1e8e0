/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/regex.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define REPEAT_MAX 1000
#define DEPTH_MAX 250 /* of groups; Go has 1000, and a limit of the size before that */

/* What stands between two brackets, as far as repetition cares. */
struct group {
	uint32_t repeats;      /* of what is repeated most in it */
	uint32_t last_repeats; /* of its last atom */
	bool has_atom;         /* there is one to repeat */
	bool is_repeated;      /* it is repeated already */
};

struct checker {
	const char *at;
	const char *problem; /* NULL: none so far */
	struct group groups[DEPTH_MAX + 1];
	size_t depth;
};

static void fail(struct checker *c, const char *problem)
{
	if (!c->problem)
		c->problem = problem;
}

static struct group *group(struct checker *c)
{
	return &c->groups[c->depth];
}

static void add_atom(struct checker *c, uint32_t repeats)
{
	struct group *g = group(c);

	g->has_atom = true;
	g->is_repeated = false;
	g->last_repeats = repeats;
	if (g->repeats < repeats)
		g->repeats = repeats;
}

static void skip_hex(struct checker *c)
{
	uint32_t value = 0;
	int n = 0;

	if (*c->at != '{') {
		if (!isxdigit((unsigned char)c->at[0]) || !isxdigit((unsigned char)c->at[1]))
			fail(c, "has an invalid escape sequence");
		else
			c->at += 2;
		return;
	}
	for (c->at++; isxdigit((unsigned char)*c->at); c->at++, n++) {
		const int digit = tolower((unsigned char)*c->at);

		value = value * 16 + (uint32_t)(isdigit(digit) ? digit - '0' : digit - 'a' + 10);
		if (value > 0x10ffff) {
			fail(c, "has a code point beyond Unicode");
			return;
		}
	}
	if (n == 0 || *c->at != '}')
		fail(c, "has an invalid escape sequence");
	else
		c->at++;
}

/* \pL, \p{Greek}, \p{^Lu}: the letter is read already. */
static void skip_property(struct checker *c)
{
	size_t len;

	if (*c->at != '{') {
		if (*c->at && strchr("CLMNPSZ", *c->at))
			c->at++;
		else
			fail(c, "has an invalid character class range");
		return;
	}
	c->at++;
	if (*c->at == '^')
		c->at++;
	len = strspn(c->at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_");
	if (!isupper((unsigned char)*c->at) || c->at[len] != '}')
		fail(c, "has an invalid character class range");
	else
		c->at += len + 1;
}

static void skip_octal(struct checker *c)
{
	for (int i = 0; i < 2 && *c->at >= '0' && *c->at <= '7'; i++)
		c->at++;
}

/* After the backslash, in a class or out of it: one character, or a class (then true). */
static bool skip_escape(struct checker *c)
{
	const char ch = *c->at;

	if (!ch) {
		fail(c, "ends with a backslash");
		return false;
	}
	c->at++;
	if (strchr("dDsSwW", ch))
		return true;
	if (ch == 'p' || ch == 'P') {
		skip_property(c);
		return true;
	}
	if (ch == 'x')
		skip_hex(c);
	else if (ch == '0' || (ch >= '1' && ch <= '7' && *c->at >= '0' && *c->at <= '7'))
		skip_octal(c);
	else if (ch >= '1' && ch <= '9')
		fail(c, "refers back to a group, which RE2 cannot");
	else if (!strchr("afnrtv", ch) && (isalnum((unsigned char)ch) || (unsigned char)ch >= 0x80))
		fail(c, "has an invalid escape sequence");
	return false;
}

/* The first byte stands for the character, which is enough to compare ASCII with any other. */
static unsigned char class_char(struct checker *c, bool *ret_is_class)
{
	const unsigned char ch = (unsigned char)*c->at++;

	*ret_is_class = false;
	if (ch == '\\') {
		const unsigned char escaped = (unsigned char)*c->at;

		*ret_is_class = skip_escape(c);
		return isalnum(escaped) ? 0 : escaped;
	}
	while ((*c->at & 0xc0) == 0x80)
		c->at++;
	return ch;
}

/* [:alpha:] and the like; false: it is none, and '[' is a character. */
static bool skip_posix_class(struct checker *c)
{
	static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl",
					    "digit", "graph", "lower", "print", "punct",
					    "space", "upper", "word",  "xdigit"};
	const char *name = c->at + 2, *end;

	if (c->at[0] != '[' || c->at[1] != ':')
		return false;
	end = strstr(name, ":]");
	if (!end)
		return false;
	if (*name == '^')
		name++;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == (size_t)(end - name) &&
		    strncmp(names[i], name, (size_t)(end - name)) == 0) {
			c->at = end + 2;
			return true;
		}
	fail(c, "has an invalid character class");
	return true;
}

static void skip_class_item(struct checker *c, bool is_first)
{
	bool is_class, is_class_too;
	unsigned char low, high;

	if (*c->at == '-' && !is_first && c->at[1] != ']') {
		fail(c, "has an invalid character class range");
		return;
	}
	if (skip_posix_class(c))
		return;
	low = class_char(c, &is_class);
	if (is_class || c->at[0] != '-' || c->at[1] == ']' || !c->at[1])
		return;
	c->at++;
	high = class_char(c, &is_class_too);
	if (is_class_too || (low && high && low > high))
		fail(c, "has an invalid character class range");
}

static void skip_class(struct checker *c)
{
	const char *begin = c->at++;

	if (*c->at == '^')
		c->at++;
	for (bool is_first = true; !c->problem && (is_first || *c->at != ']'); is_first = false) {
		if (!*c->at) {
			c->at = begin;
			fail(c, "has no closing ']'");
			return;
		}
		skip_class_item(c, is_first);
	}
	if (!c->problem)
		c->at++;
	add_atom(c, 1);
}

/* "12": the number, or REPEAT_MAX + 1 for a greater one; false when there is none. */
static bool read_count(const char **at, uint32_t *ret)
{
	if (!isdigit((unsigned char)**at))
		return false;
	for (*ret = 0; isdigit((unsigned char)**at); (*at)++)
		if (*ret <= REPEAT_MAX)
			*ret = *ret * 10 + (uint32_t)(**at - '0');
	return true;
}

/* {2}, {2,}, {2,5}; false: it is none, and '{' is a character. */
static bool read_repeat(const char **at, uint32_t *ret_least, uint32_t *ret_most)
{
	const char *p = *at + 1;

	if (!read_count(&p, ret_least))
		return false;
	*ret_most = *ret_least;
	if (*p == ',') {
		p++;
		if (!read_count(&p, ret_most) && *p == '}')
			*ret_most = *ret_least;
	}
	if (*p != '}')
		return false;
	*at = p + 1;
	return true;
}

static void repeat(struct checker *c, uint32_t times)
{
	struct group *g = group(c);

	if (!g->has_atom) {
		fail(c, "repeats nothing");
		return;
	}
	if (g->is_repeated) {
		fail(c, "repeats a repetition");
		return;
	}
	if (times > 1 && g->last_repeats * times > REPEAT_MAX) {
		fail(c, "repeats more than 1000 times");
		return;
	}
	if (*c->at == '?')
		c->at++;
	add_atom(c, g->last_repeats * (times ? times : 1));
	g->is_repeated = true;
}

static void skip_braces(struct checker *c)
{
	const char *begin = c->at;
	uint32_t least, most;

	if (!read_repeat(&c->at, &least, &most)) {
		c->at++;
		add_atom(c, 1);
	} else if (least > REPEAT_MAX || most > REPEAT_MAX || most < least) {
		c->at = begin;
		fail(c, "has an invalid repeat count");
	} else {
		repeat(c, most);
	}
}

static void open_group(struct checker *c)
{
	if (c->depth == DEPTH_MAX) {
		fail(c, "is nested too deeply");
		return;
	}
	c->depth++;
	*group(c) = (struct group){.repeats = 1};
}

static void close_group(struct checker *c)
{
	uint32_t repeats = group(c)->repeats;

	if (c->depth == 0) {
		fail(c, "has an unexpected ')'");
		return;
	}
	c->at++;
	c->depth--;
	add_atom(c, repeats);
}

/* (?P<name>, (?<name>, (?i), (?i-s: and (?: from the '?' on. */
static void skip_question(struct checker *c)
{
	const char *p = c->at + 1;

	if (p[0] == '<' || (p[0] == 'P' && p[1] == '<')) {
		const char *name = p + (p[0] == 'P' ? 2 : 1);
		const size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
						"yz0123456789_");

		if (len == 0 || name[len] != '>') {
			fail(c, "has an invalid named group");
			return;
		}
		c->at = name + len + 1;
		open_group(c);
		return;
	}
	p += strspn(p, "imsU");
	if (*p == '-' && p[1] && strchr("imsU", p[1]))
		p += 1 + strspn(p + 1, "imsU");
	if (*p != ':' && (*p != ')' || p == c->at + 1)) {
		fail(c, "has Perl syntax that RE2 does not know");
		return;
	}
	c->at = p + 1;
	if (*p == ':')
		open_group(c);
}

/* \Q...\E: every character of it stands for itself. */
static void skip_quoted(struct checker *c)
{
	const char *end = strstr(c->at, "\\E");

	if (*c->at && c->at != end)
		add_atom(c, 1);
	c->at = end ? end + 2 : c->at + strlen(c->at);
}

static void skip_backslash(struct checker *c)
{
	c->at++;
	if (*c->at == 'Q') {
		c->at++;
		skip_quoted(c);
		return;
	}
	if (*c->at && strchr("AbBz", *c->at))
		c->at++;
	else
		skip_escape(c);
	add_atom(c, 1);
}

static void skip_one(struct checker *c)
{
	switch (*c->at) {
	case '(':
		if (*++c->at == '?')
			skip_question(c);
		else
			open_group(c);
		break;
	case ')':
		close_group(c);
		break;
	case '|':
		c->at++;
		group(c)->has_atom = false;
		break;
	case '*':
	case '+':
	case '?':
		c->at++;
		repeat(c, 0);
		break;
	case '{':
		skip_braces(c);
		break;
	case '[':
		skip_class(c);
		break;
	case '\\':
		skip_backslash(c);
		break;
	default:
		c->at++;
		add_atom(c, 1);
	}
}

const char *policy_regex_check(const char *text, size_t *ret_at)
{
	struct checker c = {.at = text, .groups[0].repeats = 1};
	const char *begin = text;

	while (*c.at && !c.problem) {
		begin = c.at;
		skip_one(&c);
	}
	if (c.problem) {
		*ret_at = (size_t)(begin - text);
	} else if (c.depth > 0) {
		*ret_at = (size_t)(c.at - text);
		c.problem = "has no closing ')'";
	}
	return c.problem;
}
