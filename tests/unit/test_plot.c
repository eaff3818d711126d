/* Plots: golden pictures in braille, blocks and ASCII at some sizes, round scales, and what is unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/golden.h"
#include "tui/table/plot.h"
#include "tui/table/scale.h"

#include <math.h>

#define WALL INT64_C(1795003200000)

/* A wave with a spike, a gap, and a part that is zero. */
static void fill(struct time_cell *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		double phase = (double)i / (double)count;
		double value = 4 + 3 * sin(phase * 12);

		if (phase > 0.3 && phase < 0.33)
			value = 11;
		if (phase > 0.85)
			value = 0;
		columns[i] = (struct time_cell){ value * 0.8, value * 1.3, value * 2, 2 };
		if (phase > 0.6 && phase < 0.68)
			columns[i] = (struct time_cell){ .count = 0 };
	}
}

static char *picture(struct canvas *canvas, struct plot plot, struct box box)
{
	static struct time_cell columns[PLOT_COLUMNS_MAX];
	char *text = NULL, line[4096];
	size_t length = 0;
	FILE *stream = open_memstream(&text, &length);

	plot.count = plot_columns(canvas, box);
	if (!plot.columns) {
		fill(columns, plot.count);
		plot.columns = columns;
	}
	for (size_t i = 0; i < plot.mark_count; i++)
		((struct plot_mark *)(uintptr_t)plot.marks)[i].column =
			(size_t)(plot.marks[i].wall_ms - WALL + 600000) * plot.count / 600000;
	plot.cursor = plot.count / 2;
	plot_draw(canvas, box, &plot);
	for (int y = 0; y < canvas->height; y++)
		fprintf(stream, "%s\n", canvas_row_text(canvas, y, line, sizeof(line)));
	fclose(stream);
	return text;
}

static const struct {
	const char *name;
	int width, height;
	bool is_ascii, has_no_braille, has_cursor, is_untitled;
} shots[] = {
	{ "plot-60x8", 60, 8, false, false, false, false },
	{ "plot-60x8-blocks", 60, 8, false, true, false, false },
	{ "plot-60x8-ascii", 60, 8, true, false, false, false },
	{ "plot-120x14-cursor", 120, 14, false, false, true, false },
	{ "plot-40x4-untitled", 40, 4, false, false, false, true },
	{ "plot-30x3", 30, 3, false, false, false, false },
	{ "plot-20x1", 20, 1, false, true, false, false },
};

static void a_plot_looks_as_it_did(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shots); i++) {
		struct plot_mark marks[] = { { 0, WALL - 500000, ROLE_TEXT, "down" },
			{ 0, WALL - 470000, ROLE_TEXT, "ok" }, { 0, WALL - 20000, ROLE_TEXT, "slow" } };
		struct plot plot = { .title = "RTT",
			.unit = UNIT_MS,
			.role = ROLE_SPARK,
			.span = "10 min",
			.marks = marks,
			.mark_count = ARRAY_LEN(marks),
			.has_cursor = shots[i].has_cursor,
			.cursor_ms = WALL - 300000,
			.is_untitled = shots[i].is_untitled };
		struct canvas *canvas = canvas_new(shots[i].width, shots[i].height, shots[i].is_ascii);
		char *text;

		canvas->has_no_braille = shots[i].has_no_braille;
		text = picture(canvas, plot, (struct box){ 0, 0, shots[i].width, shots[i].height });
		assert_golden(shots[i].name, text, strlen(text));
		free(text);
		canvas_free(canvas);
	}
}

static void no_size_draws_outside_its_box(void **state)
{
	struct plot_mark marks[] = { { 0, WALL - 590000, ROLE_TEXT, "down" },
		{ 0, WALL - 1000, ROLE_TEXT, "a long word" } };
	struct plot plot = { .title = "RTT", .unit = UNIT_MS, .span = "10 min", .marks = marks, .mark_count = 2 };

	(void)state;
	for (int width = 0; width < 60; width++)
		for (int height = 0; height < 9; height++) {
			struct canvas *canvas = canvas_new(64, 12, width % 2);

			plot.has_cursor = width % 3 == 0;
			canvas->has_no_braille = height % 2;
			free(picture(canvas, plot, (struct box){ 2, 1, width, height }));
			for (int y = 0; y < canvas->height; y++)
				for (int x = 0; x < canvas->width; x++)
					if (x < 2 || x >= 2 + width || y < 1 || y >= 1 + height)
						assert_int_equal(canvas_row(canvas, y)[x].character, ' ');
			canvas_free(canvas);
		}
}

static void zero_is_a_line_and_the_unknown_is_blank(void **state)
{
	static struct time_cell columns[68] = { { .count = 0 } };
	struct canvas *canvas = canvas_new(40, 3, false);
	struct plot plot = { .title = "queue", .span = "1 h", .columns = columns };
	char *text = picture(canvas, plot, (struct box){ 0, 0, 40, 3 });

	(void)state;
	assert_non_null(strstr(text, "nothing is known"));
	free(text);
	canvas_clear(canvas);
	columns[0] = columns[1] = (struct time_cell){ 0, 0, 0, 1 };
	text = picture(canvas, plot, (struct box){ 0, 0, 40, 3 });
	assert_string_equal(text, "queue  mean 0  high 0                1 h\n    2 ⣀\n\n");
	free(text);
	canvas_free(canvas);
}

static void scales_are_round_and_name_their_unit(void **state)
{
	static const struct {
		enum unit unit;
		double highest;
		const char *top, *name;
	} table[] = {
		{ UNIT_MS, 11.3, "12", "ms" },
		{ UNIT_MS, 12, "12", "ms" },
		{ UNIT_MS, 0.31, "0.4", "ms" },
		{ UNIT_MS, 0, "0.1", "ms" },
		{ UNIT_MS, NAN, "0.1", "ms" },
		{ UNIT_MS, 9000, "10", "s" },
		{ UNIT_MS, 61000, "80", "s" },
		{ UNIT_BYTES_PER_S, 1.21e6, "1.6", "MB/s" },
		{ UNIT_BYTES_PER_S, 999, "1", "kB/s" },
		{ UNIT_BYTES_PER_S, 0.2, "1", "B/s" },
		{ UNIT_SHARE, 0.004, "1", "%" },
		{ UNIT_SHARE, 0.93, "100", "%" },
		{ UNIT_COUNT, 0, "2", "" },
		{ UNIT_COUNT, 130, "160", "" },
		{ UNIT_TOKENS_PER_S, 312, "400", "tokens/s" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct scale scale = scale_for(table[i].unit, table[i].highest);
		char number[32];

		assert_string_equal(scale_label(&scale, scale.top, number, sizeof(number)), table[i].top);
		assert_string_equal(scale.unit, table[i].name);
		assert_true(isnan(table[i].highest) || scale.top >= table[i].highest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plot_looks_as_it_did),
		cmocka_unit_test(no_size_draws_outside_its_box),
		cmocka_unit_test(zero_is_a_line_and_the_unknown_is_blank),
		cmocka_unit_test(scales_are_round_and_name_their_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
