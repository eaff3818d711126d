/* What is said of a machine of the tailnet and of the path to it. */
#include "tests/unit/ledger_help.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* gpu1, made what it is by the one function or the other, in a fresh status. */
static struct obs_status *fleet(struct obs_peer *(*make)(struct obs_peer *))
{
	struct obs_status *status = running();

	make(with_peer(status, GPU1_ID, "gpu1"));
	return status;
}

static struct obs_peer *direct(struct obs_peer *peer)
{
	return peer;
}

static struct obs_peer *expired(struct obs_peer *peer)
{
	peer->is_expired = true;
	peer->key_expiry = at(0).wall_ms - DAYS(3);
	return peer;
}

static struct obs_peer *expiring(struct obs_peer *peer)
{
	peer->key_expiry = at(0).wall_ms + DAYS(13);
	return peer;
}

static struct obs_peer *expiring_later(struct obs_peer *peer)
{
	peer->key_expiry = at(0).wall_ms + DAYS(15);
	return peer;
}

static struct obs_peer *long_gone(struct obs_peer *peer)
{
	peer->last_seen = at(0).wall_ms - DAYS(2);
	return offline(peer);
}

static struct obs_peer *derp_heard(struct obs_peer *peer)
{
	peer->rx_bytes = 4000;
	return by_derp(peer);
}

static void a_peer_on_a_direct_path_raises_nothing(void **state)
{
	static const char *const codes[] = { "key-expired", "host-offline", "host-unreachable", "relayed",
		"peer-relayed", "key-expiring", "path-failing", "path-flapping", "path-lossy" };
	const struct snapshot *s = take(watching(GPU1), at(1));

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		assert_no_verdict(s, codes[i]);
}

static void an_expired_key_explains_a_host(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	connect_times_out(l, at(0));
	connect_times_out(l, at(10));
	sees(l, at(11), fleet(expired));
	s = take(l, at(12));
	assert_fix(assert_says(s, "key-expired", LAYER_HOST, SEVERITY_DOWN, STATE_OFFLINE,
			   "gpu1 expired 3 d ago"),
		"on gpu1: sudo tailscale up --force-reauth");
	assert_no_verdict(s, "filtered");
	assert_state(s, STATE_OFFLINE);
}

/* Control reports a node whose key expired as offline, too. */
static void an_expired_key_is_why_a_host_is_offline(void **state)
{
	struct ledger *l = watching(GPU1);
	struct obs_status *status;

	(void)state;
	for (int t = 2; t <= 4; t += 2) {
		status = running();
		offline(expired(with_peer(status, GPU1_ID, "gpu1")));
		sees(l, at(t), status);
	}
	assert_verdict(take(l, at(5)), "key-expired");
	assert_no_verdict(take(l, at(5)), "host-offline");
}

static void an_expired_key_of_a_peer_without_servers_is_a_word(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(expired));
	assert_int_equal(assert_verdict(take(l, at(1)), "key-expired")->severity, SEVERITY_INFO);
}

static void a_host_is_offline_at_the_second_status(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees(l, at(2), fleet(long_gone));
	assert_no_verdict(take(l, at(3)), "host-offline");
	sees(l, at(4), fleet(long_gone));
	assert_fix(assert_says(take(l, at(5)), "host-offline", LAYER_HOST, SEVERITY_DOWN, STATE_OFFLINE,
			   "gpu1 is offline: last seen 2 d ago"),
		"gpu1");
	assert_state(take(l, at(5)), STATE_OFFLINE);
}

static void sees_offline_with_a_path(struct ledger *l, double seconds, double seen)
{
	struct obs_status *status = running();
	struct obs_peer *peer = offline(with_peer(status, GPU1_ID, "gpu1"));

	peer->is_active = true;
	peer->current_address = "192.0.2.2:41641";
	peer->last_seen = at(seen).wall_ms;
	sees(l, at(seconds), status);
}

/* tailscaled keeps an address in use for a while after the machine is gone. */
static void a_path_in_use_counts_if_the_machine_was_last_seen_before(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees_offline_with_a_path(l, 42, 3);
	sees_offline_with_a_path(l, 44, 3);
	assert_no_verdict(take(l, at(45)), "host-offline");
	l = watching(GPU1);
	sees_offline_with_a_path(l, 42, 40);
	sees_offline_with_a_path(l, 44, 40);
	assert_verdict(take(l, at(45)), "host-offline");
	sees_offline_with_a_path(l, 52, 40);
	assert_no_verdict(take(l, at(53)), "host-offline");
}

static void a_pong_withdraws_offline(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	sees(l, at(2), fleet(offline));
	sees(l, at(4), fleet(offline));
	is_pinged(l, GPU1_ID, 0.4, at(5));
	s = take(l, at(5));
	assert_no_verdict(s, "host-offline");
	assert_peer_state(s, "gpu1", STATE_OK);
}

static void sees_offline_with_bytes(struct ledger *l, double seconds, double rx_bytes)
{
	struct obs_status *status = running();

	offline(with_peer(status, GPU1_ID, "gpu1"))->rx_bytes = rx_bytes;
	sees(l, at(seconds), status);
}

static void bytes_from_a_peer_withdraw_offline(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees_offline_with_bytes(l, 2, 1000);
	sees_offline_with_bytes(l, 4, 2000);
	sees_offline_with_bytes(l, 6, 3000);
	assert_no_verdict(take(l, at(7)), "host-offline");
	assert_peer_state(take(l, at(7)), "gpu1", STATE_OK);
	sees_offline_with_bytes(l, 40, 3000);
	assert_verdict(take(l, at(41)), "host-offline");
}

static void the_last_bytes_before_it_left_prove_nothing(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees_offline_with_bytes(l, 2, 1000);
	sees_offline_with_bytes(l, 4, 1000);
	assert_verdict(take(l, at(5)), "host-offline");
}

static void a_frozen_peer_is_restarted_as_its_system_does_it(void **state)
{
	struct ledger *l = watching(GPU1);
	struct obs_status *status = running();

	(void)state;
	with_peer(status, GPU1_ID, "gpu1")->os = "windows";
	sees(l, at(1), status);
	connect_times_out(l, at(2));
	connect_times_out(l, at(12));
	is_pinged(l, GPU1_ID, NAN, at(13));
	assert_fix(assert_verdict(take(l, at(14)), "host-unreachable"), "Restart-Service Tailscale");
}

static struct obs_peer *a_phone(struct obs_peer *peer)
{
	peer->os = "iOS";
	return offline(peer);
}

static void a_phone_is_not_told_to_start_a_daemon(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees(l, at(2), fleet(a_phone));
	sees(l, at(4), fleet(a_phone));
	assert_fix(
		assert_verdict(take(l, at(5)), "host-offline"), "wake gpu1, or start Tailscale on it");
}

static void a_peer_without_servers_may_be_offline(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(offline));
	sees(l, at(2), fleet(offline));
	assert_int_equal(assert_verdict(take(l, at(3)), "host-offline")->severity, SEVERITY_INFO);
}

static struct ledger *with_silent_doors_until(double seconds)
{
	struct ledger *l = watching(GPU1);

	connect_times_out(l, at(seconds - 10));
	connect_times_out(l, at(seconds));
	return l;
}

static void silence_on_all_ways_is_an_unreachable_host(void **state)
{
	struct ledger *l = with_silent_doors_until(50);
	const struct snapshot *s;

	(void)state;
	is_pinged(l, GPU1_ID, NAN, at(52));
	s = take(l, at(53));
	assert_says(s, "host-unreachable", LAYER_PATH, SEVERITY_DOWN, STATE_DOWN, "gpu1 is online");
	assert_no_verdict(s, "filtered");
	assert_state(s, STATE_DOWN);
}

static void one_connect_that_timed_out_does_not_make_a_host_unreachable(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	connect_times_out(l, at(30));
	is_pinged(l, GPU1_ID, NAN, at(50));
	assert_no_verdict(take(l, at(51)), "host-unreachable");
	connect_times_out(l, at(52));
	assert_verdict(take(l, at(53)), "host-unreachable");
}

static void a_host_that_answers_pings_is_not_unreachable(void **state)
{
	struct ledger *l = with_silent_doors_until(50);

	(void)state;
	is_pinged(l, GPU1_ID, 0.4, at(52));
	assert_no_verdict(take(l, at(53)), "host-unreachable");
}

static void a_host_heard_while_a_path_could_change_is_not_unreachable(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	is_refused(l, at(30));
	connect_times_out(l, at(34));
	connect_times_out(l, at(38));
	is_pinged(l, GPU1_ID, NAN, at(40));
	assert_no_verdict(take(l, at(41)), "host-unreachable");
	assert_verdict(take(l, at(43)), "host-unreachable");
}

static void a_slow_path_makes_nothing_slow_that_never_answered(void **state)
{
	struct ledger *l = watching_a("llama-server", GPU1);
	const struct snapshot *s;

	(void)state;
	for (int i = 1; i <= 3; i++)
		sees(l, at(2 * i), fleet(derp_heard));
	is_pinged(l, GPU1_ID, 44.5, at(6));
	s = take(l, at(7));
	assert_verdict(s, "relayed");
	assert_state(s, STATE_UNKNOWN);
	answers(l, at(9), "llama-server-0.5.0/ready-idle/health");
	assert_state(take(l, at(9)), STATE_SLOW);
	sees(l, at(10), fleet(direct));
	sees(l, at(12), fleet(direct));
	stays_silent(l, at(13));
	assert_state(take(l, at(13)), STATE_OK); /* nor slow when its path is not */
}

static void two_statuses_by_derp_and_an_answer_are_relayed(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	answers(l, at(1), "llama-server-0.5.0/ready-idle/health");
	sees(l, at(2), fleet(derp_heard));
	assert_no_verdict(take(l, at(3)), "relayed");
	sees(l, at(4), fleet(derp_heard));
	is_pinged(l, GPU1_ID, 44.5, at(5));
	is_pinged(l, GPU1_ID, 44.5, at(5));
	s = take(l, at(5));
	assert_says(s, "relayed", LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW,
		"gpu1 goes through DERP fra (44 ms slower than its direct path): no direct path, for no "
		"known "
		"reason");
	assert_peer_state(s, "gpu1", STATE_SLOW);
}

static void by_derp_with_nothing_heard_is_not_relayed(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees(l, at(2), fleet(by_derp));
	sees(l, at(4), fleet(by_derp));
	assert_no_verdict(take(l, at(5)), "relayed");
}

static void one_status_by_derp_is_not_yet_relayed(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(by_derp));
	is_pinged(l, GPU1_ID, 44, at(1));
	assert_no_verdict(take(l, at(1)), "relayed");
	sees(l, at(2), fleet(by_derp));
	assert_verdict(take(l, at(3)), "relayed");
}

static void an_idle_peer_is_not_relayed(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees(l, at(2), fleet(idle));
	sees(l, at(4), fleet(idle));
	is_pinged(l, GPU1_ID, 44, at(5));
	assert_no_verdict(take(l, at(5)), "relayed");
}

static void relayed_is_a_word_for_a_peer_without_servers(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	const struct verdict *verdict;

	(void)state;
	sees(l, at(0), fleet(by_derp));
	sees(l, at(2), fleet(derp_heard));
	verdict = assert_verdict(take(l, at(3)), "relayed");
	assert_int_equal(verdict->severity, SEVERITY_INFO);
	assert_string_equal(verdict->text,
		"traffic to gpu1 goes through DERP fra: no direct path, for no known reason");
}

static void a_peer_relay_is_named_at_the_second_status(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees(l, at(2), fleet(by_peer_relay));
	assert_no_verdict(take(l, at(3)), "peer-relayed");
	sees(l, at(4), fleet(by_peer_relay));
	assert_says(take(l, at(5)), "peer-relayed", LAYER_PATH, SEVERITY_INFO, STATE_OK,
		"the peer relay 10.99.0.14:40000: no direct");
}

static void a_peer_without_a_server_that_answers_no_ping_may_be_unreachable(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_status *status = running();

	(void)state;
	with_peer(status, GPU1_ID, "gpu1");
	with_peer(status, "n9", "exit")->is_mullvad = true;
	sees(l, at(0), status);
	assert_no_verdict(take(l, at(1)), "host-unreachable");
	is_pinged(l, "n9", NAN, at(2)); /* WireGuard alone answers none */
	assert_no_verdict(take(l, at(2)), "host-unreachable");
	is_pinged(l, GPU1_ID, NAN, at(3));
	assert_says(take(l, at(3)), "host-unreachable", LAYER_PATH, SEVERITY_INFO, STATE_UNKNOWN,
		"may be frozen or cut off");
	is_pinged(l, GPU1_ID, 12, at(60));
	assert_no_verdict(take(l, at(60)), "host-unreachable");
}

/* ---- a path that fails, flaps or loses ---- */

#define GPU1_PATH "local=10.99.0.10:41641 remote=10.99.0.2:41641 vni=0"
#define OTHER_PATH "local=10.99.0.10:41641 remote=192.0.2.2:41641 vni=0"

static struct ledger *capturing(void)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	starts_capture(l, at(0));
	return l;
}

static void misses(struct ledger *l, double seconds, const char *path)
{
	hears(l, at(seconds), "miss %s sent=%lld", path, (long long)at(seconds - 0.1).wall_ms * 1000);
}

static void pongs(struct ledger *l, double seconds, const char *path)
{
	hears(l, at(seconds), "rtt method=disco %s us=260", path);
}

static void a_missed_ping_is_told_until_a_pong_takes_it_back(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	pongs(l, 1, GPU1_PATH);
	assert_no_verdict(take(l, at(2)), "path-failing");
	misses(l, 4, GPU1_PATH);
	assert_non_null(strstr(assert_verdict(take(l, at(4)), "path-failing")->text, "a ping just now got"));
	assert_says(take(l, at(6)), "path-failing", LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW,
		"gpu1 is failing: a ping 2 s ago got no pong (seen in packets)");
	assert_peer_state(take(l, at(6)), "gpu1", STATE_SLOW);
	pongs(l, 7, GPU1_PATH);
	assert_no_verdict(take(l, at(7)), "path-failing");
}

static void the_beginning_of_a_failure_is_counted_once(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	pongs(l, 1, GPU1_PATH);
	take(l, at(2));
	misses(l, 4, OTHER_PATH);
	assert_int_equal(ledger_path_failures(l), 0);
	misses(l, 4, GPU1_PATH);
	misses(l, 7, GPU1_PATH);
	assert_int_equal(ledger_path_failures(l), 1);
	pongs(l, 8, GPU1_PATH);
	misses(l, 10, GPU1_PATH);
	assert_int_equal(ledger_path_failures(l), 2);
}

static void bytes_that_came_later_take_a_miss_back(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	hears(l, at(3), "path %s rx_bytes=10 tx_bytes=10", GPU1_PATH);
	misses(l, 4, GPU1_PATH);
	hears(l, at(4.5), "path %s rx_bytes=20 tx_bytes=20", GPU1_PATH); /* may be from before it */
	assert_verdict(take(l, at(5)), "path-failing");
	hears(l, at(6), "path %s rx_bytes=20 tx_bytes=90", GPU1_PATH);
	assert_verdict(take(l, at(6)), "path-failing");
	hears(l, at(7), "path %s rx_bytes=50 tx_bytes=90", GPU1_PATH);
	assert_no_verdict(take(l, at(7)), "path-failing");
}

static void what_is_missed_on_another_path_is_no_failure(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	misses(l, 4, OTHER_PATH);
	assert_no_verdict(take(l, at(5)), "path-failing");
	misses(l, 6, GPU1_PATH);
	sees(l, at(7), fleet(by_derp));
	sees(l, at(9), fleet(by_derp));
	assert_no_verdict(take(l, at(10)), "path-failing");
}

static void a_helper_that_ended_takes_its_misses_with_it(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	misses(l, 4, GPU1_PATH);
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_CAPTURE,
			.capture = &(struct obs_capture){ CAPTURE_FAILED, "it ended", "" } },
		at(5));
	assert_no_verdict(take(l, at(5)), "path-failing");
	starts_capture(l, at(6));
	assert_no_verdict(take(l, at(6)), "path-failing");
}

static void remembers(struct ledger *l, double now, double pong, bool was_regular)
{
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_PATH_HISTORY,
			.path_history = &(struct obs_path_history){ .peer_id = GPU1_ID,
				.pong_at = at(pong).wall_ms,
				.was_regular = was_regular } },
		at(now));
}

static void the_daemon_s_memory_tells_of_a_failing_path_too(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	remembers(l, 10, 7, true);
	assert_no_verdict(take(l, at(10)), "path-failing");
	remembers(l, 12, 7, true);
	assert_says(take(l, at(12)), "path-failing", LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW,
		"no pong for 5 s (by tailscaled's memory)");
	assert_no_verdict(take(l, at(18)), "path-failing"); /* it was not asked again: who knows */
	remembers(l, 20, 19, true);
	assert_no_verdict(take(l, at(20)), "path-failing");
	remembers(l, 30, 19, false);
	assert_no_verdict(take(l, at(30)), "path-failing");
	remembers(l, 70, 19, true); /* it rested, or slept with this machine */
	assert_no_verdict(take(l, at(70)), "path-failing");
}

static void pongs_of_the_path_before_are_not_expected(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	for (int i = 8; i <= 9; i++)
		sees(l, at(i), fleet(by_peer_relay));
	remembers(l, 15, 7, true);
	assert_no_verdict(take(l, at(15)), "path-failing");
	remembers(l, 18, 13, true);
	assert_verdict(take(l, at(18)), "path-failing");
}

static void packets_are_believed_rather_than_the_daemon(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	pongs(l, 11, GPU1_PATH);
	remembers(l, 12, 7, true);
	assert_no_verdict(take(l, at(12)), "path-failing");
}

static void a_path_that_fails_excuses_the_silence_behind_it(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	answers(l, at(1), "llama-server-0.5.0/ready-idle/health");
	misses(l, 4, GPU1_PATH);
	for (int i = 5; i < 8; i++)
		connect_times_out(l, at(i));
	assert_no_verdict(take(l, at(8)), "filtered");
	pongs(l, 9, GPU1_PATH);
	connect_times_out(l, at(10));
	connect_times_out(l, at(11));
	assert_verdict(take(l, at(12)), "filtered");
}

static void a_failing_path_to_a_peer_without_servers_is_a_word(void **state)
{
	struct ledger *l = empty_ledger(NULL);

	(void)state;
	sees(l, at(0), fleet(direct));
	starts_capture(l, at(0));
	sees(l, at(1), fleet(direct));
	hears(l, at(1), "miss local=10.99.0.10:41641 remote=10.99.0.2:41641 vni=0 sent=1");
	assert_int_equal(assert_verdict(take(l, at(2)), "path-failing")->severity, SEVERITY_INFO);
}

static void counts(struct ledger *l, double seconds, int answered, int lost)
{
	hears(l, at(seconds), "path %s rx_bytes=0 tx_bytes=0 pings=%d pongs=%d lost=%d", GPU1_PATH,
		answered + lost, answered, lost);
}

/* ---- a path that carries nothing, or nothing large ---- */

/* gpu1 stays direct by status, and its doors are silent. */
static struct ledger *clinging(void)
{
	struct ledger *l = watching(GPU1);

	sees(l, at(1), fleet(direct));
	connect_times_out(l, at(10));
	connect_times_out(l, at(20));
	return l;
}

/* It answers by DERP alone, and nothing inside the tunnel. */
static void answers_by_derp_alone(struct ledger *l, double seconds)
{
	answers_ping(l, PING_DISCO, 44, "", "fra", at(seconds));
	answers_ping(l, PING_TSMP, NAN, "", "", at(seconds + 2));
}

static void a_path_that_is_kept_and_carries_nothing_is_broken(void **state)
{
	struct ledger *l = clinging();
	const struct snapshot *s;

	(void)state;
	answers_by_derp_alone(l, 21);
	sees(l, at(25), fleet(direct));
	s = take(l, at(25));
	assert_no_verdict(s, "path-broken"); /* tailscaled has not had the time to leave it */
	assert_null(strstr(assert_verdict(s, "filtered")->text, "answers pings"));
	sees(l, at(28), fleet(direct));
	s = take(l, at(28));
	assert_fix(assert_says(s, "path-broken", LAYER_PATH, SEVERITY_DOWN, STATE_DOWN,
			   "neither connections nor a ping inside the tunnel are answered, while a ping by "
			   "DERP "
			   "fra is"),
		"rebind");
	assert_no_verdict(s, "filtered");
	assert_state(s, STATE_DOWN);
	connect_times_out(l, at(80));
	sees(l, at(82), fleet(direct));
	assert_verdict(take(l, at(82)), "path-broken"); /* until it is pinged anew */
}

static void a_path_that_tailscaled_leaves_is_not_broken(void **state)
{
	struct ledger *l = clinging();

	(void)state;
	answers_by_derp_alone(l, 21);
	sees(l, at(28), fleet(by_derp)); /* which is believed the second time */
	assert_no_verdict(take(l, at(28)), "path-broken");
}

static void a_path_on_which_pings_are_answered_is_not_broken(void **state)
{
	struct ledger *l = clinging();

	(void)state;
	answers_ping(l, PING_DISCO, 1, "10.99.0.2:41641", "", at(21));
	sees(l, at(29), fleet(direct));
	assert_no_verdict(take(l, at(29)), "path-broken");
	answers_ping(l, PING_DISCO, 44, "", "fra", at(30)); /* which may just be faster */
	answers_ping(l, PING_TSMP, 1, "", "", at(31));
	sees(l, at(39), fleet(direct));
	assert_no_verdict(take(l, at(39)), "path-broken");
}

static void a_path_whose_doors_answer_is_not_broken(void **state)
{
	struct ledger *l = clinging();

	(void)state;
	answers_by_derp_alone(l, 21);
	answers(l, at(24), "llama-server-0.5.0/ready-idle/health");
	sees(l, at(29), fleet(direct));
	assert_no_verdict(take(l, at(29)), "path-broken");
}

#define OTHER_DOOR "http://gpu1.tail4c1d.ts.net:8081"

static void asks(struct ledger *l, double seconds, const char *url, const char *path, enum outcome outcome,
	double bytes)
{
	struct obs_answer answer = an_answer(url, path, outcome, bytes > 0 ? 200 : 0);

	answer.bytes_received = bytes;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_ANSWER, .answer = &answer }, at(seconds));
}

/* One poll of a server: what is small, and what is large. */
static void polls(struct ledger *l, double seconds, const char *url, enum outcome large, double bytes)
{
	asks(l, seconds, url, "/health", OUTCOME_ANSWERED, 220);
	asks(l, seconds + 0.1, url, "/metrics", large, bytes);
}

static struct ledger *two_servers(void)
{
	struct ledger *l = watching_a("llama-server", GPU1);

	watches(l, "vllm", OTHER_DOOR);
	for (int i = 0; i < 2; i++) {
		polls(l, i * 5, GPU1, OUTCOME_ANSWERED, 2600);
		polls(l, i * 5, OTHER_DOOR, OUTCOME_ANSWERED, 9000);
	}
	return l;
}

static void two_servers_whose_large_answers_hang_are_behind_a_black_hole(void **state)
{
	struct ledger *l = two_servers();
	const struct snapshot *s;

	(void)state;
	for (int i = 2; i < 4; i++) {
		assert_no_verdict(take(l, at(i * 5)), "mtu-blackhole");
		polls(l, i * 5, GPU1, OUTCOME_SILENT, 0);
		polls(l, i * 5, OTHER_DOOR, OUTCOME_SILENT, 0);
	}
	s = take(l, at(21));
	assert_fix(assert_says(s, "mtu-blackhole", LAYER_PATH, SEVERITY_DOWN, STATE_FAULT,
			   "probably get lost on the way: answers of 220 bytes come, those of 2600 "
			   "hang"),
		"TS_DEBUG_MTU");
	assert_state(s, STATE_FAULT);
	polls(l, 25, GPU1, OUTCOME_ANSWERED, 2600);
	assert_no_verdict(take(l, at(26)), "mtu-blackhole");
}

/* Large packets came: it is the server, or the way is slow. */
static void a_large_part_of_an_answer_refutes_a_black_hole(void **state)
{
	struct ledger *l = two_servers();

	(void)state;
	for (int i = 2; i < 4; i++) {
		polls(l, i * 5, GPU1, OUTCOME_SILENT, 0);
		polls(l, i * 5, OTHER_DOOR, OUTCOME_SILENT, 1500);
	}
	assert_no_verdict(take(l, at(21)), "mtu-blackhole");
}

/* DERP is TCP, which cuts its packets as small as they must be. */
static void a_path_by_derp_has_no_black_hole(void **state)
{
	struct ledger *l = two_servers();

	(void)state;
	sees(l, at(6), fleet(by_derp));
	sees(l, at(8), fleet(by_derp));
	for (int i = 2; i < 4; i++) {
		polls(l, i * 5, GPU1, OUTCOME_SILENT, 0);
		polls(l, i * 5, OTHER_DOOR, OUTCOME_SILENT, 0);
	}
	assert_no_verdict(take(l, at(21)), "mtu-blackhole");
}

static void one_server_that_hangs_is_no_black_hole(void **state)
{
	struct ledger *l = two_servers();

	(void)state;
	for (int i = 2; i < 6; i++)
		polls(l, i * 5, GPU1, OUTCOME_SILENT, i % 2 ? 180 : 0);
	assert_no_verdict(take(l, at(31)), "mtu-blackhole");
}

static void a_large_answer_that_came_meanwhile_refutes_a_black_hole(void **state)
{
	struct ledger *l = two_servers();

	(void)state;
	for (int i = 2; i < 5; i++) {
		polls(l, i * 5, GPU1, OUTCOME_SILENT, 180);
		polls(l, i * 5, OTHER_DOOR, OUTCOME_ANSWERED, 9000);
	}
	assert_no_verdict(take(l, at(26)), "mtu-blackhole");
}

static void small_answers_that_hang_too_refute_a_black_hole(void **state)
{
	struct ledger *l = two_servers();

	(void)state;
	for (int i = 2; i < 5; i++) {
		polls(l, i * 5, GPU1, OUTCOME_SILENT, 180);
		asks(l, i * 5 + 0.2, OTHER_DOOR, "/health", OUTCOME_SILENT, 0);
	}
	assert_no_verdict(take(l, at(26)), "mtu-blackhole");
}

/* All was silent; now it comes back, the small ones first. */
static void a_silence_that_ends_is_no_black_hole(void **state)
{
	struct ledger *l = two_servers();

	(void)state;
	for (int i = 2; i < 4; i++)
		for (int k = 0; k < 2; k++) {
			asks(l, i * 5, k ? GPU1 : OTHER_DOOR, "/health", OUTCOME_SILENT, 0);
			asks(l, i * 5, k ? GPU1 : OTHER_DOOR, "/metrics", OUTCOME_SILENT, 0);
		}
	asks(l, 25, GPU1, "/health", OUTCOME_ANSWERED, 220);
	asks(l, 25, OTHER_DOOR, "/health", OUTCOME_ANSWERED, 220);
	assert_no_verdict(take(l, at(26)), "mtu-blackhole");
}

static void one_ping_in_twenty_is_lossy(void **state)
{
	struct ledger *l = capturing();

	(void)state;
	counts(l, 1, 0, 0);
	counts(l, 55, 18, 1);
	assert_no_verdict(take(l, at(55)), "path-lossy");
	counts(l, 60, 19, 1);
	assert_says(take(l, at(60)), "path-lossy", LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW,
		"gpu1 loses pings: 1 of 20 pings (5 %)");
	counts(l, 65, 20, 1);
	assert_no_verdict(take(l, at(65)), "path-lossy");
	sees(l, at(66), fleet(by_derp));
	counts(l, 67, 20, 9);
	assert_no_verdict(take(l, at(67)), "path-lossy");
}

static void changes(struct ledger *l, int times, double each)
{
	for (int i = 0; i < times; i++)
		for (int k = 0; k < 2; k++)
			sees(l, at(10 + each * i + k), fleet(i % 2 ? direct : by_derp));
}

static void a_path_that_changes_four_times_in_ten_minutes_flaps(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	changes(l, 3, 100);
	assert_no_verdict(take(l, at(400)), "path-flapping");
	l = watching(GPU1);
	changes(l, 4, 100);
	assert_says(take(l, at(400)), "path-flapping", LAYER_PATH, SEVERITY_DEGRADED, STATE_SLOW,
		"gpu1 changed between direct and relayed 4 times within 6 min");
	assert_no_verdict(take(l, at(620)), "path-flapping");
	l = watching(GPU1);
	changes(l, 8, 210);
	assert_no_verdict(take(l, at(10 + 7 * 210 + 2)), "path-flapping");
}

static void a_key_that_expires_within_two_weeks_is_told(void **state)
{
	struct ledger *l = watching(GPU1);

	(void)state;
	sees(l, at(2), fleet(expiring));
	assert_says(take(l, at(3)), "key-expiring", LAYER_HOST, SEVERITY_DEGRADED, STATE_WARN,
		"gpu1 expires in 12 d");
	sees(l, at(4), fleet(expiring_later));
	assert_no_verdict(take(l, at(5)), "key-expiring");
}

static void our_own_key_is_told_with_the_daemon(void **state)
{
	struct ledger *l = empty_ledger(NULL);
	struct obs_status *status = fleet(direct);
	const struct snapshot *s;

	(void)state;
	status->self.key_expiry = at(0).wall_ms + DAYS(2);
	sees(l, at(0), status);
	s = take(l, at(1));
	assert_int_equal(s->verdicts.count, 1);
	assert_string_equal(s->verdict_list[s->verdicts.first].code, "key-expiring");
	assert_int_equal(s->verdict_list[s->verdicts.first].severity, SEVERITY_DEGRADED);
}

/* ---- GPUs ---- */

static void gpu_figures_are_there_while_they_are_fresh(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct peer *peer;

	(void)state;
	assert_int_equal(peer_row(take(l, at(0)), "gpu1")->gpus.count, 0);
	uses_gpu(l, at(1), 21.3, 24);
	peer = peer_row(take(l, at(31)), "gpu1");
	assert_int_equal(peer->gpus.count, 1);
	assert_string_equal(peer->gpu_exporter, "DCGM exporter");
	assert_true(fabs(peer->gpu.memory_used - 21.3e9) < 1 && fabs(peer->gpu.busy - 0.5) < 0.001);
	peer = peer_row(take(l, at(32)), "gpu1");
	assert_int_equal(peer->gpus.count, 0);
	assert_true(isnan(peer->gpu.memory_used));
}

/* What the others have in use is unknown. */
static void if_there_are_more_gpus_than_are_read_there_is_no_sum(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct obs_gpu gpus[] = { { "0", "", { 1e9, 1e9, 2e9, 0.5 } },
		{ "1", "", { 1e9, 1e9, 2e9, 0.5 } } };
	struct obs_gpus answer = { GPU1_ID, "x", GPU_FINE, 200, gpus, 2, false };
	const struct peer *peer;

	(void)state;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GPUS, .gpus = &answer }, at(0));
	peer = peer_row(take(l, at(0)), "gpu1");
	assert_true(fabs(peer->gpu.memory_used - 2e9) < 1 && !peer->has_more_gpus);
	answer.has_more = true;
	ledger_see(l, &(struct observation){ .kind = OBSERVED_GPUS, .gpus = &answer }, at(1));
	peer = peer_row(take(l, at(1)), "gpu1");
	assert_true(isnan(peer->gpu.memory_used) && isnan(peer->gpu.busy) && peer->has_more_gpus);
	assert_int_equal(peer->gpus.count, 2);
}

/* An exporter that is down is not the engine's trouble. */
static void an_exporter_that_tells_nothing_is_noted_and_no_more(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct snapshot *s;

	(void)state;
	uses_gpu(l, at(0), 21.3, 24);
	assert_no_verdict(take(l, at(0)), "gpu-unread");
	has_gpu_trouble(l, at(10), GPU_NO_ANSWER, 0);
	s = take(l, at(10));
	assert_no_verdict(s, "gpu-unread");
	assert_int_equal(peer_row(s, "gpu1")->gpus.count, 1);
	has_gpu_trouble(l, at(20), GPU_NO_ANSWER, 0);
	assert_says(take(l, at(20)), "gpu-unread", LAYER_HOST, SEVERITY_INFO, STATE_OK,
		"no GPU figures of gpu1: the exporter does not answer");
	has_gpu_trouble(l, at(30), GPU_HTTP_ERROR, 404);
	s = take(l, at(30));
	assert_says(s, "gpu-unread", LAYER_HOST, SEVERITY_INFO, STATE_OK, "the exporter answers HTTP 404");
	assert_nothing_above_info(s);
	assert_peer_state(s, "gpu1", STATE_OK);
	uses_gpu(l, at(40), 21.3, 24);
	assert_no_verdict(take(l, at(40)), "gpu-unread");
}

/* What a recording holds may be wrong in any way. */
static void absurd_figures_and_unknown_machines_are_left_out(void **state)
{
	struct ledger *l = watching(GPU1);
	const struct obs_gpu gpus[] = { { "0", "", { NAN, NAN, NAN, 7 } }, { "0", "", { 1, 1, 2, 1 } } };

	(void)state;
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_GPUS,
			.gpus = &(struct obs_gpus){ "nobody", "x", GPU_FINE, 200, gpus, 2, false } },
		at(0));
	ledger_see(l,
		&(struct observation){ .kind = OBSERVED_GPUS,
			.gpus = &(struct obs_gpus){ GPU1_ID, "x", GPU_FINE, 200, gpus, 2, false } },
		at(0));
	assert_int_equal(take(l, at(0))->gpu_count, 1);
	assert_true(isnan(peer_row(take(l, at(0)), "gpu1")->gpu.busy));
}

static void every_code_of_a_peer_is_tested_both_ways(void **state)
{
	(void)state;
	assert_covered(peer_rules);
}

#define SAYS(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SAYS(a_peer_on_a_direct_path_raises_nothing),
		SAYS(an_expired_key_explains_a_host),
		SAYS(an_expired_key_is_why_a_host_is_offline),
		SAYS(an_expired_key_of_a_peer_without_servers_is_a_word),
		SAYS(a_host_is_offline_at_the_second_status),
		SAYS(a_path_in_use_counts_if_the_machine_was_last_seen_before),
		SAYS(a_pong_withdraws_offline),
		SAYS(bytes_from_a_peer_withdraw_offline),
		SAYS(the_last_bytes_before_it_left_prove_nothing),
		SAYS(a_frozen_peer_is_restarted_as_its_system_does_it),
		SAYS(a_phone_is_not_told_to_start_a_daemon),
		SAYS(a_peer_without_servers_may_be_offline),
		SAYS(silence_on_all_ways_is_an_unreachable_host),
		SAYS(one_connect_that_timed_out_does_not_make_a_host_unreachable),
		SAYS(a_host_that_answers_pings_is_not_unreachable),
		SAYS(a_host_heard_while_a_path_could_change_is_not_unreachable),
		SAYS(a_slow_path_makes_nothing_slow_that_never_answered),
		SAYS(two_statuses_by_derp_and_an_answer_are_relayed),
		SAYS(by_derp_with_nothing_heard_is_not_relayed),
		SAYS(one_status_by_derp_is_not_yet_relayed),
		SAYS(an_idle_peer_is_not_relayed),
		SAYS(relayed_is_a_word_for_a_peer_without_servers),
		SAYS(a_peer_relay_is_named_at_the_second_status),
		SAYS(a_peer_without_a_server_that_answers_no_ping_may_be_unreachable),
		SAYS(the_beginning_of_a_failure_is_counted_once),
		SAYS(a_missed_ping_is_told_until_a_pong_takes_it_back),
		SAYS(bytes_that_came_later_take_a_miss_back),
		SAYS(what_is_missed_on_another_path_is_no_failure),
		SAYS(a_helper_that_ended_takes_its_misses_with_it),
		SAYS(the_daemon_s_memory_tells_of_a_failing_path_too),
		SAYS(pongs_of_the_path_before_are_not_expected),
		SAYS(packets_are_believed_rather_than_the_daemon),
		SAYS(a_path_that_fails_excuses_the_silence_behind_it),
		SAYS(a_failing_path_to_a_peer_without_servers_is_a_word),
		SAYS(a_path_that_is_kept_and_carries_nothing_is_broken),
		SAYS(a_path_that_tailscaled_leaves_is_not_broken),
		SAYS(a_path_on_which_pings_are_answered_is_not_broken),
		SAYS(a_path_whose_doors_answer_is_not_broken),
		SAYS(two_servers_whose_large_answers_hang_are_behind_a_black_hole),
		SAYS(a_large_part_of_an_answer_refutes_a_black_hole),
		SAYS(a_path_by_derp_has_no_black_hole),
		SAYS(one_server_that_hangs_is_no_black_hole),
		SAYS(a_large_answer_that_came_meanwhile_refutes_a_black_hole),
		SAYS(small_answers_that_hang_too_refute_a_black_hole),
		SAYS(a_silence_that_ends_is_no_black_hole),
		SAYS(one_ping_in_twenty_is_lossy),
		SAYS(a_path_that_changes_four_times_in_ten_minutes_flaps),
		SAYS(a_key_that_expires_within_two_weeks_is_told),
		SAYS(our_own_key_is_told_with_the_daemon),
		SAYS(gpu_figures_are_there_while_they_are_fresh),
		SAYS(if_there_are_more_gpus_than_are_read_there_is_no_sum),
		SAYS(an_exporter_that_tells_nothing_is_noted_and_no_more),
		SAYS(absurd_figures_and_unknown_machines_are_left_out),
		SAYS(every_code_of_a_peer_is_tested_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
