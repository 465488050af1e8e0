/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/probe.h"

#include "base/vec.h"

#define FIRST_CLOSED_PORT 9 /* "discard": nobody's today */
#define PING_V4 (8 << 8)    /* type and code of an echo request */
#define PING_V6 (128 << 8)

const char *lab_outcome_name(enum lab_outcome outcome)
{
	static const char *const names[] = {
#define X(id, name) [LAB_##id] = name,
		LAB_OUTCOMES(X)
#undef X
	};

	return names[outcome];
}

uint16_t lab_closed_port(const struct lab_end *end)
{
	uint16_t port = FIRST_CLOSED_PORT;

	while (lab_listens(end, PORT_TCP, port) || lab_listens(end, PORT_UDP, port))
		port++;
	return port;
}

bool lab_is_ping(const struct lab_probe *probe)
{
	return (probe->space == PORT_ICMP && probe->port == PING_V4) ||
	       (probe->space == PORT_ICMPV6 && probe->port == PING_V6);
}

/* A port by both protocols: a rule for one of them must not open the other. */
static void list_port(struct lab_probes *probes, struct lab_probe probe, uint16_t port)
{
	probe.port = port;
	probe.space = PORT_TCP;
	vec_push(probes, probe);
	probe.space = PORT_UDP;
	vec_push(probes, probe);
}

static bool is_listed_before(const struct lab_end *end, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (end->ports[j].number == end->ports[i].number)
			return true;
	return false;
}

void lab_probes_list_pair(const struct lab_plan *plan, uint32_t from, uint32_t to,
			  struct lab_probes *probes)
{
	const struct lab_end *target = &plan->ends[to];

	for (uint32_t ip = 0; ip < target->n_ips; ip++) {
		const struct lab_probe probe = {.from = from, .to = to, .ip = (uint8_t)ip};

		if (!lab_end_ip(&plan->ends[from], target->ips[ip].family))
			continue;
		for (uint32_t i = 0; i < target->n_ports; i++)
			if (!is_listed_before(target, i))
				list_port(probes, probe, target->ports[i].number);
		list_port(probes, probe, lab_closed_port(target));
	}
}

void lab_probes_list(const struct lab_plan *plan, struct lab_probes *ret)
{
	for (uint32_t from = 0; from < lab_n_ends(plan); from++)
		for (uint32_t to = 0; to < lab_n_ends(plan); to++)
			if (from != to &&
			    (plan->ends[from].kind == LAB_POD || plan->ends[to].kind == LAB_POD))
				lab_probes_list_pair(plan, from, to, ret);
}

bool lab_probe_agrees(const struct lab_probe *probe)
{
	const struct event *event = &probe->event;

	if (probe->seen != probe->expected || probe->seen != LAB_DROPPED)
		return probe->seen == probe->expected;
	return event->direction == probe->verdict.direction &&
	       event->reason == probe->verdict.reason && event->stable_id == probe->stable_id;
}

size_t lab_probes_disagreements(const struct lab_probes *probes)
{
	size_t n = 0;

	for (size_t i = 0; i < probes->n; i++)
		n += !lab_probe_agrees(&probes->items[i]);
	return n;
}
