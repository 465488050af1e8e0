/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of `scan`: one line each, and one function each in the file of its family.
 *
 * A new rule is a line in SCAN_RULES, a function of the type that its unit asks for (check.h has
 * what it may use), a page docs/rules/BHxxx.md and a folder tests/scan/BHxxx. Ids are for ever:
 * SCAN_RESERVED has those that are not yet rules.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_SEVERITIES(X) \
	X(INFO, "info") \
	X(LOW, "low") \
	X(MEDIUM, "medium") \
	X(HIGH, "high") \
	X(CRITICAL, "critical")

enum scan_severity {
#define X(id, name) SCAN_##id,
	SCAN_SEVERITIES(X)
#undef X
		SCAN_N_SEVERITIES
};

/* What a rule has to see; without it the rule is skipped, and that is said. */
#define SCAN_NEEDS(X) \
	X(OBJECT, "object") \
	X(NAMESPACE, "namespace") \
	X(CLUSTER, "cluster")

enum scan_need {
#define X(id, name) SCAN_NEED_##id,
	SCAN_NEEDS(X)
#undef X
		SCAN_N_NEEDS
};

/* Edits. Safe: applied by --fix. Suggested: after a yes. None: there may be words. */
#define SCAN_FIXES(X) \
	X(NONE, "none") \
	X(SUGGESTED, "suggested") \
	X(SAFE, "safe")

enum scan_fix {
#define X(id, name) SCAN_FIX_##id,
	SCAN_FIXES(X)
#undef X
		SCAN_N_FIXES
};

struct scan;
struct policy;
struct policy_rule;
struct model_workload;
struct model_namespace;
struct model_service;
struct model_manifest;

/* What a rule is called for, once each. LOADING: never, reading the input finds these. */
#define SCAN_UNITS(X) \
	X(POLICY, policy, const struct policy *) \
	X(RULE, policy_rule, const struct policy_rule *) \
	X(WORKLOAD, workload, const struct model_workload *) \
	X(NAMESPACE, ns, const struct model_namespace *) \
	X(SERVICE, service, const struct model_service *) \
	X(MANIFEST, manifest, const struct model_manifest *)

enum scan_unit {
	SCAN_UNIT_LOADING,
	SCAN_UNIT_INPUT, /* the whole, once */
#define X(id, member, type) SCAN_UNIT_##id,
	SCAN_UNITS(X)
#undef X
};

/* id, severity, needs, fix, unit, function, one line of help */
/* clang-format off */
#define SCAN_RULES(X) \
	X(BH101, CRITICAL, OBJECT, SAFE, LOADING, NULL, "an unknown or misspelt field") \
	X(BH102, HIGH, OBJECT, NONE, LOADING, NULL, "a key twice in one mapping") \
	X(BH103, HIGH, OBJECT, SAFE, LOADING, NULL, "an object that the API server refuses") \
	X(BH104, MEDIUM, OBJECT, SAFE, MANIFEST, scan_scalars, "a number, boolean or text that is read as something else") \
	X(BH105, MEDIUM, OBJECT, NONE, MANIFEST, scan_dead_annotation, "an API version or annotation without effect") \
	X(BH106, HIGH, OBJECT, SAFE, MANIFEST, scan_nulls, "a null where an empty selector or list is meant") \
	X(BH107, MEDIUM, CLUSTER, NONE, LOADING, NULL, "one object twice") \
	X(BH109, MEDIUM, OBJECT, SAFE, MANIFEST, scan_spellings, "an address block in a legacy spelling") \
	X(BH201, HIGH, NAMESPACE, SUGGESTED, NAMESPACE, scan_no_policy, "a namespace with workloads and no policy") \
	X(BH202, HIGH, NAMESPACE, SUGGESTED, NAMESPACE, scan_no_deny_ingress, "a namespace where new pods are open to everybody") \
	X(BH203, HIGH, NAMESPACE, SUGGESTED, NAMESPACE, scan_no_deny_egress, "a namespace where new pods may reach everything") \
	X(BH204, HIGH, NAMESPACE, NONE, WORKLOAD, scan_not_isolated, "a workload that no policy isolates in a direction") \
	X(BH205, HIGH, OBJECT, SUGGESTED, POLICY, scan_half_deny, "a default deny of one direction only") \
	X(BH206, HIGH, OBJECT, SUGGESTED, MANIFEST, scan_idle_rules, "rules of a direction that policyTypes leaves out") \
	X(BH207, HIGH, CLUSTER, NONE, RULE, scan_undone_deny, "a rule that undoes a default deny") \
	X(BH209, MEDIUM, OBJECT, NONE, WORKLOAD, scan_no_labels, "a job whose pods have no labels") \
	X(BH211, MEDIUM, CLUSTER, NONE, WORKLOAD, scan_split_owner, "pods of one owner that a selector divides") \
	X(BH301, HIGH, OBJECT, NONE, RULE, scan_allow_all, "a rule that allows everything") \
	X(BH302, MEDIUM, OBJECT, NONE, RULE, scan_any_peer, "a rule that allows everybody on some ports") \
	X(BH303, HIGH, OBJECT, NONE, RULE, scan_all_namespaces, "a peer of every pod in every namespace") \
	X(BH304, MEDIUM, OBJECT, NONE, RULE, scan_whole_namespace, "a peer of every pod of some namespaces") \
	X(BH305, HIGH, CLUSTER, SUGGESTED, RULE, scan_or_for_and, "two peers that look like one: an or for an and") \
	X(BH306, HIGH, OBJECT, NONE, RULE, scan_whole_internet, "a block of every address") \
	X(BH307, CRITICAL, CLUSTER, NONE, INPUT, scan_metadata, "the cloud's metadata service can be reached") \
	X(BH308, MEDIUM, OBJECT, NONE, RULE, scan_vain_except, "an except that another peer undoes") \
	X(BH310, MEDIUM, OBJECT, NONE, RULE, scan_broad_dns, "DNS allowed to any server") \
	X(BH311, HIGH, CLUSTER, NONE, WORKLOAD, scan_sensitive, "a database, queue or admin port that anybody reaches") \
	X(BH312, HIGH, CLUSTER, NONE, WORKLOAD, scan_admin_plane, "a namespace that runs the cluster, open to anybody") \
	X(BH313, HIGH, CLUSTER, NONE, WORKLOAD, scan_environments, "environments that can reach each other") \
	X(BH314, MEDIUM, CLUSTER, NONE, WORKLOAD, scan_zones, "a crossing of zones that is not allowed") \
	X(BH316, MEDIUM, CLUSTER, NONE, INPUT, scan_contracts, "access beyond a service's contract") \
	X(BH401, HIGH, OBJECT, SUGGESTED, POLICY, scan_selects_nothing, "a policy that selects nothing") \
	X(BH402, HIGH, OBJECT, SUGGESTED, RULE, scan_peer_nothing, "a peer that selects nothing") \
	X(BH403, HIGH, OBJECT, SAFE, POLICY, scan_no_namespace, "a namespaceSelector that matches no namespace") \
	X(BH404, MEDIUM, CLUSTER, NONE, RULE, scan_closed_port, "a port that no selected container declares") \
	X(BH405, HIGH, CLUSTER, SUGGESTED, RULE, scan_service_port, "the port of a Service where the pod's is due") \
	X(BH406, HIGH, CLUSTER, SUGGESTED, RULE, scan_port_name, "a port name that stands for nothing, or for several") \
	X(BH407, HIGH, OBJECT, NONE, RULE, scan_inner_block, "an address block of pods or Services") \
	X(BH408, MEDIUM, CLUSTER, NONE, POLICY, scan_host_subject, "a policy of pods on the host's network only") \
	X(BH409, MEDIUM, CLUSTER, NONE, RULE, scan_host_peer, "a peer of pods on the host's network only") \
	X(BH410, MEDIUM, OBJECT, SAFE, INPUT, scan_needless_rules, "a rule or peer that another makes needless") \
	X(BH412, MEDIUM, CLUSTER, NONE, INPUT, scan_interplay, "a rule that other policies make void, or a tie") \
	X(BH414, HIGH, OBJECT, SUGGESTED, POLICY, scan_drifting_label, "a selector by a label that changes by itself") \
	X(BH415, MEDIUM, OBJECT, NONE, RULE, scan_spoofable_peer, "a peer by labels that anybody may set") \
	X(BH501, HIGH, CLUSTER, SAFE, INPUT, scan_no_dns, "closed egress without a way to the DNS") \
	X(BH502, MEDIUM, OBJECT, SAFE, RULE, scan_udp_only, "DNS over UDP only") \
	X(BH504, HIGH, CLUSTER, NONE, RULE, scan_one_side, "a connection that one side allows and the other refuses") \
	X(BH506, HIGH, CLUSTER, NONE, INPUT, scan_refused_needs, "a dependency that the policies refuse") \
	X(BH507, HIGH, CLUSTER, NONE, INPUT, scan_offered, "offered to the outside: to everybody, or to nobody") \
	X(BH509, HIGH, CLUSTER, NONE, INPUT, scan_lateral, "a way from the outside to what is sensitive") \
	X(BH601, CRITICAL, OBJECT, NONE, INPUT, scan_not_enforced, "policies that the network plugin does not enforce") \
	X(BH602, HIGH, OBJECT, NONE, WORKLOAD, scan_host_network, "a workload on the host's network") \
	X(BH603, HIGH, OBJECT, NONE, WORKLOAD, scan_privileged, "a container that can go around policies") \
	X(BH604, MEDIUM, OBJECT, NONE, INPUT, scan_node_ports, "ports of nodes that lead past policies") \
	X(BH701, LOW, OBJECT, NONE, MANIFEST, scan_annotations, "a policy without the required annotations") \
	X(BH702, MEDIUM, OBJECT, NONE, MANIFEST, scan_review, "a policy whose review is overdue") \
	X(BH703, HIGH, OBJECT, NONE, LOADING, NULL, "an exception that ran out") \
	X(BH704, MEDIUM, OBJECT, SUGGESTED, LOADING, NULL, "an exception that nothing needs, or that says too much") \
	X(BH707, HIGH, OBJECT, NONE, MANIFEST, scan_policy_writer, "workloads that may change policies") \
	X(BH801, HIGH, OBJECT, NONE, INPUT, scan_cilium, "a policy of Cilium that does not do what it seems to") \
	X(BH802, MEDIUM, OBJECT, NONE, RULE, scan_broad_entity, "a Cilium rule for an entity that is everybody") \
	X(BH803, MEDIUM, OBJECT, NONE, INPUT, scan_istio, "a policy of Istio that checks nothing") \
	X(BH804, HIGH, CLUSTER, NONE, POLICY, scan_calico, "a policy of Calico that comes too late, or takes too much")
/* clang-format on */

enum scan_rule_id {
#define X(id, severity, need, fix, unit, check, help) SCAN_##id,
	SCAN_RULES(X)
#undef X
		SCAN_N_RULES
};

struct scan_rule {
	const char *id;
	const char *help;
	uint8_t severity; /* enum scan_severity: unless the configuration or a finding says else */
	uint8_t need;     /* enum scan_need */
	uint8_t fix;      /* enum scan_fix: the best that it has */
	uint8_t unit;     /* enum scan_unit */
	union {
		void (*input)(struct scan *scan);
#define X(unit, member, type) void (*member)(struct scan * scan, type item);
		SCAN_UNITS(X)
#undef X
	};
};

extern const struct scan_rule scan_rules[SCAN_N_RULES];

/* "BH301", in any case; NULL: there is none. */
const struct scan_rule *scan_rule_find(const char *id);

/* What a reserved id will be about; NULL: not reserved. */
const char *scan_rule_reserved(const char *id);

const char *scan_severity_name(enum scan_severity severity);
const char *scan_need_name(enum scan_need need);
const char *scan_fix_name(enum scan_fix fix);

/* False: there is no such severity. */
bool scan_severity_parse(const char *name, enum scan_severity *ret);

/* The page of a rule, in Markdown; NULL: it has none. */
const char *scan_page(const char *id);
