/* The arena and the growing array. */
#include "probes/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "memory_help.h"

static void an_arena_gives_zeroed_aligned_memory_of_any_size(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t size = 0; size < 5 * 1024 * 1024; size = size * 3 + 1) {
		unsigned char *place = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)place % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(place[i], 0);
		memset(place, 0xff, size);
	}
	assert_true(arena_size(arena) >= 5 * 1024 * 1024 / 3);
	arena_free(arena);
	arena_free(NULL);
}

static void texts_in_an_arena_are_copies(void **state)
{
	struct arena *arena = arena_new();
	char text[] = "gpu1";
	const char *copy = arena_copy(arena, text);
	const char *printed = arena_printf(arena, "%s:%d", text, 443);

	(void)state;
	text[0] = 'x';
	assert_string_equal(copy, "gpu1");
	assert_string_equal(printed, "gpu1:443");
	assert_string_equal(arena_copy(arena, NULL), "");
	arena_free(arena);
}

static void a_vector_grows_and_its_slots_are_zeroed(void **state)
{
	VEC(int) numbers = { NULL, 0, 0 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *slot = VEC_PUSH(&numbers);

		assert_int_equal(*slot, 0);
		*slot = i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers.items[i], i);
	assert_int_equal(numbers.count, 1000);
	free(numbers.items);
}

static void bytes_grow_and_a_nul_follows_them(void **state)
{
	struct bytes bytes = { NULL, 0, 0 };

	(void)state;
	bytes_add(&bytes, "", 0);
	assert_string_equal(bytes.text, "");
	for (int i = 0; i < 1000; i++) {
		bytes_add(&bytes, "a\0c", 3);
		assert_int_equal(bytes.length, 3 * (i + 1));
		assert_memory_equal(bytes.text + 3 * i, "a\0c", 4);
	}
	assert_memory_equal(bytes.text, "a\0ca\0c", 6);
	bytes.length = 0;
	bytes_add(&bytes, "b", 1);
	assert_string_equal(bytes.text, "b");
	free(bytes.text);
}

static void a_heap_copy_of_nothing_is_an_empty_text(void **state)
{
	char *copy = mem_copy(NULL);

	(void)state;
	assert_string_equal(copy, "");
	free(copy);
}

#ifdef CAN_MEASURE_MEMORY

#define MB ((size_t)1024 * 1024)

/* As curl hands over a body. */
static void read_large_body(void)
{
	static const char piece[2048];
	struct bytes body = { NULL, 0, 0 };

	while (body.length < 4 * MB)
		bytes_add(&body, piece, sizeof(piece));
	free(body.text);
}

static void make_large_arena(void)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < 8 * MB / 1000; i++)
		arena_alloc(arena, 1000);
	arena_free(arena);
}

static void make_large_vector(void)
{
	VEC(double) numbers = { NULL, 0, 0 };

	while (numbers.count < MB)
		*VEC_PUSH(&numbers) = 1;
	free(numbers.items);
}

/* By default glibc learns from the first large block that is freed, and keeps the next ones on the heap. */
static void the_heap_does_not_keep_what_was_large(void **state)
{
	static void (*const uses[])(void) = { read_large_body, make_large_arena, make_large_vector };
	size_t before;

	(void)state;
	mem_set_limits();
	before = memory_heap();
	for (size_t i = 0; i < 3 * ARRAY_LEN(uses); i++) {
		uses[i % ARRAY_LEN(uses)]();
		assert_true(memory_heap() < before + MB);
	}
}

static void a_hole_in_the_heap_is_returned(void **state)
{
	size_t before = memory_resident();
	void *last = memory_make_hole();

	(void)state;
	assert_true(memory_resident() > before + 5 * MB);
	mem_trim();
	assert_true(memory_resident() < before + 2 * MB);
	free(last);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_gives_zeroed_aligned_memory_of_any_size),
		cmocka_unit_test(texts_in_an_arena_are_copies),
		cmocka_unit_test(a_vector_grows_and_its_slots_are_zeroed),
		cmocka_unit_test(bytes_grow_and_a_nul_follows_them),
		cmocka_unit_test(a_heap_copy_of_nothing_is_an_empty_text),
#ifdef CAN_MEASURE_MEMORY
		cmocka_unit_test(the_heap_does_not_keep_what_was_large),
		cmocka_unit_test(a_hole_in_the_heap_is_returned),
#endif
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
