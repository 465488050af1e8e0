/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tarjan's strongly connected components, without recursion. They come out in reverse order: all that
 * a component leads to has a lower number than itself, and its closure is known by then.
 */
#include "base/closure.h"

#include "base/vec.h"

struct frame {
	uint32_t node;
	size_t at; /* where the look for its next edge goes on */
};

struct component {
	uint32_t size;
	uint32_t n_from;     /* nodes that lead to it, its own ones included */
	struct bitset leads; /* to components, itself included */
};

struct walk {
	const struct bitset *next;
	const struct bitset *within;
	uint32_t n_entered;
	uint32_t *entered; /* by node: as which one, from 1; 0: not yet */
	uint32_t *lowest;  /* by node: the first entered one of its component that is known */
	uint32_t *numbers; /* by node: of its component, from 1; 0: not yet */
	VEC(struct frame) path;
	VEC(uint32_t) open; /* entered nodes without a component */
	VEC(struct component) components;
	struct bitset direct; /* components that an edge leads to, of the one that is closed now */
};

static uint32_t *new_numbers(size_t n)
{
	uint32_t *numbers = calloc(n + 1, sizeof(*numbers));

	if (!numbers)
		abort();
	return numbers;
}

static void enter(struct walk *walk, uint32_t node)
{
	const struct frame frame = {.node = node};

	walk->entered[node] = walk->lowest[node] = ++walk->n_entered;
	vec_push(&walk->path, frame);
	vec_push(&walk->open, node);
}

static void take_edges(struct walk *walk, uint32_t node)
{
	bitset_for_each(to, &walk->next[node]) if (bitset_test(walk->within, to))
		bitset_set(&walk->direct, walk->numbers[to] - 1);
}

/* The nearest components, which have the highest numbers, first: they lead to most of the others. */
static void close_component(struct walk *walk, uint32_t root)
{
	const uint32_t number = (uint32_t)walk->components.n;
	struct component *component = vec_add(&walk->components);
	size_t first = walk->open.n;

	while (walk->open.items[--first] != root)
		walk->numbers[walk->open.items[first]] = number + 1;
	walk->numbers[root] = number + 1;
	component->size = (uint32_t)(walk->open.n - first);
	bitset_init(&component->leads, walk->within->n_bits);
	bitset_zero(&walk->direct);
	for (size_t i = first; i < walk->open.n; i++)
		take_edges(walk, walk->open.items[i]);
	walk->open.n = first;
	bitset_set(&component->leads, number);
	for (uint32_t to = number; to-- > 0;)
		if (bitset_test(&walk->direct, to) && !bitset_test(&component->leads, to))
			bitset_or(&component->leads, &walk->components.items[to].leads);
}

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void leave(struct walk *walk)
{
	const uint32_t node = walk->path.items[--walk->path.n].node;
	const uint32_t lowest = walk->lowest[node];

	if (lowest == walk->entered[node])
		close_component(walk, node);
	if (walk->path.n) {
		const uint32_t before = walk->path.items[walk->path.n - 1].node;

		walk->lowest[before] = lower(walk->lowest[before], lowest);
	}
}

/* Follows one edge of the last node of the path, or goes back. */
static void step(struct walk *walk)
{
	struct frame *frame = &walk->path.items[walk->path.n - 1];
	const size_t to = bitset_next(&walk->next[frame->node], frame->at);

	frame->at = to + 1;
	if (to >= walk->within->n_bits)
		leave(walk);
	else if (!bitset_test(walk->within, to))
		return;
	else if (!walk->entered[to])
		enter(walk, (uint32_t)to);
	else if (!walk->numbers[to])
		walk->lowest[frame->node] = lower(walk->lowest[frame->node], walk->entered[to]);
}

static void count(const struct walk *walk, uint32_t *ret_to, uint32_t *ret_from)
{
	uint32_t *n_to = new_numbers(walk->components.n);

	for (size_t i = 0; i < walk->components.n; i++)
		bitset_for_each(to, &walk->components.items[i].leads)
		{
			n_to[i] += walk->components.items[to].size;
			walk->components.items[to].n_from += walk->components.items[i].size;
		}
	for (size_t i = 0; i < walk->within->n_bits; i++) {
		const uint32_t number = walk->numbers[i];

		ret_to[i] = number ? n_to[number - 1] - 1 : 0;
		ret_from[i] = number ? walk->components.items[number - 1].n_from - 1 : 0;
	}
	free(n_to);
}

static void walk_release(struct walk *walk)
{
	for (size_t i = 0; i < walk->components.n; i++)
		bitset_release(&walk->components.items[i].leads);
	vec_release(&walk->components);
	vec_release(&walk->open);
	vec_release(&walk->path);
	bitset_release(&walk->direct);
	free(walk->entered);
	free(walk->lowest);
	free(walk->numbers);
}

void closure_count(const struct bitset *next, const struct bitset *within, uint32_t *ret_to,
		   uint32_t *ret_from)
{
	struct walk walk = {
		.next = next,
		.within = within,
		.entered = new_numbers(within->n_bits),
		.lowest = new_numbers(within->n_bits),
		.numbers = new_numbers(within->n_bits),
	};

	bitset_init(&walk.direct, within->n_bits);
	bitset_for_each(root, within)
	{
		if (!walk.entered[root])
			enter(&walk, (uint32_t)root);
		while (walk.path.n)
			step(&walk);
	}
	count(&walk, ret_to, ret_from);
	walk_release(&walk);
}
