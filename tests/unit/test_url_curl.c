/* What url_split() takes is what libcurl dials, for many made URLs; what it refuses, and why. */
#include "probes/base/url.h"

#include <curl/curl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/base/mem.h"

#define TEXT_MAX 900
#define DIALED_AS (CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) /* as CURLOPT_URL is parsed */

static const char *const schemes[] = { "http://", "HTTP://", "https://", "hTTps://" };

static const char *const hosts[] = { "gpu1", "GPU1", "gpu1.", "gpu1.tail4c1d.ts.net", "Gpu1.tail4c1d.ts.net.",
	"a_b", "-x-", "xn--gp-fka", "localhost", "a.localhost", "100.64.0.1", "100.64.0.1.", "127.1",
	"0x7f.1", "0X7F.1.", "0177.0.0.1", "017700000001", "0x7f000001", "2130706433", "123", "0",
	"4294967295", "4294967296", "1.2.3", "1.2.3.", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "1.2.65536",
	"1.16777216", "08.1.1.1", "0x", "0x.1", "1.0xg", "1.2.3.4x", "000000001.1", "[::1]", "[::]",
	"[FD7A:115C::7]", "[0:0:0:0:0:0:0:1]", "[::ffff:100.64.0.5]", "[::1.2.3.4]", "[64:ff9b::100.64.0.1]",
	"[fe80::1]" };

static const char *const ports[] = { "", ":80", ":443", ":1", ":08080", ":0011434", ":65535" };

static const char *const paths[] = { "", "/", "//", "/v1", "/v1/", "/a//b", "/a//", "/.", "/..", "/./",
	"/../", "/a/.", "/a/..", "/a/../", "/a/../b", "/a/./b", "/../a", "/a/b/../../..", "/a/b/../../../c",
	"/a//..", "/a//../b", "//..", "//../a", "/.//a", "/...", "/.a", "/a.", "/..a", "/a..", "/%2e",
	"/%2E%2e/a", "/.%2e", "/a/%2e%2e/b", "/%41%7e", "/%2f", "/a%2F../b", "/a%2f%2e%2e", "/%", "/%4",
	"/%zz", "/%%61%62", "/%%2e/..", "/%2525", "/%c3%BC", "/%00", "/%0a", "/@", "/a@b:80", "/a:80",
	"/~u;x=1,2", "/!$&'()*+=", "/http://evil/..", "/[::1]" };

struct parts {
	char *scheme, *host, *port, *path;
};

static bool ask_curl(const char *text, struct parts *parts)
{
	CURLU *url = curl_url();
	bool is_taken = !curl_url_set(url, CURLUPART_URL, text, DIALED_AS) &&
			!curl_url_get(url, CURLUPART_SCHEME, &parts->scheme, 0) &&
			!curl_url_get(url, CURLUPART_HOST, &parts->host, 0) &&
			!curl_url_get(url, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT) &&
			!curl_url_get(url, CURLUPART_PATH, &parts->path, 0);

	curl_url_cleanup(url);
	return is_taken;
}

static void free_parts(struct parts *parts)
{
	curl_free(parts->scheme);
	curl_free(parts->host);
	curl_free(parts->port);
	curl_free(parts->path);
}

/* Requests go to the normal form with a path behind it. */
static void assert_dialed_as_judged(const char *text, const struct url *url, const char *normal)
{
	const char *in = strchr(url->host, ':') ? "[" : "", *out = *in ? "]" : "";
	char asked[TEXT_MAX + 16], host[300], path[600];
	struct parts parts = { 0 };

	snprintf(asked, sizeof(asked), "%s/v1/models", normal);
	snprintf(host, sizeof(host), "%s%s%s", in, url->host, out);
	snprintf(path, sizeof(path), "%s/v1/models", url->path);
	if (!ask_curl(asked, &parts))
		fail_msg("%s becomes %s, which curl refuses", text, asked);
	if (strcmp(parts.scheme, url->is_https ? "https" : "http") != 0 || strcmp(parts.host, host) != 0 ||
		atoi(parts.port) != url->port || strcmp(parts.path, path) != 0)
		fail_msg("%s becomes %s, of which curl makes %s %s %s %s", text, asked, parts.scheme,
			parts.host, parts.port, parts.path);
	free_parts(&parts);
}

/* What curl would have made of the text itself, in our spelling. */
static void assert_meant_as_judged(const char *text, const char *normal)
{
	char meant[TEXT_MAX], spelled[TEXT_MAX];
	struct parts parts = { 0 };

	if (!ask_curl(text, &parts))
		fail_msg("%s is taken, and curl refuses it", text);
	snprintf(meant, sizeof(meant), "%s://%s:%s%s", parts.scheme, parts.host, parts.port, parts.path);
	if (url_normalise(meant, spelled, sizeof(spelled)) < 0 || strcmp(spelled, normal) != 0)
		fail_msg("%s becomes %s, and %s for curl", text, normal, meant);
	free_parts(&parts);
}

static bool is_taken_as_curl_does(const char *text)
{
	char normal[TEXT_MAX];
	struct url url;

	if (url_split(&url, text) < 0)
		return false;
	if (url_join(&url, normal, sizeof(normal)) < 0)
		fail_msg("%s has no normal form", text);
	assert_dialed_as_judged(text, &url, normal);
	assert_meant_as_judged(text, normal);
	return true;
}

static void what_is_taken_is_what_curl_dials(void **state)
{
	size_t count = ARRAY_LEN(schemes) * ARRAY_LEN(hosts) * ARRAY_LEN(ports) * ARRAY_LEN(paths);
	char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		size_t rest = i / ARRAY_LEN(schemes);

		snprintf(text, sizeof(text), "%s%s%s%s", schemes[i % ARRAY_LEN(schemes)],
			hosts[rest % ARRAY_LEN(hosts)], ports[rest / ARRAY_LEN(hosts) % ARRAY_LEN(ports)],
			paths[rest / ARRAY_LEN(hosts) / ARRAY_LEN(ports)]);
		if (!is_taken_as_curl_does(text))
			fail_msg("%s is refused", text);
	}
}

/* One byte too many at any place of a URL: it is refused, or taken as curl takes it. */
static void no_byte_makes_curl_dial_elsewhere(void **state)
{
	static const char *const bases[] = { "http://gpu1.ts.net:8080/a/../b",
		"https://[fd7a::7]:443/a%2fb/.", "http://100.64.0.1/", "http://127.1:80" };
	char text[TEXT_MAX];
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		for (size_t at = 0; at <= strlen(bases[i]); at++)
			for (int byte = 1; byte < 256; byte++) {
				snprintf(text, sizeof(text), "%.*s%c%s", (int)at, bases[i], byte,
					bases[i] + at);
				taken += is_taken_as_curl_does(text);
			}
	assert_true(taken > 3000);
}

static const struct {
	const char *reason;
	const char *const *parts;
	const char *format; /* where the part goes */
} refused[] = {
#define PARTS(...)                                                                                           \
	(const char *const[])                                                                                \
	{                                                                                                    \
		__VA_ARGS__, NULL                                                                            \
	}
	{ "only http and https are spoken, and a scheme is not guessed",
		PARTS("", "//", "ftp://", "ws://", "file://", "socks5h://", "httpx://", "http+unix://",
			" http://"),
		"%sgpu1/x" },
	{ "curl forgives a missing or an additional slash, other clients do not",
		PARTS("http:", "http:/", "http:///", "http:////", "http:\\\\"), "%sgpu1/x" },
	{ "a password in a URL would be shown and logged",
		PARTS("user@", "user:key@", "@", ":@", ":key@", "u%40@", "a@b@", "gpu1:80@", "[::1]@"),
		"http://%sgpu2/x" },
	{ "no host", PARTS("http://", "http:///", "http://:80", "http://?x", "http://#x"), "%s" },
	{ "a host name has no empty parts", PARTS(".", "..", ".x", "x..", "a..b", "1..2"), "http://%s:80/x" },
	{ "a zone is an interface of this machine alone",
		PARTS("[fe80::1%25eth0]", "[fe80::1%eth0]", "[fe80::1%1]", "[fe80::1%25]"),
		"http://%s:80/x" },
	{ "brackets hold an IPv6 address and nothing else, and it has them",
		PARTS("[", "[]", "[::1", "::1]", "::1", "fd7a::7", "[gpu1]", "[100.64.0.1]", "[:::1]",
			"[1::2::3]", "[v1.x]", "[::1]x", "[::1].", "[[::1]]"),
		"http://%s/x" },
	{ "curl decodes escapes in a host, and what is shown would be another name",
		PARTS("gpu%31", "%67pu1", "127%2e1", "gpu1%00", "%", "a%2fb"), "http://%s:80/x" },
	{ "names are ASCII: what looks alike is not the same host",
		PARTS("gp\u00fc1", "gpu1\u3002x", "\uff11\uff12\uff17.1", "g\u0440u1", "gpu1\u200b", "\xff"),
		"http://%s:80/x" },
	{ "no host name has such characters",
		PARTS("a b", "a\tb", "a\n", "a\x01", "a\x7f", "a\\b", "{a}", "${A}", "a,b", "a;b", "a'b",
			"a\"b", "a!b", "a~b", "a*b", "a=b", "a+b", "a&b", "(a)", "<a>", "a`b", "a|b", "a^b"),
		"http://%s:80/x" },
	{ "a port is a decimal number from 1 to 65535",
		PARTS(":", ":0", ":00", ":65536", ":99999", ":-1", ":+80", ":80x", ":0x50", ": 80", ":80 ",
			":80:80", ":00000080", ":18446744073709551696", ":\uff18\uff10"),
		"http://gpu1%s/x" },
	{ "a query or a fragment may hold a key",
		PARTS("?", "?x=1", "?x=/", "#", "#x", "?x#y", "/?x", "/x?y", "/#"), "http://gpu1%s" },
	{ "blanks and controls are cut or escaped by some clients and not by others",
		PARTS("/a b", "/ ", "/a\t", "/a\n", "/a\r\nX: y", "/\x01", "/\x1b[31m", "/\x7f", " ", "\n"),
		"http://gpu1:80%s" },
	{ "a path outside ASCII has to be escaped, and clients differ in how",
		PARTS("/\u00fc", "/\u202e", "/\u3002\u3002", "/\xff", "/\xc0\xaf"), "http://gpu1:80%s" },
	{ "RFC 3986 has no such characters in a path, and some clients take \\ for /",
		PARTS("/a\\b", "\\x", "/{a}", "/a|b", "/a^b", "/`a`", "/<a>", "/\"a\""), "http://gpu1:80%s" },
};

static void what_is_refused_is_refused_for_a_reason(void **state)
{
	char text[TEXT_MAX];
	struct url url;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		for (const char *const *part = refused[i].parts; *part; part++) {
			char *at = strstr(strcpy(text, refused[i].format), "%s");

			snprintf(at, sizeof(text) - (size_t)(at - text), "%s%s", *part,
				strstr(refused[i].format, "%s") + 2);
			if (url_split(&url, text) == 0)
				fail_msg("%s is taken, but %s", text, refused[i].reason);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_is_what_curl_dials),
		cmocka_unit_test(no_byte_makes_curl_dial_elsewhere),
		cmocka_unit_test(what_is_refused_is_refused_for_a_reason),
	};

	return cmocka_run_group_tests_name("url_curl", tests, NULL, NULL);
}
