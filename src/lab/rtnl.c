/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/rtnl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <sys/socket.h>

#define REQUEST_SIZE 1024

/* The largest request here has two links of three attributes each. */
struct request {
	char bytes[REQUEST_SIZE];
	struct nlmsghdr *header;
};

int lab_rtnl_open(struct lab_rtnl *ret)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int error;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID)) {
		error = -errno;
		mnl_socket_close(socket);
		return error;
	}
	*ret = (struct lab_rtnl){.socket = socket};
	return 0;
}

void lab_rtnl_close(struct lab_rtnl *rtnl)
{
	if (rtnl->socket)
		mnl_socket_close(rtnl->socket);
	rtnl->socket = NULL;
}

/* Starts a request; the family's own header, zeroed. */
static void *request_init(struct request *request, uint16_t type, uint16_t flags,
			  size_t header_size)
{
	request->header = mnl_nlmsg_put_header(request->bytes);
	request->header->nlmsg_type = type;
	request->header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	return mnl_nlmsg_put_extra_header(request->header, header_size);
}

static int request_send(struct lab_rtnl *rtnl, struct request *request)
{
	char answer[8192]; /* what libmnl asks for; an acknowledgement quotes the request */
	ssize_t size;

	request->header->nlmsg_seq = ++rtnl->sequence;
	if (mnl_socket_sendto(rtnl->socket, request->header, request->header->nlmsg_len) < 0)
		return -errno;
	size = mnl_socket_recvfrom(rtnl->socket, answer, sizeof(answer));
	if (size < 0 || mnl_cb_run(answer, size, rtnl->sequence,
				   mnl_socket_get_portid(rtnl->socket), NULL, NULL) < 0)
		return -errno;
	return 0;
}

static void put_address(struct nlmsghdr *header, uint16_t type, const struct ip_addr *addr)
{
	uint8_t bytes[16];

	ip_to_bytes(addr, bytes);
	mnl_attr_put(header, type, addr->family == IP_V4 ? 4 : 16, bytes);
}

static uint8_t kernel_family(const struct ip_addr *addr)
{
	return addr->family == IP_V4 ? AF_INET : AF_INET6;
}

static void put_link(struct nlmsghdr *header, const struct lab_link *link)
{
	mnl_attr_put_strz(header, IFLA_IFNAME, link->name);
	mnl_attr_put(header, IFLA_ADDRESS, RTNL_MAC_SIZE, link->mac);
}

int lab_veth_add(struct lab_rtnl *rtnl, const struct lab_link *here, const struct lab_link *there,
		 int there_netns)
{
	struct request request;
	struct ifinfomsg *link =
		request_init(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*link));
	struct nlattr *info, *data, *peer;

	link->ifi_index = here->ifindex;
	put_link(request.header, here);
	info = mnl_attr_nest_start(request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(request.header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(request.header, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(request.header, VETH_INFO_PEER);
	link = mnl_nlmsg_put_extra_header(request.header, sizeof(*link));
	link->ifi_index = there->ifindex;
	put_link(request.header, there);
	mnl_attr_put_u32(request.header, IFLA_NET_NS_FD, there_netns);
	mnl_attr_nest_end(request.header, peer);
	mnl_attr_nest_end(request.header, data);
	mnl_attr_nest_end(request.header, info);
	return request_send(rtnl, &request);
}

int lab_link_up(struct lab_rtnl *rtnl, uint32_t ifindex)
{
	struct request request;
	struct ifinfomsg *link = request_init(&request, RTM_NEWLINK, 0, sizeof(*link));

	link->ifi_index = ifindex;
	link->ifi_flags = IFF_UP | IFF_NOARP;
	link->ifi_change = IFF_UP | IFF_NOARP | IFF_MULTICAST;
	return request_send(rtnl, &request);
}

int lab_addr_add(struct lab_rtnl *rtnl, uint32_t ifindex, const struct ip_addr *addr)
{
	struct request request;
	struct ifaddrmsg *message =
		request_init(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message));

	message->ifa_family = kernel_family(addr);
	message->ifa_prefixlen = addr->family == IP_V4 ? 32 : 128;
	message->ifa_flags = IFA_F_NODAD; /* else a v6 address is of no use for a second */
	message->ifa_index = ifindex;
	put_address(request.header, IFA_LOCAL, addr);
	put_address(request.header, IFA_ADDRESS, addr);
	return request_send(rtnl, &request);
}

int lab_route_add(struct lab_rtnl *rtnl, const struct lab_route *route)
{
	struct request request;
	struct rtmsg *message =
		request_init(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*message));

	message->rtm_family = kernel_family(&route->to.addr);
	message->rtm_dst_len = route->to.prefix_len;
	message->rtm_table = RT_TABLE_MAIN;
	message->rtm_protocol = RTPROT_STATIC;
	message->rtm_type = RTN_UNICAST;
	message->rtm_scope = route->via.family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	message->rtm_flags = route->via.family ? RTNH_F_ONLINK : 0;
	put_address(request.header, RTA_DST, &route->to.addr);
	if (route->via.family)
		put_address(request.header, RTA_GATEWAY, &route->via);
	mnl_attr_put_u32(request.header, RTA_OIF, route->ifindex);
	return request_send(rtnl, &request);
}

int lab_neigh_add(struct lab_rtnl *rtnl, uint32_t ifindex, const struct ip_addr *addr,
		  const uint8_t mac[RTNL_MAC_SIZE])
{
	struct request request;
	struct ndmsg *message = request_init(&request, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
					     sizeof(*message));

	message->ndm_family = kernel_family(addr);
	message->ndm_ifindex = ifindex;
	message->ndm_state = NUD_PERMANENT;
	put_address(request.header, NDA_DST, addr);
	mnl_attr_put(request.header, NDA_LLADDR, RTNL_MAC_SIZE, mac);
	return request_send(rtnl, &request);
}
