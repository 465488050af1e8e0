/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a probe asks, by its protocol, and what an answer is.
 *
 * TCP connects, UDP says something, ICMP and ICMPv6 ping. Of SCTP many kernels have no sockets: an
 * INIT (RFC 9260, section 3.3.2) is made by hand, and who gets it says that nobody listens, with an
 * ICMP error or an ABORT. A raw socket hears all packets between two addresses, so that only one
 * SCTP probe may be on its way at a time.
 */
#pragma once

#include "lab/probe.h"

#define LAB_GREETING_SIZE 512 /* the rest of a longer one is not said */

struct lab_ask {
	int fd;
	uint8_t space;  /* enum port_space */
	uint8_t family; /* enum ip_family */
	uint16_t local, remote;
};

/* A socket for it in the namespace that the thread is in. 0 or -errno. */
int lab_ask_open(struct lab_ask *ask);

/*
 * Asks; fills the local port, of a ping its id; SCTP makes one from what it is. 0, or the errno that
 * the kernel knew at once.
 */
int lab_ask_send(struct lab_ask *ask, const struct ip_addr *from, const struct ip_addr *to);

/* LAB_N_OUTCOMES: nothing yet. `greeting` is whose answer is the right one. */
enum lab_outcome lab_ask_hear(const struct lab_ask *ask, const char *greeting, int *ret_error);
