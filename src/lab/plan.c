/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/plan.h"

#include <string.h>

void lab_plan_init(struct lab_plan *plan)
{
	*plan = (struct lab_plan){0};
	arena_init(&plan->arena);
}

void lab_plan_release(struct lab_plan *plan)
{
	arena_release(&plan->arena);
}

const struct lab_end *lab_find_address(const struct lab_plan *plan, const struct ip_addr *addr)
{
	for (uint32_t i = 0; i < lab_n_ends(plan); i++) {
		const struct ip_addr *ip = lab_end_ip(&plan->ends[i], addr->family);

		if (ip && ip_equal(ip, addr))
			return &plan->ends[i];
	}
	return NULL;
}

const struct lab_end *lab_find_pod(const struct lab_plan *plan, const char *name)
{
	for (uint32_t i = 0; i < plan->n_pods; i++)
		if (!strcmp(lab_pod(plan, i)->name, name))
			return lab_pod(plan, i);
	return NULL;
}

/* Whether a list, "a/b, c/d", has a name. */
static bool lists(const char *list, const char *name)
{
	const size_t len = strlen(name);

	while (list && (strncmp(list, name, len) || (list[len] && list[len] != ','))) {
		list = strstr(list, ", ");
		list = list ? list + 2 : NULL;
	}
	return list;
}

const struct lab_end *lab_find_host_pod(const struct lab_plan *plan, const char *name)
{
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		if (lists(plan->ends[i].workload, name))
			return &plan->ends[i];
	return NULL;
}

bool lab_listens(const struct lab_end *end, enum port_space space, uint16_t number)
{
	for (uint32_t i = 0; i < end->n_ports; i++)
		if (end->ports[i].space == space && end->ports[i].number == number)
			return true;
	return false;
}

const struct ip_addr *lab_end_ip(const struct lab_end *end, enum ip_family family)
{
	for (uint32_t i = 0; i < end->n_ips; i++)
		if (end->ips[i].family == family)
			return &end->ips[i];
	return NULL;
}

const char *lab_end_title(const struct lab_end *end, struct arena *arena)
{
	static const char *const prefix[] = {
		[LAB_NODE] = "node ", [LAB_POD] = "", [LAB_OUTSIDE] = "outside "};

	return arena_printf(arena, "%s%s", prefix[end->kind], end->name);
}

const char *lab_end_greeting(const struct lab_end *end)
{
	return end->kind == LAB_OUTSIDE ? "outside" : end->name;
}
