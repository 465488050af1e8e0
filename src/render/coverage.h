/* SPDX-License-Identifier: Apache-2.0 */
/* From coverage to stdout. */
#pragma once

#include "analyze/coverage.h"

void render_coverage_text(const struct analyze_coverage *coverage);
void render_coverage_json(const struct analyze_coverage *coverage);
void render_coverage_md(const struct analyze_coverage *coverage);
void render_coverage_csv(const struct analyze_coverage *coverage);

/* The text exposition format of Prometheus, version 0.0.4. */
void render_coverage_prometheus(const struct analyze_coverage *coverage);
