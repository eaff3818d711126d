/* What is said of flows and of capture: what is known, what is told from something else, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/views/flows.h"
#include "tui/table/rows.h"
#include "tui/views/views.h"

static const struct flow unknown = {
	.peer = -1,
	.endpoint = -1,
	.service = "",
	.connections = NAN,
	.open = NAN,
	.exchanges = NAN,
	.rx_bytes = NAN,
	.tx_bytes = NAN,
	.rx_per_s = NAN,
	.tx_per_s = NAN,
	.ttfb_ms = NAN,
	.ttft_ms = NAN,
	.ttft_max_ms = NAN,
	.tokens_per_s = NAN,
};

static void a_first_token_between_two_times_is_a_range(void **state)
{
	static const struct {
		double least, most;
		const char *text;
	} table[] = {
		{ 12.2, 19.4, "12–19" },
		{ 12.2, 12.3, "12" }, /* nobody sees the difference */
		{ 410, NAN, "410" },
		{ NAN, 19, "–" },
		{ NAN, NAN, "–" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct flow flow = unknown;
		struct value value;

		flow.ttft_ms = table[i].least;
		flow.ttft_max_ms = table[i].most;
		value_flow_ttft(&value, &flow);
		assert_string_equal(value.text, table[i].text);
	}
}

static void what_is_estimated_carries_a_sign_and_what_is_unknown_does_not(void **state)
{
	struct flow flow = unknown;
	struct value value;

	(void)state;
	flow.is_estimated = true;
	value_flow_tokens(&value, &flow);
	assert_string_equal(value.text, "–");
	flow.tokens_per_s = 41;
	value_flow_tokens(&value, &flow);
	assert_string_equal(value.text, "~41");
	flow.tokens_per_s = 0.3;
	value_flow_tokens(&value, &flow);
	assert_string_equal(value.text, "~0.3");
	flow.tokens_per_s = 41;
	flow.is_estimated = false;
	value_flow_tokens(&value, &flow);
	assert_string_equal(value.text, "41");
}

static void a_peer_that_is_told_from_bytes_carries_a_sign(void **state)
{
	struct snapshot *snapshot = sample_clients();
	struct flow flow = unknown;
	struct value value;

	(void)state;
	flow.is_inferred = true;
	value_flow_peer(&value, snapshot, &flow);
	assert_string_equal(value.text, "?");
	flow.peer = 8;
	value_flow_peer(&value, snapshot, &flow);
	assert_string_equal(value.text, "~studio");
	flow.is_inferred = false;
	value_flow_peer(&value, snapshot, &flow);
	assert_string_equal(value.text, "studio");
	snapshot_free(snapshot);
}

static void every_column_has_a_word_for_what_is_unknown(void **state)
{
	struct snapshot *snapshot = sample_clients();

	(void)state;
	snapshot->flows[0] = unknown;
	for (size_t i = 0; i < view_clients.column_count; i++) {
		const struct column *column = &view_clients.columns[i];
		struct value value;

		column_format(column, snapshot, 0, &value);
		assert_true(*value.text);
		assert_null(strpbrk(value.text, "0123456789"));
	}
	snapshot_free(snapshot);
}

static void flows_at_work_come_first_and_do_not_change_places_with_each_byte(void **state)
{
	static const size_t wanted[] = { 2, 0, 1, 3, 4, 5, 6, 7 };
	struct snapshot *snapshot = sample_clients();
	struct rows rows = { 0 };

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		rows_collect(&rows, &view_clients, snapshot, rows_order(&view_clients), "", NULL);
		assert_int_equal(rows.count, ARRAY_LEN(wanted));
		assert_memory_equal(rows.items, wanted, sizeof(wanted));
		for (size_t i = 0; i < 4; i++)
			snapshot->flows[i].last = snapshot->taken.wall_ms - (int64_t)i;
	}
	rows_fini(&rows);
	snapshot_free(snapshot);
}

static void who_uses_us_opens_as_a_peer_and_what_we_use_as_a_server(void **state)
{
	struct snapshot *snapshot = sample_clients();
	char buffer[ID_MAX];

	(void)state;
	assert_string_equal(view_clients.target(snapshot, 1, buffer, sizeof(buffer)), snapshot->peers[8].id);
	assert_string_equal(
		view_clients.target(snapshot, 2, buffer, sizeof(buffer)), snapshot->endpoints[1].url);
	assert_string_equal(
		view_clients.target(snapshot, 4, buffer, sizeof(buffer)), snapshot->endpoints[4].url);
	assert_string_equal(view_clients.target(snapshot, 7, buffer, sizeof(buffer)), "");
	snapshot_free(snapshot);
}

static void a_filter_finds_directions_users_and_services(void **state)
{
	static const struct {
		const char *filter;
		size_t count;
	} table[] = {
		{ "direction:out", 2 },
		{ "direction:in", 6 },
		{ "state:active", 4 },
		{ "user:ann", 1 },
		{ "service:ssh", 1 },
		{ "service:llm !state:active", 3 },
		{ "server:vllm", 1 },
		{ "path:derp", 1 },
	};
	struct snapshot *snapshot = sample_clients();
	struct rows rows = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		rows_collect(
			&rows, &view_clients, snapshot, rows_order(&view_clients), table[i].filter, NULL);
		assert_int_equal(rows.count, table[i].count);
	}
	rows_fini(&rows);
	snapshot_free(snapshot);
}

static void capture_says_one_line_only_where_it_is_wanted_and_lacks_something(void **state)
{
	static const struct {
		struct snapshot *(*make)(void);
		const char *header, *line, *brief;
	} table[] = {
		{ sample_fleet, "", NULL, NULL },
		{ sample_clients, "capture eth0 tailscale0, 0 dropped", NULL, NULL },
		{ sample_no_right, "no capture right",
			"no capture right: /usr/local/bin/tsllm-capture: it lacks the right to capture "
			"packets → sudo setcap cap_net_raw+ep /usr/local/bin/tsllm-capture",
			"no capture right → sudo setcap cap_net_raw+ep /usr/local/bin/tsllm-capture" },
		{ sample_no_helper, "no capture helper",
			"no capture helper: /usr/local/bin/tsllm-capture: it is not installed → sudo make "
			"install",
			"no capture helper → sudo make install" },
		{ sample_capture_ended, "capture failed",
			"capture failed 4 min ago: /usr/local/bin/tsllm-capture: a network device went away",
			"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct snapshot *snapshot = table[i].make();
		struct value value = { .text = "" };
		char text[320];

		capture_say(&snapshot->capture, text, sizeof(text));
		assert_string_equal(text, table[i].header);
		assert_int_equal(value_capture(snapshot, &value), table[i].line != NULL);
		if (table[i].line) {
			assert_string_equal(value.text, table[i].line);
			assert_string_equal(value.brief, table[i].brief);
		}
		snapshot_free(snapshot);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_token_between_two_times_is_a_range),
		cmocka_unit_test(what_is_estimated_carries_a_sign_and_what_is_unknown_does_not),
		cmocka_unit_test(a_peer_that_is_told_from_bytes_carries_a_sign),
		cmocka_unit_test(every_column_has_a_word_for_what_is_unknown),
		cmocka_unit_test(flows_at_work_come_first_and_do_not_change_places_with_each_byte),
		cmocka_unit_test(who_uses_us_opens_as_a_peer_and_what_we_use_as_a_server),
		cmocka_unit_test(a_filter_finds_directions_users_and_services),
		cmocka_unit_test(capture_says_one_line_only_where_it_is_wanted_and_lacks_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
