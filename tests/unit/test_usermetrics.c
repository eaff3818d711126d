/* Byte counts by path kind out of tailscaled's Prometheus text. */
#include "probes/tailscaled/metrics.h"

#include "probes/base/mem.h"
#include "tests/unit/recording.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define IN "tailscaled_inbound_bytes_total"
#define OUT "tailscaled_outbound_bytes_total"

static void recorded_counters_are_read_by_path_kind(void **state)
{
	struct obs_traffic traffic;
	size_t length;
	char *bytes = recording_read("tests/recordings/tailscale/usermetrics.txt", &length);

	(void)state;
	assert_int_equal(metrics_parse(bytes, length, &traffic), 0);
	assert_true(traffic.rx_bytes[TRAFFIC_DIRECT] == 8824);
	assert_true(traffic.rx_bytes[TRAFFIC_PEER_RELAY] == 1896);
	assert_true(traffic.rx_bytes[TRAFFIC_DERP] == 2492);
	assert_true(traffic.tx_bytes[TRAFFIC_DIRECT] == 7792);
	assert_true(traffic.tx_bytes[TRAFFIC_PEER_RELAY] == 1768);
	assert_true(traffic.tx_bytes[TRAFFIC_DERP] == 3028);
	free(bytes);
	bytes = recording_read("tests/recordings/tailscale/usermetrics-destination-with-drops.txt", &length);
	assert_int_equal(metrics_parse(bytes, length, &traffic), 0);
	assert_true(traffic.tx_bytes[TRAFFIC_DIRECT] == 6426244);
	free(bytes);
}

static int parse(const char *text, struct obs_traffic *traffic)
{
	return metrics_parse(text, strlen(text), traffic);
}

static void ipv4_and_ipv6_add_up(void **state)
{
	struct obs_traffic traffic;

	(void)state;
	assert_int_equal(parse(IN "{path=\"direct_ipv4\"} 5\n" IN "{path=\"direct_ipv6\"} 7\n" IN
				  "{path=\"peer_relay_ipv4\"} 1\n" IN "{path=\"peer_relay_ipv6\"} 2\n",
				 &traffic),
		0);
	assert_true(traffic.rx_bytes[TRAFFIC_DIRECT] == 12);
	assert_true(traffic.rx_bytes[TRAFFIC_PEER_RELAY] == 3);
}

static void a_missing_series_is_zero_and_a_missing_direction_unknown(void **state)
{
	struct obs_traffic traffic;

	(void)state;
	assert_int_equal(parse(IN "{path=\"derp\"} 9\n", &traffic), 0);
	assert_true(traffic.rx_bytes[TRAFFIC_DIRECT] == 0);
	assert_true(traffic.rx_bytes[TRAFFIC_DERP] == 9);
	assert_true(isnan(traffic.tx_bytes[TRAFFIC_DIRECT]) && isnan(traffic.tx_bytes[TRAFFIC_DERP]));
}

static void an_unknown_kind_of_path_is_passed_over(void **state)
{
	struct obs_traffic traffic;

	(void)state;
	assert_int_equal(parse(IN "{path=\"carrier_pigeon\"} 9\n" IN "{path=\"derp\"} 1\n", &traffic), 0);
	assert_true(traffic.rx_bytes[TRAFFIC_DERP] == 1 && traffic.rx_bytes[TRAFFIC_DIRECT] == 0);
}

static void odd_numbers_and_torn_lines_spoil_it_all(void **state)
{
	static const char *const wrong[] = { "", "\n", "404 page not found\n", "{}\n",
		IN "{path=\"derp\"} 12", IN "{path=\"derp\"} -1\n", IN "{path=\"derp\"} 1e3\n",
		IN "{path=\"derp\"} NaN\n", IN "{path=\"derp\"} \n", IN "{path=\"derp\"} 1 2\n",
		IN "{path=\"derp\"} 99999999999999999999\n", IN " 7\n",
		OUT "{path=\"derp\"} 1\n" IN "{path=\"derp\"} x\n", "# " IN "{path=\"derp\"} 5\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct obs_traffic traffic;

		assert_int_equal(parse(wrong[i], &traffic), -1);
		assert_true(isnan(traffic.rx_bytes[TRAFFIC_DERP]) && isnan(traffic.tx_bytes[TRAFFIC_DERP]));
	}
}

static void long_lines_of_others_are_no_matter(void **state)
{
	struct obs_traffic traffic;
	char text[4096];

	(void)state;
	memset(text, 'x', sizeof(text));
	strcpy(text + 4000, "\n" IN "{path=\"derp\"} 3\n");
	assert_int_equal(parse(text, &traffic), 0);
	assert_true(traffic.rx_bytes[TRAFFIC_DERP] == 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_counters_are_read_by_path_kind),
		cmocka_unit_test(ipv4_and_ipv6_add_up),
		cmocka_unit_test(a_missing_series_is_zero_and_a_missing_direction_unknown),
		cmocka_unit_test(an_unknown_kind_of_path_is_passed_over),
		cmocka_unit_test(odd_numbers_and_torn_lines_spoil_it_all),
		cmocka_unit_test(long_lines_of_others_are_no_matter),
	};

	return cmocka_run_group_tests_name("usermetrics", tests, NULL, NULL);
}
