/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 at each step of whoever changes the datapath: what was enforced last stays enforced, and
 * the same work done again completes what was begun.
 */
#include "datapath/internal.h"
#include "lib/killer.h"
#include "lib/table_build.h"
#include "lib/tap.h"
#include "lib/wires.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATH "/mnt/node"
#define WAIT_MS 3000
#define MAX_STEPS 500
#define STRIDE 5 /* of steps, where each run loads the programs anew */

static struct wires_pod one, two;
static int servers[2]; /* on the ports below, of `two` */
static const uint16_t ports[2] = {53, 54};

/* Odd generations let `one` ask port 53 of `two`, even ones port 54. */
static int swap_to(struct datapath *datapath, uint64_t generation)
{
	struct table_build *build = table_build_new();
	size_t size;
	void *blob;
	int r;

	table_build_pod(build, "10.0.0.1", 1, 1);
	table_build_pod(build, "10.0.0.2", 2, 2);
	table_build_port(build, VERDICT_UDP, ports[(generation + 1) % 2],
			 ports[(generation + 1) % 2], 1);
	table_build_cell(build, 1, VERDICT_EGRESS, 1, 2, TABLE_ALLOW);
	table_build_cell(build, 2, VERDICT_INGRESS, 1, 1, TABLE_ALLOW);
	blob = table_build_seal(build, generation, &size);
	r = datapath_swap(datapath, blob, size);
	free(blob);
	table_build_free(build);
	return r;
}

/* The whole life of a loader; each part may have been done before. */
struct work {
	uint64_t generation; /* to swap to, 0: none */
	bool add, remove;
};

static int try_work(const struct work *work)
{
	struct datapath *datapath;
	int r = datapath_open(PATH, NULL, &datapath);

	if (r)
		return r;
	if (work->remove)
		r = datapath_endpoint_remove(datapath, two.ifindex);
	if (r == -ENOENT)
		r = 0;
	if (!r && work->add) {
		r = datapath_endpoint_add(datapath, one.ifindex, 1);
		r = r ? r : datapath_endpoint_add(datapath, two.ifindex, 2);
	}
	if (!r && work->generation)
		r = swap_to(datapath, work->generation);
	datapath_free(datapath);
	return r == -ESTALE ? 0 : r;
}

static void do_work(void *data)
{
	if (try_work(data))
		_exit(1);
}

static void complete(const struct work *work)
{
	const int r = try_work(work);

	if (r)
		bail("the work cannot be completed: %s", strerror(-r));
}

/*
 * Which of the two questions arrive: bits by port. The hooks of both pods have had their say when
 * one does.
 */
static unsigned int arriving(void)
{
	unsigned int arrived = 0;
	char text[8];

	for (int i = 0; i < 2; i++) {
		const int client = wires_connect(&one, AF_INET, SOCK_DGRAM, 2, ports[i]);

		if (send(client, "?", 1, 0) == 1 && wires_wait(servers[i], POLLIN, 0))
			arrived |= 1u << i;
		close(client);
		while (recv(servers[i], text, sizeof(text), 0) > 0)
			;
	}
	return arrived;
}

static unsigned int allowed(uint64_t generation)
{
	return generation % 2 ? 1 : 2;
}

static uint64_t enforced(void)
{
	struct datapath *datapath;
	uint64_t generation = 0;

	if (datapath_open(PATH, NULL, &datapath) || datapath_generation(datapath, &generation))
		bail("the generation cannot be read");
	datapath_free(datapath);
	return generation;
}

static void test_swap(void)
{
	struct work work = {.add = true, .generation = 1};
	unsigned int n_old = 0, n_new = 0, n_wrong = 0, step = 1;

	complete(&work);
	ok_int(arriving(), allowed(1), "the first table is enforced");
	work = (struct work){.generation = 2};
	for (; step < MAX_STEPS; step++) {
		unsigned int arrived;

		if (!killer_run(do_work, &work, step))
			break;
		arrived = arriving();
		n_wrong += arrived != allowed(enforced());
		n_old += arrived == allowed(work.generation - 1);
		n_new += arrived == allowed(work.generation);
		complete(&work);
		n_wrong += arriving() != allowed(work.generation);
		work.generation++;
	}
	ok(step > 5 && step < MAX_STEPS, "a loader killed at each of %u steps of an update",
	   step - 1);
	ok_int(n_wrong, 0, "the last sealed table is enforced, wholly");
	ok(n_old > 0, "%u times the old one", n_old);
	ok_int(n_old + n_new, step - 1, "else the new one");
	ok_int(arriving(), allowed(work.generation), "not killed, it enforces the new one");
}

/* With a table in force, endpoints come and go: once back, `two` is as closed as before. */
static void test_endpoint(void)
{
	const uint64_t generation = enforced();
	struct work work = {.remove = true, .add = true};
	unsigned int n_wrong = 0, step = 1;

	for (; step < MAX_STEPS && killer_run(do_work, &work, step); step++) {
		/* The sender's hook was never touched, and judges both sides. */
		n_wrong += arriving() != allowed(generation);
		complete(&(struct work){.add = true});
		n_wrong += arriving() != allowed(generation);
	}
	ok(step > 5 && step < MAX_STEPS, "a pod's end and beginning, killed at each of %u steps",
	   step - 1);
	ok_int(n_wrong, 0, "another pod's hook judges both sides meanwhile");
}

static void test_install(void)
{
	struct work work = {.add = true, .generation = 1};
	unsigned int n_wrong = 0, step = 1;

	for (; step < MAX_STEPS; step += STRIDE) {
		bool was_killed;

		datapath_destroy(PATH);
		was_killed = killer_run(do_work, &work, step);
		complete(&work);
		n_wrong += arriving() != allowed(1);
		if (!was_killed)
			break;
	}
	ok(step > 20 && step < MAX_STEPS, "an installation killed at every %dth of %u steps",
	   STRIDE, step - STRIDE);
	ok_int(n_wrong, 0, "the next one completes it");
}

static void destroy(void *data)
{
	(void)data;
	datapath_destroy(PATH);
}

static void test_destroy(void)
{
	const struct work work = {.add = true, .generation = 1};
	unsigned int n_wrong = 0, step = 1;

	for (; step < MAX_STEPS; step += STRIDE) {
		complete(&work);
		if (!killer_run(destroy, NULL, step))
			break;
		datapath_destroy(PATH);
		n_wrong += arriving() != 3;
	}
	ok(step > 5 && step < MAX_STEPS, "an end killed at every %dth of %u steps", STRIDE,
	   step - STRIDE);
	ok_int(n_wrong, 0, "the next one leaves nothing");
}

int main(void)
{
	const char *missing;

	wires_open();
	missing = killer_missing();
	if (missing)
		skip_all("needs %s", missing);
	wires_add_pod(&one, 1);
	wires_add_pod(&two, 2);
	for (int i = 0; i < 2; i++)
		servers[i] = wires_listen(&two, AF_INET, SOCK_DGRAM, 2, ports[i]);
	ok_int(arriving(), 3, "without hooks everything arrives");
	test_swap();
	test_endpoint();
	test_install();
	test_destroy();
	return tap_done();
}
