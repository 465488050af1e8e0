/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/home.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INIT_FILE "init" /* "PID START": with the start time, because pids are used again */

const char *lab_path(char buf[LAB_PATH_SIZE], const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(buf, LAB_PATH_SIZE, format, args);
	va_end(args);
	assert(len >= 0 && len < LAB_PATH_SIZE);
	return buf;
}

bool lab_name_is_valid(const char *name)
{
	const size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len && len <= LAB_NAME_MAX && !name[len];
}

/* When a process began, in clock ticks since boot; 0 when it is not there. */
static unsigned long long start_time(pid_t pid)
{
	char path[64], text[1024];
	unsigned long long start = 0;
	const char *after_name;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	after_name =
		strrchr(text, ')'); /* the name may hold anything, also spaces and parentheses */
	if (!after_name || sscanf(after_name + 1,
				  " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
				  "%*d %*d %*d %*d %llu",
				  &start) != 1)
		return 0;
	return start;
}

static void home_set_name(struct lab_home *home, const char *name)
{
	*home = (struct lab_home){.init_fd = -1, .lock_fd = -1};
	assert(lab_name_is_valid(name));
	memcpy(home->name, name, strlen(name));
	lab_path(home->path, LAB_RUN_DIR "/%s", name);
}

static void home_set_pid(struct lab_home *home, pid_t init, int init_fd)
{
	home->init = init;
	home->init_fd = init_fd;
	lab_path(home->root, "/proc/%d/root%s", (int)init, home->path);
}

/*
 * Opens the recorded init if it lives. The pidfd first: what it names cannot become another
 * process.
 */
static bool home_open_init(struct lab_home *home)
{
	unsigned long long start;
	char path[LAB_PATH_SIZE];
	int pid, n, pidfd;
	FILE *file;

	lab_path(path, "%s/" INIT_FILE, home->path);
	file = fopen(path, "re");
	if (!file)
		return false;
	n = fscanf(file, "%d %llu", &pid, &start);
	fclose(file);
	if (n != 2 || pid <= 0)
		return false;
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0)
		return false;
	if (start_time(pid) != start ||
	    poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 0)) {
		close(pidfd);
		return false;
	}
	home_set_pid(home, pid, pidfd);
	return true;
}

static int home_lock(struct lab_home *home)
{
	home->lock_fd = open(home->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (home->lock_fd < 0)
		return -errno;
	return flock(home->lock_fd, LOCK_EX | LOCK_NB) ? -errno : 0;
}

/* The run directory goes with the last lab. */
static void home_remove_files(const struct lab_home *home)
{
	char path[LAB_PATH_SIZE];

	lab_path(path, "%s/" INIT_FILE, home->path);
	unlink(path);
	rmdir(home->path);
	rmdir(LAB_RUN_DIR);
}

void lab_home_sweep(void)
{
	DIR *dir = opendir(LAB_RUN_DIR);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct lab_home home;

		if (!lab_name_is_valid(entry->d_name))
			continue;
		home_set_name(&home, entry->d_name);
		if (!home_lock(&home) && !home_open_init(&home))
			home_remove_files(&home);
		lab_home_release(&home);
	}
	if (dir)
		closedir(dir);
}

int lab_home_create(const char *name, struct lab_home *ret, struct lab_fault *fault)
{
	int error;

	lab_home_sweep();
	home_set_name(ret, name);
	if ((mkdir(LAB_RUN_DIR, 0755) && errno != EEXIST) ||
	    (mkdir(ret->path, 0700) && errno != EEXIST))
		return lab_fail(fault, -errno, "cannot make %s", ret->path);
	error = home_lock(ret);
	if (!error && !home_open_init(ret))
		return 0;
	lab_home_release(ret);
	if (error && error != -EWOULDBLOCK)
		return lab_fail(fault, error, "cannot lock %s", ret->path);
	lab_fail(fault, 0,
		 "a lab named '%s' is there already; end it with `bulkhead lab down`, or "
		 "choose another --name",
		 name);
	return -EEXIST;
}

int lab_home_set_init(struct lab_home *home, pid_t init, struct lab_fault *fault)
{
	char path[LAB_PATH_SIZE];
	int pidfd = pidfd_open(init, 0);
	FILE *file;

	if (pidfd < 0)
		return lab_fail(fault, -errno, "cannot open the lab's first process");
	home_set_pid(home, init, pidfd);
	lab_path(path, "%s/" INIT_FILE, home->path);
	file = fopen(path, "we");
	if (!file)
		return lab_fail(fault, -errno, "cannot write %s", path);
	fprintf(file, "%d %llu\n", (int)init, start_time(init));
	return fclose(file) ? lab_fail(fault, -errno, "cannot write %s", path) : 0;
}

/* The name of the only living lab, into `name`; how many there are. */
static unsigned int find_only(char name[LAB_NAME_MAX + 1])
{
	DIR *dir = opendir(LAB_RUN_DIR);
	struct dirent *entry;
	unsigned int n = 0;

	while (dir && (entry = readdir(dir))) {
		struct lab_home home;

		if (!lab_name_is_valid(entry->d_name))
			continue;
		home_set_name(&home, entry->d_name);
		if (home_open_init(&home)) {
			n++;
			memcpy(name, home.name, sizeof(home.name));
		}
		lab_home_release(&home);
	}
	if (dir)
		closedir(dir);
	return n;
}

int lab_home_find(const char *name, struct lab_home *ret, struct lab_fault *fault)
{
	char only[LAB_NAME_MAX + 1];
	unsigned int n = 0;

	if (!name) {
		n = find_only(only);
		name = only;
	}
	if (n > 1) {
		lab_fail(fault, 0, "%u labs are up; choose one with --name (see " LAB_RUN_DIR ")",
			 n);
		return -ENOENT;
	}
	if (n == 0 && name == only) {
		lab_fail(fault, 0, "no lab is up; start one with `bulkhead lab up PATH…`");
		return -ENOENT;
	}
	home_set_name(ret, name);
	if (home_open_init(ret))
		return 0;
	lab_fail(fault, 0, "no lab named '%s' is up", name);
	return -ENOENT;
}

void lab_home_end(struct lab_home *home)
{
	if (home->init_fd >= 0 || home_open_init(home)) {
		pidfd_send_signal(home->init_fd, SIGKILL, NULL, 0);
		/* Readable once every process of the lab is gone: init outlives them. */
		poll(&(struct pollfd){.fd = home->init_fd, .events = POLLIN}, 1, -1);
		waitpid(home->init, NULL, WNOHANG); /* where it is our child */
	}
	home_remove_files(home);
	lab_home_release(home);
}

void lab_home_release(struct lab_home *home)
{
	if (home->init_fd >= 0)
		close(home->init_fd);
	if (home->lock_fd >= 0)
		close(home->lock_fd);
	home->init_fd = home->lock_fd = -1;
}

double lab_home_age(const struct lab_home *home)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 -
	       (double)start_time(home->init) / (double)sysconf(_SC_CLK_TCK);
}

const char *lab_home_file(const struct lab_home *home, const char *name, char *buf)
{
	return lab_path(buf, "%s/%s", home->root, name);
}

const char *lab_netns_name(const struct lab_plan *plan, const struct lab_end *end, char *buf)
{
	if (end->kind == LAB_OUTSIDE)
		return lab_path(buf, "netns/outside");
	if (end->kind == LAB_NODE)
		return lab_path(buf, "netns/node-%u", end->node);
	return lab_path(buf, "netns/pod-%u", lab_pod_number(plan, end));
}

const char *lab_home_netns(const struct lab_home *home, const struct lab_plan *plan,
			   const struct lab_end *end, char *buf)
{
	char name[LAB_PATH_SIZE];

	return lab_home_file(home, lab_netns_name(plan, end, name), buf);
}

const char *lab_home_bpf(const struct lab_home *home, uint32_t node, char *buf)
{
	return lab_path(buf, "%s/bpf/node-%u", home->root, node);
}
