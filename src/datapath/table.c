/* SPDX-License-Identifier: Apache-2.0 */
#include "datapath/internal.h"

#include "verdict/seal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A mapping is a whole number of pages. */
static size_t mapping_size(size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (size + page - 1) / page * page;
}

/* A map with a writable mapping cannot be frozen, so the mapping goes first. */
static int fill(int map, const void *blob, size_t size)
{
	void *lines = mmap(NULL, mapping_size(size), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	if (lines == MAP_FAILED)
		return -errno;
	memcpy(lines, blob, size);
	munmap(lines, mapping_size(size));
	return bpf_map_freeze(map) ? -errno : 0;
}

int datapath_seal(const void *blob, size_t size)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	const size_t n_lines = size / TABLE_LINE_SIZE;
	int map, r;

	if (n_lines > UINT32_MAX)
		return -E2BIG;
	map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "table", sizeof(uint32_t), TABLE_LINE_SIZE,
			     (uint32_t)n_lines, &options);
	if (map < 0)
		return -errno;
	r = fill(map, blob, size);
	if (r) {
		close(map);
		return r;
	}
	return map;
}

/* Entries of flows count when they were judged by this generation. */
static int set_current(const struct datapath *datapath, uint64_t generation)
{
	const uint32_t zero = 0;
	const int map = datapath->maps[DATAPATH_CURRENT];

	return bpf_map_update_elem(map, &zero, &generation, BPF_ANY) ? -errno : 0;
}

int datapath_settle(struct datapath *datapath)
{
	return set_current(datapath, datapath->kept[0].generation);
}

int datapath_enforce(struct datapath *datapath, int map, uint64_t generation)
{
	const uint32_t zero = 0;
	const int r = set_current(datapath, generation); /* first: bpf/maps.h says why */

	if (r)
		return r;
	/* Waits for a grace period: the programs run under RCU. */
	return bpf_map_update_elem(datapath->maps[DATAPATH_TABLES], &zero, &map, BPF_ANY) ? -errno
											  : 0;
}

static void kept_drop(struct datapath_kept *kept)
{
	if (kept->bytes)
		munmap(kept->bytes, kept->size);
	*kept = (struct datapath_kept){0};
}

void datapath_kept_release(struct datapath *datapath)
{
	for (int i = 0; i < DATAPATH_KEPT; i++)
		kept_drop(&datapath->kept[i]);
}

/* Maps a sealed table and puts it before the others. */
static int keep(struct datapath *datapath, int map)
{
	struct bpf_map_info info = {0};
	uint32_t info_size = sizeof(info);
	struct datapath_kept kept;
	const struct table_header *header;

	if (bpf_obj_get_info_by_fd(map, &info, &info_size))
		return -errno;
	kept.map_id = info.id;
	kept.size = mapping_size((size_t)info.max_entries * TABLE_LINE_SIZE);
	kept.bytes = mmap(NULL, kept.size, PROT_READ, MAP_SHARED, map, 0);
	if (kept.bytes == MAP_FAILED)
		return -errno;
	header = kept.bytes;
	kept.generation = header->keys.generation;
	kept.view = (struct table_view){.lines = kept.bytes, .n_lines = info.max_entries};
	kept_drop(&datapath->kept[DATAPATH_KEPT - 1]);
	memmove(datapath->kept + 1, datapath->kept, sizeof(kept) * (DATAPATH_KEPT - 1));
	datapath->kept[0] = kept;
	return 0;
}

/* The id of the enforced table's map; 0: there is none. */
static int enforced_id(const struct datapath *datapath, uint32_t *ret_id)
{
	const uint32_t zero = 0;

	*ret_id = 0;
	if (bpf_map_lookup_elem(datapath->maps[DATAPATH_TABLES], &zero, ret_id) && errno != ENOENT)
		return -errno;
	return 0;
}

int datapath_adopt(struct datapath *datapath)
{
	uint32_t id;
	int r, map;

	do {
		r = enforced_id(datapath, &id);
		if (r || !id || id == datapath->kept[0].map_id)
			return r;
		map = bpf_map_get_fd_by_id(id);
	} while (map < 0 && errno == ENOENT); /* another process swapped meanwhile */
	if (map < 0)
		return -errno;
	r = keep(datapath, map);
	close(map);
	return r;
}

int datapath_generation(struct datapath *datapath, uint64_t *ret_generation)
{
	const int r = datapath_adopt(datapath);

	if (!r)
		*ret_generation = datapath->kept[0].generation;
	return r;
}

static int swap_locked(struct datapath *datapath, const void *blob, size_t size)
{
	const struct table_header *header = blob;
	int r = datapath_adopt(datapath), map;

	if (r)
		return r;
	if (header->keys.generation <= datapath->kept[0].generation)
		return -ESTALE;
	if (datapath->kept[0].generation &&
	    header->keys.generation - datapath->kept[0].generation > DATAPATH_STEP)
		return -ERANGE;
	map = datapath_seal(blob, size);
	if (map < 0)
		return map;
	r = datapath_enforce(datapath, map, header->keys.generation);
	if (!r)
		r = keep(datapath, map);
	close(map);
	return r;
}

int datapath_swap(struct datapath *datapath, const void *blob, size_t size)
{
	const enum table_fault fault = table_check(blob, size);
	int r;

	if (fault != TABLE_SOUND)
		return fault == TABLE_FOREIGN ? -EPROTONOSUPPORT : -EBADMSG;
	r = datapath_lock(datapath);
	if (r)
		return r;
	r = swap_locked(datapath, blob, size);
	datapath_unlock(datapath);
	return r;
}

const struct table_view *datapath_table(struct datapath *datapath, uint64_t generation)
{
	if (generation > datapath->kept[0].generation && datapath_adopt(datapath))
		return NULL;
	for (int i = 0; i < DATAPATH_KEPT; i++) {
		const struct datapath_kept *kept = &datapath->kept[i];

		if (kept->bytes && kept->generation == generation)
			return &kept->view;
	}
	return NULL;
}
