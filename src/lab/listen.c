/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/listen.h"

#include "base/vec.h"
#include "lab/ask.h"
#include "lab/home.h"
#include "lab/sock.h"
#include "lab/topology.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BACKLOG 1024
#define MAX_READY 64

struct listener {
	int fd;
	uint8_t space; /* PORT_TCP or PORT_UDP */
	const struct lab_end *end;
};

struct lab_listeners {
	VEC(struct listener) open;
	int epoll;
};

/* Where a datagram was sent to is where its answer has to come from: outside has many addresses. */
static int want_destination(int fd, enum ip_family family)
{
	const int on = 1;

	return family == IP_V4 ? setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on))
			       : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
}

/* A socket that listens on all addresses of the namespace; -errno. */
static int open_port(enum ip_family family, const struct lab_port *port)
{
	const bool is_tcp = port->space == PORT_TCP;
	const struct ip_addr any = ip_lowest(family);
	const int fd = lab_socket(family, is_tcp ? SOCK_STREAM : SOCK_DGRAM, 0), on = 1;
	struct sockaddr_storage addr;
	const socklen_t size = lab_sockaddr(&any, port->number, &addr);
	int error;

	if (fd < 0)
		return fd;
	if (is_tcp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if ((!is_tcp && want_destination(fd, family)) || bind(fd, (struct sockaddr *)&addr, size) ||
	    (is_tcp && listen(fd, BACKLOG))) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static int listeners_open_end(struct lab_listeners *listeners, const struct lab_end *end,
			      enum ip_family family, struct lab_fault *fault)
{
	for (uint32_t i = 0; i < end->n_ports; i++) {
		const struct lab_port *port = &end->ports[i];
		const int fd = open_port(family, port);

		if (fd < 0)
			return lab_fail(fault, fd, "cannot listen on %u/%s for %s", port->number,
					port_space_name(port->space), end->name);
		vec_push(&listeners->open, ((struct listener){fd, port->space, end}));
	}
	return 0;
}

/* Opens the ports of an end in the families it has; for outside: those of all its addresses. */
static int listeners_enter(struct lab_listeners *listeners, const struct lab_plan *plan,
			   const char *dir, const struct lab_end *end, struct lab_fault *fault)
{
	static const enum ip_family families[] = {IP_V4, IP_V6};
	char name[LAB_PATH_SIZE], path[LAB_PATH_SIZE];
	int error;

	lab_path(path, "%s/%s", dir, lab_netns_name(plan, end, name));
	error = lab_netns_enter(path);
	if (error)
		return lab_fail(fault, error, "cannot enter %s", path);
	for (int i = 0; i < 2 && !error; i++)
		if (end->kind == LAB_OUTSIDE || lab_end_ip(end, families[i]))
			error = listeners_open_end(listeners, end, families[i], fault);
	return error;
}

/* epoll's data is the listener's place, for the array moves while it grows. */
static int listeners_watch(struct lab_listeners *listeners, struct lab_fault *fault)
{
	listeners->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (listeners->epoll < 0)
		return lab_fail(fault, -errno, "cannot make an epoll");
	for (size_t i = 0; i < listeners->open.n; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};

		if (epoll_ctl(listeners->epoll, EPOLL_CTL_ADD, listeners->open.items[i].fd, &event))
			return lab_fail(fault, -errno, "cannot watch a listener");
	}
	return 0;
}

int lab_listeners_new(const struct lab_plan *plan, const char *dir, struct lab_listeners **ret,
		      struct lab_fault *fault)
{
	struct lab_listeners *listeners = calloc(1, sizeof(*listeners));
	const uint32_t n = plan->n_nodes + plan->n_pods + (plan->n_outside ? 1 : 0);
	int error = 0;

	if (!listeners)
		abort();
	listeners->epoll = -1;
	for (uint32_t i = 0; i < n && !error; i++)
		error = listeners_enter(listeners, plan, dir, &plan->ends[i], fault);
	if (!error)
		error = listeners_watch(listeners, fault);
	if (error)
		lab_listeners_free(listeners);
	else
		*ret = listeners;
	return error;
}

void lab_listeners_free(struct lab_listeners *listeners)
{
	if (!listeners)
		return;
	for (size_t i = 0; i < listeners->open.n; i++)
		close(listeners->open.items[i].fd);
	vec_release(&listeners->open);
	if (listeners->epoll >= 0)
		close(listeners->epoll);
	free(listeners);
}

/* The control message of a datagram, made fit to say where the answer comes from. */
static void answer_from_destination(struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);

	if (!control)
		return;
	if (control->cmsg_level == IPPROTO_IP) {
		struct in_pktinfo *info = (struct in_pktinfo *)CMSG_DATA(control);

		info->ipi_spec_dst = info->ipi_addr;
		info->ipi_ifindex = 0; /* the way back is the routes' business */
	} else {
		((struct in6_pktinfo *)CMSG_DATA(control))->ipi6_ifindex = 0;
	}
}

static void answer_datagram(int fd, char *greeting, size_t len)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))], question[64];
	struct sockaddr_storage from;
	struct iovec data = {question, sizeof(question)};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	if (recvmsg(fd, &message, 0) < 0)
		return;
	answer_from_destination(&message);
	message.msg_flags = 0;
	data = (struct iovec){greeting, len};
	sendmsg(fd, &message, 0);
}

static void answer_connection(int fd, const char *greeting, size_t len)
{
	const int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (peer < 0)
		return;
	send(peer, greeting, len, MSG_NOSIGNAL);
	close(peer);
}

int lab_listeners_serve(struct lab_listeners *listeners, int timeout_ms)
{
	struct epoll_event ready[MAX_READY];
	const int n = epoll_wait(listeners->epoll, ready, MAX_READY, timeout_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		const struct listener *listener = &listeners->open.items[ready[i].data.u64];
		char greeting[LAB_GREETING_SIZE];
		size_t len;

		snprintf(greeting, sizeof(greeting), "%s\n", lab_end_greeting(listener->end));
		len = strlen(greeting);

		if (listener->space == PORT_TCP)
			answer_connection(listener->fd, greeting, len);
		else
			answer_datagram(listener->fd, greeting, len);
	}
	return 0;
}
