/* Who uses which service: peers that come in, this node that goes out, and what is served from the loopback. */
#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define SELF "100.64.0.1"
#define GPU1_IP "100.64.0.2"
#define GPU2_IP "100.64.0.3"
#define DIRECT1 "local=10.99.0.10:41641 remote=10.99.0.2:41641 vni=0"
#define DIRECT2 "local=10.99.0.10:41641 remote=10.99.0.3:41641 vni=0"

static struct obs_status *fleet(void)
{
	struct obs_status *status = running();

	with_peer(status, GPU1_ID, "gpu1")->current_address = "10.99.0.2:41641";
	with_peer(status, "n3", "gpu2")->current_address = "10.99.0.3:41641";
	return status;
}

static struct ledger *capturing(void)
{
	static const struct ledger_terms patient = { .period_ms = DAYS(1000), .poll_ms = 10000 };
	struct ledger *l = empty_ledger(&patient);

	sees(l, at(0), fleet());
	starts_capture(l, at(0));
	return l;
}

static void totals(struct ledger *l, double seconds, const char *client, const char *server, int up, int down,
	int exchanges)
{
	hears(l, at(seconds),
		"flow client=%s server=%s connections=1 open=1 up_bytes=%d down_bytes=%d exchanges=%d",
		client, server, up, down, exchanges);
}

/* begun and over so many seconds after the beginning of the test; more: further fields. */
static void exchange(
	struct ledger *l, double begun, double over, const char *client, const char *server, const char *more)
{
	hears(l, at(over), "exchange begun=%lld client=%s server=%s %s", (long long)at(begun).wall_ms * 1000,
		client, server, more);
}

#define STREAM " ttfb_us=3800 ttft_us=19100 gap_us=3300 chunks=41 tokens=40 tokens_per_s=251 estimated=1"

static const struct flow *only_flow(const struct snapshot *s)
{
	assert_int_equal(s->flow_count, 1);
	return &s->flows[0];
}

static void assert_only_peer(const struct snapshot *s, const char *name)
{
	assert_string_equal(s->peers[only_flow(s)->peer].name, name);
}

/* ---- a peer comes in ---- */

static void a_peer_that_uses_a_server_here_is_a_flow(void **state)
{
	struct ledger *l = capturing();
	const struct snapshot *s;
	const struct flow *flow;

	(void)state;
	watches_own(l, "ollama", "http://127.0.0.1:11434");
	totals(l, 1, GPU1_IP, SELF ":11434", 1000, 0, 0);
	totals(l, 2, GPU1_IP, SELF ":11434", 1000, 5000, 1);
	exchange(l, 1, 2, GPU1_IP ":50000", SELF ":11434", "state=done up_bytes=1000 down_bytes=5000" STREAM);
	s = take(l, at(2));
	flow = only_flow(s);
	assert_string_equal(s->peers[flow->peer].name, "gpu1");
	assert_false(flow->is_outgoing || flow->is_inferred);
	assert_true(flow->is_active && flow->is_estimated);
	assert_string_equal(flow->service, "llm");
	assert_string_equal(s->endpoints[flow->endpoint].url, "http://127.0.0.1:11434");
	assert_true(flow->rx_bytes == 1000 && flow->tx_bytes == 5000);
	assert_true(flow->rx_per_s == 0 && flow->tx_per_s == 5000);
	assert_true(flow->ttfb_ms == 3.8 && flow->ttft_ms == 19.1 && flow->tokens_per_s == 251);
	assert_true(isnan(flow->ttft_max_ms));
	assert_true(flow->exchanges == 1 && flow->connections == 1 && flow->open == 1);
	assert_true(flow->since == at(1).wall_ms && flow->last == at(2).wall_ms);
}

/* An exchange that is told of while it is open counts once, when it is over. */
static void the_times_to_the_first_token_of_a_flow_have_percentiles(void **state)
{
	struct ledger *l = capturing();
	const struct flow *flow;

	(void)state;
	watches_own(l, "ollama", "http://127.0.0.1:11434");
	totals(l, 1, GPU1_IP, SELF ":11434", 1000, 0, 0);
	exchange(l, 1, 2, GPU1_IP ":50000", SELF ":11434", "state=open ttfb_us=1 ttft_us=9000000");
	assert_true(isnan(only_flow(take(l, at(2)))->ttft_p50_ms));
	for (int i = 1; i <= 200; i++) {
		char line[96];

		snprintf(line, sizeof(line), "state=done ttfb_us=1 ttft_us=%d", i * 1000);
		exchange(l, i, i + 1, GPU1_IP ":50000", SELF ":11434", line);
	}
	flow = only_flow(take(l, at(201)));
	assert_true(flow->ttft_ms == 200);
	assert_true(flow->ttft_p50_ms >= 168 && flow->ttft_p50_ms <= 169); /* of 137 to 200 */
	assert_true(flow->ttft_p95_ms >= 196 && flow->ttft_p95_ms <= 198);
}

static void a_flow_that_rests_is_not_active_and_has_no_rate(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	totals(l, 1, GPU1_IP, SELF ":22", 10, 10, 0);
	totals(l, 2, GPU1_IP, SELF ":22", 20, 20, 0);
	totals(l, 30, GPU1_IP, SELF ":22", 20, 20, 0); /* a connection closed: no bytes */
	assert_false(only_flow(take(l, at(30)))->is_active);
	assert_true(only_flow(take(l, at(34)))->rx_per_s == 0);
	assert_string_equal(only_flow(take(l, at(34)))->service, "ssh");
	exchange(l, 31, 34, GPU1_IP ":50000", SELF ":22", "state=open");
	assert_true(only_flow(take(l, at(34)))->is_active);
	assert_false(only_flow(take(l, at(38)))->is_active); /* it would have been told again */
}

static void both_addresses_of_a_peer_are_one_flow(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	static const char *const ours[] = { SELF, "fd7a:115c:a1e0::1", NULL };
	static const char *const theirs[] = { GPU1_IP, "fd7a:115c:a1e0::2", NULL };
	struct obs_status *status = fleet();

	(void)state;
	status->self.addresses = ours;
	status->peers[0].addresses = theirs;
	sees(l, at(0), status);
	starts_capture(l, at(0));
	totals(l, 1, GPU1_IP, SELF ":8000", 10, 1, 1);
	totals(l, 2, "fd7a:115c:a1e0::2", "[fd7a:115c:a1e0::1]:8000", 20, 2, 1);
	totals(l, 2, GPU1_IP, SELF ":9000", 5, 5, 1);
	assert_int_equal(take(l, at(2))->flow_count, 2);
	assert_true(take(l, at(2))->flows[0].rx_bytes == 30);
	assert_string_equal(take(l, at(2))->flows[0].service, "llm");
	assert_string_equal(take(l, at(2))->flows[1].service, "");
}

static void what_maps_to_nobody_waits_for_a_status_and_is_dropped(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), running());
	starts_capture(l, at(0));
	totals(l, 1, GPU1_IP, SELF ":8000", 10, 1, 1);
	totals(l, 1, "192.0.2.1", SELF ":8000", 10, 1, 1);
	assert_int_equal(take(l, at(1))->flow_count, 0);
	sees(l, at(2), fleet());
	assert_int_equal(take(l, at(2))->flow_count, 1);
	sees(l, at(70), fleet());
	assert_int_equal(l->flows.count, 1);
}

static void the_active_ones_come_first(void **state)
{
	struct ledger *l = capturing();
	const struct snapshot *s;

	(void)state;
	totals(l, 1, GPU1_IP, SELF ":8000", 10, 1, 1);
	totals(l, 30, GPU2_IP, SELF ":8000", 10, 1, 1);
	totals(l, 5, GPU1_IP, SELF ":22", 10, 1, 1);
	s = take(l, at(31));
	assert_int_equal(s->flow_count, 3);
	assert_true(s->flows[0].is_active && !s->flows[1].is_active);
	assert_int_equal(s->flows[1].port, 22);
	assert_int_equal(s->flows[2].port, 8000);
}

static void a_helper_that_was_started_again_counts_on(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	totals(l, 1, GPU1_IP, SELF ":8000", 100, 1000, 3);
	starts_capture(l, at(2));
	totals(l, 3, GPU1_IP, SELF ":8000", 50, 500, 1);
	assert_true(only_flow(take(l, at(3)))->rx_bytes == 150);
	assert_true(only_flow(take(l, at(3)))->exchanges == 4);
}

/* ---- this node goes out ---- */

static void what_somebody_here_asks_is_a_flow(void **state)
{
	struct ledger *l = capturing();
	const struct flow *flow;
	const struct snapshot *s;

	(void)state;
	watches(l, "vllm", GPU1);
	totals(l, 2, SELF, GPU1_IP ":443", 900, 7000, 1);
	assert_int_equal(take(l, at(2))->flow_count, 0); /* whose it is is not told yet */
	exchange(l, 1, 2, SELF ":40000", GPU1_IP ":443", "state=done up_bytes=900 down_bytes=7000" STREAM);
	ends_period(l, at(2.5));
	assert_int_equal(take(l, at(2.5))->flow_count, 0);
	ends_period(l, at(4));
	s = take(l, at(4));
	flow = only_flow(s);
	assert_true(flow->is_outgoing && flow->is_active);
	assert_true(flow->tx_bytes == 900 && flow->rx_bytes == 7000 && flow->exchanges == 1);
	assert_string_equal(s->endpoints[flow->endpoint].url, GPU1);
	assert_false(only_flow(take(l, at(15)))->is_active);
}

static void what_this_program_asks_is_no_flow(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	watches(l, "vllm", GPU1);
	totals(l, 2, SELF, GPU1_IP ":443", 900, 7000, 1);
	exchange(l, 1, 2, SELF ":40000", GPU1_IP ":443", "state=done up_bytes=900 down_bytes=7000");
	exchange(l, 2, 3, SELF ":40001", GPU1_IP ":443", "state=open");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = 40000 },
		at(2.1)); /* our answer is in a little later */
	ends_period(l, at(4));
	assert_int_equal(take(l, at(4))->flow_count, 0);
	exchange(l, 3, 5, SELF ":40002", GPU1_IP ":443", "state=done up_bytes=100 down_bytes=300");
	totals(l, 5, SELF, GPU1_IP ":443", 1000, 7300, 2);
	ends_period(l, at(7));
	assert_true(only_flow(take(l, at(7)))->tx_bytes == 100);
	assert_true(only_flow(take(l, at(7)))->rx_bytes == 300 && only_flow(take(l, at(7)))->exchanges == 1);
}

/* As an ordinary user's helper tells what is no stream: by connection, as a count. */
static void counts_are_taken_for_so_many_exchanges(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	watches(l, "vllm", GPU1);
	totals(l, 5, SELF, GPU1_IP ":443", 4900, 27000, 9);
	exchange(l, 1, 2, SELF ":40000", GPU1_IP ":443",
		"state=done exchanges=6 up_bytes=900 down_bytes=7000"); /* our own */
	exchange(l, 1, 2, SELF ":40001", GPU1_IP ":443",
		"state=done exchanges=3 up_bytes=4000 down_bytes=20000");
	ledger_see(l, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = 40000 }, at(2.1));
	ends_period(l, at(7));
	assert_true(only_flow(take(l, at(7)))->tx_bytes == 4000);
	assert_true(only_flow(take(l, at(7)))->rx_bytes == 20000);
	assert_true(only_flow(take(l, at(7)))->exchanges == 3);
	assert_true(isnan(only_flow(take(l, at(7)))->ttfb_ms));
}

static void an_open_exchange_that_streams_or_lasts_is_not_ours(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	exchange(l, 1, 3, SELF ":40000", GPU1_IP ":443", "state=open" STREAM);
	assert_true(only_flow(take(l, at(3)))->is_active);
	assert_true(only_flow(take(l, at(3)))->tokens_per_s == 251);
	exchange(l, 1, 3, SELF ":40001", GPU2_IP ":443", "state=open");
	assert_int_equal(take(l, at(3))->flow_count, 1);
	exchange(l, 1, 8, SELF ":40001", GPU2_IP ":443", "state=open");
	assert_only_peer(take(l, at(8)), "gpu2");
}

static void a_port_is_not_ours_for_ever(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = 40000 }, at(1));
	for (int i = 0; i < 1000; i++)
		ledger_see(
			l, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = 50000 + i }, at(2));
	exchange(l, 3, 4, SELF ":40000", GPU1_IP ":443", "state=done");
	exchange(l, 3, 4, SELF ":50999", GPU2_IP ":443", "state=done");
	ends_period(l, at(6));
	assert_only_peer(take(l, at(6)), "gpu1");
	exchange(l, 63, 64, SELF ":50999", GPU2_IP ":443", "state=done");
	ends_period(l, at(66));
	assert_int_equal(take(l, at(66))->flow_count, 2);
}

static void this_node_by_itself_is_no_flow(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	totals(l, 1, SELF, SELF ":443", 10, 10, 1);
	exchange(l, 1, 2, SELF ":40000", SELF ":443", "state=done" STREAM);
	ends_period(l, at(4));
	assert_int_equal(take(l, at(4))->flow_count, 0);
	assert_int_equal(l->flows.count, 0);
}

/* ---- the loopback ---- */

static void carries(struct ledger *l, double seconds, const char *path, int rx, int tx)
{
	hears(l, at(seconds), "path %s rx_bytes=%d tx_bytes=%d", path, rx, tx);
}

#define LOCAL "127.0.0.1:40000", "127.0.0.1:11434"

static void what_is_served_is_the_peer_s_whose_bytes_grew(void **state)
{
	struct ledger *l = capturing();
	const struct snapshot *s;
	const struct flow *flow;

	(void)state;
	watches_own(l, "ollama", "http://127.0.0.1:11434");
	carries(l, 1, DIRECT1, 100000, 100000);
	carries(l, 1, DIRECT2, 100, 100);
	totals(l, 3, "127.0.0.1", "127.0.0.1:11434", 900, 9000, 1);
	exchange(l, 2, 3, LOCAL, "state=done up_bytes=900 down_bytes=9000" STREAM);
	carries(l, 3.5, DIRECT2, 1200, 9900);
	carries(l, 3.5, DIRECT1, 100100, 100100); /* a keepalive */
	ends_period(l, at(5));
	s = take(l, at(5));
	flow = only_flow(s);
	assert_string_equal(s->peers[flow->peer].name, "gpu2");
	assert_true(flow->is_inferred && !flow->is_outgoing && flow->is_active);
	assert_string_equal(flow->service, "llm");
	assert_string_equal(s->endpoints[flow->endpoint].url, "http://127.0.0.1:11434");
	assert_true(flow->exchanges == 1 && flow->rx_bytes == 900 && flow->tx_bytes == 9000);
	assert_true(flow->ttft_ms == 19.1 && isnan(flow->rx_per_s));
}

/* Two peers, equally busy; bytes that cannot be those of the exchange; nobody at all. */
static void where_no_peer_clearly_is_it_nobody_is(void **state)
{
	static const struct {
		int gpu1, gpu2;
	} rows[] = { { 9000, 9000 }, { 0, 5000 }, { 0, 0 }, { 5000000, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ledger *l = capturing();

		carries(l, 1, DIRECT1, 1, 1);
		carries(l, 1, DIRECT2, 1, 1);
		exchange(l, 2, 3, LOCAL, "state=done up_bytes=900 down_bytes=9000" STREAM);
		carries(l, 3.5, DIRECT1, 1, 1 + rows[i].gpu1);
		carries(l, 3.5, DIRECT2, 1, 1 + rows[i].gpu2);
		ends_period(l, at(5));
		assert_int_equal(only_flow(take(l, at(5)))->peer, -1);
		assert_false(only_flow(take(l, at(5)))->is_inferred);
	}
}

static void what_does_not_stream_and_is_nobody_s_is_left_out(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	exchange(l, 2, 3, LOCAL, "state=done up_bytes=200 down_bytes=900"); /* through our own mount */
	ledger_see(l, &(struct observation){ .kind = OBSERVED_OWN_PORT, .own_port = 40001 }, at(3));
	exchange(l, 2, 3, "127.0.0.1:40001", "127.0.0.1:11434", "state=done" STREAM);
	ends_period(l, at(5));
	assert_int_equal(take(l, at(5))->flow_count, 0);
}

static void counts_on_the_loopback_are_a_peer_s_too(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	carries(l, 1, DIRECT1, 100, 100);
	carries(l, 3, DIRECT1, 1200, 9500);
	exchange(l, 2, 3, LOCAL, "state=done exchanges=4 up_bytes=900 down_bytes=9000");
	ends_period(l, at(5));
	assert_only_peer(take(l, at(5)), "gpu1");
	assert_true(only_flow(take(l, at(5)))->exchanges == 4);
}

/* Addresses that tailscaled names, although they look like the loopback: nothing has to be inferred. */
static void an_address_of_a_peer_is_that_peer_s_on_the_loopback_too(void **state)
{
	static const struct {
		const char *ours, *theirs, *client, *server;
		bool is_outgoing;
	} rows[] = {
		{ "127.64.0.1", "127.64.0.2", "127.64.0.2", "127.64.0.1:11434", false },
		{ "127.64.0.1", "127.64.0.2", "127.64.0.1", "127.64.0.2:11434", true },
		{ "127.64.0.1", GPU1_IP, "127.64.0.1", GPU1_IP ":11434", true },
	};
	char client[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *const ours[] = { rows[i].ours, NULL }, *const theirs[] = { rows[i].theirs, NULL };
		struct ledger *l = empty_ledger(NULL);
		struct obs_status *status = fleet();
		const struct flow *flow;

		status->self.addresses = ours;
		status->peers[0].addresses = theirs;
		sees(l, at(0), status);
		starts_capture(l, at(0));
		snprintf(client, sizeof(client), "%s:50000", rows[i].client);
		totals(l, 3, rows[i].client, rows[i].server, 900, 9000, 1);
		exchange(l, 2, 3, client, rows[i].server, "state=done up_bytes=900 down_bytes=9000" STREAM);
		ends_period(l, at(5));
		assert_only_peer(take(l, at(5)), "gpu1");
		flow = only_flow(take(l, at(5)));
		assert_true(flow->is_outgoing == rows[i].is_outgoing && !flow->is_inferred);
		assert_true(flow->ttft_ms == 19.1 && flow->exchanges == 1);
	}
}

static void an_exchange_that_goes_on_is_told_before_it_is_over(void **state)
{
	struct ledger *l = capturing();
	const struct snapshot *s;

	(void)state;
	carries(l, 1, DIRECT1, 100, 100);
	carries(l, 3, DIRECT1, 1200, 3500);
	exchange(l, 2, 3, LOCAL, "state=open up_bytes=900 down_bytes=3000" STREAM);
	s = take(l, at(3));
	assert_string_equal(s->peers[only_flow(s)->peer].name, "gpu1");
	assert_true(only_flow(s)->is_active && only_flow(s)->exchanges == 0);
	carries(l, 4, DIRECT1, 1200, 7500);
	exchange(l, 2, 4, LOCAL, "state=done up_bytes=900 down_bytes=6000" STREAM);
	ends_period(l, at(6));
	assert_true(only_flow(take(l, at(6)))->exchanges == 1 && only_flow(take(l, at(6)))->tx_bytes == 6000);
}

/* ---- bounds ---- */

static void tables_stay_within_their_bounds(void **state)
{
	struct ledger *l = capturing();
	char server[40], client[40];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		snprintf(server, sizeof(server), SELF ":%d", 1 + i);
		snprintf(client, sizeof(client), SELF ":%d", 1 + i);
		totals(l, 1 + i / 100.0, GPU1_IP, server, 1, 1, 1);
		exchange(l, 1, 1 + i / 100.0, client, GPU2_IP ":443", "state=done");
	}
	assert_int_equal(l->flows.count, 1024);
	assert_true(l->waiting.count <= 64);
	assert_int_equal(take(l, at(22))->flow_count, 1024);
}

static void a_flow_of_a_peer_outlasts_those_of_strangers(void **state)
{
	struct ledger *l = capturing();
	char server[40];

	(void)state;
	totals(l, 1, GPU1_IP, SELF ":11434", 1000, 5000, 1);
	for (int i = 0; i < 3000; i++) {
		snprintf(server, sizeof(server), SELF ":%d", 1 + i);
		totals(l, 2 + i / 10000.0, "100.99.0.1", server, 1, 0, 0);
	}
	totals(l, 3, GPU1_IP, SELF ":11434", 1100, 5000, 1); /* 100 more, not 1100 */
	assert_true(only_flow(take(l, at(3)))->rx_bytes == 1100);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_peer_that_uses_a_server_here_is_a_flow),
		SAYS(the_times_to_the_first_token_of_a_flow_have_percentiles),
		SAYS(a_flow_that_rests_is_not_active_and_has_no_rate),
		SAYS(both_addresses_of_a_peer_are_one_flow),
		SAYS(what_maps_to_nobody_waits_for_a_status_and_is_dropped),
		SAYS(the_active_ones_come_first),
		SAYS(a_helper_that_was_started_again_counts_on),
		SAYS(what_somebody_here_asks_is_a_flow),
		SAYS(what_this_program_asks_is_no_flow),
		SAYS(counts_are_taken_for_so_many_exchanges),
		SAYS(an_open_exchange_that_streams_or_lasts_is_not_ours),
		SAYS(a_port_is_not_ours_for_ever),
		SAYS(this_node_by_itself_is_no_flow),
		SAYS(what_is_served_is_the_peer_s_whose_bytes_grew),
		SAYS(where_no_peer_clearly_is_it_nobody_is),
		SAYS(what_does_not_stream_and_is_nobody_s_is_left_out),
		SAYS(counts_on_the_loopback_are_a_peer_s_too),
		SAYS(an_address_of_a_peer_is_that_peer_s_on_the_loopback_too),
		SAYS(an_exchange_that_goes_on_is_told_before_it_is_over),
		SAYS(tables_stay_within_their_bounds),
		SAYS(a_flow_of_a_peer_outlasts_those_of_strangers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
