/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/probe.h"

#include "base/hash.h"
#include "lab/ask.h"
#include "lab/topology.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define WINDOW 256 /* probes at a time */
#define TIMEOUT_NS 2000000000u
#define GRACE_NS 5000000u /* after a drop event: an answer would prove the event wrong */
#define POLL_MS 1

/* A probe on its way. */
struct flight {
	struct lab_probe *probe; /* NULL: free */
	struct lab_ask ask;
	bool was_dropped;
	uint64_t key; /* of the flow */
	uint64_t deadline;
};

struct prober {
	const struct lab_prober *asked;
	struct lab_probes *probes;
	size_t n_started, n_done;
	struct flight flights[WINDOW];
	uint32_t n_flights;
	bool has_sctp; /* one of the flights is, and only one may be */
	uint32_t here; /* the end whose namespace the thread is in; UINT32_MAX at first */
	int epoll;
	struct lab_fault *fault;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* What identifies a flow in an event, without padding. */
struct flow_key {
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port; /* network order */
	uint8_t space, family;
	uint8_t pad[2];
};

static uint64_t probe_key(const struct lab_plan *plan, const struct lab_probe *probe,
			  uint16_t local_port)
{
	const struct ip_addr *to = &plan->ends[probe->to].ips[probe->ip];
	struct flow_key key = {.src_port = htons(local_port),
			       .dst_port = htons(probe->port),
			       .space = probe->space,
			       .family = to->family};

	ip_to_bytes(lab_end_ip(&plan->ends[probe->from], to->family), key.src);
	ip_to_bytes(to, key.dst);
	return hash_bytes(&key, sizeof(key), 0);
}

static uint64_t event_key(const struct event *event)
{
	struct flow_key key = {.src_port = event->src_port,
			       .dst_port = event->dst_port,
			       .space = event->space,
			       .family = event->family};

	memcpy(key.src, event->src, sizeof(key.src));
	memcpy(key.dst, event->dst, sizeof(key.dst));
	return hash_bytes(&key, sizeof(key), 0);
}

/* 0; or the errno that the kernel knew at once. */
static int flight_ask(struct flight *flight, const struct lab_plan *plan)
{
	const struct lab_probe *probe = flight->probe;
	const struct ip_addr *to = &plan->ends[probe->to].ips[probe->ip];
	const int error =
		lab_ask_send(&flight->ask, lab_end_ip(&plan->ends[probe->from], to->family), to);

	flight->key = probe_key(plan, probe, flight->ask.local);
	return error;
}

static void flight_end(struct prober *prober, struct flight *flight, enum lab_outcome seen,
		       int error)
{
	flight->probe->seen = seen;
	flight->probe->error = error;
	if (flight->probe->space == PORT_SCTP)
		prober->has_sctp = false;
	flight->probe = NULL;
	close(flight->ask.fd);
	prober->n_flights--;
	prober->n_done++;
}

static void flight_refused(struct prober *prober, struct flight *flight, int error)
{
	flight_end(prober, flight, error == ECONNREFUSED ? LAB_REFUSED : LAB_ODD, error);
}

/* Something came. */
static void flight_hear(struct prober *prober, struct flight *flight)
{
	const struct lab_plan *plan = prober->asked->plan;
	const char *greeting = lab_end_greeting(&plan->ends[flight->probe->to]);
	int error = 0;
	const enum lab_outcome seen = lab_ask_hear(&flight->ask, greeting, &error);

	if (seen != LAB_N_OUTCOMES)
		flight_end(prober, flight, seen, error);
}

static int prober_enter(struct prober *prober, uint32_t end)
{
	const struct lab_prober *asked = prober->asked;
	char path[LAB_PATH_SIZE];
	int error;

	if (prober->here == end)
		return 0;
	lab_home_netns(asked->home, asked->plan, &asked->plan->ends[end], path);
	error = lab_netns_enter(path);
	if (error)
		return lab_fail(prober->fault, error, "cannot enter %s", path);
	prober->here = end;
	return 0;
}

static struct flight *prober_free_flight(struct prober *prober)
{
	struct flight *flight = prober->flights;

	while (flight->probe)
		flight++;
	return flight;
}

static int prober_start(struct prober *prober, struct lab_probe *probe)
{
	const struct lab_plan *plan = prober->asked->plan;
	struct flight *flight = prober_free_flight(prober);
	struct epoll_event event = {.events = EPOLLIN,
				    .data.u64 = (uint64_t)(flight - prober->flights)};
	int error = prober_enter(prober, probe->from);

	if (error)
		return error;
	*flight = (struct flight){
		.probe = probe,
		.ask = {.space = probe->space,
			.family = plan->ends[probe->to].ips[probe->ip].family,
			.local = (uint16_t)prober->n_started,
			.remote = probe->port},
		.deadline = now_ns() + TIMEOUT_NS,
	};
	error = lab_ask_open(&flight->ask);
	if (!error && epoll_ctl(prober->epoll, EPOLL_CTL_ADD, flight->ask.fd, &event))
		error = -errno;
	if (error)
		return lab_fail(prober->fault, error, "cannot make a socket");
	prober->n_flights++;
	prober->has_sctp |= probe->space == PORT_SCTP;
	error = flight_ask(flight, plan);
	if (error)
		flight_refused(prober, flight, error);
	return 0;
}

static bool prober_may_start(const struct prober *prober)
{
	const struct lab_probes *probes = prober->probes;

	return prober->n_flights < WINDOW && prober->n_started < probes->n &&
	       !(prober->has_sctp && probes->items[prober->n_started].space == PORT_SCTP);
}

static int prober_fill_window(struct prober *prober)
{
	int error = 0;

	while (!error && prober_may_start(prober))
		error = prober_start(prober, &prober->probes->items[prober->n_started++]);
	return error;
}

static int prober_listen(struct prober *prober)
{
	struct epoll_event ready[WINDOW];
	const int n = epoll_wait(prober->epoll, ready, WINDOW, POLL_MS);

	if (n < 0 && errno != EINTR)
		return lab_fail(prober->fault, -errno, "cannot wait for answers");
	for (int i = 0; i < n; i++) {
		struct flight *flight = &prober->flights[ready[i].data.u64];

		if (flight->probe)
			flight_hear(prober, flight);
	}
	return 0;
}

/*
 * A drop of one of the flows on their way: what remains is to see that no answer comes all the
 * same.
 */
static void hear_event(void *data, const struct event *event, const struct table_view *table)
{
	struct prober *prober = data;
	const uint64_t key = event_key(event);

	(void)table;
	if (event->action != TABLE_DENY)
		return;
	for (struct flight *flight = prober->flights; flight < prober->flights + WINDOW; flight++) {
		if (!flight->probe || flight->key != key || flight->was_dropped)
			continue;
		flight->was_dropped = true;
		flight->deadline = now_ns() + GRACE_NS;
		flight->probe->event = *event;
	}
}

static int prober_hear_events(struct prober *prober)
{
	const struct lab_prober *asked = prober->asked;

	for (uint32_t i = 0; i < asked->n_nodes; i++) {
		const int n = datapath_events_read(asked->nodes[i], 0, hear_event, prober);

		if (n < 0)
			return lab_fail(prober->fault, n, "cannot read the events of node %s",
					asked->plan->ends[i].name);
	}
	return 0;
}

static void prober_expire(struct prober *prober)
{
	const uint64_t now = now_ns();

	for (struct flight *flight = prober->flights; flight < prober->flights + WINDOW; flight++)
		if (flight->probe && flight->deadline <= now)
			flight_end(prober, flight, flight->was_dropped ? LAB_DROPPED : LAB_LOST, 0);
}

static int prober_loop(struct prober *prober)
{
	int error = 0;

	while (!error && prober->n_done < prober->probes->n) {
		error = prober_fill_window(prober);
		if (!error)
			error = prober_listen(prober);
		if (!error)
			error = prober_hear_events(prober);
		prober_expire(prober);
		if (prober->asked->progress)
			prober->asked->progress(prober->asked->progress_data, prober->n_done,
						prober->probes->n);
	}
	for (struct flight *flight = prober->flights; flight < prober->flights + WINDOW; flight++)
		if (flight->probe)
			flight_end(prober, flight, LAB_LOST, 0);
	return error;
}

int lab_probes_run(const struct lab_prober *asked, struct lab_probes *probes,
		   struct lab_fault *fault)
{
	const int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct prober *prober = calloc(1, sizeof(*prober));
	int error;

	if (!prober)
		abort();
	*prober = (struct prober){
		.asked = asked,
		.probes = probes,
		.here = UINT32_MAX,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
		.fault = fault,
	};
	if (home < 0 || prober->epoll < 0)
		error = lab_fail(fault, -errno, "cannot start probing");
	else
		error = prober_loop(prober);
	if (home >= 0 && setns(home, CLONE_NEWNET) && !error)
		error = lab_fail(fault, -errno, "cannot come back from the lab");
	close(home);
	close(prober->epoll);
	free(prober);
	return error;
}
