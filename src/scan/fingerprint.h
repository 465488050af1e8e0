/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "scan/scan.h"

/*
 * Gives every finding its fingerprint: of its rule, object and line of text, without the line's
 * number. Equal ones are counted, so that each has its own. The findings must be in order.
 */
void scan_fingerprint(struct scan *scan);
