/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/wires.h"

#include "lib/sandbox.h"
#include "lib/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int node = -1;

static int own_netns(void)
{
	const int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		bail("no namespace: %s", strerror(errno));
	return fd;
}

void wires_enter(wires_place place)
{
	if (setns(place ? place->netns : node, CLONE_NEWNET))
		bail("setns: %s", strerror(errno));
}

void wires_run(wires_place place, const char *format, ...)
{
	char *command = NULL;
	va_list args;
	int r;

	va_start(args, format);
	r = vasprintf(&command, format, args);
	va_end(args);
	wires_enter(place);
	if (r < 0 || system(command) != 0)
		bail("failed: %s", command);
	wires_enter(NULL);
	free(command);
}

void wires_open(void)
{
	const char *missing = sandbox_enter();

	if (missing)
		skip_all("needs %s", missing);
	node = own_netns();
	wires_run(NULL, "echo 1 >/proc/sys/net/ipv4/ip_forward;"
			"echo 1 >/proc/sys/net/ipv6/conf/all/forwarding;"
			"ip addr add 10.0.0.254/32 dev lo; ip addr add fd00::fe/128 dev lo nodad");
}

void wires_add_pod(struct wires_pod *pod, int number)
{
	char name[IF_NAMESIZE];

	pod->number = number;
	if (unshare(CLONE_NEWNET))
		bail("unshare: %s", strerror(errno));
	pod->netns = own_netns();
	wires_enter(NULL);
	snprintf(name, sizeof(name), "pod%d", number);
	wires_run(NULL,
		  "ip link add %s type veth peer name eth0 netns /proc/%d/fd/%d;"
		  "ip addr add fe80::1/64 dev %s nodad; ip link set %s up;"
		  "ip addr add 169.254.1.1/32 dev %s",
		  name, getpid(), pod->netns, name, name, name);
	wires_run(pod,
		  "ip link set lo up; ip link set eth0 up;"
		  "ip addr add 10.0.0.%d/32 dev eth0; ip addr add fd00::%d/128 dev eth0 nodad;"
		  "ip route add 169.254.1.1 dev eth0; ip route add default via 169.254.1.1;"
		  "ip -6 route add default via fe80::1 dev eth0",
		  number, number);
	wires_run(NULL, "ip route add 10.0.0.%d dev %s; ip -6 route add fd00::%d dev %s", number,
		  name, number, name);
	pod->ifindex = if_nametoindex(name);
}

void wires_cut(const struct wires_pod *pod)
{
	wires_run(NULL, "ip link del pod%d", pod->number);
}

int wires_socket(wires_place place, int family, int type, int protocol)
{
	int fd;

	wires_enter(place);
	fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		bail("no socket: %s", strerror(errno));
	wires_enter(NULL);
	return fd;
}

struct wires_address wires_address(int family, int number, uint16_t port)
{
	struct wires_address address = {0};
	char text[32];

	address.any.sa_family = (sa_family_t)family;
	if (family == AF_INET) {
		snprintf(text, sizeof(text), "10.0.0.%d", number);
		inet_pton(AF_INET, text, &address.v4.sin_addr);
		address.v4.sin_port = htons(port);
		address.len = sizeof(address.v4);
	} else {
		snprintf(text, sizeof(text), number == WIRES_NODE ? "fd00::fe" : "fd00::%d",
			 number);
		inet_pton(AF_INET6, text, &address.v6.sin6_addr);
		address.v6.sin6_port = htons(port);
		address.len = sizeof(address.v6);
	}
	return address;
}

int wires_listen(wires_place place, int family, int type, int number, uint16_t port)
{
	const struct wires_address address = wires_address(family, number, port);
	const int fd = wires_socket(place, family, type, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &address.any, address.len) || (type == SOCK_STREAM && listen(fd, 16)))
		bail("cannot listen on %d: %s", port, strerror(errno));
	return fd;
}

int wires_connect(wires_place place, int family, int type, int number, uint16_t port)
{
	const struct wires_address address = wires_address(family, number, port);
	const int fd = wires_socket(place, family, type, 0);

	if (connect(fd, &address.any, address.len) && errno != EINPROGRESS)
		bail("cannot connect to %d: %s", port, strerror(errno));
	return fd;
}

bool wires_wait(int fd, short events, int timeout_ms)
{
	struct pollfd wait = {.fd = fd, .events = events};

	return poll(&wait, 1, timeout_ms) == 1 && wait.revents & events;
}
