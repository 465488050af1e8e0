/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether some peers together take all that another one takes, of every pod and address that there
 * may ever be: by what selectors and blocks say, not by who is there today. Pods are never covered
 * by blocks, since the addresses that they will have are nobody's word.
 *
 * The answer no is also given where the question has too many cases.
 */
#pragma once

#include "policy/ir.h"

struct cover_peers {
	const struct policy_peer **items;
	size_t n;
	size_t cap;
};

/* Labels of the snapshot's Namespaces are taken as they are; of others anything may be. */
bool scan_covers(const struct model_snapshot *snapshot, const struct policy_peer *peer,
		 const struct cover_peers *wide);
