/* How columns share a line. */
#include "tests/unit/sample_snapshot.h"
#include "tui/table/table.h"
#include "tui/views/values.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static size_t formatted;

static void count_format(const struct snapshot *snapshot, size_t row, struct value *value)
{
	formatted++;
	value_say(value, ROLE_TEXT, snapshot->peers[row].name);
}

static int by_name(const struct snapshot *snapshot, size_t a, size_t b)
{
	return strcmp(snapshot->peers[a].name, snapshot->peers[b].name);
}

static size_t all_peers(const struct snapshot *snapshot)
{
	return snapshot->peer_count;
}

static void only_rows_that_are_seen_are_formatted(void **state)
{
	static const struct column columns[] = { { "PEER", "peer", 6, 20, 10, .format = count_format,
		.compare = by_name } };
	static const struct view view = {
		.columns = columns, .column_count = 1, .tie = by_name, .row_count = all_peers
	};
	struct snapshot *snapshot = sample_crowd(10000, 0);
	struct canvas *canvas = canvas_new(80, 40, false);
	struct rows rows = { 0 };
	struct table table = {
		.view = &view, .snapshot = snapshot, .rows = &rows, .count = 30, .selected = SIZE_MAX
	};

	(void)state;
	formatted = 0;
	rows_collect(&rows, &view, snapshot, rows_order(&view), "", NULL);
	assert_int_equal(formatted, 0);
	assert_int_equal(rows.count, 10000);
	for (size_t i = 1; i < rows.count; i++)
		assert_true(by_name(snapshot, rows.items[i - 1], rows.items[i]) <= 0);
	table_layout(&table, 80);
	table_draw(&table, canvas, 0);
	assert_int_equal(formatted, 2 * table.count);
	rows_fini(&rows);
	canvas_free(canvas);
	snapshot_free(snapshot);
}

static void the_lightest_columns_leave_first(void **state)
{
	static const struct column columns[] = {
		{ "A", "a", 10, 10, 3, .format = NULL },
		{ "B", "b", 10, 30, 1, .format = NULL },
		{ "WHY", "why", 16, 600, 2, .stretches = true },
	};
	static const struct column_need needs[] = { { 10, 10 }, { 14, 14 }, { 4, 4 } };
	static const struct column_need without[] = { { 10, 10 }, { 0, 0 }, { 4, 4 } };
	int widths[3];

	(void)state;
	columns_layout(columns, 3, needs, 100, 1, widths);
	assert_memory_equal(widths, ((int[]){ 10, 14, 74 }), sizeof(widths));
	columns_layout(columns, 3, without, 100, 1, widths);
	assert_memory_equal(widths, ((int[]){ 10, 0, 89 }), sizeof(widths));
	columns_layout(columns, 3, needs, 40, 1, widths);
	assert_memory_equal(widths, ((int[]){ 10, 12, 16 }), sizeof(widths));
	columns_layout(columns, 3, needs, 36, 1, widths);
	assert_memory_equal(widths, ((int[]){ 10, 0, 25 }), sizeof(widths));
	columns_layout(columns, 3, needs, 20, 1, widths);
	assert_memory_equal(widths, ((int[]){ 10, 0, 0 }), sizeof(widths));
}

static void essential_columns_are_wide_before_others_come(void **state)
{
	static const struct column columns[] = {
		{ "A", "a", 10, 40, COLUMN_ESSENTIAL, .format = NULL },
		{ "B", "b", 10, 10, 1, .format = NULL },
	};
	static const struct column_need needs[] = { { 30, 30 }, { 10, 10 } };
	int widths[2];

	(void)state;
	columns_layout(columns, 2, needs, 35, 1, widths);
	assert_memory_equal(widths, ((int[]){ 30, 0 }), sizeof(widths));
	columns_layout(columns, 2, needs, 41, 1, widths);
	assert_memory_equal(widths, ((int[]){ 30, 10 }), sizeof(widths));
}

static void texts_are_whole_before_light_columns_come(void **state)
{
	static const struct column columns[] = {
		{ "A", "a", 10, 20, COLUMN_ESSENTIAL, .format = NULL },
		{ "B", "b", 21, 21, 1, .format = NULL },
		{ "WHY", "why", 16, 600, COLUMN_ESSENTIAL, .stretches = true },
	};
	static const struct column_need longer[] = { { 10, 50 }, { 21, 21 }, { 13, 400 } },
					shorter[] = { { 10, 50 }, { 21, 21 }, { 13, 16 } };
	int widths[3];

	(void)state;
	columns_layout(columns, 3, longer, 60, 1, widths);
	assert_memory_equal(widths, ((int[]){ 20, 0, 39 }), sizeof(widths));
	columns_layout(columns, 3, shorter, 60, 1, widths);
	assert_memory_equal(widths, ((int[]){ 21, 21, 16 }), sizeof(widths));
	columns_layout(columns, 3, longer, 100, 1, widths);
	assert_memory_equal(widths, ((int[]){ 20, 21, 57 }), sizeof(widths));
	columns_layout(columns, 3, shorter, 100, 1, widths); /* nothing is cut while there is room */
	assert_memory_equal(widths, ((int[]){ 50, 21, 27 }), sizeof(widths));
}

static void exact_columns_are_whole_first_then_brief_texts(void **state)
{
	static const struct column columns[] = {
		{ "A", "a", 10, 40, COLUMN_ESSENTIAL + 2, .format = NULL },
		{ "B", "b", 8, 40, COLUMN_ESSENTIAL + 1, .format = NULL },
		{ "AT", "at", 8, 20, COLUMN_ESSENTIAL, .is_exact = true },
	};
	static const struct column_need needs[] = { { 30, 30 }, { 10, 30 }, { 18, 18 } };
	int widths[3];

	(void)state;
	columns_layout(columns, 3, needs, 40, 1, widths);
	assert_memory_equal(widths, ((int[]){ 12, 8, 18 }), sizeof(widths));
	columns_layout(columns, 3, needs, 64, 1, widths);
	assert_memory_equal(widths, ((int[]){ 30, 14, 18 }), sizeof(widths));
}

static void columns_do_not_go_back_and_forth(void **state)
{
	static const struct column columns[] = {
		{ "PEER", "peer", 6, 20, 10, .format = count_format, .compare = by_name },
		{ "B", "b", 10, 10, 10, .format = count_format },
	};
	static const struct view view = {
		.columns = columns, .column_count = 2, .tie = by_name, .row_count = all_peers
	};
	struct snapshot *snapshot = sample_crowd(1, 0);
	struct rows rows = { 0 };
	struct table_needs needs = { 0 };
	struct table table = { .view = &view, .snapshot = snapshot, .rows = &rows, .lately = &needs };

	(void)state;
	rows_collect(&rows, &view, snapshot, rows_order(&view), "", NULL);
	table.count = rows.count;
	snapshot->peers[0].name = "a-long-name";
	table_layout(&table, 80);
	assert_int_equal(table.widths[0], 11);
	snapshot->peers[0].name = "short";
	snapshot->taken.mono_ms += NARROWER_AFTER_MS;
	table_layout(&table, 80);
	assert_int_equal(table.widths[0], 11);
	table_layout(&table, 79); /* another size is another picture */
	assert_int_equal(table.widths[0], 6);
	snapshot->peers[0].name = "a-long-name";
	table_layout(&table, 79);
	assert_int_equal(table.widths[0], 11);
	snapshot->peers[0].name = "short";
	snapshot->taken.mono_ms += NARROWER_AFTER_MS + 1;
	table_layout(&table, 79);
	assert_int_equal(table.widths[0], 6);
	rows_fini(&rows);
	snapshot_free(snapshot);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_rows_that_are_seen_are_formatted),
		cmocka_unit_test(the_lightest_columns_leave_first),
		cmocka_unit_test(essential_columns_are_wide_before_others_come),
		cmocka_unit_test(texts_are_whole_before_light_columns_come),
		cmocka_unit_test(exact_columns_are_whole_first_then_brief_texts),
		cmocka_unit_test(columns_do_not_go_back_and_forth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
