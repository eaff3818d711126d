/* A canary: its plan and what that costs, its request, its stream however the bytes are split, and its words. */
#include "probes/base/fault.h"
#include "probes/base/json.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "probes/endpoints/canary_body.h"
#include "probes/endpoints/canary_result.h"
#include "probes/ledger/ledger.h"
#include "probes/report/canary_plan.h"
#include "probes/report/canary_words.h"
#include "probes/model/sniffed.h"
#include "probes/take/take.h"
#include "probes/verdicts/judge.h"
#include "tests/unit/sample_snapshot.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MODEL "qwen3:32b"

/* ---- streams ---- */

static void feed_whole(struct canary_stream *stream, enum client_api api, const char *bytes, size_t length)
{
	canary_stream_init(stream, api);
	assert_int_equal(canary_stream_feed(stream, bytes, length, 100), 0);
	canary_stream_end(stream, 200);
}

static void assert_same(const struct canary_stream *a, const struct canary_stream *b)
{
	assert_int_equal(a->events, b->events);
	assert_int_equal(a->is_over, b->is_over);
	assert_int_equal(a->is_thinking, b->is_thinking);
	assert_int_equal(a->is_whole, b->is_whole);
	assert_int_equal(a->has_failed, b->has_failed);
	assert_string_equal(a->words, b->words);
	assert_true(a->tokens == b->tokens || (isnan(a->tokens) && isnan(b->tokens)));
	assert_true(a->load_ms == b->load_ms || (isnan(a->load_ms) && isnan(b->load_ms)));
}

/* In two pieces, split before each byte, and byte by byte. */
static void reads(struct canary_stream *stream, enum client_api api, const char *bytes)
{
	size_t length = strlen(bytes);

	feed_whole(stream, api, bytes, length);
	for (size_t at = 0; at <= length; at++) {
		struct canary_stream split;

		canary_stream_init(&split, api);
		assert_int_equal(canary_stream_feed(&split, bytes, at, 100), 0);
		assert_int_equal(canary_stream_feed(&split, bytes + at, length - at, 100), 0);
		canary_stream_end(&split, 200);
		assert_same(stream, &split);
		canary_stream_fini(&split);
	}
}

#define ROLE_ONLY "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}\n\n"
#define ONE "data: {\"choices\":[{\"delta\":{\"content\":\"one\"}}]}\n\n"
#define THOUGHT "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n"
#define LENGTH "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"
#define USAGE "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":16}}\n\n"
#define DONE "data: [DONE]\n\n"

static void tokens_are_told_from_comments_and_empty_events(void **state)
{
	struct canary_stream stream;

	(void)state;
	reads(&stream, API_CHAT,
		": ping\n\n" ROLE_ONLY "event: x\nid: 1\n" ONE ": ping\n\n" ONE LENGTH USAGE DONE);
	assert_int_equal(stream.events, 2);
	assert_true(stream.is_over && !stream.has_failed && !stream.is_thinking && !stream.is_whole);
	assert_true(stream.tokens == 16 && stream.prompt_tokens == 7 && isnan(stream.prefill_ms));
	canary_stream_fini(&stream);
}

static void lines_may_end_as_they_like_and_the_last_event_need_not(void **state)
{
	static const char *const forms[] = {
		"data: {\"choices\":[{\"delta\":{\"content\":\"one\"}}]}\r\n\r\ndata:[DONE]\r\n\r\n",
		"data: {\"choices\":[{\"delta\":{\"content\":\"one\"}}]}\r\rdata: [DONE]\r\r",
		"data: {\"choices\":\ndata: [{\"delta\":{\"content\":\"one\"}}]}\n\ndata: [DONE]",
	};
	struct canary_stream stream;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		reads(&stream, API_CHAT, forms[i]);
		assert_int_equal(stream.events, 1);
		assert_true(stream.is_over);
		canary_stream_fini(&stream);
	}
}

static void the_first_token_is_timed_and_may_be_a_thought(void **state)
{
	struct canary_stream stream;

	(void)state;
	canary_stream_init(&stream, API_CHAT);
	canary_stream_feed(&stream, ROLE_ONLY, strlen(ROLE_ONLY), 10);
	canary_stream_feed(&stream, THOUGHT, strlen(THOUGHT), 20);
	canary_stream_feed(&stream, ONE, strlen(ONE), 30);
	canary_stream_feed(&stream, LENGTH, strlen(LENGTH), 40);
	canary_stream_end(&stream, 50);
	assert_int_equal(stream.first_ms, 20);
	assert_int_equal(stream.last_ms, 30);
	assert_true(stream.is_thinking && stream.is_over);
	canary_stream_fini(&stream);
}

/* How many tokens there were comes after the last of them. */
static void a_stream_has_ended_when_nothing_of_use_follows(void **state)
{
	static const struct {
		enum client_api api;
		const char *before, *last;
	} cases[] = {
		{ API_CHAT, ONE LENGTH USAGE, DONE },
		{ API_RESPONSES, "data: {\"type\":\"response.output_text.delta\",\"delta\":\"one\"}\n\n",
			"data: {\"type\":\"response.incomplete\",\"response\":{}}\n\n" },
		{ API_MESSAGES, "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":16}}\n\n",
			"data: {\"type\":\"message_stop\"}\n\n" },
		{ API_OLLAMA, "{\"message\":{\"content\":\"one\"},\"done\":false}\n",
			"{\"message\":{\"content\":\"\"},\"done\":true}\n" },
	};
	struct canary_stream stream;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		canary_stream_init(&stream, cases[i].api);
		canary_stream_feed(&stream, cases[i].before, strlen(cases[i].before), 0);
		assert_false(stream.has_ended);
		canary_stream_feed(&stream, cases[i].last, strlen(cases[i].last), 0);
		assert_true(stream.has_ended && stream.is_over);
		canary_stream_fini(&stream);
	}
}

static void each_api_has_its_own_events(void **state)
{
	static const struct {
		enum client_api api;
		const char *bytes;
		unsigned events;
		bool is_thinking;
		double tokens;
	} cases[] = {
		{ API_RESPONSES,
			"data: {\"type\":\"response.created\",\"response\":{\"error\":null}}\n\n"
			"data: {\"type\":\"response.output_text.delta\",\"delta\":\"a\"}\n\n"
			"data: {\"type\":\"response.output_text.delta\",\"delta\":\"b\"}\n\n"
			"data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"output_tokens\":3}}}\n\n",
			2, false, 3 },
		{ API_RESPONSES,
			"data: {\"type\":\"response.reasoning_text.delta\",\"delta\":\"a\"}\n\n"
			"data: {\"type\":\"response.incomplete\",\"response\":{\"usage\":{\"output_tokens\":16}}}\n\n",
			1, true, 16 },
		{ API_MESSAGES,
			"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":"
			"{\"input_tokens\":9,\"output_tokens\":1}}}\n\n"
			"data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"h\"}}\n\n"
			"data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n"
			"data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":5}}\n\n"
			"data: {\"type\":\"message_stop\"}\n\n",
			2, true, 5 },
		{ API_OLLAMA,
			"{\"message\":{\"content\":\"\",\"thinking\":\"h\"},\"done\":false}\n"
			"{\"message\":{\"content\":\"a\"},\"done\":false}\n"
			"{\"message\":{\"content\":\"\"},\"done\":true,\"eval_count\":16}\n",
			2, true, 16 },
	};
	struct canary_stream stream;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		reads(&stream, cases[i].api, cases[i].bytes);
		assert_int_equal(stream.events, cases[i].events);
		assert_int_equal(stream.is_thinking, cases[i].is_thinking);
		assert_true(stream.tokens == cases[i].tokens);
		assert_true(stream.is_over && !stream.has_failed);
		canary_stream_fini(&stream);
	}
}

static void ollamas_nanoseconds_and_llama_servers_times_are_taken(void **state)
{
	struct canary_stream stream;

	(void)state;
	reads(&stream, API_OLLAMA,
		"{\"message\":{\"content\":\"a\"}}\n{\"done\":true,\"load_duration\":2500000,\"prompt_eval_duration\":"
		"1000000,\"eval_duration\":4000000,\"eval_count\":2,\"prompt_eval_count\":3}");
	assert_true(stream.load_ms == 2.5 && stream.prefill_ms == 1 && stream.decode_ms == 4);
	canary_stream_fini(&stream);
	reads(&stream, API_CHAT,
		ONE
		"data: {\"choices\":[{\"finish_reason\":\"length\",\"delta\":{}}],\"timings\":{\"prompt_n\":3,"
		"\"prompt_ms\":5.5,\"predicted_n\":2,\"predicted_ms\":8}}\n\n");
	assert_true(stream.prefill_ms == 5.5 && stream.decode_ms == 8 && stream.tokens == 2);
	canary_stream_fini(&stream);
	reads(&stream, API_OLLAMA, "{\"message\":{\"content\":\"a\"}}\n{\"done\":true,\"load_duration\":-1}");
	assert_true(isnan(stream.load_ms));
	canary_stream_fini(&stream);
}

static void figures_that_cannot_be_are_unknown(void **state)
{
	static const char *const numbers[] = { "1e300", "1e999", "-1", "NaN", "\"7\"", "null" };
	struct canary_stream stream;
	char text[640];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		const char *n = numbers[i];

		snprintf(text, sizeof(text),
			ONE
			"data: {\"choices\":[],\"usage\":{\"completion_tokens\":%s,\"prompt_tokens\":%s},"
			"\"timings\":{\"predicted_n\":%s,\"prompt_n\":%s,\"prompt_ms\":%s,\"predicted_ms\":%s}}\n\n",
			n, n, n, n, n, n);
		reads(&stream, API_CHAT, text);
		assert_true(isnan(stream.tokens) && isnan(stream.prompt_tokens));
		assert_true(isnan(stream.prefill_ms) && isnan(stream.decode_ms));
		canary_stream_fini(&stream);
		snprintf(text, sizeof(text),
			"{\"message\":{\"content\":\"a\"}}\n{\"done\":true,\"load_duration\":%s,\"eval_duration\":%s,"
			"\"prompt_eval_duration\":%s,\"eval_count\":%s}",
			n, n, n, n);
		reads(&stream, API_OLLAMA, text);
		assert_true(isnan(stream.load_ms) && isnan(stream.decode_ms) && isnan(stream.tokens));
		canary_stream_fini(&stream);
	}
	/* a speed would be infinite */
	reads(&stream, API_OLLAMA,
		"{\"message\":{\"content\":\"a\"}}\n{\"done\":true,\"eval_duration\":1e-300,\"eval_count\":16}");
	assert_true(isnan(stream.decode_ms) && stream.tokens == 16);
	canary_stream_fini(&stream);
}

static void failures_are_told_with_the_servers_words(void **state)
{
	static const struct {
		enum client_api api;
		const char *bytes, *words;
	} cases[] = {
		{ API_CHAT, "{\"error\":{\"message\":\"no such model\",\"code\":404}}", "no such model" },
		{ API_CHAT, "{\n \"error\": \"Unauthorized\"\n}\n", "Unauthorized" },
		{ API_CHAT, "{\"detail\":\"Not authenticated\"}", "Not authenticated" },
		{ API_CHAT, ONE "data: {\"error\":{\"message\":\"died\"}}\n\n" DONE, "died" },
		{ API_OLLAMA, "{\"message\":{\"content\":\"a\"}}\n{\"error\":\"unexpected EOF\"}\n",
			"unexpected EOF" },
		{ API_RESPONSES,
			"data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"message\":\"full\"}}}\n\n",
			"full" },
		{ API_RESPONSES, "data: {\"type\":\"error\",\"message\":\"quota\"}\n\n", "quota" },
		{ API_MESSAGES, "data: {\"type\":\"error\",\"error\":{\"message\":\"Overloaded\"}}\n\n",
			"Overloaded" },
	};
	struct canary_stream stream;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		reads(&stream, cases[i].api, cases[i].bytes);
		assert_true(stream.has_failed);
		assert_string_equal(stream.words, cases[i].words);
		canary_stream_fini(&stream);
	}
	reads(&stream, API_CHAT, "404 page not found");
	assert_string_equal(stream.words, "404 page not found");
	assert_int_equal(stream.events, 0);
	canary_stream_fini(&stream);
	reads(&stream, API_CHAT, "<html>no words</html>");
	assert_string_equal(stream.words, "");
	canary_stream_fini(&stream);
}

static void a_whole_answer_is_one(void **state)
{
	static const struct {
		enum client_api api;
		const char *bytes;
	} cases[] = {
		{ API_CHAT,
			"{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"usage\":"
			"{\"completion_tokens\":4}}" },
		{ API_MESSAGES,
			"{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}],\"usage\":"
			"{\"output_tokens\":4}}" },
		{ API_RESPONSES,
			"{\"object\":\"response\",\"error\":null,\"output\":[{\"content\":[{\"text\":\"a\"}]}],"
			"\"usage\":{\"output_tokens\":4}}" },
	};
	struct canary_stream stream;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		reads(&stream, cases[i].api, cases[i].bytes);
		assert_true(stream.is_whole && stream.is_over && stream.tokens == 4);
		canary_stream_fini(&stream);
	}
}

static void what_is_too_long_ends_it(void **state)
{
	char *line = mem_alloc(CANARY_LINE_MAX + 8);
	struct canary_stream stream;
	int result = 0;

	(void)state;
	memset(line, 'x', CANARY_LINE_MAX + 1);
	canary_stream_init(&stream, API_CHAT);
	assert_int_equal(canary_stream_feed(&stream, line, CANARY_LINE_MAX, 1), 0);
	assert_int_equal(canary_stream_feed(&stream, "x", 1, 1), -1);
	canary_stream_fini(&stream);
	memcpy(line, "data: ", 6);
	line[CANARY_LINE_MAX / 2] = '\n';
	canary_stream_init(&stream, API_CHAT);
	for (int i = 0; i < 3 && !result; i++)
		result = canary_stream_feed(&stream, line, CANARY_LINE_MAX / 2 + 1, 1);
	assert_int_equal(result, -1);
	canary_stream_fini(&stream);
	free(line);
}

/* ---- the request ---- */

static void a_body_is_json_for_each_api(void **state)
{
	static const char *const limits[API_COUNT] = { "max_tokens", "max_output_tokens", "max_tokens",
		NULL };
	struct canary_plan plan = { .model = "a\"b\\c{}\n", .context = NAN };

	(void)state;
	for (int api = 0; api < API_COUNT; api++) {
		struct fault fault;
		struct json *json, *options;
		char *body, *other;

		plan.api = (enum client_api)api;
		body = canary_body(&plan, 1);
		other = canary_body(&plan, 2);
		json = json_parse(body, strlen(body), &fault);
		assert_string_equal(json_text(json, "model"), plan.model);
		assert_true(json_true(json, "stream"));
		assert_null(strstr(body, "keep_alive"));
		assert_null(strstr(body, "num_ctx"));
		assert_string_not_equal(body, other);
		options = (struct json *)(uintptr_t)json_member(json, "options");
		if (limits[api])
			assert_true(json_number(json, limits[api]) == CANARY_TOKENS);
		else
			assert_true(json_number(options, "num_predict") == CANARY_TOKENS);
		json_free(json);
		free(body);
		free(other);
	}
}

/* ---- the plan ---- */

static struct canary_choice choose(struct snapshot *snapshot, const char *word, const char *model)
{
	const struct canary_request request = { word, model, 1, NULL };
	struct canary_choice choice;

	canary_plan_make(snapshot, &request, &choice);
	return choice;
}

static struct endpoint *server_of(struct snapshot *snapshot)
{
	struct canary_choice choice = choose(snapshot, MODEL, "");

	assert_int_equal(choice.result, CANARY_PLANNED);
	return &snapshot->endpoints[choice.connection.endpoint - snapshot->endpoints];
}

static void set_warmth(struct snapshot *snapshot, const struct endpoint *endpoint, enum warmth warmth)
{
	for (size_t i = 0; i < snapshot->offer_count; i++)
		if (&snapshot->endpoints[snapshot->offers[i].endpoint] == endpoint)
			snapshot->offers[i].warmth = warmth;
}

static void what_it_costs_follows_from_how_warm_the_model_is(void **state)
{
	static const struct {
		enum warmth warmth;
		enum cost cost;
		bool was_cold;
		const char *words;
	} cases[] = {
		{ WARMTH_WARM, COST_RESETS_IDLE, false, "the model is loaded" },
		{ WARMTH_HOT, COST_RESETS_IDLE, false, "waits for a free slot" },
		{ WARMTH_LOADING, COST_RESETS_IDLE, false, "waits for it" },
		{ WARMTH_COLD, COST_LOADS, true, "this loads it" },
		{ WARMTH_SLEEPING, COST_WAKES, true, "this wakes it" },
		{ WARMTH_UNKNOWN, COST_LOADS, false, "is not known: this may load it" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapshot *snapshot = sample_fleet();
		struct endpoint *endpoint = server_of(snapshot);
		struct canary_choice choice;

		endpoint->may_hand_on = false;
		set_warmth(snapshot, endpoint, cases[i].warmth);
		choice = choose(snapshot, endpoint->url, MODEL);
		assert_int_equal(choice.result, CANARY_PLANNED);
		assert_int_equal(choice.plan.cost, cases[i].cost);
		assert_int_equal(choice.plan.was_cold, cases[i].was_cold);
		assert_non_null(strstr(choice.costs, cases[i].words));
		assert_non_null(strstr(choice.asks, MODEL));
		assert_non_null(strstr(choice.asks, choice.plan.sent_to));
		assert_non_null(strstr(choice.key, "sends no key"));
		snapshot_free(snapshot);
	}
}

static void only_a_server_that_unloads_may_keep_a_model_for_longer(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *endpoint = server_of(snapshot);
	struct canary_choice choice;

	(void)state;
	endpoint->may_hand_on = false;
	set_warmth(snapshot, endpoint, WARMTH_WARM);
	for (int unloads = 0; unloads < 2; unloads++) {
		endpoint->unloads_idle = unloads;
		choice = choose(snapshot, endpoint->url, MODEL);
		assert_string_equal(
			choice.costs, unloads ? "the model is loaded, and this may keep it loaded for longer"
					      : "the model is loaded");
	}
	snapshot_free(snapshot);
}

static void what_may_be_elsewhere_may_be_billed(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *endpoint = server_of(snapshot);
	struct canary_choice choice;

	(void)state;
	endpoint->may_hand_on = true;
	endpoint->is_engine = false;
	set_warmth(snapshot, endpoint, WARMTH_UNKNOWN);
	choice = choose(snapshot, endpoint->url, MODEL);
	assert_int_equal(choice.plan.cost, COST_BILLS);
	assert_non_null(strstr(choice.costs, "may be billed: this gateway"));
	endpoint->may_hand_on = false;
	snapshot->models[endpoint->models.first].remote_host = "ollama.com";
	choice = choose(snapshot, endpoint->url, snapshot->models[endpoint->models.first].id);
	assert_int_equal(choice.plan.cost, COST_BILLS);
	assert_non_null(strstr(choice.costs, "the model runs on ollama.com"));
	endpoint->streams.cuts_answers = true;
	snapshot->models[endpoint->models.first].remote_host = "";
	choice = choose(snapshot, endpoint->url, snapshot->models[endpoint->models.first].id);
	assert_int_equal(choice.plan.cost, COST_DISTURBS);
	assert_non_null(strstr(choice.costs, "cuts off the answer"));
	snapshot_free(snapshot);
}

static void of_several_models_one_that_writes_text_is_chosen_and_of_a_gateway_none(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *endpoint = server_of(snapshot);
	struct canary_choice choice;

	(void)state;
	assert_true(endpoint->models.count > 1);
	endpoint->may_hand_on = false;
	choice = choose(snapshot, endpoint->url, "");
	assert_int_equal(choice.result, CANARY_PLANNED);
	for (size_t i = 0; i < snapshot->model_count; i++)
		snapshot->models[i].is_no_chat = strcmp(snapshot->models[i].id, choice.plan.model) == 0;
	assert_string_not_equal(choose(snapshot, endpoint->url, "").plan.model, choice.plan.model);
	endpoint->may_hand_on = true;
	choice = choose(snapshot, endpoint->url, "");
	assert_int_equal(choice.result, CANARY_NOT_PLANNED);
	assert_non_null(strstr(choice.why, "has several models: name one"));
	snapshot_free(snapshot);
}

static void the_api_is_one_that_the_server_speaks(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *endpoint = server_of(snapshot);
	struct canary_choice choice;

	(void)state;
	for (int api = 0; api < API_COUNT; api++)
		endpoint->speaks[api] = (struct spoken){ SPEAKS_YES, "" };
	choice = choose(snapshot, endpoint->url, MODEL);
	assert_string_equal(choice.plan.path, "POST /v1/chat/completions");
	endpoint->streams.reports_times = true;
	choice = choose(snapshot, endpoint->url, MODEL);
	assert_string_equal(choice.plan.path, "POST /api/chat");
	endpoint->speaks[API_OLLAMA].how = endpoint->speaks[API_CHAT].how = SPEAKS_NO;
	choice = choose(snapshot, endpoint->url, MODEL);
	assert_string_equal(choice.plan.path, "POST /v1/responses");
	endpoint->speaks[API_RESPONSES].how = SPEAKS_LATER;
	choice = choose(snapshot, endpoint->url, MODEL);
	assert_string_equal(choice.plan.path, "POST /v1/messages");
	endpoint->speaks[API_MESSAGES].how = SPEAKS_NO;
	choice = choose(snapshot, endpoint->url, MODEL);
	assert_int_equal(choice.result, CANARY_NOT_PLANNED);
	assert_non_null(strstr(choice.why, "speaks no API that writes text"));
	snapshot_free(snapshot);
}

/* It is not sent, and what is said of it ends with the reason. */
static void the_name_of_a_model_is_sent_as_it_is_or_not_at_all(void **state)
{
	static const char unsent[] = "has a name that is too long, or has characters that are not printed";
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *endpoint = server_of(snapshot);
	char filled[TEXT_CAP], cut[TEXT_CAP + 8];
	const char *const names[] = { cut, "a\\x1b[2Jb", "a…" };

	(void)state;
	memset(filled, 'x', sizeof(filled) - 1);
	filled[sizeof(filled) - 1] = '\0';
	snprintf(cut, sizeof(cut), "%s…", filled);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct canary_choice choice;

		snapshot->models[endpoint->models.first].id = names[i];
		choice = choose(snapshot, endpoint->url, names[i]);
		assert_int_equal(choice.result, CANARY_NOT_PLANNED);
		assert_true(text_has_suffix(choice.why, unsent) && strlen(choice.why) < 160);
	}
	snapshot_free(snapshot);
}

static void a_server_in_trouble_may_be_asked_and_one_that_is_down_may_not(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint *endpoint = server_of(snapshot);

	(void)state;
	endpoint->state = STATE_STALLED;
	assert_int_equal(choose(snapshot, endpoint->url, MODEL).result, CANARY_PLANNED);
	endpoint->state = STATE_DOWN;
	assert_int_equal(choose(snapshot, endpoint->url, MODEL).result, CANARY_NOT_CONNECTED);
	endpoint->state = STATE_OK;
	snapshot->models[endpoint->models.first].is_no_chat = true;
	assert_non_null(
		strstr(choose(snapshot, endpoint->url, snapshot->models[endpoint->models.first].id).why,
			"writes no text"));
	assert_non_null(strstr(choose(snapshot, endpoint->url, "none").why, "is no model of that server"));
	snapshot_free(snapshot);
}

/* ---- figures and words ---- */

static struct canary done_canary(void)
{
	struct canary canary = {
		.url = "http://gpu1:11434/api/chat", .model = MODEL, .words = "", .path_source = "disco"
	};

	canary_figures_init(&canary.figures);
	canary.seen_ttfb_ms = canary.seen_ttft_ms = canary.seen_tokens_per_s = NAN;
	canary.figures.state = CANARY_DONE;
	canary.figures.status = 200;
	canary.figures.began = 1000;
	canary.figures.ended = 3500;
	canary.figures.ttft_ms = 1000;
	canary.figures.connect_ms = 5;
	canary.figures.path_ms = 4;
	canary.figures.tokens = 16;
	canary.figures.tokens_per_s = 40;
	canary.figures.counted = CANARY_COUNTED_BY_SERVER;
	return canary;
}

static double part_named(const struct canary *canary, const char *name, const char **source)
{
	struct canary_part parts[CANARY_PARTS];
	size_t count = canary_words_parts(canary, parts);

	for (size_t i = 0; i < count; i++)
		if (strcmp(parts[i].name, name) == 0) {
			*source = parts[i].source;
			return parts[i].ms;
		}
	fail_msg("no part %s", name);
	return NAN;
}

static void what_is_left_of_the_time_is_not_given_to_anybody(void **state)
{
	struct canary canary = done_canary();
	const char *source;

	(void)state;
	assert_true(part_named(&canary, "rest", &source) == 991);
	assert_string_equal(source, "queue, load and prefill: the server does not tell them apart");
	assert_true(isnan(part_named(&canary, "load", &source)));
	assert_string_equal(source, "unknown");
	canary.figures.load_ms = 700;
	canary.figures.prefill_ms = 200;
	assert_true(part_named(&canary, "rest", &source) == 91);
	assert_string_equal(source, "queue, and what the server does not tell");
	canary.figures.load_ms = 5000;
	assert_true(part_named(&canary, "rest", &source) == 0);
}

static void each_way_to_fail_has_its_sentence(void **state)
{
	struct canary canary = done_canary();
	char text[1024], first[1024] = "";

	(void)state;
	canary.figures.state = CANARY_FAILED;
	for (int trouble = CANARY_NO_ANSWER; trouble < CANARY_TROUBLES; trouble++) {
		canary.figures.trouble = (enum canary_trouble)trouble;
		canary_words_say(text, sizeof(text), &canary, 4000);
		assert_true(text_has_prefix(text, "failed: ") && strlen(text) > 20);
		assert_string_not_equal(text, first);
		assert_true(*canary_trouble_name((enum canary_trouble)trouble));
		text_set(first, sizeof(first), "%s", text);
	}
	canary.figures.trouble = CANARY_NO_ANSWER;
	for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
		canary.figures.outcome = (enum outcome)outcome;
		canary_words_say(text, sizeof(text), &canary, 4000);
		assert_null(strstr(text, "(null)"));
		assert_true(strlen(text) > 20);
	}
	canary.figures.state = CANARY_WAITING;
	assert_string_equal(
		canary_words_say(text, sizeof(text), &canary, 13000), "waiting for the first token, 12 s");
	canary.figures.state = CANARY_CANCELLED;
	canary.figures.ttft_ms = NAN;
	assert_string_equal(canary_words_say(text, sizeof(text), &canary, 13000),
		"cancelled after 2 s, before the first token");
}

static void speed_is_by_the_server_or_between_our_own_tokens(void **state)
{
	const struct canary_plan plan = { .holds_headers = true };
	struct canary_stream stream;
	struct canary_figures figures;
	struct answer answer;

	(void)state;
	canary_figures_init(&figures);
	figures.path_ms = 4;
	answer_init(&answer);
	answer.status = 200;
	answer.ttfb_ms = 30;
	canary_stream_init(&stream, API_CHAT);
	canary_stream_feed(&stream, ONE, strlen(ONE), 1100);
	canary_stream_feed(&stream, ONE, strlen(ONE), 1150);
	canary_stream_feed(&stream, ONE LENGTH, strlen(ONE LENGTH), 1200);
	canary_stream_end(&stream, 1200);
	canary_result_read(
		&figures, &plan, &stream, &answer, (struct when){ 1000, 5000 }, (struct when){ 1210, 5210 });
	assert_int_equal(figures.state, CANARY_DONE);
	assert_true(figures.ttft_ms == 100 && figures.decode_ms == 100 && figures.tokens == 3);
	assert_true(figures.tokens_per_s == 20 && !figures.is_decode_by_server && figures.queue_ms == 26);
	stream.prefill_ms = 60; /* of the 70 ms after the headers */
	canary_result_read(
		&figures, &plan, &stream, &answer, (struct when){ 1000, 5000 }, (struct when){ 1210, 5210 });
	assert_true(figures.queue_ms == 26);
	stream.prefill_ms = 80; /* 10 of them before the headers */
	canary_result_read(
		&figures, &plan, &stream, &answer, (struct when){ 1000, 5000 }, (struct when){ 1210, 5210 });
	assert_true(figures.queue_ms == 16);
	stream.prefill_ms = NAN;
	stream.decode_ms = 50;
	stream.tokens = 16;
	canary_result_read(
		&figures, &plan, &stream, &answer, (struct when){ 1000, 5000 }, (struct when){ 1210, 5210 });
	assert_true(figures.tokens_per_s == 320 && figures.is_decode_by_server && figures.tokens == 16);
	canary_stream_fini(&stream);
	answer_fini(&answer);
}

/* ---- the ledger ---- */

static void see(struct ledger *ledger, int number, enum canary_state state, double bytes)
{
	struct obs_canary canary = { .url = "http://gpu1:8080",
		.sent_to = "http://gpu1:8080/v1/chat/completions",
		.path = "POST /v1/chat/completions",
		.model = MODEL,
		.words = "",
		.path_source = "" };

	canary_figures_init(&canary.figures);
	canary.figures.number = number;
	canary.figures.count = 2;
	canary.figures.state = state;
	canary.figures.cost = number == 1 ? COST_LOADS : COST_RESETS_IDLE;
	canary.figures.status = 200;
	canary.figures.port = 40000;
	canary.figures.began = 5000;
	canary.figures.ttft_ms = number * 100;
	canary.figures.tokens_per_s = number * 10;
	canary.figures.bytes_sent = bytes;
	ledger_see(ledger, &(struct observation){ .kind = OBSERVED_CANARY, .canary = &canary },
		(struct when){ 5000, 5000 });
}

static struct snapshot *snapshot_of(struct ledger *ledger)
{
	const struct when now = { 9000, 9000 };

	judge(ledger, now);
	return take_snapshot(ledger, now);
}

static struct ledger *watch(void)
{
	struct ledger *ledger = ledger_new(&(struct ledger_terms){ .period_ms = 2000, .poll_ms = 10000 });

	ledger_see(ledger,
		&(struct observation){ .kind = OBSERVED_ENDPOINT,
			.endpoint = &(struct obs_endpoint){ .url = "http://gpu1:8080",
				.peer_id = "",
				.address = "",
				.at = "",
				.server = "" } },
		(struct when){ 1000, 1000 });
	return ledger;
}

static void packets_are_matched_by_port_and_time(void **state)
{
	struct ledger *ledger = watch();
	struct sniffed sniffed = { .word = SNIFFED_EXCHANGE,
		.ttfb_us = 90000,
		.ttft_us = 95000,
		.tokens_per_s = 9,
		.up_bytes = NAN,
		.down_bytes = NAN,
		.exchanges = NAN };
	const struct observation observation = { .kind = OBSERVED_PACKETS, .packets = &sniffed };
	struct snapshot *snapshot;

	(void)state;
	see(ledger, 1, CANARY_WAITING, 0);
	see(ledger, 1, CANARY_STREAMING, 0);
	sniffed.client.port = 40000;
	sniffed.begun_us = 1000000; /* long before */
	ledger_see(ledger, &observation, (struct when){ 5000, 5000 });
	sniffed.client.port = 40001;
	sniffed.begun_us = 5000000;
	ledger_see(ledger, &observation, (struct when){ 5000, 5000 });
	snapshot = snapshot_of(ledger);
	assert_false(snapshot->canaries[0].is_seen);
	snapshot_free(snapshot);
	sniffed.client.port = 40000;
	ledger_see(ledger, &observation, (struct when){ 5000, 5000 });
	see(ledger, 1, CANARY_DONE, 300);
	snapshot = snapshot_of(ledger);
	assert_true(snapshot->canaries[0].is_seen && snapshot->canaries[0].seen_ttft_ms == 95);
	snapshot_free(snapshot);
	ledger_free(ledger);
}

static void each_request_is_counted_once_with_what_it_cost(void **state)
{
	struct ledger *ledger = watch();
	struct snapshot *snapshot;
	struct canary_sum sum;

	(void)state;
	for (int number = 1; number <= 2; number++) {
		see(ledger, number, CANARY_WAITING, 0);
		see(ledger, number, CANARY_STREAMING, 0);
		see(ledger, number, CANARY_DONE, 300);
		see(ledger, number, CANARY_DONE, 300);
	}
	snapshot = snapshot_of(ledger);
	assert_true(snapshot->by_cost[COST_LOADS] == 1 && snapshot->by_cost[COST_RESETS_IDLE] == 1);
	assert_int_equal(snapshot->endpoints[0].sent.count, 2);
	assert_string_equal(snapshot->sents[0].path, "POST /v1/chat/completions");
	assert_true(snapshot->sents[0].count == 1 && snapshot->sents[0].status == 200);
	assert_true(snapshot->endpoints[0].requests == 2 && snapshot->endpoints[0].bytes_sent == 600);
	canary_words_sum(snapshot, &snapshot->endpoints[0], &sum);
	assert_true(sum.done == 2 && sum.ttft_ms.count == 1 && sum.ttft_ms.median == 200);
	assert_int_equal(canary_words_status(snapshot, "http://gpu1:8080"), STATUS_OK);
	snapshot_free(snapshot);
	see(ledger, 1, CANARY_WAITING, 0);
	see(ledger, 1, CANARY_FAILED, 300);
	snapshot = snapshot_of(ledger);
	assert_int_equal(snapshot->endpoints[0].canaries.count, 1);
	assert_int_equal(canary_words_status(snapshot, "http://gpu1:8080"), STATUS_DOWN);
	snapshot_free(snapshot);
	ledger_free(ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_told_from_comments_and_empty_events),
		cmocka_unit_test(lines_may_end_as_they_like_and_the_last_event_need_not),
		cmocka_unit_test(the_first_token_is_timed_and_may_be_a_thought),
		cmocka_unit_test(a_stream_has_ended_when_nothing_of_use_follows),
		cmocka_unit_test(each_api_has_its_own_events),
		cmocka_unit_test(ollamas_nanoseconds_and_llama_servers_times_are_taken),
		cmocka_unit_test(figures_that_cannot_be_are_unknown),
		cmocka_unit_test(failures_are_told_with_the_servers_words),
		cmocka_unit_test(a_whole_answer_is_one),
		cmocka_unit_test(what_is_too_long_ends_it),
		cmocka_unit_test(a_body_is_json_for_each_api),
		cmocka_unit_test(what_it_costs_follows_from_how_warm_the_model_is),
		cmocka_unit_test(only_a_server_that_unloads_may_keep_a_model_for_longer),
		cmocka_unit_test(what_may_be_elsewhere_may_be_billed),
		cmocka_unit_test(of_several_models_one_that_writes_text_is_chosen_and_of_a_gateway_none),
		cmocka_unit_test(the_api_is_one_that_the_server_speaks),
		cmocka_unit_test(the_name_of_a_model_is_sent_as_it_is_or_not_at_all),
		cmocka_unit_test(a_server_in_trouble_may_be_asked_and_one_that_is_down_may_not),
		cmocka_unit_test(what_is_left_of_the_time_is_not_given_to_anybody),
		cmocka_unit_test(each_way_to_fail_has_its_sentence),
		cmocka_unit_test(speed_is_by_the_server_or_between_our_own_tokens),
		cmocka_unit_test(packets_are_matched_by_port_and_time),
		cmocka_unit_test(each_request_is_counted_once_with_what_it_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
