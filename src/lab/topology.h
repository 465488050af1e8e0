/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The network namespaces of a lab and the cables between them.
 *
 *	outside ══ node-0 ══ pod-0, pod-1, …        every ══ is a veth pair
 *	        ══ node-1 ══ pod-7, …
 *
 * Everything is routed: a pod has single addresses and a default route into its node, a node has a
 * route to each of its pods and a default route to `outside`, which has a route to each pod through
 * its node, and the addresses of the world outside on its loopback. A gateway is always "the other
 * end of this cable" (169.254.1.1, fe80::1), a permanent neighbour: neighbours that expire are
 * counted for the whole machine, and a large lab would take the machine's own share.
 */
#pragma once

#include "lab/fault.h"
#include "lab/plan.h"

/*
 * Makes all of it; the namespaces are bind mounts under `dir` ("…/netns/pod-0"), which exists. The
 * calling process, which must have one thread, ends up in another network namespace.
 */
int lab_topology_build(const struct lab_plan *plan, const char *dir, struct lab_fault *fault);

/* Gives the namespace that the calling process is in the outside addresses of the plan. */
int lab_topology_add_outside(const struct lab_plan *plan, struct lab_fault *fault);

/* The calling thread goes to a namespace. 0 or -errno. */
int lab_netns_enter(const char *path);
