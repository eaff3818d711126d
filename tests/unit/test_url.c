/* URLs taken apart and put together; what is strange is refused, because what comes out is dialed. */
#include "probes/base/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"

static void assert_normal(const char *text, const char *normal)
{
	struct url url;
	char joined[900];

	if (url_split(&url, text) < 0)
		fail_msg("%s is refused", text);
	assert_int_equal(url_join(&url, joined, sizeof(joined)), 0);
	assert_string_equal(joined, normal);
}

static void a_url_is_taken_apart(void **state)
{
	struct url url;

	(void)state;
	assert_int_equal(url_split(&url, "https://GPU1.Tail4c1d.ts.net:8443/ollama/v1/"), 0);
	assert_true(url.is_https);
	assert_string_equal(url.host, "gpu1.tail4c1d.ts.net");
	assert_int_equal(url.port, 8443);
	assert_string_equal(url.path, "/ollama/v1");
}

static void equal_urls_have_one_normal_form(void **state)
{
	static const struct {
		const char *text, *normal;
	} cases[] = {
		{ "HTTPS://gpu1", "https://gpu1" },
		{ "https://gpu1:443/", "https://gpu1" },
		{ "http://gpu1:80", "http://gpu1" },
		{ "http://gpu1:443", "http://gpu1:443" },
		{ "http://gpu1:08080//", "http://gpu1:8080" },
		{ "http://gpu1.tail4c1d.ts.net./x", "http://gpu1.tail4c1d.ts.net/x" },
		{ "http://[FD7A::1]:11434/", "http://[fd7a::1]:11434" },
		{ "http://[::1]", "http://[::1]" },
		{ "http://[0:0:0:0:0:0:0:1]:80", "http://[::1]" },
		{ "http://[FD7A:0115::0.0.0.7]/x/", "http://[fd7a:115::7]/x" },
		{ "http://[::FFFF:7f00:1]", "http://127.0.0.1" },
		{ "http://[::ffff:100.64.0.5]:18080", "http://100.64.0.5:18080" },
		{ "http://[::fffe:100.64.0.5]", "http://[::fffe:6440:5]" },
		{ "http://127.1:0080", "http://127.0.0.1" },
		{ "http://0x7f.0.0.01.:8080", "http://127.0.0.1:8080" },
		{ "http://123:8080", "http://0.0.0.123:8080" },
		{ "http://2130706433", "http://127.0.0.1" },
		{ "http://gpu1:0011434", "http://gpu1:11434" },
		{ "http://gpu1/a%20b/..", "http://gpu1" },
		{ "http://gpu1/a/./b/%2E%2e//../c/", "http://gpu1/a/c" },
		{ "http://gpu1/../...", "http://gpu1/..." },
		{ "http://gpu1/%7euser/%41%2fb%zz%", "http://gpu1/~user/A%2Fb%zz%" },
		{ "http://gpu1/%2541%25%34%31", "http://gpu1/%2541%2541" },
		{ "http://gpu1/%%64f", "http://gpu1/%%64f" },
		{ "http://gpu1/%%61%62", "http://gpu1/%%61b" },
		{ "http://gpu1/%4%31%7e%41", "http://gpu1/%4%31~A" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_normal(cases[i].text, cases[i].normal);
		assert_normal(cases[i].normal, cases[i].normal);
	}
}

/* Every host with every port and path: what is taken is its own normal form then. */
static void a_normal_form_is_its_own_normal_form(void **state)
{
	static const char *const hosts[] = { "http://GPU1", "https://gpu1.", "http://x..",
		"http://x.Y.ts.net.", "http://.", "http://.x", "http://a..b", "http://127.1",
		"http://0177.0.0.1.", "http://1.2.3.4.5", "http://[::]", "http://[FE80::0:1]",
		"http://[::ffff:1.2.3.4]", "http://[::1.2.3.4]", "HTTPS://[1:2:3:4:5:6:7:8]", "http://a@b",
		"http://a:b@c", "http://_x-" };
	static const char *const ports[] = { "", ":80", ":443", ":08080", ":0", ":65535", ":00000080", ":" };
	static const char *const paths[] = { "", "/", "//", "/a/", "/%2e%2E/", "/%", "/%4", "/%2525",
		"/%2f%2F", "/a//b/", "/@", "/%40", "/%c3%BC", "/?", "/#" };
	char text[200], once[900], twice[900];
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hosts) * ARRAY_LEN(ports) * ARRAY_LEN(paths); i++) {
		snprintf(text, sizeof(text), "%s%s%s", hosts[i / ARRAY_LEN(paths) / ARRAY_LEN(ports)],
			ports[i / ARRAY_LEN(paths) % ARRAY_LEN(ports)], paths[i % ARRAY_LEN(paths)]);
		if (url_normalise(text, once, sizeof(once)) < 0)
			continue;
		taken++;
		if (url_normalise(once, twice, sizeof(twice)) < 0 || strcmp(once, twice) != 0)
			fail_msg("%s becomes %s, which becomes something else", text, once);
		assert_true(!strstr(once, "..") || strstr(once, "/..") || strstr(text, "%2e"));
	}
	assert_true(taken > 500);
}

static void what_is_no_plain_url_is_refused(void **state)
{
	static const char *const bad[] = { "", "gpu1", "gpu1:8080", "ftp://gpu1", "http:/gpu1", "http://",
		"http:///x", "http://:80", "http://user@gpu1", "http://user:key@gpu1", "http://gpu1?x=1",
		"http://gpu1/?x=1", "http://gpu1/#x", "http://gpu1:0", "http://gpu1:65536",
		"http://gpu1:", "http://gpu1:80x", "http://gpu1:-1", "http://gpu1:123456", "http://gpu 1",
		"http://gpu1/a b", "http://gpu1/\x1b[31m", "http://gp\xc3\xbc/", "http://gpu1/\xe2\x80\xae",
		"http://gpu1\\x", "http://[::1", "http://[gpu1]", "http://[::1]x", "http://::1",
		"http://[fe80::1%eth0]", "http://gpu1\n", "https://${TS_CERT_DOMAIN}", "http://x..",
		"http://x../", "http://.", "http://..", "http://.x", "http://a..b/", "http://gpu1/`id`",
		"http://gpu1/{x}", "http://gpu1/a|b", "http://gpu1:80@evil/" };
	struct url url;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (url_split(&url, bad[i]) == 0)
			fail_msg("%s is taken, host %s", bad[i], url.host);
}

static void what_does_not_fit_is_refused(void **state)
{
	char text[2000] = "http://";
	struct url url;

	(void)state;
	memset(text + 7, 'a', 255);
	assert_int_equal(url_split(&url, text), 0);
	text[262] = 'a';
	assert_int_equal(url_split(&url, text), -1);
	text[10] = '/';
	assert_int_equal(url_split(&url, text), 0);
	memset(text + 11, 'b', 600);
	assert_int_equal(url_split(&url, text), -1);
}

static void a_small_buffer_is_no_room(void **state)
{
	struct url url;
	char text[12];

	(void)state;
	assert_int_equal(url_split(&url, "http://gpu1"), 0);
	assert_int_equal(url_join(&url, text, sizeof(text)), 0);
	assert_int_equal(url_join(&url, text, sizeof(text) - 1), -1);
}

static void a_path_is_cut_before_a_whole_part_alone(void **state)
{
	static const struct {
		const char *path, *left;
		bool is_cut;
	} rows[] = {
		{ "/v1", "", true },
		{ "/v1/v1", "", true },
		{ "/llm/v1/models", "/llm", true },
		{ "/v10/v1", "/v10", true },
		{ "/v10", "/v10", false },
		{ "/llm", "/llm", false },
		{ "", "", false },
	};
	char text[64];
	struct url url;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "http://gpu1%s", rows[i].path);
		assert_int_equal(url_split(&url, text), 0);
		assert_int_equal(url_cut_path(&url, "/v1"), rows[i].is_cut);
		assert_string_equal(url.path, rows[i].left);
	}
}

static void addresses_are_told_from_names(void **state)
{
	(void)state;
	assert_true(url_host_is_address("100.64.0.2"));
	assert_true(url_host_is_address("fd7a:115c:a1e0::2"));
	assert_false(url_host_is_address("gpu1"));
	assert_false(url_host_is_address("100.64.0"));
	assert_false(url_host_is_address(""));
}

static void loopback_is_known_by_all_its_names(void **state)
{
	(void)state;
	assert_true(url_host_is_loopback("127.0.0.1"));
	assert_true(url_host_is_loopback("127.8.9.10"));
	assert_true(url_host_is_loopback("::1"));
	assert_true(url_host_is_loopback("localhost"));
	assert_true(url_host_is_loopback("0.0.0.0"));
	assert_true(url_host_is_loopback("::"));
	assert_false(url_host_is_loopback("0.0.0.1"));
	assert_false(url_host_is_loopback("::2"));
	assert_false(url_host_is_loopback("127.example.com"));
	assert_false(url_host_is_loopback("100.64.0.1"));
	assert_false(url_host_is_loopback("localhost.example.com"));
}

static void what_may_hold_a_key_is_left_out(void **state)
{
	static const char *const cases[][2] = {
		{ "https://user:p@ss@gpu1:8080/x?token=1#y", "https://gpu1:8080/x" },
		{ "//user@gpu1/", "//gpu1/" },
		{ "https://gpu1/users/@me", "https://gpu1/users/@me" },
		{ "https://gpu1:443/x?as=ada@example.com", "https://gpu1:443/x" },
		{ "https://[::1]:8080/x?as=ada@example.com", "https://[::1]:8080/x" },
		{ "login?as=ada@example.com", "login" },
		{ "//gpu1/x#a@b", "//gpu1/x" },
		{ "http://ada:xx/PASS@gpu1/x?y", "http://gpu1/x" },
		{ "http://ada:PASS#x@gpu1", "http://…" },
		{ "http://ada:PA?SS@gpu1/x", "http://…" },
		{ "http://ada:PA@SS@gpu1", "http://gpu1" },
		{ "http://ada:PASS", "http://…" }, /* its end was cut off */
		{ "http://[x:PASS@gpu1", "http://gpu1" },
		{ "ada:PASS@host", "host" },
		{ "ada:PA//SS@host/x", "host/x" },
		{ "ada:PA#SS@host", "…" },
		{ "token@host", "host" },
		{ "gpu1:8080", "gpu1:8080" },
		{ "/login?next=//a@b", "/login" },
		{ "#x", "" },
		{ "", "" },
	};
	char bare[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(url_bare(cases[i][0], bare, sizeof(bare)), cases[i][1]);
	assert_string_equal(url_bare("https://gpu1/", bare, 8), "https:/");
}

static void of_what_was_typed_nothing_is_shown_that_may_be_a_password(void **state)
{
	static const char *const cases[][2] = {
		{ "http://ada:xx/PASS@gpu1", "http://gpu1" },
		{ "http://ada:80/PASS@gpu1", "http://gpu1" },
		{ "https://tok/en@gpu1:8080/x", "https://gpu1:8080/x" },
		{ "http://ada:PASS#x@gpu1", "http://…" },
		{ "http://host/?key=PA@SS", "http://…" },
		{ "http://u:PA@SS/x?key=PA@SS", "http://…" },
		{ "ada:PASS@host", "host" },
		{ "ada:PASS@host:1080?x", "host:1080" },
		{ "ada:PA?SS@host", "…" },
		{ "socks5h://ada:PASS@127.0.0.1:1055", "socks5h://127.0.0.1:1055" },
		{ "http:/ada:PASS@gpu1", "gpu1" },
		{ "http://host/?key=PASS", "http://host/" },
		{ "gpu1", "gpu1" },
		{ "@", "" },
		{ "", "" },
	};
	char bare[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(url_typed(cases[i][0], bare, sizeof(bare)), cases[i][1]);
}

static void an_ipv6_address_without_brackets_is_seen(void **state)
{
	(void)state;
	assert_true(url_host_is_bare_v6("http://::1:1234"));
	assert_true(url_host_is_bare_v6("https+insecure://fd7a:115c:a1e0::5:8443/x"));
	assert_true(url_host_is_bare_v6("::1:1234"));
	assert_true(url_host_is_bare_v6("http://::1"));
	assert_false(url_host_is_bare_v6("http://[::1]:1234"));
	assert_false(url_host_is_bare_v6("http://localhost:1234"));
	assert_false(url_host_is_bare_v6("http://user:pass:1@host"));
	assert_false(url_host_is_bare_v6("127.0.0.1:80"));
	assert_false(url_host_is_bare_v6(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv6_address_without_brackets_is_seen),
		cmocka_unit_test(a_url_is_taken_apart),
		cmocka_unit_test(equal_urls_have_one_normal_form),
		cmocka_unit_test(what_is_no_plain_url_is_refused),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_small_buffer_is_no_room),
		cmocka_unit_test(a_path_is_cut_before_a_whole_part_alone),
		cmocka_unit_test(addresses_are_told_from_names),
		cmocka_unit_test(loopback_is_known_by_all_its_names),
		cmocka_unit_test(a_normal_form_is_its_own_normal_form),
		cmocka_unit_test(what_may_hold_a_key_is_left_out),
		cmocka_unit_test(of_what_was_typed_nothing_is_shown_that_may_be_a_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
