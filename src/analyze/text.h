/* SPDX-License-Identifier: Apache-2.0 */
/* Words for results, the same for every program: reasons, port sets, rules and policies. */
#pragma once

#include "base/arena.h"
#include "base/port.h"
#include "base/strbuf.h"
#include "policy/ir.h"
#include "verdict/reason.h"

/* "not-isolated", as in JSON; and the text that completes "denied: …" or "allowed: …". */
const char *analyze_reason_name(enum verdict_reason reason);
const char *analyze_reason_text(enum verdict_reason reason);

/*
 * "TCP 80,443-445; UDP 53"; a protocol alone stands for all of it, "all ports" for every protocol
 * that the addresses can carry, "no port" for nothing. ICMP is told by type.
 */
void analyze_ports_text(const struct port_set *set, struct strbuf *ret);

/* Every protocol, or every one that the addresses of one family can carry: "all ports". */
bool analyze_ports_is_everything(const struct port_set *set);

/* "shop/default-deny"; "name" alone for a cluster-wide policy. */
void analyze_policy_text(const struct policy *policy, struct strbuf *ret);

/* "ingress[0]" */
void analyze_rule_text(const struct policy_rule *rule, struct strbuf *ret);

/* "shop/web ingress[0]"; without a rule (NULL) the policy alone. */
void analyze_decider_text(const struct policy *policy, const struct policy_rule *rule,
			  struct strbuf *ret);

/* "app=api in shop"; of a tree, what its API calls it, else "(… and not (…))". */
void analyze_peer_text(const struct policy_peer *peer, struct strbuf *ret);

/* What a conditional rule needs to be found true; one that refuses, "unless …". In the arena. */
const char *analyze_condition_text(const struct policy_rule *rule, struct arena *arena);

/* Whom a rule is about, "app=api; 10.0.0.0/8 except 10.1.0.0/16"; and on what, "TCP 80,http". */
void analyze_peers_text(const struct policy_rule *rule, struct strbuf *ret);
void analyze_rule_ports_text(const struct policy_rule *rule, struct strbuf *ret);
