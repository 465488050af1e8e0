/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The datapath's own view of itself, for its files, its tests and its benchmark.
 *
 * What is pinned, below the directory of the node:
 *
 *	v1/                          DATAPATH_ABI: the layout of everything in it
 *	v1/tables, v1/endpoints, …   the maps of bpf/maps.h
 *	v1/from_pod-HASH, …          the programs, by what they were built from; pinned last
 *	v1/links/IFINDEX-from_pod …  two for each endpoint
 */
#pragma once

#include "bpf/flow.h"
#include "datapath/datapath.h"

#include <limits.h>

#define DATAPATH_ABI 1

/* The largest step from one generation to the next; see FLOW_GENERATION. */
#define DATAPATH_STEP 1024

/* Maps by number; the names are those of bpf/maps.h. */
#define DATAPATH_MAPS(X) \
	X(TABLES, tables) \
	X(CURRENT, current) \
	X(ENDPOINTS, endpoints) \
	X(FLOWS, flows) \
	X(EVENTS, events) \
	X(DROPS, drops) \
	X(LOST, lost)

enum datapath_map {
#define X(id, name) DATAPATH_##id,
	DATAPATH_MAPS(X)
#undef X
		DATAPATH_N_MAPS
};

#define DATAPATH_N_HOOKS 2 /* enum event_hook */

/* A table that can explain: the kernel's own bytes, mapped read-only. */
struct datapath_kept {
	void *bytes;
	size_t size; /* of the mapping */
	uint32_t map_id;
	uint64_t generation;
	struct table_view view;
};

struct ring_buffer;

struct datapath {
	char path[PATH_MAX - 64]; /* with the ABI's folder */
	int lock_fd;              /* the directory */
	int maps[DATAPATH_N_MAPS];
	int programs[DATAPATH_N_HOOKS];
	struct datapath_sizes sizes;
	const struct flow_endpoint *endpoints; /* FLOW_INTERFACES of them; the kernel's own */
	struct datapath_kept kept[DATAPATH_KEPT]; /* newest first */
	struct ring_buffer *ring;                 /* NULL until somebody reads */
	datapath_event_fn *event_fn;              /* during a read */
	void *event_data;
};

/* A pin's path: printf of what follows the directory. */
struct datapath_path {
	char text[PATH_MAX];
};
struct datapath_path datapath_path(const struct datapath *datapath, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Taken by whoever changes something; the kernel gives it back when we die. */
int datapath_lock(const struct datapath *datapath);
void datapath_unlock(const struct datapath *datapath);

/*
 * Loads the programs with the pinned maps, making what is missing, gives them to all links, and
 * pins them. Or only opens them, when this build has done all that before.
 */
int datapath_load(struct datapath *datapath, const struct datapath_sizes *sizes);

/* The file name of a hook's links and programs. */
const char *datapath_hook_name(enum event_hook hook);

/* Maps the endpoints of the kernel; both are no matter when there is none yet. */
int datapath_endpoints_map(struct datapath *datapath);
void datapath_endpoints_unmap(struct datapath *datapath);

/* Replaces the program behind every pinned link of a hook. */
int datapath_links_update(const struct datapath *datapath, enum event_hook hook, int program);

/* Detaches and unpins every link below `path`. */
int datapath_links_destroy(const char *path);

/*
 * Copies a table into a sealed map and returns its fd, or -errno. For the benchmark; see
 * datapath_swap().
 */
int datapath_seal(const void *blob, size_t size);

/* Makes a sealed map the enforced table; returns when no packet sees the old one. */
int datapath_enforce(struct datapath *datapath, int map, uint64_t generation);

/*
 * After a swap that was not finished: lets the flows that the enforced table has judged count
 * again.
 */
int datapath_settle(struct datapath *datapath);

/* Keeps what is enforced now, if it is not kept yet. 0 also when there is no table. */
int datapath_adopt(struct datapath *datapath);

void datapath_kept_release(struct datapath *datapath);
void datapath_events_release(struct datapath *datapath);

/* tcx came with Linux 6.6; libbpf 1.1 does not know it yet. Returns the link's fd or -errno. */
int datapath_tcx_attach(int program, uint32_t ifindex, enum event_hook hook);

/* The interface a tcx link is on: 0 when that went away. -errno: not such a link. */
int datapath_tcx_ifindex(int link, uint32_t *ret_ifindex);
