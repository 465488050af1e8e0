/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a snapshot's lookups fast, and lets hypothetical pods be added. Private to the module.
 */
#pragma once

#include "base/hash.h"
#include "base/vec.h"
#include "model/account.h"
#include "model/model.h"

/* Address → object, exact; all-zero is empty. */
struct model_addrs {
	struct hash_map slots; /* hash of the address, +1 while taken by another → position */
	VEC(struct model_addr_entry {
		struct ip_addr addr;
		void *object;
	})
	entries;
};

void model_addrs_release(struct model_addrs *addrs);
void *model_addrs_get(const struct model_addrs *addrs, const struct ip_addr *addr);

/* The object that has the address already (and keeps it), or NULL: `object` has it now. */
void *model_addrs_add(struct model_addrs *addrs, const struct ip_addr *addr, void *object);

/* Objects by namespace and name, in the order of the snapshot where there are several. */
struct model_names {
	struct model_name_entry {
		const struct model_namespace *ns;
		const char *name; /* interned */
		void *object;
		uint32_t order;
	} * items;
	uint32_t n;
};

/* All objects of that name: the first and how many; NULL when there is none. */
const struct model_name_entry *model_names_find(const struct model_names *names,
						const struct model_namespace *ns, const char *name,
						uint32_t *ret_n);

struct model_index {
	struct hash_map namespaces; /* interned name → struct model_namespace * */
	struct model_addrs pods;
	struct model_addrs nodes;
	struct model_addrs services;
	struct model_names pod_names; /* without hypothetical ones, as the next two */
	struct model_names workload_names;
	struct model_names workload_aliases;
	struct model_accounts accounts;
	uint64_t full; /* bit i: snapshot->pod_cidrs[i] has no address left */
	uint32_t n_hypothetical;
	size_t cap_pods; /* of the snapshot's arrays; 0: as many as there are */
	size_t cap_workloads;
	size_t cap_namespaces;
	size_t cap_accounts;
};

/* "Deployment" for "ReplicaSet" …: the kind of controller that makes such objects, or NULL. */
const char *model_parent_kind(const char *child);

/* Fills the index of a snapshot whose arrays are complete; takes `accounts` over. */
void model_index_build(struct model_snapshot *snapshot, struct model_accounts *accounts);

/*
 * Gives a pod assumed addresses in the snapshot's pod CIDRs, one in each family, by a hash of what
 * it is called; an address that something has is skipped. false when a family has none left.
 */
bool model_assume_address(struct model_snapshot *snapshot, struct model_pod *pod);
