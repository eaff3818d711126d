/* Cells: what is clipped, what is never split, and what ASCII makes of it. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tui/term/canvas.h"
#include "tui/term/cell_text.h"
#include "tui/term/glyphs.h"
#include "tui/table/page.h"

static void assert_row(const struct canvas *canvas, int y, const char *wanted)
{
	char text[1024];

	assert_string_equal(canvas_row_text(canvas, y, text, sizeof(text)), wanted);
}

static void text_that_does_not_fit_ends_in_an_ellipsis(void **state)
{
	struct canvas *canvas = canvas_new(10, 1, false);

	(void)state;
	assert_int_equal(canvas_text(canvas, 0, 0, 6, ROLE_TEXT, "abcdefgh"), 6);
	assert_row(canvas, 0, "abcde…");
	canvas_free(canvas);
}

static void a_wide_character_is_never_split(void **state)
{
	struct canvas *canvas = canvas_new(6, 2, false);

	(void)state;
	canvas_text(canvas, 0, 0, 4, ROLE_TEXT, "模型模");
	assert_row(canvas, 0, "模…");
	canvas_text(canvas, 0, 1, 6, ROLE_TEXT, "模型");
	canvas_text(canvas, 1, 1, 1, ROLE_TEXT, "x");
	assert_row(canvas, 1, " x型");
	canvas_text(canvas, 2, 1, 1, ROLE_TEXT, "y");
	assert_row(canvas, 1, " xy");
	canvas_free(canvas);
}

static void a_combining_mark_joins_the_character_before_it(void **state)
{
	struct canvas *canvas = canvas_new(4, 2, false);

	(void)state;
	canvas_text(canvas, 0, 0, 4, ROLE_TEXT, "e\xcc\x81x");
	assert_row(canvas, 0, "e\xcc\x81x");
	assert_int_equal(canvas_row(canvas, 0)[0].combining, 0x301);
	canvas_text(canvas, 0, 1, 4, ROLE_TEXT, "\xcc\x81x");
	assert_row(canvas, 1, "x");
	canvas_free(canvas);
}

static void a_mark_without_a_character_joins_no_text_before_it(void **state)
{
	struct canvas *canvas = canvas_new(8, 1, false);

	(void)state;
	canvas_text(canvas, 0, 0, 4, ROLE_TEXT, "ab");
	assert_int_equal(canvas_text(canvas, 2, 0, 4, ROLE_TEXT, "\xcc\x81\xcc\x80x"), 3);
	assert_row(canvas, 0, "abx");
	canvas_text_right(canvas, 3, 0, 5, ROLE_TEXT, "\xcc\x81");
	assert_row(canvas, 0, "abx");
	canvas_free(canvas);
}

/* Row 0 of a canvas as the terminal gets it. */
static const wchar_t *sent(const char *text, wchar_t *to)
{
	struct canvas *canvas = canvas_new(8, 1, false);
	wchar_t one[CELL_TEXT_MAX];

	*to = 0;
	canvas_text(canvas, 0, 0, 8, ROLE_TEXT, text);
	for (int x = 0; x < 8; x++)
		if (cell_text(canvas_row(canvas, 0), 8, x, one))
			wcscat(to, one);
	canvas_free(canvas);
	return to;
}

static void a_character_whose_width_is_in_doubt_is_not_sent(void **state)
{
	wchar_t text[64];

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_true(wcscmp(sent("e\u0301x", text), L"e\u0301x      ") == 0);
	assert_true(wcscmp(sent("日x", text), L"日x     ") == 0);
	assert_true(wcscmp(sent("日本日本", text), L"日本日本") == 0);
	assert_true(wcscmp(sent("w\u0951x", text), L"w\u0951x      ") == 0);
	assert_true(wcscmp(sent("\u2728x", text), L"\u2728x     ") == 0);
	assert_true(wcscmp(sent("🟢x", text), L"🟢x     ") == 0);
	assert_true(wcscmp(sent("\U0001f322x", text), L"\U0001f322x      ") == 0);
	assert_true(wcscmp(sent("\u0cbfx", text), L"\ufffdx      ") == 0);  /* one cell here, a mark there */
	assert_true(wcscmp(sent("\u3248x", text), L"\ufffdx      ") == 0);  /* one cell here, two there */
	assert_true(wcscmp(sent("w\u202ex", text), L"w\ufffdx     ") == 0); /* not shown */
	assert_true(wcscmp(sent("\ue000x", text), L"\ue000x      ") == 0);
	assert_true(wcscmp(sent("\ufdd0x", text), L"\ufffdx      ") == 0); /* no character */
	setlocale(LC_CTYPE, "C");
}

/* In the C locale wcwidth() knows no more than ASCII. */
static void a_character_that_the_locale_does_not_know_is_not_sent(void **state)
{
	wchar_t text[64];

	(void)state;
	assert_string_equal(setlocale(LC_CTYPE, NULL), "C");
	assert_true(wcscmp(sent("gpu1", text), L"gpu1    ") == 0);
	assert_true(wcscmp(sent("日x", text), L"\ufffd x     ") == 0); /* two cells here */
	assert_true(wcscmp(sent("e\u0301·x", text), L"e\ufffdx     ") == 0);
}

static void nothing_is_drawn_outside_the_grid(void **state)
{
	struct canvas *canvas = canvas_new(3, 2, false);

	(void)state;
	canvas_text(canvas, 0, -1, 3, ROLE_TEXT, "abc");
	canvas_text(canvas, 0, 2, 3, ROLE_TEXT, "abc");
	canvas_text(canvas, -2, 0, 5, ROLE_TEXT, "abc");
	canvas_fill(canvas, -5, 1, 20, ROLE_TEXT, '#');
	canvas_mark(canvas, -5, 7, 20, CELL_DIM);
	canvas_mark(canvas, -5, 1, 20, CELL_DIM);
	assert_row(canvas, 0, "c");
	assert_row(canvas, 1, "###");
	canvas_free(canvas);
}

static void a_canvas_without_size_takes_drawing(void **state)
{
	struct canvas *canvas = canvas_new(0, 0, false);

	(void)state;
	assert_int_equal(canvas_text(canvas, 0, 0, 5, ROLE_TEXT, "abc"), 0);
	canvas_fill(canvas, 0, 0, 5, ROLE_TEXT, '#');
	canvas_free(canvas);
}

static void text_on_the_right_ends_where_its_width_ends(void **state)
{
	struct canvas *canvas = canvas_new(8, 2, false);

	(void)state;
	canvas_text_right(canvas, 1, 0, 6, ROLE_TEXT, "42");
	assert_row(canvas, 0, "     42");
	canvas_text_right(canvas, 1, 1, 3, ROLE_TEXT, "12345");
	assert_row(canvas, 1, " 12…");
	canvas_free(canvas);
}

static void an_ascii_canvas_has_ascii_in_every_cell(void **state)
{
	struct canvas *canvas = canvas_new(40, 1, true);

	(void)state;
	canvas_text(canvas, 0, 0, 40, ROLE_TEXT, "●▲✖◐○ ▁▂▃▄▅▆▇█ –…→ é 模 e\xcc\x81");
	assert_row(canvas, 0, "*!X%o .:-=+*%# -.-> ? ?? e");
	for (int x = 0; x < canvas->width; x++)
		assert_in_range(canvas_row(canvas, 0)[x].character, ' ', '~');
	canvas_free(canvas);
}

static void rows_are_equal_only_with_the_same_look(void **state)
{
	struct canvas *a = canvas_new(4, 1, false), *b = canvas_new(4, 1, false);

	(void)state;
	canvas_text(a, 0, 0, 4, ROLE_TEXT, "ab");
	canvas_text(b, 0, 0, 4, ROLE_TEXT, "ab");
	assert_true(canvas_rows_equal(a, b, 0));
	canvas_mark(b, 1, 0, 1, CELL_SELECTED);
	assert_false(canvas_rows_equal(a, b, 0));
	canvas_free(a);
	canvas_free(b);
}

static void a_spark_goes_from_zero_to_its_top(void **state)
{
	static const float values[] = { 0, 14, 26, 38, 51, 64, 76, 100 };
	char text[128];

	(void)state;
	glyph_spark(text, sizeof(text), values, ARRAY_LEN(values), 10, 100);
	assert_string_equal(text, "  ▁▂▃▄▅▆▇█");
	glyph_spark(text, sizeof(text), values, ARRAY_LEN(values), 4, 100);
	assert_string_equal(text, "▂▄▆█");
	glyph_spark(text, sizeof(text), values, ARRAY_LEN(values), 3, 100);
	assert_string_equal(text, "▂▅█");
	glyph_spark(text, sizeof(text), values, 0, 3, 100);
	assert_string_equal(text, "   ");
}

static void the_least_share_is_seen_in_a_bar(void **state)
{
	struct canvas *canvas = canvas_new(10, 3, false);

	(void)state;
	assert_int_equal(glyph_bar(canvas, 0, 0, 10, ROLE_DERP, 0.001), 1);
	assert_row(canvas, 0, "▏");
	assert_int_equal(glyph_bar(canvas, 0, 1, 10, ROLE_DERP, 0), 0);
	assert_int_equal(glyph_bar(canvas, 0, 2, 10, ROLE_DERP, 0.35), 4);
	assert_row(canvas, 2, "███▌");
	canvas_free(canvas);
}

static void a_page_breaks_lines_between_words(void **state)
{
	struct canvas *canvas = canvas_new(16, 6, false);
	struct page *page = page_new(16);

	(void)state;
	page_wrap(page, ROLE_TEXT, "→", 2, "sudo systemctl restart tailscaled");
	page_wrap(page, ROLE_TEXT, "", 0, "averyveryverylongword");
	assert_int_equal(page_lines(page), 5);
	page_draw(page, canvas, 0, 0, 6, 0);
	assert_row(canvas, 0, "→ sudo systemctl");
	assert_row(canvas, 1, "  restart");
	assert_row(canvas, 2, "  tailscaled");
	assert_row(canvas, 3, "averyveryverylon");
	assert_row(canvas, 4, "gword");
	page_free(page);
	canvas_free(canvas);
}

static void a_scrolled_page_starts_at_its_first_line(void **state)
{
	struct canvas *canvas = canvas_new(8, 2, false);
	struct page *page = page_new(8);

	(void)state;
	for (int i = 0; i < 5; i++)
		page_line(page, ROLE_TEXT, "line %d", i);
	page_add(page, ROLE_DIM, "!");
	page_draw(page, canvas, 0, 0, 2, 3);
	assert_row(canvas, 0, "line 3");
	assert_row(canvas, 1, "line 4!");
	page_free(page);
	canvas_free(canvas);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_that_does_not_fit_ends_in_an_ellipsis),
		cmocka_unit_test(a_wide_character_is_never_split),
		cmocka_unit_test(a_combining_mark_joins_the_character_before_it),
		cmocka_unit_test(a_mark_without_a_character_joins_no_text_before_it),
		cmocka_unit_test(a_character_whose_width_is_in_doubt_is_not_sent),
		cmocka_unit_test(a_character_that_the_locale_does_not_know_is_not_sent),
		cmocka_unit_test(nothing_is_drawn_outside_the_grid),
		cmocka_unit_test(a_canvas_without_size_takes_drawing),
		cmocka_unit_test(text_on_the_right_ends_where_its_width_ends),
		cmocka_unit_test(an_ascii_canvas_has_ascii_in_every_cell),
		cmocka_unit_test(rows_are_equal_only_with_the_same_look),
		cmocka_unit_test(a_spark_goes_from_zero_to_its_top),
		cmocka_unit_test(the_least_share_is_seen_in_a_bar),
		cmocka_unit_test(a_page_breaks_lines_between_words),
		cmocka_unit_test(a_scrolled_page_starts_at_its_first_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
