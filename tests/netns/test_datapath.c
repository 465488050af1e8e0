/* SPDX-License-Identifier: Apache-2.0 */
/* The hooks on real interfaces: what the table says is what sockets see. */
#include "datapath/internal.h"
#include "lib/frame.h"
#include "lib/table_build.h"
#include "lib/tap.h"
#include "lib/wires.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATH "/mnt/node"
#define WAIT_MS 3000   /* for what must come */
#define SILENCE_MS 150 /* for what must not, once its drop was told */

enum { CLASS_ONE = 1, CLASS_TWO, CLASS_NODE };
enum { PORT_ANY, PORT_WEB, PORT_DNS, PORT_PING };

static struct datapath *datapath;
static struct table_build *build;
static uint64_t generation;
static struct wires_pod one, two;

static void enforce(void)
{
	size_t size;
	void *blob = table_build_seal(build, ++generation, &size);

	ok_int(datapath_swap(datapath, blob, size), 0, "generation %d is enforced",
	       (int)generation);
	free(blob);
}

/* An event that is waited for. */
struct wanted {
	uint8_t action, reason;
	uint32_t flags;
	unsigned int n;
};

static void match(void *data, const struct event *event, const struct table_view *table)
{
	struct wanted *wanted = data;

	(void)table;
	if (event->action == wanted->action && event->reason == wanted->reason &&
	    (event->flags & wanted->flags) == wanted->flags)
		wanted->n++;
}

static bool is_told(uint8_t action, uint8_t reason, uint32_t flags)
{
	struct wanted wanted = {.action = action, .reason = reason, .flags = flags};

	for (int i = 0; i < 20 && !wanted.n; i++)
		datapath_events_read(datapath, WAIT_MS / 20, match, &wanted);
	return wanted.n > 0;
}

static void forget_events(void)
{
	struct wanted none = {0};

	datapath_events_read(datapath, 0, match, &none);
}

static void make_policy(void)
{
	build = table_build_new();
	table_build_pod(build, "10.0.0.1", 1, CLASS_ONE);
	table_build_pod(build, "fd00::1", 1, CLASS_ONE);
	table_build_pod(build, "10.0.0.2", 2, CLASS_TWO);
	table_build_pod(build, "fd00::2", 2, CLASS_TWO);
	table_build_address(build, "10.0.0.254", TABLE_ADDR_NODE, 0, CLASS_NODE);
	table_build_port(build, VERDICT_TCP, 80, 80, PORT_WEB);
	table_build_port(build, VERDICT_UDP, 53, 53, PORT_DNS);
	table_build_port(build, VERDICT_ICMP, 8 << 8, 8 << 8, PORT_PING);
	table_build_port(build, VERDICT_ICMPV6, 128 << 8, 128 << 8, PORT_PING);
	for (uint32_t port = PORT_WEB; port <= PORT_PING; port++) {
		table_build_cell(build, 1, VERDICT_EGRESS, port, CLASS_TWO, TABLE_ALLOW);
		table_build_cell(build, 2, VERDICT_INGRESS, port, CLASS_ONE, TABLE_ALLOW);
	}
}

/* Whether a connection from a place is accepted by `listener`; the accepted socket in *ret. */
static bool is_connected(int client, int listener, int *ret)
{
	if (!wires_wait(listener, POLLIN, WAIT_MS))
		return false;
	*ret = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return *ret >= 0 && wires_wait(client, POLLOUT, WAIT_MS);
}

static bool is_carried(int from, int to)
{
	char text[] = "hello", got[16] = "";

	return send(from, text, sizeof(text), 0) == sizeof(text) &&
	       wires_wait(to, POLLIN, WAIT_MS) && recv(to, got, sizeof(got), 0) == sizeof(text) &&
	       strcmp(text, got) == 0;
}

static void test_tcp(int family)
{
	const int listener = wires_listen(&two, family, SOCK_STREAM, 2, 80);
	const int shut = wires_listen(&two, family, SOCK_STREAM, 2, 81);
	const int v = family == AF_INET ? 4 : 6;
	int client = wires_connect(&one, family, SOCK_STREAM, 2, 80), server = -1;

	ok(is_connected(client, listener, &server), "v%d: TCP 80 is open", v);
	ok(is_carried(client, server) && is_carried(server, client), "v%d: … both ways", v);
	close(client);
	close(server);
	forget_events();
	client = wires_connect(&one, family, SOCK_STREAM, 2, 81);
	ok(is_told(TABLE_DENY, VERDICT_DEFAULT_DENY, 0), "v%d: TCP 81 is dropped", v);
	ok(!wires_wait(shut, POLLIN, SILENCE_MS), "v%d: … and nobody asked", v);
	close(client);
	close(listener);
	close(shut);
}

static void test_udp(int family)
{
	const int v = family == AF_INET ? 4 : 6;
	const int server = wires_listen(&two, family, SOCK_DGRAM, 2, 53);
	const int other = wires_listen(&two, family, SOCK_DGRAM, 2, 54);
	const int client = wires_connect(&one, family, SOCK_DGRAM, 2, 53);
	const int denied = wires_connect(&one, family, SOCK_DGRAM, 2, 54);
	struct wires_address from = {.len = sizeof(from.v6)};
	char text[8] = "";

	send(client, "question", 8, 0);
	ok(wires_wait(server, POLLIN, WAIT_MS) &&
		   recvfrom(server, text, 8, 0, &from.any, &from.len) == 8,
	   "v%d: UDP 53 is open", v);
	sendto(server, "answer", 6, 0, &from.any, from.len);
	ok(wires_wait(client, POLLIN, WAIT_MS), "v%d: … and answers", v);
	forget_events();
	send(denied, "question", 8, 0);
	ok(is_told(TABLE_DENY, VERDICT_DEFAULT_DENY, 0), "v%d: UDP 54 is dropped", v);
	ok(!wires_wait(other, POLLIN, SILENCE_MS), "v%d: … and nothing came", v);
	close(server);
	send(client, "question", 8, 0);
	ok(wires_wait(client, POLLERR, WAIT_MS) && recv(client, text, 8, 0) < 0 &&
		   errno == ECONNREFUSED,
	   "v%d: the ICMP error about an open flow arrives", v);
	close(client);
	close(other);
	close(denied);
}

static void test_ping(wires_place from, const struct wires_pod *to)
{
	const uint8_t request[8] = {8, 0, 0xf7, 0xff - 7, 0, 7, 0, 0};
	const struct wires_address address = wires_address(AF_INET, to->number, 0);
	const int fd = wires_socket(from, AF_INET, SOCK_RAW, IPPROTO_ICMP);
	uint8_t reply[64] = {8};

	sendto(fd, request, sizeof(request), 0, &address.any, address.len);
	while (wires_wait(fd, POLLIN, WAIT_MS) && recv(fd, reply, sizeof(reply), 0) > 0 &&
	       reply[20] != 0)
		;
	ok_int(reply[20], 0, "%s is answered to", from ? "a ping" : "the node's ping");
	close(fd);
}

/* The node reaches its pods, as a kubelet does; they do not reach it unless they may. */
static void test_node(void)
{
	const int listener = wires_listen(&one, AF_INET, SOCK_STREAM, 1, 8080);
	const int shut = wires_listen(NULL, AF_INET, SOCK_STREAM, WIRES_NODE, 80);
	int client = wires_connect(NULL, AF_INET, SOCK_STREAM, 1, 8080), server = -1;

	ok(is_connected(client, listener, &server), "the node reaches a closed port");
	ok(is_carried(client, server) && is_carried(server, client), "… both ways");
	close(client);
	close(server);
	close(listener);
	forget_events();
	client = wires_connect(&one, AF_INET, SOCK_STREAM, WIRES_NODE, 80);
	ok(is_told(TABLE_DENY, VERDICT_DEFAULT_DENY, 0), "the pod does not reach the node");
	close(client);
	close(shut);
}

static void send_raw(const struct wires_pod *pod, const struct frame *frame)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = 6};
	const int fd = wires_socket(pod, AF_PACKET, SOCK_RAW, 0);

	wires_enter(pod);
	to.sll_ifindex = (int)if_nametoindex("eth0");
	wires_enter(NULL);
	memset(to.sll_addr, 0xff, 6);
	if (sendto(fd, frame->bytes, frame->size, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		bail("a raw frame cannot be sent: %s", strerror(errno));
	close(fd);
}

static void test_forged(void)
{
	struct frame frame = FRAME(.src = "10.0.0.2", .dst = "10.0.0.254", .protocol = IPPROTO_UDP,
				   .sport = 1, .dport = 53);

	forget_events();
	send_raw(&one, &frame);
	ok(is_told(TABLE_DENY, VERDICT_SPOOFED, 0), "another pod's address is not accepted");
	memmove(frame.bytes + 16, frame.bytes + 12, frame.size - 12);
	memcpy(frame.bytes + 12, "\x81\0\0\0", 4);
	frame.size += 4;
	send_raw(&one, &frame);
	ok(is_told(TABLE_DENY, VERDICT_NOT_IP, 0), "nor what is behind a VLAN tag");
	frame = (struct frame){.size = 14, .bytes = {[12] = 0x08}};
	send_raw(&one, &frame);
	ok(is_told(TABLE_DENY, VERDICT_MALFORMED, 0), "nor a frame with nothing in it");
}

/* Segments of 64 KiB, in pieces of memory, and none of them is lost or slow. */
static void test_bulk(void)
{
	static char data[1 << 20], got[1 << 16];
	const int listener = wires_listen(&two, AF_INET6, SOCK_STREAM, 2, 80);
	const int client = wires_connect(&one, AF_INET6, SOCK_STREAM, 2, 80);
	size_t n_sent = 0, n_got = 0;
	int server = -1;
	bool same = true;

	ok(is_connected(client, listener, &server), "a connection for much data");
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 2654435761u >> 13);
	while (n_got < sizeof(data)) {
		ssize_t n = send(client, data + n_sent, sizeof(data) - n_sent, 0);

		n_sent += n > 0 ? (size_t)n : 0;
		if (!wires_wait(server, POLLIN, WAIT_MS))
			break;
		n = recv(server, got, sizeof(got), 0);
		same &= n > 0 && memcmp(got, data + n_got, (size_t)n) == 0;
		n_got += n > 0 ? (size_t)n : 0;
	}
	ok(same && n_got == sizeof(data), "1 MiB arrives as it was sent");
	close(client);
	close(server);
	close(listener);
}

static void test_cut(void)
{
	const int listener = wires_listen(&two, AF_INET, SOCK_STREAM, 2, 80);
	const int client = wires_connect(&one, AF_INET, SOCK_STREAM, 2, 80);
	int server = -1;
	char got[16];

	ok(is_connected(client, listener, &server) && is_carried(client, server),
	   "a connection is open");
	table_build_cell(build, 2, VERDICT_INGRESS, PORT_WEB, CLASS_ONE, TABLE_DENY);
	enforce();
	forget_events();
	send(client, "more", 4, 0);
	ok(is_told(TABLE_DENY, VERDICT_DEFAULT_DENY, EVENT_CUT),
	   "a table without it cuts it on its next packet");
	ok(!wires_wait(server, POLLIN, SILENCE_MS), "… and nothing arrives");
	send(server, "back", 4, 0);
	ok(is_told(TABLE_DENY, VERDICT_DEFAULT_DENY, EVENT_CUT | EVENT_REVERSE),
	   "nor goes anything back");
	table_build_cell(build, 2, VERDICT_INGRESS, PORT_WEB, CLASS_ONE, TABLE_ALLOW);
	enforce();
	ok(wires_wait(server, POLLIN, WAIT_MS) && recv(server, got, sizeof(got), 0) == 4 &&
		   memcmp(got, "more", 4) == 0,
	   "a table with it lets it go on where it was");
	close(client);
	close(server);
	close(listener);
}

static unsigned int n_attached(const struct wires_pod *pod)
{
	unsigned int n = 0;

	for (unsigned int type = 46; type <= 47; type++) { /* tcx, ingress and egress */
		uint32_t programs[8], n_programs = 8;

		if (!bpf_prog_query((int)pod->ifindex, type, 0, NULL, programs, &n_programs))
			n += n_programs;
	}
	return n;
}

static int find(void *data, const struct datapath_endpoint *endpoint)
{
	struct datapath_endpoint *wanted = data;

	if (endpoint->ifindex == wanted->ifindex)
		*wanted = *endpoint;
	return 0;
}

static void test_end(void)
{
	struct datapath_endpoint found = {.ifindex = two.ifindex, .attached = true};
	const int listener = wires_listen(&one, AF_INET, SOCK_STREAM, 1, 9999);
	int client, server = -1;

	ok_int(n_attached(&one), 2, "two programs are attached");
	ok_int(datapath_endpoint_remove(datapath, one.ifindex), 0, "an endpoint is removed");
	ok_int(n_attached(&one), 0, "and with it both");
	client = wires_connect(NULL, AF_INET, SOCK_STREAM, 1, 9999);
	ok(is_connected(client, listener, &server), "what is not hooked is open");
	wires_cut(&two);
	datapath_endpoints(datapath, find, &found);
	ok(found.id == 2 && !found.attached,
	   "an interface went: its endpoint is there, not attached");
	ok_int(datapath_endpoint_remove(datapath, two.ifindex), 0, "and can be removed");
	wires_add_pod(&two, 3);
	ok_int(datapath_endpoint_add(datapath, two.ifindex, 2), 0,
	       "another interface gets the number");
	datapath_free(datapath);
	ok_int(n_attached(&two), 2, "the hooks outlive their handle");
	ok_int(datapath_destroy(PATH), 0, "the whole is destroyed");
	ok_int(n_attached(&two), 0, "and the hooks with it");
}

int main(void)
{
	int fd;

	wires_open();
	wires_add_pod(&one, 1);
	wires_add_pod(&two, 2);
	make_policy();
	ok_int(datapath_open(PATH, NULL, &datapath), 0, "a datapath");
	ok_int(datapath_endpoint_add(datapath, one.ifindex, 1), 0, "a pod");
	ok_int(datapath_endpoint_add(datapath, two.ifindex, 2), 0, "another");
	fd = wires_connect(&one, AF_INET, SOCK_DGRAM, 2, 53);
	send(fd, "early", 5, 0);
	ok(is_told(TABLE_DENY, VERDICT_NO_TABLE, 0), "closed without a table");
	close(fd);
	enforce();
	for (int i = 0; i < 2; i++) {
		test_tcp(i ? AF_INET6 : AF_INET);
		test_udp(i ? AF_INET6 : AF_INET);
	}
	test_ping(&one, &two);
	test_ping(NULL, &two);
	test_node();
	test_forged();
	test_bulk();
	test_cut();
	test_end();
	table_build_free(build);
	return tap_done();
}
