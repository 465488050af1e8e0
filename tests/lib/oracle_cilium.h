/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A naive Cilium: one side of a connection, judged from the policy objects themselves by the rules of
 * precedence that Cilium documents. It shares no code with the front end; NetworkPolicies are judged
 * too, as Cilium takes them. Only what lib/random_cilium.h writes is understood.
 */
#pragma once

#include "base/port.h"
#include "model/model.h"

#include <stdbool.h>

struct cilium_side {
	const struct model_snapshot *snapshot;
	const struct model_pod *subject;
	bool is_ingress;
	struct ip_addr peer;
	uint8_t space; /* enum port_space */
	uint16_t port; /* of ICMP: type << 8 */
};

enum cilium_answer { CILIUM_DENIES, CILIUM_ALLOWS, CILIUM_DEPENDS };

enum cilium_answer oracle_cilium(const struct cilium_side *side);
