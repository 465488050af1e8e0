/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the front ends of security.istio.io; used only by policy/istio*.c.
 *
 * An AuthorizationPolicy's rule is `from` and `to` and `when`: lists of clauses, whose fields are
 * matches. Each match asks for one attribute of a connection or of a request on it. What addresses,
 * ports and identities say is decided here; the rest becomes the condition of a rule, in the words
 * of the API.
 *
 * Sources: istio/api security/v1beta1; istio pkg/config/security and pkg/config/validation (what is
 * refused), pilot/pkg/security/authz/model (what is generated of a rule).
 */
#pragma once

#include "base/vec.h"
#include "policy/identity.h"
#include "policy/schema.h"

#define ISTIO_GROUP "security.istio.io"
#define ISTIO_ROOT_NAMESPACE "istio-system" /* unless the mesh configuration says otherwise */

/* The tiers of the mesh layer, in the order of evaluation. */
#define ISTIO_TIER_MTLS ((struct policy_tier){POLICY_LAYER_MESH, 1, "mtls", "mTLS"})
#define ISTIO_TIER_CUSTOM ((struct policy_tier){POLICY_LAYER_MESH, 2, "custom", "CUSTOM"})
#define ISTIO_TIER_DENY ((struct policy_tier){POLICY_LAYER_MESH, 3, "deny", "DENY"})
#define ISTIO_TIER_ALLOW ((struct policy_tier){POLICY_LAYER_MESH, 4, "allow", "ALLOW"})
#define ISTIO_TIER_AUDIT ((struct policy_tier){POLICY_LAYER_MESH, 5, "audit", "AUDIT"})

/* What a match looks at. */
enum istio_kind {
	ISTIO_PRINCIPAL, /* the source's identity, and parts of it */
	ISTIO_NAMESPACE,
	ISTIO_ACCOUNT,
	ISTIO_TRUST_DOMAIN,
	ISTIO_SOURCE_IP,
	ISTIO_PORT,
	ISTIO_TARGET_IP,  /* of the pod itself */
	ISTIO_REMOTE_IP,  /* that only the proxy sees: a condition, as all that follow */
	ISTIO_CONNECTION, /* what else TCP connections have */
	ISTIO_REQUEST,    /* what only requests of HTTP have */
	ISTIO_PATH,       /* the same; its values may be templates */
};

struct istio_attribute {
	const char *name; /* of the field or key; a key with [] in the end has more in brackets */
	uint8_t kind;     /* enum istio_kind */
	bool not_custom;  /* CUSTOM policies must not use it */
};

struct istio_match {
	const struct istio_attribute *attribute;
	uint8_t kind; /* enum istio_kind; the attribute's, but where its values say too little */
	bool is_not;
	const char *words;              /* "notPrincipals", "source.ip notValues" */
	const struct tree_node *values; /* a list of strings, not empty */
};

/* A `source`, an `operation`, or all of `when`: every match must hold. */
struct istio_clause {
	VEC(struct istio_match) matches;
	struct diag_span span;
};

struct istio_clauses {
	VEC(struct istio_clause) list;
};

struct istio_rule {
	struct istio_clauses from; /* one of them; none: any */
	struct istio_clauses to;
	struct istio_clause when;
	uint32_t index;
	struct diag_span span;
};

/* istio.c: what the kinds have in common. */
extern const char *const istio_versions[];

/* Checks the metadata; the spec, or a null if there is none. */
const struct tree_node *istio_spec_read(struct policy_reader *reader);

/* istio_clause.c: reading, with what the API refuses. */
extern const struct policy_schema istio_rule_schema;
extern const struct policy_schema istio_from_schema;
extern const struct policy_schema istio_to_schema;
extern const struct policy_schema istio_source_schema;
extern const struct policy_schema istio_operation_schema;
extern const struct policy_schema istio_when_schema;

void istio_rule_read(struct policy_reader *reader, const struct tree_node *node,
		     struct istio_rule *ret);
void istio_rule_release(struct istio_rule *rule);

/* What the rule says of identities becomes a condition. */
void istio_rule_doubt_identities(struct istio_rule *rule);

/*
 * istio_mtls.c: whether a workload that a policy of this namespace binds may take connections
 * to one of these ports without mutual TLS only, so that no source has an identity there.
 */
bool istio_mtls_may_be_off(const struct policy_reader *reader, const struct port_set *ports);

/* istio_value.c: checks the values of a match; false when an error was reported. */
bool istio_values_check(struct policy_reader *reader, struct istio_match *match);

/* An address or a block; it has been checked. */
struct ip_cidr istio_value_cidr(const struct tree_node *value);

/* istio_source.c: whom a match of an identity or an address selects. */
struct policy_peer istio_source_peer(struct policy_reader *reader, const struct istio_match *match);

/* Whoever has an identity. */
struct policy_peer istio_source_anybody(const struct policy_reader *reader);

/* istio_target.c: what a policy binds. */
extern const struct policy_schema istio_selector_schema;
extern const struct policy_schema istio_target_schema;

/* Adds `key` OP `value`, an interned text; there must be room for it. */
void istio_require(struct policy_reader *reader, struct selector *selector, enum selector_op op,
		   const char *key, const char *value);

/* `selector` (NULL: none): labels of pods; whether it has any. */
bool istio_selector_read(struct policy_reader *reader, const struct tree_node *node,
			 struct selector *ret);

/* `targetRef` or an item of `targetRefs`: what it binds is added to `ret`. */
void istio_target_read(struct policy_reader *reader, const struct tree_node *node,
		       struct policy *policy);

/* The addresses of its own that `when` wants a pod to have; false: none in particular. */
bool istio_target_narrow(struct policy_reader *reader, const struct istio_clause *when,
			 struct policy_peer *subject);

/* istio_lower.c: the rules of the IR. */
struct istio_action {
	const char *name;       /* "DENY" */
	uint8_t verdict;        /* enum policy_action */
	const char *provider;   /* of CUSTOM, else NULL */
	bool drops_http_on_tcp; /* on plain TCP, what asks for HTTP is left out of its rules */
};

struct istio_lowering {
	struct policy_reader *reader;
	struct policy *policy;
	const struct istio_action *action;
	VEC(struct policy_rule) rules;
};

/* The ports that a rule is about, whatever else it asks for. */
void istio_rule_ports(const struct istio_rule *rule, struct port_set *ret);

/*
 * Adds what a rule says to `lowering->rules`, or to a policy of its own if it is for some addresses
 * of the target only.
 */
void istio_lower(struct istio_lowering *lowering, const struct istio_rule *rule);

/* Gives the policy its rules. */
void istio_lower_end(struct istio_lowering *lowering);
