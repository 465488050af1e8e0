/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the functions of the rules use: reporting, and questions to the engine.
 *
 * A rule never evaluates policy itself. Questions count whatever policies there are, of every API;
 * "may" includes what depends on conditions, since it is not refused.
 */
#pragma once

#include "base/bitset.h"
#include "compile/world.h"
#include "policy/ir.h"
#include "scan/scan.h"

/* The functions of the rules. */
#define SCAN_DECLARE_LOADING(check)
#define SCAN_DECLARE_INPUT(check) void check(struct scan *scan);
#define SCAN_DECLARE_POLICY(check) void check(struct scan *scan, const struct policy *policy);
#define SCAN_DECLARE_RULE(check) void check(struct scan *scan, const struct policy_rule *rule);
#define SCAN_DECLARE_WORKLOAD(check) \
	void check(struct scan *scan, const struct model_workload *workload);
#define SCAN_DECLARE_NAMESPACE(check) \
	void check(struct scan *scan, const struct model_namespace *ns);
#define SCAN_DECLARE_SERVICE(check) \
	void check(struct scan *scan, const struct model_service *service);
#define SCAN_DECLARE_MANIFEST(check) \
	void check(struct scan *scan, const struct model_manifest *manifest);
#define X(id, severity, need, fix, unit, check, help) SCAN_DECLARE_##unit(check)
SCAN_RULES(X)
#undef X

/* The part of scan_refused_needs() that the API server calls: calls.c. */
void scan_refused_calls(struct scan *scan, const struct model_manifest *manifest);

/* Places: report.c. */
struct scan_place scan_at_policy(const struct policy *policy, struct diag_span span);
struct scan_place scan_at_workload(const struct model_workload *workload);
struct scan_place scan_at_service(const struct model_service *service);
struct scan_place scan_at_manifest(const struct model_manifest *manifest, struct diag_span span);

/* Where the Namespace is declared, else its first workload. */
struct scan_place scan_at_namespace(const struct scan *scan, const struct model_namespace *ns);

/*
 * A finding of the rule that runs. It is complete with a message; the caller may set help, severity,
 * related and parent. Valid until the next one.
 */
struct scan_finding *scan_report(struct scan *scan, struct scan_place place, const char *format,
				 ...) __attribute__((format(printf, 3, 4)));

/* The same for a rule that does not run. */
struct scan_finding *scan_report_as(struct scan *scan, enum scan_rule_id id,
				    struct scan_place place, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What to write instead. */
void scan_help(struct scan *scan, struct scan_finding *finding, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Replaces the bytes of a file; the fix is then at hand. */
void scan_edit(struct scan_finding *finding, const struct diag_file *file, size_t offset,
	       size_t len, const char *text);

/* Makes safe fixes suggested ones in files with aliases: alias.c. After sorting. */
void scan_doubt_shared(struct scan *scan);
bool scan_has_aliases(const struct scan *scan, const struct diag_file *file);

/* Edits by place: edit.c. */

/* Puts `text` in place of a scalar, quotes and all. Nothing for what is not on one line. */
void scan_edit_scalar(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_node *scalar, const char *text);

/* Puts `text` in place of a key, in quotes where that is. */
void scan_edit_key(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		   const struct tree_member *member, const char *text);

/* Puts `text` after the colon of a member that has no value, or in place of its null. */
void scan_edit_null(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		    const struct tree_member *member, const char *text);

/* The same for an item that is null, or only a dash. */
void scan_edit_null_item(struct scan *scan, struct scan_finding *finding,
			 const struct diag_file *file, const struct tree_node *item,
			 const char *text);

/* Makes one mapping of two items of a sequence that follow each other and are written alike. */
void scan_edit_merge(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		     const struct tree_node *item, const struct tree_node *next);

/* Lines that edits add end as those of their files do. */
void scan_edits_end_lines(struct scan *scan);

/* Puts a member before another one: `line` of YAML where that has its own, else `flow`, JSON. */
void scan_edit_before(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_member *before, const char *line, const char *flow);

/* Adds an item to the end of a list of scalars, in the style of the list. */
void scan_edit_append(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_node *list, const char *text);

/*
 * Puts an item before another one of its sequence: `lines` (up to NULL) of YAML where each has its
 * own, else `flow`, which is JSON. Nothing where the item begins in the middle of a line's text.
 */
void scan_edit_item(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		    const struct tree_node *item, const char *const *lines, const char *flow);

/* Adds a document, whole lines, to the end of a file; nothing where that is no YAML of lines. */
void scan_edit_document(struct scan *scan, struct scan_finding *finding,
			const struct diag_file *file, const char *text);

/* Each member of the mapping has lines of its own, as far as its text shows. */
bool scan_is_block(struct scan *scan, const struct diag_file *file, const struct tree_node *map);

/* Puts a member with a sequence of one item before another one of a block, which has its own line. */
void scan_edit_member(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		      const struct tree_member *before, const char *key, const char *const *lines);

/*
 * Takes an entry out of a sequence or mapping, in blocks with the lines that are its own; nothing for
 * what an alias has a part in. `gone` says by entry what findings take out, this one included.
 */
void scan_cut_entry(struct scan *scan, struct scan_finding *finding, const struct diag_file *file,
		    const struct tree_node *parent, uint32_t number, const bool *gone);

/* A comment is in what the finding takes out, or stands over it. */
bool scan_cut_has_comment(const struct scan_finding *finding);

/* Takes the rest of a line out, and the line if nothing else is on it. */
void scan_cut_comment(struct scan *scan, struct scan_finding *finding, struct diag_span span);

/* What this input cannot tell. */
void scan_report_unknown(struct scan *scan, struct scan_place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* By --rules, of which the last word that a rule's id begins with counts, and the configuration. */
bool scan_is_wanted(const struct scan *scan, const struct scan_rule *rule);

/* A finding begins at this place already. */
bool scan_has_at(const struct scan *scan, struct diag_span span);

/* A finding of this rule does. */
bool scan_has_rule_at(const struct scan *scan, enum scan_rule_id id, struct diag_span span);

/* Some finding of this rule for the namespace; NULL for a cluster-wide one. */
bool scan_has_for(const struct scan *scan, enum scan_rule_id id, const char *ns);

/* Is in the input, and subject to policy: not assumed, not hypothetical, not on the host's network. */
bool scan_is_subject(const struct model_workload *workload);

/*
 * The workloads whose pods a peer of pods, or the subject of a policy, selects, in order; also those
 * on the host's network, as if they were not: policies do not bind them. Owned by the scan; `peer`
 * stays where it is as long as that.
 */
struct scan_members {
	const struct model_workload **items;
	size_t n;
	size_t cap;
};
const struct scan_members *scan_members(struct scan *scan, const struct policy_peer *peer);
void scan_members_release(struct scan *scan);

/* The workloads of a namespace that the input shows, in order, of whatever kind. */
struct model_workload *const *scan_workloads_of(const struct scan *scan,
						const struct model_namespace *ns, uint32_t *ret_n);

/* Where they begin, of each namespace: with the world, members.c. */
void scan_list_workloads(struct scan *scan);

/* The input shows, or implies, a namespace that the selector takes. */
bool scan_has_namespace(const struct scan *scan, const struct selector *namespaces);

/* A policy of NetworkPolicy, networking.k8s.io: rules that look at its own fields. */
bool scan_is_networkpolicy(const struct policy *policy);
bool scan_declares_networkpolicy(const struct model_manifest *manifest);

/* A list of policyTypes has this one, in any case of letters: BH103 is about those. */
bool scan_names_type(const struct tree_node *types, enum policy_direction direction);

/* An API group of Calico. */
bool scan_is_calicos(const char *group);

/* kube-system and the like, and those that the configuration names. */
bool scan_is_system(const struct scan *scan, const struct model_namespace *ns);

/* Trees: object.c. The object as it was written, or NULL. */
const struct model_manifest *scan_manifest(struct scan *scan, const char *kind, const char *ns,
					   const char *name);

/* "metadata" and "spec" of the pods of a workload; NULL: not at hand. */
const struct tree_node *scan_template(struct scan *scan, const struct model_workload *workload);

/* A member of metadata.annotations, or NULL. */
const char *scan_annotation(const struct tree_node *root, const char *key);

/* What base64 stands for, in the arena; NULL: it is none, or no text. */
const char *scan_base64(const char *text, struct arena *arena);

/* An object of an API of network policies. */
bool scan_is_policy(const struct model_manifest *manifest);

/* Follows keys to a node, ends with NULL: scan_at(root, "spec", "template", NULL). */
const struct tree_node *scan_node(const struct tree_node *root, ...) __attribute__((sentinel));

/* The engine: reach.c. Before any rule: the world is of every pod, the hypothetical ones too. */
void scan_world_make(struct scan *scan);

/* The policies that select the workload and decide, in order; of its first pod. */
const struct policy *const *scan_policies_of(struct scan *scan,
					     const struct model_workload *workload,
					     uint32_t *ret_n);

/* Some policy isolates the workload's pods in this direction. */
bool scan_is_isolated(struct scan *scan, const struct model_workload *workload,
		      enum policy_direction direction);

/* One side's word alone: what the policies of `subject` say of the peer. */
bool scan_side_may(struct scan *scan, const struct model_pod *subject, const struct model_pod *peer,
		   enum policy_direction direction, enum port_space space, uint16_t port);

/* Both sides'. */
bool scan_may(struct scan *scan, const struct model_pod *from, const struct model_pod *to,
	      enum port_space space, uint16_t port);

/* The policies of `subject` alone, of an address that is no pod's. */
bool scan_outside_may(struct scan *scan, const struct model_pod *subject,
		      const struct ip_addr *addr, enum policy_direction direction,
		      enum port_space space, uint16_t port);

/* The same of an IPv4 address of the internet that no rule is about; `scan->far` has them: far.c. */
bool scan_far_may(struct scan *scan, const struct model_pod *subject,
		  enum policy_direction direction, enum port_space space, uint16_t port);
void scan_far_choose(struct scan *scan);

/* The policies of `subject` let the peer pass on every port of every protocol. */
bool scan_is_open(struct scan *scan, const struct model_pod *subject, const struct model_pod *peer,
		  enum policy_direction direction);

/*
 * What a sentence about everybody ends with: nothing where the policies of the `peer` that stands
 * for them let it pass too, on `port` or (NULL) on every one.
 */
const char *scan_other_side_text(struct scan *scan, const struct model_pod *subject,
				 const struct model_pod *peer, enum policy_direction direction,
				 const struct port_range *port);

/* Some port of `limit` on which both sides let one pass, in a range that they do not divide. */
bool scan_may_within(struct scan *scan, const struct model_pod *from, const struct model_pod *to,
		     const struct port_range *limit, struct port_range *ret);

/* The same of its egress to addresses of the internet. */
bool scan_is_open_outside(struct scan *scan, const struct model_pod *subject);

/* Some port on which both sides let one pass to the other: of those that it declares, if it does. */
bool scan_may_at_all(struct scan *scan, const struct model_pod *from, const struct model_pod *to,
		     struct port_range *ret);

/* Opening: opens.c. The ports of a rule; those with names are the target's, NULL: nobody's. */
void scan_rule_ports(const struct policy_rule *rule, const struct model_pod *target,
		     struct port_set *ret);

/*
 * Whether the rules as a whole open a workload that the rule is about to the peer on some of its
 * ports, and on which: what rules can tell apart is asked one by one.
 */
struct scan_access {
	const struct model_workload *subject; /* the first; NULL: none is in the input */
	uint32_t n_subjects;
	const struct model_pod *peer;
	struct port_set open; /* those of the rule's ports that are, in the scan's arena */
	bool is_part;         /* and these are not all */
};
bool scan_rule_opens(struct scan *scan, const struct policy_rule *rule,
		     const struct model_pod *peer, struct scan_access *ret);

/* The same of an address that is no pod's; also where nobody whom the policy selects is in the input. */
bool scan_opens_address(struct scan *scan, const struct policy_rule *rule,
			const struct ip_addr *addr, struct scan_access *ret);

/*
 * How much of the addresses that are no pod's the rules as a whole let pass too, on the ports that are
 * open; all, where nobody whom the policy selects is in the input.
 */
enum scan_share { SCAN_NOBODY, SCAN_SOME, SCAN_ALL };
enum scan_share scan_share_outside(struct scan *scan, const struct policy_rule *rule,
				   const struct scan_access *access);

/* The rule that decides what one side says of the peer, or NULL: a default, or nobody. */
const struct policy_rule *scan_decider(struct scan *scan, const struct model_pod *subject,
				       const struct model_pod *peer,
				       enum policy_direction direction, struct port_range port);

/* A port that the rule is about, at a target. */
struct port_range scan_port_of(const struct policy_rule *rule, const struct model_pod *target);

/* Whether the rule's peers have the pod, wherever it is. */
bool scan_has_peer(const struct scan *scan, const struct policy_rule *rule,
		   const struct model_pod *pod);
bool scan_peer_takes(const struct scan *scan, const struct policy_peer *peer,
		     const struct model_pod *pod);

/* Blocks: block.c. The block of a peer, all of it or what of it is outside the cluster; NULL: none. */
const struct policy_peer *scan_block_of(const struct policy_peer *peer);

/* The first of a rule's that together are every address of a family, or NULL. */
const struct policy_peer *scan_whole_family(const struct policy_rule *rule, enum ip_family family);

/* Every port of the rule is one of the wide one's. */
bool scan_has_ports_of(const struct policy_rule *wide, const struct policy_rule *rule);

/* Selectors in the text: place.c. The field of a selector that asks for a key, else the selector. */
struct diag_span scan_key_span(const struct diag_file *file, const struct tree_node *selector,
			       const char *key);

/*
 * What a policy was made of: `spec` is the first part of an object that has it, and each of Cilium's
 * `specs` is one.
 */
const struct tree_node *scan_spec(const struct policy *policy);

/* The selector of a policy's subject; NULL: its API has none, or another. */
const struct tree_node *scan_subject_node(const struct policy *policy);

/* The item of a NetworkPolicy's list that a peer is, or NULL. */
const struct tree_node *scan_peer_node(const struct policy_rule *rule,
				       const struct policy_peer *peer);

/* The number of a NetworkPolicy's port, or NULL. */
const struct tree_node *scan_port_node(const struct policy_rule *rule,
				       const struct policy_port *port);

/*
 * Whether pods that fit a selector may come from what the input does not show: the resource of an
 * operator that is in the input has its labels, or a key of it is one that operators set.
 */
enum scan_origin { SCAN_FROM_NOWHERE, SCAN_FROM_RESOURCE, SCAN_FROM_OPERATOR };
enum scan_origin scan_origin_of(struct scan *scan, const struct selector *selector, const char *ns);

/* Words: words.c. "shop/web", "shop/web and 2 others", "the pods of shop that it selects". */
const char *scan_subject_text(struct scan *scan, const struct policy_rule *rule,
			      const struct scan_access *access);

/* What scan_other_side_text() says of the access; nothing where nobody is in the input. */
const char *scan_limit_text(struct scan *scan, const struct policy_rule *rule,
			    const struct scan_access *access);

/* "shop/web and 2 others" of `n` in all. */
const char *scan_and_others(struct scan *scan, const struct model_workload *first, uint32_t n);

/* ":5432", ":53/UDP", ":8000-8080", " on all/TCP": what follows a target's name. */
const char *scan_port_text(struct scan *scan, const struct port_range *port);

/* " on 80/TCP, 443/TCP", " on every port": what follows whom the access is about. */
const char *scan_ports_text(struct scan *scan, const struct policy_rule *rule,
			    const struct scan_access *access);

/* "app=web" of a selector, "every pod" of an empty one. */
const char *scan_selector_text(struct scan *scan, const struct selector *selector);

/* What comes of a peer that is nobody. */
const char *scan_void_text(const struct policy_rule *rule);

/* Of a rule that allows without a condition, and is no mesh's. */
bool scan_allows(const struct policy_rule *rule);

/* The rule is for this port and no other. */
bool scan_only_port(const struct policy_rule *rule, uint16_t port);

/* Some port of the rule is this one. */
bool scan_has_port(const struct policy_rule *rule, enum port_space space, uint16_t port);

/*
 * Some rule lets addresses in, and not only pods: perhaps one that was not asked about, such as that
 * of a node or of the API server.
 */
bool scan_lets_addresses_in(struct scan *scan, const struct model_workload *workload);

/* A pod without labels in this namespace: the next one that somebody starts there. */
const struct model_pod *scan_newcomer(struct scan *scan, const struct model_namespace *ns);

/* A pod without labels in a namespace of which nothing is known. */
const struct model_pod *scan_stranger(struct scan *scan);

/* Pods that the policy selects and that are in the input: how many, and the first. */
uint32_t scan_selected(struct scan *scan, const struct policy *policy,
		       const struct model_workload **ret_first);

/* The policy selects pods on the host's network, which it does not bind, and no others. */
bool scan_is_host_only(struct scan *scan, const struct policy *policy,
		       const struct model_workload **ret_first);
