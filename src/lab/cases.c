/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/cases.h"

#include "analyze/question.h"
#include "base/strbuf.h"
#include "lab/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct lab_cases *cases, char *line)
{
	struct lab_case *item = vec_add(&cases->items);
	char *words = NULL;

	item->ends[0] = strtok_r(line, " ", &words);
	item->ends[1] = strtok_r(NULL, " ", &words);
	item->port = strtok_r(NULL, " ", &words);
	if (!item->ends[1])
		item->why = "expected FROM TO [PORT/PROTOCOL]";
}

int lab_cases_load(const char *path, struct lab_cases **ret)
{
	FILE *file = fopen(path, "re");
	struct lab_cases *cases;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file)
		return -errno;
	cases = vec_grow(NULL, &(size_t){0}, 1, sizeof(*cases));
	*cases = (struct lab_cases){0};
	arena_init(&cases->arena);
	while ((len = getline(&line, &size, file)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		add_line(cases, arena_strdup(&cases->arena, line));
	}
	free(line);
	fclose(file);
	*ret = cases;
	return 0;
}

void lab_cases_free(struct lab_cases *cases)
{
	if (!cases)
		return;
	vec_release(&cases->items);
	arena_release(&cases->arena);
	free(cases);
}

static const struct lab_end *find_end(const struct lab_plan *plan, const char *name)
{
	const struct lab_end *end = lab_find_pod(plan, name);
	struct ip_addr addr;

	if (!end && ip_parse(name, &addr, NULL) == 0)
		end = lab_find_address(plan, &addr);
	return end ? end : lab_find_host_pod(plan, name);
}

/* NULL, or why a port cannot be tried. Of ICMP only pings are answered. */
static const char *read_port(const char *text, struct arena *arena, struct lab_probe *ret)
{
	struct analyze_port port;
	struct diag_list problems;

	diag_list_init(&problems, arena);
	if (!analyze_port_parse(text, &problems, &port) || port.name || port.is_whole)
		return "the lab tries one port at a time, by its number";
	ret->space = port.range.space;
	ret->port = port.range.first;
	if (port.range.space <= PORT_SCTP)
		return port.range.first ? NULL : "port 0 cannot be tried";
	return lab_is_ping(ret) ? NULL : "the lab tries TCP, UDP, SCTP and pings";
}

static bool is_of_family(const struct lab_probe *probe, const struct ip_addr *addr)
{
	return (probe->space != PORT_ICMP || addr->family == IP_V4) &&
	       (probe->space != PORT_ICMPV6 || addr->family == IP_V6);
}

static void list_addresses(const struct lab_end *ends[2], struct lab_probe probe,
			   struct lab_probes *ret)
{
	for (uint32_t ip = 0; ip < ends[1]->n_ips; ip++) {
		probe.ip = (uint8_t)ip;
		if (lab_end_ip(ends[0], ends[1]->ips[ip].family) &&
		    is_of_family(&probe, &ends[1]->ips[ip]))
			vec_push(ret, probe);
	}
}

/* NULL, or why the case cannot be tried. */
static const char *list_case(const struct lab_plan *plan, struct lab_cases *cases, size_t number,
			     struct lab_probes *ret)
{
	const struct lab_case *item = &cases->items.items[number];
	const struct lab_end *ends[2];
	struct lab_probe probe = {0};
	const char *why;
	const size_t n = ret->n;

	if (item->why)
		return item->why;
	for (int i = 0; i < 2; i++) {
		ends[i] = find_end(plan, item->ends[i]);
		if (!ends[i])
			return arena_printf(&cases->arena, "the lab has no %s", item->ends[i]);
	}
	if (ends[0] == ends[1] || (ends[0]->kind != LAB_POD && ends[1]->kind != LAB_POD))
		return "it is on one side of every policy";
	probe.from = (uint32_t)(ends[0] - plan->ends);
	probe.to = (uint32_t)(ends[1] - plan->ends);
	why = item->port ? read_port(item->port, &cases->arena, &probe) : NULL;
	if (why)
		return why;
	if (item->port)
		list_addresses(ends, probe, ret);
	else
		lab_probes_list_pair(plan, probe.from, probe.to, ret);
	for (size_t i = n; i < ret->n; i++)
		ret->items[i].line = (uint32_t)number + 1;
	return ret->n == n ? "the two have no address of one family" : NULL;
}

static int compare_probes(const void *left, const void *right)
{
	const struct lab_probe *a = left, *b = right;
	const uint32_t words[2][5] = {{a->from, a->line, a->ip, a->space, a->port},
				      {b->from, b->line, b->ip, b->space, b->port}};

	for (int i = 0; i < 5; i++)
		if (words[0][i] != words[1][i])
			return words[0][i] < words[1][i] ? -1 : 1;
	return 0;
}

void lab_cases_list(const struct lab_plan *plan, struct lab_cases *cases, struct lab_probes *ret)
{
	for (size_t i = 0; i < cases->items.n; i++)
		cases->items.items[i].why = list_case(plan, cases, i, ret);
	/* By source, as probes are sent. */
	if (ret->n)
		qsort(ret->items, ret->n, sizeof(*ret->items), compare_probes);
}
