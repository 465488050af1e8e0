/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a packet passes or not: one table for the kernel programs, the command line, JSON, metrics and docs.
 *
 * The numbers are part of the event format: append, never renumber. `name` is the word in JSON; `text`
 * completes the sentence "denied: …" or "allowed: …".
 */
#pragma once

/* id, name, text */
#define VERDICT_REASONS(X) \
	X(NONE, "none", "no reason given") \
	/* from the table */ \
	X(NOT_ISOLATED, "not-isolated", "no policy isolates the pod in this direction") \
	X(RULE, "rule", "a rule decides") \
	X(DEFAULT_DENY, "default-deny", "isolated, and no rule allows it") \
	X(CONDITION, "condition", "it depends on a condition") \
	/* before the table */ \
	X(SELF, "self", "a pod cannot block access to itself") \
	X(LOCAL_NODE, "local-node", "ingress from the pod's own node is always allowed") \
	X(HOST_NETWORK, "host-network", "policies do not apply to host-network pods and nodes") \
	X(OUTSIDE, "outside", "the address is not a pod of this cluster") \
	X(REMOTE, "remote", "the pod lives on another node, which judges it") \
	/* state */ \
	X(ESTABLISHED, "established", "belongs to a flow that is allowed") \
	X(RELATED, "related", "an ICMP error about a flow that is allowed") \
	X(NEIGHBOUR, "neighbour", "address resolution: ARP, or IPv6 neighbour discovery") \
	/* closed by construction */ \
	X(NO_TABLE, "no-table", "no policy table is loaded") \
	X(BAD_TABLE, "bad-table", "the policy table has no answer") \
	X(NO_ENDPOINT, "no-endpoint", "the interface belongs to no known pod") \
	X(SPOOFED, "spoofed", "the source address is not the pod's") \
	X(ADDRESS_CONFLICT, "address-conflict", "two live pods claim the address") \
	X(NOT_IP, "not-ip", "neither IPv4, IPv6 nor ARP") \
	X(MALFORMED, "malformed", "a header is truncated or inconsistent") \
	X(FRAGMENT, "fragment", "a fragment without its ports") \
	X(EXTENSION_HEADER, "extension-header", "an IPv6 extension header") \
	X(NEIGHBOUR_FORBIDDEN, "neighbour-forbidden", \
	  "neighbour discovery that a pod must not send") \
	X(UNRELATED, "unrelated", "an ICMP error about no known flow") \
	X(MISDIRECTED, "misdirected", "the destination address is not the pod's") \
	/* from the table, too */ \
	X(SOURCE_PORT, "source-port", "it depends on the source port") \
	/* of questions only */ \
	X(NO_ROUTE, "no-route", "no Ingress, Route or HTTPRoute leads there")

enum verdict_reason {
#define X(id, name, text) VERDICT_##id,
	VERDICT_REASONS(X)
#undef X
		VERDICT_N_REASONS
};
