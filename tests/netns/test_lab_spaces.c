/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The namespaces of a lab and its listeners: everybody reaches everybody, and nothing is left
 * behind.
 */
#include "lab/init.h"
#include "lab/listen.h"
#include "lab/sock.h"
#include "lab/topology.h"
#include "lib/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIMEOUT_MS 3000

static char name[LAB_NAME_MAX + 1]; /* ours alone: others may test on this machine too */
static struct lab_port ports[] = {{PORT_TCP, 80}, {PORT_UDP, 53}};

static struct ip_addr addr_of(const char *text)
{
	struct ip_addr addr;

	if (ip_parse(text, &addr, NULL))
		bail("%s is no address", text);
	return addr;
}

static struct lab_end end_of(enum lab_end_kind kind, const char *title, uint32_t node)
{
	return (struct lab_end){
		.kind = kind, .name = title, .node = node, .ports = ports, .n_ports = 2};
}

static void add_ip(struct lab_end *end, const char *text)
{
	end->ips[end->n_ips++] = addr_of(text);
}

/* Two nodes; the last pod has no v6. */
static void make_plan(struct lab_plan *plan)
{
	struct lab_end *ends;

	lab_plan_init(plan);
	ends = arena_alloc_n(&plan->arena, 6, sizeof(*ends));
	ends[0] = end_of(LAB_NODE, "one", 0);
	ends[1] = end_of(LAB_NODE, "two", 1);
	ends[2] = end_of(LAB_POD, "shop/a", 0);
	ends[3] = end_of(LAB_POD, "shop/b", 0);
	ends[4] = end_of(LAB_POD, "shop/c", 1);
	ends[5] = end_of(LAB_OUTSIDE, "198.51.100.7", 0);
	for (int i = 0; i < 5; i++) {
		add_ip(&ends[i], arena_printf(&plan->arena, "10.1.%d.2", i));
		if (i < 4)
			add_ip(&ends[i], arena_printf(&plan->arena, "fd01::%d:2", i));
	}
	add_ip(&ends[5], "198.51.100.7");
	plan->ends = ends;
	plan->n_nodes = 2;
	plan->n_pods = 3;
	plan->n_outside = 1;
}

/* Waits for something to read; what came, without its line feed. */
static const char *hear(int fd, char *buf, size_t size)
{
	ssize_t n;

	if (poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, TIMEOUT_MS) != 1)
		return "silence";
	n = recv(fd, buf, size - 1, 0);
	if (n < 0)
		return errno == ECONNREFUSED ? "refused" : strerror(errno);
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

/* Asks, from the namespace that we are in, who answers. */
static const char *ask(const struct ip_addr *from, const struct ip_addr *to, int type,
		       uint16_t port, char buf[128])
{
	const int fd = lab_socket(to->family, type, 0);
	struct sockaddr_storage addr;
	socklen_t size = lab_sockaddr(from, 0, &addr);
	const char *answer = "connected";

	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, size))
		bail("cannot bind: %s", strerror(errno));
	size = lab_sockaddr(to, port, &addr);
	if (connect(fd, (struct sockaddr *)&addr, size) && errno != EINPROGRESS)
		answer = strerror(errno);
	else if (type == SOCK_DGRAM && send(fd, "?", 1, 0) != 1)
		answer = strerror(errno);
	else
		answer = hear(fd, buf, 128);
	close(fd);
	return answer;
}

static void test_pair(const struct lab_end *from, const struct lab_end *to)
{
	const char *greeting = lab_end_greeting(to);
	char buf[128];

	for (uint32_t i = 0; i < to->n_ips; i++) {
		const struct ip_addr *addr = &to->ips[i], *source = lab_end_ip(from, addr->family);

		if (!source)
			continue;
		ok_str(ask(source, addr, SOCK_STREAM, 80, buf), greeting, "%s to %s, TCP, v%d",
		       from->name, to->name, addr->family);
		ok_str(ask(source, addr, SOCK_DGRAM, 53, buf), greeting, "%s to %s, UDP, v%d",
		       from->name, to->name, addr->family);
		ok_str(ask(source, addr, SOCK_STREAM, 81, buf), "refused",
		       "%s to %s, closed TCP port, v%d", from->name, to->name, addr->family);
		ok_str(ask(source, addr, SOCK_DGRAM, 54, buf), "refused",
		       "%s to %s, closed UDP port, v%d", from->name, to->name, addr->family);
	}
}

static void test_all_pairs(const struct lab_plan *plan, const struct lab_home *home)
{
	char path[LAB_PATH_SIZE];

	for (uint32_t i = 0; i < lab_n_ends(plan); i++) {
		ok_int(lab_netns_enter(lab_home_netns(home, plan, &plan->ends[i], path)), 0,
		       "enter the namespace of %s", plan->ends[i].name);
		for (uint32_t j = 0; j < lab_n_ends(plan); j++)
			if (i != j)
				test_pair(&plan->ends[i], &plan->ends[j]);
	}
}

static void test_found(void)
{
	struct lab_fault fault = {0};
	struct lab_home other;

	ok_int(lab_home_create(name, &other, &fault), -EEXIST,
	       "a second one of that name is refused");
	ok(strstr(fault.text, "bulkhead lab down") != NULL, "and the text says what to do");
	fault = (struct lab_fault){0};
	ok_int(lab_home_find(name, &other, &fault), 0, "the lab is found by its name");
	ok(lab_home_age(&other) >= 0 && lab_home_age(&other) < 60, "it is young");
	lab_home_release(&other);
}

static size_t n_links(void)
{
	struct if_nameindex *links = if_nameindex();
	size_t n = 0;

	while (links && links[n].if_index)
		n++;
	if_freenameindex(links);
	return n;
}

static void test_life(const struct lab_plan *plan)
{
	const int machine = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	const size_t n_links_before = n_links();
	struct lab_fault fault = {0};
	struct lab_home home;

	if (lab_home_create(name, &home, &fault) || lab_init_start(plan, &home, false, &fault))
		bail("%s", fault.text);
	lab_home_release(&home);
	test_found();
	if (lab_home_find(name, &home, &fault))
		bail("%s", fault.text);
	test_all_pairs(plan, &home);
	if (setns(machine, CLONE_NEWNET))
		bail("cannot come back");
	ok_int(n_links(), n_links_before, "the machine has no more links than before");
	lab_home_end(&home);
	ok_int(lab_home_find(name, &home, &fault), -ENOENT, "an ended lab is not found");
	ok(access(home.path, F_OK) && errno == ENOENT, "nothing of it is left");
	close(machine);
}

/* The starter of a tied lab is killed without a chance to clean up. */
static void test_tied(const struct lab_plan *plan)
{
	struct lab_fault fault = {0};
	struct lab_home home;
	int ready[2];
	pid_t starter, init = 0;
	struct pollfd end = {.events = POLLIN};

	if (pipe(ready))
		bail("cannot make a pipe");
	starter = fork();
	if (starter == 0) {
		if (!lab_home_create(name, &home, &fault) &&
		    !lab_init_start(plan, &home, true, &fault) &&
		    write(ready[1], &home.init, sizeof(home.init)) == sizeof(home.init))
			pause();
		_exit(1);
	}
	close(ready[1]);
	ok(read(ready[0], &init, sizeof(init)) == sizeof(init), "a tied lab is up");
	close(ready[0]);
	end.fd = pidfd_open(init, 0);
	kill(starter, SIGKILL);
	waitpid(starter, NULL, 0);
	ok(end.fd >= 0 && poll(&end, 1, TIMEOUT_MS) == 1, "it dies with its starter");
	close(end.fd);
	ok_int(lab_home_create(name, &home, &fault), 0, "what it left is in nobody's way");
	lab_home_end(&home);
	ok(access(home.path, F_OK) && errno == ENOENT, "and goes with the next lab");
}

int main(void)
{
	struct lab_plan plan;

	if (geteuid() != 0)
		skip_all("needs root: makes network namespaces");
	snprintf(name, sizeof(name), "test-%d", (int)getpid());
	make_plan(&plan);
	test_life(&plan);
	test_tied(&plan);
	lab_plan_release(&plan);
	return tap_done();
}
