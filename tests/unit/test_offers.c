/* Where a model is and where it should be asked: which place comes first, and which is none. */
#include "probes/model/pick.h"
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
	struct obs_peer *(*second)(struct obs_peer *), const struct ledger_terms *terms)
{
	static const struct ledger_terms patient = { .period_ms = DAYS(1000), .poll_ms = 10000 };
	struct ledger *l = empty_ledger(terms ? terms : &patient);

	for (int t = 0; t < 2; t++) { /* a path's kind is believed the second time */
		struct obs_status *status = running();
		struct obs_peer *peer;

		with_peer(status, GPU1_ID, "gpu1");
		peer = with_peer(status, "n3", "gpu2");
		if (second)
			second(peer);
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
	vllm(l, 1, GPU2, "tiny", 0, 0); /* tells of an empty queue */
	ollama(l, GPU1, "tiny", true);  /* tells of none: an idle one has none, too */
	assert_order(take(l, at(2)), GPU1, GPU2);
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

static void a_dead_server_keeps_its_row_and_loses_its_rank(void **state)
{
	struct ledger *l = fleet();

	(void)state;
	ollama(l, GPU1, "tiny", true);
	is_refused(l, at(11));
	is_refused(l, at(12));
	assert_refused(take(l, at(13)), GPU1, "does not answer");
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

static struct ledger *fleet_with_mount(void)
{
	const struct obs_mount mount = { .host = "admin.tail4c1d.ts.net",
		.service = "",
		.port = 443,
		.path = "/",
		.target = LOOPBACK,
		.url = OWN,
		.backend = LOOPBACK };
	struct ledger *l = fleet();

	sees_serve(l, &mount, 1);
	watches(l, "vllm", OWN);
	return l;
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

static void a_base_url_ends_where_a_client_begins(void **state)
{
	struct ledger *l = fleet();
	const struct snapshot *s;

	(void)state;
	ollama(l, GPU1 "/ollama", "tiny", true);
	watches(l, "open-webui", GPU2);
	watches(l, NULL, GPU3);
	s = take(l, at(2));
	assert_string_equal(endpoint_row(s, GPU1 "/ollama")->base_url, GPU1 "/ollama/v1");
	assert_string_equal(endpoint_row(s, GPU2)->base_url, GPU2 "/api");
	assert_string_equal(endpoint_row(s, GPU3)->base_url, "");
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
		SAYS(a_queue_comes_before_a_load),
		SAYS(models_stand_by_name_and_each_has_its_own_order),
		SAYS(a_dead_server_keeps_its_row_and_loses_its_rank),
		SAYS(a_muted_fault_is_a_fault),
		SAYS(what_is_old_is_no_place_to_go),
		SAYS(an_offline_machine_is_no_place_to_go),
		SAYS(every_door_to_a_stalled_engine_is_refused),
		SAYS(a_door_to_a_silent_engine_is_refused_although_it_answers),
		SAYS(a_base_url_ends_where_a_client_begins),
		SAYS(a_name_is_taken_as_people_type_it),
		SAYS(a_name_that_fits_several_picks_none),
		SAYS(a_name_that_fits_none_is_unknown),
		SAYS(a_model_that_is_nowhere_well_is_picked_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
