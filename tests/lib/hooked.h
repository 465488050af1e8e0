/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pod under the hooks without a network: frames go into the pinned programs by BPF_PROG_TEST_RUN,
 * as if the sandbox's loopback were the node's side of the pod's interface.
 *
 * One per process; a failure of the machinery ends the test.
 */
#pragma once

#include "datapath/internal.h"
#include "lib/frame.h"
#include "lib/table_build.h"

#define HOOKED_IFINDEX 1 /* the loopback */
#define HOOKED_POD 1     /* its endpoint */

/* Where a packet to the pod comes from. */
#define HOOKED_FROM_NODE 0
#define HOOKED_FROM_WIRE 7 /* some other interface */

struct hooked {
	struct datapath *datapath;
	struct table_build *build; /* change it and call hooked_swap() */
	uint64_t generation;
	struct event event; /* the last one */
	uint32_t n_events;  /* since the last packet went in */
};

/* Skips the whole test where it cannot run. No table is enforced yet. */
void hooked_open(struct hooked *hooked, const struct datapath_sizes *sizes);
void hooked_close(struct hooked *hooked);

/* Enforces the build as the next generation. */
void hooked_swap(struct hooked *hooked);

/* Whether the frame passes; `event` and `n_events` tell what was told. */
bool hooked_send(struct hooked *hooked, const struct frame *frame); /* the pod does */
bool hooked_receive(struct hooked *hooked, const struct frame *frame, uint32_t ingress_ifindex);

/* As if all flows of the pod had been silent for that long. */
void hooked_age(struct hooked *hooked, unsigned int seconds);

/* The pod has no flows. */
void hooked_forget(struct hooked *hooked);

/* The only entry of the pod's flows of a kind. */
void hooked_only_flow(struct hooked *hooked, enum verdict_space space,
		      struct flow_entry *ret_entry);

/* How many entries the pod's flows of a kind have. */
unsigned int hooked_flows(struct hooked *hooked, enum verdict_space space);

/*
 * The packet passed and nothing was told; or it was dropped, or began a flow, with exactly one
 * event.
 */
#define PASSED 0
#define BEGAN (0x100 | TABLE_ALLOW)
#define DROPPED(reason) (0x200 | VERDICT_##reason)

/* What became of a frame in those words; anything else is -1. */
int hooked_fate(const struct hooked *hooked, bool passed);
