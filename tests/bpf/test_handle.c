/* SPDX-License-Identifier: Apache-2.0 */
/* The library: what is opened, swapped, added and removed is there, and survives its handle. */
#include "lib/hooked.h"
#include "lib/sandbox.h"
#include "lib/tap.h"

#include "verdict/seal.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH SANDBOX_BPF "/node"

static struct table_build *build;

static void *table(uint64_t generation, size_t *ret_size)
{
	return table_build_seal(build, generation, ret_size);
}

static int swap(struct datapath *datapath, uint64_t generation)
{
	size_t size;
	void *blob = table(generation, &size);
	const int r = datapath_swap(datapath, blob, size);

	free(blob);
	return r;
}

static uint64_t generation(struct datapath *datapath)
{
	uint64_t now = UINT64_MAX;

	ok_int(datapath_generation(datapath, &now), 0, "the generation can be read");
	return now;
}

static void test_swap(struct datapath *datapath)
{
	size_t size;
	char *blob = table(7, &size);

	ok_int((int64_t)generation(datapath), 0, "no table at first");
	ok(!datapath_table(datapath, 0), "nor one to explain with");
	blob[size - 1] ^= 1;
	ok_int(datapath_swap(datapath, blob, size), -EBADMSG, "a torn table is refused");
	blob[size - 1] ^= 1;
	ok_int(datapath_swap(datapath, blob, size - TABLE_LINE_SIZE), -EBADMSG,
	       "so is a part of one");
	ok_int(datapath_swap(datapath, blob, 64), -EPROTONOSUPPORT, "so is a header's beginning");
	blob[0] ^= 1;
	ok_int(datapath_swap(datapath, blob, size), -EPROTONOSUPPORT, "so is something else");
	blob[0] ^= 1;
	ok_int(datapath_swap(datapath, blob, size), 0, "a table is swapped in");
	ok_int((int64_t)generation(datapath), 7, "… and is the one enforced");
	ok_int(datapath_swap(datapath, blob, size), -ESTALE, "but not twice");
	ok_int(swap(datapath, 6), -ESTALE, "nor an older one");
	ok_int(swap(datapath, 7 + DATAPATH_STEP + 1), -ERANGE, "nor one of a far future");
	ok_int((int64_t)generation(datapath), 7, "the last good one stays");
	free(blob);
}

static void test_kept(struct datapath *datapath)
{
	const struct table_view *view;

	for (uint64_t i = 8; i < 8 + DATAPATH_KEPT; i++)
		swap(datapath, i);
	ok(!datapath_table(datapath, 7), "a table is forgotten after %d others", DATAPATH_KEPT);
	for (uint64_t i = 8; i < 8 + DATAPATH_KEPT; i++) {
		view = datapath_table(datapath, i);
		ok(view && ((const struct table_keys *)table_line(view, 0))->generation == i,
		   "generation %d is kept", (int)i);
	}
	view = datapath_table(datapath, 8 + DATAPATH_KEPT - 1);
	ok_int(table_check(view->lines, (uint64_t)view->n_lines * TABLE_LINE_SIZE), TABLE_SOUND,
	       "what the kernel has is what was swapped in");
}

static int collect(void *data, const struct datapath_endpoint *endpoint)
{
	struct datapath_endpoint *found = data;

	found->ifindex += endpoint->ifindex;
	found->id += endpoint->id;
	found->attached |= endpoint->attached;
	return 0;
}

static int stop(void *data, const struct datapath_endpoint *endpoint)
{
	(void)data;
	return (int)endpoint->id + 40;
}

static void test_endpoints(struct datapath *datapath)
{
	struct datapath_endpoint found = {0};
	uint32_t id = 0;

	ok_int(datapath_endpoint_add(datapath, 99, 1), -ENODEV, "no interface, no endpoint");
	ok_int(datapath_endpoint_add(datapath, 1, 0), -EINVAL, "no number either");
	ok_int(datapath_endpoint_id(datapath, &id), 0, "a number is free");
	ok_int(id, 1, "it is the first");
	ok_int(datapath_endpoint_add(datapath, 1, 2), 0, "an interface gets another");
	ok_int(datapath_endpoint_add(datapath, 1, 2), 0, "again, which changes nothing");
	ok_int(datapath_endpoint_add(datapath, 1, 3), -EEXIST, "but not a second number");
	datapath_endpoints(datapath, collect, &found);
	ok(found.ifindex == 1 && found.id == 2 && found.attached, "it is listed, attached");
	ok_int(datapath_endpoints(datapath, stop, NULL), 42, "a listing can be stopped");
	ok_int(datapath_endpoint_remove(datapath, 1), 0, "it is removed");
	ok_int(datapath_endpoint_remove(datapath, 1), -ENOENT, "but not twice");
	found = (struct datapath_endpoint){0};
	datapath_endpoints(datapath, collect, &found);
	ok_int(found.ifindex, 0, "it is listed no more");
}

/* Interface indexes grow without end, slots do not. */
static void test_slots(struct datapath *datapath)
{
	const uint32_t same = FLOW_INTERFACES + 1;
	struct datapath_endpoint found = {0};

	if (system("ip link add name twin index 65537 type veth peer name other")) {
		skip("an interface with the index 65537 cannot be made");
		return;
	}
	datapath_endpoint_add(datapath, 1, 2);
	ok_int(datapath_endpoint_add(datapath, same, 3), -EADDRINUSE, "two endpoints, one slot");
	ok_int(datapath_endpoint_remove(datapath, same), -ENOENT, "… which is the first one's");
	datapath_endpoint_remove(datapath, 1);
	ok_int(datapath_endpoint_add(datapath, same, 3), 0, "once free, the other has it");
	datapath_endpoints(datapath, collect, &found);
	ok(found.ifindex == same && found.attached, "… under its own index");
	ok_int(datapath_endpoint_remove(datapath, same), 0, "and gives it back");
}

/* The file name of the pinned program that sees what pods send. */
static bool find_pin(char name[64])
{
	DIR *dir = opendir(PATH "/v1");
	const struct dirent *entry;
	bool found = false;

	while (dir && (entry = readdir(dir))) {
		if (strncmp(entry->d_name, "from_pod-", 9) != 0)
			continue;
		snprintf(name, 64, "%.63s", entry->d_name);
		found = true;
	}
	if (dir)
		closedir(dir);
	return found;
}

static uint32_t linked_program(void)
{
	const int link = bpf_obj_get(PATH "/v1/links/1-from_pod");
	struct bpf_link_info info = {0};
	uint32_t size = sizeof(info);

	if (link < 0 || bpf_obj_get_info_by_fd(link, &info, &size))
		bail("the link is not there");
	close(link);
	return info.prog_id;
}

/* Programs under another name are another build's: they are replaced behind the links. */
static void test_other_build(struct datapath **datapath)
{
	struct datapath_endpoint found = {0};
	char name[64], path[128], other[128] = PATH "/v1/from_pod-0000000000000000";
	uint32_t before;

	datapath_endpoint_add(*datapath, 1, 2);
	before = linked_program();
	datapath_free(*datapath);
	if (!find_pin(name))
		bail("the program is not pinned");
	snprintf(path, sizeof(path), PATH "/v1/%s", name);
	ok_int(rename(path, other), 0, "a program of another build");
	ok_int(datapath_open(PATH, NULL, datapath), 0, "the datapath of this one opens");
	ok(linked_program() != before, "its program is behind the link");
	ok(access(path, F_OK) == 0 && access(other, F_OK) != 0, "and pinned instead of the other");
	datapath_endpoints(*datapath, collect, &found);
	ok(found.ifindex == 1 && found.attached, "the endpoint has never been open");
	datapath_endpoint_remove(*datapath, 1);
}

/* A number is free when neither an interface nor the enforced table has it. */
static void test_ids(struct datapath *datapath)
{
	uint64_t next = generation(datapath) + 1;
	uint32_t id = 0;

	table_build_pod(build, "10.0.0.1", 1, 1);
	swap(datapath, next++);
	datapath_endpoint_id(datapath, &id);
	ok_int(id, 2, "the table uses 1");
	datapath_endpoint_add(datapath, 1, 2);
	datapath_endpoint_id(datapath, &id);
	ok_int(id, 3, "and an interface 2");
	datapath_endpoint_remove(datapath, 1);
	table_build_pod(build, "10.0.0.1", 2, 1);
	swap(datapath, next++);
	datapath_endpoint_id(datapath, &id);
	ok_int(id, 1, "a table without 1 frees it, with 2 does not free that");
	table_build_forget(build, "10.0.0.1");
	swap(datapath, next);
	datapath_endpoint_id(datapath, &id);
	ok_int(id, 1, "without either, both are free");
}

static void test_reopen(struct datapath **datapath)
{
	const struct datapath_sizes other = {.n_flows_tcp = 5, .events_size = 4096};
	const uint64_t before = generation(*datapath);
	struct datapath *second = NULL;
	size_t size;
	void *blob;

	datapath_endpoint_add(*datapath, 1, 9);
	ok_int(datapath_open(PATH, &other, &second), 0, "a second handle, of other sizes");
	ok_int((int64_t)generation(second), (int64_t)before, "sees the table");
	blob = table(before + 1, &size);
	ok_int(datapath_swap(second, blob, size), 0, "and swaps");
	free(blob);
	ok_int((int64_t)generation(*datapath), (int64_t)before + 1, "which the first one sees");
	ok(datapath_table(*datapath, before + 1), "and can explain with");
	datapath_free(*datapath);
	datapath_free(second);
	ok_int(datapath_open(PATH, NULL, datapath), 0, "opened after all handles were closed");
	ok_int((int64_t)generation(*datapath), (int64_t)before + 1, "the table is there");
	ok_int(datapath_endpoint_remove(*datapath, 1), 0, "so is the endpoint");
}

static void test_places(void)
{
	struct datapath *datapath = NULL;

	ok_int(datapath_open("/tmp/bulkhead-no-bpffs/node", NULL, &datapath), -EINVAL,
	       "a directory that is not on a bpffs");
	rmdir("/tmp/bulkhead-no-bpffs/node");
	rmdir("/tmp/bulkhead-no-bpffs");
	ok_int(datapath_destroy(SANDBOX_BPF "/other"), -ENOENT, "nothing to destroy");
	mkdir(SANDBOX_BPF "/newer", 0700);
	mkdir(SANDBOX_BPF "/newer/v999", 0700);
	ok_int(datapath_open(SANDBOX_BPF "/newer", NULL, &datapath), -EPROTO,
	       "a directory of a later layout");
	ok_int(datapath_destroy(SANDBOX_BPF "/newer"), -EPROTO, "which is not destroyed");
}

int main(void)
{
	const char *missing = sandbox_enter();
	struct datapath *datapath = NULL;
	struct stat stat_buf;

	if (missing)
		skip_all("needs %s", missing);
	build = table_build_new();
	ok_int(datapath_open(PATH, NULL, &datapath), 0, "a new directory");
	test_swap(datapath);
	test_kept(datapath);
	test_endpoints(datapath);
	test_slots(datapath);
	test_ids(datapath);
	test_reopen(&datapath);
	test_other_build(&datapath);
	datapath_free(datapath);
	ok_int(datapath_destroy(PATH), 0, "destroyed");
	ok(stat(PATH, &stat_buf) && errno == ENOENT, "nothing is left");
	test_places();
	table_build_free(build);
	return tap_done();
}
