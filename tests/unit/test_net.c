/* netcheck and whois, as tailscaled 1.102.5 answered them, and as a stranger might. */
#include "probes/tailscaled/netcheck.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "tests/unit/played.h"
#include "tests/unit/recording.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int node_of(const char *bytes, size_t length, struct obs_net *net, struct fault *fault)
{
	struct obs_node node;
	int result = whois_parse(bytes, length, &node, fault);

	*net = node.net;
	return result;
}

typedef int parse_fn(const char *bytes, size_t length, struct obs_net *net, struct fault *fault);

static struct obs_net recorded(parse_fn *parse, const char *name)
{
	char path[128];
	size_t length;
	struct obs_net net;
	struct fault fault = { "" };
	char *text;

	snprintf(path, sizeof(path), "tests/recordings/tailscale/%s", name);
	text = recording_read(path, &length);
	if (parse(text, length, &net, &fault))
		fail_msg("%s: %s", name, fault.text);
	free(text);
	return net;
}

static struct obs_net told(parse_fn *parse, const char *text)
{
	struct obs_net net;
	struct fault fault = { "" };

	if (parse(text, strlen(text), &net, &fault))
		fail_msg("%s", fault.text);
	return net;
}

static void assert_refused(parse_fn *parse, const char *text)
{
	struct obs_net net;
	struct fault fault = { "" };

	assert_int_equal(parse(text, strlen(text), &net, &fault), -1);
	assert_true(*fault.text);
	assert_true(net.has_udp == TRI_UNKNOWN && isnan(net.candidates) && isnan(net.derp_ms));
}

static void netcheck_tells_what_passes_here(void **state)
{
	struct obs_net net = recorded(netcheck_parse, "netcheck.json");

	(void)state;
	assert_int_equal(net.has_udp, TRI_YES);
	assert_int_equal(net.has_ipv4, TRI_YES);
	assert_int_equal(net.has_ipv6, TRI_NO);
	assert_int_equal(net.is_hard_nat, TRI_NO);
	assert_int_equal(net.maps_ports, TRI_NO);
	assert_int_equal(net.is_captive, TRI_UNKNOWN);
	assert_float_equal(net.derp_ms, 0.095843, 1e-6);
	assert_true(isnan(net.candidates));
}

#define REACHED "\"RegionLatency\":{\"1\":12000000}}"

static void what_netcheck_leaves_open_is_unknown(void **state)
{
	struct obs_net net =
		told(netcheck_parse, "{\"UDP\":false,\"MappingVariesByDestIP\":null,\"UPnP\":null,"
				     "\"PMP\":false,\"PCP\":false,\"PreferredDERP\":0," REACHED);

	(void)state;
	assert_int_equal(net.has_udp, TRI_NO);
	assert_int_equal(net.is_hard_nat, TRI_UNKNOWN);
	assert_int_equal(net.maps_ports, TRI_UNKNOWN);
	assert_true(isnan(net.derp_ms));
}

/* That the router offers a protocol does not say that it maps a port by it. */
static void only_an_open_mapping_is_one(void **state)
{
	(void)state;
	assert_int_equal(told(netcheck_parse, "{\"UDP\":true,\"PMP\":true," REACHED).maps_ports, TRI_UNKNOWN);
	assert_int_equal(
		told(netcheck_parse, "{\"UDP\":true,\"PMP\":false,\"UPnP\":false,\"PCP\":false," REACHED)
			.maps_ports,
		TRI_NO);
	assert_int_equal(
		told(node_of, "{\"Node\":{\"Hostinfo\":{\"NetInfo\":{\"HavePortMap\":true}}}}").maps_ports,
		TRI_YES);
}

/* It tries HTTPS where STUN gets no answer: who reached nothing at all had no network. */
static void a_report_that_reached_nothing_says_nothing_of_udp(void **state)
{
	(void)state;
	assert_refused(netcheck_parse, "{\"UDP\":false,\"PreferredDERP\":0,\"RegionLatency\":{}}");
	assert_refused(netcheck_parse, "{\"UDP\":false,\"RegionLatency\":null}");
}

static void what_is_no_report_is_refused(void **state)
{
	(void)state;
	assert_refused(netcheck_parse, "");
	assert_refused(netcheck_parse, "null");
	assert_refused(netcheck_parse, "[true]");
	assert_refused(netcheck_parse, "{\"UDP\":\"true\"}");
	assert_refused(netcheck_parse, "{}");
	assert_refused(netcheck_parse, "{\"UDP\":true");
}

static void whois_tells_the_network_of_a_peer(void **state)
{
	struct obs_net net = recorded(node_of, "whois-peer.json");

	(void)state;
	assert_true(net.candidates == 1);
	assert_int_equal(net.has_udp, TRI_YES);
	assert_int_equal(net.has_ipv4, TRI_UNKNOWN);
	assert_int_equal(net.has_ipv6, TRI_NO);
	assert_int_equal(net.is_hard_nat, TRI_NO);
	assert_int_equal(net.maps_ports, TRI_NO);
}

/* Those of IPv6 prove no network, and what is no address is none. */
static void whois_tells_the_addresses_of_a_peer(void **state)
{
	static const char text[] =
		"{\"Node\":{\"Endpoints\":[\"192.168.1.20:41641\",\"[fd00::1]:41641\",\"x:1\",\"\","
		"\"203.0.113.7\",\"1.2.3.4.5.6.7.8.9.10:1\",5,\"1.1.1.1:1\",\"1.1.1.2:1\",\"1.1.1.3:1\","
		"\"1.1.1.4:1\",\"1.1.1.5:1\",\"1.1.1.6:1\",\"1.1.1.7:1\"]}}";
	struct obs_node node;
	struct fault fault = { "" };

	(void)state;
	assert_int_equal(whois_parse(text, strlen(text), &node, &fault), 0);
	assert_int_equal(node.ipv4_count, 9);
	assert_true(node.ipv4[0] == 0xC0A80114 && node.ipv4[1] == 0xCB007107 && node.ipv4[2] == 0x01010101);
}

static void a_node_with_containers_has_many_addresses(void **state)
{
	char text[4096] = "{\"Node\":{\"Endpoints\":[";
	struct obs_node node;
	struct fault fault = { "" };

	(void)state;
	for (int i = 0; i < 100; i++)
		text_add(text, sizeof(text), "%s\"172.%d.0.1:41641\"", i ? "," : "", i);
	text_add(text, sizeof(text), "]}}");
	assert_int_equal(whois_parse(text, strlen(text), &node, &fault), 0);
	assert_int_equal(node.ipv4_count, NODE_IPV4_MAX);
	assert_true(node.ipv4[NODE_IPV4_MAX - 1] == INT64_C(0xAC000001) + ((NODE_IPV4_MAX - 1) << 16));
}

static void whois_tells_who_a_node_is_to_others(void **state)
{
	static const char hostile[] =
		"{\"Node\":{},\"UserProfile\":{\"LoginName\":7,\"DisplayName\":\"a\\u202eb\"},"
		"\"CapMap\":{\"x y\":[],\"z\":null}}";
	struct obs_node node;
	struct fault fault;
	size_t length;
	char *bytes = recording_read("tests/recordings/tailscale/whois-peer.json", &length);

	(void)state;
	assert_int_equal(whois_parse(bytes, length, &node, &fault), 0);
	assert_string_equal(node.who.login, "user-123@fake-control.example.net");
	assert_string_equal(node.who.display, "User 123");
	assert_string_equal(node.who.capabilities,
		"https://tailscale.com/cap/ingress tailscale.com/cap/relay tailscale.com/cap/relay-target");
	free(bytes);
	assert_int_equal(whois_parse(hostile, strlen(hostile), &node, &fault), 0);
	assert_string_equal(node.who.login, "");
	assert_string_equal(node.who.display, "a\\u{202e}b");
	assert_string_equal(node.who.capabilities, "z");
}

static void a_peer_whose_host_tells_nothing_is_unknown(void **state)
{
	struct obs_net net = told(node_of, "{\"Node\":{\"Endpoints\":[\"10.0.0.1:1\",\"[::1]:2\"]}}");

	(void)state;
	assert_true(net.candidates == 2);
	assert_int_equal(net.has_udp, TRI_UNKNOWN);
	assert_int_equal(net.is_hard_nat, TRI_UNKNOWN);
	assert_int_equal(net.maps_ports, TRI_UNKNOWN);
}

static void no_listed_address_is_none(void **state)
{
	(void)state;
	assert_true(told(node_of, "{\"Node\":{\"Endpoints\":null}}").candidates == 0);
	assert_true(told(node_of, "{\"Node\":{}}").candidates == 0);
}

static void what_names_no_node_is_refused(void **state)
{
	(void)state;
	assert_refused(node_of, "no match for IP:port");
	assert_refused(node_of, "{}");
	assert_refused(node_of, "{\"Node\":[]}");
	assert_refused(node_of, "null");
}

static struct obs_ping pong_of(struct arena *arena, int status, const char *body)
{
	struct answer answer;
	struct obs_ping ping;

	played_make(&answer, status, "", body, strlen(body));
	ping_read(&answer, &ping, arena);
	answer_fini(&answer);
	return ping;
}

static void a_pong_tells_how_long_it_took_and_which_way(void **state)
{
	struct arena *arena = arena_new();
	struct obs_ping ping =
		pong_of(arena, 200, "{\"LatencySeconds\":0.25,\"Endpoint\":\"10.99.0.11:41641\"}");

	(void)state;
	assert_true(ping.ms == 250);
	assert_string_equal(ping.endpoint, "10.99.0.11:41641");
	ping = pong_of(arena, 200, "{\"LatencySeconds\":0.25,\"DERPRegionCode\":\"fra\"}");
	assert_string_equal(ping.derp, "fra");
	assert_string_equal(ping.endpoint, "");
	arena_free(arena);
}

static void what_is_no_pong_is_no_answer(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_true(isnan(pong_of(arena, 500, "{\"LatencySeconds\":0.25}").ms));
	assert_true(isnan(pong_of(arena, 200, "{\"LatencySeconds\":0.25,\"Err\":\"timeout\"}").ms));
	assert_true(isnan(pong_of(arena, 200, "{\"LatencySeconds\":-0.25}").ms));
	assert_true(isnan(pong_of(arena, 200, "{\"LatencySeconds\":1e999}").ms));
	assert_true(isnan(pong_of(arena, 200, "{\"LatencySeconds\":1e308}").ms));
	assert_true(isnan(pong_of(arena, 200, "[]").ms));
	assert_true(isnan(pong_of(arena, 200, "").ms));
	arena_free(arena);
}

static void a_latency_below_zero_is_none(void **state)
{
	(void)state;
	assert_true(isnan(
		told(netcheck_parse, "{\"UDP\":true,\"PreferredDERP\":1,\"RegionLatency\":{\"1\":-5000000}}")
			.derp_ms));
	assert_true(
		told(netcheck_parse, "{\"UDP\":true,\"PreferredDERP\":1,\"RegionLatency\":{\"1\":5000000}}")
			.derp_ms == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netcheck_tells_what_passes_here),
		cmocka_unit_test(what_netcheck_leaves_open_is_unknown),
		cmocka_unit_test(only_an_open_mapping_is_one),
		cmocka_unit_test(a_report_that_reached_nothing_says_nothing_of_udp),
		cmocka_unit_test(what_is_no_report_is_refused),
		cmocka_unit_test(whois_tells_the_network_of_a_peer),
		cmocka_unit_test(whois_tells_the_addresses_of_a_peer),
		cmocka_unit_test(a_node_with_containers_has_many_addresses),
		cmocka_unit_test(whois_tells_who_a_node_is_to_others),
		cmocka_unit_test(a_peer_whose_host_tells_nothing_is_unknown),
		cmocka_unit_test(no_listed_address_is_none),
		cmocka_unit_test(what_names_no_node_is_refused),
		cmocka_unit_test(a_pong_tells_how_long_it_took_and_which_way),
		cmocka_unit_test(what_is_no_pong_is_no_answer),
		cmocka_unit_test(a_latency_below_zero_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
