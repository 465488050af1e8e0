/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sketch.h"

#include <string.h>

static const struct model_options plain = {.default_namespace = "default", .no_assumed_dns = true};

static struct model_loader *start(struct sketch *sketch, const struct model_options *options)
{
	struct model_loader *loader = model_loader_new(options ? options : &plain);

	*sketch = (struct sketch){0};
	diag_list_init(&sketch->diags, model_loader_arena(loader));
	return loader;
}

void sketch_text(struct sketch *sketch, const char *text, const struct model_options *options)
{
	struct model_loader *loader = start(sketch, options);

	model_load_text(loader, "test", text, strlen(text), &sketch->diags);
	sketch->snapshot = model_loader_finish(loader, &sketch->diags);
}

void sketch_path(struct sketch *sketch, const char *path, const struct model_options *options)
{
	struct model_loader *loader = start(sketch, options);

	model_load_path(loader, path, &sketch->diags);
	sketch->snapshot = model_loader_finish(loader, &sketch->diags);
}

void sketch_release(struct sketch *sketch)
{
	model_snapshot_free(sketch->snapshot);
	strbuf_release(&sketch->text);
}

static void add_separator(struct strbuf *text)
{
	if (text->len > 0)
		strbuf_addstr(text, "; ");
}

static void add_labels(struct strbuf *text, const struct model_labels *labels)
{
	for (uint32_t i = 0; i < labels->n; i++)
		strbuf_printf(text, "%s%s=%s", i ? "," : "", labels->items[i].key,
			      labels->items[i].value);
}

static void add_address(struct strbuf *text, const char *before, const struct ip_addr *addr)
{
	char buf[IP_TEXT_SIZE];

	strbuf_printf(text, " %s%s", before, ip_format(addr, buf));
}

const char *sketch_workloads(struct sketch *sketch)
{
	struct strbuf *text = &sketch->text;

	strbuf_clear(text);
	for (uint32_t i = 0; i < sketch->snapshot->n_workloads; i++) {
		const struct model_workload *workload = sketch->snapshot->workloads[i];

		if (workload->origin != MODEL_DECLARED)
			continue;
		add_separator(text);
		strbuf_printf(text, "%s/%s/%s", workload->ns->name, workload->kind, workload->name);
		if (workload->alias)
			strbuf_printf(text, "(%s)", workload->alias);
		if (workload->is_scaled_to_zero)
			strbuf_addstr(text, "(0)");
		strbuf_addch(text, ':');
		for (uint32_t p = 0; p < workload->n_pods; p++)
			strbuf_printf(text, " %s", workload->pods[p]->name);
	}
	return strbuf_str(text);
}

/* The start of a pod's part; pods that the input does not show have none. */
static bool add_pod(struct strbuf *text, const struct model_pod *pod)
{
	if (pod->origin != MODEL_DECLARED)
		return false;
	add_separator(text);
	strbuf_printf(text, "%s/%s:", pod->ns->name, pod->name);
	return true;
}

const char *sketch_labels(struct sketch *sketch)
{
	strbuf_clear(&sketch->text);
	for (uint32_t i = 0; i < sketch->snapshot->n_pods; i++) {
		const struct model_pod *pod = sketch->snapshot->pods[i];

		if (!add_pod(&sketch->text, pod))
			continue;
		strbuf_addch(&sketch->text, ' ');
		add_labels(&sketch->text, &pod->labels);
	}
	return strbuf_str(&sketch->text);
}

const char *sketch_addresses(struct sketch *sketch)
{
	strbuf_clear(&sketch->text);
	for (uint32_t i = 0; i < sketch->snapshot->n_pods; i++) {
		const struct model_pod *pod = sketch->snapshot->pods[i];

		if (!add_pod(&sketch->text, pod))
			continue;
		if (pod->host_network)
			strbuf_addstr(&sketch->text, " (host)");
		for (uint32_t a = 0; a < pod->n_ips; a++)
			add_address(&sketch->text, pod->is_address_assumed ? "?" : "",
				    &pod->ips[a]);
	}
	return strbuf_str(&sketch->text);
}

const char *sketch_ports(struct sketch *sketch)
{
	strbuf_clear(&sketch->text);
	for (uint32_t i = 0; i < sketch->snapshot->n_pods; i++) {
		const struct model_pod *pod = sketch->snapshot->pods[i];

		if (!add_pod(&sketch->text, pod))
			continue;
		for (uint32_t p = 0; p < pod->n_ports; p++) {
			const struct model_port *port = &pod->ports[p];

			strbuf_printf(&sketch->text, " %s%s%u/%s", port->name ? port->name : "",
				      port->name ? "=" : "", port->number,
				      port_space_name(port->space));
		}
	}
	return strbuf_str(&sketch->text);
}

const char *sketch_services(struct sketch *sketch)
{
	struct strbuf *text = &sketch->text;

	strbuf_clear(text);
	for (uint32_t i = 0; i < sketch->snapshot->n_services; i++) {
		const struct model_service *service = sketch->snapshot->services[i];

		if (service->origin != MODEL_DECLARED)
			continue;
		add_separator(text);
		strbuf_printf(text, "%s/%s", service->ns->name, service->name);
		for (uint32_t a = 0; a < service->n_cluster_ips; a++)
			add_address(text, "", &service->cluster_ips[a]);
		strbuf_addstr(text, service->is_headless ? " headless ->" : " ->");
		for (uint32_t b = 0; b < service->n_backends; b++)
			strbuf_printf(text, " %s", service->backends[b]->name);
		for (uint32_t a = 0; a < service->n_backend_addrs; a++)
			add_address(text, "", &service->backend_addrs[a]);
	}
	return strbuf_str(text);
}

static void add_backend(struct sketch *sketch, const struct model_route_backend *backend)
{
	struct strbuf *text = &sketch->text;

	strbuf_printf(text, " %s/%s%s", backend->ns, backend->name, backend->service ? ":" : "?");
	for (uint32_t i = 0; backend->service && i < backend->service->n_backends; i++) {
		const struct model_pod *pod = backend->service->backends[i];
		struct port_set ports = {0};

		model_route_ports(backend, pod, &ports);
		for (size_t p = 0; p < ports.n; p++)
			strbuf_printf(text, " %s %d/%s", pod->name, ports.ranges[p].first,
				      port_space_name(ports.ranges[p].space));
		port_set_release(&ports);
	}
}

const char *sketch_routes(struct sketch *sketch)
{
	strbuf_clear(&sketch->text);
	for (uint32_t i = 0; i < sketch->snapshot->n_routes; i++) {
		const struct model_route *route = sketch->snapshot->routes[i];

		add_separator(&sketch->text);
		strbuf_printf(&sketch->text, "%s/%s/%s ->", route->ns, route->kind, route->name);
		for (uint32_t b = 0; b < route->n_backends; b++) {
			if (b > 0)
				strbuf_addch(&sketch->text, ',');
			add_backend(sketch, &route->backends[b]);
		}
	}
	return strbuf_str(&sketch->text);
}

const char *sketch_namespaces(struct sketch *sketch)
{
	struct strbuf *text = &sketch->text;

	strbuf_clear(text);
	for (uint32_t i = 0; i < sketch->snapshot->n_namespaces; i++) {
		const struct model_namespace *ns = sketch->snapshot->namespaces[i];

		add_separator(text);
		strbuf_printf(text, "%c%s %s: ", "diah"[ns->origin], ns -> is_closed ? "!" : "",
			      ns->name);
		add_labels(text, &ns->labels);
	}
	return strbuf_str(text);
}

const char *sketch_accounts(struct sketch *sketch)
{
	struct strbuf *text = &sketch->text;

	strbuf_clear(text);
	for (uint32_t i = 0; i < sketch->snapshot->n_accounts; i++) {
		const struct model_account *account = sketch->snapshot->accounts[i];

		add_separator(text);
		strbuf_printf(text, "%c %s/%s: ", "diah"[account->origin], account -> ns -> name,
			      account -> name);
		add_labels(text, &account->labels);
	}
	return strbuf_str(text);
}

/* What stands at the span: a word of the text is easier to read in a test than its column. */
static void add_word(struct strbuf *text, const struct diag_span *span)
{
	const char *at = span->file ? span->file->text : NULL;

	for (uint32_t line = 1; at && line < span->line; line++) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (!at || span->line == 0)
		return;
	at += span->column - 1;
	strbuf_printf(text, " %u ", span->line);
	strbuf_add(text, at, strcspn(at, " ,:]}\n"));
}

const char *sketch_codes(struct sketch *sketch)
{
	strbuf_clear(&sketch->text);
	for (const struct diag *diag = sketch->diags.first; diag; diag = diag->next) {
		add_separator(&sketch->text);
		strbuf_addstr(&sketch->text, diag_code_name(diag->code));
		add_word(&sketch->text, &diag->span);
	}
	return strbuf_str(&sketch->text);
}

const char *sketch_messages(struct sketch *sketch)
{
	strbuf_clear(&sketch->text);
	for (const struct diag *diag = sketch->diags.first; diag; diag = diag->next) {
		add_separator(&sketch->text);
		strbuf_printf(&sketch->text, "%s %s", diag_code_name(diag->code), diag->message);
	}
	return strbuf_str(&sketch->text);
}
