/* SPDX-License-Identifier: Apache-2.0 */
/* `reach` for people: text, Markdown, and a graph for Graphviz. */
#include "render/reach.h"

#include "analyze/text.h"
#include "render/aside.h"
#include "render/escape.h"

#include <stdio.h>

/* What is to be said of a hop besides where it leads. */
static void add_marks(const struct analyze_reach *reach, uint32_t endpoint, struct strbuf *ret)
{
	const struct analyze_reach_node *node = &reach->nodes.items[endpoint];

	if (node->is_conditional)
		strbuf_addstr(ret, "; on conditions");
	if (node->is_undeclared && analyze_reach_is_workload(reach, endpoint))
		strbuf_addstr(ret, "; declares no port, may listen everywhere");
	if (node->reaches_internet)
		strbuf_addstr(ret, "; may reach the internet");
	if (!analyze_reach_is_workload(reach, endpoint))
		strbuf_addstr(ret, "; not in the input");
}

static void add_ports(struct analyze_reach *reach, uint32_t ports, struct strbuf *ret)
{
	const struct analyze_portset *set = analyze_portsets_whole(&reach->map.sets, ports);
	struct port_set all = {0};

	port_set_copy(&all, &set->ports);
	for (uint32_t i = 0; i < set->n_parts; i++)
		port_set_union(&all, analyze_portsets_get(&reach->map.sets, set->parts[i].ports));
	analyze_ports_text(&all, ret);
	port_set_release(&all);
}

static void print_hop(struct analyze_reach *reach, uint32_t endpoint)
{
	const struct analyze_reach_node *node = &reach->nodes.items[endpoint];
	struct strbuf text = {0};

	add_ports(reach, node->ports, &text);
	add_marks(reach, endpoint, &text);
	printf("  %u  %s → %s   %s\n", node->hop, render_reach_via(reach, endpoint),
	       reach->map.endpoints.items[endpoint].id, strbuf_str(&text));
	strbuf_release(&text);
}

static void print_radius(const struct analyze_reach *reach, const char *words)
{
	printf("%s: %u workload%s with %u pod%s, in at most %u hop%s", words, reach->n_workloads,
	       reach->n_workloads == 1 ? "" : "s", reach->n_pods, reach->n_pods == 1 ? "" : "s",
	       reach->n_hops, reach->n_hops == 1 ? "" : "s");
	if (reach->n_unseen)
		printf("; and %u kind%s of pods that the input does not show", reach->n_unseen,
		       reach->n_unseen == 1 ? "" : "s");
	putchar('\n');
}

static void print_difference(const struct analyze_reach *a, const struct analyze_reach *b,
			     const char *sign)
{
	struct render_reach_order order = {0};

	render_reach_differ(a, b, &order);
	for (size_t i = 0; i < order.n; i++)
		printf("  %s %s\n", sign, a->map.endpoints.items[order.items[i]].id);
	vec_release(&order);
}

static void print_cut(const struct render_reach *output)
{
	const struct analyze_cut *cut = output->cut;
	struct strbuf name = {0}, place = {0};

	if (!cut->is_reached) {
		printf("\n%s does not fall: there is nothing to cut\n", output->cut_to->id);
		return;
	}
	if (!cut->is_possible) {
		printf("\nno rule can be taken out to cut the way to %s: nothing isolates %s "
		       "towards %s\n",
		       output->cut_to->id, cut->open_from, cut->open_to);
		return;
	}
	printf("\nwithout %zu rule%s nothing leads to %s (%s):\n", cut->rules.n,
	       cut->rules.n == 1 ? "" : "s", output->cut_to->id,
	       cut->is_exact ? "no smaller set does" : "a smaller set may do: not all were tried");
	for (size_t i = 0; i < cut->rules.n; i++) {
		render_reach_rule(cut->rules.items[i], &name, &place);
		printf("  %s   %s\n", strbuf_str(&name), strbuf_str(&place));
	}
	strbuf_release(&name);
	strbuf_release(&place);
}

static void print_ranks(const struct analyze_reach *reach)
{
	struct render_reach_order order = {0};

	render_reach_rank(reach, &order);
	puts("reaches  reached by  workload");
	for (size_t i = 0; i < order.n; i++) {
		const struct analyze_reach_node *node = &reach->nodes.items[order.items[i]];
		struct strbuf text = {0};

		render_reach_exposures(node->entry ? node->exposures : 0, &text);
		printf("%7u  %10u  %s%s%s\n", node->n_reached, node->n_reached_by,
		       reach->map.endpoints.items[order.items[i]].id,
		       text.len ? "   from the internet: " : "", strbuf_str(&text));
		strbuf_release(&text);
	}
	vec_release(&order);
}

static void print_reach(const struct render_reach *output)
{
	struct analyze_reach *reach = output->reach;
	struct render_reach_order order = {0};

	print_radius(reach, reach->from->id);
	render_reach_list(reach, &order);
	for (size_t i = 0; i < order.n; i++)
		print_hop(reach, order.items[i]);
	vec_release(&order);
	if (output->with) {
		putchar('\n');
		print_radius(output->with, "with the change");
		print_difference(output->with, reach, "+");
		print_difference(reach, output->with, "-");
	}
	if (output->cut)
		print_cut(output);
	for (size_t i = 0; i < reach->map.assumptions.n; i++)
		printf("assumed: %s\n", reach->map.assumptions.items[i]);
}

void render_reach_text(const struct render_reach *output)
{
	if (output->has_ranks)
		print_ranks(output->reach);
	else
		print_reach(output);
	render_aside_text(output->reach->map.cluster, "");
}

void render_reach_dot(const struct render_reach *output)
{
	struct analyze_reach *reach = output->reach;
	struct render_reach_order order = {0};

	puts("digraph reach {\n\trankdir=LR;\n\tnode [shape=box];");
	render_reach_list(reach, &order);
	for (size_t i = 0; i < order.n; i++) {
		const struct analyze_reach_node *node = &reach->nodes.items[order.items[i]];
		struct strbuf ports = {0};

		add_ports(reach, node->ports, &ports);
		putchar('\t');
		render_quoted(stdout, render_reach_via(reach, order.items[i]));
		fputs(" -> ", stdout);
		render_quoted(stdout, reach->map.endpoints.items[order.items[i]].id);
		fputs(" [label=", stdout);
		render_quoted(stdout, strbuf_str(&ports));
		printf("%s];\n", node->is_conditional ? ", style=dashed" : "");
		strbuf_release(&ports);
	}
	puts("}");
	vec_release(&order);
}

static void print_rank_table(const struct analyze_reach *reach)
{
	struct render_reach_order order = {0};

	puts("| workload | reaches | reached by | from the internet |\n|---|---|---|---|");
	render_reach_rank(reach, &order);
	for (size_t i = 0; i < order.n; i++) {
		const struct analyze_reach_node *node = &reach->nodes.items[order.items[i]];
		struct strbuf text = {0};

		render_reach_exposures(node->entry ? node->exposures : 0, &text);
		printf("| `%s` | %u | %u | %s |\n", reach->map.endpoints.items[order.items[i]].id,
		       node->n_reached, node->n_reached_by, strbuf_str(&text));
		strbuf_release(&text);
	}
	vec_release(&order);
}

void render_reach_md(const struct render_reach *output)
{
	struct analyze_reach *reach = output->reach;
	struct render_reach_order order = {0};

	if (output->has_ranks) {
		print_rank_table(reach);
		return;
	}
	printf("## What falls from `%s`\n\n", reach->from->id);
	print_radius(reach, "Blast radius");
	puts("\n| hop | from | to | on |\n|---|---|---|---|");
	render_reach_list(reach, &order);
	for (size_t i = 0; i < order.n; i++) {
		struct strbuf text = {0};

		add_ports(reach, reach->nodes.items[order.items[i]].ports, &text);
		add_marks(reach, order.items[i], &text);
		printf("| %u | `%s` | `%s` | %s |\n", reach->nodes.items[order.items[i]].hop,
		       render_reach_via(reach, order.items[i]),
		       reach->map.endpoints.items[order.items[i]].id, strbuf_str(&text));
		strbuf_release(&text);
	}
	vec_release(&order);
	if (output->with) {
		putchar('\n');
		print_radius(output->with, "With the change");
		putchar('\n');
		print_difference(output->with, reach, "+");
		print_difference(reach, output->with, "-");
	}
	if (output->cut)
		print_cut(output);
}
