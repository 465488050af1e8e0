/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/predict.h"

const struct table_view *lab_judge(const struct lab_plan *plan, const struct lab_nodes *nodes,
				   uint32_t end)
{
	return plan->ends[end].kind == LAB_POD ? &nodes->views[plan->ends[end].node] : NULL;
}

/* Both sides, each by its own node; one node judges both from one table. */
static void judge(const struct lab_plan *plan, const struct lab_nodes *nodes,
		  const struct lab_probe *probe, struct verdict_flow *flow, struct verdict *ret)
{
	const struct lab_end *from = &plan->ends[probe->from], *to = &plan->ends[probe->to];
	const struct table_view *egress = lab_judge(plan, nodes, probe->from);
	const struct table_view *ingress = lab_judge(plan, nodes, probe->to);
	struct verdict arrival;

	flow->flags = (egress ? VERDICT_JUDGE_EGRESS : 0) | (ingress ? VERDICT_JUDGE_INGRESS : 0);
	if (from->kind == LAB_NODE && from->node == to->node)
		flow->flags |= VERDICT_FROM_OWN_NODE;
	verdict_flow(egress ? egress : ingress, flow, ret);
	if (!egress || !ingress || egress == ingress)
		return;
	verdict_flow(ingress, flow, &arrival);
	ret->side[VERDICT_INGRESS] = arrival.side[VERDICT_INGRESS];
	verdict_fold(ret, flow->flags);
}

static uint32_t stable_id(const struct lab_plan *plan, const struct lab_nodes *nodes,
			  const struct lab_probe *probe)
{
	const struct verdict *verdict = &probe->verdict;
	const uint32_t end = verdict->direction == VERDICT_EGRESS ? probe->from : probe->to;
	const struct table_view *table = lab_judge(plan, nodes, end);
	const struct table_outcome *outcome =
		table ? table_outcome(table, verdict->side[verdict->direction].outcome) : NULL;

	return outcome ? outcome->stable_id : 0;
}

static void predict(const struct lab_plan *plan, const struct lab_nodes *nodes,
		    struct lab_probe *probe)
{
	const struct lab_end *to = &plan->ends[probe->to];
	const struct ip_addr *dst = &to->ips[probe->ip];
	struct verdict_flow flow = compile_flow(lab_end_ip(&plan->ends[probe->from], dst->family),
						dst, probe->space, probe->port);

	judge(plan, nodes, probe, &flow, &probe->verdict);
	probe->stable_id = stable_id(plan, nodes, probe);
	if (probe->verdict.action != TABLE_ALLOW)
		probe->expected = LAB_DROPPED;
	else if (lab_is_ping(probe) || lab_listens(to, probe->space, probe->port))
		probe->expected = LAB_ANSWERED;
	else
		probe->expected = LAB_REFUSED;
}

void lab_predict(const struct lab_plan *plan, const struct lab_nodes *nodes,
		 struct lab_probes *probes)
{
	for (size_t i = 0; i < probes->n; i++)
		predict(plan, nodes, &probes->items[i]);
}
