/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crr.h"

#include "lab/sock.h"
#include "lab/topology.h"
#include "lib/process.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TIMEOUT_S 1

static int stream_socket(const struct ip_addr *addr)
{
	const int family = addr->family == IP_V4 ? AF_INET : AF_INET6;
	const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static void set_timeout(int fd, int option)
{
	const struct timeval timeout = {.tv_sec = TIMEOUT_S};

	setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof(timeout));
}

static int listen_on(int epoll, const struct ip_addr *addr, uint16_t port)
{
	struct sockaddr_storage name;
	const socklen_t size = lab_sockaddr(addr, port, &name);
	const int fd = stream_socket(addr);
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	if (fd < 0 || bind(fd, (struct sockaddr *)&name, size) || listen(fd, 128) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	return 0;
}

static void answer(int listener)
{
	const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	char byte;

	if (fd < 0)
		return;
	set_timeout(fd, SO_RCVTIMEO);
	while (recv(fd, &byte, 1, 0) == 1)
		if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
			break;
	close(fd);
}

static int open_ports(int epoll, const struct crr_target *targets, const char *const *netns,
		      uint32_t n)
{
	int error = 0;

	for (uint32_t i = 0; i < n && !error; i++) {
		error = lab_netns_enter(netns[i]);
		for (uint16_t port = 0; port < targets[i].n_ports && !error; port++)
			error = listen_on(epoll, &targets[i].addr, targets[i].first_port + port);
	}
	return error;
}

static _Noreturn void serve(int epoll)
{
	for (;;) {
		struct epoll_event event;

		if (epoll_wait(epoll, &event, 1, -1) == 1)
			answer(event.data.fd);
	}
}

pid_t crr_serve(const struct crr_target *targets, const char *const *netns, uint32_t n,
		unsigned int cpu)
{
	int ready[2], error = -EPIPE;
	pid_t child;

	if (pipe(ready))
		return -errno;
	child = fork();
	if (child == 0) {
		const int epoll = epoll_create1(EPOLL_CLOEXEC);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		process_pin(cpu);
		error = epoll < 0 ? -errno : open_ports(epoll, targets, netns, n);
		if (write(ready[1], &error, sizeof(error)) != sizeof(error) || error)
			_exit(1);
		serve(epoll);
	}
	close(ready[1]);
	if (child > 0 && read(ready[0], &error, sizeof(error)) != sizeof(error))
		error = -EPIPE;
	close(ready[0]);
	return error ? error : child;
}

static bool exchange(int fd)
{
	char byte = 'x';

	return send(fd, &byte, 1, MSG_NOSIGNAL) == 1 && recv(fd, &byte, 1, 0) == 1;
}

static int connect_to(const struct crr_target *target, uint16_t port)
{
	struct sockaddr_storage name;
	const socklen_t size = lab_sockaddr(&target->addr, port, &name);
	const int fd = stream_socket(&target->addr);

	if (fd < 0)
		return fd;
	set_timeout(fd, SO_SNDTIMEO); /* connect(), too */
	set_timeout(fd, SO_RCVTIMEO);
	if (!connect(fd, (struct sockaddr *)&name, size))
		return fd;
	close(fd);
	return -ECONNREFUSED;
}

static bool connection(const struct crr_target *target, uint64_t number)
{
	const int fd = connect_to(target, target->first_port + number % target->n_ports);
	bool is_ok;

	if (fd < 0)
		return false;
	is_ok = exchange(fd);
	close(fd);
	return is_ok;
}

static void note(struct crr_result *result, uint64_t start, bool is_ok)
{
	if (is_ok)
		sample_add(&result->us, (sample_clock() - start) / 1e3);
	result->n += is_ok;
	result->n_failed += !is_ok;
}

void crr_connect(const struct crr_target *target, double seconds, struct crr_result *ret)
{
	const uint64_t start = sample_clock();

	while (sample_since(start) < seconds) {
		const uint64_t begin = sample_clock();

		note(ret, begin, connection(target, ret->n));
	}
	ret->seconds += sample_since(start);
}

void crr_request(const struct crr_target *target, double seconds, struct crr_result *ret)
{
	const uint64_t start = sample_clock();
	const int fd = connect_to(target, target->first_port);

	while (fd >= 0 && sample_since(start) < seconds) {
		const uint64_t begin = sample_clock();

		note(ret, begin, exchange(fd));
	}
	ret->n_failed += fd < 0;
	ret->seconds += sample_since(start);
	close(fd);
}

void crr_result_release(struct crr_result *result)
{
	sample_release(&result->us);
	*result = (struct crr_result){0};
}
