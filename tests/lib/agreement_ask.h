/* SPDX-License-Identifier: Apache-2.0 */
/* Within lib/agreement: one question, and the parts of comparing its answers. */
#pragma once

#include "lib/agreement.h"

/* One question and all that is known about it; arrays are by direction. */
struct agreement_ask {
	struct agreement *agreement;
	const struct agreement_question *question;
	const struct ip_addr *other[2];
	const struct model_pod *pod[2]; /* of `own` */
	struct oracle_side want[2];     /* of the table */
	const struct verdict *verdict;  /* userspace's */
	struct strbuf *complaint;
};

extern const char *const agreement_directions[2];

/* A line for the report; false. */
bool agreement_complain(struct agreement_ask *ask, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A reason that rules give, or their absence. */
bool agreement_is_of_rules(uint8_t reason);

const char *agreement_action_name(uint8_t action); /* enum table_action */

/* The rules, conditions and isolating policies of an outcome are the oracle's. */
bool agreement_outcome(struct agreement_ask *ask, const struct table_outcome *outcome,
		       enum verdict_direction direction);

/* What `map` reads of the world says the same as the verdict. */
bool agreement_rows(struct agreement_ask *ask, enum verdict_direction direction);
