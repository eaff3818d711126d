/* Names for the completion of shells: which are kept, when they are written, and when not. */
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
#include "probes/base/file.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/known_names.h"

static char folder[64], state_file[128], models[128], peers[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/tsllm-names-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(state_file, sizeof(state_file), "%s/endpoints", folder);
	snprintf(models, sizeof(models), "%s/models", folder);
	snprintf(peers, sizeof(peers), "%s/peers", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	known_names_forget(state_file);
	return rmdir(folder);
}

static char *text_of(const char *path)
{
	struct fault why;
	size_t length;

	return file_read(path, 100000, FILE_NO_PIPE, &length, &why);
}

static void assert_file(const char *path, const char *expected)
{
	char *text = text_of(path);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

/* The models of the sample have these names, and there are so many. */
static struct snapshot *with_models(const char *const *ids, size_t count)
{
	struct snapshot *snapshot = sample_fleet();

	assert_true(count <= snapshot->model_count);
	snapshot->model_count = count;
	for (size_t i = 0; i < count; i++)
		snapshot->models[i].id = ids[i];
	return snapshot;
}

static void keep(struct snapshot *snapshot)
{
	known_names_keep(snapshot, state_file);
	snapshot_free(snapshot);
}

static void a_name_that_a_shell_would_treat_in_a_special_way_is_not_kept(void **state)
{
	static const char *const ids[] = { "qwen3:32b", "$(touch x)", "Qwen/Qwen3-8B@q4_K.gguf", "a b",
		"`id`", "-rf", "", "x;id", "~root", "a\nb", "qwen3:32b", "übel", "*", "a\\b" };
	char longest[300];
	const char *one = longest;

	(void)state;
	keep(with_models(ids, sizeof(ids) / sizeof(*ids)));
	assert_file(models, "qwen3:32b\nQwen/Qwen3-8B@q4_K.gguf\n");
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	keep(with_models(&one, 1));
	assert_file(models, "qwen3:32b\nQwen/Qwen3-8B@q4_K.gguf\n"); /* nothing else was seen */
}

static void the_names_of_peers_are_kept_too(void **state)
{
	char *text;

	(void)state;
	keep(sample_fleet());
	text = text_of(peers);
	assert_non_null(text);
	assert_non_null(strstr(text, "gpu1\n"));
	free(text);
	keep(sample_crowd(3000, 0));
	text = text_of(peers);
	assert_non_null(text);
	assert_true(strlen(text) < 500 * 128);
	free(text);
}

static void what_nothing_was_seen_of_stays(void **state)
{
	const char *one = "llama3";

	(void)state;
	keep(with_models(&one, 1));
	keep(sample_no_daemon());
	assert_file(models, "llama3\n");
}

static void what_is_the_same_is_not_written_again(void **state)
{
	const char *one = "llama3";
	struct stat before, after;

	(void)state;
	keep(with_models(&one, 1));
	assert_int_equal(stat(models, &before), 0);
	assert_int_equal(before.st_mode & 0777, 0600);
	keep(with_models(&one, 1));
	assert_int_equal(stat(models, &after), 0);
	assert_true(before.st_ino == after.st_ino);
	one = "llama4";
	keep(with_models(&one, 1));
	assert_file(models, "llama4\n");
}

static void a_replay_leaves_no_names(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->replay.is_on = true;
	keep(snapshot);
	assert_int_equal(access(models, F_OK), -1);
	assert_int_equal(access(peers, F_OK), -1);
	known_names_keep(snapshot = sample_fleet(), ""); /* no state file */
	snapshot_free(snapshot);
}

static void they_are_forgotten(void **state)
{
	(void)state;
	keep(sample_fleet());
	assert_int_equal(access(models, F_OK), 0);
	known_names_forget(state_file);
	assert_int_equal(access(models, F_OK), -1);
	assert_int_equal(access(peers, F_OK), -1);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(a_name_that_a_shell_would_treat_in_a_special_way_is_not_kept),
		EACH(the_names_of_peers_are_kept_too),
		EACH(what_nothing_was_seen_of_stays),
		EACH(what_is_the_same_is_not_written_again),
		EACH(a_replay_leaves_no_names),
		EACH(they_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
