/* Tailscale Services as LocalAPI lists them. */
#include "probes/tailscaled/services.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "tests/unit/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct obs_services *parse(const char *text)
{
	struct fault fault = { "" };
	struct obs_services *services = services_parse(text, strlen(text), &fault);

	assert_true(!services == !!*fault.text);
	return services;
}

static void a_service_has_a_name_an_address_and_its_tcp_ports(void **state)
{
	struct obs_services *services = parse(
		"{\"svc:llm\":{\"Name\":\"svc:llm\",\"DisplayName\":\"LLM\","
		"\"Addrs\":[\"fd7a:115c:a1e0::2\",\"100.100.1.2\"],\"Ports\":[\"tcp:443\",\"8080\",11434],"
		"\"Actions\":[{\"Type\":\"http\",\"Port\":443}]},\"svc:bare\":{}}");

	(void)state;
	assert_int_equal(services->service_count, 2);
	assert_string_equal(services->services[0].name, "svc:llm");
	assert_string_equal(services->services[0].address, "100.100.1.2");
	assert_int_equal(services->services[0].port_count, 3);
	assert_int_equal(services->services[0].ports[0], 443);
	assert_int_equal(services->services[0].ports[1], 8080);
	assert_int_equal(services->services[0].ports[2], 11434);
	assert_string_equal(services->services[1].name, "svc:bare");
	assert_string_equal(services->services[1].address, "");
	assert_int_equal(services->services[1].port_count, 0);
	services_free(services);
}

static void ranges_other_protocols_and_nonsense_are_no_ports(void **state)
{
	struct obs_services *services =
		parse("{\"svc:x\":{\"Name\":\"svc:x\",\"Ports\":[\"*\",\"tcp:*\",\"80-90\",\"udp:53\","
		      "\"tcp:0\",\"tcp:70000\",0,70000,-1,null,{},\"tcp:22\"]}}");

	(void)state;
	assert_int_equal(services->services[0].port_count, 1);
	assert_int_equal(services->services[0].ports[0], 22);
	services_free(services);
}

static void no_services_are_an_empty_list(void **state)
{
	size_t length;
	char *bytes = recording_read("tests/recordings/tailscale/services.json", &length);
	struct obs_services *services = parse(bytes);

	(void)state;
	assert_non_null(services);
	assert_int_equal(services->service_count, 0);
	services_free(services);
	free(bytes);
}

static void what_is_no_map_is_refused(void **state)
{
	(void)state;
	assert_null(parse("no netmap\n"));
	assert_null(parse("[]"));
	assert_null(parse("null"));
	assert_null(parse("{\"svc:x\":"));
	services_free(NULL);
}

static void services_are_capped_and_their_texts_made_harmless(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct obs_services *services;

	(void)state;
	fprintf(file, "{\"no\":7,\"svc:a\\u001b\":{\"Ports\":[1");
	for (int i = 2; i < 50; i++)
		fprintf(file, ",%d", i);
	fprintf(file, "]}");
	for (int i = 0; i < 1000; i++)
		fprintf(file, ",\"svc:%d\":{}", i);
	fprintf(file, "}");
	fclose(file);
	services = parse(text);
	assert_int_equal(services->service_count, 256);
	assert_string_equal(services->services[0].name, "svc:a\\x1b");
	assert_int_equal(services->services[0].port_count, SERVICE_PORTS_MAX);
	services_free(services);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_has_a_name_an_address_and_its_tcp_ports),
		cmocka_unit_test(ranges_other_protocols_and_nonsense_are_no_ports),
		cmocka_unit_test(no_services_are_an_empty_list),
		cmocka_unit_test(what_is_no_map_is_refused),
		cmocka_unit_test(services_are_capped_and_their_texts_made_harmless),
	};

	return cmocka_run_group_tests_name("services", tests, NULL, NULL);
}
