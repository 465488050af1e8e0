/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a workload is to a mesh: a SPIFFE ID as Istio gives it,
 * spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT.
 */
#pragma once

#include "base/arena.h"

#define POLICY_TRUST_DOMAIN "cluster.local" /* Istio's, unless its mesh configuration says else */

struct policy_identity {
	const char *trust_domain;
	const char *ns;
	const char *account;
	const char *text; /* without "spiffe://", as policies write it */
};

/*
 * The ID with or without spiffe://, or NAMESPACE/SERVICE-ACCOUNT of POLICY_TRUST_DOMAIN. NULL when
 * it was understood, else what is wrong with it, in the arena, where the parts of `ret` are too.
 */
const char *policy_identity_parse(const char *text, struct arena *arena,
				  struct policy_identity *ret);
