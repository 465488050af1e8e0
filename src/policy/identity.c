/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/identity.h"

#include "base/text.h"

#include "model/syntax.h"

#include <stdbool.h>
#include <string.h>

#define SCHEME "spiffe://"
#define N_PARTS 5 /* trust domain, "ns", namespace, "sa", account */

/* Splits at '/'; more than N_PARTS parts are N_PARTS + 1. */
static size_t split(char *text, char *parts[N_PARTS])
{
	size_t n = 0;

	for (char *at = text; at; n++) {
		char *slash = strchr(at, '/');

		if (n == N_PARTS)
			return n + 1;
		parts[n] = at;
		at = slash ? slash + 1 : NULL;
		if (slash)
			*slash = '\0';
	}
	return n;
}

/* SPIFFE-ID, section 2.1: lower case letters, digits, '.', '-' and '_'. */
static bool is_trust_domain(const char *text)
{
	const size_t len = strlen(text);

	return len > 0 && len <= 255 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == len;
}

static const char *check(const struct policy_identity *identity, struct arena *arena)
{
	const char *wrong;

	if (!is_trust_domain(identity->trust_domain))
		return arena_printf(arena, "'%s' is no trust domain", identity->trust_domain);
	wrong = model_syntax_namespace(identity->ns, strlen(identity->ns));
	if (wrong)
		return arena_printf(arena, "namespace '%s' %s", identity->ns, wrong);
	wrong = model_syntax_name(identity->account, strlen(identity->account));
	if (wrong)
		return arena_printf(arena, "service account '%s' %s", identity->account, wrong);
	return NULL;
}

const char *policy_identity_parse(const char *text, struct arena *arena,
				  struct policy_identity *ret)
{
	const char *behind = text_behind(text, SCHEME);
	char *parts[N_PARTS];
	size_t n = split(arena_strdup(arena, behind ? behind : text), parts);
	const char *wrong;

	if (n == 2 && !behind)
		*ret = (struct policy_identity){POLICY_TRUST_DOMAIN, parts[0], parts[1], NULL};
	else if (n == N_PARTS && strcmp(parts[1], "ns") == 0 && strcmp(parts[3], "sa") == 0)
		*ret = (struct policy_identity){parts[0], parts[2], parts[4], NULL};
	else
		return arena_printf(arena,
				    "'%s' is no identity: expected NAMESPACE/SERVICE-ACCOUNT or "
				    "TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT",
				    text);
	wrong = check(ret, arena);
	ret->text = arena_printf(arena, "%s/ns/%s/sa/%s", ret->trust_domain, ret->ns, ret->account);
	return wrong;
}
