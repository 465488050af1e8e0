/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/check.h"

#include "base/plain.h"
#include "scan/config.h"

#include <assert.h>
#include <string.h>

struct scan_place scan_at_policy(const struct policy *policy, struct diag_span span)
{
	return (struct scan_place){policy->kind, policy->ns, policy->name, span};
}

struct scan_place scan_at_workload(const struct model_workload *workload)
{
	return (struct scan_place){workload->kind, workload->ns->name, workload->name,
				   workload->span};
}

struct scan_place scan_at_service(const struct model_service *service)
{
	return (struct scan_place){"Service", service->ns->name, service->name, service->span};
}

struct scan_place scan_at_manifest(const struct model_manifest *manifest, struct diag_span span)
{
	const bool is_namespace = strcmp(manifest->kind, "Namespace") == 0;

	return (struct scan_place){manifest->kind, is_namespace ? manifest->name : manifest->ns,
				   manifest->name, span};
}

struct scan_place scan_at_namespace(const struct scan *scan, const struct model_namespace *ns)
{
	struct diag_span span = ns->span;
	struct model_workload *const *workloads;
	uint32_t n;

	workloads = scan_workloads_of(scan, ns, &n);
	for (uint32_t i = 0; !span.file && i < n; i++)
		span = workloads[i]->span;
	return (struct scan_place){"Namespace", ns->name, ns->name, span};
}

static struct scan_finding *add(struct scan *scan, const struct scan_rule *rule,
				struct scan_place place, const char *format, va_list args)
{
	struct scan_finding *finding = vec_add(&scan->findings);

	finding->rule = rule;
	finding->severity = rule->severity;
	finding->place = place;
	finding->message = plain_text(&scan->arena, arena_vprintf(&scan->arena, format, args));
	return finding;
}

struct scan_finding *scan_report(struct scan *scan, struct scan_place place, const char *format,
				 ...)
{
	struct scan_finding *finding;
	va_list args;

	assert(scan->rule);
	va_start(args, format);
	finding = add(scan, scan->rule, place, format, args);
	va_end(args);
	return finding;
}

struct scan_finding *scan_report_as(struct scan *scan, enum scan_rule_id id,
				    struct scan_place place, const char *format, ...)
{
	struct scan_finding *finding;
	va_list args;

	va_start(args, format);
	finding = add(scan, &scan_rules[id], place, format, args);
	va_end(args);
	return finding;
}

void scan_help(struct scan *scan, struct scan_finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	finding->help = plain_text(&scan->arena, arena_vprintf(&scan->arena, format, args));
	va_end(args);
}

void scan_edit(struct scan_finding *finding, const struct diag_file *file, size_t offset,
	       size_t len, const char *text)
{
	vec_push(&finding->edits, ((struct scan_edit){file, offset, len, text}));
	finding->fix = finding->rule->fix;
}

void scan_report_unknown(struct scan *scan, struct scan_place place, const char *format, ...)
{
	struct scan_unknown *unknown = vec_add(&scan->unknown);
	va_list args;

	unknown->rule = scan->rule;
	unknown->place = place;
	va_start(args, format);
	unknown->message = plain_text(&scan->arena, arena_vprintf(&scan->arena, format, args));
	va_end(args);
}

static bool is_at(const struct scan_finding *finding, struct diag_span span)
{
	const struct diag_span *own = &finding->place.span;

	return own->file == span.file && own->line == span.line && own->column == span.column;
}

bool scan_has_at(const struct scan *scan, struct diag_span span)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		if (is_at(&scan->findings.items[i], span))
			return true;
	return false;
}

bool scan_has_rule_at(const struct scan *scan, enum scan_rule_id id, struct diag_span span)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		if (scan->findings.items[i].rule == &scan_rules[id] &&
		    is_at(&scan->findings.items[i], span))
			return true;
	return false;
}

bool scan_has_for(const struct scan *scan, enum scan_rule_id id, const char *ns)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		if (scan->findings.items[i].rule == &scan_rules[id] &&
		    scan->findings.items[i].place.ns == ns)
			return true;
	return false;
}

bool scan_is_subject(const struct model_workload *workload)
{
	return !workload->host_network && workload->origin != MODEL_ASSUMED &&
	       workload->origin != MODEL_HYPOTHETICAL;
}

static bool is_networkpolicy(const char *kind, const char *group)
{
	return strcmp(kind, "NetworkPolicy") == 0 && strcmp(group, "networking.k8s.io") == 0;
}

bool scan_is_networkpolicy(const struct policy *policy)
{
	return is_networkpolicy(policy->kind, policy->group);
}

bool scan_declares_networkpolicy(const struct model_manifest *manifest)
{
	return is_networkpolicy(manifest->kind, manifest->group);
}

bool scan_is_system(const struct scan *scan, const struct model_namespace *ns)
{
	return (scan->config && scan_texts_have(&scan->config->system, ns->name)) ||
	       analyze_is_system(ns->name);
}
