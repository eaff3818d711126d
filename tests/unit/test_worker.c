/* When an endpoint is asked again, and for what. */
#include "probes/endpoints/worker.h"

#include "probes/base/mem.h"
#include "probes/model/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/played.h"

static int64_t gap_after(unsigned failures)
{
	const struct settings settings = { .period_s = 2 };
	const struct worker_world world = { .settings = &settings };
	const struct worker worker = {
		.world = &world, .spec = { .url = "http://gpu1:8080" }, .failures = failures
	};

	return worker_gap(&worker);
}

/* Up to a tenth more or less, so that endpoints that began together drift apart. */
static void assert_about(int64_t ms, int64_t expected)
{
	assert_true(ms >= expected * 9 / 10 && ms <= expected * 11 / 10);
}

static void a_server_that_is_well_is_asked_every_five_periods(void **state)
{
	(void)state;
	assert_about(gap_after(0), 10000);
	assert_about(gap_after(1), 10000);
}

static void one_that_fails_is_asked_ever_more_rarely_and_never_less_than_once_a_minute(void **state)
{
	(void)state;
	assert_about(gap_after(2), 20000);
	assert_about(gap_after(3), 40000);
	assert_int_equal(gap_after(4), 60000);
	assert_int_equal(gap_after(1000000), 60000);
}

#define MINUTE 60000

static struct worker worker_of(const struct worker_world *world, const char *family)
{
	struct worker worker = { .world = world, .spec = { .url = "http://gpu1:8080", .key = "" } };

	worker_set_family(&worker, family ? family_by_name(family) : NULL);
	return worker;
}

static void a_server_of_no_known_family_is_connected_to_for_a_minute_after_its_list(void **state)
{
	const struct worker_world live = { .is_once = false }, once = { .is_once = true };
	static const char *const families_[] = { NULL, "openai-compatible", "vllm" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(families_); i++) {
		struct worker worker = worker_of(&live, families_[i]);
		bool is_known = i == 2;

		assert_false(worker_only_connects(&worker, 5000));
		worker.listed_at = 1000;
		assert_int_equal(worker_only_connects(&worker, 5000), !is_known);
		assert_int_equal(worker_only_connects(&worker, 1000 + MINUTE - 1), !is_known);
		assert_false(worker_only_connects(&worker, 1000 + MINUTE));
		worker.has_doubts = true;
		assert_true(worker_only_connects(&worker, 5000));
		worker.world = &once;
		assert_false(worker_only_connects(&worker, 5000));
		worker_hurry(&worker);
		worker.world = &live;
		assert_false(worker_only_connects(&worker, 5000));
	}
}

/* The list of an engine with two URLs is requested through one after the other. */
static void the_urls_of_one_engine_take_turns(void **state)
{
	const struct worker_world live = { .is_once = false };
	struct worker worker = worker_of(&live, "openai-compatible");

	(void)state;
	worker.listed_at = 1000;
	worker.other_listed_at = 31000; /* asked after us: we are next, a minute after it */
	assert_true(worker_only_connects(&worker, 1000 + MINUTE));
	assert_false(worker_only_connects(&worker, 31000 + MINUTE));
	worker.other_listed_at = 500;
	worker.is_others_turn = true;
	assert_true(worker_only_connects(&worker, 1000 + MINUTE));
	assert_false(worker_only_connects(&worker, 1000 + 2 * MINUTE)); /* the other one did not ask */
	worker.listed_at = 0;
	assert_false(worker_only_connects(&worker, 1500));
}

static void a_slow_list_is_not_asked_for_twice(void **state)
{
	const struct worker_world live = { .is_once = false };
	struct worker worker = worker_of(&live, "openai-compatible");
	struct answer answer = { .outcome = OUTCOME_SILENT, .is_reused = true, .bytes_sent = 100 };

	(void)state;
	worker.listed_at = 1000;
	assert_false(worker_may_repeat(&worker, &answer, 6000));
	answer.outcome = OUTCOME_TRUNCATED;
	assert_true(worker_may_repeat(&worker, &answer, 6000));
	answer.is_reused = false;
	assert_false(worker_may_repeat(&worker, &answer, 6000));
	worker_set_family(&worker, family_by_name("vllm"));
	answer = (struct answer){ .outcome = OUTCOME_SILENT, .is_reused = true };
	assert_true(worker_may_repeat(&worker, &answer, 6000));
}

static void an_older_version_is_known_by_the_next_path_of_its_family(void **state)
{
	const struct worker_world live = { .is_once = false };
	struct worker worker = worker_of(&live, "ollama");
	const struct answer absent = { .status = 404 }, other = { .status = 200 }, failed = { .status = 500 },
			    locked = { .status = 401 };

	(void)state;
	assert_false(worker_guessed_wrong(&worker, &failed) || worker_guessed_wrong(&worker, &locked));
	assert_true(worker_guessed_wrong(&worker, &absent) && worker_guessed_wrong(&worker, &other));
	assert_false(worker_next_primary(&worker, &other));
	for (size_t i = 1; i < worker.family->request_count; i++) {
		assert_true(worker_next_primary(&worker, &absent));
		assert_int_equal(worker.primary, i);
		assert_false(worker_is_due(&worker, 0, false, MINUTE * 10));
		assert_true(worker_is_due(&worker, i, true, MINUTE * 10));
	}
	assert_false(worker_next_primary(&worker, &absent));
	worker_set_family(&worker, worker.family);
	worker.is_proven = true; /* it is a fault of that server, then */
	assert_false(worker_guessed_wrong(&worker, &absent));
	worker = worker_of(&live, "openai-compatible");
	assert_false(worker_guessed_wrong(&worker, &absent));
}

static bool lacks_slash(const char *path, int status, const char *location)
{
	struct worker worker = { .path = path };
	char headers[256];
	struct answer answer;
	bool lacks;

	snprintf(headers, sizeof(headers), "Location: %s\n", location);
	played_make(&answer, status, headers, "", 0);
	lacks = worker_lacks_slash(&worker, &answer);
	worker.slashed = path;
	assert_false(worker_lacks_slash(&worker, &answer));
	answer_fini(&answer);
	return lacks;
}

static void a_redirect_that_adds_a_slash_is_told_from_any_other(void **state)
{
	(void)state;
	assert_true(lacks_slash("/v1/models", 307, "/v1/models/"));
	assert_true(lacks_slash("/v1/models", 301, "http://box/v1/models/?limit=5"));
	assert_true(lacks_slash("/health", 308, "https://box:8443/llm/health/"));
	assert_false(lacks_slash("/v1/models", 200, "/v1/models/"));
	assert_false(lacks_slash("/v1/models", 307, "/v1/models"));
	assert_false(lacks_slash("/v1/models", 307, "/login/?next=/v1/models/"));
	assert_false(lacks_slash("/v1/models", 302, ""));
	assert_false(lacks_slash("/", 307, "/docs/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_that_is_well_is_asked_every_five_periods),
		cmocka_unit_test(a_server_of_no_known_family_is_connected_to_for_a_minute_after_its_list),
		cmocka_unit_test(the_urls_of_one_engine_take_turns),
		cmocka_unit_test(a_slow_list_is_not_asked_for_twice),
		cmocka_unit_test(an_older_version_is_known_by_the_next_path_of_its_family),
		cmocka_unit_test(a_redirect_that_adds_a_slash_is_told_from_any_other),
		cmocka_unit_test(one_that_fails_is_asked_ever_more_rarely_and_never_less_than_once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
