/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/kernel.h"

#include "bpf/question.skel.h"
#include "lib/tap.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct kernel {
	struct question_bpf *skeleton;
	uint64_t ns;
};

/* What separates a kernel that cannot from a program that it refuses. */
static bool is_possible(const char **ret_reason)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 4, 1, NULL);

	if (fd >= 0) {
		close(fd);
		return true;
	}
	*ret_reason = errno == EPERM ? "the kernel program needs root" : "the kernel has no BPF";
	return false;
}

struct kernel *kernel_open(const char **ret_reason)
{
	struct kernel *kernel;

	if (!is_possible(ret_reason))
		return NULL;
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		abort();
	kernel->skeleton = question_bpf__open_and_load();
	if (!kernel->skeleton)
		bail("the kernel refuses bpf/question.bpf.c: %s", strerror(errno));
	return kernel;
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	question_bpf__destroy(kernel->skeleton);
	free(kernel);
}

static int fill(int map, const void *table, size_t size)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t mapped = (size + page - 1) / page * page;
	void *lines = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (lines == MAP_FAILED)
		return -errno;
	memcpy(lines, table, size);
	munmap(lines, mapped);
	return 0;
}

int kernel_load(struct kernel *kernel, const void *table, size_t size)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	const __u32 zero = 0;
	int map, r;

	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "table", sizeof(__u32), TABLE_LINE_SIZE,
			     size / TABLE_LINE_SIZE, &options);
	if (map < 0)
		return -errno;
	r = fill(map, table, size);
	if (!r && bpf_map_update_elem(bpf_map__fd(kernel->skeleton->maps.tables), &zero, &map, 0))
		r = -errno;
	close(map);
	return r;
}

static int ask_packet(struct kernel *kernel, struct question *questions, size_t n)
{
	char packet[QUESTION_PREFIX + QUESTION_PER_PACKET * sizeof(struct question)] = {0};
	char answer[sizeof(packet)];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet),
		    .data_out = answer, .data_size_out = sizeof(answer));

	memcpy(packet + QUESTION_PREFIX, questions, n * sizeof(*questions));
	if (bpf_prog_test_run_opts(bpf_program__fd(kernel->skeleton->progs.question), &run))
		return -errno;
	if (run.retval != 0)
		return -EBADMSG;
	kernel->ns += run.duration;
	memcpy(questions, answer + QUESTION_PREFIX, n * sizeof(*questions));
	return 0;
}

int kernel_ask(struct kernel *kernel, struct question *questions, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && !r; i += QUESTION_PER_PACKET)
		r = ask_packet(kernel, questions + i,
			       n - i < QUESTION_PER_PACKET ? n - i : QUESTION_PER_PACKET);
	return r;
}

uint64_t kernel_ns(const struct kernel *kernel)
{
	return kernel->ns;
}
