/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a lab: who is in it, with which addresses and open ports, on which node. Plain data,
 * made from a snapshot (lab/planner.h), kept as JSON beside the running lab (lab/plan_json.h), and
 * all that the commands on a running lab need to know of it.
 *
 * An end is whoever can send and be sent to. Ends stand in the order nodes, pods, outside
 * addresses; an end's number is its place. Everything lives in the plan's arena.
 */
#pragma once

#include "base/arena.h"
#include "base/ip.h"
#include "base/port.h"

#include <stdbool.h>
#include <stdint.h>

enum lab_end_kind {
	LAB_NODE,
	LAB_POD,
	LAB_OUTSIDE, /* one address of the world outside the cluster; all share one namespace */
};

/* Somebody listens here. */
struct lab_port {
	uint8_t space; /* PORT_TCP or PORT_UDP */
	uint16_t number;
};

struct lab_end {
	uint8_t kind;     /* enum lab_end_kind */
	const char *name; /* "shop/db-0", a node's name, an address; unique within the kind */
	const char *
		workload; /* pods: "shop/StatefulSet/db"; nodes: their host-network pods; or NULL */
	uint32_t node;    /* pods and nodes: the number of the node it is on */
	struct ip_addr ips[2];
	uint32_t n_ips;
	struct lab_port *ports;
	uint32_t n_ports;
};

struct lab_plan {
	struct arena arena;
	struct lab_end *ends;
	uint32_t n_nodes;
	uint32_t n_pods;
	uint32_t n_outside;
	uint32_t n_sctp; /* declared SCTP ports, which nobody probes */
};

void lab_plan_init(struct lab_plan *plan);
void lab_plan_release(struct lab_plan *plan);

static inline uint32_t lab_n_ends(const struct lab_plan *plan)
{
	return plan->n_nodes + plan->n_pods + plan->n_outside;
}

/* Pod `i` of the plan, from 0. Its endpoint in the tables is i + 1. */
static inline struct lab_end *lab_pod(const struct lab_plan *plan, uint32_t i)
{
	return &plan->ends[plan->n_nodes + i];
}

static inline uint32_t lab_pod_number(const struct lab_plan *plan, const struct lab_end *pod)
{
	return (uint32_t)(pod - plan->ends) - plan->n_nodes;
}

/* The end that has the address, NULL when none has. */
const struct lab_end *lab_find_address(const struct lab_plan *plan, const struct ip_addr *addr);

/* The pod of that name, NULL when there is none. */
const struct lab_end *lab_find_pod(const struct lab_plan *plan, const char *name);

/* The node whose host-network pods have one of that name, NULL when none has. */
const struct lab_end *lab_find_host_pod(const struct lab_plan *plan, const char *name);

bool lab_listens(const struct lab_end *end, enum port_space space, uint16_t number);

/* The address of a family, NULL when the end has none. */
const struct ip_addr *lab_end_ip(const struct lab_end *end, enum ip_family family);

/*
 * How the end is called in output: "shop/db-0", "node worker", "outside 192.0.2.1"; in the arena.
 */
const char *lab_end_title(const struct lab_end *end, struct arena *arena);

/* What the listeners of the end say when asked who they are. */
const char *lab_end_greeting(const struct lab_end *end);

/* The interface at the node's side of pod `i`. */
#define LAB_POD_IFINDEX(i) (10 + (i))
