/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the front ends of policy.networking.k8s.io; used only by policy/adminpolicy*.c.
 *
 * ClusterNetworkPolicy v1alpha2 and its forerunners of v1alpha1 say the same in other words; a
 * dialect has the words. Rules: the validation in their CRDs, apis/v1alpha1 and apis/v1alpha2 of
 * network-policy-api.
 */
#pragma once

#include "policy/schema.h"

struct adminpolicy_dialect {
	const char *allow; /* the action's word */
	const struct policy_schema *spec;
	const struct policy_schema *rules[POLICY_N_DIRECTIONS];
	const struct policy_schema *peers[POLICY_N_DIRECTIONS];
	const struct policy_choices *actions; /* by enum policy_action */
	struct policy_bounds rules_of_policy, peers_of_rule, ports_of_rule;
	bool needs_namespaces; /* `namespaceSelector` beside `podSelector` */
	/* Adds one item of `ports` or `protocols`, at most ADMINPOLICY_PORTS_OF_ITEM of the IR. */
	void (*read_port)(struct policy_reader *reader, const struct tree_node *node,
			  struct policy_rule *rule);
};

#define ADMINPOLICY_PORTS_OF_ITEM 3 /* a name means a port of each protocol */

extern const struct policy_schema adminpolicy_ingress_peer_schema;
extern const struct policy_schema adminpolicy_egress_peer_schema;
extern const struct policy_schema adminpolicy_baseline_peer_schema; /* egress, v1alpha1 */
extern const struct policy_schema adminpolicy_pods_schema;

/* v1alpha1: a port, portNumber, portRange; v1alpha2: a protocol, tcp …, destinationPort, range. */
extern const struct policy_schema adminpolicy_port_schema;
extern const struct policy_schema adminpolicy_port_number_schema;
extern const struct policy_schema adminpolicy_port_range_schema;
extern const struct policy_schema adminpolicy_protocol_schema;
extern const struct policy_schema adminpolicy_protocol_ports_schema;
extern const struct policy_schema adminpolicy_destination_schema;
extern const struct policy_schema adminpolicy_range_schema;

/* An item with exactly one of its fields, as MinProperties and MaxProperties want: its number. */
bool adminpolicy_one_field(struct policy_reader *reader, const struct policy_schema *schema,
			   const struct tree_node *node, struct policy_fields *fields,
			   size_t *ret_field);

/* A mapping, or null, with none of the schema's fields. */
bool adminpolicy_is_unknown(const struct policy_schema *schema, const struct tree_node *node);

/* Reports every field of `fields` from `first` to `last` that is absent. */
void adminpolicy_need(struct policy_reader *reader, const struct policy_schema *schema,
		      const struct tree_node *node, const struct policy_fields *fields,
		      struct policy_bounds needed);

/* Reports that item `at` of a list that is a set is there already. */
void adminpolicy_check_unique(struct policy_reader *reader, const char *what,
			      const struct tree_node *list, uint32_t at);

/* `namespaces` or `pods`, of a subject or a peer. */
void adminpolicy_pods_read(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
			   const struct tree_node *node, bool is_pods, struct policy_pods *ret);

/*
 * All peers of a rule; its `domainNames`, joined, become its condition. False if one is of a later
 * version of the API, which is an error unless the options have lenient_peers.
 */
bool adminpolicy_peers_read(struct policy_reader *reader, const struct adminpolicy_dialect *dialect,
			    const struct tree_node *list, struct policy_rule *rule);

void adminpolicy_port_read_v1alpha1(struct policy_reader *reader, const struct tree_node *node,
				    struct policy_rule *rule);
void adminpolicy_port_read_v1alpha2(struct policy_reader *reader, const struct tree_node *node,
				    struct policy_rule *rule);
