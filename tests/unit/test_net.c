/* netcheck and whois, as tailscaled 1.102.5 answered them, and as a stranger might. */
#include "probes/net.h"

#include "probes/base/fault.h"
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

static void what_netcheck_leaves_open_is_unknown(void **state)
{
	struct obs_net net =
		told(netcheck_parse, "{\"UDP\":false,\"MappingVariesByDestIP\":null,\"UPnP\":null,"
				     "\"PMP\":false,\"PCP\":false,\"PreferredDERP\":0,\"RegionLatency\":{}}");

	(void)state;
	assert_int_equal(net.has_udp, TRI_NO);
	assert_int_equal(net.is_hard_nat, TRI_UNKNOWN);
	assert_int_equal(net.maps_ports, TRI_UNKNOWN);
	assert_true(isnan(net.derp_ms));
	assert_int_equal(told(netcheck_parse, "{\"UDP\":true,\"PMP\":true}").maps_ports, TRI_YES);
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

static void a_peer_whose_host_tells_nothing_is_unknown(void **state)
{
	struct obs_net net = told(node_of, "{\"Node\":{\"Endpoints\":[\"10.0.0.1:1\",\"[::1]:2\"]}}");

	(void)state;
	assert_true(net.candidates == 2);
	assert_int_equal(net.has_udp, TRI_UNKNOWN);
	assert_int_equal(net.is_hard_nat, TRI_UNKNOWN);
	assert_int_equal(net.maps_ports, TRI_UNKNOWN);
}

static void the_addresses_of_a_peer_are_kept_clean_and_not_all_of_them(void **state)
{
	char text[2000] = "{\"Node\":{\"Endpoints\":[\"10.99.0.11:41641\",\"\\u001b[31m\",7";
	struct obs_node node;
	struct fault fault = { "" };

	(void)state;
	for (int i = 0; i < 40; i++)
		strcat(text, ",\"[2001:db8::1]:41641\"");
	strcat(text, "]}}");
	assert_int_equal(whois_parse(text, strlen(text), &node, &fault), 0);
	assert_true(node.net.candidates == 43);
	assert_int_equal(node.address_count, CANDIDATES_MAX);
	assert_string_equal(node.addresses[0], "10.99.0.11:41641");
	assert_null(strchr(node.addresses[1], 0x1b));
	assert_string_equal(node.addresses[2], "");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(netcheck_tells_what_passes_here),
		cmocka_unit_test(what_netcheck_leaves_open_is_unknown),
		cmocka_unit_test(what_is_no_report_is_refused),
		cmocka_unit_test(whois_tells_the_network_of_a_peer),
		cmocka_unit_test(a_peer_whose_host_tells_nothing_is_unknown),
		cmocka_unit_test(the_addresses_of_a_peer_are_kept_clean_and_not_all_of_them),
		cmocka_unit_test(no_listed_address_is_none),
		cmocka_unit_test(what_names_no_node_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
