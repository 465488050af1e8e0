/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule's source or destination says of an address; a part of lib/calico_oracle.c. */
#pragma once

#include "model/model.h"

/* One end of a packet, and what a rule of the policy says of it. */
struct calico_end {
	const struct model_snapshot *snapshot;
	const struct tree_node *entity; /* `source` or `destination`; NULL: nothing */
	const char *ns;                 /* of the policy, or NULL */
	struct ip_addr addr;
	uint8_t space;
	uint16_t port;
};

/* Whether its nets, selectors and ports all match. */
bool calico_end_matches(const struct calico_end *end);

/* Whether all blocks of a list are of another family, so that the rule is not rendered for this. */
bool calico_nets_are_foreign(const struct tree_node *list, const struct ip_addr *addr);

/* The pod with the address that is not on the host's network, or NULL. */
const struct model_pod *calico_pod_at(const struct model_snapshot *snapshot,
				      const struct ip_addr *addr);

/* Whether a policy selects a pod; its own namespace aside. */
bool calico_spec_selects(const struct model_snapshot *snapshot, const struct tree_node *spec,
			 const struct model_pod *pod);

bool calico_block_has(const char *text, const struct ip_addr *addr);
