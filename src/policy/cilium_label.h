/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The labels of Cilium's identities, as its policies name them: "SOURCE:KEY", where the source is
 * any if there is none (pkg/labels).
 */
#pragma once

#include "policy/schema.h"

/* What of an endpoint a key is about. */
enum cilium_home {
	CILIUM_POD,             /* its pod's label */
	CILIUM_NAMESPACE,       /* its namespace's name, as the label that has it */
	CILIUM_NAMESPACE_LABEL, /* its namespace's label */
	CILIUM_ACCOUNT,         /* its service account's name, as the label that has it */
	CILIUM_CLUSTER,         /* its cluster's name */
	CILIUM_RESERVED,        /* one of Cilium's own: "host", "world" … */
	CILIUM_BLOCK,           /* a block of addresses, if it is of the world */
	CILIUM_NOWHERE,         /* nothing that an identity has */
};

struct cilium_key {
	uint8_t home;    /* enum cilium_home */
	const char *key; /* interned, in the words of its home */
};

#define CILIUM_CLUSTER_NAME "default" /* the agent's default, which the input does not show */

struct cilium_key cilium_key_parse(const struct policy_reader *reader, const char *text);

/* The block that a key of CILIUM_BLOCK names: "10.0.0.0/8", "2001-db8--0/32". */
bool cilium_key_block(const char *key, struct ip_cidr *ret);

/* The key without its source, whatever that is; interned. */
const char *cilium_key_bare(const struct policy_reader *reader, const char *text);

/* A key with its source, as Cilium's own validation sees it. */
const char *cilium_key_syntax(const char *text, size_t len);

/* The version of Cilium is this one or later, or it is not known. */
bool cilium_since(const struct policy_reader *reader, uint16_t major, uint16_t minor);

/*
 * Makes of a selector of another API's policy what it selects under Cilium, whose identities have
 * only some labels of pods and namespaces.
 */
void cilium_selector_limit(const struct policy_reader *reader, bool is_of_namespaces,
			   struct selector *selector);
