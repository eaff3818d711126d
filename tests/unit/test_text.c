/* Outside text is made harmless, measured, cut whole; figures are said for people. */
#define _XOPEN_SOURCE 700 /* wcwidth() */
#include "probes/base/text.h"

#include "probes/base/mem.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <cmocka.h>

static void assert_cleaned(const char *from, size_t length, const char *shown)
{
	struct arena *arena = arena_new();
	char to[TEXT_CAP];

	assert_string_equal(text_clean(to, sizeof(to), from, length), shown);
	assert_string_equal(text_keep_n(arena, from, length), shown);
	arena_free(arena);
}

static void control_characters_are_escaped(void **state)
{
	(void)state;
	assert_cleaned("a\x1b[31mb", 7, "a\\x1b[31mb");
	assert_cleaned("a\nb\tc\rd", 7, "a\\nb\\tc\\rd");
	assert_cleaned("a\0b\x7f", 4, "a\\x00b\\x7f");
	assert_cleaned("\xc2\x9b", 2, "\\x9b"); /* CSI as one character */
}

static void bidi_and_invisible_characters_are_escaped(void **state)
{
	(void)state;
	assert_cleaned("gpu\xe2\x80\xae"
		       "1",
		7, "gpu\\u{202e}1");
	assert_cleaned("\xe2\x81\xa6x\xe2\x81\xa9", 7, "\\u{2066}x\\u{2069}");
	assert_cleaned("a\xe2\x80\x8b"
		       "b",
		5, "a\\u{200b}b");
	assert_cleaned("\xef\xbb\xbfz", 4, "\\u{feff}z");
	assert_cleaned("\xf3\xa0\x81\x81", 4, "\\u{e0041}");
	assert_cleaned("\xf0\x9b\xb2\xa0", 4, "\\u{1bca0}");
}

/* Default_Ignorable_Code_Point of Unicode 15, and what has no place in UTF-8. */
static void what_cannot_be_seen_is_never_shown(void **state)
{
	static const uint32_t hidden[][2] = { { 0x0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f },
		{ 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x200b, 0x200f }, { 0x202a, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 },
		{ 0xd800, 0xdfff }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfff8 }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
		{ 0x110000, 0x110010 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		for (uint32_t c = hidden[i][0]; c <= hidden[i][1]; c++)
			assert_false(text_is_shown(c));
	assert_true(text_is_shown('a') && text_is_shown(0x65e5) && text_is_shown(0x1f600));
}

static void what_has_no_agreed_look_is_never_shown(void **state)
{
	static const uint32_t hidden[] = { 0x378, 0x600, 0xe000, 0xf8ff, 0xfdd0, 0xfffe, 0xffff, 0x2029,
		0xf0000, 0x10ffff, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
		assert_false(text_is_shown(hidden[i]));
	assert_cleaned("\u0378", 2, "\\u{378}");
	assert_cleaned("\ue0b0x", 4, "\\u{e0b0}x");
}

static void what_only_shapes_or_joins_is_dropped(void **state)
{
	static const char *const cases[][2] = {
		{ "\u26a0\ufe0f x", "\u26a0 x" },
		{ "\u26a0\ufe0ex", "\u26a0x" },
		{ "👩\u200d👩\u200d👧", "👩👩👧" },
		{ "\u2764\ufe0f\u200d🔥", "\u2764🔥" },
		{ "\u0915\u094d\u200d\u0937", "\u0915\u094d\u0937" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_cleaned(cases[i][0], strlen(cases[i][0]), cases[i][1]);
}

/* Two names that differ must not look the same. */
static void what_shapes_nothing_is_escaped(void **state)
{
	static const char *const cases[][2] = {
		{ "gpu1\ufe0f", "gpu1\\u{fe0f}" },
		{ "a\u200d\u200db", "a\\u{200d}\\u{200d}b" },
		{ "\u200d", "\\u{200d}" },
		{ "é\u200b\u200d", "é\\u{200b}\\u{200d}" },
		{ "\u26a0\x1b\ufe0f", "\u26a0\\x1b\\u{fe0f}" },
		{ "\u26a0\ufe0d", "\u26a0\\u{fe0d}" },
		{ "\u26a0\u200c", "\u26a0\\u{200c}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_cleaned(cases[i][0], strlen(cases[i][0]), cases[i][1]);
}

static void bytes_that_are_no_utf8_are_escaped_one_by_one(void **state)
{
	(void)state;
	assert_cleaned("\xff\xfe", 2, "\\xff\\xfe");
	assert_cleaned("\xc0\xaf", 2, "\\xc0\\xaf");          /* overlong */
	assert_cleaned("\xed\xa0\x80", 3, "\\xed\\xa0\\x80"); /* a surrogate */
	assert_cleaned("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
	assert_cleaned("\xe2\x82", 2, "\\xe2\\x82"); /* torn */
}

static void honest_text_stays_as_it_is(void **state)
{
	(void)state;
	assert_cleaned("qwen3:8b-q4_K_M", 15, "qwen3:8b-q4_K_M");
	assert_cleaned("Zürich 日本 é", strlen("Zürich 日本 é"), "Zürich 日本 é");
	assert_cleaned("", 0, "");
	assert_string_equal(text_keep(NULL, NULL), "");
}

static bool is_whole_utf8(const char *text)
{
	for (uint32_t c; (c = text_next(&text));)
		if (c == 0xfffd)
			return false;
	return true;
}

static void what_does_not_fit_is_cut_before_a_whole_character(void **state)
{
	static const char long_text[] = "日本語é\x1b日本語é日本語é日本語é";
	char to[64];

	(void)state;
	for (size_t size = 4; size < sizeof(long_text); size++) {
		text_clean(to, size, long_text, strlen(long_text));
		assert_true(strlen(to) < size);
		assert_true(is_whole_utf8(to));
		assert_true(text_has_suffix(to, "…"));
	}
	assert_string_equal(text_clean(to, 8, "12345678", 8), "1234…");
	assert_string_equal(text_clean(to, 8, "1234567", 7), "1234567");
}

static void kept_text_is_never_longer_than_its_cap(void **state)
{
	struct arena *arena = arena_new();
	char plain[2 * TEXT_CAP];

	(void)state;
	memset(plain, 'a', sizeof(plain));
	assert_int_equal(strlen(text_keep_n(arena, plain, sizeof(plain))), TEXT_CAP - 1);
	assert_int_equal(strlen(text_keep_n(arena, plain, TEXT_CAP)), TEXT_CAP - 1);
	assert_int_equal(strlen(text_keep_n(arena, plain, TEXT_CAP - 1)), TEXT_CAP - 1);
	assert_false(text_has_suffix(text_keep_n(arena, plain, TEXT_CAP - 1), "…"));
	arena_free(arena);
}

static void an_addition_is_cut_before_a_whole_character(void **state)
{
	char to[16];

	(void)state;
	for (size_t size = 4; size <= sizeof(to); size++) {
		strcpy(to, "ab");
		text_add(to, size, "%s", "é日🙂é日🙂");
		assert_true(strlen(to) < size);
		assert_true(strlen(to) + 4 >= size);
		assert_true(is_whole_utf8(to));
		text_set(to, size, "%s", "é日🙂é日🙂");
		assert_true(strlen(to) < size);
		assert_true(strlen(to) + 4 >= size);
		assert_true(is_whole_utf8(to));
	}
	text_set(to, sizeof(to), "%d", 7);
	assert_string_equal(to, "7");
	strcpy(to, "full");
	text_add(to, 5, "%d", 7);
	assert_string_equal(to, "full");
	text_add(to, sizeof(to), "%d", 7);
	assert_string_equal(to, "full7");
}

static void cells_are_two_for_wide_and_none_for_combining_characters(void **state)
{
	(void)state;
	assert_int_equal(text_cells("gpu1"), 4);
	assert_int_equal(text_cells("日本"), 4);
	assert_int_equal(text_cells("e\xcc\x81"), 1); /* e and a combining acute */
	assert_int_equal(text_cells("🙂"), 2);
	assert_int_equal(text_cells("한글"), 4);
	assert_int_equal(text_cells("▁▂▃–…·"), 6);
	assert_int_equal(text_cells(""), 0);
}

static void clean_text_has_the_width_that_terminals_give_it(void **state)
{
	static const struct {
		const char *text;
		int cells;
	} cases[] = {
		{ "🟢", 2 },
		{ "\u2728", 2 },
		{ "\u26a0", 1 },
		{ "\u26a0\ufe0f", 1 }, /* the selector is dropped */
		{ "e\u0301", 1 },
		{ "é", 1 },
		{ "中", 2 },
		{ "ﾊ", 1 },
		{ "ハ", 2 },
		{ "가", 2 },
		{ "\u1100\u1161", 2 },             /* the same, decomposed */
		{ "\u0915\u094d\u0937\u093f", 3 }, /* kshi: two letters and a vowel sign */
		{ "🇩🇪", 2 },                       /* two letters, one cell each */
		{ "👩‍👩‍👧", 6 },       /* three people */
		{ "·–…●▲", 5 },                    /* of ambiguous width */
		{ "\u00ad", 4 },                   /* \xad */
		{ "\u200b", 8 },                   /* \u{200b} */
		{ "\u202e", 8 },
	};
	char to[TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		text_clean(to, sizeof(to), cases[i].text, strlen(cases[i].text));
		if (text_cells(to) != cases[i].cells)
			fail_msg("%s: %d cells, not %d", to, text_cells(to), cases[i].cells);
	}
	assert_int_equal(text_cells_of(0x202e), 1); /* U+FFFD is drawn for it */
	assert_int_equal(text_cells_of(0x200b), 1);
	assert_int_equal(text_cells_of(0xad), 1);
	assert_int_equal(text_cells_of('\0'), 1);
}

/* The two libraries may be of different Unicode versions: few characters differ, and no common one. */
static void widths_agree_with_the_c_library(void **state)
{
	int shown = 0, doubtful = 0;

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	for (uint32_t c = ' '; c <= 0x10ffff; c++) {
		if (!text_is_shown(c) || wcwidth((wchar_t)c) < 0)
			continue;
		shown++;
		doubtful += text_cells_of(c) != wcwidth((wchar_t)c);
	}
	setlocale(LC_CTYPE, "C");
	assert_true(shown > 130000);
	assert_true(doubtful * 500 < shown);
}

static void widths_are_the_same_in_any_locale(void **state)
{
	(void)state;
	assert_string_equal(setlocale(LC_CTYPE, NULL), "C");
	assert_int_equal(text_cells("中🟢e\u0301"), 5);
}

static void numbers_are_read_strictly(void **state)
{
	(void)state;
	assert_int_equal(text_number("443", 65535), 443);
	assert_int_equal(text_number("0", 5), 0);
	assert_int_equal(text_number("5", 5), 5);
	assert_int_equal(text_number("7", 5), -1);
	assert_int_equal(text_number("65536", 65535), -1);
	assert_int_equal(text_number("99999999999999999999", INT64_MAX), -1);
	assert_int_equal(text_number("9223372036854775807", INT64_MAX), INT64_MAX);
	assert_int_equal(text_number("", 9), -1);
	assert_int_equal(text_number("-1", 9), -1);
	assert_int_equal(text_number(" 1", 9), -1);
	assert_int_equal(text_number("1x", 9), -1);
}

static void comparisons_without_case_know_ascii(void **state)
{
	(void)state;
	assert_true(text_equal_fold("LiteLLM", "litellm"));
	assert_false(text_equal_fold("litellm", "litellm2"));
	assert_true(text_contains_fold("Server: uVicorn", "uvicorn"));
	assert_true(text_contains_fold("x", ""));
	assert_false(text_contains_fold("", "x"));
	assert_true(text_has_prefix("svc:llm", "svc:") && !text_has_prefix("sv", "svc:"));
	assert_true(text_has_suffix("a.ts.net", ".ts.net") && !text_has_suffix("net", ".ts.net"));
}

static void figures_are_said_for_people_and_unknown_is_a_dash(void **state)
{
	char to[32];

	(void)state;
	assert_string_equal(text_ms(to, sizeof(to), 0.26), "0.26");
	assert_string_equal(text_ms(to, sizeof(to), 0.999), "1.0");
	assert_string_equal(text_ms(to, sizeof(to), 4.1), "4.1");
	assert_string_equal(text_ms(to, sizeof(to), 9.97), "10");
	assert_string_equal(text_ms(to, sizeof(to), 1250), "1250");
	assert_string_equal(text_ms(to, sizeof(to), NAN), "–");
	assert_string_equal(text_bytes(to, sizeof(to), 512), "512 B");
	assert_string_equal(text_bytes(to, sizeof(to), 999.7), "1.0 kB");
	assert_string_equal(text_bytes(to, sizeof(to), 4.2e6), "4.2 MB");
	assert_string_equal(text_bytes(to, sizeof(to), 0), "0 B");
	assert_string_equal(text_rate(to, sizeof(to), 310e3), "310 kB/s");
	assert_string_equal(text_rate(to, sizeof(to), NAN), "–");
	assert_string_equal(text_count(to, sizeof(to), 7), "7");
	assert_string_equal(text_speed(to, sizeof(to), 812.4), "812");
	assert_string_equal(text_speed(to, sizeof(to), 9.96), "10");
	assert_string_equal(text_speed(to, sizeof(to), 9.94), "9.9");
	assert_string_equal(text_speed(to, sizeof(to), 0.3), "0.3");
	assert_string_equal(text_speed(to, sizeof(to), 0), "0");
	assert_string_equal(text_speed(to, sizeof(to), NAN), "–");
	assert_string_equal(text_span(to, sizeof(to), 8000), "8 s");
	assert_string_equal(text_span(to, sizeof(to), 119000), "119 s");
	assert_string_equal(text_span(to, sizeof(to), 180000), "3 min");
	assert_string_equal(text_span(to, sizeof(to), 5 * 86400000LL), "5 d");
	assert_string_equal(text_span(to, sizeof(to), -5), "0 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(bidi_and_invisible_characters_are_escaped),
		cmocka_unit_test(what_cannot_be_seen_is_never_shown),
		cmocka_unit_test(what_has_no_agreed_look_is_never_shown),
		cmocka_unit_test(what_only_shapes_or_joins_is_dropped),
		cmocka_unit_test(what_shapes_nothing_is_escaped),
		cmocka_unit_test(bytes_that_are_no_utf8_are_escaped_one_by_one),
		cmocka_unit_test(honest_text_stays_as_it_is),
		cmocka_unit_test(what_does_not_fit_is_cut_before_a_whole_character),
		cmocka_unit_test(kept_text_is_never_longer_than_its_cap),
		cmocka_unit_test(an_addition_is_cut_before_a_whole_character),
		cmocka_unit_test(cells_are_two_for_wide_and_none_for_combining_characters),
		cmocka_unit_test(clean_text_has_the_width_that_terminals_give_it),
		cmocka_unit_test(widths_agree_with_the_c_library),
		cmocka_unit_test(widths_are_the_same_in_any_locale),
		cmocka_unit_test(numbers_are_read_strictly),
		cmocka_unit_test(comparisons_without_case_know_ascii),
		cmocka_unit_test(figures_are_said_for_people_and_unknown_is_a_dash),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
