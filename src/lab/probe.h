/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probes: one real connection attempt each, from one end of the lab to another, and what became of
 * it.
 *
 * A probe sees four things, told apart by evidence and never by patience alone: an answer of the
 * right listener; a refusal (RST, ICMP port unreachable: the packet arrived where nobody listens);
 * a drop, when the kernel's event names this very flow and nothing came back; or nothing of that,
 * which is a loss and always a disagreement.
 */
#pragma once

#include "bpf/event.h"
#include "datapath/datapath.h"
#include "lab/fault.h"
#include "lab/home.h"
#include "lab/plan.h"
#include "verdict/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name in output */
#define LAB_OUTCOMES(X) \
	X(ANSWERED, "answered") \
	X(REFUSED, "refused") \
	X(DROPPED, "dropped") \
	X(LOST, "lost") /* silence, and no event that explains it */ \
	X(ODD, "odd")   /* another error, or an answer of somebody else */

enum lab_outcome {
#define X(id, name) LAB_##id,
	LAB_OUTCOMES(X)
#undef X
		LAB_N_OUTCOMES
};

/* Outcome numbers in `verdict` belong to the table of the node of each side. */
struct lab_probe {
	uint32_t from, to; /* numbers of ends */
	uint16_t port;
	uint8_t space;          /* enum port_space, up to PORT_ICMPV6 */
	uint8_t ip;             /* of the target: ends[to].ips[ip] */
	uint8_t expected;       /* enum lab_outcome */
	uint8_t seen;           /* the same */
	uint32_t line;          /* of the case that asks for it (lab/cases.h), or 0 */
	int error;              /* of ODD: the errno, 0 = the wrong one answered */
	uint32_t stable_id;     /* of the outcome that is expected to decide, or 0 */
	struct verdict verdict; /* the prediction */
	struct event event;     /* of DROPPED */
};

struct lab_probes {
	struct lab_probe *items;
	size_t n;
	size_t cap;
};

/*
 * All probes of a plan, grouped by source, in a stable order: every pair of ends of which at least
 * one is a pod; every port that the target has open, by TCP and by UDP, and a closed one; in every
 * family that both have. All-zero `ret` is empty; vec_release() it.
 */
void lab_probes_list(const struct lab_plan *plan, struct lab_probes *ret);

/* Those of one pair, added. */
void lab_probes_list_pair(const struct lab_plan *plan, uint32_t from, uint32_t to,
			  struct lab_probes *ret);

/* An echo request, which every pod answers. */
bool lab_is_ping(const struct lab_probe *probe);

/* The port that is closed at an end and probed for that. */
uint16_t lab_closed_port(const struct lab_end *end);

struct lab_prober {
	const struct lab_plan *plan;
	const struct lab_home *home;
	struct datapath *const *nodes; /* whose events tell of drops; by node number */
	uint32_t n_nodes;
	void (*progress)(void *data, size_t n_done, size_t n); /* now and then; or NULL */
	void *progress_data;
};

/*
 * Sends all probes, many at a time, and fills seen, error and event. Some 10,000 a second; one that
 * is lost takes two. The thread leaves its network namespace meanwhile. 0 or -errno.
 */
int lab_probes_run(const struct lab_prober *prober, struct lab_probes *probes,
		   struct lab_fault *fault);

/* Prediction and reality are one; of a drop, also what decided it. */
bool lab_probe_agrees(const struct lab_probe *probe);
size_t lab_probes_disagreements(const struct lab_probes *probes);

const char *lab_outcome_name(enum lab_outcome outcome);
