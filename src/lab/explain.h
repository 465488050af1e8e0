/* SPDX-License-Identifier: Apache-2.0 */
/* Why a side of a flow was decided as it was, from the explanation that a table carries. */
#pragma once

#include "base/json.h"
#include "base/strbuf.h"
#include "verdict/access.h"
#include "verdict/verdict.h"

/* One decided side. */
struct lab_side {
	const struct table_view *table; /* NULL: the table is not at hand */
	uint32_t outcome;               /* number in it, or 0 */
	uint8_t direction;              /* enum verdict_direction */
	uint8_t action;                 /* enum table_action */
	uint8_t reason;                 /* enum verdict_reason */
};

/*
 * Adds "egress: isolated by shop/default-deny, and no rule allows it  shop.yaml:8". One line,
 * without line feed; control characters of names are shown as \xNN.
 */
void lab_explain(struct strbuf *buf, const struct lab_side *side);

/*
 * The members "direction", "reason", "policies", "rule", "file", "line" of an object that is open.
 */
void lab_explain_json(struct json *json, const struct lab_side *side);
