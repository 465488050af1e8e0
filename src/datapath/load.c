/* SPDX-License-Identifier: Apache-2.0 */
#include "datapath/internal.h"

#include "base/hash.h"
#include "bpf/hook.skel.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_FLOWS_TCP 4096
#define DEFAULT_FLOWS_OTHER 2048
#define DEFAULT_EVENTS (1u << 20)

static const char *const map_names[] = {
#define X(id, name) #name,
	DATAPATH_MAPS(X)
#undef X
};

const char *datapath_hook_name(enum event_hook hook)
{
	return hook == EVENT_FROM_POD ? "from_pod" : "to_pod";
}

/*
 * The programs' names change with their bytes, so that what is pinned is known to be this build's.
 */
static struct datapath_path program_path(const struct datapath *datapath, enum event_hook hook)
{
	size_t size;
	const void *bytes = hook_bpf__elf_bytes(&size);

	return datapath_path(datapath, "%s-%016llx", datapath_hook_name(hook),
			     (unsigned long long)hash_bytes(bytes, size, 0));
}

static uint32_t given_or(uint32_t given, uint32_t otherwise)
{
	return given ? given : otherwise;
}

static void set_sizes(struct datapath *datapath, const struct datapath_sizes *sizes)
{
	const struct datapath_sizes none = {0};

	if (!sizes)
		sizes = &none;
	datapath->sizes = (struct datapath_sizes){
		.n_flows_tcp = given_or(sizes->n_flows_tcp, DEFAULT_FLOWS_TCP),
		.n_flows_other = given_or(sizes->n_flows_other, DEFAULT_FLOWS_OTHER),
		.events_size = given_or(sizes->events_size, DEFAULT_EVENTS),
	};
}

/* How large the ring is to be: as large as it is, if it is pinned already. */
static uint32_t ring_size(const struct datapath *datapath)
{
	struct datapath_path path = datapath_path(datapath, "%s", map_names[DATAPATH_EVENTS]);
	const int fd = bpf_obj_get(path.text);
	uint32_t wanted = datapath->sizes.events_size;
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	if (fd < 0)
		return wanted;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0)
		wanted = info.max_entries;
	close(fd);
	return wanted;
}

/* libbpf opens the maps that are pinned, and makes and pins those that are not. */
static int pin_maps(const struct datapath *datapath, struct hook_bpf *skeleton)
{
	for (int i = 0; i < DATAPATH_N_MAPS; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(skeleton->obj, map_names[i]);
		struct datapath_path path = datapath_path(datapath, "%s", map_names[i]);
		int r = bpf_map__set_pin_path(map, path.text);

		if (!r && i == DATAPATH_EVENTS)
			r = bpf_map__set_max_entries(map, ring_size(datapath));
		if (r)
			return r;
	}
	return 0;
}

/* Unpins the programs of other builds. */
static void forget_older(const struct datapath *datapath)
{
	const struct datapath_path kept[] = {
		program_path(datapath, EVENT_FROM_POD),
		program_path(datapath, EVENT_TO_POD),
	};
	DIR *dir = opendir(datapath->path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct datapath_path path = datapath_path(datapath, "%s", entry->d_name);

		if (strchr(entry->d_name, '-') && strcmp(path.text, kept[0].text) != 0 &&
		    strcmp(path.text, kept[1].text) != 0)
			unlink(path.text);
	}
	if (dir)
		closedir(dir);
}

/* The pins of the programs say that all before them is done, so they come last. */
static int install(const struct datapath *datapath, struct hook_bpf *skeleton)
{
	const struct bpf_program *programs[] = {
		[EVENT_FROM_POD] = skeleton->progs.from_pod,
		[EVENT_TO_POD] = skeleton->progs.to_pod,
	};

	for (int i = 0; i < DATAPATH_N_HOOKS; i++) {
		const int r = datapath_links_update(datapath, i, bpf_program__fd(programs[i]));

		if (r)
			return r;
	}
	for (int i = 0; i < DATAPATH_N_HOOKS; i++) {
		struct datapath_path path = program_path(datapath, i);

		if (bpf_obj_pin(bpf_program__fd(programs[i]), path.text) && errno != EEXIST)
			return -errno;
	}
	forget_older(datapath);
	return 0;
}

static int load_anew(const struct datapath *datapath)
{
	struct hook_bpf *skeleton = hook_bpf__open();
	int r;

	if (!skeleton)
		return -errno;
	r = pin_maps(datapath, skeleton);
	if (!r)
		r = hook_bpf__load(skeleton);
	if (!r)
		r = install(datapath, skeleton);
	hook_bpf__destroy(skeleton);
	return r;
}

static bool is_loaded(const struct datapath *datapath)
{
	for (int i = 0; i < DATAPATH_N_HOOKS; i++) {
		struct datapath_path path = program_path(datapath, i);

		if (access(path.text, F_OK))
			return false;
	}
	return true;
}

static int open_pins(struct datapath *datapath)
{
	for (int i = 0; i < DATAPATH_N_MAPS; i++) {
		datapath->maps[i] = bpf_obj_get(datapath_path(datapath, "%s", map_names[i]).text);
		if (datapath->maps[i] < 0)
			return -errno;
	}
	for (int i = 0; i < DATAPATH_N_HOOKS; i++) {
		datapath->programs[i] = bpf_obj_get(program_path(datapath, i).text);
		if (datapath->programs[i] < 0)
			return -errno;
	}
	return datapath_endpoints_map(datapath);
}

int datapath_load(struct datapath *datapath, const struct datapath_sizes *sizes)
{
	int r = 0;

	set_sizes(datapath, sizes);
	if (!is_loaded(datapath))
		r = load_anew(datapath);
	return r ? r : open_pins(datapath);
}
