/* SPDX-License-Identifier: Apache-2.0 */
/* RE2's syntax, as Go's regexp package takes and refuses it. */
#include "lib/tap.h"
#include "policy/regex.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *const right[] = {
	"",
	"/v1/.*",
	"GET|POST",
	"(a|b)*c+d?",
	"a*?b+?c??",
	"^/public/[0-9a-f]{2,}$",
	"a{2}{", /* the second one is a character */
	"a{,2}",
	"{",
	"}",
	"]",
	"a{1000}",
	"(?i)get",
	"(?i:a)(?-s)b(?P<name>c)(?<other>d)",
	"[]a]",
	"[^]a]",
	"[a-]",
	"[-a]",
	"[a-z0-9_.-]+",
	"[[:alpha:][:^digit:]]",
	"[\\d\\-\\]]",
	"\\d\\D\\s\\S\\w\\W\\b\\B\\A\\z",
	"\\pL\\PN\\p{Greek}\\p{^Lu}\\P{Lu}",
	"\\.\\*\\/\\_\\-",
	"\\x41\\x{10FFFF}\\101\\07\\0",
	"\\Qa.b(\\E*",
	"\\Q(((",
	"(a{30}){30}",
	"()|",
	"|a",
	"(|a)*",
	"x\\{2\\}",
	"é+[à-ü]",
	"^*",
};

static const struct {
	const char *text;
	size_t at;
	const char *problem;
} wrong[] = {
	{"/(", 2, "has no closing ')'"},
	{"a)", 1, "has an unexpected ')'"},
	{"((a)", 4, "has no closing ')'"},
	{"/a[", 2, "has no closing ']'"},
	{"[]", 0, "has no closing ']'"},
	{"[^]", 0, "has no closing ']'"},
	{"*", 0, "repeats nothing"},
	{"a|*", 2, "repeats nothing"},
	{"(+)", 1, "repeats nothing"},
	{"(?i)*", 4, "repeats nothing"},
	{"a**", 2, "repeats a repetition"},
	{"a+?+", 3, "repeats a repetition"},
	{"a{2}{3}", 4, "repeats a repetition"},
	{"a{1001}", 1, "has an invalid repeat count"},
	{"a{3,2}", 1, "has an invalid repeat count"},
	{"(a{100}){100}", 8, "repeats more than 1000 times"},
	{"[z-a]", 0, "has an invalid character class range"},
	{"[a-\\d]", 0, "has an invalid character class range"},
	{"[[:word]:]", 0, "has an invalid character class"},
	{"[[:nope:]]", 0, "has an invalid character class"},
	{"(a)\\1", 3, "refers back to a group, which RE2 cannot"},
	{"a\\", 1, "ends with a backslash"},
	{"\\y", 0, "has an invalid escape sequence"},
	{"\\xg0", 0, "has an invalid escape sequence"},
	{"\\x{110000}", 0, "has a code point beyond Unicode"},
	{"\\p{greek}", 0, "has an invalid character class range"},
	{"(?=a)", 0, "has Perl syntax that RE2 does not know"},
	{"(?<!a)", 0, "has an invalid named group"},
	{"(?P<>a)", 0, "has an invalid named group"},
	{"(?x)", 0, "has Perl syntax that RE2 does not know"},
};

int main(void)
{
	for (size_t i = 0; i < N(right); i++) {
		size_t at;

		ok_str(policy_regex_check(right[i], &at), NULL, "'%s' is right", right[i]);
	}
	for (size_t i = 0; i < N(wrong); i++) {
		size_t at = 999;

		ok_str(policy_regex_check(wrong[i].text, &at), wrong[i].problem, "'%s' is wrong",
		       wrong[i].text);
		ok_int(at, wrong[i].at, "'%s': there", wrong[i].text);
	}
	return tap_done();
}
