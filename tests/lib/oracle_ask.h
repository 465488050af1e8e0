/* SPDX-License-Identifier: Apache-2.0 */
/* Within lib/oracle: a question, and the parts of reading a policy's tree for it. */
#pragma once

#include "lib/oracle.h"

/* A packet's source or target. */
struct oracle_end {
	struct ip_addr addr;
	const struct model_pod *pod; /* live and not of the host's network; NULL: outside */
	uint32_t n_pods;             /* that claim the address */
	bool is_node;
};

struct oracle_ask {
	const struct oracle *oracle;
	const struct oracle_question *question;
	struct oracle_end src;
	struct oracle_end dst;
	bool is_egress; /* the side that is judged */
};

/* The end that a rule's peers are about. */
static inline const struct oracle_end *oracle_peer(const struct oracle_ask *ask)
{
	return ask->is_egress ? &ask->dst : &ask->src;
}

/* A field, where null is the same as absent; of NULL NULL. */
const struct tree_node *oracle_field(const struct tree_node *map, const char *key);
uint32_t oracle_count(const struct tree_node *list);
bool oracle_is_text(const struct tree_node *node, const char *text);
bool oracle_contains(const struct tree_node *list, const char *text);

bool oracle_selects(const struct oracle *oracle, const struct tree_node *selector,
		    const struct model_labels *labels);
bool oracle_block_contains(const char *text, const struct ip_addr *addr);

/* The target pod has the asked port under this name. */
bool oracle_name_matches(const struct oracle_ask *ask, const char *name);

void oracle_decide(struct oracle_side *side, bool is_allowed, enum verdict_reason reason);

/* NetworkPolicy decides about the pod, and says so in `ret`. */
bool oracle_networkpolicy(const struct oracle_ask *ask, const struct model_pod *pod,
			  struct oracle_side *ret);

/*
 * The same of a tier of policy.networking.k8s.io, "Admin" or "Baseline". A rule that passes, or decides
 * if something holds, is noted in `ret`, and decides nothing.
 */
bool oracle_adminpolicy(const struct oracle_ask *ask, const char *tier, const struct model_pod *pod,
			struct oracle_side *ret);
