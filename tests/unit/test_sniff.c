/* The capture helper's lines: what is read of them, what is skipped, what is refused. */
#include "probes/packets/lines.h"

#include "probes/base/fault.h"
#include "probes/base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define AT "at=1795394746123456 "

static struct sniffed read_line(const char *line)
{
	struct sniffed sniffed;
	struct fault fault = { "" };

	if (lines_parse(&sniffed, line, strlen(line), &fault))
		fail_msg("%s", fault.text);
	return sniffed;
}

static void assert_broken(const char *line, const char *part)
{
	struct sniffed sniffed;
	struct fault fault = { "" };

	if (lines_parse(&sniffed, line, strlen(line), &fault) != -1)
		fail_msg("taken: %s", line);
	if (!strstr(fault.text, part))
		fail_msg("%s does not tell '%s'", fault.text, part);
}

static void a_path_is_read_whole(void **state)
{
	struct sniffed s = read_line("path " AT "local=10.99.0.10:41641 remote=10.99.0.11:41641 vni=0 "
				     "disco=0a1b rx_bytes=6411764 tx_bytes=15172 rx_packets=4891 "
				     "tx_packets=40 packets=estimated pings=20 pongs=18 lost=1");

	(void)state;
	assert_int_equal(s.word, SNIFFED_PATH);
	assert_true(s.at_us == INT64_C(1795394746123456));
	assert_string_equal(s.local.text, "10.99.0.10:41641");
	assert_string_equal(s.remote.text, "10.99.0.11:41641");
	assert_string_equal(s.remote.host, "10.99.0.11");
	assert_int_equal(s.remote.port, 41641);
	assert_string_equal(s.disco, "0a1b");
	assert_true(s.vni == 0 && s.rx_bytes == 6411764 && s.tx_bytes == 15172);
	assert_true(s.pings == 20 && s.pongs == 18 && s.lost == 1);
	assert_true(isnan(s.ttfb_us) && isnan(s.connections));
}

/* Three digits of a round trip are all that is shown, and it counts from when it is read. */
static void a_round_trip_is_read_without_its_noise(void **state)
{
	struct sniffed s = read_line("rtt " AT "method=disco remote=10.0.0.2:2 us=5358");

	(void)state;
	assert_true(s.us == 5360 && s.at_us == 0);
}

static void every_word_is_told_from_the_others(void **state)
{
	static const struct {
		const char *line;
		enum sniffed_word word;
	} rows[] = {
		{ "hello protocol=1 version=0.1.0", SNIFFED_HELLO },
		{ "device name=eth0 link=EN10MB", SNIFFED_DEVICE },
		{ "rtt " AT "method=disco local=10.0.0.1:1 remote=10.0.0.2:2 vni=3 us=260", SNIFFED_RTT },
		{ "miss " AT "local=10.0.0.1:1 remote=10.0.0.2:2 vni=0 sent=1795394743000000", SNIFFED_MISS },
		{ "derp " AT "local=10.0.0.1:1 remote=10.0.0.2:443 rx_bytes=1 tx_bytes=2", SNIFFED_DERP },
		{ "flow " AT "client=100.64.0.1 server=100.64.0.2:443 connections=1 open=1 up_bytes=9 "
		  "down_bytes=8 exchanges=0",
			SNIFFED_FLOW },
		{ "exchange begun=1 " AT "client=100.64.0.1:40000 server=100.64.0.2:443 state=open",
			SNIFFED_EXCHANGE },
		{ "stats " AT "received=10 dropped=0 paths=1 flows=2", SNIFFED_STATS },
		{ "end " AT "reason=signal", SNIFFED_END },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(read_line(rows[i].line).word, rows[i].word);
}

static void an_exchange_tells_what_a_stream_took(void **state)
{
	struct sniffed s =
		read_line("exchange begun=1795394746000000 " AT
			  "client=100.64.0.1:40000 server=100.64.0.2:443 state=done "
			  "ttfb_us=3800 ttft_us=19100 ttft_max_us=22400 gap_us=3300 chunks=41 tokens=40 "
			  "tokens_per_s=251.5 estimated=1 up_bytes=992 down_bytes=11320");

	(void)state;
	assert_false(s.is_open);
	assert_true(s.is_estimated);
	assert_true(s.begun_us == INT64_C(1795394746000000));
	assert_true(
		s.ttfb_us == 3800 && s.ttft_us == 19100 && s.ttft_max_us == 22400 && s.tokens_per_s == 251.5);
	assert_int_equal(s.client.port, 40000);
}

static void a_client_may_have_no_port_and_ipv6_has_one_form(void **state)
{
	struct sniffed s = read_line("flow " AT "client=fd7a:115c:a1e0:0::1 server=[FD7A:115C:A1E0::2]:443 "
				     "up_bytes=0 down_bytes=0");

	(void)state;
	assert_string_equal(s.client.text, "fd7a:115c:a1e0::1");
	assert_int_equal(s.client.port, 0);
	assert_string_equal(s.server.text, "[fd7a:115c:a1e0::2]:443");
	assert_string_equal(s.server.host, "fd7a:115c:a1e0::2");
	s = read_line("flow " AT "client=[fd7a::1] server=10.0.0.1:22 up_bytes=0 down_bytes=0");
	assert_string_equal(s.client.host, "fd7a::1");
}

static void what_is_not_known_is_skipped(void **state)
{
	(void)state;
	assert_int_equal(read_line("weather at=now sky=").word, SNIFFED_OTHER);
	assert_int_equal(read_line("weather").word, SNIFFED_OTHER);
	assert_int_equal(read_line("stats " AT "colour=blue").word, SNIFFED_STATS);
	assert_int_equal(
		read_line("rtt " AT "method=telepathy remote=10.0.0.2:2 us=1").method, SNIFFED_BY_OTHER);
}

static void what_is_broken_says_how(void **state)
{
	static const struct {
		const char *line, *part;
	} rows[] = {
		{ "", "no word" },
		{ " stats at=1", "no word" },
		{ "stats", "no at" },
		{ "stats ", "no key=value" },
		{ "stats at", "no key=value" },
		{ "stats  at=1", "no key=value" },
		{ "stats at=", "no key=value" },
		{ "stats =1", "no key=value" },
		{ "stats at=1 ", "no key=value" },
		{ "stats at=1 at=2", "twice at" },
		{ "stats at=-1", "not understood: at" },
		{ "stats at=1e9", "not understood: at" },
		{ "stats at=0x10", "not understood: at" },
		{ "stats at=99999999999999999999", "not understood: at" },
		{ "stats at=1 dropped=9007199254740993", "not understood: dropped" },
		{ "hello version=1", "no protocol" },
		{ "miss at=1 remote=10.0.0.2:2", "no sent" },
		{ "miss at=1 remote=10.0.0.2 sent=1", "not understood: remote" },
		{ "miss at=1 remote=10.0.0.2:0 sent=1", "not understood: remote" },
		{ "miss at=1 remote=10.0.0.2:65536 sent=1", "not understood: remote" },
		{ "miss at=1 remote=10.0.0.256:1 sent=1", "not understood: remote" },
		{ "miss at=1 remote=[fd7a::2:1 sent=1", "not understood: remote" },
		{ "miss at=1 remote=[fd7a::2]1 sent=1", "not understood: remote" },
		{ "miss at=1 remote=gpu1:443 sent=1", "not understood: remote" },
		{ "miss at=1 remote=10.0.0.2:2 sent=1 vni=16777216", "not understood: vni" },
		{ "stats at=1 disco=xyz", "not understood: disco" },
		{ "exchange begun=1 at=1 client=10.0.0.1:1 server=10.0.0.2:2 state=maybe", "state" },
		{ "exchange begun=1 at=1 client=10.0.0.1:1 server=10.0.0.2:2 state=done estimated=2",
			"estimated" },
		{ "exchange begun=1 at=1 client=10.0.0.1:1 server=10.0.0.2:2 state=done tokens_per_s=1.",
			"tokens_per_s" },
		{ "exchange begun=1 at=1 client=10.0.0.1:1 server=10.0.0.2:2 state=done tokens_per_s=nan",
			"tokens_per_s" },
		{ "device name=eth0\tlink=x", "no text" },
		{ "device name=\xc3\xa4", "no text" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_broken(rows[i].line, rows[i].part);
}

/* ---- cutting ---- */

struct heard {
	enum sniffed_word words[16];
	size_t count, broken, stop_at;
};

static int take(void *data, const struct sniffed *sniffed, const struct fault *fault)
{
	struct heard *heard = data;

	assert_int_equal(!sniffed, fault != NULL);
	if (!sniffed)
		heard->broken++;
	else
		heard->words[heard->count++] = sniffed->word;
	return heard->stop_at && heard->count == heard->stop_at ? -1 : 0;
}

static void bytes_become_lines_wherever_they_are_cut(void **state)
{
	static const char text[] = "hello protocol=1\nstats at=1\nbroken at\nstats\nend at=2\n";

	(void)state;
	for (size_t part = 1; part < sizeof(text); part++) {
		struct lines_cut cut = { .length = 0 };
		struct heard heard = { .count = 0 };

		for (size_t at = 0; at < strlen(text); at += part) {
			size_t left = strlen(text) - at;

			assert_int_equal(
				lines_feed(&cut, text + at, left < part ? left : part, take, &heard), 0);
		}
		assert_int_equal(heard.count, 4);
		assert_int_equal(heard.broken, 1);
		assert_int_equal(heard.words[1], SNIFFED_STATS);
		assert_int_equal(heard.words[3], SNIFFED_END);
	}
}

static void a_line_that_never_ends_is_refused_once_and_what_follows_is_read(void **state)
{
	struct lines_cut cut = { .length = 0 };
	struct heard heard = { .count = 0 };
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	lines_feed(&cut, text, sizeof(text), take, &heard);
	lines_feed(&cut, text, sizeof(text), take, &heard);
	assert_int_equal(heard.broken, 1);
	lines_feed(&cut, "\nstats at=1\n", 12, take, &heard);
	assert_int_equal(heard.broken, 1);
	assert_int_equal(heard.count, 1);
}

static void the_longest_line_that_may_be_is_read(void **state)
{
	struct lines_cut cut = { .length = 0 };
	struct heard heard = { .count = 0 };
	char text[WIRE_LINE_MAX + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "stats at=1 y=", 13);
	text[WIRE_LINE_MAX - 1] = '\n'; /* 512 with its newline */
	lines_feed(&cut, text, WIRE_LINE_MAX, take, &heard);
	assert_int_equal(heard.count, 1);
	text[WIRE_LINE_MAX - 1] = 'x';
	text[WIRE_LINE_MAX] = '\n';
	lines_feed(&cut, text, WIRE_LINE_MAX + 1, take, &heard);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.broken, 1);
}

static void a_taker_that_has_enough_is_left_alone(void **state)
{
	static const char text[] = "stats at=1\nstats at=2\nstats at=3\n";
	struct lines_cut cut = { .length = 0 };
	struct heard heard = { .stop_at = 2 };

	(void)state;
	assert_int_equal(lines_feed(&cut, text, strlen(text), take, &heard), -1);
	assert_int_equal(heard.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_read_whole),
		cmocka_unit_test(a_round_trip_is_read_without_its_noise),
		cmocka_unit_test(every_word_is_told_from_the_others),
		cmocka_unit_test(an_exchange_tells_what_a_stream_took),
		cmocka_unit_test(a_client_may_have_no_port_and_ipv6_has_one_form),
		cmocka_unit_test(what_is_not_known_is_skipped),
		cmocka_unit_test(what_is_broken_says_how),
		cmocka_unit_test(bytes_become_lines_wherever_they_are_cut),
		cmocka_unit_test(a_line_that_never_ends_is_refused_once_and_what_follows_is_read),
		cmocka_unit_test(the_longest_line_that_may_be_is_read),
		cmocka_unit_test(a_taker_that_has_enough_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
