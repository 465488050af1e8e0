/* SPDX-License-Identifier: Apache-2.0 */
/* What values a match may have: CheckEmptyValues … ValidatePorts of istio's pkg/config/security. */
#include "policy/istio.h"

#include "base/arena.h"
#include "base/text.h"
#include "policy/cidr.h"

#include <ctype.h>
#include <string.h>

#define ACCOUNTS_MAX 16
#define ACCOUNT_LEN_MAX 320
#define SCHEME "spiffe://"

static struct diag *refuse(struct policy_reader *reader, const struct istio_match *match,
			   const struct tree_node *value, const char *wrong)
{
	return policy_error(reader, DIAG_BH0203, policy_span(reader, value), "'%s' in '%s' %s",
			    value->text, match->words, wrong);
}

static bool has_scheme(const struct tree_node *value)
{
	return text_behind(value->text, SCHEME);
}

/* A '*' that is no wildcard: neither all there is, nor the first or else the last character. */
static bool has_plain_star(const struct tree_node *value)
{
	const char *text = value->text;
	const char *star;

	if (value->len < 2)
		return false;
	star = strchr(text + 1, '*');
	return star && (text[0] == '*' || star < text + value->len - 1);
}

static bool check_principal(struct policy_reader *reader, const struct istio_match *match,
			    const struct tree_node *value)
{
	struct diag *diag = NULL;

	if (has_scheme(value)) {
		diag = policy_warning(reader, policy_span(reader, value),
				      "no principal begins with %s: '%s' matches nothing", SCHEME,
				      value->text);
		diag_hint(reader->diags, diag, "write \"%s\"", value->text + strlen(SCHEME));
	} else if (has_plain_star(value)) {
		policy_warning(reader, policy_span(reader, value),
			       "only one '*', at the beginning or the end, is a wildcard: '%s' "
			       "in '%s' matches nothing",
			       value->text, match->words);
	}
	return true;
}

static bool check_account(struct policy_reader *reader, const struct istio_match *match,
			  const struct tree_node *value)
{
	const char *slash = strchr(value->text, '/');
	const char *wrong = NULL;

	if (strchr(value->text, '*'))
		wrong = "must not have a wildcard";
	else if (slash && (slash == value->text || !slash[1] || strchr(slash + 1, '/')))
		wrong = "must be SERVICE-ACCOUNT or NAMESPACE/SERVICE-ACCOUNT";
	else if (value->len > ACCOUNT_LEN_MAX)
		wrong = "must have at most 320 characters";
	if (wrong)
		refuse(reader, match, value, wrong);
	return !wrong;
}

static bool check_trust_domain(struct policy_reader *reader, const struct istio_match *match,
			       const struct tree_node *value)
{
	const char *wrong = NULL;

	if (strchr(value->text, '/'))
		wrong = "must be a trust domain alone, without spiffe:// and '/'";
	else if (has_plain_star(value))
		wrong = "must have its '*' at the beginning or the end, and only one";
	if (wrong)
		refuse(reader, match, value, wrong);
	return !wrong;
}

static bool check_port(struct policy_reader *reader, const struct istio_match *match,
		       const struct tree_node *value)
{
	uint32_t number = 0;
	bool is_right = true;

	for (const char *at = value->text; *at && is_right; at++) {
		number = 10 * number + (uint32_t)(*at - '0');
		is_right = isdigit((unsigned char)*at) && number <= UINT16_MAX;
	}
	if (!is_right)
		refuse(reader, match, value, "must be a port number, 0 to 65535");
	return is_right;
}

struct ip_cidr istio_value_cidr(const struct tree_node *value)
{
	struct ip_cidr cidr = {0};

	if (strchr(value->text, '/')) {
		ip_cidr_parse(value->text, &cidr, NULL);
	} else if (ip_parse(value->text, &cidr.addr, NULL) == 0) {
		cidr.prefix_len = cidr.addr.family == IP_V4 ? 32 : 128;
	}
	return cidr;
}

static bool check_ip(struct policy_reader *reader, const struct istio_match *match,
		     const struct tree_node *value)
{
	struct ip_cidr cidr;

	if (strchr(value->text, '/'))
		return policy_cidr_read(reader, match->words, value, &cidr);
	if (istio_value_cidr(value).addr.family != IP_NONE)
		return true;
	refuse(reader, match, value, "must be an address or a block, such as 10.9.8.0/24");
	return false;
}

/* pchar of RFC 3986 without '*', which Envoy's templates take for an operator. */
static bool is_literal(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr("-._~%!$&'()+,;:@=", text[i]))
			return false;
	return len > 0;
}

static bool is_text(const char *text, size_t len, const char *want)
{
	return len == strlen(want) && memcmp(text, want, len) == 0;
}

/* What is wrong with one segment of a path; `has_any`: {**} was before. */
static const char *check_segment(const char *text, size_t len, bool is_template, bool *has_any)
{
	const bool is_any = is_text(text, len, "{**}");

	if (is_any || is_text(text, len, "{*}")) {
		const bool is_after_any = *has_any;

		*has_any |= is_any;
		return is_after_any ? "must not have {*} or {**} after {**}" : NULL;
	}
	if (memchr(text, '{', len) || memchr(text, '}', len))
		return "must have nothing but {*} or {**} between slashes where it has braces";
	if (is_template && !is_literal(text, len))
		return "must have a literal, {*} or {**} between slashes, as a path template";
	return NULL;
}

static bool check_path(struct policy_reader *reader, const struct istio_match *match,
		       const struct tree_node *value)
{
	const bool is_template = strstr(value->text, "{*}") || strstr(value->text, "{**}");
	const char *at = value->text + strspn(value->text, "/");
	const char *end = value->text + value->len;
	const char *wrong = NULL;
	bool has_any = false;

	while (end > at && end[-1] == '/')
		end--;
	while (at <= end && !wrong) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		const char *stop = slash ? slash : end;

		wrong = check_segment(at, (size_t)(stop - at), is_template, &has_any);
		at = stop + 1;
	}
	if (wrong)
		refuse(reader, match, value, wrong);
	return !wrong;
}

static bool check_value(struct policy_reader *reader, const struct istio_match *match,
			const struct tree_node *value)
{
	static bool (*const checks[])(struct policy_reader *, const struct istio_match *,
				      const struct tree_node *) = {
		[ISTIO_PRINCIPAL] = check_principal,
		[ISTIO_ACCOUNT] = check_account,
		[ISTIO_TRUST_DOMAIN] = check_trust_domain,
		[ISTIO_SOURCE_IP] = check_ip,
		[ISTIO_TARGET_IP] = check_ip,
		[ISTIO_REMOTE_IP] = check_ip,
		[ISTIO_PORT] = check_port,
		[ISTIO_PATH] = check_path,
	};

	if (value->kind != TREE_STRING) {
		const char *what =
			arena_printf(reader->diags->arena, "a value of '%s'", match->words);

		if (!policy_string_check(reader, what, value))
			return false;
	}
	if (value->kind == TREE_NULL || value->len == 0) {
		policy_error(reader, DIAG_BH0203, policy_span(reader, value),
			     "'%s' must not have an empty value", match->words);
		return false;
	}
	if (match->kind >= sizeof(checks) / sizeof(checks[0]) || !checks[match->kind])
		return true;
	return checks[match->kind](reader, match, value);
}

/*
 * Sidecars take every '*' of a namespace for a wildcard, the node's proxy only one at an end: what
 * they differ on is a condition.
 */
static void look_for_stars(struct policy_reader *reader, struct istio_match *match)
{
	for (uint32_t i = 0; i < match->values->len && match->kind == ISTIO_NAMESPACE; i++) {
		if (!has_plain_star(match->values->items[i]))
			continue;
		policy_warning(reader, policy_span(reader, match->values->items[i]),
			       "only one '*', at the beginning or the end, is a wildcard for every "
			       "proxy");
		match->kind = ISTIO_CONNECTION;
	}
}

bool istio_values_check(struct policy_reader *reader, struct istio_match *match)
{
	bool is_right = true;

	if (match->kind == ISTIO_ACCOUNT && match->values->len > ACCOUNTS_MAX)
		is_right = policy_check_len(reader, match->words, match->values,
					    (struct policy_bounds){1, ACCOUNTS_MAX});
	for (uint32_t i = 0; i < match->values->len; i++)
		is_right &= check_value(reader, match, match->values->items[i]);
	if (is_right)
		look_for_stars(reader, match);
	return is_right;
}
