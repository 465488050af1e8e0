/* SPDX-License-Identifier: Apache-2.0 */
/* The findings of `scan`, in the formats of people and of CI systems. */
#pragma once

#include "scan/scan.h"

#include <stdio.h>

void render_scan_text(const struct scan *scan, bool color);
void render_scan_json(const struct scan *scan);
void render_scan_sarif(struct scan *scan);
void render_scan_junit(const struct scan *scan);
void render_scan_github(const struct scan *scan);
void render_scan_gitlab(const struct scan *scan);
void render_scan_md(const struct scan *scan);

/* What --baseline reads: every finding that counts, and those of the baseline that was given. */
void render_scan_baseline(const struct scan *scan, FILE *out);

/* Every rule, for --list-rules. */
void render_scan_rules_text(void);
void render_scan_rules_json(void);

/* Only for scan_*.c: "Kind NAMESPACE/NAME", "Kind NAME"; "File" alone for a text that is no object. */
void render_scan_object(FILE *out, const struct scan_place *place);

/* The path as reports want it: from here where it is below, without "./"; "-" for standard input. */
const char *render_scan_path(const struct scan_place *place);

/* Everything but what is suppressed: a format without a word for that leaves it out. */
static inline bool render_scan_counts(const struct scan_finding *finding)
{
	return !finding->suppressed;
}
