/* The helper's tables, at a full bucket: who makes way for a new key, and what its owner hears. */
#include "capture/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define WAYS 8

struct item {
	struct entry entry;
	uint64_t key;
	unsigned worth;
};

struct heard {
	unsigned times;
	uint64_t key;
};

static void hear(void *data, void *entry, int64_t now_us)
{
	struct heard *heard = data;

	(void)now_us;
	heard->times++;
	heard->key = ((struct item *)entry)->key;
}

/* One bucket: eight entries, of which number `often` was touched five times and number `kept` is kept. */
static void fill(struct table *table, struct heard *heard, uint64_t often, uint64_t kept)
{
	assert_int_equal(table_init(table, sizeof(struct item), sizeof(uint64_t), WAYS, 1), 0);
	*heard = (struct heard){ 0, 0 };
	table->owner = heard;
	table->evicts = hear;
	for (uint64_t key = 1; key <= WAYS; key++)
		for (int touch = 0; touch < (key == often ? 5 : 1); touch++)
			((struct item *)table_claim(table, &key, (int64_t)key))->entry.is_kept = key == kept;
}

static void add(struct table *table, uint64_t key, int64_t now_us)
{
	struct item *item = table_claim(table, &key, now_us);

	assert_non_null(item);
	assert_int_equal(item->worth, 0);
}

static int is_there(struct table *table, uint64_t key)
{
	return table_peek(table, &key) != NULL;
}

static void what_was_touched_once_makes_way_first(void **state)
{
	struct table table;
	struct heard heard;

	(void)state;
	fill(&table, &heard, 1, 2); /* the two that are silent for longest */
	for (uint64_t key = 100; key < 1100; key++)
		add(&table, key, (int64_t)key);
	assert_true(is_there(&table, 1) && is_there(&table, 2));
	assert_false(is_there(&table, 3));
	assert_int_equal(heard.times, 0);
	assert_int_equal(table.used, WAYS);
	table_fini(&table);
}

static void what_is_kept_outlasts_what_was_touched_often(void **state)
{
	struct table table;
	struct heard heard;

	(void)state;
	fill(&table, &heard, 1, 2);
	for (uint64_t key = 100; key < 200; key++)
		for (int touch = 0; touch < 5; touch++)
			table_claim(&table, &key, (int64_t)key);
	assert_true(is_there(&table, 2));
	assert_false(is_there(&table, 1));
	assert_true(heard.times > 80);
	table_fini(&table);
}

static void where_all_are_kept_the_longest_silent_goes_and_is_told(void **state)
{
	struct table table;
	struct heard heard;

	(void)state;
	fill(&table, &heard, 0, 0);
	for (uint64_t key = 1; key <= WAYS; key++)
		((struct item *)table_claim(&table, &key, 10 + (int64_t)(key ^ 5)))->entry.is_kept = true;
	add(&table, 100, 50);
	assert_int_equal(heard.times, 1);
	assert_int_equal(heard.key, 5); /* 10 + 0 */
	table_fini(&table);
}

static void a_look_is_no_touch(void **state)
{
	struct table table;
	struct heard heard;
	uint64_t key = 1;

	(void)state;
	fill(&table, &heard, 0, 0);
	for (int i = 0; i < 100; i++)
		table_peek(&table, &key);
	add(&table, 100, 50);
	assert_false(is_there(&table, 1));
	table_fini(&table);
}

/* How many of 64 keys that share a bucket under the one seed share one under the other. */
static unsigned together(uint64_t seed)
{
	struct table table;
	unsigned count = 0;

	assert_int_equal(table_init(&table, sizeof(struct item), sizeof(uint64_t), 4096, seed), 0);
	for (uint64_t key = 1, found = 0; found < 64; key++) {
		struct table one;
		struct item *item;

		assert_int_equal(table_init(&one, sizeof(struct item), sizeof(uint64_t), 4096, 0), 0);
		item = table_claim(&one, &key, 1);
		if ((size_t)((unsigned char *)item - one.room) / sizeof(*item) < WAYS) {
			found++;
			item = table_claim(&table, &key, 1);
			count += (size_t)((unsigned char *)item - table.room) / sizeof(*item) < WAYS;
		}
		table_fini(&one);
	}
	table_fini(&table);
	return count;
}

static void who_does_not_know_the_seed_does_not_know_which_keys_meet(void **state)
{
	(void)state;
	assert_int_equal(together(0), 64); /* all in the first bucket */
	assert_true(together(UINT64_C(0x123456789abcdef)) <= WAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_touched_once_makes_way_first),
		cmocka_unit_test(what_is_kept_outlasts_what_was_touched_often),
		cmocka_unit_test(where_all_are_kept_the_longest_silent_goes_and_is_told),
		cmocka_unit_test(a_look_is_no_touch),
		cmocka_unit_test(who_does_not_know_the_seed_does_not_know_which_keys_meet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
