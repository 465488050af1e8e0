/* SPDX-License-Identifier: Apache-2.0 */
/* Only for scan_sarif.c: places in SARIF, and the edits that are made there. */
#pragma once

#include "base/json.h"
#include "scan/scan.h"

/* "artifactLocation" */
void sarif_artifact(struct json *json, const struct diag_file *file);

/*
 * A region, of the name `key`, up to `end`; NULL: as far as the reader likes. What is in no line is at
 * the first character. Columns count characters.
 */
void sarif_region(struct json *json, struct scan *scan, const char *key,
		  const struct diag_span *begin, const struct diag_span *end);

/* "fixes": what --fix, or --fix=suggested, does for a finding; nothing where that is nothing. */
void sarif_fixes(struct json *json, struct scan *scan, const struct scan_finding *finding);
