/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service accounts of a snapshot, made when the first object names them. Private to the module.
 *
 * All-zero is empty; the accounts live in the snapshot's arena, the rest is heap memory.
 */
#pragma once

#include "base/keyset.h"
#include "base/vec.h"
#include "model/model.h"

struct model_accounts {
	struct keyset keys;               /* (namespace, interned name) */
	VEC(struct model_account *) list; /* by key id */
};

void model_accounts_release(struct model_accounts *accounts);

/* The account of this name, made (as implied) when it is new. `name` is interned. */
struct model_account *model_accounts_get(struct model_accounts *accounts,
					 struct model_snapshot *snapshot,
					 struct model_namespace *ns, const char *name,
					 bool *ret_new);
