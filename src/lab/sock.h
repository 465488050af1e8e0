/* SPDX-License-Identifier: Apache-2.0 */
/* Socket addresses of both families from plain values. */
#pragma once

#include "base/ip.h"

#include <sys/socket.h>

/* Fills `ret`; its length. */
socklen_t lab_sockaddr(const struct ip_addr *addr, uint16_t port, struct sockaddr_storage *ret);

/* A nonblocking socket of a family, SOCK_STREAM …; protocol 0: the type's own. -errno. */
int lab_socket(enum ip_family family, int type, int protocol);

/* The port of a bound socket, 0 when it has none. */
uint16_t lab_local_port(int fd);
