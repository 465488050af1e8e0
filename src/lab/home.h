/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a lab lives, and how it is found and ended.
 *
 * A lab is one process, its init (lab/init.h), which has a mount and a process namespace of its
 * own. In its mount namespace /run/bulkhead-lab/NAME holds the network namespaces, the plan and a
 * bpffs; nothing of that is visible elsewhere, so all of it goes when init is killed. On the
 * machine /run/bulkhead-lab/NAME holds one file, which says who init is.
 */
#pragma once

#include "lab/fault.h"
#include "lab/plan.h"

#include <stdbool.h>
#include <sys/types.h>

#define LAB_RUN_DIR "/run/bulkhead-lab"
#define LAB_NAME_MAX 32
#define LAB_PATH_SIZE 128

struct lab_home {
	char name[LAB_NAME_MAX + 1];
	char path[LAB_PATH_SIZE]; /* on the machine, and in init's view */
	char root[LAB_PATH_SIZE]; /* init's view from here: /proc/PID/root… */
	pid_t init;
	int init_fd; /* a pidfd, or -1 */
	int lock_fd; /* held while the lab is made or ended, or -1 */
};

/* A formatted path, which fits (asserted), into `buf`; returns it. */
const char *lab_path(char buf[LAB_PATH_SIZE], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Lower-case letters, digits and hyphens. */
bool lab_name_is_valid(const char *name);

/* Removes what dead labs left: the note of a `run` that was killed without a chance to clean up. */
void lab_home_sweep(void);

/* A home for a new lab, locked. -EEXIST when a lab of that name is up. Sweeps. */
int lab_home_create(const char *name, struct lab_home *ret, struct lab_fault *fault);

/* Notes who init is; the home can be found from now on. */
int lab_home_set_init(struct lab_home *home, pid_t init, struct lab_fault *fault);

/* The lab of that name; with NULL the only one that is up. -ENOENT when there is none. */
int lab_home_find(const char *name, struct lab_home *ret, struct lab_fault *fault);

/*
 * Kills init, whoever started it, waits until it and all it held is gone, and removes the home.
 * Fine when it is half made.
 */
void lab_home_end(struct lab_home *home);

/* Forgets the handle; the lab stays. */
void lab_home_release(struct lab_home *home);

/* Seconds since init began. */
double lab_home_age(const struct lab_home *home);

/* Paths in init's view from here, into `buf` of LAB_PATH_SIZE; return it. */
const char *lab_home_file(const struct lab_home *home, const char *name, char *buf);
const char *lab_home_netns(const struct lab_home *home, const struct lab_plan *plan,
			   const struct lab_end *end, char *buf);
const char *lab_home_bpf(const struct lab_home *home, uint32_t node, char *buf);

/* "netns/pod-3": where an end's namespace is, in the home. */
const char *lab_netns_name(const struct lab_plan *plan, const struct lab_end *end, char *buf);
