/* What the helper tells of connections inside the tunnel, exactly and discreetly. */
#include "capture/flows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define BEGIN_US INT64_C(1700000000034567)
#define MS 1000
#define GRAIN_US 100000

struct talk {
	struct options options;
	struct lines lines;
	struct flows flows;
	FILE *file;
	struct place client, server;
	uint32_t up, down;
	int64_t now_us;
	char said[65536];
};

static struct place place(const char *text)
{
	struct place read;

	assert_int_equal(place_parse(&read, text, true), 0);
	return read;
}

static struct talk *start(bool is_discreet)
{
	struct talk *talk = calloc(1, sizeof(*talk));

	assert_non_null(talk);
	talk->options.is_discreet = is_discreet;
	talk->file = tmpfile();
	assert_non_null(talk->file);
	lines_init(&talk->lines, fileno(talk->file), is_discreet ? GRAIN_US : 1);
	assert_int_equal(flows_init(&talk->flows, &talk->options, &talk->lines), 0);
	talk->client = place("100.64.0.1:40000");
	talk->server = place("100.64.0.2:8081");
	talk->up = talk->down = 1;
	talk->now_us = BEGIN_US;
	return talk;
}

static void finish(struct talk *talk)
{
	fclose(talk->file);
	flows_fini(&talk->flows);
	free(talk);
}

/* All that was said so far. */
static const char *said(struct talk *talk)
{
	ssize_t length;

	lines_flush(&talk->lines);
	length = pread(fileno(talk->file), talk->said, sizeof(talk->said) - 1, 0);
	assert_true(length >= 0);
	talk->said[length] = '\0';
	return talk->said;
}

/* So many bytes, and so much later the next thing. */
static void sends(struct talk *talk, bool is_client, size_t bytes, int64_t then_us)
{
	uint32_t *seq = is_client ? &talk->up : &talk->down;
	const struct packet packet = {
		.at_us = talk->now_us,
		.is_tcp = true,
		.from = is_client ? talk->client : talk->server,
		.to = is_client ? talk->server : talk->client,
		.length = bytes,
		.seq = *seq,
		.ack = is_client ? talk->down : talk->up,
		.flags = TCP_ACK,
	};

	flows_see(&talk->flows, &packet, is_client ? DIRECTION_OUT : DIRECTION_IN);
	*seq += (uint32_t)bytes;
	talk->now_us += then_us;
}

static void presses_keys(struct talk *talk, unsigned count)
{
	while (count--) {
		sends(talk, true, 36, 1234);
		sends(talk, false, 44, 98765);
	}
}

static void streams(struct talk *talk)
{
	sends(talk, true, 900, 20 * MS);
	sends(talk, false, 180, 100 * MS);
	for (int chunk = 0; chunk < 20; chunk++)
		sends(talk, false, 260, 3300);
}

static unsigned lines_with(const char *text, const char *words)
{
	unsigned count = 0;

	while ((text = strstr(text, words))) {
		count++;
		text++;
	}
	return count;
}

/* The number behind the last such key. */
static long long last_of(const char *text, const char *key)
{
	const char *last = NULL;

	while ((text = strstr(text, key)))
		last = text += strlen(key);
	assert_non_null(last);
	return strtoll(last, NULL, 10);
}

/* ---- what is no stream ---- */

static void keys_are_a_count_without_times(void **state)
{
	struct talk *talk = start(true);

	(void)state;
	presses_keys(talk, 7);
	flows_report(&talk->flows, talk->now_us);
	assert_int_equal(
		lines_with(said(talk), "exchange "), 1); /* the last key's goes on, and is not told */
	assert_int_equal(last_of(said(talk), " exchanges=6 up_bytes="), 6 * 36);
	assert_null(strstr(said(talk), "ttfb_us"));
	assert_int_equal(last_of(said(talk), "begun="), BEGIN_US / GRAIN_US * GRAIN_US);
	finish(talk);
}

static void a_count_is_told_once(void **state)
{
	struct talk *talk = start(true);

	(void)state;
	presses_keys(talk, 3);
	flows_report(&talk->flows, talk->now_us);
	flows_report(&talk->flows, talk->now_us + 1000 * MS);
	assert_int_equal(lines_with(said(talk), "exchange "), 1);
	presses_keys(talk, 2);
	flows_report(&talk->flows, talk->now_us);
	assert_int_equal(last_of(said(talk), " exchanges=2 up_bytes="), 2 * 36);
	finish(talk);
}

static void who_may_know_is_told_each_key(void **state)
{
	struct talk *talk = start(false);

	(void)state;
	presses_keys(talk, 3);
	assert_int_equal(lines_with(said(talk), "state=done ttfb_us=1234 "), 2);
	assert_int_equal(last_of(said(talk), "begun="), BEGIN_US + 99999);
	assert_null(strstr(said(talk), "exchanges="));
	finish(talk);
}

static void of_a_busy_connection_a_few_are_told_in_each_period(void **state)
{
	struct talk *talk = start(false);

	(void)state;
	presses_keys(talk, 30);
	assert_int_equal(lines_with(said(talk), "state=done "), 5);
	flows_report(&talk->flows, talk->now_us);
	presses_keys(talk, 30);
	assert_int_equal(lines_with(said(talk), "state=done "), 10);
	flows_report(&talk->flows, talk->now_us);
	assert_int_equal(last_of(said(talk), " exchanges="), 59);
	finish(talk);
}

static void a_connection_that_makes_way_tells_its_count_first(void **state)
{
	struct talk *talk = start(true);
	char client[32];

	(void)state;
	presses_keys(talk, 3);
	for (unsigned number = 0; number < 40000; number++) { /* all with data both ways */
		snprintf(client, sizeof(client), "100.70.%u.%u:40000", number >> 8, number & 255);
		talk->client = place(client);
		sends(talk, true, 1, 10);
		sends(talk, false, 1, 10);
		lines_flush(&talk->lines);
	}
	assert_non_null(
		strstr(said(talk), "client=100.64.0.1:40000 server=100.64.0.2:8081 state=done exchanges=3 "));
	finish(talk);
}

/* ---- streams ---- */

static void a_stream_is_told_with_its_figures_and_rounded_times(void **state)
{
	struct talk *talk = start(true);

	(void)state;
	streams(talk);
	sends(talk, true, 900, 0); /* the next request ends it, to the microsecond */
	assert_int_equal(lines_with(said(talk), "state=done ttfb_us=20000 ttft_us=120000 "), 1);
	assert_int_equal(last_of(said(talk), "begun=") % GRAIN_US, 0);
	assert_int_equal(last_of(said(talk), " at=") % GRAIN_US, 0);
	finish(talk);
}

static void a_prompt_that_waits_is_told_and_a_key_is_not(void **state)
{
	struct talk *talk = start(true);

	(void)state;
	sends(talk, true, 36, 10 * MS);
	flows_report(&talk->flows, talk->now_us);
	assert_int_equal(lines_with(said(talk), "exchange "), 0);
	sends(talk, true, 900, 10 * MS);
	flows_report(&talk->flows, talk->now_us);
	assert_int_equal(lines_with(said(talk), "state=open "), 1);
	finish(talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_a_count_without_times),
		cmocka_unit_test(a_count_is_told_once),
		cmocka_unit_test(who_may_know_is_told_each_key),
		cmocka_unit_test(of_a_busy_connection_a_few_are_told_in_each_period),
		cmocka_unit_test(a_connection_that_makes_way_tells_its_count_first),
		cmocka_unit_test(a_stream_is_told_with_its_figures_and_rounded_times),
		cmocka_unit_test(a_prompt_that_waits_is_told_and_a_key_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
