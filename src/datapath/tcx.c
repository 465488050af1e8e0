/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What needs a newer kernel or libbpf than the oldest ones we build for: finding out, and doing
 * without their headers.
 */
#include "datapath/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

/* enum bpf_attach_type and BPF_F_BEFORE of Linux 6.6. */
#define TCX_INGRESS 46
#define TCX_EGRESS 47
#define TCX_BEFORE (1u << 3) /* without naming whom: before all */

/* The hooks are the node's side of a veth: what it receives is what the pod sent. */
static int attach_type(enum event_hook hook)
{
	return hook == EVENT_FROM_POD ? TCX_INGRESS : TCX_EGRESS;
}

int datapath_tcx_attach(int program, uint32_t ifindex, enum event_hook hook)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = TCX_BEFORE);
	const int link = bpf_link_create(program, (int)ifindex,
					 (enum bpf_attach_type)attach_type(hook), &options);

	return link < 0 ? -errno : link;
}

int datapath_tcx_ifindex(int link, uint32_t *ret_ifindex)
{
	/* The kernel's struct bpf_link_info, as far as tcx fills it. */
	struct {
		uint32_t type, id, prog_id, pad;
		uint32_t ifindex, attach_type;
	} info = {0};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link, &info, &size))
		return -errno;
	*ret_ifindex = info.ifindex;
	return 0;
}

/* A program that passes everything; its fd or -errno. */
static int load_empty(void)
{
	const struct bpf_insn program[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	const int fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "probe", "Dual BSD/GPL", program,
				     sizeof(program) / sizeof(*program), NULL);

	return fd < 0 ? -errno : fd;
}

const char *datapath_missing(void)
{
	const int program = load_empty();
	int error;

	if (program == -EPERM || program == -EACCES)
		return "root, or CAP_BPF and CAP_NET_ADMIN";
	if (program < 0)
		return "a kernel with BPF for traffic control (CONFIG_NET_CLS_BPF)";
	/*
	 * There is no interface 0: the kernel that knows the hook says so, another one that it does
	 * not.
	 */
	error = datapath_tcx_attach(program, 0, EVENT_FROM_POD);
	close(program);
	if (error == -EPERM)
		return "root, or CAP_NET_ADMIN";
	return error == -ENODEV ? NULL : "a kernel with tcx links (Linux 6.6)";
}
