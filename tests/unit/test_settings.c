/* The defaults, the spelling of URLs, and keys. */
#include "probes/model/settings.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/endpoints/api_key.h"

static void defaults_ask_ones_own_machines_every_two_seconds(void **state)
{
	struct settings settings;

	(void)state;
	settings_init(&settings);
	assert_true(settings.period_s == 2);
	assert_true(settings.deadline_s == 5);
	assert_int_equal(settings.discover, DISCOVER_MINE);
	assert_true(settings.has_llama_metrics);
	assert_false(settings.is_passive);
	assert_string_equal(settings.socket, "");
	assert_string_equal(settings.theme, "default");
	assert_int_equal(settings.ports[0], 0);
	assert_int_equal(settings.pins.count, 0);
	settings_fini(&settings);
}

static void spellings_of_one_url_are_one_pin(void **state)
{
	static const char *const same[] = { "https://gpu1.tail4c1d.ts.net/Ollama",
		"HTTPS://GPU1.tail4c1d.ts.net:443/Ollama/", "https://gpu1.tail4c1d.ts.net/Ollama//",
		"https://gpu1.tail4c1d.ts.net./Ollama", "https://gpu1.tail4c1d.ts.net:00443/%4fllama" };
	struct settings settings;
	struct fault fault;

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		assert_int_equal(settings_pin(&settings, same[i], &fault), 0);
	assert_int_equal(settings.pins.count, 1);
	assert_string_equal(settings.pins.items[0].url, same[0]);
	assert_string_equal(settings.pins.items[0].key_env, "");
	settings_fini(&settings);
}

static void a_url_is_normalised(void **state)
{
	static const struct {
		const char *given, *normal;
	} cases[] = {
		{ "http://GPU1:80/", "http://gpu1" },
		{ "http://gpu1:443", "http://gpu1:443" },
		{ "http://gpu1:011434", "http://gpu1:11434" },
		{ "https://[FD7A:115c::1]:8443/v1", "https://[fd7a:115c::1]:8443/v1" },
		{ "http://127.0.0.1:8080", "http://127.0.0.1:8080" },
		{ "http://[::1]", "http://[::1]" },
		{ "http://gpu2.", "http://gpu2" },
	};
	struct settings settings;
	struct fault fault;

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(settings_pin(&settings, cases[i].given, &fault), 0);
		assert_string_equal(settings.pins.items[i].url, cases[i].normal);
	}
	settings_fini(&settings);
}

static void what_is_no_url_is_refused_with_a_sentence(void **state)
{
	static const char *const cases[] = { "", "gpu1:11434", "ftp://gpu1", "http://", "http://:80",
		"http:///x", "http://gpu1:0", "http://gpu1:65536", "http://gpu1:", "http://gpu1:8080x",
		"http://ann@gpu1", "http://gpu1/a b", "http://gpu1/?key=1", "http://gpu1/#x",
		"http://gpu1/\r\nX: y", "http://x..", "http://gpu1/@me", "http://[::1", "http://[]",
		"http://gpu1\\x", "http://gp\xc3\xbc" };
	struct settings settings;
	struct fault fault;
	char long_url[1000];

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(settings_pin(&settings, cases[i], &fault), -1);
	assert_string_equal(fault.text,
		"'http://gpü' is no URL like http://gpu1:11434 or https://gpu1.example.ts.net/path");
	snprintf(long_url, sizeof(long_url), "http://gpu1/%0900d", 1);
	assert_int_equal(settings_pin(&settings, long_url, &fault), -1);
	assert_int_equal(settings.pins.count, 0);
	settings_fini(&settings);
}

static void a_refused_url_tells_no_password(void **state)
{
	static const char *const cases[] = { "http://ada:PASS@gpu1", "http://ada:xx/PASS@gpu1",
		"http://ada:80/PASS@gpu1", "http://ada:PASS#x@gpu1", "http://ada:PA?PASS@gpu1",
		"ada:PASS@host", "http://gpu1/?key=PASS", "http://PASS/PASS@gpu1" };
	struct settings settings;
	struct fault fault;

	(void)state;
	settings_init(&settings);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(settings_pin(&settings, cases[i], &fault), -1);
		assert_null(strstr(fault.text, "PASS"));
		assert_non_null(strstr(fault.text, "must be given without user, password and query"));
	}
	settings_fini(&settings);
}

/* ---- keys ---- */

static char directory[] = "/tmp/tsllm-test-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

/* What api_key_read() makes of a file with these bytes; the key, or "-" and fault. */
static const char *key_of(const char *bytes, size_t length, struct fault *fault)
{
	static char key[128];
	char path[64];
	struct pin pin = { .url = (char *)"https://gpu1", .key_env = (char *)"", .key_file = path };
	FILE *file;
	int failed;

	snprintf(path, sizeof(path), "%s/key", directory);
	file = fopen(path, "w");
	fwrite(bytes, 1, length, file);
	fclose(file);
	chmod(path, 0600);
	failed = api_key_read(&pin, key, sizeof(key), fault);
	if (failed)
		assert_string_equal(key, "");
	unlink(path);
	return failed ? "-" : key;
}

static void a_key_is_the_first_line_of_its_file(void **state)
{
	struct fault fault;

	(void)state;
	assert_string_equal(key_of("sk-123", 6, &fault), "sk-123");
	assert_string_equal(key_of("sk-123 \r\nsecond\n", 16, &fault), "sk-123");
}

static void what_could_break_a_header_is_no_key_and_is_not_repeated(void **state)
{
	struct fault fault;

	(void)state;
	assert_string_equal(key_of("", 0, &fault), "-");
	assert_string_equal(key_of("\nsecond\n", 8, &fault), "-");
	assert_string_equal(key_of("two words", 9, &fault), "-");
	assert_string_equal(key_of("se\rcret", 7, &fault), "-");
	assert_string_equal(key_of("se\033cret", 7, &fault), "-");
	assert_null(strstr(fault.text, "cret"));
	assert_non_null(strstr(fault.text, "the key_file of https://gpu1 holds no key"));
}

static void a_key_file_is_small_and_regular(void **state)
{
	static char much[5000];
	struct fault fault;
	char key[64], path[64];
	struct pin pin = { .url = (char *)"https://gpu1", .key_env = (char *)"", .key_file = path };

	(void)state;
	memset(much, 'a', sizeof(much));
	assert_string_equal(key_of(much, sizeof(much), &fault), "-");
	assert_non_null(strstr(fault.text, "no regular file of at most 4 kB"));
	snprintf(path, sizeof(path), "%s/fifo", directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), -1);
	unlink(path);
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), -1);
	assert_non_null(strstr(fault.text, "No such file"));
}

static void a_key_comes_from_the_environment(void **state)
{
	struct pin pin = {
		.url = (char *)"https://gpu1", .key_env = (char *)"TSLLM_TEST_KEY", .key_file = (char *)""
	};
	struct fault fault;
	char key[16];

	(void)state;
	setenv("TSLLM_TEST_KEY", "sk-env", 1);
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), 0);
	assert_string_equal(key, "sk-env");
	setenv("TSLLM_TEST_KEY", "longer-than-there-is-room", 1);
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), -1);
	unsetenv("TSLLM_TEST_KEY");
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), -1);
	assert_string_equal(fault.text, "the key_env variable of https://gpu1 is not set in the environment");
	pin.key_env = (char *)"";
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), 0);
	assert_string_equal(key, "");
}

/* The key itself, where its name or its path belongs. */
static void a_key_in_the_wrong_place_is_not_repeated(void **state)
{
	struct pin pins[] = {
		{ .url = (char *)"http://a", .key_env = (char *)"SEKRIT", .key_file = (char *)"" },
		{ .url = (char *)"http://a", .key_env = (char *)"", .key_file = (char *)"/etc/sk-SEKRIT" },
		{ .url = (char *)"http://a", .key_env = (char *)"", .key_file = (char *)"sk/SEKRIT" },
	};
	struct fault fault;
	char key[16];

	(void)state;
	unsetenv("SEKRIT");
	for (size_t i = 0; i < ARRAY_LEN(pins); i++) {
		assert_int_equal(api_key_read(&pins[i], key, sizeof(key), &fault), -1);
		assert_null(strstr(fault.text, "SEKRIT"));
		assert_non_null(strstr(fault.text, " of http://a"));
	}
}

static void a_key_file_that_others_may_read_or_change_is_refused(void **state)
{
	static const mode_t modes[] = { 0644, 0640, 0620, 0602, 0601, 0666 };
	char path[64], key[16], told[200];
	struct pin pin = { .url = (char *)"http://a", .key_env = (char *)"", .key_file = path };
	struct fault fault;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/my key", directory);
	file = fopen(path, "w");
	fputs("SEKRIT", file);
	fclose(file);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		chmod(path, modes[i]);
		snprintf(told, sizeof(told),
			"others may read or change the key_file of http://a (mode %04o); run: chmod 600 '%s'",
			(unsigned)modes[i], path);
		assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), -1);
		assert_string_equal(fault.text, told);
		assert_string_equal(key, "");
	}
	chmod(path, 0400);
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), 0);
	assert_string_equal(key, "SEKRIT");
	unlink(path);
}

static void a_key_file_of_another_user_is_refused(void **state)
{
	char path[64], key[16];
	struct pin pin = { .url = (char *)"http://a", .key_env = (char *)"", .key_file = path };
	struct fault fault;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	snprintf(path, sizeof(path), "%s/key", directory);
	fclose(fopen(path, "w"));
	chmod(path, 0600);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_int_equal(api_key_read(&pin, key, sizeof(key), &fault), -1);
	assert_non_null(strstr(fault.text, "the key_file of http://a belongs to '"));
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_ask_ones_own_machines_every_two_seconds),
		cmocka_unit_test(spellings_of_one_url_are_one_pin),
		cmocka_unit_test(a_url_is_normalised),
		cmocka_unit_test(what_is_no_url_is_refused_with_a_sentence),
		cmocka_unit_test(a_key_is_the_first_line_of_its_file),
		cmocka_unit_test(what_could_break_a_header_is_no_key_and_is_not_repeated),
		cmocka_unit_test(a_key_file_is_small_and_regular),
		cmocka_unit_test(a_key_comes_from_the_environment),
		cmocka_unit_test(a_refused_url_tells_no_password),
		cmocka_unit_test(a_key_in_the_wrong_place_is_not_repeated),
		cmocka_unit_test(a_key_file_that_others_may_read_or_change_is_refused),
		cmocka_unit_test(a_key_file_of_another_user_is_refused),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
