/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/group.h"

#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

/* What a posting list is for. Unused halves are NULL. */
struct token {
	const void *key;
	const void *value;
};

static struct token token_namespace(const char *name)
{
	return (struct token){NULL, name};
}

static void push_pointer(struct strbuf *buf, const void *pointer)
{
	strbuf_add(buf, &pointer, sizeof(pointer));
}

/* Everything that selectors and port names can see of a pod; `mark`: in which blocks it is. */
static void put_signature(const struct model_pod *pod, bool by_node, uint32_t mark,
			  struct strbuf *ret)
{
	strbuf_clear(ret);
	push_pointer(ret, by_node ? pod->node : NULL);
	strbuf_add(ret, &mark, sizeof(mark));
	push_pointer(ret, pod->ns);
	push_pointer(ret, pod->account);
	strbuf_addch(ret, pod->in_mesh);
	for (uint32_t i = 0; i < pod->labels.n; i++) {
		push_pointer(ret, pod->labels.items[i].key);
		push_pointer(ret, pod->labels.items[i].value);
	}
	push_pointer(ret, NULL);
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		const uint64_t port = (uint64_t)pod->ports[i].space << 16 | pod->ports[i].number;

		push_pointer(ret, pod->ports[i].name);
		strbuf_add(ret, &port, sizeof(port));
	}
}

/* What groups are made of while pods are assigned to them. */
struct assignment {
	struct groups *groups;
	struct keyset shapes;     /* struct shape */
	VEC(uint32_t) group_of;   /* by shape */
	struct keyset signatures; /* what shapes say; ids are the groups */
	struct strbuf signature;
	struct keyset marks; /* by block, whether a pod is in it */
	struct strbuf mark;
};

/*
 * Pods that share their lists say the same. Lists that are not shared may say the same too, so a
 * shape is only a way to know a signature without reading it.
 */
struct shape {
	const struct model_namespace *ns;
	const struct model_account *account;
	const struct model_label *labels;
	const struct model_port *ports;
	uint32_t n_labels;
	uint32_t n_ports;
	const char *node;
	uint32_t in_mesh; /* as wide as it is, for there must be no padding */
	uint32_t mark;
};

static uint32_t mark_of(struct assignment *assignment, const struct model_pod *pod)
{
	const struct groups *groups = assignment->groups;

	if (!groups->n_blocks)
		return 0;
	strbuf_clear(&assignment->mark);
	for (size_t i = 0; i < groups->n_blocks; i++)
		strbuf_addch(&assignment->mark, policy_subject_matches(groups->blocks[i], pod));
	return keyset_intern(&assignment->marks, assignment->mark.text, assignment->mark.len, NULL);
}

static uint32_t group_by_signature(struct assignment *assignment, const struct model_pod *pod,
				   uint32_t mark)
{
	struct groups *groups = assignment->groups;
	uint32_t id;
	bool is_new;

	put_signature(pod, groups->by_node, mark, &assignment->signature);
	id = keyset_intern(&assignment->signatures, assignment->signature.text,
			   assignment->signature.len, &is_new);
	if (!is_new)
		return id;
	if (groups->n == groups->cap)
		groups->examples = vec_grow(groups->examples, &groups->cap, groups->n + 1,
					    sizeof(*groups->examples));
	groups->examples[groups->n++] = pod;
	return id;
}

static uint32_t group_of(struct assignment *assignment, const struct model_pod *pod)
{
	const struct shape shape = {
		.ns = pod->ns,
		.account = pod->account,
		.labels = pod->labels.items,
		.ports = pod->ports,
		.n_labels = pod->labels.n,
		.n_ports = pod->n_ports,
		.node = assignment->groups->by_node ? pod->node : NULL,
		.in_mesh = pod->in_mesh,
		.mark = mark_of(assignment, pod),
	};
	bool is_new;
	const uint32_t id = keyset_intern(&assignment->shapes, &shape, sizeof(shape), &is_new);

	if (is_new)
		vec_push(&assignment->group_of, group_by_signature(assignment, pod, shape.mark));
	return assignment->group_of.items[id];
}

static void assign_pods(struct groups *groups, struct model_pod *const *pods, size_t n_pods)
{
	struct assignment assignment = {.groups = groups};

	for (size_t i = 0; i < n_pods; i++)
		if (!pods[i]->host_network)
			groups->of_pod[pods[i]->index] = group_of(&assignment, pods[i]);
	keyset_release(&assignment.shapes);
	vec_release(&assignment.group_of);
	keyset_release(&assignment.signatures);
	strbuf_release(&assignment.signature);
	keyset_release(&assignment.marks);
	strbuf_release(&assignment.mark);
}

/* Calls for every token of every group, groups ascending. */
static void for_each_token(const struct groups *groups,
			   void (*fn)(void *arg, struct token token, uint32_t group), void *arg)
{
	for (uint32_t group = 0; group < groups->n; group++) {
		const struct model_pod *pod = groups->examples[group];

		fn(arg, token_namespace(pod->ns->name), group);
		for (uint32_t i = 0; i < pod->labels.n; i++) {
			const struct model_label *label = &pod->labels.items[i];

			fn(arg, (struct token){label->key, label->value}, group);
			fn(arg, (struct token){label->key, NULL}, group);
		}
	}
}

struct posting_pass {
	struct groups *groups;
	VEC(uint32_t) counts; /* by token */
	VEC(uint32_t) tokens; /* one after the other, as for_each_token() gives them */
	size_t next;
};

static void count_token(void *arg, struct token token, uint32_t group)
{
	struct posting_pass *pass = arg;
	uint32_t id;
	bool is_new;

	(void)group;
	id = keyset_intern(&pass->groups->tokens, &token, sizeof(token), &is_new);
	if (is_new)
		vec_push(&pass->counts, 0);
	pass->counts.items[id]++;
	vec_push(&pass->tokens, id);
}

/* Runs are filled from their starts; a filled run's cursor is its end. */
static void place_token(void *arg, struct token token, uint32_t group)
{
	struct posting_pass *pass = arg;
	const uint32_t id = pass->tokens.items[pass->next++];

	(void)token;
	pass->groups->postings[pass->groups->posting_end[id]++] = group;
}

static void build_postings(struct groups *groups)
{
	struct posting_pass pass = {.groups = groups};
	uint32_t total = 0;

	for_each_token(groups, count_token, &pass);
	groups->posting_end = calloc(pass.counts.n + 1, sizeof(*groups->posting_end));
	for (size_t i = 0; i < pass.counts.n; i++) {
		groups->posting_end[i] = total;
		total += pass.counts.items[i];
	}
	groups->postings = calloc(total + 1, sizeof(*groups->postings));
	if (!groups->posting_end || !groups->postings)
		abort();
	for_each_token(groups, place_token, &pass);
	vec_release(&pass.counts);
	vec_release(&pass.tokens);
}

void groups_init(struct groups *groups, struct model_pod *const *pods, size_t n_pods)
{
	const struct model_snapshot *snapshot = groups->snapshot;

	groups->of_pod = malloc((snapshot->n_pods + 1) * sizeof(*groups->of_pod));
	if (!groups->of_pod)
		abort();
	memset(groups->of_pod, 0xff, (snapshot->n_pods + 1) * sizeof(*groups->of_pod));
	assign_pods(groups, pods, n_pods);
	build_postings(groups);
}

void groups_release(struct groups *groups)
{
	free(groups->examples);
	free(groups->of_pod);
	free(groups->posting_end);
	free(groups->postings);
	keyset_release(&groups->tokens);
}

struct run {
	const uint32_t *ids;
	size_t n;
};

static struct run find_run(const struct groups *groups, struct token token)
{
	const uint32_t id = keyset_find(&groups->tokens, &token, sizeof(token));
	uint32_t start;

	if (id == KEYSET_NONE)
		return (struct run){0};
	start = id ? groups->posting_end[id - 1] : 0;
	return (struct run){groups->postings + start, groups->posting_end[id] - start};
}

/* Whether what has the label at all holds what the requirement asks for. */
static bool needs_key(const struct selector_requirement *requirement)
{
	return requirement->op == SELECTOR_EXISTS || requirement->op == SELECTOR_CONTAINS ||
	       requirement->op == SELECTOR_STARTS_WITH || requirement->op == SELECTOR_ENDS_WITH;
}

/* How many candidates a requirement leaves; SIZE_MAX when it is no help. */
static size_t requirement_size(const struct groups *groups,
			       const struct selector_requirement *requirement)
{
	size_t size = 0;

	if (needs_key(requirement))
		return find_run(groups, (struct token){requirement->key, NULL}).n;
	if (requirement->op != SELECTOR_IN)
		return SIZE_MAX;
	for (uint32_t i = 0; i < requirement->n_values; i++)
		size += find_run(groups, (struct token){requirement->key, requirement->values[i]}).n;
	return size;
}

/*
 * Which namespaces the labels of a term select, by index; NULL: all.
 */
static bool *matching_namespaces(const struct groups *groups, const struct policy_pods *pods)
{
	const struct model_snapshot *snapshot = groups->snapshot;
	bool *matches;

	if (!pods->namespaces.n)
		return NULL;
	matches = calloc(snapshot->n_namespaces + 1, sizeof(*matches));
	if (!matches)
		abort();
	for (uint32_t i = 0; i < snapshot->n_namespaces; i++)
		matches[i] = selector_matches(&pods->namespaces, &snapshot->namespaces[i]->labels);
	return matches;
}

struct match {
	const struct groups *groups;
	const struct policy_pods *pods;
	const bool *namespaces;
	struct group_list *ret;
};

static void try_group(struct match *match, uint32_t group)
{
	const struct model_pod *pod = match->groups->examples[group];
	const struct policy_pods *pods = match->pods;
	struct group_list *ret = match->ret;

	if (pods->ns && pod->ns->name != pods->ns)
		return;
	if (match->namespaces && !match->namespaces[pod->ns->index])
		return;
	if (pods->in_mesh && !pod->in_mesh)
		return;
	if (selector_matches(&pods->pods, &pod->labels) &&
	    selector_matches(&pods->accounts, &pod->account->labels))
		vec_push(ret, group);
}

static void try_run(struct match *match, struct run run)
{
	for (size_t i = 0; i < run.n; i++)
		try_group(match, run.ids[i]);
}

static int cmp_u32(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The requirement with the fewest candidates, if one has fewer than `size`. */
static const struct selector_requirement *best_requirement(const struct groups *groups,
							   const struct selector *selector,
							   size_t size)
{
	const struct selector_requirement *best = NULL;

	for (uint32_t i = 0; i < selector->n; i++) {
		const size_t n = requirement_size(groups, &selector->requirements[i]);

		if (n < size) {
			best = &selector->requirements[i];
			size = n;
		}
	}
	return best;
}

void groups_match(const struct groups *groups, const struct policy_pods *pods,
		  struct group_list *ret)
{
	const struct run in_namespace = pods->ns ? find_run(groups, token_namespace(pods->ns))
						 : (struct run){0};
	const struct selector_requirement *best =
		best_requirement(groups, &pods->pods, pods->ns ? in_namespace.n : groups->n);
	bool *namespaces = matching_namespaces(groups, pods);
	struct match match = {groups, pods, namespaces, ret};

	ret->n = 0;
	if (best && needs_key(best)) {
		try_run(&match, find_run(groups, (struct token){best->key, NULL}));
	} else if (best) {
		for (uint32_t i = 0; i < best->n_values; i++)
			try_run(&match,
				find_run(groups, (struct token){best->key, best->values[i]}));
		if (ret->n)
			qsort(ret->items, ret->n, sizeof(*ret->items), cmp_u32);
	} else if (pods->ns) {
		try_run(&match, in_namespace);
	} else {
		for (uint32_t group = 0; group < groups->n; group++)
			try_group(&match, group);
	}
	free(namespaces);
}
