/* Themes: what a line may say, what an error names, and that every theme that is shipped is sound. */
#include <dirent.h>
#include <glob.h>
#include <math.h>
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
#include "tui/term/canvas.h"
#include "tui/term/theme.h"

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
			assert_string_not_equal(theme_role_name((enum role)a), theme_role_name((enum role)b));
}

/* The caller frees it with globfree(). */
static glob_t find_shipped(void)
{
	glob_t shipped;

	assert_int_equal(glob("themes/*.theme", 0, NULL, &shipped), 0);
	assert_true(shipped.gl_pathc >= 9);
	return shipped;
}

static void every_shipped_theme_is_sound_and_names_every_role(void **state)
{
	glob_t shipped = find_shipped();

	(void)state;
	for (size_t i = 0; i < shipped.gl_pathc; i++) {
		struct fault fault = { "" };
		struct theme theme;
		char text[8192] = "\n";
		FILE *file;

		assert_int_equal(theme_load(&theme, shipped.gl_pathv[i], &fault), 0);
		file = fopen(shipped.gl_pathv[i], "r");
		assert_non_null(file);
		assert_true(fread(text + 1, 1, sizeof(text) - 2, file) > 0);
		fclose(file);
		for (int role = 0; role < ROLE_COUNT; role++) {
			char line[64];

			snprintf(line, sizeof(line), "\n%s ", theme_role_name((enum role)role));
			assert_non_null(strstr(text, line));
		}
		assert_non_null(strstr(text, "\nbackground "));
	}
	globfree(&shipped);
}

static double luminance(int rgb)
{
	static const double weights[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double part = (rgb >> (16 - 8 * i) & 0xff) / 255.0;

		sum += weights[i] * (part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4));
	}
	return sum;
}

/* As WCAG defines it: 1 to 21. */
static double contrast(int one, int other)
{
	double a = luminance(one), b = luminance(other);

	return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

/* The colour as a terminal with that many shows it; the default: ground, or what is readable on it. */
static int shown_as(int colour, int fallback, int colours)
{
	return colour == COLOUR_DEFAULT ? fallback : theme_rgb(theme_nearest(colour, colours));
}

/* A dim character is drawn two thirds as strong. */
static int faded(int fg, int bg)
{
	int mixed = 0;

	for (int shift = 0; shift < 24; shift += 8)
		mixed |= (2 * (fg >> shift & 0xff) + (bg >> shift & 0xff)) / 3 << shift;
	return mixed;
}

static bool is_quiet(int role)
{
	return role == ROLE_DIM || role == ROLE_HEADER || role == ROLE_TAB || role == ROLE_HEAD ||
	       role == ROLE_HINT || role == ROLE_STATE + STATE_OFFLINE || role == ROLE_STATE + STATE_UNKNOWN;
}

/* With every attribute of a cell, in true colour and in 256 colours; where a theme keeps the terminal's
 * background, on black and on white. */
static void assert_readable(const struct theme *theme, int role, unsigned attributes, int ground, int colours)
{
	struct style style = theme_style(theme, (unsigned)role, attributes);
	int bg = shown_as(style.bg, ground, colours);
	int fg = shown_as(style.fg, contrast(0xffffff, ground) > 10 ? 0xffffff : 0, colours);
	bool is_dim = is_quiet(role) || attributes & CELL_DIM;
	double least = is_dim && !(attributes & CELL_SELECTED) ? 3 : 4.5;

	fg = style.attributes & STYLE_DIM ? faded(fg, bg) : fg;
	if (contrast(fg, bg) < least)
		fail_msg("%s: %s (cell %u) has %.2f:1 on #%06x, of %d colours", theme->name,
			theme_role_name((enum role)role), attributes, contrast(fg, bg), bg, colours);
}

static void every_role_of_every_theme_is_readable(void **state)
{
	glob_t shipped = find_shipped();
	static const int grounds[] = { 0x000000, 0xffffff }, depths[] = { 256, COLOUR_RGB * 2 };

	(void)state;
	for (size_t i = 0; i < shipped.gl_pathc; i++) {
		struct theme theme;

		assert_int_equal(theme_load(&theme, shipped.gl_pathv[i], &(struct fault){ "" }), 0);
		for (int role = 0; role < ROLE_COUNT; role++)
			for (unsigned attributes = 0; attributes < 4; attributes++)
				for (int k = 0; k < 4; k++)
					assert_readable(&theme, role, attributes, grounds[k / 2], depths[k % 2]);
	}
	globfree(&shipped);
}

static void the_selected_row_has_one_pair_of_colours(void **state)
{
	glob_t shipped = find_shipped();

	(void)state;
	for (size_t i = 0; i < shipped.gl_pathc; i++) {
		struct style first, other;
		struct theme theme;

		theme_load(&theme, shipped.gl_pathv[i], &(struct fault){ "" });
		first = theme_style(&theme, ROLE_TEXT, CELL_SELECTED);
		for (int role = 0; role < ROLE_COUNT; role++) {
			other = theme_style(&theme, (unsigned)role, CELL_SELECTED);
			assert_int_equal(other.fg, first.fg);
			assert_int_equal(other.bg, first.bg);
			assert_int_equal(other.attributes & STYLE_REVERSE, first.attributes & STYLE_REVERSE);
		}
	}
	globfree(&shipped);
}

static void a_theme_says_its_background_or_keeps_the_terminals(void **state)
{
	struct fault fault = { "" };
	struct theme theme =
		parsed("background = #102030\ntext = 250\nok = default\nslow = 1 2\n", 0, &fault);

	(void)state;
	assert_int_equal(theme_style(&theme, role_of_state(STATE_OK), 0).fg, 250);
	assert_int_equal(theme_style(&theme, role_of_state(STATE_OK), 0).bg, COLOUR_RGB | 0x102030);
	assert_int_equal(theme_style(&theme, role_of_state(STATE_SLOW), 0).bg, 2);
	theme = parsed("background = default\n", 0, &fault);
	assert_int_equal(theme_style(&theme, role_of_state(STATE_OK), 0).bg, COLOUR_DEFAULT);
	parsed("background = 1 2\n", -1, &fault);
	assert_non_null(strstr(fault.text, "expected one colour"));
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

/* A user's folder of themes, and what is put into it. */
struct home {
	char root[64], themes[128];
};

static void open_home(struct home *home)
{
	char path[128];

	snprintf(home->root, sizeof(home->root), "/tmp/tsllm-theme-XXXXXX");
	assert_non_null(mkdtemp(home->root));
	setenv("XDG_CONFIG_HOME", home->root, 1);
	snprintf(path, sizeof(path), "%s/tsllm-top", home->root);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(home->themes, sizeof(home->themes), "%s/tsllm-top/themes", home->root);
	assert_int_equal(mkdir(home->themes, 0700), 0);
}

static void put_theme(const char *folder, const char *name, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void empty_folder(const char *folder)
{
	char path[1024];
	DIR *directory = opendir(folder);

	for (const struct dirent *entry; (entry = readdir(directory));) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		remove(path);
	}
	closedir(directory);
	rmdir(folder);
}

static void close_home(struct home *home)
{
	empty_folder(home->themes);
	*strrchr(home->themes, '/') = '\0';
	rmdir(home->themes);
	rmdir(home->root);
	unsetenv("XDG_CONFIG_HOME");
}

static bool is_listed(const char *name)
{
	char names[64][THEME_NAME_MAX];
	size_t count = theme_names(names, 64);

	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void a_theme_that_is_no_small_regular_file_holds_nothing_up(void **state)
{
	static char large[70000];
	struct fault fault = { "" };
	struct theme theme;
	struct home home;
	char path[512];

	(void)state;
	open_home(&home);
	snprintf(path, sizeof(path), "%s/pipe.theme", home.themes);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(theme_load(&theme, "pipe", &fault), -1);
	assert_non_null(strstr(fault.text, "pipe.theme': not a regular file; the default stays"));
	assert_int_equal(theme_load(&theme, path, &fault), -1);
	assert_false(is_listed("pipe"));
	snprintf(path, sizeof(path), "%s/folder.theme", home.themes);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(theme_load(&theme, "folder", &fault), -1);
	assert_non_null(strstr(fault.text, "Is a directory"));
	assert_false(is_listed("folder"));
	memset(large, '#', sizeof(large) - 1);
	put_theme(home.themes, "large.theme", large);
	assert_int_equal(theme_load(&theme, "large", &fault), -1);
	assert_non_null(strstr(fault.text, "larger than 64 kB"));
	assert_int_equal(theme_load(&theme, "/dev/zero", &fault), -1);
	assert_string_equal(theme.name, "default");
	close_home(&home);
}

static void a_theme_is_not_read_from_where_the_program_is_started(void **state)
{
	char folder[] = "/tmp/tsllm-theme-XXXXXX", themes[64], before[1024];
	struct fault fault = { "" };
	struct theme theme;

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_non_null(mkdtemp(folder));
	snprintf(themes, sizeof(themes), "%s/themes", folder);
	assert_int_equal(mkdir(themes, 0700), 0);
	put_theme(themes, "strange.theme", "ok = 123\n");
	assert_int_equal(chdir(folder), 0);
	setenv("XDG_CONFIG_HOME", "", 1);
	unsetenv("HOME");
	assert_false(is_listed("strange"));
	assert_int_equal(theme_load(&theme, "strange", &fault), -1);
	assert_string_equal(fault.text, "there is no theme 'strange'; the default stays");
	assert_int_equal(theme_load(&theme, "themes/strange.theme", &fault), 0);
	assert_int_equal(chdir(before), 0);
	unsetenv("XDG_CONFIG_HOME");
	empty_folder(themes);
	rmdir(folder);
}

static void a_theme_lies_beside_the_program_too(void **state)
{
	char self[512] = "", *slash;
	bool is_new;

	(void)state;
	if (readlink("/proc/self/exe", self, sizeof(self) - 64) < 0)
		skip();
	slash = strrchr(self, '/');
	strcpy(slash, "/themes");
	is_new = mkdir(self, 0700) == 0;
	put_theme(self, "zz-beside.theme", "ok = 123\n");
	assert_true(is_listed("zz-beside"));
	assert_true(is_new);
	empty_folder(self);
}

static void a_name_that_cannot_be_shown_as_it_is_is_no_theme(void **state)
{
	static const char *const bad[] = { "a\xe2\x80\xae-.theme", "a\x1b[2J.theme", "a\nb.theme",
		"a\xff.theme", "a\xe2\x80\x8b.theme", ".theme" };
	struct home home;
	char name[64];

	(void)state;
	open_home(&home);
	put_theme(home.themes, "\xc3\xa9t\xc3\xa9.theme", "ok = 1\n");
	assert_true(is_listed("\xc3\xa9t\xc3\xa9"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		put_theme(home.themes, bad[i], "ok = 1\n");
		snprintf(name, sizeof(name), "%.*s", (int)(strlen(bad[i]) - 6), bad[i]);
		assert_false(is_listed(name));
	}
	close_home(&home);
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
		cmocka_unit_test(every_role_of_every_theme_is_readable),
		cmocka_unit_test(the_selected_row_has_one_pair_of_colours),
		cmocka_unit_test(a_theme_says_its_background_or_keeps_the_terminals),
		cmocka_unit_test(the_terminal_theme_stays_with_its_sixteen_colours),
		cmocka_unit_test(the_mono_theme_has_no_colour),
		cmocka_unit_test(a_theme_that_is_not_there_leaves_the_default),
		cmocka_unit_test(the_users_own_theme_is_found_and_cycled_through),
		cmocka_unit_test(a_theme_that_is_no_small_regular_file_holds_nothing_up),
		cmocka_unit_test(a_theme_is_not_read_from_where_the_program_is_started),
		cmocka_unit_test(a_theme_lies_beside_the_program_too),
		cmocka_unit_test(a_name_that_cannot_be_shown_as_it_is_is_no_theme),
		cmocka_unit_test(a_colour_becomes_the_nearest_that_the_terminal_has),
		cmocka_unit_test(a_selected_cell_takes_the_selections_ground),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
