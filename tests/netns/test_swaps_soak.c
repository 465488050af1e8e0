/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Swaps under traffic. Two tables take turns, made so that a mixture of both would let pass what
 * neither does, or deny what both let pass:
 *
 *	crossed   one lets A out and keeps it from B, the other the other way round
 *	relabel   B and C change places in the labels and in the policy
 *	split     a CIDR is cut in two, and its class number goes to another one
 *	reuse     two addresses change their owners
 *
 * Whatever a hook tells is compared with the verdict of the table that it names. The same test with
 * tables that are installed piece by piece must fail, or it would prove nothing.
 */
#include "datapath/internal.h"
#include "lib/table_build.h"
#include "lib/tap.h"
#include "lib/wires.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define N_SWAPS 1000
#define N_SWAPS_SOAK 10000
#define N_PIECEWISE 60
#define WAIT_MS 3000

/* A, B, C and the world outside; A is the one that sends. */
static struct wires_pod a, b, c, world;

enum { PORT_CROSSED = 1, PORT_RELABEL, PORT_SPLIT, PORT_SPLIT_SHUT, PORT_REUSE, PORT_TURN };
#define PORT(port_class) (1000 + (port_class))

enum { CLASS_A = 1, CLASS_2, CLASS_3, CLASS_5 = 5, CLASS_6, CLASS_7, CLASS_8, CLASS_9, CLASS_10 };

/* Which parts of a table are the new ones. */
enum { LABELS = 1, EGRESS = 2, INGRESS = 4, ALL = LABELS | EGRESS | INGRESS };

/* What A sends all the time, and whether it may arrive. */
static const struct stream {
	const char *name, *addr;
	uint16_t port;
	bool must_arrive;
} streams[] = {
	{"crossed", "10.0.0.2", PORT(PORT_CROSSED), false},
	{"relabel, the one", "10.0.0.2", PORT(PORT_RELABEL), true},
	{"relabel, the other", "10.0.0.3", PORT(PORT_RELABEL), false},
	{"split, low", "192.0.2.10", PORT(PORT_SPLIT), true},
	{"split, high", "192.0.2.200", PORT(PORT_SPLIT), true},
	{"split, shut", "192.0.2.10", PORT(PORT_SPLIT_SHUT), false},
	{"reuse", "10.0.0.78", PORT(PORT_REUSE), false},
};

/* What the processes share. */
static struct shared {
	uint64_t n_sent[N(streams)];
	uint64_t n_arrived[N(streams)];
} * shared;

static struct datapath *datapath;
static uint64_t generation;

static void label(struct table_build *build, bool is_new)
{
	table_build_pod(build, "10.0.0.1", 1, CLASS_A);
	table_build_pod(build, "10.0.0.2", 2, is_new ? CLASS_3 : CLASS_2);
	table_build_pod(build, "10.0.0.3", 3, is_new ? CLASS_2 : CLASS_3);
	table_build_pod(build, "10.0.0.77", is_new ? 3 : 2, is_new ? CLASS_10 : CLASS_9);
	table_build_pod(build, "10.0.0.78", is_new ? 2 : 3, is_new ? CLASS_9 : CLASS_10);
	if (is_new) {
		table_build_cidr(build, "192.0.2.0/25", CLASS_7);
		table_build_cidr(build, "192.0.2.128/25", CLASS_8);
		table_build_cidr(build, "198.51.100.0/24", CLASS_5);
	} else {
		table_build_cidr(build, "192.0.2.0/24", CLASS_5);
		table_build_cidr(build, "198.51.100.0/24", CLASS_6);
	}
}

static void allow_out(struct table_build *build, uint32_t port_class, uint32_t peer_class)
{
	table_build_cell(build, 1, VERDICT_EGRESS, port_class, peer_class, TABLE_ALLOW);
}

static void allow_egress(struct table_build *build, bool is_new)
{
	allow_out(build, PORT_RELABEL, is_new ? CLASS_3 : CLASS_2);
	allow_out(build, PORT_REUSE, CLASS_9);
	if (is_new) {
		allow_out(build, PORT_SPLIT, CLASS_7);
		allow_out(build, PORT_SPLIT, CLASS_8);
		allow_out(build, PORT_SPLIT_SHUT, CLASS_5);
		allow_out(build, PORT_TURN, CLASS_2);
		allow_out(build, PORT_TURN, CLASS_3);
	} else {
		allow_out(build, PORT_CROSSED, CLASS_2);
		allow_out(build, PORT_CROSSED, CLASS_3);
		allow_out(build, PORT_SPLIT, CLASS_5);
		allow_out(build, PORT_SPLIT_SHUT, CLASS_6);
	}
}

static void allow_ingress(struct table_build *build, bool is_new)
{
	for (uint32_t endpoint = 2; endpoint <= 3; endpoint++) {
		for (uint32_t port_class = PORT_CROSSED; port_class <= PORT_TURN; port_class++) {
			if (port_class != PORT_CROSSED || is_new)
				table_build_cell(build, endpoint, VERDICT_INGRESS, port_class,
						 CLASS_A, TABLE_ALLOW);
		}
	}
}

/* Enforces the table whose `parts` are the new ones. */
static void swap_to(unsigned int parts)
{
	struct table_build *build = table_build_new();
	size_t size;
	void *blob;
	int r;

	for (uint32_t port_class = PORT_CROSSED; port_class <= PORT_TURN; port_class++)
		table_build_port(build, VERDICT_UDP, PORT(port_class), PORT(port_class),
				 port_class);
	label(build, parts & LABELS);
	allow_egress(build, parts & EGRESS);
	allow_ingress(build, parts & INGRESS);
	blob = table_build_seal(build, ++generation, &size);
	r = datapath_swap(datapath, blob, size);
	if (r)
		bail("no swap: %s", strerror(-r));
	free(blob);
	table_build_free(build);
}

static struct sockaddr_in target(const struct stream *stream)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(stream->port)};

	inet_pton(AF_INET, stream->addr, &addr.sin_addr);
	return addr;
}

/* Each packet from a new socket, so each is a new flow. */
static void send_stream(size_t i)
{
	const struct sockaddr_in addr = target(&streams[i]);
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	shared->n_sent[i] += sendto(fd, "?", 1, 0, (const struct sockaddr *)&addr, sizeof(addr)) ==
			     1;
	close(fd);
}

static void send_all(void)
{
	wires_enter(&a);
	for (;;) {
		for (size_t i = 0; i < N(streams); i++)
			send_stream(i);
	}
}

/* The same flow all the time: what conntrack knows must not outlive its table. */
static void send_steady(void)
{
	int fds[N(streams)];

	wires_enter(&a);
	for (size_t i = 0; i < N(streams); i++) {
		const struct sockaddr_in addr = target(&streams[i]);

		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (connect(fds[i], (const struct sockaddr *)&addr, sizeof(addr)))
			_exit(1);
	}
	for (;;) {
		for (size_t i = 0; i < N(streams); i++)
			shared->n_sent[i] += send(fds[i], "?", 1, 0) == 1;
		usleep(100);
	}
}

static void receive_all(void)
{
	const struct wires_pod *places[] = {&b, &b, &c, &world, &world, &world, &c};
	struct pollfd servers[N(streams)];
	char text[8];

	for (size_t i = 0; i < N(streams); i++) {
		const struct sockaddr_in addr = target(&streams[i]);

		servers[i] = (struct pollfd){.fd = wires_socket(places[i], AF_INET, SOCK_DGRAM, 0),
					     .events = POLLIN};
		if (bind(servers[i].fd, (const struct sockaddr *)&addr, sizeof(addr)))
			_exit(1);
	}
	for (;;) {
		poll(servers, N(streams), -1);
		for (size_t i = 0; i < N(streams); i++) {
			while (recv(servers[i].fd, text, sizeof(text), 0) > 0)
				shared->n_arrived[i]++;
		}
	}
}

/* Ends when we do, however that happens. */
static pid_t start(void (*work)(void))
{
	const pid_t pid = fork();

	if (pid < 0)
		bail("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work();
		_exit(1);
	}
	return pid;
}

struct told {
	uint64_t n_checked, n_wrong, n_forgotten;
	uint64_t n_denied[N(streams)]; /* of those that must arrive */
};

static void to_numbers(uint32_t numbers[4], const __be32 addr[4])
{
	for (int i = 0; i < 4; i++)
		numbers[i] = ntohl(addr[i]);
}

/* What the table that the event names says, asked here, about the same flow at the same hook. */
static bool is_allowed(const struct event *event, const struct table_view *table)
{
	const bool from_pod = event->hook == EVENT_FROM_POD;
	const bool by_pod = from_pod != !!(event->flags & EVENT_REVERSE);
	struct verdict_flow flow = {.port = ntohs(event->dst_port),
				    .space = event->space,
				    .family = event->family,
				    .flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS};
	struct verdict verdict;

	to_numbers(flow.src, event->src);
	to_numbers(flow.dst, event->dst);
	verdict_flow(table, &flow, &verdict);
	return verdict.action == TABLE_ALLOW &&
	       (by_pod ? verdict.src.endpoint : verdict.dst.endpoint) == event->endpoint;
}

static void check_event(void *data, const struct event *event, const struct table_view *table)
{
	struct told *told = data;

	if (!table) {
		told->n_forgotten++;
		return;
	}
	told->n_checked++;
	told->n_wrong += is_allowed(event, table) != (event->action == TABLE_ALLOW);
	for (size_t i = 0; i < N(streams) && event->action == TABLE_DENY; i++) {
		const struct sockaddr_in addr = target(&streams[i]);

		if (addr.sin_addr.s_addr == event->dst[0] && addr.sin_port == event->dst_port)
			told->n_denied[i]++;
	}
}

/*
 * Once a swap has returned, the next packet is judged by the new table: the turn is A's in the new
 * one only.
 */
static bool is_in_force(int turn, unsigned int parts)
{
	const int client = wires_connect(&a, AF_INET, SOCK_DGRAM, 2, PORT(PORT_TURN));
	bool arrived;
	char text[8];

	send(client, "!", 1, 0);
	arrived = wires_wait(turn, POLLIN, parts & EGRESS ? WAIT_MS : 0);
	while (recv(turn, text, sizeof(text), 0) > 0)
		;
	close(client);
	return arrived == !!(parts & EGRESS);
}

/* From one whole table to the other and back, in one step or in three. */
static uint64_t run(int turn, unsigned int n_swaps, bool piecewise, struct told *told)
{
	static const unsigned int whole[] = {ALL, 0};
	static const unsigned int pieces[] = {INGRESS,         INGRESS | LABELS, ALL,
					      LABELS | EGRESS, EGRESS,           0};
	uint64_t n_late = 0;

	for (unsigned int i = 0; i < n_swaps; i++) {
		const unsigned int parts = piecewise ? pieces[i % N(pieces)] : whole[i % N(whole)];

		swap_to(parts);
		n_late += !is_in_force(turn, parts);
		if (datapath_events_read(datapath, 0, check_event, told) < 0)
			bail("the events cannot be read");
	}
	return n_late;
}

static void set_up(void)
{
	const struct datapath_sizes sizes = {.events_size = 16 << 20};

	wires_open();
	wires_add_pod(&a, 1);
	wires_add_pod(&b, 2);
	wires_add_pod(&c, 3);
	wires_add_pod(&world, 9);
	wires_run(&b, "ip addr add 10.0.0.77/32 dev eth0");
	wires_run(&c, "ip addr add 10.0.0.78/32 dev eth0");
	wires_run(&world, "ip route add local 192.0.2.0/24 dev lo");
	wires_run(NULL, "ip route add 10.0.0.77 dev pod2; ip route add 10.0.0.78 dev pod3;"
			"ip route add 192.0.2.0/24 dev pod9");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		bail("no shared memory");
	if (datapath_open("/mnt/node", &sizes, &datapath) ||
	    datapath_endpoint_add(datapath, a.ifindex, 1) ||
	    datapath_endpoint_add(datapath, b.ifindex, 2) ||
	    datapath_endpoint_add(datapath, c.ifindex, 3))
		bail("the datapath does not open");
	swap_to(0);
}

static void test_whole(int turn, unsigned int n_swaps)
{
	struct datapath_counters counters = {0};
	struct told told = {0};

	ok_int((int64_t)run(turn, n_swaps, false, &told), 0,
	       "%u swaps: each in force when it returned", n_swaps);
	ok(told.n_checked > n_swaps, "%llu events compared with their tables",
	   (unsigned long long)told.n_checked);
	ok_int((int64_t)told.n_wrong, 0, "… and all are what the table says");
	datapath_counters(datapath, &counters);
	diag("%llu events of forgotten tables, %llu lost", (unsigned long long)told.n_forgotten,
	     (unsigned long long)counters.events_lost);
	for (size_t i = 0; i < N(streams); i++) {
		diag("%s: %llu sent, %llu arrived", streams[i].name,
		     (unsigned long long)shared->n_sent[i],
		     (unsigned long long)shared->n_arrived[i]);
		ok(shared->n_sent[i] > n_swaps, "%s: there was traffic", streams[i].name);
		if (streams[i].must_arrive)
			ok(shared->n_arrived[i] > 0 && !told.n_denied[i], "%s: never denied",
			   streams[i].name);
		else
			ok_int((int64_t)shared->n_arrived[i], 0, "%s: nothing passed",
			       streams[i].name);
	}
}

/* The proof of the test: tables that were never meant to be enforced are. */
static void test_piecewise(int turn)
{
	struct told told = {0};
	uint64_t before[N(streams)];

	for (size_t i = 0; i < N(streams); i++)
		before[i] = shared->n_arrived[i];
	run(turn, N_PIECEWISE, true, &told);
	usleep(100000);
	for (size_t i = 0; i < N(streams); i++) {
		if (streams[i].must_arrive)
			ok(told.n_denied[i] > 0, "%s: denied when installed in pieces",
			   streams[i].name);
		else if (streams[i].port != PORT(PORT_REUSE))
			ok(shared->n_arrived[i] > before[i], "%s: passed when installed in pieces",
			   streams[i].name);
	}
}

int main(void)
{
	const unsigned int n_swaps = getenv("BULKHEAD_SOAK") ? N_SWAPS_SOAK : N_SWAPS;
	pid_t children[3];
	int turn;

	set_up();
	turn = wires_listen(&b, AF_INET, SOCK_DGRAM, 2, PORT(PORT_TURN));
	children[0] = start(receive_all);
	children[1] = start(send_all);
	children[2] = start(send_steady);
	test_whole(turn, n_swaps);
	test_piecewise(turn);
	for (size_t i = 0; i < N(children); i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	datapath_free(datapath);
	return tap_done();
}
