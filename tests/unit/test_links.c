/* Paths as packets show them: whose they are, what they carried, how long they take, what they lost. */
#include "tests/unit/ledger_help.h"

#include "probes/ledger/peer_index.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define HERE "local=10.99.0.10:41641 "
#define DIRECT HERE "remote=10.99.0.2:41641 vni=0"
#define RELAY HERE "remote=10.99.0.14:40000 vni=3"
#define KEY " disco=aa11"

static struct obs_status *fleet(struct obs_peer *(*make)(struct obs_peer *))
{
	struct obs_status *status = running();
	struct obs_peer *peer = with_peer(status, GPU1_ID, "gpu1");

	peer->current_address = "10.99.0.2:41641";
	if (make)
		make(peer);
	with_peer(status, "n3", "gpu2")->current_address = "10.99.0.3:41641";
	return status;
}

/* gpu1 and gpu2, both direct, and packets are watched. */
static struct ledger *capturing(void)
{
	struct ledger *l = empty_ledger(NULL);

	sees(l, at(0), fleet(NULL));
	starts_capture(l, at(0));
	return l;
}

static const struct path *path_of(const struct snapshot *s, const char *name)
{
	return &peer_row(s, name)->path;
}

static void carries(struct ledger *l, struct when now, const char *path, int rx, int tx)
{
	hears(l, now,
		"path %s rx_bytes=%d tx_bytes=%d rx_packets=1 tx_packets=1 packets=exact pings=0 pongs=0 "
		"lost=0",
		path, rx, tx);
}

static void pings(struct ledger *l, struct when now, const char *path, int pongs, int lost)
{
	hears(l, now, "path %s rx_bytes=0 tx_bytes=0 pings=%d pongs=%d lost=%d", path, pongs + lost, pongs,
		lost);
}

/* ---- how the helper is ---- */

static void how_the_helper_is_stands_in_the_snapshot(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct capture *capture = &take(l, at(0))->capture;

	(void)state;
	assert_int_equal(capture->state, CAPTURE_OFF);
	assert_true(isnan(capture->dropped));
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CAPTURE,
			.capture = &(struct obs_capture){ CAPTURE_NO_PERMISSION, "no right", "sudo x" } },
		at(1));
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CAPTURE,
			.capture = &(struct obs_capture){ CAPTURE_NO_PERMISSION, "no right", "sudo x" } },
		at(9));
	capture = &take(l, at(10))->capture;
	assert_int_equal(capture->state, CAPTURE_NO_PERMISSION);
	assert_true(capture->since == at(1).wall_ms);
	assert_string_equal(capture->fix, "x"); /* nothing makes a command root's here */
	is_on(l, "linux", INIT_SYSTEMD, "doas ");
	assert_string_equal(take(l, at(10))->capture.fix, "doas x");
	starts_capture(l, at(11));
	hears(l, at(11), "device name=eth0 link=EN10MB");
	hears(l, at(11), "device name=tailscale0 link=RAW");
	hears(l, at(12), "stats received=9 dropped=4 paths=0 flows=0");
	capture = &take(l, at(12))->capture;
	assert_string_equal(capture->devices[1], "tailscale0");
	assert_null(capture->devices[2]);
	assert_true(capture->dropped == 4);
	hears(l, at(20), "hello protocol=1");
	assert_null(take(l, at(20))->capture.devices[0]);
}

/* ---- bytes ---- */

static void without_capture_bytes_by_kind_are_unknown(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(NULL));
	assert_true(isnan(path_of(take(l, at(1)), "gpu1")->rx_bytes[TRAFFIC_DIRECT]));
	starts_capture(l, at(2));
	assert_true(path_of(take(l, at(2)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 0);
	assert_true(isnan(take(l, at(2))->peers[0].path.rx_bytes[TRAFFIC_DIRECT])); /* this node */
}

/* A status in which the daemon counted so many bytes from gpu1. */
static void counts(struct ledger *l, struct when now, double bytes)
{
	struct obs_status *status = fleet(NULL);

	for (size_t i = 0; i < status->peer_count; i++)
		if (strcmp(status->peers[i].id, GPU1_ID) == 0)
			status->peers[i].rx_bytes = bytes;
	sees(l, now, status);
}

static void a_capture_that_does_not_see_the_path_knows_no_bytes_of_it(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	counts(l, at(2), 1e6);
	assert_true(path_of(take(l, at(2)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 0); /* packets may be late */
	counts(l, at(5), 3e6);
	counts(l, at(7), 3e6); /* it rests */
	assert_true(isnan(path_of(take(l, at(7)), "gpu1")->rx_bytes[TRAFFIC_DIRECT]));
	assert_true(path_of(take(l, at(7)), "gpu2")->rx_bytes[TRAFFIC_DIRECT] == 0);
	carries(l, at(8), DIRECT, 1000, 50);
	counts(l, at(9), 4e6);
	assert_true(path_of(take(l, at(9)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 1000);
}

/* Handshakes and pings alone say nothing, but a few kB each time are not they. */
static void bytes_that_come_slowly_are_missed_too(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	for (int i = 1; i <= 3; i++)
		counts(l, at(2 * i), 3000 * i);
	assert_true(path_of(take(l, at(6)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 0);
	for (int i = 4; i <= 5; i++)
		counts(l, at(2 * i), 3000 * i);
	assert_true(isnan(path_of(take(l, at(10)), "gpu1")->rx_bytes[TRAFFIC_DIRECT]));
}

static void a_path_is_the_peer_s_whose_address_it_leads_to(void **state)
{
	struct ledger *l = capturing();
	const struct snapshot *s;

	(void)state;
	carries(l, at(1), DIRECT, 1000, 50);
	carries(l, at(2), DIRECT, 3000, 60);
	carries(l, at(2), HERE "remote=192.0.2.9:41641 vni=0", 7777, 7777);
	s = take(l, at(2));
	assert_true(path_of(s, "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 3000);
	assert_true(path_of(s, "gpu1")->tx_bytes[TRAFFIC_DIRECT] == 60);
	assert_true(path_of(s, "gpu1")->rx_bytes[TRAFFIC_PEER_RELAY] == 0);
	assert_true(path_of(s, "gpu2")->rx_bytes[TRAFFIC_DIRECT] == 0);
}

static void a_relayed_path_is_known_by_its_session(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	for (int i = 1; i <= 2; i++)
		sees(l, at(i), fleet(by_peer_relay));
	carries(l, at(3), RELAY, 400, 40);
	carries(l, at(3), HERE "remote=10.99.0.14:40000 vni=4", 9, 9);
	assert_true(path_of(take(l, at(3)), "gpu1")->rx_bytes[TRAFFIC_PEER_RELAY] == 400);
	assert_true(path_of(take(l, at(3)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 0);
}

static void bytes_wait_for_the_status_that_tells_whose_they_are(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), running());
	starts_capture(l, at(0));
	carries(l, at(1), DIRECT, 500, 5);
	sees(l, at(2), fleet(NULL));
	assert_true(path_of(take(l, at(2)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 500);
	sees(l, at(4), fleet(NULL));
	assert_true(path_of(take(l, at(4)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 500);
}

static void a_key_that_was_seen_is_known_at_other_addresses(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	carries(l, at(1), DIRECT KEY, 100, 0);
	carries(l, at(2), HERE "remote=[fd00::2]:41641 vni=0" KEY, 30, 0);
	carries(l, at(2), HERE "remote=[fd00::3]:41641 vni=0 disco=bb22", 500, 0);
	assert_true(path_of(take(l, at(2)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 130);
}

static void a_helper_that_was_started_again_counts_on(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	carries(l, at(1), DIRECT, 1000, 0);
	starts_capture(l, at(5));
	carries(l, at(6), DIRECT, 1500, 0);
	assert_true(path_of(take(l, at(6)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 2500);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GAP },
		at(7)); /* a laptop that slept: the helper counts on */
	carries(l, at(8), DIRECT, 1600, 0);
	assert_true(path_of(take(l, at(8)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 2600);
}

static struct obs_status *with_bytes(struct obs_peer *(*make)(struct obs_peer *), double rx)
{
	struct obs_status *status = fleet(make);

	status->peers[0].rx_bytes = rx;
	return status;
}

static void by_derp_goes_what_the_daemon_counts_meanwhile(void **state)
{
	struct ledger *l = capturing();
	const struct path *path;

	(void)state;
	sees(l, at(2), with_bytes(NULL, 1000));
	carries(l, at(3), DIRECT, 200, 0);
	sees(l, at(4), with_bytes(by_derp, 1700)); /* 200 of them were direct */
	sees(l, at(6), with_bytes(by_derp, 2000));
	sees(l, at(8), with_bytes(NULL, 9000));
	path = path_of(take(l, at(8)), "gpu1");
	assert_true(path->rx_bytes[TRAFFIC_DERP] == 800);
	assert_true(path->rx_bytes[TRAFFIC_DIRECT] == 200);
	sees(l, at(10), with_bytes(by_derp, 100)); /* the daemon was started again */
	assert_true(path_of(take(l, at(10)), "gpu1")->rx_bytes[TRAFFIC_DERP] == 800);
}

static void traffic_comes_from_packets_where_the_daemon_does_not_count(void **state)
{
	struct ledger *l = capturing();
	const struct obs_traffic counted = { .rx_bytes = { 7, 7, 7 }, .tx_bytes = { 7, 7, 7 } };
	const struct snapshot *s;

	(void)state;
	assert_string_equal(take(l, at(0))->traffic.source, "");
	ends_period(l, at(1));
	carries(l, at(2), DIRECT, 1000, 0);
	carries(l, at(2), HERE "remote=192.0.2.9:41641 vni=9", 50, 0);
	hears(l, at(2), "derp local=10.99.0.10:5000 remote=10.99.0.1:443 rx_bytes=30 tx_bytes=3");
	hears(l, at(2), "derp local=10.99.0.10:5001 remote=10.99.0.1:443 rx_bytes=4 tx_bytes=4");
	ends_period(l, at(3));
	s = take(l, at(3));
	assert_string_equal(s->traffic.source, "capture");
	assert_true(
		s->traffic.rx_bytes[TRAFFIC_DIRECT] == 1000 && s->traffic.rx_per_s[TRAFFIC_DIRECT] == 500);
	assert_true(s->traffic.rx_bytes[TRAFFIC_PEER_RELAY] == 50);
	assert_true(s->traffic.rx_bytes[TRAFFIC_DERP] == 34 && s->traffic.tx_bytes[TRAFFIC_DERP] == 7);
	ledger_see(l, &(struct observation){ .kind = OBSERVED_TRAFFIC, .traffic = &counted }, at(4));
	assert_string_equal(take(l, at(4))->traffic.source, "usermetrics");
	assert_true(take(l, at(4))->traffic.rx_bytes[TRAFFIC_DIRECT] == 7);
}

/* ---- round trips ---- */

static void takes(struct ledger *l, struct when now, const char *method, const char *path, int us)
{
	hears(l, now, "rtt method=%s %s us=%d", method, path, us);
}

#define INNER "local=100.64.0.1:40000 remote=100.64.0.2:443 vni=0"

static void assert_rtt(struct ledger *l, double seconds, const char *source, double ms)
{
	const struct path *path = path_of(take(l, at(seconds)), "gpu1");

	assert_string_equal(path->rtt_source, source);
	if (fabs(path->rtt_ms - ms) > 0.001)
		fail_msg("%g ms by %s, not %g", path->rtt_ms, path->rtt_source, ms);
}

static void the_best_source_of_round_trips_wins(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	is_pinged(l, GPU1_ID, 9, at(1));
	assert_rtt(l, 1, "ping", 9);
	takes(l, at(2), "tcp", INNER, 800);
	assert_rtt(l, 2, "tcp", 0.8);
	takes(l, at(3), "disco", DIRECT, 260);
	takes(l, at(4), "tcp", INNER, 900);
	takes(l, at(5), "wireguard", DIRECT, 700);
	is_pinged(l, GPU1_ID, 9, at(6));
	assert_rtt(l, 6, "disco", 0.26);
}

static void a_source_that_went_silent_gives_way(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	takes(l, at(3), "disco", DIRECT, 260);
	takes(l, at(33), "tcp", INNER, 900);
	assert_rtt(l, 33, "disco", 0.26);
	takes(l, at(34), "tcp", INNER, 900);
	assert_rtt(l, 34, "tcp", 0.9); /* and of the other nothing is left in it */
}

static void a_handshake_counts_until_the_next_one(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	takes(l, at(3), "wireguard", DIRECT, 700);
	takes(l, at(123), "tcp", INNER, 900);
	assert_rtt(l, 123, "wireguard", 0.7);
	takes(l, at(154), "tcp", INNER, 900);
	assert_rtt(l, 154, "tcp", 0.9);
}

static void round_trips_are_those_of_the_current_path(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	carries(l, at(1), DIRECT KEY, 1, 1);
	takes(l, at(2), "disco", DIRECT, 260);
	takes(l, at(3), "disco", HERE "remote=[fd00::2]:41641 vni=0", 90000);
	assert_rtt(l, 3, "disco", 0.26);
}

static void another_kind_of_path_begins_anew(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	takes(l, at(1), "disco", DIRECT, 260);
	sees(l, at(2), fleet(by_derp));
	sees(l, at(4), fleet(by_derp));
	assert_true(isnan(path_of(take(l, at(4)), "gpu1")->rtt_ms));
	takes(l, at(5), "ack", INNER, 50000);
	assert_rtt(l, 5, "ack", 50);
	takes(l, at(6), "tcp", INNER, 44000);
	takes(l, at(7), "ack", INNER, 50000);
	assert_rtt(l, 7, "tcp", 44);
}

static void an_upper_bound_is_for_derp_alone_and_a_half_for_nobody(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	takes(l, at(1), "ack", INNER, 50000);
	takes(l, at(1), "derp", HERE "remote=10.99.0.1:443 vni=0", 20000);
	takes(l, at(1), "stun", HERE "remote=10.99.0.1:3478 vni=0", 20000);
	takes(l, at(1), "turnaround", DIRECT, 100);
	takes(l, at(1), "telepathy", DIRECT, 1);
	assert_true(isnan(path_of(take(l, at(1)), "gpu1")->rtt_ms));
	assert_string_equal(path_of(take(l, at(1)), "gpu1")->rtt_source, "");
}

static void our_own_connects_are_the_fallback(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	watches(l, "llama-server", GPU1);
	answers(l, at(1), "llama-server-0.5.0/ready-idle/health");
	assert_rtt(l, 1, "tcp", 0.5);
	takes(l, at(2), "tcp", INNER, 300);
	answers(l, at(3), "llama-server-0.5.0/ready-idle/health");
	assert_rtt(l, 3, "tcp", 0.3);
}

/* ---- pongs and losses ---- */

static void a_pong_has_an_age(void **state)
{
	struct ledger *l = capturing();
	const struct path *path = path_of(take(l, at(1)), "gpu1");

	(void)state;
	assert_true(isnan(path->pong_age_ms));
	assert_string_equal(path->pong_source, "");
	takes(l, at(2), "disco", DIRECT, 260);
	takes(l, at(3), "wireguard", DIRECT, 260);
	path = path_of(take(l, at(5)), "gpu1");
	assert_true(path->pong_age_ms == 3000);
	assert_string_equal(path->pong_source, "capture");
}

static void losses_count_on_the_current_path_from_when_it_became_so(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	pings(l, at(1), DIRECT, 50, 50); /* before anybody looked */
	assert_true(isnan(path_of(take(l, at(1)), "gpu1")->loss));
	pings(l, at(60), DIRECT, 65, 55);
	assert_true(path_of(take(l, at(60)), "gpu1")->loss == 0.25);
	pings(l, at(61), HERE "remote=[fd00::2]:41641 vni=0", 0, 90);
	assert_true(path_of(take(l, at(61)), "gpu1")->loss == 0.25);
	sees(l, at(62), fleet(by_peer_relay));
	pings(l, at(63), RELAY, 10, 0);
	assert_true(isnan(path_of(take(l, at(63)), "gpu1")->loss));
}

static void losses_of_a_path_that_was_left_do_not_count(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	pings(l, at(1), DIRECT, 5, 0);
	pings(l, at(2), DIRECT, 6, 0);
	for (int i = 3; i <= 5; i++)
		sees(l, at(i), fleet(by_derp));
	pings(l, at(6), DIRECT, 6, 8);
	for (int i = 30; i <= 32; i++)
		sees(l, at(i), fleet(NULL));
	pings(l, at(33), DIRECT, 7, 8);
	pings(l, at(36), DIRECT, 8, 8);
	assert_true(path_of(take(l, at(36)), "gpu1")->loss == 0);
}

static void what_a_helper_saw_that_ended_is_not_told_as_of_now(void **state)
{
	struct ledger *l = capturing();
	const struct snapshot *s;

	(void)state;
	takes(l, at(1), "disco", DIRECT, 260);
	pings(l, at(1), DIRECT, 5, 0);
	pings(l, at(2), DIRECT, 6, 1);
	ends_period(l, at(2));
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CAPTURE,
			.capture = &(struct obs_capture){ CAPTURE_FAILED, "it ended", "" } },
		at(3));
	s = take(l, at(3));
	assert_true(isnan(path_of(s, "gpu1")->loss) && isnan(path_of(s, "gpu1")->pong_age_ms));
	assert_string_equal(s->traffic.source, "");
	starts_capture(l, at(4));
	takes(l, at(5), "disco", DIRECT, 260);
	assert_true(isnan(path_of(take(l, at(5)), "gpu1")->loss));
	assert_true(path_of(take(l, at(6)), "gpu1")->pong_age_ms == 1000);
}

static void losses_are_forgotten_after_a_while(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	for (int i = 0; i <= 100; i++)
		pings(l, at(3 * i), DIRECT, i < 10 ? 0 : i - 10, i < 10 ? i : 10);
	assert_true(path_of(take(l, at(300)), "gpu1")->loss == 0);
}

/* ---- more than there is room for ---- */

/* So many paths of nobody's, one packet each. */
static void is_flooded(struct ledger *l, double from, int count)
{
	char path[80];

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), HERE "remote=198.51.%d.%d:%d vni=0", i / 250, i % 250, 1000 + i);
		carries(l, at(from + i / 10000.0), path, 1, 1);
	}
}

static void a_flood_takes_no_path_of_a_peer_s(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	carries(l, at(0), DIRECT, 1000, 0);
	is_flooded(l, 1, 10000);
	assert_int_equal(l->links.count, 4096);
	carries(l, at(9), DIRECT, 1030, 0); /* the helper counted on: 30 more, not 1030 */
	assert_true(path_of(take(l, at(9)), "gpu1")->rx_bytes[TRAFFIC_DIRECT] == 1030);
}

static void what_the_helper_still_counts_is_counted_once(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	is_flooded(l, 1, 2112); /* all that it has room for */
	is_flooded(l, 2, 2112);
	ends_period(l, at(3));
	assert_true(l->captured_now.rx_bytes[TRAFFIC_DIRECT] == 2112);
}

static void a_derp_connection_outlasts_a_flood(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	hears(l, at(0), "derp local=10.0.0.1:50000 remote=10.0.1.1:443 rx_bytes=1000 tx_bytes=0");
	is_flooded(l, 1, 10000);
	hears(l, at(9), "derp local=10.0.0.1:50000 remote=10.0.1.1:443 rx_bytes=1010 tx_bytes=0");
	assert_true(l->captured_now.rx_bytes[TRAFFIC_DERP] == 1010);
}

/* ---- ten thousand peers ---- */

enum { CROWD = 10000 };

static char crowd_texts[CROWD][3][32]; /* id, far end, address */
static const char *crowd_addresses[CROWD][2];

/* Peers, direct and relayed in turn; shift: their paths are those of others now. */
static struct obs_status *crowd(int count, int shift)
{
	struct obs_status *status = running();

	for (int i = 0; i < count; i++) {
		int end = (i + shift) % count;
		struct obs_peer *peer;

		snprintf(crowd_texts[i][0], 32, "c%05d", i);
		snprintf(crowd_texts[i][1], 32, i % 2 ? "10.8.%d.%d:41641" : "10.9.0.1:40000:vni:%d",
			i % 2 ? end >> 8 : end, end & 255);
		snprintf(crowd_texts[i][2], 32, "100.80.%d.%d", i >> 8, i & 255);
		peer = with_peer(status, crowd_texts[i][0], crowd_texts[i][0]);
		peer->current_address = i % 2 ? crowd_texts[i][1] : "";
		peer->peer_relay = i % 2 ? "" : crowd_texts[i][1];
		crowd_addresses[i][0] = crowd_texts[i][2];
		peer->addresses = crowd_addresses[i];
	}
	return status;
}

static void assert_is(const struct known_peer *peer, int number)
{
	assert_non_null(peer);
	assert_string_equal(peer->id, crowd_texts[number][0]);
}

static void each_of_many_is_found_by_what_is_its_own(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	for (int shift = 0; shift < 5; shift += 4) {
		sees(l, at(shift), crowd(1000, shift));
		starts_capture(l, at(shift));
		assert_is(peer_index_at(l, "100.80.2.7"), 519);
		assert_is(peer_index_with_end(l, "10.8.1.3:41641", 0), 259 - shift);
		assert_is(peer_index_with_end(l, "10.9.0.1:40000", 258), 258 - shift);
		assert_null(peer_index_with_end(l, "10.9.0.1:40000", 0));
		assert_null(peer_index_with_end(l, "10.9.0.1:40000", 259)); /* an odd one is direct */
		assert_null(peer_index_with_end(l, "10.8.1.3:41642", 0));
		assert_null(peer_index_with_end(l, "", 0));
		assert_null(peer_index_at(l, "100.80.200.7"));
	}
}

static void a_key_that_was_left_finds_nobody(void **state)
{
	struct ledger *l = capturing();
	char key[16];

	(void)state;
	for (int i = 0; i < 1000; i++) { /* more than there are slots for */
		snprintf(key, sizeof(key), "aa%04d", i);
		hears(l, at(1), "path " DIRECT " rx_bytes=1 tx_bytes=1 disco=%s", key);
	}
	assert_string_equal(peer_index_with_key(l, "aa0999")->id, GPU1_ID);
	assert_null(peer_index_with_key(l, "aa0998"));
	sees(l, at(2), fleet(NULL));
	assert_string_equal(peer_index_with_key(l, "aa0999")->id, GPU1_ID);
}

/* Processor time of a flood among so many peers, with flows of strangers and requests on the loopback. */
static double cost_of_flood(int peers)
{
	struct ledger *l = empty_ledger(NULL);
	clock_t begun;

	sees(l, at(0), crowd(peers, 0));
	starts_capture(l, at(0));
	begun = clock();
	is_flooded(l, 1, 10000);
	for (int i = 0; i < 500; i++)
		hears(l, at(3), "flow client=100.99.0.%d server=100.99.1.1:%d up_bytes=1 down_bytes=1",
			i % 250, 1000 + i);
	for (int i = 0; i < 2000; i++)
		hears(l, at(4),
			"exchange begun=1 client=127.0.0.1:%d server=127.0.0.1:8081 state=done up_bytes=1",
			1000 + i);
	return (double)(clock() - begun);
}

static void what_a_flood_costs_does_not_grow_with_the_tailnet(void **state)
{
	double few = cost_of_flood(20), many;

	(void)state;
	many = cost_of_flood(CROWD);
	if (many > 4 * few)
		fail_msg("%.0f times as much", many / few);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(how_the_helper_is_stands_in_the_snapshot),
		SAYS(without_capture_bytes_by_kind_are_unknown),
		SAYS(a_capture_that_does_not_see_the_path_knows_no_bytes_of_it),
		SAYS(bytes_that_come_slowly_are_missed_too),
		SAYS(a_path_is_the_peer_s_whose_address_it_leads_to),
		SAYS(a_relayed_path_is_known_by_its_session),
		SAYS(bytes_wait_for_the_status_that_tells_whose_they_are),
		SAYS(a_key_that_was_seen_is_known_at_other_addresses),
		SAYS(a_helper_that_was_started_again_counts_on),
		SAYS(by_derp_goes_what_the_daemon_counts_meanwhile),
		SAYS(traffic_comes_from_packets_where_the_daemon_does_not_count),
		SAYS(the_best_source_of_round_trips_wins),
		SAYS(a_source_that_went_silent_gives_way),
		SAYS(a_handshake_counts_until_the_next_one),
		SAYS(round_trips_are_those_of_the_current_path),
		SAYS(another_kind_of_path_begins_anew),
		SAYS(an_upper_bound_is_for_derp_alone_and_a_half_for_nobody),
		SAYS(our_own_connects_are_the_fallback),
		SAYS(a_pong_has_an_age),
		SAYS(losses_count_on_the_current_path_from_when_it_became_so),
		SAYS(losses_of_a_path_that_was_left_do_not_count),
		SAYS(what_a_helper_saw_that_ended_is_not_told_as_of_now),
		SAYS(losses_are_forgotten_after_a_while),
		SAYS(a_flood_takes_no_path_of_a_peer_s),
		SAYS(what_the_helper_still_counts_is_counted_once),
		SAYS(a_derp_connection_outlasts_a_flood),
		SAYS(each_of_many_is_found_by_what_is_its_own),
		SAYS(a_key_that_was_left_finds_nobody),
		SAYS(what_a_flood_costs_does_not_grow_with_the_tailnet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
