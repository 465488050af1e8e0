/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the front end of projectcalico.org/v3 and crd.projectcalico.org/v1; used only by
 * policy/calico*.c.
 *
 * Semantics in words: docs/semantics.md. Sources: Calico's api/pkg/apis/projectcalico/v3 (fields,
 * CEL rules), libcalico-go/lib/validator/v3 (validation), lib/backend/syncersv1/updateprocessors
 * (scopes of selectors), felix/rules and felix/calc (what a rule matches, in which order).
 */
#pragma once

#include "base/strbuf.h"
#include "policy/calico_selector.h"
#include "policy/schema.h"

/* Labels that endpoints have besides their own, and prefixes of those that they inherit. */
#define CALICO_NAMESPACE "projectcalico.org/namespace"
#define CALICO_ACCOUNT "projectcalico.org/serviceaccount"
#define CALICO_ORCHESTRATOR "projectcalico.org/orchestrator"
#define CALICO_NAME "projectcalico.org/name"
#define CALICO_OF_NAMESPACE "pcns."
#define CALICO_OF_ACCOUNT "pcsa."

/* What a Tier says. */
struct calico_tier {
	const char *name;
	double order;
	bool passes; /* at its end: what none of its rules decided goes on to the next tier */
};

/* The tier of this name, built in or in the input; NULL when there is none. */
const struct calico_tier *calico_tier_find(const struct policy_reader *reader, const char *name);

/* A NetworkSet or GlobalNetworkSet. */
struct calico_set {
	const struct tree_node *labels; /* NULL: none */
	const struct ip_cidr *nets;
	uint32_t n_nets;
};

void calico_tier_read(struct policy_reader *reader);
void calico_set_read(struct policy_reader *reader);

extern const struct policy_schema calico_tier_schema;
extern const struct policy_schema calico_set_schema;

/* A finite number; false when it is none, which is reported. */
bool calico_number_read(struct policy_reader *reader, const char *what,
			const struct tree_node *node, double *ret);

/* A selector that a field has; NULL when that is absent, empty or wrong, which is reported. */
const struct calico_selector *calico_selector_read(struct policy_reader *reader, const char *field,
						   const struct tree_node *node);

/* The same of a field that may not have global(). */
const struct calico_selector *calico_plain_selector_read(struct policy_reader *reader,
							 const char *field,
							 const struct tree_node *node);

/* Both must hold; NULL is no restriction. */
const struct calico_selector *calico_both(struct arena *arena, const struct calico_selector *a,
					  const struct calico_selector *b);

const struct calico_selector *calico_not(struct arena *arena,
					 const struct calico_selector *selector);

/* The label has one of the values. */
const struct calico_selector *calico_label_in(struct arena *arena, const char *key,
					      const char **values, uint32_t n);

/* A selector over a namespace's or an account's own labels, as one over what pods inherit. */
const struct calico_selector *calico_of_namespace(struct arena *arena,
						  const struct calico_selector *selector);
const struct calico_selector *calico_of_account(struct arena *arena,
						const struct calico_selector *selector);

/* The pods that a selector selects: a PODS leaf where it is a conjunction, else a tree. */
struct policy_peer calico_pods(const struct policy_reader *reader,
			       const struct calico_selector *selector);

/*
 * The addresses of everything that a selector selects: pods, and the nets of network sets.
 * `family`: IP_NONE, or that of the nets that count.
 */
struct policy_peer calico_endpoints(const struct policy_reader *reader,
				    const struct calico_selector *selector, enum ip_family family);

/* A tree with room for `n` parts, and none yet; in the arena. */
struct policy_peer calico_tree(const struct policy_reader *reader, enum policy_peer_kind kind,
			       size_t n);

/* Every address that is not in it. */
struct policy_peer calico_none_of(const struct policy_reader *reader, struct policy_peer peer);

/* Every address of a family. */
struct policy_peer calico_all_of_family(enum ip_family family);

struct calico_port {
	uint16_t first;
	uint16_t last;
	const char *name; /* NULL: numbers */
	struct diag_span span;
};

struct calico_ports {
	struct calico_port *items;
	uint32_t n;
};

struct calico_nets {
	struct ip_cidr *items;
	uint32_t n;
};

struct calico_entity {
	const struct calico_selector *selector; /* NULL: any address, known or not */
	const struct calico_selector *not_selector;
	struct calico_nets nets;
	struct calico_nets not_nets;
	struct calico_ports ports;
	struct calico_ports not_ports;
	bool has_service;
	const struct model_service *service; /* NULL: the input does not have it */
	const char *text; /* what it says of addresses, in the words of the API; NULL: nothing */
	struct diag_span span;
};

extern const struct policy_schema calico_source_schema;
extern const struct policy_schema calico_destination_schema;
extern const struct policy_schema calico_services_schema;
extern const struct policy_schema calico_accounts_schema;

/* `ns`: of the policy, or NULL. */
void calico_entity_read(struct policy_reader *reader, const struct policy_schema *schema,
			const char *ns, const struct tree_node *node, struct calico_entity *ret);

/* The family that its nets leave; IP_NONE: both. */
enum ip_family calico_entity_family(const struct calico_entity *entity);

/* Addresses of a family, or of both: any, or what a tree says. */
struct calico_where {
	bool any;
	struct policy_peer tree;
};

/* What is in all of a few trees; none: any. */
struct calico_where calico_all_of(const struct policy_reader *reader,
				  const struct policy_peer *parts, size_t n);

struct policy_peer calico_address(const struct ip_addr *addr);

struct calico_where calico_entity_where(const struct policy_reader *reader,
					const struct calico_entity *entity, enum ip_family family);

void calico_ports_read(struct policy_reader *reader, const char *field,
		       const struct tree_node *list, struct calico_ports *ret);

struct calico_rule {
	uint8_t direction; /* enum policy_direction */
	bool is_log;
	uint8_t action; /* enum policy_action */
	uint32_t index;
	enum ip_family family; /* IP_NONE: both */
	int protocol;          /* -1: any */
	int not_protocol;
	bool is_portless;                   /* only protocols without ports */
	bool is_nameless;                   /* names of destination ports match nothing */
	struct calico_ports icmp, not_icmp; /* types and codes, as ports */
	struct calico_entity source;
	struct calico_entity destination;
	const char *condition;
	struct diag_span span;
};

extern const struct policy_schema calico_rule_schema;
extern const struct policy_schema calico_icmp_schema;
extern const struct policy_schema calico_http_schema;
extern const struct policy_schema calico_path_schema;
extern const struct policy_schema calico_rule_metadata_schema;

/* Its condition, or NULL when it asks for nothing. */
const char *calico_http_read(struct policy_reader *reader, const struct tree_node *node);

void calico_rule_read(struct policy_reader *reader, const struct tree_node *item,
		      const struct policy *policy, struct calico_rule *rule);

/* Whether a packet that the rule matches may have ports. */
bool calico_has_ports(const struct calico_rule *rule);

/* The space of the rule's protocol, which has ports. */
enum port_space calico_rule_space(const struct calico_rule *rule);

bool calico_ports_have_name(const struct calico_ports *ports);

/* Fills ports and not_ports, or any_port. */
void calico_rule_ports(const struct policy_reader *reader, const struct calico_rule *rule,
		       struct policy_rule *ret);

/* Sources from which the same ports match. */
struct calico_source {
	struct calico_where where;
	const struct port_set *ports; /* NULL: all; else a condition */
};

struct calico_sources {
	struct calico_source *items;
	size_t n;
	size_t cap;
};

/* The sources that can match at all; a rule with source ports, of a protocol that has ports. */
void calico_sources_find(const struct policy_reader *reader, const struct calico_rule *rule,
			 struct calico_sources *ret);

struct calico_writer;

struct calico_writer *calico_writer_new(struct policy_reader *reader, struct policy *policy,
					enum policy_direction direction);
void calico_writer_add(struct calico_writer *writer, const struct calico_rule *rule);

/* Gives the rules to their policies; the writer is gone. */
void calico_writer_finish(struct calico_writer *writer);
