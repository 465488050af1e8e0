/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/ask.h"

#include "lab/sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define SCTP_FIRST_PORT 0x8000 /* no others use raw sockets, so that any will do */
#define SCTP_INIT_CHUNK 1
#define CRC32C 0x82f63b78u

/* RFC 9260, sections 3.1 and 3.3.2. */
struct sctp_init {
	uint16_t from, to;
	uint32_t tag;
	uint32_t checksum; /* little endian */
	uint8_t chunk, flags;
	uint16_t size;
	uint32_t own_tag, window;
	uint16_t out_streams, in_streams;
	uint32_t number;
};

_Static_assert(sizeof(struct sctp_init) == 32, "as on the wire");

static uint32_t crc32c(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? CRC32C : 0);
	}
	return ~crc;
}

int lab_ask_open(struct lab_ask *ask)
{
	const enum ip_family family = ask->family;
	const bool is_v4 = family == IP_V4;
	const int on = 1;

	if (ask->space == PORT_TCP)
		ask->fd = lab_socket(family, SOCK_STREAM, 0);
	else if (ask->space == PORT_UDP)
		ask->fd = lab_socket(family, SOCK_DGRAM, 0);
	else if (ask->space == PORT_SCTP)
		ask->fd = lab_socket(family, SOCK_RAW, IPPROTO_SCTP);
	else
		ask->fd = lab_socket(family, SOCK_DGRAM, is_v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	/* Errors come with the packet that they are about, which tells old ones from new ones. */
	if (ask->fd >= 0 && ask->space == PORT_SCTP &&
	    setsockopt(ask->fd, is_v4 ? IPPROTO_IP : IPPROTO_IPV6,
		       is_v4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(on))) {
		const int err = -errno;

		close(ask->fd);
		ask->fd = -1;
		return err;
	}
	return ask->fd < 0 ? ask->fd : 0;
}

static ssize_t send_init(const struct lab_ask *ask)
{
	struct sctp_init init = {
		.from = htons(ask->local),
		.to = htons(ask->remote),
		.chunk = SCTP_INIT_CHUNK,
		.size = htons(sizeof(init) - offsetof(struct sctp_init, chunk)),
		.own_tag = htonl(ask->local + 1u),
		.window = htonl(UINT16_MAX),
		.out_streams = htons(1),
		.in_streams = htons(1),
	};

	init.checksum = htole32(crc32c(&init, sizeof(init)));
	return send(ask->fd, &init, sizeof(init), 0);
}

/* An ICMP header, of which the kernel fills in the id and the checksum. */
static ssize_t send_ping(const struct lab_ask *ask)
{
	const uint8_t ping[8] = {(uint8_t)(ask->remote >> 8)};

	return send(ask->fd, ping, sizeof(ping), 0);
}

static ssize_t say_something(const struct lab_ask *ask)
{
	switch (ask->space) {
	case PORT_TCP:
		return 0;
	case PORT_UDP:
		return send(ask->fd, "?", 1, 0);
	case PORT_SCTP:
		return send_init(ask);
	default:
		return send_ping(ask);
	}
}

int lab_ask_send(struct lab_ask *ask, const struct ip_addr *from, const struct ip_addr *to)
{
	const bool has_ports = ask->space <= PORT_UDP;
	struct sockaddr_storage addr;
	socklen_t size = lab_sockaddr(from, 0, &addr);

	if (bind(ask->fd, (struct sockaddr *)&addr, size))
		return errno;
	if (ask->space == PORT_SCTP)
		ask->local = SCTP_FIRST_PORT + ask->local % SCTP_FIRST_PORT;
	else
		ask->local = lab_local_port(ask->fd);
	size = lab_sockaddr(to, has_ports ? ask->remote : 0, &addr);
	if (connect(ask->fd, (struct sockaddr *)&addr, size) && errno != EINPROGRESS)
		return errno;
	return say_something(ask) < 0 ? errno : 0;
}

/* The greeting of who listens, or an error. */
static enum lab_outcome hear_words(const struct lab_ask *ask, const char *greeting, int *ret_error)
{
	char heard[LAB_GREETING_SIZE];
	const ssize_t n = recv(ask->fd, heard, sizeof(heard) - 1, 0);

	if (n < 0 && errno == EAGAIN)
		return LAB_N_OUTCOMES;
	*ret_error = n < 0 ? errno : 0;
	if (n < 0)
		return errno == ECONNREFUSED ? LAB_REFUSED : LAB_ODD;
	if (ask->space >= PORT_ICMP)
		return LAB_ANSWERED; /* the kernel told it from others by its id */
	heard[n] = '\0';
	heard[strcspn(heard, "\n")] = '\0';
	return strncmp(heard, greeting, sizeof(heard) - 1) ? LAB_ODD : LAB_ANSWERED;
}

static bool is_between(const uint8_t *sctp, ssize_t size, uint16_t from, uint16_t to)
{
	uint16_t ports[2];

	if (size < (ssize_t)sizeof(ports))
		return false;
	memcpy(ports, sctp, sizeof(ports));
	return ports[0] == htons(from) && ports[1] == htons(to);
}

/* The error that a message from the error queue is about; both families have it alike. */
static int error_of(struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct sock_extended_err error = {0};

	if (control)
		memcpy(&error, CMSG_DATA(control), sizeof(error));
	return (int)error.ee_errno;
}

/* RFC 792: protocol unreachable; RFC 4443: unrecognised next header. */
static enum lab_outcome hear_error(const struct lab_ask *ask, int *ret_error)
{
	char control[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6))];
	uint8_t packet[LAB_GREETING_SIZE];
	struct iovec data = {packet, sizeof(packet)};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	const ssize_t n = recvmsg(ask->fd, &message, MSG_ERRQUEUE);

	if (n < 0 || !is_between(packet, n, ask->local, ask->remote))
		return LAB_N_OUTCOMES;
	*ret_error = error_of(&message);
	return *ret_error == ENOPROTOOPT || *ret_error == EPROTO ? LAB_REFUSED : LAB_ODD;
}

/* An SCTP packet in answer is an ABORT: nobody listens in a lab. v4 comes with its IP header. */
static enum lab_outcome hear_sctp(const struct lab_ask *ask, int *ret_error)
{
	const enum lab_outcome error = hear_error(ask, ret_error);
	uint8_t packet[LAB_GREETING_SIZE];
	ssize_t n = error == LAB_N_OUTCOMES ? recv(ask->fd, packet, sizeof(packet), 0) : -1;
	size_t header = 0;

	if (n > 0 && ask->family == IP_V4)
		header = (size_t)(packet[0] & 0xf) * 4;
	if (n > (ssize_t)header &&
	    is_between(packet + header, n - (ssize_t)header, ask->remote, ask->local))
		return LAB_REFUSED;
	return error;
}

enum lab_outcome lab_ask_hear(const struct lab_ask *ask, const char *greeting, int *ret_error)
{
	return ask->space == PORT_SCTP ? hear_sctp(ask, ret_error)
				       : hear_words(ask, greeting, ret_error);
}
