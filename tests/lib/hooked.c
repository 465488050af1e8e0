/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/hooked.h"

#include "lib/sandbox.h"
#include "lib/tap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PASS (-1) /* TCX_NEXT */
#define DROP 2    /* TCX_DROP */

void hooked_open(struct hooked *hooked, const struct datapath_sizes *sizes)
{
	const char *missing = sandbox_enter();
	int r;

	if (missing)
		skip_all("needs %s", missing);
	*hooked = (struct hooked){.build = table_build_new()};
	r = datapath_open(SANDBOX_BPF "/node", sizes, &hooked->datapath);
	if (!r)
		r = datapath_endpoint_add(hooked->datapath, HOOKED_IFINDEX, HOOKED_POD);
	if (r)
		bail("the datapath does not open: %s", strerror(-r));
}

void hooked_close(struct hooked *hooked)
{
	datapath_free(hooked->datapath);
	table_build_free(hooked->build);
}

void hooked_swap(struct hooked *hooked)
{
	size_t size;
	void *blob = table_build_seal(hooked->build, ++hooked->generation, &size);
	const int r = datapath_swap(hooked->datapath, blob, size);

	if (r)
		bail("no swap: %s", strerror(-r));
	free(blob);
}

static void on_event(void *data, const struct event *event, const struct table_view *table)
{
	struct hooked *hooked = data;

	(void)table;
	hooked->event = *event;
	hooked->n_events++;
}

static bool run(struct hooked *hooked, enum event_hook hook, const struct frame *frame,
		uint32_t ingress_ifindex)
{
	struct __sk_buff skb = {.ingress_ifindex = ingress_ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = (__u32)frame->size, .ctx_in = &skb, .ctx_size_in = sizeof(skb));

	if (bpf_prog_test_run_opts(hooked->datapath->programs[hook], &options))
		bail("a frame of %zu bytes does not go in: %s", frame->size, strerror(errno));
	if ((int)options.retval != PASS && options.retval != DROP)
		bail("the hook returned %d", (int)options.retval);
	hooked->n_events = 0;
	if (datapath_events_read(hooked->datapath, 0, on_event, hooked) < 0)
		bail("the ring cannot be read");
	return (int)options.retval == PASS;
}

bool hooked_send(struct hooked *hooked, const struct frame *frame)
{
	return run(hooked, EVENT_FROM_POD, frame, HOOKED_IFINDEX);
}

bool hooked_receive(struct hooked *hooked, const struct frame *frame, uint32_t ingress_ifindex)
{
	return run(hooked, EVENT_TO_POD, frame, ingress_ifindex);
}

/* The pod's own map in one of the two maps of maps. */
static int open_flows(const struct hooked *hooked, enum verdict_space space)
{
	const uint32_t slot = FLOW_SLOT(HOOKED_IFINDEX, space);
	uint32_t id;
	int fd = -1;

	if (!bpf_map_lookup_elem(hooked->datapath->maps[DATAPATH_FLOWS], &slot, &id))
		fd = bpf_map_get_fd_by_id(id);
	if (fd < 0)
		bail("the pod has no flows");
	return fd;
}

#define MAX_FLOWS 65536

/*
 * All keys of a map; free() them. An update moves an entry, so nobody may update while they are
 * listed.
 */
static struct flow_key *list_keys(int map, unsigned int *ret_n)
{
	struct flow_key *keys = calloc(MAX_FLOWS + 1, sizeof(*keys));
	unsigned int n = 0;

	while (n < MAX_FLOWS && !bpf_map_get_next_key(map, n ? &keys[n - 1] : NULL, &keys[n]))
		n++;
	*ret_n = n;
	return keys;
}

/*
 * By what is left of their lives: the clock began when the machine did, perhaps not that long ago.
 */
static void age_flows(int map, uint16_t age)
{
	struct flow_entry entry;
	unsigned int n;
	struct flow_key *keys = list_keys(map, &n);

	for (unsigned int i = 0; i < n; i++) {
		if (bpf_map_lookup_elem(map, &keys[i], &entry))
			continue;
		entry.lifetime = flow_lifetime(keys[i].space, entry.seen);
		entry.lifetime = entry.lifetime > age ? (uint16_t)(entry.lifetime - age) : 0;
		bpf_map_update_elem(map, &keys[i], &entry, BPF_EXIST);
	}
	free(keys);
}

void hooked_age(struct hooked *hooked, unsigned int seconds)
{
	for (int i = 0; i < 2; i++) {
		const int fd = open_flows(hooked, i ? VERDICT_OTHER : VERDICT_TCP);

		age_flows(fd, FLOW_SECONDS(seconds));
		close(fd);
	}
}

void hooked_forget(struct hooked *hooked)
{
	if (datapath_endpoint_remove(hooked->datapath, HOOKED_IFINDEX) ||
	    datapath_endpoint_add(hooked->datapath, HOOKED_IFINDEX, HOOKED_POD))
		bail("the endpoint cannot be added again");
}

void hooked_only_flow(struct hooked *hooked, enum verdict_space space, struct flow_entry *ret_entry)
{
	const int fd = open_flows(hooked, space);
	unsigned int n;
	struct flow_key *keys = list_keys(fd, &n);

	if (n != 1 || bpf_map_lookup_elem(fd, &keys[0], ret_entry))
		bail("%u flows instead of one", n);
	free(keys);
	close(fd);
}

unsigned int hooked_flows(struct hooked *hooked, enum verdict_space space)
{
	const int fd = open_flows(hooked, space);
	unsigned int n;

	free(list_keys(fd, &n));
	close(fd);
	return n;
}

int hooked_fate(const struct hooked *hooked, bool passed)
{
	if (passed && !hooked->n_events)
		return PASSED;
	if (hooked->n_events != 1 || hooked->event.action != (passed ? TABLE_ALLOW : TABLE_DENY))
		return -1;
	return passed ? BEGAN : 0x200 | hooked->event.reason;
}
