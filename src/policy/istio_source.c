/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identities and addresses as sets of peers. The identity of a pod in the mesh is that of its
 * service account, whatever else has none; with --as every source has the same one.
 */
#include "policy/istio.h"

#include "base/arena.h"
#include "model/labels.h"

#include <assert.h>
#include <string.h>

/* A part of a text: all of it, or what it begins or ends with; empty begins everything. */
struct piece {
	const char *text;
	size_t len;
	bool is_prefix;
	bool is_suffix;
};

static const struct piece anything = {"", 0, true, false};

static struct piece piece_of(const char *text, size_t len)
{
	struct piece piece = {text, len, false, false};

	if (len > 0 && text[0] == '*')
		return (struct piece){text + 1, len - 1, len == 1, len > 1};
	if (len > 0 && text[len - 1] == '*')
		return (struct piece){text, len - 1, true, false};
	return piece;
}

static bool is_anything(const struct piece *piece)
{
	return piece->len == 0 && (piece->is_prefix || piece->is_suffix);
}

static bool piece_matches(const struct piece *piece, const char *text)
{
	const size_t len = strlen(text);
	const char *at = piece->is_suffix && len >= piece->len ? text + len - piece->len : text;

	if (len < piece->len || (!piece->is_prefix && !piece->is_suffix && len != piece->len))
		return false;
	return memcmp(at, piece->text, piece->len) == 0;
}

/* What an identity of the mesh must be; `is_none`: there is no such. */
struct shape {
	bool is_none;
	struct piece ns;
	struct piece account;
};

static const struct shape nobody = {.is_none = true};

static bool is_start(const char *text, size_t len, const char *whole)
{
	return len <= strlen(whole) && memcmp(text, whole, len) == 0;
}

static bool is_end(const char *text, size_t len, const char *whole)
{
	return len <= strlen(whole) && memcmp(text, whole + strlen(whole) - len, len) == 0;
}

#define BEFORE_NS POLICY_TRUST_DOMAIN "/ns/"
#define BEFORE_ACCOUNT "sa/"

/* What begins with `text`, or with `is_prefix` false is it. */
static struct shape shape_from_start(const char *text, size_t len, bool is_prefix)
{
	const size_t skip = strlen(BEFORE_NS);
	const char *slash, *account;
	size_t rest;

	if (is_prefix && is_start(text, len, BEFORE_NS))
		return (struct shape){false, anything, anything};
	if (len < skip || memcmp(text, BEFORE_NS, skip) != 0)
		return nobody;
	text += skip;
	len -= skip;
	slash = memchr(text, '/', len);
	if (!slash && is_prefix)
		return (struct shape){false, {text, len, true, false}, anything};
	if (!slash)
		return nobody;
	rest = len - (size_t)(slash + 1 - text);
	if (is_prefix && is_start(slash + 1, rest, BEFORE_ACCOUNT))
		return (struct shape){
			false, {text, (size_t)(slash - text), false, false}, anything};
	if (rest < strlen(BEFORE_ACCOUNT) ||
	    memcmp(slash + 1, BEFORE_ACCOUNT, strlen(BEFORE_ACCOUNT)) != 0)
		return nobody;
	account = slash + 1 + strlen(BEFORE_ACCOUNT);
	return (struct shape){
		false,
		{text, (size_t)(slash - text), false, false},
		{account, len - (size_t)(account - text), is_prefix, false},
	};
}

/* The last '/' of a text, or NULL. */
static const char *last_slash(const char *text, size_t len)
{
	return memrchr(text, '/', len);
}

/* What ends with `text`. */
static struct shape shape_from_end(const char *text, size_t len)
{
	const char *slash = last_slash(text, len);
	struct shape shape = {false, anything, {text, len, false, true}};
	size_t left;

	if (!slash)
		return shape;
	shape.account = (struct piece){slash + 1, (size_t)(text + len - slash - 1), false, false};
	left = (size_t)(slash - text);
	if (is_end(text, left, "/sa"))
		return shape;
	if (left < strlen("/sa") || memcmp(slash - strlen("/sa"), "/sa", strlen("/sa")) != 0)
		return nobody;
	left -= strlen("/sa");
	slash = last_slash(text, left);
	shape.ns = (struct piece){slash ? slash + 1 : text,
				  slash ? (size_t)(text + left - slash - 1) : left, false, !slash};
	if (slash && !is_end(text, (size_t)(slash + 1 - text), BEFORE_NS))
		return nobody;
	return shape;
}

static struct shape shape_of_principal(const char *text, size_t len)
{
	const struct piece piece = piece_of(text, len);

	return piece.is_suffix ? shape_from_end(piece.text, piece.len)
			       : shape_from_start(piece.text, piece.len, piece.is_prefix);
}

static struct shape shape_of_account(const char *ns, const char *text, size_t len)
{
	const char *slash = memchr(text, '/', len);
	const char *name = slash ? slash + 1 : text;

	return (struct shape){
		false,
		{slash ? text : ns, slash ? (size_t)(slash - text) : strlen(ns), false, false},
		{name, len - (size_t)(name - text), false, false},
	};
}

static struct shape shape_of(const struct policy_reader *reader, const struct istio_match *match,
			     const struct tree_node *value)
{
	const struct piece piece = piece_of(value->text, value->len);
	struct shape shape = {false, anything, anything};

	if (match->kind == ISTIO_PRINCIPAL)
		return shape_of_principal(value->text, value->len);
	if (match->kind == ISTIO_ACCOUNT)
		return shape_of_account(reader->object->ns, value->text, value->len);
	if (match->kind == ISTIO_NAMESPACE)
		shape.ns = piece;
	else
		shape.is_none = !piece_matches(&piece, POLICY_TRUST_DOMAIN);
	return shape;
}

/* Whether the one identity that every source has is meant. */
static bool has_identity(const struct policy_reader *reader, const struct istio_match *match,
			 const struct tree_node *value, const struct policy_identity *identity)
{
	const struct piece piece = piece_of(value->text, value->len);
	struct shape shape;

	if (match->kind == ISTIO_PRINCIPAL)
		return piece_matches(&piece, identity->text);
	if (match->kind == ISTIO_TRUST_DOMAIN)
		return piece_matches(&piece, identity->trust_domain);
	shape = shape_of(reader, match, value);
	return piece_matches(&shape.ns, identity->ns) &&
	       piece_matches(&shape.account, identity->account);
}

static void require(struct policy_reader *reader, struct selector *selector, const char *key,
		    const struct piece *piece)
{
	const enum selector_op op = piece->is_prefix   ? SELECTOR_STARTS_WITH
				    : piece->is_suffix ? SELECTOR_ENDS_WITH
						       : SELECTOR_IN;

	if (is_anything(piece))
		return;
	selector->requirements =
		arena_alloc(&reader->snapshot->arena, sizeof(*selector->requirements));
	istio_require(reader, selector, op, key,
		      intern_strn(&reader->snapshot->intern, piece->text, piece->len));
}

static struct policy_peer pods_of(struct policy_reader *reader, const struct shape *shape)
{
	struct policy_peer peer = {.kind = POLICY_PEER_PODS};

	if (shape->is_none)
		return (struct policy_peer){.kind = POLICY_PEER_ANY_OF};
	peer.pods.in_mesh = !reader->options->mesh_all;
	if (!shape->ns.is_prefix && !shape->ns.is_suffix)
		peer.pods.ns =
			intern_strn(&reader->snapshot->intern, shape->ns.text, shape->ns.len);
	else
		require(reader, &peer.pods.namespaces, MODEL_NAME_LABEL, &shape->ns);
	require(reader, &peer.pods.accounts, MODEL_ACCOUNT_NAME, &shape->account);
	return peer;
}

static struct policy_peer identity_peer(struct policy_reader *reader,
					const struct istio_match *match,
					const struct tree_node *value)
{
	struct policy_identity identity;
	struct shape shape;

	if (reader->options->identity) {
		const char *wrong = policy_identity_parse(reader->options->identity,
							  &reader->snapshot->arena, &identity);

		assert(!wrong);
		return (struct policy_peer){
			.kind = has_identity(reader, match, value, &identity) ? POLICY_PEER_ALL_OF
									      : POLICY_PEER_ANY_OF,
		};
	}
	shape = shape_of(reader, match, value);
	return pods_of(reader, &shape);
}

struct policy_peer istio_source_anybody(const struct policy_reader *reader)
{
	if (reader->options->identity)
		return (struct policy_peer){.kind = POLICY_PEER_ALL_OF};
	return (struct policy_peer){
		.kind = POLICY_PEER_PODS,
		.pods = {.in_mesh = !reader->options->mesh_all},
	};
}

struct policy_peer istio_source_peer(struct policy_reader *reader, const struct istio_match *match)
{
	const uint32_t n = match->values->len;
	struct policy_peer peer = {
		.kind = match->is_not ? POLICY_PEER_NONE_OF : POLICY_PEER_ANY_OF,
		.parts = arena_alloc_n(&reader->snapshot->arena, n, sizeof(*peer.parts)),
		.n_parts = n,
		.span = policy_span(reader, match->values),
	};

	for (uint32_t i = 0; i < n; i++) {
		const struct tree_node *value = match->values->items[i];

		if (match->kind == ISTIO_SOURCE_IP || match->kind == ISTIO_TARGET_IP)
			peer.parts[i] = (struct policy_peer){.kind = POLICY_PEER_CIDR,
							     .cidr = istio_value_cidr(value)};
		else
			peer.parts[i] = identity_peer(reader, match, value);
		peer.parts[i].span = policy_span(reader, value);
	}
	return n == 1 && !match->is_not ? peer.parts[0] : peer;
}
