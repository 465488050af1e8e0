/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `can`: may this connection happen, and which rules decide.
 *
 * A question goes from one endpoint to another on a port, and each of the three may stand for many:
 * pods of a workload, ranges of addresses, all ports. Everything that it stands for is judged by
 * the table; the answer is allow if all of it is allowed, deny if none is, else partial, with the
 * parts. Both sides are always judged. A pod's connection to itself counts only where the question
 * has nothing else.
 */
#pragma once

#include "analyze/endpoint.h"
#include "analyze/judge.h"
#include "analyze/question.h"
#include "analyze/refs.h"

/* id, name in JSON, text */
#define ANALYZE_VERDICTS(X) \
	X(DENY, "deny", "denied") \
	X(ALLOW, "allow", "allowed") \
	X(PARTIAL, "partial", "partial") \
	X(CONDITIONAL, "conditional", "conditional")

enum analyze_verdict {
#define X(id, name, text) ANALYZE_##id,
	ANALYZE_VERDICTS(X)
#undef X
		ANALYZE_N_VERDICTS
};

const char *analyze_verdict_name(enum analyze_verdict verdict);
const char *analyze_verdict_text(enum analyze_verdict verdict);

struct analyze_question {
	const struct analyze_endpoint *from;
	const struct analyze_endpoint *to;
	struct analyze_port port;
	bool is_staged; /* as the staged policies would have it */
};

struct analyze_side {
	uint8_t verdict; /* enum analyze_verdict */
	uint8_t reason;  /* enum verdict_reason, of the first that is not allowed, else the first */
	struct analyze_refs rules;  /* that decide; of a default deny the policies that isolate */
	struct analyze_refs near;   /* rules that nearly allow what a default deny refuses */
	struct analyze_refs passed; /* rules that left it to the next tier */
	struct analyze_refs
		behind; /* of a deny by a rule: what would allow it if that were not there */
};

/* What some members of a question get. */
struct analyze_part {
	const char *from;
	const char *to;
	const char *family; /* "IPv4", "IPv6"; NULL: every family that both have */
	uint8_t verdict;
	struct analyze_side sides[POLICY_N_DIRECTIONS];
	struct port_set allowed;
};

struct analyze_answer {
	struct analyze_question question;
	const struct analyze_cluster *cluster; /* whose policies it rests on */
	struct arena arena;                    /* of texts */
	uint8_t verdict;
	struct analyze_side sides[POLICY_N_DIRECTIONS];
	/*
	 * Of the ports that were asked for, those that are allowed for everything else; a Service's
	 * own ports.
	 */
	struct port_set allowed;
	bool asks_ports;                /* the question is about more than one port */
	VEC(struct analyze_part) parts; /* of a partial verdict over several members */
	VEC(const char *) conditions;
	VEC(const char *) assumptions;
	struct analyze_answer *staged;        /* NULL, or what staged policies would change */
	struct analyze_answer *specification; /* NULL, or what the specifications say otherwise */
};

/*
 * Answers with a judge that knows all pods of both endpoints. false: a diagnostic says why there is
 * no answer; `ret` needs no release then.
 */
bool analyze_can(const struct analyze_judge *judge, const struct analyze_cluster *cluster,
		 const struct analyze_question *question, struct diag_list *diags,
		 struct analyze_answer *ret);
void analyze_answer_release(struct analyze_answer *answer);

/* Whether both questions get the same: in all, on each side, and of the ports. */
bool analyze_answers_equal(const struct analyze_answer *a, const struct analyze_answer *b);
