/* Where a model is and where it should be asked: which place comes first, and which is none. */
#include "probes/base/mem.h"
#include "probes/report/pick.h"
#include "tests/unit/ledger_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define JSON "Content-Type: application/json\n"
#define GPU2 "https://gpu2.tail4c1d.ts.net"
#define GPU3 "https://gpu3.tail4c1d.ts.net"
#define OWN "https://admin.tail4c1d.ts.net"
#define LOOPBACK "http://127.0.0.1:8080"

/* ---- a fleet ---- */

static struct ledger *fleet_with(
	struct obs_peer *(*first)(struct obs_peer *), const struct ledger_terms *terms)
{
	static const struct ledger_terms patient = { .period_ms = DAYS(1000), .poll_ms = 10000 };
	struct ledger *l = empty_ledger(terms ? terms : &patient);

	for (int t = 0; t < 2; t++) { /* a path's kind is believed the second time */
		struct obs_status *status = running();
		struct obs_peer *peer;

		peer = with_peer(status, GPU1_ID, "gpu1");
		if (first)
			first(peer);
		with_peer(status, "n3", "gpu2");
		with_peer(status, "n4", "gpu3");
		sees(l, at(t), status);
	}
	return l;
}

static struct ledger *fleet(void)
{
	return fleet_with(NULL, NULL);
}

/* An Ollama with that model, loaded or cold. */
static void ollama(struct ledger *l, const char *url, const char *model, bool is_loaded)
{
	char tags[256], ps[256];

	snprintf(tags, sizeof(tags), "{\"models\":[{\"name\":\"%s\",\"details\":{}}]}", model);
	snprintf(ps, sizeof(ps), "{\"models\":[{\"name\":\"%s\",\"size\":1,\"size_vram\":1}]}", model);
	watches(l, "ollama", url);
	says_at(l, at(1), "/api/version", 200, JSON, "{\"version\":\"0.17.4\"}");
	says_at(l, at(1), "/api/tags", 200, JSON, tags);
	says_at(l, at(1), "/api/ps", 200, JSON, is_loaded ? ps : "{\"models\":[]}");
}

/* A vLLM with that model, and what it works on. */
static void vllm(struct ledger *l, double t, const char *url, const char *model, int running, int waiting)
{
	char models[256], metrics[256];

	snprintf(models, sizeof(models),
		"{\"object\":\"list\",\"data\":[{\"id\":\"%s\",\"owned_by\":\"vllm\"}]}", model);
	snprintf(metrics, sizeof(metrics),
		"vllm:num_requests_running{engine=\"0\"} %d\nvllm:num_requests_waiting{engine=\"0\"} %d\n"
		"vllm:generation_tokens_total{engine=\"0\"} 7\n",
		running, waiting);
	watches(l, "vllm", url);
	says_at(l, at(t), "/health", 200, "", "");
	says_at(l, at(t), "/v1/models", 200, JSON, models);
	says_at(l, at(t), "/metrics", 200, "Content-Type: text/plain\n", metrics);
}

static const struct offer *offer_at(const struct snapshot *s, const char *url)
{
	for (size_t i = 0; i < s->offer_count; i++)
		if (strcmp(s->endpoints[s->offers[i].endpoint].url, url) == 0)
			return &s->offers[i];
	fail_msg("no offer of %s", url);
	return NULL;
}

static void assert_order(const struct snapshot *s, const char *first, const char *second)
{
	assert_int_equal(s->offer_count, 2);
	assert_string_equal(s->endpoints[s->offers[0].endpoint].url, first);
	assert_string_equal(s->endpoints[s->offers[1].endpoint].url, second);
	assert_true(s->offers[0].rank == 1 && s->offers[1].rank == 2);
}

static void assert_refused(const struct snapshot *s, const char *url, const char *why)
{
	const struct offer *offer = offer_at(s, url);

	assert_int_equal(offer->rank, 0);
	assert_string_equal(offer->why, why);
}

/* ---- the order ---- */

static void a_loaded_model_comes_before_a_cold_one(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	ollama(l, GPU1, "qwen3:8b", false);
	ollama(l, GPU2, "qwen3:8b", true);
	s = take(l, at(2));
	assert_order(s, GPU2, GPU1);
	assert_int_equal(s->offers[0].warmth, WARMTH_WARM);
	assert_string_equal(s->offers[0].why, "");
	assert_int_equal(s->offers[1].warmth, WARMTH_COLD);
	assert_string_equal(s->offers[1].why, "not loaded: the first request waits for it");
}

static void an_empty_queue_comes_before_a_full_one(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	vllm(l, 1, GPU1, "tiny", 2, 3);
	vllm(l, 1, GPU2, "tiny", 2, 0);
	s = take(l, at(2));
	assert_order(s, GPU2, GPU1);
	assert_int_equal(s->offers[0].warmth, WARMTH_HOT);
	assert_string_equal(s->offers[1].why, "every place in it is taken");
}

static void who_rests_comes_before_who_works(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	vllm(l, 1, GPU1, "tiny", 1, 0);
	vllm(l, 1, GPU2, "tiny", 0, 0);
	assert_order(take(l, at(2)), GPU2, GPU1);
}

static void a_direct_path_comes_before_a_relayed_one(void **state)
{
	struct ledger *l = fleet_with(by_derp, NULL);

	(void)state;
	vllm(l, 1, GPU1, "tiny", 0, 0); /* tells of an empty queue */
	ollama(l, GPU2, "tiny", true);  /* tells of none: an idle one has none, too */
	assert_order(take(l, at(2)), GPU2, GPU1);
}

static void a_direct_path_comes_before_a_peer_relay(void **state)
{
	struct ledger *l = fleet_with(by_peer_relay, NULL);

	(void)state;
	ollama(l, GPU1, "tiny", true);
	ollama(l, GPU2, "tiny", true);
	assert_order(take(l, at(2)), GPU2, GPU1);
}

/* By their paths alone: at the first status no verdict says yet that one is relayed. */
static void a_peer_relay_comes_before_derp(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_status *status = running();

	(void)state;
	by_derp(with_peer(status, GPU1_ID, "gpu1"));
	by_peer_relay(with_peer(status, "n3", "gpu2"));
	sees(l, at(0), status);
	ollama(l, GPU1, "tiny", true);
	ollama(l, GPU2, "tiny", true);
	assert_order(take(l, at(2)), GPU2, GPU1);
}

static void who_cannot_be_asked_comes_last(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	ollama(l, GPU2, "tiny", false);
	ollama(l, GPU1, "tiny", true);
	is_refused(l, at(11));
	is_refused(l, at(12));
	s = take(l, at(13));
	assert_string_equal(s->endpoints[s->offers[0].endpoint].url, GPU2);
	assert_int_equal(s->offers[0].rank, 1);
	assert_int_equal(s->offers[1].rank, 0);
}

/* Where the name of the server would say the opposite. */
static void the_shorter_queue_comes_first_where_all_are_full(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	vllm(l, 1, GPU1, "tiny", 2, 5);
	vllm(l, 1, GPU2, "tiny", 2, 3);
	assert_order(take(l, at(2)), GPU2, GPU1);
}

static void what_is_not_told_comes_before_what_is_cold(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU1, "tiny", false);
	watches(l, "openai-compatible", GPU2);
	says_at(l, at(1), "/v1/models", 200, JSON, "{\"object\":\"list\",\"data\":[{\"id\":\"tiny\"}]}");
	assert_order(take(l, at(2)), GPU2, GPU1);
}

static void a_model_that_has_spilled_comes_after_one_that_has_not(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU1, "tiny", true);
	says_at(l, at(2), "/api/ps", 200, JSON,
		"{\"models\":[{\"name\":\"tiny\",\"size\":100,\"size_vram\":60}]}");
	ollama(l, GPU2, "tiny", true);
	assert_verdict(take(l, at(3)), "vram-spill");
	assert_order(take(l, at(3)), GPU2, GPU1);
}

static void the_nearer_one_comes_first(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU1, "tiny", true);
	ollama(l, GPU2, "tiny", true);
	starts_capture(l, at(2));
	hears(l, at(2), "rtt method=disco local=10.99.0.10:41641 remote=10.99.0.2:41641 vni=0 us=25000");
	assert_order(take(l, at(3)), GPU2, GPU1);
}

static void writes(struct ledger *l, double t, const char *url, int tokens)
{
	char metrics[256];

	snprintf(metrics, sizeof(metrics),
		"vllm:num_requests_running{engine=\"0\"} 1\nvllm:num_requests_waiting{engine=\"0\"} 0\n"
		"vllm:generation_tokens_total{engine=\"0\"} %d\n",
		tokens);
	watches(l, "vllm", url);
	says_at(l, at(t), "/health", 200, "", "");
	says_at(l, at(t), "/metrics", 200, "Content-Type: text/plain\n", metrics);
}

static void the_faster_one_comes_first(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	vllm(l, 1, GPU1, "tiny", 1, 0);
	vllm(l, 1, GPU2, "tiny", 1, 0);
	assert_string_equal(
		take(l, at(2))->offers[0].why, "working; whether it makes progress is not known yet");
	writes(l, 11, GPU1, 100);
	writes(l, 11, GPU2, 1000);
	s = take(l, at(12));
	assert_order(s, GPU2, GPU1);
	assert_string_equal(s->offers[0].why, "");
}

static void a_speed_that_is_known_comes_before_one_that_is_not(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	vllm(l, 1, GPU1, "tiny", 1, 0);
	vllm(l, 1, GPU2, "tiny", 1, 0);
	writes(l, 11, GPU2, 100);
	assert_order(take(l, at(12)), GPU2, GPU1);
}

static void a_certificate_comes_first_and_an_address_last(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	ollama(l, "http://gpu1.tail4c1d.ts.net", "tiny", true);
	ollama(l, GPU1, "tiny", true);
	assert_order(take(l, at(2)), GPU1, "http://gpu1.tail4c1d.ts.net");
	l = fleet();
	watches_own(l, "vllm", LOOPBACK);
	vllm(l, 1, LOOPBACK, "tiny", 0, 0);
	watches_own(l, "vllm", "http://admin.tail4c1d.ts.net");
	vllm(l, 1, "http://admin.tail4c1d.ts.net", "tiny", 0, 0);
	s = take(l, at(2));
	assert_order(s, "http://admin.tail4c1d.ts.net", LOOPBACK);
}

/* ---- what is elsewhere, and may bill ---- */

static void a_cloud_model_comes_last_and_says_where_it_runs(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	watches(l, "ollama", GPU1);
	says_at(l, at(1), "/api/version", 200, JSON, "{\"version\":\"0.17.4\"}");
	says_at(l, at(1), "/api/tags", 200, JSON,
		"{\"models\":[{\"name\":\"tiny\",\"remote_model\":\"tiny\",\"remote_host\":\"https://"
		"ollama.com\"}]}");
	says_at(l, at(1), "/api/ps", 200, JSON, "{\"models\":[]}");
	ollama(l, GPU2, "tiny", false);
	s = take(l, at(2));
	assert_order(s, GPU2, GPU1);
	assert_int_equal(s->offers[1].warmth, WARMTH_UNKNOWN);
	assert_string_equal(s->offers[1].why, "runs on ollama.com, not on this machine: it may bill");
}

static void a_gateway_that_does_not_tell_comes_last(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	watches(l, "litellm", GPU1);
	answers(l, at(1), "litellm-1.106.2/key-right/health-liveliness");
	says_at(l, at(1), "/v1/models", 200, JSON,
		"{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"owned_by\":\"openai\"}]}");
	ollama(l, GPU2, "tiny", false);
	s = take(l, at(2));
	assert_order(s, GPU2, GPU1);
	assert_non_null(strstr(s->offers[1].why, "gateway"));
}

/* ---- whose a server is comes before all else ---- */

#define FRIEND "https://gpu.tailother.ts.net"
#define GUEST "https://guest.tail4c1d.ts.net"

static struct obs_peer *tagged(struct obs_peer *peer)
{
	static const char *const tags[] = { "tag:ci", NULL };

	peer->tags = tags;
	peer->user_id = 99;
	return peer;
}

/* gpu1 is tagged; a guest's machine and one that a friend shares in are there, too. */
static struct ledger *mixed_fleet(const struct ledger_terms *terms)
{
	struct ledger *l = fleet_with(tagged, terms);
	struct obs_status *status = running();

	tagged(with_peer(status, GPU1_ID, "gpu1"));
	with_peer(status, "n3", "gpu2");
	with_peer(status, "n4", "gpu3");
	with_peer(status, "n5", "guest")->user_id = 7;
	with_peer(status, "n6", "gpu")->fqdn = "gpu.tailother.ts.net";
	sees(l, at(2), status);
	finds_by_port(true);
	return l;
}

/* Any machine under a tag can claim to have the model loaded. */
static void a_tagged_machine_does_not_outbid_what_the_user_pinned(void **state)
{
	struct ledger *l = mixed_fleet(NULL);
	const struct snapshot *s;

	(void)state;
	ollama(l, GPU1, "tiny", true);
	finds_by_port(false);
	ollama(l, FRIEND, "tiny", false); /* whosever it is */
	s = take(l, at(3));
	assert_order(s, FRIEND, GPU1);
	assert_int_equal(s->offers[0].class_, CLASS_OWN);
	assert_int_equal(s->offers[1].class_, CLASS_TAGGED);
}

static void nor_a_machine_of_this_user(void **state)
{
	struct ledger *l = mixed_fleet(NULL);

	(void)state;
	ollama(l, GPU1, "tiny", true);
	ollama(l, GPU2, "tiny", false);
	assert_order(take(l, at(3)), GPU2, GPU1);
}

static void nor_this_machine(void **state)
{
	struct ledger *l = mixed_fleet(NULL);
	const struct snapshot *s;

	(void)state;
	ollama(l, GPU1, "tiny", true);
	watches_own(l, "ollama", LOOPBACK);
	says_at(l, at(1), "/api/version", 200, JSON, "{\"version\":\"0.17.4\"}");
	says_at(l, at(1), "/api/tags", 200, JSON, "{\"models\":[{\"name\":\"tiny\",\"details\":{}}]}");
	says_at(l, at(1), "/api/ps", 200, JSON, "{\"models\":[]}");
	s = take(l, at(3));
	assert_order(s, LOOPBACK, GPU1);
}

static void the_machines_of_others_are_refused_until_they_are_allowed(void **state)
{
	const struct ledger_terms terms = {
		.period_ms = DAYS(1000), .poll_ms = 10000, .allowed_classes = 1u << CLASS_FOREIGN
	};
	static const char why[] = "another user's machine, or another tailnet's: --allow foreign";
	struct ledger *l = mixed_fleet(NULL);
	const struct snapshot *s;

	(void)state;
	ollama(l, GUEST, "tiny", true);
	ollama(l, FRIEND, "tiny", true);
	s = take(l, at(3));
	assert_refused(s, GUEST, why);
	assert_refused(s, FRIEND, why);
	l = mixed_fleet(&terms);
	ollama(l, GUEST, "tiny", true);
	ollama(l, GPU1, "tiny", false);
	assert_order(take(l, at(3)), GPU1, GUEST);
}

/* A tag in another tailnet is that tailnet's. */
static void a_tagged_machine_that_is_shared_in_is_another_s(void **state)
{
	struct ledger *l = mixed_fleet(NULL);
	struct obs_status *status = running();

	(void)state;
	tagged(with_peer(status, "n6", "gpu"))->fqdn = "gpu.tailother.ts.net";
	sees(l, at(3), status);
	ollama(l, FRIEND, "tiny", true);
	assert_int_equal(offer_at(take(l, at(4)), FRIEND)->class_, CLASS_FOREIGN);
}

/* A stranger can call his model whatever people ask for. */
static void nor_by_the_exact_name_of_a_model(void **state)
{
	struct ledger *l = mixed_fleet(NULL);
	const struct snapshot *s;
	struct pick pick;

	(void)state;
	ollama(l, GPU1, "tiny", true);
	ollama(l, GUEST, "tiny2", true); /* refused */
	finds_by_port(false);
	ollama(l, GPU2, "Ada/Tiny", false);
	ollama(l, GPU3, "ada/tiny2", false);
	s = take(l, at(3));
	pick = pick_model(s, "tiny");
	assert_int_equal(pick.result, PICK_FOUND);
	assert_string_equal(s->endpoints[s->offers[pick.offers.first].endpoint].url, GPU2);
	pick = pick_model(s, "tiny2");
	assert_int_equal(pick.result, PICK_FOUND);
	assert_string_equal(s->endpoints[s->offers[pick.offers.first].endpoint].url, GPU3);
}

/* A part of the user's own model's id is a guess: who has the whole name is meant. */
static void a_part_of_an_id_waits_until_nobody_has_the_name(void **state)
{
	struct ledger *l = mixed_fleet(NULL);
	const struct snapshot *s;
	struct pick pick;

	(void)state;
	ollama(l, GPU1, "qwen3", true);
	finds_by_port(false);
	ollama(l, GPU2, "qwen3-embedding", true);
	s = take(l, at(3));
	pick = pick_model(s, "qwen3");
	assert_int_equal(pick.result, PICK_FOUND);
	assert_string_equal(s->endpoints[s->offers[pick.offers.first].endpoint].url, GPU1);
}

static void a_gateway_that_was_only_found_is_refused_until_it_is_allowed(void **state)
{
	const struct ledger_terms terms = {
		.period_ms = DAYS(1000), .poll_ms = 10000, .allowed_classes = 1u << CLASS_GATEWAY
	};

	(void)state;
	for (int is_allowed = 0; is_allowed < 2; is_allowed++) {
		struct ledger *l = mixed_fleet(is_allowed ? &terms : NULL);
		const struct offer *offer;

		watches(l, "litellm", GPU2);
		answers(l, at(1), "litellm-1.106.2/key-right/health-liveliness");
		says_at(l, at(1), "/v1/models", 200, JSON,
			"{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"owned_by\":\"openai\"}]}");
		offer = offer_at(take(l, at(3)), GPU2);
		assert_int_equal(offer->class_, CLASS_GATEWAY);
		assert_int_equal(offer->rank, is_allowed);
	}
}

/* ---- warmth is what the engine tells, whatever else its row suffers from ---- */

static void vllm_sleeps(struct ledger *l, const char *url)
{
	vllm(l, 1, url, "tiny", 0, 0);
	says_at(l, at(1), "/metrics", 200, "Content-Type: text/plain\n",
		"vllm:engine_sleep_state{engine=\"0\",sleep_state=\"awake\"} 0\n"
		"vllm:engine_sleep_state{engine=\"0\",sleep_state=\"discard_all\"} 1\n"
		"vllm:num_requests_running{engine=\"0\"} 0\n");
}

static void a_vllm_asleep_is_not_woken_by_a_request(void **state)
{
	static char row[] = "sleeping", *rows[] = { row };
	const struct ledger_terms terms = {
		.period_ms = DAYS(1000), .poll_ms = 10000, .ignore = rows, .ignore_count = 1
	};
	struct ledger *l = fleet();

	(void)state;
	vllm_sleeps(l, GPU1);
	assert_refused(take(l, at(2)), GPU1, "asleep, and no request wakes it");
	l = fleet_with(by_derp, NULL); /* its row is slow, too */
	vllm_sleeps(l, GPU1);
	is_pinged(l, GPU1_ID, 44, at(3));
	assert_refused(take(l, at(3)), GPU1, "asleep, and no request wakes it");
	l = fleet_with(NULL, &terms); /* muted */
	vllm_sleeps(l, GPU1);
	assert_refused(take(l, at(2)), GPU1, "asleep, and no request wakes it");
}

static void a_loaded_model_is_warm_while_another_loads(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	watches(l, "llama-swap", GPU1);
	says_at(l, at(1), "/v1/models", 200, JSON,
		"{\"object\":\"list\",\"data\":[{\"id\":\"a\",\"owned_by\":\"llama-swap\"},"
		"{\"id\":\"b\",\"owned_by\":\"llama-swap\"}]}");
	says_at(l, at(1), "/running", 200, JSON,
		"{\"running\":[{\"model\":\"a\",\"state\":\"ready\"},{\"model\":\"b\",\"state\":\"starting\"}"
		"]}");
	s = take(l, at(2));
	assert_int_equal(s->endpoints[0].state, STATE_LOADING);
	assert_int_equal(s->offers[0].warmth, WARMTH_WARM);
	assert_int_equal(s->offers[1].warmth, WARMTH_LOADING);
	assert_string_equal(s->offers[1].why, "is being loaded");
}

/* A loaded model that is full still answers sooner than one that must be loaded first. */
static void a_queue_comes_before_a_load(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU1, "tiny", false);
	vllm(l, 1, GPU2, "tiny", 2, 3);
	assert_order(take(l, at(2)), GPU2, GPU1);
}

static void models_stand_by_name_and_each_has_its_own_order(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	ollama(l, GPU1, "zephyr:7b", true);
	ollama(l, GPU2, "aya:8b", false);
	s = take(l, at(2));
	assert_int_equal(s->offer_count, 2);
	assert_string_equal(s->models[s->offers[0].model].id, "aya:8b");
	assert_int_equal(s->offers[1].rank, 1);
}

/* ---- what is no place to go ---- */

static void assert_refused_after(void (*fails)(struct ledger *l, struct when now), const char *why)
{
	struct ledger *l = fleet();

	vllm(l, 1, GPU1, "tiny", 0, 0);
	fails(l, at(11));
	fails(l, at(12));
	assert_refused(take(l, at(13)), GPU1, why);
}

static void wants_a_key(struct ledger *l, struct when now)
{
	answers(l, now, "vllm-0.32.0-cpu/ready-idle/health");
	answers(l, now, "vllm-0.32.0-cpu/api-key-missing/v1-models");
}

static void loses_its_backend(struct ledger *l, struct when now)
{
	says(l, now, 502, "Date: Mon, 23 Nov 2026 00:45:46 GMT\n", "");
}

static void what_is_in_trouble_says_which(void **state)
{
	(void)state;
	assert_refused_after(is_refused, "does not answer");
	assert_refused_after(connect_times_out, "cannot be reached");
	assert_refused_after(stays_silent, "makes no progress");
	assert_refused_after(wants_a_key, "wants a key");
	assert_refused_after(loses_its_backend, "answers wrongly");
}

static void what_was_remembered_and_not_asked_yet_is_no_place_to_go(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	watches(l, "vllm", GPU1);
	says_at(l, at(1), "/v1/models", 200, JSON,
		"{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"owned_by\":\"vllm\"}]}");
	assert_refused(take(l, at(2)), GPU1, "was not asked yet");
}

static void one_model_that_failed_to_load_takes_no_other_with_it(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	watches(l, "llama-server", GPU1);
	answers(l, at(1), "llama-server-0.5.0/router-all-unloaded/v1-models");
	answers(l, at(61), "llama-server-0.5.0/router-child-killed/health");
	answers(l, at(61), "llama-server-0.5.0/router-child-killed/v1-models");
	s = take(l, at(62));
	assert_verdict(s, "load-failed");
	assert_true(s->offer_count > 1);
	for (size_t i = 0; i < s->offer_count; i++) {
		bool has_failed = s->models[s->offers[i].model].state == MODEL_FAILED;

		assert_int_equal(s->offers[i].rank == 0, has_failed);
		if (has_failed)
			assert_string_equal(s->offers[i].why, "did not load when it was asked last");
	}
}

static void a_server_without_an_openai_api_is_no_place_to_go(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	watches(l, "triton", GPU1);
	answers(l, at(1), "triton-2.51.0/working/v2-health-live");
	answers(l, at(1), "triton-2.51.0/working/v2-models-stats");
	assert_refused(take(l, at(2)), GPU1, "has no OpenAI API");
}

static void a_muted_fault_is_a_fault(void **state)
{
	static char row[] = "not-listening", *rows[] = { row };
	const struct ledger_terms terms = {
		.period_ms = DAYS(1000), .poll_ms = 10000, .ignore = rows, .ignore_count = 1
	};
	struct ledger *l = fleet_with(NULL, &terms);

	(void)state;
	ollama(l, GPU1, "tiny", true);
	is_refused(l, at(11));
	is_refused(l, at(12));
	assert_refused(take(l, at(13)), GPU1, "does not answer");
}

static void what_is_old_is_no_place_to_go(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU1, "tiny", true);
	assert_int_equal(offer_at(take(l, at(31)), GPU1)->rank, 1);
	assert_refused(take(l, at(32)), GPU1, "what is known of it is old");
}

static void an_offline_machine_is_no_place_to_go(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU2, "tiny", true);
	for (int t = 4; t < 6; t++) {
		struct obs_status *status = running();

		offline(with_peer(status, "n3", "gpu2"));
		sees(l, at(t), status);
	}
	assert_refused(take(l, at(6)), GPU2, "its machine is offline");
}

static struct ledger *with_mount(struct ledger *l)
{
	const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = LOOPBACK,
		.url = OWN,
		.backend = LOOPBACK };

	sees_serve(l, &mount, 1);
	watches(l, "vllm", OWN);
	return l;
}

static struct ledger *fleet_with_mount(void)
{
	return with_mount(fleet());
}

static void assert_both_doors_are_refused(struct ledger *l, struct when now)
{
	const struct snapshot *s;

	watches(l, "vllm", OWN);
	says_at(l, now, "/health", 200, "", "");
	s = take(l, now);
	assert_int_equal(endpoint_row(s, OWN)->engine_id, endpoint_row(s, LOOPBACK)->engine_id);
	assert_int_equal(s->offer_count, 1);
	assert_int_equal(s->offers[0].rank, 0);
	assert_string_equal(s->offers[0].why, "makes no progress");
}

/* The mount answers its own, cheap question while the engine behind it stands still. */
static void every_door_to_a_stalled_engine_is_refused(void **state)
{
	struct ledger *l = fleet_with_mount();

	(void)state;
	for (int t = 1; t <= 31; t += 10)
		vllm(l, t, LOOPBACK, "tiny", 2, 0);
	assert_both_doors_are_refused(l, at(32));
	assert_int_equal(endpoint_row(take(l, at(32)), OWN)->state, STATE_STALLED);
}

static void a_door_to_a_silent_engine_is_refused_although_it_answers(void **state)
{
	struct ledger *l = fleet_with_mount();

	(void)state;
	vllm(l, 1, LOOPBACK, "tiny", 0, 0);
	watches(l, "vllm", OWN);
	says_at(l, at(1), "/health", 200, "", "");
	assert_int_equal(endpoint_row(take(l, at(2)), OWN)->state, STATE_OK);
	watches(l, "vllm", LOOPBACK);
	stays_silent(l, at(11));
	stays_silent(l, at(12));
	assert_both_doors_are_refused(l, at(13));
}

/* Its own key opens the mount, which is asked by itself then; what the backend wants is not its trouble. */
static void a_mount_with_a_key_of_its_own_is_asked_with_it(void **state)
{
	struct ledger *l = fleet_with_mount();

	(void)state;
	watches(l, "vllm", LOOPBACK);
	wants_a_key(l, at(1));
	gives_a_key();
	vllm(l, 1, OWN, "tiny", 0, 0);
	assert_int_equal(take(l, at(2))->offers[0].rank, 1);
	assert_int_equal(endpoint_row(take(l, at(2)), OWN)->state, STATE_OK);
	assert_int_equal(endpoint_row(take(l, at(2)), LOOPBACK)->state, STATE_AUTH);
}

static void one_lost_answer_of_the_backend_mends_nothing(void **state)
{
	struct ledger *l = fleet_with_mount();

	(void)state;
	for (int t = 1; t <= 31; t += 10)
		vllm(l, t, LOOPBACK, "tiny", 2, 0);
	assert_both_doors_are_refused(l, at(32));
	watches(l, "vllm", LOOPBACK);
	stays_silent(l, at(41));
	assert_both_doors_are_refused(l, at(42));
	assert_int_equal(endpoint_row(take(l, at(42)), OWN)->state, STATE_STALLED);
}

static void what_is_muted_at_the_backend_is_muted_at_its_mount(void **state)
{
	static char row[] = "engine-stalled@" LOOPBACK, *rows[] = { row };
	const struct ledger_terms terms = {
		.period_ms = DAYS(1000), .poll_ms = 10000, .ignore = rows, .ignore_count = 1
	};
	struct ledger *l = with_mount(fleet_with(NULL, &terms));

	(void)state;
	for (int t = 1; t <= 31; t += 10)
		vllm(l, t, LOOPBACK, "tiny", 2, 0);
	assert_both_doors_are_refused(l, at(32));
	assert_int_equal(take(l, at(32))->status, STATUS_OK);
}

static void a_base_url_ends_where_a_client_begins(void **state)
{
	static const struct {
		const char *family, *path;
	} apis[] = {
		{ "ollama", "/v1" },
		{ "vllm", "/v1" },
		{ "open-webui", "/api" },
		{ "triton", "" },
		{ "ray-serve", "" },
		{ "portkey", "" },
		{ NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(apis); i++) {
		struct ledger *l = fleet();
		char wanted[128];

		watches(l, apis[i].family, GPU1 "/llm");
		snprintf(wanted, sizeof(wanted), "%s%s", *apis[i].path ? GPU1 "/llm" : "", apis[i].path);
		assert_string_equal(take(l, at(2))->endpoints[0].base_url, wanted);
	}
}

/* ---- names ---- */

static const struct snapshot *library(void)
{
	static const char *const models[] = { "qwen3:8b", "phi4:latest", "Qwen/Qwen2.5-7B" };
	static const char *const urls[] = { GPU1, GPU2, GPU3 };
	struct ledger *l = fleet();

	for (size_t i = 0; i < 3; i++)
		ollama(l, urls[i], models[i], true);
	return take(l, at(2));
}

static void assert_picks(const char *name, enum pick_result result, const char *url)
{
	const struct snapshot *s = library();
	struct pick pick = pick_model(s, name);

	assert_int_equal(pick.result, result);
	if (url)
		assert_string_equal(s->endpoints[s->offers[pick.offers.first].endpoint].url, url);
}

static void a_name_is_taken_as_people_type_it(void **state)
{
	(void)state;
	assert_picks("qwen3:8b", PICK_FOUND, GPU1);
	assert_picks("phi4", PICK_FOUND, GPU2);
	assert_picks("PHI4", PICK_FOUND, GPU2);
	assert_picks("qwen2.5-7b", PICK_FOUND, GPU3);
	assert_picks("qwen3", PICK_FOUND, GPU1);
}

static void a_name_that_fits_several_picks_none(void **state)
{
	const struct snapshot *s = library();
	struct pick pick = pick_model(s, "qwen");
	size_t fitting = 0;

	(void)state;
	assert_int_equal(pick.result, PICK_AMBIGUOUS);
	for (size_t i = 0; i < pick.offers.count; i++)
		fitting += pick_fits(s, &pick, pick.offers.first + i, "qwen");
	assert_int_equal(fitting, 2);
}

/* LiteLLM lists "*", or a prefix and "*", if it passes on any name that begins so. */
static void a_gateway_that_takes_any_name_comes_after_who_has_it(void **state)
{
	static const struct {
		const char *name, *id;
	} rows[] = {
		{ "tiny", "tiny" },
		{ "qwen3", "qwen3:8b" },
		{ "openai/gpt-x", "openai/*" },
		{ "gpt-x", "*" },
	};
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	ollama(l, GPU1, "tiny", true);
	ollama(l, GPU2, "qwen3:8b", true);
	watches(l, "litellm", GPU3);
	says_at(l, at(1), "/health/liveliness", 200, JSON, "\"I'm alive!\"");
	says_at(l, at(1), "/v1/models", 200, JSON,
		"{\"object\":\"list\",\"data\":[{\"id\":\"*\"},{\"id\":\"openai/*\"}]}");
	s = take(l, at(2));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pick pick = pick_model(s, rows[i].name);

		assert_int_equal(pick.result, PICK_FOUND);
		assert_string_equal(s->models[s->offers[pick.offers.first].model].id, rows[i].id);
	}
	assert_int_equal(pick_model(s, "").result, PICK_UNKNOWN);
}

static void a_name_that_fits_none_is_unknown(void **state)
{
	(void)state;
	assert_picks("llama", PICK_UNKNOWN, NULL);
	assert_picks("", PICK_UNKNOWN, NULL);
}

static void a_model_that_is_nowhere_well_is_picked_nowhere(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU1, "tiny", true);
	assert_int_equal(pick_model(take(l, at(60)), "tiny").result, PICK_NOWHERE);
}

int main(void)
{
#define SAYS(test) cmocka_unit_test_teardown(test, forget)
	const struct CMUnitTest tests[] = {
		SAYS(a_loaded_model_comes_before_a_cold_one),
		SAYS(an_empty_queue_comes_before_a_full_one),
		SAYS(who_rests_comes_before_who_works),
		SAYS(a_direct_path_comes_before_a_relayed_one),
		SAYS(a_direct_path_comes_before_a_peer_relay),
		SAYS(a_peer_relay_comes_before_derp),
		SAYS(who_cannot_be_asked_comes_last),
		SAYS(the_shorter_queue_comes_first_where_all_are_full),
		SAYS(what_is_not_told_comes_before_what_is_cold),
		SAYS(a_model_that_has_spilled_comes_after_one_that_has_not),
		SAYS(the_nearer_one_comes_first),
		SAYS(the_faster_one_comes_first),
		SAYS(a_speed_that_is_known_comes_before_one_that_is_not),
		SAYS(a_certificate_comes_first_and_an_address_last),
		SAYS(a_cloud_model_comes_last_and_says_where_it_runs),
		SAYS(a_gateway_that_does_not_tell_comes_last),
		SAYS(a_tagged_machine_does_not_outbid_what_the_user_pinned),
		SAYS(nor_a_machine_of_this_user),
		SAYS(nor_this_machine),
		SAYS(the_machines_of_others_are_refused_until_they_are_allowed),
		SAYS(a_tagged_machine_that_is_shared_in_is_another_s),
		SAYS(nor_by_the_exact_name_of_a_model),
		SAYS(a_part_of_an_id_waits_until_nobody_has_the_name),
		SAYS(a_gateway_that_was_only_found_is_refused_until_it_is_allowed),
		SAYS(a_vllm_asleep_is_not_woken_by_a_request),
		SAYS(a_loaded_model_is_warm_while_another_loads),
		SAYS(a_queue_comes_before_a_load),
		SAYS(models_stand_by_name_and_each_has_its_own_order),
		SAYS(what_is_in_trouble_says_which),
		SAYS(what_was_remembered_and_not_asked_yet_is_no_place_to_go),
		SAYS(one_model_that_failed_to_load_takes_no_other_with_it),
		SAYS(a_server_without_an_openai_api_is_no_place_to_go),
		SAYS(a_muted_fault_is_a_fault),
		SAYS(what_is_old_is_no_place_to_go),
		SAYS(an_offline_machine_is_no_place_to_go),
		SAYS(every_door_to_a_stalled_engine_is_refused),
		SAYS(a_door_to_a_silent_engine_is_refused_although_it_answers),
		SAYS(a_mount_with_a_key_of_its_own_is_asked_with_it),
		SAYS(one_lost_answer_of_the_backend_mends_nothing),
		SAYS(what_is_muted_at_the_backend_is_muted_at_its_mount),
		SAYS(a_base_url_ends_where_a_client_begins),
		SAYS(a_name_is_taken_as_people_type_it),
		SAYS(a_name_that_fits_several_picks_none),
		SAYS(a_gateway_that_takes_any_name_comes_after_who_has_it),
		SAYS(a_name_that_fits_none_is_unknown),
		SAYS(a_model_that_is_nowhere_well_is_picked_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
