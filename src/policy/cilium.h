/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the front end of cilium.io/v2; used only by policy/cilium*.c.
 *
 * Semantics in words: docs/semantics.md. Sources: Cilium's pkg/policy/api (fields, validation),
 * pkg/k8s/apis/cilium.io/utils (scopes of selectors), pkg/policy/utils (lists that are nil or
 * empty), pkg/policy/types (precedence).
 */
#pragma once

#include "base/strbuf.h"
#include "policy/schema.h"

/* In the order of the fields of a rule. */
enum cilium_list_id {
	CILIUM_INGRESS,
	CILIUM_INGRESS_DENY,
	CILIUM_EGRESS,
	CILIUM_EGRESS_DENY,
	CILIUM_N_LISTS
};

/* One list of rules while it is read. */
struct cilium_list {
	struct policy *policy;
	uint8_t id;        /* enum cilium_list_id */
	bool is_host;      /* of a policy of nodes */
	const char *name;  /* of rules in messages: "ingressDeny", "specs[1].ingress" */
	const char *scope; /* the namespace of selectors that name none; NULL: cluster-wide */
};

static inline bool cilium_is_deny(const struct cilium_list *list)
{
	return list->id == CILIUM_INGRESS_DENY || list->id == CILIUM_EGRESS_DENY;
}

static inline enum policy_direction cilium_direction(const struct cilium_list *list)
{
	return list->id == CILIUM_INGRESS || list->id == CILIUM_INGRESS_DENY ? POLICY_INGRESS
									     : POLICY_EGRESS;
}

/* Who is at the other end, of one item of a list: a vector. */
struct cilium_peers {
	struct policy_peer *items;
	size_t n;
	size_t cap;
	bool any;              /* everybody, by a field that says so */
	bool is_said;          /* some field says who; an empty list: nobody */
	const char *condition; /* NULL, or what must hold of the other end */
};

/* What an item of a list, or one of its `toPorts`, asks of the traffic. */
struct cilium_ports {
	struct policy_port *items;
	size_t n;
	size_t cap;
	bool is_proxied;
	const char *condition; /* NULL, or what the proxy must find */
	struct diag_span span;
};

/* The fields of an item of a list, the peers in the same order in both directions. */
enum {
	CILIUM_RULE_ENDPOINTS,
	CILIUM_RULE_ENTITIES,
	CILIUM_RULE_CIDR,
	CILIUM_RULE_CIDR_SET,
	CILIUM_RULE_NODES,
	CILIUM_RULE_GROUPS,
	CILIUM_RULE_REQUIRES,
	CILIUM_RULE_PORTS,
	CILIUM_RULE_ICMPS,
	CILIUM_RULE_INGRESS_AUTHENTICATION,
	CILIUM_RULE_SERVICES = CILIUM_RULE_INGRESS_AUTHENTICATION,
	CILIUM_RULE_EGRESS_AUTHENTICATION,
	CILIUM_RULE_FQDNS,
};

extern const struct policy_schema cilium_rule_schemas[CILIUM_N_LISTS];

/* A tree of peers with room for `n` parts, in the arena. */
struct policy_peer cilium_tree(const struct policy_reader *reader, enum policy_peer_kind kind,
			       uint32_t n);

/* The endpoints that a selector of peers selects. */
void cilium_endpoints_read(struct policy_reader *reader, const struct tree_node *node,
			   const char *scope, struct policy_peer *ret);

/* The endpoints of a peer that another API's selectors select, of which Cilium makes its own. */
void cilium_pods_adapt(struct policy_reader *reader, struct policy_peer *peer);

/* The pods that a selector of subjects selects; NULL, or why there are none whatever their labels. */
const char *cilium_subject_read(struct policy_reader *reader, const struct tree_node *node,
				const char *ns, struct policy_peer *ret);

/* Everything outside of the cluster. */
struct policy_peer cilium_world(const struct policy_reader *reader);

/* The addresses of a block that are outside of the cluster: a block never matches pods or nodes. */
struct policy_peer cilium_block(const struct policy_reader *reader,
				const struct policy_peer *block);

/* What has a reserved label, such as "host"; false when nothing has. */
bool cilium_entity(const struct policy_reader *reader, const char *name, struct policy_peer *ret);

/* An item of `fromEntities` or `toEntities`. */
void cilium_entity_read(struct policy_reader *reader, const struct tree_node *node,
			struct cilium_peers *to);

bool cilium_cidr_read(struct policy_reader *reader, const char *what, const struct tree_node *node,
		      struct ip_cidr *ret);

/* One `toServices` item: pods by the service's selector, addresses if it has none. */
void cilium_service_read(struct policy_reader *reader, const struct tree_node *node,
			 struct cilium_peers *to);

/* A CiliumCIDRGroup. */
struct cilium_cidr_group {
	const char *name;
	struct model_labels labels;
	struct ip_cidr *cidrs;
	uint32_t n_cidrs;
};

/* The group number `at` of those that were read, NULL behind the last. */
const struct cilium_cidr_group *cilium_cidr_group(const struct policy_reader *reader, size_t at);

/* The addresses that all nodes' Cilium uses for a purpose of its own: "health", "ingress". */
void cilium_node_addresses(const struct policy_reader *reader, bool of_ingress,
			   struct policy_peer *ret);

/* Adds the rules of a list to its policy. */
void cilium_rules_read(struct policy_reader *reader, const struct cilium_list *list,
		       const struct tree_node *node);

/* The peers of an item; to be released with vec_release(). */
void cilium_peers_read(struct policy_reader *reader, const struct cilium_list *list,
		       const struct policy_fields *fields, struct cilium_peers *ret);

/* A name or a pattern of names, of `toFQDNs` or `dns`: appends it to `to`. */
void cilium_fqdn_read(struct policy_reader *reader, const char *what, const struct tree_node *node,
		      struct strbuf *to);

/* An item of `toPorts`, or of `icmps`. */
void cilium_port_rule_read(struct policy_reader *reader, const struct cilium_list *list,
			   const struct tree_node *item, struct cilium_ports *ret);
/*
 * Until 1.19 a name in an egress rule is the one number that it has in the cluster: makes numbers of
 * names in place, and returns how many ports are left.
 */
size_t cilium_ports_number(const struct policy_reader *reader, struct policy_port *ports, size_t n);

void cilium_icmp_read(struct policy_reader *reader, const struct tree_node *item,
		      struct cilium_ports *ret);

#define CILIUM_ITEMS ((struct policy_bounds){0, 40}) /* of `ports` and `fields` */

/* An item of those that asks for nothing, and so matches nothing. */
void cilium_warn_empty(struct policy_reader *reader, const struct tree_node *item,
		       const char *field);

/* What an item of `toPorts` has beside its ports: rules, names, TLS, a listener. */
void cilium_l7_read(struct policy_reader *reader, const struct cilium_list *list,
		    const struct policy_fields *fields, struct cilium_ports *ret);

/* The fields of an item of `toPorts`; those of a deny rule are the first one only. */
enum {
	CILIUM_PORT_PORTS,
	CILIUM_PORT_RULES,
	CILIUM_PORT_SERVER_NAMES,
	CILIUM_PORT_LISTENER,
	CILIUM_PORT_TERMINATING_TLS,
	CILIUM_PORT_ORIGINATING_TLS,
};

/* The schemas of all mappings below an item of a list, for frontends' lists. */
extern const struct policy_schema cilium_cidr_rule_schema, cilium_service_schema,
	cilium_service_name_schema, cilium_service_selector_schema, cilium_group_schema,
	cilium_aws_schema, cilium_fqdn_schema, cilium_port_rule_schema, cilium_port_deny_schema,
	cilium_port_schema, cilium_icmp_schema, cilium_icmp_field_schema, cilium_l7_schema,
	cilium_http_schema, cilium_header_schema, cilium_secret_schema, cilium_tls_schema,
	cilium_listener_schema, cilium_envoy_config_schema;
