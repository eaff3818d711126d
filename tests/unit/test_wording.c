/* The words of figures. */
#include "probes/report/wording.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/sample_snapshot.h"

#define TAKEN INT64_C(1795394746123)

static void a_fresh_age_is_now(void **state)
{
	static const struct {
		double age_ms;
		const char *text;
	} table[] = { { NAN, "–" }, { 0, "now" }, { 9999, "now" }, { 10000, "10 s" }, { 420000, "7 min" } };
	char text[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		assert_string_equal(wording_age(text, sizeof(text), table[i].age_ms), table[i].text);
}

static void a_path_has_its_times_and_its_last_pong(void **state)
{
	struct path path = { .kind = PATH_DERP,
		.via = "fra",
		.since = TAKEN - 180000,
		.changes = 1,
		.rtt_ms = 48,
		.rtt_p95_ms = NAN,
		.jitter_ms = 4.8,
		.rtt_source = "disco",
		.loss = 0.004,
		.pong_age_ms = 3000,
		.pong_source = "capture" };
	char way[LINE_BYTES] = "", fresh[LINE_BYTES] = "", old[LINE_BYTES] = "";

	(void)state;
	wording_path(way, &path, TAKEN);
	assert_string_equal(way, "through DERP fra, for 3 min, changed 1 time");
	*way = '\0';
	path.was_before = true;
	wording_path(way, &path, TAKEN);
	assert_string_equal(way, "through DERP fra, for at least 3 min, changed 1 time");
	wording_times(fresh, &path);
	assert_string_equal(
		fresh, "RTT 48 ms, jitter 4.8 ms (by disco), loss 0.4 %, last pong now, seen by capture");
	path.pong_age_ms = 48000;
	path.loss = 0.2;
	wording_times(old, &path);
	assert_string_equal(
		old, "RTT 48 ms, jitter 4.8 ms (by disco), loss 20 %, last pong 48 s ago, seen by capture");
}

static void of_an_engine_what_is_known_is_said(void **state)
{
	struct snapshot *snapshot = sample_fleet();
	struct endpoint endpoint = snapshot->endpoints[0];
	char work[LINE_BYTES] = "", speed[LINE_BYTES] = "", nothing[LINE_BYTES] = "";

	(void)state;
	endpoint.figures.running = 16;
	endpoint.figures.waiting = 7;
	endpoint.figures.slots = NAN;
	endpoint.figures.kv_cache = 0.91;
	endpoint.figures.preemptions = 1;
	endpoint.figures.tokens_per_s = 812.4;
	endpoint.figures.prompt_tokens_per_s = NAN;
	endpoint.figures.ttft_p50_ms = 2540;
	endpoint.figures.ttft_p95_ms = 4100;
	endpoint.figures.inter_token_p50_ms = 21;
	endpoint.figures.inter_token_p95_ms = 40;
	wording_work(work, &endpoint);
	assert_string_equal(work, "16 running, 7 waiting, KV cache 91 %, 1 preemption");
	wording_speed(speed, &endpoint);
	assert_string_equal(speed,
		"812 tok/s, TTFT 2540 ms, TTFT p95 4100 ms, decode 21 ms/token, decode p95 40 ms/token");
	endpoint.figures.tokens_per_s = endpoint.figures.ttft_p50_ms = endpoint.figures.ttft_p95_ms = NAN;
	endpoint.figures.inter_token_p50_ms = endpoint.figures.inter_token_p95_ms = NAN;
	wording_speed(nothing, &endpoint);
	assert_string_equal(nothing, "");
	snapshot_free(snapshot);
}

static void a_search_that_goes_on_is_said(void **state)
{
	struct discovery discovery = { .pending = 1 };
	char one[LINE_BYTES] = "", none[LINE_BYTES] = "";

	(void)state;
	wording_pending(one, &discovery);
	assert_string_equal(one, "the search for servers is not finished: 1 port was not asked yet");
	discovery.pending = 0;
	discovery.silent_peers = 1;
	discovery.postponed = 17;
	*one = '\0';
	wording_pending(one, &discovery);
	assert_string_equal(one, "1 peer drops connections: 17 ports there not asked yet");
	discovery.silent_peers = discovery.postponed = 0;
	wording_pending(none, &discovery);
	assert_string_equal(none, "");
}

static void what_was_asked_of_a_peer_is_said(void **state)
{
	static const struct {
		struct probed_ports probed;
		const char *text;
	} cases[] = {
		{ { 0, 0, 0, false }, "" },
		{ { 19, 2, 2, false }, "drops connections: 2 of 19 ports asked for a server so far" },
		{ { 19, 19, 17, false },
			"19 ports asked for a server, connections to 17 of them were dropped" },
		{ { 19, 16, 0, false }, "16 of 19 ports asked for a server" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char line[LINE_BYTES] = "";

		wording_probed(line, &cases[i].probed);
		assert_string_equal(line, cases[i].text);
	}
}

static void assert_gpu(struct obs_gpu gpu, const char *text)
{
	char line[LINE_BYTES] = "";

	wording_gpu(line, &gpu);
	assert_string_equal(line, text);
}

static void a_gpu_is_told_as_far_as_it_is_known(void **state)
{
	struct obs_gpu gpus[] = { { "0", "x", { 1e9, 9e9, 10e9, 0 } }, { "1", "x", { NAN, NAN, NAN, NAN } } };
	const struct snapshot snapshot = { .gpus = gpus, .gpu_count = 2 };
	struct peer peer = { .gpus = { 0, 2 } };
	char line[LINE_BYTES] = "";

	(void)state;
	assert_gpu((struct obs_gpu){ "0", "NVIDIA GeForce RTX 4090", { 21.3e9, 4.5e9, 25.8e9, 0.98 } },
		"GPU 0 RTX 4090: 21.3 of 25.8 GB used, 98 % busy");
	assert_gpu((struct obs_gpu){ "0:5", "", { 24.6e9, 1.2e9, 25.8e9, NAN } },
		"GPU 0:5: 24.6 of 25.8 GB used, nearly full");
	assert_gpu((struct obs_gpu){ "1", "AMD Instinct MI300X OAM", { 0, NAN, NAN, 0 } },
		"GPU 1 Instinct MI300X OAM: 0.0 GB used, 0 % busy");
	assert_gpu((struct obs_gpu){ "2", "x", { NAN, NAN, 8e9, NAN } }, "GPU 2 x: 8.0 GB");
	gpu_add_up(gpus, 2, &peer.gpu);
	wording_gpus(line, &snapshot, &peer);
	assert_string_equal(line, "2 GPUs");
	peer.has_more_gpus = true;
	line[0] = '\0';
	wording_gpus(line, &snapshot, &peer);
	assert_string_equal(line, "at least 2 GPUs");
	peer.gpus.count = 0;
	line[0] = '\0';
	wording_gpus(line, &snapshot, &peer);
	assert_string_equal(line, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gpu_is_told_as_far_as_it_is_known),
		cmocka_unit_test(a_fresh_age_is_now),
		cmocka_unit_test(a_path_has_its_times_and_its_last_pong),
		cmocka_unit_test(of_an_engine_what_is_known_is_said),
		cmocka_unit_test(a_search_that_goes_on_is_said),
		cmocka_unit_test(what_was_asked_of_a_peer_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
