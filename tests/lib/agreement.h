/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Do the oracle, the userspace walk of the table and the kernel agree?
 *
 *	if (agreement_open(&agreement, &options, yaml)) {
 *		if (agreement_ask(&agreement, asked, n, &complaint) < n)
 *			… strbuf_str(&complaint) says who said what
 *		agreement_close(&agreement);
 *	}
 *
 * Compared are, of each side, the action, the reason, the deciding rule, the rules that passed, the
 * conditions and the policies that isolate; the whole; every byte of the kernel's answer with userspace's; and what `map` reads of
 * the world (rows, bitsets, parts of ports, ranges) with the cells.
 */
#pragma once

#include "base/strbuf.h"
#include "lib/cluster.h"
#include "lib/kernel.h"
#include "lib/oracle.h"

struct agreement_options {
	enum oracle_fault fault;
	struct kernel *kernel;    /* NULL: userspace and oracle only */
	uint32_t subject_percent; /* of the pods are the table's endpoints … */
	uint64_t subject_seed;    /* … these ones */
	bool no_assumed_dns;
};

struct agreement {
	struct agreement_options options;
	struct cluster cluster;
	struct oracle oracle;
	uint64_t n_reasons[VERDICT_N_REASONS]; /* how often a side had one */
	uint64_t n_denied_by_rule;             /* sides, and … */
	uint64_t n_passed;                     /* … those with a rule that passed */
};

struct agreement_question {
	struct oracle_question asked;
	uint32_t judge; /* VERDICT_JUDGE_* */
	bool with_rows; /* also compare the streamed rows: costs a row or two */
};

/* The words for reasons. */
extern const char *const agreement_reasons[VERDICT_N_REASONS];

/* false when the YAML has errors, which are then in agreement->cluster.diags. Close it either way. */
bool agreement_open(struct agreement *agreement, const struct agreement_options *options,
		    const char *yaml);
void agreement_close(struct agreement *agreement);

/* The number of the first question they differ on, with what to say about it; `n` when they agree. */
size_t agreement_ask(struct agreement *agreement, const struct agreement_question *questions,
		     size_t n, struct strbuf *complaint);

/* The question as the table is asked it. */
struct verdict_flow agreement_flow(const struct agreement_question *question);
