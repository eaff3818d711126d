/* --connect: which server a client is connected to, what is printed for it, and what is said beside it. */
#include "tui/out/connect.h"
#include "tui/out/outputs.h"
#include "probes/base/fault.h"
#include "probes/servers/family.h"
#include "tests/unit/sample_snapshot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define GPU1 "http://gpu1.tail1234.ts.net:11434"
#define GPU2 "https://gpu2.tail1234.ts.net/llama"

static struct {
	char *out, *errors;
	int status;
} told;

static int forget(void **state)
{
	(void)state;
	free(told.out);
	free(told.errors);
	memset(&told, 0, sizeof(told));
	return 0;
}

/* Takes the snapshot over. */
static void ask(
	struct snapshot *snapshot, const char *word, const char *client, const struct settings *settings)
{
	const struct connect_request request = { word, client ? connect_client_named(client) : NULL,
		settings };
	size_t size;
	FILE *out, *errors;

	forget(NULL);
	out = open_memstream(&told.out, &size);
	errors = open_memstream(&told.errors, &size);
	told.status = connect_print(&(struct print_to){ .file = out, .errors = errors }, snapshot, &request);
	fclose(out);
	fclose(errors);
	snapshot_free(snapshot);
}

#define assert_has(text, part) assert_non_null(strstr(text, part))
#define assert_lacks(text, part) assert_null(strstr(text, part))

static void a_model_is_on_the_server_that_pick_picks(void **state)
{
	(void)state;
	ask(sample_fleet(), "qwen3:32b", "env", NULL);
	assert_string_equal(told.out, "export OPENAI_BASE_URL=" GPU1 "/v1\n"
				      "export OPENAI_API_BASE=" GPU1 "/v1\n"
				      "export OPENAI_API_KEY=not-needed\n"
				      "export OPENAI_MODEL=qwen3:32b\n");
	assert_string_equal(told.errors, "");
	assert_int_equal(told.status, STATUS_OK);
}

/* Lets the server that is best for qwen3:32b not speak an API. */
static struct snapshot *without(enum client_api api, enum speaks how, const char *since)
{
	struct snapshot *snapshot = sample_fleet();

	snapshot->endpoints[0].speaks[api] = (struct spoken){ how, since };
	return snapshot;
}

static void a_server_that_does_not_speak_the_api_is_passed_over(void **state)
{
	(void)state;
	ask(without(API_RESPONSES, SPEAKS_NO, ""), "qwen3:32b", "codex", NULL);
	assert_has(told.out, "base_url = \"" GPU2 "/v1\"\n");
	assert_int_equal(told.status, STATUS_OK);
	ask(without(API_RESPONSES, SPEAKS_NO, ""), "qwen3:32b", "aider", NULL);
	assert_has(told.out, GPU1);
	ask(without(API_RESPONSES, SPEAKS_UNKNOWN, ""), "qwen3:32b", "codex", NULL);
	assert_has(told.out, GPU1);
	assert_has(told.errors, "whether Ollama speaks the Responses API, which Codex needs, is not known");
}

static void if_no_server_speaks_it_nothing_is_printed(void **state)
{
	(void)state;
	ask(without(API_RESPONSES, SPEAKS_NO, ""), GPU1, "codex", NULL);
	assert_string_equal(told.out, "");
	assert_has(told.errors,
		"Ollama speaks no Responses API: Codex cannot use it; a gateway such as LiteLLM");
	assert_int_equal(told.status, STATUS_DOWN);
	ask(without(API_MESSAGES, SPEAKS_LATER, "0.14.0"), GPU1, "claude-code", NULL);
	assert_has(told.errors, "speaks no Messages API (0.14.0 and newer do): Claude Code cannot use it");
	assert_int_equal(told.status, STATUS_DOWN);
}

static void a_url_may_end_as_clients_take_it(void **state)
{
	(void)state;
	ask(sample_fleet(), GPU1 "/v1/", "env", NULL);
	assert_has(told.out, "OPENAI_BASE_URL=" GPU1 "/v1\n");
	ask(sample_fleet(), "http://nobody.example:1", "env", NULL);
	assert_has(told.errors, "http://nobody.example:1 is no server that is known here");
	assert_int_equal(told.status, STATUS_DOWN);
}

static void a_server_that_is_down_is_said_to_be(void **state)
{
	(void)state;
	ask(sample_fleet(), "http://tower.tail1234.ts.net:8000", NULL, NULL);
	assert_string_equal(told.out, "");
	assert_has(told.errors, "http://tower.tail1234.ts.net:8000 cannot be used now: down");
	assert_int_equal(told.status, STATUS_DOWN);
}

static void without_a_client_they_are_listed(void **state)
{
	struct snapshot *snapshot = without(API_RESPONSES, SPEAKS_NO, "");

	(void)state;
	ask(snapshot, GPU1, NULL, NULL);
	assert_has(told.out, "on gpu1 (Ollama)\n");
	assert_has(told.out, "Ollama speaks no Responses API: Codex cannot use it\n");
	assert_has(told.out, "~/.config/opencode/opencode.json\n");
	assert_int_equal(told.status, STATUS_OK);
}

static void a_name_that_fits_nothing_is_answered_as_pick_answers(void **state)
{
	(void)state;
	ask(sample_fleet(), "gemma", "env", NULL);
	assert_string_equal(told.errors,
		"tsllm-top: --connect: no server lists a model 'gemma'; there is gpt-oss:120b, "
		"llama3.3:70b-instruct-q4_K_M, qwen3:32b\n");
	assert_int_equal(told.status, STATUS_DOWN);
	ask(sample_no_daemon(), "gemma", "env", NULL);
	assert_int_equal(told.status, STATUS_UNKNOWN);
}

static void a_key_is_named_by_its_variable(void **state)
{
	struct settings settings;
	struct fault fault;

	(void)state;
	settings_init(&settings);
	assert_int_equal(settings_pin(&settings, GPU1, &fault), 0);
	free(settings.pins.items[0].key_env);
	settings.pins.items[0].key_env = strdup("GPU1_KEY");
	ask(sample_fleet(), "qwen3:32b", "codex", &settings);
	assert_has(told.out, "env_key = \"GPU1_KEY\"\n");
	ask(sample_fleet(), "qwen3:32b", "curl", &settings);
	assert_has(told.out, "-H \"Authorization: Bearer $GPU1_KEY\"");
	free(settings.pins.items[0].key_env);
	settings.pins.items[0].key_env = strdup("$(id)");
	ask(sample_fleet(), "qwen3:32b", "curl", &settings);
	assert_has(told.out, "Bearer $LLM_API_KEY\"");
	assert_lacks(told.out, "$(id)");
	settings_fini(&settings);
}

static void a_server_that_wants_a_key_says_so(void **state)
{
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	snapshot->endpoints[0].state = STATE_AUTH;
	ask(snapshot, GPU1, "openai-python", NULL);
	assert_has(told.out, "api_key=os.environ[\"LLM_API_KEY\"]");
	assert_has(told.errors, "the server wants a key: set LLM_API_KEY to it");
}

static void a_certificate_of_ones_own_is_needed_by_clients_too(void **state)
{
	struct settings settings;

	(void)state;
	settings_init(&settings);
	free(settings.ca_file);
	settings.ca_file = strdup("/etc/own ca.pem");
	ask(sample_fleet(), GPU2, "env", &settings);
	assert_has(
		told.errors, "export SSL_CERT_FILE='/etc/own ca.pem' NODE_EXTRA_CA_CERTS='/etc/own ca.pem'");
	ask(sample_fleet(), GPU1, "env", &settings);
	assert_lacks(told.errors, "SSL_CERT_FILE");
	settings_fini(&settings);
}

static void agents_are_warned_of_a_short_context(void **state)
{
	(void)state;
	ask(sample_fleet(), "qwen3:32b", "opencode", NULL);
	assert_has(told.out, "\"limit\": { \"context\": 32768, \"output\": 16384 }");
	assert_has(told.errors,
		"the model has a context of 32768 tokens; opencode works badly with less than 64000");
	ask(sample_fleet(), "qwen3:32b", "env", NULL);
	assert_lacks(told.errors, "context");
}

static void a_context_that_is_not_known_is_left_out_or_guessed_aloud(void **state)
{
	struct snapshot *snapshot = sample_fleet(), *again = sample_fleet();

	(void)state;
	for (size_t i = 0; i < snapshot->model_count; i++)
		snapshot->models[i].context = again->models[i].context = NAN;
	ask(snapshot, "qwen3:32b", "codex", NULL);
	assert_lacks(told.out, "context");
	ask(again, "qwen3:32b", "zed", NULL);
	assert_has(told.out, "\"max_tokens\": 8192");
	assert_has(told.errors, "8192 is a guess");
}

/* ---- the text ---- */

static void fill(struct bytes *to, const char *client, const char *model)
{
	const struct connect_values values = { .v1 = "https://gpu1.tail1.ts.net:8443/a/v1",
		.root = "https://gpu1.tail1.ts.net:8443/a",
		.model = model,
		.title = "gpu1",
		.key_variable = "",
		.context = NAN };

	connect_fill(to, connect_client_named(client), &values);
}

static void names_are_quoted_as_the_format_wants(void **state)
{
	static const struct {
		const char *client, *model, *part;
	} cases[] = {
		{ "env", "it's $(id)", "OPENAI_MODEL='it'\\''s $(id)'\n" },
		{ "aider", "a b", "--model 'openai/a b'\n" },
		{ "codex", "a\"b\\c\n", "model = \"a\\\"b\\\\c\\u000a\"\n" },
		{ "opencode", "{env:HOME}", "\"tailnet/\\u007benv:HOME}\"" },
		{ "continue", "${{ secrets.X }}", "model: \"\\u0024\\u007b\\u007b secrets.X }}\"\n" },
		{ "openai-js", "\x7f", "model: \"\\u007f\"" },
		{ "curl", "a'\"", "-d '{\"model\": \"a'\\''\\\"\"," },
		{ "goose", "m",
			"OPENAI_HOST=https://gpu1.tail1.ts.net:8443\nexport OPENAI_BASE_PATH=a/v1/chat/completions\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct bytes text = { 0 };

		fill(&text, cases[i].client, cases[i].model);
		if (!strstr(text.text, cases[i].part))
			fail_msg("%s lacks %s", text.text, cases[i].part);
		free(text.text);
	}
}

static void a_name_that_the_client_would_change_is_refused(void **state)
{
	static const struct {
		const char *client, *model;
	} cases[] = { { "crush", "a$HOME" }, { "droid", "${HOME}" }, { "claude-code", "--dangerous" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *snapshot = sample_fleet();

		for (size_t k = 0; k < snapshot->model_count; k++)
			snapshot->models[k].id = cases[i].model;
		ask(snapshot, GPU1, cases[i].client, NULL);
		assert_string_equal(told.out, "");
		assert_has(told.errors, "would not take the name");
		assert_int_equal(told.status, STATUS_DOWN);
	}
}

static void every_row_is_whole(void **state)
{
	const struct connect_client *client;

	(void)state;
	for (size_t i = 0; (client = connect_client_at(i)); i++) {
		struct bytes text = { 0 };

		assert_ptr_equal(connect_client_named(client->name), client);
		assert_non_null(client->title);
		assert_non_null(client->version);
		assert_non_null(client->date);
		fill(&text, client->name, "m");
		assert_lacks(text.text, "%");
		assert_int_equal(text.text[text.length - 1], '\n');
		free(text.text);
	}
}

/* ---- versions ---- */

static void an_api_is_spoken_from_a_version_on(void **state)
{
	static const struct {
		const char *since, *version;
		enum speaks how;
	} cases[] = {
		{ NULL, "1.0", SPEAKS_UNKNOWN },
		{ API_ALWAYS, "", SPEAKS_YES },
		{ API_NEVER, "9", SPEAKS_NO },
		{ "0.14.0", "0.14.0", SPEAKS_YES },
		{ "0.14.0", "0.14", SPEAKS_YES },
		{ "0.14.0", "0.9.9", SPEAKS_LATER },
		{ "0.14.0", "v0.13.5-rc1", SPEAKS_LATER },
		{ "0.14.0", "1.0.0", SPEAKS_YES },
		{ "0.14.0", "", SPEAKS_UNKNOWN },
		{ "0.14.0", "nightly", SPEAKS_UNKNOWN },
		{ "0.11.1", "0.32.0+cpu", SPEAKS_YES },
		{ "b7200", "b7201-de3ff81", SPEAKS_YES },
		{ "b7200", "b6000-de3ff81", SPEAKS_LATER },
		{ "b7200", "b1-de3ff81", SPEAKS_UNKNOWN },
		{ "0.14.0", "99999999999999999999999", SPEAKS_YES },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(client_api_spoken(cases[i].since, cases[i].version).how, cases[i].how);
}

static void families_say_what_they_speak(void **state)
{
	static const struct {
		const char *family, *version;
		enum client_api api;
		enum speaks how;
	} cases[] = {
		{ "ollama", "0.17.4", API_RESPONSES, SPEAKS_YES },
		{ "ollama", "0.13.2", API_RESPONSES, SPEAKS_LATER },
		{ "ollama", "0.17.4", API_OLLAMA, SPEAKS_YES },
		{ "tgi", "3.3.0", API_RESPONSES, SPEAKS_NO },
		{ "tgi", "3.3.0", API_CHAT, SPEAKS_YES },
		{ "tei", "1.8", API_CHAT, SPEAKS_NO },
		{ "triton", "", API_CHAT, SPEAKS_NO },
		{ "vllm", "0.32.0", API_OLLAMA, SPEAKS_NO },
		{ "no-such", "1", API_CHAT, SPEAKS_UNKNOWN },
		{ "no-such", "1", API_OLLAMA, SPEAKS_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct server_facts *facts = server_facts_named(family_facts(), cases[i].family);

		assert_int_equal(
			server_facts_spoken(facts, cases[i].api, cases[i].version).how, cases[i].how);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_model_is_on_the_server_that_pick_picks),
		TEST(a_server_that_does_not_speak_the_api_is_passed_over),
		TEST(if_no_server_speaks_it_nothing_is_printed),
		TEST(a_url_may_end_as_clients_take_it),
		TEST(a_server_that_is_down_is_said_to_be),
		TEST(without_a_client_they_are_listed),
		TEST(a_name_that_fits_nothing_is_answered_as_pick_answers),
		TEST(a_key_is_named_by_its_variable),
		TEST(a_server_that_wants_a_key_says_so),
		TEST(a_certificate_of_ones_own_is_needed_by_clients_too),
		TEST(agents_are_warned_of_a_short_context),
		TEST(a_context_that_is_not_known_is_left_out_or_guessed_aloud),
		TEST(names_are_quoted_as_the_format_wants),
		TEST(a_name_that_the_client_would_change_is_refused),
		TEST(every_row_is_whole),
		TEST(an_api_is_spoken_from_a_version_on),
		TEST(families_say_what_they_speak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
