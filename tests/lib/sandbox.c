/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sandbox.h"

#include "datapath/datapath.h"

#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static int raise_loopback(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -1;
	r = ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
	return r;
}

const char *sandbox_enter(void)
{
	const char *missing = datapath_missing();

	if (missing)
		return missing;
	if (unshare(CLONE_NEWNS | CLONE_NEWNET))
		return "own namespaces (CAP_SYS_ADMIN)";
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bpf", SANDBOX_BPF, "bpf", 0, NULL))
		return "a bpffs on " SANDBOX_BPF;
	return raise_loopback() ? "a loopback interface" : NULL;
}
