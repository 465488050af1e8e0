/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/loading.h"

#include "scan/check.h"

#include <string.h>

struct taken {
	enum diag_code code;
	enum scan_rule_id rule;
	const char *consequence; /* what it means for access */
};

#define REFUSED "the API server refuses the object, so nothing that it allows or denies holds"

static const struct taken taken[] = {
	{DIAG_BH0201, SCAN_BH101,
	 "the API server drops the field or refuses the policy, which then does not say this"},
	{DIAG_BH0005, SCAN_BH102, "readers take the last one or refuse the file"},
	{DIAG_BH0202, SCAN_BH103, REFUSED},
	{DIAG_BH0203, SCAN_BH103, REFUSED},
	{DIAG_BH0204, SCAN_BH103, REFUSED},
	{DIAG_BH0104, SCAN_BH103, REFUSED},
	{DIAG_BH0002, SCAN_BH103, "nothing behind this place is applied"},
	{DIAG_BH0003, SCAN_BH103, "the file is not applied"},
	{DIAG_BH0004, SCAN_BH103, "the rest of the file is not read"},
	{DIAG_BH0006, SCAN_BH103, "the document is not applied"},
	{DIAG_BH0109, SCAN_BH105, "the policy is not in force anywhere"},
	{DIAG_BH0103, SCAN_BH107, "what the others allow or deny is lost"},
};

static const struct taken *find_taken(const struct diag *diag)
{
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (taken[i].code == diag->code)
			return &taken[i];
	return NULL;
}

bool scan_loading_takes(const struct scan *scan, const struct diag *diag)
{
	return find_taken(diag) || diag->code == DIAG_BH0206 || scan_has_at(scan, diag->span);
}

/* A whole cluster may be on one line: JSON is written so. */
static bool is_after(uint32_t line, uint32_t column, const struct tree_node *node)
{
	return line > node->line || (line == node->line && column >= node->column);
}

const struct model_manifest *scan_manifest_at(const struct scan *scan, const struct diag_span *span)
{
	const struct model_manifest *found = NULL;

	for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &scan->snapshot->manifests[i];

		if (manifest->file == span->file &&
		    is_after(span->line, span->column, manifest->root) &&
		    (!found || is_after(manifest->root->line, manifest->root->column, found->root)))
			found = manifest;
	}
	return found;
}

struct scan_place scan_loading_place(const struct scan *scan, const struct diag_span *span)
{
	const struct model_manifest *manifest = scan_manifest_at(scan, span);

	if (manifest)
		return scan_at_manifest(manifest, *span);
	return (struct scan_place){.kind = "File", .span = *span};
}

/* What the readers of YAML and JSON refuse is not an object yet. */
static struct scan_place place_of(const struct scan *scan, const struct diag *diag)
{
	if (diag->code < DIAG_BH0101)
		return (struct scan_place){.kind = "File", .span = diag->span};
	return scan_loading_place(scan, &diag->span);
}

/* Cilium's own rules have an id of their own, and so have quotes. */
static enum scan_rule_id rule_of(const struct scan *scan, const struct diag *diag,
				 const struct taken *as)
{
	const struct model_manifest *manifest =
		diag->code > DIAG_BH0201 ? scan_manifest_at(scan, &diag->span) : NULL;

	if (scan_is_about_quotes(diag))
		return SCAN_BH104;
	return as->rule == SCAN_BH103 && manifest && strcmp(manifest->group, "cilium.io") == 0
		       ? SCAN_BH801
		       : as->rule;
}

static bool is_at(const struct diag_span *a, const struct diag_span *b)
{
	return a->file == b->file && a->line == b->line && a->column == b->column;
}

/* A third one comes after it. */
static bool has_later(const struct diag *diag)
{
	for (const struct diag *other = diag->next; other; other = other->next)
		if (other->code == diag->code && is_at(&other->related, &diag->span))
			return true;
	return false;
}

/* The place names the object already. */
static void report_twice(struct scan *scan, const struct diag *diag, const struct taken *as)
{
	const struct model_manifest *manifest = scan_manifest_at(scan, &diag->span);
	struct scan_finding *finding;

	finding = scan_report_as(scan, as->rule, place_of(scan, diag),
				 "the input has it once more, and they differ: %s, and %s",
				 has_later(diag) ? "a later one counts" : "this one counts",
				 manifest && scan_is_policy(manifest)
					 ? as->consequence
					 : "the other one is not looked at");
	finding->related = diag->related;
	finding->related_message = diag->related_message;
}

void scan_loading(struct scan *scan)
{
	const struct diag_list *diags = &scan->cluster->diags;

	for (const struct diag *diag = diags->first; diag; diag = diag->next) {
		const struct taken *as = find_taken(diag);
		struct scan_finding *finding;

		if (!as || (as->rule != SCAN_BH107 && scan_has_at(scan, diag->span)))
			continue;
		if (as->rule == SCAN_BH107) {
			report_twice(scan, diag, as);
			continue;
		}
		finding = scan_report_as(scan, rule_of(scan, diag, as), place_of(scan, diag),
					 "%s; %s", diag->message, as->consequence);
		if (diag->hint)
			scan_loading_fix(scan, finding, diag);
		finding->related = diag->related;
		finding->related_message = diag->related_message;
	}
}

void scan_take_oddities(struct scan *scan, const char *group)
{
	const struct diag_list *diags = &scan->cluster->diags;

	for (const struct diag *diag = diags->first; diag; diag = diag->next) {
		const struct model_manifest *manifest;
		struct scan_finding *finding;

		if (diag->code != DIAG_BH0205 && diag->code != DIAG_BH0208)
			continue;
		manifest = scan_manifest_at(scan, &diag->span);
		if (!manifest || strcmp(manifest->group, group) != 0 ||
		    scan_has_at(scan, diag->span))
			continue;
		finding = scan_report(scan, scan_at_manifest(manifest, diag->span), "%s",
				      diag->message);
		if (diag->hint)
			scan_help(scan, finding, "%s", diag->hint);
	}
}
