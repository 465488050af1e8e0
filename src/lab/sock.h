/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses of both families from plain values. */
#pragma once

#include "base/ip.h"

#include <sys/socket.h>

/* Fills `ret`; its length. */
socklen_t lab_sockaddr(const struct ip_addr *addr, uint16_t port, struct sockaddr_storage *ret);

/* A nonblocking socket (SOCK_STREAM, SOCK_DGRAM) of a family; -errno. */
int lab_socket(enum ip_family family, int type);

/* The port of a bound socket, 0 when it has none. */
uint16_t lab_local_port(int fd);
