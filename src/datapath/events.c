/* SPDX-License-Identifier: Apache-2.0 */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

static int on_event(void *data, void *record, size_t size)
{
	struct datapath *datapath = data;
	const struct event *event = record;

	if (size >= sizeof(*event) && event->version == EVENT_VERSION)
		datapath->event_fn(datapath->event_data, event,
				   datapath_table(datapath, event->generation));
	return 0;
}

static int open_ring(struct datapath *datapath)
{
	if (!datapath->ring)
		datapath->ring =
			ring_buffer__new(datapath->maps[DATAPATH_EVENTS], on_event, datapath, NULL);
	return datapath->ring ? 0 : -errno;
}

void datapath_events_release(struct datapath *datapath)
{
	ring_buffer__free(datapath->ring);
	datapath->ring = NULL;
}

int datapath_events_fd(struct datapath *datapath)
{
	const int r = open_ring(datapath);

	return r ? r : ring_buffer__epoll_fd(datapath->ring);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until the ring wakes us or a moment has passed; false: the time is up. */
static bool wait_a_moment(struct datapath *datapath, int64_t until_ms)
{
	struct pollfd ring = {.fd = ring_buffer__epoll_fd(datapath->ring), .events = POLLIN};
	const int64_t left = until_ms - now_ms();

	if (left <= 0)
		return false;
	poll(&ring, 1, left < DATAPATH_EVENTS_MS ? (int)left : DATAPATH_EVENTS_MS);
	return true;
}

int datapath_events_read(struct datapath *datapath, int timeout_ms, datapath_event_fn *fn,
			 void *data)
{
	const int64_t until_ms = timeout_ms < 0 ? INT64_MAX : now_ms() + timeout_ms;
	int r = open_ring(datapath);

	if (r)
		return r;
	datapath->event_fn = fn;
	datapath->event_data = data;
	do
		r = ring_buffer__consume(datapath->ring);
	while (r == 0 && wait_a_moment(datapath, until_ms));
	return r;
}

/* The sum over all CPUs. */
static int read_counter(int map, uint32_t index, uint64_t *ret_sum)
{
	const int n_cpus = libbpf_num_possible_cpus();
	uint64_t *values, sum = 0;
	int r;

	if (n_cpus < 0)
		return n_cpus;
	values = calloc((size_t)n_cpus, sizeof(*values));
	if (!values)
		abort();
	r = bpf_map_lookup_elem(map, &index, values) ? -errno : 0;
	for (int i = 0; i < n_cpus; i++)
		sum += values[i];
	free(values);
	if (!r)
		*ret_sum = sum;
	return r;
}

int datapath_counters(struct datapath *datapath, struct datapath_counters *ret_counters)
{
	int r = read_counter(datapath->maps[DATAPATH_LOST], 0, &ret_counters->events_lost);

	for (uint32_t i = 0; i < VERDICT_N_REASONS && !r; i++)
		r = read_counter(datapath->maps[DATAPATH_DROPS], i, &ret_counters->dropped[i]);
	return r;
}
