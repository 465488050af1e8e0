/* SPDX-License-Identifier: Apache-2.0 */
/* An inventory for people: first what a programme starts from, then all that there is. */
#include "render/inventory.h"

#include "analyze/endpoint.h"
#include "base/arena.h"
#include "base/strbuf.h"
#include "render/aside.h"
#include "render/inventory_words.h"
#include "render/table.h"

#include <stdio.h>

struct printing {
	const struct analyze_inventory *inventory;
	struct arena arena;
	bool md;
};

static const char *number(struct printing *printing, uint32_t n)
{
	return arena_printf(&printing->arena, "%u", n);
}

static const char *or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static void print_title(const struct printing *printing, const char *title, size_t n)
{
	printf(printing->md ? "\n### %s: %zu\n\n" : "\n%s: %zu\n", title, n);
}

static void print_table(const struct printing *printing, struct table *table)
{
	if (table->notes.n && printing->md)
		table_print_md(table, NULL);
	else if (table->notes.n)
		table_print_text(table, NULL);
	table_release(table);
}

static void print_namespaces(struct printing *printing)
{
	const struct analyze_inventory *inventory = printing->inventory;
	struct table table = {0};

	print_title(printing, "namespaces", inventory->namespaces.n);
	table_head(&table, "namespace");
	table_head(&table, "owner");
	table_head(&table, "workloads");
	table_head(&table, "no policy");
	table_head(&table, "pods");
	table_head(&table, "services");
	table_head(&table, "policies");
	for (size_t i = 0; i < inventory->namespaces.n; i++) {
		const struct analyze_inventory_namespace *row = &inventory->namespaces.items[i];

		table_cell(&table, row->ns->name);
		table_cell(&table, or_dash(row->owner));
		table_cell(&table, number(printing, row->n_workloads));
		table_cell(&table, number(printing, row->n_unselected));
		table_cell(&table, number(printing, row->n_pods));
		table_cell(&table, number(printing, row->n_services));
		table_cell(&table, number(printing, row->n_policies));
	}
	print_table(printing, &table);
}

static void print_workloads(struct printing *printing)
{
	const struct analyze_inventory *inventory = printing->inventory;
	struct table table = {0};

	print_title(printing, "workloads", inventory->workloads.n);
	table_head(&table, "workload");
	table_head(&table, "owner");
	table_head(&table, "pods");
	table_head(&table, "account");
	table_head(&table, "ports");
	table_head(&table, "exposed by");
	table_head(&table, "sensitive");
	table_head(&table, "policies");
	for (size_t i = 0; i < inventory->workloads.n; i++) {
		const struct analyze_inventory_workload *item = &inventory->workloads.items[i];
		const struct model_workload *workload = item->workload;

		table_cell(&table, analyze_workload_id(workload, &printing->arena));
		table_cell(&table, or_dash(item->owner));
		table_cell(&table, number(printing, inventory_n_pods(workload)));
		table_cell(&table, workload->pods[0]->account->name);
		table_cell(&table, or_dash(inventory_ports(workload, &printing->arena)));
		table_cell(&table, or_dash(inventory_exposures(item, &printing->arena)));
		table_cell(&table, or_dash(item->sensitivity));
		table_cell(&table, number(printing, item->n_policies));
	}
	print_table(printing, &table);
}

static void print_accounts(struct printing *printing)
{
	const struct analyze_inventory *inventory = printing->inventory;
	struct table table = {0};

	print_title(printing, "service accounts", inventory->accounts.n);
	table_head(&table, "account");
	table_head(&table, "pods");
	for (size_t i = 0; i < inventory->accounts.n; i++) {
		const struct analyze_inventory_account *item = &inventory->accounts.items[i];

		table_cell(&table, arena_printf(&printing->arena, "%s/%s", item->account->ns->name,
						item->account->name));
		table_cell(&table, number(printing, item->n_pods));
	}
	print_table(printing, &table);
}

static void print_ports(struct printing *printing)
{
	const struct analyze_inventory *inventory = printing->inventory;
	struct table table = {0};

	print_title(printing, "ports", inventory->ports.n);
	table_head(&table, "port");
	table_head(&table, "workloads");
	for (size_t i = 0; i < inventory->ports.n; i++) {
		const struct analyze_inventory_port *item = &inventory->ports.items[i];

		table_cell(&table, arena_printf(&printing->arena, "%u/%s", item->port.first,
						port_space_name(item->port.space)));
		table_cell(&table, number(printing, item->n_workloads));
	}
	print_table(printing, &table);
}

static void print_externals(struct printing *printing)
{
	const struct analyze_inventory *inventory = printing->inventory;
	struct table table = {0};

	print_title(printing, "external dependencies", inventory->externals.n);
	table_head(&table, "what");
	table_head(&table, "named by");
	table_head(&table, "where");
	for (size_t i = 0; i < inventory->externals.n; i++) {
		const struct analyze_inventory_external *item = &inventory->externals.items[i];

		table_cell(&table, item->what);
		table_cell(&table, item->from);
		table_cell(&table, item->span.file
					   ? arena_printf(&printing->arena, "%s:%u",
							  item->span.file->name, item->span.line)
					   : "-");
	}
	print_table(printing, &table);
}

/* How many of all, and in text their names. */
static void print_start(const struct printing *printing, const char *words, size_t n, size_t all,
			const char *names)
{
	printf("%s%s: %zu of %zu", printing->md ? "- " : "  ", words, n, all);
	printf("%s%s\n", *names ? ": " : "", names);
}

static void start_with_namespaces(struct printing *printing)
{
	const struct analyze_inventory *inventory = printing->inventory;
	struct strbuf bare = {0}, ownerless = {0};
	size_t n_bare = 0, n_ownerless = 0, n = 0;

	for (size_t i = 0; i < inventory->namespaces.n; i++) {
		const struct analyze_inventory_namespace *row = &inventory->namespaces.items[i];

		if (row->n_workloads == 0)
			continue;
		n++;
		if (row->n_unselected == row->n_workloads)
			strbuf_printf(&bare, "%s%s", n_bare++ ? ", " : "", row->ns->name);
		if (!row->owner)
			strbuf_printf(&ownerless, "%s%s", n_ownerless++ ? ", " : "", row->ns->name);
	}
	print_start(printing, "namespaces of which no policy selects a workload", n_bare, n,
		    strbuf_str(&bare));
	print_start(printing, "namespaces without an owner", n_ownerless, n,
		    strbuf_str(&ownerless));
	strbuf_release(&bare);
	strbuf_release(&ownerless);
}

typedef bool (*workload_fn)(const struct analyze_inventory_workload *item);

static bool is_exposed(const struct analyze_inventory_workload *item)
{
	return item->exposures != 0;
}

static bool is_sensitive(const struct analyze_inventory_workload *item)
{
	return item->sensitivity != NULL;
}

static bool is_bare(const struct analyze_inventory_workload *item)
{
	return item->n_policies == 0 && !item->workload->host_network;
}

static bool is_on_host(const struct analyze_inventory_workload *item)
{
	return item->workload->host_network;
}

static bool has_no_port(const struct analyze_inventory_workload *item)
{
	return item->workload->pods[0]->n_ports == 0;
}

static void print_start_page(struct printing *printing)
{
	static const struct {
		const char *words;
		workload_fn has;
	} starts[] = {
		{"workloads that no policy selects", is_bare},
		{"workloads that are exposed to the outside", is_exposed},
		{"workloads that are sensitive, or run what is", is_sensitive},
		{"workloads in the network of their host, which no policy isolates", is_on_host},
		{"workloads without a declared port, which may listen everywhere", has_no_port},
	};
	const struct analyze_inventory *inventory = printing->inventory;

	puts(printing->md ? "## Inventory\n" : "to start from");
	start_with_namespaces(printing);
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t n = 0;

		for (size_t k = 0; k < inventory->workloads.n; k++)
			n += starts[i].has(&inventory->workloads.items[k]);
		print_start(printing, starts[i].words, n, inventory->workloads.n, "");
	}
	render_aside_text(inventory->cluster, printing->md ? "- " : "  ");
}

void render_inventory_text(const struct analyze_inventory *inventory, bool md)
{
	struct printing printing = {.inventory = inventory, .md = md};

	arena_init(&printing.arena);
	print_start_page(&printing);
	print_namespaces(&printing);
	print_workloads(&printing);
	print_accounts(&printing);
	print_ports(&printing);
	print_externals(&printing);
	arena_release(&printing.arena);
}
