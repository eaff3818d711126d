/* Themes: what a line may say, what an error names, and that every theme that is shipped is sound. */
#include <dirent.h>
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

			snprintf(line, sizeof(line), "\n%s ", theme_role_name((enum role)role));
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
	assert_non_null(strstr(fault.text, "pipe.theme: not a regular file; the default stays"));
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
	assert_string_equal(fault.text, "there is no theme \"strange\"; the default stays");
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
