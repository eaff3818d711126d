/* What the capture helper is told to look for, from a status, a DERP map and a serve configuration. */
#include "probes/packets/arguments.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tests/unit/recording.h"
#include "tests/unit/status_help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct {
	struct obs_status *status;
	struct derpmap *map;
	struct obs_mount mounts[20];
	struct obs_serve serve;
	struct strings regions, addresses, arguments;
	char text[2000];
} test;

static int set_up(void **state)
{
	(void)state;
	memset(&test, 0, sizeof(test));
	test.status = running();
	test.serve.mounts = test.mounts;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	obs_status_free(test.status);
	derpmap_free(test.map);
	strings_fini(&test.regions);
	strings_fini(&test.addresses);
	strings_fini(&test.arguments);
	return 0;
}

static struct derpmap *recorded_map(void)
{
	struct fault fault;
	size_t length;
	char *bytes = recording_read("tests/recordings/tailscale/derpmap.json", &length);
	struct derpmap *map = derpmap_parse(bytes, length, &fault);

	free(bytes);
	return map;
}

static const char *arguments(void)
{
	const struct arguments_basis arguments_basis = { test.status, &test.serve, test.map, &test.regions,
		&test.addresses };

	strings_fini(&test.arguments);
	arguments_make(&arguments_basis, &test.arguments);
	test.text[0] = '\0';
	for (size_t i = 0; i < test.arguments.count; i++)
		text_add(test.text, sizeof(test.text), "%s%s", i ? " " : "", test.arguments.items[i]);
	return test.text;
}

static void serves(const char *target)
{
	test.mounts[test.serve.mount_count++].target = target;
}

static void the_ports_are_those_of_addresses_that_are_ours(void **state)
{
	static const char *const own[] = { "10.99.0.10:41641", "[fd00::10]:41641", "10.99.0.10:40000",
		"198.51.100.7:5555", "nonsense", NULL };

	(void)state;
	assert_string_equal(arguments(), "");
	test.status->own_addresses = own;
	assert_string_equal(arguments(), "");
	strings_add(&test.addresses, "127.0.0.1");
	strings_add(&test.addresses, "fd00::10");
	assert_string_equal(arguments(), "-u 41641");
	strings_add(&test.addresses, "10.99.0.10");
	assert_string_equal(arguments(), "-u 41641 -u 40000");
}

static void derp_servers_are_those_of_the_regions_in_use(void **state)
{
	(void)state;
	test.map = recorded_map();
	arguments_add_regions(&test.regions, test.status);
	assert_string_equal(arguments(), "-d 10.99.0.1:8441");
	with_peer(test.status, "n2", "gpu1")->home_derp = "nyc";
	with_peer(test.status, "n3", "gpu2")->home_derp = "";
	arguments_add_regions(&test.regions, test.status);
	assert_string_equal(arguments(), "-d 10.99.0.1:8441 -d 10.99.0.2:8442");
}

static void a_region_that_was_in_use_stays(void **state)
{
	(void)state;
	with_peer(test.status, "n2", "gpu1")->home_derp = "nyc";
	arguments_add_regions(&test.regions, test.status);
	test.status->peer_count = 0;
	arguments_add_regions(&test.regions, test.status);
	assert_int_equal(test.regions.count, 2);
	assert_string_equal(test.regions.items[0], "fra");
}

static void a_map_lacks_what_is_not_in_it(void **state)
{
	(void)state;
	assert_false(arguments_lack_region(&test.regions, NULL));
	arguments_add_regions(&test.regions, test.status);
	assert_true(arguments_lack_region(&test.regions, NULL));
	test.map = recorded_map();
	assert_false(arguments_lack_region(&test.regions, test.map));
	strings_add(&test.regions, "tok");
	assert_true(arguments_lack_region(&test.regions, test.map));
}

static void served_ports_are_those_of_the_loopback(void **state)
{
	(void)state;
	serves("http://127.0.0.1:11434");
	serves("http://localhost:8080/v1");
	serves("http://127.0.0.1:11434/api");
	serves("127.0.0.1:22");
	serves("https+insecure://[::1]:9000");
	serves("http://localhost");
	serves("https://127.0.0.1/x:1");
	assert_string_equal(arguments(), "-s 11434 -s 8080 -s 22 -s 9000 -s 80 -s 443");
}

static void what_is_served_from_elsewhere_is_not_on_the_loopback(void **state)
{
	(void)state;
	serves("http://10.0.0.5:11434");
	serves("http://gpu1:11434");
	serves("text:hello");
	serves("path:/srv/www");
	serves("redirect:https://example.com:443");
	serves("unix:/run/x.sock");
	serves("http://127.0.0.1:${PORT}");
	serves("http://127.0.0.1:0");
	serves("");
	assert_string_equal(arguments(), "");
}

static void no_more_is_asked_for_than_the_helper_takes(void **state)
{
	char targets[20][32];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(targets[i], sizeof(targets[i]), "http://127.0.0.1:%d", 9000 + i);
		serves(targets[i]);
	}
	arguments();
	assert_int_equal(test.arguments.count, 2 * 16);
}

static struct derpmap *parse(const char *text)
{
	struct fault fault = { "" };
	struct derpmap *map = derpmap_parse(text, strlen(text), &fault);

	assert_int_equal(!map, *fault.text != '\0');
	return map;
}

static void a_node_has_a_row_for_each_address(void **state)
{
	(void)state;
	test.map = parse("{\"Regions\":{\"7\":{\"RegionCode\":\"tok\",\"Nodes\":["
			 "{\"IPv4\":\"192.0.2.1\",\"IPv6\":\"2001:db8::1\"},"
			 "{\"IPv4\":\"192.0.2.2\",\"IPv6\":\"none\",\"DERPPort\":70000},"
			 "{\"IPv4\":\"192.0.2.3\",\"STUNOnly\":true},"
			 "{\"HostName\":\"derp7\"},{\"IPv4\":7},null]},\"8\":null,\"9\":{\"Nodes\":{}}}}");
	assert_int_equal(test.map->node_count, 3);
	assert_string_equal(test.map->nodes[0].region, "tok");
	assert_string_equal(test.map->nodes[0].address, "192.0.2.1:443");
	assert_string_equal(test.map->nodes[1].address, "[2001:db8::1]:443");
	assert_string_equal(test.map->nodes[2].address, "192.0.2.2:443");
}

static void what_is_no_map_is_refused_and_none_is_empty(void **state)
{
	(void)state;
	assert_null(parse("[]"));
	assert_null(parse("{\"Regions\":"));
	test.map = parse("null");
	assert_int_equal(test.map->node_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_ports_are_those_of_addresses_that_are_ours),
		TEST(derp_servers_are_those_of_the_regions_in_use),
		TEST(a_region_that_was_in_use_stays),
		TEST(a_map_lacks_what_is_not_in_it),
		TEST(served_ports_are_those_of_the_loopback),
		TEST(what_is_served_from_elsewhere_is_not_on_the_loopback),
		TEST(no_more_is_asked_for_than_the_helper_takes),
		TEST(a_node_has_a_row_for_each_address),
		TEST(what_is_no_map_is_refused_and_none_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
