/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/cases.h"

#include "base/strbuf.h"
#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *lab_cases_load(const char *path)
{
	struct strbuf text = {0};
	FILE *file = fopen(path, "re");
	char buffer[4096];
	size_t len;

	if (!file)
		return NULL;
	while ((len = fread(buffer, 1, sizeof(buffer), file)) > 0)
		strbuf_add(&text, buffer, len);
	fclose(file);
	strbuf_addch(&text, '\n');
	return text.text;
}

/* "5432/TCP", "53/UDP" */
static bool parse_port(const char *text, struct lab_probe *ret)
{
	char *slash;
	const unsigned long number = strtoul(text, &slash, 10);

	ret->port = (uint16_t)number;
	ret->space = strcmp(slash, "/UDP") ? PORT_TCP : PORT_UDP;
	return number && number <= 65535 && (!strcmp(slash, "/TCP") || !strcmp(slash, "/UDP"));
}

static void list_case(const struct lab_plan *plan, const struct lab_end *ends[2], const char *port,
		      struct lab_probes *ret)
{
	struct lab_probe probe = {.from = (uint32_t)(ends[0] - plan->ends),
				  .to = (uint32_t)(ends[1] - plan->ends)};

	if (!port)
		lab_probes_list_pair(plan, probe.from, probe.to, ret);
	for (uint32_t ip = 0; port && parse_port(port, &probe) && ip < ends[1]->n_ips; ip++) {
		probe.ip = (uint8_t)ip;
		if (lab_end_ip(ends[0], ends[1]->ips[ip].family))
			vec_push(ret, probe);
	}
}

static int compare_probes(const void *left, const void *right)
{
	const struct lab_probe *a = left, *b = right;
	const uint32_t words[2][5] = {{a->from, a->to, a->ip, a->space, a->port},
				      {b->from, b->to, b->ip, b->space, b->port}};

	for (int i = 0; i < 5; i++)
		if (words[0][i] != words[1][i])
			return words[0][i] < words[1][i] ? -1 : 1;
	return 0;
}

/* By source, as probes are sent, and each once. */
static void order(struct lab_probes *probes)
{
	size_t n = 0;

	if (probes->n)
		qsort(probes->items, probes->n, sizeof(*probes->items), compare_probes);
	for (size_t i = 0; i < probes->n; i++)
		if (n == 0 || compare_probes(&probes->items[n - 1], &probes->items[i]))
			probes->items[n++] = probes->items[i];
	probes->n = n;
}

void lab_cases_list(const struct lab_plan *plan, char *text, struct lab_probes *ret)
{
	for (char *line, *lines = NULL; (line = strtok_r(lines ? NULL : text, "\n", &lines));) {
		char *words = NULL;
		const char *from = strtok_r(line, " ", &words);
		const char *to = strtok_r(NULL, " ", &words);
		const struct lab_end *ends[2] = {from ? lab_find_pod(plan, from) : NULL,
						 to ? lab_find_pod(plan, to) : NULL};

		if (ends[0] && ends[1])
			list_case(plan, ends, strtok_r(NULL, " ", &words), ret);
	}
	order(ret);
}
