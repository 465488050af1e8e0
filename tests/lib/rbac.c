/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/rbac.h"

#include "lib/tap.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static enum rbac_answer both(enum rbac_answer a, enum rbac_answer b)
{
	return a < b ? a : b;
}

static enum rbac_answer either(enum rbac_answer a, enum rbac_answer b)
{
	return a > b ? a : b;
}

static enum rbac_answer opposite(enum rbac_answer a)
{
	return RBAC_YES - a;
}

static enum rbac_answer answer(bool is_yes)
{
	return is_yes ? RBAC_YES : RBAC_NO;
}

static bool matches_regex(const char *text, const char *pattern)
{
	char whole[512];
	regex_t regex;
	bool is_match;

	snprintf(whole, sizeof(whole), "^(%s)$", pattern);
	if (regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB))
		bail("%s is a regular expression", pattern);
	is_match = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return is_match;
}

static bool ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* {exact}, {prefix}, {suffix}, {safeRegex: {regex}}, {presence}; a text that is not there has none. */
static bool matches_string(const struct tree_node *matcher, const char *text)
{
	const char *exact = tree_get_string(matcher, "exact");
	const char *prefix = tree_get_string(matcher, "prefix");
	const char *suffix = tree_get_string(matcher, "suffix");
	const char *regex = tree_get_string(tree_get(matcher, "safeRegex"), "regex");

	if (!text)
		return false;
	if (exact)
		return strcmp(text, exact) == 0;
	if (prefix)
		return strncmp(text, prefix, strlen(prefix)) == 0;
	if (suffix)
		return ends_with(text, suffix);
	return regex ? matches_regex(text, regex) : *text != '\0';
}

static bool matches_principal(const struct tree_node *authenticated, const char *identity)
{
	char uri[256];

	if (identity)
		snprintf(uri, sizeof(uri), "spiffe://%s", identity);
	return matches_string(tree_get(authenticated, "principalName"), identity ? uri : NULL);
}

static bool matches_range(const struct tree_node *range, const struct ip_addr *addr)
{
	struct ip_cidr cidr = {.prefix_len = (uint8_t)tree_get(range, "prefixLen")->integer};
	struct ip_range bounds;

	if (ip_parse(tree_get_string(range, "addressPrefix"), &cidr.addr, NULL))
		bail("an address of a range");
	bounds = ip_cidr_range(&cidr);
	return ip_range_contains(&bounds, addr);
}

static enum rbac_answer ask(const struct tree_node *node, const struct rbac_connection *connection);

/* All of a list, or any. */
static enum rbac_answer ask_list(const struct tree_node *list, bool is_all,
				 const struct rbac_connection *connection)
{
	enum rbac_answer ret = answer(is_all);

	for (uint32_t i = 0; list && i < list->len; i++) {
		const enum rbac_answer one = ask(list->items[i], connection);

		ret = is_all ? both(ret, one) : either(ret, one);
	}
	return ret;
}

/* A permission or a principal. */
static enum rbac_answer ask(const struct tree_node *node, const struct rbac_connection *connection)
{
	static const char *const all[][2] = {{"andRules", "rules"}, {"andIds", "ids"}};
	static const char *const any[][2] = {{"orRules", "rules"}, {"orIds", "ids"}};
	static const char *const not [] = {"notRule", "notId"};

	for (size_t i = 0; i < N(all); i++) {
		if (tree_get(node, all[i][0]))
			return ask_list(tree_get(tree_get(node, all[i][0]), all[i][1]), true,
					connection);
		if (tree_get(node, any[i][0]))
			return ask_list(tree_get(tree_get(node, any[i][0]), any[i][1]), false,
					connection);
		if (tree_get(node, not [i]))
			return opposite(ask(tree_get(node, not [i]), connection));
	}
	if (tree_get(node, "any"))
		return RBAC_YES;
	if (tree_get(node, "authenticated"))
		return answer(
			matches_principal(tree_get(node, "authenticated"), connection->identity));
	if (tree_get(node, "directRemoteIp"))
		return answer(matches_range(tree_get(node, "directRemoteIp"), &connection->source));
	if (tree_get(node, "destinationIp"))
		return answer(matches_range(tree_get(node, "destinationIp"), &connection->target));
	if (tree_get(node, "destinationPort"))
		return answer(tree_get(node, "destinationPort")->integer == connection->port);
	return RBAC_MAYBE;
}

enum rbac_answer rbac_envoy(const struct tree_node *policy,
			    const struct rbac_connection *connection)
{
	return both(ask_list(tree_get(policy, "permissions"), false, connection),
		    ask_list(tree_get(policy, "principals"), false, connection));
}

/* "a/ns/NAMESPACE/sa/ACCOUNT": its parts, into buffers; false: there is no identity. */
static bool split_identity(const char *identity, char ns[64], char account[64])
{
	return identity && sscanf(identity, "%*[^/]/ns/%63[^/]/sa/%63s", ns, account) == 2;
}

static bool has_account(const struct tree_node *item, const char *ns, const char *account)
{
	return strcmp(tree_get_string(item, "namespace"), ns) == 0 &&
	       strcmp(tree_get_string(item, "serviceAccount"), account) == 0;
}

/* RFC 4648, of an address. */
static struct ip_addr decode_address(const char *text)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t bytes[18] = {0};
	size_t n_bits = 0;

	for (; *text && *text != '='; text++)
		for (int bit = 5; bit >= 0; bit--, n_bits++)
			if ((strchr(letters, *text) - letters) >> bit & 1)
				bytes[n_bits / 8] |= (uint8_t)(0x80 >> n_bits % 8);
	return ip_from_bytes(n_bits / 8 == 4 ? IP_V4 : IP_V6, bytes);
}

static bool has_address(const struct tree_node *item, const struct ip_addr *addr)
{
	const struct ip_cidr cidr = {decode_address(tree_get_string(item, "address")),
				     (uint8_t)tree_get(item, "length")->integer};
	const struct ip_range range = ip_cidr_range(&cidr);

	return ip_range_contains(&range, addr);
}

/* The fields of a match, each with a negation. */
static const struct {
	const char *name;
	const char *not_name;
} fields[] = {
	{"namespaces", "notNamespaces"},
	{"principals", "notPrincipals"},
	{"serviceAccounts", "notServiceAccounts"},
	{"sourceIps", "notSourceIps"},
	{"destinationPorts", "notDestinationPorts"},
	{"destinationIps", "notDestinationIps"},
};

static enum rbac_answer has_item(size_t field, const struct tree_node *item,
				 const struct rbac_connection *connection)
{
	char ns[64], account[64];
	const bool is_somebody = split_identity(connection->identity, ns, account);

	switch (field) {
	case 0:
		return answer(matches_string(item, is_somebody ? ns : NULL));
	case 1:
		return answer(matches_string(item, connection->identity));
	case 2:
		return answer(is_somebody && has_account(item, ns, account));
	case 3:
		return answer(has_address(item, &connection->source));
	case 4:
		return answer(item->integer == connection->port);
	default:
		return answer(has_address(item, &connection->target));
	}
}

static enum rbac_answer has_any(size_t field, const struct tree_node *list,
				const struct rbac_connection *connection)
{
	enum rbac_answer ret = RBAC_NO;

	for (uint32_t i = 0; i < list->len; i++)
		ret = either(ret, has_item(field, list->items[i], connection));
	return ret;
}

/* An empty match is none. */
static enum rbac_answer ask_match(const struct tree_node *match,
				  const struct rbac_connection *connection)
{
	enum rbac_answer ret = answer(match->len > 0);

	for (size_t i = 0; i < N(fields); i++) {
		const struct tree_node *list = tree_get(match, fields[i].name);
		const struct tree_node *not_list = tree_get(match, fields[i].not_name);

		if (list)
			ret = both(ret, has_any(i, list, connection));
		if (not_list)
			ret = both(ret, opposite(has_any(i, not_list, connection)));
	}
	return ret;
}

enum rbac_answer rbac_ztunnel(const struct tree_node *group,
			      const struct rbac_connection *connection)
{
	const struct tree_node *rules = tree_get(group, "rules");
	enum rbac_answer ret = RBAC_YES;

	for (uint32_t i = 0; rules && i < rules->len; i++) {
		const struct tree_node *matches = tree_get(rules->items[i], "matches");
		enum rbac_answer clause = answer(!matches || matches->len == 0);

		for (uint32_t k = 0; matches && k < matches->len; k++)
			clause = either(clause, ask_match(matches->items[k], connection));
		ret = both(ret, clause);
	}
	return ret;
}
