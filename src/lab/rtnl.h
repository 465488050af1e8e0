/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Links, addresses, routes and neighbours of one network namespace, by rtnetlink.
 *
 * A socket belongs to the namespace it was opened in, wherever its thread goes later. Every request
 * waits for the kernel's answer (about 10 µs) and returns 0 or -errno. Not thread-safe.
 */
#pragma once

#include "base/ip.h"

#include <stdint.h>

#define RTNL_MAC_SIZE 6

struct mnl_socket;

struct lab_rtnl {
	struct mnl_socket *socket;
	uint32_t sequence;
};

/* One end of a cable. Numbers and addresses are chosen, so that nobody has to ask for them. */
struct lab_link {
	const char *name;
	uint32_t ifindex;
	uint8_t mac[RTNL_MAC_SIZE];
};

struct lab_route {
	struct ip_cidr to;
	struct ip_addr via; /* family IP_NONE: on the link itself */
	uint32_t ifindex;
};

int lab_rtnl_open(struct lab_rtnl *ret);

/* All-zero is fine. */
void lab_rtnl_close(struct lab_rtnl *rtnl);

/*
 * A veth pair: `here` in the socket's namespace, `there` in that of the file `there_netns`. Both
 * are down.
 */
int lab_veth_add(struct lab_rtnl *rtnl, const struct lab_link *here, const struct lab_link *there,
		 int there_netns);

/*
 * Without multicast and address resolution: neighbours are told, and nobody joins a group, which
 * would send reports into the policies that a lab is about.
 */
int lab_link_up(struct lab_rtnl *rtnl, uint32_t ifindex);

/* A single address (/32, /128), usable at once. */
int lab_addr_add(struct lab_rtnl *rtnl, uint32_t ifindex, const struct ip_addr *addr);

/* The gateway need not be on a connected network. */
int lab_route_add(struct lab_rtnl *rtnl, const struct lab_route *route);

/* A neighbour that is never asked for and never expires. */
int lab_neigh_add(struct lab_rtnl *rtnl, uint32_t ifindex, const struct ip_addr *addr,
		  const uint8_t mac[RTNL_MAC_SIZE]);
