/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the NetworkPolicy front end; used only by policy/networkpolicy*.c. */
#pragma once

#include "policy/schema.h"

extern const struct policy_schema networkpolicy_peer_schema;
extern const struct policy_schema networkpolicy_ip_block_schema;
extern const struct policy_schema networkpolicy_port_schema;

/* NetworkPolicyPeer of a policy in namespace `ns`; IPBlock too. `ret` is zeroed. */
void networkpolicy_peer_read(struct policy_reader *reader, const char *ns,
			     const struct tree_node *node, struct policy_peer *ret);

/* NetworkPolicyPort. `ret` is zeroed. */
void networkpolicy_port_read(struct policy_reader *reader, const struct tree_node *node,
			     struct policy_port *ret);

/* StagedKubernetesNetworkPolicy of Calico: the same, with an action that is only checked here. */
void networkpolicy_read_staged(struct policy_reader *reader, struct policy *policy);
