/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enforcing half: a node's kernel programs, its tables, its pods' interfaces and its events.
 *
 * Everything lives in the kernel, pinned in one directory of a bpffs (such as
 * /sys/fs/bpf/bulkhead/NODE), and goes on enforcing without us. A `struct datapath` is only a
 * handle on such a directory: opening it a second time, or after a crash at any point, finds what
 * is there and completes it.
 *
 *	datapath_open()             programs and maps; nothing is attached yet
 *	datapath_endpoint_add()     a pod's interface: closed from here on, until a table knows the pod
 *	datapath_swap()             a new table: on return no packet sees the old one
 *	datapath_events_read()      what was allowed and denied, with the table that decided it
 *	datapath_destroy()          gone, pods open
 *
 * A packet is dropped when there is no table, when its interface has no endpoint, or when the table
 * has no answer.
 *
 * A node is a network namespace: interfaces are those of the calling thread's namespace. One
 * handle, one thread; several processes may hold handles on one directory, and calls that change
 * something take turns. Errors are -errno; nothing is ever printed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"
#include "verdict/access.h"
#include "verdict/reason.h"

struct datapath;

/* 0 is the default. The first opener of a directory decides; later ones get what is there. */
struct datapath_sizes {
	uint32_t n_flows_tcp;   /* of each endpoint, 4096; about 150 bytes of kernel memory each */
	uint32_t n_flows_other; /* 2048 */
	uint32_t events_size;   /* bytes, a power of two and at least a page; 1 MiB */
};

/*
 * What this kernel or this process lacks to enforce anything, as words that complete "this needs
 * …", or NULL. Loads a program of two instructions to find out.
 */
const char *datapath_missing(void);

/*
 * The datapath of a directory, which is made if it is not there (its parents too). `sizes` may be
 * NULL. -EOPNOTSUPP: see datapath_missing(); -EINVAL: the directory is not on a bpffs; -EPROTO:
 * what is pinned there has another layout.
 */
int datapath_open(const char *path, const struct datapath_sizes *sizes,
		  struct datapath **ret_datapath);

/* Closes the handle and frees what it lent out. The kernel goes on. NULL is fine. */
void datapath_free(struct datapath *datapath);

/* Detaches and unpins everything in the directory and removes it. -ENOENT: there is none. */
int datapath_destroy(const char *path);

/* Generations. */

/* The generation that is enforced now, 0 if there is none. The next table's must be greater. */
int datapath_generation(struct datapath *datapath, uint64_t *ret_generation);

/*
 * Enforces a table (8-byte aligned, complete with its seal; verdict/seal.h). Copies it. Waits until
 * every packet that began under the old one is through: some 10 ms, at times 50. On an error the
 * old table stays. -EPROTONOSUPPORT: not a table of this ABI; -EBADMSG: torn; -ESTALE: the
 * generation is not greater than the one enforced; -ERANGE: it is greater by more than 1024, where
 * they are to be counted up; -ENOMEM, -E2BIG: the kernel has no room for it.
 */
int datapath_swap(struct datapath *datapath, const void *blob, size_t size);

/*
 * The table of a generation, to explain an event: the enforced one, or one of the last few that
 * this handle swapped in or saw. Else NULL. Valid until DATAPATH_KEPT further generations or
 * datapath_free().
 */
#define DATAPATH_KEPT 4
const struct table_view *datapath_table(struct datapath *datapath, uint64_t generation);

/* Endpoints. */

struct datapath_endpoint {
	uint32_t ifindex; /* of the interface at the node's side */
	uint32_t id;      /* the number of its pod in the tables, from 1 */
	bool attached;    /* both directions; false after the interface went, or a crash in _add */
};

/*
 * A number for a new endpoint. The numbers of a pod that went are given out again only after a
 * table without them is enforced, so that no packet of the new pod is judged as the old one's.
 */
int datapath_endpoint_id(struct datapath *datapath, uint32_t *ret_id);

/*
 * Puts both hooks on an interface, first of those that may be there. The same call again completes
 * or repairs it. -EEXIST: the interface has another number, or the number another interface;
 * -ENODEV: no such interface; -EADDRINUSE: another endpoint's index is
 * the same modulo 65,536, so make the interface again.
 */
int datapath_endpoint_add(struct datapath *datapath, uint32_t ifindex, uint32_t id);

/* Takes both hooks off (the pod is open!) and forgets its flows. -ENOENT: not there. */
int datapath_endpoint_remove(struct datapath *datapath, uint32_t ifindex);

/* Calls `fn` for each endpoint, in no order, until it returns non-zero, which is then returned. */
typedef int datapath_endpoint_fn(void *data, const struct datapath_endpoint *endpoint);
int datapath_endpoints(struct datapath *datapath, datapath_endpoint_fn *fn, void *data);

/* Events. */

/*
 * `table` is that of the event's generation, or NULL when it is not kept. Both live during the
 * call.
 */
typedef void datapath_event_fn(void *data, const struct event *event,
			       const struct table_view *table);

/*
 * Calls `fn` for the events that are there; waits up to `timeout_ms` (-1: forever) for the first.
 * Returns how many. One reader per directory: each event is given out once.
 */
int datapath_events_read(struct datapath *datapath, int timeout_ms, datapath_event_fn *fn,
			 void *data);

/*
 * For an event loop: readable when many events wait. The kernel does not wake anybody for a few of
 * them, so call datapath_events_read(…, 0, …) every DATAPATH_EVENTS_MS as well.
 */
#define DATAPATH_EVENTS_MS 50
int datapath_events_fd(struct datapath *datapath);

struct datapath_counters {
	uint64_t events_lost;                /* the ring was full */
	uint64_t dropped[VERDICT_N_REASONS]; /* packets */
};

int datapath_counters(struct datapath *datapath, struct datapath_counters *ret_counters);
