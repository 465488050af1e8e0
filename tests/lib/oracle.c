/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/oracle_ask.h"

void oracle_decide(struct oracle_side *side, bool is_allowed, enum verdict_reason reason)
{
	side->is_allowed = is_allowed;
	side->reason = reason;
}

/* What would be allowed anyway needs no condition. */
static void settle(struct oracle_side *side)
{
	if (side->is_allowed)
		side->n_conditions = 0;
	if (side->n_conditions == 0)
		return;
	side->rest = side->rule;
	side->rule = side->conditions[0];
	side->reason = VERDICT_CONDITION;
}

/* "Admin tier, NetworkPolicy tier, Baseline tier"; what none of them decides is allowed. */
static struct oracle_side judge_pod(const struct oracle_ask *ask, const struct model_pod *pod)
{
	struct oracle_side side = {.is_allowed = true, .reason = VERDICT_NOT_ISOLATED};

	if (!oracle_adminpolicy(ask, "Admin", pod, &side) && !oracle_networkpolicy(ask, pod, &side))
		oracle_adminpolicy(ask, "Baseline", pod, &side);
	settle(&side);
	return side;
}

static struct oracle_side side(bool is_allowed, enum verdict_reason reason)
{
	return (struct oracle_side){.is_allowed = is_allowed, .reason = reason};
}

/* ---- The packet ---- */

static struct oracle_end find_end(const struct model_snapshot *snapshot, const struct ip_addr *addr)
{
	struct oracle_end end = {.addr = *addr, .is_node = model_find_node_address(snapshot, addr)};

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		for (uint32_t ip = 0; ip < pod->n_ips; ip++) {
			if (!ip_equal(&pod->ips[ip], addr))
				continue;
			end.pod = pod->host_network ? end.pod : pod;
			end.n_pods += !pod->host_network;
			end.is_node |= pod->host_network;
		}
	}
	return end;
}

static struct oracle_side judge_side(const struct oracle_ask *ask)
{
	const struct oracle_end *own = ask->is_egress ? &ask->src : &ask->dst;

	if (ask->src.n_pods > 1 || ask->dst.n_pods > 1)
		return side(false, VERDICT_ADDRESS_CONFLICT);
	if (own->pod && ip_equal(&ask->src.addr, &ask->dst.addr))
		return side(true, VERDICT_SELF); /* "a pod cannot block access to itself" */
	if (ask->question->from_own_node && !ask->is_egress)
		return side(true, VERDICT_LOCAL_NODE); /* "… the source is the pod's local node" */
	if (!own->pod)
		return side(true, own->is_node ? VERDICT_HOST_NETWORK : VERDICT_OUTSIDE);
	return judge_pod(ask, own->pod);
}

void oracle_judge(const struct oracle *oracle, const struct oracle_question *question,
		  struct oracle_verdict *ret)
{
	struct oracle_ask ask = {.oracle = oracle, .question = question};

	ask.src = find_end(oracle->snapshot, &question->src);
	ask.dst = find_end(oracle->snapshot, &question->dst);
	ask.is_egress = true;
	ret->side[0] = judge_side(&ask);
	ask.is_egress = false;
	ret->side[1] = judge_side(&ask);
}
