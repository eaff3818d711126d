/* What a server that answers well is doing, who else could use it, and what is odd about our own mounts. */
#include "probes/ledger/peers.h"
#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ADMIN "https://admin.tail4c1d.ts.net"
#define BACKEND "http://127.0.0.1:11434"
#define LS "llama-server-0.5.0/"
#define OL "ollama-0.17.4/"
#define OW "open-webui-0.12.4/"

static struct ledger *after(const char *family, const char *first, const char *second)
{
	struct ledger *l = watching_a(family, GPU1);

	answers(l, at(0), first);
	if (second)
		answers(l, at(0), second);
	return l;
}

static void every_recorded_server_at_rest_raises_nothing_above_info(void **state)
{
	static const struct {
		const char *family, *recordings[4];
	} fleet[] = {
		{ "llama-server", { LS "ready-idle/health", LS "ready-idle/metrics", LS "ready-idle/props",
					  LS "ready-idle/v1-models" } },
		{ "llama-server",
			{ "nginx-1.22.1/engine-ready/health", "nginx-1.22.1/engine-ready/metrics",
				"nginx-1.22.1/engine-ready/props", "nginx-1.22.1/engine-ready/v1-models" } },
		{ "llama-server",
			{ "caddy-2.11.9/engine-ready/health", "caddy-2.11.9/engine-ready/metrics",
				"caddy-2.11.9/engine-ready/props", "caddy-2.11.9/engine-ready/v1-models" } },
		{ "llama-server",
			{ "haproxy-2.6.12/engine-ready/health", "haproxy-2.6.12/engine-ready/v1-models" } },
		{ "llama-server",
			{ "apache-2.4.71/engine-ready/health", "apache-2.4.71/engine-ready/v1-models" } },
		{ "ollama", { OL "loaded-idle/api-ps", OL "loaded-idle/api-tags",
				    OL "loaded-idle/api-version" } },
		{ "ollama", { "caddy-2.11.9/ollama-host-rewritten/api-ps" } },
		{ "vllm", { "vllm-0.32.0-cpu/ready-idle/health", "vllm-0.32.0-cpu/ready-idle/metrics",
				  "vllm-0.32.0-cpu/ready-idle/version",
				  "vllm-0.32.0-cpu/ready-idle/v1-models" } },
		{ "litellm", { "litellm-1.106.2/no-key-ready/health-liveliness",
				     "litellm-1.106.2/no-key-ready/v1-models" } },
		{ "llama-swap", { "llama-swap-v250-5-g0bdb3720/ready-idle/running",
					"llama-swap-v250-5-g0bdb3720/ready-idle/v1-models" } },
		{ "open-webui", { OW "key-missing/health", OW "key-missing/api-config" } },
		{ "llama-cpp-python", { "llama-cpp-python-0.3.36/ready-idle/root",
					      "llama-cpp-python-0.3.36/ready-idle/openapi" } },
		{ "mlx", { "mlx-lm-0.32.2/ready-idle/health", "mlx-lm-0.32.2/ready-idle/v1-models" } },
		{ "xinference",
			{ "xinference-4.1.0/model-ready/status", "xinference-4.1.0/model-ready/v1-models" } },
		{ "ray-serve",
			{ "ray-serve-2.60.0/ready-idle/--healthz", "ray-serve-2.60.0/ready-idle/--routes" } },
		{ "portkey", { "portkey-gateway-1.15.2/no-provider-header/root" } },
		{ "openai-compatible", { "ray-serve-2.60.0/ready-idle/v1-models" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fleet); i++) {
		struct ledger *l = watching_a(fleet[i].family, GPU1);
		const struct snapshot *s;

		for (size_t k = 0; k < ARRAY_LEN(fleet[i].recordings) && fleet[i].recordings[k]; k++)
			answers(l, at(0), fleet[i].recordings[k]);
		s = take(l, at(1));
		assert_nothing_above_info(s);
		assert_int_equal(s->status, STATUS_OK);
		assert_state(s, strcmp(fleet[i].family, "open-webui") == 0 ? STATE_WEB : STATE_OK);
	}
}

static void four_changes_in_ten_minutes_are_flapping(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	for (int i = 0; i < 2; i++) {
		answers(l, at(i * 20), LS "ready-idle/health");
		take(l, at(i * 20));
		is_refused(l, at(i * 20 + 10));
		assert_no_verdict(take(l, at(i * 20 + 10)), "endpoint-flapping");
	}
	answers(l, at(40), LS "ready-idle/health");
	take(l, at(40));
	s = take(l, at(41));
	assert_says(s, "endpoint-flapping", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_SLOW,
		"gpu1.tail4c1d.ts.net:443 changed its state 4 times");
	assert_state(s, STATE_SLOW);
	answers(l, at(700), LS "ready-idle/health");
	assert_no_verdict(take(l, at(700)), "endpoint-flapping");
}

static void a_server_that_loads_is_loading(void **state)
{
	struct ledger *l = after("llama-server", LS "loading/health", LS "loading/v1-models");
	const struct snapshot *s = take(l, at(1));

	(void)state;
	assert_says(s, "loading", LAYER_ENGINE, SEVERITY_INFO, STATE_LOADING, "llama-server is loading");
	assert_state(s, STATE_LOADING);
	answers(l, at(10), LS "ready-idle/health");
	assert_no_verdict(take(l, at(11)), "loading");
}

static void a_model_that_loads_is_named(void **state)
{
	(void)state;
	assert_says(take(after("llama-swap", "llama-swap-v250-5-g0bdb3720/starting/running", NULL), at(1)),
		"loading", LAYER_ENGINE, SEVERITY_INFO, STATE_LOADING, "llama-swap is loading ");
}

static void a_server_asleep_is_sleeping_until_it_wakes(void **state)
{
	struct ledger *l = after("llama-server", LS "sleeping/health", LS "sleeping/props");
	const struct snapshot *s = take(l, at(1));

	(void)state;
	assert_says(s, "sleeping", LAYER_ENGINE, SEVERITY_INFO, STATE_SLEEPING, "llama-server is asleep");
	assert_state(s, STATE_SLEEPING);
	answers(l, at(10), LS "ready-idle/health");
	assert_verdict(take(l, at(11)), "sleeping");
	answers(l, at(60), LS "ready-idle/props");
	assert_no_verdict(take(l, at(61)), "sleeping");
}

/* No request wakes it. Its models are listed as loaded all the while. */
static void a_vllm_asleep_serves_nobody(void **state)
{
	struct ledger *l =
		after("vllm", "vllm-0.32.0-cpu/ready-idle/health", "vllm-0.32.0-cpu/ready-idle/v1-models");

	(void)state;
	says_at(l, at(0), "/metrics", 200, "Content-Type: text/plain\n",
		"vllm:num_requests_running 0\nvllm:engine_sleep_state{sleep_state=\"discard_all\"} 1\n");
	assert_says(take(l, at(1)), "sleeping", LAYER_ENGINE, SEVERITY_INFO, STATE_SLEEPING,
		"vLLM is asleep: it serves nobody until it is woken");
	answers(l, at(10), "vllm-0.32.0-cpu/ready-idle/metrics");
	assert_no_verdict(take(l, at(11)), "sleeping");
}

static void work_and_queue_are_told_in_numbers(void **state)
{
	(void)state;
	assert_says(take(after("llama-server", LS "generating/health", LS "generating/metrics"), at(1)),
		"busy", LAYER_ENGINE, SEVERITY_INFO, STATE_BUSY, "llama-server is working on 1 request");
	assert_says(take(after("llama-server", LS "queue/health", LS "queue/metrics"), at(1)), "busy",
		LAYER_ENGINE, SEVERITY_INFO, STATE_BUSY, "is working on 2 requests, 3 more wait");
	assert_verdict(
		take(after("vllm", "vllm-0.32.0-cpu/queue/health", "vllm-0.32.0-cpu/queue/metrics"), at(1)),
		"busy");
	assert_no_verdict(
		take(after("llama-server", LS "ready-idle/health", LS "ready-idle/metrics"), at(1)), "busy");
}

static void a_server_without_models_is_told_what_to_pull(void **state)
{
	const struct snapshot *s =
		take(after("ollama", OL "no-models/api-ps", OL "no-models/api-tags"), at(1));

	(void)state;
	assert_fix(assert_says(s, "no-models", LAYER_ENGINE, SEVERITY_DEGRADED, STATE_FAULT,
			   "Ollama is up, but has no model"),
		"on gpu1: run ollama pull with the name");
}

static void nothing_loaded_is_not_no_models(void **state)
{
	struct ledger *l = after("ollama", OL "models-unloaded/api-ps", NULL);

	(void)state;
	assert_no_verdict(take(l, at(1)), "no-models");
	answers(l, at(1), OL "models-unloaded/api-tags");
	assert_no_verdict(take(l, at(2)), "no-models");
}

static void a_front_end_is_no_engine(void **state)
{
	const struct snapshot *s = take(after("open-webui", OW "key-missing/health", NULL), at(1));

	(void)state;
	assert_says(s, "front-end", LAYER_ENGINE, SEVERITY_INFO, STATE_WEB, "web front end");
	assert_state(s, STATE_WEB);
	assert_no_verdict(
		take(after("litellm", "litellm-1.106.2/no-key-ready/health-liveliness", NULL), at(1)),
		"front-end");
}

static void a_front_end_without_users_is_open_to_the_first_visitor(void **state)
{
	struct ledger *l =
		after("open-webui", OW "first-start-no-user/health", OW "first-start-no-user/api-config");

	(void)state;
	assert_says(take(l, at(1)), "open-onboarding", LAYER_EXPOSURE, SEVERITY_DEGRADED, STATE_WARN,
		"first visitor of " GPU1 " becomes its administrator");
	answers(l, at(60), OW "key-missing/api-config");
	assert_no_verdict(take(l, at(61)), "open-onboarding");
}

static struct ledger *with_mount(bool is_funnel, const char *target)
{
	struct ledger *l = watching_a("ollama", GPU1);
	const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = target,
		.url = ADMIN,
		.backend = BACKEND,
		.is_funnel = is_funnel };

	sees_serve(l, &mount, 1);
	return l;
}

static void a_funnel_without_a_key_is_open_to_the_internet(void **state)
{
	struct ledger *l = with_mount(true, BACKEND);
	const struct snapshot *s;

	(void)state;
	watches(l, "ollama", ADMIN);
	answers(l, at(0), OL "loaded-idle/api-ps");
	s = take(l, at(1));
	assert_fix(assert_says(s, "funnel-public", LAYER_EXPOSURE, SEVERITY_DEGRADED, STATE_WARN,
			   "can use " ADMIN ", and it asks for no key"),
		"sudo tailscale serve --bg --https=443 http://127.0.0.1:11434");
	assert_int_equal(s->mounts[0].verdicts.count, 1);
	assert_int_equal(s->verdict_list[s->mounts[0].verdicts.first].severity, SEVERITY_INFO);
}

static void a_funnel_with_a_key_is_a_word(void **state)
{
	struct ledger *l = with_mount(true, BACKEND);

	(void)state;
	watches(l, "llama-swap", ADMIN);
	answers(l, at(0), "llama-swap-v250-5-g0bdb3720/api-key-missing/running");
	assert_int_equal(assert_verdict(take(l, at(1)), "funnel-public")->severity, SEVERITY_INFO);
	assert_nothing_above_info(take(l, at(1)));
}

static void a_funnel_to_a_proxy_with_a_login_is_a_word(void **state)
{
	struct ledger *l = with_mount(true, BACKEND);

	(void)state;
	watches(l, "llama-server", ADMIN);
	answers(l, at(0), "nginx-1.22.1/basic-auth-missing/health");
	assert_says(take(l, at(1)), "funnel-public", LAYER_EXPOSURE, SEVERITY_INFO, STATE_OK,
		"refuses everyone without a login");
}

/* LiteLLM's liveliness needs no key, and is all that is asked through the mount: its own door knows more. */
static void a_key_that_the_backend_wants_is_wanted_at_the_mount(void **state)
{
	struct ledger *l = with_mount(true, BACKEND);
	const struct snapshot *s;

	(void)state;
	watches_own(l, "litellm", BACKEND);
	answers(l, at(0), "litellm-1.106.2/key-missing/health-liveliness");
	answers(l, at(0), "litellm-1.106.2/key-missing/v1-models");
	watches(l, "litellm", ADMIN);
	answers(l, at(0), "litellm-1.106.2/key-missing/health-liveliness");
	s = take(l, at(1));
	assert_int_equal(endpoint_row(s, ADMIN)->state, STATE_AUTH);
	assert_int_equal(assert_verdict(s, "funnel-public")->severity, SEVERITY_INFO);
}

static void a_funnel_to_something_that_is_not_asked_is_told_on_its_mount(void **state)
{
	(void)state;
	assert_says(take(with_mount(true, BACKEND), at(1)), "funnel-public", LAYER_EXPOSURE,
		SEVERITY_DEGRADED, STATE_WARN, "can reach admin.tail4c1d.ts.net:443/");
	assert_no_verdict(take(with_mount(false, BACKEND), at(1)), "funnel-public");
}

static struct ledger *a_vllm_whose_metrics_say(int status, const char *headers, const char *body)
{
	struct ledger *l = after("vllm", "vllm-0.32.0-cpu/ready-idle/health", NULL);

	says_at(l, at(1), "/metrics", status, headers, body);
	return l;
}

static void figures_that_cannot_be_read_are_told_with_the_reason(void **state)
{
	static const struct {
		int status;
		const char *headers, *body, *part;
	} rows[] = {
		{ 307, "location: /metrics/\n", "",
			"no figures (queue, speed) from vLLM: /metrics redirects to /metrics/ (HTTP 307)" },
		{ 200, "Content-Type: text/plain\n", "", "/metrics is empty" },
		{ 200, "Content-Type: text/plain\n", "python_info{v=\"3\"} 1.0\n", "/metrics has none" },
		{ 200, "Content-Type: text/plain\n", "process_start_time_seconds 1.79e+09\n",
			"/metrics has none" },
		{ 200, "Content-Type: text/html\n", "<html><title>Log in</title></html>",
			"/metrics has none" },
		{ 404, "Content-Type: text/plain\n", "404 page not found\n",
			"/metrics is not there (HTTP 404)" },
		{ 403, "", "", "/metrics answers HTTP 403" },
		{ 500, "", "", "/metrics answers HTTP 500" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ledger *l = a_vllm_whose_metrics_say(rows[i].status, rows[i].headers, rows[i].body);

		assert_says(take(l, at(2)), "figures-unread", LAYER_ENGINE, SEVERITY_INFO, STATE_OK,
			rows[i].part);
		assert_state(take(l, at(2)), STATE_OK);
		assert_nothing_above_info(take(l, at(2)));
	}
}

static void figures_over_the_cap_are_told_until_they_are_read(void **state)
{
	struct ledger *l = after("vllm", "vllm-0.32.0-cpu/ready-idle/health", NULL);
	struct obs_answer answer = an_answer(GPU1, "/metrics", OUTCOME_TOO_BIG, 200);

	(void)state;
	answer.is_primary = false;
	answer.server = "vllm";
	assert_no_verdict(take(l, at(1)), "figures-unread");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, at(1));
	assert_says(take(l, at(2)), "figures-unread", LAYER_ENGINE, SEVERITY_INFO, STATE_OK,
		"/metrics is too large to read (over 4 MB)");
	/* One silence changes nothing. */
	is_silent_at(l, at(3), "/metrics");
	assert_verdict(take(l, at(3)), "figures-unread");
	answers(l, at(4), "vllm-0.32.0-cpu/ready-idle/metrics");
	assert_no_verdict(take(l, at(5)), "figures-unread");
}

static void figures_that_are_switched_off_are_told_with_the_switch(void **state)
{
	struct ledger *l = watching_a("sglang", GPU1);

	(void)state;
	says_at(l, at(0), "/v1/models", 200, "Content-Type: application/json\n",
		"{\"object\":\"list\",\"data\":[{\"id\":\"m\",\"owned_by\":\"sglang\"}]}");
	says_at(l, at(0), "/metrics", 404, "Content-Type: application/json\n", "{\"detail\":\"Not Found\"}");
	assert_fix(assert_says(take(l, at(1)), "figures-unread", LAYER_ENGINE, SEVERITY_INFO, STATE_OK,
			   "no figures (queue, speed) from SGLang: /metrics is not there"),
		"--enable-metrics");
	assert_fix(
		assert_says(take(after("llama-server", LS "ready-idle/health", LS "no-metrics-flag/metrics"),
				    at(1)),
			"figures-unread", LAYER_ENGINE, SEVERITY_INFO, STATE_OK, "/metrics is switched off"),
		"--metrics");
}

/* A router's figures are those of its models, one that loads has none yet, and what wants a key is told as that. */
static void figures_that_nobody_expects_are_not_missed(void **state)
{
	struct ledger *l;

	(void)state;
	assert_no_verdict(
		take(after("llama-server", LS "router-loaded/health", LS "router-loaded/metrics"), at(1)),
		"figures-unread");
	l = after("llama-server", LS "api-key-missing/health", LS "api-key-missing/metrics");
	assert_no_verdict(take(l, at(1)), "figures-unread");
	assert_no_verdict(take(after("ollama", OL "loaded-idle/api-ps", OL "loaded-idle/api-tags"), at(1)),
		"figures-unread");
}

static struct ledger *an_ollama_with(const char *model, const char *family, int context)
{
	struct ledger *l = watching_a("ollama", GPU1);
	char body[512];

	snprintf(body, sizeof(body),
		"{\"models\":[{\"name\":\"%s\",\"size\":9,\"size_vram\":9,\"context_length\":%d,"
		"\"details\":{\"family\":\"%s\"}}]}",
		model, context, family);
	says_at(l, at(0), "/api/ps", 200, "Content-Type: application/json\n", body);
	return l;
}

static void a_model_loaded_with_a_small_context_is_told_with_the_switch(void **state)
{
	struct ledger *l = an_ollama_with("qwen3:8b", "qwen3", 4096);
	struct ledger *v;

	(void)state;
	assert_fix(
		assert_says(take(l, at(1)), "context-small", LAYER_ENGINE, SEVERITY_INFO, STATE_OK,
			"qwen3:8b is loaded with a context of 4096 tokens: longer prompts are cut off or refused"),
		"OLLAMA_CONTEXT_LENGTH");
	assert_state(take(l, at(1)), STATE_OK);
	/* Its library says how long a context could be, which changes nothing. */
	says_at(l, at(2), "/api/tags", 200, "Content-Type: application/json\n",
		"{\"models\":[{\"name\":\"qwen3:8b\",\"details\":{\"context_length\":40960}}]}");
	assert_verdict(take(l, at(2)), "context-small");
	v = after("vllm", "vllm-0.32.0-cpu/ready-idle/health", "vllm-0.32.0-cpu/ready-idle/v1-models");
	assert_fix(assert_verdict(take(v, at(1)), "context-small"), "--max-model-len");
	assert_fix(
		assert_verdict(
			take(after("llama-server", LS "ready-idle/health", LS "ready-idle/v1-models"), at(1)),
			"context-small"),
		"--ctx-size");
}

static void what_is_to_do_here_does_not_say_where(void **state)
{
	struct ledger *l = an_ollama_with("qwen3:8b", "qwen3", 4096);
	const char *body = "{\"models\":[{\"name\":\"qwen3:8b\",\"size\":9,\"size_vram\":9,\"context_length\":4096}]}";

	(void)state;
	assert_int_equal(strncmp(assert_verdict(take(l, at(1)), "context-small")->fix, "on gpu1: ", 9), 0);
	l = empty_ledger(NULL);
	sees(l, at(0), running());
	watches_own(l, "ollama", "http://127.0.0.1:11434");
	says_at(l, at(0), "/api/ps", 200, "Content-Type: application/json\n", body);
	assert_int_equal(strncmp(assert_verdict(take(l, at(1)), "context-small")->fix, "set OLLAMA", 10), 0);
}

static void a_context_that_is_enough_or_unknown_or_not_for_text_is_not_told(void **state)
{
	static const struct {
		const char *model, *family;
		int context;
	} rows[] = { { "qwen3:8b", "qwen3", 8192 }, { "qwen3:8b", "qwen3", 0 },
		{ "all-mpnet:33m", "bert", 512 }, { "nomic-embed-text:latest", "nomic-bert", 2048 },
		{ "Qwen3-Embedding-4B", "qwen3", 4096 }, { "bge-reranker-v2", "x", 512 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_no_verdict(take(an_ollama_with(rows[i].model, rows[i].family, rows[i].context), at(1)),
			"context-small");
}

static void a_model_that_is_not_loaded_here_has_no_small_context(void **state)
{
	struct ledger *l = watching_a("lm-studio", GPU1);

	(void)state;
	says_at(l, at(0), "/api/v0/models", 200, "Content-Type: application/json\n",
		"{\"object\":\"list\",\"data\":[{\"id\":\"cold\",\"state\":\"not-loaded\",\"max_context_length\":4096},"
		"{\"id\":\"v\",\"type\":\"embeddings\",\"state\":\"loaded\",\"loaded_context_length\":512},"
		"{\"id\":\"long\",\"state\":\"loaded\",\"loaded_context_length\":32768,\"max_context_length\":131072}]}");
	assert_no_verdict(take(l, at(1)), "context-small");
	says_at(l, at(2), "/api/v0/models", 200, "Content-Type: application/json\n",
		"{\"object\":\"list\",\"data\":[{\"id\":\"long\",\"state\":\"loaded\",\"loaded_context_length\":4096,"
		"\"max_context_length\":131072}]}");
	assert_fix(assert_verdict(take(l, at(3)), "context-small"), "lms load");
	/* Of a model in the cloud, nothing here can be changed. */
	l = watching_a("ollama", GPU1);
	says_at(l, at(0), "/api/ps", 200, "Content-Type: application/json\n",
		"{\"models\":[{\"name\":\"big-cloud\",\"size\":9,\"size_vram\":9,\"context_length\":4096,"
		"\"remote_host\":\"https://ollama.com:443\"}]}");
	assert_no_verdict(take(l, at(1)), "context-small");
}

/* gpu1, and the machine of somebody else. */
static struct obs_status *with_bob(double user_id)
{
	struct obs_status *status = running();

	with_peer(status, GPU1_ID, "gpu1");
	with_peer(status, "n90", "bobs-laptop")->user_id = user_id;
	return status;
}

static void an_untagged_host_without_a_key_is_open(void **state)
{
	struct ledger *l = after("vllm", "vllm-0.32.0-cpu/ready-idle/health", NULL);
	struct obs_status *status = with_bob(2);

	(void)state;
	sees(l, at(0), with_bob(2));
	assert_no_verdict(take(l, at(1)), "open-endpoint");
	answers(l, at(1), "vllm-0.32.0-cpu/ready-idle/v1-models");
	assert_fix(assert_says(take(l, at(2)), "open-endpoint", LAYER_EXPOSURE, SEVERITY_INFO, STATE_OK,
			   "reach gpu1, which has no tag, can use it"),
		"tag gpu1");
	status->peers[0].tags = list_of(status, "tag:gpu");
	sees(l, at(3), status);
	assert_no_verdict(take(l, at(4)), "open-endpoint");
}

/* Nobody but its owner, the owner's tagged machines and machines that cannot connect here: to whom is it open? */
static void in_a_tailnet_of_one_user_nothing_is_open(void **state)
{
	struct ledger *l = after(
		"vllm", "vllm-0.32.0-cpu/ready-idle/health", "vllm-0.32.0-cpu/ready-idle/v1-models");
	struct obs_status *status = with_bob(NAN);
	struct obs_peer *other = &status->peers[1];

	(void)state;
	assert_no_verdict(take(l, at(1)), "open-endpoint");
	sees(l, at(2), status);
	assert_no_verdict(take(l, at(3)), "open-endpoint");
	other->user_id = 2;
	other->tags = list_of(status, "tag:ci");
	assert_false(peers_have_several_users(status));
	other->tags = list_of(status, "");
	other->fqdn = "box.tail9f3a.ts.net";
	assert_false(peers_have_several_users(status));
	other->is_mullvad = true;
	assert_false(peers_have_several_users(status));
}

static void who_a_machine_is_shared_with_is_another_user(void **state)
{
	struct ledger *l = after(
		"vllm", "vllm-0.32.0-cpu/ready-idle/health", "vllm-0.32.0-cpu/ready-idle/v1-models");
	struct obs_status *status = with_bob(1);

	(void)state;
	status->peers[1].is_sharee = true;
	sees(l, at(2), status);
	assert_verdict(take(l, at(3)), "open-endpoint");
	/* This node is tagged, and belongs to nobody: the two users are others. */
	status = with_bob(2);
	status->self.tags = list_of(status, "tag:monitor");
	assert_true(peers_have_several_users(status));
	status->peers[1].user_id = 1;
	assert_false(peers_have_several_users(status));
	/* In the tailnet from which a machine is shared in, there are others. */
	status->peers[0].fqdn = "gpu1.tail9f3a.ts.net";
	sees(l, at(4), status);
	assert_verdict(take(l, at(5)), "open-endpoint");
}

static void a_setting_that_guards_nothing_is_told(void **state)
{
	struct ledger *l = after("ollama", OL "loaded-idle/api-ps", OL "loaded-idle/api-tags");

	(void)state;
	sees(l, at(1), with_bob(2));
	assert_fix(assert_verdict(take(l, at(2)), "open-endpoint"),
		"tag gpu1 and grant its port to those who need it; OLLAMA_API_KEY there guards nothing");
	l = after("vllm", "vllm-0.32.0-cpu/ready-idle/health", "vllm-0.32.0-cpu/ready-idle/v1-models");
	sees(l, at(1), with_bob(2));
	assert_null(strstr(assert_verdict(take(l, at(2)), "open-endpoint")->fix, "guards nothing"));
}

static void a_server_with_a_key_is_not_open(void **state)
{
	struct ledger *l = after("vllm", "vllm-0.32.0-cpu/api-key-missing/health",
		"vllm-0.32.0-cpu/api-key-missing/v1-models");

	(void)state;
	sees(l, at(1), with_bob(2));
	assert_no_verdict(take(l, at(1)), "open-endpoint");
}

static void a_mount_with_an_unexpanded_name_answers_nobody(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct obs_mount mount = { .host = "${TS_CERT_DOMAIN}",
		.service = "",
		.port = 443,
		.path = "/",
		.target = BACKEND,
		.url = "",
		.backend = BACKEND };

	(void)state;
	sees_serve(l, &mount, 1);
	assert_fix(assert_says(take(l, at(1)), "unexpanded-config", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
			   "the unexpanded ${TS_CERT_DOMAIN}"),
		"write the name");
	assert_no_verdict(take(with_mount(false, BACKEND), at(1)), "unexpanded-config");
}

static void a_mount_that_asks_a_plain_server_by_tls_is_told(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = "https+insecure://127.0.0.1:11434",
		.url = ADMIN,
		.backend = "https://127.0.0.1:11434" };

	(void)state;
	sees_serve(l, &mount, 1);
	watches_own(l, NULL, "https://127.0.0.1:11434");
	assert_no_verdict(take(l, at(1)), "proxy-scheme");
	tls_fails(l, at(2), TLS_NOT_TLS);
	assert_says(take(l, at(3)), "proxy-scheme", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"uses TLS for its target https+insecure://127.0.0.1:11434, but the server there speaks no "
		"TLS");
	ledger_see(l,
		&(struct observation){
			.kind = OBSERVED_PROOF, .url = "https://127.0.0.1:11434", .proof = PROOF_PLAIN_HTTP },
		at(3));
	assert_says(take(l, at(4)), "proxy-scheme", LAYER_HTTP, SEVERITY_DOWN, STATE_FAULT,
		"the server there speaks plain HTTP");
}

static void every_code_of_engines_and_mounts_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(engine_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(every_recorded_server_at_rest_raises_nothing_above_info),
		SAYS(four_changes_in_ten_minutes_are_flapping),
		SAYS(a_server_that_loads_is_loading),
		SAYS(a_model_that_loads_is_named),
		SAYS(a_server_asleep_is_sleeping_until_it_wakes),
		SAYS(a_vllm_asleep_serves_nobody),
		SAYS(work_and_queue_are_told_in_numbers),
		SAYS(a_server_without_models_is_told_what_to_pull),
		SAYS(nothing_loaded_is_not_no_models),
		SAYS(a_front_end_is_no_engine),
		SAYS(a_front_end_without_users_is_open_to_the_first_visitor),
		SAYS(a_funnel_without_a_key_is_open_to_the_internet),
		SAYS(a_funnel_with_a_key_is_a_word),
		SAYS(a_funnel_to_a_proxy_with_a_login_is_a_word),
		SAYS(a_key_that_the_backend_wants_is_wanted_at_the_mount),
		SAYS(a_funnel_to_something_that_is_not_asked_is_told_on_its_mount),
		SAYS(figures_that_cannot_be_read_are_told_with_the_reason),
		SAYS(figures_over_the_cap_are_told_until_they_are_read),
		SAYS(figures_that_are_switched_off_are_told_with_the_switch),
		SAYS(figures_that_nobody_expects_are_not_missed),
		SAYS(a_model_loaded_with_a_small_context_is_told_with_the_switch),
		SAYS(what_is_to_do_here_does_not_say_where),
		SAYS(a_context_that_is_enough_or_unknown_or_not_for_text_is_not_told),
		SAYS(a_model_that_is_not_loaded_here_has_no_small_context),
		SAYS(an_untagged_host_without_a_key_is_open),
		SAYS(in_a_tailnet_of_one_user_nothing_is_open),
		SAYS(who_a_machine_is_shared_with_is_another_user),
		SAYS(a_setting_that_guards_nothing_is_told),
		SAYS(a_server_with_a_key_is_not_open),
		SAYS(a_mount_with_an_unexpanded_name_answers_nobody),
		SAYS(a_mount_that_asks_a_plain_server_by_tls_is_told),
		SAYS(every_code_of_engines_and_mounts_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
