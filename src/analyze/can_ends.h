/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two endpoints of a question stand for, and the ports to ask for there; only for can*.c.
 *
 * Members that nothing can tell apart are one group, and a group is judged once.
 */
#pragma once

#include "analyze/can.h"
#include "analyze/portsets.h"

#define ENDS_NO_CLASS UINT32_MAX

/* One port to ask for. */
struct probe {
	uint8_t space;
	uint16_t port;           /* at the pod */
	uint32_t port_class;     /* ENDS_NO_CLASS: of no use, there is but one */
	struct port_range shown; /* what it answers for, in the question's terms */
};

struct probe_list {
	struct probe *items;
	size_t n;
	size_t cap;
};

/* One member: a pod, a node's address, or a range of addresses that are nobody's. */
struct end {
	struct model_pod *pod;   /* NULL: an address */
	const char *host;        /* it is this node's own stack, "": some node's; NULL: it is not */
	struct ip_addr addrs[2]; /* v4, v6; family IP_NONE: none */
	struct ip_range range;   /* without a pod: what the address stands for */
	uint32_t group;
};

struct end_group {
	uint64_t key[5];
	uint32_t first; /* members, COMPILE_NONE: none */
	uint32_t second;
	struct probe_list probes; /* of the target's ends */
};

struct ends {
	const struct analyze_endpoint *endpoint;
	VEC(struct end) items;
	VEC(struct end_group) groups;
};

struct ends_question {
	const struct analyze_judge *judge;
	const struct model_snapshot *snapshot;
	const struct analyze_question *question;
	bool is_target;       /* these are the ends that it goes to */
	bool is_node_of_note; /* the other end is a node's own stack */
};

void ends_init(struct ends *ends, const struct ends_question *question);
void ends_release(struct ends *ends);

/* Checks that the port of the question means something at its target. */
bool probes_check(const struct analyze_question *question, struct diag_list *diags);

/* The ports to ask for at one end. */
void probes_list(const struct ends_question *question, const struct end *end,
		 struct probe_list *ret);

/* Of them, those that routes lead to: all that their proxy asks for. */
void probes_keep_led(const struct ends_question *question, const struct end *end,
		     struct probe_list *list);
