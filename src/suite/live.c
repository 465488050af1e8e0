/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/live.h"

#include "analyze/question.h"
#include "suite/ports.h"
#include "tree/tree.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *suite_seen_name(enum suite_seen seen)
{
	static const char *const names[SUITE_N_SEEN] = {
#define X(id, name) [SUITE_SEEN_##id] = name,
		SUITE_SEEN(X)
#undef X
	};

	assert(seen < SUITE_N_SEEN);
	return names[seen];
}

static void enter_probe(struct suite_live *live, const struct suite_probe *probe)
{
	const char *pair = arena_printf(&live->arena, "%s %s", probe->from, probe->to);
	const uint32_t number = keyset_intern(&live->pairs, pair, strlen(pair), NULL);
	struct suite_probe *entered;

	if (number == live->first.n)
		vec_push(&live->first, 0);
	entered = vec_add(&live->probes);
	*entered = *probe;
	entered->next = live->first.items[number];
	live->first.items[number] = (uint32_t)live->probes.n;
}

/* The ends of each range: what is between them is one to the rules or not, as the engine says. */
static void list_ports(struct suite_live *live, struct suite_probe probe,
		       const struct analyze_endpoint *to, const struct analyze_port *port,
		       const struct model_pod *pod)
{
	struct port_set ports = {0};

	if (port->is_any) {
		probe.is_any = true;
		enter_probe(live, &probe);
		return;
	}
	suite_ports_at(to, port, pod, &ports);
	for (size_t i = 0; i < ports.n; i++) {
		const struct port_range *range = &ports.ranges[i];

		if (range->space != PORT_TCP && range->space != PORT_UDP)
			continue;
		probe.port = (struct port_range){range->space, range->first, range->first};
		enter_probe(live, &probe);
		probe.port = (struct port_range){range->space, range->last, range->last};
		if (range->last != range->first)
			enter_probe(live, &probe);
	}
	port_set_release(&ports);
}

static bool is_there(const struct model_pod *pod)
{
	return pod->origin != MODEL_HYPOTHETICAL && !pod->host_network;
}

static void list_test(struct suite_live *live, size_t number)
{
	const struct suite_test *test = &live->suite->tests.items[number];
	const struct analyze_endpoint *from = live->suite->ends[SUITE_FROM].items[number].whole;
	const struct analyze_endpoint *to = live->suite->ends[SUITE_TO].items[number].whole;

	for (uint32_t i = 0; i < from->n_pods; i++)
		for (uint32_t k = 0; k < to->n_pods; k++) {
			const struct model_pod *source = from->pods[i], *target = to->pods[k];
			const struct suite_probe probe = {
				.test = number,
				.from = arena_printf(&live->arena, "%s/%s", source->ns->name,
						     source->name),
				.to = arena_printf(&live->arena, "%s/%s", target->ns->name,
						   target->name),
			};

			for (uint32_t p = 0; p < test->n_ports; p++)
				if (source != target && is_there(source) && is_there(target))
					list_ports(live, probe, to, &test->ports[p], target);
		}
}

void suite_live_init(struct suite_live *live, const struct suite *suite)
{
	*live = (struct suite_live){.suite = suite};
	arena_init(&live->arena);
	for (size_t i = 0; i < suite->tests.n; i++) {
		vec_add(&live->results);
		list_test(live, i);
	}
}

void suite_live_release(struct suite_live *live)
{
	vec_release(&live->probes);
	vec_release(&live->results);
	vec_release(&live->first);
	keyset_release(&live->pairs);
	arena_release(&live->arena);
}

void suite_live_write(const struct suite_live *live, FILE *out)
{
	for (size_t i = 0; i < live->probes.n; i++) {
		const struct suite_probe *probe = &live->probes.items[i];

		fprintf(out, "%s %s", probe->from, probe->to);
		if (!probe->is_any)
			fprintf(out, " %u/%s", probe->port.first,
				port_space_name(probe->port.space));
		fputc('\n', out);
	}
}

/* What arrived was allowed, whoever listens there. */
static enum suite_seen seen_of(const char *outcome)
{
	if (!outcome)
		return SUITE_SEEN_UNCLEAR;
	if (strcmp(outcome, "answered") == 0 || strcmp(outcome, "refused") == 0)
		return SUITE_SEEN_ALLOWED;
	return strcmp(outcome, "dropped") == 0 ? SUITE_SEEN_DENIED : SUITE_SEEN_UNCLEAR;
}

static bool is_expected(const struct suite_live *live, const struct suite_probe *probe)
{
	return probe->seen == (live->suite->tests.items[probe->test].expects_allow
				       ? SUITE_SEEN_ALLOWED
				       : SUITE_SEEN_DENIED);
}

static bool is_port(const struct suite_probe *probe, const char *protocol, int64_t port)
{
	return probe->is_any || (port == probe->port.first &&
				 strcmp(protocol, port_space_name(probe->port.space)) == 0);
}

static void take_result(struct suite_live *live, const struct tree_node *node)
{
	const char *from = tree_get_string(node, "from"), *to = tree_get_string(node, "to");
	const char *protocol = tree_get_string(node, "protocol");
	const struct tree_node *port = tree_get(node, "port");
	const char *pair = arena_printf(&live->arena, "%s %s", from ? from : "", to ? to : "");
	const uint32_t number = keyset_find(&live->pairs, pair, strlen(pair));

	if (number == KEYSET_NONE || !protocol || !port || port->kind != TREE_INT)
		return;
	for (uint32_t i = live->first.items[number]; i; i = live->probes.items[i - 1].next) {
		struct suite_probe *probe = &live->probes.items[i - 1];

		if (is_port(probe, protocol, port->integer) &&
		    (probe->seen == SUITE_SEEN_NOTHING || is_expected(live, probe)))
			probe->seen = (uint8_t)seen_of(tree_get_string(node, "seen"));
	}
}

static int take_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct suite_live *live = arg;
	const struct tree_node *results = tree_get(root, "results");

	(void)file;
	if (!results || results->kind != TREE_SEQ)
		return -1;
	for (uint32_t i = 0; i < results->len; i++)
		take_result(live, results->items[i]);
	return 0;
}

static enum suite_outcome conclude(const struct suite_live_result *result,
				   const struct suite_test *test)
{
	const enum suite_seen want = test->expects_allow ? SUITE_SEEN_ALLOWED : SUITE_SEEN_DENIED;
	const enum suite_seen other = test->expects_allow ? SUITE_SEEN_DENIED : SUITE_SEEN_ALLOWED;

	if (test->is_exists && result->n[want])
		return SUITE_PASS;
	if (result->n[other])
		return SUITE_FAIL;
	return result->n[SUITE_SEEN_UNCLEAR] ? SUITE_DEPENDS : SUITE_PASS;
}

bool suite_live_read(struct suite_live *live, const char *text, size_t len)
{
	const struct diag_file file = {.name = "bulkhead-lab", .text = text, .len = len};
	struct diag_list problems;
	struct intern keys;
	int err;

	diag_list_init(&problems, &live->arena);
	intern_init(&keys, &live->arena);
	err = tree_read(&file, NULL, &live->arena, &keys, &problems, take_document, live);
	intern_release(&keys);
	if (err || problems.n_errors)
		return false;
	for (size_t i = 0; i < live->probes.n; i++) {
		const struct suite_probe *probe = &live->probes.items[i];

		live->results.items[probe->test].n[probe->seen]++;
		live->results.items[probe->test].is_probed |= probe->seen != SUITE_SEEN_NOTHING;
	}
	for (size_t i = 0; i < live->results.n; i++)
		live->results.items[i].outcome =
			(uint8_t)conclude(&live->results.items[i], &live->suite->tests.items[i]);
	return true;
}
