/* SPDX-License-Identifier: Apache-2.0 */
#include "datapath/internal.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct datapath_path link_path(const struct datapath *datapath, uint32_t ifindex,
				      enum event_hook hook)
{
	return datapath_path(datapath, "links/%u-%s", ifindex, datapath_hook_name(hook));
}

/* Whether the pinned link is still on its interface. */
static bool is_attached(const struct datapath *datapath, uint32_t ifindex, enum event_hook hook)
{
	const int link = bpf_obj_get(link_path(datapath, ifindex, hook).text);
	uint32_t at = 0;

	if (link < 0)
		return false;
	if (datapath_tcx_ifindex(link, &at))
		at = 0;
	close(link);
	return at == ifindex;
}

/* Detaching does not wait for the last reference, unpinning does. */
static int detach(const char *path)
{
	const int link = bpf_obj_get(path);
	int r = 0;

	if (link < 0)
		return errno == ENOENT ? 0 : -errno;
	if (bpf_link_detach(link) && errno != ENOLINK)
		r = -errno;
	close(link);
	return !r && unlink(path) ? -errno : r;
}

static int attach(const struct datapath *datapath, uint32_t ifindex, enum event_hook hook)
{
	struct datapath_path path = link_path(datapath, ifindex, hook);
	int link, r;

	if (is_attached(datapath, ifindex, hook))
		return 0;
	r = detach(path.text); /* of an interface that had the number before */
	if (r)
		return r;
	link = datapath_tcx_attach(datapath->programs[hook], ifindex, hook);
	if (link < 0)
		return link;
	r = bpf_obj_pin(link, path.text) ? -errno : 0;
	close(link);
	return r;
}

int datapath_links_update(const struct datapath *datapath, enum event_hook hook, int program)
{
	struct datapath_path links = datapath_path(datapath, "links");
	const char *name = datapath_hook_name(hook);
	DIR *dir = opendir(links.text);
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (!r && (entry = readdir(dir))) {
		const char *dash = strchr(entry->d_name, '-');
		int link;

		if (!dash || strcmp(dash + 1, name) != 0)
			continue;
		link = bpf_obj_get(datapath_path(datapath, "links/%s", entry->d_name).text);
		if (link < 0)
			r = -errno;
		else if (bpf_link_update(link, program, NULL) && errno != ENOLINK)
			r = -errno;
		close(link);
	}
	closedir(dir);
	return r;
}

int datapath_links_destroy(const char *path)
{
	DIR *dir = opendir(path);
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while (!r && (entry = readdir(dir))) {
		struct datapath_path link;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(link.text, sizeof(link.text), "%s/%s", path, entry->d_name);
		r = detach(link.text);
	}
	closedir(dir);
	return r;
}

#define ENDPOINTS_SIZE (FLOW_INTERFACES * sizeof(struct flow_endpoint))

int datapath_endpoints_map(struct datapath *datapath)
{
	void *slots = mmap(NULL, ENDPOINTS_SIZE, PROT_READ, MAP_SHARED,
			   datapath->maps[DATAPATH_ENDPOINTS], 0);

	if (slots == MAP_FAILED)
		return -errno;
	datapath->endpoints = slots;
	return 0;
}

void datapath_endpoints_unmap(struct datapath *datapath)
{
	if (datapath->endpoints)
		munmap((void *)datapath->endpoints, ENDPOINTS_SIZE);
	datapath->endpoints = NULL;
}

/* `fn` may remove the endpoint that it is told of. */
int datapath_endpoints(struct datapath *datapath, datapath_endpoint_fn *fn, void *data)
{
	int r = 0;

	for (uint32_t i = 0; i < FLOW_INTERFACES && !r; i++) {
		const struct flow_endpoint slot = datapath->endpoints[i];
		struct datapath_endpoint endpoint = {.ifindex = slot.ifindex, .id = slot.id};

		if (!slot.ifindex)
			continue;
		endpoint.attached = is_attached(datapath, slot.ifindex, EVENT_FROM_POD) &&
				    is_attached(datapath, slot.ifindex, EVENT_TO_POD);
		r = fn(data, &endpoint);
	}
	return r;
}

/* Which numbers may not be given out. */
struct used_ids {
	uint8_t *is_used;
	uint32_t n;
};

static void note_id(struct used_ids *used, uint32_t id)
{
	if (id < used->n)
		used->is_used[id] = 1;
}

static void note_table(const struct table_view *table, struct used_ids *used)
{
	const struct table_keys *keys = table_line(table, 0);
	const struct table_endpoint *endpoint;

	for (uint32_t id = 1; id < used->n && keys && id < keys->endpoints.n; id++) {
		endpoint = table_item(table, keys->endpoints, id, struct table_endpoint);
		if (endpoint && endpoint->flags & TABLE_ENDPOINT_USED)
			note_id(used, id);
	}
}

int datapath_endpoint_id(struct datapath *datapath, uint32_t *ret_id)
{
	/* More than can be attached and in the enforced table together. */
	struct used_ids used = {.n = FLOW_INTERFACES * 2 + 2};
	uint32_t id = 1;
	int r = datapath_adopt(datapath);

	if (r)
		return r;
	used.is_used = calloc(used.n, 1);
	if (!used.is_used)
		abort();
	for (uint32_t i = 0; i < FLOW_INTERFACES; i++)
		note_id(&used, datapath->endpoints[i].id);
	if (datapath->kept[0].bytes)
		note_table(&datapath->kept[0].view, &used);
	while (id < used.n && used.is_used[id])
		id++;
	free(used.is_used);
	assert(id < used.n);
	*ret_id = id;
	return 0;
}

/* Whether the interface's slot and the number are free, or belong together already. */
static int check_pair(const struct datapath *datapath, const struct flow_endpoint *wanted)
{
	const uint32_t slot = FLOW_ENDPOINT_SLOT(wanted->ifindex);

	for (uint32_t i = 0; i < FLOW_INTERFACES; i++) {
		const struct flow_endpoint *other = &datapath->endpoints[i];

		if (!other->ifindex || other->ifindex == wanted->ifindex) {
			if (other->ifindex && other->id != wanted->id)
				return -EEXIST;
		} else if (other->id == wanted->id) {
			return -EEXIST;
		} else if (i == slot) {
			return -EADDRINUSE;
		}
	}
	return 0;
}

static int set_endpoint(const struct datapath *datapath, const struct flow_endpoint *endpoint,
			uint32_t slot)
{
	const int map = datapath->maps[DATAPATH_ENDPOINTS];

	return bpf_map_update_elem(map, &slot, endpoint, BPF_ANY) ? -errno : 0;
}

/* An endpoint's own map of flows, unless it has one. */
static int add_flows(const struct datapath *datapath, uint32_t slot, uint32_t n_flows)
{
	const int outer = datapath->maps[DATAPATH_FLOWS];
	uint32_t id;
	int map, r;

	if (bpf_map_lookup_elem(outer, &slot, &id) == 0)
		return 0;
	map = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "pod_flows", sizeof(struct flow_key),
			     sizeof(struct flow_entry), n_flows, NULL);
	if (map < 0)
		return -errno;
	r = bpf_map_update_elem(outer, &slot, &map, BPF_ANY) ? -errno : 0;
	close(map);
	return r;
}

static int remove_flows(const struct datapath *datapath, uint32_t slot)
{
	const int r = bpf_map_delete_elem(datapath->maps[DATAPATH_FLOWS], &slot);

	return r && errno != ENOENT ? -errno : 0;
}

static int add_locked(struct datapath *datapath, uint32_t ifindex, uint32_t id)
{
	const struct flow_endpoint wanted = {.ifindex = ifindex, .id = id};
	int r = check_pair(datapath, &wanted);

	if (!r)
		r = set_endpoint(datapath, &wanted, FLOW_ENDPOINT_SLOT(ifindex));
	if (!r)
		r = add_flows(datapath, FLOW_SLOT(ifindex, VERDICT_TCP),
			      datapath->sizes.n_flows_tcp);
	if (!r)
		r = add_flows(datapath, FLOW_SLOT(ifindex, VERDICT_OTHER),
			      datapath->sizes.n_flows_other);
	if (!r)
		r = attach(datapath, ifindex, EVENT_TO_POD);
	return r ? r : attach(datapath, ifindex, EVENT_FROM_POD);
}

static int remove_locked(struct datapath *datapath, uint32_t ifindex)
{
	const struct flow_endpoint none = {0};
	const uint32_t slot = FLOW_ENDPOINT_SLOT(ifindex);
	int r;

	if (datapath->endpoints[slot].ifindex != ifindex)
		return -ENOENT;
	r = detach(link_path(datapath, ifindex, EVENT_FROM_POD).text);
	if (!r)
		r = detach(link_path(datapath, ifindex, EVENT_TO_POD).text);
	if (!r)
		r = remove_flows(datapath, FLOW_SLOT(ifindex, VERDICT_TCP));
	if (!r)
		r = remove_flows(datapath, FLOW_SLOT(ifindex, VERDICT_OTHER));
	/* Last, so that a crash before leaves something that can be removed again. */
	return r ? r : set_endpoint(datapath, &none, slot);
}

int datapath_endpoint_add(struct datapath *datapath, uint32_t ifindex, uint32_t id)
{
	char name[IF_NAMESIZE];
	int r;

	if (!id)
		return -EINVAL;
	if (!if_indextoname(ifindex, name))
		return -ENODEV;
	r = datapath_lock(datapath);
	if (r)
		return r;
	r = add_locked(datapath, ifindex, id);
	datapath_unlock(datapath);
	return r;
}

int datapath_endpoint_remove(struct datapath *datapath, uint32_t ifindex)
{
	int r = datapath_lock(datapath);

	if (r)
		return r;
	r = remove_locked(datapath, ifindex);
	datapath_unlock(datapath);
	return r;
}
