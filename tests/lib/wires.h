/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node and its pods as network namespaces: the sandbox is the node, each pod hangs off it by a
 * veth pair with routed addresses. Pod N has 10.0.0.N and fd00::N, the node 10.0.0.254 and
 * fd00::fe.
 *
 * Everything goes with the process. Calls switch the thread's network namespace back and forth, so:
 * one thread. A failure of the machinery ends the test.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wires_pod {
	int number;
	int netns;
	uint32_t ifindex; /* at the node's side */
};

/* Where a socket lives: a pod, or NULL for the node. */
typedef const struct wires_pod *wires_place;

#define WIRES_NODE 254

/* Enters a sandbox and makes it a node; skips the test where that cannot be. */
void wires_open(void);

void wires_add_pod(struct wires_pod *pod, int number);

/* Takes the pod's interface away, as the end of a pod does. */
void wires_cut(const struct wires_pod *pod);

/* The calling thread goes to a place and stays there. */
void wires_enter(wires_place place);

/* Runs a shell command at a place; a failure ends the test. */
void wires_run(wires_place place, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A nonblocking socket at a place. */
int wires_socket(wires_place place, int family, int type, int protocol);

/* The address of a pod (or WIRES_NODE) with a port. */
struct wires_address {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	};
	socklen_t len;
};
struct wires_address wires_address(int family, int number, uint16_t port);

/* A bound socket that listens (TCP) or waits (UDP) at a place. */
int wires_listen(wires_place place, int family, int type, int number, uint16_t port);

/* A socket at a place that has begun to connect. */
int wires_connect(wires_place place, int family, int type, int number, uint16_t port);

/* Whether `events` of poll(2) come before the time is up. */
bool wires_wait(int fd, short events, int timeout_ms);
