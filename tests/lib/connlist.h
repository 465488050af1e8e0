/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What another analyzer's `list` says, as connections to compare with ours.
 *
 *	struct connlist list;
 *
 *	connlist_init(&list);
 *	connlist_read(&list, &from);
 *	connlist_normalise(&list);
 *	connlist_release(&list);
 *
 * Its answers start at port 1 and know TCP, UDP and SCTP.
 */
#pragma once

#include "base/arena.h"
#include "base/intern.h"
#include "base/ip.h"
#include "base/port.h"
#include "base/vec.h"
#include "tree/tree.h"

/* A connection, in both analyzers' cases; an outside end is "ip" and has the range. */
struct connection {
	const char *from;
	const char *to;
	struct ip_range range;
	struct port_set ports;
	bool is_of_host; /* an end is on the host network, as `map` has it */
};

struct connlist {
	struct arena arena;
	struct intern intern;
	struct diag_list diags;
	VEC(struct connection) found;
};

/* A file of its. */
struct connlist_file {
	const char *path;
	const char *format; /* "json" or "txt" */
	bool is_explained;
	const struct port_range *only; /* NULL, or the one port that it was asked about */
};

void connlist_init(struct connlist *list);
void connlist_release(struct connlist *list);
void connlist_read(struct connlist *list, const struct connlist_file *from);

/* "All Connections", "No Connections", "TCP 1-79,81,UDP 53", "TCP:[8080], UDP" */
void connlist_parse_ports(const char *text, struct port_set *ret);

/* Every port that it knows. */
void connlist_known_ports(struct port_set *ret);

/* Sorts, drops what has no ports, joins adjacent ranges. */
void connlist_normalise(struct connlist *list);

/* By both ends. */
int connlist_compare(const void *left, const void *right);

/*
 * Its `diff`: "added FROM", "removed FROM", and of what changed "before FROM" and "after FROM", each with the
 * ports of that side.
 */
void connlist_read_diff(struct connlist *list, const char *path);

/*
 * How many connections of `a` are not in `b`, both normalised; those without a host-network end are added to
 * *ret_others, if that is asked for. With a word the first of them are told.
 */
uint32_t connlist_missing(const struct connlist *a, const struct connlist *b, const char *word,
			  uint32_t *ret_others);
