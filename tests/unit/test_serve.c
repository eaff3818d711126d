/* Serve configurations, recorded and written by hand, as mounts; and which backend can be asked. */
#include "probes/tailscaled/serve.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"
#include "probes/base/text.h"
#include "tests/unit/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct obs_serve *parse(const char *text)
{
	struct fault fault = { "" };
	struct obs_serve *serve = serve_parse(text, strlen(text), &fault);

	assert_true(!serve == !!*fault.text);
	return serve;
}

static struct obs_serve *recorded(const char *name)
{
	char path[128];
	size_t length;
	char *bytes;
	struct obs_serve *serve;

	snprintf(path, sizeof(path), "tests/recordings/tailscale/%s.json", name);
	bytes = recording_read(path, &length);
	serve = parse(bytes);
	free(bytes);
	assert_non_null(serve);
	return serve;
}

static const struct obs_mount *mount_at(const struct obs_serve *serve, int port, const char *path)
{
	for (size_t i = 0; i < serve->mount_count; i++)
		if (serve->mounts[i].port == port && strcmp(serve->mounts[i].path, path) == 0)
			return &serve->mounts[i];
	fail_msg("no mount at %d %s", port, path);
	return NULL;
}

static void a_proxied_root_is_one_https_mount(void **state)
{
	struct obs_serve *serve = recorded("serve-basic");
	const struct obs_mount *mount = mount_at(serve, 443, "/");

	(void)state;
	assert_int_equal(serve->mount_count, 1);
	assert_string_equal(mount->host, "gpu1.tail4c1d.ts.net");
	assert_string_equal(mount->service, "");
	assert_int_equal(mount->protocol, SERVE_HTTPS);
	assert_string_equal(mount->target, "http://127.0.0.1:8080");
	assert_false(mount->is_funnel || mount->is_foreground);
	serve_free(serve);
}

static void many_ports_and_paths_become_a_mount_each(void **state)
{
	struct obs_serve *serve = recorded("serve-multiple");

	(void)state;
	assert_int_equal(serve->mount_count, 6);
	assert_string_equal(mount_at(serve, 443, "/ollama")->target, "http://127.0.0.1:11434");
	assert_int_equal(mount_at(serve, 443, "/ollama")->protocol, SERVE_HTTPS);
	assert_int_equal(mount_at(serve, 80, "/")->protocol, SERVE_HTTP);
	assert_string_equal(mount_at(serve, 8443, "/")->target, "http://127.0.0.1:3000");
	assert_int_equal(mount_at(serve, 11434, "")->protocol, SERVE_TCP);
	assert_string_equal(mount_at(serve, 11434, "")->host, "");
	assert_string_equal(mount_at(serve, 11434, "")->target, "localhost:11434");
	assert_int_equal(mount_at(serve, 10000, "")->protocol, SERVE_TLS_TCP);
	assert_string_equal(mount_at(serve, 10000, "")->host, "gpu1.tail4c1d.ts.net");
	serve_free(serve);
}

static void funnel_marks_the_mounts_it_opens(void **state)
{
	struct obs_serve *recording = recorded("serve-funnel");
	struct obs_serve *serve = parse(
		"{\"TCP\":{\"443\":{\"HTTPS\":true},\"8443\":{\"HTTPS\":true},"
		"\"10000\":{\"TCPForward\":\"127.0.0.1:1\"},\"10001\":{\"TCPForward\":\"127.0.0.1:1\"}},"
		"\"Web\":{\"h:443\":{\"Handlers\":{\"/\":{\"Proxy\":\"1\"}}},\"h:8443\":{\"Handlers\":{\"/"
		"\":{\"Proxy\":\"1\"}}}},"
		"\"AllowFunnel\":{\"h:443\":false,\"h:8443\":true,\"h:10000\":true}}");

	(void)state;
	assert_true(mount_at(recording, 443, "/")->is_funnel);
	assert_false(mount_at(serve, 443, "/")->is_funnel);
	assert_true(mount_at(serve, 8443, "/")->is_funnel);
	assert_true(mount_at(serve, 10000, "")->is_funnel);
	assert_false(mount_at(serve, 10001, "")->is_funnel);
	serve_free(recording);
	serve_free(serve);
}

static void a_foreground_session_is_merged_and_marked(void **state)
{
	struct obs_serve *recording = recorded("serve-foreground");
	struct obs_serve *both =
		parse("{\"TCP\":{\"80\":{\"HTTP\":true}},\"Web\":{\"h:80\":{\"Handlers\":{\"/\":"
		      "{\"Proxy\":\"http://"
		      "127.0.0.1:1\"}}}},\"Foreground\":{\"s\":{\"TCP\":{\"443\":{\"HTTPS\":true}},"
		      "\"Web\":{\"h:443\":{\"Handlers\":{\"/\":{\"Proxy\":\"http://127.0.0.1:2\"}}}},"
		      "\"AllowFunnel\":{\"h:443\":true}}}}");

	(void)state;
	assert_int_equal(recording->mount_count, 1);
	assert_true(mount_at(recording, 443, "/")->is_foreground);
	assert_false(mount_at(both, 80, "/")->is_foreground || mount_at(both, 80, "/")->is_funnel);
	assert_true(mount_at(both, 443, "/")->is_foreground && mount_at(both, 443, "/")->is_funnel);
	serve_free(recording);
	serve_free(both);
}

static void user_and_password_of_a_target_are_not_kept(void **state)
{
	struct obs_serve *serve = parse("{\"TCP\":{\"80\":{\"HTTP\":true}},\"Web\":{\"h:80\":{\"Handlers\":{"
					"\"/\":{\"Proxy\":\"http://me:pw@127.0.0.1:1\"},"
					"\"/r\":{\"Redirect\":\"302:https://me@x.example/?key=1\"}}}}}");

	(void)state;
	assert_string_equal(mount_at(serve, 80, "/")->target, "http://127.0.0.1:1");
	assert_string_equal(mount_at(serve, 80, "/r")->target, "redirect:302:https://x.example/");
	serve_free(serve);
}

static void services_keep_their_name(void **state)
{
	struct obs_serve *serve =
		parse("{\"Services\":{\"svc:llm\":{\"TCP\":{\"443\":{\"HTTPS\":true},"
		      "\"5432\":{\"TCPForward\":\"127.0.0.1:5432\"}},\"Web\":{\"llm.tail4c1d.ts.net:443\":{"
		      "\"Handlers\":"
		      "{\"/\":{\"Proxy\":\"http://127.0.0.1:8000\"}}}}},\"svc:net\":{\"Tun\":true}},"
		      "\"AllowFunnel\":{\"llm.tail4c1d.ts.net:443\":true}}");

	(void)state;
	assert_int_equal(serve->mount_count, 3);
	assert_string_equal(mount_at(serve, 443, "/")->service, "svc:llm");
	assert_string_equal(mount_at(serve, 443, "/")->host, "llm.tail4c1d.ts.net");
	assert_false(mount_at(serve, 443, "/")->is_funnel);
	assert_string_equal(mount_at(serve, 5432, "")->service, "svc:llm");
	assert_int_equal(mount_at(serve, 0, "")->protocol, SERVE_TUN);
	assert_string_equal(mount_at(serve, 0, "")->service, "svc:net");
	serve_free(serve);
}

static void nothing_served_is_no_mounts_and_no_fault(void **state)
{
	static const char *const empty[] = { "null", "{}", "{\n}\n",
		"{\"TCP\":null,\"Web\":null,\"Services\":null}" };
	struct obs_serve *serve = recorded("serve-empty");

	(void)state;
	assert_int_equal(serve->mount_count, 0);
	serve_free(serve);
	for (size_t i = 0; i < ARRAY_LEN(empty); i++) {
		serve = parse(empty[i]);
		assert_non_null(serve);
		assert_int_equal(serve->mount_count, 0);
		serve_free(serve);
	}
}

static void what_is_no_configuration_is_refused(void **state)
{
	(void)state;
	assert_null(parse(""));
	assert_null(parse("[]"));
	assert_null(parse("7"));
	assert_null(parse("{\"TCP\":{\"443\":{\"HTTPS\":true}"));
	assert_null(parse("Access denied"));
	serve_free(NULL);
}

static const char *target_of(const char *handler, char *target, size_t size)
{
	char text[512];
	struct obs_serve *serve;

	snprintf(text, sizeof(text),
		"{\"TCP\":{\"443\":{\"HTTPS\":true}},\"Web\":{\"${TS_CERT_DOMAIN}:443\":{\"Handlers\":{\"/"
		"x\":%s}}}}",
		handler);
	serve = parse(text);
	assert_string_equal(mount_at(serve, 443, "/x")->host, "${TS_CERT_DOMAIN}");
	snprintf(target, size, "%s", mount_at(serve, 443, "/x")->target);
	serve_free(serve);
	return target;
}

static void targets_are_normalised_and_say_what_they_are(void **state)
{
	static const struct {
		const char *handler, *target;
	} rows[] = {
		{ "{\"Proxy\":\"http://127.0.0.1:3000\"}", "http://127.0.0.1:3000" },
		{ "{\"Proxy\":\"https+insecure://localhost:8443\"}", "https+insecure://localhost:8443" },
		{ "{\"Proxy\":\"unix:/run/llm.sock\"}", "unix:/run/llm.sock" },
		{ "{\"Proxy\":\"3030\"}", "http://127.0.0.1:3030" },
		{ "{\"Proxy\":\"localhost:3030\"}", "http://localhost:3030" },
		{ "{\"Path\":\"/srv/www\"}", "path:/srv/www" },
		{ "{\"Redirect\":\"301:https://${HOST}/\"}", "redirect:301:https://${HOST}/" },
		{ "{\"Text\":\"hello\"}", "text:" },
		{ "{\"Proxy\":7}", "" },
		{ "null", "" },
	};
	char target[TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(target_of(rows[i].handler, target, sizeof(target)), rows[i].target);
}

static void a_web_host_without_a_listener_is_not_served(void **state)
{
	struct obs_serve *serve = parse(
		"{\"TCP\":{\"443\":{\"HTTPS\":true},\"0\":{\"HTTPS\":true},\"x\":{\"TCPForward\":\"a:1\"},"
		"\"99999\":{\"TCPForward\":\"a:1\"}},\"Web\":{\"h:444\":{\"Handlers\":{\"/"
		"\":{\"Proxy\":\"1\"}}},"
		"\"h\":{\"Handlers\":{\"/\":{\"Proxy\":\"1\"}}},\"h:0\":{\"Handlers\":{\"/"
		"\":{\"Proxy\":\"1\"}}},"
		"\"h:443\":{\"Handlers\":[]}}}");

	(void)state;
	assert_int_equal(serve->mount_count, 0);
	serve_free(serve);
}

static void backends_that_can_be_asked_have_a_url(void **state)
{
	static const struct {
		const char *target;
		bool is_tcp;
		const char *url; /* NULL: cannot be asked */
	} rows[] = {
		{ "http://127.0.0.1:11434", false, "http://127.0.0.1:11434" },
		{ "http://localhost:11434", false, "http://127.0.0.1:11434" },
		{ "http://localhost", false, "http://127.0.0.1" },
		{ "http://localhost.example:1/v1/", false, "http://localhost.example:1/v1" },
		{ "https+insecure://localhost:8443/", false, "https://127.0.0.1:8443" },
		{ "https://localhost:8443", false, "https://localhost:8443" },
		{ "http://10.0.0.7:8000/base", false, "http://10.0.0.7:8000/base" },
		{ "localhost:11434", true, "http://127.0.0.1:11434" },
		{ "127.0.0.1:8080", true, "http://127.0.0.1:8080" },
		{ "unix:/run/x", true, NULL },
		{ "8080", true, NULL },
		{ "unix:/run/x", false, NULL },
		{ "text:", false, NULL },
		{ "path:/srv", false, NULL },
		{ "redirect:https://x/", false, NULL },
		{ "http://${TS_CERT_DOMAIN}:1", false, NULL },
		{ "http://a\\x0ab", false, NULL },
		{ "http://abc…", false, NULL },
		{ "http://", false, NULL },
		{ "", false, NULL },
		{ "", true, NULL },
	};
	char url[TEXT_CAP];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool can_be_asked = serve_backend(rows[i].target, rows[i].is_tcp, url, sizeof(url));

		assert_int_equal(can_be_asked, rows[i].url != NULL);
		if (can_be_asked)
			assert_string_equal(url, rows[i].url);
	}
}

static void hostile_mounts_are_made_harmless_and_capped(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct obs_serve *serve;

	(void)state;
	fprintf(file, "{\"TCP\":{\"443\":{\"HTTPS\":true}},\"Web\":{\"h\\u001b:443\":{\"Handlers\":{\"/\\n\":"
		      "{\"Proxy\":\"http://\\u202e\"}");
	for (int i = 0; i < 2000; i++)
		fprintf(file, ",\"/%d\":{\"Text\":\"x\"}", i);
	fprintf(file, "}}}}");
	fclose(file);
	serve = parse(text);
	assert_int_equal(serve->mount_count, 512);
	assert_string_equal(serve->mounts[0].host, "h\\x1b");
	assert_string_equal(serve->mounts[0].path, "/\\n");
	assert_string_equal(serve->mounts[0].target, "http://\\u{202e}");
	serve_free(serve);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proxied_root_is_one_https_mount),
		cmocka_unit_test(many_ports_and_paths_become_a_mount_each),
		cmocka_unit_test(funnel_marks_the_mounts_it_opens),
		cmocka_unit_test(a_foreground_session_is_merged_and_marked),
		cmocka_unit_test(user_and_password_of_a_target_are_not_kept),
		cmocka_unit_test(services_keep_their_name),
		cmocka_unit_test(nothing_served_is_no_mounts_and_no_fault),
		cmocka_unit_test(what_is_no_configuration_is_refused),
		cmocka_unit_test(targets_are_normalised_and_say_what_they_are),
		cmocka_unit_test(a_web_host_without_a_listener_is_not_served),
		cmocka_unit_test(backends_that_can_be_asked_have_a_url),
		cmocka_unit_test(hostile_mounts_are_made_harmless_and_capped),
	};

	return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
