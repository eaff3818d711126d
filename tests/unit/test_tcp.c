/* What one side of a connection sends: which bytes are new, and what may be timed. */
#include "capture/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define MS 1000

static uint32_t sends(struct tcp_side *side, uint32_t seq, size_t bytes, int64_t at_ms)
{
	const struct packet packet = { .at_us = at_ms * MS, .seq = seq, .length = bytes, .flags = TCP_ACK };

	return tcp_send(side, &packet);
}

static void is_acknowledged(struct tcp_side *side, uint32_t ack, int64_t at_ms)
{
	const struct packet packet = { .at_us = at_ms * MS, .ack = ack, .flags = TCP_ACK };

	tcp_acknowledge(side, &packet);
}

static void a_segment_is_timed_to_its_acknowledgement(void **state)
{
	struct tcp_side side = { 0 };

	(void)state;
	assert_int_equal(sends(&side, 1, 100, 10), 100);
	is_acknowledged(&side, 50, 20); /* of the half of it */
	assert_int_equal(tcp_take_least(&side), -1);
	is_acknowledged(&side, 101, 60);
	assert_int_equal(tcp_take_least(&side), 50 * MS);
	assert_int_equal(tcp_take_least(&side), -1);
}

/* Nobody knows which of the two was acknowledged. */
static void a_segment_that_was_sent_twice_times_nothing_and_is_counted_once(void **state)
{
	struct tcp_side side = { 0 };

	(void)state;
	assert_int_equal(sends(&side, 1, 100, 10), 100);
	assert_int_equal(sends(&side, 1, 100, 1010), 0);
	is_acknowledged(&side, 101, 1060);
	assert_int_equal(tcp_take_least(&side), -1);
	assert_int_equal(sends(&side, 101, 100, 2000), 100);
	is_acknowledged(&side, 201, 2040);
	assert_int_equal(tcp_take_least(&side), 40 * MS);
}

static void what_overlaps_is_new_behind_its_known_part(void **state)
{
	struct tcp_side side = { 0 };

	(void)state;
	assert_int_equal(sends(&side, UINT32_MAX - 49, 100, 10), 100); /* past the end of the numbers */
	assert_int_equal(sends(&side, 0, 100, 20), 50);
}

static void the_least_of_a_period_is_told(void **state)
{
	struct tcp_side side = { 0 };
	uint32_t seq = 1;

	(void)state;
	for (int64_t ms = 1; ms <= 3; ms++, seq += 10) {
		sends(&side, seq, 10, 100 * ms);
		is_acknowledged(&side, seq + 10, 100 * ms + 5 - (ms == 2));
	}
	assert_int_equal(tcp_take_least(&side), 4 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_segment_is_timed_to_its_acknowledgement),
		cmocka_unit_test(a_segment_that_was_sent_twice_times_nothing_and_is_counted_once),
		cmocka_unit_test(what_overlaps_is_new_behind_its_known_part),
		cmocka_unit_test(the_least_of_a_period_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
