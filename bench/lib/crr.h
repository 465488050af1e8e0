/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connect, request, response: what a connection costs between two network namespaces.
 *
 * One byte goes each way, then the client closes first and keeps the TIME_WAIT. The server is a
 * process of its own, one connection at a time; the client runs in the caller. Both are pinned by
 * whoever starts them.
 */
#pragma once

#include "base/ip.h"
#include "lib/sample.h"

#include <sys/types.h>

/* Consecutive ports of one server: a client has only so many ports of its own for each. */
struct crr_target {
	struct ip_addr addr;
	uint16_t first_port;
	uint16_t n_ports;
};

struct crr_result {
	uint64_t n;        /* connections, or requests */
	uint64_t n_failed; /* errors and timeouts */
	double seconds;
	struct sample us; /* of each */
};

/*
 * Starts a server for all targets: one per network namespace, of the files `netns` (parallel). It
 * dies with the caller. Returns when every port is open; the process to kill, or -errno.
 */
pid_t crr_serve(const struct crr_target *targets, const char *const *netns, uint32_t n,
		unsigned int cpu);

/* Connections for some time, from the namespace that the caller is in. Adds to `ret`. */
void crr_connect(const struct crr_target *target, double seconds, struct crr_result *ret);

/* Requests and responses on one connection. */
void crr_request(const struct crr_target *target, double seconds, struct crr_result *ret);

void crr_result_release(struct crr_result *result);
