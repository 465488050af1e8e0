/* SPDX-License-Identifier: Apache-2.0 */
/* BH701 and BH702: who answers for policies. */
#include "scan/check.h"

#include "scan/config.h"

#include <string.h>

void scan_annotations(struct scan *scan, const struct model_manifest *manifest)
{
	const struct scan_texts *required = scan->config ? &scan->config->required_annotations
							 : &(struct scan_texts){0};
	const struct tree_node *metadata = tree_get(manifest->root, "metadata");

	for (size_t i = 0; scan_is_policy(manifest) && metadata && i < required->n; i++)
		if (!scan_annotation(manifest->root, required->items[i]))
			scan_help(scan,
				  scan_report(scan,
					      scan_at_manifest(manifest,
							       tree_span(manifest->file, metadata)),
					      "the policy has no annotation '%s': nobody is there "
					      "to ask when it is to change",
					      required->items[i]),
				  "add it to metadata.annotations");
}

#define REVIEW_BY "bulkhead.dev/review-by"

static void check_day(struct scan *scan, const struct model_manifest *manifest,
		      const struct tree_member *member)
{
	const struct scan_place place =
		scan_at_manifest(manifest, tree_span(manifest->file, member->value));
	int64_t day;

	if (!scan_time_parse(member->value->text, &day)) {
		if (strcmp(member->key, REVIEW_BY) == 0)
			scan_report(scan, place,
				    "'%s' is no day by which the policy is to be reviewed, such as "
				    "2027-01-31: nobody will be reminded",
				    member->value->text);
		return;
	}
	if (day <= scan->options.now)
		scan_report(scan, place,
			    "the review of the policy was due by %s: nobody has confirmed since "
			    "that its access is still needed",
			    member->value->text);
}

void scan_review(struct scan *scan, const struct model_manifest *manifest)
{
	static const char *const keys[] = {REVIEW_BY, "review-by", "review-date"};
	const struct tree_node *annotations =
		scan_node(manifest->root, "metadata", "annotations", NULL);

	for (size_t i = 0; scan_is_policy(manifest) && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct tree_member *member = tree_member(annotations, keys[i]);

		if (member && member->value->kind == TREE_STRING)
			check_day(scan, manifest, member);
	}
}
