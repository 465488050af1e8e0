/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include "base/arena.h"
#include "base/bitset.h"
#include "base/intern.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "lib/tap.h"

#include <stdio.h>

#define N_KEYS 10000

/* Each changed bit of each length must change about half of the hash. */
static void check_mixing(void)
{
	unsigned char data[64] = {0};
	double worst = 1;
	int n_equal = 0;

	for (size_t size = 1; size <= sizeof(data); size++) {
		uint64_t before = hash_bytes(data, size, 0);
		double sum = 0;

		for (size_t bit = 0; bit < size * 8; bit++) {
			uint64_t after;

			data[bit / 8] ^= 1 << bit % 8;
			after = hash_bytes(data, size, 0);
			data[bit / 8] ^= 1 << bit % 8;
			n_equal += after == before;
			sum += __builtin_popcountll(after ^ before);
		}
		sum /= 64.0 * (double)(size * 8);
		worst = sum < worst ? sum : worst;
	}
	ok_int(n_equal, 0, "no single bit is without effect");
	ok(worst > 0.4, "on average a bit changes near half of the hash, at worst %.2f", worst);
	ok(hash_bytes("ab", 2, 0) != hash_bytes("ab\0", 3, 0), "the length counts");
	ok(hash_bytes("ab", 2, 0) != hash_bytes("ab", 2, 1), "the seed counts");
}

static void check_map(void)
{
	struct hash_map map = {0};
	int n_wrong = 0;
	bool is_new;

	ok(!hash_map_get(&map, 0), "nothing is in the empty map");
	for (uint64_t i = 0; i < N_KEYS; i++) {
		*hash_map_put(&map, i << 32, &is_new) = i;
		n_wrong += !is_new;
	}
	for (uint64_t i = 0; i < N_KEYS; i++) {
		uint64_t *value = hash_map_get(&map, i << 32);

		n_wrong += !value || *value != i;
		n_wrong += hash_map_get(&map, (i << 32) + 1) != NULL;
		n_wrong += *hash_map_put(&map, i << 32, &is_new) != i || is_new;
	}
	ok_int(n_wrong, 0, "every key is found with its value, and no other");
	ok_int(map.n, N_KEYS, "each is counted once");
	hash_map_clear(&map);
	ok(map.n == 0 && !hash_map_get(&map, 0), "the cleared map is empty");
	ok(*hash_map_put(&map, 0, NULL) == 0, "the key 0 is a key, and its value starts at 0");
	hash_map_release(&map);
}

static void check_intern(void)
{
	const char *kept[N_KEYS];
	struct arena arena;
	struct intern intern;
	char text[32];
	int n_wrong = 0;

	arena_init(&arena);
	intern_init(&intern, &arena);
	ok(!intern_find(&intern, "app", 3), "nothing is found before it is interned");
	for (int i = 0; i < N_KEYS; i++) {
		snprintf(text, sizeof(text), "label-%d", i);
		kept[i] = intern_str(&intern, text);
	}
	for (int i = 0; i < N_KEYS; i++) {
		int len = snprintf(text, sizeof(text), "label-%d", i);

		n_wrong += intern_str(&intern, text) != kept[i];
		n_wrong += intern_find(&intern, text, (size_t)len) != kept[i];
		n_wrong += strcmp(kept[i], text) != 0;
	}
	ok_int(n_wrong, 0, "equal texts have one pointer, also after growing");
	ok_int(intern.n_strings, N_KEYS, "each is kept once");
	ok(intern_strn(&intern, "label-1xyz", 7) == kept[1], "a part of a text");
	ok(intern_str(&intern, "") == intern_strn(&intern, "x", 0), "the empty text is one too");
	ok(!intern_find(&intern, "label-x", 7), "what was not interned is not found");
	intern_release(&intern);
	arena_release(&arena);
}

struct view_test {
	struct intern view;
	const char *kept[N_KEYS];
	pthread_t thread;
};

static void *intern_many(void *arg)
{
	struct view_test *test = arg;
	char text[32];

	for (int i = 0; i < N_KEYS; i++) {
		snprintf(text, sizeof(text), "label-%d", i / 2);
		test->kept[i] = intern_str(&test->view, text);
	}
	return NULL;
}

/* Threads with a view each get the pointers of the one table behind them. */
static void check_views(void)
{
	static struct view_test tests[3];
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct arena arena;
	struct intern intern;
	int n_wrong = 0;

	arena_init(&arena);
	intern_init(&intern, &arena);
	for (size_t i = 0; i < 3; i++) {
		intern_init_view(&tests[i].view, &intern, &lock);
		if (pthread_create(&tests[i].thread, NULL, intern_many, &tests[i]) != 0)
			bail("no thread");
	}
	for (size_t i = 0; i < 3; i++) {
		pthread_join(tests[i].thread, NULL);
		intern_release(&tests[i].view);
	}
	for (int i = 0; i < N_KEYS; i++) {
		char text[32];

		snprintf(text, sizeof(text), "label-%d", i / 2);
		for (int j = 0; j < 3; j++)
			n_wrong += tests[j].kept[i] != intern_str(&intern, text);
	}
	ok_int(n_wrong, 0, "views give the pointers of their parent");
	ok_int(intern.n_strings, N_KEYS / 2, "which keeps each string once");
	intern_release(&intern);
	arena_release(&arena);
}

static void check_absorb(void)
{
	struct arena arena;
	struct arena other;
	const char *first;
	const char *second;

	arena_init(&arena);
	arena_init(&other);
	arena_absorb(&arena, &other);
	ok(arena.size == 0, "nothing absorbed is nothing");
	first = arena_strdup(&other, "first");
	arena_absorb(&arena, &other);
	ok(other.size == 0 && arena.size > 0, "what was absorbed is not there any more");
	second = arena_strdup(&other, "second");
	memset(arena_alloc(&other, 100000), 1, 100000);
	arena_absorb(&arena, &other);
	for (int i = 0; i < 10000; i++)
		memset(arena_alloc(&arena, 100), 1, 100);
	ok_str(first, "first", "an absorbed text lives on");
	ok_str(second, "second", "as does one of a second arena");
	ok(arena.size > 1100000, "the sizes are added");
	arena_release(&other);
	arena_release(&arena);
}

static void check_arena(void)
{
	struct arena arena;
	char *previous = NULL;
	int n_wrong = 0;

	arena_init(&arena);
	ok_int(arena.size, 0, "an empty arena takes no memory");
	for (size_t size = 0; size < 3000; size++) {
		char *data = arena_alloc(&arena, size);

		n_wrong += (uintptr_t)data % 16 != 0 || data == previous;
		for (size_t i = 0; i < size; i++)
			n_wrong += data[i] != 0;
		memset(data, 0xff, size);
		previous = data;
	}
	ok_int(n_wrong, 0, "what comes is aligned, zeroed and unique");
	ok_str(arena_printf(&arena, "%s-%d", "pod", 7), "pod-7", "formatted text");
	ok_str(arena_strndup(&arena, "podname", 3), "pod", "a copied part");
	ok_str(arena_strdup(&arena, ""), "", "an empty copy");
	memset(arena_alloc_n(&arena, 1000, 5000), 1, 5000000);
	ok(arena.size > 5000000, "a big object is counted");
	arena_release(&arena);
	ok(arena.size == 0 && !arena.chunks, "released it is empty");
}

static void check_bitset(size_t n_bits)
{
	struct bitset set;
	struct bitset other;
	size_t n_seen = 0;
	size_t sum = 0;

	bitset_init(&set, n_bits);
	bitset_init(&other, n_bits);
	ok(!bitset_any(&set) && bitset_next(&set, 0) == n_bits, "%zu bits: empty at first", n_bits);
	bitset_fill(&set);
	ok_int(bitset_count(&set), (int64_t)n_bits, "filled to the end");
	for (size_t bit = 0; bit < n_bits; bit += 3)
		bitset_set(&other, bit);
	bitset_andnot(&set, &other);
	bitset_for_each(bit, &set)
	{
		n_seen++;
		sum += bit % 3 == 0;
	}
	ok_int(n_seen, (int64_t)(n_bits - (n_bits + 2) / 3), "two of three are left");
	ok_int(sum, 0, "and none that was taken out");
	bitset_or(&set, &other);
	ok_int(bitset_count(&set), (int64_t)n_bits, "together they are all");
	bitset_and(&set, &other);
	ok(bitset_equal(&set, &other), "and in common the second");
	bitset_copy(&other, &set);
	bitset_unset(&other, 0);
	ok(!bitset_test(&other, 0) && !bitset_equal(&set, &other), "a bit taken out is missed");
	bitset_zero(&set);
	ok(!bitset_any(&set), "zeroed it is empty");
	bitset_release(&set);
	bitset_release(&other);
}

static void check_vec(void)
{
	VEC(int) numbers = {0};
	int sum = 0;

	for (int i = 0; i < 1000; i++)
		vec_push(&numbers, i);
	*vec_add(&numbers) += 5;
	for (size_t i = 0; i < numbers.n; i++)
		sum += numbers.items[i];
	ok_int(sum, 1000 * 999 / 2 + 5, "pushed numbers and a zeroed one");
	vec_clear(&numbers);
	ok(numbers.n == 0 && numbers.cap >= 1001, "cleared it keeps its room");
	vec_release(&numbers);
	ok(!numbers.items && !numbers.cap, "released it is all-zero");
}

static void check_strbuf(void)
{
	struct strbuf buf = {0};

	ok_str(strbuf_str(&buf), "", "an all-zero buffer is an empty text");
	strbuf_addstr(&buf, "a");
	strbuf_addch(&buf, 'b');
	strbuf_add(&buf, "cd", 1);
	for (int i = 0; i < 100; i++)
		strbuf_printf(&buf, "%d", i % 10);
	ok(buf.len == 103 && strncmp(buf.text, "abc0123", 7) == 0, "texts are appended");
	strbuf_clear(&buf);
	ok_str(strbuf_str(&buf), "", "cleared it is empty");
	strbuf_release(&buf);
}

int main(void)
{
	check_mixing();
	check_map();
	check_intern();
	check_views();
	check_arena();
	check_absorb();
	check_bitset(1);
	check_bitset(64);
	check_bitset(65);
	check_bitset(1000);
	check_vec();
	check_strbuf();
	return tap_done();
}
