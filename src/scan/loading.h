/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "scan/scan.h"

/*
 * What reading the input said, as findings where a rule is about it. A place that another finding
 * has already is left to that one.
 */
void scan_loading(struct scan *scan);

/* The object that a place is in, by the order of the text; else the file. */
struct scan_place scan_loading_place(const struct scan *scan, const struct diag_span *span);

/* Whether findings say it already, once scan has run: then it is not to be printed too. */
bool scan_loading_takes(const struct scan *scan, const struct diag *diag);
