/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "scan/scan.h"

/*
 * What reading the input said, as findings where a rule is about it. A place that another finding
 * has already is left to that one.
 */
void scan_loading(struct scan *scan);

/* The object that a place is in: the last of its file that does not begin behind it; or NULL. */
const struct model_manifest *scan_manifest_at(const struct scan *scan,
					      const struct diag_span *span);

/* The same as a place; the file when there is none. */
struct scan_place scan_loading_place(const struct scan *scan, const struct diag_span *span);

/* Whether findings say it already, once scan has run: then it is not to be printed too. */
bool scan_loading_takes(const struct scan *scan, const struct diag *diag);

/*
 * Reports, for the rule that runs, what its front ends found odd in the policies of an API group, and
 * what the cluster said of them.
 */
void scan_take_oddities(struct scan *scan, const char *group);

/* The fixes of loading's findings: loading_fix.c. A value that only has the wrong quotes. */
bool scan_is_about_quotes(const struct diag *diag);

/* Takes the hint as help, and makes an edit of it where it names one thing to write. */
void scan_loading_fix(struct scan *scan, struct scan_finding *finding, const struct diag *diag);
