/* Themes: what a line may say, what an error names, and that every theme that is shipped is sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "probes/base/fault.h"
#include "tui/canvas.h"
#include "tui/theme.h"

static struct theme parsed(const char *text, int wanted, struct fault *fault)
{
	struct theme theme;

	assert_int_equal(theme_load(&theme, "default", fault), 0);
	assert_int_equal(theme_parse(&theme, "my.theme", text, fault), wanted);
	return theme;
}

static void a_role_has_colours_and_attributes(void **state)
{
	struct fault fault = { "" };
	struct theme theme =
		parsed("# mine\nok = #00ff80 17 bold underline\nfault=red\nslow = default 3\n", 0, &fault);

	(void)state;
	assert_int_equal(theme.styles[role_of_state(STATE_OK)].fg, COLOUR_RGB | 0x00ff80);
	assert_int_equal(theme.styles[role_of_state(STATE_OK)].bg, 17);
	assert_int_equal(theme.styles[role_of_state(STATE_OK)].attributes, STYLE_BOLD | STYLE_UNDERLINE);
	assert_int_equal(theme.styles[role_of_state(STATE_FAULT)].fg, 1);
	assert_int_equal(theme.styles[role_of_state(STATE_FAULT)].bg, COLOUR_DEFAULT);
	assert_int_equal(theme.styles[role_of_state(STATE_FAULT)].attributes, 0);
	assert_int_equal(theme.styles[role_of_state(STATE_SLOW)].fg, COLOUR_DEFAULT);
	assert_int_equal(theme.styles[role_of_state(STATE_SLOW)].bg, 3);
}

static void a_wrong_colour_names_file_and_line_and_the_default_stays(void **state)
{
	struct fault fault = { "" };
	struct theme theme = parsed("ok = green\n\nfault = reddish\nslow = blue\n", -1, &fault), standard;

	(void)state;
	theme_load(&standard, "default", &(struct fault){ "" });
	assert_non_null(strstr(fault.text, "my.theme:3:"));
	assert_non_null(strstr(fault.text, "reddish"));
	assert_memory_equal(&theme.styles[role_of_state(STATE_FAULT)],
		&standard.styles[role_of_state(STATE_FAULT)], sizeof(struct style));
	assert_int_equal(theme.styles[role_of_state(STATE_SLOW)].fg, 4);
}

static void an_unknown_role_names_file_and_line(void **state)
{
	struct fault fault = { "" };

	(void)state;
	parsed("ok = green\nokay = green\n", -1, &fault);
	assert_non_null(strstr(fault.text, "my.theme:2:"));
	assert_non_null(strstr(fault.text, "okay"));
}

static void a_line_without_an_equals_sign_is_named(void **state)
{
	struct fault fault = { "" };

	(void)state;
	parsed("\n\n\nok green\n", -1, &fault);
	assert_non_null(strstr(fault.text, "my.theme:4:"));
}

static void a_long_line_is_refused_and_those_after_it_keep_their_numbers(void **state)
{
	struct fault fault = { "" };
	char text[600];
	struct theme theme;

	(void)state;
	snprintf(text, sizeof(text), "ok = %0300d\nslow = blue\n", 1);
	theme = parsed(text, -1, &fault);
	assert_non_null(strstr(fault.text, "my.theme:1:"));
	assert_int_equal(theme.styles[role_of_state(STATE_SLOW)].fg, 4);
}

static void colours_out_of_range_are_refused(void **state)
{
	static const char *const wrong[] = { "ok = 256\n", "ok = -1\n", "ok = #12345\n", "ok = #gggggg\n",
		"ok = 1 2 3\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		parsed(wrong[i], -1, &(struct fault){ "" });
}

static void every_role_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = 0; a < ROLE_COUNT; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(role_name((enum role)a), role_name((enum role)b));
}

static void every_shipped_theme_is_sound_and_names_every_role(void **state)
{
	static const char *const names[] = { "default", "terminal", "mono", "high-contrast", "colourblind",
		"nord", "gruvbox" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct fault fault = { "" };
		struct theme theme;
		char path[64], text[8192] = "\n";
		FILE *file;

		snprintf(path, sizeof(path), "themes/%s.theme", names[i]);
		assert_int_equal(theme_load(&theme, path, &fault), 0);
		file = fopen(path, "r");
		assert_non_null(file);
		assert_true(fread(text + 1, 1, sizeof(text) - 2, file) > 0);
		fclose(file);
		for (int role = 0; role < ROLE_COUNT; role++) {
			char line[64];

			snprintf(line, sizeof(line), "\n%s ", role_name((enum role)role));
			assert_non_null(strstr(text, line));
		}
	}
}

static void the_terminal_theme_stays_with_its_sixteen_colours(void **state)
{
	struct theme theme;

	(void)state;
	assert_int_equal(theme_load(&theme, "themes/terminal.theme", &(struct fault){ "" }), 0);
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_true(theme.styles[role].fg < 16);
		assert_true(theme.styles[role].bg < 16);
	}
}

static void the_mono_theme_has_no_colour(void **state)
{
	struct theme theme;

	(void)state;
	assert_int_equal(theme_load(&theme, "themes/mono.theme", &(struct fault){ "" }), 0);
	for (int role = 0; role < ROLE_COUNT; role++) {
		assert_int_equal(theme.styles[role].fg, COLOUR_DEFAULT);
		assert_int_equal(theme.styles[role].bg, COLOUR_DEFAULT);
	}
}

static void a_theme_that_is_not_there_leaves_the_default(void **state)
{
	struct fault fault = { "" };
	struct theme theme;

	(void)state;
	assert_int_equal(theme_load(&theme, "no-such-theme", &fault), -1);
	assert_non_null(strstr(fault.text, "no-such-theme"));
	assert_string_equal(theme.name, "default");
}

static void the_users_own_theme_is_found_and_cycled_through(void **state)
{
	char folder[] = "/tmp/tsllm-theme-XXXXXX", path[256], next[THEME_NAME_MAX];
	struct theme theme;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(folder));
	setenv("XDG_CONFIG_HOME", folder, 1);
	snprintf(path, sizeof(path), "%s/tsllm-top", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/tsllm-top/themes", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/tsllm-top/themes/zz-mine.theme", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("ok = 123\n", file);
	fclose(file);
	assert_int_equal(theme_load(&theme, "zz-mine", &(struct fault){ "" }), 0);
	assert_int_equal(theme.styles[role_of_state(STATE_OK)].fg, 123);
	theme_next("zz-mine", next, sizeof(next));
	assert_string_not_equal(next, "zz-mine");
	for (int i = 0; i < 100 && strcmp(next, "zz-mine") != 0; i++)
		theme_next(next, next, sizeof(next));
	assert_string_equal(next, "zz-mine");
	unlink(path);
	for (int i = 0; i < 3; i++) {
		*strrchr(path, '/') = '\0';
		rmdir(path);
	}
	unsetenv("XDG_CONFIG_HOME");
}

static void a_colour_becomes_the_nearest_that_the_terminal_has(void **state)
{
	(void)state;
	assert_int_equal(theme_nearest(COLOUR_RGB | 0xff0000, 256), 196);
	assert_int_equal(theme_nearest(COLOUR_RGB | 0x808080, 256), 244);
	assert_int_equal(theme_nearest(COLOUR_RGB | 0xfe0101, 16), 9);
	assert_int_equal(theme_nearest(196, 8), 1);
	assert_int_equal(theme_nearest(7, 8), 7);
	assert_int_equal(theme_nearest(COLOUR_DEFAULT, 8), COLOUR_DEFAULT);
}

static void a_selected_cell_takes_the_selections_ground(void **state)
{
	struct fault fault = { "" };
	struct theme theme = parsed(
		"selection = white blue\nok = green default bold\ndim-text = 8 default dim\n", 0, &fault);
	struct style style = theme_style(&theme, role_of_state(STATE_OK), CELL_SELECTED);

	(void)state;
	assert_int_equal(style.bg, 4);
	assert_int_equal(style.fg, 7);
	assert_int_equal(style.attributes, STYLE_BOLD);
	style = theme_style(&theme, role_of_state(STATE_OK), CELL_DIM);
	assert_int_equal(style.fg, 8);
	assert_int_equal(style.attributes, STYLE_DIM);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_role_has_colours_and_attributes),
		cmocka_unit_test(a_wrong_colour_names_file_and_line_and_the_default_stays),
		cmocka_unit_test(an_unknown_role_names_file_and_line),
		cmocka_unit_test(a_line_without_an_equals_sign_is_named),
		cmocka_unit_test(a_long_line_is_refused_and_those_after_it_keep_their_numbers),
		cmocka_unit_test(colours_out_of_range_are_refused),
		cmocka_unit_test(every_role_has_a_name_of_its_own),
		cmocka_unit_test(every_shipped_theme_is_sound_and_names_every_role),
		cmocka_unit_test(the_terminal_theme_stays_with_its_sixteen_colours),
		cmocka_unit_test(the_mono_theme_has_no_colour),
		cmocka_unit_test(a_theme_that_is_not_there_leaves_the_default),
		cmocka_unit_test(the_users_own_theme_is_found_and_cycled_through),
		cmocka_unit_test(a_colour_becomes_the_nearest_that_the_terminal_has),
		cmocka_unit_test(a_selected_cell_takes_the_selections_ground),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
