/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

socklen_t lab_sockaddr(const struct ip_addr *addr, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *in = (struct sockaddr_in *)ret;

	*ret = (struct sockaddr_storage){0};
	if (addr->family == IP_V4) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		in->sin_addr.s_addr = htonl((uint32_t)addr->lo);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	ip_to_bytes(addr, in6->sin6_addr.s6_addr);
	return sizeof(*in6);
}

int lab_socket(enum ip_family family, int type, int protocol)
{
	const int fd = socket(family == IP_V4 ? AF_INET : AF_INET6,
			      type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	const int on = 1;

	if (fd < 0)
		return -errno;
	/* A v6 listener leaves v4 to the other one. */
	if (family == IP_V6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	return fd;
}

uint16_t lab_local_port(int fd)
{
	struct sockaddr_storage addr;
	socklen_t size = sizeof(addr);

	if (getsockname(fd, (struct sockaddr *)&addr, &size))
		return 0;
	/* The port stands at the same place in both families. */
	return ntohs(((struct sockaddr_in *)&addr)->sin_port);
}
