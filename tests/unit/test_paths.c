/* What is said of a path beyond its kind: the last pong, the loss, the bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include <cmocka.h>

#include "probes/base/mem.h"
#include "tests/unit/sample_snapshot.h"
#include "tui/views/values.h"
#include "tui/views/views.h"

static void a_pong_that_is_renewed_all_the_time_does_not_move(void **state)
{
	static const struct {
		double age_ms;
		const char *text, *brief;
	} table[] = {
		{ NAN, "–", "" },
		{ 0, "now daemon", "now" },
		{ 9900, "now daemon", "now" },
		{ 48000, "48 s daemon", "48 s" },
		{ 420000, "7 min daemon", "7 min" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct path path = { .pong_age_ms = table[i].age_ms, .pong_source = "daemon" };
		struct value value = { .text = "" };

		value_pong(&value, &path);
		assert_string_equal(value.text, table[i].text);
		assert_string_equal(value.brief, table[i].brief);
	}
}

static void a_small_loss_is_not_rounded_away(void **state)
{
	static const struct {
		double loss;
		const char *text;
	} table[] = { { NAN, "–" }, { 0, "0 %" }, { 0.004, "0.4 %" }, { 0.0994, "9.9 %" }, { 0.12, "12 %" },
		{ 1, "100 %" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct value value;

		value_loss(&value, table[i].loss);
		assert_string_equal(value.text, table[i].text);
	}
}

static void bytes_by_kind_begin_with_the_most_and_never_invent_a_zero(void **state)
{
	static const struct {
		double rx[TRAFFIC_PATHS], tx[TRAFFIC_PATHS];
		const char *text;
	} table[] = {
		{ { NAN, NAN, NAN }, { NAN, NAN, NAN }, "–" },
		{ { NAN, NAN, 0 }, { NAN, NAN, 0 }, "0 B" },
		{ { NAN, NAN, 2000 }, { NAN, NAN, NAN }, "DERP 2.0 kB" },
		{ { 1000, 5000, 0 }, { 1000, 1000, 0 }, "relay 6.0 kB, direct 2.0 kB" },
		{ { 1000, 0, 500 }, { 0, 0, 500 }, "direct 1.0 kB, DERP 1.0 kB" },
	};
	const struct column *column = view_paths.columns;
	struct snapshot *snapshot = sample_fleet();

	(void)state;
	while (strcmp(column->field, "bytes") != 0)
		column++;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct path *path = &snapshot->peers[1].path;
		struct value value = { .text = "" };

		memcpy(path->rx_bytes, table[i].rx, sizeof(path->rx_bytes));
		memcpy(path->tx_bytes, table[i].tx, sizeof(path->tx_bytes));
		column->format(snapshot, 1, &value);
		assert_string_equal(value.text, table[i].text);
	}
	snapshot_free(snapshot);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pong_that_is_renewed_all_the_time_does_not_move),
		cmocka_unit_test(a_small_loss_is_not_rounded_away),
		cmocka_unit_test(bytes_by_kind_begin_with_the_most_and_never_invent_a_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
