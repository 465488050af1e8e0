/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/topology.h"

#include "lab/home.h"
#include "lab/rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define LOOPBACK_IFINDEX 1
#define UPLINK_IFINDEX 2 /* a pod's and a node's way out, "eth0" */
#define OUTSIDE_IFINDEX(node) (10 + (node))

struct topology {
	const struct lab_plan *plan;
	const char *dir;
	struct lab_rtnl outside;
	struct lab_rtnl *nodes;
	struct lab_fault *fault;
};

/* One end of a cable and its namespace. */
struct plug {
	struct lab_rtnl *rtnl;
	struct lab_link link;
};

struct sysctl {
	const char *name;
	const char *value;
};

/*
 * Every namespace. Refusals are ICMP errors, and a lab that asks a thousand questions wants all of
 * them: the kernel would send one a second. Reverse path checks belong to the datapath. A
 * link-local v6 address (addr_gen_mode) would bring router solicitations and multicast reports,
 * which are not the traffic that a lab is about. Root may ping.
 */
static const struct sysctl common_sysctls[] = {
	{"ipv4/icmp_ratemask", "0"},
	{"ipv4/ping_group_range", "0 0"},
	{"ipv6/icmp/ratelimit", "0"},
	{"ipv4/conf/all/rp_filter", "0"},
	{"ipv4/conf/default/rp_filter", "0"},
	{"ipv6/conf/all/disable_ipv6", "0"},
	{"ipv6/conf/default/disable_ipv6", "0"},
	{"ipv6/conf/default/accept_ra", "0"},
	{"ipv6/conf/default/addr_gen_mode", "1"},
	{NULL, NULL},
};

static const struct sysctl router_sysctls[] = {
	{"ipv4/ip_forward", "1"},
	{"ipv6/conf/all/forwarding", "1"},
	{NULL, NULL},
};

static const struct ip_addr gateways[] = {
	{.family = IP_V4, .lo = 0xa9fe0101},
	{.family = IP_V6, .hi = 0xfe80000000000000, .lo = 1},
};

static const struct ip_addr *gateway(enum ip_family family)
{
	return &gateways[family == IP_V6];
}

/* In the namespace that the thread is in. What this kernel does not have needs no setting. */
static int set_sysctls(const struct sysctl *sysctl, struct lab_fault *fault)
{
	for (; sysctl->name; sysctl++) {
		char path[LAB_PATH_SIZE];
		ssize_t n;
		int fd;

		lab_path(path, "/proc/sys/net/%s", sysctl->name);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			continue;
		n = fd < 0 ? -1 : write(fd, sysctl->value, strlen(sysctl->value));
		if (n < 0)
			lab_fail(fault, -errno, "cannot set %s", path);
		if (fd >= 0)
			close(fd);
		if (n < 0)
			return -EIO;
	}
	return 0;
}

int lab_netns_enter(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = setns(fd, CLONE_NEWNET) ? -errno : 0;
	close(fd);
	return error;
}

/*
 * A new namespace, which the process is in now; pinned as a file, so that it can be found by name.
 */
static int space_new(struct topology *topology, const struct lab_end *end, struct lab_rtnl *ret)
{
	char name[LAB_PATH_SIZE], path[LAB_PATH_SIZE];
	int fd, error;

	lab_path(path, "%s/%s", topology->dir, lab_netns_name(topology->plan, end, name));
	if (unshare(CLONE_NEWNET))
		return lab_fail(topology->fault, -errno, "cannot make a network namespace");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || close(fd) || mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL))
		return lab_fail(topology->fault, -errno, "cannot keep a namespace at %s", path);
	error = set_sysctls(common_sysctls, topology->fault);
	if (error)
		return error;
	error = lab_rtnl_open(ret);
	if (!error)
		error = lab_link_up(ret, LOOPBACK_IFINDEX);
	return error ? lab_fail(topology->fault, error, "cannot set up a network namespace") : 0;
}

/* The plug's way out is the other end of its cable. */
static int plug_set_gateway(struct plug *plug, const uint8_t mac[RTNL_MAC_SIZE])
{
	int error = lab_link_up(plug->rtnl, plug->link.ifindex);

	for (int i = 0; i < 2 && !error; i++)
		error = lab_neigh_add(plug->rtnl, plug->link.ifindex, &gateways[i], mac);
	return error;
}

/* A cable between two plugs, up at both ends. `there` is in the process's own namespace. */
static int cable_add(struct plug *here, struct plug *there)
{
	const int netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int error;

	if (netns < 0)
		return -errno;
	error = lab_veth_add(here->rtnl, &here->link, &there->link, netns);
	close(netns);
	if (!error)
		error = plug_set_gateway(here, there->link.mac);
	return error ? error : plug_set_gateway(there, here->link.mac);
}

static int add_routes(struct plug *plug, const struct lab_end *to)
{
	int error = 0;

	for (uint32_t i = 0; i < to->n_ips && !error; i++) {
		const struct lab_route route = {
			.to = {to->ips[i], to->ips[i].family == IP_V4 ? 32 : 128},
			.via = *gateway(to->ips[i].family),
			.ifindex = plug->link.ifindex,
		};

		error = lab_route_add(plug->rtnl, &route);
	}
	return error;
}

static int add_default_routes(struct plug *plug)
{
	int error = 0;

	for (int i = 0; i < 2 && !error; i++) {
		const struct lab_route route = {
			.to = {ip_lowest(gateways[i].family), 0},
			.via = gateways[i],
			.ifindex = plug->link.ifindex,
		};

		error = lab_route_add(plug->rtnl, &route);
	}
	return error;
}

static int add_addresses(struct lab_rtnl *rtnl, uint32_t ifindex, const struct lab_end *end)
{
	int error = 0;

	for (uint32_t i = 0; i < end->n_ips && !error; i++)
		error = lab_addr_add(rtnl, ifindex, &end->ips[i]);
	return error;
}

/* Locally administered; `side` 0 is nearer to the world outside. */
static struct lab_link link_of(const char *name, uint32_t ifindex, uint8_t side, uint32_t number)
{
	return (struct lab_link){
		.name = name,
		.ifindex = ifindex,
		.mac = {0x02, side, (uint8_t)(number >> 24), (uint8_t)(number >> 16),
			(uint8_t)(number >> 8), (uint8_t)number},
	};
}

/* Plugs `end` (whose namespace is the process's own) into `here`, and makes each find the other. */
static int plug_in(struct plug *here, struct plug *there, const struct lab_end *end)
{
	int error = cable_add(here, there);

	if (!error)
		error = add_addresses(there->rtnl, there->link.ifindex, end);
	if (!error)
		error = add_default_routes(there);
	return error ? error : add_routes(here, end);
}

static int node_add(struct topology *topology, uint32_t i)
{
	const struct lab_end *node = &topology->plan->ends[i];
	struct plug here, there;
	char name[16];
	int error = space_new(topology, node, &topology->nodes[i]);

	if (error)
		return error;
	snprintf(name, sizeof(name), "node%u", i);
	here = (struct plug){&topology->outside, link_of(name, OUTSIDE_IFINDEX(i), 0, i)};
	there = (struct plug){&topology->nodes[i], link_of("eth0", UPLINK_IFINDEX, 1, i)};
	error = plug_in(&here, &there, node);
	return error ? lab_fail(topology->fault, error, "cannot connect node %s", node->name) : 0;
}

static int pod_add(struct topology *topology, uint32_t i)
{
	const struct lab_end *pod = lab_pod(topology->plan, i);
	struct lab_rtnl rtnl = {0};
	struct plug node, here, there;
	char name[16];
	int error = space_new(topology, pod, &rtnl);

	if (error)
		return error;
	snprintf(name, sizeof(name), "pod%u", i);
	here = (struct plug){&topology->nodes[pod->node], link_of(name, LAB_POD_IFINDEX(i), 2, i)};
	there = (struct plug){&rtnl, link_of("eth0", UPLINK_IFINDEX, 3, i)};
	node = (struct plug){&topology->outside, {.ifindex = OUTSIDE_IFINDEX(pod->node)}};
	error = plug_in(&here, &there, pod);
	if (!error)
		error = add_routes(&node, pod);
	lab_rtnl_close(&rtnl);
	return error ? lab_fail(topology->fault, error, "cannot connect pod %s", pod->name) : 0;
}

/*
 * Only when all links are there and up, without multicast: a link that is made in a router joins
 * the routers' group, and reports it to the pod.
 */
static int make_router(struct topology *topology, const struct lab_end *end)
{
	char name[LAB_PATH_SIZE], path[LAB_PATH_SIZE];
	int error;

	lab_path(path, "%s/%s", topology->dir, lab_netns_name(topology->plan, end, name));
	error = lab_netns_enter(path);
	if (error)
		return lab_fail(topology->fault, error, "cannot enter %s", path);
	return set_sysctls(router_sysctls, topology->fault);
}

int lab_topology_add_outside(const struct lab_plan *plan, struct lab_fault *fault)
{
	struct lab_rtnl rtnl;
	int error = lab_rtnl_open(&rtnl);

	if (error)
		return lab_fail(fault, error, "cannot open a routing socket");
	for (uint32_t i = 0; i < plan->n_outside && !error; i++) {
		error = add_addresses(&rtnl, LOOPBACK_IFINDEX,
				      &plan->ends[plan->n_nodes + plan->n_pods + i]);
		if (error == -EEXIST)
			error = 0;
	}
	lab_rtnl_close(&rtnl);
	return error ? lab_fail(fault, error, "cannot add an outside address") : 0;
}

int lab_topology_build(const struct lab_plan *plan, const char *dir, struct lab_fault *fault)
{
	static const struct lab_end outside = {.kind = LAB_OUTSIDE};
	struct topology topology = {.plan = plan, .dir = dir, .fault = fault};
	int error = space_new(&topology, &outside, &topology.outside);

	topology.nodes = calloc(plan->n_nodes, sizeof(*topology.nodes));
	if (!topology.nodes)
		abort();
	if (!error)
		error = lab_topology_add_outside(plan, fault);
	for (uint32_t i = 0; i < plan->n_nodes && !error; i++)
		error = node_add(&topology, i);
	for (uint32_t i = 0; i < plan->n_pods && !error; i++)
		error = pod_add(&topology, i);
	for (uint32_t i = 0; i < plan->n_nodes && !error; i++)
		error = make_router(&topology, &plan->ends[i]);
	if (!error)
		error = make_router(&topology, &outside);
	for (uint32_t i = 0; i < plan->n_nodes; i++)
		lab_rtnl_close(&topology.nodes[i]);
	free(topology.nodes);
	lab_rtnl_close(&topology.outside);
	return error;
}
