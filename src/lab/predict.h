/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tables say will become of a probe: verdict_flow() in userspace, on the bytes that the
 * kernel was given. A probe between nodes is judged as it travels: egress by the sender's node,
 * ingress by the receiver's.
 */
#pragma once

#include "lab/nodes.h"
#include "lab/probe.h"

/* Fills expected, verdict and stable_id of every probe. Every node has a table. */
void lab_predict(const struct lab_plan *plan, const struct lab_nodes *nodes,
		 struct lab_probes *probes);

/* The table that judges a side of a flow between two ends, NULL when none does. */
const struct table_view *lab_judge(const struct lab_plan *plan, const struct lab_nodes *nodes,
				   uint32_t end);
